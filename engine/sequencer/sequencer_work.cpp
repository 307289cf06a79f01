// Sequencer: remote steps of sagas: who is asked, what they answer, and what no answer means.

#include <algorithm>
#include <utility>

#include "engine/base/assert.hpp"
#include "engine/saga/step_machine.hpp"
#include "engine/sequencer/sequencer.hpp"

namespace daybook {
namespace {

using Status = AppendEventStatus;

constexpr std::uint64_t ns_per_ms = 1'000'000;
constexpr std::uint64_t ns_per_s = 1'000'000'000;

std::span<const StepAnswer> answers_of(const RequestSlot& request) {
  return {reinterpret_cast<const StepAnswer*>(request.events), request.event_count};
}

bool payloads_fit(const RequestSlot& request) {
  std::size_t left = request.payloads.size();
  for (const StepAnswer& answer : answers_of(request)) {
    if (answer.payload_bytes > left || answer.payload_bytes > limits::answer_payload_bytes_max) {
      return false;
    }
    left -= answer.payload_bytes;
  }
  return left == 0;
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span{text.data(), text.size()});
}

bool is_sound(const StepAnswer& answer) {
  const bool padded = std::all_of(std::begin(answer.reserved), std::end(answer.reserved),
                                  [](std::uint8_t byte) { return byte == 0; });
  const bool known =
      answer.operation >= WorkOperation::do_ && answer.operation <= WorkOperation::confirm;
  return padded && known && may_answer(answer.operation, answer.outcome) &&
         static_cast<std::size_t>(answer.outcome) < work_outcome_count;
}

std::uint64_t after_ms(std::uint64_t now, std::uint64_t ms) {
  return std::min(now + ms * ns_per_ms, limits::timestamp_max);
}

}  // namespace

// ---- Requests. ----

// The desk is made when the state is recovered, not when the sequencer is.
void Sequencer::begin_work() {
  if (!std::exchange(has_begun_, true)) desk_.note_all(state_.last_timestamp().value());
}

void Sequencer::take_work(RequestSlot& question) {
  begin_work();
  // It may be wanted back before it has come.
  if (question.cancelled != nullptr && question.cancelled->load(std::memory_order_acquire)) return;
  question.status = desk_.take(question);
  question.is_kept = question.status == RequestStatus::ok;
}

void Sequencer::list_participants(RequestSlot& request) {
  begin_work();
  const std::span into{reinterpret_cast<ParticipantView*>(request.reply_room),
                       limits::participants_max};
  request.item_count = desk_.describe(into);
}

void Sequencer::list_waiting_work(RequestSlot& request, std::uint64_t now_ns) {
  begin_work();
  const std::span into{reinterpret_cast<WaitingWork*>(request.reply_room),
                       limits::waiting_page_max};
  const WorkDesk::WaitingPage page =
      desk_.describe_waiting(request.argument, engine_time(now_ns), into);
  request.item_count = page.count;
  request.cursor = page.cursor;
  request.more = page.cursor != 0;
}

SagaBound Sequencer::bound_of_answers(const RequestSlot& request) const {
  SagaBound sum;
  if (request.event_count > limits::answers_max || !payloads_fit(request)) return sum;
  for (const StepAnswer& answer : answers_of(request)) {
    const SagaSlot slot = state_.sagas.find(answer.saga);
    SagaBound bound{.facts = 1, .bytes = 0};
    if (slot != no_saga) {
      const StoredDefinition& stored = state_.sagas.definition_of(slot);
      bound = {stored.facts_max, stored.fact_bytes_max};
    }
    sum.facts += bound.facts;
    sum.bytes += bound.bytes + sizeof(DomainEvent) + sizeof(Refusal) + sizeof(Run);
  }
  const bool too_much =
      sum.facts > limits::saga_facts_max || sum.bytes > limits::saga_request_bytes_max;
  return too_much ? SagaBound{} : sum;
}

RequestStatus Sequencer::refusal_of_answers(RequestSlot& request) const {
  if (request.event_count > limits::answers_max) return RequestStatus::too_large;
  if (!payloads_fit(request)) {
    request.detail = "The payloads do not have the bytes that the answers say together.";
    return RequestStatus::malformed;
  }
  if (request.event_count > 0 && bound_of_answers(request).facts == 0) {
    request.detail = "What its sagas do next could be more than one entry holds: send fewer.";
    return RequestStatus::too_large;
  }
  return RequestStatus::ok;
}

