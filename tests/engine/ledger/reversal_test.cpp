// Reversals: what they move, how far they go, and what they may be reversals of.

#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/ledger/ledger_fixture.hpp"

namespace daybook::test {
namespace {

namespace flag = transfer_flag;
constexpr std::uint64_t payer = 1;
constexpr std::uint64_t payee = 2;

class ReversalTest : public LedgerTest {
 protected:
  ReversalTest() { open_accounts({payer, payee, 3}); }
};

TEST_P(ReversalTest, MovesTheOppositeWay) {
  expect_created({make_transfer(50, payer, payee, 10), make_reversal(51, 50)});
  EXPECT_EQ(balances(payer), "0/10 0/10");
  EXPECT_EQ(balances(payee), "0/10 0/10");
}

TEST_P(ReversalTest, GoesInPartsUntilNothingIsLeft) {
  expect_created({make_transfer(50, payer, payee, 10), make_reversal(51, 50, 3)});
  EXPECT_EQ(transfer(make_reversal(52, 50, 8)), "reversal_exceeds_original");
  expect_created({make_reversal(53, 50, 5), make_reversal(54, 50)});
  EXPECT_EQ(balances(payer), "0/10 0/10");
  EXPECT_EQ(transfer(make_reversal(55, 50)), "reversal_exceeds_original");
  EXPECT_EQ(transfer(make_reversal(56, 50, 1)), "reversal_exceeds_original");
}

TEST_P(ReversalTest, OfACapturedHoldNamesThePost) {
  expect_created({make_pending(50, payer, payee, 10), make_post(51, 50, 7)});
  EXPECT_EQ(transfer(make_reversal(52, 50)), "reversal_target_not_posted");
  EXPECT_EQ(transfer(make_reversal(53, 51, 8)), "reversal_exceeds_original");
  EXPECT_EQ(transfer(make_reversal(54, 51)), "created");
  EXPECT_EQ(balances(payer), "0/7 0/7");
}

TEST_P(ReversalTest, OfOneCaptureLeavesTheOthersAndTheHoldAlone) {
  expect_created({make_pending(50, payer, payee, 10), make_post(51, 50, 3, flag::keep_remainder),
                  make_post(52, 50, 4, flag::keep_remainder), make_reversal(53, 51)});
  EXPECT_EQ(balances(payer), "3/7 0/3");
  EXPECT_EQ(transfer(make_reversal(54, 51)), "reversal_exceeds_original");
  expect_created({make_reversal(55, 52, 4), make_post_of_all(56, 50), make_reversal(57, 56)});
  EXPECT_EQ(balances(payer), "0/10 0/10");
}

TEST_P(ReversalTest, IsNotReversedItself) {
  expect_created({make_transfer(50, payer, payee, 10), make_reversal(51, 50)});
  EXPECT_EQ(transfer(make_reversal(52, 51)), "reversal_target_not_posted");
}

TEST_P(ReversalTest, MayRepeatTheFieldsOfTheTargetTurnedRound) {
  expect_created({make_transfer(50, payer, payee, 10)});
  Transfer event = make_transfer(51, payee, payer, 4, 1, flag::reversal);
  event.pending_id = transfer_id(50);
  EXPECT_EQ(transfer(event), "created");
  event.id = transfer_id(52);
  std::swap(event.debit_account_id, event.credit_account_id);
  EXPECT_EQ(transfer(event), "pending_transfer_has_different_debit_account_id");
}

TEST_P(ReversalTest, IsKeptToLimitsAsAnyTransfer) {
  open_accounts(std::vector{make_account(10, 1, account_flag::debits_must_not_exceed_credits)});
  expect_created({make_transfer(50, payer, 10, 10), make_transfer(51, 10, payee, 6)});
  EXPECT_EQ(transfer(make_reversal(52, 50)), "exceeds_credits");
  EXPECT_EQ(transfer(make_reversal(53, 50, 4)), "created");
}

TEST_P(ReversalTest, ARefusedOneTakesNothingOfWhatIsLeft) {
  expect_created({make_transfer(50, payer, payee, 10)});
  changes({make_change(payee, AccountChangeKind::freeze, account_side::debits)});
  EXPECT_EQ(transfer(make_reversal(51, 50, 6)), "debit_account_frozen");
  changes({make_change(payee, AccountChangeKind::unfreeze, account_side::debits)});
  EXPECT_EQ(transfer(make_reversal(52, 50, 6)), "created");
  EXPECT_EQ(transfer(make_reversal(53, 50, 4)), "created");
}

TEST_P(ReversalTest, OfManyTransfersAreKeptApart) {
  std::vector<Transfer> originals;
  std::vector<Transfer> reversals;
  for (std::uint64_t at = 0; at < 1'000; ++at) {
    originals.push_back(make_transfer(10'000 + at, payer, payee, at + 1));
    reversals.push_back(make_reversal(20'000 + at, 10'000 + at, at / 2 + 1));
  }
  expect_created(originals);
  expect_created(reversals);
  if (engine() != nullptr) engine()->restart();
  for (std::uint64_t at = 0; at < 1'000; at += 37) {
    const std::uint64_t left = at + 1 - (at / 2 + 1);
    EXPECT_EQ(transfer(make_reversal(30'000 + at, 10'000 + at, left + 1)),
              "reversal_exceeds_original");
    const std::string expected = left == 0 ? "reversal_exceeds_original" : "created";
    EXPECT_EQ(transfer(make_reversal(40'000 + at, 10'000 + at)), expected);
  }
}

TEST_P(ReversalTest, IsJournaledWithWhatItInheritsAndTheTotalSoFar) {
  if (engine() == nullptr) return;  // Seen in the engine's journal.
  Transfer original = make_transfer(50, payer, payee, 10);
  original.business_id = BusinessId{Uint128{21, 0}};
  original.trace_id = TraceId{Uint128{22, 0}};
  original.user_id = UserId{23};
  original.tag = Tag{24};
  original.code = Code{25};
  Transfer later = make_reversal(52, 50);
  later.trace_id = TraceId{Uint128{99, 0}};
  expect_created({original, make_reversal(51, 50, 4), later});
  const RecordedTransfer first_made = journaled(51);
  const RecordedTransfer second_made = journaled(52);
  EXPECT_EQ(first_made.transfer.debit_account_id, account_id(payee));
  EXPECT_EQ(first_made.transfer.credit_account_id, account_id(payer));
  EXPECT_EQ(first_made.transfer.pending_id, original.id);
  EXPECT_EQ(first_made.transfer.code, Code{25});
  EXPECT_EQ(first_made.transfer.business_id, original.business_id);
  EXPECT_EQ(first_made.transfer.trace_id, original.trace_id);
  EXPECT_EQ(first_made.transfer.user_id, original.user_id);
  EXPECT_EQ(first_made.transfer.tag, original.tag);
  EXPECT_EQ(first_made.note.total, amount_of(4));
  EXPECT_EQ(first_made.note.bits, 0);
  EXPECT_EQ(first_made.note.before, Sequence{});
  EXPECT_EQ(second_made.transfer.amount, amount_of(6));
  EXPECT_EQ(second_made.transfer.trace_id, later.trace_id);
  EXPECT_EQ(second_made.note.total, amount_of(10));
  EXPECT_EQ(second_made.note.bits, note_bit::took_the_rest);
  EXPECT_NE(second_made.note.before, Sequence{});
}

DAYBOOK_ON_EVERY_LEDGER(ReversalTest);

}  // namespace
}  // namespace daybook::test
