#include "engine/query/indexes.hpp"

namespace daybook {

void Indexes::save(SnapshotWriter& into) const {
  facts.save(into);
  streams.save(into);
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
  if (BalanceCheckpoints::owns(block)) return balances.restore(block, from);
  return from.damaged("has an index that this build does not know");
}

}  // namespace daybook
