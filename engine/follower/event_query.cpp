#include "engine/follower/event_query.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/query/event_rules.hpp"
#include "engine/replay/entry_reader.hpp"

namespace daybook {
namespace {

void append(std::vector<std::byte>& items, const RecordedEvent& item) {
  const auto bytes = std::as_bytes(std::span{&item, 1});
  items.insert(items.end(), bytes.begin(), bytes.end());
}

}  // namespace

EventQuery::EventQuery(const Follower& follower, WithFacts with_facts, Sequence as_of,
                       RequestSlot& slot)
    : follower_{follower}, with_facts_{std::move(with_facts)}, as_of_{as_of}, slot_{slot} {
  std::memcpy(&filter_, slot.events, sizeof(filter_));
}

Result<void> EventQuery::run() {
  slot_.first_sequence = as_of_;
  slot_.cursor = filter_.cursor;
  if (const auto fault = fault_of(filter_)) {
    slot_.status = RequestStatus::filter_invalid;
    slot_.detail = *fault;
    return {};
  }
  if ((filter_.flags & event_filter_flag::heads) != 0) {
    list_heads();
    return {};
  }
  if (!filter_.aggregate_id.is_zero()) {
    // At one moment, so that it is known how many events of the stream there are.
    const Follower::StreamHead head =
        follower_.find_stream({filter_.aggregate_type, filter_.aggregate_id});
    as_of_ = slot_.first_sequence = head.as_of;
    stream_version_ = head.version;
  }
  auto found = find_events();
  slot_.query_items.insert(slot_.query_items.end(), payloads_.begin(), payloads_.end());
  return found;
}

// Versions are dense, so of a stream's candidates so many come before the version that the page
// begins with, and those of other streams only add to them.
std::uint64_t EventQuery::surely_outside() const {
  const bool whole_stream = filter_.cursor == 0 && filter_.timestamp_min.value() == 0 &&
                            filter_.timestamp_max.value() == 0 &&
                            filter_.sequence_min.value() == 0 && filter_.sequence_max.value() == 0;
  if (!whole_stream) return 0;
  if (!newest_first()) return filter_.version_min == 0 ? 0 : filter_.version_min - 1;
  const bool inside = filter_.version_max != 0 && filter_.version_max < stream_version_;
  return inside ? stream_version_ - filter_.version_max : 0;
}

IndexedValues EventQuery::candidates(std::uint64_t first, std::uint64_t last) const {
  IndexedValues values{follower_.streams().events(), StreamIndex::key_for(filter_), first, last,
                       newest_first() ? IndexOrder::descending : IndexOrder::ascending};
  for (std::uint64_t left = surely_outside(); left > 0 && values.next(); --left) continue;
  return values;
}

Result<void> EventQuery::find_events() {
  auto [first, last] =
      follower_.streams().sequences_between(filter_.timestamp_min, filter_.timestamp_max);
  first = std::max(first, filter_.sequence_min.value());
  last = std::min(last, as_of_.value());
  if (filter_.sequence_max.value() != 0) last = std::min(last, filter_.sequence_max.value());
  if (filter_.cursor != 0 && newest_first()) last = std::min(last, filter_.cursor - 1);
  if (filter_.cursor != 0 && !newest_first()) {
    if (filter_.cursor >= last) return {};
    first = std::max(first, filter_.cursor + 1);
  }
  if (first > last) return {};
  IndexedValues values = candidates(first, last);
  std::optional<std::uint64_t> next = values.next();
  for (std::uint32_t entries = 0; next; ++entries) {
    if (page_ends() || entries == entries_max) {
      slot_.more = true;
      return {};
    }
    auto read = with_facts_(Sequence{*next},
                            [&](const EntryFacts& facts) { look_at_entry(facts, values, next); });
    if (!read.ok()) return read;
  }
  return {};
}

// Looks at all that lies in this entry, unless the page ends before.
void EventQuery::look_at_entry(const EntryFacts& facts, IndexedValues& values,
                               std::optional<std::uint64_t>& next) {
  const FactPlaces places{facts};
  const std::vector<std::size_t> payloads = payload_places(facts);
  std::uint64_t before = 0;
  while (next && !page_ends() && *next >= facts.header.first().value() &&
         *next <= facts.header.last().value()) {
    const std::uint64_t sequence = *next;
    // Two keys that share a tag bring the same event twice, one right behind the other.
    const auto index = places.event_index_at(Sequence{sequence});
    if (index && sequence != before) {
      const DomainEvent& event = facts.domain_events[*index];
      look_at(event, sequence, facts.event_payloads.subspan(payloads[*index], event.payload_bytes));
      if (is_over_) next.reset();
      if (is_full_ || is_over_) return;
    }
    before = sequence;
    slot_.cursor = sequence;
    next = values.next();
  }
}

void EventQuery::look_at(const DomainEvent& event, std::uint64_t sequence,
                         std::span<const std::byte> payload) {
  ++looked_at_;
  if (!passes(filter_, event, Sequence{sequence})) {
    // Behind the last version asked for there is nothing more.
    if (event.stream() != StreamKey{filter_.aggregate_type, filter_.aggregate_id}) return;
    is_over_ = newest_first() ? event.version < filter_.version_min
                              : filter_.version_max != 0 && event.version > filter_.version_max;
    return;
  }
  const std::size_t bytes =
      slot_.query_items.size() + sizeof(RecordedEvent) + payloads_.size() + payload.size();
  if (bytes > limits::event_page_bytes_max) {
    is_full_ = true;
    return;
  }
  append(slot_.query_items, {.event = event, .sequence = Sequence{sequence}});
  payloads_.insert(payloads_.end(), payload.begin(), payload.end());
  ++slot_.item_count;
}

void EventQuery::list_heads() {
  follower_.with_streams([this](const StreamTable& streams, Sequence as_of) {
    slot_.first_sequence = as_of;
    // Slots in the order in which streams began; cursors count them from 1.
    std::uint64_t begin = 0;
    std::uint64_t end = streams.count();
    if (filter_.cursor != 0 && newest_first()) end = std::min(end, filter_.cursor - 1);
    if (filter_.cursor != 0 && !newest_first()) begin = std::min(end, filter_.cursor);
    if (!filter_.aggregate_id.is_zero()) {  // One, or none.
      const StreamSlot slot = streams.find({filter_.aggregate_type, filter_.aggregate_id});
      if (slot == no_stream || slot < begin || slot >= end) return;
      begin = slot;
      end = begin + 1;
    }
    for (; begin < end; ++looked_at_) {
      if (page_ends()) {
        slot_.more = true;
        return;
      }
      const std::uint64_t at = newest_first() ? --end : begin++;
      slot_.cursor = at + 1;
      const Stream& stream = streams.at(static_cast<StreamSlot>(at));
      const Uint128& wanted = filter_.aggregate_type;
      if (!wanted.is_zero() && wanted != stream.key.aggregate_type) continue;
      RecordedEvent head;
      head.event.aggregate_type = stream.key.aggregate_type;
      head.event.aggregate_id = stream.key.aggregate_id;
      head.event.version = stream.version;
      head.sequence = stream.last_sequence;
      append(slot_.query_items, head);
      ++slot_.item_count;
    }
  });
}

}  // namespace daybook
