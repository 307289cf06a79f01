// Transactions that are branches of others: their confirm waits for the decision above them.

#include <fmt/format.h>

#include "engine/codec/entry_facts.hpp"
#include "tests/engine/tcc/tcc_fixture.hpp"

namespace daybook::test {
namespace {

using Texts = std::vector<std::string>;

class NestedTccTest : public TccTest {
 protected:
  explicit NestedTccTest(LedgerSettings settings = {}) : TccTest{settings} {}

  /// Transaction 1 with a hold of 100 and transaction 2, which holds 300, as branches.
  void nest() {
    ASSERT_EQ(send({tcc_begin(1), tcc_begin(2, 10 * tcc_second), tcc_try(2, 1, 300),
                    tcc_try(1, 1, 100), tcc_try_nested(1, 2, 2)}),
              Texts(5, "done"));
  }
};

TEST_F(NestedTccTest, Case29AConfirmWaitsForTheDecisionOfTheParent) {
  nest();
  EXPECT_EQ(send_one(tcc_try_nested(1, 2, 2)), "duplicate");
  EXPECT_EQ(send_one(tcc_try_nested(1, 2, 3)), "conflict");
  EXPECT_EQ(confirm(1, {{1}, {2}}), "not_tried") << "the nested one may still be cancelled";
  EXPECT_EQ(confirm(2, {{1, 200}}), "awaits_parent");
  EXPECT_EQ(shown(2), "prepared none 1:tried");
  EXPECT_FALSE(keeps_request_data(RequestKind::tcc_commands,
                                  static_cast<std::uint16_t>(TccStatus::awaits_parent)))
      << "it is done as it was asked for";
  EXPECT_EQ(balances(1), "400/0 0/1000") << "nothing is posted yet";
  EXPECT_EQ(confirm(2, {{1, 200}}), "awaits_parent");
  EXPECT_EQ(confirm(2, {{1, 300}}), "conflict");
  EXPECT_EQ(send_one(tcc_try(2, 2, 1)), "rejected_decided");
  EXPECT_EQ(send_one(tcc_try(2, 1, 300)), "duplicate");
  EXPECT_EQ(confirm(1, {{1, 40}, {2, 5}}), "exceeds_tried") << "it is confirmed as it says itself";
  EXPECT_EQ(confirm(1, {{1, 40}, {2}}), "done");
  EXPECT_EQ(shown(1), "confirmed client 1:confirmed 2:confirmed");
  EXPECT_EQ(shown(2), "confirmed client 1:confirmed");
  EXPECT_EQ(balances(1), "0/240 0/1000");
  EXPECT_EQ(confirm(2, {{1, 200}}), "duplicate");
  EXPECT_EQ(confirm(1, {{1, 40}, {2}}), "duplicate");
}

TEST_F(NestedTccTest, ACancelOfTheParentCancelsWhatIsNestedAlsoWhenItIsPrepared) {
  nest();
  EXPECT_EQ(confirm(2, {{1}}), "awaits_parent");
  EXPECT_EQ(send_one(tcc_cancel(1)), "done");
  EXPECT_EQ(shown(1), "cancelled client 1:cancelled 2:cancelled");
  EXPECT_EQ(shown(2), "cancelled client 1:cancelled");
  EXPECT_EQ(balances(1), "0/0 0/1000");
  EXPECT_EQ(confirm(2, {{1}}), "already_cancelled");
}

TEST_F(NestedTccTest, WhatIsNestedMayBeCancelledByItself) {
  nest();
  ASSERT_EQ(confirm(2, {{1}}), "awaits_parent");
  EXPECT_EQ(send_one(tcc_cancel(2)), "done");
  EXPECT_EQ(shown(1), "trying none 1:tried 2:withdrawn");
  EXPECT_EQ(balances(1), "100/0 0/1000");
  EXPECT_EQ(send_one(tcc_try_nested(1, 2, 2)), "branch_withdrawn");
  EXPECT_EQ(confirm(1, {{1}, {2}}), "not_tried");
  EXPECT_EQ(confirm(1, {{1}}), "done");
  EXPECT_EQ(shown(1), "confirmed client 1:confirmed 2:withdrawn");
}

// Whoever was promised all of it gets all of it or nothing: what has lost a branch is confirmed by
// its client anew, before its own deadline.
TEST_F(NestedTccTest, WhatIsPreparedAndLosesABranchIsPreparedNoLonger) {
  nest();
  ASSERT_EQ(send({tcc_begin(3), tcc_try(3, 1, 50), tcc_try_nested(2, 2, 3)}), Texts(3, "done"));
  ASSERT_EQ(confirm(3, {{1}}), "awaits_parent");
  ASSERT_EQ(confirm(2, {{1, 200}, {2}}), "awaits_parent");
  EXPECT_EQ(send_one(tcc_cancel(3)), "done");
  EXPECT_EQ(shown(2), "trying none 1:tried 2:withdrawn");
  EXPECT_EQ(confirm(1, {{1}, {2}}), "not_tried");
  EXPECT_EQ(confirm(2, {{1, 150}}), "awaits_parent");
  EXPECT_EQ(confirm(1, {{1}, {2}}), "done");
  EXPECT_EQ(shown(2), "confirmed client 1:confirmed 2:withdrawn");
  EXPECT_EQ(balances(1), "0/250 0/1000");
}

TEST_F(NestedTccTest, TheDeadlineOfWhatIsPreparedNoLongerCountsAgain) {
  nest();
  ASSERT_EQ(send({tcc_begin(3, 5 * tcc_second), tcc_try(3, 1, 50), tcc_try_nested(2, 2, 3)}),
            Texts(3, "done"));
  ASSERT_EQ(confirm(3, {{1}}), "awaits_parent");
  ASSERT_EQ(confirm(2, {{1}, {2}}), "awaits_parent");
  set_clock(tcc_start + 60 * tcc_second);
  engine_.do_due_work();
  ASSERT_EQ(shown(2), "prepared none 1:tried 2:tried");
  EXPECT_EQ(send_one(tcc_cancel(3)), "done");
  engine_.do_due_work();
  EXPECT_EQ(shown(2), "cancelled expired 1:expired 2:withdrawn");
  EXPECT_EQ(shown(1), "trying none 1:tried 2:withdrawn");
  EXPECT_EQ(balances(1), "100/0 0/1000");
}

// What is above a transaction that has to be confirmed anew waits for that.
TEST_F(NestedTccTest, WhatIsPreparedAboveWaitsForItsBranchesToBePreparedAgain) {
  std::vector<TccCommand> commands;
  for (std::uint64_t gid = 1; gid <= 4; ++gid) {
    commands.push_back(tcc_begin(gid));
    commands.push_back(tcc_try(gid, 1, 10));
    if (gid > 1) commands.push_back(tcc_try_nested(gid - 1, 2, gid));
  }
  ASSERT_EQ(send(commands), Texts(commands.size(), "done"));
  ASSERT_EQ(confirm(4, {{1}}), "awaits_parent");
  for (std::uint64_t gid = 3; gid >= 2; --gid) {
    ASSERT_EQ(confirm(gid, {{1}, {2}}), "awaits_parent");
  }
  EXPECT_EQ(send_one(tcc_cancel(4)), "done");
  EXPECT_EQ(shown(3), "trying none 1:tried 2:withdrawn");
  EXPECT_EQ(shown(2), "prepared none 1:tried 2:tried");
  EXPECT_EQ(confirm(1, {{1}, {2}}), "not_tried");
  EXPECT_EQ(confirm(3, {{1, 4}}), "awaits_parent");
  EXPECT_EQ(confirm(1, {{1}, {2}}), "done");
  EXPECT_EQ(balances(1), "0/24 0/1000");
}

TEST_F(NestedTccTest, DeadlinesBeforeAndAfterItIsPrepared) {
  nest();
  ASSERT_EQ(send({tcc_begin(3), tcc_begin(4, 10 * tcc_second), tcc_try(4, 1, 50),
                  tcc_try_nested(3, 1, 4)}),
            Texts(4, "done"));
  ASSERT_EQ(confirm(4, {{1}}), "awaits_parent");
  set_clock(tcc_start + 60 * tcc_second);
  engine_.do_due_work();
  EXPECT_EQ(shown(2), "cancelled expired 1:expired");
  EXPECT_EQ(shown(1), "trying none 1:tried 2:withdrawn");
  EXPECT_EQ(shown(4), "prepared none 1:tried") << "it goes by its parent's deadline now";
  EXPECT_EQ(send_one(tcc_try(4, 1, 50)), "duplicate");
  set_clock(tcc_start + 3'600 * tcc_second);
  engine_.do_due_work();
  EXPECT_EQ(shown(3), "cancelled expired 1:expired");
  EXPECT_EQ(shown(4), "cancelled expired 1:expired");
  EXPECT_EQ(balances(1), "0/0 0/1000");
}

TEST_F(NestedTccTest, SeveralLevelsAreDecidedInOneEntry) {
  std::vector<TccCommand> commands;
  for (std::uint64_t gid = 1; gid <= 8; ++gid) {
    commands.push_back(tcc_begin(gid));
    commands.push_back(tcc_try(gid, 1, 10));
  }
  for (std::uint64_t gid = 7; gid >= 1; --gid) commands.push_back(tcc_try_nested(gid, 2, gid + 1));
  EXPECT_EQ(send(commands), Texts(commands.size(), "done"));
  EXPECT_EQ(send({tcc_begin(9), tcc_try_nested(8, 2, 9), tcc_try_nested(9, 1, 1)}),
            (Texts{"done", "nested_too_deep", "nested_too_deep"}));
  EXPECT_EQ(confirm(8, {{1}}), "awaits_parent");
  for (std::uint64_t gid = 7; gid >= 2; --gid) {
    EXPECT_EQ(confirm(gid, {{1}, {2}}), "awaits_parent");
  }
  EXPECT_EQ(balances(1), "80/0 0/1000");
  EXPECT_EQ(confirm(1, {{1}, {2}}), "done");
  for (std::uint64_t gid = 1; gid <= 7; ++gid) {
    EXPECT_EQ(shown(gid), "confirmed client 1:confirmed 2:confirmed");
  }
  EXPECT_EQ(shown(8), "confirmed client 1:confirmed");
  EXPECT_EQ(balances(1), "0/80 0/1000");
}

TEST_F(NestedTccTest, WhatCannotBeNested) {
  ASSERT_EQ(send({tcc_begin(1), tcc_begin(2), tcc_begin(3), tcc_begin(4), tcc_try_nested(1, 1, 2),
                  tcc_try_nested(2, 1, 3), tcc_cancel(4)}),
            (Texts{"done", "done", "done", "done", "done", "done", "ok_empty"}));
  TccCommand nothing = tcc_try_nested(1, 9, 2);
  nothing.business_type = {};
  TccCommand unknown = tcc_try_nested(1, 9, 2);
  unknown.what = TccBranchKind{3};
  EXPECT_EQ(send({nothing, unknown, tcc_try_nested(1, 9, 1), tcc_try_nested(3, 9, 1),
                  tcc_try_nested(1, 9, 3), tcc_try_nested(1, 9, 77), tcc_try_nested(1, 9, 4)}),
            (Texts{"subject_missing", "unknown_command", "nested_in_itself", "nested_in_itself",
                   "subject_is_taken", "subject_not_found", "subject_not_forward"}));
}

// All that one decision settles fits into one request.
TEST_F(NestedTccTest, ATreeHasNoMoreBranchesThanOneDecisionSettles) {
  std::vector<TccCommand> commands{tcc_begin(1)};
  for (std::uint64_t gid = 2; gid <= 5; ++gid) {
    commands.push_back(tcc_begin(gid));
    commands.push_back(tcc_try_nested(1, gid, gid));
  }
  ASSERT_EQ(send(commands), Texts(commands.size(), "done"));
  std::uint64_t tried = 4;
  std::string last;
  for (std::uint64_t gid = 2; gid <= 5; ++gid) {
    std::vector<TccCommand> tries;
    for (std::uint64_t branch = 1; branch <= limits::tcc_branches_max; ++branch) {
      tries.push_back(tcc_try(gid, branch, 0, 2, 3));
      tries.back().amount = amount_of(1);
    }
    for (const std::string& status : send(tries)) {
      last = status;
      if (status == "done") ++tried;
    }
  }
  EXPECT_EQ(last, "too_many_branches");
  EXPECT_EQ(tried, limits::tcc_settlements_max);
  EXPECT_EQ(send_one(tcc_cancel(1)), "done");
  EXPECT_EQ(engine_.state().tccs.ended_count(), 5U);
  EXPECT_EQ(balances(2), "0/0 0/0");
}

class NestedTccSnapshotTest : public NestedTccTest {
 protected:
  NestedTccSnapshotTest() : NestedTccTest{with_snapshots()} {}
};

TEST_F(NestedTccSnapshotTest, ASnapshotKnowsWhatIsNestedWhere) {
  nest();
  ASSERT_EQ(send({tcc_begin(3), tcc_begin(4), tcc_try(4, 1, 50), tcc_try_nested(3, 1, 4)}),
            Texts(4, "done"));
  ASSERT_EQ(confirm(2, {{1, 200}}), "awaits_parent");
  engine_.close_entry();
  const std::uint64_t digest = engine_.state().digest();
  engine_.take_snapshot();
  engine_.restart();
  ASSERT_EQ(engine_.first_failure().value_or(""), "");
  EXPECT_EQ(engine_.state().digest(), digest);
  EXPECT_EQ(confirm(4, {{1}}), "awaits_parent") << "it is known to be nested";
  EXPECT_EQ(confirm(1, {{1}, {2}}), "done");
  EXPECT_EQ(shown(2), "confirmed client 1:confirmed");
  EXPECT_EQ(balances(1), "50/300 0/1000");
  EXPECT_EQ(send_one(tcc_cancel(3)), "done");
  EXPECT_EQ(shown(4), "cancelled client 1:cancelled");
}

}  // namespace
}  // namespace daybook::test
