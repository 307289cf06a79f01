#include "tools/daybook/recon/definition/decimal_limit.hpp"

#include <gtest/gtest.h>

// A written amount is the same at every scale that can hold it, and is never more than it says.

namespace daybook::recon {
namespace {

DecimalLimit limit(std::string_view text) { return DecimalLimit::parse(text).value(); }

TEST(DecimalLimit, IsExactWhereTheScaleHoldsItAndLessElsewhere) {
  EXPECT_EQ(limit("12.50").exact_at(2), u128{1'250});
  EXPECT_EQ(limit("12.5").exact_at(1), u128{125});
  EXPECT_EQ(limit("12.5").exact_at(0), std::nullopt);
  EXPECT_EQ(limit("12.999").floor_at(2), u128{1'299});
  EXPECT_EQ(limit("0").floor_at(18), u128{0});
}

TEST(DecimalLimit, IsWrittenWithoutZerosAtItsEnd) {
  EXPECT_EQ(limit("12.50").text(), "12.5");
  EXPECT_EQ(limit("1200").text(), "1200");
  EXPECT_EQ(limit("0").text(), "0");
  EXPECT_EQ(limit("0.000000000000000001").text(), "0.000000000000000001");
}

TEST(DecimalLimit, HasAMost) {
  EXPECT_EQ(limit("1000000000000000000").text(), "1000000000000000000");
  EXPECT_FALSE(DecimalLimit::parse("1000000000000000000.000000000000000001"));
  EXPECT_FALSE(DecimalLimit::parse("1000000000000000001"));
  for (const std::string_view bad : {"", "-1", "+1", "1,5", "1e3", ".5", "0.0000000000000000001"}) {
    EXPECT_FALSE(DecimalLimit::parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace daybook::recon
