// MT940 and MT942 as banks write them: signs by marks, references, parties and dates, balances that
// are held against the entries, and what is malformed, which costs its own field only. Each file is
// read in pieces of several sizes, with the same result.
#include "engine/recon/formats/mt940_parser.hpp"

#include "tests/engine/recon/formats/statement_reading.hpp"

namespace daybook::recon {
namespace {

using test::Reading;
using test::Texts;

constexpr std::int64_t day = 86'400;

Reading read(std::string_view file, const ParserSettings& settings = {}) {
  return test::read(StatementFormat::mt940, file, settings);
}

/// Of a statement with an opening balance of 100.00 EUR and these fields.
Reading read_fields(const std::string& fields) {
  return read(":20:X\r\n:25:ACC\r\n:28C:7/1\r\n:60F:C260130EUR100,00\r\n" + fields);
}

TEST(Mt940Parser, ReadsAStatementInItsBlocks) {
  const Reading reading = read(
      "{1:F01BANKDEFFAXXX0000000000}{2:O9400000260131BANKDEFFAXXX00000000000000000000N}{4:\r\n"
      ":20:STARTUMSE\r\n:25:10020030/1234567\r\n:28C:00012/001\r\n:60F:C260130EUR1000,5\r\n"
      ":61:2601310131CR250,NTRFORDER-1//BANK-1\r\n"
      ":61:2601310131DR0,5NCHGNONREF//FEE-9\r\n"
      ":62F:C260131EUR1250,00\r\n:64:C260131EUR1250,00\r\n-}\r\n");
  EXPECT_EQ(test::entry_texts(reading),
            (Texts{"ORDER-1 25000 EUR charge ok []", "FEE-9 -50 EUR charge ok []"}));
  EXPECT_TRUE(reading.faults.empty());
  EXPECT_EQ(reading.rest.totals.agreeing(), 1U);
  EXPECT_EQ(reading.rest.totals.differing(), 0U);
  ASSERT_EQ(reading.rest.statements.size(), 1U);
  EXPECT_EQ(reading.rest.statements[0].account, "10020030/1234567");
  EXPECT_EQ(reading.rest.statements[0].number, "00012/001");
  EXPECT_EQ(reading.rest.statements[0].opening, 100'050);
  EXPECT_EQ(reading.rest.statements[0].closing, 125'000);
  EXPECT_EQ(reading.entries[0].time_ns, 20'484 * day * 1'000'000'000);
  EXPECT_EQ(reading.entries[0].place.line, 6U);
}

TEST(Mt940Parser, TakesTheSignFromTheMark) {
  const Reading reading = read_fields(
      ":61:260131C10,00NTRFc\n:61:260131D10,00NTRFd\n:61:260131RC10,00NTRFrc\n"
      ":61:260131RD10,00NTRFrd\n:61:260131EC10,00NTRFec\n:61:260131ED10,00NTRFed\n"
      ":62F:C260131EUR100,00\n");
  EXPECT_EQ(test::entry_texts(reading),
            (Texts{"c 1000 EUR charge ok []", "d -1000 EUR charge ok []",
                   "rc -1000 EUR reversal ok []", "rd 1000 EUR reversal ok []",
                   "ec 1000 EUR charge open []", "ed -1000 EUR charge open []"}));
  // What is only expected is in no balance.
  EXPECT_EQ(reading.rest.totals.agreeing(), 1U);
}

TEST(Mt940Parser, PrefersTheEndToEndReference) {
  const Reading reading = read_fields(
      // German banks: subfields of 27 characters, lines broken anywhere.
      ":61:2601310131C1,00NTRFNONREF//B1\n"
      ":86:166?00GUTSCHRIFT?109251?20EREF+INVOICE-2026-000001-XY?21Z\n"
      "-7?22SVWZ+Thank you?30BANKDEFF?31DE02?32Mueller &?33 Sons\n"
      ":61:2601310131C2,00NTRFOWN-2\n:86:166?20EREF+NOTPROVIDED?21SVWZ+text?32Ada\n"
      ":61:2601310131C3,00NTRFOWN-3\n:86:166?20EREF+E-3?21MREF+M-3?32Bob\n"
      // Dutch ones: codes between slashes.
      ":61:2601310131C4,00NTRFEREF\n"
      ":86:/TRTP/SEPA OVERBOEKING/IBAN/NL01/BIC/INGBNL2A/NAME/C. de Vr\nies/REMI/paid/2/EREF/E2E/"
      "4\n"
      ":61:2601310131D6,00NTRFPREF//B6\n:86:/PREF/BATCH-6//REMI/USTD//TOTAAL 3/\n"
      ":61:2601310131D7,00NTRFMARF//B7\n:86:/EREF/NOTPROVIDED/MARF/M7\n"
      // And free text.
      ":61:2601310131C5,00N654NONREF//B5\nsupplementary details\n:86:whatever EREF+ it says\n");
  EXPECT_EQ(test::entry_texts(reading),
            (Texts{"INVOICE-2026-000001-XYZ-7 100 EUR charge ok [Mueller & Sons]",
                   "OWN-2 200 EUR charge ok [Ada]", "E-3 300 EUR charge ok [Bob]",
                   "E2E/4 400 EUR charge ok [C. de Vries]", "BATCH-6 -600 EUR charge ok []",
                   "B7 -700 EUR charge ok []", "B5 500 EUR charge ok []"}));
}

TEST(Mt940Parser, ReadsDatesWithoutCenturyAndAcrossTheYear) {
  const Reading reading = read_fields(
      ":61:2512311231C1,00NTRFa\n:61:2512310101C1,00NTRFb\n:61:2601021231C1,00NTRFc\n"
      ":61:991231C1,00NTRFd\n:61:791231C1,00NTRFe\n");
  ASSERT_EQ(reading.entries.size(), 5U);
  const auto day_at = [&](std::size_t i) {
    return reading.entries[i].time_ns / (day * 1'000'000'000);
  };
  EXPECT_EQ(day_at(0), 20'453);
  EXPECT_EQ(day_at(1), 20'454);
  EXPECT_EQ(day_at(2), 20'453);
  EXPECT_EQ(day_at(3), 10'956);
  EXPECT_EQ(day_at(4), 40'176);  // 2079.
}

TEST(Mt940Parser, ABadFieldCostsItselfAndIsTold) {
  struct Case {
    std::string_view field;
    InvalidReason reason;
  };
  for (const Case& each : {Case{":61:260230C1,00NTRFx", InvalidReason::time},
                           {":61:26013", InvalidReason::time},
                           {":61:2601310230C1,00NTRFx", InvalidReason::time},
                           {":61:260131X1,00NTRFx", InvalidReason::type},
                           {":61:260131C1.00NTRFx", InvalidReason::structure},
                           {":61:260131CNTRFx", InvalidReason::amount},
                           {":61:260131C1,005NTRFx", InvalidReason::amount},
                           {":61:260131C,NTRFx", InvalidReason::amount},
                           {":61:260131C1,00NT", InvalidReason::structure},
                           {":60F:C260130EUR1,00", InvalidReason::structure},
                           {":62F:X260130EUR1,00", InvalidReason::structure},
                           {":62F:C260130EUR1,0,0", InvalidReason::amount},
                           {":62F:C260130E R1,00", InvalidReason::currency},
                           {":62F:C260130USD1,00", InvalidReason::currency},
                           {":90D:EUR1,00", InvalidReason::structure},
                           {":90D:1EURx", InvalidReason::amount}}) {
    const Reading reading = read_fields(std::string{each.field} +
                                        "\r\n:61:260131C2,00NTRFgood\r\n:62F:C260131EUR102,00\r\n");
    SCOPED_TRACE(each.field);
    ASSERT_EQ(reading.faults.size(), 1U);
    EXPECT_EQ(reading.faults[0].reason, each.reason);
    EXPECT_EQ(reading.faults[0].line, 5U);
    EXPECT_EQ(reading.faults[0].offset, 49U);
    EXPECT_EQ(test::entry_texts(reading), Texts{"good 200 EUR charge ok []"});
    EXPECT_EQ(reading.rest.totals.differing(), 0U);
  }
}

TEST(Mt940Parser, ABalanceThatDoesNotFitIsToldInWords) {
  EXPECT_EQ(read_fields(":61:260131C2,00NTRFx\n:62F:C260131EUR102,01\n").totals_that_differ(),
            Texts{"control total of statement 7/1 of ACC: opening balance and entries, against the "
                  "closing balance: the file says 102.01, its lines make 102.00: control_total "
                  "(71)"});
  // Below zero.
  EXPECT_EQ(read_fields(":61:260131D102,00NTRFx\n:62F:D260131EUR2,00\n").totals_that_differ(),
            Texts{});
  EXPECT_EQ(
      read_fields(":61:260131D102,00NTRFx\n:62F:C260131EUR2,00\n").totals_that_differ().size(), 1U);
  // Explained by a line that cannot be read, and told with it.
  const Reading reading = read_fields(":61:bad\n:62F:C260131EUR102,01\n");
  EXPECT_EQ(reading.totals_that_differ(), Texts{});
  EXPECT_EQ(reading.faults.size(), 1U);
}

TEST(Mt940Parser, AStatementWithoutItsClosingBalanceWasCutShort) {
  EXPECT_EQ(read_fields(":61:260131C2,00NTRFx\n").totals_that_differ(),
            Texts{"control total of statement 7/1 of ACC: opening balance and entries, against the "
                  "closing balance: the file has none, its lines make 102.00: control_total (71)"});
}

TEST(Mt940Parser, AnOpeningBalanceIsTheClosingOneBefore) {
  const std::string first = ":20:A\n:25:ACC\n:28C:1\n:60F:C260130EUR1,00\n:62F:C260130EUR1,00\n-\n";
  const auto second = [](std::string_view account, std::string_view opening) {
    return fmt::format(":20:B\n:25:{}\n:28C:2\n:60F:{}\n:62F:{}\n-\n", account, opening, opening);
  };
  EXPECT_EQ(read(first + second("ACC", "C260131EUR1,00")).totals_that_differ(), Texts{});
  EXPECT_EQ(read(first + second("ACC", "C260131EUR2,00")).totals_that_differ(),
            Texts{"control total of the opening balance of ACC, against the closing one before it: "
                  "the file says 2.00, its lines make 1.00: control_total (71)"});
  EXPECT_EQ(read(first + second("OTHER", "C260131EUR2,00")).totals_that_differ(), Texts{});
  // The second page of a statement is one more.
  EXPECT_EQ(read(":20:A\n:25:ACC\n:28C:1/1\n:60F:C260130EUR1,00\n:61:260130D1,00NTRFx\n"
                 ":62M:C260130EUR0,00\n-\n:20:A\n:25:ACC\n:28C:1/2\n:60M:C260130EUR0,00\n"
                 ":61:260130C5,00NTRFy\n:62F:C260130EUR5,00\n-\n")
                .rest.totals.agreeing(),
            3U);
}

TEST(Mt940Parser, ReadsAnInterimReport) {
  const std::string report =
      ":20:R\n:25:ACC\n:28C:3\n:34F:EURD0,\n:13D:2601311200+0100\n:61:260131C5,00NTRFa\n"
      ":61:260131RD1,00NTRFb\n:61:260131D2,50NTRFc\n:90D:1EUR2,50\n:90C:2EUR";
  const Reading reading = read(report + "6,00\n-\n");
  EXPECT_EQ(reading.entries.size(), 3U);
  EXPECT_EQ(reading.rest.totals.agreeing(), 4U);
  EXPECT_EQ(read(report + "6,01\n-\n").totals_that_differ(),
            Texts{"control total of statement 3 of ACC: credits in :90C:, their sum: the file says "
                  "6.01, its lines make 6.00: control_total (71)"});
}

TEST(Mt940Parser, PassesOverWhatBanksPutAround) {
  const Reading reading = read(
      "\xef\xbb\xbf"
      "0000 01INGBNL2AXXXX00001\n0000 01INGBNL2AXXXX00001\n940 00\n:20:X\n:25:ACC\n:28C:0\n"
      ":60F:C260130EUR0,00\n:61:260131C1,00NTRFx\n:86:- a line that begins with a dash\n- and goes "
      "on\n:62F:C260131EUR1,00\n:86:D000000C000001D0,00C1,00\n-XXX\n");
  EXPECT_EQ(test::entry_texts(reading), Texts{"x 100 EUR charge ok []"});
  EXPECT_TRUE(reading.faults.empty());
  EXPECT_EQ(reading.rest.totals.agreeing(), 1U);
}

TEST(Mt940Parser, ReadsOtherCurrenciesAndTexts) {
  const Reading reading = read(
      ":20:X\n:25:ACC\n:60F:C260130JPY1000,\n:61:260131CY500,NTRFcaf\xe9\n:86:166?32M\xfcller\n"
      ":62F:C260131JPY1500,\n");
  EXPECT_EQ(test::entry_texts(reading), Texts{"caf\xc3\xa9 500 JPY charge ok [M\xc3\xbcller]"});
  EXPECT_EQ(reading.rest.totals.agreeing(), 1U);
}

TEST(Mt940Parser, NegatesAndShiftsAsTheMappingSays) {
  ParserSettings settings;
  settings.is_negated = true;
  settings.time_offset_ns = 3'600'000'000'000;
  const Reading reading = read(
      ":20:X\n:25:ACC\n:60F:C260130EUR0,\n:61:260131C5,00NTRFx\n:62F:C260131EUR5,\n", settings);
  ASSERT_EQ(reading.entries.size(), 1U);
  EXPECT_EQ(reading.entries[0].amount, -500);
  EXPECT_EQ(reading.entries[0].time_ns, (20'484 * day - 3'600) * 1'000'000'000);
  EXPECT_EQ(reading.rest.totals.agreeing(), 1U) << "the balances are the file's own";
}

TEST(Mt940Parser, TakesAFieldOfTheLargestSizeAndNotOneMore) {
  const std::string line = "\n" + std::string(limits::record_bytes_max / 2 - 1, 'x');
  const std::string start = ":61:260131C1,00NTRFa\n:86:";
  const std::string end = "\n:61:260131C1,00NTRFb\n:62F:C260131EUR102,00\n";
  EXPECT_EQ(read_fields(start + line + end).entries.size(), 2U);
  EXPECT_EQ(read_fields(start + line + line + end).faults.size(), 0U);
  const Reading longer = read_fields(start + line + line + "x" + end);
  EXPECT_EQ(longer.entries.size(), 2U);
  ASSERT_EQ(longer.faults.size(), 1U);
  EXPECT_EQ(longer.faults[0].reason, InvalidReason::too_long);
  const Reading longest = read_fields(start + std::string(limits::record_bytes_max + 1, 'x') + end);
  EXPECT_EQ(longest.entries.size(), 2U);
  ASSERT_EQ(longest.faults.size(), 1U);
  EXPECT_EQ(longest.faults[0].reason, InvalidReason::too_long);
}

}  // namespace
}  // namespace daybook::recon
