#include "engine/recon/formats/field_text.hpp"

#include <algorithm>

#include "engine/base/ascii.hpp"
#include "engine/base/durations.hpp"

namespace daybook::recon {
namespace {

constexpr unsigned year_min = 1970;
constexpr unsigned year_max = 2261;

/// Takes exactly `count` digits off the front of `text`.
std::optional<unsigned> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  unsigned value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_digit(text[i])) return std::nullopt;
    value = value * 10 + static_cast<unsigned>(text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::int64_t> of_day(unsigned hour, unsigned minute, unsigned second) {
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return static_cast<std::int64_t>((hour * 60 + minute) * 60 + second) * second_ns;
}

std::optional<std::int64_t> take_date(std::string_view& text) {
  const auto year = take_digits(text, 4);
  const bool has_marks = take(text, '-');
  const auto month = take_digits(text, 2);
  if (has_marks && !take(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!year || !month || !day) return std::nullopt;
  return days_of(*year, *month, *day);
}

/// ".123": up to nine decimals of a second.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
  if (!take(text, '.')) return 0;
  std::int64_t ns = 0;
  std::int64_t unit = second_ns;
  while (!text.empty() && is_digit(text.front())) {
    if (unit == 1) return std::nullopt;
    unit /= 10;
    ns += unit * (text.front() - '0');
    text.remove_prefix(1);
  }
  return unit == second_ns ? std::nullopt : std::optional{ns};
}

/// "Z", "+02:00", "-0530" or nothing, which means UTC.
std::optional<std::int64_t> take_offset(std::string_view& text) {
  if (text.empty() || take(text, 'Z')) return 0;
  const bool is_east = text.front() == '+';
  if (!is_east && text.front() != '-') return std::nullopt;
  text.remove_prefix(1);
  const auto hour = take_digits(text, 2);
  take(text, ':');
  const auto minute = text.empty() ? std::optional{0U} : take_digits(text, 2);
  if (!hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
  const std::int64_t offset = static_cast<std::int64_t>(*hour * 60 + *minute) * 60 * second_ns;
  return is_east ? offset : -offset;
}

/// Two digits; `wrong` gets bits above the lower four where one of them is none.
inline unsigned two_digits(const char* from, unsigned& wrong) {
  const unsigned tens = static_cast<unsigned>(static_cast<unsigned char>(from[0])) - '0';
  const unsigned ones = static_cast<unsigned>(static_cast<unsigned char>(from[1])) - '0';
  // Adding 6 carries a digit above 9 out of the lower four bits.
  wrong |= tens | (tens + 6) | ones | (ones + 6);
  return tens * 10 + ones;
}

/// "2026-01-31T12:34:56Z", which nearly every file has, without a branch a character. Nothing says
/// that it is something else, or no time.
std::optional<std::int64_t> parse_usual_moment(std::string_view text, DayCache* cache) {
  const char* const at = text.data();
  if (text.size() != 20 || at[4] != '-' || at[7] != '-' || (at[10] != 'T' && at[10] != ' ') ||
      at[13] != ':' || at[16] != ':' || at[19] != 'Z') {
    return std::nullopt;
  }
  unsigned wrong = 0;
  const unsigned hour = two_digits(at + 11, wrong);
  const unsigned minute = two_digits(at + 14, wrong);
  const unsigned second = two_digits(at + 17, wrong);
  const auto time = of_day(hour, minute, second);
  if (cache != nullptr && std::memcmp(cache->text.data(), at, cache->text.size()) == 0) {
    if (wrong > 15 || !time) return std::nullopt;
    return cache->days * day_ns + *time;
  }
  const unsigned year = two_digits(at, wrong) * 100 + two_digits(at + 2, wrong);
  const unsigned month = two_digits(at + 5, wrong);
  const unsigned day = two_digits(at + 8, wrong);
  if (wrong > 15) return std::nullopt;
  const auto days = days_of(year, month, day);
  if (!days || !time) return std::nullopt;
  if (cache != nullptr) {
    std::memcpy(cache->text.data(), at, cache->text.size());
    cache->days = *days;
  }
  return *days * day_ns + *time;
}

/// A whole number of seconds or parts of them.
std::optional<std::int64_t> parse_epoch(std::string_view text) {
  if (text.size() > 19) return std::nullopt;  // 19 digits fit into 64 bits without a sign.
  std::uint64_t digits = 0;
  for (const char c : text) digits = digits * 10 + static_cast<unsigned>(c - '0');
  const auto in_ns = [digits](std::int64_t unit) -> std::optional<std::int64_t> {
    const auto most = static_cast<std::uint64_t>(INT64_MAX / unit);
    if (digits > most) return std::nullopt;
    return static_cast<std::int64_t>(digits) * unit;
  };
  switch (text.size()) {
    case 9:
    case 10:
      return in_ns(second_ns);
    case 12:
    case 13:
      return in_ns(1'000'000);
    case 15:
    case 16:
      return in_ns(1'000);
    case 18:
    case 19:
      return in_ns(1);
    default:
      return std::nullopt;
  }
}

/// The parts of a moment while they are read by a format.
struct Parts {
  unsigned year = year_min;
  unsigned month = 1;
  unsigned day = 1;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  bool is_afternoon = false;
  bool has_half = false;
};

std::optional<unsigned> take_month(std::string_view& text) {
  constexpr std::string_view months = "janfebmaraprmayjunjulaugsepoctnovdec";
  const std::string name = folded(text.substr(0, 3));
  for (unsigned month = 1; name.size() == 3 && month <= 12; ++month) {
    if (months.substr((month - 1) * 3, 3) != name) continue;
    text.remove_prefix(3);
    return month;
  }
  return std::nullopt;
}

/// One or two digits: other systems leave the first 0 out.
std::optional<unsigned> take_short(std::string_view& text) {
  return take_digits(text, text.size() > 1 && is_digit(text[1]) ? 2 : 1);
}

bool take_part(char which, std::string_view& text, Parts& parts) {
  const auto set = [](unsigned& to, std::optional<unsigned> value) {
    if (value) to = *value;
    return value.has_value();
  };
  switch (which) {
    case 'Y':
      return set(parts.year, take_digits(text, 4));
    case 'y': {
      const auto year = take_digits(text, 2);
      return set(parts.year, year ? std::optional{2000 + *year} : std::nullopt);
    }
    case 'm':
      return set(parts.month, take_short(text));
    case 'b':
      return set(parts.month, take_month(text));
    case 'd':
      return set(parts.day, take_short(text));
    case 'H':
      return set(parts.hour, take_short(text));
    case 'M':
      return set(parts.minute, take_digits(text, 2));
    case 'S':
      return set(parts.second, take_digits(text, 2));
    case 'p': {
      const std::string half = folded(text.substr(0, 2));
      if (half != "am" && half != "pm") return false;
      text.remove_prefix(2);
      parts.has_half = true;
      parts.is_afternoon = half == "pm";
      return true;
    }
    default:
      return false;
  }
}

/// Digits with marks between them, one by one: what the fast path does not take.
std::optional<i128> parse_digits(std::string_view text, unsigned scale, const AmountStyle& style) {
  i128 value = 0;
  unsigned decimals = 0;
  unsigned digits = 0;
  bool has_mark = false;
  bool has_digit = false;
  for (const char c : text) {
    if (c == style.decimal_mark && !has_mark) {
      has_mark = true;
      continue;
    }
    if (c == style.group_mark && style.group_mark != 0 && !has_mark) continue;
    if (!is_digit(c)) return std::nullopt;
    has_digit = true;
    if (has_mark && decimals == scale) {
      if (c != '0') return std::nullopt;
      continue;
    }
    value = value * 10 + (c - '0');
    if (value != 0 && ++digits > limits::amount_digits_max) return std::nullopt;
    if (has_mark) ++decimals;
  }
  if (!has_digit) return std::nullopt;
  for (; decimals < scale; ++decimals) {
    value *= 10;
    if (value != 0 && ++digits > limits::amount_digits_max) return std::nullopt;
  }
  return value;
}

}  // namespace

std::optional<i128> parse_minor(std::string_view text, unsigned scale, const AmountStyle& style) {
  if (text.empty()) return std::nullopt;
  bool is_negative = false;
  if (text.front() == '-' || text.front() == '+') {
    is_negative = text.front() == '-';
    text.remove_prefix(1);
  } else if (text.size() > 2 && text.front() == '(' && text.back() == ')') {
    is_negative = true;
    text = text.substr(1, text.size() - 2);
  }
  const unsigned decimals = style.minor_units ? 0 : scale;
  std::optional<i128> value;
  // "1234.56" at scale 2 and up to 17 digits: nearly every amount there is.
  if (decimals > 0 && text.size() > decimals + 1 && text.size() <= 18 &&
      text[text.size() - decimals - 1] == style.decimal_mark) {
    std::uint64_t sum = 0;
    bool all_digits = true;
    const std::size_t mark = text.size() - decimals - 1;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (i == mark) continue;
      const auto digit = static_cast<unsigned>(static_cast<unsigned char>(text[i]) - '0');
      all_digits = all_digits && digit <= 9;
      sum = sum * 10 + digit;
    }
    if (all_digits) value = static_cast<i128>(sum);
  }
  if (!value) value = parse_digits(text, decimals, style);
  if (!value) return std::nullopt;
  return is_negative ? -*value : *value;
}

std::optional<std::int64_t> days_of(unsigned year, unsigned month, unsigned day) {
  constexpr std::array<unsigned, 12> lengths{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (year < year_min || year > year_max || month < 1 || month > 12 || day < 1) {
    return std::nullopt;
  }
  const bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  if (day > lengths[month - 1] + (month == 2 && is_leap ? 1U : 0U)) return std::nullopt;
  // Days from civil, by Howard Hinnant: years begin in March, so that the leap day is the last.
  const unsigned shifted = month <= 2 ? year - 1 : year;
  const unsigned era = shifted / 400;
  const unsigned year_of_era = shifted - era * 400;
  const unsigned day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return static_cast<std::int64_t>(era) * 146'097 + day_of_era - 719'468;
}

std::optional<std::int64_t> parse_moment(std::string_view text, DayCache* cache) {
  if (const auto moment = parse_usual_moment(text, cache)) return moment;
  if (text.size() >= 9 && std::all_of(text.begin(), text.end(), is_digit)) {
    return parse_epoch(text);
  }
  const auto days = take_date(text);
  if (!days) return std::nullopt;
  if (text.empty()) return *days * day_ns;
  if (!take(text, 'T') && !take(text, ' ')) return std::nullopt;
  const auto hour = take_digits(text, 2);
  if (!take(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  std::optional<unsigned> second = 0;
  if (take(text, ':')) second = take_digits(text, 2);
  if (!hour || !minute || !second) return std::nullopt;
  const auto time = of_day(*hour, *minute, *second);
  const auto fraction = take_fraction(text);
  if (!time || !fraction) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  return *days * day_ns + *time + *fraction - *offset;
}

std::optional<std::int64_t> parse_moment(std::string_view text, std::string_view format) {
  Parts parts;
  while (!format.empty()) {
    if (format.front() == '%' && format.size() > 1) {
      if (!take_part(format[1], text, parts)) return std::nullopt;
      format.remove_prefix(2);
      continue;
    }
    if (!take(text, format.front())) return std::nullopt;
    format.remove_prefix(1);
  }
  if (!text.empty()) return std::nullopt;
  if (parts.has_half) {
    if (parts.hour < 1 || parts.hour > 12) return std::nullopt;
    parts.hour = parts.hour % 12 + (parts.is_afternoon ? 12 : 0);
  }
  const auto days = days_of(parts.year, parts.month, parts.day);
  const auto time = of_day(parts.hour, parts.minute, parts.second);
  if (!days || !time) return std::nullopt;
  return *days * day_ns + *time;
}

std::string folded(std::string_view text) {
  std::string result{text};
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == ' ' || c == '-') c = '_';
  }
  return result;
}

}  // namespace daybook::recon
