// Account changes: the numbers and names of their kinds and of what answers show of holds, and
// signed 128-bit numbers in order and in words.

#include "engine/model/account_change.hpp"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/model/account.hpp"
#include "engine/model/facts.hpp"
#include "engine/model/transfer.hpp"
#include "engine/model/views.hpp"

namespace daybook {
namespace {

TEST(AccountChangeTest, KindsKeepTheirNumbersAndNames) {
  const std::map<unsigned, std::string> names = {
      {1, "set_limits"}, {2, "clear_limits"}, {3, "freeze"},
      {4, "unfreeze"},   {5, "close"},        {6, "reopen"},
  };
  for (std::uint16_t number = 0; number < 1'000; ++number) {
    const auto named = names.find(number);
    EXPECT_EQ(to_string(AccountChangeKind{number}),
              named == names.end() ? "unknown_change" : named->second);
  }
}

TEST(AccountChangeTest, HoldStatesKeepTheirNumbersAndNames) {
  const std::map<unsigned, std::string> names = {
      {1, "open"}, {2, "posted"}, {3, "voided"}, {4, "expired"}};
  for (std::uint16_t number = 0; number < 1'000; ++number) {
    const auto named = names.find(number);
    EXPECT_EQ(to_string(HoldState{number}), named == names.end() ? "unknown_state" : named->second);
  }
}

TEST(AccountChangeTest, KindsOfFactsKeepTheirNumbersAndNames) {
  const std::map<unsigned, std::string> names = {
      {1, "account"},         {2, "transfer"},       {3, "ledger"},
      {4, "segment_opened"},  {5, "segment_sealed"}, {6, "segment_hashed"},
      {7, "clock_change"},    {8, "client_evicted"}, {9, "hold_released"},
      {10, "account_change"}, {11, "name"},          {12, "domain_event"},
      {13, "checkpoint"},     {14, "tcc"},
  };
  for (std::uint16_t number = 0; number < 1'000; ++number) {
    const auto named = names.find(number);
    EXPECT_EQ(to_string(FactKind{number}), named == names.end() ? "unknown_fact" : named->second);
  }
}

TEST(AccountChangeTest, BitsKeepTheirPlaces) {
  EXPECT_EQ(account_side::debits, 1);
  EXPECT_EQ(account_side::credits, 2);
  EXPECT_EQ(account_flag::closed, 32);
  EXPECT_EQ(account_flag::debits_frozen, 64);
  EXPECT_EQ(account_flag::credits_frozen, 128);
  EXPECT_EQ(transfer_flag::pending, 2);
  EXPECT_EQ(transfer_flag::post_pending_transfer, 4);
  EXPECT_EQ(transfer_flag::void_pending_transfer, 8);
  EXPECT_EQ(transfer_flag::balancing_debit, 16);
  EXPECT_EQ(transfer_flag::balancing_credit, 32);
  EXPECT_EQ(transfer_flag::closing_debit, 64);
  EXPECT_EQ(transfer_flag::closing_credit, 128);
  EXPECT_EQ(transfer_flag::imported, 256);
  EXPECT_EQ(transfer_flag::keep_remainder, 1 << 14);
  EXPECT_EQ(transfer_flag::reversal, 1 << 15);
  EXPECT_EQ(overrode::closed_debit, 1);
  EXPECT_EQ(overrode::closed_credit, 2);
  EXPECT_EQ(overrode::frozen_debit, 4);
  EXPECT_EQ(overrode::frozen_credit, 8);
  EXPECT_EQ(overrode::limits, 16);
  EXPECT_EQ(note_bit::took_the_rest, 1);
}

struct Number {
  Int128 value;
  std::string text;
};

/// From the smallest to the largest.
const std::vector<Number> numbers = {
    {{0, 1ULL << 63}, "-170141183460469231731687303715884105728"},
    {{1, 1ULL << 63}, "-170141183460469231731687303715884105727"},
    {{~0ULL, ~0ULL - 1}, "-18446744073709551617"},
    {{0, ~0ULL}, "-18446744073709551616"},
    {{1, ~0ULL}, "-18446744073709551615"},
    {{1ULL << 63, ~0ULL}, "-9223372036854775808"},
    {{~0ULL - 9, ~0ULL}, "-10"},
    {{~0ULL, ~0ULL}, "-1"},
    {{0, 0}, "0"},
    {{1, 0}, "1"},
    {{1ULL << 63, 0}, "9223372036854775808"},
    {{~0ULL, 0}, "18446744073709551615"},
    {{0, 1}, "18446744073709551616"},
    {{~0ULL - 1, ~0ULL >> 1}, "170141183460469231731687303715884105726"},
    {{~0ULL, ~0ULL >> 1}, "170141183460469231731687303715884105727"},
};

TEST(Int128Test, IsWrittenInDecimal) {
  for (const Number& number : numbers) EXPECT_EQ(to_decimal(number.value), number.text);
}

TEST(Int128Test, IsOrderedAsASignedNumber) {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    for (std::size_t k = 0; k < numbers.size(); ++k) {
      EXPECT_EQ(numbers[i].value < numbers[k].value, i < k) << numbers[i].text << numbers[k].text;
      EXPECT_EQ(numbers[i].value == numbers[k].value, i == k);
    }
    EXPECT_EQ(numbers[i].value.negative(), numbers[i].text[0] == '-');
  }
}

TEST(DeadlineTest, IsTheTimestampAndSoManySeconds) {
  Transfer pending;
  pending.timestamp = Timestamp{5};
  pending.timeout = 3;
  EXPECT_EQ(deadline_of(pending), Timestamp{3'000'000'005});
  pending.timeout = ~std::uint32_t{0};
  EXPECT_EQ(deadline_of(pending), Timestamp{4'294'967'295'000'000'005});
}

}  // namespace
}  // namespace daybook
