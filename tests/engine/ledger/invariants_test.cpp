// The invariants: each stops the process when it is broken, and lets pass what is allowed.
//
// Method: accounts and holds are put down as no code of the engine would leave them.

#include "engine/ledger/invariants.hpp"

#include <gtest/gtest.h>

#include "engine/ledger/account_state.hpp"

namespace daybook {
namespace {

Amount amount(std::uint64_t value) { return Amount{Uint128{value, 0}}; }

Account account(std::uint64_t id, std::uint32_t ledger = 1) {
  Account made;
  made.id = AccountId{Uint128{id, 0}};
  made.ledger = LedgerId{ledger};
  made.timestamp = Timestamp{id};
  return made;
}

Transfer transfer_of(std::uint64_t value, std::uint16_t flags = 0) {
  Transfer made;
  made.amount = amount(value);
  made.flags = flags;
  return made;
}

Int128 signed_of(std::int64_t value) {
  return {static_cast<std::uint64_t>(value), value < 0 ? ~std::uint64_t{0} : 0};
}

TEST(LedgersBalanceTest, PassesWhatDebitsAsMuchAsItCredits) {
  Account debit = account(1);
  Account credit = account(2);
  debit.debits_posted = credit.credits_posted = amount(7);
  debit.debits_pending = credit.credits_pending = amount(3);
  LedgersBalance::check_move(debit, 0, credit, 0);
  LedgersBalance::check_hold(debit, 0, credit, 0);
  AccountTable table{4, 1};
  table.prepare(2);
  table.insert(debit);
  table.insert(credit);
  LedgersBalance::scan(table);
}

TEST(LedgersBalanceDeathTest, StopsWhereASideIsMissing) {
  Account debit = account(1);
  const Account credit = account(2);
  debit.debits_posted = amount(7);
  EXPECT_DEATH(LedgersBalance::check_move(debit, 0, credit, 0), "debits as much as it credits");
  debit.debits_pending = amount(7);
  EXPECT_DEATH(LedgersBalance::check_hold(debit, 0, credit, 0), "debits as much as it credits");
}

TEST(LedgersBalanceDeathTest, StopsWhereTwoLedgersMix) {
  EXPECT_DEATH(LedgersBalance::check_move(account(1, 1), 0, account(2, 2), 0), "one ledger");
  EXPECT_DEATH(LedgersBalance::check_hold(account(1, 1), 0, account(2, 2), 0), "one ledger");
}

TEST(LedgersBalanceDeathTest, StopsWhereALedgersSumsDiffer) {
  AccountTable table{4, 1};
  table.prepare(2);
  Account posted = account(1);
  posted.debits_posted = amount(1);
  table.insert(posted);
  EXPECT_DEATH(LedgersBalance::scan(table), "posted debits equal posted credits");
  AccountTable pending_table{4, 1};
  pending_table.prepare(2);
  Account pending = account(1);
  pending.credits_pending = amount(1);
  pending_table.insert(pending);
  EXPECT_DEATH(LedgersBalance::scan(pending_table), "pending debits equal pending credits");
}

TEST(PendingIsHeldDeathTest, StopsWhereNoHoldStandsForWhatIsPending) {
  AccountTable accounts{4, 1};
  HoldTable holds{4, 1};
  accounts.prepare(2);
  holds.prepare(1);
  Account debit = account(1);
  Account credit = account(2);
  debit.debits_pending = credit.credits_pending = amount(9);
  Hold hold;
  hold.id = TransferId{Uint128{5, 0}};
  hold.amount = amount(10);
  hold.posted = amount(1);
  hold.debit = accounts.insert(debit);
  hold.credit = accounts.insert(credit);
  EXPECT_DEATH(PendingIsHeld::scan(accounts, holds), "what its open holds hold");
  const HoldSlot slot = holds.insert(hold);
  PendingIsHeld::scan(accounts, holds);
  holds.set_posted(slot, amount(2));
  EXPECT_DEATH(PendingIsHeld::scan(accounts, holds), "what its open holds hold");
}

TEST(LimitsAreKeptDeathTest, StopsWhereAFlagsLimitIsPassed) {
  Account debit = account(1);
  Account credit = account(2);
  debit.flags = account_flag::debits_must_not_exceed_credits;
  debit.credits_posted = amount(10);
  debit.debits_posted = amount(8);
  debit.debits_pending = amount(2);
  LimitsAreKept::check(debit, credit, {}, {}, transfer_of(1), {});
  debit.debits_pending = amount(3);
  EXPECT_DEATH(LimitsAreKept::check(debit, credit, {}, {}, transfer_of(1), {}), "do not exceed");
  credit.flags = account_flag::credits_must_not_exceed_debits;
  credit.credits_posted = amount(1);
  EXPECT_DEATH(LimitsAreKept::check(account(3), credit, {}, {}, transfer_of(1), {}),
               "do not exceed");
}

TEST(LimitsAreKeptDeathTest, StopsBelowTheMinimumAndAboveTheMaximum) {
  Account debit = account(1);
  debit.flags = account_state::limited;
  debit.debits_posted = amount(50);
  const AccountLimits limits{signed_of(-50), signed_of(50)};
  LimitsAreKept::check(debit, account(2), limits, {}, transfer_of(1), {});
  debit.debits_pending = amount(1);
  EXPECT_DEATH(LimitsAreKept::check(debit, account(2), limits, {}, transfer_of(1), {}),
               "below its minimum");
  Account credit = account(2);
  credit.flags = account_state::limited;
  credit.credits_posted = amount(50);
  LimitsAreKept::check(account(1), credit, {}, limits, transfer_of(1), {});
  credit.credits_pending = amount(1);
  EXPECT_DEATH(LimitsAreKept::check(account(1), credit, {}, limits, transfer_of(1), {}),
               "above its maximum");
  TransferNote note;
  note.overrode = overrode::limits;
  LimitsAreKept::check(account(1), credit, {}, limits, transfer_of(1), note);
  LimitsAreKept::check(account(1), credit, {}, limits,
                       transfer_of(1, transfer_flag::post_pending_transfer), {});
}

TEST(ClosedAndFrozenStandStillDeathTest, StopsWhatMovesThem) {
  Account shut = account(1);
  shut.flags = account_flag::closed;
  const Account other = account(2);
  EXPECT_DEATH(ClosedAndFrozenStandStill::check(shut, other, transfer_of(1), {}), "not debited");
  EXPECT_DEATH(ClosedAndFrozenStandStill::check(other, shut, transfer_of(1), {}), "not credited");
  EXPECT_DEATH(ClosedAndFrozenStandStill::check(
                   shut, other, transfer_of(1, transfer_flag::post_pending_transfer), {}),
               "not debited");
  ClosedAndFrozenStandStill::check(shut, other,
                                   transfer_of(1, transfer_flag::void_pending_transfer), {});
  TransferNote note;
  note.overrode = overrode::closed_debit;
  ClosedAndFrozenStandStill::check(shut, other, transfer_of(1), note);

  Account frozen = account(3);
  frozen.flags = account_flag::debits_frozen;
  EXPECT_DEATH(ClosedAndFrozenStandStill::check(frozen, other, transfer_of(1), {}), "frozen");
  ClosedAndFrozenStandStill::check(other, frozen, transfer_of(1), {});
  frozen.flags = account_flag::credits_frozen;
  EXPECT_DEATH(ClosedAndFrozenStandStill::check(other, frozen, transfer_of(1), {}), "frozen");
  ClosedAndFrozenStandStill::check(other, frozen,
                                   transfer_of(1, transfer_flag::post_pending_transfer), {});
}

TEST(NoMoreThanTheOriginalDeathTest, StopsBeyondIt) {
  TransferNote note;
  note.total = amount(10);
  NoMoreThanTheOriginal::check_reversal(transfer_of(10), transfer_of(4), note);
  EXPECT_DEATH(NoMoreThanTheOriginal::check_reversal(transfer_of(9), transfer_of(4), note),
               "no more than it moved");
  Hold hold;
  hold.amount = amount(10);
  hold.posted = amount(4);
  NoMoreThanTheOriginal::check_post(hold, transfer_of(6));
  EXPECT_DEATH(NoMoreThanTheOriginal::check_post(hold, transfer_of(7)), "no more than it holds");
}

}  // namespace
}  // namespace daybook
