// Pivots, and what gets stuck: what is in doubt, what can no longer go back, and what an operator
// may do about it. Cases 34, 39, 40 and 44.

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/saga/saga_fixtures.hpp"

namespace daybook::test {
namespace {

TEST_F(PivotSagaTest, Case34FailureAfterThePivotIsStuckAndNeverGoesBack) {
  fail_forward();
  EXPECT_TRUE(saga.raised_alarm());
  EXPECT_EQ(saga.to_do(), "");
  EXPECT_EQ(saga.cancel(), illegal);
  EXPECT_EQ(saga.by_operator(Kind::operator_force), "no_way_back");
}

TEST_F(PivotSagaTest, Case34CancelAfterThePivotIsRefusedAndTheDeadlineRaisesAnAlarm) {
  pay();
  EXPECT_EQ(saga.cancel(), "past_pivot");
  EXPECT_EQ(saga.deadline(), changed);
  EXPECT_TRUE(saga.raised_alarm());
  EXPECT_EQ(saga.status(), "RUNNING");
  EXPECT_EQ(saga.deadline(), "duplicate");
  EXPECT_EQ(saga.to_do(), "start told, start booked");
  ASSERT_EQ(saga.done("told"), changed);
  ASSERT_EQ(saga.done("booked"), changed);
  EXPECT_EQ(saga.status(), "COMPLETED");
}

TEST_F(PivotSagaTest, Case34DeadlineWhileThePivotIsUnknown) {
  ASSERT_EQ(saga.send("pay"), changed);
  ASSERT_EQ(saga.result("pay", StepOutcome::unknown), changed);
  ASSERT_EQ(saga.deadline(), changed);
  EXPECT_EQ(saga.status(), "RUNNING") << "neither back nor to an end";
  EXPECT_EQ(saga.to_do(), "send pay") << "under the same key";
  for (int attempt = 2; attempt <= 3; ++attempt) {
    saga.pass(300);
    ASSERT_EQ(saga.send("pay"), changed);
    ASSERT_EQ(saga.result("pay", StepOutcome::unknown), changed);
  }
  EXPECT_EQ(saga.status(), "STUCK(pivot_in_doubt)");
}

TEST_F(PivotSagaTest, Case34AbortInDoubtAndThenThePivotFails) {
  ASSERT_EQ(saga.send("pay"), changed);
  ASSERT_EQ(saga.cancel(), changed);
  EXPECT_EQ(saga.cancel(), "duplicate");
  EXPECT_EQ(saga.status(), "RUNNING");
  ASSERT_EQ(saga.result("pay", StepOutcome::failed), changed);
  EXPECT_EQ(saga.status(), "COMPENSATING");
  EXPECT_EQ(saga.progress().head.abort, AbortReason::cancelled);
  EXPECT_EQ(saga.to_do(), "undo a") << "b is readonly";
}

TEST_F(PivotSagaTest, Case34AbortInDoubtAndThenThePivotSucceeds) {
  ASSERT_EQ(saga.send("pay"), changed);
  ASSERT_EQ(saga.cancel(), changed);
  ASSERT_EQ(saga.result("pay", StepOutcome::succeeded), changed);
  EXPECT_EQ(saga.status(), "RUNNING");
  EXPECT_EQ(saga.progress().head.abort, AbortReason::none) << "only forward from here";
  EXPECT_EQ(saga.to_do(), "start told, start booked");
}

TEST_F(PivotSagaTest, Case34AbortInDoubtAndThenItWasNeverBegun) {
  ASSERT_EQ(saga.send("pay"), changed);
  ASSERT_EQ(saga.cancel(), changed);
  ASSERT_EQ(saga.tell({.kind = Kind::released, .step = 2, .attempt = 1}), changed);
  EXPECT_EQ(saga.status(), "COMPENSATING");
}

TEST(EndlessSagaTest, Case34TheDeadlineEndsWhatIsTriedWithoutEnd) {
  const SagaDefinition definition = definition_of(endless_json);
  SagaDriver saga{definition};
  ASSERT_EQ(saga.start(), changed);
  ASSERT_EQ(saga.done("a"), changed);
  for (int attempt = 0; attempt < 50; ++attempt) {
    ASSERT_EQ(saga.send("pay"), changed);
    ASSERT_EQ(saga.result("pay", StepOutcome::unknown), changed);
    ASSERT_EQ(saga.status(), "RUNNING");
    saga.pass(300);
  }
  ASSERT_EQ(saga.deadline(), changed);
  EXPECT_EQ(saga.status(), "RUNNING");
  ASSERT_EQ(saga.send("pay"), changed);
  ASSERT_EQ(saga.result("pay", StepOutcome::unknown), changed);
  EXPECT_EQ(saga.status(), "STUCK(pivot_in_doubt)");
  EXPECT_EQ(saga.by_operator(Kind::operator_force), changed) << "this pivot has an undo";
  EXPECT_EQ(saga.to_do(), "undo pay?");
  ASSERT_EQ(saga.undo("pay"), changed);
  ASSERT_EQ(saga.undone("pay"), changed);
  EXPECT_EQ(saga.to_do(), "undo a");
}

TEST(EndlessSagaTest, ForcedBackWhatHasNoUndoIsLeftToTheOperator) {
  const SagaDefinition definition = definition_of(endless_json);
  SagaDriver saga{definition};
  ASSERT_EQ(saga.start(), changed);
  for (const char* step : {"a", "pay"}) ASSERT_EQ(saga.done(step), changed);
  ASSERT_EQ(saga.send("told"), changed);
  ASSERT_EQ(saga.result("told", StepOutcome::lost), changed);
  ASSERT_EQ(saga.status(), "STUCK(forward)");
  ASSERT_EQ(saga.by_operator(Kind::operator_force), changed);
  EXPECT_EQ(saga.status(), "STUCK(backward)");
  EXPECT_EQ(saga.state("told"), "UNKNOWN/C_REFUSED");
  EXPECT_EQ(saga.by_operator(Kind::operator_retry, "told"), "no_way_back");
  EXPECT_EQ(saga.to_do(), "") << "pay and a came before it";
  ASSERT_EQ(saga.by_operator(Kind::operator_resolve, "told"), changed);
  EXPECT_EQ(saga.status(), "COMPENSATING");
  EXPECT_EQ(saga.to_do(), "undo pay");
}

TEST_F(DiamondSagaTest, Case39ARefusedCompensationIsStuckAndIndependentOnesGoOn) {
  ASSERT_EQ(saga.done("left"), changed);
  ASSERT_EQ(saga.done("right"), changed);
  ASSERT_EQ(saga.cancel(), changed);
  ASSERT_EQ(saga.undo("right"), changed);
  ASSERT_EQ(saga.undone("right", StepOutcome::failed), changed);
  EXPECT_EQ(saga.status(), "STUCK(backward)");
  EXPECT_EQ(saga.state("right"), "SUCCEEDED/C_REFUSED");
  EXPECT_EQ(saga.to_do(), "undo left");
  ASSERT_EQ(saga.undo("left"), changed);
  ASSERT_EQ(saga.undone("left"), changed);
  EXPECT_EQ(saga.status(), "STUCK(backward)");
  ASSERT_EQ(saga.by_operator(Kind::operator_retry, "right"), changed);
  EXPECT_EQ(saga.status(), "COMPENSATING");
  EXPECT_EQ(saga.step("right").undo.round, 1U) << "a refusal that is tried again";
  ASSERT_EQ(saga.undo("right"), changed);
  EXPECT_EQ(saga.undone("right", StepOutcome::failed, 1), "duplicate") << "the old refusal again";
  ASSERT_EQ(saga.undone("right"), changed);
  EXPECT_EQ(saga.status(), "COMPENSATED");
}

TEST_F(ChainSagaTest, Case39AnExhaustedCompensationIsStuckAndALateAnswerIsKept) {
  ASSERT_EQ(saga.done("a"), changed);
  ASSERT_EQ(saga.done("b"), changed);
  ASSERT_EQ(saga.cancel(), changed);
  for (int attempt = 0; attempt < 3; ++attempt) {
    ASSERT_EQ(saga.undo("b"), changed);
    ASSERT_EQ(saga.undone("b", StepOutcome::unknown), changed);
    saga.pass(300);
  }
  EXPECT_EQ(saga.status(), "STUCK(backward)");
  EXPECT_EQ(saga.state("b"), "SUCCEEDED/C_UNKNOWN");
  EXPECT_EQ(saga.to_do(), "") << "a came before b";
  ASSERT_EQ(saga.undone("b", StepOutcome::succeeded, 1), changed);
  EXPECT_EQ(saga.status(), "STUCK(backward)") << "only an operator moves it";
  ASSERT_EQ(saga.by_operator(Kind::operator_retry, "b"), changed);
  EXPECT_EQ(saga.status(), "COMPENSATING");
  EXPECT_EQ(saga.step("b").undo.round, 0U) << "never after unknown";
  EXPECT_EQ(saga.to_do(), "undo a");
}

TEST_F(PivotSagaTest, Case40ForwardRetryResolveAndSkip) {
  fail_forward();
  EXPECT_EQ(saga.by_operator(Kind::operator_resolve, "told", StepOutcome::failed),
            "failed_refused");
  EXPECT_EQ(saga.by_operator(Kind::operator_retry, "booked"), illegal) << "it has not failed";
  ASSERT_EQ(saga.by_operator(Kind::operator_retry, "told"), changed);
  EXPECT_EQ(saga.status(), "RUNNING");
  EXPECT_EQ(saga.step("told").forward.round, 1U);
  EXPECT_EQ(saga.to_do(), "send told, start booked");
  ASSERT_EQ(saga.send("told"), changed);
  EXPECT_EQ(saga.result("told", StepOutcome::failed, 1), "duplicate") << "the old refusal";
  ASSERT_EQ(saga.result("told", StepOutcome::failed), changed);
  ASSERT_EQ(saga.status(), "STUCK(forward)");
  ASSERT_EQ(saga.by_operator(Kind::operator_resolve, "told"), changed);
  EXPECT_EQ(saga.state("told"), "SUCCEEDED/NOT_NEEDED");
  EXPECT_EQ(saga.result("told", StepOutcome::failed), "duplicate") << "the operator knew that";
  ASSERT_EQ(saga.done("booked"), changed);
  EXPECT_EQ(saga.status(), "COMPLETED");
}

TEST_F(PivotSagaTest, Case40SkipReallySkips) {
  fail_forward();
  ASSERT_EQ(saga.by_operator(Kind::operator_skip, "told"), changed);
  EXPECT_EQ(saga.status(), "RUNNING");
  EXPECT_EQ(saga.state("told"), "SKIPPED/NOT_NEEDED");
  EXPECT_EQ(saga.to_do(), "start booked") << "told is never sent again";
  EXPECT_EQ(saga.send("told"), illegal);
  EXPECT_EQ(saga.result("told", StepOutcome::failed), "stale");
  ASSERT_EQ(saga.done("booked"), changed);
  EXPECT_EQ(saga.status(), "COMPLETED");
}

TEST_F(PivotSagaTest, Case40ASkippedStepThatSucceededAfterAll) {
  fail_forward();
  ASSERT_EQ(saga.by_operator(Kind::operator_skip, "told"), changed);
  ASSERT_EQ(saga.result("told", StepOutcome::succeeded), changed);
  EXPECT_EQ(saga.status(), "STUCK(contradiction)");
}

TEST_F(PivotSagaTest, Case40ThePivotIsSettledByEvidenceOnly) {
  lose_pivot();
  EXPECT_EQ(saga.by_operator(Kind::operator_skip, "pay"), "skip_refused");
  EXPECT_EQ(saga.by_operator(Kind::operator_skip, "a"), "skip_refused");
  EXPECT_EQ(saga.by_operator(Kind::operator_retry, "pay"), illegal);
  EXPECT_EQ(saga.by_operator(Kind::operator_resolve, "a"), illegal) << "it is about the pivot";
  EXPECT_EQ(saga.by_operator(Kind::operator_force), "no_way_back");
  ASSERT_EQ(saga.by_operator(Kind::operator_resolve, "pay"), changed);
  EXPECT_EQ(saga.status(), "RUNNING");
  EXPECT_EQ(saga.to_do(), "start told, start booked");
}

TEST_F(PivotSagaTest, Case40EvidenceThatThePivotFailed) {
  lose_pivot();
  ASSERT_EQ(saga.by_operator(Kind::operator_resolve, "pay", StepOutcome::failed), changed);
  EXPECT_EQ(saga.status(), "COMPENSATING");
  EXPECT_EQ(saga.to_do(), "undo a");
}

TEST_F(PivotSagaTest, Case40EvidenceAgainstTheParticipantsOwnWord) {
  lose_pivot();
  ASSERT_EQ(saga.result("pay", StepOutcome::succeeded), changed) << "late, and recorded";
  EXPECT_EQ(saga.status(), "STUCK(pivot_in_doubt)") << "only an operator moves it";
  EXPECT_EQ(saga.by_operator(Kind::operator_resolve, "pay", StepOutcome::failed),
            "evidence_contradicts");
  ASSERT_EQ(saga.by_operator(Kind::operator_resolve, "pay"), changed);
  EXPECT_EQ(saga.status(), "RUNNING");
}

TEST_F(DiamondSagaTest, Case40ASkippedCompensationCanOnlyBeClosed) {
  ASSERT_EQ(saga.done("left"), changed);
  ASSERT_EQ(saga.done("right"), changed);
  ASSERT_EQ(saga.cancel(), changed);
  ASSERT_EQ(saga.undo("left"), changed);
  ASSERT_EQ(saga.undone("left", StepOutcome::failed), changed);
  ASSERT_EQ(saga.by_operator(Kind::operator_skip, "left"), changed);
  EXPECT_EQ(saga.status(), "COMPENSATING") << "right is still to be undone";
  ASSERT_EQ(saga.undo("right"), changed);
  ASSERT_EQ(saga.undone("right"), changed);
  EXPECT_EQ(saga.status(), "STUCK(backward)");
  EXPECT_EQ(saga.by_operator(Kind::operator_retry, "left"), illegal);
  ASSERT_EQ(saga.by_operator(Kind::operator_close), changed);
  EXPECT_EQ(saga.status(), "CLOSED_MANUAL");
  EXPECT_EQ(saga.by_operator(Kind::operator_close), illegal);
}

TEST_F(ChainSagaTest, Case40OperatorsHaveNoSayInASagaThatIsNotStuck) {
  ASSERT_EQ(saga.done("a"), changed);
  for (const Kind kind : {Kind::operator_retry, Kind::operator_resolve, Kind::operator_skip}) {
    EXPECT_EQ(saga.by_operator(kind, "a"), illegal);
  }
  EXPECT_EQ(saga.by_operator(Kind::operator_force), illegal);
  EXPECT_EQ(saga.by_operator(Kind::operator_close), illegal);
}

TEST(SkippedSagaTest, Case44ASkippedStepIsNotCompensated) {
  const SagaDefinition definition = definition_of(R"({
    "name": "skip", "version": 1, "deadline_ms": 1000, "steps": [
     {"id": "a", "kind": "remote.call", "type": "t", "undo": "t", "timeout_ms": 1,
      "retry": {"max": 1, "on_exhausted": "stuck"}},
     {"id": "b", "kind": "remote.call", "type": "t", "undo": "t", "timeout_ms": 1}]})");
  SagaDriver saga{definition};
  ASSERT_EQ(saga.start(), changed);
  ASSERT_EQ(saga.send("a"), changed);
  ASSERT_EQ(saga.result("a", StepOutcome::unknown), changed);
  ASSERT_EQ(saga.status(), "STUCK(forward)") << "as its on_exhausted says";
  ASSERT_EQ(saga.by_operator(Kind::operator_skip, "a"), changed);
  ASSERT_EQ(saga.done("b"), changed);
  EXPECT_EQ(saga.status(), "COMPLETED");
  SagaDriver other{definition};
  ASSERT_EQ(other.start(), changed);
  ASSERT_EQ(other.send("a"), changed);
  ASSERT_EQ(other.result("a", StepOutcome::unknown), changed);
  ASSERT_EQ(other.by_operator(Kind::operator_skip, "a"), changed);
  ASSERT_EQ(other.send("b"), changed);
  ASSERT_EQ(other.cancel(), changed);
  EXPECT_EQ(other.to_do(), "undo b?");
  ASSERT_EQ(other.undo("b"), changed);
  ASSERT_EQ(other.undone("b"), changed);
  EXPECT_EQ(other.state("a"), "SKIPPED/NOT_NEEDED");
  EXPECT_EQ(other.status(), "COMPENSATED");
}

TEST_F(PivotSagaTest, AskFirstAndSendAgainOnlyWhereItWasNeverSeen) {
  ASSERT_EQ(saga.send("pay", RetrySafety::query_then_retry, true), changed);
  ASSERT_EQ(saga.result("pay", StepOutcome::unknown), changed);
  saga.pass(100);
  EXPECT_EQ(saga.to_do(), "ask pay");
  EXPECT_EQ(saga.send("pay", RetrySafety::query_then_retry, true), illegal);
  ASSERT_EQ(saga.ask("pay"), changed);
  EXPECT_EQ(saga.state("pay"), "UNKNOWN/NOT_NEEDED");
  ASSERT_EQ(saga.answer("pay", StepOutcome::never_seen), changed);
  EXPECT_EQ(saga.to_do(), "send pay");
  ASSERT_EQ(saga.send("pay", RetrySafety::query_then_retry, true), changed);
  ASSERT_EQ(saga.result("pay", StepOutcome::unknown), changed);
  EXPECT_EQ(saga.status(), "STUCK(pivot_in_doubt)") << "two attempts and a question are three";
}

TEST_F(PivotSagaTest, AskAndBeTold) {
  for (const auto& [told, status] :
       std::vector<std::pair<StepOutcome, std::string>>{{StepOutcome::succeeded, "RUNNING"},
                                                        {StepOutcome::failed, "COMPENSATING"},
                                                        {StepOutcome::cancelled, "COMPENSATING"}}) {
    SagaDriver asked = saga;
    ASSERT_EQ(asked.send("pay", RetrySafety::at_most_once, true), changed);
    ASSERT_EQ(asked.result("pay", StepOutcome::unknown), changed);
    asked.pass(100);
    ASSERT_EQ(asked.ask("pay"), changed);
    ASSERT_EQ(asked.answer("pay", StepOutcome::in_progress), changed);
    EXPECT_EQ(asked.waits_ms("pay"), 200U) << "the interval is kept while it is in progress";
    asked.pass(200);
    ASSERT_EQ(asked.ask("pay"), changed);
    ASSERT_EQ(asked.answer("pay", told), changed);
    EXPECT_EQ(asked.status(), status);
  }
}

TEST_F(PivotSagaTest, AtMostOnceIsNeverSentTwice) {
  ASSERT_EQ(saga.send("pay", RetrySafety::at_most_once, true), changed);
  ASSERT_EQ(saga.result("pay", StepOutcome::unknown), changed);
  saga.pass(100);
  ASSERT_EQ(saga.ask("pay"), changed);
  ASSERT_EQ(saga.answer("pay", StepOutcome::never_seen), changed);
  EXPECT_EQ(saga.state("pay"), "RETRY_WAIT/NOT_NEEDED");
  saga.pass(300);
  EXPECT_EQ(saga.to_do(), "ask pay") << "it may still be on its way";
  ASSERT_EQ(saga.ask("pay"), changed);
  ASSERT_EQ(saga.answer("pay", StepOutcome::unknown), changed);
  EXPECT_EQ(saga.status(), "STUCK(pivot_in_doubt)");
}

TEST_F(PivotSagaTest, AtMostOnceThatCannotBeAskedIsStuckAtOnce) {
  ASSERT_EQ(saga.send("pay", RetrySafety::at_most_once, false), changed);
  ASSERT_EQ(saga.result("pay", StepOutcome::unknown), changed);
  EXPECT_EQ(saga.status(), "STUCK(pivot_in_doubt)");
}

}  // namespace
}  // namespace daybook::test
