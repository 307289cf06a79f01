// Amounts as text: what each scale prints and reads, that nothing is ever rounded, and that every
// amount is read back as it was written.

#include "engine/model/amount_text.hpp"

#include <gtest/gtest.h>

namespace daybook {
namespace {

constexpr u128 max = u128_max;

Amount amount(u128 value) { return Amount{Uint128{value}}; }

TEST(AmountTextTest, PrintsByTheScale) {
  struct Row {
    u128 amount;
    unsigned scale;
    const char* text;
  };
  const Row rows[] = {
      {0, 0, "0"},
      {1250, 0, "1250"},
      {0, 2, "0.00"},
      {5, 2, "0.05"},
      {50, 2, "0.50"},
      {100, 2, "1.00"},
      {1250, 2, "12.50"},
      {1, 30, "0.000000000000000000000000000001"},
      {max, 0, "340282366920938463463374607431768211455"},
      {max, 2, "3402823669209384634633746074317682114.55"},
      {max, 30, "340282366.920938463463374607431768211455"},
  };
  for (const Row& row : rows) EXPECT_EQ(format_amount(amount(row.amount), row.scale), row.text);
}

TEST(AmountTextTest, ReadsFewerDecimalsThanTheScale) {
  struct Row {
    const char* text;
    unsigned scale;
    u128 amount;
  };
  const Row rows[] = {
      {"0", 0, 0},
      {"12", 0, 12},
      {"12", 2, 1200},
      {"12.5", 2, 1250},
      {"12.50", 2, 1250},
      {"0.05", 2, 5},
      {"000.05", 2, 5},
      {"0.000000000000000000000000000001", 30, 1},
      {"340282366920938463463374607431768211455", 0, max},
      {"3402823669209384634633746074317682114.55", 2, max},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text);
    const auto parsed = parse_amount(row.text, row.scale);
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(parsed.value(), amount(row.amount));
  }
}

TEST(AmountTextTest, RefusesWhatItWouldHaveToRoundOrGuess) {
  struct Row {
    const char* text;
    unsigned scale;
    const char* words;  // Part of the explanation.
  };
  const Row rows[] = {
      {"", 2, "not an amount"},
      {".", 2, "not an amount"},
      {".5", 2, "not an amount"},
      {"5.", 2, "not an amount"},
      {"5.", 0, "not an amount"},
      {"1.005", 2, "has 3 decimals"},
      {"1.000", 2, "never rounded"},
      {"1.0", 0, "has 1 decimals"},
      {"-1", 2, "not an amount"},
      {"+1", 2, "not an amount"},
      {" 1", 2, "not an amount"},
      {"1 ", 2, "not an amount"},
      {"1,50", 2, "not an amount"},
      {"1_000", 2, "not an amount"},
      {"1e2", 2, "not an amount"},
      {"0x10", 2, "not an amount"},
      {"1.2.3", 4, "not an amount"},
      {"1.-2", 2, "not an amount"},
      {"abc", 2, "not an amount"},
      {"340282366920938463463374607431768211456", 0, "at most 128 bits"},
      {"3402823669209384634633746074317682114.56", 2, "at most 128 bits"},
      {"340282366920938463463374607431768211455", 1, "at most 128 bits"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text);
    const auto parsed = parse_amount(row.text, row.scale);
    ASSERT_FALSE(parsed.ok());
    EXPECT_EQ(parsed.error().kind, FailureKind::invalid);
    EXPECT_NE(parsed.error().what.find(row.words), std::string::npos) << parsed.error().what;
  }
}

TEST(AmountTextTest, ReadsBackWhatItPrintedAtEveryScale) {
  for (unsigned scale = 0; scale <= 30; ++scale) {
    for (unsigned bit = 0; bit < 128; ++bit) {
      const Amount value = amount((static_cast<u128>(1) << bit) + bit);
      const auto parsed = parse_amount(format_amount(value, scale), scale);
      ASSERT_TRUE(parsed.ok());
      EXPECT_EQ(parsed.value(), value);
    }
  }
}

}  // namespace
}  // namespace daybook
