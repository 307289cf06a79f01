// The other side of hostile_facts_test.cpp: what the engine accepted at the edge of what may be,
// replay accepts too.

#include <vector>

#include <gtest/gtest.h>

#include "tests/support/engine_under_test.hpp"

namespace daybook::test {
namespace {

TEST(AcceptedTest, APostThatKeepsTheRemainderMayTakeAllOfAHoldOfNothing) {
  EngineUnderTest engine{{}};
  engine.put_ledgers(std::vector{make_ledger(1, "EUR")});
  engine.create_accounts(std::vector{make_account(1), make_account(2)});
  engine.create_transfers(std::vector{make_transfer(10, 1, 2, 0, 1, transfer_flag::pending)});
  Transfer post;
  post.id = transfer_id(11);
  post.pending_id = transfer_id(10);
  post.amount = Amount{Uint128{u128_max}};
  post.flags = transfer_flag::post_pending_transfer | transfer_flag::keep_remainder;
  EXPECT_TRUE(engine.create_transfers(std::vector{post}).refused.empty());
  engine.restart();
  EXPECT_EQ(engine.first_failure(), std::nullopt);
  EXPECT_EQ(engine.lookup_hold(transfer_id(10))->state, HoldState::posted);
}

}  // namespace
}  // namespace daybook::test
