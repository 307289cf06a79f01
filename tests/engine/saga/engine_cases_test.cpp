// Cases of the list in tests/README.md that need a whole engine: many starts at once, clocks that
// jump, outages, lost connections, versions side by side, and where the money is.

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "engine/saga/saga_history.hpp"
#include "tests/engine/saga/engine_work_fixture.hpp"

namespace daybook::test {
namespace {

using Texts = std::vector<std::string>;

constexpr std::uint64_t hour = 3'600 * saga_second;

constexpr const char* pays = R"({"name": "pays", "version": 1,
  "input": {"from": "account", "to": "account", "amount": "money"},
  "steps": [
    {"id": "pay", "kind": "ledger.post",
     "args": {"from": "$.from", "to": "$.to", "amount": "$.amount"}}]})";

constexpr const char* held = R"({"name": "held", "version": 1, "deadline_ms": 86400000,
  "input": {"from": "account", "amount": "money"},
  "steps": [
    {"id": "hold", "kind": "ledger.hold",
     "args": {"from": "$.from", "to": "@clearing", "amount": "$.amount"}},
    {"id": "ok", "kind": "signal.wait", "signal": "ok", "timeout_ms": 43200000},
    {"id": "take", "kind": "ledger.capture", "hold": "hold"}]})";

constexpr const char* ships = R"({"name": "ships", "version": 1, "deadline_ms": 86400000,
  "input": {},
  "steps": [
    {"id": "shop", "kind": "remote.call", "type": "shop.v1", "undo": "shop.undo.v1",
     "timeout_ms": 5000, "retry": {"initial_ms": 1000, "factor": 2, "cap_ms": 8000, "max": 0,
     "on_exhausted": "stuck"}}]})";

SagaInputs paying(std::uint64_t from, std::uint64_t to, std::uint64_t amount) {
  return {{"from", saga_account(from)}, {"to", saga_account(to)}, {"amount", saga_money(amount)}};
}
SagaInputs holding(std::uint64_t amount) {
  return {{"from", saga_account(1)}, {"amount", saga_money(amount)}};
}

class EngineCaseTest : public EngineWorkTest {
 protected:
  explicit EngineCaseTest(LedgerSettings settings = {}) : EngineWorkTest{settings} {}

  std::string freeze(std::uint64_t account) {
    AccountChange change_of;
    change_of.account_id = account_id(account);
    change_of.kind = AccountChangeKind::freeze;
    change_of.sides = 3;
    return change(change_of);
  }

  /// What all the transfers that a saga made have added to each account, holds apart.
  [[nodiscard]] std::map<AccountId, std::int64_t> moved() {
    std::map<AccountId, std::int64_t> sums;
    engine_.for_each_transfer([&](Sequence, const Transfer& each, const TransferNote& note) {
      constexpr unsigned still = transfer_flag::pending | transfer_flag::void_pending_transfer;
      if (note.authority != Authority::coordinator || (each.flags & still) != 0) return;
      const auto amount = static_cast<std::int64_t>(each.amount.value().lo);
      sums[each.debit_account_id] -= amount;
      sums[each.credit_account_id] += amount;
    });
    return sums;
  }
};

// ---- Idempotency and order. ----

TEST_F(EngineCaseTest, Case1AHundredSameStartsAtOnceStartOneSaga) {
  ASSERT_EQ(define(pays), "created");
  const AskedEvent begins = start_of(7, "pays", paying(1, 2, 600));
  const auto at_once = send(RequestKind::saga_commands, std::vector<AskedEvent>(100, begins));
  ASSERT_EQ(at_once.size(), 100U);
  EXPECT_EQ(at_once[0], "created");
  EXPECT_EQ(std::count(at_once.begin(), at_once.end(), "exists"), 99);
  engine_.set_requests_per_entry(100);
  for (int each = 0; each < 100; ++each) {
    EXPECT_EQ(send(RequestKind::saga_commands, {begins}), Texts{"exists"}) << "in one entry";
  }
  EXPECT_EQ(events_of(7), (Texts{"SagaStarted", "SagaAdvanced"}));
  EXPECT_EQ(balances(1), "0/600 0/1000");
}

