// Sequencer: one saga is driven as far as the engine can by itself. Its steps are decided one after
// the other, as transfers and commands are; what came of it is one event.

#include "engine/base/assert.hpp"
#include "engine/base/hash.hpp"
#include "engine/sequencer/sequencer.hpp"

namespace daybook {
namespace {

// Are these of an id that somebody has used for something else?
bool is_of_used_id(AppendEventStatus status) {
  return status >= AppendEventStatus::exists_with_different_aggregate_type &&
         status <= AppendEventStatus::exists;
}

// What is to be undone is not there any more.
bool is_undone_already(CreateTransferStatus status) {
  return status == CreateTransferStatus::pending_transfer_already_posted ||
         status == CreateTransferStatus::pending_transfer_already_voided;
}

std::uint32_t round_of(const StepProgress& step, SagaOperation operation) {
  return operation == SagaOperation::undo ? step.undo.round : step.forward.round;
}

}  // namespace

Uint128 Sequencer::saga_id_of(std::uint32_t step, SagaOperation operation, std::uint32_t round,
                              std::uint32_t probe) const {
  // Who takes ids ahead of us cannot foresee the state.
  const std::uint64_t drawn = probe == 0 ? 0 : mix({state_.digest(), probe}, probe);
  return saga_made_id(saga_run_.view().id, step, operation, round,
                      static_cast<std::uint32_t>(drawn));
}

void Sequencer::begin_drive(const SagaWork& work, SagaSlot slot) {
  // Facts come in between, but all of them belong to this moment.
  const std::uint64_t made_max = state_.sagas.definition_of(slot).facts_max - 3;
  saga_run_.begin(state_.sagas, slot, Timestamp{work.next_time.value() + made_max});
}

bool Sequencer::drive_saga(SagaWork& work, SagaSlot slot) {
  begin_drive(work, slot);
  return finish_drive(work, slot);
}

bool Sequencer::finish_drive(SagaWork& work, SagaSlot slot) {
  while (advance_saga(work, slot)) {
  }
  const Timestamp at = saga_run_.at();
  if (saga_run_.records().empty()) return false;
  const SagaProgress& after = saga_run_.progress();
  const SagaView view = state_.sagas.at(slot);
  const StoredDefinition& stored = saga_run_.stored();
  ENSURE(at <= work.last_time && work.next_time <= at, "a saga makes no more than it may");
  work.next_time = Timestamp{at.value() + 1};
  if (after.head.status == SagaStatus::compensating &&
      static_cast<SagaStatus>(view.status) != SagaStatus::compensating) {
    marks_.set(FaultMark::abort);
  }
  if (is_end(after.head.status)) marks_.set(FaultMark::end);
  add_saga_news(SagaNews::advanced, slot, at, saga_run_.records(), after);
  if (after.head.status == SagaStatus::completed) tell_completed(work, view, stored);
  return true;
}

// One thing; false when the saga waits for others or has ended.
bool Sequencer::advance_saga(SagaWork& work, SagaSlot slot) {
  if (take_decision(slot)) return true;
  const StepSet sendable = saga_run_.stored().has_remote_steps ? offer_remote_steps(slot) : 0;
  const SagaRun::Due due = saga_run_.take_next_due(sendable);
  switch (due.what) {
    case SagaRun::Next::nothing:
      return false;
    case SagaRun::Next::deadline: {
      const SagaEvent deadline = saga_run_.event_of(SagaEventKind::deadline, no_step);
      ENSURE(saga_run_.take(deadline, 0, {}), "a saga that runs takes its deadline");
      return true;
    }
    case SagaRun::Next::wait:
      end_wait(due.step, saga_run_.step(due.step).kind == StepKind::signal_wait);
      return true;
    case SagaRun::Next::lease:
    case SagaRun::Next::undo_lease:
      end_lease(due.step, due.what == SagaRun::Next::undo_lease);
      return true;
    case SagaRun::Next::action:
      take_action(work, slot, due.action);
      return true;
  }
  return false;
}

void Sequencer::take_action(SagaWork& work, SagaSlot slot, const SagaAction& action) {
  const StepKind kind = saga_run_.step(action.step).kind;
  if (is_remote(kind)) {
    send_step(slot, action);
  } else if (action.kind == SagaActionKind::undo) {
    undo_saga_step(work, action.step);
  } else if (is_wait(kind)) {
    begin_wait(action.step);
  } else {
    do_saga_step(work, action.step);
  }
}

// Before anything else: it may be decided at the saga's deadline, but not undone by it.
bool Sequencer::take_decision(SagaSlot slot) {
  const std::uint8_t step = saga_run_.stored().tcc_wait;
  if (step == no_step) return false;
  const SagaProgress& progress = saga_run_.progress();
  const std::uint8_t decision = state_.decision_for(slot);
  const bool waits = progress.head.status == SagaStatus::running &&
                     progress.steps[step].state == StepState::dispatched;
  if (!waits || decision == tcc_decision::none) return false;
  end_wait(step, decision == tcc_decision::cancel);
  return true;
}

// A timer is done, a signal has not come, a transaction is decided.
void Sequencer::end_wait(std::uint8_t step, bool failed) {
  SagaEvent over = saga_run_.event_of(SagaEventKind::result, step);
  over.outcome = failed ? StepOutcome::failed : StepOutcome::succeeded;
  const std::uint64_t now = saga_run_.at().value();
  const auto outputs = std::as_bytes(std::span{&now, 1});
  ENSURE(saga_run_.take(over, 0, failed ? std::span<const std::byte>{} : outputs),
         "a wait that is over is taken");
}

void Sequencer::begin_wait(std::uint8_t step) {
  SagaEvent begins = saga_run_.event_of(SagaEventKind::dispatched, step);
  const auto until = saga_run_.wait_until(step);
  begins.due_at = until.value_or(saga_run_.at().value());
  ENSURE(saga_run_.take(begins, until ? 0 : saga_output_missing, {}), "a wait begins");
  marks_.set(FaultMark::timer);
}

void Sequencer::do_saga_step(SagaWork& work, std::uint8_t step) {
  ENSURE(saga_run_.take(saga_run_.event_of(SagaEventKind::dispatched, step), 0, {}),
         "a step that is ready is begun");
  const SagaMade made = make_saga_step(work, step);
  SagaEvent result = saga_run_.event_of(SagaEventKind::result, step);
  // Whether it is tried again is the policy's.
  result.outcome = made.refused == 0 ? StepOutcome::succeeded : StepOutcome::retry_later;
  struct {
    Uint128 id;
    std::uint64_t at;
  } const outputs{made.id, saga_run_.at().value()};
  auto bytes = std::as_bytes(std::span{&outputs, 1});
  if (made.id.is_zero()) bytes = bytes.subspan(sizeof(outputs.id));
  if (made.refused != 0) bytes = {};
  ENSURE(saga_run_.take(result, made.refused, bytes), "a step that was begun has a result");
}

void Sequencer::undo_saga_step(SagaWork& work, std::uint8_t step) {
  ENSURE(saga_run_.take(saga_run_.event_of(SagaEventKind::undo_dispatched, step), 0, {}),
         "an undo that is ready is begun");
  const SagaMade made = unmake_saga_step(work, step);
  SagaEvent result = saga_run_.event_of(SagaEventKind::undo_result, step);
  const RetryPolicy& policy = saga_run_.step(step).undo_retry;
  const bool used_up = policy.max != 0 && saga_run_.progress().steps[step].undo.tries >= policy.max;
  if (made.refused != 0) result.outcome = used_up ? StepOutcome::failed : StepOutcome::retry_later;
  ENSURE(saga_run_.take(result, made.refused, {}), "an undo that was begun has a result");
}

Sequencer::SagaMade Sequencer::make_saga_step(SagaWork& work, std::uint8_t step) {
  const StepKind kind = saga_run_.step(step).kind;
  if (kind == StepKind::order_command || kind == StepKind::payment_command) {
    const auto command = saga_run_.command_of(step);
    if (!command) return {saga_output_missing, {}};
    return make_saga_command(work, step, SagaOperation::do_, *command);
  }
  const auto transfer = saga_run_.transfer_of(step);
  if (!transfer) return {saga_output_missing, {}};
  return make_saga_transfer(work, step, SagaOperation::do_, *transfer);
}

Sequencer::SagaMade Sequencer::unmake_saga_step(SagaWork& work, std::uint8_t step) {
  const UndoAct act = saga_run_.step(step).undo;
  if (act == UndoAct::release_hold || act == UndoAct::reverse_transfer) {
    const auto transfer = saga_run_.undo_transfer_of(step);
    if (!transfer) return {saga_output_missing, {}};
    SagaMade made = make_saga_transfer(work, step, SagaOperation::undo, *transfer);
    const auto status = static_cast<CreateTransferStatus>(made.refused);
    if (act == UndoAct::release_hold && is_undone_already(status)) made.refused = 0;
    return made;
  }
  const auto commands = saga_run_.undo_commands_of(step);
  if (!commands) return {saga_output_missing, {}};
  for (std::size_t at = 0; at < commands->count; ++at) {
    const SagaCommand& command = commands->items[at];
    const SagaMade made = make_saga_command(work, step, SagaOperation::undo, command);
    if (made.refused != 0) return made;
  }
  return {};
}

Sequencer::SagaMade Sequencer::make_saga_transfer(SagaWork& work, std::uint8_t step,
                                                  SagaOperation operation, Transfer transfer) {
  const Uint128 saga = saga_run_.view().id;
  const std::uint32_t round = round_of(saga_run_.progress().steps[step], operation);
  const BatchRules rules{.time = work.last_time,
                         .imported = false,
                         .auto_ledgers = false,
                         .authority = Authority::coordinator,
                         .owner = saga};
  CreateTransferStatus status{};
  for (std::uint32_t probe = 0; probe < limits::saga_probes_max; ++probe) {
    transfer.id = TransferId{saga_id_of(step, operation, round, probe)};
    const TransferTags tags = look_up_tags(state_, transfer);
    const TransferDecision decision =
        decide_transfer(state_, facts_, rules, transfer, work.next_time, tags, record_);
    status = decision.status;
    if (status == CreateTransferStatus::created) {
      extend_run(FactKind::transfer);
      Transfer& fact = slab_->add_fact(decision.rewritten ? record_ : transfer);
      fact.timestamp = take_time(work);
      if (decision.has_note) slab_->add_note(decision.note);
      apply_transfer(fact, decision);
      return {0, transfer.id.value()};
    }
    if (!daybook::is_of_used_id(status)) break;
  }
  return {static_cast<std::uint16_t>(status), {}};
}

Sequencer::SagaMade Sequencer::make_saga_command(SagaWork& work, std::uint8_t step,
                                                 SagaOperation operation,
                                                 const SagaCommand& command) {
  DomainEvent event;
  event.aggregate_id = command.aggregate_id;
  saga_command_.clear();
  put_command(command.command, command.details, command.text, event, saga_command_);
  // A command of its own for each kind, where an undo needs two.
  const std::uint32_t round = round_of(saga_run_.progress().steps[step], operation);
  const std::uint32_t what = step | static_cast<std::uint32_t>(command.command) << 8U;
  const AppendEventStatus status =
      append_for_saga(work, what, operation, round, event, saga_command_);
  return {static_cast<std::uint16_t>(status), {}};
}

AppendEventStatus Sequencer::append_for_saga(SagaWork& work, std::uint32_t step,
                                             SagaOperation operation, std::uint32_t round,
                                             DomainEvent event,
                                             std::span<const std::byte> payload) {
  const SagaView view = saga_run_.view();
  event.business_id = view.business_id;
  event.trace_id = view.trace_id;
  event.user_id = view.user_id;
  const auto made = slab_->transfers().subspan(work.first_transfer);
  for (std::uint32_t probe = 0; probe < limits::saga_probes_max; ++probe) {
    event.id = saga_id_of(step, operation, round, probe);
    const RequestEvents::Decision decision = request_events_
                                                 .decide(state_, facts_,
                                                         {.events = {&event, 1},
                                                          .payloads = payload,
                                                          .scope = EventScope::sagas,
                                                          .transfers = CreatedTransfers{made}})
                                                 .front();
    if (decision.status == AppendEventStatus::created) {
      event.version = decision.version;
      event.timestamp = take_time(work);
      add_saga_event(event, payload);
      if (is_engine_aggregate(event.aggregate_type)) state_.apply_command(event, payload, {}, {});
      return AppendEventStatus::created;
    }
    if (!is_of_used_id(decision.status)) return decision.status;
  }
  return AppendEventStatus::exists;
}

// For those who wait for what the saga was about, in a stream of the definition's name.
void Sequencer::tell_completed(SagaWork& work, const SagaView& view,
                               const StoredDefinition& stored) {
  if (stored.definition.completed_event.empty()) return;
  DomainEvent event;
  event.aggregate_type = stored.name_id;
  event.aggregate_id = view.id;
  event.event_type = stored.completed_event_type;
  event.business_id = view.business_id;
  event.trace_id = view.trace_id;
  event.user_id = view.user_id;
  constexpr std::uint32_t of_the_whole = 0xffff;
  const AppendEventStatus status =
      append_for_saga(work, of_the_whole, SagaOperation::do_, 0, event, {});
  ENSURE(status == AppendEventStatus::created, "there was room for the event of a completed saga");
}

}  // namespace daybook
