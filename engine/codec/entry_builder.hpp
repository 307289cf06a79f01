#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

#include "engine/base/limits.hpp"
#include "engine/base/mapped_array.hpp"
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

/// A journal slab: the memory in which one entry is written, fact by fact, and from which the
/// journaler takes it.
///
/// The transfers, which are nearly all of it, are written once, where they will stand. The other
/// vectors go to side buffers and are copied in front of the transfers at close(): FlatBuffers'
/// offsets point forward, so a vector that stands last can be written first.
///
/// Threads.  One at a time; it changes hands through rings.
/// Limits.   used_bytes() never passes limits::entry_bytes_max; callers ask fits() first.
/// Cost.     No allocation after construction. The memory is address space until it is touched.
class EntryBuilder {
 public:
  EntryBuilder();

  /// Empties the slab for an entry whose first fact takes `first`.
  void open(Sequence first);

  /// Would the entry still be legal with `more_bytes` of facts? What a fact costs: cost_of<>().
  [[nodiscard]] bool fits(std::size_t more_bytes) const {
    return padded_entry_bytes(used_bytes_ + more_bytes + front_slack) <= limits::entry_bytes_max &&
           operations_.count < limits::operations_per_entry_max;
  }
  [[nodiscard]] bool empty() const { return runs_.count == 0; }
  [[nodiscard]] Sequence first() const { return first_; }
  [[nodiscard]] std::size_t used_bytes() const { return used_bytes_; }

  /// The most bytes that a request of `event_count` events of `event_bytes` each can take: every
  /// event refused with its data, or created with a note and refused as well (a change that is
  /// done and answered); the names and payloads that come with them; the operation, its runs, its
  /// reason, evictions.
  [[nodiscard]] static constexpr std::size_t worst_case_bytes(std::size_t event_count,
                                                              std::size_t event_bytes,
                                                              std::size_t name_count,
                                                              std::size_t payload_bytes = 0) {
    return event_count * (sizeof(TransferNote) + event_bytes) + name_count * sizeof(Name) +
           payload_bytes + sizeof(Operation) + sizeof(ClockChange) + sizeof(OperationReason) +
           5 * (sizeof(Run) + sizeof(ClientEvicted));
  }

  /// The same of a request of TCC commands: each makes a transfer and two facts or is refused with
  /// its data, or both; and all of them together settle so many branches.
  [[nodiscard]] static constexpr std::size_t worst_case_bytes_of_tcc(std::size_t commands) {
    return commands * (sizeof(TccCommand) + sizeof(Refusal) + 2 * sizeof(TccFact)) +
           commands * (sizeof(Transfer) + sizeof(TransferNote)) +
           limits::tcc_settlements_max *
               (sizeof(Transfer) + sizeof(TransferNote) + sizeof(TccFact)) +
           worst_case_bytes(0, 0, 0);
  }

  /// `first_sequence` is what the run's first fact takes; `run.count` may still be 0 and grow
  /// while it is the last run.
  Run& add_run(const Run& run, Sequence first_sequence) {
    run_sequences_[runs_.count] = first_sequence.value();
    return add(runs_, run);
  }
  [[nodiscard]] Run& last_run() { return runs_.items[runs_.count - 1]; }
  Operation& add_operation(const Operation& operation) { return add(operations_, operation); }
  [[nodiscard]] Operation& last_operation() { return operations_.items[operations_.count - 1]; }
  Refusal& add_refusal(const Refusal& refusal) { return add(refusals_, refusal); }
  void add_refused(const Account& account) { add(refused_accounts_, account); }
  /// `burnt`: the refusal used the id up.
  void add_refused(const Transfer& transfer, bool burnt) {
    refused_is_burnt_[refused_transfers_.count] = burnt;
    add(refused_transfers_, transfer);
  }
  void add_refused(const Ledger& ledger) { add(refused_ledgers_, ledger); }
  void add_refused(const AccountChange& change) { add(refused_account_changes_, change); }
  void add_refused(const Name& name) { add(refused_names_, name); }
  void add_refused(const DomainEvent& event) { add(refused_events_, event); }
  void add_refused(const EventCheckpoint& asked) { add(refused_checkpoints_, asked); }
  void add_refused(const TccCommand& command) { add(refused_tcc_commands_, command); }
  Account& add_fact(const Account& account) { return add(accounts_, account); }
  Transfer& add_fact(const Transfer& transfer) { return add(transfers_, transfer); }
  Ledger& add_fact(const Ledger& ledger) { return add(ledgers_, ledger); }
  void add_fact(const SegmentOpened& fact) { add(segments_opened_, fact); }
  void add_fact(const SegmentSealed& fact) { add(segments_sealed_, fact); }
  void add_fact(const SegmentHashed& fact) { add(segments_hashed_, fact); }
  void add_fact(const ClockChange& fact) { add(clock_changes_, fact); }
  void add_fact(const ClientEvicted& fact) { add(clients_evicted_, fact); }
  void add_fact(const HoldReleased& fact) { add(holds_released_, fact); }
  AccountChange& add_fact(const AccountChange& fact) { return add(account_changes_, fact); }
  Name& add_fact(const Name& name) { return add(names_, name); }
  EventCheckpoint& add_fact(const EventCheckpoint& fact) { return add(checkpoints_, fact); }
  TccFact& add_fact(const TccFact& fact) { return add(tcc_facts_, fact); }
  /// Requires: payload.size() == event.payload_bytes.
  DomainEvent& add_fact(const DomainEvent& event, std::span<const std::byte> payload);
  /// Of the transfer added last.
  TransferNote& add_note(const TransferNote& note) {
    TransferNote& added = add(transfer_notes_, note);
    added.transfer = transfers_.count - 1;
    return added;
  }
  void add_reason(const OperationReason& reason) { add(reasons_, reason); }
  /// Requires: none was added; a fact of the entry opens its segment.
  void add_parent(const JournalParent& parent) { add(parents_, parent); }