TEST_F(EngineCaseTest, Case3TheSameStartWhileItRunsSendsNothing) {
  ASSERT_EQ(define(ships), "created");
  ASSERT_EQ(ask("shop", {{"shop.v1", 5}}), "ok");
  ASSERT_EQ(start(7, "ships", {}), "created");
  EXPECT_EQ(got_texts(), Texts{"do shop 1"});
  ASSERT_EQ(ask("shop", {{"shop.v1", 5}}), "ok");
  EXPECT_EQ(start(7, "ships", {}), "exists");
  EXPECT_EQ(got_texts(), Texts{});
  EXPECT_EQ(events_of(7), (Texts{"SagaStarted", "SagaAdvanced"}));
}

TEST_F(EngineCaseTest, Case6ARepeatOfADebitIsGoodAlsoWhenTheBalanceIsTooLowByNow) {
  ASSERT_EQ(define(pays), "created");
  ASSERT_EQ(start(7, "pays", paying(1, 2, 600)), "created");
  ASSERT_EQ(transfer(make_transfer(50, 1, 2, 400)), "created");
  EXPECT_EQ(start(8, "pays", paying(1, 2, 600)), "created");
  EXPECT_EQ(shown(8), "COMPENSATED pay:FAILED") << "another one finds nothing to pay with";
  EXPECT_EQ(start(7, "pays", paying(1, 2, 600)), "exists");
  EXPECT_EQ(shown(7), "COMPLETED pay:SUCCEEDED");
  EXPECT_EQ(balances(1), "0/1000 0/1000");
}

class ForgetfulCaseTest : public EngineCaseTest {
 protected:
  ForgetfulCaseTest() : EngineCaseTest{settings()} {}
  static LedgerSettings settings() {
    LedgerSettings settings;
    settings.sagas_max = 16;
    settings.sagas_kept = 1;
    return settings;
  }
};

TEST_F(ForgetfulCaseTest, Case10AnAnswerForASagaThatIsForgottenIsRefused) {
  ASSERT_EQ(define(ships), "created");
  std::vector<GotCommand> all;
  for (std::uint64_t saga = 1; saga <= 3; ++saga) {
    ASSERT_EQ(ask("shop", {{"shop.v1", 1}}), "ok");
    ASSERT_EQ(start(saga, "ships", {}), "created");
    all.push_back(got().at(0));
    ASSERT_EQ(answer("shop", all.back(), WorkOutcome::succeeded), "created");
  }
  engine_.do_due_work();
  ASSERT_FALSE(is_in_memory(1));
  ASSERT_TRUE(is_in_memory(3));
  EXPECT_EQ(answer("shop", all[0], WorkOutcome::succeeded), "saga_has_ended");
  EXPECT_EQ(answer("shop", all[0], WorkOutcome::failed), "saga_has_ended");
  EXPECT_EQ(answer("shop", all[2], WorkOutcome::succeeded), "saga_unchanged");
  EXPECT_EQ(shown(1), "COMPLETED shop:SUCCEEDED");
}

// ---- Confirmations. ----

constexpr const char* two_seats = R"({"name": "seats", "version": 1, "deadline_ms": 600000,
  "input": {"from": "account", "amount": "money"},
  "steps": [
    {"id": "hold", "kind": "ledger.hold",
     "args": {"from": "$.from", "to": "@clearing", "amount": "$.amount"}},
    {"id": "one", "kind": "remote.tcc", "type": "shop.v1", "timeout_ms": 5000},
    {"id": "two", "kind": "remote.tcc", "type": "shop.v1", "timeout_ms": 5000},
    {"id": "go", "kind": "ledger.capture", "hold": "hold", "class": "pivot"},
    {"id": "one_is", "kind": "remote.tcc", "confirms": "one", "class": "retriable",
     "timeout_ms": 5000, "retry": {"initial_ms": 1000, "max": 0, "on_exhausted": "stuck"}},
    {"id": "two_is", "kind": "remote.tcc", "confirms": "two", "class": "retriable",
     "timeout_ms": 5000, "retry": {"initial_ms": 1000, "max": 0, "on_exhausted": "stuck"},
     "after": ["go"]}]})";

