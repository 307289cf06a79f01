#include "engine/recon/formats/bai2_parser.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "engine/base/ascii.hpp"
#include "engine/recon/formats/field_text.hpp"
#include "engine/recon/formats/mt940_text.hpp"

namespace daybook::recon {
namespace {

using Fields = std::vector<std::string_view>;

constexpr std::string_view default_currency = "USD";

/// Takes the text in front of the next comma, and the comma.
std::string_view take_field(std::string_view& text) {
  const std::size_t end = text.find(',');
  const std::string_view field = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return trimmed(field);
}

/// All of a record but its code. Fields beyond the limit are not looked at.
Fields fields_of(std::string_view text) {
  Fields fields;
  take_field(text);
  while (fields.size() < limits::bai2_fields_max) {
    const bool is_last = text.find(',') == std::string_view::npos;
    fields.push_back(take_field(text));
    if (is_last) return fields;
  }
  return fields;
}

std::string_view field(const Fields& fields, std::size_t index) {
  return index < fields.size() ? fields[index] : std::string_view{};
}

/// How many fields follow a funds type, the count of a distribution's parts included.
std::optional<std::size_t> fields_of_funds(std::string_view type, std::string_view parts) {
  if (type == "S") return 3;
  if (type == "V") return 2;
  if (type != "D") return 0;
  const auto count = parse_minor(parts, 0);
  if (!count || *count < 0 || *count > static_cast<i128>(limits::bai2_fields_max)) {
    return std::nullopt;
  }
  return 1 + 2 * static_cast<std::size_t>(*count);
}

/// A whole number, perhaps with a sign; empty is 0.
std::optional<i128> number_of(std::string_view text) {
  return text.empty() ? std::optional<i128>{0} : parse_minor(text, 0);
}

enum class Direction : std::uint8_t { credit, debit, none, unknown };

Direction direction_of(std::string_view code) {
  const bool is_code = code.size() == 3 && std::all_of(code.begin(), code.end(), is_digit);
  const auto number = is_code ? parse_minor(code, 0).value_or(0) : 0;
  if (number >= 100 && number <= 399) return Direction::credit;
  if (number >= 400 && number <= 699) return Direction::debit;
  if (number == 720 || (number >= 920 && number <= 959)) return Direction::credit;
  if (number == 760 || (number >= 960 && number <= 999)) return Direction::debit;
  return number == 890 ? Direction::none : Direction::unknown;
}

}  // namespace

void Bai2Parser::take_line(std::string_view text, const FilePlace& place) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  if (text.empty()) return;
  const bool has_code = text.size() >= 3 && is_digit(text[0]) && is_digit(text[1]) &&
                        (text[2] == ',' || text[2] == '/');
  if (!has_code) {
    end_record();
    return refuse(place, InvalidReason::structure);
  }
  if (text.starts_with("88")) return continue_record(text.substr(3), place);
  end_record();
  record_ = Logical{.text = {}, .place = place};
  record_->is_terminated = text.ends_with('/');
  if (record_->is_terminated) text.remove_suffix(1);
  record_->text = text;
}

void Bai2Parser::take_long_line(const FilePlace& place) {
  end_record();
  refuse(place, InvalidReason::too_long);
}

void Bai2Parser::take_end() {
  end_record();
  if (has_file_ || group_ || account_) end_file(nullptr, {});
}

void Bai2Parser::continue_record(std::string_view text, const FilePlace& place) {
  if (!record_) {
    count_records(1);
    return refuse(place, InvalidReason::structure);
  }
  ++record_->lines;
  record_->place.size_bytes = place.offset + place.size_bytes - record_->place.offset;
  if (record_->text.size() + text.size() >= limits::record_bytes_max) {
    record_->is_too_long = true;
    return;
  }
  // A field ends where its line does. Texts of details go on, but nobody asks for these.
  if (record_->is_terminated || !record_->text.ends_with(',')) record_->text += ',';
  record_->is_terminated = text.ends_with('/');
  if (record_->is_terminated) text.remove_suffix(1);
  record_->text += text;
}

/// These lines are of the account, the group and the file that are open.
void Bai2Parser::count_records(std::uint64_t lines) {
  file_.records += lines;
  if (group_) group_->level.records += lines;
  if (account_) account_->level.records += lines;
}

