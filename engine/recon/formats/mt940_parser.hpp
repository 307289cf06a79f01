#pragma once

#include <optional>
#include <string>

#include "engine/recon/formats/line_parser.hpp"

namespace daybook::recon {

/// SWIFT MT940 (customer statement) and MT942 (interim report), with or without the blocks in which
/// they travel, one message or many behind each other.
///
/// Of a statement line (field :61:) the mark says the sign: C and RD are money that came, D and RC
/// money that left; RC and RD are of type `reversal`, EC and ED (expected) have the status `open`.
/// The time is the entry date, else the value date; a year has two digits, those from 80 on are of
/// the twentieth century. The reference is the end-to-end reference in field :86: (`?20EREF+`, or
/// `/EREF/`), else the account owner's in :61:, unless it is NONREF, else the bank's behind `//`.
/// The party is the name in :86: (`?32` and `?33`, or `/NAME/`).
///
/// Checked: :60F: or :60M: and the entries make :62F: or :62M:; the opening balance is the closing
/// one before it, of the same account; :90D: and :90C: of an MT942. A statement with an opening
/// balance and no closing one was cut short.
///
/// Source. SWIFT User Handbook, Category 9, MT 940 and MT 942; DFÜ-Abkommen, annex 3, for :86:.
class Mt940Parser final : public LineParser {
 public:
  explicit Mt940Parser(ParserSettings settings) : LineParser{std::move(settings)} {}

 private:
  struct Balance {
    i128 amount = 0;
    std::uint64_t currency = 0;
    std::optional<std::int64_t> day;  ///< Nanoseconds since 1970 at which it begins.
  };
  /// Entries of one direction: counted as field :90: counts them.
  struct Direction {
    std::uint64_t count = 0;
    i128 sum = 0;
  };
  struct Statement {
    std::string account;
    std::string number;
    std::optional<Balance> opening;
    std::optional<Balance> closing;
    std::uint64_t currency = 0;
    std::uint64_t entries = 0;
    i128 sum = 0;
    Direction debits;
    Direction credits;
    bool has_faults = false;
    FilePlace place;
  };
  struct Field {
    std::string tag;
    std::string text;  ///< Its lines, with LF between them.
    FilePlace place;
    bool is_too_long = false;
  };

  void take_line(std::string_view text, const FilePlace& place) override;
  void take_long_line(const FilePlace& place) override;
  void take_end() override;

  void end_field();
  void take_field(const Field& field);
  void begin_statement(const Field& field);
  void end_statement();
  void end_entry();
  void take_balance(const Field& field);
  void take_entry(const Field& field);
  /// The mark, date, amount and references of a statement line; nothing where it is none.
  [[nodiscard]] std::optional<StatementEntry> entry_of(std::string_view text,
                                                       InvalidReason& reason);
  void take_information(const Field& field);
  void take_sum(const Field& field);
  void refuse(const FilePlace& place, InvalidReason reason);
  [[nodiscard]] std::string name_of_statement() const;

  std::optional<Field> field_;
  std::optional<Statement> statement_;
  std::optional<StatementEntry> entry_;  ///< Waits for its :86:.
  BalanceChain chain_;
};

}  // namespace daybook::recon