void Sequencer::execute_answers(Batch& batch) {
  const RequestSlot& request = *batch.request;
  const SagaBound bound = bound_of_answers(request);
  prepare_for_sagas(bound.facts);
  SagaWork work{.next_time = Timestamp{batch.rules.time.value() - bound.facts + 1},
                .last_time = batch.rules.time,
                .first_transfer = slab_->transfer_count(),
                .definitions = 0};
  const ParticipantNumber participant = state_.participants.find(request.argument_id);
  if (participant != 0) desk_.note_answer(participant);
  auto payloads = request.payloads;
  const auto answers = answers_of(request);
  for (std::uint32_t index = 0; index < answers.size(); ++index) {
    const StepAnswer& answer = answers[index];
    const auto payload = payloads.first(answer.payload_bytes);
    payloads = payloads.subspan(payload.size());
    work.first_transfer = slab_->transfer_count();
    const Status status = take_answer(work, participant, answer, payload);
    if (status == Status::created) continue;
    // As the event that it would have been.
    DomainEvent event;
    event.id = answer.key;
    event.aggregate_type = saga_type();
    event.aggregate_id = answer.saga;
    event.event_type = event_type_of(SagaNews::advanced);
    event.version = answer.attempt;
    refuse(batch, index, event, static_cast<std::uint16_t>(status), batch.rules.time);
  }
}

Status Sequencer::take_answer(SagaWork& work, ParticipantNumber participant,
                              const StepAnswer& answer, std::span<const std::byte> payload) {
  const auto read = read_answer_payload(payload);
  if (!is_sound(answer) || !read) return Status::saga_payload_malformed;
  if (participant == 0) return Status::participant_not_found;
  const SagaSlot slot = state_.sagas.find(answer.saga);
  if (slot == no_saga) {
    const bool was = state_.streams.version_of({saga_type(), answer.saga}) != 0;
    return was ? Status::saga_has_ended : Status::saga_not_found;
  }
  const StoredDefinition& stored = state_.sagas.definition_of(slot);
  if (!has_room_for(state_, stored)) return Status::too_many_sagas;
  begin_drive(work, slot);
  const SagaProgress& progress = saga_run_.progress();
  if (answer.step >= progress.head.step_count) return Status::step_not_of_participant;
  if (progress.steps[answer.step].participant != participant) {
    return Status::step_not_of_participant;
  }
  if (!is_key_of(progress, answer.saga, answer.step, answer.operation, answer.key)) {
    return Status::step_key_differs;
  }
  SagaEvent event = answer_event(answer);
  event.at = saga_run_.at().value();
  const SagaStep& step = saga_run_.step(answer.step);
  const bool undoes = answer.operation == WorkOperation::undo;
  if (answer.outcome == WorkOutcome::heartbeat) {
    event.due_at = after_ms(event.at, undoes ? step.undo_timeout_ms : step.timeout_ms);
  }
  saga_outputs_.clear();
  if (brings_outputs(event.kind, event.outcome)) {
    put_answered_outputs(step, *read);
  } else if (event.kind == SagaEventKind::result || event.kind == SagaEventKind::answered ||
             event.kind == SagaEventKind::undo_result) {
    const auto message = bytes_of(read->message);
    saga_outputs_.insert(saga_outputs_.end(), message.begin(), message.end());
  }
  const bool tells =
      event.kind != SagaEventKind::released && event.kind != SagaEventKind::undo_released &&
      event.kind != SagaEventKind::extended && event.kind != SagaEventKind::undo_extended;
  const Status status = saga_run_.try_take(event, tells ? answer.code : 0, saga_outputs_);
  if (status == Status::created && tells) {
    marks_.set(undoes                                       ? FaultMark::undo_answer
               : answer.operation == WorkOperation::confirm ? FaultMark::confirm_answer
                                                            : FaultMark::answer);
  }
  if (status == Status::created) finish_drive(work, slot);
  return status;
}

// As the step declares them; without what it has not brought, there are none.
void Sequencer::put_answered_outputs(const SagaStep& step, const AnswerPayload& brought) {
  for (const SagaField& field : step.outputs) {
    SagaValue value;
    value.type = field.type;
    if (field.name == "external_reference") {
      value.text = brought.reference;
    } else if (field.name == "at") {
      value.number = saga_run_.at().value();
    } else {
      const auto given = brought.output(field.name);
      if (!given || static_cast<ValueType>(given->type) != field.type ||
          given->text.size() > limits::saga_text_bytes_max) {
        saga_outputs_.clear();
        return;
      }
      value.id = given->id;
      value.ledger = LedgerId{given->ledger};
      value.number = given->number;
      value.text = given->text;
    }
    put_value(saga_outputs_, value);
  }
  if (!are_values_of(step.outputs, saga_outputs_)) saga_outputs_.clear();
}

// ---- What is sent. ----

