#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/recon/formats/control_total.hpp"
#include "engine/recon/formats/currency_scales.hpp"
#include "engine/recon/formats/format_limits.hpp"
#include "engine/recon/invalid_line.hpp"
#include "engine/recon/record.hpp"

namespace daybook::recon {

/// Where something stands in a file.
struct FilePlace {
  std::uint64_t offset = 0;  ///< Of its first byte.
  std::uint64_t line = 1;
  std::uint64_t size_bytes = 0;
};

/// One movement on an account as a statement tells it.
///
/// Units. Amount and fee in minor units; money that came to the account is more than 0. Time in
///        nanoseconds since 1970 UTC.
struct StatementEntry {
  std::string reference;
  std::string party;
  i128 amount = 0;
  i128 fee = 0;
  std::uint64_t currency = 0;
  RecordType type = RecordType::charge;
  RecordStatus status = RecordStatus::ok;
  std::int64_t time_ns = no_time;
  FilePlace place;
};

/// One statement of a file, for people: some formats call it a report, a batch or an account.
struct StatementSummary {
  std::string account;
  std::string number;
  std::uint64_t currency = 0;
  unsigned scale = 0;
  std::uint64_t entries = 0;
  std::optional<i128> opening{};
  std::optional<i128> closing{};
  std::optional<i128> movements{};  ///< What its entries make that count for the closing balance.
  std::uint64_t line = 0;           ///< Where it begins.
};

/// What was read and not yet taken, and what is known of the file so far.
struct StatementOutput {
  std::vector<StatementEntry> entries;  ///< The taker empties it,
  std::vector<InvalidLine> faults;      ///< and this.
  ControlTotals totals;
  std::vector<StatementSummary> statements;
  std::uint64_t statement_count = 0;  ///< Those not listed included.
  std::uint64_t left_out = 0;         ///< Entries of which the format says that no money moved.
};

/// What a mapping says about files in formats that need no columns.
struct ParserSettings {
  CurrencyScales scales;
  std::uint64_t currency = 0;  ///< Of files that do not say it; 0: there is none.
  bool is_negated = false;     ///< Money that came is less than 0.
  std::int64_t time_offset_ns = 0;
};

/// Reads statements of one format out of bytes as they come.
///
/// What is malformed is a fault with its line and place, and costs that record only.
///
/// Threads.  One.
/// Limits.   format_limits.hpp; memory for one record, however long the file is, and for what one
///           piece of the file yields: take `output()` after each.
class StatementParser {
 public:
  explicit StatementParser(ParserSettings settings) : settings_{std::move(settings)} {}
  virtual ~StatementParser() = default;
  StatementParser(const StatementParser&) = delete;
  StatementParser& operator=(const StatementParser&) = delete;

  /// The next bytes of the file.
  virtual void feed(std::string_view bytes) = 0;
  /// There are no more.
  virtual void finish() = 0;
  /// The format says only later what becomes of a record: the file must be read twice. Nothing is
  /// put out the first time.
  [[nodiscard]] virtual bool needs_two_passes() const { return false; }
  /// Behind the first finish().
  virtual void begin_second_pass() {}

  [[nodiscard]] StatementOutput& output() { return output_; }

 protected:
  [[nodiscard]] const ParserSettings& settings() const { return settings_; }
  [[nodiscard]] unsigned scale_of(std::uint64_t currency) const {
    return scale_in(settings_.scales, currency);
  }

  /// Makes the texts of `entry` printable UTF-8, where they are not UTF-8 by taking them for ISO
  /// 8859-1, and puts it out. False where that cannot be: a fault is told.
  bool emit(StatementEntry entry);
  void fault(const FilePlace& place, InvalidReason reason);
  void leave_out() { ++output_.left_out; }
  void list(StatementSummary summary);

 private:
  ParserSettings settings_;

 protected:
  StatementOutput output_;
};

/// The closing balances of accounts, against which the next opening ones are held.
class BalanceChain {
 public:
  /// Tells a total where the account was seen before and this statement is not older.
  void open(const std::string& account, std::uint64_t currency, i128 opening,
            std::optional<std::int64_t> day, unsigned scale, ControlTotals& totals);
  void close(const std::string& account, std::uint64_t currency, i128 closing,
             std::optional<std::int64_t> day);

 private:
  struct Closing {
    i128 amount = 0;
    std::optional<std::int64_t> day;
  };
  std::map<std::string, Closing, std::less<>> closings_;
};

/// Text as printable UTF-8: what is not UTF-8 is taken for ISO 8859-1, control characters for
/// spaces, and blanks at both ends are dropped.
[[nodiscard]] std::string readable(std::string_view text);

/// As `readable()`, and cut to `size_bytes` at most, between characters.
[[nodiscard]] std::string readable_name(std::string_view text,
                                        std::size_t size_bytes = limits::name_bytes_max);

}  // namespace daybook::recon
