#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/ports/run_store.hpp"

namespace daybook {

/// Sorted runs of indexes as files:
///
///   DIR/index/transfer-ids-00000001.run      what the index calls itself, and a running number
///
/// A file is written past the page cache where the file system can, mapped when it is whole, and
/// removed when nobody needs it any more, unless it is to be kept for the next process. What an
/// earlier process left and nobody keeps is removed by open().
///
/// Threads.      All but open() is for any; each run is written by one thread. Outlives its runs.
/// Errors.       `no_space`, `io`. An error of the disk under a mapped file ends the process with
///               SIGBUS; nothing is lost by that, and without its runs the next start makes them
///               again.
/// Durability.   Of what keep() was told of. The rest needs none: the journal has it all.
class RunDirectory final : public RunStore {
 public:
  /// Makes `directory` when it is missing; its parent must exist. Removes all runs in it but
  /// `kept`, of which some may be missing.
  [[nodiscard]] static Result<std::unique_ptr<RunDirectory>> open(
      const std::filesystem::path& directory, std::span<const std::string> kept = {});

  /// For tools that only read, beside an engine or without one: nothing is made or removed, and
  /// create() is refused.
  [[nodiscard]] static std::unique_ptr<RunDirectory> read_only(
      const std::filesystem::path& directory);

  Result<std::unique_ptr<StoredRun>> create(std::string_view index) override;
  Result<RunBytes> open_kept(std::string_view name) override;
  Result<void> keep(std::span<const std::string> names) override;
  void let_go(std::span<const std::string> names) override;

  class Files;  // Which there are, shared with the runs that are held.

 private:
  RunDirectory(std::filesystem::path directory, std::uint64_t last_number);

  std::filesystem::path directory_;
  std::shared_ptr<Files> files_;
  std::atomic<std::uint64_t> created_;
  bool is_read_only_ = false;
};

}  // namespace daybook
