#pragma once

#include <optional>
#include <vector>

#include "engine/codec/entry_facts.hpp"
#include "engine/ledger/fact_reader.hpp"
#include "engine/model/operation.hpp"

namespace daybook {

/// The transfer of an entry that took `sequence`; nothing when another kind of fact did.
/// Cost: O(runs).
[[nodiscard]] std::optional<Transfer> transfer_in(const EntryFacts& facts, Sequence sequence);

/// The same with its note.
[[nodiscard]] std::optional<RecordedTransfer> recorded_in(const EntryFacts& facts,
                                                          Sequence sequence);

/// The release of a hold that took `sequence`; nothing when another kind of fact did.
[[nodiscard]] std::optional<HoldReleased> release_in(const EntryFacts& facts, Sequence sequence);

/// The name that took `sequence`; nothing when another kind of fact did.
[[nodiscard]] std::optional<Name> name_in(const EntryFacts& facts, Sequence sequence);

/// The domain event that took `sequence`; nothing when another kind of fact did.
[[nodiscard]] std::optional<DomainEvent> event_in(const EntryFacts& facts, Sequence sequence);

/// Where the payload of each domain event begins in the entry's event_payloads. Cost: O(events).
[[nodiscard]] std::vector<std::size_t> payload_places(const EntryFacts& facts);

/// Where the facts of an entry stand, for whoever looks up many. Refers to `facts` and lives no
/// longer. Cost: O(runs) once, then O(log runs) a fact.
class FactPlaces {
 public:
  explicit FactPlaces(const EntryFacts& facts);

  /// The transfer that took `sequence`; null when another kind of fact did.
  [[nodiscard]] const Transfer* transfer_at(Sequence sequence) const;
  /// The same with its note.
  [[nodiscard]] std::optional<RecordedTransfer> recorded_at(Sequence sequence) const;
  /// The release of a hold that took `sequence`; null when another kind of fact did.
  [[nodiscard]] const HoldReleased* release_at(Sequence sequence) const;
  /// The name that took `sequence`; null when another kind of fact did.
  [[nodiscard]] const Name* name_at(Sequence sequence) const;
  /// The index in `domain_events` of the one that took `sequence`; nothing when another kind of
  /// fact did.
  [[nodiscard]] std::optional<std::size_t> event_index_at(Sequence sequence) const {
    return index_at(sequence, FactKind::domain_event);
  }

 private:
  struct Place {
    Sequence first_sequence;
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    FactKind kind{};
  };
  [[nodiscard]] std::optional<std::size_t> index_at(Sequence sequence, FactKind kind) const;

  const EntryFacts& facts_;
  std::vector<Place> places_;  // By first_sequence.
};

/// An operation of an entry with its refusals and their data.
struct PlacedOperation {
  Operation operation;
  Sequence sequence;
  std::span<const Refusal> refusals;
  std::uint32_t first_refused_data = 0;  ///< In the entry's refused vector of the operation's kind.
};

/// The operation of an entry whose record took `sequence`; nothing when another fact did.
/// Cost: O(runs).
[[nodiscard]] std::optional<PlacedOperation> operation_in(const EntryFacts& facts,
                                                          Sequence sequence);

/// Calls `use(const Transfer&)` for each transfer that the operation burnt.
template <typename Use>
void for_each_burnt(const EntryFacts& facts, const PlacedOperation& placed, Use use) {
  const RequestKind whole = placed.operation.kind;
  if (whole != RequestKind::create_transfers && !is_bundle(whole)) return;
  std::uint32_t data = placed.first_refused_data;
  for (const Refusal& refusal : placed.refusals) {
    const RequestKind kind = kind_of_refusal(whole, refusal);
    if (kind != RequestKind::create_transfers) continue;
    if (!keeps_request_data(kind, refusal.status)) continue;
    const Transfer& refused = facts.refused_transfers[data++];
    if (is_transient(static_cast<CreateTransferStatus>(refusal.status))) use(refused);
  }
}

}  // namespace daybook