TEST_F(EngineCaseTest, Case27AConfirmThatFailsAgainAndAgainNeverCancelsTheOthers) {
  ASSERT_EQ(define(two_seats), "created");
  const auto next = [&] {
    EXPECT_EQ(ask("shop", {{"shop.v1", 9}}), "ok");
    return got();
  };
  ASSERT_EQ(start(7, "seats", holding(600)), "created");
  for (const char* const text : {"do one 1", "do two 1"}) {
    const auto sent = next();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].shown(), text);
    ASSERT_EQ(answer("shop", sent[0], WorkOutcome::succeeded), "created");
  }
  std::uint64_t now = saga_begin;
  std::size_t tried = 0;
  for (int round = 0; round < 12; ++round) {
    for (const GotCommand& each : next()) {
      ASSERT_EQ(each.command.operation, WorkOperation::confirm) << each.shown();
      const bool is_one = each.read().step == "one_is";
      tried += is_one ? 1U : 0U;
      const auto outcome = !is_one ? WorkOutcome::succeeded
                           : round < 10
                               ? (round % 2 == 0 ? WorkOutcome::retry_later : WorkOutcome::unknown)
                               : WorkOutcome::succeeded;
      ASSERT_EQ(answer("shop", each, outcome), "created");
    }
    now += 100 * saga_second;
    pass_to(now);
  }
  EXPECT_GE(tried, 11U);
  EXPECT_EQ(shown(7),
            "COMPLETED hold:SUCCEEDED one:SUCCEEDED two:SUCCEEDED go:SUCCEEDED one_is:SUCCEEDED "
            "two_is:SUCCEEDED");
  EXPECT_EQ(balances(1), "0/600 0/1000");
}

// ---- Sagas side by side. ----

TEST_F(EngineCaseTest, Case41APoisonSagaIsTriedOnAndOthersGoOn) {
  ASSERT_EQ(define(ships), "created");
  ASSERT_EQ(start(1, "ships", {}), "created");
  std::uint64_t now = saga_begin;
  std::size_t poisoned = 0;
  for (std::uint64_t saga = 2; saga <= 60; ++saga) {
    ASSERT_EQ(start(saga, "ships", {}), "created");
    ASSERT_EQ(ask("shop", {{"shop.v1", 2}}), "ok");
    for (const GotCommand& each : got()) {
      const bool is_poison = each.command.saga == Uint128{1, 0};
      poisoned += is_poison ? 1U : 0U;
      const auto outcome = is_poison ? WorkOutcome::unknown : WorkOutcome::succeeded;
      ASSERT_EQ(answer("shop", each, outcome), "created");
    }
    EXPECT_EQ(shown(saga), "COMPLETED shop:SUCCEEDED");
    pass_to(now += saga_second);
  }
  EXPECT_EQ(shown(1), "RUNNING shop:RETRY_WAIT");
  EXPECT_GE(poisoned, 60U / 8) << "no less often than its cap says";
  EXPECT_LE(poisoned, 14U) << "and no more: 1 s, 2 s, 4 s, and then 8 s, less a quarter";
}

