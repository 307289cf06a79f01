// What a broken chain leaves behind: nothing but burnt ids. Each test lets a chain do something,
// fail, and shows that balances, holds, closings, reversed amounts, times and ids are as before.

#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/ledger/ledger_fixture.hpp"

namespace daybook::test {
namespace {

namespace flag = transfer_flag;
constexpr std::uint16_t keep = flag::keep_remainder;
constexpr std::uint64_t payer = 1;
constexpr std::uint64_t payee = 2;
constexpr std::uint64_t missing = 900;

class ChainUndoTest : public LedgerTest {
 protected:
  static constexpr std::uint64_t start = 1'000'000;

  ChainUndoTest() {
    set_clock(start);
    open_accounts({payer, payee});
  }

  /// Links `events` and lets the chain fail at its end; the accounts must be as before.
  void break_after(std::vector<Transfer> events) {
    const Account payer_before = account(payer);
    const Account payee_before = account(payee);
    for (Transfer& event : events) event.flags |= flag::linked;
    events.push_back(make_transfer(++failing_id_, payer, missing, 1));
    Statuses expected(events.size(), "linked_event_failed");
    expected.back() = "credit_account_not_found";
    EXPECT_EQ(transfers(events), expected);
    EXPECT_TRUE(same(account(payer), payer_before)) << balances(payer);
    EXPECT_TRUE(same(account(payee), payee_before)) << balances(payee);
  }

