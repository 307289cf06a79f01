#include <algorithm>

#include "engine/aggregates/reconciliation/reconciliation_rules.hpp"
#include "engine/model/legs_hash.hpp"
#include "engine/saga/saga_payload.hpp"

namespace daybook {
namespace {

using Status = AppendEventStatus;

constexpr std::uint8_t invalid_record = 70;

bool posts(std::uint16_t flags) {
  return (flags & (command_flag::accepts | command_flag::force_closes)) == 0;
}

bool starts_saga(std::uint16_t flags) { return (flags & command_flag::starts_saga) != 0; }

bool is_settled(DifferenceState state) {
  return state == DifferenceState::posted || state == DifferenceState::accepted ||
         state == DifferenceState::force_closed;
}

/// The run that a command is about, if it is the one that counts and is being looked at.
Status fault_of_run(const AggregateRows& rows, const Uint128& id) {
  const ReconciliationRun* const run = rows.find_run(id);
  if (run == nullptr) return Status::run_not_found;
  if (run->state == RunState::superseded) return Status::correction_stale;
  return run->state == RunState::in_review ? Status::created : Status::run_illegal_transition;
}

/// What was posted and is found all the same was not enough, if the run has seen it.
bool may_begin_again(const AggregateRows& rows, const DifferenceRow& row, const Uint128& run_id) {
  const bool is_of_run = row.run_id == run_id;
  if (row.state == DifferenceState::approved) return false;
  if (row.state == DifferenceState::proposed) return !is_of_run;
  if (row.state != DifferenceState::posted) return !is_settled(row.state);
  return !is_of_run && rows.find_run(run_id)->cut >= row.posted_at;
}

// Proposals and assignments name their run: it may be another one than that of an earlier proposal.
Status decide_with_run(const AggregateRows& rows, const RuleContext& context,
                       const AskedCommand& asked) {
  const Uint128 run_id = asked.event.business_id.value();
  if (const Status fault = fault_of_run(rows, run_id); fault != Status::created) return fault;
  const CommandDetails& details = asked.read.details;
  const bool proposes = asked.read.command == Command::correction_propose;
  if (proposes && !context.ledgers.contains(details.ledger)) return Status::ledger_not_registered;
  if (proposes && details.quantity == invalid_record &&
      (details.flags & command_flag::force_closes) == 0) {
    return Status::cannot_be_accepted;
  }
  const DifferenceRow* const row = rows.find_difference(asked.event.aggregate_id);
  if (row == nullptr) {
    return rows.difference_fits() ? Status::created : Status::too_many_differences;
  }
  return may_begin_again(rows, *row, run_id) ? Status::created
                                             : Status::difference_illegal_transition;
}

// What is posted is what was proposed, leg by leg, and no leg is larger than what was asked for. A
// saga posts its own, later.
Status fault_of_legs(const RuleContext& context, const DifferenceRow& row) {
  const std::span<const Transfer> legs = context.transfers.all();
  if (starts_saga(row.flags)) return unless(legs.empty(), Status::legs_differ);
  if (legs.empty() == posts(row.flags) || legs.size() > limits::correction_legs_max) {
    return Status::legs_differ;
  }
  for (const Transfer& leg : legs) {
    const bool is_within = leg.amount.value().wide() <= row.amount.value().wide();
    if (leg.ledger != row.ledger || !is_within) return Status::legs_differ;
  }
  return legs_hash(legs) == row.legs_hash ? Status::created : Status::legs_differ;
}

Status decide_approval(const AggregateRows& rows, const RuleContext& context,
                       const DifferenceRow& row, const AskedCommand& asked) {
  if (row.state != DifferenceState::proposed) return Status::difference_illegal_transition;
  if (const Status fault = fault_of_run(rows, row.run_id); fault != Status::created) return fault;
  const bool is_automatic = (asked.read.details.flags & command_flag::automatic) != 0;
  if (!is_automatic && row.maker == asked.principal) return Status::maker_is_checker;
  if (asked.read.details.subject_id != row.legs_hash) return Status::legs_differ;
  if (const Status fault = fault_of_legs(context, row); fault != Status::created) return fault;
  if (is_automatic && starts_saga(row.flags)) return Status::limit_exceeded;
  if (!posts(row.flags)) return is_automatic ? Status::limit_exceeded : Status::created;
  const ReconciliationRun& run = *rows.find_run(row.run_id);
  const ApprovalLimit* const limit = rows.find_limit(
      {run.reconciliation_id, ApprovalLimit::number_of(row.ledger, row.code, is_automatic)});
  const bool is_within =
      limit != nullptr && row.amount.value().wide() <= limit->amount.value().wide();
  return is_within ? Status::created : Status::limit_exceeded;
}

// In the run that counts now, whichever it was dealt with in. What waits for a checker only its
// maker takes back.
Status decide_reopening(const AggregateRows& rows, const DifferenceRow& row,
                        const AskedCommand& asked) {
  const Status fault = fault_of_run(rows, asked.event.business_id.value());
  if (fault != Status::created) return fault;
  if (row.state == DifferenceState::proposed && row.maker != asked.principal) {
    return Status::difference_illegal_transition;
  }
  const bool may_be =
      row.state == DifferenceState::proposed || row.state == DifferenceState::accepted ||
      row.state == DifferenceState::force_closed || row.state == DifferenceState::rejected ||
      row.state == DifferenceState::failed || row.state == DifferenceState::assigned;
  return may_be ? Status::created : Status::difference_illegal_transition;
}

// What is said of an end: of a saga that it is the one that was approved.
Status decide_end(const DifferenceRow& row, const AskedCommand& asked) {
  const bool is_approved = row.state == DifferenceState::approved;
  if (asked.read.command == Command::correction_post) {
    if (!is_approved) return Status::difference_illegal_transition;
    return unless(asked.read.details.subject_id == row.legs_hash, Status::legs_differ);
  }
  const bool may_be = row.state == DifferenceState::proposed ||
                      (is_approved && asked.read.command == Command::correction_fail);
  return unless(may_be, Status::difference_illegal_transition);
}

void count(AggregateRows& rows, const DifferenceRow& row, int proposed, int settled) {
  ReconciliationRun run = *rows.find_run(row.run_id);
  run.proposed += static_cast<std::uint32_t>(proposed);
  run.settled += static_cast<std::uint64_t>(static_cast<std::int64_t>(settled));
  rows.put(run);
}

void apply_proposal(AggregateRows& rows, DifferenceRow& row, const AskedCommand& asked) {
  const CommandDetails& details = asked.read.details;
  if (row.state == DifferenceState::proposed) count(rows, row, -1, 0);  // In a run before.
  row.run_id = asked.event.business_id.value();
  row.legs_hash = details.subject_id;
  row.maker = asked.principal;
  row.amount = details.amount;
  row.ledger = details.ledger;
  row.revision = static_cast<std::uint16_t>(row.revision + 1U);
  row.code = static_cast<std::uint8_t>(details.quantity);
  row.flags = static_cast<std::uint8_t>(details.flags);
  row.state = DifferenceState::proposed;
  count(rows, row, 1, 0);
}

void apply_approval(AggregateRows& rows, DifferenceRow& row, const AskedCommand& asked) {
  if (starts_saga(row.flags)) {
    row.state = DifferenceState::approved;
    return count(rows, row, -1, 0);
  }
  row.state = DifferenceState::posted;
  if (posts(row.flags)) row.posted_at = asked.sequence.value();
  if ((row.flags & command_flag::accepts) != 0) row.state = DifferenceState::accepted;
  if ((row.flags & command_flag::force_closes) != 0) row.state = DifferenceState::force_closed;
  count(rows, row, -1, 1);
}

// A run leaves out of its count what was accepted or closed before it.
void apply_reopening(AggregateRows& rows, DifferenceRow& row, const AskedCommand& asked) {
  const Uint128 run_id = asked.event.business_id.value();
  if (row.state == DifferenceState::proposed) count(rows, row, -1, 0);
  if (is_settled(row.state)) {
    ReconciliationRun run = *rows.find_run(run_id);
    if (row.run_id == run_id) --run.settled;
    if (row.run_id != run_id) ++run.differences;
    rows.put(run);
  }
  row.run_id = run_id;
  row.state = DifferenceState::open;
}

}  // namespace

Status fault_of_correction_saga(const AggregateRows& rows, const SagaDefinition& definition,
                                const DomainEvent& started, std::span<const std::byte> payload) {
  const DifferenceRow* const row = rows.find_difference(started.business_id.value());
  if (row == nullptr) return Status::difference_not_found;
  if (row->state != DifferenceState::approved) return Status::difference_illegal_transition;
  if (saga_start_hash(started.aggregate_id, payload) != row->legs_hash) return Status::legs_differ;
  const auto read = read_started(payload);
  if (!read || !are_values_of(definition.inputs, read->inputs)) return Status::legs_differ;
  // As of legs: none is larger than what was approved.
  SagaValueReader values{read->inputs};
  for (const SagaField& field : definition.inputs) {
    const SagaValue value = *values.next(field.type);
    if (field.type != ValueType::money) continue;
    if (value.ledger != row->ledger) return Status::legs_differ;
    if (value.id.wide() > row->amount.value().wide()) return Status::limit_exceeded;
  }
  return Status::created;
}

Status decide_difference(const AggregateRows& rows, const RuleContext& context,
                         const AskedCommand& asked) {
  const Command command = asked.read.command;
  if (command == Command::correction_propose || command == Command::difference_assign) {
    return decide_with_run(rows, context, asked);
  }
  const DifferenceRow* const row = rows.find_difference(asked.event.aggregate_id);
  if (row == nullptr) return Status::difference_not_found;
  if (command == Command::correction_approve) return decide_approval(rows, context, *row, asked);
  if (command == Command::difference_reopen) return decide_reopening(rows, *row, asked);
  return decide_end(*row, asked);
}

void apply_difference(AggregateRows& rows, const AskedCommand& asked) {
  const Command command = asked.read.command;
  const DifferenceRow* const known = rows.find_difference(asked.event.aggregate_id);
  DifferenceRow row;
  row.id = asked.event.aggregate_id;
  if (known != nullptr) row = *known;
  if (command == Command::correction_propose) apply_proposal(rows, row, asked);
  if (command == Command::correction_approve) apply_approval(rows, row, asked);
  if (command == Command::correction_reject || command == Command::correction_fail) {
    if (row.state == DifferenceState::proposed) count(rows, row, -1, 0);
    row.state =
        command == Command::correction_reject ? DifferenceState::rejected : DifferenceState::failed;
  }
  if (command == Command::correction_post) {
    row.state = DifferenceState::posted;
    row.posted_at = asked.sequence.value();
    count(rows, row, 0, 1);
  }
  if (command == Command::difference_assign) {
    if (row.state == DifferenceState::proposed) count(rows, row, -1, 0);
    row.run_id = asked.event.business_id.value();
    row.state = DifferenceState::assigned;
  }
  if (command == Command::difference_reopen) {
    apply_reopening(rows, row, asked);
  }
  rows.put(row);
}

}  // namespace daybook
