// Sequencer: domain events, which are appended to their streams all together or not at all.

#include <algorithm>

#include "engine/sequencer/sequencer.hpp"

namespace daybook {
namespace {

std::span<const DomainEvent> events_of(const RequestSlot& request) {
  return {reinterpret_cast<const DomainEvent*>(request.events), request.event_count};
}

}  // namespace

// Payloads that are not those of the events: nothing can be said of any event by itself.
RequestStatus Sequencer::refusal_of_payloads(RequestSlot& request) {
  const auto events = appends_events(request.kind) ? events_of(request) : request.bundled;
  if (payloads_fill(events, request.payloads.size())) return RequestStatus::ok;
  request.detail = "The payloads do not have the bytes that the events say together.";
  return RequestStatus::malformed;
}

// Decided first and as a whole: there is nothing to undo.
void Sequencer::append_events(Batch& batch) {
  const RequestSlot& request = *batch.request;
  const auto events = events_of(request);
  const auto decisions = request_events_.decide(state_, facts_,
                                                {.events = events,
                                                 .payloads = request.payloads,
                                                 .scope = scope_of(request.kind),
                                                 .principal = request.principal});
  if (request_events_.appends()) return append_decided(batch, events, decisions, 0);
  for (std::uint32_t index = 0; index < events.size(); ++index) {
    refuse_event(batch, index, events[index], decisions[index]);
  }
}

void Sequencer::append_decided(Batch& batch, std::span<const DomainEvent> events,
                               std::span<const RequestEvents::Decision> decisions,
                               std::uint32_t first_slot) {
  std::span<const std::byte> payloads = batch.request->payloads;
  state_.streams.prepare(std::min<std::uint64_t>(events.size(), state_.streams.room()));
  state_.event_ids.prepare(events.size());
  state_.aggregates.prepare(events.size());
  for (std::uint32_t index = 0; index < events.size(); ++index) {
    const auto payload = payloads.first(events[index].payload_bytes);
    payloads = payloads.subspan(payload.size());
    DomainEvent& fact = slab_->add_fact(events[index], payload);
    fact.timestamp = batch.slot(first_slot + index);
    fact.version = decisions[index].version;
    const Sequence sequence = state_.take_sequence();
    state_.append_event(fact, decisions[index].hashes, sequence);
    if (is_engine_aggregate(fact.aggregate_type)) {
      state_.apply_command(fact, payload, batch.request->principal, sequence);
    }
  }
}

void Sequencer::refuse_event(Batch& batch, std::uint32_t index, const DomainEvent& event,
                             const RequestEvents::Decision& decision) {
  const bool exists = decision.status == AppendEventStatus::exists;
  refuse(batch, index, event, static_cast<std::uint16_t>(decision.status),
         exists ? decision.original : batch.slot(index));
}

}  // namespace daybook
