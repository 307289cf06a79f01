// Ledger: its name's bytes, and the names of its kinds.

#include "engine/model/ledger.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace daybook {
namespace {

TEST(LedgerTest, KeepsANameOfOneToSixtyFourBytes) {
  Ledger ledger;
  EXPECT_EQ(ledger.name(), "");
  ledger.set_name("EUR");
  EXPECT_EQ(ledger.name(), "EUR");
  const std::string longest(64, 'x');
  ledger.set_name(longest);
  EXPECT_EQ(ledger.name(), longest);
}

TEST(LedgerTest, LeavesNoTraceOfALongerNameBehindAShorterOne) {
  Ledger ledger;
  ledger.set_name("a long name");
  ledger.set_name("b");
  Ledger fresh;
  fresh.set_name("b");
  EXPECT_EQ(ledger, fresh);
  EXPECT_TRUE(std::all_of(ledger.name_text.begin() + 1, ledger.name_text.end(),
                          [](char c) { return c == '\0'; }));
}

TEST(LedgerTest, NeverReadsPastItsTextWhateverTheLengthClaims) {
  Ledger ledger;
  ledger.name_text.fill('y');
  ledger.name_bytes = 0xffff;
  EXPECT_EQ(ledger.name().size(), 64U);
}

TEST(LedgerDeathTest, ANameThatDoesNotFitStopsTheProcess) {
  Ledger ledger;
  EXPECT_DEATH(ledger.set_name(std::string(65, 'x')), "checked to fit");
}

TEST(LedgerKindTest, HasNamesThatAreReadBack) {
  for (const auto kind : {LedgerKind::currency, LedgerKind::stock, LedgerKind::asset}) {
    EXPECT_EQ(parse_ledger_kind(to_string(kind)), kind);
  }
  EXPECT_EQ(to_string(LedgerKind{9}), "unknown");
  for (const char* text : {"", "Currency", "currency ", "unknown"}) {
    EXPECT_EQ(parse_ledger_kind(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace daybook
