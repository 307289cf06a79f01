#include "tools/daybook/recon/record_builder.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "engine/base/utf8.hpp"
#include "engine/recon/packed_record.hpp"

namespace daybook::recon {
namespace {

constexpr std::uint64_t high_bits = 0x8080'8080'8080'8080;
constexpr std::uint64_t spaces = 0x2020'2020'2020'2020;

/// Some byte of the word is a control character or no ASCII.
bool is_special(std::uint64_t word) { return (((word - spaces) | word) & high_bits) != 0; }

const char* iconv_name(Encoding encoding) {
  return encoding == Encoding::gb18030 ? "GB18030" : "UTF-8";
}

}  // namespace

Result<RecordBuilder> RecordBuilder::make(const SourceMapping& mapping, Side side,
                                          std::span<const std::string_view> header) {
  RecordBuilder builder{mapping, side};
  builder.column_count_ = header.size();
  builder.columns_.fill(no_column);
  if (mapping.encoding != Encoding::utf8) {
    builder.decoder_ = TextDecoder::make(iconv_name(mapping.encoding));
    if (!builder.decoder_) {
      return Failure{FailureKind::unsupported,
                     fmt::format("this system's iconv cannot read {}; install its data, or convert "
                                 "the file to UTF-8",
                                 iconv_name(mapping.encoding))};
    }
  }
  for (std::size_t i = 0; i < header.size(); ++i) {
    std::string name{trimmed(header[i], mapping.strip)};
    if (builder.decoder_) name = builder.decoder_->decode(name).value_or(name);
    for (std::size_t field = 0; field < field_count; ++field) {
      if (mapping.columns[field].empty() || folded(name) != folded(mapping.columns[field]))
        continue;
      if (builder.columns_[field] != no_column) {
        return Failure{FailureKind::invalid, fmt::format("two columns are called '{}'", name)};
      }
      builder.columns_[field] = i;
    }
  }
  const auto missing = [&](Field field) -> Failure {
    return {FailureKind::invalid,
            fmt::format("no column is called '{}', where mapping '{}' has the {}",
                        mapping.column(field), mapping.name, to_string(field))};
  };
  if (!builder.has(Field::reference)) return missing(Field::reference);
  const bool has_two = builder.has(Field::debit) && builder.has(Field::credit);
  if (!builder.has(Field::amount) && !has_two) return missing(Field::amount);
  if (!mapping.currency.empty()) {
    const std::uint64_t currency = currency_of_text(mapping.currency);
    builder.only_currency_ = {.currency = currency, .scale = builder.scale_of(currency)};
  }
  if (!builder.has(Field::currency) && builder.only_currency_.currency == 0) {
    return missing(Field::currency);
  }
  return builder;
}

unsigned RecordBuilder::scale_of(std::uint64_t currency) const {
  return scale_in(mapping_->scales, currency);
}

bool RecordBuilder::set_reference(std::string_view text, Record& record) const {
  if (text.size() > limits::key_bytes || decoder_) return set_long_reference(text, record);
  const auto* const from = reinterpret_cast<const std::byte*>(text.data());
  record.key = packed::read_key(from, text.size());
  std::uint64_t special = 0;
  for (std::size_t i = 0; i < record.key.size() && 8 * i < text.size(); ++i) {
    const std::uint64_t unused =
        ~packed::first_bytes(~std::uint64_t{0}, std::min<std::size_t>(8, text.size() - 8 * i));
    special |= is_special(record.key[i] | (spaces & unused)) ? 1U : 0U;
  }
  if (special != 0 && !is_printable_utf8(text)) return false;
  for (const std::string& none : mapping_->no_references) {
    if (text.size() == none.size() && text == none) record.key = {};
  }
  return true;
}

bool RecordBuilder::set_long_reference(std::string_view text, Record& record) const {
  std::string decoded;
  if (decoder_) {
    std::optional<std::string> result = decoder_->decode(text);
    if (!result) return false;
    decoded = std::move(*result);
    text = decoded;
  }
  if (text.size() > limits::reference_bytes_max || !is_printable_utf8(text)) return false;
  const bool is_none = std::find(mapping_->no_references.begin(), mapping_->no_references.end(),
                                 text) != mapping_->no_references.end();
  record.key = is_none ? KeyWords{} : key_of_reference(text);
  return true;
}

std::optional<RecordBuilder::KnownCurrency> RecordBuilder::currency_of(std::string_view text) {
  if (text.empty() && only_currency_.currency != 0) return only_currency_;
  if (const KnownCurrency* known = currencies_.find(text)) return *known;
  const std::uint64_t currency = currency_of_text(text);
  if (currency == 0) return std::nullopt;
  const KnownCurrency known{.currency = currency, .scale = scale_of(currency)};
  currencies_.put(text, known);
  return known;
}

bool RecordBuilder::is_minus(std::string_view text) const {
  const std::string word =
      folded(decoder_ ? decoder_->decode(text).value_or("") : std::string{text});
  return std::find(mapping_->minus_words.begin(), mapping_->minus_words.end(), word) !=
         mapping_->minus_words.end();
}

std::optional<i128> RecordBuilder::amount_of(std::span<const std::string_view> fields,
                                             unsigned scale) const {
  std::optional<i128> amount;
  if (has(Field::amount)) {
    amount = parse_minor(get(Field::amount, fields), scale, mapping_->amounts);
    if (amount && has(Field::sign) && is_minus(get(Field::sign, fields))) amount = -*amount;
  } else {
    const std::string_view debit = get(Field::debit, fields);
    const std::string_view credit = get(Field::credit, fields);
    if (debit.empty() && credit.empty()) return std::nullopt;
    const auto part = [&](std::string_view text) {
      return text.empty() ? std::optional<i128>{0} : parse_minor(text, scale, mapping_->amounts);
    };
    std::optional<i128> out = part(debit);
    const std::optional<i128> in = part(credit);
    if (!out || !in) return std::nullopt;
    if (mapping_->debit_has_any_sign && *out < 0) out = -*out;
    amount = *in - *out;
  }
  return amount && mapping_->is_negated ? -*amount : amount;
}

bool RecordBuilder::set_time(std::span<const std::string_view> fields, Record& record) {
  record.time_ns = no_time;
  if (!has(Field::time)) return true;
  const std::string_view text = get(Field::time, fields);
  if (text.empty()) return true;
  std::optional<std::int64_t> time;
  if (has(Field::time_of_day)) {
    const std::string whole = fmt::format("{} {}", text, get(Field::time_of_day, fields));
    for (const std::string& format : mapping_->time_formats) {
      if (!time) time = parse_moment(whole, format);
    }
    if (mapping_->time_formats.empty()) time = parse_moment(whole);
  } else if (mapping_->time_formats.empty()) {
    time = parse_moment(text, &day_);
  } else {
    for (const std::string& format : mapping_->time_formats) {
      if (!time) time = parse_moment(text, format);
    }
  }
  if (!time) return false;
  record.time_ns = *time - mapping_->time_offset_ns;
  return true;
}

bool RecordBuilder::set_fee(std::span<const std::string_view> fields, unsigned scale,
                            Record& record) const {
  record.fee_bits = {};
  if (!has(Field::fee)) return true;
  const std::string_view text = get(Field::fee, fields);
  if (text.empty()) return true;
  const std::optional<i128> fee = parse_minor(text, scale, mapping_->amounts);
  if (!fee) return false;
  record.set_fee(mapping_->fee_is_negated ? -*fee : *fee);
  return true;
}

bool RecordBuilder::set_settlement(std::span<const std::string_view> fields, Record& record) {
  record.settlement = 0;
  if (!has(Field::settlement_amount) || !has(Field::settlement_currency)) return true;
  const std::string_view text = get(Field::settlement_amount, fields);
  if (text.empty()) return true;
  const auto currency = currency_of(get(Field::settlement_currency, fields));
  if (!currency) return false;
  // What is settled in the same currency is no exchange.
  if (currency->currency == record.currency) return true;
  const std::optional<i128> amount = parse_minor(text, currency->scale, mapping_->amounts);
  if (!amount) return false;
  record.settlement =
      digest_of_text(fmt::format("{} {}", to_decimal(*amount), currency_text(currency->currency)));
  return true;
}

template <typename T>
LineOutcome RecordBuilder::meaning_of(std::string_view text,
                                      const std::vector<WordMeaning<T>>& words,
                                      const std::optional<T>& other,
                                      TextCache<std::optional<T>>& cache, T& value) const {
  const auto outcome_of = [&](const std::optional<T>& meaning) {
    if (meaning) value = *meaning;
    return meaning ? LineOutcome::record : LineOutcome::left_out;
  };
  if (const std::optional<T>* known = cache.find(text)) return outcome_of(*known);
  const std::string word =
      folded(decoder_ ? decoder_->decode(text).value_or("") : std::string{text});
  for (const WordMeaning<T>& meaning : words) {
    if (meaning.word != word) continue;
    cache.put(text, meaning.value);
    return outcome_of(meaning.value);
  }
  return other ? outcome_of(other) : LineOutcome::invalid;
}

std::optional<LineOutcome> RecordBuilder::special_line(std::span<const std::string_view> fields) {
  const auto& trailer = mapping_->trailer;
  const std::string_view first = trimmed(fields[0], mapping_->strip);
  const std::string start = decoder_ ? decoder_->decode(first).value_or("") : std::string{first};
  const bool is_heading = trailer && start.starts_with(trailer->first_field);
  if (is_heading && trailer->is_next_line) {
    trailer_is_next_ = true;
    return LineOutcome::trailer;
  }
  if (is_heading || std::exchange(trailer_is_next_, false)) {
    trailer_.emplace();
    for (const std::string_view field : fields) {
      *trailer_ += trimmed(field, mapping_->strip);
      *trailer_ += '\x1f';
    }
    return LineOutcome::trailer;
  }
  for (const std::string& prefix : mapping_->skip_prefixes) {
    if (start.starts_with(prefix)) return LineOutcome::left_out;
  }
  return std::nullopt;
}

LineOutcome RecordBuilder::words_of(std::span<const std::string_view> fields, RecordStatus& status,
                                    RecordType& type, InvalidReason& reason) {
  if (has(Field::status)) {
    reason = InvalidReason::status;
    const LineOutcome found = meaning_of(get(Field::status, fields), mapping_->statuses,
                                         mapping_->other_status, statuses_, status);
    if (found != LineOutcome::record) return found;
  }
  if (has(Field::type)) {
    reason = InvalidReason::type;
    return meaning_of(get(Field::type, fields), mapping_->types, mapping_->other_type, types_,
                      type);
  }
  return LineOutcome::record;
}

LineOutcome RecordBuilder::build(std::span<const std::string_view> fields, std::uint64_t offset,
                                 Record& record, InvalidReason& reason) {
  const auto invalid = [&](InvalidReason why) {
    reason = why;
    return LineOutcome::invalid;
  };
  if (mapping_->trailer || !mapping_->skip_prefixes.empty()) {
    if (const auto outcome = special_line(fields)) return *outcome;
  }
  if (fields.size() != column_count_) return invalid(InvalidReason::fields);
  RecordStatus status = RecordStatus::ok;
  RecordType type = RecordType::charge;
  const LineOutcome words = words_of(fields, status, type, reason);
  if (words != LineOutcome::record) return words;
  if (!set_reference(get(Field::reference, fields), record)) {
    return invalid(InvalidReason::reference);
  }
  const std::optional<KnownCurrency> currency =
      has(Field::currency) ? currency_of(get(Field::currency, fields)) : only_currency_;
  if (!currency) return invalid(InvalidReason::currency);
  record.currency = currency->currency;
  const std::optional<i128> amount = amount_of(fields, currency->scale);
  if (!amount) return invalid(InvalidReason::amount);
  record.set_amount(*amount);
  if (!set_fee(fields, currency->scale, record)) return invalid(InvalidReason::fee);
  if (!set_time(fields, record)) return invalid(InvalidReason::time);
  if (!set_settlement(fields, record)) return invalid(InvalidReason::settlement);
  record.party = 0;
  if (has(Field::party) && !get(Field::party, fields).empty()) {
    record.party = digest_of_text(text_of(Field::party, fields));
  }
  record.set_place(side_, type, status, offset);
  return LineOutcome::record;
}

std::string RecordBuilder::text_of(Field field, std::span<const std::string_view> fields) const {
  if (!has(field) || place_of(field) >= fields.size()) return {};
  const std::string_view text = get(field, fields);
  return decoder_ ? decoder_->decode(text).value_or(std::string{text}) : std::string{text};
}

}  // namespace daybook::recon
