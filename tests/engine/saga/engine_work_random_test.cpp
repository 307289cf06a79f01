// Remote steps at random: commands and answers that are lost, repeated, late and out of order,
// participants that are slow, silent, paused or gone, operators, restarts. Each entry is replayed
// into a second state as it is written; here is what must hold of money and of the outside world.

#include <algorithm>
#include <deque>
#include <map>

#include <fmt/format.h>

#include "tests/engine/saga/engine_work_fixture.hpp"
#include "tests/engine/saga/naive_participant.hpp"
#include "tests/support/random.hpp"
#include "tests/support/rounds.hpp"

namespace daybook::test {
namespace {

constexpr std::uint64_t sagas = 30;
constexpr std::uint64_t second_ms = 1'000;

constexpr const char* definitions[] = {
    R"({"name": "chain", "version": 1, "deadline_ms": 60000, "input": {},
  "steps": [
    {"id": "a", "kind": "remote.call", "type": "shop.v1", "undo": "shop.undo.v1",
     "timeout_ms": 2000, "retry": {"initial_ms": 500, "max": 4}},
    {"id": "b", "kind": "remote.call", "type": "bank.v1", "undo": "bank.undo.v1",
     "timeout_ms": 2000, "retry": {"initial_ms": 500, "max": 4}}]})",
    R"({"name": "diamond", "version": 1, "deadline_ms": 60000,
  "input": {"from": "account", "amount": "money"},
  "steps": [
    {"id": "hold", "kind": "ledger.hold",
     "args": {"from": "$.from", "to": "@clearing", "amount": "$.amount"}},
    {"id": "a", "kind": "remote.call", "type": "shop.v1", "undo": "shop.undo.v1",
     "timeout_ms": 2000, "retry": {"initial_ms": 500, "max": 4}, "after": ["hold"]},
    {"id": "b", "kind": "remote.call", "type": "bank.v1", "undo": "bank.undo.v1",
     "timeout_ms": 2000, "retry": {"initial_ms": 500, "max": 4}, "after": ["hold"]},
    {"id": "take", "kind": "ledger.capture", "hold": "hold", "after": ["a", "b"]},
    {"id": "last", "kind": "ledger.post",
     "args": {"from": "$.from", "to": "@clearing", "amount": "$.amount"}}]})",
    R"({"name": "pivot", "version": 1, "deadline_ms": 30000,
  "input": {"from": "account", "amount": "money"},
  "steps": [
    {"id": "hold", "kind": "ledger.hold",
     "args": {"from": "$.from", "to": "@clearing", "amount": "$.amount"}},
    {"id": "ready", "kind": "remote.call", "type": "shop.v1", "undo": "shop.undo.v1",
     "timeout_ms": 2000, "retry": {"initial_ms": 500, "max": 3}},
    {"id": "pay", "kind": "remote.call", "type": "bank.ask.v1", "class": "pivot",
     "timeout_ms": 2000, "retry": {"initial_ms": 500, "max": 4, "on_exhausted": "stuck"}},
    {"id": "take", "kind": "ledger.capture", "hold": "hold", "class": "retriable"},
    {"id": "told", "kind": "remote.call", "type": "shop.v1", "class": "retriable",
     "timeout_ms": 2000, "retry": {"initial_ms": 500, "max": 0, "on_exhausted": "stuck"}}]})",
    R"({"name": "once", "version": 1, "deadline_ms": 30000, "input": {},
  "steps": [
    {"id": "pay", "kind": "remote.call", "type": "bank.once.v1", "class": "pivot",
     "timeout_ms": 2000, "retry": {"initial_ms": 500, "max": 3, "on_exhausted": "stuck"}}]})",
    R"({"name": "tried", "version": 1, "deadline_ms": 30000, "input": {},
  "steps": [
    {"id": "try", "kind": "remote.tcc", "type": "shop.v1", "timeout_ms": 2000,
     "retry": {"initial_ms": 500, "max": 4}},
    {"id": "go", "kind": "remote.call", "type": "bank.ask.v1", "class": "pivot",
     "timeout_ms": 2000, "retry": {"initial_ms": 500, "max": 3, "on_exhausted": "stuck"}},
    {"id": "confirm", "kind": "remote.tcc", "confirms": "try", "class": "retriable",
     "timeout_ms": 2000, "retry": {"initial_ms": 500, "max": 0, "on_exhausted": "stuck"}}]})"};
