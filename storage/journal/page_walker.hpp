#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "storage/file/file.hpp"
#include "storage/journal/finding.hpp"

/// Reads LMDB 0.9.24 files (64-bit, little-endian, pages of 4,096 bytes, unnamed database, plain
/// keys of 8 bytes) without LMDB, for two reasons: LMDB follows damaged pages out of its map or
/// round in circles, and it does not notice most damage.
///
/// What a segment looks like. Every page starts with 16 bytes: number (8), pad (2), flags (2:
/// 1 branch, 2 leaf, 4 overflow, 8 meta), then lower and upper (2 + 2), the bounds of the page's
/// free middle; an overflow run's first page has its length in pages there (4).
///
///   page 0, 1   meta, offset 16: magic 0xbeefc0de (4), version 1 (4), address (8), map size (8),
///               two trees of 48 bytes (the free list, whose first 4 bytes are the page size; the
///               entries), last page in use (8), transaction (8). Transaction n stands in page
///               n mod 2. A tree: pad (4), flags (2), depth (2), branch, leaf and overflow pages,
///               entries, root (8 each; ~0: empty).
///   branch      2-byte offsets of its nodes from byte 16; node: page number in 48 bits (lo 2,
///               hi 2, top 2), key size (2), key. The first node's key may be empty.
///   leaf        the same with nodes: size (lo 2, hi 2), flags (2: 1 = stands in overflow pages),
///               key size (2), key, and the value or the number of its overflow run (8).
///   overflow    16 bytes, then the value, over consecutive pages.
///   free list   key: transaction (8, native order); value: count (8), page numbers descending.
///
/// Daybook adds: each transaction appends exactly one entry, so a meta page's number of entries
/// is its transaction; every value takes whole overflow pages.

namespace daybook {

/// Where an entry's value stands in its segment's file.
struct EntryPosition {
  std::uint64_t key = 0;         ///< First sequence.
  std::uint64_t page = 0;        ///< Of its overflow run's start.
  std::uint64_t size_bytes = 0;  ///< Of the value; at most limits::entry_bytes_max.

  [[nodiscard]] std::uint64_t page_count() const { return (size_bytes + 16) / 4'096; }
};

/// What a segment's pages say, values not looked at.
struct SegmentStructure {
  std::vector<EntryPosition> entries;  ///< In tree order: by key, where the tree is sound.
  std::vector<Finding> findings;       ///< Without ordinal.
  std::uint64_t file_bytes = 0;
  std::uint64_t last_page = 0;    ///< In use.
  std::uint64_t transaction = 0;  ///< The newest; 0: no entries yet.

  /// Nothing in it can mislead LMDB.
  [[nodiscard]] bool sound() const;
};

/// One segment file, read with pread.
///
/// Threads.  One at a time.
/// Errors.   Damage is findings, never a failure; `io` only from open(). No bytes make it crash,
///           hang, or read a page twice: work is bounded by the file's pages, depth by 32.
class PageWalker {
 public:
  [[nodiscard]] static Result<PageWalker> open(const std::filesystem::path& path);

  /// Checks both meta pages, all tree pages and the free list, and that no page has two uses.
  /// Cost: one pread a tree page; values are not read.
  [[nodiscard]] SegmentStructure walk() const;

  /// The same of a file that another process writes: its pages are stable for two transactions,
  /// so a walk that took longer is thrown away and tried again. A last attempt's findings stand.
  [[nodiscard]] SegmentStructure walk_live() const;

  /// Reads a value into `room`, which grows as needed, after checking its overflow page's header.
  /// A finding, of kind page or unreadable, when that fails.
  [[nodiscard]] Result<std::span<const std::byte>, Finding> read_value(
      const EntryPosition& position, std::vector<std::byte>& room) const;

  [[nodiscard]] const File& file() const { return file_; }

 private:
  explicit PageWalker(File file);

  File file_;
};

/// Whether LMDB may open `path`: `damaged` with the first finding that says no. `is_live`: another
/// process may be writing it. Cost: PageWalker::walk().
[[nodiscard]] Result<void> check_segment_structure(const std::filesystem::path& path,
                                                   bool is_live = false);

}  // namespace daybook
