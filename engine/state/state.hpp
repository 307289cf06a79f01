#pragma once

#include <cstdint>

#include "engine/aggregates/aggregate_tables.hpp"
#include "engine/digest/state_digest.hpp"
#include "engine/ledger/account_table.hpp"
#include "engine/ledger/hold_table.hpp"
#include "engine/ledger/ledger_registry.hpp"
#include "engine/ledger/name_table.hpp"
#include "engine/ledger/transfer_id_table.hpp"
#include "engine/ledger/transfer_times.hpp"
#include "engine/model/domain_event.hpp"
#include "engine/model/facts.hpp"
#include "engine/model/operation.hpp"
#include "engine/saga/participant_table.hpp"
#include "engine/saga/saga_table.hpp"
#include "engine/streams/checkpoint_table.hpp"
#include "engine/streams/event_id_table.hpp"
#include "engine/streams/stream_table.hpp"
#include "engine/tcc/tcc_table.hpp"
#include "engine/windows/reply_windows.hpp"

namespace daybook {

struct StateSettings {
  std::uint64_t accounts_max = limits::accounts_default;
  std::uint64_t transfer_ids_max = limits::transfer_ids_default;
  std::uint64_t holds_max = limits::holds_default;
  std::uint64_t names_max = limits::names_default;
  std::uint64_t streams_max = limits::streams_default;
  std::uint64_t event_ids_max = limits::event_ids_default;
  std::uint64_t orders_max = limits::orders_default;
  std::uint64_t payments_max = limits::payments_default;
  std::uint64_t tccs_max = limits::tccs_default;
  std::uint64_t sagas_max = limits::sagas_default;
  WindowLimits windows;
  std::uint64_t hash_seed = 0;  ///< Of the hot indexes; changes no answer and no digest.
  /// Where runs of older transfer ids are; null: all ids stay in memory.
  IdRunShelf* id_runs = nullptr;
  std::uint64_t ids_a_generation = limits::ids_a_generation_default;
};

/// Where the tables keep what a transfer touches.
struct TransferPlaces {
  AccountSlot debit = no_account;
  AccountSlot credit = no_account;
  HoldSlot hold = no_hold;  ///< Of a post or a void: the open hold.
  std::uint64_t tag = 0;    ///< transfer_ids.tag_of(id).
};

/// Everything the journal says, folded: the accounts, the ids ever used, the ledgers, the reply
/// windows, the clock and the segments, with the digest of it all.
///
/// The functions that change it are the *apply* side: total given their preconditions,
/// deterministic, free of side effects. The live sequencer calls them after deciding, replay calls
/// them after reading; both get the same state and the same digest.
///
/// Threads.    One: the sequencer for the live state, the follower for its copy.
/// Invariant.  Per ledger, debits equal credits: each move is checked as it is made, and
///             audit_balances() adds everything up.
class State {
 public:
  explicit State(const StateSettings& settings);

  // ---- Apply. `sequence` is the one that the fact takes. ----

  /// Requires: decided as created: a new id, room. An unregistered ledger registers itself.
  AccountSlot create_account(const Account& account);

  /// A transfer of any kind, as the journal has it: `amount` is what moved, the accounts are those
  /// that it moved between. Requires: a new id, prepared; the accounts stand in `places` and in one
  /// ledger; no balance overflows; the hold is open and holds as much; room for a hold.
  void create_transfer(const Transfer& transfer, const TransferNote& note, Sequence sequence,
                       const TransferPlaces& places);

  /// The commonest kind of create_transfer(): neither pending, post, void nor reversal.
  void move(const Transfer& transfer, Sequence sequence, AccountSlot debit, AccountSlot credit,
            std::uint64_t tag) {
    move_posted(transfer, debit, credit);
    use_id(transfer, sequence, tag);
  }

  /// A hold whose time is over: it gives back all it holds. Requires: it is open and holds that.
  void release(const HoldReleased& release, Sequence sequence);

  /// Requires: the account exists; kind, sides and limits are valid.
  void change_account(const AccountChange& change);

  /// The id of a transiently refused transfer is used up. Requires: a new id.
  void burn(TransferId id, Sequence operation);

  /// Requires: ledgers.decide_put() said created.
  void put_ledger(const Ledger& ledger);

