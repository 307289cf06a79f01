#include "engine/decide/decide_saga_command.hpp"

#include <algorithm>

#include "engine/aggregates/reconciliation/reconciliation_rules.hpp"
#include "engine/base/hash.hpp"
#include "engine/saga/instance_machine.hpp"
#include "engine/saga/saga_fold.hpp"
#include "engine/saga/saga_payload.hpp"

namespace daybook {

AppendEventStatus status_of(SagaRefusalKind kind) {
  using Status = AppendEventStatus;
  switch (kind) {
    case SagaRefusalKind::illegal_transition:
      return Status::saga_illegal_transition;
    case SagaRefusalKind::conflict:
      return Status::saga_already_exists;
    case SagaRefusalKind::past_pivot:
      return Status::saga_past_pivot;
    case SagaRefusalKind::skip_refused:
      return Status::saga_skip_refused;
    case SagaRefusalKind::failed_refused:
      return Status::saga_failed_refused;
    case SagaRefusalKind::evidence_contradicts:
      return Status::saga_evidence_contradicts;
    case SagaRefusalKind::no_way_back:
      return Status::saga_no_way_back;
  }
  return Status::saga_illegal_transition;
}

namespace {

using Status = AppendEventStatus;

struct Question {
  const State& state;
  const DomainEvent& event;
  std::span<const std::byte> payload;
  SagaProgress& after;

