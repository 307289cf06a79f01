#include "tools/daybook/text/time_text.hpp"

#include <chrono>
#include <optional>

#include <fmt/format.h>

#include "engine/base/durations.hpp"
#include "engine/base/limits.hpp"
#include "tools/daybook/text/number_text.hpp"

namespace daybook {
namespace {

constexpr std::int64_t day_s = 86'400;

/// Takes digits and marks from the front of a text; after a first mismatch nothing matches.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_{text} {}

  unsigned digits(std::size_t count) {
    if (rest_.size() < count) good_ = false;
    unsigned value = 0;
    for (std::size_t place = 0; good_ && place < count; ++place) {
      const char c = rest_[place];
      good_ = c >= '0' && c <= '9';
      value = value * 10 + static_cast<unsigned>(c - '0');
    }
    if (good_) rest_.remove_prefix(count);
    return value;
  }

  bool skip(std::string_view marks) {
    if (rest_.empty() || marks.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void need(std::string_view marks) { good_ = skip(marks) && good_; }

  /// ".5" as nanoseconds; 0 when there is no point.
  std::uint64_t decimals() {
    if (!skip(".")) return 0;
    std::uint64_t value = 0;
    std::size_t places = 0;
    for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; ++places) {
      if (places < 9) value = value * 10 + static_cast<std::uint64_t>(rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    if (places == 0 || places > 9) good_ = false;
    for (; places < 9; ++places) value *= 10;
    return value;
  }

  /// "Z" or "+02:00", in seconds east of Greenwich.
  std::int64_t offset() {
    if (skip("Zz")) return 0;
    const bool west = skip("-");
    if (!west) need("+");
    const unsigned hours = digits(2);
    need(":");
    const unsigned minutes = digits(2);
    if (hours > 23 || minutes > 59) good_ = false;
    const std::int64_t seconds = std::int64_t{hours} * 3'600 + std::int64_t{minutes} * 60;
    return west ? -seconds : seconds;
  }

  [[nodiscard]] bool done() const { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

std::optional<std::uint64_t> parse_rfc3339(std::string_view text) {
  Scanner scan{text};
  const unsigned year = scan.digits(4);
  scan.need("-");
  const unsigned month = scan.digits(2);
  scan.need("-");
  const unsigned day = scan.digits(2);
  scan.need("Tt ");
  const unsigned hour = scan.digits(2);
  scan.need(":");
  const unsigned minute = scan.digits(2);
  scan.need(":");
  const unsigned second = scan.digits(2);
  const std::uint64_t fraction_ns = scan.decimals();
  const std::int64_t offset_s = scan.offset();
  if (!scan.done() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(year)},
                                         std::chrono::month{month}, std::chrono::day{day}};
  if (!date.ok()) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
  const std::int64_t seconds = days * day_s + std::int64_t{hour} * 3'600 +
                               std::int64_t{minute} * 60 + std::int64_t{second} - offset_s;
  if (seconds < 0 || static_cast<std::uint64_t>(seconds) > limits::timestamp_max / second_ns) {
    return std::nullopt;
  }
  const std::uint64_t time_ns = static_cast<std::uint64_t>(seconds) * second_ns + fraction_ns;
  if (time_ns > limits::timestamp_max) return std::nullopt;
  return time_ns;
}

}  // namespace

std::string format_time(Timestamp time) {
  const std::uint64_t time_ns = time.value();
  if (time_ns > limits::timestamp_max) return fmt::format("{}", time_ns);
  const auto seconds = static_cast<std::int64_t>(time_ns / second_ns);
  const std::chrono::sys_days days{std::chrono::days{seconds / day_s}};
  const std::chrono::year_month_day date{days};
  const std::int64_t of_day = seconds % day_s;
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     of_day / 3'600, of_day / 60 % 60, of_day % 60, time_ns % second_ns);
}

Result<Timestamp> parse_time(std::string_view text) {
  if (const auto time_ns = parse_unsigned(text, limits::timestamp_max)) {
    return Timestamp{time_ns.value()};
  }
  if (const auto time_ns = parse_rfc3339(text)) return Timestamp{*time_ns};
  return Failure{FailureKind::invalid,
                 fmt::format("'{}' is not a time: write it as 2026-01-31T12:00:00.5Z (from 1970 to "
                             "2262), or as nanoseconds since 1970",
                             text)};
}

}  // namespace daybook