  /// Forgets all accounts (transfers) from index `count` on: the facts of an undone chain.
  void truncate_accounts(std::uint32_t count) { truncate(accounts_, count); }
  void truncate_transfers(std::uint32_t count) {
    truncate(transfers_, count);
    std::uint32_t notes = transfer_notes_.count;
    while (notes > 0 && transfer_notes_.items[notes - 1].transfer >= count) --notes;
    truncate(transfer_notes_, notes);
  }

  [[nodiscard]] std::uint32_t run_count() const { return runs_.count; }
  [[nodiscard]] std::uint32_t operation_count() const { return operations_.count; }
  [[nodiscard]] std::uint32_t account_count() const { return accounts_.count; }
  [[nodiscard]] std::uint32_t transfer_count() const { return transfers_.count; }
  [[nodiscard]] std::uint32_t ledger_count() const { return ledgers_.count; }
  [[nodiscard]] std::uint32_t client_evicted_count() const { return clients_evicted_.count; }
  [[nodiscard]] std::uint32_t segment_opened_count() const { return segments_opened_.count; }
  [[nodiscard]] std::uint32_t segment_hashed_count() const { return segments_hashed_.count; }
  [[nodiscard]] std::uint32_t refusal_count() const { return refusals_.count; }
  [[nodiscard]] std::uint32_t clock_change_count() const { return clock_changes_.count; }
  [[nodiscard]] std::uint32_t hold_released_count() const { return holds_released_.count; }
  [[nodiscard]] std::uint32_t account_change_count() const { return account_changes_.count; }
  [[nodiscard]] std::uint32_t name_count() const { return names_.count; }
  [[nodiscard]] std::uint32_t event_count() const { return events_.count; }
  [[nodiscard]] std::uint32_t checkpoint_count() const { return checkpoints_.count; }
  [[nodiscard]] std::uint32_t tcc_count() const { return tcc_facts_.count; }
  [[nodiscard]] const HoldReleased& hold_released(std::uint32_t index) const {
    return holds_released_.items[index];
  }
  [[nodiscard]] const Account& account(std::uint32_t index) const { return accounts_.items[index]; }
  [[nodiscard]] const Transfer& transfer(std::uint32_t index) const {
    return transfers_.items[index];
  }
  /// All of them so far.
  [[nodiscard]] std::span<const Transfer> transfers() const { return transfers_.all(); }
  /// The transfer that took `sequence`, or null. Cost: O(log runs).
  [[nodiscard]] const Transfer* find_transfer(Sequence sequence) const;
  /// The note of a transfer of this slab; all zero if it has none. Cost: O(log notes).
  [[nodiscard]] TransferNote note_of(const Transfer* transfer) const;
  /// The release that took `sequence`, or null. Cost: O(log runs).
  [[nodiscard]] const HoldReleased* find_release(Sequence sequence) const;

  /// The name that took `sequence`, or null. Cost: O(log runs).
  [[nodiscard]] const Name* find_name(Sequence sequence) const;

