#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "engine/recon/record_source.hpp"
#include "tools/daybook/recon/csv_scanner.hpp"
#include "tools/daybook/recon/record_builder.hpp"

namespace daybook::recon {

/// What a file says of itself at its end, against what its lines add up to.
struct ControlTotal {
  std::string what;  ///< "count", or the currency of a sum.
  i128 stated = 0;
  i128 found = 0;
  [[nodiscard]] bool agrees() const { return stated == found; }
};

/// A CSV file as a source of records.
///
/// Threads.  See RecordSource.
/// Errors.   `not_found`, `io`; `invalid` for a header that the mapping does not fit, a file that
///           is larger than `file_bytes_max`, or one that changed while it was read.
class CsvSource final : public RecordSource {
 public:
  /// Reads the header. `mapping` must outlive the source.
  [[nodiscard]] static Result<std::unique_ptr<CsvSource>> open(const std::filesystem::path& path,
                                                               const SourceMapping& mapping,
                                                               Side side);

  Result<bool> fill(Intake& intake) override;
  [[nodiscard]] std::uint64_t bytes_read() const override {
    return bytes_read_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t total_bytes() const override { return size_bytes_; }

  /// About how many records there are, by the first of them. Never 0.
  [[nodiscard]] std::uint64_t estimated_records() const { return estimated_records_; }

  /// Lines that the mapping leaves out.
  [[nodiscard]] std::uint64_t left_out() const { return left_out_; }
  [[nodiscard]] const std::optional<std::string>& trailer_line() const {
    return builder_->trailer_line();
  }
  /// Lines behind the header, without the trailer: records, invalid ones and those left out.
  [[nodiscard]] std::uint64_t lines() const { return lines_; }
  /// Of all records in the trailer's currency, whatever their status.
  [[nodiscard]] i128 trailer_sum() const { return trailer_sum_; }
  [[nodiscard]] const RecordBuilder& builder() const { return *builder_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// The line at `offset` again, word for word without its line end, at most `line_bytes_max`
  /// bytes; `size_bytes` is its size with the line end.
  [[nodiscard]] Result<std::string> raw_line(std::uint64_t offset, std::uint64_t size_bytes) const;

  /// The text of a field of the line at `offset`.
  [[nodiscard]] Result<std::string> text_at(std::uint64_t offset, Field field);

  /// `invalid` when the file is not the one that was read any more.
  [[nodiscard]] Result<void> check_unchanged() const;

 private:
  CsvSource(std::filesystem::path path, const SourceMapping& mapping, Side side)
      : path_{std::move(path)}, mapping_{mapping}, side_{side} {}

  [[nodiscard]] Result<void> read_header();
  [[nodiscard]] Result<void> estimate();
  [[nodiscard]] Result<std::int64_t> modification_ns() const;

  std::filesystem::path path_;
  const SourceMapping& mapping_;
  Side side_;
  File file_;  ///< For reading lines again.
  std::unique_ptr<CsvScanner> scanner_;
  std::unique_ptr<CsvScanner> again_;  ///< For fields of lines that were read before.
  std::optional<RecordBuilder> builder_;
  std::uint64_t size_bytes_ = 0;
  std::int64_t modified_ns_ = 0;
  std::uint64_t estimated_records_ = 1;
  std::uint64_t left_out_ = 0;
  std::uint64_t lines_ = 0;
  std::uint64_t trailer_currency_ = 0;
  i128 trailer_sum_ = 0;
  std::optional<Record> waiting_;             ///< A record for which the last region had no room.
  std::atomic<std::uint64_t> bytes_read_{0};  ///< The reading thread writes; no order is needed.
};

}  // namespace daybook::recon
