#pragma once

#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"

/// Comma-separated values as RFC 4180 describes them.
///
/// A record ends in LF or CRLF; the last one may end in nothing. A field in double quotes may hold
/// commas, line ends and, doubled, quotes. Spaces belong to the field. A UTF-8 byte order mark at
/// the start is skipped. Empty lines are skipped, because editors add them at the end.

namespace daybook {

/// Reads records from a stream, one at a time.
///
/// Errors. A quote inside an unquoted field, text after a closing quote, a quote that is never
///         closed and a breach of the limits are failures; they name the line. Nothing is read
///         after one.
/// Limits. `record_bytes_max` a record, `fields_max` fields in it.
class CsvReader {
 public:
  static constexpr std::size_t record_bytes_max = 64 * 1'024;
  static constexpr std::size_t fields_max = 64;

  /// `in` must outlive the reader.
  explicit CsvReader(std::istream& in);

  /// True when there was a record, now in fields(); false at the end.
  Result<bool> next();

  /// Of the record read last; valid until the next call of next().
  [[nodiscard]] std::span<const std::string_view> fields() const { return fields_; }

  /// Where the record read last begins; the first line of a file is 1.
  [[nodiscard]] std::uint64_t line() const { return record_line_; }

  /// Bytes taken from the stream by the records so far: for progress.
  [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  enum class Step : std::uint8_t { more, record_done, failed };

  bool read_line();
  Step split_line();
  Step take_quoted(std::size_t& place);
  Step take_plain(std::size_t& place);
  [[nodiscard]] Failure wrong(std::string_view what) const;

  std::istream& in_;
  std::string line_text_;
  std::string record_;             // The fields' text without quotes, end to end.
  std::vector<std::size_t> ends_;  // Where in `record_` each field ends.
  std::vector<std::string_view> fields_;
  bool in_quotes_ = false;
  std::uint64_t lines_read_ = 0;
  std::uint64_t record_line_ = 0;
  std::uint64_t bytes_read_ = 0;
  std::string_view fault_;
};

/// `fields` as one record, ended by LF. Quoted where a field holds a comma, a quote, a line end, or
/// a space at either end.
void append_csv_record(std::string& out, std::span<const std::string> fields);

}  // namespace daybook
