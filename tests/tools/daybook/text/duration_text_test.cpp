// How long a hold lasts, as text: units, the largest of each and one more, and what is no time.

#include "tools/daybook/text/duration_text.hpp"

#include <gtest/gtest.h>

namespace daybook {
namespace {

TEST(DurationTextTest, ReadsSecondsWithAndWithoutAUnit) {
  EXPECT_EQ(parse_timeout_s("0").value(), 0U);
  EXPECT_EQ(parse_timeout_s("90").value(), 90U);
  EXPECT_EQ(parse_timeout_s("30s").value(), 30U);
  EXPECT_EQ(parse_timeout_s("5m").value(), 300U);
  EXPECT_EQ(parse_timeout_s("2h").value(), 7'200U);
  EXPECT_EQ(parse_timeout_s("7d").value(), 604'800U);
  EXPECT_EQ(parse_timeout_s("0x1d").value(), 29U) << "a hexadecimal digit is no unit";
}

TEST(DurationTextTest, ReadsUpToTheLastSecondAndNotOneMore) {
  EXPECT_EQ(parse_timeout_s("4294967295").value(), 4'294'967'295U);
  EXPECT_FALSE(parse_timeout_s("4294967296s").ok());
  EXPECT_EQ(parse_timeout_s("71582788m").value(), 4'294'967'280U);
  EXPECT_FALSE(parse_timeout_s("71582789m").ok());
  EXPECT_EQ(parse_timeout_s("49710d").value(), 4'294'944'000U);
  EXPECT_FALSE(parse_timeout_s("49711d").ok());
}

TEST(DurationTextTest, RefusesWhatIsNoTime) {
  for (const char* text : {"", "s", "1w", "1 h", "-1s", "1.5h", "1h30m", "5M", "h2"}) {
    const auto read = parse_timeout_s(text);
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_NE(read.error().what.find("such as 30s or 2h"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace daybook