void Bai2Parser::refuse(const FilePlace& place, InvalidReason reason) {
  file_.has_faults = true;
  if (group_) group_->level.has_faults = true;
  if (account_) account_->level.has_faults = true;
  fault(place, reason);
}

void Bai2Parser::end_record() {
  if (!record_) return;
  const Logical record = *std::exchange(record_, std::nullopt);
  if (record.is_too_long) {
    count_records(record.lines);
    return refuse(record.place, InvalidReason::too_long);
  }
  take_record(record);
}

void Bai2Parser::take_record(const Logical& record) {
  const std::string_view code = std::string_view{record.text}.substr(0, 2);
  const Fields fields = code == "16" ? Fields{} : fields_of(record.text);
  if (code == "01") {
    if (has_file_) end_file(nullptr, record.place);
    has_file_ = true;
  } else if (code == "02") {
    begin_group(fields);
  } else if (code == "03") {
    begin_account(record, fields);
  } else if (code == "98" || code == "99") {
    // What has no trailer of its own ends here, and this line is none of its lines.
    if (account_) end_account(nullptr, record.place);
    if (group_ && code == "99") end_group(nullptr, record.place);
  }
  count_records(record.lines);
  if (code == "16") {
    take_entry(record);
  } else if (code == "03") {
    take_summary(record, fields);
  } else if (code == "49") {
    end_account(&fields, record.place);
  } else if (code == "98") {
    end_group(&fields, record.place);
  } else if (code == "99") {
    end_file(&fields, record.place);
  } else if (code != "01" && code != "02") {
    refuse(record.place, InvalidReason::structure);
  }
}

void Bai2Parser::begin_group(const Fields& fields) {
  if (group_) end_group(nullptr, {});
  ++file_.members;
  group_ = Group{};
  group_->level.name =
      fmt::format("group {} from {}", file_.members, readable_name(field(fields, 1)));
  group_->is_test = field(fields, 2) == "4";
  if (const auto day = day_of_yymmdd(field(fields, 3))) group_->time_ns = *day;
  group_->currency = currency_of_text(field(fields, 5));
}

void Bai2Parser::begin_account(const Logical& record, const Fields& fields) {
  if (account_) end_account(nullptr, {});
  if (group_) ++group_->level.members;
  account_ = Account{};
  account_->level.name = readable_name(field(fields, 0));
  account_->line = record.place.line;
  account_->currency = currency_of_text(field(fields, 1));
  if (account_->currency == 0 && !field(fields, 1).empty()) {
    refuse(record.place, InvalidReason::currency);
  }
  if (account_->currency == 0 && group_) account_->currency = group_->currency;
  if (account_->currency == 0) account_->currency = settings().currency;
  if (account_->currency == 0) account_->currency = currency_of_text(default_currency);
}

void Bai2Parser::take_summary(const Logical& record, const Fields& fields) {
  // Status and summary: type, amount, count of items, funds type and what it needs.
  for (std::size_t at = 2; at + 1 < fields.size();) {
    const auto amount = number_of(fields[at + 1]);
    if (!amount) return refuse(record.place, InvalidReason::amount);
    account_->level.sum += *amount;
    take_balance(fields[at], fields[at + 1]);
    const auto more = fields_of_funds(field(fields, at + 3), field(fields, at + 4));
    if (!more) return refuse(record.place, InvalidReason::structure);
    at += 4 + *more;
  }
}

/// Opening and closing ledger balances. An empty amount is none, not 0.
void Bai2Parser::take_balance(std::string_view type, std::string_view digits) {
  if (digits.empty() || (type != "010" && type != "015")) return;
  const std::uint64_t currency = account_->currency;
  const auto amount =
      rescaled(number_of(digits).value_or(0), usual_scale(currency), scale_of(currency));
  if (!amount) return;
  (type == "010" ? account_->opening : account_->closing) = *amount;
}

