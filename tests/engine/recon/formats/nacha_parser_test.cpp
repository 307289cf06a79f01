// ACH files: signs by transaction codes, returns, changes and prenotes, references, and every
// control record against what it is about. Each file is read in pieces of several sizes, with the
// same result.
#include "engine/recon/formats/nacha_parser.hpp"

#include "tests/engine/recon/formats/statement_reading.hpp"

namespace daybook::recon {
namespace {

using test::Reading;
using test::Texts;

Reading read(std::string_view file, const ParserSettings& settings = {}) {
  return test::read(StatementFormat::nacha, file, settings);
}

std::string header() {
  return fmt::format("101 {:>9}{:>10}2601301200A094101{:<23}{:<23}{:8}\n", "231380104",
                     "1210428821", "BANK", "US", "");
}

std::string batch(std::string_view entry_class = "PPD", std::string_view day = "260131") {
  return fmt::format("5200{:<16}{:<20}{:<10}{:<3}{:<10}{:6}{:<6}   1{:8}{:07}\n", "COMPANY", "",
                     "1234567890", entry_class, "PAYROLL", "", day, "12104288", 1);
}

std::string entry(std::string_view code, std::string_view cents, std::string_view id,
                  bool has_addenda = false, std::string_view bank = "23138010") {
  return fmt::format("6{:2}{:8}4{:<17}{:>10}{:<15}{:<22}  {}{:015}\n", code, bank, "ACCOUNT", cents,
                     id, "RECEIVER", has_addenda ? 1 : 0, 121'042'880'000'001);
}

std::string addenda(std::string_view type) {
  return fmt::format("7{}{:<91}\n", type, "R01121042880000001");
}

struct Controls {
  unsigned entries = 1;
  std::uint64_t hash = 23'138'010;
  std::uint64_t debits = 0;
  std::uint64_t credits = 0;
};

std::string control(const Controls& all) {
  return fmt::format("8200{:06}{:010}{:012}{:012}{:<10}{:25}{:8}{:07}\n", all.entries, all.hash,
                     all.debits, all.credits, "1234567890", "", "12104288", 1);
}

std::string file_control(const Controls& all, unsigned batches = 1, unsigned blocks = 1) {
  return fmt::format("9{:06}{:06}{:08}{:010}{:012}{:012}{:39}\n", batches, blocks, all.entries,
                     all.hash, all.debits, all.credits, "");
}

std::string file_of(const std::string& entries, const Controls& all) {
  return header() + batch() + entries + control(all) + file_control(all);
}

TEST(NachaParser, ReadsEntriesAndHoldsEveryControlAgainstThem) {
  const Reading reading =
      read(file_of(entry("22", "0000010050", "EMP-1") + entry("27", "0000000999", "CUST-2"),
                   {.entries = 2, .hash = 46'276'020, .debits = 999, .credits = 10'050}));
  EXPECT_EQ(test::entry_texts(reading), (Texts{"EMP-1 -10050 USD charge ok [RECEIVER]",
                                               "CUST-2 999 USD charge ok [RECEIVER]"}));
  EXPECT_TRUE(reading.faults.empty());
  EXPECT_EQ(reading.totals_that_differ(), Texts{});
  EXPECT_EQ(reading.rest.totals.agreeing(), 10U);
  EXPECT_EQ(reading.entries[0].time_ns, std::int64_t{20'484} * 86'400'000'000'000);
  ASSERT_EQ(reading.rest.statements.size(), 1U);
  EXPECT_EQ(reading.rest.statements[0].account, "1234567890 COMPANY");
  EXPECT_EQ(reading.rest.statements[0].number, "PPD 0000001");
}

TEST(NachaParser, ATotalThatDoesNotFitIsToldInWords) {
  const std::string one = entry("22", "0000000100", "E");
  for (const Controls& wrong : {Controls{.entries = 2, .credits = 100},
                                {.hash = 1, .credits = 100},
                                {.debits = 1, .credits = 100},
                                {.credits = 101}}) {
    EXPECT_EQ(read(file_of(one, wrong)).totals_that_differ().size(), 2U) << "in batch and file";
  }
  EXPECT_EQ(
      read(header() + batch() + one + control({.credits = 101}) + file_control({.credits = 100}))
          .totals_that_differ(),
      Texts{"control total of batch 0000001 of 1234567890 COMPANY: credits: the file says "
            "1.01, its lines make 1.00: control_total (71)"});
  const std::string good = header() + batch() + one + control({.credits = 100});
  EXPECT_EQ(read(good + file_control({.credits = 100}, 2)).totals_that_differ().size(), 1U);
  EXPECT_EQ(read(good + file_control({.credits = 100}, 1, 2)).totals_that_differ(),
            Texts{"control total of the file: blocks: the file says 2, its lines make 1: "
                  "control_total (71)"});
  // What fills the last block up belongs to it.
  const std::string filler = std::string(94, '9') + "\n";
  std::string filled = good + file_control({.credits = 100}, 1, 2);
  for (int i = 0; i < 15; ++i) filled += filler;
  EXPECT_EQ(read(filled).totals_that_differ(), Texts{});
}

TEST(NachaParser, TheHashIsOfTenDigits) {
  const std::string bank = "99999999";
  std::string entries;
  for (int i = 0; i < 101; ++i) entries += entry("22", "0000000001", "E", false, bank);
  const Controls all{.entries = 101, .hash = 99'999'899, .credits = 101};
  EXPECT_EQ(read(header() + batch() + entries + control(all) + file_control(all, 1, 11))
                .totals_that_differ(),
            Texts{});
}

TEST(NachaParser, KnowsEachKindOfTransactionCode) {
  struct Case {
    std::string_view code;
    std::string_view text;
    bool is_debit = false;
  };
  for (const Case& each : {Case{"22", "E -100 USD charge ok [RECEIVER]"},
                           {"27", "E 100 USD charge ok [RECEIVER]", true},
                           {"32", "E -100 USD charge ok [RECEIVER]"},
                           {"37", "E 100 USD charge ok [RECEIVER]", true},
                           {"42", "E -100 USD charge ok [RECEIVER]"},
                           {"52", "E -100 USD charge ok [RECEIVER]"},
                           {"55", "E 100 USD charge ok [RECEIVER]", true},
                           {"21", "E -100 USD charge reversed [RECEIVER]"},
                           {"26", "E 100 USD charge reversed [RECEIVER]", true},
                           {"23", ""},
                           {"28", "", true},
                           {"24", ""},
                           {"29", "", true}}) {
    SCOPED_TRACE(each.code);
    const Reading reading =
        read(file_of(entry(each.code, "0000000100", "E"),
                     {.debits = each.is_debit ? 100U : 0U, .credits = each.is_debit ? 0U : 100U}));
    EXPECT_EQ(test::entry_texts(reading),
              each.text.empty() ? Texts{} : Texts{std::string{each.text}});
    EXPECT_EQ(reading.rest.left_out, each.text.empty() ? 1U : 0U);
    EXPECT_EQ(reading.totals_that_differ(), Texts{});
  }
}

TEST(NachaParser, AddendaSayWhatBecameOfTheEntry) {
  const Controls all{.entries = 6, .hash = 69'414'030, .credits = 300};
  const Reading reading = read(file_of(entry("22", "0000000100", "PAID", true) + addenda("05") +
                                           entry("22", "0000000100", "BACK", true) + addenda("99") +
                                           entry("22", "0000000100", "NEWS", true) + addenda("98"),
                                       all));
  EXPECT_EQ(test::entry_texts(reading), (Texts{"PAID -100 USD charge ok [RECEIVER]",
                                               "BACK -100 USD charge reversed [RECEIVER]"}));
  EXPECT_EQ(reading.rest.left_out, 1U);
  EXPECT_EQ(reading.totals_that_differ(), Texts{});
  EXPECT_EQ(reading.entries[0].place.size_bytes, 95U + 94U);
}

TEST(NachaParser, UsesTheTraceNumberWhereThereIsNoOther) {
  const Controls all{.credits = 100};
  EXPECT_EQ(test::entry_texts(read(file_of(entry("22", "0000000100", ""), all))),
            Texts{"121042880000001 -100 USD charge ok [RECEIVER]"});
  EXPECT_EQ(test::entry_texts(read(header() + batch("IAT", "      ") +
                                   entry("22", "0000000100", "OF-ANOTHER-FLD") + control(all) +
                                   file_control(all))),
            Texts{"121042880000001 -100 USD charge ok []"});
  const Reading reading = read(header() + batch("CTX", "000000") + entry("22", "0000000100", "ID") +
                               control(all) + file_control(all));
  EXPECT_EQ(reading.entries[0].party, "IVER") << "behind the count of addenda";
  EXPECT_EQ(reading.entries[0].time_ns, std::int64_t{20'483} * 86'400'000'000'000)
      << "the day on which the file was made";
}

TEST(NachaParser, ReadsFilesWithoutLineEndsAndWithDroppedSpaces) {
  const std::string file = file_of(entry("22", "0000000100", "E"), {.credits = 100});
  std::string joined;
  std::string trimmed;
  for (std::size_t at = 0; at < file.size(); at += 95) {
    std::string line = file.substr(at, 94);
    joined += line;
    line.resize(line.find_last_not_of(' ') + 1);
    trimmed += line + "\r\n";
  }
  for (const std::string& each : {joined, trimmed}) {
    const Reading reading = read(each);
    EXPECT_EQ(test::entry_texts(reading), Texts{"E -100 USD charge ok [RECEIVER]"});
    EXPECT_TRUE(reading.faults.empty());
    EXPECT_EQ(reading.totals_that_differ(), Texts{});
  }
}

TEST(NachaParser, ABadRecordCostsItselfAndIsTold) {
  struct Case {
    std::string record;
    InvalidReason reason;
  };
  for (const Case& each :
       {Case{entry("2x", "0000000100", "E"), InvalidReason::type},
        {entry("82", "0000000100", "E"), InvalidReason::type},
        {entry("25", "0000000100", "E"), InvalidReason::type},
        {entry("22", "00000001.0", "E"), InvalidReason::amount},
        {entry("22", "-000000100", "E"), InvalidReason::amount},
        {entry("22", "0000000100", "E", false, "2313801X"), InvalidReason::structure},
        {"X is no record\n", InvalidReason::structure}}) {
    SCOPED_TRACE(each.record);
    const Reading reading = read(file_of(each.record + entry("22", "0000000100", "GOOD"), {}));
    ASSERT_EQ(reading.faults.size(), 1U);
    EXPECT_EQ(reading.faults[0].reason, each.reason);
    EXPECT_EQ(reading.faults[0].line, 3U);
    EXPECT_EQ(reading.faults[0].offset, 2U * 95U);
    EXPECT_EQ(test::entry_texts(reading), Texts{"GOOD -100 USD charge ok [RECEIVER]"});
    EXPECT_EQ(reading.rest.totals.differing(), 0U) << "the fault explains the totals";
  }
  EXPECT_EQ(read(header() + entry("22", "0000000100", "E")).faults.size(), 1U);
  EXPECT_EQ(read(header() + addenda("05")).faults.size(), 1U);
  EXPECT_EQ(read(header() + control({})).faults.size(), 1U);
}

TEST(NachaParser, AControlThatIsMissingIsTold) {
  const std::string start = header() + batch() + entry("22", "0000000100", "E");
  EXPECT_EQ(read(start).totals_that_differ(),
            (Texts{"control total of batch 0000001 of 1234567890 COMPANY: entries and addenda: the "
                   "file has none, its lines make 1: control_total (71)",
                   "control total of the file: batches: the file has none, its lines make 1: "
                   "control_total (71)"}));
  EXPECT_EQ(read(start + control({.credits = 100})).totals_that_differ().size(), 1U);
  // Behind it another file begins.
  const std::string whole = start + control({.credits = 100}) + file_control({.credits = 100});
  EXPECT_EQ(read(whole + whole).totals_that_differ(), Texts{});
  EXPECT_EQ(read(whole + whole).entries.size(), 2U);
  EXPECT_EQ(read(start + whole).totals_that_differ().size(), 2U);
}

}  // namespace
}  // namespace daybook::recon
