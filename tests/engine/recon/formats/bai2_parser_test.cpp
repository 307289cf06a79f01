// BAI2: signs by type codes, implied decimals, funds types, continuations, and every trailer
// against what it is about. Each file is read in pieces of several sizes, with the same result.
#include "engine/recon/formats/bai2_parser.hpp"

#include "tests/engine/recon/formats/statement_reading.hpp"

namespace daybook::recon {
namespace {

using test::Reading;
using test::Texts;

Reading read(std::string_view file, const ParserSettings& settings = {}) {
  return test::read(StatementFormat::bai2, file, settings);
}

/// A file of one account with these records and this control total of so many records.
std::string file_of(std::string_view records, std::string_view total, unsigned count,
                    std::string_view account = "03,ACC,EUR,010,500,,,015,600,,/") {
  return fmt::format(
      "01,BANK,US,260131,0600,1,,,2/\n02,US,BANK,1,260130,,USD,2/\n{}\n{}49,{},{}/\n98,{},1,{}/\n"
      "99,{},1,{}/\n",
      account, records, total, count, total, count + 2, total, count + 4);
}

TEST(Bai2Parser, ReadsEntriesAndHoldsEveryTrailerAgainstThem) {
  const Reading reading = read(file_of(
      "16,165,1500,Z,BANK-1,CUST-1,DEALER PAYMENTS/\n16,475,2500,1,BANK-2,0000/\n", "5100", 4));
  EXPECT_EQ(test::entry_texts(reading),
            (Texts{"CUST-1 1500 EUR charge ok []", "BANK-2 -2500 EUR charge ok []"}));
  EXPECT_TRUE(reading.faults.empty());
  EXPECT_EQ(reading.totals_that_differ(), Texts{});
  EXPECT_EQ(reading.rest.totals.agreeing(), 8U);
  EXPECT_EQ(reading.entries[0].time_ns, std::int64_t{20'483} * 86'400'000'000'000);
  EXPECT_EQ(reading.entries[1].place.line, 5U);
  ASSERT_EQ(reading.rest.statements.size(), 1U);
  EXPECT_EQ(reading.rest.statements[0].account, "ACC");
  EXPECT_EQ(reading.rest.statements[0].entries, 2U);
}

TEST(Bai2Parser, ATotalThatDoesNotFitIsToldInWords) {
  const std::string entry = "16,165,1500,Z,B,C,/\n";
  EXPECT_EQ(read(file_of(entry, "2601", 3)).totals_that_differ(),
            Texts{"control total of ACC: control total: the file says 2601, its lines make 2600: "
                  "control_total (71)"})
      << "the trailers above sum what the one below says";
  EXPECT_EQ(read(file_of(entry, "2600", 4)).totals_that_differ().size(), 3U)
      << "a record that is missing is missing everywhere";
  std::string file = file_of(entry, "2600", 3);
  file.replace(file.find("98,2600,1,5"), 11, "98,2600,2,5");
  EXPECT_EQ(
      read(file).totals_that_differ(),
      Texts{"control total of group 1 from BANK: accounts: the file says 2, its lines make 1: "
            "control_total (71)"});
  file.replace(file.find("99,2600,1,7"), 11, "99,2600,3,8");
  EXPECT_EQ(read(file).totals_that_differ().size(), 3U);
}

TEST(Bai2Parser, TakesTheSignFromTheTypeCode) {
  const auto amount_of = [](std::string_view code) -> std::string {
    const Reading reading = read(file_of(fmt::format("16,{},7,,B,C/\n", code), "1107", 3));
    EXPECT_EQ(reading.rest.totals.differing(), 0U);
    if (!reading.entries.empty()) return to_decimal(reading.entries[0].amount);
    return reading.faults.empty() ? "left out" : "fault";
  };
  for (const std::string_view code : {"100", "399", "720", "920", "959"}) {
    EXPECT_EQ(amount_of(code), "7") << code;
  }
  for (const std::string_view code : {"400", "699", "760", "960", "999"}) {
    EXPECT_EQ(amount_of(code), "-7") << code;
  }
  EXPECT_EQ(amount_of("890"), "left out");
  for (const std::string_view code : {"099", "700", "900", "1000", "1x5", ""}) {
    EXPECT_EQ(amount_of(code), "fault") << code;
  }
}

TEST(Bai2Parser, PassesOverWhatFundsTypesNeed) {
  const std::string records =
      "16,165,10,V,260201,,B1,C1,text, with, commas and / slashes\n88,more, text\n"
      "16,165,10,S,1,2,7,B2,C2/\n16,165,10,D,2,0,4,1,6,B3,C3,/\n16,165,10,0,B4,,t/\n"
      "16,165,10,2,\n88,B5,C5,split at a field/\n16,165,10,Z,B6,C6\n88,text/\n";
  const Reading reading = read(file_of(records, "1160", 11));
  EXPECT_EQ(test::entry_texts(reading),
            (Texts{"C1 10 EUR charge ok []", "C2 10 EUR charge ok []", "C3 10 EUR charge ok []",
                   "B4 10 EUR charge ok []", "C5 10 EUR charge ok []", "C6 10 EUR charge ok []"}));
  EXPECT_TRUE(reading.faults.empty());
  EXPECT_EQ(reading.totals_that_differ(), Texts{});
}

TEST(Bai2Parser, SumsAccountsWithSignsOverContinuations) {
  const Reading reading = read(file_of("16,165,10,,B,C/\n", "-90", 4,
                                       "03,ACC,,010,-500,,,015,+300,,V,260131,1200,040,,,/\n"
                                       "88,100,100,4,S,1,2,97,400,+000,,/"));
  EXPECT_EQ(reading.totals_that_differ(), Texts{});
  EXPECT_EQ(test::entry_texts(reading), Texts{"C 10 USD charge ok []"}) << "the group's currency";
}

TEST(Bai2Parser, HasTheDecimalsThatTheCurrencyHas) {
  EXPECT_EQ(read(file_of("16,165,1500,,B,C/\n", "1500", 3, "03,ACC,JPY/")).entries[0].amount,
            1'500);
  ParserSettings settings;
  settings.scales = {{currency_of_text("EUR"), 4U}};
  EXPECT_EQ(read(file_of("16,165,1500,,B,C/\n", "2600", 3), settings).entries[0].amount, 150'000);
}

TEST(Bai2Parser, ABadRecordCostsItselfAndIsTold) {
  struct Case {
    std::string_view record;
    InvalidReason reason;
  };
  for (const Case& each : {Case{"16,165,-5,,B,C/", InvalidReason::amount},
                           {"16,165,1.5,,B,C/", InvalidReason::amount},
                           {"16,165,x,,B,C/", InvalidReason::amount},
                           {"16,165,5,D,x,B,C/", InvalidReason::structure},
                           {"16,165,5,D,99999,B,C/", InvalidReason::structure},
                           {"16,abc,5,,B,C/", InvalidReason::type},
                           {"17,165,5,,B,C/", InvalidReason::structure},
                           {"no record at all", InvalidReason::structure},
                           {"16", InvalidReason::structure}}) {
    SCOPED_TRACE(each.record);
    const Reading reading =
        read(file_of(std::string{each.record} + "\n16,165,7,,B,GOOD/\n", "9999", 99));
    ASSERT_EQ(reading.faults.size(), 1U);
    EXPECT_EQ(reading.faults[0].reason, each.reason);
    EXPECT_EQ(reading.faults[0].line, 4U);
    EXPECT_EQ(test::entry_texts(reading), Texts{"GOOD 7 EUR charge ok []"});
    EXPECT_EQ(reading.rest.totals.differing(), 0U) << "the fault explains the totals";
  }
}

TEST(Bai2Parser, ATrailerThatIsMissingIsTold) {
  const std::string whole = file_of("16,165,1500,,B,C/\n", "2600", 3);
  const auto cut = [&](std::string_view from) {
    return read(std::string_view{whole}.substr(0, whole.find(from))).totals_that_differ();
  };
  EXPECT_EQ(cut("99,").size(), 3U);
  EXPECT_EQ(cut("98,").size(), 6U);
  EXPECT_EQ(cut("49,").size(), 8U);
  EXPECT_EQ(cut("49,")[0],
            "control total of ACC: control total: the file has none, its lines make 2600: "
            "control_total (71)");
  // A trailer in the middle.
  std::string file = whole;
  file.erase(file.find("98,"), file.find("99,") - file.find("98,"));
  EXPECT_EQ(read(file).totals_that_differ().size(), 4U);
  EXPECT_EQ(read("49,1,1/\n98,1,1,1/\n").faults.size(), 2U);
}

TEST(Bai2Parser, LeavesOutATestGroupAndReadsFilesBehindEachOther) {
  std::string test_group = file_of("16,165,1500,,B,C/\n", "2600", 3);
  test_group.replace(test_group.find("BANK,1,"), 7, "BANK,4,");
  const Reading reading = read(test_group + file_of("16,165,7,,B,D/\n", "1107", 3));
  EXPECT_EQ(test::entry_texts(reading), Texts{"D 7 EUR charge ok []"});
  EXPECT_EQ(reading.rest.left_out, 1U);
  EXPECT_EQ(reading.totals_that_differ(), Texts{});
}

TEST(Bai2Parser, TakesARecordOfTheLargestSizeAndNotOneMore) {
  const std::string start = "16,165,7,,B,C,";
  const std::string half(limits::record_bytes_max / 2, 'x');
  const auto of = [&](std::size_t rest) {
    return read(file_of(start + half + "\n88," + std::string(rest, 'x') + "\n", "1107", 4));
  };
  const std::size_t most = limits::record_bytes_max - start.size() - half.size() - 1;
  EXPECT_EQ(of(most).entries.size(), 1U);
  const Reading longer = of(most + 1);
  EXPECT_TRUE(longer.entries.empty());
  ASSERT_EQ(longer.faults.size(), 1U);
  EXPECT_EQ(longer.faults[0].reason, InvalidReason::too_long);
}

}  // namespace
}  // namespace daybook::recon