TEST_F(EngineCaseTest, Case53ASecondVersionWhileTheFirstOneRuns) {
  const auto of = [](int version, const char* target) {
    return fmt::format(R"({{"name": "asks", "version": {}, "deadline_ms": 60000,
      "input": {{"from": "account"}},
      "steps": [
        {{"id": "ok{}", "kind": "signal.wait", "signal": "ok", "timeout_ms": 30000}},
        {{"id": "pay", "kind": "ledger.post",
         "args": {{"from": "$.from", "to": "@{}", "amount": {}, "ledger": 1}}}}]}})",
                       version, version, target, version * 100);
  };
  const SagaInputs from{{"from", saga_account(1)}};
  ASSERT_EQ(define(of(1, "clearing")), "created");
  ASSERT_EQ(start(7, "asks", from), "created");
  ASSERT_EQ(define(of(2, "clearing")), "created");
  ASSERT_EQ(start(8, "asks", from), "created");
  restart();
  EXPECT_EQ(shown(7), "RUNNING ok1:DISPATCHED pay:NOT_STARTED");
  EXPECT_EQ(shown(8), "RUNNING ok2:DISPATCHED pay:NOT_STARTED");
  EXPECT_EQ(signal(8, "ok"), "created");
  EXPECT_EQ(balances(1), "0/200 0/1000");
  EXPECT_EQ(signal(7, "ok"), "created");
  EXPECT_EQ(shown(7), "COMPLETED ok1:SUCCEEDED pay:SUCCEEDED");
  EXPECT_EQ(balances(1), "0/300 0/1000") << "100 by the version that it began with";
}

// ---- Time. ----

TEST_F(EngineCaseTest, Case48AClockThatJumpsBackBringsNothingForwardAndNothingTwice) {
  ASSERT_EQ(define(held), "created");
  ASSERT_EQ(define(R"({"name": "nap", "version": 1, "deadline_ms": 60000,
    "steps": [{"id": "nap", "kind": "timer.wait", "delay_ms": 5000}]})"),
            "created");
  pass_to(saga_begin + 10 * hour);
  ASSERT_EQ(start(7, "nap", {}), "created");
  const std::uint64_t due = engine_.state().sagas.next_due_at();
  EXPECT_GT(due, saga_begin + 10 * hour + 4 * saga_second);
  pass_to(saga_begin + 9 * hour);
  EXPECT_EQ(shown(7), "RUNNING nap:DISPATCHED");
  ASSERT_EQ(start(8, "nap", {}), "created");
  EXPECT_GT(engine_.state().sagas.next_due_at(), saga_begin + 10 * hour)
      << "time goes on from where it was";
  restart();
  EXPECT_EQ(engine_.state().sagas.next_due_at(), due);
  pass_to(due - 1);
  EXPECT_EQ(shown(7), "RUNNING nap:DISPATCHED");
  pass_to(due);
  EXPECT_EQ(shown(7), "COMPLETED nap:SUCCEEDED");
}

TEST_F(EngineCaseTest, Case48AClockThatJumpsForwardEndsEachWaitOnceAndInItsOrder) {
  ASSERT_EQ(define(R"({"name": "nap", "version": 1, "deadline_ms": 60000,
    "input": {"from": "account"},
    "steps": [
      {"id": "nap", "kind": "timer.wait", "delay_ms": 5000},
      {"id": "pay", "kind": "ledger.post",
       "args": {"from": "$.from", "to": "@clearing", "amount": 600, "ledger": 1}}]})"),
            "created");
  ASSERT_EQ(start(7, "nap", {{"from", saga_account(1)}}), "created");
  pass_to(saga_begin + saga_second);
  ASSERT_EQ(start(8, "nap", {{"from", saga_account(1)}}), "created");
  pass_to(saga_begin + 24 * 365 * hour);
  EXPECT_EQ(shown(7), "COMPLETED nap:SUCCEEDED pay:SUCCEEDED") << "it was due first";
  EXPECT_EQ(shown(8), "COMPENSATED nap:SUCCEEDED pay:FAILED");
  pass_to(saga_begin + 24 * 366 * hour);
  EXPECT_EQ(balances(1), "0/600 0/1000");
}

