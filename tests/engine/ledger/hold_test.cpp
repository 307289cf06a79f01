// Holds: what pending, posting, voiding and several captures do to balances, and what a post
// inherits.

#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/ledger/ledger_fixture.hpp"

namespace daybook::test {
namespace {

namespace flag = transfer_flag;
constexpr std::uint16_t keep = flag::keep_remainder;
constexpr std::uint64_t payer = 1;
constexpr std::uint64_t payee = 2;

class HoldTest : public LedgerTest {
 protected:
  HoldTest() {
    open_accounts({payer, payee});
    open_accounts(std::vector{make_account(3, 1, account_flag::debits_must_not_exceed_credits)});
  }
};

TEST_P(HoldTest, APendingTransferOnlyReserves) {
  expect_created({make_pending(50, payer, payee, 10)});
  EXPECT_EQ(balances(payer), "10/0 0/0");
  EXPECT_EQ(balances(payee), "0/0 10/0");
}

TEST_P(HoldTest, APostMovesItsAmountAndReleasesTheRest) {
  expect_created({make_pending(50, payer, payee, 10), make_post(51, 50, 7)});
  EXPECT_EQ(balances(payer), "0/7 0/0");
  EXPECT_EQ(balances(payee), "0/0 0/7");
  EXPECT_EQ(transfer(make_post(52, 50, 3)), "pending_transfer_already_posted");
}

TEST_P(HoldTest, APostOfNothingReleasesAll) {
  expect_created({make_pending(50, payer, payee, 10), make_post(51, 50, 0)});
  EXPECT_EQ(balances(payer), "0/0 0/0");
  EXPECT_EQ(transfer(make_void(52, 50)), "pending_transfer_already_posted");
}

TEST_P(HoldTest, AVoidReleasesAllAndTheHoldIsResolvedForGood) {
  expect_created({make_pending(50, payer, payee, 10), make_void(51, 50)});
  EXPECT_EQ(balances(payer), "0/0 0/0");
  EXPECT_EQ(balances(payee), "0/0 0/0");
  EXPECT_EQ(transfer(make_post(52, 50, 10)), "pending_transfer_already_voided");
  EXPECT_EQ(transfer(make_void(53, 50)), "pending_transfer_already_voided");
}

TEST_P(HoldTest, WhatIsHeldCannotBeSpent) {
  expect_created({make_transfer(40, payer, 3, 10), make_pending(50, 3, payee, 6)});
  EXPECT_EQ(transfer(make_transfer(51, 3, payee, 5)), "exceeds_credits");
  EXPECT_EQ(transfer(make_pending(52, 3, payee, 5)), "exceeds_credits");
  expect_created({make_transfer(53, 3, payee, 4), make_post(54, 50, 6)});
  EXPECT_EQ(balances(3), "0/10 0/10");
}

TEST_P(HoldTest, MoneyThatIsOnItsWayCannotBeSpent) {
  expect_created({make_pending(50, payer, 3, 10)});
  EXPECT_EQ(transfer(make_transfer(51, 3, payee, 1)), "exceeds_credits");
  expect_created({make_post_of_all(52, 50), make_transfer(53, 3, payee, 10)});
}

// ---- Several captures of one authorisation. ----

TEST_P(HoldTest, EachCaptureKeepsTheRemainderOnHold) {
  expect_created({make_pending(50, payer, payee, 10)});
  expect_created({make_post(51, 50, 4, keep)});
  EXPECT_EQ(balances(payer), "6/4 0/0");
  EXPECT_EQ(balances(payee), "0/0 6/4");
  expect_created({make_post(52, 50, 1, keep)});
  EXPECT_EQ(balances(payer), "5/5 0/0");
  EXPECT_EQ(transfer(make_post(53, 50, 6, keep)), "exceeds_pending_transfer_amount");
  expect_created({make_post(54, 50, 2)});  // Without the flag: the last one.
  EXPECT_EQ(balances(payer), "0/7 0/0");
  EXPECT_EQ(transfer(make_post(55, 50, 1, keep)), "pending_transfer_already_posted");
}

TEST_P(HoldTest, ACaptureOfExactlyWhatIsHeldResolvesIt) {
  expect_created(
      {make_pending(50, payer, payee, 10), make_post(51, 50, 4, keep), make_post(52, 50, 6, keep)});
  EXPECT_EQ(balances(payer), "0/10 0/0");
  EXPECT_EQ(transfer(make_void(53, 50)), "pending_transfer_already_posted");
}

TEST_P(HoldTest, ACaptureOfMaxTakesWhatIsHeld) {
  expect_created({make_pending(50, payer, payee, 10), make_post(51, 50, 4, keep),
                  make_post_of_all(52, 50, keep)});
  EXPECT_EQ(balances(payee), "0/0 0/10");
  EXPECT_EQ(transfer(make_post(53, 50, 1, keep)), "pending_transfer_already_posted");
}

TEST_P(HoldTest, AVoidAfterCapturesReleasesTheRemainder) {
  expect_created({make_pending(50, payer, payee, 10), make_post(51, 50, 4, keep)});
  expect_created({make_void(52, 50)});
  EXPECT_EQ(balances(payer), "0/4 0/0");
  EXPECT_EQ(transfer(make_post(53, 50, 1, keep)), "pending_transfer_already_voided");
}

TEST_P(HoldTest, TheLargestAmountIsCapturedToTheLastUnit) {
  Transfer hold = make_pending(50, payer, payee, 0);
  hold.amount = Amount{Uint128{u128_max}};
  expect_created({hold, make_post(51, 50, 1, keep)});
  EXPECT_EQ(account(payer).debits_pending, Amount{Uint128{u128_max - 1}});
  expect_created({make_post_of_all(52, 50, keep)});
  EXPECT_EQ(account(payer).debits_pending, Amount{});
  EXPECT_EQ(account(payer).debits_posted, Amount{Uint128{u128_max}});
}

TEST_P(HoldTest, IsRaisedByAnotherOneInAChainWithItsVoid) {
  expect_created({make_transfer(40, payer, 3, 10), make_pending(50, 3, payee, 8)});
  Transfer release = make_void(51, 50);
  release.flags |= flag::linked;
  EXPECT_EQ(transfers({release, make_pending(52, 3, payee, 11)}),
            (Statuses{"linked_event_failed", "exceeds_credits"}));
  EXPECT_EQ(balances(3), "8/0 0/10");
  EXPECT_EQ(transfers({release, make_pending(53, 3, payee, 10)}), (Statuses{"created", "created"}));
  EXPECT_EQ(balances(3), "10/0 0/10");
}

// ---- What the journal has of them. ----

TEST_P(HoldTest, APostIsJournaledWithAllThatItInherits) {
  if (engine() == nullptr) return;  // Seen in the engine's journal.
  Transfer hold = make_pending(50, payer, payee, 10);
  hold.business_id = BusinessId{Uint128{21, 0}};
  hold.trace_id = TraceId{Uint128{22, 0}};
  hold.user_id = UserId{23};
  hold.tag = Tag{24};
  hold.code = Code{25};
  Transfer post = make_post_of_all(51, 50);
  post.tag = Tag{99};
  expect_created({hold, post});
  const RecordedTransfer recorded = journaled(51);
  const Transfer& made = recorded.transfer;
  EXPECT_EQ(made.amount, amount_of(10));
  EXPECT_EQ(made.debit_account_id, account_id(payer));
  EXPECT_EQ(made.credit_account_id, account_id(payee));
  EXPECT_EQ(made.pending_id, hold.id);
  EXPECT_EQ(made.ledger, LedgerId{1});
  EXPECT_EQ(made.code, Code{25});
  EXPECT_EQ(made.business_id, hold.business_id);
  EXPECT_EQ(made.trace_id, hold.trace_id);
  EXPECT_EQ(made.user_id, hold.user_id);
  EXPECT_EQ(made.tag, Tag{99});
  EXPECT_EQ(made.flags, flag::post_pending_transfer);
}

TEST_P(HoldTest, LaterCapturesAreJournaledWithTheTotalSoFar) {
  if (engine() == nullptr) return;  // Seen in the engine's journal.
  expect_created({make_pending(50, payer, payee, 10), make_post(51, 50, 4, keep),
                  make_post(52, 50, 3, keep), make_post_of_all(53, 50)});
  EXPECT_EQ(journaled(51).note.total, amount_of(0));  // It is its own total.
  EXPECT_EQ(journaled(52).note.total, amount_of(7));
  EXPECT_EQ(journaled(52).note.bits, 0);
  EXPECT_EQ(journaled(53).note.total, amount_of(10));
  EXPECT_EQ(journaled(53).note.bits, note_bit::took_the_rest);
  EXPECT_EQ(journaled(53).transfer.amount, amount_of(3));
}

DAYBOOK_ON_EVERY_LEDGER(HoldTest);

}  // namespace
}  // namespace daybook::test