  /// The domain event that took `sequence`, or null. Cost: O(log runs).
  [[nodiscard]] const DomainEvent* find_event(Sequence sequence) const;

  /// Did an operation in this slab burn `id`? Cost: O(refused transfers).
  [[nodiscard]] bool holds_burnt(TransferId id) const;

  /// Completes the entry but for its hashes. `header` brings journal id, fact count, commit time
  /// and state digest; the rest of it is filled in here. The value is 16-aligned and stays valid
  /// until open(). Requires: !empty().
  std::span<std::byte> close(EntryHeader header);

 private:
  template <typename T>
  struct Vector {
    T* items = nullptr;
    std::uint32_t count = 0;
    [[nodiscard]] std::span<const T> all() const { return {items, count}; }
  };

  template <typename T, typename Fact>
  T& add(Vector<T>& vector, const Fact& fact) {
    used_bytes_ += sizeof(T);
    T& place = vector.items[vector.count++];
    place = fact;
    return place;
  }
  template <typename T>
  void truncate(Vector<T>& vector, std::uint32_t count) {
    used_bytes_ -= sizeof(T) * (vector.count - count);
    vector.count = count;
  }
  /// Copies the vector to `at` and moves that behind it. Returns where its length stands.
  template <typename T>
  static std::byte* place(const Vector<T>& vector, std::byte*& at);

  /// How many facts the run at `at` has so far: what the last one counts is told it at its end.
  [[nodiscard]] std::uint32_t count_of(std::size_t at) const;
  /// Where the fact at `sequence` stands in the vector of `kind`; nothing when another kind took
  /// it.
  [[nodiscard]] std::optional<std::uint32_t> index_of(Sequence sequence, FactKind kind) const;
  /// Calls `visit(vector)` for each vector but the transfers, in the order of the schema.
  template <typename Self, typename Visit>
  static void for_each_side_vector(Self& self, Visit visit);

  static constexpr std::size_t front_slack = 256;  // Offsets, lengths, alignment.

  MappedMemory memory_;
  MappedArray<std::uint64_t> run_sequences_;
  MappedArray<bool> refused_is_burnt_;
  std::byte* transfers_at_ = nullptr;
  std::size_t used_bytes_ = 0;
  Sequence first_;
  Vector<Run> runs_;
  Vector<Operation> operations_;
  Vector<Refusal> refusals_;
  Vector<Account> refused_accounts_;
  Vector<Transfer> refused_transfers_;
  Vector<Ledger> refused_ledgers_;
  Vector<Account> accounts_;
  Vector<Ledger> ledgers_;
  Vector<SegmentOpened> segments_opened_;
  Vector<SegmentSealed> segments_sealed_;
  Vector<SegmentHashed> segments_hashed_;
  Vector<ClockChange> clock_changes_;
  Vector<ClientEvicted> clients_evicted_;
  Vector<Transfer> transfers_;
  Vector<TransferNote> transfer_notes_;
  Vector<HoldReleased> holds_released_;
  Vector<AccountChange> account_changes_;
  Vector<AccountChange> refused_account_changes_;
  Vector<OperationReason> reasons_;
  Vector<Name> names_;
  Vector<Name> refused_names_;
  Vector<DomainEvent> events_;
  Vector<DomainEvent> refused_events_;
  Vector<std::byte> event_payloads_;
  Vector<JournalParent> parents_;
  Vector<EventCheckpoint> checkpoints_;
  Vector<EventCheckpoint> refused_checkpoints_;
  Vector<TccFact> tcc_facts_;
  Vector<TccCommand> refused_tcc_commands_;
};

// A request's events and names with their worst record fit the largest entry.
static_assert(padded_entry_bytes(EntryBuilder::worst_case_bytes(limits::batch_events_max,
                                                                sizeof(Transfer),
                                                                limits::request_names_max) +
                                 512) <= limits::entry_bytes_max);
static_assert(padded_entry_bytes(EntryBuilder::worst_case_bytes_of_tcc(limits::tcc_commands_max) +
                                 512) <= limits::entry_bytes_max);
// So do those of a frame of any shape, payloads and all: each event's data stands in the frame.
static_assert(padded_entry_bytes(limits::frame_bytes_max +
                                 EntryBuilder::worst_case_bytes(limits::batch_events_max, 0, 0) +
                                 512) <= limits::entry_bytes_max);

}  // namespace daybook