constexpr const char* names[] = {"chain", "diamond", "pivot", "once", "tried"};

LedgerSettings settings_of(std::uint64_t seed) {
  Random random{seed ^ 0x3041};
  LedgerSettings settings;
  settings.ids_a_generation = 64;
  settings.sagas_max = 64;
  settings.sagas_kept = 64;
  return settings;
}

class RandomWork final : public EngineWorkTest {
 public:
  explicit RandomWork(std::uint64_t seed)
      : EngineWorkTest{settings_of(seed)}, random_{seed}, bank_{seed + 1}, shop_{seed + 2} {
    SetUp();
    engine_.set_requests_per_entry(static_cast<std::uint32_t>(random_.between(1, 4)));
    for (const char* const json : definitions) EXPECT_EQ(define(json), "created");
  }
  void TestBody() override {}

  void run(std::uint64_t steps) {
    for (std::uint64_t step = 0; step < steps && !HasFailure(); ++step) do_one();
    settle();
    check();
    recall();
    TearDown();
  }

 private:
  struct OnTheWay {
    std::string name;
    GotCommand command;
    StepAnswer answer;
    bool is_answer = false;
  };

  void do_one() {
    const std::uint64_t what = random_.below(100);
    if (what < 15) return start_some();
    if (what < 18) return void(cancel(some_saga()));
    if (what < 22) return operate_some();
    if (what < 45) return ask_some();
    if (what < 85) return deliver_some();
    if (what < 94) return pass(random_.between(1, 3 * second_ms));
    if (what < 95) return pass(random_.between(1, 100 * second_ms));
    if (what < 97) return pause_some();
    restart();
    collect();
    if (random_.chance(30)) engine_.take_snapshot();
  }

  void start_some() {
    const std::uint64_t saga = some_saga();
    Random of_saga{saga};
    const SagaInputs inputs{{"from", saga_account(1)},
                            {"amount", saga_money(of_saga.between(1, 100))}};
    start(saga, names[of_saga.below(std::size(names))], inputs);
  }

  void operate_some() {
    constexpr SagaEventKind acts[] = {SagaEventKind::operator_retry, SagaEventKind::operator_kick};
    const SagaEventKind act = acts[random_.below(std::size(acts))];
    operate(some_saga(), act, static_cast<std::uint8_t>(random_.below(5)));
  }

  void ask_some() {
    const auto count = static_cast<std::uint32_t>(random_.between(1, 5));
    if (random_.chance(50)) {
      ask("shop", {{"shop.v1", count}, {"shop.undo.v1", count}});
    } else {
      ask("bank", {{"bank.v1", count},
                   {"bank.undo.v1", count},
                   {"bank.ask.v1", count},
                   {"bank.once.v1", count}});
    }
    collect();
  }

  void pause_some() {
    const std::string name = random_.chance(50) ? "shop" : "bank";
    if (random_.chance(40)) {
      pause(name);
    } else {
      resume(name);
    }
  }

  void collect() {
    for (GotCommand& each : got()) {
      const WorkPayload payload = each.read();
      const bool of_shop = payload.type.starts_with("shop");
      if (payload.type == "bank.once.v1" && each.command.operation == WorkOperation::do_) {
        ++sent_once_[each.command.key];
      }
      way_.push_back({.name = of_shop ? "shop" : "bank",
                      .command = std::move(each),
                      .answer = {},
                      .is_answer = false});
    }
  }

  // Any of what is on the way arrives, perhaps not, perhaps twice.
  void deliver_some() {
    if (way_.empty()) return;
    const std::size_t at = random_.below(way_.size());
    OnTheWay arrived = way_[at];
    const bool twice = !behaves_ && random_.chance(10);
    if (!twice) way_.erase(way_.begin() + static_cast<std::ptrdiff_t>(at));
    if (!behaves_ && random_.chance(10)) return;
    deliver(arrived);
  }

