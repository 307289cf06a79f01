// What the bench takes for a wrong answer.
//
// Method: answers are made by hand, right and wrong ones.

#include "tools/daybook/bench/bench_answer_check.hpp"

#include <gtest/gtest.h>

namespace daybook {
namespace {

constexpr auto transfers = AnswerCheck::What::transfers;

BatchResult answer(std::uint64_t first_sequence) {
  BatchResult result;
  result.first_sequence = Sequence{first_sequence};
  return result;
}

TEST(BenchAnswerCheckTest, AcceptsAnswersInAnyOrderThatShareNoSequence) {
  AnswerCheck check;
  // Of 10 events each, with the operation: 11 sequences.
  for (const std::uint64_t first : {23U, 1U, 45U, 12U, 34U}) {
    EXPECT_EQ(check.fault_of(answer(first), transfers, 0, 10), std::nullopt) << first;
  }
}

TEST(BenchAnswerCheckTest, ASequenceThatIsGivenTwiceIsAFault) {
  for (const std::uint64_t first : {10U, 11U, 20U, 21U}) {
    AnswerCheck check;
    ASSERT_EQ(check.fault_of(answer(11), transfers, 0, 10), std::nullopt);
    const auto fault = check.fault_of(answer(first), transfers, 10, 10);
    ASSERT_TRUE(fault.has_value()) << first;
    EXPECT_NE(fault->find("transfers 10 to 19"), std::string::npos) << *fault;
  }
}

TEST(BenchAnswerCheckTest, ARefusalAndARefusedRequestAreFaultsInWords) {
  AnswerCheck check;
  BatchResult refused = answer(1);
  Refusal refusal{};
  refusal.index = 3;
  refusal.status = static_cast<std::uint16_t>(CreateTransferStatus::exists);
  refused.refusals.push_back(refusal);
  EXPECT_NE(check.fault_of(refused, transfers, 0, 10)->find("(exists)"), std::string::npos);
  BatchResult busy;
  busy.status = RequestStatus::busy;
  EXPECT_NE(check.fault_of(busy, AnswerCheck::What::accounts, 0, 10)->find("busy"),
            std::string::npos);
}

}  // namespace
}  // namespace daybook
