// An operator's word on what a step has brought: taken like a participant's, where it is exactly
// what the step declares, and used by the steps behind it.

#include "tests/engine/saga/engine_work_fixture.hpp"

namespace daybook::test {
namespace {

using Texts = std::vector<std::string>;

constexpr const char* paid = R"({"name": "paid", "version": 1, "deadline_ms": 600000,
  "input": {"user": "account", "amount": "money"},
  "steps": [
    {"id": "hold", "kind": "ledger.hold",
     "args": {"from": "$.user", "to": "@clearing", "amount": "$.amount"}},
    {"id": "pay", "kind": "remote.call", "type": "bank.once.v1", "class": "pivot",
     "timeout_ms": 5000, "retry": {"initial_ms": 1000, "max": 1, "on_exhausted": "stuck"},
     "output": {"slip": "id", "fee": "u64"}},
    {"id": "take", "kind": "ledger.capture", "hold": "hold", "class": "retriable"},
    {"id": "tell", "kind": "remote.call", "type": "bank.v1", "class": "retriable",
     "timeout_ms": 5000, "retry": {"initial_ms": 1000, "max": 3, "on_exhausted": "stuck"},
     "args": {"slip": "$.pay.slip", "fee": "$.pay.fee", "at": "$.pay.at"}}]})";

const SagaInputs money{{"user", saga_account(1)}, {"amount", saga_money(600)}};

SagaValue moment(std::uint64_t ns) {
  SagaValue value = saga_number(ns);
  value.type = ValueType::timestamp;
  return value;
}

/// As the step declares them: its own ones, then by name.
std::vector<SagaValue> brought() {
  return {saga_text("BANK-9"), moment(123), saga_number(7), saga_id(880)};
}

class EngineResolveTest : public EngineWorkTest {
 protected:
  static constexpr std::uint8_t hold = 0;
  static constexpr std::uint8_t pay = 1;
  static constexpr std::uint8_t tell = 3;

  /// A saga whose pivot was sent and never answered: nobody may send it again.
  void SetUp() override {
    EngineWorkTest::SetUp();
    ASSERT_EQ(define(paid), "created");
    ASSERT_EQ(start(7, "paid", money), "created");
    ASSERT_EQ(ask("bank", {{"bank.once.v1", 1}}), "ok");
    ASSERT_EQ(got_texts(), Texts{"do pay 1"});
    pass_to(saga_begin + 6 * saga_second);
    ASSERT_EQ(shown(7).substr(0, 5), "STUCK");
  }

  std::string resolve(const std::vector<SagaValue>& outputs, std::uint8_t step = pay,
                      SagaEventKind act = SagaEventKind::operator_resolve,
                      StepOutcome outcome = StepOutcome::succeeded) {
    return send(RequestKind::operate_sagas,
                {event_for(7, SagaNews::operated, operated_payload(act, step, outcome, outputs))},
                "the bank says so")
        .at(0);
  }
};

TEST_F(EngineResolveTest, WhatAnOperatorSaysAStepHasBroughtIsGivenToThoseBehindIt) {
  EXPECT_EQ(resolve(brought()), "created");
  EXPECT_EQ(shown(7).substr(0, 7), "RUNNING");
  restart();  // It is state: a restart knows it too.
  ASSERT_EQ(ask("bank", {{"bank.v1", 1}}), "ok");
  const auto commands = got();
  ASSERT_EQ(commands.size(), 1U);
  ASSERT_EQ(commands.front().shown(), "do tell 1");
  std::map<std::string, std::uint64_t> numbers;
  for (const WorkValue& each : commands.front().read().arguments) {
    numbers[std::string{each.name}] = each.type == WorkValueType::id ? each.id.lo : each.number;
  }
  EXPECT_EQ(numbers,
            (std::map<std::string, std::uint64_t>{{"slip", 880}, {"fee", 7}, {"at", 123}}));
  EXPECT_EQ(answer("bank", commands.front(), WorkOutcome::succeeded), "created");
  EXPECT_EQ(shown(7).substr(0, 9), "COMPLETED");
}

TEST_F(EngineResolveTest, WithoutThemTheStepBehindItGetsNoneAsBefore) {
  EXPECT_EQ(resolve({}), "created");
  ASSERT_EQ(ask("bank", {{"bank.v1", 1}}), "ok");
  const auto commands = got();
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_EQ(commands.front().shown(), "do tell 1");
  EXPECT_TRUE(commands.front().read().arguments.empty());
}

