#pragma once

#include <cstdint>
#include <string>

namespace daybook::recon {

/// A day of the calendar.
struct CivilDay {
  std::int64_t year = 1970;
  unsigned month = 1;
  unsigned day = 1;
};

/// Of a number of days since 1970-01-01, also before it: `civil_from_days` of Howard Hinnant's
/// "chrono-Compatible Low-Level Date Algorithms". Years begin in March there, so that the leap day
/// is the last; an era has 400 of them.
[[nodiscard]] constexpr CivilDay civil_day(std::int64_t days) {
  const std::int64_t shifted = days + 719'468;
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
  const std::int64_t day_of_era = shifted - era * 146'097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const std::int64_t day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  const std::int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  return {.year = year_of_era + era * 400 + (month <= 2 ? 1 : 0),
          .month = static_cast<unsigned>(month),
          .day = static_cast<unsigned>(day)};
}

/// 0 for Sunday. 1970 began on a Thursday.
[[nodiscard]] constexpr unsigned weekday_of(std::int64_t days) {
  const std::int64_t rest = (days + 4) % 7;
  return static_cast<unsigned>(rest < 0 ? rest + 7 : rest);
}

/// "2026-01-31".
[[nodiscard]] std::string day_text(std::int64_t days);

}  // namespace daybook::recon
