#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "engine/ports/journal.hpp"

namespace daybook {

/// Where a journal ends. The reader fills in the first part; what stands in payloads, which this
/// room does not decode, is the caller's to add before it opens the journal for writing.
struct JournalTail {
  Sequence last_sequence;       ///< 0: the journal is empty.
  Uint128 last_hash;            ///< `hash` of the last entry; zeros when there is none.
  std::uint64_t last_time = 0;  ///< Commit time of the last entry.
  std::uint64_t segment = 0;    ///< Ordinal of the segment that holds the last entry; 0: none.

  // ---- The caller's. ----
  bool sealed = false;          ///< The last entry seals its segment.
  std::uint64_t hashed = 0;     ///< Newest ordinal whose hash is a fact; 0: none.
  Sha256Digest hashed_chain{};  ///< `chain` of that fact; zeros when there is none.
};

struct ReadOptions {
  /// Begin with the entry that contains this sequence.
  Sequence from{1};
  /// `hash` of the entry before the first one shown, when the caller knows it (a snapshot does).
  /// Else the reader looks at that entry itself.
  std::optional<Uint128> previous_hash;
  /// Show nothing past this sequence: the journal is being written by this process. Called once
  /// for each entry. Empty: offline, recovery, or another process writes; shows what is committed.
  std::function<Sequence()> durable;
  /// Says that the first entry of a segment rightly carries a journal id other than `before`, that
  /// of the entry before it: it names its parent. Empty: such an entry is damage.
  std::function<bool(const EntryView&, const Uint128& before)> accepts_fork;
  /// As JournalLayout has it.
  std::filesystem::path archive{};
};

/// Every entry of a data directory in order, over all segments, each checked before it is shown:
/// file size, page structure before LMDB maps a file, contiguous ordinals, checksum, journal id,
/// chain of hashes, contiguous sequences, commit times that do not fall. Does not decode payloads.
///
/// Place.    Three uses: recovery (the caller holds the DataDirectory, no Journal is open yet);
///           live, `durable` given, beside the Journal of the same process, whose environment it
///           shares; offline, on a copy, a read-only directory, or a directory that another
///           process is writing.
/// Threads.  One at a time. Different readers do not share anything that needs care.
/// Errors.   `damaged` names the file, the sequence and the kind; after a failure next() repeats
///           it. `not_found` when `from` lies past the next sequence.
/// Limits.   Holds one read transaction while a view is out, none after release(); one segment
///           open at a time.
class JournalReader final : public EntrySource {
 public:
  [[nodiscard]] static Result<std::unique_ptr<JournalReader>> open(
      const std::filesystem::path& directory, ReadOptions options = {});

  ~JournalReader() override;

  Result<std::optional<EntryView>> next() override;
  void release() override;

  /// Ordinal of the segment of the entry shown last; 0 before the first.
  [[nodiscard]] std::uint64_t segment() const;

  /// Whether the entry shown last is the first of its segment.
  [[nodiscard]] bool at_segment_start() const;

  /// The end so far: the entry shown last. When `from` was past everything, the last entry there
  /// is. Recovery asks after next() returned nothing.
  [[nodiscard]] JournalTail tail() const;

  /// Requires that nothing is shown any more: recovery destroys its reader before Journal::open.
  JournalReader(const JournalReader&) = delete;
  JournalReader& operator=(const JournalReader&) = delete;

 private:
  struct State;
  explicit JournalReader(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace daybook