// A local step cannot do without: it is stuck where a participant's step would only lack something.
TEST_F(EngineResolveTest, ALocalStepBehindItIsDoneWithThemAndStuckWithout) {
  constexpr const char* local = R"({"name": "local", "version": 1, "deadline_ms": 600000,
    "input": {}, "internal_accounts": ["clearing"], "steps": [
      {"id": "pay", "kind": "remote.call", "type": "bank.once.v1", "class": "pivot",
       "timeout_ms": 5000, "retry": {"initial_ms": 1000, "max": 1, "on_exhausted": "stuck"},
       "output": {"paid": "money"}},
      {"id": "book", "kind": "ledger.post", "class": "retriable",
       "args": {"from": "@clearing", "to": "@clearing.fees", "amount": "$.pay.paid"},
       "retry": {"initial_ms": 1000, "max": 2, "on_exhausted": "stuck"}}]})";
  Account fees = make_account(98);
  fees.id = AccountId{id_of("clearing.fees")};
  ASSERT_TRUE(engine_.create_accounts(std::vector{fees}).refused.empty());
  ASSERT_EQ(define(local), "created");
  for (const std::uint64_t saga : {20U, 21U}) {
    ASSERT_EQ(start(saga, "local", {}), "created");
    ASSERT_EQ(ask("bank", {{"bank.once.v1", 1}}), "ok");
    ASSERT_EQ(got_texts(), Texts{"do pay 1"});
  }
  pass_to(saga_begin + 20 * saga_second);
  const auto say = [&](std::uint64_t saga, const std::vector<SagaValue>& outputs) {
    return send(RequestKind::operate_sagas,
                {event_for(saga, SagaNews::operated,
                           operated_payload(SagaEventKind::operator_resolve, 0,
                                            StepOutcome::succeeded, outputs))},
                "the bank says so")
        .at(0);
  };
  EXPECT_EQ(say(20, {}), "created");
  EXPECT_EQ(say(21, {saga_text(""), moment(9), saga_money(50)}), "created");
  pass_to(saga_begin + 40 * saga_second);
  EXPECT_EQ(shown(20).substr(0, 5), "STUCK");
  EXPECT_EQ(shown(21), "COMPLETED pay:SUCCEEDED book:SUCCEEDED");
  EXPECT_EQ(balances("clearing.fees"), "0/0 0/50");
}

TEST_F(EngineResolveTest, OutputsThatAreNotExactlyTheStepsAreRefused) {
  const std::vector<SagaValue> good = brought();
  std::vector<SagaValue> fewer{good.begin(), good.end() - 1};
  std::vector<SagaValue> more = good;
  more.push_back(saga_number(1));
  std::vector<SagaValue> other = good;
  other[3] = saga_number(880);
  std::vector<SagaValue> zero = good;
  zero[3] = saga_id(0);
  for (const auto& wrong : {fewer, more, other, zero, {good[0]}}) {
    EXPECT_EQ(resolve(wrong), "saga_inputs_differ");
  }
  EXPECT_EQ(resolve(good, 9), "saga_inputs_differ");
  EXPECT_EQ(resolve({saga_id(5), moment(6)}, hold), "saga_inputs_differ")
      << "nobody says that of what the engine does";
  EXPECT_EQ(shown(7).substr(0, 5), "STUCK");
}

TEST_F(EngineResolveTest, OnlyASuccessBringsOutputs) {
  const auto good = brought();
  EXPECT_EQ(resolve(good, pay, SagaEventKind::operator_resolve, StepOutcome::failed),
            "saga_payload_malformed");
  EXPECT_EQ(resolve(good, pay, SagaEventKind::operator_skip), "saga_payload_malformed");
  EXPECT_EQ(resolve(good, pay, SagaEventKind::operator_retry), "saga_payload_malformed");
  EXPECT_EQ(resolve(good, no_step, SagaEventKind::operator_close), "saga_payload_malformed");
}

TEST_F(EngineResolveTest, ASecondWordIsNotTaken) {
  EXPECT_EQ(resolve(brought()), "created");
  EXPECT_EQ(resolve(brought()), "saga_illegal_transition") << "it is not stuck any more";
}

TEST_F(EngineResolveTest, AnUndoHasNoOutputs) {
  constexpr const char* undone = R"({"name": "undone", "version": 1, "deadline_ms": 600000,
    "input": {}, "steps": [
      {"id": "book", "kind": "remote.call", "type": "shop.v1", "undo": "shop.undo.v1",
       "timeout_ms": 5000, "output": {"place": "u64"}},
      {"id": "wait", "kind": "signal.wait", "signal": "go"}]})";
  ASSERT_EQ(define(undone), "created");
  ASSERT_EQ(start(8, "undone", {}), "created");
  ASSERT_EQ(ask("shop", {{"shop.v1", 1}}), "ok");
  WorkValue place;
  place.name = "place";
  place.number = 4;
  ASSERT_EQ(answer("shop", got().at(0), WorkOutcome::succeeded, std::vector{place}), "created");
  ASSERT_EQ(cancel(8), "created");
  ASSERT_EQ(ask("shop", {{"shop.undo.v1", 1}}), "ok");
  ASSERT_EQ(answer("shop", got().at(0), WorkOutcome::failed), "created");
  ASSERT_EQ(shown(8).substr(0, 5), "STUCK");
  const auto with = [&](const std::vector<SagaValue>& outputs) {
    return send(RequestKind::operate_sagas,
                {event_for(8, SagaNews::operated,
                           operated_payload(SagaEventKind::operator_resolve, 0,
                                            StepOutcome::succeeded, outputs))},
                "by telephone")
        .at(0);
  };
  EXPECT_EQ(with({saga_text(""), moment(5), saga_number(4)}), "saga_inputs_differ");
  EXPECT_EQ(with({}), "created");
  EXPECT_EQ(shown(8).substr(0, 11), "COMPENSATED");
}

}  // namespace
}  // namespace daybook::test
