#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/model/account.hpp"
#include "engine/model/account_change.hpp"
#include "engine/model/domain_event.hpp"
#include "engine/model/event_checkpoint.hpp"
#include "engine/model/facts.hpp"
#include "engine/model/ledger.hpp"
#include "engine/model/name.hpp"
#include "engine/model/operation.hpp"
#include "engine/model/tcc.hpp"
#include "engine/model/transfer.hpp"
#include "engine/ports/entry.hpp"

namespace daybook {

/// An entry's facts, read in place: the spans point into the entry's bytes.
struct EntryFacts {
  EntryHeader header;
  std::span<const Run> runs;
  std::span<const Operation> operations;
  std::span<const Refusal> refusals;
  std::span<const Account> refused_accounts;
  std::span<const Transfer> refused_transfers;
  std::span<const Ledger> refused_ledgers;
  std::span<const Account> accounts;
  std::span<const Ledger> ledgers;
  std::span<const SegmentOpened> segments_opened;
  std::span<const SegmentSealed> segments_sealed;
  std::span<const SegmentHashed> segments_hashed;
  std::span<const ClockChange> clock_changes;
  std::span<const ClientEvicted> clients_evicted;
  std::span<const Transfer> transfers;
  std::span<const TransferNote> transfer_notes;
  std::span<const HoldReleased> holds_released;
  std::span<const AccountChange> account_changes;
  std::span<const AccountChange> refused_account_changes;
  std::span<const OperationReason> reasons;
  std::span<const Name> names;
  std::span<const Name> refused_names;
  std::span<const DomainEvent> domain_events;
  std::span<const DomainEvent> refused_domain_events;
  std::span<const std::byte> event_payloads;
  std::uint64_t unknown_facts =
      0;  ///< Of kinds that this build does not know: their runs are there.
  std::span<const JournalParent> parents;  ///< At most one, of an entry that opens a segment.
  std::span<const EventCheckpoint> checkpoints;
  std::span<const EventCheckpoint> refused_checkpoints;
  std::span<const TccFact> tcc_facts;
  std::span<const TccCommand> refused_tcc_commands;

  /// The note of transfer `index`; all zero if it has none. Cost: O(log notes).
  [[nodiscard]] TransferNote note_of(std::size_t index) const;
  /// The reason of operation `index`; empty if none was given. Cost: O(log reasons).
  [[nodiscard]] std::string_view reason_of(std::size_t index) const;
};

/// What to do with facts of kinds that this build does not know: a newer build wrote them.
enum class UnknownFacts : std::uint8_t {
  refuse,
  count,  ///< For readers that show what they can. Nobody may apply such an entry.
};

/// Reads a checked entry's payload and makes sure that it is consistent, so that no later reader
/// needs to: the runs use every fact of every vector once and in order, operations and refusals
/// likewise, their counts agree, and the sequences add up to the header's. Failure `damaged` says
/// what is wrong, not where. Any bytes are safe to pass. Cost: O(runs + operations + refusals).
[[nodiscard]] Result<EntryFacts> read_facts(const EntryView& entry,
                                            UnknownFacts unknown = UnknownFacts::refuse);

/// Does a refusal of this status stand in the journal with its event's data? `exists` and
/// `linked_event_failed` do not: index, status and timestamp say it all.
/// `kind`: for a refusal of a bundle, kind_of_refusal().
[[nodiscard]] bool keeps_request_data(RequestKind kind, std::uint16_t status);

/// One run of an entry, with where it stands.
struct PlacedRun {
  Run run;
  Sequence operation_sequence;  ///< Of the record, where this is the first run of its operation.
  Sequence first_sequence;      ///< Of the run's first fact.
  bool starts_operation = false;
  std::uint32_t first_refusal = 0;  ///< Of the operation, in `refusals`.
  /// Of the operation, in the refused vector of its kind; of a bundle, in that of its one refusal
  /// that has data.
  std::uint32_t first_refused_data = 0;
};

/// Walks the runs of an entry in order and says which sequences each takes.
class RunWalker {
 public:
  explicit RunWalker(const EntryFacts& facts) : facts_{&facts}, next_{facts.header.first()} {}

  /// False after the last run.
  [[nodiscard]] bool next(PlacedRun& placed);

 private:
  const EntryFacts* facts_;
  std::size_t at_ = 0;
  Sequence next_;
  std::uint32_t operations_ = 0;  // Seen so far; the last one is the current.
  std::uint32_t refusals_ = 0;    // Of the operations before the current one.
  std::uint32_t refused_accounts_ = 0;
  std::uint32_t refused_transfers_ = 0;
  std::uint32_t refused_ledgers_ = 0;
  std::uint32_t refused_account_changes_ = 0;
  std::uint32_t refused_names_ = 0;
  std::uint32_t refused_events_ = 0;
  std::uint32_t refused_checkpoints_ = 0;
  std::uint32_t refused_tcc_commands_ = 0;

  [[nodiscard]] std::uint32_t* refused_of(RequestKind kind);
  [[nodiscard]] RequestKind data_kind(const Operation& operation) const;
};

}  // namespace daybook
