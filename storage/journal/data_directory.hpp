#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/base/uint128.hpp"
#include "storage/file/file.hpp"
#include "storage/witness/witness.hpp"

/// A data directory's names:
///
///   DIR/LOCK                                  flock'ed for the life of the process that serves
///   DIR/journal.id                            the journal's id (below)
///   DIR/HEAD                                  the witness (storage/witness/witness.hpp)
///   DIR/journal/00000000000000000001.mdb      segments, dense from 1
///   DIR/journal/00000000000000000001.mdb-lock LMDB's reader table of a segment in use
///   DIR/journal/00000000000000000002.mdb.new  a segment being prepared; deleted at start
///   DIR/index/                                runs of indexes (storage/runs/run_directory.hpp)
///
/// journal.id, 40 bytes, little-endian, written once when everything else of a new directory is
/// on disk:
///
///   offset size
///        0    4  magic: "DBKJ"
///        4    4  format version: 1
///        8   16  journal id: random, low word first
///       24    8  reserved: 0
///       32    8  XXH3-64 of the bytes before
///
/// Example, of journal id 0x000102030405060708090a0b0c0d0e0f:
///   44 42 4b 4a 01 00 00 00  0f 0e 0d 0c 0b 0a 09 08  07 06 05 04 03 02 01 00
///   00 00 00 00 00 00 00 00  0a 1a bc dd 2a 73 f0 2c

namespace daybook {

/// Where things stand in a data directory. Touches no disk, but where there is an archive.
struct JournalLayout {
  std::filesystem::path root;
  /// A directory with older segments in its journal/, which are read as if they stood in `root`;
  /// what both have is taken from `root`. Empty: none.
  std::filesystem::path archive{};

  [[nodiscard]] std::filesystem::path lock() const { return root / "LOCK"; }
  [[nodiscard]] std::filesystem::path id() const { return root / "journal.id"; }
  [[nodiscard]] std::filesystem::path head() const { return root / "HEAD"; }
  /// The name of the archive, where older segments were moved to one.
  [[nodiscard]] std::filesystem::path archive_note() const { return root / "ARCHIVE"; }
  /// Of a backup, not of a data directory: what belongs to it.
  [[nodiscard]] std::filesystem::path backup() const { return root / "BACKUP.json"; }
  [[nodiscard]] std::filesystem::path journal() const { return root / "journal"; }
  [[nodiscard]] std::filesystem::path snapshots() const { return root / "snapshots"; }
  /// Runs of indexes.
  [[nodiscard]] std::filesystem::path index() const { return root / "index"; }
  /// Of a segment that only the archive has: there.
  [[nodiscard]] std::filesystem::path segment(std::uint64_t ordinal) const;
};

/// The layout of `root` with `archive`, or, where that is empty, with the one that DIR/ARCHIVE
/// names. `damaged` when that names none.
[[nodiscard]] Result<JournalLayout> layout_with_archive(const std::filesystem::path& root,
                                                        const std::filesystem::path& archive = {});

/// Makes DIR/ARCHIVE, or replaces it: from then on everything that reads the journal reads
/// `archive`, too.
[[nodiscard]] Result<void> note_archive(const JournalLayout& layout,
                                        const std::filesystem::path& archive);

/// What stands in DIR/journal.
struct SegmentListing {
  std::vector<std::uint64_t> ordinals;          ///< Ascending; may have gaps.
  std::vector<std::filesystem::path> leftover;  ///< Half-prepared segments (.new).
  std::vector<std::filesystem::path> unknown;   ///< Names that Daybook does not give.
};

/// With those of the archive.
[[nodiscard]] Result<SegmentListing> list_segments(const JournalLayout& layout);

/// The id in DIR/journal.id. `not_found` when the file is missing, `damaged`, `unsupported`.
[[nodiscard]] Result<Uint128> read_journal_id(const JournalLayout& layout);

/// A new journal id: random.
[[nodiscard]] Result<Uint128> make_journal_id();

/// Makes DIR/HEAD and then DIR/journal.id of a directory whose segments are in place: from then on
/// it may be served. Requires: neither is there; `statement` is true.
[[nodiscard]] Result<void> write_identity(const JournalLayout& layout,
                                          const WitnessStatement& statement);

/// Whether some process holds DIR/LOCK now. Read-only directories without a LOCK file count as
/// not held.
[[nodiscard]] bool is_locked(const JournalLayout& layout);

/// A data directory that this process, and no other, may change.
///
/// Threads.  Any, after open.
/// Errors.   `locked` names the holder. A second open in this process is refused alike.
class DataDirectory {
 public:
  /// Opens `root`, making it and its journal id when it is missing or empty; its parent must
  /// exist. A directory that holds segments and no id is `damaged`, never made anew.
  [[nodiscard]] static Result<DataDirectory> open_or_create(const std::filesystem::path& root);

  [[nodiscard]] const JournalLayout& layout() const { return layout_; }
  [[nodiscard]] const std::filesystem::path& path() const { return layout_.root; }
  [[nodiscard]] const Uint128& journal_id() const { return journal_id_; }

 private:
  DataDirectory(JournalLayout layout, File lock, const Uint128& journal_id);

  JournalLayout layout_;
  File lock_;  // Closing it gives the lock back.
  Uint128 journal_id_;
};

}  // namespace daybook
