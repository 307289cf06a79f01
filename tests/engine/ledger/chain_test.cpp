// Linked chains: all or nothing, with the statuses that tell what failed and what fell with it; and
// what stays behind when a chain is undone.

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/ledger_under_test.hpp"

namespace daybook::test {
namespace {

constexpr std::uint16_t linked = 1;
constexpr std::uint64_t a = 1;
constexpr std::uint64_t b = 2;
constexpr std::uint64_t missing = 900;

using Statuses = std::vector<std::string>;

class ChainTest : public ::testing::TestWithParam<LedgerMaker> {
 protected:
  ChainTest() : ledger_{GetParam().make({})} {
    ledger_->put_ledgers(std::vector{make_ledger(1, "EUR")});
    ledger_->create_accounts(std::vector{make_account(a), make_account(b)});
  }

  Statuses transfers(const std::vector<Transfer>& batch) {
    return named(ledger_->create_transfers(batch), RequestKind::create_transfers, batch.size());
  }
  Statuses accounts(const std::vector<Account>& batch) {
    return named(ledger_->create_accounts(batch), RequestKind::create_accounts, batch.size());
  }
  static Statuses named(const BatchReply& reply, RequestKind kind, std::size_t count) {
    Statuses names;
    for (std::uint32_t i = 0; i < count; ++i) {
      names.push_back(status_name(kind, reply.status_of(i)));
    }
    return names;
  }

  std::uint64_t debits_of(std::uint64_t account) {
    return ledger_->lookup_account(account_id(account))->debits_posted.value().lo;
  }

