#include "engine/query/stream_index.hpp"

#include <algorithm>
#include <iterator>

#include "engine/base/hash.hpp"

namespace daybook {
namespace {

// What a key is of. Any numbers do: the index is made anew at each start.
constexpr std::uint64_t of_aggregate = 1;
constexpr std::uint64_t of_aggregate_type = 2;
constexpr std::uint64_t of_event_type = 3;
constexpr std::uint64_t every_event = 4;

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
  if (count_++ % events_a_mark != 0) return;
  const std::lock_guard lock{marks_mutex_};
  marks_.push_back({event.timestamp, sequence});
}

std::uint64_t StreamIndex::key_for(const EventFilter& filter) {
  if (!filter.aggregate_id.is_zero()) {
    return key_of(StreamKey{filter.aggregate_type, filter.aggregate_id});
  }
  if (!filter.event_type.is_zero()) return key_of(of_event_type, filter.event_type);
  if (!filter.aggregate_type.is_zero()) return key_of(of_aggregate_type, filter.aggregate_type);
  return key_of(every_event, {});
}

std::pair<std::uint64_t, std::uint64_t> StreamIndex::sequences_between(Timestamp min,
                                                                       Timestamp max) const {
  std::uint64_t first = 1;
  std::uint64_t last = ~std::uint64_t{0};
  const auto is_before = [](Timestamp wanted, const Mark& mark) { return wanted < mark.timestamp; };
  const std::lock_guard lock{marks_mutex_};
  // Whatever comes before a mark's event is older than it.
  const auto from = std::upper_bound(marks_.begin(), marks_.end(), min, is_before);
  if (from != marks_.begin()) first = std::prev(from)->sequence;
  if (max.value() != 0) {
    const auto to = std::upper_bound(marks_.begin(), marks_.end(), max, is_before);
    if (to != marks_.end()) last = to->sequence - 1;
  }
  return {first, last};
}

}  // namespace daybook
