#include "tests/engine/saga/naive_saga.hpp"

#include <fmt/format.h>

namespace daybook::test {
namespace {

using Kind = SagaEventKind;
constexpr const char* changed = "changed";
constexpr const char* duplicate = "duplicate";
constexpr const char* stale = "stale";
constexpr const char* illegal = "illegal_transition";

}  // namespace

bool NaiveSaga::is_over() const {
  return status_ == "COMPLETED" || status_ == "COMPENSATED" || status_ == "CLOSED_MANUAL";
}

bool NaiveSaga::comes_before(std::size_t first, std::size_t second) const {
  for (std::size_t at = 0; at < steps_.size(); ++at) {
    if (!has(definition_.steps[second].after, at)) continue;
    if (at == first || comes_before(first, at)) return true;
  }
  return false;
}

std::string NaiveSaga::state_of(std::size_t at) const {
  const Step& step = steps_[at];
  if (step.is_skipped) return "SKIPPED";
  if (step.word) return *step.word ? "SUCCEEDED" : "FAILED";
  if (step.is_out) return "DISPATCHED";
  if (step.is_asking || step.worn_out) return "UNKNOWN";
  if (step.next != Next::nothing) return "RETRY_WAIT";
  return step.in_doubt ? "UNKNOWN" : "NOT_STARTED";
}

std::string NaiveSaga::undo_of(std::size_t at) const {
  const Step& step = steps_[at];
  if (!step.undo_wanted) return "NOT_NEEDED";
  if (step.undo_skipped) return "C_SKIPPED";
  if (step.undone == Undone::refused) return "C_REFUSED";
  if (step.undone != Undone::no) return "C_SUCCEEDED";
  if (step.undo_is_out) return "C_DISPATCHED";
  if (step.undo_worn_out) return "C_UNKNOWN";
  return step.undo_waits ? "C_RETRY_WAIT" : "C_READY";
}

std::string NaiveSaga::text() const {
  std::string all = fmt::format("{}({}) for {}:", status_, stuck_, abort_);
  for (std::size_t at = 0; at < steps_.size(); ++at) {
    const Step& step = steps_[at];
    all += fmt::format(" {} {}.{}.{} {} {}.{}.{};", state_of(at), step.sent, step.tries, step.round,
                       undo_of(at), step.undo_sent, step.undo_tries, step.undo_round);
  }
  return all;
}

std::string NaiveSaga::memory() const {
  std::string all = text() + (goes_back_ ? " back" : "") + (is_late_ ? " late" : "");
  for (const Step& step : steps_) {
    all += fmt::format(" {}{}{}{}{}{}{}{}{}{}{}.{}.{}.{}", step.in_doubt, step.forbidden,
                       static_cast<int>(step.next), step.word_is_operators, step.lied,
                       static_cast<int>(step.safety), step.can_ask, step.undo_in_doubt,
                       step.undo_is_operators, step.worn_out, step.undo_worn_out,
                       static_cast<int>(step.undone), step.sent_before, step.undo_sent_before);
  }
  return all;
}

bool NaiveSaga::may_have_happened(const Step& step) const {
  if (step.is_skipped || step.word == false) return step.lied;
  return step.word == true || step.is_out || step.in_doubt || step.is_asking || step.lied;
}

bool NaiveSaga::is_wanted_back(std::size_t at) const {
  const SagaStep& defined = definition_.steps[at];
  const bool is_of_a_class = abort_ == "forced" ? defined.step_class != StepClass::readonly
                                                : defined.step_class == StepClass::compensatable;
  const bool is_settled = defined.resolved_by != no_step && succeeded(defined.resolved_by);
  return is_of_a_class && may_have_happened(steps_[at]) && !is_settled;
}

bool NaiveSaga::is_settled_back(std::size_t at) const {
  const std::string undo = undo_of(at);
  return undo == "NOT_NEEDED" || undo == "C_SUCCEEDED" || undo == "C_SKIPPED";
}

// Rows 2 to 5 and 9 of the table.
void NaiveSaga::look_forward() {
  status_ = "RUNNING";
  stuck_ = "none";
  bool any_failed = false, any_worn = false, any_sticks = false, all_done = true;
  for (std::size_t at = 0; at < steps_.size(); ++at) {
    const bool is_worn_out = steps_[at].worn_out && state_of(at) == "UNKNOWN";
    any_failed |= failed(at) && !steps_[at].is_skipped;
    any_worn |= is_worn_out;
    any_sticks |= is_worn_out && (steps_[at].forbidden ||
                                  definition_.steps[at].retry.on_exhausted == OnExhausted::stuck);
    all_done &= succeeded(at) || steps_[at].is_skipped;
  }
  if (is_past()) {
    abort_ = "none";
    if (any_failed || any_worn) {
      status_ = "STUCK";
      stuck_ = "forward";
      return;
    }
  } else {
    if (has_pivot() && steps_[definition_.pivot].worn_out) {
      status_ = "STUCK";
      stuck_ = "pivot_in_doubt";
      return;
    }
    if (any_failed) return go_back("step_failed");
    if (any_sticks) {
      status_ = "STUCK";
      stuck_ = "forward";
      return;
    }
    if (any_worn) return go_back("exhausted");
    if (abort_ != "none") return go_back(abort_);
  }
  if (all_done) status_ = "COMPLETED";
}

void NaiveSaga::go_back(const std::string& why) {
  if (abort_ == "none") abort_ = why;
  status_ = "RUNNING";
  stuck_ = "none";
  if (has_pivot()) {
    const Step& pivot = steps_[definition_.pivot];
    if (!pivot.word && may_have_happened(pivot)) return;
  }
  goes_back_ = true;
  status_ = "COMPENSATING";
  for (std::size_t at = 0; at < steps_.size(); ++at) steps_[at].undo_wanted = is_wanted_back(at);
  look_back(false);
}

void NaiveSaga::look_back(bool by_operator) {
  if (status_ == "STUCK" && (stuck_ != "backward" || !by_operator)) return;
  if (status_ != "STUCK" && status_ != "COMPENSATING") return;
  bool hangs = false, open = false, left_out = false;
  for (std::size_t at = 0; at < steps_.size(); ++at) {
    const std::string undo = undo_of(at);
    hangs |= undo == "C_REFUSED" || undo == "C_UNKNOWN";
    open |= undo == "C_READY" || undo == "C_DISPATCHED" || undo == "C_RETRY_WAIT";
    left_out |= undo == "C_SKIPPED";
  }
  const bool is_stuck = hangs || (left_out && !open);
  status_ = is_stuck ? "STUCK" : open ? "COMPENSATING" : "COMPENSATED";
  stuck_ = is_stuck ? "backward" : "none";
}

std::string NaiveSaga::contradict() {
  const bool is_news = stuck_ != "contradiction";
  status_ = "STUCK";
  stuck_ = "contradiction";
  return is_news ? changed : duplicate;
}

std::string NaiveSaga::tell(const SagaEvent& event, bool at_once) {
  if (!at_once) {
    for (Step& step : steps_) step.rests = step.undo_rests = false;
  }
  switch (event.kind) {
    case Kind::started:
      if (status_ != "NONE") return content_ == event.content ? duplicate : "conflict";
      content_ = event.content;
      status_ = "RUNNING";
      return changed;
    case Kind::deadline:
      if (status_ != "RUNNING") return illegal;
      if (is_late_) return duplicate;
      is_late_ = true;
      if (!is_past()) go_back("deadline");
      return changed;
    case Kind::cancel:
      if (status_ != "RUNNING") return illegal;
      if (is_past()) return "past_pivot";
      if (abort_ != "none") return duplicate;
      go_back("cancelled");
      return changed;
    case Kind::operator_force:
      return on_force();
    case Kind::operator_close:
      if (status_ != "STUCK") return illegal;
      status_ = "CLOSED_MANUAL";
      stuck_ = "none";
      return changed;
    case Kind::dispatched:
    case Kind::released:
    case Kind::result:
    case Kind::asked:
    case Kind::answered:
    case Kind::undo_dispatched:
    case Kind::undo_released:
    case Kind::undo_result:
    case Kind::operator_retry:
    case Kind::operator_resolve:
    case Kind::operator_skip:
    case Kind::extended:
    case Kind::undo_extended:
      return event.step < steps_.size() && status_ != "NONE" ? on_step(event) : illegal;
    case Kind::operator_kick:
      return on_kick(event);
  }
  return illegal;
}

// Row "any but an end": what waits for its next try waits no more; who waits for nothing is let be.
std::string NaiveSaga::on_kick(const SagaEvent& event) {
  if (status_ == "NONE" || is_over()) return illegal;
  if (event.step != no_step && event.step >= steps_.size()) return illegal;
  bool any = false;
  for (std::size_t at = 0; at < steps_.size(); ++at) {
    if (event.step != no_step && event.step != at) continue;
    Step& step = steps_[at];
    if (status_ == "RUNNING" && state_of(at) == "RETRY_WAIT") {
      any |= step.rests;
      step.rests = false;
    }
    if (undo_of(at) == "C_RETRY_WAIT") {
      any |= step.undo_rests;
      step.undo_rests = false;
    }
  }
  return any ? changed : duplicate;
}

// Of the last attempt, while it is out: nothing else can take longer.
std::string NaiveSaga::on_more_time(const SagaEvent& event) {
  const Step& step = steps_[event.step];
  const bool of_undo = event.kind == Kind::undo_extended;
  const auto sent = static_cast<std::uint32_t>(of_undo ? step.undo_sent : step.sent);
  if (event.attempt < 1 || event.attempt > sent) return illegal;
  const bool is_out =
      of_undo ? undo_of(event.step) == "C_DISPATCHED" : state_of(event.step) == "DISPATCHED";
  return is_out && event.attempt == sent && !is_over() ? changed : stale;
}

std::string NaiveSaga::on_step(const SagaEvent& event) {
  Step& step = steps_[event.step];
  const bool is_last = event.attempt == static_cast<std::uint32_t>(step.sent);
  const bool was_sent =
      event.attempt >= 1 && event.attempt <= static_cast<std::uint32_t>(step.sent);
  const bool undo_was_sent =
      event.attempt >= 1 && event.attempt <= static_cast<std::uint32_t>(step.undo_sent);
  switch (event.kind) {
    case Kind::dispatched:
      return on_dispatch(event);
    case Kind::asked:
      if (status_ != "RUNNING" || state_of(event.step) != "RETRY_WAIT" || step.next != Next::ask) {
        return illegal;
      }
      step.next = Next::nothing;
      step.is_asking = true;
      ++step.tries;
      return changed;
    case Kind::released:
      if (!was_sent) return illegal;
      if (!is_last || state_of(event.step) != "DISPATCHED" || is_over()) return stale;
      --step.tries;
      step.is_out = false;
      step.next = Next::send;
      if (goes_back_) {
        word_changes_undo(event.step);
      } else if (status_ == "RUNNING") {
        look_forward();
      }
      return changed;
    case Kind::result:
    case Kind::answered:
      return was_sent ? on_result(event) : illegal;
    case Kind::undo_dispatched:
      return on_undo_dispatch(event.step);
    case Kind::undo_released:
      if (!undo_was_sent) return illegal;
      if (event.attempt != static_cast<std::uint32_t>(step.undo_sent) ||
          undo_of(event.step) != "C_DISPATCHED" || is_over()) {
        return stale;
      }
      --step.undo_tries;
      step.undo_is_out = false;
      step.undo_waits = true;
      return changed;
    case Kind::undo_result:
      return undo_was_sent ? on_undo_result(event) : illegal;
    case Kind::operator_retry:
    case Kind::operator_resolve:
    case Kind::operator_skip:
      return on_operator(event);
    case Kind::extended:
    case Kind::undo_extended:
      return on_more_time(event);
    case Kind::started:
    case Kind::deadline:
    case Kind::cancel:
    case Kind::operator_force:
    case Kind::operator_close:
    case Kind::operator_kick:
      break;
  }
  return illegal;
}

std::string NaiveSaga::on_dispatch(const SagaEvent& event) {
  Step& step = steps_[event.step];
  const std::string state = state_of(event.step);
  if (status_ != "RUNNING") return illegal;
  if (state != "NOT_STARTED" && !(state == "RETRY_WAIT" && step.next == Next::send)) return illegal;
  for (std::size_t at = 0; at < steps_.size(); ++at) {
    const bool is_done = succeeded(at) || steps_[at].is_skipped;
    if (comes_before(at, event.step) && !is_done) return illegal;
  }
  step.next = Next::nothing;
  step.is_out = true;
  step.safety = event.safety;
  step.can_ask = event.can_query;
  ++step.sent;
  ++step.tries;
  return changed;
}

std::string NaiveSaga::on_result(const SagaEvent& event) {
  const StepOutcome outcome = event.outcome;
  const bool is_answer = event.kind == Kind::answered;
  const bool only_answers = outcome == StepOutcome::never_seen ||
                            outcome == StepOutcome::in_progress ||
                            outcome == StepOutcome::cancelled;
  if (outcome == StepOutcome::ok_empty || (only_answers && !is_answer) ||
      (outcome == StepOutcome::retry_later && is_answer)) {
    return illegal;
  }
  Step& step = steps_[event.step];
  if (outcome == StepOutcome::succeeded || outcome == StepOutcome::failed ||
      outcome == StepOutcome::cancelled) {
    const bool is_old = event.attempt <= static_cast<std::uint32_t>(step.sent_before);
    const bool success = outcome == StepOutcome::succeeded;
    return is_over() ? on_word_at_the_end(event.step, success, is_old)
                     : on_word(event.step, success, is_old);
  }
  const std::string state = state_of(event.step);
  const bool is_awaited =
      is_answer ? step.is_asking && state == "UNKNOWN"
                : state == "DISPATCHED" && event.attempt == static_cast<std::uint32_t>(step.sent);
  const bool is_lost_later = outcome == StepOutcome::lost && state == "RETRY_WAIT" && step.in_doubt;
  if (is_over() || (!is_awaited && !is_lost_later)) return stale;
  on_no_word(step, event.step, outcome);
  if (goes_back_) {
    word_changes_undo(event.step);
  } else if (status_ == "RUNNING") {
    const bool ends = event.step == definition_.pivot && !step.word && may_have_happened(step) &&
                      definition_.steps[event.step].retry.max == 0 && is_late_;
    if (ends) {
      status_ = "STUCK";
      stuck_ = "pivot_in_doubt";
    } else {
      look_forward();
    }
  }
  return changed;
}

// The outcomes that settle nothing.
void NaiveSaga::on_no_word(Step& step, std::size_t at, StepOutcome outcome) {
  const std::uint32_t max = definition_.steps[at].retry.max;
  step.is_out = step.is_asking = false;
  step.next = Next::nothing;
  const bool is_sure = outcome == StepOutcome::retry_later && !step.in_doubt;
  if (goes_back_) {
    if (is_sure) step.next = Next::send;
    if (!is_sure) step.in_doubt = true;
    return;
  }
  if (outcome == StepOutcome::retry_later) {
    if (is_worn(step.tries, max)) {
      if (is_sure) step.word = false;
      if (!is_sure) step.worn_out = true;
      return;
    }
    step.next = Next::send;
    step.rests = true;
    if (is_sure) ++step.round;
    return;
  }
  step.in_doubt = true;
  if (outcome == StepOutcome::never_seen && step.safety != RetrySafety::at_most_once) {
    step.worn_out = is_worn(step.tries, max);
    if (!step.worn_out) step.next = Next::send;
    return;
  }
  const bool must_ask = step.safety != RetrySafety::idempotent;
  step.forbidden = outcome == StepOutcome::lost || (must_ask && !step.can_ask) ||
                   (is_worn(step.tries, max) && step.safety == RetrySafety::at_most_once);
  step.worn_out = step.forbidden || is_worn(step.tries, max);
  if (!step.worn_out) step.next = must_ask ? Next::ask : Next::send;
  step.rests = !step.worn_out;
}

std::string NaiveSaga::on_word(std::size_t at, bool success, bool is_old) {
  Step& step = steps_[at];
  const bool is_against = is_old              ? success
                          : step.is_skipped   ? success
                          : step.word == true ? !success && !step.word_is_operators
                                              : step.word == false && success;
  if (is_against) {
    const bool was_known = !success || step.lied;
    if (success) step.lied = true;
    const std::string told = contradict();
    return told == changed || !was_known ? changed : duplicate;
  }
  if (is_old || step.word) return duplicate;
  if (step.is_skipped) return stale;
  step.word = success;
  step.forget();
  if (success && step.undone == Undone::empty) {
    step.lied = true;
    contradict();
    return changed;
  }
  if (!success && step.undone == Undone::yes && !step.undo_is_operators) {
    contradict();
    return changed;
  }
  if (goes_back_) {
    word_changes_undo(at);
  } else if (status_ == "RUNNING") {
    look_forward();
  }
  return changed;
}

std::string NaiveSaga::on_word_at_the_end(std::size_t at, bool success, bool is_old) {
  Step& step = steps_[at];
  const bool repeats =
      is_old ? !success : step.word == success || (step.word && !success && step.word_is_operators);
  const bool leaves = status_ == "COMPENSATED" && success && step.undone == Undone::empty;
  if (repeats) return duplicate;
  if (leaves) {
    if (!step.word && !step.is_skipped) {
      step.word = true;
      step.forget();
    }
    step.lied = true;
    contradict();
    return changed;
  }
  if (step.is_skipped && !success) return stale;
  if (step.word || step.is_skipped || is_old) return illegal;
  const bool is_without_effect = definition_.steps[at].step_class == StepClass::readonly;
  const bool is_known = success ? step.undone == Undone::yes : step.undone == Undone::empty;
  return is_without_effect || is_known ? stale : illegal;
}

}  // namespace daybook::test
