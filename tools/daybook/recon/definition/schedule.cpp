#include "tools/daybook/recon/definition/schedule.hpp"

#include <algorithm>

#include "engine/base/assert.hpp"
#include "engine/base/durations.hpp"

namespace daybook::recon {
namespace {

constexpr std::int64_t minute_seconds = 60;
constexpr std::int64_t day_seconds = 86'400;
constexpr std::int64_t seconds_max = INT64_MAX / second_ns;

std::int64_t floor_divided(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

std::int64_t seconds_of(Timestamp time) {
  ENSURE(time.value() <= static_cast<std::uint64_t>(INT64_MAX), "times end there");
  return static_cast<std::int64_t>(time.value()) / second_ns;
}

/// The nearest time that there is.
Timestamp time_at(std::int64_t seconds) {
  const std::int64_t within = std::clamp(seconds, std::int64_t{0}, seconds_max);
  return Timestamp{static_cast<std::uint64_t>(within * second_ns)};
}

}  // namespace

std::optional<Timestamp> Schedule::next_after(Timestamp time) const {
  const std::int64_t now = seconds_of(time);
  std::int64_t minute = floor_divided(zone_.local_of(now), minute_seconds);
  while (true) {
    minute = cron_.at_or_after(minute);
    const std::int64_t due = zone_.utc_of(minute * minute_seconds);
    if (due > seconds_max) return std::nullopt;
    // The clock is behind where it shows an hour for the second time.
    if (due > now) return time_at(due);
    ++minute;
  }
}

Result<Schedule> read_schedule(std::string_view text, std::string_view zone) {
  const Result<TimeZone> found = TimeZone::find(zone);
  if (!found) return found.error();
  const Result<Cron> cron = Cron::read(text);
  if (!cron) return cron.error();
  return Schedule{cron.value(), found.value()};
}

std::int64_t BusinessCalendar::begin_of(std::int64_t days) const {
  return zone_.utc_of(days * day_seconds + static_cast<std::int64_t>(day_begins_) * minute_seconds);
}

DaySpan BusinessCalendar::span(BusinessDay day) const {
  return {.begin = time_at(begin_of(day.value())), .end = time_at(begin_of(day.value() + 1))};
}

BusinessDay BusinessCalendar::day_of(Timestamp time) const {
  const std::int64_t now = seconds_of(time);
  std::int64_t days = floor_divided(zone_.local_of(now), day_seconds);
  while (begin_of(days) > now) --days;
  while (begin_of(days + 1) <= now) ++days;
  return BusinessDay{days};
}

BusinessDay BusinessCalendar::day_for_run(Timestamp time) const {
  std::int64_t days = day_of(time).value() - 1;
  // Where a clock skips a whole day, there is nothing of that day.
  while (begin_of(days) == begin_of(days + 1)) --days;
  return BusinessDay{days};
}

Timestamp BusinessCalendar::deadline(BusinessDay day, unsigned minutes) const {
  return time_at(zone_.utc_of((day.value() + 1) * day_seconds +
                              static_cast<std::int64_t>(minutes) * minute_seconds));
}

}  // namespace daybook::recon
