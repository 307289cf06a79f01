// Holds whose time is over: exactly when, in which order, in which slices, and what is given back.

#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/ledger/ledger_fixture.hpp"

namespace daybook::test {
namespace {

namespace flag = transfer_flag;
constexpr std::uint64_t payer = 1;
constexpr std::uint64_t payee = 2;
using Ids = std::vector<TransferId>;

/// On a clock that shows what it is told and releases nothing by itself.
class ExpiryTest : public LedgerTest {
 protected:
  static constexpr std::uint64_t start = 1'000'000;

  ExpiryTest() {
    open_accounts({payer, payee});
    set_clock(start);
  }

  Ids release(std::uint32_t limit = 100) { return ledger_->release_due(limit); }
  static Ids ids(std::initializer_list<std::uint64_t> numbers) {
    Ids all;
    for (const std::uint64_t each : numbers) all.push_back(transfer_id(each));
    return all;
  }
};

TEST_P(ExpiryTest, APostComesInTimeUpToTheLastNanosecond) {
  expect_created({make_pending(50, payer, payee, 10, 1)});
  set_clock(start + second - 1);
  EXPECT_EQ(transfer(make_post_of_all(51, 50)), "created");
}

TEST_P(ExpiryTest, AVoidComesInTimeUpToTheLastNanosecond) {
  expect_created({make_pending(50, payer, payee, 10, 1)});
  set_clock(start + second - 1);
  EXPECT_EQ(transfer(make_void(51, 50)), "created");
}

TEST_P(ExpiryTest, AtTheDeadlineAndAfterItNothingComesInTimeReleasedOrNot) {
  for (const std::uint64_t late : {0U, 1U}) {
    const std::uint64_t hold = 50 + 10 * late;
    const std::uint64_t begin = start + late * 10 * second;
    set_clock(begin);
    expect_created({make_pending(hold, payer, payee, 10, 1)});
    set_clock(begin + second + late);
    EXPECT_EQ(transfer(make_post_of_all(hold + 1, hold)), "pending_transfer_expired");
    EXPECT_EQ(transfer(make_void(hold + 2, hold)), "pending_transfer_expired");
    EXPECT_EQ(balances(payer), "10/0 0/0");  // Not released counts as held.
    EXPECT_EQ(release(), ids({hold}));
    EXPECT_EQ(balances(payer), "0/0 0/0");
    EXPECT_EQ(transfer(make_post_of_all(hold + 3, hold)), "pending_transfer_expired");
    EXPECT_EQ(transfer(make_void(hold + 4, hold)), "pending_transfer_expired");
  }
}

TEST_P(ExpiryTest, NothingIsReleasedBeforeItsDeadline) {
  expect_created({make_pending(50, payer, payee, 10, 1)});
  set_clock(start + second - 1);
  EXPECT_EQ(release(), Ids{});
  set_clock(start + second);
  EXPECT_EQ(release(), ids({50}));
  EXPECT_EQ(release(), Ids{});
}

TEST_P(ExpiryTest, ReleasesInTheOrderOfDeadlinesThenOfCreation) {
  // The slots of one batch differ by a nanosecond, so equal deadlines need batches of their own
  // times: 53 and 54 are a second apart and fall due together.
  set_clock(start);
  expect_created({make_pending(50, payer, payee, 1, 5)});
  set_clock(start + 1);
  expect_created({make_pending(51, payer, payee, 1, 3)});
  set_clock(start + 2);
  expect_created({make_pending(53, payer, payee, 1, 4)});
  set_clock(start + 2 + second);
  expect_created({make_pending(54, payer, payee, 1, 3)});
  set_clock(start + 3 + second);
  expect_created({make_pending(55, payer, payee, 1, 1)});
  set_clock(start + 100 * second);
  EXPECT_EQ(release(), ids({55, 51, 53, 54, 50}));
}

TEST_P(ExpiryTest, ReleasesInSlicesThatARestartDoesNotDisturb) {
  std::vector<Transfer> batch;
  for (std::uint64_t at = 0; at < 10; ++at) {
    batch.push_back(make_pending(50 + at, payer, payee, 1, static_cast<std::uint32_t>(20 - at)));
  }
  expect_created(batch);
  set_clock(start + 100 * second);
  EXPECT_EQ(release(3), ids({59, 58, 57}));
  EXPECT_EQ(balances(payer), "7/0 0/0");
  if (engine() != nullptr) engine()->restart();
  EXPECT_EQ(release(3), ids({56, 55, 54}));
  EXPECT_EQ(transfer(make_post(80, 53, 1)), "pending_transfer_expired");
  if (engine() != nullptr) engine()->restart();
  EXPECT_EQ(release(), ids({53, 52, 51, 50}));
  EXPECT_EQ(balances(payer), "0/0 0/0");
}

TEST_P(ExpiryTest, ASliceIsOneOperationAndAnEmptyOneTakesNoSequence) {
  expect_created({make_pending(50, payer, payee, 1, 1), make_pending(51, payer, payee, 1, 1)});
  const auto next_sequence = [&] { return submit({}).first_sequence.value(); };
  const std::uint64_t before = next_sequence();
  release();
  EXPECT_EQ(next_sequence(), before + 1);
  set_clock(start + 100 * second);
  release();
  EXPECT_EQ(next_sequence(), before + 2 + 3);
}

TEST_P(ExpiryTest, OnlyTheRemainderOfACapturedHoldIsReleased) {
  expect_created(
      {make_pending(50, payer, payee, 10, 1), make_post(51, 50, 4, flag::keep_remainder)});
  set_clock(start + 2 * second);
  EXPECT_EQ(transfer(make_post(52, 50, 1, flag::keep_remainder)), "pending_transfer_expired");
  EXPECT_EQ(release(), ids({50}));
  EXPECT_EQ(balances(payer), "0/4 0/0");
  EXPECT_EQ(balances(payee), "0/0 0/4");
}

TEST_P(ExpiryTest, ResolvedHoldsAndThoseWithoutATimeoutAreNeverReleased) {
  expect_created({make_pending(50, payer, payee, 1, 1), make_pending(51, payer, payee, 1, 1),
                  make_pending(52, payer, payee, 1), make_post_of_all(53, 50), make_void(54, 51)});
  set_clock((1ULL << 63) - 2);
  EXPECT_EQ(release(), Ids{});
  EXPECT_EQ(transfer(make_post_of_all(55, 52)), "created");
}

TEST_P(ExpiryTest, GivesBackWhateverBecameOfTheAccounts) {
  expect_created({make_pending(50, payer, payee, 10, 1)});
  changes({make_change(payer, AccountChangeKind::close),
           make_change(payee, AccountChangeKind::freeze, account_side::both),
           make_limits(payer, 5, 6)});
  set_clock(start + second);
  EXPECT_EQ(release(), ids({50}));
  EXPECT_EQ(balances(payer), "0/0 0/0");
  EXPECT_EQ(balances(payee), "0/0 0/0");
}

TEST_P(ExpiryTest, OfAClosingHoldOpensTheAccountAgain) {
  Transfer closing = make_pending(50, payer, payee, 0, 1);
  closing.flags |= flag::closing_debit | flag::closing_credit;
  expect_created({closing});
  EXPECT_EQ(transfer(make_transfer(51, payer, payee, 1)), "debit_account_already_closed");
  set_clock(start + second);
  EXPECT_EQ(transfer(make_transfer(52, payer, payee, 1)), "debit_account_already_closed");
  EXPECT_EQ(release(), ids({50}));
  EXPECT_EQ(transfer(make_transfer(53, payer, payee, 1)), "created");
}

TEST_P(ExpiryTest, TheHoldsMoneyIsFreeOnceItIsReleased) {
  open_accounts(std::vector{make_account(3, 1, account_flag::debits_must_not_exceed_credits)});
  expect_created({make_transfer(40, payer, 3, 10), make_pending(50, 3, payee, 10, 1)});
  set_clock(start + 2 * second);
  EXPECT_EQ(transfer(make_transfer(51, 3, payee, 1)), "exceeds_credits");
  release();
  EXPECT_EQ(transfer(make_transfer(52, 3, payee, 10)), "created");
}

/// On a clock that moves only by advance_clock, which releases all that is due.
class ManualExpiryTest : public LedgerTest {
 protected:
  ManualExpiryTest() : LedgerTest{{.manual_clock = true}} {
    open_accounts({payer, payee});
    EXPECT_EQ(advance_clock(start), RequestStatus::ok);
  }
  static constexpr std::uint64_t start = 1'000'000;
};

TEST_P(ManualExpiryTest, AdvancingToTheDeadlineReleasesAndOneNanosecondLessDoesNot) {
  expect_created({make_pending(50, payer, payee, 10, 1)});
  EXPECT_EQ(advance_clock(second - 1), RequestStatus::ok);
  EXPECT_EQ(balances(payer), "10/0 0/0");
  EXPECT_EQ(advance_clock(1), RequestStatus::ok);
  EXPECT_EQ(balances(payer), "0/0 0/0");
  EXPECT_EQ(transfer(make_post_of_all(51, 50)), "pending_transfer_expired");
}

TEST_P(ManualExpiryTest, ReleasesMoreThanASliceBeforeItAnswers) {
  std::vector<Transfer> batch;
  for (std::uint64_t at = 0; at < 2 * limits::releases_per_operation_max + 1; ++at) {
    batch.push_back(make_pending(1'000 + at, payer, payee, 1, 1));
  }
  expect_created(batch);
  EXPECT_EQ(advance_clock(2 * second), RequestStatus::ok);
  EXPECT_EQ(balances(payer), "0/0 0/0");
}

TEST_P(ManualExpiryTest, JumpsToTheEndOfTime) {
  expect_created(
      {make_pending(50, payer, payee, 10, ~std::uint32_t{0}), make_pending(51, payer, payee, 5)});
  EXPECT_EQ(advance_clock((1ULL << 63) - 1 - start - 10), RequestStatus::ok);
  EXPECT_EQ(balances(payer), "5/0 0/0");
  EXPECT_EQ(transfer(make_pending(52, payer, payee, 1, 1)), "overflows_timeout");
  EXPECT_EQ(transfer(make_pending(53, payer, payee, 1)), "created");
}

TEST_P(ManualExpiryTest, TheClockAndWhatIsDueByItSurviveARestart) {
  expect_created({make_pending(50, payer, payee, 10, 1), make_pending(51, payer, payee, 5, 2)});
  EXPECT_EQ(advance_clock(second + 5), RequestStatus::ok);
  EXPECT_EQ(balances(payer), "5/0 0/0");
  if (engine() != nullptr) engine()->restart();
  EXPECT_EQ(transfer(make_void(52, 50)), "pending_transfer_expired");
  EXPECT_EQ(transfer(make_post(53, 51, 5)), "created");
  EXPECT_EQ(balances(payer), "0/5 0/0");
}

DAYBOOK_ON_EVERY_LEDGER(ExpiryTest);
DAYBOOK_ON_EVERY_LEDGER(ManualExpiryTest);

}  // namespace
}  // namespace daybook::test
