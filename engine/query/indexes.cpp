#include "engine/query/indexes.hpp"

#include <optional>

namespace daybook {

void Indexes::add_before(const EntryFacts& entry, const State& state) {
  facts.add(entry);
  streams.add(entry);
  operations.add(entry);
  history.add(entry, state.accounts);
  totals.add(entry, [&](TransferId id) -> std::optional<u128> {
    const HoldSlot slot = state.holds.find(id);
    if (slot == no_hold) return std::nullopt;
    return state.holds.at(slot).amount.value().wide();
  });
}

void Indexes::save(SnapshotWriter& into) const {
  facts.save(into);
  streams.save(into);
  operations.save(into);
  history.save(into);
  totals.save(into);
  balances.save(into);
  into.put_end(BlockKind::index_end);
}

Result<void> Indexes::restore(SnapshotReader& from) {
  for (;;) {
    const auto next = from.next();
    if (!next.ok()) return next.error();
    if (!next.value()) return from.damaged("ends before its indexes do");
    if (next.value()->kind == BlockKind::index_end) return {};
    if (auto taken = take(*next.value(), from); !taken.ok()) return taken;
  }
}

Result<void> Indexes::take(const SnapshotBlock& block, const SnapshotReader& from) {
  if (FactIndex::owns(block)) return facts.restore(block, from);
  if (StreamIndex::owns(block)) return streams.restore(block, from);
  if (OperationIndex::owns(block)) return operations.restore(block, from);
  if (AccountHistory::owns(block)) return history.restore(block, from);
  if (LedgerTotals::owns(block)) return totals.restore(block, from);
  if (BalanceCheckpoints::owns(block)) return balances.restore(block, from);
  return from.damaged("has an index that this build does not know");
}

}  // namespace daybook
