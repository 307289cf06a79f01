#include "net/client/step_rules.hpp"

namespace daybook {
namespace {

/// May another attempt of the same thing be done after this answer?
bool is_open(const StepRecord& record) {
  return record.outcome == WorkOutcome::retry_later || record.outcome == WorkOutcome::unknown;
}

StepVerdict answer(WorkOutcome outcome, std::string_view words = {}) {
  return {.act = StepAct::answer, .outcome = outcome, .words = words};
}

StepVerdict judge_query(const StepRecord* target, bool remembers_all) {
  if (target == nullptr) {
    // A table that began empty knows nothing of what was before it.
    if (remembers_all) return answer(WorkOutcome::never_seen);
    return {.words = "this participant keeps no keys over a restart"};
  }
  switch (target->state) {
    case StepState::cancelled:
      return answer(WorkOutcome::cancelled);
    case StepState::begun:
      return {.words = "it was begun, and the participant ended before it was over"};
    case StepState::answered:
      break;
  }
  switch (target->outcome) {
    case WorkOutcome::succeeded:
    case WorkOutcome::failed:
      return {.act = StepAct::answer_again};
    case WorkOutcome::retry_later:  // Without effect, and to be sent again.
      return answer(WorkOutcome::never_seen);
    case WorkOutcome::unknown:
    case WorkOutcome::lost:
    case WorkOutcome::ok_empty:
    case WorkOutcome::never_seen:
    case WorkOutcome::in_progress:
    case WorkOutcome::cancelled:
    case WorkOutcome::released:
    case WorkOutcome::heartbeat:
      break;
  }
  return {.words = "the participant could not tell then either"};
}

StepVerdict judge_undo(const WorkCommand& command, const StepRecord* target, bool remembers_all) {
  const bool may_be_empty = (command.flags & work_flag::allow_empty) != 0;
  const bool is_answered = target != nullptr && target->state == StepState::answered;
  const bool has_effect = is_answered && target->outcome == WorkOutcome::succeeded;
  const bool has_failed = is_answered && target->outcome == WorkOutcome::failed;
  const bool has_none = target == nullptr
                            ? remembers_all
                            : target->state == StepState::cancelled || has_failed ||
                                  (is_answered && target->outcome == WorkOutcome::retry_later);
  StepVerdict verdict;
  if (has_none && may_be_empty) verdict = answer(WorkOutcome::ok_empty);
  verdict.cancels_target = !has_effect && !has_failed;
  return verdict;
}

}  // namespace

StepVerdict judge_step(const WorkCommand& command, const StepRecord* own, const StepRecord* target,
                       bool remembers_all) {
  if (command.operation == WorkOperation::query) return judge_query(target, remembers_all);
  if (own != nullptr && own->state == StepState::cancelled) {
    return answer(WorkOutcome::failed, "it was undone before it was done");
  }
  if (own != nullptr && own->state == StepState::answered &&
      !(is_open(*own) && command.attempt > own->attempt)) {
    return {.act = StepAct::answer_again};
  }
  // What was begun and never answered was cut off: being sent it again is what was promised.
  if (command.operation == WorkOperation::undo) return judge_undo(command, target, remembers_all);
  if (command.operation == WorkOperation::confirm && target != nullptr) {
    if (target->state == StepState::cancelled) {
      return answer(WorkOutcome::failed, "what it would confirm was let go of");
    }
    if (target->state == StepState::answered && target->outcome == WorkOutcome::failed) {
      return answer(WorkOutcome::failed, "what it would confirm was never held ready");
    }
  }
  return {};
}

StepVerdict judge_forgotten(const WorkCommand& command, const StepRecord* own, bool remembers_all) {
  const bool was_begun =
      own == nullptr ? !remembers_all && command.attempt > 1
                     : own->state == StepState::begun || own->outcome != WorkOutcome::retry_later;
  StepVerdict verdict =
      was_begun ? answer(WorkOutcome::unknown,
                         "secret_forgotten: it may have been done before its secret was forgotten")
                : answer(WorkOutcome::failed,
                         "secret_forgotten: the step needs a secret that was forgotten");
  verdict.code = work_code_secret_forgotten;
  return verdict;
}

}  // namespace daybook
