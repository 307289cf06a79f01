#include "engine/replay/entry_reader.hpp"

#include <algorithm>
#include <iterator>

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

std::optional<Name> name_in(const EntryFacts& facts, Sequence sequence) {
  const auto index = index_of(facts, sequence, FactKind::name);
  if (!index) return std::nullopt;
  return facts.names[*index];
}

std::optional<DomainEvent> event_in(const EntryFacts& facts, Sequence sequence) {
  const auto index = index_of(facts, sequence, FactKind::domain_event);
  if (!index) return std::nullopt;
  return facts.domain_events[*index];
}

std::vector<std::size_t> payload_places(const EntryFacts& facts) {
  std::vector<std::size_t> places;
  places.reserve(facts.domain_events.size());
  std::size_t at = 0;
  for (const DomainEvent& event : facts.domain_events) {
    places.push_back(at);
    at += event.payload_bytes;
  }
  return places;
}

FactPlaces::FactPlaces(const EntryFacts& facts) : facts_{facts} {
  places_.reserve(facts.runs.size());
  RunWalker walker{facts};
  for (PlacedRun placed; walker.next(placed);) {
    const Run& run = placed.run;
    if (run.count > 0) places_.push_back({placed.first_sequence, run.first, run.count, run.kind});
  }
}

std::optional<std::size_t> FactPlaces::index_at(Sequence sequence, FactKind kind) const {
  const auto after = std::upper_bound(
      places_.begin(), places_.end(), sequence,
      [](Sequence wanted, const Place& place) { return wanted < place.first_sequence; });
  if (after == places_.begin()) return std::nullopt;
  const Place& place = *std::prev(after);
  const std::uint64_t behind = sequence.value() - place.first_sequence.value();
  if (place.kind != kind || behind >= place.count) return std::nullopt;
  return place.first + behind;
}

const Transfer* FactPlaces::transfer_at(Sequence sequence) const {
  const auto index = index_at(sequence, FactKind::transfer);
  return index ? &facts_.transfers[*index] : nullptr;
}

std::optional<RecordedTransfer> FactPlaces::recorded_at(Sequence sequence) const {
  const auto index = index_at(sequence, FactKind::transfer);
  if (!index) return std::nullopt;
  return RecordedTransfer{facts_.transfers[*index], facts_.note_of(*index)};
}

const HoldReleased* FactPlaces::release_at(Sequence sequence) const {
  const auto index = index_at(sequence, FactKind::hold_released);
  return index ? &facts_.holds_released[*index] : nullptr;
}

const Name* FactPlaces::name_at(Sequence sequence) const {
  const auto index = index_at(sequence, FactKind::name);
  return index ? &facts_.names[*index] : nullptr;
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