  std::unique_ptr<LedgerUnderTest> ledger_;
};

Transfer pay(std::uint64_t id, std::uint16_t flags = 0, std::uint64_t amount = 1) {
  return make_transfer(id, a, b, amount, 1, flags);
}

Transfer pay_nobody(std::uint64_t id, std::uint16_t flags = 0) {
  return make_transfer(id, a, missing, 1, 1, flags);
}

TEST_P(ChainTest, SucceedsAsAWhole) {
  EXPECT_EQ(transfers({pay(1, linked), pay(2, linked), pay(3), pay(4)}),
            (Statuses{"created", "created", "created", "created"}));
  EXPECT_EQ(debits_of(a), 4U);
}

TEST_P(ChainTest, FailsAsAWholeWhereverItFails) {
  const std::string down = "linked_event_failed";
  const std::string why = "credit_account_not_found";
  EXPECT_EQ(transfers({pay_nobody(1, linked), pay(2, linked), pay(3)}),
            (Statuses{why, down, down}));
  EXPECT_EQ(transfers({pay(4, linked), pay_nobody(5, linked), pay(6)}),
            (Statuses{down, why, down}));
  EXPECT_EQ(transfers({pay(7, linked), pay(8, linked), pay_nobody(9)}),
            (Statuses{down, down, why}));
  EXPECT_EQ(debits_of(a), 0U);
}

TEST_P(ChainTest, FailsAlone) {
  EXPECT_EQ(transfers({pay(1), pay(2, linked), pay_nobody(3), pay(4), pay(5, linked), pay(6)}),
            (Statuses{"created", "linked_event_failed", "credit_account_not_found", "created",
                      "created", "created"}));
  EXPECT_EQ(debits_of(a), 4U);
}

TEST_P(ChainTest, LaterEventsOfAFailedChainAreNotEvenLookedAt) {
  EXPECT_EQ(transfers({pay_nobody(1, linked), pay_nobody(2, linked), pay_nobody(3)}),
            (Statuses{"credit_account_not_found", "linked_event_failed", "linked_event_failed"}));
  // So only the first id is burnt.
  EXPECT_EQ(transfers({pay(1), pay(2), pay(3)}),
            (Statuses{"id_already_failed", "created", "created"}));
}

TEST_P(ChainTest, IdsThatFellWithTheirChainStayFreeAndTheBurntOneStaysBurnt) {
  transfers({pay(1, linked), pay(2, linked), pay_nobody(3)});
  EXPECT_EQ(transfers({pay(3), pay(2), pay(1)}),
            (Statuses{"id_already_failed", "created", "created"}));
}

TEST_P(ChainTest, ExistsBreaksAChain) {
  transfers({pay(1)});
  EXPECT_EQ(transfers({pay(2, linked), pay(1), pay(3)}),
            (Statuses{"linked_event_failed", "exists", "created"}));
  EXPECT_EQ(debits_of(a), 2U);
}

TEST_P(ChainTest, SeesWhatItDidItselfUntilItIsUndone) {
  // The second of two equal events finds the first, whose creation is undone for it.
  const BatchReply reply =
      ledger_->create_transfers(std::vector{pay(1, linked), pay(1, linked), pay(2)});
  EXPECT_EQ(named(reply, RequestKind::create_transfers, 3),
            (Statuses{"linked_event_failed", "exists", "linked_event_failed"}));
  EXPECT_EQ(reply.refused[1].timestamp, reply.first_timestamp);
  EXPECT_EQ(transfers({pay(1)}), (Statuses{"created"}));
}

TEST_P(ChainTest, LeftOpenAtTheEndFails) {
  EXPECT_EQ(transfers({pay(1), pay(2, linked), pay(3, linked)}),
            (Statuses{"created", "linked_event_failed", "linked_event_chain_open"}));
  EXPECT_EQ(transfers({pay(4, linked)}), (Statuses{"linked_event_chain_open"}));
  EXPECT_EQ(debits_of(a), 1U);
}

TEST_P(ChainTest, OpenWinsOverFailedOnTheLastEvent) {
  EXPECT_EQ(
      transfers({pay_nobody(1, linked), pay(2, linked), pay(3, linked)}),
      (Statuses{"credit_account_not_found", "linked_event_failed", "linked_event_chain_open"}));
}

TEST_P(ChainTest, AnOpenEventIsNotLookedAtSoItsIdStaysFree) {
  EXPECT_EQ(transfers({pay_nobody(1, linked)}), (Statuses{"linked_event_chain_open"}));
  EXPECT_EQ(transfers({pay(1)}), (Statuses{"created"}));
}

TEST_P(ChainTest, DoesNotReachIntoTheNextRequest) {
  transfers({pay(1, linked)});
  EXPECT_EQ(transfers({pay_nobody(2)}), (Statuses{"credit_account_not_found"}));
  EXPECT_EQ(transfers({pay(3)}), (Statuses{"created"}));
  EXPECT_EQ(debits_of(a), 1U);
}

TEST_P(ChainTest, TwoChainsSideBySideDoNotMeet) {
  EXPECT_EQ(transfers({pay(1, linked), pay_nobody(2), pay(3, linked), pay(4)}),
            (Statuses{"linked_event_failed", "credit_account_not_found", "created", "created"}));
}

TEST_P(ChainTest, GivesBackEveryBalanceItTouched) {
  transfers({pay(1, 0, 100)});
  const Account a_before = ledger_->lookup_account(account_id(a)).value();
  const Account b_before = ledger_->lookup_account(account_id(b)).value();
  transfers(
      {pay(2, linked, 7), make_transfer(3, b, a, 50, 1, linked), pay(4, linked, 9), pay_nobody(5)});
  EXPECT_TRUE(same(ledger_->lookup_account(account_id(a)).value(), a_before));
  EXPECT_TRUE(same(ledger_->lookup_account(account_id(b)).value(), b_before));
}

TEST_P(ChainTest, MoneyThatAChainBringsCanBeSpentInIt) {
  ledger_->create_accounts(
      std::vector{make_account(3, 1, account_flag::debits_must_not_exceed_credits)});
  EXPECT_EQ(transfers({make_transfer(1, a, 3, 10, 1, linked), make_transfer(2, 3, b, 10)}),
            (Statuses{"created", "created"}));
  EXPECT_EQ(transfers({make_transfer(3, a, 3, 10, 1, linked), make_transfer(4, 3, b, 11)}),
            (Statuses{"linked_event_failed", "exceeds_credits"}));
  EXPECT_EQ(debits_of(3), 10U);
}

TEST_P(ChainTest, UndoneEventsTakeNoSequence) {
  const BatchReply before = ledger_->create_transfers(std::vector{pay(1)});
  const BatchReply undone =
      ledger_->create_transfers(std::vector{pay(2, linked), pay_nobody(3), pay(4)});
  const BatchReply after = ledger_->create_transfers(std::vector{pay(5)});
  EXPECT_EQ(undone.first_sequence.value(), before.first_sequence.value() + 2);
  EXPECT_EQ(after.first_sequence.value(), undone.first_sequence.value() + 2);
}

TEST_P(ChainTest, OfAccountsWorksAlike) {
  EXPECT_EQ(accounts({make_account(10, 1, linked), make_account(11, 1, linked), make_account(12)}),
            (Statuses{"created", "created", "created"}));
  EXPECT_EQ(accounts({make_account(20, 1, linked), make_account(0, 1, linked), make_account(21)}),
            (Statuses{"linked_event_failed", "id_must_not_be_zero", "linked_event_failed"}));
  EXPECT_EQ(ledger_->lookup_account(account_id(20)), std::nullopt);
  EXPECT_EQ(ledger_->lookup_account(account_id(21)), std::nullopt);
  EXPECT_EQ(accounts({make_account(20), make_account(21, 1, linked)}),
            (Statuses{"created", "linked_event_chain_open"}));
  EXPECT_EQ(accounts({make_account(22, 1, linked), make_account(20)}),
            (Statuses{"linked_event_failed", "exists"}));
}

TEST_P(ChainTest, OfTheLargestBatchIsUndoneWhole) {
  std::vector<Transfer> batch;
  for (std::uint64_t i = 1; i <= limits::batch_events_max; ++i) batch.push_back(pay(i, linked));
  batch.back() = pay_nobody(limits::batch_events_max);
  const BatchReply reply = ledger_->create_transfers(batch);
  EXPECT_EQ(reply.refused.size(), limits::batch_events_max);
  EXPECT_EQ(reply.refused.back().status,
            static_cast<std::uint16_t>(CreateTransferStatus::credit_account_not_found));
  EXPECT_EQ(debits_of(a), 0U);
  batch.back() = pay(limits::batch_events_max + 1);
  EXPECT_TRUE(ledger_->create_transfers(batch).refused.empty());
  EXPECT_EQ(debits_of(a), limits::batch_events_max);
}

INSTANTIATE_TEST_SUITE_P(Ledgers, ChainTest, ::testing::ValuesIn(ledgers_under_test()),
                         [](const auto& test) { return name_of_maker(test.param); });

}  // namespace
}  // namespace daybook::test
