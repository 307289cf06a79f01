// FIX drop copies: executions with exact amounts, repeats, corrections and cancellations in
// whatever order, checksums, logs and raw streams. Each file is read in pieces of several sizes,
// with the same result.
#include "engine/recon/formats/fix_parser.hpp"

#include "tests/engine/recon/formats/statement_reading.hpp"

namespace daybook::recon {
namespace {

using test::Reading;
using test::Texts;

Reading read(std::string_view file, const ParserSettings& settings = {}) {
  return test::read(StatementFormat::fix, file, settings);
}

/// A message with its length and checksum; `|` in `body` is the delimiter.
std::string message(std::string body, char delimiter = '\x01',
                    std::string_view version = "FIX.4.4") {
  std::string text = "8=" + std::string{version} + "|9=" + std::to_string(body.size()) + "|" + body;
  unsigned sum = 0;
  for (char& c : text) {
    sum += c == '|' ? 1U : static_cast<unsigned char>(c);
    if (c == '|') c = delimiter;
  }
  return text + fmt::format("10={:03}{}", sum % 256, delimiter);
}

std::string trade(std::string_view id, std::string_view rest = "", std::string_view type = "F") {
  return message(fmt::format(
      "35=8|17={}|150={}|39=2|55=ACME|15=USD|54=2|32=100|31=10.125|60=20260131-12:00:00.500|{}", id,
      type, rest));
}

TEST(FixParser, ReadsATrade) {
  const Reading reading = read(trade("X1", "1=DESK-1|12=0.35|13=3|"));
  EXPECT_EQ(test::entry_texts(reading), Texts{"X1 101250 USD charge ok [DESK-1]"});
  EXPECT_EQ(reading.entries[0].fee, 35);
  EXPECT_EQ(reading.entries[0].time_ns, 1'769'860'800'500'000'000);
  EXPECT_TRUE(reading.faults.empty());
}

TEST(FixParser, ReadsLogsAndRawStreams) {
  const std::string body = "35=8|17={}|150=F|55=A|15=USD|54=1|32=1|31=2|";
  const auto with = [&](std::string_view id, char delimiter) {
    std::string text = body;
    text.replace(text.find("{}"), 2, id);
    return message(text, delimiter);
  };
  const Texts both{"A -200 USD charge ok []", "B -200 USD charge ok []"};
  EXPECT_EQ(test::entry_texts(read(with("A", '\x01') + with("B", '\x01'))), both);
  EXPECT_EQ(test::entry_texts(read(with("A", '\x01') + "\r\n" + with("B", '\x01') + "\r\n")), both);
  const Reading log = read("20260131-12:00:00 IN 108=FIXED " + with("A", '|') +
                           "\n20260131-12:00:01 IN " + with("B", '|') + "\n");
  EXPECT_EQ(test::entry_texts(log), both);
  EXPECT_EQ(log.entries[1].place.line, 2U);
}

TEST(FixParser, ReadsOlderVersionsAndLeavesOutWhatMovesNothing) {
  const std::string rest = "55=A|15=USD|54=2|32=1|31=1|";
  std::string file;
  for (const std::string_view each :
       {"17=a|20=0|150=1|39=1|", "17=b|20=0|150=2|39=2|", "17=c|20=0|39=2|",
        "17=n1|20=0|150=0|39=0|", "17=n2|20=3|150=2|39=2|", "17=n3|150=4|39=4|",
        "17=n4|150=8|39=8|", "17=n5|150=I|39=2|"}) {
    file += message("35=8|" + std::string{each} + rest, '\x01', "FIX.4.2");
  }
  file += message("35=0|49=US|56=THEM|");
  file += message("35=D|11=order|");
  const Reading reading = read(file);
  EXPECT_EQ(test::entry_texts(reading),
            (Texts{"a 100 USD charge ok []", "b 100 USD charge ok []", "c 100 USD charge ok []"}));
  EXPECT_EQ(reading.rest.left_out, 7U);
  EXPECT_TRUE(reading.faults.empty());
}

TEST(FixParser, NeverRounds) {
  const auto amount_of = [](std::string_view fields, const ParserSettings& settings = {}) {
    const Reading reading = read(message("35=8|17=x|150=F|54=2|" + std::string{fields}), settings);
    return reading.entries.empty()
               ? fmt::format("fault {}", static_cast<int>(reading.faults.at(0).reason))
               : test::entry_texts(reading)[0].substr(2,
                                                      test::entry_texts(reading)[0].find(" c") - 2);
  };
  EXPECT_EQ(amount_of("15=USD|32=3|31=0.333|"), "fault 4");
  EXPECT_EQ(amount_of("15=USD|32=3|31=0.33|"), "99 USD");
  EXPECT_EQ(amount_of("15=JPY|32=3|31=100.0|"), "300 JPY");
  EXPECT_EQ(amount_of("55=BTC/USDT|32=0.00000500|31=90000.10|"), "fault 4");
  ParserSettings settings;
  settings.scales = {{currency_of_text("USDT"), 8U}};
  EXPECT_EQ(amount_of("55=BTC/USDT|32=0.00000500|31=90000.10|", settings), "45000050 USDT");
  EXPECT_EQ(amount_of("55=BTC-USD|32=1|31=-37.63|"), "-3763 USD") << "prices may be below zero";
  EXPECT_EQ(amount_of("15=USD|32=1|31=1|381=5.5|"), "550 USD");
  EXPECT_EQ(amount_of("15=USD|32=123456789012345678|31=1.00000000000000000|"),
            "12345678901234567800 USD");
  EXPECT_EQ(amount_of("15=USD|32=1234567890123456789|31=1|"), "fault 4");
  EXPECT_EQ(amount_of("15=USD|32=1e5|31=1|"), "fault 4");
}

TEST(FixParser, AReportThatComesAgainIsTheSame) {
  const std::string first = trade("X1", "52=1|");
  const std::string resent = trade("X1", "43=Y|52=2|");
  const Reading reading = read(first + resent + first);
  EXPECT_EQ(reading.entries.size(), 1U);
  EXPECT_EQ(reading.rest.left_out, 2U);
  // The same id with another amount is not: both are there to be looked at.
  const std::string other = message("35=8|17=X1|150=F|55=ACME|15=USD|54=2|32=96|31=10.125|");
  EXPECT_EQ(read(first + other).entries.size(), 2U);
}

TEST(FixParser, CorrectionsStandForWhatTheyCorrect) {
  const auto correct = [](std::string_view id, std::string_view of, std::string_view price) {
    return message(
        fmt::format("35=8|17={}|19={}|150=G|55=A|15=USD|54=2|32=1|31={}|", id, of, price));
  };
  const auto cancel = [](std::string_view id, std::string_view of) {
    return message(fmt::format("35=8|17={}|19={}|150=H|55=A|15=USD|54=2|32=1|31=1|", id, of));
  };
  const std::string first = message("35=8|17=X1|150=F|55=A|15=USD|54=2|32=1|31=1|");
  EXPECT_EQ(test::entry_texts(read(first + correct("X2", "X1", "2"))),
            Texts{"X1 200 USD charge ok []"});
  EXPECT_EQ(test::entry_texts(read(first + correct("X2", "X1", "2") + correct("X3", "X2", "3"))),
            Texts{"X1 300 USD charge ok []"});
  EXPECT_EQ(test::entry_texts(read(correct("X2", "X1", "2") + first)),
            Texts{"X1 200 USD charge ok []"});
  // A cancelled one is told once, with or without the trade itself, in whatever order.
  for (const std::string& file :
       {first + cancel("X2", "X1"), cancel("X2", "X1") + first, cancel("X2", "X1")}) {
    EXPECT_EQ(test::entry_texts(read(file)), Texts{"X1 100 USD charge reversed []"});
  }
  EXPECT_EQ(test::entry_texts(read(first + correct("X2", "X1", "2") + cancel("X3", "X2"))),
            Texts{"X1 200 USD charge reversed []"});
  // Older versions say it with ExecTransType.
  EXPECT_EQ(test::entry_texts(
                read(first + message("35=8|17=X2|20=1|19=X1|150=2|55=A|15=USD|54=2|32=1|31=1|"))),
            Texts{"X1 100 USD charge reversed []"});
  // Corrections in a circle end.
  EXPECT_EQ(read(correct("X1", "X2", "1") + correct("X2", "X1", "2")).rest.left_out, 2U);
  EXPECT_EQ(read(message("35=8|17=X2|150=H|15=USD|54=2|32=1|31=1|")).faults.at(0).reason,
            InvalidReason::missing);
}

TEST(FixParser, ABadMessageCostsItselfAndIsTold) {
  struct Case {
    std::string bytes;
    InvalidReason reason;
  };
  std::string altered = trade("X1");
  altered[altered.find("31=10") + 3] = '2';
  std::string cut = trade("X1");
  cut.resize(cut.find("60="));
  std::string longer = trade("X1");
  longer.replace(longer.find("\x01"
                             "10="),
                 1,
                 "\x01"
                 "58=x\x01");
  for (const Case& each :
       {Case{altered, InvalidReason::checksum},
        {longer, InvalidReason::checksum},
        {cut + "\n", InvalidReason::structure},
        {message("35=8|17=X1|150=F|15=USD|54=2|32=1|"), InvalidReason::missing},
        {message("35=8|150=F|15=USD|54=2|32=1|31=1|"), InvalidReason::missing},
        {message("35=8|17=X1|150=F|54=2|32=1|31=1|"), InvalidReason::currency},
        {message("35=8|17=X1|150=F|15=USD|54=9|32=1|31=1|"), InvalidReason::type},
        {message("35=8|17=X1|150=F|15=USD|54=2|32=1|31=1|12=1|13=1|"), InvalidReason::fee},
        {message("35=8|17=X1|150=F|15=USD|54=2|32=1|31=1|12=1|13=3|479=EUR|"), InvalidReason::fee},
        {message("35=8|17=X1|150=F|15=USD|54=2|32=1|31=1|60=yesterday|"), InvalidReason::time},
        {message("35=8|17=X1|nothing|"), InvalidReason::structure},
        {message("35=8|17=X1|x5=1|"), InvalidReason::structure},
        {"8=FIX with no delimiter anywhere near\n", InvalidReason::structure}}) {
    SCOPED_TRACE(each.bytes);
    const Reading reading = read("\n" + each.bytes + trade("GOOD"));
    ASSERT_EQ(reading.faults.size(), 1U);
    EXPECT_EQ(reading.faults[0].reason, each.reason);
    EXPECT_EQ(reading.faults[0].line, 2U);
    EXPECT_EQ(reading.faults[0].offset, 1U);
    EXPECT_EQ(test::entry_texts(reading), Texts{"GOOD 101250 USD charge ok []"});
  }
  EXPECT_EQ(read(cut).faults.size(), 1U) << "at the end of the file as well";
}

TEST(FixParser, EndsAMessageBehindItsChecksumWhateverFollows) {
  std::string open = trade("X1");
  open.pop_back();
  for (const std::string_view behind : {"\n", " and some words\n", "|\n", "9\n"}) {
    const Reading reading = read(open + std::string{behind} + trade("X2"));
    EXPECT_EQ(reading.entries.size(), 2U) << behind;
    EXPECT_TRUE(reading.faults.empty());
  }
}

TEST(FixParser, KeepsItsLimits) {
  const auto with_text = [](std::size_t size) {
    return read(trade("X1", "58=" + std::string(size, 'x') + "|") + trade("GOOD"));
  };
  const std::size_t around = trade("X1", "58=|").size() + 3;  // The length has more digits.
  EXPECT_EQ(with_text(limits::record_bytes_max - around).entries.size(), 2U);
  const Reading longer = with_text(limits::record_bytes_max - around + 1);
  EXPECT_EQ(longer.entries.size(), 1U);
  ASSERT_EQ(longer.faults.size(), 1U);
  EXPECT_EQ(longer.faults[0].reason, InvalidReason::too_long);
  const auto with_fields = [](std::size_t count) {
    std::string rest;
    for (std::size_t i = 0; i < count; ++i) rest += "5=x|";
    return read(trade("X1", rest));
  };
  const std::size_t own = 12;
  EXPECT_EQ(with_fields(limits::fix_fields_max - own).entries.size(), 1U);
  EXPECT_EQ(with_fields(limits::fix_fields_max - own + 1).faults.size(), 1U);
  EXPECT_EQ(read(trade(std::string(limits::name_bytes_max, 'i'))).entries.size(), 1U);
  EXPECT_EQ(read(trade(std::string(limits::name_bytes_max + 1, 'i'))).faults.size(), 1U);
}

TEST(FixParser, TakesAsManyCorrectionsAsTheLimitAndNotOneMore) {
  std::string file;
  for (std::size_t i = 0; i <= limits::fix_corrections_max; ++i) {
    file += message(fmt::format("35=8|17=h{}|19=x{}|150=H|15=USD|54=2|32=1|31=1|", i, i));
  }
  FixParser parser{{}};
  const Reading reading = test::read_in_pieces(parser, file, 64 * 1'024);
  EXPECT_EQ(reading.entries.size(), limits::fix_corrections_max);
  ASSERT_EQ(reading.faults.size(), 1U);
  EXPECT_EQ(reading.faults[0].reason, InvalidReason::reference);
}

TEST(FixParser, RemembersAsManyExecutionsAsTheLimit) {
  std::string file;
  for (std::size_t i = 0; i <= limits::fix_executions_remembered_max; ++i) {
    file += message(fmt::format("35=8|17=x{}|150=F|15=USD|54=2|32=1|31=1|", i));
  }
  const auto again = [](std::size_t i) {
    return message(fmt::format("35=8|17=x{}|150=F|15=USD|54=2|32=1|31=1|", i));
  };
  FixParser parser{{}};
  // The first one has been forgotten, the second not.
  const Reading reading = test::read_in_pieces(parser, file + again(1) + again(0), 64 * 1'024);
  EXPECT_EQ(reading.rest.left_out, 1U);
  EXPECT_EQ(reading.entries.size(), limits::fix_executions_remembered_max + 2);
}

}  // namespace
}  // namespace daybook::recon
