#include "tools/daybook/recon/definition/cron.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "engine/base/assert.hpp"
#include "engine/recon/formats/field_text.hpp"
#include "tools/daybook/recon/definition/civil_day.hpp"

namespace daybook::recon {
namespace {

constexpr std::int64_t day_minutes = 24 * 60;
/// 29 February is 8 years away where the years of a century that is no leap year lie between.
constexpr std::int64_t search_days_max = 9 * 366;

struct FieldRule {
  std::string_view name;
  unsigned low = 0;
  unsigned high = 0;
};
constexpr std::array<FieldRule, 5> rules{
    FieldRule{"the minute", 0, 59}, FieldRule{"the hour", 0, 23},
    FieldRule{"the day of the month", 1, 31}, FieldRule{"the month", 1, 12},
    FieldRule{"the weekday", 0, 7}};

constexpr std::array<std::string_view, 12> month_names{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> weekday_names{"sun", "mon", "tue", "wed",
                                                        "thu", "fri", "sat"};
constexpr std::array<unsigned, 12> month_days{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

struct Shorthand {
  std::string_view name;
  std::string_view fields;
};
constexpr std::array shorthands{
    Shorthand{"@hourly", "0 * * * *"},   Shorthand{"@daily", "0 0 * * *"},
    Shorthand{"@midnight", "0 0 * * *"}, Shorthand{"@weekly", "0 0 * * 0"},
    Shorthand{"@monthly", "0 0 1 * *"},  Shorthand{"@yearly", "0 0 1 1 *"},
    Shorthand{"@annually", "0 0 1 1 *"}};

std::vector<std::string_view> split(std::string_view text, std::string_view at) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find_first_of(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

/// A number of one or two digits.
std::optional<unsigned> number_of(std::string_view text) {
  if (text.empty() || text.size() > 2) return std::nullopt;
  unsigned number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + static_cast<unsigned>(c - '0');
  }
  return number;
}

/// A number or a name; the Sunday at the end of a range is 7.
std::optional<unsigned> value_of(std::string_view text, const FieldRule& rule, bool is_end) {
  const std::string word = folded(text);
  for (std::size_t i = 0; rule.high == 12 && i < month_names.size(); ++i) {
    if (month_names[i] == word) return static_cast<unsigned>(i) + 1;
  }
  for (std::size_t i = 0; rule.high == 7 && i < weekday_names.size(); ++i) {
    if (weekday_names[i] == word) return i == 0 && is_end ? 7 : static_cast<unsigned>(i);
  }
  const auto number = number_of(text);
  if (!number || *number < rule.low || *number > rule.high) return std::nullopt;
  return number;
}

Failure wrong(const FieldRule& rule, std::string_view text, std::string_view why) {
  return {FailureKind::invalid, fmt::format("{} '{}': {}", rule.name, text, why)};
}

}  // namespace

Result<std::uint64_t> Cron::read_part(std::string_view text, Place place) {
  const FieldRule& rule = rules[place];
  const std::size_t slash = text.find('/');
  const std::string_view range = text.substr(0, slash);
  const std::size_t dash = range.find('-');
  const bool is_range = range == "*" || dash != std::string_view::npos;
  unsigned low = rule.low;
  unsigned high = rule.high;
  if (range != "*") {
    const auto from = value_of(range.substr(0, dash), rule, false);
    const auto to =
        dash == std::string_view::npos ? from : value_of(range.substr(dash + 1), rule, true);
    if (!from || !to) {
      return wrong(rule, text, fmt::format("it is from {} to {}", rule.low, rule.high));
    }
    if (*from > *to) return wrong(rule, text, "the range ends before it begins");
    low = *from;
    high = *to;
  }
  unsigned step = 1;
  if (slash != std::string_view::npos) {
    const auto number = number_of(text.substr(slash + 1));
    if (!number || *number == 0) return wrong(rule, text, "a step is from 1 to 99");
    if (!is_range) return wrong(rule, text, "a step needs a range or '*' before it");
    step = *number;
  }
  std::uint64_t bits = 0;
  for (unsigned number = low; number <= high; number += step) bits |= std::uint64_t{1} << number;
  return bits;
}

Result<Cron::Field> Cron::read_field(std::string_view text, Place place) {
  Field field;
  field.begins_with_star = text.starts_with('*');
  for (const std::string_view part : split(text, ",")) {
    const Result<std::uint64_t> bits = read_part(part, place);
    if (!bits) return bits.error();
    field.bits |= bits.value();
  }
  // 7 is a Sunday as 0 is.
  if (place == weekday && field.has(7)) field.bits |= 1;
  return field;
}

Result<Cron> Cron::read(std::string_view text) {
  for (const Shorthand& shorthand : shorthands) {
    if (text == shorthand.name) text = shorthand.fields;
  }
  std::vector<std::string_view> parts = split(text, " \t");
  std::erase(parts, std::string_view{});
  if (parts.size() != field_count) {
    return Failure{FailureKind::invalid,
                   fmt::format("'{}': write minute, hour, day, month and weekday, like 0 2 * * *, "
                               "or @daily",
                               text)};
  }
  Cron cron;
  for (unsigned i = 0; i < field_count; ++i) {
    const Result<Field> field = read_field(parts[i], static_cast<Place>(i));
    if (!field) return field.error();
    cron.fields_[i] = field.value();
  }
  const bool needs_day =
      cron.fields_[day].begins_with_star || cron.fields_[weekday].begins_with_star;
  bool has_day = !needs_day;
  for (unsigned i = 1; i <= month_days.size() && !has_day; ++i) {
    for (unsigned each = 1; each <= month_days[i - 1]; ++each) {
      has_day = has_day || (cron.fields_[month].has(i) && cron.fields_[day].has(each));
    }
  }
  if (!has_day) return wrong(rules[day], parts[day], "no such month has such a day");
  return cron;
}

bool Cron::is_due_on(std::int64_t days) const {
  const CivilDay civil = civil_day(days);
  if (!fields_[month].has(civil.month)) return false;
  const bool by_day = fields_[day].has(civil.day);
  const bool by_weekday = fields_[weekday].has(weekday_of(days));
  const bool needs_both = fields_[day].begins_with_star || fields_[weekday].begins_with_star;
  return needs_both ? by_day && by_weekday : by_day || by_weekday;
}

std::optional<unsigned> Cron::minute_from(unsigned from) const {
  for (unsigned at = from; at < day_minutes; ++at) {
    if (!fields_[hour].has(at / 60)) {
      at = at / 60 * 60 + 59;  // On to the next hour.
    } else if (fields_[minute].has(at % 60)) {
      return at;
    }
  }
  return std::nullopt;
}

bool Cron::is_due(std::int64_t minutes) const { return at_or_after(minutes) == minutes; }

std::int64_t Cron::at_or_after(std::int64_t from) const {
  std::int64_t days = from / day_minutes - (from % day_minutes < 0 ? 1 : 0);
  auto first = static_cast<unsigned>(from - days * day_minutes);
  for (const std::int64_t end = days + search_days_max; days < end; ++days, first = 0) {
    if (!is_due_on(days)) continue;
    if (const auto at = minute_from(first)) return days * day_minutes + *at;
  }
  ENSURE(false, "every schedule that was read is due within nine years");
  return 0;
}

}  // namespace daybook::recon
