// Sagas that wait: timers, signals, retries, deadlines; and what operators do.

#include "tests/engine/saga/engine_saga_fixture.hpp"

namespace daybook::test {
namespace {

using Texts = std::vector<std::string>;

constexpr const char* hold_and_wait = R"({"name": "hold", "version": 1, "deadline_ms": 60000,
  "input": {"from": "account", "amount": "money"},
  "steps": [
    {"id": "reserve", "kind": "ledger.hold",
     "args": {"from": "$.from", "to": "@clearing", "amount": "$.amount"}},
    {"id": "wait", "kind": "timer.wait", "delay_ms": 5000},
    {"id": "take", "kind": "ledger.capture", "hold": "reserve"}]})";

constexpr const char* signalled = R"({"name": "asked", "version": 1, "deadline_ms": 60000,
  "input": {"from": "account"},
  "steps": [
    {"id": "answer", "kind": "signal.wait", "signal": "approved", "timeout_ms": 30000,
     "output": {"amount": "money", "to": "account"}},
    {"id": "pay", "kind": "ledger.post",
     "args": {"from": "$.from", "to": "$.answer.to", "amount": "$.answer.amount"}}]})";

constexpr const char* tried_again = R"({"name": "again", "version": 1, "deadline_ms": 600000,
  "input": {"from": "account", "amount": "money"},
  "steps": [
    {"id": "post", "kind": "ledger.post",
     "retry": {"initial_ms": 1000, "factor": 2, "cap_ms": 2000, "max": 3,
               "on_exhausted": "compensate"},
     "args": {"from": "$.from", "to": "@clearing", "amount": "$.amount"}}]})";

// ---- Timers. ----

TEST_F(EngineSagaTest, ATimerEndsExactlyWhenItIsDue) {
  ASSERT_EQ(define(hold_and_wait), "created");
  EXPECT_EQ(start(7, "hold", {{"from", saga_account(1)}, {"amount", saga_money(600)}}), "created");
  EXPECT_EQ(shown(7), "RUNNING reserve:SUCCEEDED wait:DISPATCHED take:NOT_STARTED");
  EXPECT_EQ(balances(1), "600/0 0/1000");
  const std::uint64_t due = engine_.state().sagas.next_due_at();
  pass_to(due - 1);
  EXPECT_EQ(balances(1), "600/0 0/1000");
  pass_to(due);
  EXPECT_EQ(shown(7), "COMPLETED reserve:SUCCEEDED wait:SUCCEEDED take:SUCCEEDED");
  EXPECT_EQ(balances(1), "0/600 0/1000");
  EXPECT_EQ(balances("clearing"), "0/0 0/600");
}

TEST_F(EngineSagaTest, NobodyElseResolvesTheHoldOfASaga) {
  ASSERT_EQ(define(hold_and_wait), "created");
  EXPECT_EQ(start(7, "hold", {{"from", saga_account(1)}, {"amount", saga_money(600)}}), "created");
  Transfer post = make_transfer(50, 0, 0, 0);
  post.pending_id = TransferId{saga_made_id(Uint128{7, 0}, 0, SagaOperation::do_, 0, 0)};
  post.flags = transfer_flag::void_pending_transfer;
  post.debit_account_id = post.credit_account_id = AccountId{};
  post.ledger = LedgerId{};
  post.code = Code{};
  EXPECT_EQ(transfer(post), "hold_is_owned");
}

TEST_F(EngineSagaTest, ACancelledSagaReleasesItsHold) {
  ASSERT_EQ(define(hold_and_wait), "created");
  EXPECT_EQ(start(7, "hold", {{"from", saga_account(1)}, {"amount", saga_money(600)}}), "created");
  EXPECT_EQ(cancel(7), "created");
  EXPECT_EQ(shown(7), "COMPENSATED reserve:SUCCEEDED/C_SUCCEEDED wait:DISPATCHED take:NOT_STARTED");
  EXPECT_EQ(balances(1), "0/0 0/1000");
  EXPECT_FALSE(is_in_memory(7));
  pass_to(saga_begin + 100 * saga_second);
  EXPECT_EQ(events_of(7),
            (Texts{"SagaStarted", "SagaAdvanced", "SagaCancelRequested", "SagaAdvanced"}));
}

