#pragma once

#include <cstdint>
#include <utility>

#include "engine/codec/entry_facts.hpp"
#include "engine/model/domain_event.hpp"
#include "engine/query/pair_index.hpp"
#include "engine/query/time_marks.hpp"

namespace daybook {

/// Where the domain events are: the sequences of those of an aggregate, of an aggregate type, of an
/// event type, and of all. Derived from the journal, entry by entry, so it can always be made
/// again. Two values may share a key, so a reader looks at the events.
///
/// Threads.  One adds; the rest is for any.
/// Cost.     Four pairs an event.
class StreamIndex {
 public:
  /// `store`: as PairIndex.
  StreamIndex(PairIndex::Sizes sizes, RunStore* store) : events_{sizes, store, "domain-events"} {}

  /// The next entry of the journal. Once this returns, views show it.
  void add(const EntryFacts& facts);

  [[nodiscard]] IndexView events() const { return events_.view(); }

  /// The key that leads to the fewest of what the filter lets pass.
  [[nodiscard]] static std::uint64_t key_for(const EventFilter& filter);

  /// As TimeMarks', of events.
  [[nodiscard]] std::pair<std::uint64_t, std::uint64_t> sequences_between(Timestamp min,
                                                                          Timestamp max) const {
    return marks_.sequences_between(min, max);
  }

  /// As those of FactIndex.
  void save(SnapshotWriter& into) const;
  [[nodiscard]] static bool owns(const SnapshotBlock& block);
  [[nodiscard]] Result<void> restore(const SnapshotBlock& block, const SnapshotReader& from);

 private:
  void add(const DomainEvent& event, std::uint64_t sequence);

  static constexpr std::uint64_t events_a_mark = 256;

  PairIndex events_;
  std::uint64_t count_ = 0;
  TimeMarks marks_;
};

}  // namespace daybook
