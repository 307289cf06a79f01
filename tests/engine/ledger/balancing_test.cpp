// Balancing transfers: how much they move, what a repeat is compared by, and what still refuses
// them.

#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/ledger/ledger_fixture.hpp"

namespace daybook::test {
namespace {

namespace flag = transfer_flag;
constexpr std::uint16_t by_debit = flag::balancing_debit;
constexpr std::uint16_t by_credit = flag::balancing_credit;
constexpr std::uint64_t from = 1;   // Net is 30: credits less debits.
constexpr std::uint64_t to = 2;     // Net is -20.
constexpr std::uint64_t other = 3;  // Where those came from.
constexpr std::uint64_t empty = 4;

class BalancingTest : public LedgerTest {
 protected:
  BalancingTest() {
    open_accounts({from, to, other, empty});
    expect_created({make_transfer(1, other, from, 30), make_transfer(2, to, other, 20)});
  }

  Transfer balancing(std::uint64_t id, std::uint64_t amount, unsigned flags) {
    return make_transfer(id, from, to, amount, 1, static_cast<std::uint16_t>(flags));
  }
  std::uint64_t moved() { return account(from).debits_posted.value().lo; }
};

TEST_P(BalancingTest, OfTheDebitMovesNoMoreThanItsNet) {
  expect_created({balancing(50, 29, by_debit)});
  EXPECT_EQ(moved(), 29U);
  expect_created({balancing(51, 29, by_debit)});
  EXPECT_EQ(moved(), 30U);
}

TEST_P(BalancingTest, OfTheCreditMovesNoMoreThanItOwes) {
  expect_created({balancing(50, 19, by_credit), balancing(51, 19, by_credit)});
  EXPECT_EQ(moved(), 20U);
}

TEST_P(BalancingTest, OfBothMovesTheSmaller) {
  expect_created({balancing(50, 1'000, by_debit | by_credit)});
  EXPECT_EQ(moved(), 20U);
  expect_created({make_transfer(51, to, other, 1'000), balancing(52, 1'000, by_debit | by_credit)});
  EXPECT_EQ(moved(), 30U);
}

TEST_P(BalancingTest, OfNothingIsASuccess) {
  expect_created({make_transfer(50, empty, to, 5, 1, by_debit)});
  EXPECT_EQ(balances(empty), "0/0 0/0");
  // Nor is more owed than owned ever a negative amount.
  expect_created({make_transfer(51, to, empty, 5, 1, by_debit)});
  EXPECT_EQ(balances(empty), "0/0 0/0");
}

TEST_P(BalancingTest, CountsWhatIsHeldOfItsOwnSideOnly) {
  expect_created({make_pending(50, from, other, 12), make_pending(51, other, from, 500)});
  expect_created({balancing(52, 1'000, by_debit)});
  EXPECT_EQ(moved(), 18U);
  expect_created({make_pending(53, other, to, 1)});
  EXPECT_EQ(transfer(balancing(54, 1'000, by_credit)), "created");
  EXPECT_EQ(moved(), 19U);  // Of the 20 owed, 18 and 1 on its way are covered.
}

TEST_P(BalancingTest, MayBePendingAndHoldsTheReducedAmount) {
  expect_created({balancing(50, 1'000, by_debit | flag::pending)});
  EXPECT_EQ(balances(from), "30/0 0/30");
  expect_created({balancing(51, 1'000, by_debit)});
  EXPECT_EQ(balances(from), "30/0 0/30");
  EXPECT_EQ(transfer(make_post(52, 50, 31)), "exceeds_pending_transfer_amount");
  expect_created({make_post_of_all(53, 50)});
  EXPECT_EQ(balances(from), "0/30 0/30");
}

TEST_P(BalancingTest, TakesTheLargestAmountForAll) {
  Transfer all = balancing(50, 0, by_debit);
  all.amount = Amount{Uint128{u128_max}};
  expect_created({all});
  EXPECT_EQ(moved(), 30U);
}

TEST_P(BalancingTest, ARepeatMatchesFromTheRecordedAmountUpwards) {
  expect_created({balancing(50, 100, by_debit)});  // Moved 30.
  EXPECT_EQ(transfer(balancing(50, 100, by_debit)), "exists");
  EXPECT_EQ(transfer(balancing(50, 30, by_debit)), "exists");
  EXPECT_EQ(transfer(balancing(50, 5'000, by_debit)), "exists");
  EXPECT_EQ(transfer(balancing(50, 29, by_debit)), "exists_with_different_amount");
  EXPECT_EQ(transfer(balancing(50, 30, 0)), "exists_with_different_flags");
}

TEST_P(BalancingTest, IsStillRefusedByLimitsAndFreezingAndClosing) {
  EXPECT_EQ(changes({make_limits(from, 10, 1'000)}), (Statuses{"changed"}));
  EXPECT_EQ(transfer(balancing(50, 100, by_debit)), "below_minimum");
  EXPECT_EQ(transfer(balancing(51, 20, by_debit)), "created");
  changes({make_change(from, AccountChangeKind::freeze, account_side::debits)});
  EXPECT_EQ(transfer(balancing(52, 1, by_debit)), "debit_account_frozen");
  changes({make_change(to, AccountChangeKind::close)});
  EXPECT_EQ(transfer(balancing(53, 1, by_debit)), "credit_account_already_closed");
}

TEST_P(BalancingTest, NeverExceedsWhatAFlagAllows) {
  open_accounts(std::vector{make_account(10, 1, account_flag::debits_must_not_exceed_credits),
                            make_account(11, 1, account_flag::credits_must_not_exceed_debits)});
  expect_created({make_transfer(50, other, 10, 7), make_transfer(51, 11, other, 4)});
  expect_created({make_transfer(52, 10, to, 100, 1, by_debit),
                  make_transfer(53, other, 11, 100, 1, by_credit)});
  EXPECT_EQ(balances(10), "0/7 0/7");
  EXPECT_EQ(balances(11), "0/4 0/4");
}

TEST_P(BalancingTest, ClearsAnAccountInAChainWithItsClosing) {
  Transfer clear = balancing(50, 1'000, by_debit | flag::linked);
  Transfer closing = make_pending(51, from, to, 0);
  closing.flags |= flag::closing_debit;
  expect_created({clear, closing});
  EXPECT_EQ(moved(), 30U);
  EXPECT_NE(account(from).flags & account_flag::closed, 0);
}

TEST_P(BalancingTest, IsJournaledWithWhatItMoved) {
  if (engine() == nullptr) return;  // Seen in the engine's journal.
  expect_created({balancing(50, 100, by_debit)});
  EXPECT_EQ(journaled(50).transfer.amount, amount_of(30));
}

DAYBOOK_ON_EVERY_LEDGER(BalancingTest);

}  // namespace
}  // namespace daybook::test