  [[nodiscard]] const SagaTable& sagas() const { return state.sagas; }
};

Status decide_definition(const Question& question) {
  const auto& [state, event, payload, after] = question;
  if (event.content_type != ContentType::json ||
      payload.size() > limits::saga_definition_bytes_max) {
    return Status::saga_payload_malformed;
  }
  const auto read =
      read_definition({reinterpret_cast<const char*>(payload.data()), payload.size()});
  if (!read.ok()) return Status::saga_definition_invalid;
  const SagaDefinition& definition = read.value();
  if (event.aggregate_id != id_of(definition.name) ||
      definition.canonical.size() != payload.size()) {
    return Status::saga_payload_malformed;
  }
  if (definition.version <= question.sagas().newest_version(event.aggregate_id)) {
    return Status::saga_version_not_newer;
  }
  // The event of a completed saga goes into a stream of this type.
  if (is_engine_aggregate(event.aggregate_id) || is_saga_aggregate(event.aggregate_id)) {
    return Status::saga_definition_invalid;
  }
  if (!faults_of_secrets(definition).empty()) return Status::saga_secrets_not_kept;
  return question.sagas().definition_fits() ? Status::created : Status::too_many_saga_definitions;
}

Status take(const SagaDefinition& definition, const SagaEvent& event, SagaProgress& progress) {
  const auto decided = decide_saga(definition, progress, event);
  if (!decided.ok()) return status_of(decided.error().kind);
  if (decided.value().effect != SagaTransition::Effect::changed) return Status::saga_unchanged;
  apply_transition(progress, decided.value());
  return Status::created;
}

Status decide_start(const Question& question, RequestKind kind) {
  const auto started = read_started(question.payload);
  if (!started || question.event.content_type != ContentType::bytes) {
    return Status::saga_payload_malformed;
  }
  const StoredDefinition* const stored = question.sagas().find_definition(started->definition);
  if (stored == nullptr) return Status::saga_definition_not_found;
  if (!are_values_of(stored->definition.inputs, started->inputs)) {
    return Status::saga_inputs_differ;
  }
  if (kind == RequestKind::start_corrections) {
    const Status fault = fault_of_correction_saga(question.state.aggregates, stored->definition,
                                                  question.event, question.payload);
    if (fault != Status::created) return fault;
  }
  if (!are_secrets_sealed(stored->definition.inputs, started->inputs)) {
    return Status::saga_secret_not_sealed;
  }
  if (question.state.streams.version_of(question.event.stream()) != 0) {
    return Status::saga_already_exists;
  }
  if (!question.sagas().fits(*stored, started->inputs.size()) ||
      !has_room_for(question.state, *stored)) {
    return Status::too_many_sagas;
  }
  question.after = SagaProgress{};
  const SagaEvent start =
      start_event(stored->definition, xxh3_128(question.payload), question.event.timestamp);
  return take(stored->definition, start, question.after);
}

Status decide_signal(const Question& question, const SagaDefinition& definition) {
  const auto signalled = read_signalled(question.payload);
  if (!signalled) return Status::saga_payload_malformed;
  StepSet awaited = steps_awaiting(definition, question.after, signalled->signal);
  if (awaited == 0) return Status::saga_signal_not_awaited;
  for (; awaited != 0; awaited &= awaited - 1) {
    const auto step = static_cast<std::uint8_t>(__builtin_ctzll(awaited));
    if (!are_values_of(outputs_of_signal(definition.steps[step]), signalled->outputs)) {
      return Status::saga_inputs_differ;
    }
    const Status status = take(
        definition, signal_event(question.after, step, question.event.timestamp), question.after);
    if (status != Status::created) return status;
  }
  return Status::created;
}

Status decide_participant(const Question& question, SagaNews news) {
  const ParticipantTable& participants = question.state.participants;
  const bool is_known = participants.find(question.event.aggregate_id) != 0;
  if (news != SagaNews::participant_put) {
    if (!question.payload.empty() || question.event.content_type != ContentType::bytes) {
      return Status::saga_payload_malformed;
    }
    if (!is_known) return Status::participant_not_found;
  }
  if (participants.fault_of(news, question.event, question.payload) != nullptr) {
    return news == SagaNews::participant_put ? Status::saga_payload_malformed
                                             : Status::saga_unchanged;
  }
  return is_known || participants.fits() ? Status::created : Status::too_many_participants;
}

// Of a saga that is there.
Status decide_act(const Question& question, SagaNews news) {
  if (question.event.content_type != ContentType::bytes) return Status::saga_payload_malformed;
  const SagaSlot slot = question.sagas().find(question.event.aggregate_id);
  if (slot == no_saga) {
    const bool was = question.state.streams.version_of(question.event.stream()) != 0;
    return was ? Status::saga_has_ended : Status::saga_not_found;
  }
  if (is_end(static_cast<SagaStatus>(question.sagas().at(slot).status))) {
    return Status::saga_has_ended;
  }
  const SagaDefinition& definition = question.sagas().definition_of(slot).definition;
  if (!has_room_for(question.state, question.sagas().definition_of(slot))) {
    return Status::too_many_sagas;
  }
  // Whoever started it: the transaction alone decides on it now.
  if (news == SagaNews::cancel_requested && !question.sagas().owner(slot).is_none()) {
    return Status::saga_is_owned;
  }
  question.sagas().load(slot, question.after);
  if (news == SagaNews::signalled) return decide_signal(question, definition);
  SagaEvent asked;
  asked.kind = SagaEventKind::cancel;
  if (news == SagaNews::operated) {
    const auto operated = read_operated(question.payload);
    if (!operated) return Status::saga_payload_malformed;
    const auto outputs = operated_outputs(question.payload);
    if (!may_bring(definition, question.after, *operated, outputs)) {
      return Status::saga_inputs_differ;
    }
    asked = *operated;
  } else if (!question.payload.empty()) {
    return Status::saga_payload_malformed;
  }
  asked.at = question.event.timestamp.value();
  return take(definition, asked, question.after);
}

}  // namespace

bool has_room_for(const State& state, const StoredDefinition& stored) {
  const std::uint64_t facts = stored.facts_max;
  return state.transfer_ids.room() >= facts && state.holds.room() >= facts &&
         state.event_ids.room() >= facts && state.streams.room() >= facts;
}

SagaDecision decide_saga_command(const State& state, RequestKind kind, const DomainEvent& event,
                                 std::span<const std::byte> payload, SagaProgress& after) {
  const auto news = saga_news_of(event.aggregate_type, event.event_type);
  if (!news) return {Status::aggregate_type_not_of_request, SagaNews::started};
  const bool operates = kind == RequestKind::operate_sagas;
  const bool is_other = kind == RequestKind::start_corrections && *news != SagaNews::started;
  if (is_engine_made(*news) || operates != is_operators(*news) || is_other) {
    return {Status::event_type_unknown, *news};
  }
  const Question question{state, event, payload, after};
  if (is_of_participants(*news)) return {decide_participant(question, *news), *news};
  if (*news == SagaNews::defined) return {decide_definition(question), *news};
  if (*news == SagaNews::started) return {decide_start(question, kind), *news};
  return {decide_act(question, *news), *news};
}

SagaBound bound_of(const SagaTable& sagas, std::span<const DomainEvent> events,
                   std::span<const std::byte> payloads) {
  SagaBound sum;
  SagaBound largest{.facts = 1, .bytes = 0};  // Of those that the request starts.
  for (const DomainEvent& event : events) {
    const auto payload = payloads.first(event.payload_bytes);
    payloads = payloads.subspan(payload.size());
    SagaBound bound = largest;
    const auto news = saga_news_of(event.aggregate_type, event.event_type);
    if (news == SagaNews::started) {
      const auto started = read_started(payload);
      const StoredDefinition* const stored =
          started ? sagas.find_definition(started->definition) : nullptr;
      bound = stored == nullptr ? SagaBound{.facts = 1, .bytes = 0}
                                : SagaBound{stored->facts_max, stored->fact_bytes_max};
      largest = {std::max(largest.facts, bound.facts), std::max(largest.bytes, bound.bytes)};
    } else if (const SagaSlot slot = sagas.find(event.aggregate_id); slot != no_saga) {
      const StoredDefinition& stored = sagas.definition_of(slot);
      bound = {stored.facts_max, stored.fact_bytes_max};
    }
    sum.facts += bound.facts;
    sum.bytes += bound.bytes + sizeof(DomainEvent) + payload.size() + sizeof(Refusal) + sizeof(Run);
  }
  return sum;
}

}  // namespace daybook
