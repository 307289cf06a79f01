#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/hash.hpp"
#include "engine/ports/entry.hpp"
#include "storage/journal/finding.hpp"

/// Offline verification of a journal's bytes. Opens nothing with LMDB and maps nothing: every page
/// is read with pread by the project's own bounds-checked walker, so no bytes can kill or hang it.

namespace daybook {

struct SegmentReport {
  std::uint64_t ordinal = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t entries = 0;              ///< Good ones.
  Sequence first;                         ///< Of the first good entry.
  Sequence last;                          ///< Of the last good entry.
  bool empty = false;                     ///< Prepared, without entries.
  std::optional<Sha256Digest> file_hash;  ///< When asked for.
};

struct VerifyOptions {
  /// Also compute each sealed file's SHA-256, to compare with the `segment_hashed` facts.
  bool hash_files = false;
  /// Each good entry in order, with the ordinal of its segment. Good means its own checksum; a
  /// broken chain before it is among the findings.
  std::function<void(const EntryView&, std::uint64_t ordinal)> on_entry;
  /// Bytes looked at, of how many.
  std::function<void(std::uint64_t done, std::uint64_t total)> on_progress;
  /// Says that the first entry of a segment rightly carries another journal id (see ReadOptions).
  std::function<bool(const EntryView&, const Uint128& before)> accepts_fork;
  /// As JournalLayout has it.
  std::filesystem::path archive{};
};

struct VerifyReport {
  std::vector<Finding> findings;   ///< The first `findings_max`.
  std::uint64_t damage_count = 0;  ///< All of severity damage, kept or not.
  std::vector<SegmentReport> segments;
  Uint128 journal_id;         ///< Of journal.id, else of the first entry.
  std::uint64_t entries = 0;  ///< Good ones.
  Sequence last_sequence;     ///< Of the last good entry.
  Uint128 last_hash;          ///< The head: keep it elsewhere and compare.
  bool live = false;          ///< Another process was writing: its newest entries may lack.

  [[nodiscard]] bool sound() const { return damage_count == 0; }
};

/// Checks everything about the bytes of `directory`: a data directory, or an archive that has only
/// its journal/ with some of the segments. Names, sizes, meta pages, page structure, keys against
/// headers, checksums, chain, sequences, journal ids, commit times, witness. Goes on after damage:
/// what can be read is read. Never fails on what it finds; `not_found` or `io` when the directory
/// itself cannot be read, which is "cannot tell". Cost: one pass over the files, a second one with
/// `hash_files`.
[[nodiscard]] Result<VerifyReport> verify_journal(const std::filesystem::path& directory,
                                                  const VerifyOptions& options = {});

}  // namespace daybook
