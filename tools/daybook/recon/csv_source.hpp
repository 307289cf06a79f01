#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "tools/daybook/recon/csv_scanner.hpp"
#include "tools/daybook/recon/record_builder.hpp"
#include "tools/daybook/recon/side_source.hpp"
#include "tools/daybook/recon/watched_file.hpp"

namespace daybook::recon {

/// A CSV file as a source of records.
///
/// Threads.  See SideSource.
/// Errors.   `not_found`, `io`; `invalid` for a header that the mapping does not fit, a file that
///           is larger than `file_bytes_max`, or one that changed while it was read.
class CsvSource final : public SideSource {
 public:
  /// Reads the header. `mapping` must outlive the source.
  [[nodiscard]] static Result<std::unique_ptr<CsvSource>> open(const std::filesystem::path& path,
                                                               const SourceMapping& mapping,
                                                               Side side);

  Result<bool> fill(Intake& intake) override;
  [[nodiscard]] std::uint64_t bytes_read() const override {
    return bytes_read_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t total_bytes() const override { return file_.size_bytes(); }

  [[nodiscard]] std::string name() const override { return file_.path().string(); }
  /// By the first of them.
  [[nodiscard]] std::uint64_t estimated_records() const override { return estimated_records_; }
  [[nodiscard]] std::uint64_t left_out() const override { return left_out_; }
  [[nodiscard]] unsigned scale_of(std::uint64_t currency) const override {
    return builder_->scale_of(currency);
  }
  [[nodiscard]] Result<std::string> raw_line(std::uint64_t offset,
                                             std::uint64_t size_bytes) const override {
    return file_.raw_line(offset, size_bytes);
  }
  [[nodiscard]] Result<std::string> text_at(std::uint64_t offset, Field field) override;

  /// What the trailer says against the lines. Nothing where the mapping has no trailer; where lines
  /// are invalid, sums are theirs to explain, so only the count is told. A trailer that is missing
  /// is told as a count that the file does not have: it was cut short.
  [[nodiscard]] Result<ControlTotals> control_totals(std::uint64_t invalid) const override;
  [[nodiscard]] std::string fingerprint() const override { return file_.fingerprint(); }
  [[nodiscard]] Result<SideIdentity> identity(const Tell& tell) const override;
  [[nodiscard]] Result<void> check_unchanged() const override { return file_.check_unchanged(); }

 private:
  CsvSource(WatchedFile file, const SourceMapping& mapping, Side side)
      : file_{std::move(file)}, mapping_{mapping}, side_{side} {}

  [[nodiscard]] Result<void> read_header();
  [[nodiscard]] Result<void> estimate();

  WatchedFile file_;
  const SourceMapping& mapping_;
  Side side_;
  std::unique_ptr<CsvScanner> scanner_;
  std::unique_ptr<CsvScanner> again_;  ///< For fields of lines that were read before.
  std::optional<RecordBuilder> builder_;
  std::uint64_t estimated_records_ = 1;
  std::uint64_t left_out_ = 0;
  std::uint64_t lines_ = 0;  ///< Behind the header, without the trailer, invalid ones included.
  std::uint64_t trailer_currency_ = 0;
  i128 trailer_sum_ = 0;  ///< Of all records in the trailer's currency, whatever their status.
  std::optional<Record> waiting_;             ///< A record for which the last region had no room.
  std::atomic<std::uint64_t> bytes_read_{0};  ///< The reading thread writes; no order is needed.
};

}  // namespace daybook::recon