  /// Requires: a valid name, news to `names`; prepared, room.
  void put_name(const Name& name, Sequence sequence);

  /// Requires: a new id, prepared, room; its version is that of its stream and 1; `hashes` are its
  /// own.
  void append_event(const DomainEvent& event, const EventHashes& hashes, Sequence sequence);

  /// What the event of an order or payment does to it, beside append_event(). Requires: decided as
  /// created by the aggregate's rules, prepared.
  /// `principal`: who asked for it; `sequence`: the event's.
  void apply_command(const DomainEvent& event, std::span<const std::byte> payload,
                     PrincipalId principal, Sequence sequence);
  /// Requires: checkpoints.decide_put() said created, of what `fact` was made of.
  void put_checkpoint(const EventCheckpoint& fact);

  /// What happened to a TCC transaction; its transfers are facts of their own. A saga or
  /// transaction belongs to it while it is an open branch; a saga is due once that is decided.
  /// Requires: as TccTable::apply().
  void apply_tcc(const TccFact& fact);

  /// What the event of a saga or of a participant does to it, beside append_event(). Requires: as
  /// SagaTable::apply(), ParticipantTable::apply().
  void apply_saga(SagaNews news, const DomainEvent& event, std::span<const std::byte> payload,
                  const SagaProgress& after);

  /// Is the hold of a branch that is tried open, and is it what was tried?
  [[nodiscard]] bool holds_branch(const Uint128& gid, const TccBranch& branch) const;
  /// What is decided for a saga that is an open branch; tcc_decision::none of any other one.
  [[nodiscard]] std::uint8_t decision_for(SagaSlot saga) const;
  /// Makes sagas and transactions that are open branches know it, after a snapshot was read. What
  /// is wrong with them; null if nothing. Cost: O(transactions + branches).
  [[nodiscard]] const char* link_branches();

  /// System calls that the thread that uses the state should be spared: asks for the memory that
  /// tables grow into next, and gives back that of ids which stand in runs. Any one thread.
  void tend_memory() {
    accounts.tend_memory();
    transfer_ids.tend_memory();
    holds.tend_memory();
    names.tend_memory();
    streams.tend_memory();
    event_ids.tend_memory();
    aggregates.tend_memory();
    tccs.tend_memory();
    sagas.tend_memory();
  }

  /// The record of an operation, after its facts. Requires: as ReplyWindows::remember(), unless
  /// the client is 0, which is nobody: not remembered.
  void remember(const Operation& operation, Sequence sequence);

  void evict(const ClientEvicted& eviction);
  void change_clock(const ClockChange& change);
  /// Also counts the segment before as sealed: it is, but where a journal left its parent.
  void open_segment(const SegmentOpened& segment);
  void seal_segment(const SegmentSealed& segment);
  void hash_segment(const SegmentHashed& segment);
  /// After an entry that names a parent: no request of before is known.
  void leave_parent();

  // ---- Undo, for chains: the exact reverse of the latest change. ----

  void take_back_account();
  /// Requires: created since begin_chain(), and everything later was taken back.
  void take_back_transfer(const Transfer& transfer, Sequence sequence);

  /// From here on, until end_chain(), what transfers change is kept for taking it back.
  /// Limit: limits::batch_events_max transfers.
  void begin_chain();
  void end_chain() { chain_is_open_ = false; }
  /// All of the chain's transfers were taken back: so are the times.
  void chain_is_taken_back() { transfer_times.go_back(times_before_chain_); }

  // ---- For snapshots. ----

  /// What is in none of the tables. 112 bytes.
  struct Totals {
    std::uint64_t last_sequence = 0;
    std::uint64_t last_timestamp = 0;
    std::uint64_t last_transfer_time = 0;
    std::uint64_t ids = 0;
    std::uint64_t manual_now = 0;
    std::uint64_t clock_held = 0;
    std::uint64_t segment_opened = 0;
    std::uint64_t segment_sealed = 0;
    std::uint64_t segment_hashed = 0;
    std::array<std::byte, 32> segment_chain{};
    std::uint64_t digest = 0;
    /// What of the digest is of ids, names and events, which the tables do not have.
    std::uint64_t digest_of_ids = 0;
  };
  [[nodiscard]] Totals totals() const;

