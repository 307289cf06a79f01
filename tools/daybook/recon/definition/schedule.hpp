#pragma once

#include <optional>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/model/ids.hpp"
#include "tools/daybook/recon/definition/cron.hpp"
#include "tools/daybook/recon/definition/time_zone.hpp"

namespace daybook::recon {

/// When a reconciliation is due: minutes of a clock, in its time zone.
///
/// A minute that the clock skips, in spring, is due when the clock goes on; one that it shows
/// twice, in autumn, is due the first time only. So it may be that nothing is due for an hour.
///
/// Threads. Any.
class Schedule {
 public:
  Schedule(const Cron& cron, const TimeZone& zone) : cron_{cron}, zone_{zone} {}

  /// The first time after `time` at which it is due; nothing behind the end of time.
  [[nodiscard]] std::optional<Timestamp> next_after(Timestamp time) const;

 private:
  Cron cron_;
  TimeZone zone_;
};

/// `text` as Cron takes it, `zone` as TimeZone does.
[[nodiscard]] Result<Schedule> read_schedule(std::string_view text, std::string_view zone);

/// A number of days since 1970-01-01, by the calendar; day_text() writes it.
using BusinessDay = Named<struct BusinessDayMeaning, std::int64_t>;

/// [begin, end), nanoseconds since 1970 UTC.
struct DaySpan {
  Timestamp begin;
  Timestamp end;
};

/// Business days: each begins at one time of day of a clock and ends where the next begins, so it
/// is as long as the clock makes it.
///
/// Threads.  Any.
/// Limits.   What lies before 1970 or behind the end of time is told as the nearest time that there
///           is, so that a day out there is empty. Requires: days of a million years at most.
class BusinessCalendar {
 public:
  /// `day_begins`: minutes after midnight.
  BusinessCalendar(const TimeZone& zone, unsigned day_begins)
      : zone_{zone}, day_begins_{day_begins} {}

  [[nodiscard]] DaySpan span(BusinessDay day) const;

  /// The day that the time is part of.
  [[nodiscard]] BusinessDay day_of(Timestamp time) const;

  /// The day that a run at the time is for: the last one that is over.
  [[nodiscard]] BusinessDay day_for_run(Timestamp time) const;

  /// When the clock shows so many minutes after midnight of the day behind `day`: by when something
  /// about `day` is expected.
  [[nodiscard]] Timestamp deadline(BusinessDay day, unsigned minutes) const;

 private:
  [[nodiscard]] std::int64_t begin_of(std::int64_t days) const;  ///< Seconds of UTC.

  TimeZone zone_;
  unsigned day_begins_;
};

}  // namespace daybook::recon
