// Sagas at random: starts, cancels, signals and operators' acts, repeated and out of order, with
// time passing, accounts frozen, ids taken ahead, restarts from the journal and from snapshots.
// Each entry is replayed into a second state as it is written; here is what must hold of the sagas.

#include <map>
#include <memory>

#include <fmt/format.h>

#include "engine/saga/saga_fold.hpp"
#include "tests/engine/saga/engine_saga_fixture.hpp"
#include "tests/support/random.hpp"
#include "tests/support/rounds.hpp"

namespace daybook::test {
namespace {

constexpr std::uint64_t sagas = 40;

constexpr const char* definitions[] = {
    R"({"name": "posts", "version": 1, "completed_event": "PostsDone",
  "input": {"from": "account", "to": "account", "amount": "money"},
  "steps": [
    {"id": "a", "kind": "ledger.post",
     "args": {"from": "$.from", "to": "@clearing", "amount": "$.amount"}},
    {"id": "b", "kind": "ledger.post",
     "args": {"from": "@clearing", "to": "$.to", "amount": "$.amount"}},
    {"id": "c", "kind": "ledger.post",
     "args": {"from": "$.from", "to": "$.to", "amount": "$.amount"}}]})",
    R"({"name": "holds", "version": 1, "deadline_ms": 8000,
  "input": {"from": "account", "to": "account", "amount": "money"},
  "steps": [
    {"id": "hold", "kind": "ledger.hold",
     "args": {"from": "$.from", "to": "$.to", "amount": "$.amount"}},
    {"id": "promise", "kind": "ledger.hold", "direction": "credit", "after": [],
     "args": {"from": "@clearing", "to": "$.from", "amount": "$.amount"}},
    {"id": "wait", "kind": "timer.wait", "delay_ms": 5000, "after": ["hold", "promise"]},
    {"id": "drop", "kind": "ledger.release", "hold": "promise", "class": "pivot"},
    {"id": "take", "kind": "ledger.capture", "hold": "hold", "class": "retriable"}]})",
    R"({"name": "waits", "version": 1, "deadline_ms": 7000,
  "input": {"from": "account", "to": "account", "amount": "money"},
  "steps": [
    {"id": "hold", "kind": "ledger.hold",
     "args": {"from": "$.from", "to": "$.to", "amount": "$.amount"}},
    {"id": "wait", "kind": "timer.wait", "delay_ms": 2000},
    {"id": "take", "kind": "ledger.capture", "hold": "hold"},
    {"id": "more", "kind": "ledger.post",
     "args": {"from": "$.from", "to": "$.to", "amount": "$.amount"}}]})",
    R"({"name": "asks", "version": 1, "deadline_ms": 9000,
  "input": {"from": "account", "to": "account", "amount": "money"},
  "steps": [
    {"id": "give", "kind": "ledger.post",
     "args": {"from": "@clearing", "to": "$.to", "amount": "$.amount"}},
    {"id": "ok", "kind": "signal.wait", "signal": "ok", "timeout_ms": 4000,
     "output": {"amount": "money"}},
    {"id": "pay", "kind": "ledger.post",
     "retry": {"initial_ms": 500, "factor": 3, "cap_ms": 2000, "max": 3,
               "on_exhausted": "compensate"},
     "args": {"from": "$.from", "to": "@clearing", "amount": "$.ok.amount"}}]})",
    R"({"name": "orders", "version": 1,
  "input": {"order": "id", "payment": "id", "from": "account", "amount": "money"},
  "steps": [
    {"id": "order", "kind": "order.create",
     "args": {"order": "$.order", "amount": "$.amount", "quantity": 1, "sku": "tea"}},
    {"id": "pay", "kind": "payment.initiate",
     "args": {"payment": "$.payment", "order": "$.order", "amount": "$.amount", "method": "card"}},
    {"id": "sure", "kind": "payment.authorise",
     "args": {"payment": "$.payment", "reference": "r"}},
    {"id": "money", "kind": "ledger.post",
     "args": {"from": "$.from", "to": "@clearing", "amount": "$.amount"}},
    {"id": "take", "kind": "payment.capture",
     "args": {"payment": "$.payment", "amount": "$.amount", "transfer": "$.money.transfer"}},
    {"id": "paid", "kind": "order.pay", "args": {"order": "$.order", "payment": "$.payment"}},
    {"id": "last", "kind": "ledger.post",
     "args": {"from": "$.from", "to": "@clearing", "amount": "$.amount"}}]})",
    R"({"name": "calls", "version": 1, "deadline_ms": 6000,
  "input": {"from": "account", "amount": "money"},
  "steps": [
    {"id": "hold", "kind": "ledger.hold",
     "args": {"from": "$.from", "to": "@clearing", "amount": "$.amount"}},
    {"id": "call", "kind": "remote.call", "type": "bank.payout.v1", "class": "pivot",
     "timeout_ms": 1000, "retry": {"initial_ms": 100, "factor": 2, "cap_ms": 2000, "max": 0,
     "on_exhausted": "stuck"}},
    {"id": "take", "kind": "ledger.capture", "hold": "hold", "class": "retriable"}]})"};

