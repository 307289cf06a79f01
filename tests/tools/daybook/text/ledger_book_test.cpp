// Balances below zero by a ledger's scale: both ends of the range, one past them, and back.

#include "tools/daybook/text/ledger_book.hpp"

#include <gtest/gtest.h>

namespace daybook {
namespace {

constexpr LedgerId euro{978};
constexpr LedgerId yen{392};
constexpr LedgerId unknown{7};

LedgerBook book() {
  LedgerBook ledgers;
  Ledger ledger;
  ledger.id = euro;
  ledger.scale = 2;
  ledgers.put(ledger);
  ledger.id = yen;
  ledger.scale = 0;
  ledgers.put(ledger);
  return ledgers;
}

constexpr Int128 lowest{.lo = 0, .hi = std::uint64_t{1} << 63};
constexpr Int128 highest{.lo = ~std::uint64_t{0}, .hi = ~std::uint64_t{0} >> 1};

TEST(LedgerBookTest, SignedAmountsFollowTheScale) {
  const Int128 minus_five_euros{.lo = ~std::uint64_t{499}, .hi = ~std::uint64_t{0}};
  EXPECT_EQ(book().parse_signed(euro, "-5").value(), minus_five_euros);
  EXPECT_EQ(book().parse_signed(euro, "5.01").value(), (Int128{.lo = 501, .hi = 0}));
  EXPECT_EQ(book().parse_signed(euro, "-0").value(), Int128{});
  EXPECT_EQ(book().format_signed(euro, minus_five_euros), "-5.00");
  EXPECT_EQ(book().format_signed(euro, {.lo = 7, .hi = 0}), "0.07");
  EXPECT_EQ(book().format_signed(yen, minus_five_euros), "-500");
}

TEST(LedgerBookTest, SignedAmountsReachBothEndsAndNotOneFurther) {
  const std::string low = "-170141183460469231731687303715884105728";
  const std::string high = "170141183460469231731687303715884105727";
  EXPECT_EQ(book().parse_signed(yen, low).value(), lowest);
  EXPECT_EQ(book().parse_signed(yen, high).value(), highest);
  EXPECT_EQ(book().format_signed(yen, lowest), low);
  EXPECT_EQ(book().format_signed(yen, highest), high);
  EXPECT_FALSE(book().parse_signed(yen, "-170141183460469231731687303715884105729").ok());
  EXPECT_FALSE(book().parse_signed(yen, "170141183460469231731687303715884105728").ok());
}

TEST(LedgerBookTest, SignedAmountsThatCannotBeReadAreRefused) {
  for (const char* text : {"", "-", "--5", "+5", "5-", "max", "-max", "1.001", "-1.001", "x"}) {
    EXPECT_FALSE(book().parse_signed(euro, text).ok()) << text;
  }
  EXPECT_FALSE(book().parse_signed(unknown, "-5").ok()) << "without a scale it could be anything";
  EXPECT_EQ(book().parse_signed(unknown, "0").value(), Int128{});
}

}  // namespace
}  // namespace daybook