// ---- Signals. ----

TEST_F(EngineSagaTest, ASignalBringsWhatLaterStepsUse) {
  ASSERT_EQ(define(signalled), "created");
  EXPECT_EQ(start(7, "asked", {{"from", saga_account(1)}}), "created");
  EXPECT_EQ(signal(7, "refused", {saga_money(5), saga_account(3)}), "saga_signal_not_awaited");
  EXPECT_EQ(signal(7, "approved", {saga_money(5)}), "saga_inputs_differ");
  EXPECT_EQ(signal(7, "approved", {saga_money(450), saga_account(3)}), "created");
  EXPECT_EQ(shown(7), "COMPLETED answer:SUCCEEDED pay:SUCCEEDED");
  EXPECT_EQ(balances(3), "0/0 0/450");
  EXPECT_EQ(signal(7, "approved", {saga_money(450), saga_account(3)}), "saga_has_ended");
}

TEST_F(EngineSagaTest, ASignalThatDoesNotComeFailsItsStep) {
  ASSERT_EQ(define(signalled), "created");
  EXPECT_EQ(start(7, "asked", {{"from", saga_account(1)}}), "created");
  pass_to(engine_.state().sagas.next_due_at());
  EXPECT_EQ(shown(7), "COMPENSATED answer:FAILED pay:NOT_STARTED");
}

TEST_F(EngineSagaTest, OneRequestStartsASagaAndActsOnIt) {
  ASSERT_EQ(define(hold_and_wait), "created");
  const SagaInputs inputs{{"from", saga_account(1)}, {"amount", saga_money(100)}};
  std::vector<AskedEvent> events;
  for (std::uint64_t saga = 1; saga <= 5; ++saga) {
    events.push_back(start_of(saga, "hold", inputs));
    events.push_back(event_for(saga, SagaNews::cancel_requested, {}));
    events.push_back(event_for(saga, SagaNews::cancel_requested, {}));
  }
  const Texts statuses = send(RequestKind::saga_commands, events);
  ASSERT_EQ(statuses.size(), 15U);
  EXPECT_EQ(statuses[12], "created");
  EXPECT_EQ(statuses[13], "created");
  EXPECT_EQ(statuses[14], "saga_has_ended");
  EXPECT_EQ(balances(1), "0/0 0/1000");
}

TEST_F(EngineSagaTest, ADefinitionIsThereFromTheNextRequestOn) {
  const SagaInputs inputs{{"from", saga_account(1)}, {"amount", saga_money(100)}};
  const AskedEvent stored = definition_of(hold_and_wait);
  const AskedEvent started = start_of(7, "hold", inputs);
  EXPECT_EQ(send(RequestKind::saga_commands,
                 {stored, started, event_for(7, SagaNews::cancel_requested, {})}),
            (Texts{"created", "saga_definition_not_found", "saga_not_found"}));
  EXPECT_EQ(send(RequestKind::saga_commands, {started}), (Texts{"created"}));
}

// ---- Retries. ----

