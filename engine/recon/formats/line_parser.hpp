#pragma once

#include <string>

#include "engine/recon/formats/statement_parser.hpp"

namespace daybook::recon {

/// The part that formats made of lines share: finds the lines in pieces of any size.
///
/// Lines end in LF or CRLF, the last one perhaps in nothing. A byte order mark in front of the
/// first is none of its text. A line longer than `record_bytes_max` is a fault.
class LineParser : public StatementParser {
 public:
  void feed(std::string_view bytes) final;
  void finish() final;

 protected:
  /// `cut_bytes`, where it is not 0: so many bytes are a line, with or without an end behind them,
  /// which is one more line, and empty.
  explicit LineParser(ParserSettings settings, std::size_t cut_bytes = 0)
      : StatementParser{std::move(settings)}, cut_bytes_{cut_bytes} {}

  /// A line without its end; empty ones too.
  virtual void take_line(std::string_view text, const FilePlace& place) = 0;
  /// One that is too long: its text is not kept.
  virtual void take_long_line(const FilePlace& place) = 0;
  virtual void take_end() = 0;

 private:
  void take(std::string_view bytes);
  void complete(std::string_view text, std::size_t size_bytes);

  std::size_t cut_bytes_;
  std::string begun_;  ///< Of the line at hand, what came in earlier pieces.
  std::uint64_t offset_ = 0;
  std::uint64_t line_ = 1;
  std::uint64_t skipped_ = 0;  ///< Of a line that is too long already.
};

}  // namespace daybook::recon
