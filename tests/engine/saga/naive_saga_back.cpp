#include "tests/engine/saga/naive_saga.hpp"

namespace daybook::test {
namespace {

using Kind = SagaEventKind;
constexpr const char* changed = "changed";
constexpr const char* duplicate = "duplicate";
constexpr const char* stale = "stale";
constexpr const char* illegal = "illegal_transition";

}  // namespace

// Whether a step must be undone follows from what is known of it, until its undo is sent.
void NaiveSaga::word_changes_undo(std::size_t at) {
  Step& step = steps_[at];
  if (!step.undo_wanted && is_wanted_back(at)) {
    step.undo_wanted = true;
    if (definition_.steps[at].undo == UndoAct::none) step.undone = Undone::refused;
  } else if (undo_of(at) == "C_READY" && step.undo_sent == 0 && !is_wanted_back(at)) {
    step.undo_wanted = false;
  }
  look_back(false);
}

std::string NaiveSaga::on_undo_dispatch(std::size_t at) {
  Step& step = steps_[at];
  const bool goes = status_ == "COMPENSATING" || stuck_ == "backward";
  const std::string undo = undo_of(at);
  if (!goes || (undo != "C_READY" && undo != "C_RETRY_WAIT")) return illegal;
  for (std::size_t later = 0; later < steps_.size(); ++later) {
    if (comes_before(at, later) && !is_settled_back(later)) return illegal;
  }
  step.undo_is_out = true;
  step.undo_waits = false;
  ++step.undo_sent;
  ++step.undo_tries;
  return changed;
}

std::string NaiveSaga::on_undo_without_word(const SagaEvent& event) {
  const StepOutcome outcome = event.outcome;
  Step& step = steps_[event.step];
  const std::string undo = undo_of(event.step);
  const bool is_awaited =
      undo == "C_DISPATCHED" && event.attempt == static_cast<std::uint32_t>(step.undo_sent);
  const bool is_lost_later = outcome == StepOutcome::lost && undo == "C_RETRY_WAIT";
  if (!is_awaited && !is_lost_later) return stale;
  if (is_over()) return illegal;
  const std::uint32_t max = definition_.steps[event.step].undo_retry.max;
  step.undo_is_out = false;
  if (outcome != StepOutcome::retry_later) step.undo_in_doubt = true;
  step.undo_worn_out = outcome == StepOutcome::lost || is_worn(step.undo_tries, max);
  step.undo_waits = step.undo_rests = !step.undo_worn_out;
  if (step.undo_waits && outcome == StepOutcome::retry_later && !step.undo_in_doubt) {
    ++step.undo_round;
  }
  look_back(false);
  return changed;
}

std::string NaiveSaga::on_undo_result(const SagaEvent& event) {
  const StepOutcome outcome = event.outcome;
  if (outcome == StepOutcome::never_seen || outcome == StepOutcome::in_progress ||
      outcome == StepOutcome::cancelled) {
    return illegal;
  }
  Step& step = steps_[event.step];
  const std::string undo = undo_of(event.step);
  const bool is_word = outcome == StepOutcome::succeeded || outcome == StepOutcome::ok_empty ||
                       outcome == StepOutcome::failed;
  if (!is_word) return on_undo_without_word(event);
  const Undone says = outcome == StepOutcome::failed     ? Undone::refused
                      : outcome == StepOutcome::ok_empty ? Undone::empty
                                                         : Undone::yes;
  const bool is_old = event.attempt <= static_cast<std::uint32_t>(step.undo_sent_before);
  const bool is_settled = step.undone != Undone::no && undo != "NOT_NEEDED";
  bool is_against = false;
  if (is_old) {
    is_against = says != Undone::refused;
    if (!is_against) return duplicate;
  } else if (undo == "C_SKIPPED" || undo == "NOT_NEEDED") {
    return stale;
  } else if (is_settled) {
    is_against = says != step.undone && !step.undo_is_operators;
    if (!is_against) return duplicate;
  }
  if (is_over()) return illegal;
  if (is_against) return contradict();
  step.undone = says;
  step.undo_is_out = step.undo_waits = step.undo_worn_out = step.undo_in_doubt = false;
  if (says == Undone::empty && step.word == true && !step.word_is_operators) {
    step.lied = true;
    contradict();
    return changed;
  }
  look_back(false);
  return changed;
}

// Row STUCK(pivot_in_doubt).
std::string NaiveSaga::on_evidence(const SagaEvent& event) {
  if (event.kind == Kind::operator_skip) return "skip_refused";
  if (event.kind != Kind::operator_resolve || event.step != definition_.pivot) return illegal;
  Step& step = steps_[event.step];
  const bool success = event.outcome == StepOutcome::succeeded;
  if (step.word && *step.word != success) return "evidence_contradicts";
  step.forget();
  step.word = success;
  look_forward();
  return changed;
}

// Row STUCK(backward).
std::string NaiveSaga::on_operator_back(const SagaEvent& event) {
  Step& step = steps_[event.step];
  const std::string undo = undo_of(event.step);
  const bool hangs = undo == "C_REFUSED" || undo == "C_UNKNOWN";
  const bool is_open =
      hangs || undo == "C_READY" || undo == "C_DISPATCHED" || undo == "C_RETRY_WAIT";
  const bool may = event.kind == Kind::operator_retry ? hangs || undo == "C_SUCCEEDED" : is_open;
  if (!may) return illegal;
  const std::string before = memory();
  if (event.kind == Kind::operator_retry && hangs) {
    if (definition_.steps[event.step].undo == UndoAct::none) return "no_way_back";
    if (undo == "C_REFUSED") {
      ++step.undo_round;
      step.undo_sent_before = step.undo_sent;
    }
    step.undone = Undone::no;
    step.undo_worn_out = false;
    step.undo_tries = 0;
  } else if (event.kind == Kind::operator_skip) {
    step.undo_skipped = true;
  } else if (event.kind == Kind::operator_resolve) {
    step.undone = Undone::yes;
    step.undo_is_operators = true;
  }
  look_back(true);
  return before == memory() ? duplicate : changed;
}

// Row STUCK(forward).
std::string NaiveSaga::on_operator_forward(const SagaEvent& event) {
  Step& step = steps_[event.step];
  const std::string state = state_of(event.step);
  const std::string before = memory();
  if (event.kind == Kind::operator_retry) {
    const bool was_refused = state == "FAILED";
    const bool is_worn_out = state == "UNKNOWN" && step.worn_out;
    if (!was_refused && !is_worn_out && state != "SUCCEEDED") return illegal;
    if (was_refused || is_worn_out) {
      if (was_refused) {
        ++step.round;
        step.sent_before = step.sent;
      }
      const bool asks = !was_refused && step.can_ask && step.safety != RetrySafety::idempotent;
      const bool doubt = step.in_doubt;
      step.forget();
      step.in_doubt = doubt;
      step.word.reset();
      step.next = asks ? Next::ask : Next::send;
      step.tries = 0;
    }
  } else {
    const bool is_begun =
        state == "FAILED" || state == "DISPATCHED" || state == "UNKNOWN" || state == "RETRY_WAIT";
    if (!is_begun) return illegal;
    step.forget();
    step.is_skipped = event.kind == Kind::operator_skip;
    step.word.reset();
    if (!step.is_skipped) step.word = step.word_is_operators = true;
  }
  look_forward();
  return before == memory() ? duplicate : changed;
}

std::string NaiveSaga::on_operator(const SagaEvent& event) {
  if (stuck_ == "pivot_in_doubt") return on_evidence(event);
  if (stuck_ != "forward" && stuck_ != "backward") return illegal;
  if (event.kind == Kind::operator_resolve && event.outcome == StepOutcome::failed) {
    return "failed_refused";
  }
  return stuck_ == "backward" ? on_operator_back(event) : on_operator_forward(event);
}

std::string NaiveSaga::on_force() {
  if (status_ != "STUCK") return illegal;
  if (has_pivot() && may_have_happened(steps_[definition_.pivot]) &&
      definition_.steps[definition_.pivot].undo == UndoAct::none) {
    return "no_way_back";
  }
  const std::string before = memory();
  abort_ = "forced";
  goes_back_ = true;
  status_ = "COMPENSATING";
  stuck_ = "none";
  for (std::size_t at = 0; at < steps_.size(); ++at) {
    Step& step = steps_[at];
    const std::string undo = undo_of(at);
    const bool was_in_vain = undo == "C_SUCCEEDED" && step.lied;
    const bool is_open =
        undo == "NOT_NEEDED" || undo == "C_REFUSED" || undo == "C_UNKNOWN" || was_in_vain;
    if (!is_open || !is_wanted_back(at)) continue;
    step.undo_wanted = true;
    if (definition_.steps[at].undo == UndoAct::none) {
      step.undone = Undone::refused;
      continue;
    }
    if (was_in_vain || undo == "C_REFUSED") {
      ++step.undo_round;
      step.undo_sent_before = step.undo_sent;
    }
    step.lied = false;
    step.undone = Undone::no;
    step.undo_worn_out = false;
    step.undo_tries = 0;
  }
  status_ = "COMPENSATING";
  look_back(true);
  return before == memory() ? duplicate : changed;
}

}  // namespace daybook::test