TEST_F(EngineCaseTest, Case49AfterThreeHoursDownTheNextTryIsNotAnHourAway) {
  ASSERT_EQ(define(ships), "created");
  ASSERT_EQ(ask("shop", {{"shop.v1", 1}}), "ok");
  ASSERT_EQ(start(7, "ships", {}), "created");
  std::uint64_t now = got().at(0).command.due_at.value();
  // It is not there, again and again: the interval has come to its cap.
  for (int attempt = 2; attempt <= 9; ++attempt) {
    pass_to(now);
    pass_to(now += 9 * saga_second);
    ASSERT_EQ(ask("shop", {{"shop.v1", 1}}), "ok");
    const auto sent = got();
    ASSERT_EQ(sent.size(), 1U);
    now = sent[0].command.due_at.value();
  }
  restart();
  now += 3 * hour;
  pass_to(now);
  EXPECT_EQ(shown(7), "RUNNING shop:RETRY_WAIT");
  const std::uint64_t next = engine_.state().sagas.next_due_at();
  EXPECT_LE(next, now + 9 * saga_second) << "its cap of 8 s, and a little of the engine's own";
  pass_to(now + 9 * saga_second);
  ASSERT_EQ(ask("shop", {{"shop.v1", 1}}), "ok");
  const auto again = got();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(answer("shop", again[0], WorkOutcome::succeeded), "created");
  EXPECT_EQ(shown(7), "COMPLETED shop:SUCCEEDED");
}

// ---- Connections. ----

// The participant's connection is lost again and again: its question is wanted back, its answer is
// sent by the next one, sometimes by both.
TEST_F(EngineCaseTest, Case51AFlappingConnectionLosesAndDoublesNothing) {
  ASSERT_EQ(define(ships), "created");
  std::map<std::uint64_t, int> sent;
  std::vector<GotCommand> owed;
  for (std::uint64_t saga = 1; saga <= 90; ++saga) {
    if (saga % 3 == 0) {
      ASSERT_EQ(ask("shop", {{"shop.v1", 4}}), "ok");
    }
    ASSERT_EQ(start(saga, "ships", {}), "created");
    if (saga % 2 == 0) recall();
    for (GotCommand& each : got()) {
      ++sent[each.command.saga.lo];
      owed.push_back(std::move(each));
    }
    if (saga % 5 != 0) continue;
    for (const GotCommand& each : owed) {
      ASSERT_EQ(answer("shop", each, WorkOutcome::succeeded), "created");
      EXPECT_EQ(answer("shop", each, WorkOutcome::succeeded), "saga_unchanged");
    }
    owed.clear();
  }
  for (int more = 0; more < 40; ++more) {
    ASSERT_EQ(ask("shop", {{"shop.v1", 100}}), "ok");
    if (more % 2 == 0) recall();
    for (const GotCommand& each : got()) {
      ++sent[each.command.saga.lo];
      ASSERT_EQ(answer("shop", each, WorkOutcome::succeeded), "created");
    }
    for (const GotCommand& each : owed) answer("shop", each, WorkOutcome::succeeded);
    owed.clear();
  }
  for (std::uint64_t saga = 1; saga <= 90; ++saga) {
    EXPECT_EQ(shown(saga), "COMPLETED shop:SUCCEEDED");
    EXPECT_EQ(sent[saga], 1) << saga << ": within its lease it is sent once";
  }
  EXPECT_EQ(participant("shop").in_flight, 0U);
}

// ---- Money. ----

TEST_F(EngineCaseTest, Case54TwoSagasOnOneAccountNeverSpendTheSameMoney) {
  ASSERT_EQ(define(held), "created");
  ASSERT_EQ(start(7, "held", holding(600)), "created");
  ASSERT_EQ(start(8, "held", holding(600)), "created");
  EXPECT_EQ(shown(7), "RUNNING hold:SUCCEEDED ok:DISPATCHED take:NOT_STARTED");
  EXPECT_EQ(shown(8), "COMPENSATED hold:FAILED ok:NOT_STARTED take:NOT_STARTED");
  EXPECT_EQ(balances(1), "600/0 0/1000");
  ASSERT_EQ(start(9, "held", holding(400)), "created");
  ASSERT_EQ(cancel(7), "created");
  ASSERT_EQ(start(10, "held", holding(600)), "created");
  ASSERT_EQ(signal(9, "ok"), "created");
  ASSERT_EQ(signal(10, "ok"), "created");
  EXPECT_EQ(shown(9), "COMPLETED hold:SUCCEEDED ok:SUCCEEDED take:SUCCEEDED");
  EXPECT_EQ(shown(10), "COMPLETED hold:SUCCEEDED ok:SUCCEEDED take:SUCCEEDED");
  EXPECT_EQ(balances(1), "0/1000 0/1000");
}

