#include "engine/query/stream_index.hpp"

#include "engine/base/hash.hpp"

namespace daybook {
namespace {

// Frozen, as index_key() is: what a key is of, and the number of the index in snapshots.
constexpr std::uint64_t of_aggregate = 1;
constexpr std::uint64_t of_aggregate_type = 2;
constexpr std::uint64_t of_event_type = 3;
constexpr std::uint64_t every_event = 4;
constexpr std::uint32_t streams_number = 5;

std::uint64_t key_of(std::uint64_t what, const Uint128& value) {
  return mix(value, what * 0x9e3779b97f4a7c15);
}

std::uint64_t key_of(const StreamKey& stream) {
  return key_of(of_aggregate, {mix(stream.aggregate_type, 0), mix(stream.aggregate_id, 1)});
}

}  // namespace

void StreamIndex::add(const EntryFacts& facts) {
  if (facts.domain_events.empty()) return;
  RunWalker walker{facts};
  for (PlacedRun placed; walker.next(placed);) {
    const Run& run = placed.run;
    if (run.kind != FactKind::domain_event) continue;
    std::uint64_t sequence = placed.first_sequence.value();
    for (const DomainEvent& event : facts.domain_events.subspan(run.first, run.count)) {
      add(event, sequence++);
    }
  }
  events_.publish();
}

void StreamIndex::add(const DomainEvent& event, std::uint64_t sequence) {
  events_.add(key_of(event.stream()), sequence);
  events_.add(key_of(of_aggregate_type, event.aggregate_type), sequence);
  events_.add(key_of(of_event_type, event.event_type), sequence);
  events_.add(key_of(every_event, {}), sequence);
  if (count_++ % events_a_mark == 0) marks_.add(event.timestamp, sequence);
}

std::uint64_t StreamIndex::key_for(const EventFilter& filter) {
  if (!filter.aggregate_id.is_zero()) {
    return key_of(StreamKey{filter.aggregate_type, filter.aggregate_id});
  }
  if (!filter.event_type.is_zero()) return key_of(of_event_type, filter.event_type);
  if (!filter.aggregate_type.is_zero()) return key_of(of_aggregate_type, filter.aggregate_type);
  return key_of(every_event, {});
}

void StreamIndex::save(SnapshotWriter& into) const {
  events_.save(into, streams_number);
  marks_.save(into, streams_number, {count_, 0});
}

bool StreamIndex::owns(const SnapshotBlock& block) {
  return block.number == streams_number &&
         (block.kind == BlockKind::index_marks || PairIndex::is_of_an_index(block));
}

Result<void> StreamIndex::restore(const SnapshotBlock& block, const SnapshotReader& from) {
  if (block.kind != BlockKind::index_marks) return events_.restore(block, from);
  const auto words = marks_.restore(block, from);
  if (!words.ok()) return words.error();
  count_ = words.value().first;
  return {};
}

}  // namespace daybook
