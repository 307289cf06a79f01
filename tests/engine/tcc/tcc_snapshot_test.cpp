// TCC transactions in snapshots: the same state, the same answers and the same order of what comes
// next; and facts that no engine wrote.

#include <string>
#include <vector>

#include "tests/engine/tcc/tcc_fixture.hpp"

namespace daybook::test {
namespace {

class TccSnapshotTest : public TccTest {
 protected:
  static LedgerSettings with_snapshots() {
    LedgerSettings settings;
    settings.ids_a_generation = 64;
    settings.tccs_max = 100;
    settings.tccs_kept = 2;
    return settings;
  }
  TccSnapshotTest() : TccTest{with_snapshots()} {}

  void snapshot_and_restart() {
    engine_.take_snapshot();
    engine_.restart();
    ASSERT_EQ(engine_.first_failure().value_or(""), "");
  }
};

TEST_F(TccSnapshotTest, OpenAndEndedTransactionsComeBack) {
  send({tcc_begin(7, 10 * tcc_second), tcc_try(7, 1, 100), tcc_try(7, 2, 5'000)});
  send({tcc_begin(8), tcc_try(8, 1, 100)});
  confirm(8, {{1, 40}});
  send({tcc_cancel(9, 3)});
  snapshot_and_restart();
  EXPECT_EQ(shown(7), "trying none 1:tried 2:refused");
  EXPECT_EQ(shown(8), "confirmed client 1:confirmed");
  EXPECT_EQ(shown(9), "cancelled client 3:empty");
  EXPECT_EQ(confirm(8, {{1, 40}}), "duplicate");
  EXPECT_EQ(send_one(tcc_try(7, 1, 100)), "duplicate");
  EXPECT_EQ(send_one(tcc_try(7, 2, 5'000)), "exceeds_credits");
  set_clock(tcc_start + 11 * tcc_second);
  engine_.do_due_work();
  EXPECT_EQ(shown(7), "cancelled expired 1:expired 2:refused");
}

TEST_F(TccSnapshotTest, WhatEndedFirstIsPrunedFirstAfterARestartToo) {
  send({tcc_cancel(9, 0, tcc_start + 9)});
  send({tcc_cancel(7, 0, tcc_start + 7)});
  snapshot_and_restart();
  send({tcc_cancel(8, 0, tcc_start + 8)});
  engine_.do_due_work();
  EXPECT_EQ(shown(9), "none");
  EXPECT_EQ(shown(7), "cancelled client");
  snapshot_and_restart();
  EXPECT_EQ(engine_.state().tccs.watermark(), Timestamp{tcc_start + 9});
  EXPECT_EQ(send_one(tcc_begin(10, 0, tcc_start + 9)), "rejected_too_old");
}

// ---- What could not have happened is told, not applied. ----

TccFact fact_of(TccFactKind kind, std::uint64_t gid, std::uint64_t branch = 0) {
  TccFact fact;
  fact.gid = Uint128{gid, 0};
  fact.kind = kind;
  fact.branch = branch;
  if (kind == TccFactKind::begun) fact.deadline = Timestamp{1};
  if (kind == TccFactKind::decided_confirm || kind == TccFactKind::decided_cancel) fact.detail = 1;
  return fact;
}

TEST_F(TccSnapshotTest, FactsThatCannotFollowAreFound) {
  send({tcc_begin(7), tcc_try(7, 1, 100), tcc_begin(8), tcc_try(8, 1, 100), tcc_cancel(8)});
  const TccTable& tccs = engine_.state().tccs;
  const auto is_possible = [&](const TccFact& fact) { return tccs.fault_of(fact) == nullptr; };
  using enum TccFactKind;
  EXPECT_TRUE(is_possible(fact_of(tried, 7, 2)));
  EXPECT_TRUE(is_possible(fact_of(decided_confirm, 7)));
  EXPECT_FALSE(is_possible(fact_of(tried, 7, 1))) << "twice";
  EXPECT_FALSE(is_possible(fact_of(tried, 7, 0))) << "no branch";
  EXPECT_FALSE(is_possible(fact_of(tried, 9, 1))) << "no transaction";
  EXPECT_FALSE(is_possible(fact_of(refused, 8, 2))) << "ended";
  EXPECT_FALSE(is_possible(fact_of(decided_cancel, 8))) << "twice";
  EXPECT_FALSE(is_possible(fact_of(decided_cancel, 7, 1))) << "of a branch";
  EXPECT_FALSE(is_possible(fact_of(branch_confirmed, 7, 1))) << "not decided";
  EXPECT_FALSE(is_possible(fact_of(branch_cancelled, 8, 1))) << "settled";
  EXPECT_FALSE(is_possible(fact_of(branch_empty, 7, 2))) << "not cancelled";
  EXPECT_TRUE(is_possible(fact_of(branch_empty, 8, 2)));
  EXPECT_FALSE(is_possible(fact_of(begun, 7))) << "twice";
  EXPECT_FALSE(is_possible(fact_of(begun, 0)));
  EXPECT_FALSE(is_possible(fact_of(TccFactKind{99}, 7)));
  TccFact pruning = fact_of(pruned, 0);
  EXPECT_FALSE(is_possible(pruning)) << "none";
  pruning.word = 1;
  EXPECT_FALSE(is_possible(pruning)) << "another watermark";
  pruning.deadline = Timestamp{tcc_start};
  EXPECT_TRUE(is_possible(pruning));
  pruning.word = 2;
  EXPECT_FALSE(is_possible(pruning)) << "more than ended";
}

}  // namespace
}  // namespace daybook::test
