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

/// Null where no run is proved that the period could carry on.
const ReconciliationRun* head_of(const AggregateRows& rows, const Uint128& reconciliation,
                                 std::uint64_t day) {
  const Period* const period = rows.find_period({reconciliation, day});
  return period == nullptr ? nullptr : rows.find_run(period->head);
}

bool is_next_closed(const AggregateRows& rows, const Period& period) {
  const ReconciliationRun* const next = head_of(rows, period.reconciliation_id, period.next);
  return next != nullptr && next->state == RunState::closed;
}

Status decide_creation(const AggregateRows& rows, const AskedCommand& asked) {
  const CommandDetails& details = asked.read.details;
  const ReconciliationRow* const of = rows.find_reconciliation(details.subject_id);
  if (of == nullptr) return Status::reconciliation_not_found;
  if (rows.find_run(asked.event.aggregate_id) != nullptr) return Status::run_already_exists;
  const Period* const period = rows.find_period({of->id, details.quantity});
  if (period == nullptr && details.quantity < of->last_day) return Status::period_out_of_order;
  if (period != nullptr && is_next_closed(rows, *period)) return Status::next_period_closed;
  return rows.run_fits() && (period != nullptr || rows.period_fits()) ? Status::created
                                                                      : Status::too_many_runs;
}

Status fault_of_carry(const AggregateRows& rows, const ReconciliationRun& run,
                      const Uint128& carry_in) {
  const Period& period = *rows.find_period({run.reconciliation_id, run.day});
  const Period* const before = rows.find_period({run.reconciliation_id, period.previous});
  const Uint128 expected = before == nullptr ? Uint128{} : before->head;
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

void apply_creation(AggregateRows& rows, const AskedCommand& asked) {
  const CommandDetails& details = asked.read.details;
  ReconciliationRow of = *rows.find_reconciliation(details.subject_id);
  const std::uint64_t day = details.quantity;
  if (rows.find_period({of.id, day}) == nullptr) {
    if (const Period* const before = rows.find_period({of.id, of.last_day})) {
      Period changed = *before;
      changed.next = day;
      rows.put(changed);
    }
    rows.put(Period{.reconciliation_id = of.id, .day = day, .head = {}, .previous = of.last_day});
    of.last_day = day;
    rows.put(of);
  }
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
