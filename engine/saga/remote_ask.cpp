#include "engine/saga/remote_ask.hpp"

#include <algorithm>

#include "engine/base/assert.hpp"
#include "engine/model/saga_types.hpp"

namespace daybook {
namespace {

// How many rounds back an answer may come from.
constexpr std::uint32_t rounds_back_max = 64;

static_assert(static_cast<int>(WorkOutcome::cancelled) == static_cast<int>(StepOutcome::cancelled));
static_assert(static_cast<int>(WorkOutcome::ok_empty) == static_cast<int>(StepOutcome::ok_empty));
static_assert(static_cast<int>(WorkValueType::truth) == static_cast<int>(ValueType::truth));

Uint128 key_of_do(const Uint128& saga, const SagaProgress& progress, std::uint8_t step) {
  return saga_made_id(saga, step, SagaOperation::do_, progress.steps[step].forward.round, 0);
}

}  // namespace

RemoteAsk ask_of(const SagaDefinition& definition, const SagaProgress& progress,
                 const SagaAction& action) {
  const SagaStep& step = definition.steps[action.step];
  ENSURE(is_remote(step.kind), "only remote steps are asked for");
  const bool confirms = step.kind == StepKind::remote_confirm;
  RemoteAsk ask{.event = SagaEventKind::dispatched,
                .operation = confirms ? WorkOperation::confirm : WorkOperation::do_,
                .type = step.type_id,
                .type_text = step.type,
                .participant = progress.steps[action.step].participant,
                .timeout_ms = step.timeout_ms,
                .arguments_of = confirms ? step.subject : action.step};
  if (confirms) {
    ask.type_text = definition.steps[step.subject].type;
    ask.participant = progress.steps[step.subject].participant;
  }
  if (action.kind == SagaActionKind::ask) {
    ask.event = SagaEventKind::asked;
    ask.operation = WorkOperation::query;
  } else if (action.kind == SagaActionKind::undo) {
    ask.event = SagaEventKind::undo_dispatched;
    ask.operation = WorkOperation::undo;
    ask.type = step.undo_type_id;
    ask.type_text = step.undo_type;
    ask.timeout_ms = step.undo_timeout_ms;
  }
  return ask;
}

RemoteKeys keys_of(const SagaDefinition& definition, const SagaProgress& progress,
                   const Uint128& saga, std::uint8_t step, WorkOperation operation) {
  const Uint128 done = key_of_do(saga, progress, step);
  switch (operation) {
    case WorkOperation::do_:
      return {done, {}};
    case WorkOperation::query:
      return {done, done};
    case WorkOperation::confirm:
      return {done, key_of_do(saga, progress, definition.steps[step].subject)};
    case WorkOperation::undo:
      return {saga_made_id(saga, step, SagaOperation::undo, progress.steps[step].undo.round, 0),
              done};
  }
  return {};
}

bool is_key_of(const SagaProgress& progress, const Uint128& saga, std::uint8_t step,
               WorkOperation operation, const Uint128& key) {
  const bool undoes = operation == WorkOperation::undo;
  const StepProgress& of = progress.steps[step];
  const std::uint32_t newest = undoes ? of.undo.round : of.forward.round;
  const SagaOperation made = undoes ? SagaOperation::undo : SagaOperation::do_;
  for (std::uint32_t back = 0; back <= std::min(newest, rounds_back_max); ++back) {
    if (saga_made_id(saga, step, made, newest - back, 0) == key) return true;
  }
  return false;
}

SagaEvent answer_event(const StepAnswer& answer) {
  const bool undoes = answer.operation == WorkOperation::undo;
  SagaEvent event;
  event.step = answer.step;
  event.attempt = answer.attempt;
  if (answer.outcome == WorkOutcome::released) {
    event.kind = undoes ? SagaEventKind::undo_released : SagaEventKind::released;
  } else if (answer.outcome == WorkOutcome::heartbeat) {
    event.kind = undoes ? SagaEventKind::undo_extended : SagaEventKind::extended;
  } else {
    event.kind = undoes                                     ? SagaEventKind::undo_result
                 : answer.operation == WorkOperation::query ? SagaEventKind::answered
                                                            : SagaEventKind::result;
    event.outcome = static_cast<StepOutcome>(answer.outcome);
  }
  return event;
}

}  // namespace daybook
