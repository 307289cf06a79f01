// Control totals: when they agree, what is said of them, and how many are listed.
#include "engine/recon/formats/control_total.hpp"

#include <gtest/gtest.h>

#include "engine/recon/formats/currency_scales.hpp"
#include "engine/recon/formats/format_limits.hpp"
#include "engine/recon/formats/statement_parser.hpp"

namespace daybook::recon {
namespace {

TEST(ControlTotal, SaysWhatDiffersInWords) {
  EXPECT_EQ(text_of({.what = "EUR", .stated = 1'000, .found = 1'250, .scale = 2}),
            "control total of EUR: the file says 10.00, its lines make 12.50: control_total (71)");
  EXPECT_EQ(text_of({.what = "lines", .stated = 3, .found = 3}),
            "control total of lines: the file says 3, its lines make 3: agrees");
  EXPECT_EQ(text_of({.what = "lines", .stated = 3, .found = 2, .is_unparsed = true}),
            "control total of lines: the file says 3, its lines make 2: differs, and lines cannot "
            "be read");
  EXPECT_EQ(text_of({.what = "lines", .found = 2, .is_missing = true}),
            "control total of lines: the file has none, its lines make 2: control_total (71)");
}

TEST(ControlTotals, ListsSoManyAndCountsTheOthers) {
  ControlTotals totals;
  for (std::size_t i = 0; i <= limits::totals_agreeing_listed_max; ++i) {
    totals.add({.what = "lines", .stated = 1, .found = 1});
  }
  EXPECT_EQ(totals.listed().size(), limits::totals_agreeing_listed_max);
  for (std::size_t i = 0; i <= limits::totals_listed_max; ++i) {
    totals.add({.what = "lines", .stated = 1, .found = 2});
  }
  EXPECT_EQ(totals.listed().size(), limits::totals_listed_max);
  EXPECT_EQ(totals.agreeing(), limits::totals_agreeing_listed_max + 1);
  EXPECT_EQ(totals.differing(), limits::totals_listed_max + 1);
  EXPECT_EQ(totals.unlisted(), limits::totals_agreeing_listed_max + 2);
}

TEST(CurrencyScales, NeverRound) {
  EXPECT_EQ(rescaled(1'250, 2, 4), 125'000);
  EXPECT_EQ(rescaled(125'000, 4, 2), 1'250);
  EXPECT_EQ(rescaled(-125'000, 4, 2), -1'250);
  EXPECT_EQ(rescaled(125'001, 4, 2), std::nullopt);
  i128 largest = 1;
  for (unsigned i = 0; i < limits::amount_digits_max; ++i) largest *= 10;
  EXPECT_EQ(rescaled(largest - 1, 2, 2), largest - 1);
  EXPECT_EQ(rescaled(largest, 2, 2), std::nullopt);
  EXPECT_EQ(rescaled(largest / 10, 2, 3), std::nullopt);
  EXPECT_EQ(rescaled(-largest / 10, 2, 3), std::nullopt);
}

TEST(BalanceChain, HoldsAnOpeningBalanceAgainstTheClosingOneBefore) {
  const std::uint64_t eur = currency_of_text("EUR");
  BalanceChain chain;
  ControlTotals totals;
  chain.close("A", eur, 100, 20);
  chain.open("B", eur, 7, 21, 2, totals);
  chain.open("A", currency_of_text("USD"), 7, 21, 2, totals);
  chain.open("A", eur, 7, 19, 2, totals);  // The newest statement stood first.
  chain.open("A", eur, 7, std::nullopt, 2, totals);
  EXPECT_EQ(totals.agreeing() + totals.differing(), 0U);
  chain.open("A", eur, 100, 20, 2, totals);
  EXPECT_EQ(totals.agreeing(), 1U);
  chain.open("A", eur, 99, 21, 2, totals);
  EXPECT_EQ(totals.differing(), 1U);
}

TEST(BalanceChain, RemembersAsManyAccountsAsTheLimitAndNotOneMore) {
  const std::uint64_t eur = currency_of_text("EUR");
  BalanceChain chain;
  for (std::size_t i = 0; i <= limits::accounts_remembered_max; ++i) {
    chain.close(std::to_string(i), eur, 1, 1);
  }
  ControlTotals totals;
  chain.open(std::to_string(limits::accounts_remembered_max - 1), eur, 2, 2, 2, totals);
  EXPECT_EQ(totals.differing(), 1U);
  chain.open(std::to_string(limits::accounts_remembered_max), eur, 2, 2, 2, totals);
  EXPECT_EQ(totals.differing(), 1U);
}

TEST(Readable, TakesWhatIsNotUtf8ForLatin1) {
  EXPECT_EQ(readable(" M\xfcller\t& S\xf6hne "), "M\xc3\xbcller & S\xc3\xb6hne");
  EXPECT_EQ(readable("M\xc3\xbcller"), "M\xc3\xbcller");
  EXPECT_EQ(readable("a\x01"
                     "b\x7f\x85"),
            "a b");
  EXPECT_EQ(readable_name(std::string(99, 'x') + "\xc3\xbc", 100), std::string(99, 'x'));
  EXPECT_EQ(readable_name(std::string(98, 'x') + "\xc3\xbc", 100),
            std::string(98, 'x') + "\xc3\xbc");
}

}  // namespace
}  // namespace daybook::recon
