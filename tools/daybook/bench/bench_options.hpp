#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "tools/daybook/bench/bench_settings.hpp"

namespace daybook {

/// `daybook bench`: what to measure, on which engine, and how to say it.
struct BenchOptions {
  LoadSettings load;               ///< host, port, kind and ids follow from the texts below.
  std::string kind = "plain";      ///< A name that load_kind_of() knows.
  std::string ids = "sequential";  ///< Or "random".
  std::string connect;             ///< HOST:PORT of a running engine; empty: start our own.
  std::string data_directory;      ///< Kept after the run; empty: a temporary one, removed.
  std::vector<std::string> engine_options;  ///< More words for `daybook serve`.
  std::uint32_t runs = 1;
  bool json = false;
};

/// The load that the options mean; FailureKind::invalid, with what to write instead, where they do
/// not go together. Requests of linked chains are made shorter, to whole chains.
[[nodiscard]] Result<LoadSettings> load_of(const BenchOptions& options);

}  // namespace daybook
