#include "engine/replay/entry_reader.hpp"

namespace daybook {

std::optional<Transfer> transfer_in(const EntryFacts& facts, Sequence sequence) {
  RunWalker walker{facts};
  for (PlacedRun placed; walker.next(placed);) {
    if (sequence < placed.first_sequence) return std::nullopt;
    const std::uint64_t place = sequence.value() - placed.first_sequence.value();
    if (place >= placed.run.count) continue;
    if (placed.run.kind != FactKind::transfer) return std::nullopt;
    return facts.transfers[placed.run.first + place];
  }
  return std::nullopt;
}

std::optional<PlacedOperation> operation_in(const EntryFacts& facts, Sequence sequence) {
  RunWalker walker{facts};
  for (PlacedRun placed; walker.next(placed);) {
    if (!placed.starts_operation || placed.operation_sequence != sequence) continue;
    const Operation& operation = facts.operations[placed.run.operation];
    return PlacedOperation{
        .operation = operation,
        .sequence = sequence,
        .refusals = facts.refusals.subspan(placed.first_refusal, operation.refusal_count),
        .first_refused_data = placed.first_refused_data};
  }
  return std::nullopt;
}

}  // namespace daybook