// Past the time for which its participant remembers the key, nothing is sent under it again.
bool Sequencer::is_key_forgotten(const SagaAction& action, const RemoteAsk& ask) const {
  const StepProgress& step = saga_run_.progress().steps[action.step];
  const bool undoes = action.kind == SagaActionKind::undo;
  const TryProgress& tried = undoes ? step.undo : step.forward;
  const bool waits = undoes ? step.compensation == CompensationState::retry_wait
                            : step.state == StepState::retry_wait && is_in_doubt(step);
  if (!waits || tried.first_sent_s == 0 || ask.participant == 0) return false;
  const auto* const does = state_.participants.at(ask.participant).registration.find(ask.type);
  if (does == nullptr) return false;
  const std::uint64_t age_s = saga_run_.at().value() / ns_per_s - tried.first_sent_s;
  return age_s >= does->keeps_keys_ms / 1'000;
}

// Which of the remote steps can be sent now; the others wait for somebody.
StepSet Sequencer::offer_remote_steps(SagaSlot slot) {
  StepSet sendable = 0;
  StepSet waiting = 0;
  const SagaActions actions = saga_run_.remote_actions();
  for (const SagaAction& action : actions.all()) {
    const RemoteAsk ask = ask_of(saga_run_.stored().definition, saga_run_.progress(), action);
    const std::uint64_t now = saga_run_.at().value();
    if (is_key_forgotten(action, ask) ||
        desk_.has_taker(slot, action.step, ask.type, ask.participant, now)) {
      sendable |= set_of(action.step);
    } else {
      waiting |= set_of(action.step);
      desk_.wait(slot, action.step, ask.type, ask.participant);
    }
  }
  desk_.keep_waiting(slot, saga_run_.progress().head.step_count, waiting);
  return sendable;
}

void Sequencer::send_step(SagaSlot slot, const SagaAction& action) {
  const SagaDefinition& definition = saga_run_.stored().definition;
  const RemoteAsk ask = ask_of(definition, saga_run_.progress(), action);
  const std::uint64_t now = saga_run_.at().value();
  if (is_key_forgotten(action, ask)) return lose_step(action);
  const auto taker = desk_.taker_of(slot, action.step, ask.type, ask.participant, now);
  ENSURE(taker, "only what somebody takes is sent");
  const ParticipantType* const does =
      state_.participants.at(taker->participant).registration.find(ask.type);
  ENSURE(does != nullptr, "nobody takes what he does not do");
  SagaEvent event = saga_run_.event_of(ask.event, action.step);
  event.attempt = 0;
  event.due_at = after_ms(now, ask.timeout_ms);
  if (ask.event == SagaEventKind::dispatched) {
    event.safety = does->safety;
    event.can_query = does->can_query;
  }
  if (ask.event != SagaEventKind::asked) event.participant = taker->participant;
  ENSURE(saga_run_.take(event, 0, {}), "what can be sent is taken as sent");
  const StepProgress& after = saga_run_.progress().steps[action.step];
  const SagaView& view = saga_run_.view();
  const RemoteKeys keys =
      keys_of(definition, saga_run_.progress(), view.id, action.step, ask.operation);
  saga_run_.put_work_payload(ask, action.step, work_payload_);
  const bool undoes = ask.operation == WorkOperation::undo;
  WorkCommand command;
  command.key = keys.key;
  command.target = keys.target;
  command.saga = view.id;
  command.type = ask.type;
  command.business_id = view.business_id;
  command.trace_id = view.trace_id;
  command.user_id = view.user_id;
  command.due_at = Timestamp{event.due_at};
  command.attempt = undoes ? after.undo.attempts : after.forward.attempts;
  command.payload_bytes = static_cast<std::uint32_t>(work_payload_.size());
  command.step = action.step;
  command.operation = ask.operation;
  command.flags = action.allow_empty ? work_flag::allow_empty : std::uint8_t{0};
  desk_.send(*taker, command, work_payload_, now);
  marks_.set(undoes                                    ? FaultMark::undo_dispatch
             : ask.operation == WorkOperation::confirm ? FaultMark::confirm_dispatch
                                                       : FaultMark::dispatch);
}

void Sequencer::lose_step(const SagaAction& action) {
  const bool undoes = action.kind == SagaActionKind::undo;
  SagaEvent lost =
      saga_run_.event_of(undoes ? SagaEventKind::undo_result : SagaEventKind::result, action.step);
  lost.outcome = StepOutcome::lost;
  ENSURE(saga_run_.take(lost, 0, {}), "what is in doubt may be given up");
}

// No answer in time: nobody knows what has become of it.
void Sequencer::end_lease(std::uint8_t step, bool of_undo) {
  const StepProgress& before = saga_run_.progress().steps[step];
  const SagaEventKind kind = of_undo                        ? SagaEventKind::undo_result
                             : before.is(step_flag::asking) ? SagaEventKind::answered
                                                            : SagaEventKind::result;
  desk_.note_silence(before.participant, saga_run_.at().value());
  SagaEvent over = saga_run_.event_of(kind, step);
  over.outcome = StepOutcome::unknown;
  ENSURE(saga_run_.take(over, 0, {}), "a lease that is over is taken");
}

}  // namespace daybook
