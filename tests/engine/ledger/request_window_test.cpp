// (client, request number): the first answer again for a repeat, a refusal for another content
// under a used number, and never an execution of a number that has left the window.

#include <vector>

#include <gtest/gtest.h>

#include "tests/support/ledger_under_test.hpp"

namespace daybook::test {
namespace {

constexpr std::uint64_t kept = 1'024;

class RequestWindowTest : public ::testing::TestWithParam<LedgerMaker> {
 protected:
  RequestWindowTest() { start({}); }

  void start(LedgerSettings settings) {
    ledger_ = GetParam().make(settings);
    ledger_->put_ledgers(std::vector{make_ledger(1, "EUR")});
    ledger_->create_accounts(std::vector{make_account(1), make_account(2)});
  }

  /// A transfer of 1 whose id is `id`, under the client's number; the checksum is of both.
  static WriteRequest request(std::uint64_t client, std::uint64_t number, std::uint64_t id) {
    WriteRequest made;
    made.client = ClientId{Uint128{client, 0}};
    made.number = number;
    made.frame_checksum = number * 1'000'003 + id;
    made.transfers = {make_transfer(id, 1, 2, 1)};
    return made;
  }
  BatchReply pay(std::uint64_t client, std::uint64_t number, std::uint64_t id) {
    return ledger_->submit(request(client, number, id));
  }

  std::uint64_t paid() { return ledger_->lookup_account(account_id(1))->debits_posted.value().lo; }

