// Sequencer: what is asked of sagas, and what is due for them.

#include <algorithm>

#include "engine/base/assert.hpp"
#include "engine/codec/entry_facts.hpp"
#include "engine/sequencer/sequencer.hpp"

namespace daybook {
namespace {

std::span<const DomainEvent> events_of(const RequestSlot& request) {
  return {reinterpret_cast<const DomainEvent*>(request.events), request.event_count};
}

// What the engine does for sagas at once, by itself; the largest definition fits.
constexpr std::size_t own_work_bytes = 512 * 1'024;

bool has_payloads(const RequestSlot& request) {
  return request.event_count <= limits::saga_commands_max &&
         payloads_fill(events_of(request), request.payloads.size());
}

}  // namespace

// Nothing is made of a request whose payloads are not those of its events.
SagaBound Sequencer::bound_of_sagas(const RequestSlot& request) const {
  if (!has_payloads(request)) return {};
  const SagaBound sum = bound_of(state_.sagas, events_of(request), request.payloads);
  // It is refused as a whole then.
  const bool too_much =
      sum.facts > limits::saga_facts_max || sum.bytes > limits::saga_request_bytes_max;
  return too_much ? SagaBound{} : sum;
}

RequestStatus Sequencer::refusal_of_sagas(RequestSlot& request) const {
  if (request.event_count > limits::saga_commands_max) return RequestStatus::too_large;
  if (!has_payloads(request)) {
    request.detail = "The payloads do not have the bytes that the events say together.";
    return RequestStatus::malformed;
  }
  if (request.event_count > 0 && bound_of_sagas(request).facts == 0) {
    request.detail = "Its sagas could make more than one entry holds: send fewer at a time.";
    return RequestStatus::too_large;
  }
  const bool operates = request.kind == RequestKind::operate_sagas;
  if (operates && request.reason.empty()) {
    request.detail = "An operator's act needs a reason.";
    return RequestStatus::malformed;
  }
  return RequestStatus::ok;
}

Timestamp Sequencer::take_time(SagaWork& work) {
  const Timestamp time = work.next_time;
  ENSURE(time <= work.last_time, "each fact has a timestamp of its operation's");
  work.next_time = Timestamp{time.value() + 1};
  return time;
}

// Facts of sagas stand in the order in which they came about, so the kinds alternate.
void Sequencer::extend_run(FactKind kind) {
  if (slab_->last_run().kind != kind) {
    const std::uint32_t first = kind == FactKind::transfer ? slab_->transfer_count()
                                : kind == FactKind::tcc    ? slab_->tcc_count()
                                                           : slab_->event_count();
    slab_->add_run({.kind = kind,
                    .reserved = 0,
                    .operation = slab_->operation_count(),
                    .first = first,
                    .count = 0},
                   next(state_.last_sequence()));
  }
  ++slab_->last_run().count;
}

// Requires: it is fit to be appended, with its version and timestamp.
void Sequencer::add_saga_event(DomainEvent event, std::span<const std::byte> payload) {
  event.payload_bytes = static_cast<std::uint32_t>(payload.size());
  extend_run(FactKind::domain_event);
  const DomainEvent& fact = slab_->add_fact(event, payload);
  state_.append_event(fact, hashes_of(fact, payload), state_.take_sequence());
}

void Sequencer::add_saga_news(SagaNews news, SagaSlot slot, Timestamp at,
                              std::span<const std::byte> payload, const SagaProgress& after) {
  const SagaView view = state_.sagas.at(slot);
  DomainEvent event;
  event.id = engine_event_id(view.id, view.version + 1);
  event.aggregate_type = saga_type();
  event.aggregate_id = view.id;
  event.event_type = event_type_of(news);
  event.business_id = view.business_id;
  event.trace_id = view.trace_id;
  event.user_id = view.user_id;
  event.timestamp = at;
  event.version = view.version + 1;
  event.payload_bytes = static_cast<std::uint32_t>(payload.size());
  add_saga_event(event, payload);
  apply_saga_news(news, event, payload, after);
}

// What a saga that is a branch has come to is a fact of its transaction.
void Sequencer::tell_owner(const TccOwner& owner, SagaStatus status, Timestamp at) {
  const TccSlot slot = owner.is_none() ? no_tcc : state_.tccs.find(owner.gid);
  const TccBranch* const branch =
      slot == no_tcc ? nullptr : state_.tccs.find_branch(slot, owner.branch);
  if (branch == nullptr || !branch->is_open()) return;
  const auto kind = branch_fact_of(status, *branch, state_.tccs.at(slot).decision);
  if (kind) add_branch_fact(owner, *kind, at);
}

// And what it is to those who do remote steps, and to the transaction that it is a branch of.
void Sequencer::apply_saga_news(SagaNews news, const DomainEvent& event,
                                std::span<const std::byte> payload, const SagaProgress& after) {
  const SagaSlot slot = is_of_participants(news) || news == SagaNews::defined
                            ? no_saga
                            : state_.sagas.find(event.aggregate_id);
  if (slot != no_saga && news != SagaNews::forgotten) {
    const StoredDefinition& stored = state_.sagas.definition_of(slot);
    if (stored.has_remote_steps) {
      state_.sagas.load(slot, saga_before_);
      desk_.note_progress(stored.definition, saga_before_, after);
    }
  }
  const TccOwner owner = slot == no_saga ? TccOwner{} : state_.sagas.owner(slot);
  state_.apply_saga(news, event, payload, after);
  if (news != SagaNews::forgotten) tell_owner(owner, after.head.status, event.timestamp);
  if (news == SagaNews::defined || news == SagaNews::participant_put) desk_.note_types();
  if (is_of_participants(news)) desk_.note_change();
}

void Sequencer::prepare_for_sagas(std::uint64_t facts) {
  state_.transfer_ids.prepare(std::min<std::uint64_t>(facts, state_.transfer_ids.room()));
  state_.holds.prepare(std::min<std::uint64_t>(facts, state_.holds.room()));
  state_.streams.prepare(std::min<std::uint64_t>(facts, state_.streams.room()));
  state_.event_ids.prepare(std::min<std::uint64_t>(facts, state_.event_ids.room()));
  state_.aggregates.prepare(facts);
}

void Sequencer::execute_sagas(Batch& batch) {
  const RequestSlot& request = *batch.request;
  const SagaBound bound = bound_of_sagas(request);
  prepare_for_sagas(bound.facts);
  state_.sagas.prepare(std::min<std::uint64_t>(request.event_count, state_.sagas.room()));
  SagaWork work{.next_time = Timestamp{batch.rules.time.value() - bound.facts + 1},
                .last_time = batch.rules.time,
                .first_transfer = slab_->transfer_count(),
                .definitions = state_.sagas.definitions().size()};
  auto payloads = request.payloads;
  for (std::uint32_t index = 0; index < request.event_count; ++index) {
    const std::size_t bytes = events_of(request)[index].payload_bytes;
    execute_saga_command(batch, work, index, payloads.first(bytes));
    payloads = payloads.subspan(bytes);
  }
}

void Sequencer::execute_saga_command(Batch& batch, SagaWork& work, std::uint32_t index,
                                     std::span<const std::byte> payload) {
  const DomainEvent& asked = events_of(*batch.request)[index];
  work.first_transfer = slab_->transfer_count();
  RequestEvents::Decision decision =
      request_events_
          .decide(state_, facts_,
                  {.events = {&asked, 1}, .payloads = payload, .scope = EventScope::sagas})
          .front();
  DomainEvent event = asked;
  event.timestamp = work.next_time;
  event.version = decision.version;
  SagaNews news{};
  SagaProgress& after = saga_after_;
  if (decision.status == AppendEventStatus::created) {
    const SagaDecision saga =
        decide_saga_command(state_, batch.request->kind, event, payload, after);
    decision.status = saga.status;
    // What it makes was not reckoned with.
    if (saga.status == AppendEventStatus::created && saga.news == SagaNews::started &&
        is_defined_after(work.definitions, payload)) {
      decision.status = AppendEventStatus::saga_definition_not_found;
    }
    news = saga.news;
  }
  if (decision.status != AppendEventStatus::created) {
    return refuse_event(batch, index, asked, decision);
  }
  event.timestamp = take_time(work);
  add_saga_event(event, payload);
  apply_saga_news(news, event, payload, after);
  if (news == SagaNews::started) marks_.set(FaultMark::start);
  if (news == SagaNews::defined || is_of_participants(news)) return;
  const SagaSlot slot = state_.sagas.find(event.aggregate_id);
  if (slot != no_saga) drive_saga(work, slot);
}

// Is the definition one of those behind the first `count`?
bool Sequencer::is_defined_after(std::size_t count, std::span<const std::byte> payload) const {
  const auto later = state_.sagas.definitions().subspan(count);
  const auto started = read_started(payload);
  return started && std::any_of(later.begin(), later.end(), [&](const auto& stored) {
           return stored->definition.hash == started->definition;
         });
}

bool Sequencer::fits_saga_work() const {
  return slab_->fits(own_work_bytes + EntryBuilder::worst_case_bytes(0, 0, 0));
}

bool Sequencer::sagas_are_due(std::uint64_t now_ns) {
  const std::uint64_t now = engine_time(now_ns);
  const bool by_time = state_.sagas.next_due_at() <= now;
  const SagaSlot next = by_time ? state_.sagas.next_due() : desk_.next_saga(now);
  return next != no_saga && has_room_for(state_, state_.sagas.definition_of(next)) &&
         state_.last_timestamp().value() <= limits::timestamp_max - limits::saga_facts_max;
}

// What is due first; then what waited for somebody who has come.
SagaSlot Sequencer::next_to_drive(std::uint64_t due) {
  if (state_.sagas.next_due_at() <= due) return state_.sagas.next_due();
  return desk_.next_saga(due);
}

std::uint32_t Sequencer::drive_sagas(std::uint64_t now_ns) {
  if (!sagas_are_due(now_ns)) return 0;
  const std::uint64_t due = engine_time(now_ns);
  const Sequence operation_sequence = state_.take_sequence();
  slab_->add_run({.kind = FactKind::domain_event,
                  .reserved = 0,
                  .operation = slab_->operation_count(),
                  .first = slab_->event_count(),
                  .count = 0},
                 next(operation_sequence));
  prepare_for_sagas(limits::saga_facts_max);
  const Timestamp time{std::max(due, state_.last_timestamp().value()) + limits::saga_facts_max};
  SagaWork work{.next_time = Timestamp{time.value() - limits::saga_facts_max + 1},
                .last_time = time,
                .first_transfer = slab_->transfer_count(),
                .definitions = 0};
  std::uint32_t count = 0;
  SagaBound done;
  while (count < limits::sagas_driven_at_once_max) {
    const bool by_time = state_.sagas.next_due_at() <= due;
    const SagaSlot slot = next_to_drive(due);
    if (slot == no_saga) break;
    const StoredDefinition& stored = state_.sagas.definition_of(slot);
    done.facts += stored.facts_max;
    done.bytes += stored.fact_bytes_max + sizeof(DomainEvent) + sizeof(Run);
    if (done.facts > limits::saga_facts_max || done.bytes > own_work_bytes ||
        !has_room_for(state_, stored)) {
      break;
    }
    work.first_transfer = slab_->transfer_count();
    if (!by_time) desk_.take_turn(due);
    if (drive_saga(work, slot)) {
      ++count;
    } else if (by_time) {
      state_.sagas.park(slot, saga_run_.at().value());
    }
  }
  record_own_operation(RequestKind::drive_sagas, time, count, operation_sequence);
  return count;
}

// More than are kept; or an eighth, where little room is left.
std::uint64_t Sequencer::sagas_to_forget() const {
  const std::uint64_t ended = state_.sagas.ended_count();
  const std::uint64_t too_many = ended - std::min(ended, settings_.sagas_kept);
  const bool low = state_.sagas.room() < state_.sagas.sagas_max() / 8;
  return std::min<std::uint64_t>(std::max(too_many, low ? (ended + 7) / 8 : 0),
                                 limits::sagas_forgotten_at_once_max);
}

std::uint32_t Sequencer::forget_sagas(std::uint64_t now_ns) {
  const auto count = static_cast<std::uint32_t>(sagas_to_forget());
  if (count == 0) return 0;
  // Later than the operation before, as facts are.
  const Timestamp time{std::max(engine_time(now_ns), state_.last_timestamp().value() + 1)};
  const Sequence operation_sequence = state_.take_sequence();
  slab_->add_run({.kind = FactKind::domain_event,
                  .reserved = 0,
                  .operation = slab_->operation_count(),
                  .first = slab_->event_count(),
                  .count = 0},
                 next(operation_sequence));
  for (std::uint32_t at = 0; at < count; ++at) {
    add_saga_news(SagaNews::forgotten, state_.sagas.first_ended(), time, {}, {});
  }
  record_own_operation(RequestKind::forget_sagas, time, count, operation_sequence);
  return count;
}

}  // namespace daybook
