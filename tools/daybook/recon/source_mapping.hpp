#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/recon/formats/currency_scales.hpp"
#include "engine/recon/formats/field_text.hpp"
#include "engine/recon/formats/statement_format.hpp"
#include "engine/recon/record.hpp"

namespace daybook::recon {

/// What a column can be.
enum class Field : std::uint8_t {
  reference,
  amount,
  debit,   ///< In a column of its own: money that left, unsigned.
  credit,  ///< Money that came, unsigned.
  sign,    ///< A word that says which way an unsigned amount went.
  currency,
  status,
  time,
  time_of_day,  ///< Where it is apart from the date in `time`.
  fee,
  type,
  party,
  settlement_amount,
  settlement_currency,
};
inline constexpr std::size_t field_count = 14;
[[nodiscard]] std::string_view to_string(Field field);

enum class Encoding : std::uint8_t { utf8, gb18030 };

/// What a word means, or that lines with it are none of the comparison's business.
template <typename T>
struct WordMeaning {
  std::string word;        ///< Folded: lower case, '_' for spaces and '-'.
  std::optional<T> value;  ///< Nothing: the line is left out.
};

/// The last line of some files, which says how many lines there were and what they sum up to.
struct TrailerRule {
  std::string first_field;           ///< What its first field begins with.
  bool is_next_line = false;         ///< That was only its heading; the line behind it is meant.
  std::optional<std::size_t> count;  ///< The index of the field that has the count.
  std::optional<std::size_t> sum;    ///< Of the field that has the sum of the amounts.
  std::string currency;              ///< Of the sum.
};

/// How a kind of file says what a record needs. The default reads a header line
/// `reference,amount,currency,status,time`, in any order, perhaps with more of the fields.
struct SourceMapping {
  std::string name = "daybook";
  /// Of files that say themselves what is what: then only currency, scales, `is_negated`,
  /// `no_references` and the clock's offset matter. Nothing: CSV.
  std::optional<StatementFormat> format;
  char delimiter = ',';
  Encoding encoding = Encoding::utf8;
  std::uint64_t skip_lines = 0;                  ///< Before the header.
  std::array<std::string, field_count> columns;  ///< Names of columns; empty for none.
  AmountStyle amounts;
  std::string strip;        ///< Characters that are no part of a field, at both ends.
  std::string currency;     ///< Of files that have no column for it.
  CurrencyScales scales;    ///< Decimals of currencies.
  bool is_negated = false;  ///< Their minus is our plus.
  bool fee_is_negated = false;
  bool debit_has_any_sign = false;  ///< "5.00" and "-5.00" in `debit` both mean money that left.
  std::vector<std::string> minus_words;  ///< Folded: in `sign`, they make an amount negative.
  std::vector<WordMeaning<RecordStatus>> statuses;
  std::vector<WordMeaning<RecordType>> types;
  std::optional<RecordStatus> other_status;  ///< Of words not in `statuses`; nothing: invalid.
  std::optional<RecordType> other_type;
  std::vector<std::string> time_formats;   ///< As parse_moment() takes them; none: its own.
  std::int64_t time_offset_ns = 0;         ///< Of the file's clock, east of UTC.
  std::vector<std::string> no_references;  ///< Texts that mean that there is none.
  std::vector<std::string> skip_prefixes;  ///< Lines that begin so are left out.
  std::optional<TrailerRule> trailer;
  bool sums_groups = false;  ///< Several lines of a reference are parts of one movement.

  /// For files with columns by the names of the fields.
  [[nodiscard]] static SourceMapping standard();
  [[nodiscard]] static SourceMapping of_format(StatementFormat format);

  [[nodiscard]] const std::string& column(Field field) const {
    return columns[static_cast<std::size_t>(field)];
  }
  [[nodiscard]] std::string& column(Field field) {
    return columns[static_cast<std::size_t>(field)];
  }
};

}  // namespace daybook::recon
