// What is done about a command, by what is remembered: every state of the key and of its target,
// for a table that remembers all and for one that began empty.

#include "net/client/step_rules.hpp"

#include <gtest/gtest.h>

namespace daybook {
namespace {

using enum WorkOutcome;
using enum WorkOperation;

StepRecord answered(WorkOutcome outcome, std::uint32_t attempt = 1) {
  StepRecord record;
  record.state = StepState::answered;
  record.outcome = outcome;
  record.attempt = attempt;
  return record;
}

StepRecord in_state(StepState state) {
  StepRecord record;
  record.state = state;
  record.attempt = 1;
  return record;
}

WorkCommand command(WorkOperation operation, std::uint32_t attempt = 1, bool allow_empty = false) {
  WorkCommand made;
  made.key = Uint128{1, 0};
  made.operation = operation;
  made.attempt = attempt;
  if (allow_empty) made.flags = work_flag::allow_empty;
  return made;
}

TEST(StepRules, ADoIsDoneOnce) {
  for (const bool all : {false, true}) {
    EXPECT_EQ(judge_step(command(do_), nullptr, nullptr, all).act, StepAct::call);
    for (const WorkOutcome outcome : {succeeded, failed, lost}) {
      const StepRecord own = answered(outcome);
      for (const std::uint32_t attempt : {1U, 2U, 9U}) {
        EXPECT_EQ(judge_step(command(do_, attempt), &own, nullptr, all).act, StepAct::answer_again);
      }
    }
  }
}

TEST(StepRules, WhatWasPutOffIsDoneInALaterAttemptOnly) {
  for (const WorkOutcome outcome : {retry_later, unknown}) {
    const StepRecord own = answered(outcome, 3);
    EXPECT_EQ(judge_step(command(do_, 2), &own, nullptr, true).act, StepAct::answer_again);
    EXPECT_EQ(judge_step(command(do_, 3), &own, nullptr, true).act, StepAct::answer_again);
    EXPECT_EQ(judge_step(command(do_, 4), &own, nullptr, true).act, StepAct::call);
  }
}

TEST(StepRules, WhatWasCutOffAndIsSentAgainIsCalledAgain) {
  const StepRecord own = in_state(StepState::begun);
  for (const WorkOperation operation : {do_, undo, confirm}) {
    EXPECT_EQ(judge_step(command(operation, 2), &own, nullptr, false).act, StepAct::call);
  }
}

TEST(StepRules, ADoAfterItsUndoIsRefused) {
  const StepRecord own = in_state(StepState::cancelled);
  const StepVerdict verdict = judge_step(command(do_, 7), &own, nullptr, true);
  EXPECT_EQ(verdict.act, StepAct::answer);
  EXPECT_EQ(verdict.outcome, failed);
}

TEST(StepRules, AnUndoOfWhatWasNeverSeenIsEmptyWhereThatIsAllowedAndSure) {
  const StepVerdict sure = judge_step(command(undo, 1, true), nullptr, nullptr, true);
  EXPECT_EQ(sure.act, StepAct::answer);
  EXPECT_EQ(sure.outcome, ok_empty);
  EXPECT_TRUE(sure.cancels_target);
  const StepVerdict unsure = judge_step(command(undo, 1, true), nullptr, nullptr, false);
  EXPECT_EQ(unsure.act, StepAct::call);
  EXPECT_TRUE(unsure.cancels_target);
  const StepVerdict not_allowed = judge_step(command(undo), nullptr, nullptr, true);
  EXPECT_EQ(not_allowed.act, StepAct::call);
}

TEST(StepRules, AnUndoByWhatItsTargetHasCometo) {
  struct Case {
    StepRecord target;
    bool empty;    ///< Where that is allowed.
    bool cancels;  ///< The target must not be done any more.
  };
  const Case cases[] = {
      {answered(succeeded), false, false},
      {answered(failed), true, false},
      {answered(retry_later), true, true},
      {answered(unknown), false, true},
      {answered(lost), false, true},
      {in_state(StepState::begun), false, true},
      {in_state(StepState::cancelled), true, true},
  };
  for (const Case& each : cases) {
    for (const bool all : {false, true}) {
      SCOPED_TRACE(to_string(each.target.outcome));
      const StepVerdict allowed = judge_step(command(undo, 1, true), nullptr, &each.target, all);
      EXPECT_EQ(allowed.act, each.empty ? StepAct::answer : StepAct::call);
      EXPECT_EQ(allowed.outcome, each.empty ? ok_empty : unknown);
      EXPECT_EQ(allowed.cancels_target, each.cancels);
      // Who says that there is something to undo knows better.
      EXPECT_EQ(judge_step(command(undo), nullptr, &each.target, all).act, StepAct::call);
    }
  }
}

TEST(StepRules, AnUndoIsDoneOnce) {
  const StepRecord target = answered(succeeded);
  for (const WorkOutcome outcome : {succeeded, ok_empty, failed}) {
    const StepRecord own = answered(outcome);
    EXPECT_EQ(judge_step(command(undo, 5, true), &own, &target, true).act, StepAct::answer_again);
  }
}

TEST(StepRules, AConfirmOfWhatWasLetGoIsRefused) {
  const StepRecord gone = in_state(StepState::cancelled);
  const StepRecord never = answered(failed);
  const StepRecord held = answered(succeeded);
  EXPECT_EQ(judge_step(command(confirm), nullptr, &gone, true).outcome, failed);
  EXPECT_EQ(judge_step(command(confirm), nullptr, &gone, true).act, StepAct::answer);
  EXPECT_EQ(judge_step(command(confirm), nullptr, &never, true).act, StepAct::answer);
  EXPECT_EQ(judge_step(command(confirm), nullptr, &held, true).act, StepAct::call);
  EXPECT_EQ(judge_step(command(confirm), nullptr, nullptr, true).act, StepAct::call);
}

TEST(StepRules, AQueryIsAnsweredAsFarAsTheTableCanTell) {
  EXPECT_EQ(judge_step(command(query), nullptr, nullptr, true).outcome, never_seen);
  EXPECT_EQ(judge_step(command(query), nullptr, nullptr, true).act, StepAct::answer);
  // What was before this process, a table in memory does not know.
  EXPECT_EQ(judge_step(command(query), nullptr, nullptr, false).act, StepAct::call);
  EXPECT_EQ(judge_step(command(query), nullptr, nullptr, false).outcome, unknown);
  const StepRecord gone = in_state(StepState::cancelled);
  EXPECT_EQ(judge_step(command(query), nullptr, &gone, true).outcome, cancelled);
  const StepRecord cut = in_state(StepState::begun);
  EXPECT_EQ(judge_step(command(query), nullptr, &cut, true).act, StepAct::call);
  EXPECT_EQ(judge_step(command(query), nullptr, &cut, true).outcome, unknown);
  for (const WorkOutcome outcome : {succeeded, failed}) {
    const StepRecord target = answered(outcome);
    EXPECT_EQ(judge_step(command(query), nullptr, &target, true).act, StepAct::answer_again);
  }
  const StepRecord put_off = answered(retry_later);
  EXPECT_EQ(judge_step(command(query), nullptr, &put_off, true).outcome, never_seen);
  const StepRecord in_doubt = answered(unknown);
  EXPECT_EQ(judge_step(command(query), nullptr, &in_doubt, true).act, StepAct::call);
}

TEST(StepRules, EveryAnswerFitsItsOperation) {
  const StepRecord records[] = {answered(succeeded),
                                answered(failed),
                                answered(retry_later),
                                answered(unknown),
                                answered(lost),
                                in_state(StepState::begun),
                                in_state(StepState::cancelled)};
  for (const WorkOperation operation : {do_, undo, query, confirm}) {
    for (const StepRecord& own : records) {
      for (const StepRecord& target : records) {
        const StepVerdict verdict = judge_step(command(operation, 2, true), &own, &target, true);
        if (verdict.act == StepAct::answer) {
          EXPECT_TRUE(may_answer(operation, verdict.outcome)) << to_string(operation);
        }
      }
    }
  }
}

// Failed is said only where nothing can have happened before the secret was forgotten.
TEST(StepRules, AForgottenSecretIsFailedUnlessItMayHaveBeenDone) {
  const StepRecord put_off = answered(retry_later);
  const StepRecord in_doubt = answered(unknown);
  const StepRecord cut = in_state(StepState::begun);
  for (const WorkOperation operation : {do_, undo, confirm}) {
    const auto outcome = [&](std::uint32_t attempt, const StepRecord* own, bool remembers_all) {
      const StepVerdict verdict = judge_forgotten(command(operation, attempt), own, remembers_all);
      EXPECT_EQ(verdict.act, StepAct::answer);
      EXPECT_EQ(verdict.code, work_code_secret_forgotten);
      EXPECT_TRUE(verdict.words.starts_with(secret_forgotten_word));
      EXPECT_TRUE(may_answer(operation, verdict.outcome));
      return verdict.outcome;
    };
    EXPECT_EQ(outcome(1, nullptr, true), failed);
    EXPECT_EQ(outcome(2, nullptr, true), failed);
    EXPECT_EQ(outcome(1, nullptr, false), failed);
    EXPECT_EQ(outcome(2, nullptr, false), unknown);  // An earlier process may have done it.
    EXPECT_EQ(outcome(2, &put_off, true), failed);
    EXPECT_EQ(outcome(2, &in_doubt, true), unknown);
    EXPECT_EQ(outcome(2, &cut, true), unknown);
  }
}

}  // namespace
}  // namespace daybook
