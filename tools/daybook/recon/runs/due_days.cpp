#include "tools/daybook/recon/runs/due_days.hpp"

#include <algorithm>

#include "engine/base/durations.hpp"
#include "tools/daybook/recon/runs/business_day.hpp"
#include "tools/daybook/recon/runs/watched_inbox.hpp"

namespace daybook::recon {
namespace {

/// How far back times that were missed are looked for.
constexpr std::uint64_t look_back_ns = 40 * day_ns;
constexpr std::uint64_t far_ahead = 99991231;

}  // namespace

Result<std::vector<DueDay>> days_to_look_at(const Reconciliation& definition, const RunBook& book,
                                            Timestamp now, const BusinessCalendar& calendar) {
  const auto schedule = read_schedule(definition.schedule, definition.time_zone);
  if (!schedule) return schedule.error();
  std::vector<DueDay> due;
  Timestamp from{now.value() - std::min(now.value(), look_back_ns)};
  while (const auto next = schedule.value().next_after(from)) {
    if (*next > now) break;
    from = *next;
    const BusinessDay day = calendar.day_for_run(*next);
    if (due.empty() || due.back().day < day) due.push_back({day, day_number(day.value())});
  }
  if (due.empty()) return due;
  // A file that does not say of which day it is can only be that of the newest.
  const ReconciliationRun* const last = book.run_before(id_of(definition.name), far_ahead);
  const bool makes_up = last != nullptr && is_dated(definition.files);
  const std::uint64_t newest = due.back().number;
  std::erase_if(due, [&](const DueDay& each) {
    return each.number != newest && (!makes_up || each.number <= last->day);
  });
  return due;
}

bool is_reconciled(const RunBook& book, const Uint128& reconciliation, const DueDay& due) {
  const ReconciliationRun* const newest = book.newest_run(reconciliation, due.number);
  return newest != nullptr && newest->reached >= RunState::in_review;
}

std::optional<Timestamp> deadline_of(const Reconciliation& definition,
                                     const BusinessCalendar& calendar, const DueDay& due) {
  if (!definition.expected_by_minutes) return std::nullopt;
  return calendar.deadline(due.day, *definition.expected_by_minutes);
}

}  // namespace daybook::recon
