// A sparse reply spread over the events of its batch: statuses, timestamps and sequences.

#include "tools/daybook/text/outcome.hpp"

#include <gtest/gtest.h>

#include "engine/model/status.hpp"

namespace daybook {
namespace {

Refusal refusal(std::uint32_t index, CreateTransferStatus status, std::uint64_t timestamp) {
  return {.index = index,
          .status = static_cast<std::uint16_t>(status),
          .part = 0,
          .timestamp = Timestamp{timestamp}};
}

TEST(OutcomeTest, CreatedEventsTakeSequencesAndRefusedOnesDoNot) {
  const std::vector<Refusal> refusals = {refusal(1, CreateTransferStatus::exceeds_credits, 101),
                                         refusal(3, CreateTransferStatus::exists, 42)};
  const auto outcomes = event_outcomes<Transfer>({Sequence{10}, Timestamp{100}, refusals}, 5);
  ASSERT_EQ(outcomes.size(), 5U);
  const std::uint64_t sequences[] = {11, 0, 12, 0, 13};
  const std::uint64_t timestamps[] = {100, 101, 102, 42, 104};
  const char* names[] = {"created", "exceeds_credits", "created", "exists", "created"};
  for (std::size_t index = 0; index < 5; ++index) {
    EXPECT_EQ(outcomes[index].sequence.value(), sequences[index]) << index;
    EXPECT_EQ(outcomes[index].timestamp.value(), timestamps[index]) << index;
    EXPECT_EQ(outcomes[index].status_name, names[index]) << index;
  }
  EXPECT_TRUE(outcomes[0].good());
  EXPECT_FALSE(outcomes[1].good());
  EXPECT_TRUE(outcomes[3].good());
  EXPECT_FALSE(outcomes[3].created());
}

TEST(OutcomeTest, AccountsHaveTheirOwnStatuses) {
  const std::vector<Refusal> refusals = {
      {.index = 0,
       .status = static_cast<std::uint16_t>(CreateAccountStatus::exists),
       .part = 0,
       .timestamp = Timestamp{1}}};
  const auto outcomes = event_outcomes<Account>({Sequence{1}, Timestamp{5}, refusals}, 1);
  EXPECT_EQ(outcomes[0].status_name, "exists");
  EXPECT_TRUE(outcomes[0].existed);
  EXPECT_FALSE(event_outcomes<Transfer>({Sequence{1}, Timestamp{5}, refusals}, 1)[0].existed);
}

TEST(OutcomeTest, RefusalsOfNoEventAreSkipped) {
  const std::vector<Refusal> refusals = {refusal(1, CreateTransferStatus::exists, 1),
                                         refusal(0, CreateTransferStatus::exists, 1),
                                         refusal(9, CreateTransferStatus::exists, 1)};
  const auto outcomes = event_outcomes<Transfer>({Sequence{1}, Timestamp{5}, refusals}, 3);
  EXPECT_TRUE(outcomes[0].created());
  EXPECT_TRUE(outcomes[1].existed);
  EXPECT_TRUE(outcomes[2].created());
}

}  // namespace
}  // namespace daybook
