#include "engine/saga/saga_change.hpp"

#include <algorithm>

namespace daybook {
namespace {

using Effect = SagaTransition::Effect;
using Why = SagaRefusalKind;

bool is_done(const StepProgress& step) {
  return step.state == StepState::succeeded || step.state == StepState::skipped;
}

bool is_undone(const StepProgress& step) {
  return step.compensation == CompensationState::not_needed ||
         step.compensation == CompensationState::succeeded ||
         step.compensation == CompensationState::skipped;
}

SagaVerdict verdict_of(StepEffect effect) {
  switch (effect) {
    case StepEffect::changed:
      return Effect::changed;
    case StepEffect::duplicate:
      return Effect::duplicate;
    case StepEffect::stale:
      return Effect::stale;
    case StepEffect::contradiction:
    case StepEffect::illegal:
      return Why::illegal_transition;
  }
  return Why::illegal_transition;
}

}  // namespace

bool is_step_ready(const SagaDefinition& definition, const SagaProgress& progress,
                   std::size_t step) {
  for (std::size_t at = 0; at < definition.steps.size(); ++at) {
    if (has(definition.steps[step].after, at) && !is_done(progress.steps[at])) return false;
  }
  return true;
}

bool is_undo_ready(const SagaDefinition& definition, const SagaProgress& progress,
                   std::size_t step) {
  const CompensationState state = progress.steps[step].compensation;
  if (state != CompensationState::ready && state != CompensationState::retry_wait) return false;
  for (std::size_t at = 0; at < definition.steps.size(); ++at) {
    if (has(definition.steps[step].descendants, at) && !is_undone(progress.steps[at])) return false;
  }
  return true;
}

bool SagaChange::is_past_pivot() const {
  return definition_.pivot != no_step && is_done(progress_.steps[definition_.pivot]);
}

// What is only waited for has not happened.
bool SagaChange::is_pivot_in_doubt() const {
  return definition_.pivot != no_step && !is_wait(definition_.steps[definition_.pivot].kind) &&
         is_in_doubt(progress_.steps[definition_.pivot]);
}

// A hold that was captured is no longer there to be released: the capture is what is undone.
bool SagaChange::needs_undo(std::size_t at, bool is_forced) const {
  const SagaStep& defined_step = definition_.steps[at];
  if (!is_forced && defined_step.step_class != StepClass::compensatable) return false;
  if (defined_step.step_class == StepClass::readonly || is_wait(defined_step.kind)) return false;
  if (!may_have_effect(progress_.steps[at])) return false;
  return defined_step.resolved_by == no_step ||
         progress_.steps[defined_step.resolved_by].state != StepState::succeeded;
}

void SagaChange::become(SagaStatus status, StuckReason reason) {
  head().status = status;
  head().stuck = reason;
}

void SagaChange::rank(StepProgress& of) {
  if (of.rank == 0) of.rank = ++head().succeeded_count;
}

void SagaChange::begin_undoing(AbortReason reason) {
  head().abort = reason;
  head().set(saga_flag::undoing);
  become(SagaStatus::compensating);
  for (std::size_t at = 0; at < definition_.steps.size(); ++at) {
    if (needs_undo(at, false)) progress_.steps[at].compensation = CompensationState::ready;
  }
  settle_backward(false);
}

// While nobody knows whether the pivot has happened, a saga may neither go back nor end.
void SagaChange::want_abort(AbortReason reason) {
  if (is_past_pivot()) return become(SagaStatus::stuck, StuckReason::forward);
  const AbortReason first = head().abort == AbortReason::none ? reason : head().abort;
  if (!is_pivot_in_doubt()) return begin_undoing(first);
  head().abort = first;
  become(SagaStatus::running);
}

/// Where a saga that goes forward stands, by the states of its steps.
void SagaChange::settle_forward() {
  become(SagaStatus::running);
  bool failed = false;
  bool exhausted = false;
  bool sticks = false;
  for (std::size_t at = 0; at < definition_.steps.size(); ++at) {
    const StepProgress& each = progress_.steps[at];
    failed |= each.state == StepState::failed;
    if (!is_exhausted(each)) continue;
    exhausted = true;
    sticks |= definition_.steps[at].retry.on_exhausted == OnExhausted::stuck ||
              each.is(step_flag::never_again);
  }
  if (is_past_pivot()) {
    head().abort = AbortReason::none;
    if (failed || exhausted) return become(SagaStatus::stuck, StuckReason::forward);
  } else if (definition_.pivot != no_step && is_exhausted(progress_.steps[definition_.pivot])) {
    return become(SagaStatus::stuck, StuckReason::pivot_in_doubt);
  } else if (failed) {
    return want_abort(AbortReason::step_failed);
  } else if (sticks) {
    return become(SagaStatus::stuck, StuckReason::forward);
  } else if (exhausted) {
    return want_abort(AbortReason::exhausted);
  } else if (head().abort != AbortReason::none) {
    return want_abort(head().abort);
  }
  const auto count = static_cast<std::ptrdiff_t>(definition_.steps.size());
  if (std::all_of(progress_.steps.begin(), progress_.steps.begin() + count, is_done)) {
    become(SagaStatus::completed);
  }
}

/// Where a saga that goes back stands. What is stuck only an operator moves.
void SagaChange::settle_backward(bool by_operator) {
  const bool is_backward =
      head().status == SagaStatus::compensating || is_stuck(StuckReason::backward);
  if (!is_backward || (head().status == SagaStatus::stuck && !by_operator)) return;
  bool blocked = false;
  bool open = false;
  bool skipped = false;
  for (std::size_t at = 0; at < definition_.steps.size(); ++at) {
    const CompensationState state = progress_.steps[at].compensation;
    blocked |= state == CompensationState::refused || state == CompensationState::unknown;
    open |= state == CompensationState::ready || state == CompensationState::dispatched ||
            state == CompensationState::retry_wait;
    skipped |= state == CompensationState::skipped;
  }
  if (blocked || (skipped && !open)) return become(SagaStatus::stuck, StuckReason::backward);
  become(open ? SagaStatus::compensating : SagaStatus::compensated);
}

SagaVerdict SagaChange::contradict() {
  become(SagaStatus::stuck, StuckReason::contradiction);
  return Effect::changed;
}

SagaVerdict SagaChange::start(const SagaEvent& event) {
  if (head().status != SagaStatus::none) {
    return head().content == event.content ? SagaVerdict{Effect::duplicate} : Why::conflict;
  }
  head().deadline_at = event.deadline_at;
  head().definition = event.definition;
  head().content = event.content;
  head().step_count = static_cast<std::uint8_t>(definition_.steps.size());
  become(SagaStatus::running);
  return Effect::changed;
}

SagaVerdict SagaChange::dispatch(const SagaEvent& event) {
  if (head().status != SagaStatus::running) return Why::illegal_transition;
  if (!is_step_ready(definition_, progress_, event.step)) return Why::illegal_transition;
  return verdict_of(take_dispatched(step(event), defined(event).retry, event));
}

SagaVerdict SagaChange::ask(const SagaEvent& event) {
  if (head().status != SagaStatus::running) return Why::illegal_transition;
  return verdict_of(take_asked(step(event), event));
}

SagaVerdict SagaChange::release(const SagaEvent& event) {
  const StepState before = step(event).state;
  const SagaVerdict verdict = verdict_of(take_released(step(event), event));
  if (verdict != SagaVerdict{Effect::changed}) return verdict;
  if (is_end(head().status)) return Effect::stale;
  if (is_undoing()) {
    note_late_answer(event.step, before);
  } else if (head().status == SagaStatus::running) {
    settle_forward();
  }
  return verdict;
}

// What a late answer about a step means for its undoing.
void SagaChange::note_late_answer(std::size_t at, StepState before) {
  StepProgress& each = progress_.steps[at];
  if (each.state == before) return;
  const bool is_needed = needs_undo(at, head().abort == AbortReason::forced);
  CompensationState& undo = each.compensation;
  if (undo == CompensationState::not_needed && is_needed) {
    const bool has_undo = definition_.steps[at].undo != UndoAct::none;
    undo = has_undo ? CompensationState::ready : CompensationState::refused;
  }
  // Nothing was sent yet, and now there is nothing to undo.
  if (undo == CompensationState::ready && !is_needed && each.undo.attempts == 0) {
    undo = CompensationState::not_needed;
  }
  settle_backward(false);
}

SagaVerdict SagaChange::take_answer_at_an_end(const SagaEvent& event) {
  StepProgress& each = step(event);
  const bool was_empty =
      each.compensation == CompensationState::succeeded && each.is(step_flag::empty_undo);
  const bool was_undone = each.compensation == CompensationState::succeeded && !was_empty;
  const StepEffect effect = take_result(each, defined(event).retry, event, false);
  if (effect != StepEffect::changed && effect != StepEffect::contradiction) {
    return verdict_of(effect);
  }
  // An end is left for one reason: something has happened although it was said that it never would.
  if (head().status == SagaStatus::compensated && was_empty &&
      event.outcome == StepOutcome::succeeded) {
    each.set(step_flag::contradicted);
    rank(each);
    return contradict();
  }
  if (effect == StepEffect::contradiction) return Why::illegal_transition;
  // It is what the undo had told, or matters to nobody.
  const bool is_success = each.state == StepState::succeeded;
  const bool is_failure = each.state == StepState::failed;
  const bool has_no_effect =
      defined(event).step_class == StepClass::readonly || is_wait(defined(event).kind);
  const bool is_known = (is_success && was_undone) || (is_failure && was_empty);
  const bool is_no_answer = !is_success && !is_failure;
  if (has_no_effect || is_known || is_no_answer) return Effect::stale;
  return Why::illegal_transition;
}

SagaVerdict SagaChange::take_forward_answer(const SagaEvent& event) {
  if (head().status == SagaStatus::none) return Why::illegal_transition;
  if (is_end(head().status)) return take_answer_at_an_end(event);
  StepProgress& each = step(event);
  const StepState before = each.state;
  const StepEffect effect = take_result(each, defined(event).retry, event, !is_undoing());
  if (effect == StepEffect::contradiction) return contradict();
  if (effect != StepEffect::changed) return verdict_of(effect);
  const bool is_success = each.state == StepState::succeeded;
  if (is_success) rank(each);
  const bool was_undone = each.compensation == CompensationState::succeeded;
  const bool was_empty = each.is(step_flag::empty_undo);
  if (was_undone && is_success && was_empty) {
    each.set(step_flag::contradicted);
    return contradict();
  }
  const bool denies_what_was_undone = was_undone && !was_empty && each.state == StepState::failed &&
                                      !each.is(step_flag::undo_overridden);
  if (denies_what_was_undone) return contradict();
  if (is_undoing()) {
    note_late_answer(event.step, before);
  } else if (head().status == SagaStatus::running) {
    // The deadline ends what would be tried without end: the pivot's doubt is an operator's then.
    const bool ends_now = event.step == definition_.pivot && is_in_doubt(each) &&
                          defined(event).retry.max == 0 && head().is(saga_flag::deadline_passed);
    if (ends_now) {
      become(SagaStatus::stuck, StuckReason::pivot_in_doubt);
    } else {
      settle_forward();
    }
  }
  return Effect::changed;
}

SagaVerdict SagaChange::extend(const SagaEvent& event) {
  const SagaVerdict verdict = verdict_of(take_extended(step(event), event));
  if (verdict != SagaVerdict{Effect::changed} || !is_end(head().status)) return verdict;
  return Effect::stale;
}

SagaVerdict SagaChange::extend_undo(const SagaEvent& event) {
  const SagaVerdict verdict = verdict_of(take_undo_extended(step(event), event));
  if (verdict != SagaVerdict{Effect::changed} || !is_end(head().status)) return verdict;
  return Effect::stale;
}

SagaVerdict SagaChange::dispatch_undo(const SagaEvent& event) {
  const bool goes_back =
      head().status == SagaStatus::compensating || is_stuck(StuckReason::backward);
  if (!goes_back || !is_undo_ready(definition_, progress_, event.step)) {
    return Why::illegal_transition;
  }
  return verdict_of(take_undo_dispatched(step(event), defined(event).undo_retry, event));
}

SagaVerdict SagaChange::release_undo(const SagaEvent& event) {
  const SagaVerdict verdict = verdict_of(take_undo_released(step(event), event));
  if (verdict != SagaVerdict{Effect::changed} || !is_end(head().status)) return verdict;
  return Effect::stale;
}

SagaVerdict SagaChange::take_undo_answer(const SagaEvent& event) {
  StepProgress& each = step(event);
  const StepEffect effect = take_undo_result(each, defined(event).undo_retry, event);
  if (is_end(head().status)) {
    return effect == StepEffect::changed ? SagaVerdict{Why::illegal_transition}
                                         : verdict_of(effect);
  }
  if (effect == StepEffect::contradiction) return contradict();
  if (effect != StepEffect::changed) return verdict_of(effect);
  const bool is_done_and_empty = each.state == StepState::succeeded &&
                                 !each.is(step_flag::overridden) &&
                                 event.outcome == StepOutcome::ok_empty;
  if (is_done_and_empty) {
    each.set(step_flag::contradicted);
    return contradict();
  }
  settle_backward(false);
  return Effect::changed;
}

SagaVerdict SagaChange::pass_deadline(const SagaEvent& event) {
  const bool is_due = head().deadline_at != 0 && event.at >= head().deadline_at;
  if (head().status != SagaStatus::running || !is_due) return Why::illegal_transition;
  if (head().is(saga_flag::deadline_passed)) return Effect::duplicate;
  head().set(saga_flag::deadline_passed);
  if (!is_past_pivot()) want_abort(AbortReason::deadline);
  return Effect::changed;
}

SagaVerdict SagaChange::cancel() {
  if (head().status != SagaStatus::running) return Why::illegal_transition;
  if (is_past_pivot()) return Why::past_pivot;
  if (head().abort != AbortReason::none) return Effect::duplicate;
  want_abort(AbortReason::cancelled);
  return Effect::changed;
}

}  // namespace daybook
