// Replayer: domain events, with all that a forged journal could say wrong checked before it is
// applied.

#include <algorithm>

#include <fmt/format.h>

#include "engine/aggregates/aggregate_rules.hpp"
#include "engine/replay/replay_failure.hpp"
#include "engine/replay/replayer.hpp"

namespace daybook {

Result<void> Replayer::check_event(const EntryFacts& facts, const DomainEvent& event,
                                   EventScope scope, Sequence sequence) {
  // As it was asked for, whatever version was expected.
  DomainEvent asked = event;
  asked.timestamp = {};
  asked.version = 0;
  if (fault_of(asked, scope) != AppendEventStatus::created) {
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
  // Of the ids that the engine gives none is kept.
  if (is_engine_made(event)) return {};
  bool may_be_used = false;
  state_.event_ids.for_each_candidate(event.id, [&](Sequence) { may_be_used = true; });
  if (!may_be_used) return {};
  const auto used = earlier_.is_event(facts, event.id);
  if (!used.ok()) return used.error();
  if (!used.value()) return {};
  return damaged(sequence, fmt::format("the id 0x{} has a domain event already", to_hex(event.id)));
}

Result<void> Replayer::check_command(const DomainEvent& event, std::span<const std::byte> payload,
                                     PrincipalId principal, Sequence sequence) {
  using Status = AppendEventStatus;
  Status status = fault_of_command(event, payload);
  if (status == Status::created) {
    status = rules_of(event.aggregate_type)
                 ->decide(state_.aggregates, {state_.ledgers, created_},
                          {event, *read_command(event, payload), principal});
  }
  if (status == Status::created) return {};
  if (status == Status::too_many_orders && !state_.aggregates.order_fits()) {
    return no_room(sequence, "there are more orders than --orders-max");
  }
  const bool claims_fit = state_.aggregates.claim_fits(ClaimKind::refund) &&
                          state_.aggregates.claim_fits(ClaimKind::dispute);
  if (status == Status::too_many_payments ||
      ((status == Status::too_many_refunds || status == Status::too_many_disputes) &&
       !claims_fit)) {
    return no_room(sequence, "there are more payments, refunds or disputes than --payments-max");
  }
  return damaged(sequence,
                 fmt::format("the engine's rules do not allow this event: {}", to_string(status)));
}

Result<void> Replayer::apply_events(const EntryFacts& facts, const PlacedRun& placed) {
  const Run& run = placed.run;
  state_.streams.prepare(std::min<std::uint64_t>(run.count, state_.streams.room()));
  state_.event_ids.prepare(std::min<std::uint64_t>(run.count, state_.event_ids.room()));
  state_.aggregates.prepare(run.count);
  const RequestKind kind = facts.operations[run.operation].kind;
  const EventScope scope = scope_of(kind);
  const PrincipalId principal = facts.operations[run.operation].principal;
  state_.sagas.prepare(std::min<std::uint64_t>(run.count, state_.sagas.room()));
  for (const DomainEvent& event : facts.domain_events.subspan(run.first, run.count)) {
    const Sequence sequence = state_.take_sequence();
    if (auto checked = check_event(facts, event, scope, sequence); !checked.ok()) return checked;
    if (state_.event_ids.room() == 0) {
      return no_room(sequence, "there are more domain events than --event-ids-max");
    }
    if (event.version == 1 && state_.streams.room() == 0) {
      return no_room(sequence, "there are more streams than --streams-max");
    }
    const auto payload = facts.event_payloads.subspan(payload_bytes_applied_, event.payload_bytes);
    payload_bytes_applied_ += payload.size();
    const bool commands = is_engine_aggregate(event.aggregate_type);
    if (commands) {
      auto checked = check_command(event, payload, principal, sequence);
      if (!checked.ok()) return checked;
    }
    const bool of_saga = is_saga_aggregate(event.aggregate_type);
    if (of_saga) {
      auto checked = check_saga(kind, event, payload, sequence);
      if (!checked.ok()) return checked;
    }
    state_.append_event(event, hashes_of(event, payload), sequence);
    if (of_saga) {
      state_.apply_saga(*saga_news_of(event.aggregate_type, event.event_type), event, payload,
                        saga_after_);
    }
    if (commands) state_.apply_command(event, payload, principal, sequence);
  }
  return {};
}

}  // namespace daybook
