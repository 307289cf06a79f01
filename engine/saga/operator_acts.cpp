#include "engine/saga/saga_change.hpp"

/// What an operator may do to a saga: but for a kick, only to one that is stuck.

namespace daybook {
namespace {

using Effect = SagaTransition::Effect;
using Why = SagaRefusalKind;

bool is_refused_or_unknown(const StepProgress& step) {
  return step.compensation == CompensationState::refused ||
         step.compensation == CompensationState::unknown;
}

/// It is to be undone, and is not.
bool awaits_undo(const StepProgress& step) {
  return is_refused_or_unknown(step) || step.compensation == CompensationState::ready ||
         step.compensation == CompensationState::dispatched ||
         step.compensation == CompensationState::retry_wait;
}

/// It was begun, and has neither succeeded nor been skipped.
bool awaits_success(const StepProgress& step) {
  return step.state == StepState::failed || step.state == StepState::dispatched ||
         step.state == StepState::unknown || step.state == StepState::retry_wait;
}

}  // namespace

// What was settled by a late answer while the saga was stuck needs no other try: it goes on.
SagaVerdict SagaChange::retry(const SagaEvent& event) {
  StepProgress& each = step(event);
  if (is_stuck(StuckReason::backward)) return retry_compensation(event);
  if (!is_stuck(StuckReason::forward)) return Why::illegal_transition;
  if (each.state == StepState::failed || is_exhausted(each)) {
    retry_forward(each, defined(event).retry, event.at);
  } else if (each.state != StepState::succeeded) {
    return Why::illegal_transition;
  }
  settle_forward();
  return Effect::changed;
}

SagaVerdict SagaChange::retry_compensation(const SagaEvent& event) {
  StepProgress& each = step(event);
  if (is_refused_or_unknown(each)) {
    // What has no undo is settled by hand.
    if (defined(event).undo == UndoAct::none) return Why::no_way_back;
    retry_undo(each);
  } else if (each.compensation != CompensationState::succeeded) {
    return Why::illegal_transition;
  }
  settle_backward(true);
  return Effect::changed;
}

SagaVerdict SagaChange::resolve_pivot(const SagaEvent& event) {
  StepProgress& each = step(event);
  if (event.step != definition_.pivot) return Why::illegal_transition;
  const bool is_success = event.outcome == StepOutcome::succeeded;
  const bool contradicts = (each.state == StepState::succeeded && !is_success) ||
                           (each.state == StepState::failed && is_success);
  if (contradicts) return Why::evidence_contradicts;
  if (each.state != StepState::succeeded && each.state != StepState::failed) {
    each.state = is_success ? StepState::succeeded : StepState::failed;
    each.forward.next_at = 0;
    each.clear(step_flag::in_doubt | step_flag::ask_first | step_flag::asking |
               step_flag::exhausted | step_flag::never_again);
    if (is_success) rank(each);
  }
  settle_forward();
  return Effect::changed;
}

SagaVerdict SagaChange::resolve(const SagaEvent& event) {
  if (event.outcome != StepOutcome::succeeded && event.outcome != StepOutcome::failed) {
    return Why::illegal_transition;
  }
  if (is_stuck(StuckReason::pivot_in_doubt)) return resolve_pivot(event);
  const bool is_backward = is_stuck(StuckReason::backward);
  if (!is_backward && !is_stuck(StuckReason::forward)) return Why::illegal_transition;
  if (event.outcome == StepOutcome::failed) return Why::failed_refused;
  StepProgress& each = step(event);
  if (is_backward) {
    if (!awaits_undo(each)) return Why::illegal_transition;
    each.compensation = CompensationState::succeeded;
    each.undo.next_at = 0;
    each.set(step_flag::undo_overridden);
    settle_backward(true);
    return Effect::changed;
  }
  if (!awaits_success(each) || is_for_transaction(event)) return Why::illegal_transition;
  each.state = StepState::succeeded;
  each.forward.next_at = 0;
  each.clear(step_flag::in_doubt | step_flag::ask_first | step_flag::asking | step_flag::exhausted |
             step_flag::never_again);
  each.set(step_flag::overridden);
  rank(each);
  settle_forward();
  return Effect::changed;
}

SagaVerdict SagaChange::skip(const SagaEvent& event) {
  if (is_stuck(StuckReason::pivot_in_doubt)) return Why::skip_refused;
  StepProgress& each = step(event);
  if (is_stuck(StuckReason::backward)) {
    if (!awaits_undo(each)) return Why::illegal_transition;
    each.compensation = CompensationState::skipped;
    each.undo.next_at = 0;
    settle_backward(true);
    return Effect::changed;
  }
  if (!is_stuck(StuckReason::forward) || !awaits_success(each) || is_for_transaction(event)) {
    return Why::illegal_transition;
  }
  each.state = StepState::skipped;
  each.forward.next_at = 0;
  each.clear(step_flag::in_doubt | step_flag::ask_first | step_flag::asking | step_flag::exhausted |
             step_flag::never_again);
  settle_forward();
  return Effect::changed;
}

// What cannot be undone stands there as refused, so that nobody takes the saga for undone.
void SagaChange::force_step(std::size_t at) {
  StepProgress& each = progress_.steps[at];
  const bool was_undone_in_vain =
      each.compensation == CompensationState::succeeded && each.is(step_flag::contradicted);
  const bool is_open = each.compensation == CompensationState::not_needed ||
                       is_refused_or_unknown(each) || was_undone_in_vain;
  if (!is_open || !needs_undo(at, true)) return;
  if (definition_.steps[at].undo == UndoAct::none) {
    each.compensation = CompensationState::refused;
    return;
  }
  if (was_undone_in_vain) {
    // Its first UNDO was answered, so the next one is another.
    ++each.undo.round;
    each.undo.attempts_before = each.undo.attempts;
    each.clear(step_flag::empty_undo);
  }
  each.clear(step_flag::contradicted);
  retry_undo(each);
}

SagaVerdict SagaChange::force() {
  if (head().status != SagaStatus::stuck) return Why::illegal_transition;
  const std::uint8_t pivot = definition_.pivot;
  const bool may_be_past = pivot != no_step && may_have_effect(progress_.steps[pivot]) &&
                           (!is_wait(definition_.steps[pivot].kind) || is_past_pivot());
  if (may_be_past && definition_.steps[pivot].undo == UndoAct::none) return Why::no_way_back;
  head().abort = AbortReason::forced;
  head().set(saga_flag::undoing);
  become(SagaStatus::compensating);
  for (std::size_t at = 0; at < definition_.steps.size(); ++at) force_step(at);
  settle_backward(true);
  return Effect::changed;
}

// Not only of what is stuck: it changes when, and nothing else.
SagaVerdict SagaChange::kick_waits(const SagaEvent& event) {
  if (head().status == SagaStatus::none || is_end(head().status)) return Why::illegal_transition;
  if (event.step != no_step && event.step >= definition_.steps.size()) {
    return Why::illegal_transition;
  }
  bool waited = false;
  for (std::size_t at = 0; at < definition_.steps.size(); ++at) {
    if (event.step != no_step && event.step != at) continue;
    const bool goes_forward = head().status == SagaStatus::running;
    waited = kick(progress_.steps[at], goes_forward, event.at) || waited;
  }
  return waited ? Effect::changed : Effect::duplicate;
}

SagaVerdict SagaChange::close() {
  if (head().status != SagaStatus::stuck) return Why::illegal_transition;
  become(SagaStatus::closed_manual);
  return Effect::changed;
}

}  // namespace daybook
