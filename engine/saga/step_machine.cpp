#include "engine/saga/step_machine.hpp"

#include <algorithm>

#include "engine/base/assert.hpp"
#include "engine/base/durations.hpp"

namespace daybook {
namespace {

constexpr std::uint64_t ns_per_ms = 1'000'000;

bool is_used_up(const TryProgress& tried, const RetryPolicy& policy) {
  return policy.max != 0 && tried.tries >= policy.max;
}

// An error makes the next wait longer; "later" does not, for nothing is wrong.
void wait(TryProgress& tried, const RetryPolicy& policy, const SagaEvent& event, bool is_error) {
  tried.next_at = event.at + wait_ns(tried.interval_ms, event.jitter);
  if (!is_error) return;
  const std::uint64_t longer = std::uint64_t{tried.interval_ms} * policy.factor;
  tried.interval_ms = static_cast<std::uint32_t>(std::min(longer, policy.cap_ms));
}

void count_try(TryProgress& tried, const RetryPolicy& policy) {
  if (tried.tries == 0) tried.interval_ms = static_cast<std::uint32_t>(policy.initial_ms);
  ++tried.tries;
  tried.next_at = 0;
}

// To a participant: from the first time on it remembers the key, for as long as it has promised.
void note_sending(TryProgress& tried, const SagaEvent& event) {
  ++tried.attempts;
  tried.next_at = event.due_at;
  if (event.participant == 0 || tried.first_sent_s != 0) return;
  constexpr std::uint64_t latest = ~std::uint32_t{0};
  tried.first_sent_s =
      static_cast<std::uint32_t>(std::clamp(event.at / second_ns, std::uint64_t{1}, latest));
}

void begin_round(TryProgress& tried) {
  ++tried.round;
  tried.first_sent_s = 0;
}

bool is_attempt_of(const TryProgress& tried, std::uint32_t attempt) {
  return attempt != 0 && attempt <= tried.attempts;
}

constexpr std::uint16_t open_flags = step_flag::in_doubt | step_flag::ask_first |
                                     step_flag::asking | step_flag::exhausted |
                                     step_flag::never_again;

// What is known of a step by a definitive answer ends all doubt about it.
void end_forward(StepProgress& step, StepState state) {
  step.state = state;
  step.clear(open_flags);
  step.forward.next_at = 0;
}

StepEffect take_end(StepProgress& step, const SagaEvent& event) {
  const bool is_success = event.outcome == StepOutcome::succeeded;
  const auto contradicted = [&step, is_success] {
    if (is_success) step.set(step_flag::contradicted);
    return StepEffect::contradiction;
  };
  // What an operator had tried again was refused before; a repeat of that is no news.
  if (event.attempt <= step.forward.attempts_before) {
    return is_success ? contradicted() : StepEffect::duplicate;
  }
  switch (step.state) {
    case StepState::succeeded:
      if (is_success || step.is(step_flag::overridden)) return StepEffect::duplicate;
      return StepEffect::contradiction;
    case StepState::failed:
      return is_success ? contradicted() : StepEffect::duplicate;
    case StepState::skipped:
      return is_success ? contradicted() : StepEffect::stale;
    case StepState::dispatched:
    case StepState::unknown:
    case StepState::retry_wait:
      end_forward(step, is_success ? StepState::succeeded : StepState::failed);
      return StepEffect::changed;
    case StepState::not_started:
      return StepEffect::illegal;
  }
  return StepEffect::illegal;
}

void give_up(StepProgress& step, bool whatever_is_left) {
  step.state = StepState::unknown;
  step.clear(step_flag::ask_first | step_flag::asking);
  step.set(step_flag::exhausted);
  if (whatever_is_left) step.set(step_flag::never_again);
  step.forward.next_at = 0;
}

// No answer, or the answer that nobody knows: what the participant has promised decides.
void take_unknown(StepProgress& step, const RetryPolicy& policy, const SagaEvent& event) {
  step.set(step_flag::in_doubt);
  step.clear(step_flag::asking);
  const bool must_ask = step.safety != RetrySafety::idempotent;
  if (event.outcome == StepOutcome::lost || (must_ask && !step.is(step_flag::can_query))) {
    return give_up(step, true);
  }
  // The wait is worked out even if nobody waits, so that an operator's look shows the same.
  wait(step.forward, policy, event, event.outcome != StepOutcome::in_progress);
  if (is_used_up(step.forward, policy)) {
    return give_up(step, step.safety == RetrySafety::at_most_once);
  }
  step.state = StepState::retry_wait;
  if (must_ask) step.set(step_flag::ask_first);
}

void take_later(StepProgress& step, const RetryPolicy& policy, const SagaEvent& event) {
  wait(step.forward, policy, event, false);
  // A new round only where no attempt of this one can have happened.
  const bool is_refusal = !step.is(step_flag::in_doubt);
  if (is_used_up(step.forward, policy)) {
    return is_refusal ? end_forward(step, StepState::failed) : give_up(step, false);
  }
  step.state = StepState::retry_wait;
  if (is_refusal) begin_round(step.forward);
}

// A participant that promises nothing about repeats is never sent the same twice, whatever it says.
void take_never_seen(StepProgress& step, const RetryPolicy& policy, const SagaEvent& event) {
  if (step.safety == RetrySafety::at_most_once) return take_unknown(step, policy, event);
  step.clear(step_flag::asking | step_flag::ask_first);
  if (is_used_up(step.forward, policy)) return give_up(step, false);
  step.state = StepState::retry_wait;
  step.forward.next_at = event.at;
}

bool is_definitive(StepOutcome outcome) {
  return outcome == StepOutcome::succeeded || outcome == StepOutcome::failed ||
         outcome == StepOutcome::cancelled;
}

bool can_come(const SagaEvent& event) {
  switch (event.outcome) {
    case StepOutcome::succeeded:
    case StepOutcome::failed:
    case StepOutcome::unknown:
    case StepOutcome::lost:
      return true;
    case StepOutcome::retry_later:
      return event.kind != SagaEventKind::answered;
    case StepOutcome::ok_empty:
      return event.kind == SagaEventKind::undo_result;
    case StepOutcome::never_seen:
    case StepOutcome::in_progress:
    case StepOutcome::cancelled:
      return event.kind == SagaEventKind::answered;
  }
  return false;
}

// Where the saga goes back nothing is sent or asked again; the undo finds out.
void take_while_undoing(StepProgress& step, const SagaEvent& event) {
  const bool had_no_effect =
      event.outcome == StepOutcome::retry_later && !step.is(step_flag::in_doubt);
  if (!had_no_effect) step.set(step_flag::in_doubt);
  step.clear(step_flag::asking | step_flag::ask_first);
  step.state = had_no_effect ? StepState::retry_wait : StepState::unknown;
  step.forward.next_at = had_no_effect ? event.at : 0;
}

}  // namespace

bool is_in_doubt(const StepProgress& step) {
  return step.state == StepState::dispatched || step.state == StepState::unknown ||
         (step.state == StepState::retry_wait && step.is(step_flag::in_doubt));
}

bool may_have_effect(const StepProgress& step) {
  return step.state == StepState::succeeded || step.is(step_flag::contradicted) ||
         is_in_doubt(step);
}

bool is_exhausted(const StepProgress& step) {
  return step.state == StepState::unknown && step.is(step_flag::exhausted);
}

std::uint64_t wait_ns(std::uint64_t interval_ms, std::uint32_t jitter) {
  ENSURE(interval_ms <= limits::saga_retry_interval_ms_max, "a wait is at most a day");
  const std::uint64_t whole = interval_ms * ns_per_ms;
  return whole - static_cast<std::uint64_t>((static_cast<u128>(whole / 4) * jitter) >> 32U);
}

StepEffect take_dispatched(StepProgress& step, const RetryPolicy& policy, const SagaEvent& event) {
  const bool is_due = step.state == StepState::retry_wait && !step.is(step_flag::ask_first) &&
                      event.at >= step.forward.next_at;
  if (step.state != StepState::not_started && !is_due) return StepEffect::illegal;
  // Only whom it was sent to can know what has become of it.
  if (step.participant != 0 && step.participant != event.participant) return StepEffect::illegal;
  step.participant = event.participant;
  count_try(step.forward, policy);
  note_sending(step.forward, event);
  step.state = StepState::dispatched;
  step.safety = event.safety;
  step.clear(step_flag::can_query);
  if (event.can_query) step.set(step_flag::can_query);
  return StepEffect::changed;
}

// It keeps its number, so that a repeat of this is not taken for the next one's.
StepEffect take_released(StepProgress& step, const SagaEvent& event) {
  if (!is_attempt_of(step.forward, event.attempt)) return StepEffect::illegal;
  if (step.state != StepState::dispatched || event.attempt != step.forward.attempts) {
    return StepEffect::stale;
  }
  --step.forward.tries;
  step.state = StepState::retry_wait;
  step.forward.next_at = event.at;
  return StepEffect::changed;
}

StepEffect take_extended(StepProgress& step, const SagaEvent& event) {
  if (!is_attempt_of(step.forward, event.attempt)) return StepEffect::illegal;
  if (step.state != StepState::dispatched || event.attempt != step.forward.attempts) {
    return StepEffect::stale;
  }
  step.forward.next_at = std::max(step.forward.next_at, event.due_at);
  return StepEffect::changed;
}

StepEffect take_undo_extended(StepProgress& step, const SagaEvent& event) {
  if (!is_attempt_of(step.undo, event.attempt)) return StepEffect::illegal;
  if (step.compensation != CompensationState::dispatched || event.attempt != step.undo.attempts) {
    return StepEffect::stale;
  }
  step.undo.next_at = std::max(step.undo.next_at, event.due_at);
  return StepEffect::changed;
}

StepEffect take_asked(StepProgress& step, const SagaEvent& event) {
  if (step.state != StepState::retry_wait || !step.is(step_flag::ask_first) ||
      event.at < step.forward.next_at) {
    return StepEffect::illegal;
  }
  // Questions count like attempts: a participant that is gone is not asked for ever.
  ++step.forward.tries;
  step.forward.next_at = event.due_at;
  step.state = StepState::unknown;
  step.clear(step_flag::ask_first);
  step.set(step_flag::asking);
  return StepEffect::changed;
}

StepEffect take_result(StepProgress& step, const RetryPolicy& policy, const SagaEvent& event,
                       bool may_go_on) {
  if (!can_come(event) || !is_attempt_of(step.forward, event.attempt)) return StepEffect::illegal;
  if (is_definitive(event.outcome)) return take_end(step, event);
  const bool is_awaited =
      event.kind == SagaEventKind::answered
          ? step.state == StepState::unknown && step.is(step_flag::asking)
          : step.state == StepState::dispatched && event.attempt == step.forward.attempts;
  // That a participant has forgotten the key also stops what waits to be sent again.
  const bool is_lost = event.outcome == StepOutcome::lost && step.state == StepState::retry_wait &&
                       step.is(step_flag::in_doubt);
  if (!is_awaited && !is_lost) return StepEffect::stale;
  if (!may_go_on) {
    take_while_undoing(step, event);
  } else if (event.outcome == StepOutcome::retry_later) {
    take_later(step, policy, event);
  } else if (event.outcome == StepOutcome::never_seen) {
    take_never_seen(step, policy, event);
  } else {
    take_unknown(step, policy, event);
  }
  return StepEffect::changed;
}

StepEffect take_undo_dispatched(StepProgress& step, const RetryPolicy& policy,
                                const SagaEvent& event) {
  const bool is_due =
      step.compensation == CompensationState::retry_wait && event.at >= step.undo.next_at;
  if (step.compensation != CompensationState::ready && !is_due) return StepEffect::illegal;
  if (step.participant != event.participant) return StepEffect::illegal;
  count_try(step.undo, policy);
  note_sending(step.undo, event);
  step.compensation = CompensationState::dispatched;
  return StepEffect::changed;
}

StepEffect take_undo_released(StepProgress& step, const SagaEvent& event) {
  if (!is_attempt_of(step.undo, event.attempt)) return StepEffect::illegal;
  if (step.compensation != CompensationState::dispatched || event.attempt != step.undo.attempts) {
    return StepEffect::stale;
  }
  --step.undo.tries;
  step.compensation = CompensationState::retry_wait;
  step.undo.next_at = event.at;
  return StepEffect::changed;
}

namespace {

StepEffect take_undo_end(StepProgress& step, const SagaEvent& event) {
  using State = CompensationState;
  const bool is_success = event.outcome != StepOutcome::failed;
  const bool is_empty = event.outcome == StepOutcome::ok_empty;
  if (event.attempt <= step.undo.attempts_before) {
    return is_success ? StepEffect::contradiction : StepEffect::duplicate;
  }
  switch (step.compensation) {
    case State::succeeded:
      if (step.is(step_flag::undo_overridden)) return StepEffect::duplicate;
      // "Undone" and "there was nothing" cannot both be true of one step.
      return is_success && is_empty == step.is(step_flag::empty_undo) ? StepEffect::duplicate
                                                                      : StepEffect::contradiction;
    case State::refused:
      return is_success ? StepEffect::contradiction : StepEffect::duplicate;
    case State::skipped:
      return StepEffect::stale;
    case State::ready:  // An operator has it tried again: an older answer may still come.
    case State::dispatched:
    case State::retry_wait:
    case State::unknown:
      step.compensation = is_success ? State::succeeded : State::refused;
      step.undo.next_at = 0;
      step.clear(step_flag::undo_in_doubt);
      if (is_empty) step.set(step_flag::empty_undo);
      return StepEffect::changed;
    case State::not_needed:
      return StepEffect::stale;
  }
  return StepEffect::illegal;
}

}  // namespace

StepEffect take_undo_result(StepProgress& step, const RetryPolicy& policy, const SagaEvent& event) {
  if (!can_come(event) || !is_attempt_of(step.undo, event.attempt)) return StepEffect::illegal;
  const bool is_end = event.outcome == StepOutcome::succeeded ||
                      event.outcome == StepOutcome::failed ||
                      event.outcome == StepOutcome::ok_empty;
  if (is_end) return take_undo_end(step, event);
  const bool is_awaited =
      step.compensation == CompensationState::dispatched && event.attempt == step.undo.attempts;
  const bool is_lost =
      event.outcome == StepOutcome::lost && step.compensation == CompensationState::retry_wait;
  if (!is_awaited && !is_lost) return StepEffect::stale;
  const bool is_refusal = event.outcome == StepOutcome::retry_later;
  if (!is_refusal) step.set(step_flag::undo_in_doubt);
  wait(step.undo, policy, event, !is_refusal);
  const bool ends = event.outcome == StepOutcome::lost || is_used_up(step.undo, policy);
  step.compensation = ends ? CompensationState::unknown : CompensationState::retry_wait;
  if (ends) step.undo.next_at = 0;
  if (!ends && is_refusal && !step.is(step_flag::undo_in_doubt)) begin_round(step.undo);
  return StepEffect::changed;
}

void retry_forward(StepProgress& step, const RetryPolicy& policy, std::uint64_t now) {
  const bool was_refused = step.state == StepState::failed;
  if (was_refused) {
    begin_round(step.forward);
    step.forward.attempts_before = step.forward.attempts;
  }
  const bool must_ask =
      !was_refused && step.is(step_flag::can_query) && step.safety != RetrySafety::idempotent;
  step.state = StepState::retry_wait;
  step.clear(step_flag::exhausted | step_flag::never_again);
  if (must_ask) step.set(step_flag::ask_first);
  step.forward.tries = 0;
  step.forward.interval_ms = static_cast<std::uint32_t>(policy.initial_ms);
  step.forward.next_at = now;
}

bool kick(StepProgress& step, bool goes_forward, std::uint64_t now) {
  bool waited = false;
  const auto end_wait = [&](TryProgress& tried) {
    if (tried.next_at <= now) return;
    tried.next_at = now;
    waited = true;
  };
  if (goes_forward && step.state == StepState::retry_wait) end_wait(step.forward);
  if (step.compensation == CompensationState::retry_wait) end_wait(step.undo);
  return waited;
}

void retry_undo(StepProgress& step) {
  if (step.compensation == CompensationState::refused) {
    begin_round(step.undo);
    step.undo.attempts_before = step.undo.attempts;
  }
  step.compensation = CompensationState::ready;
  step.undo.tries = 0;
  step.undo.next_at = 0;
}

}  // namespace daybook