void Bai2Parser::take_entry(const Logical& record) {
  if (!account_) return refuse(record.place, InvalidReason::structure);
  std::string_view text = record.text;
  take_field(text);
  const Direction direction = direction_of(take_field(text));
  const std::string_view digits = take_field(text);
  if (!digits.empty() && !is_digit(digits.front()) && digits.front() != '+') {
    return refuse(record.place, InvalidReason::amount);
  }
  const auto number = number_of(digits);
  if (!number) return refuse(record.place, InvalidReason::amount);
  account_->level.sum += *number;
  if (direction == Direction::unknown) return refuse(record.place, InvalidReason::type);
  if (direction == Direction::none || (group_ && group_->is_test)) return leave_out();
  const std::string_view funds = take_field(text);
  std::string_view ahead = text;
  const auto more = fields_of_funds(funds, take_field(ahead));
  if (!more) return refuse(record.place, InvalidReason::structure);
  for (std::size_t i = 0; i < *more; ++i) take_field(text);
  const std::string_view bank = take_field(text);
  const std::string_view customer = take_field(text);
  StatementEntry entry;
  entry.currency = account_->currency;
  const auto amount = rescaled(*number, usual_scale(entry.currency), scale_of(entry.currency));
  if (!amount) return refuse(record.place, InvalidReason::amount);
  entry.amount = direction == Direction::credit ? *amount : -*amount;
  const bool is_zeros =
      std::all_of(customer.begin(), customer.end(), [](char c) { return c == '0'; });
  entry.reference = is_zeros ? bank : customer;
  entry.time_ns = group_ ? group_->time_ns : no_time;
  entry.place = record.place;
  ++account_->entries;
  account_->movements += entry.amount;
  if (!emit(std::move(entry))) {
    file_.has_faults = account_->level.has_faults = true;
    if (group_) group_->level.has_faults = true;
  }
}

void Bai2Parser::check(const Level& level, std::string_view members, const Fields* fields,
                       const FilePlace& place) {
  const std::size_t count_at = members.empty() ? 1 : 2;
  const auto sum = fields == nullptr ? std::nullopt : number_of(field(*fields, 0));
  const auto count = fields == nullptr ? std::nullopt : number_of(field(*fields, count_at));
  const auto parts = fields == nullptr ? std::nullopt : number_of(field(*fields, 1));
  const bool is_bad = !sum || !count || !parts;
  if (fields != nullptr && is_bad) refuse(place, InvalidReason::amount);
  const auto add = [&](std::string_view what, const std::optional<i128>& stated, i128 found) {
    output_.totals.add({.what = fmt::format("{}: {}", level.name, what),
                        .stated = stated.value_or(0),
                        .found = found,
                        .is_missing = is_bad,
                        .is_unparsed = level.has_faults || (fields != nullptr && is_bad)});
  };
  add("control total", sum, level.sum);
  if (!members.empty()) add(members, parts, static_cast<i128>(level.members));
  add("records", count, static_cast<i128>(level.records));
}

void Bai2Parser::end_account(const Fields* fields, const FilePlace& place) {
  if (!account_) return refuse(place, InvalidReason::structure);
  check(account_->level, "", fields, place);
  const auto stated = fields == nullptr ? std::nullopt : number_of(field(*fields, 0));
  if (group_) group_->level.sum += stated.value_or(account_->level.sum);
  list({.account = account_->level.name,
        .number = group_ ? group_->level.name : std::string{},
        .currency = account_->currency,
        .scale = scale_of(account_->currency),
        .entries = account_->entries,
        .opening = account_->opening,
        .closing = account_->closing,
        .movements = account_->movements,
        .line = account_->line});
  account_.reset();
}

void Bai2Parser::end_group(const Fields* fields, const FilePlace& place) {
  if (account_) end_account(nullptr, place);
  if (!group_) return refuse(place, InvalidReason::structure);
  check(group_->level, "accounts", fields, place);
  const auto stated = fields == nullptr ? std::nullopt : number_of(field(*fields, 0));
  file_.sum += stated.value_or(group_->level.sum);
  group_.reset();
}

void Bai2Parser::end_file(const Fields* fields, const FilePlace& place) {
  if (account_) end_account(nullptr, place);
  if (group_) end_group(nullptr, place);
  check(file_, "groups", fields, place);
  file_ = Level{.name = "the file"};
  has_file_ = false;
}

}  // namespace daybook::recon