  std::uint64_t failing_id_ = 5'000;
};

TEST_P(ChainUndoTest, APendingTransferIsGoneAndItsIdIsFree) {
  break_after({make_pending(50, payer, payee, 10, 1)});
  EXPECT_EQ(transfer(make_post(51, 50, 10)), "pending_transfer_not_found");
  set_clock(start + 10 * second);
  EXPECT_TRUE(ledger_->release_due(10).empty());
  EXPECT_EQ(transfer(make_pending(50, payer, payee, 3)), "created");
}

TEST_P(ChainUndoTest, AHoldThatWasPostedIsOpenAgain) {
  expect_created({make_pending(50, payer, payee, 10)});
  break_after({make_post(51, 50, 7)});
  EXPECT_EQ(balances(payer), "10/0 0/0");
  EXPECT_EQ(transfer(make_post(51, 50, 10)), "created");
}

TEST_P(ChainUndoTest, AHoldThatWasVoidedIsOpenAgainWithItsDeadlineAndPlaceInTheOrder) {
  expect_created({make_pending(50, payer, payee, 1, 2), make_pending(51, payer, payee, 1, 1),
                  make_pending(52, payer, payee, 1, 3)});
  break_after({make_void(60, 50), make_void(61, 51), make_void(62, 52)});
  set_clock(start + 10 * second);
  EXPECT_EQ(ledger_->release_due(10),
            (std::vector{transfer_id(51), transfer_id(50), transfer_id(52)}));
}

TEST_P(ChainUndoTest, CapturesAreTakenBackToWhatWasPostedBefore) {
  expect_created({make_pending(50, payer, payee, 10), make_post(51, 50, 2, keep)});
  break_after({make_post(52, 50, 3, keep), make_post(53, 50, 1, keep)});
  EXPECT_EQ(balances(payer), "8/2 0/0");
  break_after({make_post(52, 50, 3, keep), make_post_of_all(53, 50, keep)});
  EXPECT_EQ(balances(payer), "8/2 0/0");
  EXPECT_EQ(transfer(make_post(54, 50, 9)), "exceeds_pending_transfer_amount");
  EXPECT_EQ(transfer(make_post(55, 50, 8)), "created");
}

TEST_P(ChainUndoTest, AWholeLifeOfAHoldInOneChainNeverWas) {
  break_after({make_pending(50, payer, payee, 10), make_post(51, 50, 2, keep),
               make_post(52, 50, 3, keep), make_void(53, 50), make_reversal(54, 51),
               make_transfer(55, payer, payee, 4), make_reversal(56, 55, 1)});
  EXPECT_EQ(transfers({make_pending(50, payer, payee, 10), make_post(51, 50, 2, keep),
                       make_post(52, 50, 3, keep), make_void(53, 50), make_reversal(54, 51),
                       make_transfer(55, payer, payee, 4), make_reversal(56, 55, 1)}),
            Statuses(7, "created"));
  EXPECT_EQ(balances(payer), "0/9 0/3");
}

TEST_P(ChainUndoTest, WhatWasReversedCanBeReversedAgain) {
  expect_created({make_transfer(50, payer, payee, 10)});
  break_after({make_reversal(51, 50, 4), make_reversal(52, 50)});
  EXPECT_EQ(transfer(make_reversal(53, 50, 10)), "created");
}

TEST_P(ChainUndoTest, WhatWasReversedBeforeTheChainStaysReversed) {
  expect_created({make_transfer(50, payer, payee, 10), make_reversal(51, 50, 3)});
  break_after({make_reversal(52, 50, 4), make_reversal(53, 50, 1), make_reversal(54, 50)});
  EXPECT_EQ(transfer(make_reversal(55, 50, 8)), "reversal_exceeds_original");
  EXPECT_EQ(transfer(make_reversal(56, 50, 7)), "created");
  EXPECT_EQ(transfer(make_reversal(57, 50)), "reversal_exceeds_original");
}

TEST_P(ChainUndoTest, AnAccountThatAClosingHoldClosedIsOpenAgain) {
  Transfer closing = make_pending(50, payer, payee, 0);
  closing.flags |= flag::closing_debit | flag::closing_credit;
  break_after({closing});
  EXPECT_EQ(transfer(make_transfer(51, payer, payee, 1)), "created");
}

TEST_P(ChainUndoTest, AnAccountThatAVoidOpenedIsClosedAgain) {
  Transfer closing = make_pending(50, payer, payee, 0);
  closing.flags |= flag::closing_debit;
  expect_created({closing});
  break_after({make_void(51, 50), make_transfer(52, payer, payee, 5)});
  EXPECT_EQ(transfer(make_transfer(53, payer, payee, 5)), "debit_account_already_closed");
  EXPECT_EQ(transfers({make_void(51, 50), make_transfer(52, payer, payee, 5)}),
            (Statuses{"created", "created"}));
}

TEST_P(ChainUndoTest, AllKindsBetweenTheSameAccountsUnwindInOrder) {
  expect_created({make_transfer(40, payer, payee, 100), make_pending(41, payer, payee, 50),
                  make_pending(42, payee, payer, 20)});
  Transfer balancing = make_transfer(51, payer, payee, 1'000);
  balancing.flags |= flag::balancing_credit;
  break_after({make_transfer(50, payee, payer, 7), make_post(52, 41, 30, keep), balancing,
               make_transfer(53, payer, payee, 3), make_reversal(54, 40, 25), make_void(55, 42),
               make_pending(56, payer, payee, 9), make_post_of_all(57, 41),
               make_transfer(58, payee, payer, 1)});
  EXPECT_EQ(balances(payer), "50/100 20/0");
  EXPECT_EQ(balances(payee), "20/0 50/100");
}

TEST_P(ChainUndoTest, AnIdThatFailedInsideStaysBurntAndTheOthersStayFree) {
  expect_created({make_pending(50, payer, payee, 10)});
  Transfer post = make_post(51, 50, 10);
  post.flags |= flag::linked;
  Transfer reversal = make_reversal(52, missing);
  reversal.flags |= flag::linked;
  EXPECT_EQ(transfers({post, reversal, make_transfer(53, payer, payee, 1)}),
            (Statuses{"linked_event_failed", "reversal_target_not_found", "linked_event_failed"}));
  EXPECT_EQ(transfers({make_post(51, 50, 10), make_reversal(52, 51), make_reversal(53, 51)}),
            (Statuses{"created", "id_already_failed", "created"}));
}

TEST_P(ChainUndoTest, OnlyTransientRefusalsBurnInAChainToo) {
  Transfer first = make_transfer(50, payer, payee, 1);
  first.flags |= flag::linked;
  Transfer bad = make_transfer(51, payer, payee, 1);
  bad.code = Code{0};
  EXPECT_EQ(transfers({first, bad}), (Statuses{"linked_event_failed", "code_must_not_be_zero"}));
  expect_created({make_transfer(50, payer, payee, 1), make_transfer(51, payer, payee, 1)});
}

TEST_P(ChainUndoTest, TimestampsThatWereImportedAreFreeAgain) {
  set_clock(start + 10'000);
  Transfer first = imported(make_transfer(50, payer, payee, 1), start + 500);
  first.flags |= flag::linked;
  const Transfer bad = imported(make_transfer(51, payer, missing, 1), start + 600);
  EXPECT_EQ(transfers({first, bad}), (Statuses{"linked_event_failed", "credit_account_not_found"}));
  // Earlier than what was undone, so the last transfer's time went back with it.
  EXPECT_EQ(transfer(imported(make_transfer(52, payer, payee, 1), start + 400)), "created");
  EXPECT_EQ(accounts({imported(make_account(60), start + 400)}),
            (Statuses{"imported_event_timestamp_must_not_regress"}));
  EXPECT_EQ(accounts({imported(make_account(60), start + 500)}), (Statuses{"created"}));
}

TEST_P(ChainUndoTest, SurvivesARestart) {
  expect_created({make_pending(50, payer, payee, 10, 5), make_transfer(51, payer, payee, 10)});
  break_after({make_post(52, 50, 4, keep), make_reversal(53, 51, 4)});
  if (engine() != nullptr) engine()->restart();
  EXPECT_EQ(transfers({make_post(52, 50, 10), make_reversal(53, 51, 10)}),
            (Statuses{"created", "created"}));
}

TEST_P(ChainUndoTest, OfTheLargestChainOfHoldsIsWhole) {
  std::vector<Transfer> events;
  for (std::uint64_t at = 0; events.size() + 2 <= limits::batch_events_max - 1; at += 2) {
    events.push_back(make_pending(10'000 + at, payer, payee, 2, 7));
    events.push_back(make_post(10'001 + at, 10'000 + at, 1));
  }
  break_after(events);
  expect_created(events);
  EXPECT_EQ(account(payer).debits_posted, amount_of(events.size() / 2));
}

DAYBOOK_ON_EVERY_LEDGER(ChainUndoTest);

}  // namespace
}  // namespace daybook::test
