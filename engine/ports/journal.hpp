#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "engine/base/hash.hpp"
#include "engine/base/result.hpp"
#include "engine/model/sequence.hpp"
#include "engine/ports/entry.hpp"

/// What the engine asks of the journal, and the journal of nobody. Entries are opaque here: a
/// header (entry.hpp) and bytes.

namespace daybook {

/// Where an entry stands in its segment. The sequencer decides it, because opening and sealing a
/// segment are facts with sequences of their own.
enum class EntryPlace : std::uint8_t {
  opens_segment,  ///< First of a segment.
  within,
  seals_segment,  ///< Last of a segment.
};

/// Room left in the segment that is being written.
struct SegmentSpace {
  std::uint64_t pages_left = 0;  ///< Of 4,096 bytes, before the segment must have been sealed.
};

/// A sealed segment's file, hashed: becomes the fact `segment_hashed`.
struct SegmentHash {
  std::uint64_t ordinal = 0;     ///< Of the segment; the first is 1.
  std::uint64_t file_bytes = 0;  ///< After sealing truncated it to its last page.
  Sha256Digest file{};           ///< SHA-256 of the file.
  Sha256Digest
      chain{};  ///< SHA-256 of the previous segment's `chain` (zeros for the first) and `file`.
};

/// What the journal's helper thread tells the sequencer without being asked.
///
/// Threads.  Written by the helper thread; read by the sequencer. `disk_low` is a plain flag: no
///           other memory depends on it, so it is relaxed.
class JournalObserver {
 public:
  virtual ~JournalObserver() = default;
  /// A segment was sealed and hashed. Called on the helper thread, in order of ordinals. May
  /// wait for room.
  virtual void segment_hashed(const SegmentHash& hash) = 0;
  /// Free space fell below the low-water mark, or rose above it again.
  virtual void disk_low(bool low) = 0;
};

/// The writing end of the journal.
///
/// Threads.     One thread, the journaler, after construction.
/// Durability.  An entry is durable once sync() has returned, or the append() of the next entry
///              of the same segment has (late acknowledgement), or the append() of the entry that
///              seals its segment has (it syncs before it returns).
/// Errors.      Every failure is final: the object must not be used again, the process should stop
///              and recover.
class JournalWriter {
 public:
  virtual ~JournalWriter() = default;

  /// Commits `value` as one transaction, after writing its previous_hash and hash. `opens_segment`
  /// switches to the prepared next segment first. Returns the room left in the segment.
  /// Requires: `value` is a whole entry that continues the sequences of the last one.
  virtual Result<SegmentSpace> append(std::span<std::byte> value, EntryPlace place) = 0;

  /// Makes everything appended durable.
  virtual Result<void> sync() = 0;

  /// Writes down, outside the journal, that everything up to `durable` is on disk: the witness
  /// that later shows a journal which has lost its end. Called about once a second and at close;
  /// never with more than is durable.
  virtual Result<void> witness(Sequence durable) = 0;
};

/// Entries in order, each checked (checksum, chain, sequences) before it is shown.
///
/// Threads.  One at a time.
class EntrySource {
 public:
  virtual ~EntrySource() = default;

  /// The entry after the one returned last, or nothing where the source ends for now (a live
  /// journal may have one later). The view is valid until the next call of next() or release().
  virtual Result<std::optional<EntryView>> next() = 0;

  /// Lets go of what the last view points into. A live journal's pages are not reused while a
  /// reader holds on, so whoever waits calls this first.
  virtual void release() = 0;
};

/// Finds single entries of a journal that may be live.
///
/// Threads.  One at a time per object.
class EntryLookup {
 public:
  virtual ~EntryLookup() = default;

  /// Calls `use` with the checked entry that contains `sequence`; the view is valid only inside.
  /// `not_found` when no committed entry contains it.
  virtual Result<void> with_entry(Sequence sequence,
                                  const std::function<void(const EntryView&)>& use) = 0;

  /// The same for the newest entry whose commit time is not after `time_ns`. A binary search.
  virtual Result<void> with_entry_at_time(std::uint64_t time_ns,
                                          const std::function<void(const EntryView&)>& use) = 0;
};

}  // namespace daybook
