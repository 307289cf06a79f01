// Formats are known by their names, and guessed by how files begin.
#include "engine/recon/formats/statement_format.hpp"

#include <gtest/gtest.h>

namespace daybook::recon {
namespace {

TEST(StatementFormat, IsKnownByEachOfItsNames) {
  for (const std::string_view name : format_names()) {
    EXPECT_TRUE(format_of(name).has_value()) << name;
    if (const auto format = format_of(name)) {
      EXPECT_NE(make_parser(*format, {}), nullptr) << name;
      EXPECT_EQ(format_of(to_string(*format)), format) << name;
    }
  }
  EXPECT_EQ(format_of("mt999"), std::nullopt);
  EXPECT_EQ(format_of(""), std::nullopt);
}

TEST(StatementFormat, IsGuessedByTheStart) {
  const auto is = [](std::string_view start, StatementFormat format) {
    return guess_format(start) == format;
  };
  EXPECT_TRUE(is(":20:X\n:25:ACC\n", StatementFormat::mt940));
  EXPECT_TRUE(is("\xef\xbb\xbf{1:F01X}{4:\r\n:20:X\r\n:25:ACC\r\n", StatementFormat::mt940));
  EXPECT_TRUE(is("\n<?xml version=\"1.0\"?><Document><BkToCstmrStmt>", StatementFormat::camt));
  EXPECT_TRUE(is("<n:Document><n:BkToCstmrDbtCdtNtfctn>", StatementFormat::camt));
  EXPECT_TRUE(is("<Document><BkToCstmrAcctRpt>", StatementFormat::camt));
  EXPECT_TRUE(
      is("01,A,B,260131,1200,1,,,2/\r\n02,B,A,1,260131,,USD,2/\r\n", StatementFormat::bai2));
  EXPECT_TRUE(is("101 123456789 9876543212601311200A094101BANK                   US",
                 StatementFormat::nacha));
  EXPECT_TRUE(
      is("8=FIX.4.4\x01"
         "9=5\x01",
         StatementFormat::fix));
  EXPECT_TRUE(is("20260131-12:00:00 : 8=FIX.4.2|9=5|", StatementFormat::fix));
}

TEST(StatementFormat, IsNotGuessedOfOtherFiles) {
  for (const std::string_view start :
       {"", "reference,amount,currency,status,time\n", "id;:20:;x\n:25:\n", "<html><body>", ":20:X",
        "01,02,03\n", "101,2,3\n", "a,8=FIX,b\n"}) {
    EXPECT_EQ(guess_format(start), std::nullopt) << start;
  }
}

}  // namespace
}  // namespace daybook::recon