  std::unique_ptr<LedgerUnderTest> ledger_;
};

TEST_P(RequestWindowTest, ARepeatGetsTheFirstAnswerAndDoesNothing) {
  ledger_->set_clock(1'000);
  const BatchReply first = pay(7, 1, 100);
  pay(7, 2, 101);
  ledger_->set_clock(2'000);
  EXPECT_EQ(pay(7, 1, 100), first);
  EXPECT_EQ(paid(), 2U);
}

TEST_P(RequestWindowTest, ARepeatGetsItsRefusalsAgain) {
  WriteRequest mixed = request(7, 1, 100);
  mixed.transfers = {make_transfer(0, 1, 2, 1), make_transfer(100, 1, 2, 1),
                     make_transfer(101, 1, 900, 1), make_transfer(100, 1, 2, 1)};
  const BatchReply first = ledger_->submit(mixed);
  EXPECT_EQ(first.refused.size(), 3U);
  EXPECT_EQ(ledger_->submit(mixed), first);
  pay(7, 2, 102);
  EXPECT_EQ(ledger_->submit(mixed), first);
}

TEST_P(RequestWindowTest, AUsedNumberWithAnotherContentIsRefused) {
  pay(7, 1, 100);
  EXPECT_EQ(pay(7, 1, 101).status, RequestStatus::request_number_reused);
  EXPECT_EQ(paid(), 1U);
  EXPECT_EQ(pay(7, 2, 101).status, RequestStatus::ok);
  EXPECT_EQ(paid(), 2U);
}

TEST_P(RequestWindowTest, NumbersMayHaveGapsButASkippedOneIsTooOld) {
  EXPECT_EQ(pay(7, 5, 100).status, RequestStatus::ok);
  EXPECT_EQ(pay(7, 9, 101).status, RequestStatus::ok);
  EXPECT_EQ(pay(7, 7, 102).status, RequestStatus::request_too_old);
  EXPECT_EQ(pay(7, 1, 102).status, RequestStatus::request_too_old);
  EXPECT_EQ(pay(7, 9, 101).status, RequestStatus::ok);
  EXPECT_EQ(paid(), 2U);
  EXPECT_EQ(pay(7, ~0ULL, 102).status, RequestStatus::ok);
  EXPECT_EQ(pay(7, ~0ULL - 1, 103).status, RequestStatus::request_too_old);
}

TEST_P(RequestWindowTest, NumberZeroIsNeverExecuted) {
  EXPECT_EQ(pay(7, 0, 100).status, RequestStatus::request_too_old);
  EXPECT_EQ(pay(7, 1, 100).status, RequestStatus::ok);
  EXPECT_EQ(pay(7, 0, 100).status, RequestStatus::request_too_old);
  EXPECT_EQ(paid(), 1U);
}

TEST_P(RequestWindowTest, ClientsDoNotSeeEachOthersNumbers) {
  EXPECT_EQ(pay(7, 1, 100).status, RequestStatus::ok);
  EXPECT_EQ(pay(8, 1, 101).status, RequestStatus::ok);
  EXPECT_EQ(pay(7, 1, 101).status, RequestStatus::request_number_reused);
  EXPECT_EQ(paid(), 2U);
}

TEST_P(RequestWindowTest, KeepsExactlyTheLastThousandAndTwentyFour) {
  const BatchReply first = pay(7, 1, 1'001);
  for (std::uint64_t number = 2; number <= kept; ++number) pay(7, number, 1'000 + number);
  EXPECT_EQ(pay(7, 1, 1'001), first);
  EXPECT_EQ(pay(7, kept + 1, 1'000 + kept + 1).status, RequestStatus::ok);
  EXPECT_EQ(pay(7, 1, 1'001).status, RequestStatus::request_too_old);
  EXPECT_EQ(pay(7, 2, 1'002).status, RequestStatus::ok);
  EXPECT_EQ(pay(7, 2, 9'999).status, RequestStatus::request_number_reused);
  EXPECT_EQ(paid(), kept + 1);
}

TEST_P(RequestWindowTest, StaysExactOverManyTurns) {
  for (std::uint64_t number = 1; number <= 3 * kept; ++number) {
    ASSERT_EQ(pay(7, number, 10'000 + number).status, RequestStatus::ok);
    if (number <= kept || number % 97 != 0) continue;
    ASSERT_EQ(pay(7, number - kept, 10'000 + number - kept).status, RequestStatus::request_too_old);
    ASSERT_EQ(pay(7, number - kept + 1, 10'000 + number - kept + 1).status, RequestStatus::ok);
  }
  EXPECT_EQ(paid(), 3 * kept);
}

TEST_P(RequestWindowTest, ARequestRefusedAsAWholeIsRememberedToo) {
  WriteRequest refused = request(7, 1, 100);
  refused.refuse_with = RequestStatus::not_authorised;
  const BatchReply first = ledger_->submit(refused);
  EXPECT_EQ(first.status, RequestStatus::not_authorised);
  EXPECT_GT(first.first_sequence, Sequence{0});
  EXPECT_EQ(pay(7, 1, 100), first);  // Even if it would be allowed by now.
  EXPECT_EQ(paid(), 0U);
  EXPECT_EQ(pay(7, 2, 100).first_sequence.value(), first.first_sequence.value() + 1);
}

TEST_P(RequestWindowTest, AReusedOrTooOldNumberTakesNoSequence) {
  const BatchReply before = pay(7, 5, 100);
  pay(7, 5, 101);
  pay(7, 4, 101);
  EXPECT_EQ(pay(7, 6, 101).first_sequence.value(), before.first_sequence.value() + 2);
}

// The fixture's own client is one of those that are kept.
TEST_P(RequestWindowTest, ClientsPastTheLimitKeepOnlyTheirHighestNumber) {
  start({.window_clients = 3, .window_numbers = 100});
  pay(1, 5, 100);
  pay(2, 5, 101);
  pay(1, 6, 102);  // Client 2 is now less recent than client 1; the fixture's least of all.
  pay(3, 5, 103);  // Pushes the fixture's client out.
  const BatchReply joined = pay(4, 5, 104);  // Pushes client 2 out.
  EXPECT_EQ(pay(2, 5, 101).status, RequestStatus::request_too_old);
  EXPECT_EQ(pay(1, 5, 100).status, RequestStatus::ok);
  EXPECT_EQ(pay(1, 6, 102).status, RequestStatus::ok);
  EXPECT_EQ(paid(), 5U);
  // The eviction took a sequence before the operation.
  const BatchReply next = pay(4, 6, 105);
  EXPECT_EQ(next.first_sequence.value(), joined.first_sequence.value() + 2);
  EXPECT_EQ(pay(2, 6, 106).first_sequence.value(), next.first_sequence.value() + 3);
}

TEST_P(RequestWindowTest, AForgottenNumberIsTheOldestOfThose) {
  start({.window_clients = 1, .window_numbers = 2});
  for (std::uint64_t client = 1; client <= 4; ++client) pay(client, 9, 100 + client);
  // Kept: 4. Numbers only: 2 and 3. Forgotten: the fixture's and 1.
  EXPECT_EQ(pay(3, 9, 103).status, RequestStatus::request_too_old);
  EXPECT_EQ(pay(2, 8, 102).status, RequestStatus::request_too_old);
  EXPECT_EQ(paid(), 4U);
  EXPECT_EQ(pay(1, 1, 200).status, RequestStatus::ok);
  EXPECT_EQ(paid(), 5U);
}

INSTANTIATE_TEST_SUITE_P(Ledgers, RequestWindowTest, ::testing::ValuesIn(ledgers_under_test()),
                         [](const auto& test) { return name_of_maker(test.param); });

}  // namespace
}  // namespace daybook::test
