// Replayer: domain events, with all that a forged journal could say wrong checked before it is
// applied.

#include <algorithm>

#include <fmt/format.h>

#include "engine/replay/replay_failure.hpp"
#include "engine/replay/replayer.hpp"

namespace daybook {

Result<void> Replayer::check_event(const EntryFacts& facts, const DomainEvent& event,
                                   Sequence sequence) {
  // As it was asked for, whatever version was expected.
  DomainEvent asked = event;
  asked.timestamp = {};
  asked.version = 0;
  if (fault_of(asked) != AppendEventStatus::created) {
    return damaged(sequence, "a domain event could not have been appended");
  }
  if (!is_in_time(event.timestamp, false)) {
    return damaged(sequence, "a domain event's timestamp is not of its operation's time");
  }
  const std::uint64_t before = state_.streams.version_of(event.stream());
  if (event.version != before + 1) {
    return damaged(sequence, fmt::format("a domain event has version {} and its stream has {}",
                                         event.version, before));
  }
  bool may_be_used = false;
  state_.event_ids.for_each_candidate(event.id, [&](Sequence) { may_be_used = true; });
  if (!may_be_used) return {};
  const auto used = earlier_.is_event(facts, event.id);
  if (!used.ok()) return used.error();
  if (!used.value()) return {};
  return damaged(sequence, fmt::format("the id 0x{} has a domain event already", to_hex(event.id)));
}

Result<void> Replayer::apply_events(const EntryFacts& facts, const PlacedRun& placed) {
  const Run& run = placed.run;
  state_.streams.prepare(std::min<std::uint64_t>(run.count, state_.streams.room()));
  state_.event_ids.prepare(std::min<std::uint64_t>(run.count, state_.event_ids.room()));
  for (const DomainEvent& event : facts.domain_events.subspan(run.first, run.count)) {
    const Sequence sequence = state_.take_sequence();
    if (auto checked = check_event(facts, event, sequence); !checked.ok()) return checked;
    if (state_.event_ids.room() == 0) {
      return no_room(sequence, "there are more domain events than --event-ids-max");
    }
    if (event.version == 1 && state_.streams.room() == 0) {
      return no_room(sequence, "there are more streams than --streams-max");
    }
    const auto payload = facts.event_payloads.subspan(payload_bytes_applied_, event.payload_bytes);
    payload_bytes_applied_ += payload.size();
    state_.append_event(event, hashes_of(event, payload), sequence);
  }
  return {};
}

}  // namespace daybook
