#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "engine/base/uint128.hpp"
#include "engine/recon/formats/statement_parser.hpp"

namespace daybook::recon {

/// ExecutionReports (35=8) of a FIX drop copy, versions 4.0 to 5.0: `tag=value` with SOH, or with
/// `|` as logs write them, messages right behind each other or a line each. What stands in front of
/// `8=FIX` in a line is passed over, other messages are left out.
///
/// A report of a trade (150=F, in older versions 150=1 or 2, or 39=1 or 2 where there is no 150) is
/// a record. The reference is ExecID (17); the amount GrossTradeAmt (381), else LastQty (32) times
/// LastPx (31), never rounded, in Currency (15), else the symbol's behind `/` or `-`; what was
/// sold (54) is money that came. The fee is Commission (12) as an absolute amount (13=3), the time
/// TransactTime (60), the party Account (1). Reports that move nothing are left out.
///
/// A report that comes again as it was, with the same ExecID, is left out. A correction (150=G or
/// 20=2) of ExecRefID (19) stands for what it corrects and keeps its reference; a cancelled trade
/// (150=H or 20=1) has the status `reversed`, once, whether the trade itself is in the file or not.
/// So a file is read twice, first for these.
///
/// Checked: BodyLength (9) and CheckSum (10) of each message, `|` counted as SOH.
///
/// Source. FIX 4.2 and 4.4, volume 4 (ExecutionReport), volume 2 (message structure).
/// Limits. `fix_corrections_max` corrections and cancellations, more are faults; the last
///         `fix_executions_remembered_max` executions are known again.
class FixParser final : public StatementParser {
 public:
  explicit FixParser(ParserSettings settings) : StatementParser{std::move(settings)} {}

  void feed(std::string_view bytes) override;
  void finish() override;
  [[nodiscard]] bool needs_two_passes() const override { return true; }
  void begin_second_pass() override;

 private:
  struct Field {
    unsigned tag = 0;
    std::string_view value;
  };
  using Fields = std::vector<Field>;
  /// What becomes of an execution.
  struct Fate {
    bool is_cancelled = false;
    bool is_told = false;  ///< As cancelled.
  };
  enum class Kind : std::uint8_t { trade, correction, cancellation, nothing };
  struct Hash {
    std::size_t operator()(const Uint128& value) const {
      return static_cast<std::size_t>(value.lo);
    }
  };

  void take_all(bool is_last);
  /// How much of the buffer has been dealt with; 0 where more must come first.
  [[nodiscard]] std::size_t take_next(bool is_last);
  void drop(std::size_t size_bytes);
  [[nodiscard]] FilePlace place_of(std::size_t size_bytes) const;
  void take_message(std::string_view message, char delimiter, std::size_t trailer);
  void take_report(const Fields& fields, const FilePlace& place);
  void note_correction(const Fields& fields, Kind kind);
  void emit_report(const Fields& fields, Kind kind, const FilePlace& place);
  [[nodiscard]] bool is_known_again(const Fields& fields);
  [[nodiscard]] std::optional<InvalidReason> fill(const Fields& fields,
                                                  StatementEntry& entry) const;
  [[nodiscard]] std::optional<i128> fee_of(const Fields& fields, std::uint64_t currency) const;
  [[nodiscard]] std::uint64_t currency_in(const Fields& fields) const;
  [[nodiscard]] std::string root_of(std::string_view execution) const;
  [[nodiscard]] static std::string_view value_of(const Fields& fields, unsigned tag);
  [[nodiscard]] static Kind kind_of(const Fields& fields);
  void refuse(const FilePlace& place, InvalidReason reason);

  bool is_second_pass_ = false;
  std::string buffer_;
  std::size_t begin_ = 0;     ///< What is before it in the buffer has been dealt with.
  char before_ = '\n';        ///< The byte in front of what has not.
  std::uint64_t offset_ = 0;  ///< Of the byte at begin_.
  std::uint64_t line_ = 1;
  std::map<std::string, Fate, std::less<>> fates_;            ///< By ExecRefID.
  std::map<std::string, std::string, std::less<>> corrects_;  ///< ExecID: its ExecRefID.
  std::unordered_set<Uint128, Hash> known_;
  std::deque<Uint128> known_in_order_;
  std::uint64_t trades_ = 0;
};

}  // namespace daybook::recon