TEST_F(EngineSagaTest, ALocalStepIsTriedAgainAsItsPolicySays) {
  ASSERT_EQ(define(tried_again), "created");
  EXPECT_EQ(start(7, "again", {{"from", saga_account(1)}, {"amount", saga_money(1'500)}}),
            "created");
  EXPECT_EQ(shown(7), "RUNNING post:RETRY_WAIT");
  const std::uint64_t due = engine_.state().sagas.next_due_at();
  EXPECT_GE(due, saga_begin + 750'000'000);
  EXPECT_LE(due, saga_begin + 1'001'000'000);
  ASSERT_EQ(transfer(make_transfer(60, 4, 1, 900)), "created");
  pass_to(due - 1);
  EXPECT_EQ(shown(7), "RUNNING post:RETRY_WAIT");
  pass_to(due);
  EXPECT_EQ(shown(7), "COMPLETED post:SUCCEEDED");
  EXPECT_EQ(balances(1), "0/1500 0/1900");
}

TEST_F(EngineSagaTest, WhatIsTriedInVainFailsAfterExactlySoManyTries) {
  ASSERT_EQ(define(tried_again), "created");
  EXPECT_EQ(start(7, "again", {{"from", saga_account(1)}, {"amount", saga_money(1'500)}}),
            "created");
  pass_to(engine_.state().sagas.next_due_at());
  EXPECT_EQ(shown(7), "RUNNING post:RETRY_WAIT");
  pass_to(engine_.state().sagas.next_due_at());
  EXPECT_EQ(shown(7), "COMPENSATED post:FAILED");
  EXPECT_EQ(engine_.state().sagas.next_due_at(), ~std::uint64_t{0});
}

// ---- Deadlines. ----

TEST_F(EngineSagaTest, ADeadlineUndoesWhatWasDone) {
  ASSERT_EQ(
      define(R"({"name": "slow", "version": 1, "deadline_ms": 10000, "input": {"from": "account"},
    "steps": [
      {"id": "post", "kind": "ledger.post",
       "args": {"from": "$.from", "to": "@clearing", "amount": 600, "ledger": 1}},
      {"id": "wait", "kind": "timer.wait", "delay_ms": 20000}]})"),
      "created");
  EXPECT_EQ(start(7, "slow", {{"from", saga_account(1)}}), "created");
  const std::uint64_t due = engine_.state().sagas.next_due_at();
  pass_to(due - 1);
  EXPECT_EQ(shown(7), "RUNNING post:SUCCEEDED wait:DISPATCHED");
  pass_to(due);
  EXPECT_EQ(shown(7), "COMPENSATED post:SUCCEEDED/C_SUCCEEDED wait:DISPATCHED");
  EXPECT_EQ(balances(1), "0/600 0/1600");
}

TEST_F(EngineSagaTest, WhatWasDueWhileNobodyRanIsDoneInItsOrder) {
  ASSERT_EQ(define(hold_and_wait), "created");
  for (std::uint64_t saga = 1; saga <= 5; ++saga) {
    EXPECT_EQ(start(saga, "hold", {{"from", saga_account(1)}, {"amount", saga_money(100)}}),
              "created");
  }
  engine_.close_entry();
  engine_.restart();
  pass_to(saga_begin + 3 * 3'600 * saga_second);
  for (std::uint64_t saga = 1; saga <= 5; ++saga) {
    EXPECT_EQ(shown(saga), "COMPLETED reserve:SUCCEEDED wait:SUCCEEDED take:SUCCEEDED")
        << "the timer was over before the deadline";
  }
  EXPECT_EQ(balances(1), "0/500 0/1000");
}

// ---- What needs a participant waits for one. ----

constexpr const char* remote = R"({"name": "remote", "version": 1, "deadline_ms": 60000,
  "input": {"from": "account"},
  "steps": [
    {"id": "reserve", "kind": "ledger.hold",
     "args": {"from": "$.from", "to": "@clearing", "amount": 600, "ledger": 1}},
    {"id": "call", "kind": "remote.call", "type": "bank.payout.v1", "class": "pivot",
     "timeout_ms": 1000, "retry": {"initial_ms": 1000, "factor": 2, "cap_ms": 2000, "max": 0,
     "on_exhausted": "stuck"}},
    {"id": "take", "kind": "ledger.capture", "hold": "reserve", "class": "retriable"}]})";

TEST_F(EngineSagaTest, ARemoteStepThatNobodyTakesUpIsNotBegun) {
  ASSERT_EQ(define(remote), "created");
  EXPECT_EQ(start(7, "remote", {{"from", saga_account(1)}}), "created");
  EXPECT_EQ(shown(7), "RUNNING reserve:SUCCEEDED call:NOT_STARTED take:NOT_STARTED");
  pass_to(saga_begin + 59 * saga_second);
  EXPECT_EQ(shown(7), "RUNNING reserve:SUCCEEDED call:NOT_STARTED take:NOT_STARTED");
  pass_to(saga_begin + 61 * saga_second);
  EXPECT_EQ(shown(7),
            "COMPENSATED reserve:SUCCEEDED/C_SUCCEEDED call:NOT_STARTED take:NOT_STARTED");
  EXPECT_EQ(balances(1), "0/0 0/1000");
  EXPECT_TRUE(is_in_memory(7)) << "a participant may still say something";
}

// ---- Operators. ----

TEST_F(EngineSagaTest, WhatWasSpentComesBackBeforeWhatItWasSpentFrom) {
  ASSERT_EQ(define(R"({"name": "back", "version": 1, "input": {"from": "account"},
    "steps": [
      {"id": "give", "kind": "ledger.post",
       "args": {"from": "@clearing", "to": "$.from", "amount": 200, "ledger": 1}},
      {"id": "spend", "kind": "ledger.post",
       "args": {"from": "$.from", "to": "@clearing", "amount": 1200, "ledger": 1}},
      {"id": "fail", "kind": "ledger.post",
       "args": {"from": "$.from", "to": "@clearing", "amount": 1, "ledger": 1}}]})"),
            "created");
  EXPECT_EQ(start(6, "back", {{"from", saga_account(1)}}), "created");
  EXPECT_EQ(shown(6),
            "COMPENSATED give:SUCCEEDED/C_SUCCEEDED spend:SUCCEEDED/C_SUCCEEDED fail:FAILED");
  EXPECT_EQ(operate(6, SagaEventKind::operator_close), "saga_has_ended");
  EXPECT_EQ(operate(9, SagaEventKind::operator_close), "saga_not_found");
}

constexpr const char* waits_back = R"({"name": "stuck", "version": 1, "deadline_ms": 60000,
  "input": {"to": "account"},
  "steps": [
    {"id": "give", "kind": "ledger.post",
     "args": {"from": "@clearing", "to": "$.to", "amount": 200, "ledger": 1}},
    {"id": "ok", "kind": "signal.wait", "signal": "ok", "timeout_ms": 30000}]})";

// Account 1 must not be overdrawn, so what it got and spent cannot be taken back.
TEST_F(EngineSagaTest, AStuckSagaIsRetriedByAnOperator) {
  ASSERT_EQ(define(waits_back), "created");
  EXPECT_EQ(start(7, "stuck", {{"to", saga_account(1)}}), "created");
  ASSERT_EQ(transfer(make_transfer(61, 1, 3, 1'200)), "created");
  EXPECT_EQ(cancel(7), "created");
  EXPECT_EQ(shown(7), "STUCK(backward) give:SUCCEEDED/C_REFUSED ok:DISPATCHED");
  EXPECT_TRUE(is_in_memory(7));
  EXPECT_EQ(operate(7, SagaEventKind::operator_retry, 5), "saga_illegal_transition");
  EXPECT_EQ(operate(7, SagaEventKind::operator_retry, 0), "created");
  EXPECT_EQ(shown(7), "STUCK(backward) give:SUCCEEDED/C_REFUSED ok:DISPATCHED") << "still poor";
  ASSERT_EQ(transfer(make_transfer(62, 4, 1, 500)), "created");
  EXPECT_EQ(operate(7, SagaEventKind::operator_retry, 0), "created");
  EXPECT_EQ(shown(7), "COMPENSATED give:SUCCEEDED/C_SUCCEEDED ok:DISPATCHED");
  EXPECT_EQ(balances(1), "0/1400 0/1700");
}

TEST_F(EngineSagaTest, AStuckSagaIsClosedByHand) {
  ASSERT_EQ(define(waits_back), "created");
  EXPECT_EQ(start(7, "stuck", {{"to", saga_account(1)}}), "created");
  ASSERT_EQ(transfer(make_transfer(61, 1, 3, 1'200)), "created");
  EXPECT_EQ(cancel(7), "created");
  EXPECT_EQ(operate(7, SagaEventKind::operator_close), "created");
  EXPECT_EQ(shown(7), "CLOSED_MANUAL give:SUCCEEDED/C_REFUSED ok:DISPATCHED");
  EXPECT_FALSE(is_in_memory(7));
}

// Two signals of one name: what an operator resolved takes nothing of what comes later.
TEST_F(EngineSagaTest, ASignalIsForTheStepsThatWait) {
  ASSERT_EQ(define(R"({"name": "twice", "version": 1, "deadline_ms": 60000,
    "input": {"to": "account"},
    "steps": [
      {"id": "one", "kind": "signal.wait", "signal": "ok", "timeout_ms": 30000,
       "output": {"amount": "money"}},
      {"id": "two", "kind": "signal.wait", "signal": "ok", "timeout_ms": 30000,
       "output": {"amount": "money"}},
      {"id": "pay", "kind": "ledger.post",
       "args": {"from": "@clearing", "to": "$.to", "amount": "$.one.amount"}}]})"),
            "created");
  EXPECT_EQ(start(7, "twice", {{"to", saga_account(2)}}), "created");
  EXPECT_EQ(signal(7, "ok", {saga_money(5)}), "created");
  EXPECT_EQ(shown(7), "RUNNING one:SUCCEEDED two:DISPATCHED pay:NOT_STARTED");
  EXPECT_EQ(signal(7, "ok", {saga_money(70)}), "created");
  EXPECT_EQ(shown(7), "COMPLETED one:SUCCEEDED two:SUCCEEDED pay:SUCCEEDED");
  EXPECT_EQ(balances(2), "0/0 0/5");
}

// A hold that its saga left behind is not held for ever.
TEST_F(EngineSagaTest, AnOperatorReleasesWhatAClosedSagaHolds) {
  ASSERT_EQ(define(R"({"name": "left", "version": 1, "deadline_ms": 60000,
    "input": {"from": "account"},
    "steps": [
      {"id": "hold", "kind": "ledger.hold",
       "args": {"from": "$.from", "to": "@clearing", "amount": 100, "ledger": 1}},
      {"id": "give", "kind": "ledger.post",
       "args": {"from": "@clearing", "to": "$.from", "amount": 200, "ledger": 1}},
      {"id": "ok", "kind": "signal.wait", "signal": "ok", "timeout_ms": 30000},
      {"id": "take", "kind": "ledger.capture", "hold": "hold"}]})"),
            "created");
  EXPECT_EQ(start(7, "left", {{"from", saga_account(1)}}), "created");
  ASSERT_EQ(transfer(make_transfer(61, 1, 3, 1'100)), "created");
  EXPECT_EQ(cancel(7), "created");
  Transfer release = make_transfer(62, 0, 0, 0);
  release.pending_id = TransferId{saga_made_id(Uint128{7, 0}, 0, SagaOperation::do_, 0, 0)};
  release.flags = transfer_flag::void_pending_transfer;
  release.debit_account_id = release.credit_account_id = AccountId{};
  release.ledger = LedgerId{};
  release.code = Code{};
  EXPECT_EQ(transfer(release, "it is not closed yet"), "hold_is_owned");
  EXPECT_EQ(operate(7, SagaEventKind::operator_close), "created");
  EXPECT_EQ(balances(1), "100/1100 0/1200");
  EXPECT_EQ(transfer(release), "hold_is_owned");
  EXPECT_EQ(transfer(release, "its saga was closed by hand"), "created");
  EXPECT_EQ(balances(1), "0/1100 0/1200");
}

}  // namespace
}  // namespace daybook::test
