// Times as text: known instants, the ends of the range, offsets, and what is refused.

#include "tools/daybook/text/time_text.hpp"

#include <gtest/gtest.h>

#include "engine/base/limits.hpp"

namespace daybook {
namespace {

struct Instant {
  std::uint64_t time_ns;
  const char* text;
};

TEST(TimeTextTest, KnownInstantsAreShownAndReadBack) {
  const Instant instants[] = {{0, "1970-01-01T00:00:00.000000000Z"},
                              {1, "1970-01-01T00:00:00.000000001Z"},
                              {951'782'399'999'999'999, "2000-02-28T23:59:59.999999999Z"},
                              {951'868'800'000'000'000, "2000-03-01T00:00:00.000000000Z"},
                              {1'709'208'000'000'000'000, "2024-02-29T12:00:00.000000000Z"},
                              {limits::timestamp_max, "2262-04-11T23:47:16.854775807Z"}};
  for (const Instant& instant : instants) {
    const Timestamp time{instant.time_ns};
    EXPECT_EQ(format_time(time), instant.text);
    ASSERT_TRUE(parse_time(instant.text).ok()) << instant.text;
    EXPECT_EQ(parse_time(instant.text).value(), time);
  }
}

TEST(TimeTextTest, ReadsOffsetsFractionsAndNanoseconds) {
  const Timestamp noon{1'709'208'000'500'000'000};
  for (const char* text :
       {"2024-02-29T12:00:00.5Z", "2024-02-29T14:00:00.50+02:00",
        "2024-02-29T06:30:00.500000000-05:30", "2024-02-29 12:00:00.5z", "1709208000500000000"}) {
    ASSERT_TRUE(parse_time(text).ok()) << text;
    EXPECT_EQ(parse_time(text).value(), noon) << text;
  }
}

TEST(TimeTextTest, RefusesWhatIsNoTime) {
  for (const char* text : {"",
                           "now",
                           "2024-02-30T00:00:00Z",
                           "2023-02-29T00:00:00Z",
                           "2024-13-01T00:00:00Z",
                           "2024-01-01T24:00:00Z",
                           "2024-01-01T00:60:00Z",
                           "2024-01-01T23:59:60Z",
                           "2024-01-01T00:00:00",
                           "2024-01-01",
                           "2024-01-01T00:00:00.Z",
                           "2024-01-01T00:00:00.1234567890Z",
                           "2024-01-01T00:00:00+2",
                           "2024-01-01T00:00:00+02:60",
                           "2024-01-01T00:00:00Z ",
                           "24-01-01T00:00:00Z",
                           "1969-12-31T23:59:59Z",
                           "1970-01-01T00:00:00+00:01",
                           "2262-04-11T23:47:16.854775808Z",
                           "9223372036854775808",
                           "-1"}) {
    EXPECT_FALSE(parse_time(text).ok()) << text;
  }
}

TEST(TimeTextTest, ShowsATimeBeyondTheRangeAsItsNumber) {
  EXPECT_EQ(format_time(Timestamp{~std::uint64_t{0}}), "18446744073709551615");
}

}  // namespace
}  // namespace daybook
