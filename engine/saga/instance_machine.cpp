#include "engine/saga/instance_machine.hpp"

#include <algorithm>

#include "engine/base/assert.hpp"
#include "engine/saga/saga_change.hpp"

namespace daybook {
namespace {

using Why = SagaRefusalKind;

bool is_of_step(SagaEventKind kind) {
  switch (kind) {
    case SagaEventKind::started:
    case SagaEventKind::deadline:
    case SagaEventKind::cancel:
    case SagaEventKind::operator_force:
    case SagaEventKind::operator_close:
    case SagaEventKind::operator_kick:
      return false;
    case SagaEventKind::dispatched:
    case SagaEventKind::released:
    case SagaEventKind::result:
    case SagaEventKind::asked:
    case SagaEventKind::answered:
    case SagaEventKind::undo_dispatched:
    case SagaEventKind::undo_released:
    case SagaEventKind::undo_result:
    case SagaEventKind::operator_retry:
    case SagaEventKind::operator_resolve:
    case SagaEventKind::operator_skip:
    case SagaEventKind::extended:
    case SagaEventKind::undo_extended:
      return true;
  }
  return false;
}

SagaRefusal refusal_of(Why kind, const SagaProgress& progress, const SagaEvent& event) {
  SagaRefusal refusal{.kind = kind,
                      .event = event.kind,
                      .status = progress.head.status,
                      .stuck = progress.head.stuck};
  if (is_of_step(event.kind) && event.step < progress.head.step_count) {
    refusal.step = event.step;
    refusal.state = progress.steps[event.step].state;
    refusal.compensation = progress.steps[event.step].compensation;
  }
  return refusal;
}

SagaVerdict take(SagaChange& change, const SagaEvent& event) {
  switch (event.kind) {
    case SagaEventKind::started:
      return change.start(event);
    case SagaEventKind::dispatched:
      return change.dispatch(event);
    case SagaEventKind::released:
      return change.release(event);
    case SagaEventKind::asked:
      return change.ask(event);
    case SagaEventKind::result:
    case SagaEventKind::answered:
      return change.take_forward_answer(event);
    case SagaEventKind::undo_dispatched:
      return change.dispatch_undo(event);
    case SagaEventKind::undo_released:
      return change.release_undo(event);
    case SagaEventKind::undo_result:
      return change.take_undo_answer(event);
    case SagaEventKind::deadline:
      return change.pass_deadline(event);
    case SagaEventKind::cancel:
      return change.cancel();
    case SagaEventKind::operator_retry:
      return change.retry(event);
    case SagaEventKind::operator_resolve:
      return change.resolve(event);
    case SagaEventKind::operator_skip:
      return change.skip(event);
    case SagaEventKind::operator_force:
      return change.force();
    case SagaEventKind::operator_close:
      return change.close();
    case SagaEventKind::extended:
      return change.extend(event);
    case SagaEventKind::undo_extended:
      return change.extend_undo(event);
    case SagaEventKind::operator_kick:
      return change.kick_waits(event);
  }
  return Why::illegal_transition;
}

SagaTransition difference(const SagaDefinition& definition, const SagaProgress& before,
                          const SagaProgress& after) {
  SagaTransition transition;
  transition.head = after.head;
  for (std::size_t at = 0; at < after.head.step_count; ++at) {
    if (before.steps[at] == after.steps[at]) continue;
    transition.changed |= set_of(at);
    transition.steps[at] = after.steps[at];
  }
  const bool becomes_stuck =
      after.head.status == SagaStatus::stuck &&
      (before.head.status != SagaStatus::stuck || before.head.stuck != after.head.stuck);
  const bool is_late = after.head.is(saga_flag::deadline_passed) &&
                       !before.head.is(saga_flag::deadline_passed) &&
                       after.head.status == SagaStatus::running;
  transition.raises_alarm = becomes_stuck || is_late;
  const SagaActions had = list_actions(definition, before);
  const SagaActions has_now = list_actions(definition, after);
  for (const SagaAction& action : has_now.all()) {
    const auto all = had.all();
    if (std::find(all.begin(), all.end(), action) == all.end()) transition.actions.add(action);
  }
  return transition;
}

void list_forward(const SagaDefinition& definition, const SagaProgress& progress,
                  SagaActions& actions) {
  for (const std::uint8_t at : definition.order) {
    const StepProgress& step = progress.steps[at];
    if (step.state == StepState::not_started && is_step_ready(definition, progress, at)) {
      actions.add({.kind = SagaActionKind::start, .step = at});
    }
    if (step.state == StepState::retry_wait) {
      actions.add(
          {.kind = step.is(step_flag::ask_first) ? SagaActionKind::ask : SagaActionKind::send,
           .step = at,
           .not_before = step.forward.next_at});
    }
  }
}

void list_undos(const SagaDefinition& definition, const SagaProgress& progress,
                SagaActions& actions) {
  std::array<std::uint8_t, limits::saga_steps_max> wanted{};
  std::size_t count = 0;
  // From the last one back, so that those of no rank keep the reverse order of the steps.
  for (auto at = definition.order.rbegin(); at != definition.order.rend(); ++at) {
    if (is_undo_ready(definition, progress, *at)) wanted[count++] = *at;
  }
  const auto completed_later = [&progress](std::uint8_t a, std::uint8_t b) {
    const auto place = [&progress](std::uint8_t at) {
      return progress.steps[at].rank == 0 ? 0xff : progress.steps[at].rank;
    };
    return place(a) > place(b);
  };
  // By insertion: few, equal ones keep their order, and no memory is asked for.
  for (auto each = wanted.begin(); each != wanted.begin() + static_cast<std::ptrdiff_t>(count);
       ++each) {
    std::rotate(std::upper_bound(wanted.begin(), each, *each, completed_later), each, each + 1);
  }
  for (std::size_t place = 0; place < count; ++place) {
    const StepProgress& step = progress.steps[wanted[place]];
    actions.add({.kind = SagaActionKind::undo,
                 .step = wanted[place],
                 .allow_empty = step.state != StepState::succeeded,
                 .not_before = step.undo.next_at});
  }
}

}  // namespace

SagaActions list_actions(const SagaDefinition& definition, const SagaProgress& progress) {
  SagaActions actions;
  const SagaHead& head = progress.head;
  if (head.status == SagaStatus::running) list_forward(definition, progress, actions);
  if (head.status == SagaStatus::compensating || head.stuck == StuckReason::backward) {
    list_undos(definition, progress, actions);
  }
  return actions;
}

Result<SagaTransition, SagaRefusal> decide_saga(const SagaDefinition& definition,
                                                const SagaProgress& progress,
                                                const SagaEvent& event) {
  ENSURE(progress.head.status == SagaStatus::none ||
             progress.head.step_count == definition.steps.size(),
         "a saga goes by the definition that it was started with");
  if (is_of_step(event.kind) && event.step >= progress.head.step_count) {
    return refusal_of(Why::illegal_transition, progress, event);
  }
  SagaChange change{definition, progress};
  const SagaVerdict verdict = take(change, event);
  if (const auto* refused = std::get_if<Why>(&verdict)) {
    return refusal_of(*refused, progress, event);
  }
  auto effect = std::get<SagaTransition::Effect>(verdict);
  if (effect == SagaTransition::Effect::changed) {
    if (change.after() != progress) return difference(definition, progress, change.after());
    // A contradiction that is told again, for instance.
    effect = SagaTransition::Effect::duplicate;
  }
  SagaTransition nothing;
  nothing.effect = effect;
  nothing.head = progress.head;
  return nothing;
}

void apply_transition(SagaProgress& progress, const SagaTransition& transition) {
  progress.head = transition.head;
  for (StepSet left = transition.changed; left != 0; left &= left - 1) {
    const auto at = static_cast<std::size_t>(__builtin_ctzll(left));
    progress.steps[at] = transition.steps[at];
  }
}

}  // namespace daybook