  /// Requires: the tables hold what they held when the totals were taken. False: they do not, by
  /// the digest.
  [[nodiscard]] bool restore(const Totals& totals);

  // ---- Reads. ----

  [[nodiscard]] std::uint64_t digest() const { return digest_.value(); }
  [[nodiscard]] Sequence last_sequence() const { return last_sequence_; }
  [[nodiscard]] Timestamp last_timestamp() const { return last_timestamp_; }
  [[nodiscard]] std::uint64_t manual_clock() const { return clock_.manual_now; }
  [[nodiscard]] bool clock_is_held() const { return clock_.held != 0; }
  /// 0 = none yet.
  [[nodiscard]] std::uint64_t segment_opened() const { return segments_.opened; }
  [[nodiscard]] std::uint64_t segment_sealed() const { return segments_.sealed; }
  [[nodiscard]] std::uint64_t segment_hashed() const { return segments_.hashed; }
  [[nodiscard]] const std::array<std::byte, 32>& segment_chain() const { return segments_.chain; }

  /// Takes the next sequence for a fact.
  Sequence take_sequence() { return last_sequence_ = next(last_sequence_); }
  /// Gives the latest sequences back: those of undone facts.
  void give_back_sequences(std::uint64_t count) {
    last_sequence_ = Sequence{last_sequence_.value() - count};
  }

  /// Adds up every account, ledger by ledger, and every open hold, and stops the process where
  /// debits differ from credits, or what is pending from what is held. Cost: O(accounts + holds).
  void audit_balances() const;

  AccountTable accounts;
  TransferIdTable transfer_ids;
  HoldTable holds;
  TransferTimes transfer_times;
  LedgerRegistry ledgers;
  NameTable names;
  StreamTable streams;
  EventIdTable event_ids;
  AggregateTables aggregates;
  TccTable tccs;
  SagaTable sagas;
  ParticipantTable participants;
  CheckpointTable checkpoints;
  ReplyWindows windows;

 private:
  void link_after(const TccFact& fact);
  [[nodiscard]] const char* link_branch(const TccView& view, const TccBranch& branch);
  [[nodiscard]] const char* link_saga(const TccView& view, const TccBranch& branch);
  [[nodiscard]] const char* link_transaction(const TccView& view, const TccBranch& branch);
  [[nodiscard]] const char* fault_of_trees() const;

  struct ClockState {
    std::uint64_t manual_now = 0;
    std::uint64_t held = 0;
  };
  struct SegmentState {
    std::uint64_t opened = 0;
    std::uint64_t sealed = 0;
    std::uint64_t hashed = 0;
    std::array<std::byte, 32> chain{};
  };

  /// What a post, a void, a pending transfer or a reversal found, to be put back.
  struct Undo {
    Account debit;
    Account credit;
    Hold hold;
    TransferPlaces places;
    Sequence before;  ///< As TransferNote::before.
    std::uint64_t digest = 0;
  };

  [[nodiscard]] std::uint64_t digest_of_tables() const;
  void register_automatic(LedgerId id);
  void move_posted(const Transfer& transfer, AccountSlot debit, AccountSlot credit);
  void move_pending(AccountSlot debit, AccountSlot credit, u128 amount, bool takes);
  void use_id(const Transfer& transfer, Sequence sequence, std::uint64_t tag) {
    digest_.add(StateDigest::of_transfer(transfer.id, sequence));
    transfer_ids.insert(transfer.id, tag, sequence);
    transfer_times.add(transfer.timestamp, sequence);
  }
  void open_hold(const Transfer& pending, const TransferNote& note, Sequence sequence,
                 const TransferPlaces& places);
  void resolve_hold(const Transfer& transfer, HoldSlot slot);
  void close_by_hold(const Hold& hold, bool closed);
  void set_closed(AccountSlot slot, std::uint16_t reason, bool closed);
  void take_back_move(const Transfer& transfer, Sequence sequence);
  template <typename Part>
  void change(Part& part, const Part& after, std::uint64_t kind);

  MappedArray<Undo> undo_;
  std::size_t undo_count_ = 0;
  bool chain_is_open_ = false;
  TransferTimes::Mark times_before_chain_;
  StateDigest digest_;
  Sequence last_sequence_;
  Timestamp last_timestamp_;
  ClockState clock_;
  SegmentState segments_;
};

}  // namespace daybook
