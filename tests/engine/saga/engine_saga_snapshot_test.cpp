// Sagas in snapshots, in memory that is short, and in journals that no engine wrote.

#include "tests/engine/saga/engine_saga_fixture.hpp"

namespace daybook::test {
namespace {

using Texts = std::vector<std::string>;

constexpr const char* held = R"({"name": "hold", "version": 1, "deadline_ms": 60000,
  "input": {"from": "account", "amount": "money", "note": "text"},
  "steps": [
    {"id": "reserve", "kind": "ledger.hold",
     "args": {"from": "$.from", "to": "@clearing", "amount": "$.amount"}},
    {"id": "wait", "kind": "timer.wait", "delay_ms": 5000},
    {"id": "take", "kind": "ledger.capture", "hold": "reserve"}]})";

constexpr const char* asked = R"({"name": "asked", "version": 1, "deadline_ms": 60000,
  "steps": [
    {"id": "call", "kind": "remote.call", "type": "risk.screen.v1", "class": "readonly",
     "timeout_ms": 1000}]})";

class EngineSagaSnapshotTest : public EngineSagaTest {
 protected:
  static LedgerSettings with_snapshots() {
    LedgerSettings settings;
    settings.ids_a_generation = 64;
    settings.sagas_max = 16;
    settings.sagas_kept = 2;
    return settings;
  }
  EngineSagaSnapshotTest() : EngineSagaTest{with_snapshots()} {
    EXPECT_EQ(define(held), "created");
    EXPECT_EQ(define(asked), "created");
  }

  std::string hold(std::uint64_t saga, std::uint64_t amount = 100) {
    return start(saga, "hold",
                 {{"from", saga_account(1)},
                  {"amount", saga_money(amount)},
                  {"note", saga_text("for the rent")}});
  }

  void snapshot_and_restart() {
    engine_.take_snapshot();
    engine_.restart();
    ASSERT_EQ(engine_.first_failure().value_or(""), "");
  }
};

TEST_F(EngineSagaSnapshotTest, WhatIsUnderWayGoesOn) {
  EXPECT_EQ(hold(7), "created");
  EXPECT_EQ(hold(8, 2'000), "created");
  EXPECT_EQ(start(9, "asked", {}), "created");
  snapshot_and_restart();
  EXPECT_TRUE(is_in_memory(7));
  EXPECT_FALSE(is_in_memory(8)) << "it has ended";
  EXPECT_TRUE(is_in_memory(9));
  EXPECT_EQ(hold(7), "exists");
  pass_to(engine_.state().sagas.next_due_at());
  EXPECT_EQ(shown(7), "COMPLETED reserve:SUCCEEDED wait:SUCCEEDED take:SUCCEEDED");
  EXPECT_EQ(balances(1), "0/100 0/1000");
  EXPECT_EQ(define(held), "exists");
  EXPECT_EQ(hold(10), "created");
}

TEST_F(EngineSagaSnapshotTest, WhatEndedFirstIsForgottenFirst) {
  for (std::uint64_t saga = 1; saga <= 4; ++saga) {
    EXPECT_EQ(start(saga, "asked", {}), "created");
    EXPECT_EQ(cancel(saga), "created");
    if (saga == 2) snapshot_and_restart();
  }
  EXPECT_EQ(engine_.state().sagas.ended_count(), 4U);
  engine_.do_due_work();
  EXPECT_FALSE(is_in_memory(1));
  EXPECT_FALSE(is_in_memory(2));
  EXPECT_TRUE(is_in_memory(3));
  EXPECT_TRUE(is_in_memory(4));
  EXPECT_EQ(events_of(1), (Texts{"SagaStarted", "SagaCancelRequested", "SagaForgotten"}));
  EXPECT_EQ(cancel(1), "saga_has_ended");
  EXPECT_EQ(cancel(3), "saga_has_ended");
  EXPECT_EQ(start(1, "asked", {}), "exists");
  snapshot_and_restart();
  EXPECT_EQ(engine_.state().sagas.ended_count(), 2U);
}

TEST_F(EngineSagaSnapshotTest, WhereThereIsNoRoomNothingIsBegun) {
  std::uint64_t begun = 0;
  while (begun < 100 && hold(100 + begun, 1) == "created") ++begun;
  EXPECT_EQ(begun, 16U);
  EXPECT_EQ(hold(500, 1), "too_many_sagas");
  pass_to(saga_begin + 10 * saga_second);
  EXPECT_EQ(engine_.state().sagas.count(), 0U);
  EXPECT_EQ(hold(500, 1), "created");
}

}  // namespace
}  // namespace daybook::test
