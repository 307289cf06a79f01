#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/recon/record_source.hpp"
#include "storage/file/file.hpp"

namespace daybook::recon {

/// A line, or what stands over several lines between quotes.
struct ScannedLine {
  std::span<const std::string_view> fields;  ///< Each with 64 readable bytes from its start.
  std::uint64_t offset = 0;                  ///< Of its first byte in the file.
  std::uint64_t line = 0;                    ///< The first one is 1.
  std::uint64_t size_bytes = 0;              ///< With its line end.
  std::optional<InvalidReason> fault;        ///< Then there are no fields.
};

/// Reads the lines of a CSV file one after the other, as quickly as the memory delivers them.
///
/// Lines end in LF or CRLF, the last one perhaps in nothing; empty ones are skipped. A field in
/// double quotes may hold delimiters, line ends and, doubled, quotes. A line that is not like that
/// costs itself and no other: reading goes on behind its line end.
///
/// Threads.  One.
/// Errors.   Those of the file.
/// Limits.   `line_bytes_max` a line, `columns_max` fields.
class CsvScanner {
 public:
  static constexpr std::size_t read_bytes_default = 256 * 1'024;

  /// Takes the file from `offset` on; `line` is the number of the line there. `read_bytes` are read
  /// at a time.
  CsvScanner(File file, std::uint64_t offset, std::uint64_t line, char delimiter,
             std::size_t read_bytes = read_bytes_default);

  /// Goes on at `offset` instead.
  void restart(std::uint64_t offset);

  /// The next line, valid until the next call; false at the end.
  [[nodiscard]] Result<bool> next(ScannedLine& line);

  /// Where the next line begins.
  [[nodiscard]] std::uint64_t offset() const { return buffer_offset_ + at_; }

 private:
  static constexpr std::size_t slack_bytes = 64;

  [[nodiscard]] Result<void> refill();
  void look(std::size_t base);
  enum class Plain : std::uint8_t { line, quotes, too_long, failed };
  [[nodiscard]] Plain next_plain(ScannedLine& line);
  [[nodiscard]] Result<void> next_quoted(ScannedLine& line);
  [[nodiscard]] bool split_quoted(std::size_t& end, std::uint64_t& line_ends);
  [[nodiscard]] Result<void> skip_long(ScannedLine& line);
  [[nodiscard]] bool add_field(std::string_view field);

  File file_;
  char delimiter_;
  std::size_t read_bytes_;
  std::vector<char> buffer_;
  std::size_t filled_ = 0;           ///< Bytes of the file in the buffer.
  std::size_t at_ = 0;               ///< Where the next line begins in it.
  std::uint64_t buffer_offset_ = 0;  ///< Of the buffer's first byte in the file.
  bool is_at_file_end_ = false;
  std::uint64_t line_ = 1;
  std::optional<Failure> failure_;  ///< Here, as a result for each line would cost more than it.

  std::size_t base_ = 0;     ///< Of the 64 bytes that were looked at last.
  std::uint64_t marks_ = 0;  ///< Delimiters, line ends and quotes in them that are still to come.
  bool is_looking_ = false;  ///< base_ and marks_ are about what follows at_.

  std::array<std::string_view, limits::columns_max> fields_;
  std::size_t field_count_ = 0;
  std::string unquoted_;  ///< The text of quoted fields.
};

}  // namespace daybook::recon
