#include "engine/replay/entry_reader.hpp"

namespace daybook {

namespace {

// Where the fact at `sequence` stands in the vector of `kind`.
std::optional<std::size_t> index_of(const EntryFacts& facts, Sequence sequence, FactKind kind) {
  RunWalker walker{facts};
  for (PlacedRun placed; walker.next(placed);) {
    if (sequence < placed.first_sequence) return std::nullopt;
    const std::uint64_t place = sequence.value() - placed.first_sequence.value();
    if (place >= placed.run.count) continue;
    if (placed.run.kind != kind) return std::nullopt;
    return placed.run.first + place;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Transfer> transfer_in(const EntryFacts& facts, Sequence sequence) {
  const auto index = index_of(facts, sequence, FactKind::transfer);
  if (!index) return std::nullopt;
  return facts.transfers[*index];
}

std::optional<RecordedTransfer> recorded_in(const EntryFacts& facts, Sequence sequence) {
  const auto index = index_of(facts, sequence, FactKind::transfer);
  if (!index) return std::nullopt;
  return RecordedTransfer{facts.transfers[*index], facts.note_of(*index)};
}

std::optional<HoldReleased> release_in(const EntryFacts& facts, Sequence sequence) {
  const auto index = index_of(facts, sequence, FactKind::hold_released);
  if (!index) return std::nullopt;
  return facts.holds_released[*index];
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
