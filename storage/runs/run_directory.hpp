#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/ports/run_store.hpp"

namespace daybook {

/// Sorted runs of indexes as files:
///
///   DIR/index/transfer-ids-00000001.run      what the index calls itself, and a running number
///
/// A file is written past the page cache where the file system can, mapped when it is whole, and
/// removed when nobody needs it any more. What an earlier process left is removed by open().
///
/// Threads.      create() is for any; each run is written by one thread.
/// Errors.       `no_space`, `io`. An error of the disk under a mapped file ends the process with
///               SIGBUS; nothing is lost by that, and the next start makes every run again.
/// Durability.   None, and none is needed: the journal has it all.
class RunDirectory final : public RunStore {
 public:
  /// Makes `directory` when it is missing; its parent must exist. Removes the runs in it.
  [[nodiscard]] static Result<std::unique_ptr<RunDirectory>> open(
      const std::filesystem::path& directory);

  Result<std::unique_ptr<StoredRun>> create(std::string_view index) override;

 private:
  explicit RunDirectory(std::filesystem::path directory) : directory_{std::move(directory)} {}

  std::filesystem::path directory_;
  std::atomic<std::uint32_t> created_{0};
};

}  // namespace daybook
