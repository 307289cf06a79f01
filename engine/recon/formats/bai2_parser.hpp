#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/recon/formats/line_parser.hpp"

namespace daybook::recon {

/// BAI2 cash management balance reports.
///
/// A record begins with two digits and ends with `/`; 88 goes on with the record before it. Detail
/// records (16) are entries: type codes 100 to 399, 720 and 920 to 959 are money that came, 400 to
/// 699, 760 and 960 to 999 money that left, 890 moves nothing and is left out, as is a group that
/// is only a test (status 4). Amounts have the decimals that their currency usually has, implied.
/// The currency is the account's, else the group's, else USD; the time is the group's as-of date.
/// The reference is the customer's, unless it is only zeros, else the bank's.
///
/// Checked: account trailers (49), group trailers (98) and the file trailer (99): control totals,
/// counts of records, accounts and groups. A trailer that is missing means that the file was cut
/// short.
///
/// Source. Cash Management Balance Reporting Specifications, Version 2 (BAI); type codes by ANSI
///         X9.121.
class Bai2Parser final : public LineParser {
 public:
  explicit Bai2Parser(ParserSettings settings) : LineParser{std::move(settings)} {}

 private:
  /// What a trailer counts and sums.
  struct Level {
    std::string name;
    std::uint64_t records = 0;
    std::uint64_t members = 0;  ///< Accounts of a group, groups of a file.
    i128 sum = 0;               ///< Of amounts as they are written; above accounts, of trailers.
    bool has_faults = false;
  };
  struct Group {
    Level level;
    std::uint64_t currency = 0;
    std::int64_t time_ns = no_time;
    bool is_test = false;
  };
  struct Account {
    Level level;
    std::uint64_t currency = 0;
    std::uint64_t entries = 0;
    std::uint64_t line = 0;
    std::optional<i128> opening{};  ///< Of the ledger, types 010 and 015.
    std::optional<i128> closing{};
    i128 movements = 0;
  };
  /// A record with its continuations, and without the slashes that end their lines.
  struct Logical {
    std::string text;
    FilePlace place;
    std::uint64_t lines = 1;
    bool is_terminated = false;
    bool is_too_long = false;
  };

  void take_line(std::string_view text, const FilePlace& place) override;
  void take_long_line(const FilePlace& place) override;
  void take_end() override;

  void continue_record(std::string_view text, const FilePlace& place);
  void count_records(std::uint64_t lines);
  void end_record();
  void take_record(const Logical& record);
  void begin_group(const std::vector<std::string_view>& fields);
  void begin_account(const Logical& record, const std::vector<std::string_view>& fields);
  void take_summary(const Logical& record, const std::vector<std::string_view>& fields);
  void take_balance(std::string_view type, std::string_view digits);
  void take_entry(const Logical& record);
  void end_account(const std::vector<std::string_view>* fields, const FilePlace& place);
  void end_group(const std::vector<std::string_view>* fields, const FilePlace& place);
  void end_file(const std::vector<std::string_view>* fields, const FilePlace& place);
  void refuse(const FilePlace& place, InvalidReason reason);
  /// Holds a trailer against the level; `fields` is null where there is none.
  void check(const Level& level, std::string_view members,
             const std::vector<std::string_view>* fields, const FilePlace& place);

  std::optional<Logical> record_;
  Level file_{.name = "the file"};
  std::optional<Group> group_;
  std::optional<Account> account_;
  bool has_file_ = false;
};

}  // namespace daybook::recon
