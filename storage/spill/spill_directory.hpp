#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <vector>

#include "engine/ports/spill_store.hpp"
#include "storage/file/file.hpp"

namespace daybook {

/// Spilled blocks in files that have no name: a process that is killed leaves nothing behind. The
/// first lanes may be kept: these are files `daybook-runs-N`, where another process finds its
/// blocks.
///
/// A lane is a file, made when it is first written. Block n of a lane stands at n * block_bytes:
///
///   offset 0   checksum: XXH3-64 of the bytes from 8 to the block's end
///   offset 8   lane, little-endian, 4 bytes
///   offset 12  number, little-endian, its lower 4 bytes
///   offset 16  the owner's bytes
///
/// Example. Block 2 of lane 1 begins with eight bytes of checksum, then 01 00 00 00 02 00 00 00.
///
/// Threads.     See SpillStore.
/// Durability.  None, on purpose: what is spilled can be made again.
class SpillDirectory final : public SpillStore {
 public:
  /// `directory` must exist. Writes nothing yet.
  [[nodiscard]] static Result<std::unique_ptr<SpillDirectory>> open(
      const std::filesystem::path& directory, std::size_t block_bytes, unsigned lane_count,
      unsigned kept_lanes = 0);

  /// The first `block_count` blocks of a kept lane were written by an earlier process; what is
  /// written next comes behind them. Before anything is written or read.
  [[nodiscard]] Result<void> resume_lane(unsigned lane, std::uint64_t block_count);

  /// The file of a kept lane in `directory`.
  [[nodiscard]] static std::filesystem::path kept_path(const std::filesystem::path& directory,
                                                       unsigned lane);

  [[nodiscard]] std::size_t block_bytes() const override { return block_bytes_; }
  [[nodiscard]] unsigned lane_count() const override {
    return static_cast<unsigned>(lanes_.size());
  }
  [[nodiscard]] Result<std::uint64_t> write(unsigned lane, std::span<std::byte> block) override;
  [[nodiscard]] Result<void> read(unsigned lane, std::uint64_t number,
                                  std::span<std::byte> into) const override;

  /// In all lanes so far.
  [[nodiscard]] std::uint64_t written_bytes() const;

 private:
  struct Lane {
    File file;
    bool is_open = false;                 ///< Its writer's.
    std::atomic<std::uint64_t> count{0};  ///< Its writer stores with release; readers acquire.
  };

  SpillDirectory(std::filesystem::path directory, std::size_t block_bytes, unsigned lane_count,
                 unsigned kept_lanes);
  [[nodiscard]] Result<void> open_lane(unsigned lane);

  std::filesystem::path directory_;
  std::size_t block_bytes_;
  unsigned kept_lanes_;
  std::vector<Lane> lanes_;
};

}  // namespace daybook
