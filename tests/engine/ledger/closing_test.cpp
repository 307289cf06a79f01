// What closes an account and what opens it again: its creation, an operator, an open closing hold.

#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/ledger_under_test.hpp"

namespace daybook::test {
namespace {

constexpr std::uint64_t closed_account = 1;
constexpr std::uint64_t other = 2;
constexpr std::uint64_t closing_hold = 10;

class ClosingTest : public ::testing::TestWithParam<LedgerMaker> {
 protected:
  ClosingTest() : ledger_{GetParam().make({})} {
    ledger_->put_ledgers(std::vector{make_ledger(1, "EUR")});
    ledger_->create_accounts(std::vector{make_account(closed_account), make_account(other)});
    submit(make_transfer(closing_hold, closed_account, other, 7, 1,
                         transfer_flag::pending | transfer_flag::closing_debit));
  }

  /// By a coordinator, who may post what is closed.
  std::string submit(const Transfer& transfer) {
    WriteRequest request;
    request.kind = RequestKind::create_transfers;
    request.client = ClientId{Uint128{1, 0}};
    request.number = ++number_;
    request.authority = Authority::coordinator;
    request.owner = Uint128{5, 0};
    request.transfers = {transfer};
    return status_name(request.kind, ledger_->submit(request).status_of(0));
  }

  [[nodiscard]] bool is_closed() {
    return (ledger_->lookup_account(account_id(closed_account))->flags & account_flag::closed) != 0;
  }

  std::unique_ptr<LedgerUnderTest> ledger_;
  std::uint64_t number_ = 0;
};

Transfer resolve(std::uint64_t id, std::uint16_t flags, std::uint64_t amount) {
  Transfer transfer;
  transfer.id = transfer_id(id);
  transfer.pending_id = transfer_id(closing_hold);
  transfer.amount = amount_of(amount);
  transfer.flags = flags;
  return transfer;
}

AccountChange change(AccountChangeKind kind) {
  AccountChange wanted;
  wanted.account_id = account_id(closed_account);
  wanted.kind = kind;
  return wanted;
}

TEST_P(ClosingTest, AHoldClosesAsLongAsItIsOpenEvenWhereItIsPosted) {
  EXPECT_TRUE(is_closed());
  const std::uint16_t part = transfer_flag::post_pending_transfer | transfer_flag::keep_remainder;
  EXPECT_EQ(submit(resolve(11, part, 3)), "created");
  EXPECT_TRUE(is_closed());
  EXPECT_EQ(submit(resolve(12, transfer_flag::post_pending_transfer, 4)), "created");
  EXPECT_FALSE(is_closed());
}

TEST_P(ClosingTest, AVoidLiftsWhatTheHoldClosedButNotWhatAnOperatorDid) {
  ledger_->change_accounts(std::vector{change(AccountChangeKind::close)});
  EXPECT_EQ(submit(resolve(11, transfer_flag::void_pending_transfer, 0)), "created");
  EXPECT_TRUE(is_closed());
  ledger_->change_accounts(std::vector{change(AccountChangeKind::reopen)});
  EXPECT_FALSE(is_closed());
}

TEST_P(ClosingTest, ReopeningDoesNotLiftWhatAHoldClosed) {
  ledger_->change_accounts(std::vector{change(AccountChangeKind::reopen)});
  EXPECT_TRUE(is_closed());
  EXPECT_EQ(submit(resolve(11, transfer_flag::void_pending_transfer, 0)), "created");
  EXPECT_FALSE(is_closed());
}

INSTANTIATE_TEST_SUITE_P(Ledgers, ClosingTest, ::testing::ValuesIn(ledgers_under_test()),
                         [](const auto& test) { return name_of_maker(test.param); });

}  // namespace
}  // namespace daybook::test
