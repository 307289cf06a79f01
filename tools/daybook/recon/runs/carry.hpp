#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tools/daybook/recon/side_source.hpp"

namespace daybook::recon {

namespace limits {
/// Of one side; more is a reason to look at it, not to carry it on.
inline constexpr std::size_t carried_items_max = 1'000'000;
}  // namespace limits

/// A record of the statement that waits for the next day's run.
struct CarriedRecord {
  Record record;
  std::string reference;  ///< Word for word.
  std::string party;
};

/// A record of the ledger that does, by the sequence at which it stands, and its key: its fees are
/// transfers of their own.
struct CarriedPlace {
  std::uint64_t sequence = 0;
  KeyWords key{};

  friend auto operator<=>(const CarriedPlace&, const CarriedPlace&) = default;
};

/// What a run leaves to the next one.
struct CarryOut {
  std::vector<CarriedPlace> ledger;      ///< A's records; sequences ascend.
  std::vector<CarriedRecord> statement;  ///< B's.

  [[nodiscard]] std::size_t size() const { return ledger.size() + statement.size(); }
};

/// One JSON object a line, the same for the same items.
[[nodiscard]] std::string carry_text(const CarryOut& carry);
/// Any bytes are safe to pass. Errors: `invalid` with the line.
[[nodiscard]] Result<CarryOut> read_carry(std::string_view text);

/// A statement with the records in front of it that were carried on to it.
///
/// Threads.  See SideSource.
class CarriedSource final : public SideSource {
 public:
  /// `carried` outlives the source.
  CarriedSource(std::unique_ptr<SideSource> statement, const std::vector<CarriedRecord>& carried)
      : statement_{std::move(statement)},
        carried_{carried},
        first_place_{statement_->total_bytes() + 1} {}

  Result<bool> fill(Intake& intake) override;
  [[nodiscard]] std::uint64_t bytes_read() const override { return statement_->bytes_read(); }
  [[nodiscard]] std::uint64_t total_bytes() const override { return statement_->total_bytes(); }
  [[nodiscard]] std::string name() const override { return statement_->name(); }
  [[nodiscard]] std::uint64_t estimated_records() const override {
    return statement_->estimated_records() + carried_.size();
  }
  [[nodiscard]] std::uint64_t left_out() const override { return statement_->left_out(); }
  [[nodiscard]] unsigned scale_of(std::uint64_t currency) const override {
    return statement_->scale_of(currency);
  }
  [[nodiscard]] Result<std::string> raw_line(std::uint64_t offset,
                                             std::uint64_t size_bytes) const override {
    return statement_->raw_line(offset, size_bytes);
  }
  [[nodiscard]] Result<std::string> text_at(std::uint64_t offset, Field field) override;
  [[nodiscard]] Result<ControlTotals> control_totals(std::uint64_t invalid) const override {
    return statement_->control_totals(invalid);
  }
  [[nodiscard]] std::string fingerprint() const override { return statement_->fingerprint(); }
  [[nodiscard]] Result<SideIdentity> identity(const Tell& tell) const override {
    return statement_->identity(tell);
  }
  [[nodiscard]] std::vector<StatementSummary> statements() const override {
    return statement_->statements();
  }
  [[nodiscard]] Result<void> check_unchanged() const override {
    return statement_->check_unchanged();
  }

 private:
  std::unique_ptr<SideSource> statement_;
  const std::vector<CarriedRecord>& carried_;
  std::uint64_t first_place_;  ///< Of the first carried record; behind all of the file's.
  std::size_t next_ = 0;
};

}  // namespace daybook::recon
