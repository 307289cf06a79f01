// What a subscription may ask for: each limit at it and one past it, and what does not go together.

#include "engine/model/subscription.hpp"

#include <string>

#include <gtest/gtest.h>

namespace daybook {
namespace {

std::string fault(const Subscription& wanted) { return std::string{fault_of(wanted).value_or("")}; }

TEST(SubscriptionTest, AsksForEverythingWhereNothingIsSaid) { EXPECT_EQ(fault({}), ""); }

TEST(SubscriptionTest, HasALimitToItsLists) {
  Subscription wanted;
  wanted.event_type_count = subscription_types_max;
  wanted.account_count = subscription_accounts_max;
  EXPECT_EQ(fault(wanted), "");
  wanted.event_type_count = subscription_types_max + 1;
  EXPECT_EQ(fault(wanted), "more than 8 event types are given");
  wanted.event_type_count = 0;
  wanted.account_count = subscription_accounts_max + 1;
  EXPECT_EQ(fault(wanted), "more than 8 accounts are given");
}

TEST(SubscriptionTest, HasALimitToItsWindow) {
  Subscription wanted;
  for (const std::size_t good :
       {limits::subscription_window_bytes_min, limits::subscription_window_bytes_max}) {
    wanted.window_bytes = static_cast<std::uint32_t>(good);
    EXPECT_EQ(fault(wanted), "") << good;
  }
  for (const std::size_t bad :
       {limits::subscription_window_bytes_min - 1, limits::subscription_window_bytes_max + 1}) {
    wanted.window_bytes = static_cast<std::uint32_t>(bad);
    EXPECT_EQ(fault(wanted), "the window must be 16 KiB to 4 MiB") << bad;
  }
}

TEST(SubscriptionTest, KnowsTheKindsOfFacts) {
  Subscription wanted;
  wanted.kinds = known_kind_bits;
  EXPECT_EQ(fault(wanted), "");
  wanted.kinds = known_kind_bits + 1;
  EXPECT_EQ(fault(wanted), "a kind is asked for that nobody knows");
  EXPECT_EQ(kind_bit(FactKind::checkpoint), 1U << 13U);
  EXPECT_NE(known_kind_bits & kind_bit(FactKind::tcc), 0U);
}

TEST(SubscriptionTest, BeginsInOneWay) {
  Subscription wanted;
  wanted.start = SubscriptionStart{4};
  EXPECT_EQ(fault(wanted), "the start is of a kind that nobody knows");
  wanted.start = SubscriptionStart::now;
  wanted.from = 7;
  EXPECT_EQ(fault(wanted),
            "a sequence or time is given and the subscription does not begin from one");
  wanted.start = SubscriptionStart::time;
  wanted.from = limits::timestamp_max;
  EXPECT_EQ(fault(wanted), "");
  wanted.from = limits::timestamp_max + 1;
  EXPECT_EQ(fault(wanted), "the time is after the end of time, 2^63 - 1 ns");
}

TEST(SubscriptionTest, NamesACheckpointWhereItBeginsFromOne) {
  Subscription wanted;
  wanted.start = SubscriptionStart::checkpoint;
  EXPECT_EQ(fault(wanted), "the checkpoint to begin from has no name");
  wanted.set_checkpoint_name(std::string(64, 'x'));
  EXPECT_EQ(fault(wanted), "");
  wanted.checkpoint_bytes = 65;
  EXPECT_EQ(fault(wanted), "the checkpoint's name is longer than 64 bytes");
  wanted.set_checkpoint_name("\xff");
  EXPECT_EQ(fault(wanted), "the checkpoint's name is not printable UTF-8");
  wanted.set_checkpoint_name("mailer");
  wanted.start = SubscriptionStart::sequence;
  EXPECT_EQ(fault(wanted), "a checkpoint is named and the subscription does not begin from it");
}

TEST(SubscriptionTest, NamesAnAggregateWithItsType) {
  Subscription wanted;
  wanted.aggregate_id = Uint128{1, 0};
  EXPECT_EQ(fault(wanted), "an aggregate's id is given without its type");
  wanted.aggregate_type = Uint128{2, 0};
  EXPECT_EQ(fault(wanted), "");
}

}  // namespace
}  // namespace daybook
