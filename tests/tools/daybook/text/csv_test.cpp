// CSV: RFC 4180 as it is written, line numbers, every documented refusal, the limits on both
// sides, and that what is written reads back.

#include "tools/daybook/text/csv.hpp"

#include <random>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace daybook {
namespace {

using Record = std::vector<std::string>;

struct Reading {
  std::vector<Record> records;
  std::vector<std::uint64_t> lines;
  std::string failure;
};

Reading read_all(const std::string& text) {
  std::istringstream in{text};
  CsvReader reader{in};
  Reading reading;
  while (true) {
    const Result<bool> more = reader.next();
    if (!more) reading.failure = more.error().what;
    if (!more || !more.value()) return reading;
    reading.records.emplace_back(reader.fields().begin(), reader.fields().end());
    reading.lines.push_back(reader.line());
  }
}

TEST(CsvReaderTest, SplitsRecordsAndFields) {
  EXPECT_EQ(read_all("a,b\nc,d\n").records, (std::vector<Record>{{"a", "b"}, {"c", "d"}}));
  EXPECT_EQ(read_all("a,b\r\nc,d").records, (std::vector<Record>{{"a", "b"}, {"c", "d"}}));
  EXPECT_EQ(read_all(",\n").records, (std::vector<Record>{{"", ""}}));
  EXPECT_EQ(read_all("a,").records, (std::vector<Record>{{"a", ""}}));
  EXPECT_EQ(read_all(" a , b\n").records, (std::vector<Record>{{" a ", " b"}}));
  EXPECT_TRUE(read_all("").records.empty());
}

TEST(CsvReaderTest, QuotedFieldsHoldCommasQuotesAndLineEnds) {
  EXPECT_EQ(read_all("\"a,b\",\"say \"\"hi\"\"\",\"\"\n").records,
            (std::vector<Record>{{"a,b", "say \"hi\"", ""}}));
  EXPECT_EQ(read_all("\"one\r\ntwo\",x\r\ny,z\r\n").records,
            (std::vector<Record>{{"one\r\ntwo", "x"}, {"y", "z"}}));
}

TEST(CsvReaderTest, SkipsAByteOrderMarkAndEmptyLines) {
  const Reading reading = read_all(
      "\xEF\xBB\xBF"
      "a\n\n\r\nb\n\n");
  EXPECT_EQ(reading.records, (std::vector<Record>{{"a"}, {"b"}}));
  EXPECT_EQ(reading.lines, (std::vector<std::uint64_t>{1, 4}));
}

TEST(CsvReaderTest, ALineIsWhereItsRecordBegins) {
  EXPECT_EQ(read_all("a\n\"b\nb\nb\"\nc\n").lines, (std::vector<std::uint64_t>{1, 2, 5}));
}

struct Fault {
  const char* text;
  const char* words;
};

TEST(CsvReaderTest, AFaultIsRefusedWithItsLine) {
  const Fault faults[] = {{"a\nb\"c\n", "line 2: a quote stands inside a field"},
                          {"\"a\"b\n", "line 1: text follows a closing quote"},
                          {"\"a\" ,b\n", "line 1: text follows a closing quote"},
                          {"a\n\n\"b\nc\n", "line 3: a quoted field begins here and is never"}};
  for (const Fault& fault : faults) {
    const Reading reading = read_all(fault.text);
    EXPECT_EQ(reading.failure.find(fault.words), 0U) << reading.failure;
  }
}

TEST(CsvReaderTest, AZeroByteIsRefused) {
  EXPECT_EQ(read_all(std::string{"a\0b\n", 4}).failure.find("line 1: the line holds a zero"), 0U);
}

TEST(CsvReaderTest, NothingIsReadAfterAFailure) {
  std::istringstream in{"a\"\nb\n"};
  CsvReader reader{in};
  EXPECT_FALSE(reader.next().ok());
  EXPECT_FALSE(reader.next().ok());
}

TEST(CsvReaderTest, ARecordMayBeAsLongAsTheLimitAndNotLonger) {
  const std::string longest(CsvReader::record_bytes_max - 1, 'x');
  EXPECT_EQ(read_all(longest + "\ny\n").records, (std::vector<Record>{{longest}, {"y"}}));
  EXPECT_EQ(read_all(longest + "x\n").failure.find("line 1: the record is longer"), 0U);
  // Over several lines too, and with the rest of an endless line not kept.
  EXPECT_NE(read_all(fmt::format("\"{}\n{}\"\n", longest, longest)).failure, "");
  EXPECT_NE(read_all(std::string(10 * CsvReader::record_bytes_max, 'x')).failure, "");
}

TEST(CsvReaderTest, ARecordMayHaveAsManyFieldsAsTheLimitAndNotMore) {
  const std::string commas(CsvReader::fields_max - 1, ',');
  EXPECT_EQ(read_all(commas + "\n").records, (std::vector<Record>{Record(CsvReader::fields_max)}));
  EXPECT_EQ(read_all(commas + ",\n").failure.find("line 1: the record has more than 64"), 0U);
}

TEST(CsvReaderTest, CountsTheBytesItHasRead) {
  std::istringstream in{"ab,c\nd\n"};
  CsvReader reader{in};
  ASSERT_TRUE(reader.next().ok());
  EXPECT_EQ(reader.bytes_read(), 5U);
  ASSERT_TRUE(reader.next().ok());
  EXPECT_EQ(reader.bytes_read(), 7U);
}

TEST(CsvWriterTest, QuotesOnlyWhereItMust) {
  std::string out;
  append_csv_record(out, Record{"a", "b c", "d,e", "f\"g", " h", "", "i\n"});
  EXPECT_EQ(out, "a,b c,\"d,e\",\"f\"\"g\",\" h\",,\"i\n\"\n");
}

TEST(CsvWriterTest, RandomRecordsReadBack) {
  constexpr std::uint64_t seed = 7;
  RecordProperty("seed", static_cast<int>(seed));
  std::mt19937_64 random{seed};
  constexpr std::string_view alphabet = "ab ,\"\n\r;";
  for (int round = 0; round < 2'000; ++round) {
    // A single empty field writes an empty line, which is no record.
    Record record(2 + random() % 4);
    for (std::string& field : record) {
      for (auto size = random() % 6; size > 0; --size)
        field += alphabet[random() % alphabet.size()];
    }
    std::string out;
    append_csv_record(out, record);
    const Reading reading = read_all(out);
    ASSERT_EQ(reading.failure, "") << out;
    ASSERT_EQ(reading.records, (std::vector<Record>{record})) << out;
  }
}

}  // namespace
}  // namespace daybook
