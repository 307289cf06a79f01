#include "tools/daybook/text/trace_chain.hpp"

#include <algorithm>

#include "engine/model/transfer.hpp"

namespace daybook {

bool TraceChain::has(const LoggedFact& fact) const {
  if (fact.kind == FactKind::hold_released) return has(fact.as<HoldReleased>().id);
  if (fact.kind != FactKind::transfer) return false;
  const auto transfer = fact.as<Transfer>();
  return transfer.trace_id == trace_ || has(transfer.id) || has(transfer.pending_id);
}

bool TraceChain::has(const LoggedRefusal& refusal, RequestKind kind) const {
  if (kind != RequestKind::create_transfers || refusal.event.empty()) return false;
  return refusal.as<Transfer>().trace_id == trace_;
}

bool TraceChain::has(const LoggedOperation& operation) const {
  const Operation& record = operation.view.operation;
  return record.trace_id == trace_ ||
         std::any_of(operation.facts.begin(), operation.facts.end(),
                     [this](const LoggedFact& fact) { return has(fact); }) ||
         std::any_of(operation.refusals.begin(), operation.refusals.end(),
                     [&](const LoggedRefusal& refusal) { return has(refusal, record.kind); });
}

std::vector<TransferId> TraceChain::note(const LoggedOperation& operation) {
  std::vector<TransferId> fresh;
  const bool all = operation.view.operation.trace_id == trace_;
  for (const LoggedFact& fact : operation.facts) {
    if (fact.kind != FactKind::transfer || !(all || has(fact))) continue;
    const TransferId id = fact.as<Transfer>().id;
    if (transfers_.insert(id).second) fresh.push_back(id);
  }
  return fresh;
}

void TraceChain::prune(LoggedOperation& operation) const {
  const Operation& record = operation.view.operation;
  if (record.trace_id == trace_) return;
  std::erase_if(operation.facts, [this](const LoggedFact& fact) { return !has(fact); });
  std::erase_if(operation.refusals,
                [&](const LoggedRefusal& refusal) { return !has(refusal, record.kind); });
}

}  // namespace daybook
