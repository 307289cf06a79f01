// Imported accounts and transfers: their own timestamps, kept, growing within each kind and unique
// across the two.

#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/ledger/ledger_fixture.hpp"

namespace daybook::test {
namespace {

namespace flag = transfer_flag;
constexpr std::uint64_t payer = 1;
constexpr std::uint64_t payee = 2;
const std::string regresses = "imported_event_timestamp_must_not_regress";

/// Two accounts that were imported as of 1,000 and 2,000; it is much later now.
class ImportedTest : public LedgerTest {
 protected:
  static constexpr std::uint64_t now = 1'000'000'000'000;

  ImportedTest() {
    set_clock(now);
    open_accounts(
        std::vector{imported(make_account(payer), 1'000), imported(make_account(payee), 2'000)});
  }

  std::string move(std::uint64_t id, std::uint64_t at) {
    return transfer(imported(make_transfer(id, payer, payee, 1), at));
  }
  std::string open(std::uint64_t id, std::uint64_t at) {
    return accounts({imported(make_account(id), at)}).at(0);
  }
};

TEST_P(ImportedTest, KeepTheirTimestamps) {
  EXPECT_EQ(account(payer).timestamp, Timestamp{1'000});
  EXPECT_EQ(account(payee).timestamp, Timestamp{2'000});
  EXPECT_EQ(account(payer).flags, account_flag::imported);
  EXPECT_EQ(move(50, 3'000), "created");
  if (engine() != nullptr) {
    EXPECT_EQ(journaled(50).transfer.timestamp, Timestamp{3'000});
  }
}

TEST_P(ImportedTest, GrowWithinTheirKind) {
  EXPECT_EQ(open(10, 2'000), regresses);
  EXPECT_EQ(open(10, 1'999), regresses);
  EXPECT_EQ(open(10, 2'001), "created");
  EXPECT_EQ(move(50, 3'000), "created");
  EXPECT_EQ(move(51, 3'000), regresses);
  EXPECT_EQ(move(51, 2'999), regresses);
  EXPECT_EQ(move(51, 3'001), "created");
}

TEST_P(ImportedTest, AreUniqueAcrossTheKinds) {
  EXPECT_EQ(move(50, 3'000), "created");
  EXPECT_EQ(open(10, 3'000), regresses);
  EXPECT_EQ(open(10, 2'999), "created");
  EXPECT_EQ(open(11, 3'001), "created");
  EXPECT_EQ(move(51, 3'001), regresses);
  EXPECT_EQ(move(51, 3'002), "created");
}

TEST_P(ImportedTest, MustComeAfterBothTheirAccounts) {
  EXPECT_EQ(move(50, 999), "imported_event_timestamp_must_postdate_debit_account");
  EXPECT_EQ(move(50, 1'001), "imported_event_timestamp_must_postdate_credit_account");
  EXPECT_EQ(transfer(imported(make_transfer(50, payee, payer, 1), 1'999)),
            "imported_event_timestamp_must_postdate_debit_account");
  EXPECT_EQ(move(50, 2'001), "created");
}

TEST_P(ImportedTest, EachEventOfABatchSeesTheEarlierOnes) {
  EXPECT_EQ(transfers({imported(make_transfer(50, payer, payee, 1), 3'000),
                       imported(make_transfer(51, payer, payee, 1), 3'000),
                       imported(make_transfer(52, payer, payee, 1), 3'001),
                       make_transfer(53, payer, payee, 1)}),
            (Statuses{"created", regresses, "created", "imported_event_expected"}));
  EXPECT_EQ(transfers({make_transfer(54, payer, payee, 1),
                       imported(make_transfer(55, payer, payee, 1), 4'000)}),
            (Statuses{"created", "imported_event_not_expected"}));
}

TEST_P(ImportedTest, AfterOrdinaryEventsOnlyWhatIsStillLaterIsTaken) {
  expect_created({make_transfer(50, payer, payee, 1)});  // At the clock.
  EXPECT_EQ(move(51, 3'000), regresses);
  EXPECT_EQ(open(10, 3'000), "created");
  open_accounts({11});
  EXPECT_EQ(open(12, 4'000), regresses);
  set_clock(now + 1'000);
  EXPECT_EQ(move(51, now + 500), "created");
  EXPECT_EQ(open(12, now + 501), "created");
}

TEST_P(ImportedTest, FromOneNanosecondToTheOneBeforeTheBatch) {
  set_clock(now + 1'000);
  EXPECT_EQ(open(10, now + 1'000), "imported_event_timestamp_must_not_advance");
  set_clock(now + 2'000);
  EXPECT_EQ(open(10, now + 1'999), "created");
  EXPECT_EQ(open(11, 1), regresses);  // In range.
  EXPECT_EQ(move(51, 0), "imported_event_timestamp_out_of_range");
  EXPECT_EQ(move(51, 1ULL << 63), "imported_event_timestamp_out_of_range");
}

TEST_P(ImportedTest, HoldsHaveNoTimeoutAndAreResolvedByEither) {
  Transfer hold = imported(make_pending(50, payer, payee, 10, 1), 3'000);
  EXPECT_EQ(transfer(hold), "imported_event_timeout_must_be_zero");
  hold.timeout = 0;
  EXPECT_EQ(transfer(hold), "created");
  EXPECT_EQ(transfer(imported(make_pending(51, payer, payee, 5), 3'001)), "created");
  EXPECT_EQ(transfer(imported(make_post(52, 50, 10), 3'001)), regresses);
  EXPECT_EQ(transfer(imported(make_post(52, 50, 10), 3'002)), "created");
  EXPECT_EQ(transfer(make_void(53, 51)), "created");
  EXPECT_EQ(balances(payer), "0/10 0/0");
}

TEST_P(ImportedTest, AreReversedAndBalancedLikeOthers) {
  EXPECT_EQ(move(50, 3'000), "created");
  EXPECT_EQ(transfer(imported(make_transfer(51, payee, payer, 9, 1, flag::balancing_debit), 3'001)),
            "created");
  EXPECT_EQ(balances(payee), "0/1 0/1");
  EXPECT_EQ(transfer(make_reversal(52, 50)), "created");
}

TEST_P(ImportedTest, ARepeatIsNotComparedByItsTimestamp) {
  EXPECT_EQ(move(50, 3'000), "created");
  EXPECT_EQ(move(50, 3'000), "exists");
  EXPECT_EQ(move(50, 2'500), "exists");
  EXPECT_EQ(open(payer, 5'000), "exists");
  EXPECT_EQ(transfer(make_transfer(50, payer, payee, 1)), "exists_with_different_flags");
  EXPECT_EQ(accounts({make_account(payer)}), (Statuses{"exists_with_different_flags"}));
}

TEST_P(ImportedTest, AnAccountIsComparedWithEveryTransferHoweverMany) {
  // Far more than the engine notes times for; between them, and burnt and refused ones among them.
  constexpr std::uint64_t count = 9'000;
  constexpr std::uint64_t first = 10'000;
  for (std::uint64_t done = 0; done < count;) {
    std::vector<Transfer> batch;
    for (; batch.size() < 3'000; ++done) {
      const std::uint64_t credit = done % 7 == 0 ? 900 : payee;
      batch.push_back(imported(make_transfer(100 + done, payer, credit, 1), first + 10 * done));
    }
    transfers(batch);
  }
  if (engine() != nullptr) engine()->restart();
  std::uint64_t id = 100'000;
  for (std::uint64_t at = 1; at < count; at += 501) {
    const std::uint64_t taken = first + 10 * at;
    EXPECT_EQ(open(++id, taken), at % 7 == 0 ? "created" : regresses) << at;
    EXPECT_EQ(open(++id, taken + 1), "created") << at;
  }
  EXPECT_EQ(open(++id, first + 10 * count), "created");
}

DAYBOOK_ON_EVERY_LEDGER(ImportedTest);

}  // namespace
}  // namespace daybook::test