  void deliver(OnTheWay& arrived) {
    if (arrived.is_answer) {
      const std::string status = answer(arrived.name, arrived.answer, answer_payload("r", "", {}));
      // What was given back may be sent once more.
      const bool given_back = arrived.answer.outcome == WorkOutcome::released;
      if (status == "created" && given_back) --sent_once_[arrived.answer.key];
      return collect();
    }
    NaiveParticipant& who = arrived.name == "shop" ? shop_ : bank_;
    const auto outcome = who.take(arrived.command.command);
    if (!outcome) return;
    arrived.answer = answer_to(arrived.command, *outcome);
    arrived.is_answer = true;
    way_.push_back(arrived);
  }

  void pass(std::uint64_t ms) {
    now_ += ms * 1'000'000;
    pass_to(now_);
    collect();
  }

  // Everybody behaves and nothing is lost: whatever goes on comes to an end.
  void settle() {
    behaves_ = true;
    bank_.behave();
    shop_.behave();
    resume("shop");
    resume("bank");
    for (std::uint64_t round = 0; round < 60; ++round) {
      for (int each = 0; each < 8; ++each) ask_some();
      while (!way_.empty()) deliver_some();
      pass(10 * second_ms);
    }
  }

  void check() {
    for (const auto& [key, count] : sent_once_) EXPECT_LE(count, 1) << "sent twice";
    for (const char* const name : {"bank", "shop"}) {
      EXPECT_EQ(participant(name).in_flight, 0U) << name << ": its leases are over";
    }
    for (std::uint64_t saga = 1; saga <= sagas; ++saga) {
      const std::string text = shown(saga);
      SCOPED_TRACE(fmt::format("saga {}: {}", saga, text));
      EXPECT_FALSE(text.starts_with("RUNNING") || text.starts_with("COMPENSATING"))
          << "it never ended";
      check_effects(saga, text);
    }
  }

  void check_effects(std::uint64_t saga, const std::string& text) {
    std::map<std::uint8_t, int> effects;
    for (const NaiveParticipant* const who : {&bank_, &shop_}) {
      for (const auto& [key, done] : who->done()) {
        if (done.saga.lo != saga || done.outcome != WorkOutcome::succeeded) continue;
        if (!done.is_undone) ++effects[done.step];
      }
    }
    for (const auto& [step, count] : effects) {
      EXPECT_LE(count, 1) << "step " << unsigned{step} << " has had its effect twice";
    }
    if (text.starts_with("COMPENSATED")) {
      EXPECT_TRUE(effects.empty()) << "something outside was not undone";
    }
    const SagaSlot slot = engine_.state().sagas.find(Uint128{saga, 0});
    if (!text.starts_with("COMPLETED") || slot == no_saga) return;
    const SagaDefinition& definition = engine_.state().sagas.definition_of(slot).definition;
    for (std::uint8_t step = 0; step < definition.steps.size(); ++step) {
      const int expected = is_remote(definition.steps[step].kind) ? 1 : 0;
      EXPECT_EQ(effects[step], expected);
    }
  }

  std::uint64_t some_saga() { return random_.between(1, sagas); }

  Random random_;
  NaiveParticipant bank_;
  NaiveParticipant shop_;
  std::deque<OnTheWay> way_;
  std::map<Uint128, std::int64_t> sent_once_;  // Keys of what may happen once at most.
  std::uint64_t now_ = saga_begin;
  bool behaves_ = false;
};

TEST(EngineWorkRandomTest, WhateverIsLostEverythingEndsAndTheOutsideAgrees) {
  const std::uint64_t count = rounds(40, 2'000);
  const std::uint64_t first = wanted_seed().value_or(1);
  for (std::uint64_t seed = first; seed < first + (wanted_seed() ? 1 : count); ++seed) {
    SCOPED_TRACE(fmt::format("DAYBOOK_TEST_SEED={}", seed));
    RandomWork{seed}.run(500);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace daybook::test
