// Limits at the edges of 128 bits: falls_below() and rises_above() against the same comparison
// written with sums that cannot overflow; overflow itself; and the order of what an account's
// limits answer.

#include "engine/decide/transfer_rules.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "engine/ledger/account_state.hpp"

namespace daybook::transfer_rules {
namespace {

/// A sum of unsigned 128-bit numbers, with its carries.
struct Sum {
  std::uint64_t carries = 0;
  u128 low = 0;

  Sum& add(u128 value) {
    low += value;
    if (low < value) ++carries;
    return *this;
  }
  friend bool operator<(const Sum& a, const Sum& b) {
    return a.carries != b.carries ? a.carries < b.carries : a.low < b.low;
  }
};

constexpr u128 half = static_cast<u128>(1) << 127U;

/// limit + 2^127: not negative, so both sides of a comparison can have it added.
u128 raised(const Int128& limit) { return Uint128{limit.lo, limit.hi}.wide() ^ half; }

/// credits < debits + minimum
bool below(u128 credits, u128 debits, const Int128& minimum) {
  return Sum{}.add(credits).add(half) < Sum{}.add(debits).add(raised(minimum));
}

/// credits > debits + maximum
bool above(u128 credits, u128 debits, const Int128& maximum) {
  return Sum{}.add(debits).add(raised(maximum)) < Sum{}.add(credits).add(half);
}

const std::vector<u128> amounts = {
    0,
    1,
    2,
    (static_cast<u128>(1) << 64) - 1,
    static_cast<u128>(1) << 64,
    half - 1,
    half,
    half + 1,
    u128_max - 1,
    u128_max,
};

Int128 signed_of(u128 bits) {
  const Uint128 words{bits};
  return {words.lo, words.hi};
}

Account account_of(u128 debits_posted, u128 debits_pending, u128 credits_posted,
                   u128 credits_pending) {
  Account account;
  account.debits_posted = Amount{Uint128{debits_posted}};
  account.debits_pending = Amount{Uint128{debits_pending}};
  account.credits_posted = Amount{Uint128{credits_posted}};
  account.credits_pending = Amount{Uint128{credits_pending}};
  return account;
}

/// Calls `use(posted, pending, amount)` for everything whose sum fits, as is made sure before.
template <typename Use>
void for_each_side(Use use) {
  for (const u128 posted : amounts) {
    for (const u128 pending : amounts) {
      if (pending > u128_max - posted) continue;
      for (const u128 amount : amounts) {
        if (amount <= u128_max - posted - pending) use(posted, pending, amount);
      }
    }
  }
}

TEST(FallsBelowTest, IsExactAtEveryEdge) {
  unsigned refused = 0;
  unsigned passed = 0;
  for_each_side([&](u128 posted, u128 pending, u128 amount) {
    for (const u128 credits : amounts) {
      for (const u128 bits : amounts) {
        const Int128 minimum = signed_of(bits);
        // Credits that are pending do not count.
        const Account account = account_of(posted, pending, credits, u128_max - credits);
        const bool expected = below(credits, posted + pending + amount, minimum);
        ASSERT_EQ(falls_below(account, amount, minimum), expected)
            << to_decimal(posted) << " " << to_decimal(pending) << " " << to_decimal(amount) << " "
            << to_decimal(credits) << " " << to_decimal(minimum);
        ++(expected ? refused : passed);
      }
    }
  });
  EXPECT_GT(refused, 5'000U);
  EXPECT_GT(passed, 5'000U);
}

TEST(RisesAboveTest, IsExactAtEveryEdge) {
  unsigned refused = 0;
  unsigned passed = 0;
  for_each_side([&](u128 posted, u128 pending, u128 amount) {
    for (const u128 debits : amounts) {
      for (const u128 bits : amounts) {
        const Int128 maximum = signed_of(bits);
        const Account account = account_of(debits, u128_max - debits, posted, pending);
        const bool expected = above(posted + pending + amount, debits, maximum);
        ASSERT_EQ(rises_above(account, amount, maximum), expected)
            << to_decimal(posted) << " " << to_decimal(pending) << " " << to_decimal(amount) << " "
            << to_decimal(debits) << " " << to_decimal(maximum);
        ++(expected ? refused : passed);
      }
    }
  });
  EXPECT_GT(refused, 5'000U);
  EXPECT_GT(passed, 5'000U);
}

TEST(CheckOverflowTest, NamesTheFirstSumThatDoesNotFit) {
  const Account none = account_of(0, 0, 0, 0);
  const Account debits = account_of(1, 1, 0, 0);
  const Account credits = account_of(0, 0, 1, 1);
  EXPECT_EQ(check_overflow(none, none, u128_max, true), Status::created);
  EXPECT_EQ(check_overflow(debits, credits, u128_max, true), Status::overflows_debits_pending);
  EXPECT_EQ(check_overflow(none, credits, u128_max, true), Status::overflows_credits_pending);
  EXPECT_EQ(check_overflow(debits, credits, u128_max, false), Status::overflows_debits_posted);
  EXPECT_EQ(check_overflow(none, credits, u128_max, false), Status::overflows_credits_posted);
  EXPECT_EQ(check_overflow(debits, credits, u128_max - 1, true), Status::overflows_debits);
  EXPECT_EQ(check_overflow(none, credits, u128_max - 1, false), Status::overflows_credits);
  EXPECT_EQ(check_overflow(debits, credits, u128_max - 2, true), Status::created);
}

TEST(CheckClosedTest, TakesTheDebitFirstAndTellsWhatWasPassedOver) {
  Account closed;
  closed.flags = account_flag::closed;
  const Account open;
  std::uint8_t passed = 0;
  EXPECT_EQ(check_closed(closed, closed, {}, passed), Status::debit_account_already_closed);
  EXPECT_EQ(check_closed(open, closed, {}, passed), Status::credit_account_already_closed);
  EXPECT_EQ(passed, 0);
  EXPECT_EQ(check_closed(open, closed, {.closed = true}, passed), Status::created);
  EXPECT_EQ(passed, overrode::closed_credit);
  EXPECT_EQ(check_closed(closed, open, {.closed = true}, passed), Status::created);
  EXPECT_EQ(passed, overrode::closed_credit | overrode::closed_debit);
}

TEST(CheckFrozenTest, LooksAtTheSideThatMoves) {
  Account debits_frozen;
  debits_frozen.flags = account_flag::debits_frozen;
  Account credits_frozen;
  credits_frozen.flags = account_flag::credits_frozen;
  std::uint8_t passed = 0;
  EXPECT_EQ(check_frozen(credits_frozen, debits_frozen, {}, passed), Status::created);
  EXPECT_EQ(check_frozen(debits_frozen, credits_frozen, {}, passed), Status::debit_account_frozen);
  EXPECT_EQ(check_frozen(credits_frozen, credits_frozen, {}, passed),
            Status::credit_account_frozen);
  EXPECT_EQ(passed, 0);
  EXPECT_EQ(check_frozen(debits_frozen, credits_frozen, {.frozen = true}, passed), Status::created);
  EXPECT_EQ(passed, overrode::frozen_debit | overrode::frozen_credit);
}

}  // namespace
}  // namespace daybook::transfer_rules
