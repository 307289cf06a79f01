#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "engine/base/result.hpp"
#include "engine/base/uint128.hpp"
#include "engine/recon/difference.hpp"

namespace daybook::recon {

/// Where a run keeps what it found, on the machine on which it ran.
struct RunDirectory {
  std::filesystem::path path;

  [[nodiscard]] std::filesystem::path differences() const { return path / "differences.ndjson"; }
  [[nodiscard]] std::filesystem::path carry() const { return path / "carry.ndjson"; }
  [[nodiscard]] std::filesystem::path page() const { return path / "report.html"; }
  [[nodiscard]] std::filesystem::path report() const { return path / "report.json"; }
  [[nodiscard]] std::filesystem::path work() const { return path / "work"; }
};

/// A difference as a run wrote it down.
struct KeptDifference {
  Uint128 id;
  Code code = Code::matched;
  std::string delta;  ///< A decimal; empty for none.
  std::string currency;
  std::string reference;
  std::string line;  ///< All of it, as JSON.
};

/// Calls `use` for each difference that is not carried on. Errors: those of the file; `invalid`
/// with the line for what no run has written; what `use` returns.
[[nodiscard]] Result<void> read_differences(
    const std::filesystem::path& file,
    const std::function<Result<void>(const KeptDifference&)>& use);

}  // namespace daybook::recon
