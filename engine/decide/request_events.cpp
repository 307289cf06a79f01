#include "engine/decide/request_events.hpp"

#include <algorithm>

#include "engine/base/assert.hpp"

namespace daybook {
namespace {

constexpr std::size_t slot_count = 2 * limits::batch_events_max;
static_assert((slot_count & (slot_count - 1)) == 0, "a slot is found by masking");

}  // namespace

bool payloads_fill(std::span<const DomainEvent> events, std::size_t payload_bytes) {
  std::uint64_t bytes = 0;
  for (const DomainEvent& event : events) bytes += event.payload_bytes;
  return bytes == payload_bytes;
}

RequestEvents::RequestEvents()
    : ids_(slot_count), streams_(slot_count), decisions_(limits::batch_events_max) {}

void RequestEvents::begin_round() {
  if (++round_ != 0) return;
  // After 2^32 requests: what is left of the first rounds would look new.
  std::fill(ids_.begin(), ids_.end(), Slot{});
  std::fill(streams_.begin(), streams_.end(), Slot{});
  round_ = 1;
}

// The slot of what `same(index)` recognises, or a free one.
template <typename Same>
RequestEvents::Slot& RequestEvents::slot_of(std::vector<Slot>& slots, std::uint32_t round,
                                            std::uint64_t tag, Same same) {
  for (std::size_t at = tag & (slot_count - 1);; at = (at + 1) & (slot_count - 1)) {
    Slot& slot = slots[at];
    if (slot.round != round || same(slot.index)) return slot;
  }
}

RequestEvents::Decision RequestEvents::decide_one(const State& state, FactReader& facts,
                                                  const Asked& asked, std::uint32_t index,
                                                  std::span<const std::byte> payload,
                                                  Counts& counts) {
  using Status = AppendEventStatus;
  const auto& events = asked.events;
  const DomainEvent& event = events[index];
  Decision decision;
  const auto is = [&decision](Status status) {
    decision.status = status;
    return decision;
  };
  if (const Status fault = fault_of(event, asked.scope); fault != Status::created) {
    return is(fault);
  }
  const bool commands = is_engine_aggregate(event.aggregate_type);
  if (commands) {
    const Status fault = fault_of_command(event, payload);
    if (fault != Status::created) return is(fault);
  }
  Slot& same_id = slot_of(ids_, round_, state.event_ids.tag_of(event.id),
                          [&](std::uint32_t other) { return events[other].id == event.id; });
  if (same_id.round == round_) return is(Status::id_repeated_in_request);
  same_id = {.round = round_, .index = index};

  decision.hashes = hashes_of(event, payload);
  const EventIdTable::Found found = state.event_ids.find(event, decision.hashes.content, facts);
  if (found.status != Status::created && found.status != Status::exists) return is(found.status);
  const bool exists = found.status == Status::exists;
  if (index == 0) counts.exist = exists;
  if (exists != counts.exist) return is(Status::exists_in_part);
  decision.original = found.original;
  if (exists) return is(Status::exists);

  Slot& newest =
      slot_of(streams_, round_, state.streams.tag_of(event.stream()),
              [&](std::uint32_t other) { return events[other].stream() == event.stream(); });
  const std::uint64_t before = newest.round == round_ ? decisions_[newest.index].version
                                                      : state.streams.version_of(event.stream());
  const bool expects = (event.flags & event_flag::expects_version) != 0;
  if (expects && event.version != before) return is(Status::version_mismatch);
  if (commands) {
    const Status status = decide_command(state, asked, event, payload);
    if (status != Status::created) return is(status);
  }
  if (before == 0 && ++counts.streams > state.streams.room()) return is(Status::too_many_streams);
  if (++counts.events > state.event_ids.room()) return is(Status::too_many_events);
  newest = {.round = round_, .index = index};
  decision.version = before + 1;
  return decision;
}

// Where it may be done, the later commands of the request see it done.
AppendEventStatus RequestEvents::decide_command(const State& state, const Asked& asked,
                                                const DomainEvent& event,
                                                std::span<const std::byte> payload) {
  const AggregateRules& rules = *rules_of(event.aggregate_type);
  const AskedCommand command{event, *read_command(event, payload), asked.principal};
  const AppendEventStatus status = rules.decide(rows_, {state.ledgers, asked.transfers}, command);
  if (status == AppendEventStatus::created) rules.apply(rows_, command);
  return status;
}

std::span<const RequestEvents::Decision> RequestEvents::decide(const State& state,
                                                               FactReader& facts,
                                                               const Asked& asked) {
  using Status = AppendEventStatus;
  const auto& events = asked.events;
  std::span<const std::byte> payloads = asked.payloads;
  ENSURE(events.size() <= decisions_.size(), "a request has at most so many events");
  begin_round();
  rows_.begin(state.aggregates);
  Counts counts;
  const std::span decisions{decisions_.data(), events.size()};
  for (std::uint32_t index = 0; index < events.size(); ++index) {
    const auto payload = payloads.first(events[index].payload_bytes);
    payloads = payloads.subspan(payload.size());
    decisions[index] = decide_one(state, facts, asked, index, payload, counts);
    const Status status = decisions[index].status;
    if (status == Status::created || status == Status::exists) continue;
    appends_ = false;
    for (std::uint32_t other = 0; other < events.size(); ++other) {
      if (other != index) decisions[other].status = Status::linked_event_failed;
    }
    return decisions;
  }
  appends_ = !counts.exist;
  return decisions;
}

}  // namespace daybook
