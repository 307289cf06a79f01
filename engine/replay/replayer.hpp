#pragma once

#include <cstdint>
#include <optional>

#include "engine/aggregates/aggregate_rules.hpp"
#include "engine/codec/entry_facts.hpp"
#include "engine/decide/decide_transfer.hpp"
#include "engine/ports/journal.hpp"
#include "engine/replay/earlier_facts.hpp"
#include "engine/state/state.hpp"

namespace daybook {

/// Applies journal entries to a state: the one loop that recovery, the follower and the offline
/// tools share.
///
/// It calls apply and never decides. Entries are hostile: whatever apply requires is checked, and
/// facts that could not have been decided (a transfer between accounts that are not there, an id
/// used twice, an overflow …) are `damaged`, and so is an entry after which the digest differs
/// from the one it carries. `no_space`: the state's tables are smaller than the journal needs, and
/// nothing is known of what follows.
///
/// Threads.  One.
/// Cost.     A few nanoseconds a transfer for the checks, for they look where applying looks.
class Replayer {
 public:
  struct Checks {
    /// Where entries that were applied can be read again, to tell an id that is used twice from one
    /// that the tables cannot tell from another. Outlives the replayer. Null: not told, unless both
    /// uses stand in one entry.
    EntryLookup* earlier = nullptr;
    /// What each reversal reverses is read back as well, and compared. Costs an entry's reading a
    /// reversal, so it is not for recovery. Requires: earlier.
    bool reversals_in_full = false;
  };

  /// `state` outlives the replayer.
  explicit Replayer(State& state) : Replayer{state, Checks{}} {}
  Replayer(State& state, const Checks& checks)
      : state_{state},
        earlier_{state, checks.earlier},
        reversals_in_full_{checks.reversals_in_full && checks.earlier != nullptr} {}

  /// Applies one entry. After a failure the state is of no use. Requires:
  /// state.transfer_ids.make_ready().
  [[nodiscard]] Result<void> apply(const EntryView& entry);

  /// The same for facts that read_facts() has read.
  [[nodiscard]] Result<void> apply(const EntryFacts& facts);

  /// Applies the operations of an entry up to and with `until`, and no digest is compared: for
  /// the state in the middle of an entry. Operations are not cut.
  [[nodiscard]] Result<void> apply_until(const EntryView& entry, Sequence until);

  [[nodiscard]] std::uint64_t transfers() const { return transfers_; }
  [[nodiscard]] std::uint64_t operations() const { return operations_; }
  [[nodiscard]] std::uint64_t entries() const { return entries_; }

 private:
  [[nodiscard]] Result<void> apply_facts(const EntryFacts& facts, Sequence until);
  [[nodiscard]] Result<void> apply_run(const EntryFacts& facts, const PlacedRun& placed);
  [[nodiscard]] Result<void> apply_accounts(const EntryFacts& facts, const PlacedRun& placed);
  [[nodiscard]] Result<void> apply_transfers(const EntryFacts& facts, const PlacedRun& placed);
  [[nodiscard]] Result<void> apply_transfer(const EntryFacts& facts, const Transfer& transfer,
                                            const TransferNote& note, const TransferTags& tags);
  [[nodiscard]] const char* fault_of_plain(const Transfer& transfer,
                                           const TransferPlaces& places) const;
  [[nodiscard]] const char* fault_of_kind(const Transfer& transfer, const TransferNote& note,
                                          TransferPlaces& places) const;
  [[nodiscard]] Result<void> check_id(const EntryFacts& facts, TransferId id, std::uint64_t tag,
                                      Sequence sequence);
  [[nodiscard]] Result<void> check_reversal(const EntryFacts& facts, const Transfer& reversal,
                                            const TransferNote& note, Sequence sequence);
  [[nodiscard]] bool is_in_time(Timestamp timestamp, bool imported) const;
  [[nodiscard]] Result<void> apply_releases(const EntryFacts& facts, const PlacedRun& placed);
  [[nodiscard]] Result<void> apply_changes(const EntryFacts& facts, const PlacedRun& placed);
  [[nodiscard]] Result<void> apply_ledgers(const EntryFacts& facts, const PlacedRun& placed);
  [[nodiscard]] Result<void> apply_names(const EntryFacts& facts, const PlacedRun& placed);
  [[nodiscard]] Result<void> check_name(const EntryFacts& facts, const Name& name,
                                        Sequence sequence);
  [[nodiscard]] Result<void> check_saga(RequestKind kind, const DomainEvent& event,
                                        std::span<const std::byte> payload, Sequence sequence);
  [[nodiscard]] const char* fault_of_outputs(const StoredDefinition& stored,
                                             const DomainEvent& event,
                                             std::span<const std::byte> payload) const;
  [[nodiscard]] Result<void> apply_events(const EntryFacts& facts, const PlacedRun& placed);
  [[nodiscard]] Result<void> check_holds(const EntryFacts& facts, const PlacedRun& placed) const;
  [[nodiscard]] Result<void> check_ends(const EntryFacts& facts, const PlacedRun& placed) const;
  [[nodiscard]] const char* fault_of_tried(const TccFact& fact) const;
  [[nodiscard]] const char* fault_of_settling(const TccFact& fact, const TccBranch& branch) const;
  [[nodiscard]] Result<void> apply_tcc(const EntryFacts& facts, const PlacedRun& placed);
  [[nodiscard]] Result<void> apply_checkpoints(const EntryFacts& facts, const PlacedRun& placed);
  [[nodiscard]] Result<void> check_event(const EntryFacts& facts, const DomainEvent& event,
                                         EventScope scope, Sequence sequence);
  [[nodiscard]] Result<void> check_command(const DomainEvent& event,
                                           std::span<const std::byte> payload,
                                           PrincipalId principal, Sequence sequence);
  [[nodiscard]] Result<void> apply_evictions(const EntryFacts& facts, const PlacedRun& placed);
  [[nodiscard]] Result<void> apply_clock_changes(const EntryFacts& facts, const PlacedRun& placed);
  [[nodiscard]] Result<void> apply_segment_facts(const EntryFacts& facts, const PlacedRun& placed);
  [[nodiscard]] Result<void> start_operation(const EntryFacts& facts, const PlacedRun& placed);
  [[nodiscard]] const char* fault_of_operation(const Operation& operation) const;
  [[nodiscard]] Result<void> finish_operation(const EntryFacts& facts);

  State& state_;
  EarlierFacts earlier_;
  bool reversals_in_full_;
  // Of the entry that is being applied.
  std::optional<PlacedRun> operation_;  // The run that started the operation under way.
  std::uint32_t next_operation_ = 0;    // Index of the operation that comes next.
  std::size_t payload_bytes_applied_ = 0;
  CreatedTransfers created_;                     // By the operation under way.
  std::optional<std::uint32_t> first_transfer_;  // Its index.
  Timestamp slots_begin_;    // Events of the operation have later timestamps ...
  Timestamp slots_end_;      // ... and none after this.
  SagaProgress saga_after_;  // What an event of a saga has led to.
  std::uint64_t transfers_ = 0;
  std::uint64_t operations_ = 0;
  std::uint64_t entries_ = 0;
};

}  // namespace daybook
