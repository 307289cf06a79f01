#pragma once

#include <filesystem>
#include <memory>

#include "engine/base/result.hpp"
#include "engine/ports/snapshot_store.hpp"

namespace daybook {

/// Snapshots as files:
///
///   DIR/snapshots/00000000000000123456.snapshot      named by its sequence
///
/// A file is a page, and then the bytes. The page, little-endian, zeros up to 4,096:
///
///   offset size
///        0    4  magic: "DBKS"
///        4    4  format version: 1
///        8    8  bytes that follow the page
///       16  128  SnapshotHeader
///      144    8  XXH3-64 of the 144 bytes before
///
/// It is written under another name, synced, renamed, and its directory synced: what has the name
/// is whole.
///
/// Threads.  One at a time.
class SnapshotDirectory final : public SnapshotStore {
 public:
  /// Makes `directory` when it is missing; its parent must exist. Removes what a killed process
  /// left half written.
  [[nodiscard]] static Result<std::unique_ptr<SnapshotDirectory>> open(
      const std::filesystem::path& directory);

  /// For tools that only read: nothing is made or removed. Without a directory it is empty.
  [[nodiscard]] static std::unique_ptr<SnapshotDirectory> read_only(
      const std::filesystem::path& directory);

  Result<std::vector<Sequence>> list() override;
  Result<std::unique_ptr<StoredSnapshot>> create() override;
  Result<SnapshotBytes> open(Sequence at) override;
  Result<void> remove(Sequence at) override;

  [[nodiscard]] std::filesystem::path path_of(Sequence at) const;

 private:
  explicit SnapshotDirectory(std::filesystem::path directory) : directory_{std::move(directory)} {}

  std::filesystem::path directory_;
};

}  // namespace daybook
