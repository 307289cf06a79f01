#include "tools/daybook/recon/runs/business_day.hpp"

#include <chrono>

#include <fmt/format.h>

#include "tools/daybook/recon/definition/civil_day.hpp"
#include "tools/daybook/recon/definition/schedule.hpp"

namespace daybook::recon {
namespace {

Result<BusinessCalendar> calendar_of(const Reconciliation& definition) {
  const auto zone = TimeZone::find(definition.time_zone);
  if (!zone) return zone.error();
  return BusinessCalendar{zone.value(), definition.day_begins_minutes};
}

}  // namespace

std::uint64_t day_number(std::int64_t days) {
  const CivilDay day = civil_day(days);
  return static_cast<std::uint64_t>(day.year) * 10'000 + day.month * 100 + day.day;
}

Result<DayBounds> bounds_of_day(const Reconciliation& definition, std::uint64_t day) {
  using namespace std::chrono;
  const year_month_day date{year{static_cast<int>(day / 10'000)},
                            month{static_cast<unsigned>(day / 100 % 100)},
                            std::chrono::day{static_cast<unsigned>(day % 100)}};
  if (!date.ok() || date <= year{1970} / January / 1 || date >= year{2262} / April / 10) {
    return Failure{FailureKind::invalid, fmt::format("there is no day {} here", day)};
  }
  const auto calendar = calendar_of(definition);
  if (!calendar) return calendar.error();
  const DaySpan span =
      calendar.value().span(BusinessDay{sys_days{date}.time_since_epoch().count()});
  return DayBounds{static_cast<std::int64_t>(span.begin.value()),
                   static_cast<std::int64_t>(span.end.value())};
}

Result<std::uint64_t> day_before(const Reconciliation& definition, std::int64_t now_ns) {
  const auto calendar = calendar_of(definition);
  if (!calendar) return calendar.error();
  const Timestamp now{static_cast<std::uint64_t>(now_ns)};
  return day_number(calendar.value().day_for_run(now).value());
}

}  // namespace daybook::recon
