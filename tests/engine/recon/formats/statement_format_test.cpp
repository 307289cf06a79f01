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
}

TEST(StatementFormat, IsNotGuessedOfOtherFiles) {
  for (const std::string_view start : {"", "reference,amount,currency,status,time\n",
                                       "id;:20:;x\n:25:\n", "<html><body>", ":20:X"}) {
    EXPECT_EQ(guess_format(start), std::nullopt) << start;
  }
}

}  // namespace
}  // namespace daybook::recon