LedgerSettings settings_of(std::uint64_t seed) {
  Random random{seed ^ 0x5a6a};
  LedgerSettings settings;
  settings.ids_a_generation = 64;
  settings.sagas_max = random.between(8, 64);
  settings.sagas_kept = random.between(1, settings.sagas_max / 2);
  return settings;
}

class RandomSagas final : public EngineSagaTest {
 public:
  explicit RandomSagas(std::uint64_t seed) : EngineSagaTest{settings_of(seed)}, random_{seed} {
    engine_.set_requests_per_entry(static_cast<std::uint32_t>(random_.between(1, 4)));
    for (const char* const json : definitions) EXPECT_EQ(define(json), "created");
  }
  void TestBody() override {}

  void run(std::uint64_t steps) {
    for (std::uint64_t step = 0; step < steps && !HasFailure(); ++step) do_one();
    engine_.close_entry();
    check();
    TearDown();
  }

 private:
  void do_one() {
    const std::uint64_t what = random_.below(100);
    if (what < 40) return start_some();
    if (what < 50) return void(cancel(some_saga()));
    if (what < 60) {
      return void(signal(some_saga(), "ok", {saga_money(random_.between(1, 300))}));
    }
    if (what < 70) return operate_some();
    if (what < 76) return void(transfer(make_transfer(next_transfer(), 4, 1, random_.below(200))));
    if (what < 82) return void(transfer(make_transfer(next_transfer(), 1, 3, random_.below(200))));
    if (what < 86) return freeze_some();
    if (what < 88) return take_an_id();
    if (what < 97) return pass(random_.between(1, 3'000));
    if (what < 98) return pass(random_.between(1, 100'000));
    engine_.close_entry();
    if (random_.chance(50)) engine_.take_snapshot();
    engine_.restart();
  }

  void start_some() {
    std::vector<AskedEvent> events;
    for (std::uint64_t count = random_.between(1, 4); count > 0; --count) {
      const std::uint64_t saga = some_saga();
      // The same saga is started with the same things, mostly.
      Random of_saga{random_.chance(95) ? saga : random_.next()};
      const SagaInputs inputs{{"from", saga_account(of_saga.between(1, 2))},
                              {"to", saga_account(of_saga.between(1, 3))},
                              {"amount", saga_money(of_saga.between(1, 400))},
                              {"order", saga_id(of_saga.between(1, 20))},
                              {"payment", saga_id(of_saga.between(1, 20))}};
      constexpr const char* names[] = {"posts", "holds", "waits", "asks", "orders", "calls"};
      events.push_back(start_of(saga, names[of_saga.below(std::size(names))], inputs));
    }
    send(RequestKind::saga_commands, events);
  }

  void operate_some() {
    const auto act = static_cast<SagaEventKind>(
        static_cast<std::uint64_t>(SagaEventKind::operator_retry) + random_.below(5));
    const bool whole = act == SagaEventKind::operator_force || act == SagaEventKind::operator_close;
    const bool fails = act == SagaEventKind::operator_resolve && random_.chance(50);
    operate(some_saga(), act, whole ? no_step : static_cast<std::uint8_t>(random_.below(7)),
            fails ? StepOutcome::failed : StepOutcome::succeeded);
  }

  void freeze_some() {
    AccountChange freeze;
    freeze.account_id = account_id(random_.between(1, 2));
    freeze.kind = random_.chance(40) ? AccountChangeKind::freeze : AccountChangeKind::unfreeze;
    freeze.sides = 3;
    change(freeze);
  }

  void take_an_id() {
    Transfer squatter = make_transfer(1, 4, 3, 1);
    squatter.id = TransferId{saga_made_id(Uint128{some_saga(), 0},
                                          static_cast<std::uint32_t>(random_.below(4)),
                                          SagaOperation::do_, 0, 0)};
    transfer(squatter);
  }

  void pass(std::uint64_t ms) {
    now_ += ms * 1'000'000;
    pass_to(now_);
  }

  /// What each saga's transfers have moved into each account, by its business id.
  [[nodiscard]] std::map<std::uint64_t, std::map<AccountId, i128>> moved() {
    std::map<std::uint64_t, std::map<AccountId, i128>> sums;
    engine_.for_each_transfer([&](Sequence, const Transfer& each, const TransferNote&) {
      constexpr unsigned still = transfer_flag::pending | transfer_flag::void_pending_transfer;
      if (each.business_id.value().hi != 0xb || (each.flags & still) != 0) return;
      const auto amount = static_cast<i128>(each.amount.value().wide());
      auto& of_saga = sums[each.business_id.value().lo];
      of_saga[each.debit_account_id] -= amount;
      of_saga[each.credit_account_id] += amount;
    });
    return sums;
  }

  void check() {
    const auto sums = moved();
    std::map<Uint128, std::uint64_t> held;
    const HoldTable& holds = engine_.state().holds;
    for (HoldSlot slot = 0; slot < holds.slot_end(); ++slot) {
      if (!holds.at(slot).id.value().is_zero()) ++held[holds.at(slot).owner];
    }
    for (std::uint64_t saga = 1; saga <= sagas; ++saga) {
      const std::string text = shown(saga);
      SCOPED_TRACE(fmt::format("saga {}: {}", saga, text));
      const bool has_ended = text.starts_with("COMP") || text.starts_with("CLOSED");
      const bool is_there = is_in_memory(saga);
      if (!has_ended) {
        EXPECT_EQ(is_there, text != "none");
      }
      // What an operator settled himself he knows best.
      const bool is_whole = text.starts_with("COMP") && text.find("SKIPPED") == std::string::npos &&
                            text.find('!') == std::string::npos;
      const Uint128 owner{saga, 0};
      if (is_whole) {
        EXPECT_EQ(held[owner], 0U) << "a hold is left";
      }
      if (!is_whole || !text.starts_with("COMPENSATED")) continue;
      const auto of_saga = sums.find(saga);
      if (of_saga == sums.end()) continue;
      for (const auto& [account, sum] : of_saga->second) {
        EXPECT_TRUE(sum == 0) << "an account has something of a saga that was undone";
      }
    }
  }

  std::uint64_t some_saga() { return random_.between(1, sagas); }
  std::uint64_t next_transfer() { return 1'000 + ++transfers_; }

  Random random_;
  std::uint64_t now_ = saga_begin;
  std::uint64_t transfers_ = 0;
};

TEST(EngineSagaRandomTest, WhatWasUndoneLeavesNothingAndEveryEntryReplays) {
  const std::uint64_t count = rounds(60, 2'000);
  const std::uint64_t first = wanted_seed().value_or(1);
  for (std::uint64_t seed = first; seed < first + (wanted_seed() ? 1 : count); ++seed) {
    SCOPED_TRACE(fmt::format("DAYBOOK_TEST_SEED={}", seed));
    RandomSagas{seed}.run(300);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace daybook::test
