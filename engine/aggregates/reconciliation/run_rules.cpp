#include "engine/aggregates/reconciliation/reconciliation_rules.hpp"

namespace daybook {
namespace {

using Status = AppendEventStatus;

/// The state behind a phase; nothing for what is no phase.
std::optional<RunState> phase_of(Command command) {
  if (command < Command::run_import || command > Command::run_review) return std::nullopt;
  const auto past = static_cast<unsigned>(command) - static_cast<unsigned>(Command::run_import);
  return static_cast<RunState>(static_cast<unsigned>(RunState::imported) + past);
}
static_assert(static_cast<unsigned>(Command::run_review) -
                  static_cast<unsigned>(Command::run_import) ==
              static_cast<unsigned>(RunState::in_review) -
                  static_cast<unsigned>(RunState::imported));

RunState after(RunState state) { return static_cast<RunState>(static_cast<unsigned>(state) + 1); }

/// The nearest day on a side of the period for which a run counts; null where there is none.
/// Cost: O(days between for which runs failed or are under way).
const ReconciliationRun* neighbour(const AggregateRows& rows, const Period& period,
                                   std::uint64_t Period::*side) {
  const Period* at = rows.find_period({period.reconciliation_id, period.*side});
  while (at != nullptr && at->head.is_zero()) {
    at = rows.find_period({at->reconciliation_id, at->*side});
  }
  return at == nullptr ? nullptr : rows.find_run(at->head);
}

bool is_next_closed(const AggregateRows& rows, const Period& period) {
  const ReconciliationRun* const next = neighbour(rows, period, &Period::next);
  return next != nullptr && next->state == RunState::closed;
}

/// Where a new day stands among the others.
struct Place {
  std::uint64_t previous = 0;  ///< The last earlier one; 0 = none, as the next.
  std::uint64_t next = 0;
  bool is_passed = false;  ///< A run of a later day counts already.
};
Place place_of(const AggregateRows& rows, const ReconciliationRow& of, std::uint64_t day) {
  Place place{.previous = of.last_day};
  while (place.previous > day) {
    const Period* const later = rows.find_period({of.id, place.previous});
    if (later == nullptr) return {};
    place.is_passed = place.is_passed || !later->head.is_zero();
    place.next = later->day;
    place.previous = later->previous;
  }
  return place;
}

Status decide_creation(const AggregateRows& rows, const AskedCommand& asked) {
  const CommandDetails& details = asked.read.details;
  const ReconciliationRow* const of = rows.find_reconciliation(details.subject_id);
  if (of == nullptr) return Status::reconciliation_not_found;
  if (rows.find_run(asked.event.aggregate_id) != nullptr) return Status::run_already_exists;
  const Period* const period = rows.find_period({of->id, details.quantity});
  if (period == nullptr && place_of(rows, *of, details.quantity).is_passed) {
    return Status::period_out_of_order;
  }
  if (period != nullptr && is_next_closed(rows, *period)) return Status::next_period_closed;
  return rows.run_fits() && (period != nullptr || rows.period_fits()) ? Status::created
                                                                      : Status::too_many_runs;
}

Status fault_of_carry(const AggregateRows& rows, const ReconciliationRun& run,
                      const Uint128& carry_in) {
  const Period& period = *rows.find_period({run.reconciliation_id, run.day});
  const ReconciliationRun* const before = neighbour(rows, period, &Period::previous);
  const Uint128 expected = before == nullptr ? Uint128{} : before->id;
  return carry_in == expected ? Status::created : Status::carry_in_differs;
}

Status decide_phase(const AggregateRows& rows, const ReconciliationRun& run, RunState phase,
                    const CommandDetails& details) {
  const bool goes_on = run.state == run.reached || run.state == RunState::failed;
  if (!goes_on || phase != after(run.reached)) return Status::run_illegal_transition;
  if (phase == RunState::cut) return fault_of_carry(rows, run, details.subject_id);
  if (phase == RunState::proved) {
    const Period& period = *rows.find_period({run.reconciliation_id, run.day});
    if (is_next_closed(rows, period)) return Status::next_period_closed;
    return fault_of_carry(rows, run, run.carry_in);
  }
  return Status::created;
}

bool has_ended(RunState state) {
  return state == RunState::closed || state == RunState::cancelled || state == RunState::superseded;
}

void add_period(AggregateRows& rows, ReconciliationRow of, std::uint64_t day) {
  const Place place = place_of(rows, of, day);
  if (const Period* const before = rows.find_period({of.id, place.previous})) {
    Period changed = *before;
    changed.next = day;
    rows.put(changed);
  }
  if (const Period* const behind = rows.find_period({of.id, place.next})) {
    Period changed = *behind;
    changed.previous = day;
    rows.put(changed);
  }
  rows.put(Period{.reconciliation_id = of.id,
                  .day = day,
                  .head = {},
                  .previous = place.previous,
                  .next = place.next});
  if (day > of.last_day) of.last_day = day;
  rows.put(of);
}

void apply_creation(AggregateRows& rows, const AskedCommand& asked) {
  const CommandDetails& details = asked.read.details;
  const ReconciliationRow of = *rows.find_reconciliation(details.subject_id);
  const std::uint64_t day = details.quantity;
  if (rows.find_period({of.id, day}) == nullptr) add_period(rows, of, day);
  rows.put(ReconciliationRun{
      .id = asked.event.aggregate_id, .reconciliation_id = of.id, .carry_in = {}, .day = day});
}

// From now on this run is the one that counts for its day.
void become_head(AggregateRows& rows, const ReconciliationRun& run) {
  Period period = *rows.find_period({run.reconciliation_id, run.day});
  if (const ReconciliationRun* const before = rows.find_run(period.head)) {
    ReconciliationRun superseded = *before;
    superseded.state = RunState::superseded;
    rows.put(superseded);
  }
  period.head = run.id;
  rows.put(period);
}

}  // namespace

Status decide_run(const AggregateRows& rows, const RuleContext&, const AskedCommand& asked) {
  const Command command = asked.read.command;
  if (command == Command::run_create) return decide_creation(rows, asked);
  const ReconciliationRun* const run = rows.find_run(asked.event.aggregate_id);
  if (run == nullptr) return Status::run_not_found;
  if (const auto phase = phase_of(command)) {
    return decide_phase(rows, *run, *phase, asked.read.details);
  }
  if (command == Command::run_close) {
    if (run->state != RunState::in_review) return Status::run_illegal_transition;
    const Status fault = fault_of_carry(rows, *run, run->carry_in);
    if (fault != Status::created) return fault;
    return run->proposed == 0 && run->settled >= run->differences
               ? Status::created
               : Status::run_has_open_differences;
  }
  // A run that is proved is no longer given up: another one takes its place.
  const bool may_end = !has_ended(run->state) && run->reached < RunState::proved;
  return may_end ? Status::created : Status::run_illegal_transition;
}

void apply_run(AggregateRows& rows, const AskedCommand& asked) {
  const Command command = asked.read.command;
  if (command == Command::run_create) return apply_creation(rows, asked);
  ReconciliationRun run = *rows.find_run(asked.event.aggregate_id);
  const CommandDetails& details = asked.read.details;
  if (const auto phase = phase_of(command)) {
    run.state = *phase;
    run.reached = *phase;
    if (*phase == RunState::cut) {
      run.cut = details.quantity;
      run.carry_in = details.subject_id;
    }
    if (*phase == RunState::proved) {
      run.differences = details.quantity;
      become_head(rows, run);
    }
  }
  if (command == Command::run_close) run.state = RunState::closed;
  if (command == Command::run_fail) run.state = RunState::failed;
  if (command == Command::run_cancel) run.state = RunState::cancelled;
  rows.put(run);
}

}  // namespace daybook
