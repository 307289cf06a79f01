// Timestamps and sequences: one slot an event, created or not; time that never goes back whatever
// the clock does; sequences only for what is journaled.

#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/ledger_under_test.hpp"

namespace daybook::test {
namespace {

class TimestampTest : public ::testing::TestWithParam<LedgerMaker> {
 protected:
  TimestampTest() : ledger_{GetParam().make({})} {
    ledger_->put_ledgers(std::vector{make_ledger(1, "EUR")});
    ledger_->create_accounts(std::vector{make_account(1), make_account(2)});
  }

  /// A batch of `count` good transfers.
  BatchReply pay(std::uint64_t count = 1) {
    std::vector<Transfer> batch;
    while (batch.size() < count) batch.push_back(make_transfer(++last_id_, 1, 2, 1));
    return ledger_->create_transfers(batch);
  }

  std::unique_ptr<LedgerUnderTest> ledger_;
  std::uint64_t last_id_ = 0;
};

TEST_P(TimestampTest, TheLastSlotOfABatchIsTheClock) {
  ledger_->set_clock(1'000);
  EXPECT_EQ(pay(10).first_timestamp, Timestamp{991});
  EXPECT_EQ(pay(1).first_timestamp, Timestamp{1'001});  // The clock has not moved.
}

TEST_P(TimestampTest, GoOnFromTheLastOneWhenTheClockIsBehind) {
  ledger_->set_clock(1'000);
  pay(1);
  ledger_->set_clock(400);
  EXPECT_EQ(pay(5).first_timestamp, Timestamp{1'001});
  EXPECT_EQ(pay(1).first_timestamp, Timestamp{1'006});
  ledger_->set_clock(1'010);
  EXPECT_EQ(pay(7).first_timestamp, Timestamp{1'007});  // 1,006 + 7 is past the clock.
  ledger_->set_clock(2'000);
  EXPECT_EQ(pay(1).first_timestamp, Timestamp{2'000});
}

TEST_P(TimestampTest, AreSharedByAccountsAndTransfers) {
  ledger_->set_clock(1'000);
  EXPECT_EQ(pay(1).first_timestamp, Timestamp{1'000});
  const BatchReply accounts =
      ledger_->create_accounts(std::vector{make_account(10), make_account(11)});
  EXPECT_EQ(accounts.first_timestamp, Timestamp{1'001});
  EXPECT_EQ(ledger_->lookup_account(account_id(10))->timestamp, Timestamp{1'001});
  EXPECT_EQ(ledger_->lookup_account(account_id(11))->timestamp, Timestamp{1'002});
  EXPECT_EQ(pay(1).first_timestamp, Timestamp{1'003});
}

TEST_P(TimestampTest, OfRefusedEventsAreTheirSlots) {
  ledger_->set_clock(1'000);
  const BatchReply reply = ledger_->create_transfers(
      std::vector{make_transfer(0, 1, 2, 1), make_transfer(51, 1, 2, 1), make_transfer(52, 1, 1, 1),
                  make_transfer(53, 1, 2, 1)});
  EXPECT_EQ(reply.first_timestamp, Timestamp{997});
  ASSERT_EQ(reply.refused.size(), 2U);
  EXPECT_EQ(reply.refused[0].index, 0U);
  EXPECT_EQ(reply.refused[0].timestamp, Timestamp{997});
  EXPECT_EQ(reply.refused[1].index, 2U);
  EXPECT_EQ(reply.refused[1].timestamp, Timestamp{999});
  EXPECT_EQ(pay(1).first_timestamp, Timestamp{1'001});
}

TEST_P(TimestampTest, OfWhatExistsIsTheOriginals) {
  ledger_->set_clock(1'000);
  ledger_->create_accounts(std::vector{make_account(10)});
  ledger_->set_clock(2'000);
  const Transfer transfer = make_transfer(50, 1, 2, 1);
  ledger_->create_transfers(std::vector{make_transfer(49, 1, 2, 1), transfer});
  ledger_->set_clock(3'000);
  Transfer different = transfer;
  different.tag = Tag{9};
  const BatchReply again = ledger_->create_transfers(std::vector{transfer, different});
  EXPECT_EQ(again.refused.at(0).timestamp, Timestamp{2'000});
  EXPECT_EQ(again.refused.at(1).timestamp, Timestamp{3'000});  // Another one: its own slot.
  const BatchReply account = ledger_->create_accounts(std::vector{make_account(10)});
  EXPECT_EQ(account.refused.at(0).timestamp, Timestamp{1'000});
}

TEST_P(TimestampTest, AnEmptyBatchTakesNoSlotButOneSequence) {
  ledger_->set_clock(1'000);
  const BatchReply empty = ledger_->create_transfers({});
  EXPECT_EQ(empty.status, RequestStatus::ok);
  EXPECT_EQ(empty.first_timestamp, Timestamp{1'000});
  const BatchReply after = pay(1);
  EXPECT_EQ(after.first_timestamp, Timestamp{1'001});
  EXPECT_EQ(after.first_sequence.value(), empty.first_sequence.value() + 1);
}

TEST_P(TimestampTest, ReachTheLastNanosecondAndNoFurther) {
  constexpr std::uint64_t last = (1ULL << 63) - 1;
  ledger_->set_clock(last - 3);
  EXPECT_EQ(pay(1).first_timestamp, Timestamp{last - 3});
  EXPECT_EQ(pay(4).status, RequestStatus::clock_out_of_range);
  EXPECT_EQ(pay(3).first_timestamp, Timestamp{last - 2});
  EXPECT_EQ(pay(1).status, RequestStatus::clock_out_of_range);
  ledger_->set_clock(std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(pay(1).status, RequestStatus::clock_out_of_range);
  EXPECT_EQ(pay(0).first_timestamp, Timestamp{last});
  EXPECT_EQ(ledger_->lookup_account(account_id(1))->debits_posted, amount_of(4));
}

TEST_P(TimestampTest, SequencesCountTheOperationAndItsCreatedEvents) {
  const BatchReply first = pay(3);
  const BatchReply second = ledger_->create_transfers(
      std::vector{make_transfer(0, 1, 2, 1), make_transfer(++last_id_, 1, 2, 1)});
  const BatchReply third = pay(1);
  EXPECT_EQ(second.first_sequence.value(), first.first_sequence.value() + 4);
  EXPECT_EQ(third.first_sequence.value(), second.first_sequence.value() + 2);
}

TEST_P(TimestampTest, OfAnImportedPostDoesNotReopenAHoldThatIsOverdue) {
  ledger_->set_clock(1'000);
  Transfer hold = make_transfer(50, 1, 2, 10, 1, transfer_flag::pending);
  hold.timeout = 1;
  ledger_->create_transfers(std::vector{hold});
  Transfer post = make_transfer(51, 1, 2, 10, 1,
                                transfer_flag::post_pending_transfer | transfer_flag::imported);
  post.pending_id = hold.id;
  post.timestamp = Timestamp{2'000};  // Before the deadline.
  ledger_->set_clock(1'000'001'000);  // At it: released or not, the answer is one.
  for (int round = 0; round < 2; ++round) {
    const BatchReply reply = ledger_->create_transfers(std::vector{post});
    EXPECT_EQ(status_name(RequestKind::create_transfers, reply.status_of(0)),
              "pending_transfer_expired");
    EXPECT_EQ(ledger_->release_due(10).size(), round == 0 ? 1U : 0U);
  }
}

INSTANTIATE_TEST_SUITE_P(Ledgers, TimestampTest, ::testing::ValuesIn(ledgers_under_test()),
                         [](const auto& test) { return name_of_maker(test.param); });

TEST(ManualClockTest, EveryLedgerMovesOnlyWhenTold) {
  for (const LedgerMaker& maker : ledgers_under_test()) {
    SCOPED_TRACE(maker.name);
    const auto ledger = maker.make({.manual_clock = true});
    ledger->set_clock(77'777);  // Ignored.
    WriteRequest request;
    request.client = ClientId{Uint128{5, 0}};
    const auto submit = [&](RequestKind kind, std::uint64_t argument) {
      request.kind = kind;
      request.argument = argument;
      request.frame_checksum = ++request.number;
      return ledger->submit(request);
    };
    const std::uint64_t max = (1ULL << 63) - 1;
    EXPECT_EQ(submit(RequestKind::create_transfers, 0).first_timestamp, Timestamp{0});
    EXPECT_EQ(submit(RequestKind::advance_clock, 1'000).status, RequestStatus::ok);
    EXPECT_EQ(submit(RequestKind::create_transfers, 0).first_timestamp, Timestamp{1'000});
    EXPECT_EQ(submit(RequestKind::advance_clock, max).status, RequestStatus::clock_out_of_range);
    EXPECT_EQ(submit(RequestKind::advance_clock, max - 1'000).status, RequestStatus::ok);
    EXPECT_EQ(submit(RequestKind::create_transfers, 0).first_timestamp, Timestamp{max});
    EXPECT_EQ(submit(RequestKind::accept_clock, 0).status, RequestStatus::clock_not_held);
  }
}

TEST(ManualClockTest, AClockThatRunsByItselfIsNotMoved) {
  for (const LedgerMaker& maker : ledgers_under_test()) {
    SCOPED_TRACE(maker.name);
    const auto ledger = maker.make({});
    WriteRequest request;
    request.kind = RequestKind::advance_clock;
    request.client = ClientId{Uint128{5, 0}};
    request.number = 1;
    request.argument = 1'000;
    EXPECT_EQ(ledger->submit(request).status, RequestStatus::clock_not_manual);
  }
}

}  // namespace
}  // namespace daybook::test
