// Lines of hostile and of ordinary files: every field as it is, every line at its place, and a bad
// line costs itself alone. The same bytes read in pieces of any size give the same lines.
#include "tools/daybook/recon/csv_scanner.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "tests/support/random.hpp"
#include "tests/support/scratch_directory.hpp"

namespace daybook::recon {
namespace {

/// A line as text: fields joined by '|', or "!" and the number of its fault.
struct Seen {
  std::string text;
  std::uint64_t line = 0;
  std::uint64_t offset = 0;
  std::uint64_t size_bytes = 0;
  friend bool operator==(const Seen&, const Seen&) = default;
};

class CsvScannerTest : public testing::Test {
 protected:
  std::vector<Seen> scan(std::string_view text,
                         std::size_t read_bytes = CsvScanner::read_bytes_default) {
    const std::filesystem::path path = directory_ / "x.csv";
    std::ofstream{path, std::ios::binary} << text;
    auto file = File::open(path, File::Mode::read);
    EXPECT_TRUE(file.ok());
    CsvScanner scanner{std::move(file).value(), 0, 1, ',', read_bytes};
    std::vector<Seen> all;
    ScannedLine line;
    while (true) {
      const auto found = scanner.next(line);
      EXPECT_TRUE(found.ok());
      if (!found.ok() || !found.value()) return all;
      std::string joined;
      for (const std::string_view field : line.fields) {
        if (field.data() != line.fields[0].data()) joined += '|';
        joined += field;
      }
      if (line.fault) joined = "!" + std::to_string(static_cast<int>(*line.fault));
      all.push_back({joined, line.line, line.offset, line.size_bytes});
    }
  }

  std::vector<std::string> texts(std::string_view text) {
    std::vector<std::string> all;
    for (const Seen& each : scan(text)) all.push_back(each.text);
    return all;
  }

  daybook::test::ScratchDirectory directory_;
};

using Texts = std::vector<std::string>;
const std::string quotes = "!" + std::to_string(static_cast<int>(InvalidReason::quotes));
const std::string too_long = "!" + std::to_string(static_cast<int>(InvalidReason::too_long));
const std::string too_many = "!" + std::to_string(static_cast<int>(InvalidReason::fields));

TEST_F(CsvScannerTest, ReadsLinesWithEveryKindOfEnd) {
  EXPECT_EQ(texts("a,b\nc,d\r\ne,f"), (Texts{"a|b", "c|d", "e|f"}));
  EXPECT_EQ(texts("a,b\r\n\r\n\nc,d\r"), (Texts{"a|b", "c|d"}));
  EXPECT_EQ(texts(""), Texts{});
  EXPECT_EQ(texts(",,\n,"), (Texts{"||", "|"}));
  // Two quotes are a line, if a poor one.
  EXPECT_EQ(texts("a,b\n\"\"\nc,d\n"), (Texts{"a|b", "", "c|d"}));
}

TEST_F(CsvScannerTest, ReadsQuotedFields) {
  EXPECT_EQ(texts("\"a,1\",b\n\"x\"\"y\",\"\"\r\nz,w\n"), (Texts{"a,1|b", "x\"y|", "z|w"}));
  EXPECT_EQ(texts("\"two\nlines\",b\nc,d"), (Texts{"two\nlines|b", "c|d"}));
}

TEST_F(CsvScannerTest, CountsTheLinesInsideOfQuotes) {
  const std::vector<Seen> seen = scan("\"two\nlines\",b\nc,d\n");
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[1].line, 3U);
  EXPECT_EQ(seen[1].offset, 14U);
  EXPECT_EQ(seen[1].size_bytes, 4U);
}

TEST_F(CsvScannerTest, LosesOnlyTheLineInWhichQuotesAreWrong) {
  EXPECT_EQ(texts("a\"b,c\nd,e\n"), (Texts{quotes, "d|e"}));
  EXPECT_EQ(texts("\"a\"b,c\nd,e\n"), (Texts{quotes, "d|e"}));
  EXPECT_EQ(texts("\"never closed,c\nd,e\nf,g"), (Texts{quotes, "d|e", "f|g"}));
  EXPECT_EQ(texts("\"never closed,c\nd,e\n\"f\",g"), (Texts{quotes, "d|e", "f|g"}));
}

TEST_F(CsvScannerTest, TakesALineOfTheLargestSizeAndNotOneMore) {
  const std::string largest(limits::line_bytes_max - 3, 'x');
  EXPECT_EQ(texts("a," + largest + "\nb,c\n"), (Texts{"a|" + largest, "b|c"}));
  const std::string longer(limits::line_bytes_max + 70, 'x');
  EXPECT_EQ(texts("a," + longer + "\nb,c\n"), (Texts{too_long, "b|c"}));
  EXPECT_EQ(texts("a," + std::string(3 * limits::line_bytes_max, 'x')), Texts{too_long});
  EXPECT_EQ(texts("\"" + std::string(600'000, 'x') + "\",1\nb,c\n"), (Texts{too_long, "b|c"}));
}

TEST_F(CsvScannerTest, TakesAsManyFieldsAsTheLimitAndNotOneMore) {
  std::string line = "a";
  for (std::size_t i = 1; i < limits::columns_max; ++i) line += ",a";
  EXPECT_NE(texts(line + "\nb,c")[0], too_many);
  EXPECT_EQ(texts(line + ",a\nb,c"), (Texts{too_many, "b|c"}));
}

TEST_F(CsvScannerTest, DoesNotTakeZerosForAnEnd) {
  const std::string text{"a\0b,c\n\0\0,d\n", 11};
  EXPECT_EQ(texts(text), (Texts{std::string{"a\0b|c", 5}, std::string{"\0\0|d", 4}}));
}

TEST_F(CsvScannerTest, ReadsTheSameLinesInPiecesOfAnySize) {
  daybook::test::Random random{11};
  for (int round = 0; round < 60; ++round) {
    std::string text;
    const std::uint64_t parts = random.between(1, 400);
    for (std::uint64_t i = 0; i < parts; ++i) {
      switch (random.below(9)) {
        case 0:
          text += '\n';
          break;
        case 1:
          text += "\r\n";
          break;
        case 2:
        case 3:
          text += ',';
          break;
        case 4:
          if (random.chance(30)) text += '"';
          break;
        case 5:
          text += random.chance(20) ? ",\"q,\"\"\n\"," : "";
          break;
        default:
          text += std::string(random.below(40), static_cast<char>('a' + random.below(26)));
      }
    }
    const std::vector<Seen> whole = scan(text);
    for (const std::size_t pieces : {1U, 7U, 64U, 100U, 4'096U}) {
      ASSERT_EQ(scan(text, pieces), whole) << "round " << round << ", " << pieces << " bytes";
    }
    // Every byte but those of empty lines belongs to one line, in order.
    std::uint64_t at = 0;
    for (const Seen& each : whole) {
      ASSERT_GE(each.offset, at);
      ASSERT_EQ(text.substr(at, each.offset - at).find_first_not_of("\r\n"), std::string::npos);
      at = each.offset + each.size_bytes;
    }
  }
}

}  // namespace
}  // namespace daybook::recon
