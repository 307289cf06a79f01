#pragma once

#include <cstdint>
#include <span>

#include "engine/base/mapped_array.hpp"
#include "engine/ledger/fact_reader.hpp"
#include "engine/model/ids.hpp"
#include "engine/model/sequence.hpp"

namespace daybook {

/// Which timestamps transfers have. They only grow with the sequence, so now and then one is noted,
/// and what lies between two notes is read from the journal. Only imported accounts ask, because
/// no account may have a transfer's timestamp.
///
/// Threads.  One.
class TransferTimes {
 public:
  explicit TransferTimes(std::uint64_t transfers_max) : notes_{transfers_max} {}

  [[nodiscard]] Timestamp last() const { return last_; }

  /// A transfer was created. Requires: `timestamp` > last().
  void add(Timestamp timestamp, Sequence sequence) {
    last_ = timestamp;
    if (sequence >= next_note_) note(timestamp, sequence);
  }

  /// For taking back what was added: how things were.
  struct Mark {
    Timestamp last;
    Sequence next_note;
    std::uint64_t count = 0;
  };
  [[nodiscard]] Mark mark() const { return {last_, next_note_, count_}; }
  void go_back(const Mark& mark) {
    last_ = mark.last;
    next_note_ = mark.next_note;
    count_ = mark.count;
  }

  struct Note {
    std::uint64_t timestamp;
    std::uint64_t sequence;
  };
  /// For a snapshot: what there is beside last().
  [[nodiscard]] std::span<const Note> notes() const { return {notes_.items(), count_}; }
  [[nodiscard]] std::uint64_t notes_max() const { return notes_.size(); }
  /// From a snapshot. Requires: nothing was added; at most notes_max() notes, in order.
  void restore(std::span<const Note> notes, Timestamp last) {
    for (const Note& each : notes) note(Timestamp{each.timestamp}, Sequence{each.sequence});
    last_ = last;
  }

  /// Has a transfer this timestamp? Cost: at most `stride` facts read; none above last().
  [[nodiscard]] bool has(Timestamp timestamp, FactReader& facts) const {
    if (timestamp > last_ || count_ == 0) return false;
    std::uint64_t low = 0;
    std::uint64_t high = count_;  // notes_[low] <= timestamp < notes_[high], once they are checked.
    while (low < high) {
      const std::uint64_t middle = low + (high - low) / 2;
      if (notes_[middle].timestamp <= timestamp.value()) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low == 0) return false;
    const std::uint64_t begin = notes_[low - 1].sequence;
    const std::uint64_t end = low < count_ ? notes_[low].sequence : begin + stride;
    RecordedTransfer recorded;
    for (std::uint64_t at = begin; at < end && at < begin + stride; ++at) {
      if (!facts.transfer_at(Sequence{at}, recorded)) continue;
      if (recorded.transfer.timestamp >= timestamp) {
        return recorded.transfer.timestamp == timestamp;
      }
    }
    return false;
  }

 private:
  static constexpr std::uint64_t stride = 4'096;  // Sequences that one note stands for.

  void note(Timestamp timestamp, Sequence sequence) {
    notes_[count_++] = {timestamp.value(), sequence.value()};
    next_note_ = Sequence{sequence.value() + stride};
  }

  MappedArray<Note> notes_;
  std::uint64_t count_ = 0;
  Sequence next_note_;
  Timestamp last_;
};

}  // namespace daybook