TEST_F(EngineCaseTest, Case55WhatIsCreditedCanBeSpentOnlyBehindThePivot) {
  ASSERT_EQ(define(R"({"name": "deposit", "version": 1, "deadline_ms": 60000,
    "input": {"to": "account", "on": "account", "amount": "money"},
    "steps": [
      {"id": "promise", "kind": "ledger.hold", "direction": "credit",
       "args": {"from": "@clearing", "to": "$.to", "amount": "$.amount"}},
      {"id": "pay", "kind": "remote.call", "type": "bank.v1", "class": "pivot",
       "timeout_ms": 5000, "retry": {"initial_ms": 1000, "max": 2, "on_exhausted": "stuck"}},
      {"id": "credit", "kind": "ledger.capture", "hold": "promise", "class": "retriable"}]})"),
            "created");
  ASSERT_EQ(transfer(make_transfer(50, 1, 2, 1'000)), "created");
  ASSERT_EQ(ask("bank", {{"bank.v1", 5}}), "ok");
  ASSERT_EQ(start(7, "deposit",
                  {{"to", saga_account(1)}, {"on", saga_account(2)}, {"amount", saga_money(600)}}),
            "created");
  EXPECT_EQ(balances(1), "0/1000 600/1000");
  EXPECT_EQ(transfer(make_transfer(51, 1, 2, 1)), "exceeds_credits") << "promised, not there yet";
  ASSERT_EQ(answer("bank", got().at(0), WorkOutcome::succeeded), "created");
  EXPECT_EQ(balances(1), "0/1000 0/1600");
  EXPECT_EQ(transfer(make_transfer(52, 1, 2, 600)), "created");
}

TEST_F(EngineCaseTest, Case57AReversalOverAFrozenAccountIsPostedAndFlagged) {
  ASSERT_EQ(define(R"({"name": "later", "version": 1, "deadline_ms": 60000,
    "input": {"from": "account"},
    "steps": [
      {"id": "a", "kind": "ledger.post",
       "args": {"from": "$.from", "to": "@clearing", "amount": 600, "ledger": 1}},
      {"id": "ok", "kind": "signal.wait", "signal": "ok", "timeout_ms": 30000}]})"),
            "created");
  ASSERT_EQ(start(7, "later", {{"from", saga_account(1)}}), "created");
  ASSERT_EQ(freeze(1), "changed");
  ASSERT_EQ(cancel(7), "created");
  EXPECT_EQ(shown(7), "COMPENSATED a:SUCCEEDED/C_SUCCEEDED ok:DISPATCHED");
  std::vector<unsigned> passed_over;
  engine_.for_each_transfer([&](Sequence, const Transfer&, const TransferNote& note) {
    if (note.authority == Authority::coordinator) passed_over.push_back(note.overrode);
  });
  EXPECT_EQ(passed_over.back(), overrode::frozen_credit);
  EXPECT_EQ(balances(1), "0/600 0/1600");
  EXPECT_EQ(transfer(make_transfer(51, 1, 2, 1)), "debit_account_frozen") << "for everybody else";
}

TEST_F(EngineCaseTest, Case58WhatIsUndoneIsItsExactInverse) {
  ASSERT_EQ(define(R"({"name": "round", "version": 1, "deadline_ms": 60000,
    "input": {"from": "account", "to": "account", "amount": "money"},
    "steps": [
      {"id": "a", "kind": "ledger.post",
       "args": {"from": "$.from", "to": "@clearing", "amount": "$.amount"}},
      {"id": "b", "kind": "ledger.post",
       "args": {"from": "@clearing", "to": "$.to", "amount": "$.amount"}},
      {"id": "c", "kind": "ledger.hold",
       "args": {"from": "$.to", "to": "@clearing", "amount": "$.amount"}},
      {"id": "d", "kind": "ledger.capture", "hold": "c"},
      {"id": "e", "kind": "ledger.post",
       "args": {"from": "$.from", "to": "@clearing", "amount": "$.amount"}}]})"),
            "created");
  // The last step finds too little.
  ASSERT_EQ(start(7, "round", paying(1, 2, 501)), "created");
  EXPECT_EQ(shown(7),
            "COMPENSATED a:SUCCEEDED/C_SUCCEEDED b:SUCCEEDED/C_SUCCEEDED c:SUCCEEDED "
            "d:SUCCEEDED/C_SUCCEEDED e:FAILED");
  const auto sums = moved();
  ASSERT_GE(sums.size(), 3U);
  for (const auto& [account, sum] : sums) EXPECT_EQ(sum, 0) << account.value().lo;
  EXPECT_EQ(balances(1), "0/501 0/1501");
  ASSERT_EQ(start(8, "round", paying(1, 2, 500)), "created");
  const auto both = moved();
  EXPECT_EQ(both.at(account_id(1)), -1'000) << "and of one that is completed nothing is";
}

// The statement of a participant against the sagas: what it says that it did, by its references.
TEST_F(EngineCaseTest, Case60EachReferenceOfAParticipantIsOfOneStep) {
  const std::string json = R"({"name": "trip", "version": 1, "deadline_ms": 600000, "input": {},
    "steps": [
      {"id": "a", "kind": "remote.call", "type": "shop.v1", "undo": "shop.undo.v1",
       "timeout_ms": 5000, "after": []},
      {"id": "b", "kind": "remote.call", "type": "shop.v1", "undo": "shop.undo.v1",
       "timeout_ms": 5000, "after": []}]})";
  ASSERT_EQ(define(json), "created");
  const SagaDefinition definition = read_definition(json).value();
  std::map<Uint128, std::string> statement;  // By key: a repeat has the reference of the first.
  for (std::uint64_t saga = 1; saga <= 20; ++saga) {
    ASSERT_EQ(ask("shop", {{"shop.v1", 2}}), "ok");
    ASSERT_EQ(start(saga, "trip", {}), "created");
    std::uint64_t due = 0;
    std::vector<GotCommand> sent = got();
    if (saga % 4 == 0) {  // No answer comes in time: they are sent once more.
      for (const GotCommand& each : sent) due = std::max(due, each.command.due_at.value());
      pass_to(due);
      pass_to(due + 120 * saga_second);
      ASSERT_EQ(ask("shop", {{"shop.v1", 2}}), "ok");
      for (GotCommand& each : got()) sent.push_back(std::move(each));
      ASSERT_EQ(sent.size(), 4U);
    }
    for (const GotCommand& each : sent) {
      const auto at =
          statement.try_emplace(each.command.key, fmt::format("r-{}", statement.size()));
      answer("shop", answer_to(each, WorkOutcome::succeeded),
             answer_payload(at.first->second, "", {}));
    }
    ASSERT_EQ(shown(saga), "COMPLETED a:SUCCEEDED b:SUCCEEDED");
  }
  ASSERT_EQ(statement.size(), 40U);
  std::multiset<std::string> of_steps;
  for (std::uint64_t saga = 1; saga <= 20; ++saga) {
    SagaHistory history{definition};
    engine_.for_each_event([&](Sequence, const AskedEvent& asked) {
      if (asked.event.aggregate_type != saga_type() || asked.event.aggregate_id.lo != saga) return;
      ASSERT_EQ(history.take(asked.event, std::as_bytes(std::span{asked.payload})), nullptr);
    });
    for (std::size_t step = 0; step < 2; ++step) {
      const auto& fields = definition.steps[step].outputs;
      const auto field = std::find_if(fields.begin(), fields.end(), [](const SagaField& each) {
        return each.name == "external_reference";
      });
      ASSERT_NE(field, fields.end());
      const auto index = static_cast<std::size_t>(field - fields.begin());
      of_steps.insert(std::string{value_at(fields, history.outputs(step), index).text});
    }
  }
  std::multiset<std::string> told;
  for (const auto& [key, reference] : statement) told.insert(reference);
  EXPECT_EQ(of_steps, told) << "each one once";
}

}  // namespace
}  // namespace daybook::test
