// What must hold of one saga, case by case, each by its number in the list of tests/README.md:
// repeats and late answers, failures at every place, the order back, tries to the millisecond. The
// driver also proves at each event that bytes and replay agree.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/saga/step_machine.hpp"
#include "tests/engine/saga/saga_fixtures.hpp"

namespace daybook::test {
namespace {

TEST_F(ChainSagaTest, RunsToItsEnd) {
  EXPECT_EQ(saga.status(), "RUNNING");
  for (const char* step : {"a", "b", "c"}) {
    EXPECT_EQ(saga.to_do(), fmt::format("start {}", step));
    EXPECT_EQ(saga.done(step), changed);
  }
  EXPECT_EQ(saga.status(), "COMPLETED");
  EXPECT_EQ(saga.to_do(), "");
}

TEST_F(ChainSagaTest, Case2TheSameIdWithOtherContentIsAConflict) {
  EXPECT_EQ(saga.start(), "duplicate");
  EXPECT_EQ(saga.tell({.kind = Kind::started, .content = {9, 9}}), "conflict");
  ASSERT_EQ(saga.done("a"), changed);
  EXPECT_EQ(saga.start(), "duplicate") << "and dispatches nothing: case 3";
  EXPECT_EQ(saga.to_do(), "start b");
}

TEST_F(ChainSagaTest, Case4AResultTwiceIsADuplicate) {
  ASSERT_EQ(saga.done("a"), changed);
  EXPECT_EQ(saga.result("a", StepOutcome::succeeded), "duplicate");
  ASSERT_EQ(saga.send("b"), changed);
  ASSERT_EQ(saga.result("b", StepOutcome::failed), changed);
  EXPECT_EQ(saga.result("b", StepOutcome::failed), "duplicate");
}

TEST_F(ChainSagaTest, Case5ACompensationTwiceIsADuplicate) {
  ASSERT_EQ(saga.done("a"), changed);
  ASSERT_EQ(saga.cancel(), changed);
  ASSERT_EQ(saga.undo("a"), changed);
  EXPECT_EQ(saga.undo("a"), illegal) << "it is out already";
  ASSERT_EQ(saga.undone("a"), changed);
  EXPECT_EQ(saga.undone("a"), "duplicate");
  EXPECT_EQ(saga.status(), "COMPENSATED");
}

TEST_F(ChainSagaTest, Case7LateSuccessOfAttempt1AfterAttempt2IsTaken) {
  ASSERT_EQ(saga.send("a"), changed);
  ASSERT_EQ(saga.result("a", StepOutcome::unknown), changed);
  saga.pass(100);
  ASSERT_EQ(saga.send("a"), changed);
  EXPECT_EQ(saga.result("a", StepOutcome::unknown, 1), "stale") << "attempt 2 is out";
  EXPECT_EQ(saga.result("a", StepOutcome::succeeded, 1), changed);
  EXPECT_EQ(saga.state("a"), "SUCCEEDED/NOT_NEEDED");
  EXPECT_EQ(saga.result("a", StepOutcome::succeeded, 2), "duplicate");
  EXPECT_EQ(saga.result("a", StepOutcome::unknown, 2), "stale");
}

TEST_F(ChainSagaTest, Case8LateSuccessAfterCompensatingBeganIsStillCompensated) {
  ASSERT_EQ(saga.send("a"), changed);
  ASSERT_EQ(saga.cancel(), changed);
  EXPECT_EQ(saga.status(), "COMPENSATING");
  EXPECT_EQ(saga.to_do(), "undo a?") << "nobody knows, so it may be empty";
  ASSERT_EQ(saga.undo("a"), changed);
  EXPECT_EQ(saga.result("a", StepOutcome::succeeded), changed) << "recorded; the undo goes on";
  EXPECT_EQ(saga.state("a"), "SUCCEEDED/C_DISPATCHED");
  EXPECT_EQ(saga.undone("a"), changed);
  EXPECT_EQ(saga.status(), "COMPENSATED");
  EXPECT_EQ(saga.result("a", StepOutcome::succeeded), "duplicate");
}

TEST_F(ChainSagaTest, Case8LateSuccessBeforeTheUndoIsSentMakesItNeeded) {
  ASSERT_EQ(saga.send("a"), changed);
  ASSERT_EQ(saga.tell({.kind = Kind::released, .step = 0, .attempt = 1}), changed);
  ASSERT_EQ(saga.send("a"), changed);
  ASSERT_EQ(saga.cancel(), changed);
  ASSERT_EQ(saga.result("a", StepOutcome::succeeded), changed);
  EXPECT_EQ(saga.to_do(), "undo a") << "it is known now, so the participant must find it";
}

TEST_F(ChainSagaTest, ALateFailureLeavesNothingToUndo) {
  ASSERT_EQ(saga.done("a"), changed);
  ASSERT_EQ(saga.send("b"), changed);
  ASSERT_EQ(saga.cancel(), changed);
  EXPECT_EQ(saga.to_do(), "undo b?");
  ASSERT_EQ(saga.result("b", StepOutcome::failed), changed);
  EXPECT_EQ(saga.state("b"), "FAILED/NOT_NEEDED");
  EXPECT_EQ(saga.to_do(), "undo a");
}

TEST_F(ChainSagaTest, Case9TheFirstDefinitiveAnswerWinsAndTheOtherOneIsAContradiction) {
  ASSERT_EQ(saga.done("a"), changed);
  EXPECT_EQ(saga.result("a", StepOutcome::failed), changed);
  EXPECT_EQ(saga.status(), "STUCK(contradiction)");
  EXPECT_TRUE(saga.raised_alarm());
  EXPECT_EQ(saga.state("a"), "SUCCEEDED/NOT_NEEDED");
  EXPECT_EQ(saga.to_do(), "");
  EXPECT_EQ(saga.result("a", StepOutcome::failed), "duplicate") << "it is stuck on it already";
}

TEST_F(ChainSagaTest, Case9FailedAndThenSucceeded) {
  ASSERT_EQ(saga.done("a"), changed);
  ASSERT_EQ(saga.send("b"), changed);
  ASSERT_EQ(saga.result("b", StepOutcome::failed), changed);
  EXPECT_EQ(saga.result("b", StepOutcome::succeeded), changed);
  EXPECT_EQ(saga.status(), "STUCK(contradiction)");
  EXPECT_EQ(saga.state("b"), "FAILED/NOT_NEEDED");
  EXPECT_EQ(saga.by_operator(Kind::operator_force), changed);
  EXPECT_EQ(saga.to_do(), "undo b?") << "what it says it did is undone too, and first";
}

TEST_F(ChainSagaTest, Case9ItSucceededAfterItsUndoFoundNothing) {
  ASSERT_EQ(saga.send("a"), changed);
  ASSERT_EQ(saga.cancel(), changed);
  ASSERT_EQ(saga.undo("a"), changed);
  ASSERT_EQ(saga.undone("a", StepOutcome::ok_empty), changed);
  ASSERT_EQ(saga.status(), "COMPENSATED");
  EXPECT_EQ(saga.result("a", StepOutcome::failed), "stale") << "as the undo had told";
  EXPECT_EQ(saga.result("a", StepOutcome::succeeded), changed);
  EXPECT_EQ(saga.status(), "STUCK(contradiction)") << "the only way out of an end";
  EXPECT_TRUE(saga.raised_alarm());
  EXPECT_EQ(saga.by_operator(Kind::operator_force), changed);
  EXPECT_EQ(saga.to_do(), "undo a");
  EXPECT_EQ(saga.step("a").undo.round, 1U) << "another undo than the one that was answered";
  ASSERT_EQ(saga.undo("a"), changed);
  ASSERT_EQ(saga.undone("a"), changed);
  EXPECT_EQ(saga.status(), "COMPENSATED");
}

TEST_F(ChainSagaTest, Case9AnUndoThatFindsNothingOfWhatSucceeded) {
  ASSERT_EQ(saga.done("a"), changed);
  ASSERT_EQ(saga.cancel(), changed);
  ASSERT_EQ(saga.undo("a"), changed);
  EXPECT_EQ(saga.undone("a", StepOutcome::ok_empty), changed);
  EXPECT_EQ(saga.status(), "STUCK(contradiction)");
}

TEST_F(ChainSagaTest, Case10ResultsOfNothingThatWasSentAreIllegal) {
  EXPECT_EQ(saga.tell({.kind = Kind::result, .step = 0, .attempt = 1}), illegal)
      << "not dispatched";
  EXPECT_EQ(to_text(saga.last_refusal()),
            "illegal_transition: a saga that is RUNNING, with step 0 NOT_STARTED and NOT_NEEDED, "
            "does not take result");
  ASSERT_EQ(saga.send("a"), changed);
  EXPECT_EQ(saga.tell({.kind = Kind::result, .step = 0, .attempt = 2}), illegal) << "forged";
  EXPECT_EQ(saga.tell({.kind = Kind::result, .step = 0, .attempt = 0}), illegal);
  EXPECT_EQ(saga.tell({.kind = Kind::result, .step = 3, .attempt = 1}), illegal) << "no such step";
  EXPECT_EQ(saga.tell({.kind = Kind::result, .step = no_step, .attempt = 1}), illegal);
  EXPECT_EQ(saga.undone("a"), illegal) << "no undo was sent";
  EXPECT_EQ(
      saga.tell(
          {.kind = Kind::result, .outcome = StepOutcome::never_seen, .step = 0, .attempt = 1}),
      illegal)
      << "that is no result";
  SagaDriver unknown{definition};
  EXPECT_EQ(unknown.tell({.kind = Kind::result, .step = 0, .attempt = 1}), illegal)
      << "no such saga";
  EXPECT_EQ(unknown.cancel(), illegal);
}

TEST(ParallelSagaTest, Case11RepliesOfThreeBranchesInAllOrders) {
  const SagaDefinition definition = definition_of(R"({
    "name": "three", "version": 1, "deadline_ms": 1000, "steps": [
     {"id": "x", "kind": "remote.call", "type": "t", "undo": "t", "timeout_ms": 1},
     {"id": "y", "kind": "remote.call", "type": "t", "undo": "t", "timeout_ms": 1, "after": []},
     {"id": "z", "kind": "remote.call", "type": "t", "undo": "t", "timeout_ms": 1, "after": []},
     {"id": "end", "kind": "remote.call", "type": "t", "undo": "t", "timeout_ms": 1,
      "after": ["x", "y", "z"]}]})");
  std::vector<std::string> order{"x", "y", "z"};
  do {
    for (int failing = -1; failing < 3; ++failing) {
      SagaDriver saga{definition};
      ASSERT_EQ(saga.start(), changed);
      EXPECT_EQ(saga.to_do(), "start x, start y, start z");
      for (const char* step : {"z", "x", "y"}) ASSERT_EQ(saga.send(step), changed);
      for (int at = 0; at < 3; ++at) {
        const bool fails = at == failing;
        ASSERT_EQ(saga.result(order[static_cast<std::size_t>(at)],
                              fails ? StepOutcome::failed : StepOutcome::succeeded),
                  changed);
      }
      if (failing < 0) {
        EXPECT_EQ(saga.to_do(), "start end");
        continue;
      }
      // Those that succeeded are undone, the last one first, whether before the failure or after.
      std::vector<std::string> succeeded = order;
      succeeded.erase(succeeded.begin() + failing);
      EXPECT_EQ(saga.to_do(), fmt::format("undo {}, undo {}", succeeded[1], succeeded[0]));
    }
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(FailureSagaTest, Case30AtTheFirstTheMiddleAndTheLastStep) {
  const SagaDefinition definition = definition_of(chain_json);
  const std::vector<std::string> steps{"a", "b", "c"};
  for (std::size_t failing = 0; failing < steps.size(); ++failing) {
    SagaDriver saga{definition};
    ASSERT_EQ(saga.start(), changed);
    for (std::size_t at = 0; at < failing; ++at) ASSERT_EQ(saga.done(steps[at]), changed);
    ASSERT_EQ(saga.send(steps[failing]), changed);
    ASSERT_EQ(saga.result(steps[failing], StepOutcome::failed), changed);
    EXPECT_EQ(saga.state(steps[failing]), "FAILED/NOT_NEEDED");
    for (std::size_t at = failing; at-- > 0;) {
      EXPECT_EQ(saga.status(), "COMPENSATING");
      EXPECT_EQ(saga.to_do(), fmt::format("undo {}", steps[at]));
      ASSERT_EQ(saga.undo(steps[at]), changed);
      ASSERT_EQ(saga.undone(steps[at]), changed);
    }
    EXPECT_EQ(saga.status(), "COMPENSATED");
    EXPECT_EQ(saga.progress().head.abort, AbortReason::step_failed);
  }
}

TEST_F(ChainSagaTest, Case31AbortAfterAllStepsBeforeCompletion) {
  ASSERT_EQ(saga.done("a"), changed);
  ASSERT_EQ(saga.done("b"), changed);
  ASSERT_EQ(saga.send("c"), changed);
  ASSERT_EQ(saga.cancel(), changed);
  ASSERT_EQ(saga.result("c", StepOutcome::succeeded), changed) << "the last one, a moment too late";
  EXPECT_EQ(saga.status(), "COMPENSATING");
  for (const char* step : {"c", "b", "a"}) {
    EXPECT_EQ(saga.to_do(), fmt::format("undo {}", step));
    ASSERT_EQ(saga.undo(step), changed);
    ASSERT_EQ(saga.undone(step), changed);
  }
  EXPECT_EQ(saga.status(), "COMPENSATED");
  SagaDriver other{definition};
  ASSERT_EQ(other.start(), changed);
  for (const char* step : {"a", "b", "c"}) ASSERT_EQ(other.done(step), changed);
  EXPECT_EQ(other.cancel(), illegal) << "completed";
}

TEST_F(DiamondSagaTest, Case32ForwardWaitsForAllAndBackwardTheOtherWayRound) {
  EXPECT_EQ(saga.to_do(), "start left, start right");
  ASSERT_EQ(saga.done("right"), changed);
  EXPECT_EQ(saga.send("join"), illegal) << "left is not done";
  EXPECT_EQ(saga.to_do(), "start left");
  ASSERT_EQ(saga.done("left"), changed);
  ASSERT_EQ(saga.send("join"), changed);
  ASSERT_EQ(saga.cancel(), changed);
  EXPECT_EQ(saga.to_do(), "undo join?");
  EXPECT_EQ(saga.undo("left"), illegal) << "join came after it and is not undone";
  ASSERT_EQ(saga.undo("join"), changed);
  EXPECT_EQ(saga.to_do(), "");
  ASSERT_EQ(saga.undone("join", StepOutcome::ok_empty), changed);
  EXPECT_EQ(saga.to_do(), "undo left, undo right") << "left was completed last";
}

TEST_F(DiamondSagaTest, Case32InDoubtComesBeforeWhatWasCompleted) {
  ASSERT_EQ(saga.send("left"), changed);
  ASSERT_EQ(saga.done("right"), changed);
  ASSERT_EQ(saga.cancel(), changed);
  EXPECT_EQ(saga.to_do(), "undo left?, undo right");
}

TEST_F(ChainSagaTest, Case35DeadlineDuringACall) {
  ASSERT_EQ(saga.done("a"), changed);
  ASSERT_EQ(saga.send("b"), changed);
  EXPECT_EQ(saga.tell({.kind = Kind::deadline, .at = 1'000'000 * ms - 1}), illegal) << "not yet";
  EXPECT_EQ(saga.deadline(), changed);
  EXPECT_EQ(saga.status(), "COMPENSATING");
  EXPECT_EQ(saga.progress().head.abort, AbortReason::deadline);
  EXPECT_EQ(saga.to_do(), "undo b?");
  EXPECT_EQ(saga.deadline(), illegal);
  EXPECT_EQ(saga.send("c"), illegal);
}

TEST_F(ChainSagaTest, Case36TheLimitOfTriesIsExact) {
  for (int attempt = 1; attempt <= 3; ++attempt) {
    ASSERT_EQ(saga.status(), "RUNNING") << attempt;
    ASSERT_EQ(saga.send("a"), changed);
    ASSERT_EQ(saga.result("a", StepOutcome::unknown), changed);
    saga.pass(300);
  }
  EXPECT_EQ(saga.step("a").forward.attempts, 3U);
  EXPECT_EQ(saga.status(), "COMPENSATING");
  EXPECT_EQ(saga.progress().head.abort, AbortReason::exhausted);
  EXPECT_EQ(saga.state("a"), "UNKNOWN/C_READY");
}

TEST_F(ChainSagaTest, Case36OfWhatIsOnlyPutOff) {
  for (int attempt = 1; attempt <= 3; ++attempt) {
    ASSERT_EQ(saga.send("a"), changed);
    EXPECT_EQ(saga.step("a").forward.round, static_cast<std::uint32_t>(attempt - 1))
        << "refused and tried again";
    ASSERT_EQ(saga.result("a", StepOutcome::retry_later), changed);
    saga.pass(300);
  }
  EXPECT_EQ(saga.state("a"), "FAILED/NOT_NEEDED") << "it is known that there is no effect";
  EXPECT_EQ(saga.status(), "COMPENSATED");
}

TEST_F(ChainSagaTest, Case36WhatIsGivenBackDoesNotCount) {
  for (std::uint32_t attempt = 1; attempt <= 9; ++attempt) {
    ASSERT_EQ(saga.send("a"), changed);
    ASSERT_EQ(saga.tell({.kind = Kind::released, .step = 0, .attempt = attempt}), changed);
    EXPECT_EQ(saga.tell({.kind = Kind::released, .step = 0, .attempt = attempt}), "stale");
  }
  EXPECT_EQ(saga.step("a").forward.tries, 0U);
  EXPECT_EQ(saga.status(), "RUNNING");
  ASSERT_EQ(saga.cancel(), changed);
  EXPECT_EQ(saga.status(), "COMPENSATED") << "it was never begun";
}

TEST_F(ChainSagaTest, Case37LaterKeepsTheIntervalAnErrorDoublesItAndTheCapHolds) {
  const SagaDefinition many = definition_of(R"({
    "name": "many", "version": 1, "deadline_ms": 1000000, "steps": [
     {"id": "a", "kind": "remote.call", "type": "t", "undo": "t", "timeout_ms": 10,
      "retry": {"initial_ms": 100, "factor": 2, "cap_ms": 300, "max": 20}}]})");
  SagaDriver other{many};
  ASSERT_EQ(other.start(), changed);
  const std::vector<std::pair<StepOutcome, std::uint64_t>> waits{
      {StepOutcome::retry_later, 100}, {StepOutcome::retry_later, 100},
      {StepOutcome::unknown, 100},     {StepOutcome::retry_later, 200},
      {StepOutcome::unknown, 200},     {StepOutcome::retry_later, 300},
      {StepOutcome::unknown, 300},     {StepOutcome::unknown, 300}};
  for (const auto& [outcome, wait] : waits) {
    ASSERT_EQ(other.send("a"), changed);
    ASSERT_EQ(other.result("a", outcome), changed);
    EXPECT_EQ(other.waits_ms("a"), wait);
    other.pass(wait - 1);
    EXPECT_EQ(other.send("a"), illegal) << "one millisecond too early";
    other.pass(1);
  }
}

TEST_F(ChainSagaTest, WakesForWhatIsDueFirst) {
  EXPECT_EQ(next_wake(saga.progress()), 1'000'000 * ms) << "its deadline";
  const auto out = [this](Kind kind, std::uint64_t due_at) {
    return saga.tell({.kind = kind, .step = 0, .due_at = due_at});
  };
  ASSERT_EQ(out(Kind::dispatched, 500 * ms), changed);
  EXPECT_EQ(next_wake(saga.progress()), 500 * ms) << "what is out counts as unknown";
  ASSERT_EQ(saga.result("a", StepOutcome::unknown), changed);
  EXPECT_EQ(next_wake(saga.progress()), saga.now() + 100 * ms) << "it is sent again";
  saga.pass(100);
  ASSERT_EQ(out(Kind::dispatched, 700 * ms), changed);
  ASSERT_EQ(saga.cancel(), changed);
  EXPECT_EQ(next_wake(saga.progress()), 700 * ms) << "going back it has no deadline";
  ASSERT_EQ(out(Kind::undo_dispatched, 600 * ms), changed);
  EXPECT_EQ(next_wake(saga.progress()), 600 * ms);
  ASSERT_EQ(saga.undone("a"), changed);
  EXPECT_EQ(saga.status(), "COMPENSATED");
  EXPECT_EQ(next_wake(saga.progress()), 0U);
}

TEST(WaitSagaTest, Case37JitterShortensByUpToAQuarterAndIsExact) {
  EXPECT_EQ(wait_ns(100, 0), 100 * ms);
  EXPECT_EQ(wait_ns(100, 1U << 31U), 100 * ms - 100 * ms / 8);
  EXPECT_EQ(wait_ns(100, ~0U), 100 * ms - (100 * ms / 4 - 1));
  EXPECT_EQ(wait_ns(limits::saga_retry_interval_ms_max, 0), 86'400'000 * ms);
  EXPECT_EQ(wait_ns(limits::saga_retry_interval_ms_max, 1U << 31U),
            86'400'000 * ms - 10'800'000 * ms);
  EXPECT_EQ(wait_ns(0, ~0U), 0U);
}

TEST_F(ChainSagaTest, Case38ACompensationFailsTwiceAndThenSucceeds) {
  ASSERT_EQ(saga.done("a"), changed);
  ASSERT_EQ(saga.done("b"), changed);
  ASSERT_EQ(saga.cancel(), changed);
  for (int attempt = 1; attempt <= 2; ++attempt) {
    ASSERT_EQ(saga.undo("b"), changed);
    ASSERT_EQ(saga.undone("b", StepOutcome::unknown), changed);
    EXPECT_EQ(saga.state("b"), "SUCCEEDED/C_RETRY_WAIT");
    EXPECT_EQ(saga.waits_ms("b"), attempt == 1 ? 100U : 200U);
    EXPECT_EQ(saga.undo("b"), illegal) << "not yet";
    saga.pass(200);
  }
  ASSERT_EQ(saga.undo("b"), changed);
  ASSERT_EQ(saga.undone("b"), changed);
  EXPECT_EQ(saga.to_do(), "undo a");
  ASSERT_EQ(saga.undo("a"), changed);
  ASSERT_EQ(saga.undone("a"), changed);
  EXPECT_EQ(saga.status(), "COMPENSATED");
}

TEST_F(ChainSagaTest, TextsOfStatesAndRefusals) {
  ASSERT_EQ(saga.done("a"), changed);
  ASSERT_EQ(saga.done("b"), changed);
  ASSERT_EQ(saga.done("c"), changed);
  ASSERT_EQ(saga.cancel(), illegal);
  EXPECT_EQ(to_text(saga.last_refusal()),
            "illegal_transition: a saga that is COMPLETED does not take cancel");
}

TEST(SettledSagaTest, AHoldThatWasCapturedIsReversedAndNotReleased) {
  const SagaDefinition definition = definition_of(R"({
    "name": "captured", "version": 1, "deadline_ms": 1000,
    "input": {"user": "account", "amount": "money"}, "steps": [
     {"id": "hold", "kind": "ledger.hold",
      "args": {"from": "$.user", "to": "@clearing", "amount": "$.amount"}},
     {"id": "take", "kind": "ledger.capture", "hold": "hold"},
     {"id": "call", "kind": "remote.call", "type": "t", "undo": "t", "timeout_ms": 1}]})");
  SagaDriver saga{definition};
  ASSERT_EQ(saga.start(), changed);
  ASSERT_EQ(saga.done("hold"), changed);
  ASSERT_EQ(saga.done("take"), changed);
  ASSERT_EQ(saga.send("call"), changed);
  ASSERT_EQ(saga.result("call", StepOutcome::failed), changed);
  EXPECT_EQ(saga.to_do(), "undo take");
  ASSERT_EQ(saga.undo("take"), changed);
  ASSERT_EQ(saga.undone("take"), changed);
  EXPECT_EQ(saga.state("hold"), "SUCCEEDED/NOT_NEEDED");
  EXPECT_EQ(saga.status(), "COMPENSATED");
}

}  // namespace
}  // namespace daybook::test
