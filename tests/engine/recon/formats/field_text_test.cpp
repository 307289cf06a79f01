// Amounts and times of other systems' files: what is read, and what is refused rather than rounded
// or guessed.
#include "engine/recon/formats/field_text.hpp"

#include <gtest/gtest.h>

namespace daybook::recon {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

TEST(ParseMinor, ReadsAmountsByScale) {
  struct Case {
    const char* text;
    unsigned scale;
    std::int64_t minor;
  };
  for (const Case& each : {Case{"12.50", 2, 1'250},
                           {"12.5", 2, 1'250},
                           {"12", 2, 1'200},
                           {"-0.01", 2, -1},
                           {"+7", 0, 7},
                           {"(3.00)", 2, -300},
                           {".5", 1, 5},
                           {"5.", 1, 50},
                           {"1.50000", 2, 150},
                           {"0", 2, 0},
                           {"007.10", 2, 710},
                           {"1.234", 3, 1'234},
                           {"-999999999999.99", 2, -99'999'999'999'999}}) {
    EXPECT_EQ(parse_minor(each.text, each.scale), static_cast<i128>(each.minor)) << each.text;
  }
}

TEST(ParseMinor, NeverRoundsAndNeverGuesses) {
  for (const char* text : {"", "-", "+", ".", "1.001", "12.345", "1e3", "0x1f", "1,000.00",
                           "12.5.0", "--1", "1 000", "NaN", "inf", "12.5 ", "1-2", "()", "(-1)"}) {
    EXPECT_EQ(parse_minor(text, 2), std::nullopt) << text;
  }
}

TEST(ParseMinor, TakesAsManyDigitsAsTheLimitAndNotOneMore) {
  const std::string most(limits::amount_digits_max, '9');
  EXPECT_TRUE(parse_minor(most, 0).has_value());
  EXPECT_FALSE(parse_minor(most + "9", 0).has_value());
  EXPECT_FALSE(parse_minor(most, 1).has_value());
  EXPECT_TRUE(parse_minor("000" + most, 0).has_value());
}

TEST(ParseMinor, FollowsTheStyleOfTheFile) {
  const AmountStyle european{.decimal_mark = ',', .group_mark = '.', .minor_units = false};
  EXPECT_EQ(parse_minor("1.234.567,89", 2, european), static_cast<i128>(123'456'789));
  EXPECT_EQ(parse_minor("1,5", 2, european), static_cast<i128>(150));
  const AmountStyle minor{.decimal_mark = '.', .group_mark = 0, .minor_units = true};
  EXPECT_EQ(parse_minor("1250", 2, minor), static_cast<i128>(1'250));
  EXPECT_EQ(parse_minor("12.50", 2, minor), std::nullopt);
}

TEST(ParseMoment, ReadsWhatFilesWrite) {
  constexpr std::int64_t noon = 1'767'355'200 * second_ns;  // 2026-01-02T12:00:00Z
  for (const char* text : {"2026-01-02T12:00:00Z", "2026-01-02 12:00:00Z", "2026-01-02 12:00:00",
                           "2026-01-02T12:00", "20260102T12:00:00", "2026-01-02T14:00:00+02:00",
                           "2026-01-02T06:30:00-0530", "2026-01-02T12:00:00.000Z", "1767355200",
                           "1767355200000", "1767355200000000", "1767355200000000000"}) {
    EXPECT_EQ(parse_moment(text), noon) << text;
  }
  EXPECT_EQ(parse_moment("2026-01-02"), noon - 43'200 * second_ns);
  EXPECT_EQ(parse_moment("20260102"), noon - 43'200 * second_ns);
  EXPECT_EQ(parse_moment("2026-01-02T12:00:00.000000001Z"), noon + 1);
  EXPECT_EQ(parse_moment("2024-02-29"), 19'782 * 86'400 * second_ns);
}

TEST(ParseMoment, RefusesDaysThatNoCalendarHas) {
  for (const char* text : {"",
                           "2026-02-30",
                           "2026-02-30T12:00:00Z",
                           "2023-02-29",
                           "2100-02-29",
                           "2026-13-01",
                           "2026-00-10",
                           "2026-01-00",
                           "2026-01-32",
                           "2026-01-02T24:00:00Z",
                           "2026-01-02T12:60:00Z",
                           "2026-01-02T12:00:60Z",
                           "1969-12-31",
                           "2262-01-01",
                           "2026-1-2",
                           "02.01.2026",
                           "2026-01-02T12:00:0xZ",
                           "2026-01-0/T12:00:00Z",
                           "2026-01-02T12:00:00+2:00",
                           "2026-01-02T12:00:00.Z",
                           "2026-01-02T12:00:00.0000000001Z",
                           "2026-01-02T12:00:00ZZ",
                           "12345678901",
                           "9999999999999",
                           "9999999999999999",
                           "9999999999999999999",
                           "9223372036854775808",
                           "yesterday"}) {
    EXPECT_EQ(parse_moment(text), std::nullopt) << text;
  }
}

TEST(ParseMoment, FollowsAFormat) {
  constexpr std::int64_t noon = 1'767'355'200 * second_ns;
  EXPECT_EQ(parse_moment("01/02/2026 12:00:00", "%m/%d/%Y %H:%M:%S"), noon);
  EXPECT_EQ(parse_moment("2.1.26 12:00", "%d.%m.%y %H:%M"), noon);
  EXPECT_EQ(parse_moment("2 Jan 2026 12:00 PM", "%d %b %Y %H:%M %p"), noon);
  EXPECT_EQ(parse_moment("2 JAN 2026 12:00 am", "%d %b %Y %H:%M %p"), noon - 43'200 * second_ns);
  EXPECT_EQ(parse_moment("30.2.26 12:00", "%d.%m.%y %H:%M"), std::nullopt);
  EXPECT_EQ(parse_moment("01/02/2026 12:00:00 ", "%m/%d/%Y %H:%M:%S"), std::nullopt);
  EXPECT_EQ(parse_moment("01/02/2026 13:00 PM", "%m/%d/%Y %H:%M %p"), std::nullopt);
  EXPECT_EQ(parse_moment("01/02/2026", "%m/%d/%q"), std::nullopt);
}

TEST(TextCache, KeepsTextsOfAllLengthsApart) {
  TextCache<int> cache;
  const std::string padded = std::string(16, 'x') + std::string(16, '\0');
  for (std::size_t size = 0; size <= 16; ++size) {
    const std::string_view text = std::string_view{padded}.substr(0, size);
    EXPECT_EQ(cache.find(text), nullptr) << size;
    cache.put(text, static_cast<int>(size));
    ASSERT_NE(cache.find(text), nullptr) << size;
    EXPECT_EQ(*cache.find(text), static_cast<int>(size));
  }
  cache.put(std::string_view{padded}.substr(0, 17), 17);
  EXPECT_EQ(cache.find(std::string_view{padded}.substr(0, 17)), nullptr);
}

}  // namespace
}  // namespace daybook::recon
