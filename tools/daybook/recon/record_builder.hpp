#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/recon/record_source.hpp"
#include "tools/daybook/recon/source_mapping.hpp"
#include "tools/daybook/recon/text_decoder.hpp"

namespace daybook::recon {

/// What became of a line.
enum class LineOutcome : std::uint8_t { record, invalid, left_out, trailer };

/// Makes records of the fields of lines, by a mapping.
///
/// Threads.  One.
/// Limits.   See recon_limits.hpp; what is beyond them is an invalid line.
class RecordBuilder {
 public:
  /// `header` has the names of the columns. `invalid` where a column that is needed is missing;
  /// the words name it.
  [[nodiscard]] static Result<RecordBuilder> make(const SourceMapping& mapping, Side side,
                                                  std::span<const std::string_view> header);

  /// Fills `record` from a line at `offset`; `reason` says why it is none.
  /// Requires: 64 readable bytes from the start of each field.
  [[nodiscard]] LineOutcome build(std::span<const std::string_view> fields, std::uint64_t offset,
                                  Record& record, InvalidReason& reason);

  /// The text of a field of a line as the record has it: stripped, decoded.
  [[nodiscard]] std::string text_of(Field field, std::span<const std::string_view> fields) const;

  [[nodiscard]] const std::optional<std::string>& trailer_line() const { return trailer_; }
  [[nodiscard]] const SourceMapping& mapping() const { return *mapping_; }
  [[nodiscard]] unsigned scale_of(std::uint64_t currency) const;

 private:
  static constexpr std::size_t no_column = SIZE_MAX;
  struct KnownCurrency {
    std::uint64_t currency = 0;
    unsigned scale = 2;
  };

  RecordBuilder(const SourceMapping& mapping, Side side) : mapping_{&mapping}, side_{side} {}

  [[nodiscard]] bool has(Field field) const { return place_of(field) != no_column; }
  [[nodiscard]] std::size_t place_of(Field field) const {
    return columns_[static_cast<std::size_t>(field)];
  }
  [[nodiscard]] std::string_view get(Field field, std::span<const std::string_view> fields) const {
    return trimmed(fields[place_of(field)], mapping_->strip);
  }

  [[nodiscard]] bool set_reference(std::string_view text, Record& record) const;
  [[nodiscard]] bool set_long_reference(std::string_view text, Record& record) const;
  [[nodiscard]] std::optional<KnownCurrency> currency_of(std::string_view text);
  [[nodiscard]] std::optional<i128> amount_of(std::span<const std::string_view> fields,
                                              unsigned scale) const;
  [[nodiscard]] bool is_minus(std::string_view text) const;
  [[nodiscard]] bool set_time(std::span<const std::string_view> fields, Record& record);
  [[nodiscard]] bool set_fee(std::span<const std::string_view> fields, unsigned scale,
                             Record& record) const;
  [[nodiscard]] bool set_settlement(std::span<const std::string_view> fields, Record& record);
  /// The outcome of a line that is no record by its first field; nothing for others.
  [[nodiscard]] std::optional<LineOutcome> special_line(std::span<const std::string_view> fields);
  /// Status and type; `record` when both are known.
  [[nodiscard]] LineOutcome words_of(std::span<const std::string_view> fields, RecordStatus& status,
                                     RecordType& type, InvalidReason& reason);
  template <typename T>
  [[nodiscard]] LineOutcome meaning_of(std::string_view text,
                                       const std::vector<WordMeaning<T>>& words,
                                       const std::optional<T>& other,
                                       TextCache<std::optional<T>>& cache, T& value) const;

  const SourceMapping* mapping_;
  Side side_;
  std::size_t column_count_ = 0;
  std::array<std::size_t, field_count> columns_{};
  KnownCurrency only_currency_;  ///< Where no column has it.
  DayCache day_;
  TextCache<KnownCurrency> currencies_;
  TextCache<std::optional<RecordStatus>> statuses_;
  TextCache<std::optional<RecordType>> types_;
  std::shared_ptr<TextDecoder> decoder_;  ///< Null for UTF-8.
  std::optional<std::string> trailer_;    ///< Its fields, with a unit separator between them.
  bool trailer_is_next_ = false;
};

}  // namespace daybook::recon
