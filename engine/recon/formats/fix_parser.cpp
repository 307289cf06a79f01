#include "engine/recon/formats/fix_parser.hpp"

#include <algorithm>
#include <charconv>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "engine/base/ascii.hpp"
#include "engine/base/hash.hpp"
#include "engine/recon/formats/field_text.hpp"

namespace daybook::recon {
namespace {

constexpr std::string_view begin_string = "8=FIX";
constexpr char soh = '\x01';
constexpr std::size_t version_bytes_max = 16;
constexpr std::size_t shown_bytes = 80;
constexpr std::size_t checksum_digits = 3;

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

/// Where a message begins at or behind `from`; npos for nowhere. `before` stands in front of
/// `text`.
std::size_t find_begin(std::string_view text, std::size_t from, char before) {
  // "108=FIXED" is another field.
  const auto is_inside = [&](std::size_t at) {
    const char c = at == 0 ? before : text[at - 1];
    return is_digit(c) || is_letter(c);
  };
  std::size_t at = text.find(begin_string, from);
  while (at != std::string_view::npos && is_inside(at)) at = text.find(begin_string, at + 1);
  return at;
}

/// A decimal number: value / 10^scale.
struct Decimal {
  i128 value = 0;
  unsigned scale = 0;
};

/// Products of two of them fit in 128 bits.
constexpr unsigned decimal_digits_max = 18;

std::optional<Decimal> decimal_of(std::string_view text) {
  Decimal number;
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  bool has_mark = false;
  unsigned digits = 0;
  for (const char c : text) {
    if (c == '.' && !has_mark) {
      has_mark = true;
      continue;
    }
    if (!is_digit(c) || ++digits > decimal_digits_max) return std::nullopt;
    number.value = number.value * 10 + (c - '0');
    number.scale += has_mark ? 1 : 0;
  }
  if (digits == 0) return std::nullopt;
  if (is_negative) number.value = -number.value;
  return number;
}

/// "20260131-12:34:56.789".
std::optional<std::int64_t> time_of(std::string_view text) {
  constexpr std::size_t date_bytes = 8;
  std::string moment{text};
  if (moment.size() <= date_bytes || moment[date_bytes] != '-') return std::nullopt;
  moment[date_bytes] = ' ';
  return parse_moment(moment);
}

unsigned sum_of(std::string_view text, char delimiter) {
  unsigned sum = 0;
  for (const char c : text) {
    sum += c == delimiter ? static_cast<unsigned>(soh) : static_cast<unsigned char>(c);
  }
  return sum % 256;
}

}  // namespace

std::string_view FixParser::value_of(const Fields& fields, unsigned tag) {
  for (const Field& field : fields) {
    if (field.tag == tag) return field.value;
  }
  return {};
}

FixParser::Kind FixParser::kind_of(const Fields& fields) {
  const std::string_view transaction = value_of(fields, 20);
  if (transaction == "1") return Kind::cancellation;
  if (transaction == "2") return Kind::correction;
  if (transaction == "3") return Kind::nothing;
  std::string_view type = value_of(fields, 150);
  if (type.empty()) type = value_of(fields, 39);
  if (type == "G") return Kind::correction;
  if (type == "H") return Kind::cancellation;
  return type == "F" || type == "1" || type == "2" ? Kind::trade : Kind::nothing;
}

void FixParser::feed(std::string_view bytes) {
  buffer_ += bytes;
  take_all(false);
}

void FixParser::finish() {
  take_all(true);
  if (!is_second_pass_) return;
  StatementSummary summary;
  summary.account = "drop copy";
  summary.entries = trades_;
  summary.line = 1;
  list(std::move(summary));
}

void FixParser::begin_second_pass() {
  is_second_pass_ = true;
  buffer_.clear();
  begin_ = 0;
  before_ = '\n';
  offset_ = 0;
  line_ = 1;
}

void FixParser::take_all(bool is_last) {
  while (true) {
    const std::size_t taken = take_next(is_last);
    if (taken == 0) break;
    drop(taken);
  }
  buffer_.erase(0, std::exchange(begin_, 0));
}

void FixParser::drop(std::size_t size_bytes) {
  const std::string_view dropped = std::string_view{buffer_}.substr(begin_, size_bytes);
  before_ = dropped.empty() ? before_ : dropped.back();
  line_ += static_cast<std::uint64_t>(std::count(dropped.begin(), dropped.end(), '\n'));
  offset_ += dropped.size();
  begin_ += dropped.size();
}

FilePlace FixParser::place_of(std::size_t size_bytes) const {
  return {.offset = offset_, .line = line_, .size_bytes = size_bytes};
}

std::size_t FixParser::take_next(bool is_last) {
  const std::string_view text = std::string_view{buffer_}.substr(begin_);
  const std::size_t begin = find_begin(text, 0, before_);
  if (begin == std::string_view::npos) {
    // The last bytes may be the start of one, and what stands in front of it.
    return is_last || text.size() <= begin_string.size() ? 0 : text.size() - begin_string.size();
  }
  if (begin > 0) return begin;
  constexpr char delimiters[]{soh, '|', '\0'};
  const std::size_t mark = text.substr(0, version_bytes_max).find_first_of(delimiters);
  const auto refused = [&](InvalidReason reason, std::size_t end) {
    refuse(place_of(std::min(end, shown_bytes)), reason);
    return end;
  };
  if (mark == std::string_view::npos) {
    if (text.size() < version_bytes_max && !is_last) return 0;
    return refused(InvalidReason::structure, std::min(text.size(), begin_string.size()));
  }
  const char delimiter = text[mark];
  const std::size_t next = find_begin(text, begin_string.size(), before_);
  const std::string trailer_tag{delimiter, '1', '0', '='};
  const std::size_t trailer = text.find(trailer_tag);
  if (trailer < next) {
    // Three digits and the delimiter, which a log may have dropped.
    std::size_t whole = trailer + trailer_tag.size();
    const std::size_t most = whole + checksum_digits;
    if (text.size() <= most && !is_last) return 0;
    while (whole < text.size() && whole < most && is_digit(text[whole])) ++whole;
    if (whole < text.size() && text[whole] == delimiter) ++whole;
    take_message(text.substr(0, whole), delimiter, trailer + 1);
    return whole;
  }
  if (next != std::string_view::npos) return refused(InvalidReason::structure, next);
  if (text.size() > limits::record_bytes_max) {
    return refused(InvalidReason::too_long, begin_string.size());
  }
  return is_last ? refused(InvalidReason::structure, text.size()) : 0;
}

void FixParser::refuse(const FilePlace& place, InvalidReason reason) {
  if (is_second_pass_) fault(place, reason);
}

/// `trailer` is where "10=" stands.
void FixParser::take_message(std::string_view message, char delimiter, std::size_t trailer) {
  const FilePlace place = place_of(message.size());
  if (message.size() > limits::record_bytes_max) return refuse(place, InvalidReason::too_long);
  Fields fields;
  std::string_view left = message.substr(0, trailer);
  std::size_t body = 0;
  while (!left.empty()) {
    const std::size_t end = left.find(delimiter);
    const std::string_view text = left.substr(0, end);
    const std::size_t equals = text.find('=');
    Field field;
    const char* const tag_end = text.data() + std::min(equals, text.size());
    const auto parsed = std::from_chars(text.data(), tag_end, field.tag);
    if (equals == std::string_view::npos || parsed.ptr != tag_end || equals == 0 ||
        fields.size() == limits::fix_fields_max) {
      return refuse(place, InvalidReason::structure);
    }
    field.value = text.substr(equals + 1);
    fields.push_back(field);
    left.remove_prefix(end == std::string_view::npos ? left.size() : end + 1);
    if (fields.size() == 2) body = trailer - left.size();
  }
  constexpr std::size_t tag_bytes = 3;
  const std::string_view checksum = message.substr(trailer + tag_bytes, checksum_digits);
  if (fields.size() < 3 || fields[1].tag != 9 || fields[2].tag != 35) {
    return refuse(place, InvalidReason::structure);
  }
  const bool is_whole =
      fields[1].value == fmt::format("{}", trailer - body) &&
      checksum == fmt::format("{:03}", sum_of(message.substr(0, trailer), delimiter));
  if (!is_whole) return refuse(place, InvalidReason::checksum);
  take_report(fields, place);
}

void FixParser::take_report(const Fields& fields, const FilePlace& place) {
  const Kind kind = value_of(fields, 35) == "8" ? kind_of(fields) : Kind::nothing;
  const std::string_view id = value_of(fields, 17);
  if (!is_second_pass_) {
    if (kind == Kind::correction || kind == Kind::cancellation) note_correction(fields, kind);
    return;
  }
  if (kind == Kind::nothing) return leave_out();
  if (id.empty()) return refuse(place, InvalidReason::missing);
  if (id.size() > limits::name_bytes_max) return refuse(place, InvalidReason::reference);
  if (is_known_again(fields)) return leave_out();
  emit_report(fields, kind, place);
}

void FixParser::note_correction(const Fields& fields, Kind kind) {
  const std::string_view id = value_of(fields, 17);
  const std::string_view corrected = value_of(fields, 19);
  if (id.empty() || corrected.empty() || id == corrected || id.size() > limits::name_bytes_max ||
      corrected.size() > limits::name_bytes_max || fates_.size() >= limits::fix_corrections_max) {
    return;
  }
  Fate& fate = fates_[std::string{corrected}];
  if (kind == Kind::cancellation) {
    fate.is_cancelled = true;
  } else {
    corrects_.try_emplace(std::string{id}, corrected);
  }
}

/// The execution that was corrected first.
std::string FixParser::root_of(std::string_view execution) const {
  constexpr unsigned corrections_of_one_max = 64;
  for (unsigned i = 0; i < corrections_of_one_max; ++i) {
    const auto found = corrects_.find(execution);
    if (found == corrects_.end()) break;
    execution = found->second;
  }
  return std::string{execution};
}

bool FixParser::is_known_again(const Fields& fields) {
  std::string all;
  for (const unsigned tag : {17U, 19U, 20U, 150U, 54U, 55U, 32U, 31U, 381U, 15U}) {
    all += value_of(fields, tag);
    all += soh;
  }
  const Uint128 hash = xxh3_128(std::as_bytes(std::span{all}));
  if (!known_.insert(hash).second) return true;
  known_in_order_.push_back(hash);
  if (known_in_order_.size() > limits::fix_executions_remembered_max) {
    known_.erase(known_in_order_.front());
    known_in_order_.pop_front();
  }
  return false;
}

void FixParser::emit_report(const Fields& fields, Kind kind, const FilePlace& place) {
  const std::string_view id = value_of(fields, 17);
  const std::string_view corrected = value_of(fields, 19);
  StatementEntry entry;
  entry.place = place;
  const std::string_view subject = kind == Kind::cancellation ? corrected : id;
  if (kind != Kind::trade && fates_.find(corrected) == fates_.end()) {
    return refuse(place, corrected.empty() ? InvalidReason::missing : InvalidReason::reference);
  }
  const auto fate = fates_.find(subject);
  if (fate != fates_.end()) {
    // Another report stands for it.
    if (!fate->second.is_cancelled || std::exchange(fate->second.is_told, true)) {
      return leave_out();
    }
    entry.status = RecordStatus::reversed;
  }
  entry.reference = root_of(subject);
  if (const auto reason = fill(fields, entry)) return refuse(place, *reason);
  ++trades_;
  static_cast<void>(emit(std::move(entry)));
}

std::uint64_t FixParser::currency_in(const Fields& fields) const {
  const std::string_view own = value_of(fields, 15);
  if (!own.empty()) return currency_of_text(own);
  const std::string_view symbol = value_of(fields, 55);
  const std::size_t mark = symbol.find_last_of("/-");
  if (mark != std::string_view::npos) return currency_of_text(symbol.substr(mark + 1));
  return settings().currency;
}

/// The commission in minor units; nothing where it is none of its currency, or a share of
/// something, which would have to be rounded.
std::optional<i128> FixParser::fee_of(const Fields& fields, std::uint64_t currency) const {
  const std::string_view commission = value_of(fields, 12);
  if (commission.empty()) return 0;
  const auto fee = decimal_of(commission);
  if (!fee) return std::nullopt;
  if (fee->value == 0) return 0;
  const std::string_view kind = value_of(fields, 13);
  const std::string_view own = value_of(fields, 479);
  if (!kind.empty() && kind != "3") return std::nullopt;
  if (!own.empty() && currency_of_text(own) != currency) return std::nullopt;
  return rescaled(fee->value, fee->scale, scale_of(currency));
}

/// Amount, fee, time and party; or why the report is no record.
std::optional<InvalidReason> FixParser::fill(const Fields& fields, StatementEntry& entry) const {
  entry.currency = currency_in(fields);
  if (entry.currency == 0) return InvalidReason::currency;
  const unsigned scale = scale_of(entry.currency);
  const std::string_view gross = value_of(fields, 381);
  std::optional<Decimal> amount = decimal_of(gross);
  if (gross.empty()) {
    const std::string_view quantity_text = value_of(fields, 32);
    const std::string_view price_text = value_of(fields, 31);
    if (quantity_text.empty() || price_text.empty()) return InvalidReason::missing;
    const auto quantity = decimal_of(quantity_text);
    const auto price = decimal_of(price_text);
    if (!quantity || !price) return InvalidReason::amount;
    amount =
        Decimal{.value = quantity->value * price->value, .scale = quantity->scale + price->scale};
  }
  if (!amount) return InvalidReason::amount;
  const auto minor = rescaled(amount->value, amount->scale, scale);
  if (!minor) return InvalidReason::amount;
  const std::string_view side = value_of(fields, 54);
  const bool is_bought = side == "1" || side == "3";
  if (!is_bought && side != "2" && side != "4" && side != "5" && side != "6") {
    return InvalidReason::type;
  }
  entry.amount = is_bought ? -*minor : *minor;
  const auto fee = fee_of(fields, entry.currency);
  if (!fee) return InvalidReason::fee;
  entry.fee = *fee;
  const std::string_view time = value_of(fields, 60);
  if (!time.empty()) {
    const auto moment = time_of(time);
    if (!moment) return InvalidReason::time;
    entry.time_ns = *moment;
  }
  entry.party = value_of(fields, 1);
  return std::nullopt;
}

}  // namespace daybook::recon
