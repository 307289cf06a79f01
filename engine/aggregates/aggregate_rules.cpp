#include "engine/aggregates/aggregate_rules.hpp"

#include "engine/aggregates/order/order_rules.hpp"
#include "engine/aggregates/payment/payment_rules.hpp"
#include "engine/aggregates/reconciliation/reconciliation_rules.hpp"

namespace daybook {
namespace {

// Every aggregate is registered here, and nowhere else.
constexpr AggregateRules registered[] = {
    {order_type, decide_order, apply_order},
    {payment_type, decide_payment, apply_payment},
    {reconciliation_type, decide_reconciliation, apply_reconciliation},
    {reconciliation_run_type, decide_run, apply_run},
    {difference_type, decide_difference, apply_difference},
};

}  // namespace

const AggregateRules* rules_of(const Uint128& aggregate_type) noexcept {
  for (const AggregateRules& rules : registered) {
    if (rules.type() == aggregate_type) return &rules;
  }
  return nullptr;
}

const Transfer* CreatedTransfers::find(TransferId id) const {
  const Transfer* found = nullptr;
  if (transfers_.empty()) return found;
  if (ids_ == nullptr) {
    const auto same = std::find_if(transfers_.rbegin(), transfers_.rend(),
                                   [id](const Transfer& each) { return each.id == id; });
    return same == transfers_.rend() ? nullptr : &*same;
  }
  ids_->for_each_in_memory(id, [&](const TransferIdTable::Candidate& use) {
    const std::uint64_t place = use.sequence.value() - first_.value();
    if (use.sequence < first_ || place >= transfers_.size() || use.burnt || use.follows) return;
    if (transfers_[place].id == id) found = &transfers_[place];
  });
  return found;
}

AppendEventStatus fault_of_transfer(const RuleContext& context, TransferId id, LedgerId ledger,
                                    u128 amount) {
  using Status = AppendEventStatus;
  if (id.value().is_zero()) return Status::created;
  const Transfer* const transfer = context.transfers.find(id);
  if (transfer == nullptr) return Status::transfer_not_in_bundle;
  const Ledger* const counted = context.ledgers.find(transfer->ledger);
  const bool of_stock = counted != nullptr && counted->kind == LedgerKind::stock;
  if (ledger.value() == 0 ? !of_stock : transfer->ledger != ledger) {
    return Status::transfer_has_different_ledger;
  }
  if (transfer->amount.value().wide() != amount) return Status::transfer_has_different_amount;
  return Status::created;
}

}  // namespace daybook
