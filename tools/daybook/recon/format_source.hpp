#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "engine/recon/formats/statement_format.hpp"
#include "tools/daybook/recon/entry_texts.hpp"
#include "tools/daybook/recon/side_source.hpp"
#include "tools/daybook/recon/watched_file.hpp"

namespace daybook::recon {

/// A file in a format that says itself what is what, as a source of records.
///
/// Threads.  See SideSource.
/// Errors.   Those of files; `invalid` for too many currencies.
/// Limits.   Memory for one piece of the file and what it yields. Texts of entries go to a file
///           without a name in `spill`.
class FormatSource final : public SideSource {
 public:
  static constexpr std::size_t piece_bytes = 64 * 1'024;

  /// `mapping` names the format; it must outlive the source.
  [[nodiscard]] static Result<std::unique_ptr<FormatSource>> open(
      const std::filesystem::path& path, const SourceMapping& mapping, Side side,
      const std::filesystem::path& spill);

  Result<bool> fill(Intake& intake) override;
  [[nodiscard]] std::uint64_t bytes_read() const override {
    return bytes_read_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t total_bytes() const override { return file_.size_bytes(); }

  [[nodiscard]] std::string name() const override { return file_.path().string(); }
  [[nodiscard]] std::uint64_t estimated_records() const override;
  [[nodiscard]] std::uint64_t left_out() const override { return parser_->output().left_out; }
  [[nodiscard]] unsigned scale_of(std::uint64_t currency) const override {
    return scale_in(mapping_.scales, currency);
  }
  [[nodiscard]] Result<std::string> raw_line(std::uint64_t offset,
                                             std::uint64_t size_bytes) const override {
    return file_.raw_line(offset, size_bytes);
  }
  [[nodiscard]] Result<std::string> text_at(std::uint64_t offset, Field field) override;
  [[nodiscard]] Result<ControlTotals> control_totals(std::uint64_t invalid) const override;
  [[nodiscard]] std::vector<StatementSummary> statements() const override {
    return parser_->output().statements;
  }
  [[nodiscard]] std::string fingerprint() const override { return file_.fingerprint(); }
  [[nodiscard]] Result<SideIdentity> identity(const Tell& tell) const override;
  [[nodiscard]] Result<void> check_unchanged() const override { return file_.check_unchanged(); }

  /// What is known of the file: statements, totals.
  [[nodiscard]] const StatementOutput& output() const { return parser_->output(); }

  /// The first entries, for people to look at.
  static constexpr std::size_t first_entries_max = 5;
  [[nodiscard]] const std::vector<StatementEntry>& first_entries() const { return first_entries_; }

 private:
  FormatSource(WatchedFile file, const SourceMapping& mapping, Side side, EntryTexts texts);

  [[nodiscard]] Result<bool> read_piece();
  [[nodiscard]] Result<void> read_first_time();
  [[nodiscard]] Result<bool> hand_over(Intake& intake);
  [[nodiscard]] Result<Record> record_of(const StatementEntry& entry);

  WatchedFile file_;
  const SourceMapping& mapping_;
  Side side_;
  EntryTexts texts_;
  std::unique_ptr<StatementParser> parser_;
  std::vector<char> piece_;
  std::uint64_t offset_ = 0;
  bool is_started_ = false;
  bool is_finished_ = false;
  std::vector<StatementEntry> entries_;  ///< Of the last piece; those before next_ are taken.
  std::size_t next_ = 0;
  std::optional<Record> waiting_;  ///< A record for which the last region had no room.
  std::vector<StatementEntry> first_entries_;
  std::atomic<std::uint64_t> bytes_read_{0};  ///< The reading thread writes; no order is needed.
};

}  // namespace daybook::recon
