#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>

#include "engine/base/hash.hpp"
#include "engine/base/result.hpp"
#include "engine/model/sequence.hpp"
#include "storage/journal/data_directory.hpp"

/// Copies of segments: whole files of sealed ones, and single entries of one that goes on.

namespace daybook {

/// A file as it was copied.
struct CopiedFile {
  std::uint64_t bytes = 0;
  Sha256Digest sha256{};
  bool linked = false;  ///< Another name of the same file.
};

enum class CopyMode : std::uint8_t {
  copy,
  link_if_possible,  ///< A hard link where both are on one file system, else a copy.
};

/// Bytes done since the last call.
using CopyProgress = std::function<void(std::uint64_t)>;

/// Copies the sealed segment `from`, without zeros that sealing has not cut off yet, to the new
/// name `to`, whose bytes are on disk when it returns; its name is not. Links only what needs no
/// cutting. Reads the file once in either mode. `damaged` when its pages are not sound.
[[nodiscard]] Result<CopiedFile> copy_sealed_segment(const std::filesystem::path& from,
                                                     const std::filesystem::path& to, CopyMode mode,
                                                     const CopyProgress& progress);

/// Copies the file `from` to the new name `to`; otherwise as copy_sealed_segment().
[[nodiscard]] Result<CopiedFile> copy_file(const std::filesystem::path& from,
                                           const std::filesystem::path& to, std::uint64_t bytes,
                                           const CopyProgress& progress);

/// Size and SHA-256 of a file. Cost: one pass.
[[nodiscard]] Result<CopiedFile> hash_file(const std::filesystem::path& path,
                                           const CopyProgress& progress);

/// Writes entries that exist already into a new segment's file, byte for byte.
///
/// Place.       A directory that nobody reads or serves yet.
/// Threads.     One at a time.
/// Durability.  Nothing is on disk before finish(), which syncs the bytes, not the name.
class SegmentWriter {
 public:
  /// `entry_bytes` is at least what all entries have together. The file must not exist.
  [[nodiscard]] static Result<std::unique_ptr<SegmentWriter>> create(
      const std::filesystem::path& path, std::uint64_t entry_bytes);
  ~SegmentWriter();
  SegmentWriter(const SegmentWriter&) = delete;
  SegmentWriter& operator=(const SegmentWriter&) = delete;

  /// Requires: a whole entry, whose first sequence is above all before.
  [[nodiscard]] Result<void> append(std::span<const std::byte> value);

  /// As long as its pages, synced. Nothing may be appended afterwards.
  [[nodiscard]] Result<void> finish();

 private:
  struct State;
  explicit SegmentWriter(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

/// Copies the entries of segment `ordinal` up to and with the one that ends at `until`, each one
/// checked, to the new segment file `to`, whose bytes are on disk when it returns. The segment may
/// be written meanwhile, by any process. `not_found` when no entry ends at `until`.
[[nodiscard]] Result<void> copy_entries(const JournalLayout& from, std::uint64_t ordinal,
                                        Sequence until, const std::filesystem::path& to,
                                        const CopyProgress& progress);

}  // namespace daybook
