#pragma once

#include <memory>

#include "engine/ports/journal.hpp"
#include "storage/journal/data_directory.hpp"
#include "storage/journal/journal_reader.hpp"
#include "storage/journal/settings.hpp"

namespace daybook {

/// The journal of a data directory, open at its end for writing: LMDB segments, one transaction an
/// entry, late acknowledgement (see JournalWriter for what is durable when).
///
/// Place.       One a process and directory. Owns the SegmentPreparer and its thread.
/// Threads.     open() on any; then one thread, the journaler. Readers and lookups of the same
///              process share its environment and need no care.
/// Errors.      Final, all of them: after one, every call repeats it.
/// Durability.  Everything that open() found is durable when it returns: a killed process may
///              have left entries that only the page cache held.
/// Limits.      `opens_segment` waits for the preparer when the next segment is not ready yet. An
///              entry is at most limits::entry_bytes_max. SegmentSpace counts to
///              `settings.segment_bytes`; past zero, one entry already under way and one that
///              seals still fit (journal_limits::map_reserve_bytes), a further one is `no_space`.
class Journal final : public JournalWriter {
 public:
  /// Requires: `tail` is what a JournalReader over the whole end of this directory told, with the
  /// caller's part filled in, and that reader is gone.
  ///
  /// Refuses, in this order: settings out of bounds (`invalid`); a journal that ends before what
  /// DIR/HEAD says was durable, or holds another entry there (`damaged`); segments past the tail
  /// that are not empty (`damaged`); whatever the system refuses. Deletes half-prepared segments.
  [[nodiscard]] static Result<std::unique_ptr<Journal>> open(const DataDirectory& directory,
                                                             const JournalSettings& settings,
                                                             const JournalTail& tail,
                                                             JournalObserver& observer);

  /// Stops the helper thread: a segment being hashed is hashed again at the next start.
  ~Journal() override;

  Result<SegmentSpace> append(std::span<std::byte> value, EntryPlace place) override;
  Result<void> sync() override;
  Result<void> witness(Sequence durable) override;

  /// Room in the segment that open() found open; none when the first entry must open one.
  [[nodiscard]] std::optional<SegmentSpace> space() const;

  /// Ordinal of the segment being written, or, when none is open, of the next one.
  [[nodiscard]] std::uint64_t segment() const;

  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

 private:
  struct State;
  explicit Journal(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

/// Compares what DIR/HEAD says with the journal that ends at `tail`: `damaged`, in words, when the
/// journal ends before it, holds another entry there, or the witness is missing, unreadable or of
/// another journal. Journal::open() calls it; offline tools may.
[[nodiscard]] Result<void> check_witness(const JournalLayout& layout, const JournalTail& tail);

}  // namespace daybook
