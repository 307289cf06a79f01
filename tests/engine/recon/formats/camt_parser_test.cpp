// camt.052, .053 and .054 of several versions: records of entries and of their details, signs,
// references, balances and sums that are held against the entries, and XML that is not well-formed
// or not harmless, which costs as little as it can. Each file is read in pieces of several sizes,
// with the same result.
#include "engine/recon/formats/camt_parser.hpp"

#include "tests/engine/recon/formats/statement_reading.hpp"

namespace daybook::recon {
namespace {

using test::Reading;
using test::Texts;

Reading read(std::string_view file) { return test::read(StatementFormat::camt, file); }

std::string balance(std::string_view code, std::string_view amount, std::string_view mark,
                    std::string_view day = "2026-01-31") {
  return fmt::format(
      "<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{}</Amt><CdtDbtInd>{}"
      "</CdtDbtInd><Dt><Dt>{}</Dt></Dt></Bal>\n",
      code, amount, mark, day);
}

std::string statement(std::string_view content, std::string_view number = "S1") {
  return fmt::format(
      "<Stmt><Id>{}</Id><Acct><Id><IBAN>DE02120300000000202051</IBAN></Id><Ccy>EUR</Ccy></Acct>\n{}"
      "</Stmt>\n",
      number, content);
}

std::string document(std::string_view statements) {
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\"><BkToCstmrStmt><GrpHdr>"
      "<MsgId>M</MsgId></GrpHdr>\n{}</BkToCstmrStmt></Document>\n",
      statements);
}

/// An entry of so much; `rest` stands behind the status.
std::string entry(std::string_view amount, std::string_view mark, std::string_view rest = "") {
  return fmt::format(
      "<Ntry><Amt Ccy=\"EUR\">{}</Amt><CdtDbtInd>{}</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-01-"
      "31</Dt></BookgDt>{}</Ntry>\n",
      amount, mark, rest);
}

std::string details(std::string_view content) {
  return fmt::format("<NtryDtls>{}</NtryDtls>", content);
}

std::string transaction(std::string_view reference, std::string_view rest = "") {
  return fmt::format("<TxDtls><Refs><EndToEndId>{}</EndToEndId></Refs>{}</TxDtls>", reference,
                     rest);
}

TEST(CamtParser, ReadsAStatementWithItsBalances) {
  const Reading reading = read(document(statement(
      balance("OPBD", "100.00", "CRDT") + balance("CLBD", "70.5", "CRDT") +
      entry("20", "CRDT",
            "<AcctSvcrRef>B1</AcctSvcrRef>" +
                details(transaction("E2E-1",
                                    "<RltdPties><Dbtr><Nm>Ada &amp; Co</Nm></Dbtr><Cdtr>"
                                    "<Nm>us</Nm></Cdtr></RltdPties>"))) +
      entry("49.50", "DBIT",
            "<AcctSvcrRef>B2</AcctSvcrRef>" +
                details(transaction("NOTPROVIDED",
                                    "<RltdPties><Cdtr><Nm>Bob</Nm></Cdtr></RltdPties>"))))));
  EXPECT_EQ(test::entry_texts(reading),
            (Texts{"E2E-1 2000 EUR charge ok [Ada & Co]", "B2 -4950 EUR charge ok [Bob]"}));
  EXPECT_TRUE(reading.faults.empty());
  EXPECT_EQ(reading.rest.totals.agreeing(), 1U);
  EXPECT_EQ(reading.rest.totals.differing(), 0U);
  ASSERT_EQ(reading.rest.statements.size(), 1U);
  EXPECT_EQ(reading.rest.statements[0].account, "DE02120300000000202051");
  EXPECT_EQ(reading.rest.statements[0].number, "S1");
  EXPECT_EQ(reading.rest.statements[0].opening, 10'000);
  EXPECT_EQ(reading.rest.statements[0].closing, 7'050);
  EXPECT_EQ(reading.entries[0].time_ns, std::int64_t{20'484} * 86'400'000'000'000);
  EXPECT_EQ(reading.entries[0].place.line, 6U);
}

TEST(CamtParser, ABalanceThatDoesNotFitIsToldInWords) {
  const std::string start = balance("OPBD", "5.00", "DBIT") + balance("CLBD", "4.99", "DBIT");
  EXPECT_EQ(read(document(statement(start + entry("0.01", "CRDT")))).totals_that_differ(), Texts{});
  EXPECT_EQ(
      read(document(statement(start + entry("0.01", "DBIT")))).totals_that_differ(),
      Texts{"control total of statement S1 of DE02120300000000202051: opening balance and "
            "entries, against the closing balance: the file says -4.99, its lines make -5.01: "
            "control_total (71)"});
}

TEST(CamtParser, AReversalHasTheSignThatItsMarkSays) {
  const std::string reversal =
      entry("3.00", "DBIT", "")
          .replace(entry("3.00", "DBIT", "").find("<Sts>"), 0, "<RvslInd>true</RvslInd>");
  const Reading reading = read(document(
      statement(balance("OPBD", "3.00", "CRDT") + balance("CLBD", "0.00", "CRDT") + reversal)));
  EXPECT_EQ(test::entry_texts(reading), Texts{" -300 EUR reversal ok []"});
  EXPECT_EQ(reading.rest.totals.agreeing(), 1U);
}

TEST(CamtParser, ReadsStatusesOfEveryVersion) {
  const auto with = [](std::string_view status) {
    return fmt::format(
        "<Ntry><NtryRef>{}</NtryRef><Amt Ccy=\"EUR\">1</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>{}"
        "</Sts></Ntry>",
        status.size(), status);
  };
  const Reading reading = read(document(
      statement(balance("OPBD", "0", "CRDT") + balance("CLBD", "2", "CRDT") + with("BOOK") +
                with("PDNG") + with("<Cd>BOOK</Cd>") + with("<Cd>PDNG</Cd>") + with("INFO"))));
  EXPECT_EQ(test::entry_texts(reading),
            (Texts{"4 100 EUR charge ok []", "4 100 EUR charge open []", "13 100 EUR charge ok []",
                   "13 100 EUR charge open []"}));
  EXPECT_EQ(reading.rest.left_out, 1U);
  EXPECT_EQ(reading.rest.totals.differing(), 0U) << "only what is booked makes the balance";
}

TEST(CamtParser, DetailsWithAmountsAreRecordsOfTheirOwn) {
  const auto batch = [&](std::string_view first, std::string_view second, std::string_view count) {
    return read(document(statement(
        entry("30.00", "DBIT",
              details(fmt::format("<Btch><NbOfTxs>{}</NbOfTxs></Btch>", count) +
                      transaction("a", "<Amt Ccy=\"EUR\">" + std::string{first} +
                                           "</Amt><CdtDbtInd>DBIT</CdtDbtInd>") +
                      transaction("b", "<AmtDtls><TxAmt><Amt Ccy=\"EUR\">" + std::string{second} +
                                           "</Amt></TxAmt></AmtDtls>"))))));
  };
  const Reading reading = batch("10.00", "20.00", "2");
  EXPECT_EQ(test::entry_texts(reading),
            (Texts{"a -1000 EUR charge ok []", "b -2000 EUR charge ok []"}));
  EXPECT_EQ(reading.rest.totals.differing(), 0U);
  EXPECT_EQ(batch("10.00", "20.01", "3").totals_that_differ(),
            (Texts{"control total of the details of the entry at line 4 of statement S1 of "
                   "DE02120300000000202051: the file says -30.00, its lines make -30.01: "
                   "control_total (71)",
                   "control total of transactions (NbOfTxs) of the entry at line 4 of statement S1 "
                   "of DE02120300000000202051: the file says 3, its lines make 2: control_total "
                   "(71)"}));
  const Reading bad = batch("10.00", "x", "2");
  EXPECT_EQ(test::entry_texts(bad), Texts{"a -1000 EUR charge ok []"});
  ASSERT_EQ(bad.faults.size(), 1U);
  EXPECT_EQ(bad.faults[0].reason, InvalidReason::amount);
}

TEST(CamtParser, DetailsThatDoNotSayTheirAmountsAreOneRecord) {
  const std::string own = "<Amt Ccy=\"EUR\">1</Amt>";
  const std::string foreign = "<Amt Ccy=\"USD\">1</Amt>";
  for (const std::string& content :
       {transaction("a") + transaction("b"), transaction("a", own) + transaction("b"),
        transaction("a", foreign) + transaction("b", foreign),
        transaction("a", own) + transaction("b", foreign) + transaction("c", own)}) {
    const Reading reading = read(document(
        statement(entry("2.00", "CRDT", "<AcctSvcrRef>B</AcctSvcrRef>" + details(content)))));
    EXPECT_EQ(test::entry_texts(reading), Texts{"B 200 EUR charge ok []"});
    EXPECT_TRUE(reading.faults.empty());
  }
  // Of a single one the entry's amount counts, whatever was instructed.
  EXPECT_EQ(test::entry_texts(read(
                document(statement(entry("2.00", "CRDT", details(transaction("a", foreign))))))),
            Texts{"a 200 EUR charge ok []"});
}

TEST(CamtParser, HoldsTheSummaryAgainstTheEntries) {
  const auto with = [](std::string_view all, std::string_view net) {
    return read(document(statement(
        fmt::format(
            "<TxsSummry><TtlNtries>{}{}</TtlNtries><TtlCdtNtries><NbOfNtries>1</NbOfNtries>"
            "<Sum>5</Sum></TtlCdtNtries><TtlDbtNtries><NbOfNtries>1</NbOfNtries><Sum>7</Sum>"
            "</TtlDbtNtries></TxsSummry>",
            all, net) +
        entry("5.00", "CRDT") + entry("7.00", "DBIT"))));
  };
  const std::string_view all = "<NbOfNtries>2</NbOfNtries><Sum>12.00</Sum>";
  // Versions up to 2, and from 4 on.
  for (const std::string_view net :
       {"<TtlNetNtryAmt>2.00</TtlNetNtryAmt><CdtDbtInd>DBIT</CdtDbtInd>",
        "<TtlNetNtry><Amt>2.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></TtlNetNtry>"}) {
    const Reading reading = with(all, net);
    EXPECT_EQ(reading.rest.totals.agreeing(), 7U);
    EXPECT_EQ(reading.rest.totals.differing(), 0U);
    EXPECT_EQ(with("<NbOfNtries>3</NbOfNtries><Sum>12.00</Sum>", net).rest.totals.differing(), 1U);
    EXPECT_EQ(with("<NbOfNtries>2</NbOfNtries><Sum>12.01</Sum>", net).rest.totals.differing(), 1U);
  }
  EXPECT_EQ(with(all, "<TtlNetNtry><Amt>2.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></TtlNetNtry>")
                .totals_that_differ()
                .size(),
            1U);
}

TEST(CamtParser, ReadsNotificationsAndReportsWithPrefixes) {
  const Reading reading = read(
      "\n<?xml version=\"1.0\"?><env:Envelope xmlns:env=\"e\" xmlns:n=\"n\"><n:Document>"
      "<n:BkToCstmrDbtCdtNtfctn><n:Ntfctn><n:Id>N</n:Id><n:Acct><n:Id><n:Othr><n:Id>77</n:Id>"
      "</n:Othr></n:Id></n:Acct><n:Ntry><n:Amt Ccy=\"CHF\">1.05</n:Amt><n:CdtDbtInd>CRDT"
      "</n:CdtDbtInd><n:Sts>BOOK</n:Sts><n:ValDt><n:DtTm>2026-01-31T10:00:00+01:00</n:DtTm>"
      "</n:ValDt><n:NtryDtls><n:TxDtls><n:Refs><n:InstrId>I</n:InstrId></n:Refs></n:TxDtls>"
      "</n:NtryDtls></n:Ntry></n:Ntfctn></n:BkToCstmrDbtCdtNtfctn></n:Document></env:Envelope>"
      "<Document><BkToCstmrAcctRpt><Rpt><Id>R</Id><Ntry><Amt Ccy=\"EUR\">2</Amt><CdtDbtInd>DBIT"
      "</CdtDbtInd><Sts>PDNG</Sts></Ntry></Rpt></BkToCstmrAcctRpt></Document>");
  EXPECT_EQ(test::entry_texts(reading),
            (Texts{"I 105 CHF charge ok []", " -200 EUR charge open []"}));
  EXPECT_TRUE(reading.faults.empty());
  EXPECT_EQ(reading.entries[0].time_ns, 1'769'850'000'000'000'000);
  ASSERT_EQ(reading.rest.statements.size(), 2U);
  EXPECT_EQ(reading.rest.statements[0].account, "77");
}

TEST(CamtParser, ABadEntryCostsItselfAndIsTold) {
  struct Case {
    std::string_view entry;
    InvalidReason reason;
  };
  for (const Case& each :
       {Case{"<Ntry><CdtDbtInd>CRDT</CdtDbtInd></Ntry>", InvalidReason::missing},
        {"<Ntry><Amt Ccy=\"EUR\">1</Amt></Ntry>", InvalidReason::type},
        {"<Ntry><Amt Ccy=\"EUR\">1</Amt><CdtDbtInd>C</CdtDbtInd></Ntry>", InvalidReason::type},
        {"<Ntry><Amt Ccy=\"EUR\">-1</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry>",
         InvalidReason::amount},
        {"<Ntry><Amt Ccy=\"EUR\">1.00001</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry>",
         InvalidReason::amount},
        {"<Ntry><Amt Ccy=\"E R\">1</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry>",
         InvalidReason::currency},
        {"<Ntry><Amt Ccy=\"EUR\">1</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>MAYB</Sts></Ntry>",
         InvalidReason::status},
        {"<Ntry><Amt Ccy=\"EUR\">1</Amt><CdtDbtInd>CRDT</CdtDbtInd><RvslInd>yes</RvslInd></Ntry>",
         InvalidReason::type},
        {"<Ntry><Amt Ccy=\"EUR\">1</Amt><CdtDbtInd>CRDT</CdtDbtInd><BookgDt><Dt>2026-02-30</Dt>"
         "</BookgDt></Ntry>",
         InvalidReason::time},
        {"<Ntry><Amt Ccy=\"EUR\">1</Amt></CdtDbtInd></Ntry>", InvalidReason::structure},
        {"<Ntry><Amt Ccy=\"EUR\">1 & 2</Amt></Ntry>", InvalidReason::structure},
        {"<Ntry><Amt Ccy=\"EUR\">1</Amt>&entity;</Ntry>", InvalidReason::structure},
        {"<Ntry><Ntry <Amt>1</Amt></Ntry>", InvalidReason::structure}}) {
    SCOPED_TRACE(each.entry);
    const Reading reading =
        read(document(statement(balance("OPBD", "1.00", "CRDT") + balance("CLBD", "9.00", "CRDT") +
                                std::string{each.entry} + "\n" +
                                entry("7.00", "CRDT", "<NtryRef>good</NtryRef>")) +
                      statement(balance("OPBD", "9.00", "CRDT") + balance("CLBD", "8.00", "CRDT") +
                                    entry("1.00", "DBIT", "<NtryRef>next</NtryRef>"),
                                "S2")));
    ASSERT_EQ(reading.faults.size(), 1U);
    EXPECT_EQ(reading.faults[0].reason, each.reason);
    EXPECT_EQ(reading.faults[0].line, 6U);
    EXPECT_EQ(test::entry_texts(reading),
              (Texts{"good 700 EUR charge ok []", "next -100 EUR charge ok []"}));
    EXPECT_EQ(reading.rest.totals.differing(), 0U) << "the fault explains the balance";
    EXPECT_EQ(reading.rest.statements.size(), 2U);
  }
}

TEST(CamtParser, AStatementThatWasCutShortIsTold) {
  const std::string whole = document(
      statement(balance("OPBD", "1.00", "CRDT") + entry("7.00", "CRDT", "<NtryRef>a</NtryRef>")));
  const Reading reading = read(std::string_view{whole}.substr(0, whole.find("</Stmt>")));
  EXPECT_EQ(test::entry_texts(reading), Texts{"a 700 EUR charge ok []"});
  ASSERT_EQ(reading.faults.size(), 1U);
  EXPECT_EQ(reading.faults[0].reason, InvalidReason::structure);
  EXPECT_EQ(reading.rest.statements.size(), 1U);
}

TEST(CamtParser, TakesNoDocumentTypeAndNoEntities) {
  const Reading reading = read(
      "<?xml version=\"1.0\"?><!DOCTYPE d [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">"
      "<!ENTITY x SYSTEM \"file:///etc/passwd\">]>" +
      document(statement(entry("1.00", "CRDT", "<NtryRef>&b;&x;</NtryRef>"))).substr(39));
  EXPECT_TRUE(reading.entries.empty());
  ASSERT_EQ(reading.faults.size(), 1U);
  EXPECT_EQ(reading.faults[0].reason, InvalidReason::structure);
}

TEST(CamtParser, ReadsEncodings) {
  const std::string file = document(statement(entry(
      "1", "CRDT",
      details(transaction("r", "<RltdPties><Dbtr><Nm>M\xfcller \x80</Nm></Dbtr></RltdPties>")))));
  const auto in = [&](std::string_view name) {
    std::string text = file;
    text.replace(text.find("UTF-8"), 5, name);
    const Reading reading = read(text);
    return reading.entries.empty() ? std::string{} : reading.entries[0].party;
  };
  EXPECT_EQ(in("windows-1252"), "M\xc3\xbcller \xe2\x82\xac");
  EXPECT_EQ(in("ISO-8859-1"), "M\xc3\xbcller");  // There it is a control character.
  EXPECT_EQ(in("iso-8859-15"), "M\xc3\xbcller");
  EXPECT_EQ(read(file).faults.size(), 1U) << "it is no UTF-8";
  EXPECT_EQ(in("EBCDIC-X"), "");
}

TEST(CamtParser, KeepsItsLimits) {
  const auto nested = [](std::size_t depth) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += "<x>";
    for (std::size_t i = 0; i < depth; ++i) text += "</x>";
    return read(document(statement(text + entry("1", "CRDT"))));
  };
  // Document, message and statement are around it.
  EXPECT_TRUE(nested(limits::xml_depth_max - 3).faults.empty());
  EXPECT_EQ(nested(limits::xml_depth_max - 2).faults.size(), 1U);
  EXPECT_EQ(nested(100'000).entries.size(), 1U) << "reading goes on at the next entry";
  const auto long_text = [](std::size_t size) {
    return read(document(statement("<X>" + std::string(size, 'x') + "</X>" + entry("1", "CRDT"))));
  };
  EXPECT_TRUE(long_text(limits::record_bytes_max).faults.empty());
  EXPECT_EQ(long_text(limits::record_bytes_max + 1).faults.size(), 1U);
  CamtParser parser{{}};
  const Reading endless = test::read_in_pieces(
      parser, document(statement("<X a=\"" + std::string(std::size_t{1} << 20, 'x') + "\"/>")),
      64 * 1'024);
  ASSERT_EQ(endless.faults.size(), 1U);
  EXPECT_EQ(endless.faults[0].reason, InvalidReason::too_long);
  std::string bad;
  for (std::size_t i = 0; i < limits::xml_faults_max + 10; ++i) bad += "<Ntry><</Ntry>";
  EXPECT_EQ(read(document(statement(bad))).faults.size(), limits::xml_faults_max);
  const std::string longest(limits::reference_bytes_max, 'r');
  EXPECT_EQ(
      read(document(statement(entry("1", "CRDT", details(transaction(longest)))))).entries.size(),
      1U);
  const Reading longer =
      read(document(statement(entry("1", "CRDT", details(transaction(longest + "r"))))));
  ASSERT_EQ(longer.faults.size(), 1U);
  EXPECT_EQ(longer.faults[0].reason, InvalidReason::reference);
}

}  // namespace
}  // namespace daybook::recon
