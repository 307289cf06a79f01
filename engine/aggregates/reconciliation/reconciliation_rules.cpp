#include "engine/aggregates/reconciliation/reconciliation_rules.hpp"

namespace daybook {
namespace {

ApprovalLimit limit_of(const AskedCommand& asked) {
  const CommandDetails& details = asked.read.details;
  const bool is_automatic = (details.flags & command_flag::automatic) != 0;
  return {.reconciliation_id = asked.event.aggregate_id,
          .what = ApprovalLimit::number_of(details.ledger, details.quantity, is_automatic),
          .amount = details.amount};
}

}  // namespace

AppendEventStatus decide_reconciliation(const AggregateRows& rows, const RuleContext& context,
                                        const AskedCommand& asked) {
  using Status = AppendEventStatus;
  const bool is_known = rows.find_reconciliation(asked.event.aggregate_id) != nullptr;
  if (asked.read.command == Command::reconciliation_define) {
    return is_known || rows.reconciliation_fits() ? Status::created
                                                  : Status::too_many_reconciliations;
  }
  if (!is_known) return Status::reconciliation_not_found;
  if (!context.ledgers.contains(asked.read.details.ledger)) return Status::ledger_not_registered;
  const bool is_set = rows.find_limit(limit_of(asked).key()) != nullptr;
  return is_set || rows.limit_fits() ? Status::created : Status::too_many_reconciliations;
}

void apply_reconciliation(AggregateRows& rows, const AskedCommand& asked) {
  if (asked.read.command == Command::approval_limit_set) return rows.put(limit_of(asked));
  const ReconciliationRow* const known = rows.find_reconciliation(asked.event.aggregate_id);
  ReconciliationRow defined{.id = asked.event.aggregate_id};
  if (known != nullptr) defined = *known;
  ++defined.versions;
  rows.put(defined);
}

}  // namespace daybook
