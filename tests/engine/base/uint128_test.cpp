// Uint128 and its texts: every form that is read, every form that is refused, and that what is
// written is read back.

#include "engine/base/uint128.hpp"

#include <cstring>
#include <string>

#include <gtest/gtest.h>

namespace daybook {
namespace {

constexpr const char* max_decimal = "340282366920938463463374607431768211455";
constexpr const char* max_hex = "ffffffffffffffffffffffffffffffff";

TEST(Uint128Test, ConvertsToAndFromTheWideInteger) {
  const Uint128 value{0x1122334455667788, 0x99aabbccddeeff00};
  EXPECT_EQ(Uint128{value.wide()}, value);
  EXPECT_EQ(static_cast<std::uint64_t>(value.wide() >> 64), value.hi);
  EXPECT_EQ(Uint128{}.wide(), 0U);
  EXPECT_EQ(Uint128{u128_max}, (Uint128{~0ULL, ~0ULL}));
}

TEST(Uint128Test, LiesInMemoryWithTheLowWordFirst) {
  const Uint128 value{1, 2};
  std::uint64_t words[2];
  std::memcpy(words, &value, sizeof(words));
  EXPECT_EQ(words[0], 1U);
  EXPECT_EQ(words[1], 2U);
}

TEST(Uint128Test, OrdersByTheHighWordFirst) {
  EXPECT_LT((Uint128{~0ULL, 0}), (Uint128{0, 1}));
  EXPECT_LT((Uint128{1, 5}), (Uint128{2, 5}));
  EXPECT_GT((Uint128{0, 6}), (Uint128{~0ULL, 5}));
  EXPECT_EQ((Uint128{3, 4}) <=> (Uint128{3, 4}), std::strong_ordering::equal);
}

TEST(Uint128Test, KnowsZeroAndTheLargest) {
  EXPECT_TRUE(Uint128{}.is_zero());
  EXPECT_FALSE((Uint128{0, 1}).is_zero());
  EXPECT_FALSE((Uint128{1, 0}).is_zero());
  EXPECT_TRUE((Uint128{~0ULL, ~0ULL}).is_max());
  EXPECT_FALSE((Uint128{~0ULL - 1, ~0ULL}).is_max());
  EXPECT_FALSE((Uint128{~0ULL, ~0ULL - 1}).is_max());
}

TEST(Uint128Test, ReadsDecimalAndHexadecimal) {
  struct Row {
    const char* text;
    u128 value;
  };
  const Row rows[] = {
      {"0", 0},
      {"7", 7},
      {"007", 7},
      {"18446744073709551615", ~0ULL},
      {"18446744073709551616", static_cast<u128>(1) << 64},
      {max_decimal, u128_max},
      {"0x0", 0},
      {"0xff", 255},
      {"0XFf", 255},
      {"0xffffffffffffffffffffffffffffffff", u128_max},
      {"0x0000ffffffffffffffffffffffffffffffff", u128_max},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text);
    const auto value = parse_u128(row.text);
    ASSERT_TRUE(value.has_value());
    EXPECT_TRUE(*value == row.value);
  }
}

TEST(Uint128Test, RefusesEverythingElse) {
  for (const char* text :
       {"", " ", "+1", "-1", "1 ", " 1", "1.0", "1,000", "1e3", "a", "0x", "x1", "0xg", "0x-1",
        "340282366920938463463374607431768211456", "999999999999999999999999999999999999999",
        "0x100000000000000000000000000000000"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(parse_u128(text).has_value());
  }
}

TEST(Uint128Test, WritesDecimalWithoutLeadingZeros) {
  EXPECT_EQ(to_decimal(0), "0");
  EXPECT_EQ(to_decimal(10), "10");
  EXPECT_EQ(to_decimal(~0ULL), "18446744073709551615");
  EXPECT_EQ(to_decimal(u128_max), max_decimal);
  // Where digits are made in parts of nineteen.
  u128 power = 1;
  std::string digits = "1";
  for (int i = 0; i < 38; ++i) {
    EXPECT_EQ(to_decimal(power), digits);
    EXPECT_EQ(to_decimal(power * 10 - 1), std::string(digits.size(), '9'));
    EXPECT_EQ(to_decimal(power + 7), i == 0 ? "8" : digits.substr(0, digits.size() - 1) + "7");
    power *= 10;
    digits += '0';
  }
}

TEST(Uint128Test, WritesThirtyTwoHexadecimalDigits) {
  EXPECT_EQ(to_hex(Uint128{}), std::string(32, '0'));
  EXPECT_EQ(to_hex(Uint128{u128_max}), max_hex);
  EXPECT_EQ(to_hex(Uint128{0x0123456789abcdef, 0xfedcba9876543210}),
            "fedcba98765432100123456789abcdef");
}

TEST(Uint128Test, ReadsBackExactlyThirtyTwoHexadecimalDigits) {
  EXPECT_EQ(parse_hex128("fedcba98765432100123456789ABCDEF"),
            (Uint128{0x0123456789abcdef, 0xfedcba9876543210}));
  EXPECT_EQ(parse_hex128(max_hex), Uint128{u128_max});
  EXPECT_EQ(parse_hex128(std::string(31, '0')), std::nullopt);
  EXPECT_EQ(parse_hex128(std::string(33, '0')), std::nullopt);
  EXPECT_EQ(parse_hex128("0x" + std::string(30, '0')), std::nullopt);
  EXPECT_EQ(parse_hex128(std::string(31, '0') + "g"), std::nullopt);
}

TEST(Uint128Test, ReadsBackWhatItWroteAtEveryPowerOfTwo) {
  for (unsigned bit = 0; bit < 128; ++bit) {
    for (const u128 value : {static_cast<u128>(1) << bit, (static_cast<u128>(1) << bit) - 1}) {
      EXPECT_TRUE(parse_u128(to_decimal(value)) == value);
      EXPECT_EQ(parse_hex128(to_hex(Uint128{value})), Uint128{value});
    }
  }
}

}  // namespace
}  // namespace daybook
