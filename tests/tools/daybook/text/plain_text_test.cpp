// The small helpers: numbers, addresses, counts, sizes, rates, durations, tables, progress.

#include <limits>
#include <sstream>

#include <gtest/gtest.h>

#include "tools/daybook/text/endpoint_text.hpp"
#include "tools/daybook/text/number_text.hpp"
#include "tools/daybook/text/progress.hpp"
#include "tools/daybook/text/rate_text.hpp"
#include "tools/daybook/text/table.hpp"

namespace daybook {
namespace {

TEST(NumberTextTest, ReadsUpToItsMaximumAndNotOneMore) {
  EXPECT_EQ(parse_unsigned("0", 10).value(), 0U);
  EXPECT_EQ(parse_unsigned("10", 10).value(), 10U);
  EXPECT_FALSE(parse_unsigned("11", 10).ok());
  EXPECT_EQ(parse_unsigned("0xFF", 255).value(), 255U);
  constexpr auto max = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(parse_unsigned("18446744073709551615", max).value(), max);
  EXPECT_FALSE(parse_unsigned("18446744073709551616", max).ok());
}

TEST(NumberTextTest, RefusesSignsSpacesAndPoints) {
  for (const char* text : {"", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x", "0x-1", "x"}) {
    EXPECT_FALSE(parse_unsigned(text, 1'000).ok()) << text;
  }
}

TEST(EndpointTextTest, ReadsNamesAndAddresses) {
  EXPECT_EQ(parse_host_port("127.0.0.1:7420").value(), (HostPort{"127.0.0.1", 7420}));
  EXPECT_EQ(parse_host_port("ledger.example:0").value(), (HostPort{"ledger.example", 0}));
  EXPECT_EQ(parse_host_port("[::1]:65535").value(), (HostPort{"::1", 65'535}));
  for (const char* text : {"127.0.0.1:7420", "[::1]:7420"}) {
    EXPECT_EQ(format_host_port(parse_host_port(text).value()), text);
  }
}

TEST(EndpointTextTest, RefusesWhatIsNoAddress) {
  for (const char* text : {"", "host", ":7420", "host:", "host:65536", "host:-1", "host:http",
                           "::1:7420", "[::1]7420", "[]:1", "[host]:1", "a b:1", "http://h:1"}) {
    EXPECT_FALSE(parse_host_port(text).ok()) << text;
  }
}

TEST(RateTextTest, CountsHaveThousandsMarks) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(1'000), "1,000");
  EXPECT_EQ(format_count(1'234'567), "1,234,567");
}

TEST(RateTextTest, SizesUsePowersOf1024) {
  EXPECT_EQ(format_bytes(1'023), "1023 B");
  EXPECT_EQ(format_bytes(1'536), "1.5 KiB");
  EXPECT_EQ(format_bytes(1'048'575), "1.0 MiB");
  EXPECT_EQ(format_bytes(std::uint64_t{512} << 20U), "512.0 MiB");
  EXPECT_EQ(format_bytes(std::numeric_limits<std::uint64_t>::max()), "16.0 EiB");
}

TEST(RateTextTest, RatesHaveThreeFigures) {
  EXPECT_EQ(format_rate(850), "850/s");
  EXPECT_EQ(format_rate(999.6), "1.00 k/s");
  EXPECT_EQ(format_rate(12'345), "12.3 k/s");
  EXPECT_EQ(format_rate(999'600), "1.00 M/s");
  EXPECT_EQ(format_rate(2'840'000), "2.84 M/s");
  EXPECT_EQ(format_rate(-1), "-");
  EXPECT_EQ(format_rate(std::numeric_limits<double>::infinity()), "-");
}

TEST(RateTextTest, DurationsPickTheirUnit) {
  EXPECT_EQ(format_seconds(0.25), "250 ms");
  EXPECT_EQ(format_seconds(0.9996), "1.00 s");
  EXPECT_EQ(format_seconds(12.34), "12.3 s");
  EXPECT_EQ(format_seconds(125), "2 min 05 s");
  EXPECT_EQ(format_seconds(3'599.7), "1 h 00 min");
  EXPECT_EQ(format_seconds(11'220), "3 h 07 min");
  EXPECT_EQ(format_seconds(std::numeric_limits<double>::quiet_NaN()), "-");
}

TEST(TableTest, AlignsColumnsByCharactersAndEndsNoLineInASpace) {
  Table table{{{"id", Table::Align::right}, {"name"}, {"flags"}}};
  EXPECT_TRUE(table.empty());
  table.add({"7", "é", ""});
  table.add({"1234", "euro", "linked"});
  EXPECT_EQ(table.text(),
            "  id  name  flags\n"
            "   7  é\n"
            "1234  euro  linked\n");
}

TEST(ProgressTest, SaysWhatIsLeftOnceThatIsKnown) {
  EXPECT_EQ(progress_text({.done = 12'000, .seconds = 2}, "transfers"),
            "12,000 transfers  6.00 k/s");
  EXPECT_EQ(progress_text({.done = 12'000, .seconds = 2, .fraction = 0.25}, "transfers"),
            "12,000 transfers  6.00 k/s  25 %  6.00 s left");
  EXPECT_EQ(progress_text({.done = 0, .seconds = 0, .fraction = 0.0}, "accounts"),
            "0 accounts  0 %");
  EXPECT_EQ(progress_text({.done = 9, .seconds = 3, .fraction = 1.5}, "accounts"),
            "9 accounts  3/s  100 %  0 ms left");
}

TEST(ProgressTest, TheLineIsClearedAtTheEnd) {
  std::ostringstream out;
  {
    ProgressLine line{&out, "accounts"};
    line.show(5);
  }
  EXPECT_NE(out.str().find("5 accounts"), std::string::npos);
  EXPECT_TRUE(out.str().ends_with("\r\x1b[K"));
}

TEST(ProgressTest, WritesNothingWhereNobodyWatches) {
  ProgressLine line{nullptr, "accounts"};
  line.show(5);
  line.clear();
  EXPECT_GE(line.seconds(), 0);
}

}  // namespace
}  // namespace daybook
