#pragma once

#include <optional>

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
  if (placed.operation.kind != RequestKind::create_transfers) return;
  std::uint32_t data = placed.first_refused_data;
  for (const Refusal& refusal : placed.refusals) {
    if (!keeps_request_data(placed.operation.kind, refusal.status)) continue;
    const Transfer& refused = facts.refused_transfers[data++];
    if (is_transient(static_cast<CreateTransferStatus>(refusal.status))) use(refused);
  }
}

}  // namespace daybook
