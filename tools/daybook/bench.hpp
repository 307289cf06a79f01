#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/daybook/bench_load.hpp"

namespace daybook {

/// `daybook bench`: what to measure, on which engine, and how to say it.
struct BenchOptions {
  LoadSettings load;               ///< host, port and ids are filled in from the texts below.
  std::string ids = "sequential";  ///< Or "random".
  std::string connect;             ///< HOST:PORT of a running engine; empty: start our own.
  std::string data_directory;      ///< Kept after the run; empty: a temporary one, removed.
  std::vector<std::string> engine_options;  ///< More words for `daybook serve`.
  std::uint32_t runs = 1;
  bool json = false;
};

/// Runs the load `runs` times, each on an engine of its own and an empty directory, or all on the
/// running engine (each run with the next seed), and prints the report on stdout.
///
/// exit_code::good: measured, and every answer was right. exit_code::no: an answer or a balance was
/// wrong. exit_code::failed: it could not be measured: wrong options, no engine, an engine that
/// ended in the middle.
int run_bench(const BenchOptions& options);

}  // namespace daybook
