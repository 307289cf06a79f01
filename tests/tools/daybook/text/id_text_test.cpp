// Ids as text: each of the documented forms, what is refused, and that what is shown reads back.

#include "tools/daybook/text/id_text.hpp"

#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace daybook {
namespace {

TEST(IdTextTest, ReadsDecimalHexadecimalAndNames) {
  EXPECT_EQ(parse_id("0").value(), (Uint128{0, 0}));
  EXPECT_EQ(parse_id("18446744073709551616").value(), (Uint128{0, 1}));
  EXPECT_EQ(parse_id("0xff").value(), (Uint128{255, 0}));
  EXPECT_EQ(parse_id("name:order 7").value(), id_of("order 7"));
  EXPECT_EQ(parse_id("340282366920938463463374607431768211455").value(), (Uint128{u128_max}));
}

TEST(IdTextTest, RefusesEverythingElseAndShowsIt) {
  for (const char* text : {"", "-1", "+1", " 1", "1 ", "12a", "0x", "0xg", "1.0", "name:", "Name:x",
                           "340282366920938463463374607431768211456"}) {
    const auto id = parse_id(text);
    ASSERT_FALSE(id.ok()) << text;
    EXPECT_NE(id.error().what.find(fmt::format("'{}'", text)), std::string::npos);
  }
}

TEST(IdTextTest, ANameHasAtMost64Bytes) {
  EXPECT_TRUE(parse_id(fmt::format("name:{:n>64}", "")).ok());
  EXPECT_FALSE(parse_id(fmt::format("name:{:n>65}", "")).ok());
}

TEST(IdTextTest, ShowsWhatReadsBack) {
  for (const Uint128 id : {Uint128{}, Uint128{1, 0}, Uint128{7, 9}, Uint128{u128_max}}) {
    EXPECT_EQ(parse_id(format_id(id)).value(), id);
    EXPECT_EQ(parse_trace_id(format_trace_id(TraceId{id})).value(), TraceId{id});
  }
}

TEST(IdTextTest, ThirtyTwoDigitsAreAHexadecimalTrace) {
  const std::string digits = "00000000000000000000000000000010";
  EXPECT_EQ(parse_trace_id(digits).value(), TraceId{(Uint128{16, 0})});
  EXPECT_EQ(parse_id(digits).value(), (Uint128{10, 0}));
  EXPECT_EQ(parse_trace_id("10").value(), TraceId{(Uint128{10, 0})});
  EXPECT_EQ(format_trace_id(TraceId{(Uint128{16, 0})}), digits);
  EXPECT_EQ(format_trace_id(TraceId{}), "0");
}

TEST(IdTextTest, ATraceparentIsReadAsItsTraceId) {
  const std::string digits = "4bf92f3577b34da6a3ce929d0e0e4736";
  const TraceId trace = parse_trace_id(digits).value();
  EXPECT_EQ(parse_trace_id("00-" + digits + "-00f067aa0ba902b7-01").value(), trace);
  EXPECT_EQ(parse_trace_id("cc-" + digits + "-00f067aa0ba902b7-01-more").value(), trace);
  for (const std::string& wrong :
       {"ff-" + digits + "-00f067aa0ba902b7-01", "00-" + digits + "-00f067aa0ba902b7-01-more",
        "00-" + digits + "-00f067aa0ba902b7-0", "00-" + digits + "-00f067aa0ba902b-001",
        "00-" + digits + "-00F067aa0ba902b7-01", "00_" + digits + "-00f067aa0ba902b7-01",
        "00-" + std::string(32, '0') + "-00f067aa0ba902b7-01",
        "cc-" + digits + "-00f067aa0ba902b7-01more"}) {
    EXPECT_FALSE(parse_trace_id(wrong).ok()) << wrong;
  }
}

TEST(IdTextTest, TimeOrderedIdsGrowWithTimeWhateverTheRandomBits) {
  const Uint128 early = time_ordered_id(1'000, 0xffff, ~std::uint64_t{0});
  const Uint128 late = time_ordered_id(1'001, 0, 0);
  EXPECT_LT(early, late);
  EXPECT_EQ(early, (Uint128{~std::uint64_t{0}, (std::uint64_t{1'000} << 16) | 0xffff}));
}

TEST(IdTextTest, NoTwoMadeIdsAreAlike) {
  std::set<Uint128> ids;
  for (int i = 0; i < 1'000; ++i) {
    ids.insert(make_time_ordered_id());
    ids.insert(make_random_id());
  }
  EXPECT_EQ(ids.size(), 2'000U);
  EXPECT_FALSE(ids.contains(Uint128{}));
}

}  // namespace
}  // namespace daybook
