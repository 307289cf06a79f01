// Holds whose time is over: when they are released, in which order, and at what time.

#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/ledger_under_test.hpp"

namespace daybook::test {
namespace {

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::uint64_t time_max = (1ULL << 63) - 1;

class ReleaseTest : public ::testing::TestWithParam<LedgerMaker> {
 protected:
  ReleaseTest() : ledger_{GetParam().make({})} {
    ledger_->put_ledgers(std::vector{make_ledger(1, "EUR")});
    ledger_->create_accounts(std::vector{make_account(1), make_account(2)});
  }

  /// Returns the hold's deadline.
  std::uint64_t hold(std::uint64_t id, std::uint32_t timeout) {
    Transfer pending = make_transfer(id, 1, 2, 10, 1, transfer_flag::pending);
    pending.timeout = timeout;
    return ledger_->create_transfers(std::vector{pending}).first_timestamp.value() +
           timeout * second;
  }

  std::unique_ptr<LedgerUnderTest> ledger_;
};

TEST_P(ReleaseTest, ComesAtTheDeadlineAndNotBefore) {
  const std::uint64_t deadline = hold(10, 1);
  ledger_->set_clock(deadline - 1);
  EXPECT_TRUE(ledger_->release_due(10).empty());
  EXPECT_EQ(ledger_->lookup_account(account_id(1))->debits_pending, amount_of(10));
  ledger_->set_clock(deadline);
  EXPECT_EQ(ledger_->release_due(10), std::vector{transfer_id(10)});
  EXPECT_EQ(ledger_->lookup_account(account_id(1))->debits_pending, amount_of(0));
}

TEST_P(ReleaseTest, GoesByDeadlineThenByCreationAndNoFurtherThanAsked) {
  hold(13, 3);
  Transfer first = make_transfer(12, 1, 2, 1, 1, transfer_flag::pending);
  first.timeout = 1;
  Transfer second_one = first;
  second_one.id = transfer_id(11);
  ledger_->create_transfers(std::vector{first, second_one});
  ledger_->set_clock(10 * second);
  EXPECT_EQ(ledger_->release_due(2), (std::vector{transfer_id(12), transfer_id(11)}));
  EXPECT_EQ(ledger_->release_due(2), std::vector{transfer_id(13)});
  EXPECT_TRUE(ledger_->release_due(2).empty());
}

TEST_P(ReleaseTest, IsNeverLaterThanTheEndOfTime) {
  hold(10, 1);
  ledger_->set_clock(time_max + 1'000);
  EXPECT_EQ(ledger_->release_due(10), std::vector{transfer_id(10)});
  // A request without events takes the last time there is.
  const BatchReply reply = ledger_->create_transfers({});
  EXPECT_EQ(reply.status, RequestStatus::ok);
  EXPECT_EQ(reply.first_timestamp, Timestamp{time_max});
}

INSTANTIATE_TEST_SUITE_P(Ledgers, ReleaseTest, ::testing::ValuesIn(ledgers_under_test()),
                         [](const auto& test) { return name_of_maker(test.param); });

}  // namespace
}  // namespace daybook::test
