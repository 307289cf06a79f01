#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/recon/formats/statement_format.hpp"

namespace daybook::recon::test {

/// Everything that a parser made of a file.
struct Reading {
  std::vector<StatementEntry> entries;
  std::vector<InvalidLine> faults;
  StatementOutput rest;  ///< Totals, statements, what was left out.

  [[nodiscard]] std::vector<std::string> totals_that_differ() const {
    std::vector<std::string> texts;
    for (const ControlTotal& total : rest.totals.listed()) {
      if (!total.agrees()) texts.push_back(text_of(total));
    }
    return texts;
  }
};

/// Feeds the parser with pieces of `piece_bytes`, twice where it wants to.
inline Reading read_in_pieces(StatementParser& parser, std::string_view file,
                              std::size_t piece_bytes) {
  Reading reading;
  const auto pass = [&] {
    for (std::size_t at = 0; at < file.size(); at += piece_bytes) {
      parser.feed(file.substr(at, piece_bytes));
      for (StatementEntry& entry : std::exchange(parser.output().entries, {})) {
        reading.entries.push_back(std::move(entry));
      }
      for (const InvalidLine& line : std::exchange(parser.output().faults, {})) {
        reading.faults.push_back(line);
      }
    }
    parser.finish();
    for (StatementEntry& entry : std::exchange(parser.output().entries, {})) {
      reading.entries.push_back(std::move(entry));
    }
    for (const InvalidLine& line : std::exchange(parser.output().faults, {})) {
      reading.faults.push_back(line);
    }
  };
  if (parser.needs_two_passes()) {
    pass();
    EXPECT_TRUE(reading.entries.empty() && reading.faults.empty()) << "the first pass says nothing";
    parser.begin_second_pass();
  }
  pass();
  reading.rest = std::move(parser.output());
  return reading;
}

inline std::string text_of_entry(const StatementEntry& entry) {
  return fmt::format("{} {} {} {} {} {} [{}] line {} offset {}", entry.reference,
                     to_decimal(entry.amount), currency_text(entry.currency), to_string(entry.type),
                     to_string(entry.status),
                     entry.time_ns == no_time ? -1 : entry.time_ns / 1'000'000'000, entry.party,
                     entry.place.line, entry.place.offset);
}

/// All of it as text, to be compared.
inline std::vector<std::string> texts_of(const Reading& reading) {
  std::vector<std::string> texts;
  for (const StatementEntry& entry : reading.entries) texts.push_back(text_of_entry(entry));
  for (const InvalidLine& line : reading.faults) {
    texts.push_back(fmt::format("fault {} line {} offset {} size {}", static_cast<int>(line.reason),
                                line.line, line.offset, line.size_bytes));
  }
  for (const ControlTotal& total : reading.rest.totals.listed()) texts.push_back(text_of(total));
  for (const StatementSummary& each : reading.rest.statements) {
    texts.push_back(fmt::format("statement {} {} {}", each.account, each.number, each.entries));
  }
  return texts;
}

/// Reads `file` whole, and says so where smaller pieces give something else.
inline Reading read(StatementFormat format, std::string_view file,
                    const ParserSettings& settings = {}) {
  const auto whole = make_parser(format, settings);
  Reading reading = read_in_pieces(*whole, file, file.size() + 1);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{61}}) {
    // A byte at a time takes too long for large files.
    if (file.size() / piece > 100'000) continue;
    const auto again = make_parser(format, settings);
    EXPECT_EQ(texts_of(read_in_pieces(*again, file, piece)), texts_of(reading))
        << "in pieces of " << piece;
  }
  return reading;
}

/// "reference amount currency type status day-in-1970 [party]" of each entry.
inline std::vector<std::string> entry_texts(const Reading& reading) {
  std::vector<std::string> texts;
  for (const StatementEntry& entry : reading.entries) {
    texts.push_back(fmt::format("{} {} {} {} {} [{}]", entry.reference, to_decimal(entry.amount),
                                currency_text(entry.currency), to_string(entry.type),
                                to_string(entry.status), entry.party));
  }
  return texts;
}

using Texts = std::vector<std::string>;

}  // namespace daybook::recon::test
