#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "engine/base/fault_point.hpp"
#include "engine/codec/entry_builder.hpp"
#include "engine/decide/batch_rules.hpp"
#include "engine/decide/decide_saga_command.hpp"
#include "engine/decide/decide_tcc.hpp"
#include "engine/decide/decide_transfer.hpp"
#include "engine/decide/request_events.hpp"
#include "engine/decide/request_names.hpp"
#include "engine/decide/saga_run.hpp"
#include "engine/ledger/fact_reader.hpp"
#include "engine/ports/request_slot.hpp"
#include "engine/sequencer/work_desk.hpp"
#include "engine/state/state.hpp"

namespace daybook {

/// The same number in all enums of what becomes of events.
inline constexpr std::uint16_t linked_event_failed = 1;

struct SequencerSettings {
  bool auto_ledgers = false;  ///< Accounts may name unregistered ledgers.
  bool manual_clock = false;  ///< Time moves by advance_clock only.
  /// So many TCC transactions that ended are remembered; older ones are pruned.
  std::uint64_t tccs_kept = limits::tccs_kept_default;
  /// The same of sagas with remote steps.
  std::uint64_t sagas_kept = limits::sagas_kept_default;
};

/// Decides requests one after the other and writes what they did into an entry.
///
/// For each request: known? -> decide each event against the state, applying as it goes -> write
/// the facts and the operation record -> fill the reply in. It has no thread, ring, clock or file;
/// the sequencer's loop (and tests) give it requests, the time, and slabs.
///
/// Place.    Between the rings and the journal; the only code that turns requests into facts.
/// Threads.  The sequencer's.
/// Usage.    open(slab) ... execute(request, now)* ... close(); facts of its own between.
/// Cost.     No allocation, lock or system call; a read of the journal for an id used before.
class Sequencer {
 public:
  /// All references outlive the sequencer.
  Sequencer(const SequencerSettings& settings, State& state, FactReader& facts);

  /// False: an entry must wait until older transfer ids have left memory.
  [[nodiscard]] bool make_ready() { return state_.transfer_ids.make_ready(); }

  /// Starts an entry in `slab`. Requires: make_ready().
  void open(EntryBuilder& slab);

  /// Could `request` do its worst and still fit the open entry? Requests that do not are executed
  /// after close() and open(); every request fits an empty entry.
  [[nodiscard]] bool fits(const RequestSlot& request) const;

  /// Executes `request` at engine time `now_ns` (ignored by a manual clock) and fills in its reply.
  /// Requires: fits(request); `request.reply_room` as reply_room_bytes() says; who writes has a
  /// client id.
  void execute(RequestSlot& request, std::uint64_t now_ns);

  /// Facts of the engine's own. Requires: the entry has room (each fits any entry that is not
  /// within 4 KiB of its limit).
  void open_segment(const SegmentOpened& segment);
  void seal_segment(const SegmentSealed& segment);
  void hash_segment(const SegmentHashed& segment);
  void hold_clock(std::uint64_t engine_ns, std::uint64_t wall_ns);

  /// Releases at most `limit` of the holds that are due, as one operation of the engine's own, and
  /// says how many; nothing is written when none is. More may be due afterwards.
  /// Requires: fits_releases(); limit <= limits::releases_per_operation_max.
  std::uint32_t release_due(std::uint64_t now_ns, std::uint32_t limit);
  [[nodiscard]] bool fits_releases() const;
  [[nodiscard]] bool holds_are_due(std::uint64_t now_ns) const {
    return state_.holds.next_deadline() <= engine_time(now_ns);
  }

  /// Cancels TCC transactions whose deadline has passed, as one operation of the engine's own, and
  /// says how many; more may be due afterwards. Requires: fits_tcc_work().
  std::uint32_t expire_tccs(std::uint64_t now_ns);
  [[nodiscard]] bool tccs_are_due(std::uint64_t now_ns) const {
    return state_.tccs.next_deadline() <= engine_time(now_ns) &&
           state_.transfer_ids.room() >= limits::tcc_settlements_max &&
           state_.last_timestamp().value() <= limits::timestamp_max - limits::tcc_settlements_max;
  }
  /// Forgets TCC transactions that ended, where more than the setting are kept or less than a
  /// quarter of the room for branches is left; at most limits::tccs_pruned_at_once_max. Requires:
  /// fits_tcc_work().
  std::uint32_t prune_tccs(std::uint64_t now_ns);
  [[nodiscard]] bool tccs_are_to_be_pruned() const { return tccs_to_prune() > 0; }
  [[nodiscard]] bool fits_tcc_work() const;

  /// Goes on with sagas for which something is due, as one operation of the engine's own, and says
  /// how many; more may be due afterwards. Requires: fits_saga_work().
  std::uint32_t drive_sagas(std::uint64_t now_ns);
  [[nodiscard]] bool sagas_are_due(std::uint64_t now_ns);
  /// Forgets sagas that ended, where more than the setting are kept or less than an eighth of their
  /// room is left. Requires: fits_saga_work().
  std::uint32_t forget_sagas(std::uint64_t now_ns);
  [[nodiscard]] bool sagas_are_to_be_forgotten() const { return sagas_to_forget() > 0; }
  [[nodiscard]] bool fits_saga_work() const;

  /// Is there anything that the engine does of its own accord, because it is time?
  [[nodiscard]] bool work_is_due(std::uint64_t now_ns) {
    return holds_are_due(now_ns) || tccs_are_due(now_ns) || tccs_are_to_be_pruned() ||
           sagas_are_due(now_ns) || sagas_are_to_be_forgotten();
  }
  /// A slice of that. False: the entry has no room for it. More may be due afterwards.
  [[nodiscard]] bool do_due_work(std::uint64_t now_ns);
  /// When the next hold, transaction or saga falls due; the end of time when none does.
  [[nodiscard]] std::uint64_t next_deadline() const {
    return std::min({state_.holds.next_deadline(), state_.tccs.next_deadline(),
                     state_.sagas.next_due_at(), desk_.wake_at()});
  }

  /// Questions for work are kept, and handed back here: with their commands, once the entry that
  /// sends them was closed, or because they are wanted back.
  /// Null when there is none.
  [[nodiscard]] RequestSlot* take_filled() { return desk_.take_filled(); }
  [[nodiscard]] RequestSlot* take_recalled() { return desk_.take_recalled(); }

  /// Completes the open entry, but for its hashes; the value stays in the slab.
  /// Requires: it is not empty.
  std::span<std::byte> close(std::uint64_t now_ns, const JournalId& journal);

  /// No later entry is stamped earlier than `ns`: the commit time of the last entry recovered.
  void continue_after(std::uint64_t commit_time_ns) { last_commit_time_ = commit_time_ns; }

  /// What of all that a fault point is for has come into the entry.
  [[nodiscard]] FaultMarks take_marks() { return std::exchange(marks_, {}); }

  [[nodiscard]] bool entry_is_empty() const { return slab_->empty(); }
  [[nodiscard]] const EntryBuilder& slab() const { return *slab_; }
  [[nodiscard]] const State& state() const { return state_; }

  /// Engine time: the manual clock or `now_ns`, but never before the last timestamp.
  [[nodiscard]] std::uint64_t engine_time(std::uint64_t now_ns) const;

  /// While set, requests that would add facts are refused with `disk_low`.
  void set_disk_low(bool low) { disk_low_ = low; }

 private:
  struct Chain {
    bool open = false;
    bool broken = false;
    std::uint32_t first_event = 0;
    std::uint32_t first_fact = 0;  // In the slab's vector.
  };
  struct Batch {
    RequestSlot* request = nullptr;
    BatchRules rules;
    std::uint64_t slots = 0;      // How many timestamps it takes.
    Sequence operation;           // Its sequence.
    Refusal* refusals = nullptr;  // In the reply room.
    std::uint32_t refusal_count = 0;
    Chain chain;

    /// Of an event: its own timestamp, or the request's time where events have none.
    [[nodiscard]] Timestamp slot(std::uint32_t index) const;
  };

  [[nodiscard]] std::uint64_t clock(std::uint64_t now_ns) const;
  [[nodiscard]] std::uint32_t fact_count(FactKind kind) const;
  void execute_journaled(RequestSlot& request, std::uint64_t now_ns);
  [[nodiscard]] RequestStatus refusal_of(const RequestSlot& request, std::uint64_t now_ns) const;
  void answer_repeat(RequestSlot& request, const KeptOperation& kept) const;
  void make_room_in_windows(ClientId client);
  void execute_events(Batch& batch);
  void record_operation(Batch& batch, RequestStatus status, std::uint32_t created);
  void record_own_operation(RequestKind kind, Timestamp time, std::uint32_t count,
                            Sequence sequence);

  void create_accounts(Batch& batch);
  void create_transfers(Batch& batch);
  void create_transfer(Batch& batch, std::uint32_t index, const TransferTags& tags);
  // sequencer_transfers.cpp.
  [[nodiscard]] std::uint16_t try_transfer(Batch& batch, const Transfer& event,
                                           const TransferTags& tags, Timestamp& timestamp);
  void burn_if_transient(Batch& batch, std::uint32_t index, const Transfer& event);
  void apply_transfer(const Transfer& fact, const TransferDecision& decision);
  void put_ledgers(Batch& batch);
  void change_accounts(Batch& batch);
  void record_reason(const RequestSlot& request);
  void change_clock(Batch& batch, std::uint64_t now_ns);

  // sequencer_names.cpp.
  [[nodiscard]] RequestStatus refusal_of_names(RequestSlot& request);
  void record_names(const RequestSlot& request);
  void put_names(Batch& batch);
  void refuse_name(Batch& batch, std::uint32_t index, const Name& event, PutNameStatus status);

  // sequencer_checkpoints.cpp.
  void put_checkpoints(Batch& batch);

  // sequencer_tcc.cpp.
  /// Of a request, or of the engine's own operation.
  struct TccWork {
    std::uint32_t first_transfer = 0;  // In the slab, as the next.
    std::uint32_t first_fact = 0;
    Timestamp next_time;  // Of the next transfer.
    Timestamp last_time;
    std::uint64_t settled = 0;  // Branches.
  };
  struct TccTransfer {
    CreateTransferStatus status = CreateTransferStatus::created;
    std::uint32_t round = 0;
  };
  [[nodiscard]] RequestStatus refusal_of_tcc(RequestSlot& request) const;
  [[nodiscard]] std::uint64_t tccs_to_prune() const;
  [[nodiscard]] std::uint64_t slots_of(const RequestSlot& request) const;
  [[nodiscard]] std::uint64_t tcc_slots(const RequestSlot& request) const;
  void execute_tcc(Batch& batch);
  void execute_tcc_command(Batch& batch, TccWork& work, std::uint32_t index,
                           std::span<const TccAmount> amounts);
  void finish_tcc(const TccWork& work);
  void refuse_tcc(Batch& batch, std::uint32_t index, const TccCommand& command,
                  const TccDecision& decision);
  void add_tcc_fact(const TccFact& fact);
  void tell_parent(const Uint128& gid, Timestamp at);
  void add_branch_fact(const TccOwner& owner, TccFactKind kind, Timestamp at);
  void prepare_tcc(TccSlot slot, Timestamp now, std::span<const TccAmount> amounts);
  void begin_tcc(const TccCommand& command, Timestamp now);
  void try_tcc_branch(Batch& batch, TccWork& work, const TccCommand& command, Timestamp now,
                      TccDecision& decision);
  [[nodiscard]] TccTransfer create_tcc_transfer(TccWork& work, const Uint128& gid,
                                                std::uint64_t branch, TccOperation operation,
                                                Transfer& transfer, bool auto_ledgers);
  void decide_tcc_for(TccWork& work, TccSlot slot, TccFactKind kind, TccReason reason,
                      Timestamp now, std::span<const TccAmount> amounts);
  void cancel_tcc(TccWork& work, const TccCommand& command, Timestamp now,
                  const TccDecision& decision);

  // sequencer_sagas.cpp and sequencer_saga_steps.cpp.
  /// Of a request, or of the engine's own operation.
  struct SagaWork {
    Timestamp next_time;  // Of the next fact.
    Timestamp last_time;
    std::uint32_t first_transfer = 0;  // In the slab: of the command at hand.
    std::size_t definitions = 0;       // Stored before the request.
  };
  struct SagaMade {
    std::uint16_t refused = 0;  // As SagaRecord::code; 0 = made.
    Uint128 id;
  };
  [[nodiscard]] RequestStatus refusal_of_sagas(RequestSlot& request) const;
  [[nodiscard]] SagaBound bound_of_sagas(const RequestSlot& request) const;
  void prepare_for_sagas(std::uint64_t facts);
  void execute_sagas(Batch& batch);
  void execute_saga_command(Batch& batch, SagaWork& work, std::uint32_t index,
                            std::span<const std::byte> payload);
  [[nodiscard]] bool is_defined_after(std::size_t count, std::span<const std::byte> payload) const;
  void extend_run(FactKind kind);
  Timestamp take_time(SagaWork& work);
  void add_saga_event(DomainEvent event, std::span<const std::byte> payload);
  void add_saga_news(SagaNews news, SagaSlot slot, Timestamp at, std::span<const std::byte> payload,
                     const SagaProgress& after);
  /// False: there was nothing to do.
  bool drive_saga(SagaWork& work, SagaSlot slot);
  void begin_drive(const SagaWork& work, SagaSlot slot);
  bool finish_drive(SagaWork& work, SagaSlot slot);
  [[nodiscard]] SagaSlot next_to_drive(std::uint64_t due);
  void tell_owner(const TccOwner& owner, SagaStatus status, Timestamp at);
  void apply_saga_news(SagaNews news, const DomainEvent& event, std::span<const std::byte> payload,
                       const SagaProgress& after);
  /// The id of what a step makes: the first time what everybody can work out, then what nobody can.
  [[nodiscard]] Uint128 saga_id_of(std::uint32_t step, SagaOperation operation, std::uint32_t round,
                                   std::uint32_t probe) const;
  [[nodiscard]] bool advance_saga(SagaWork& work, SagaSlot slot);
  void take_action(SagaWork& work, SagaSlot slot, const SagaAction& action);
  [[nodiscard]] bool take_decision(SagaSlot slot);
  void end_wait(std::uint8_t step, bool failed);
  void begin_wait(std::uint8_t step);
  void do_saga_step(SagaWork& work, std::uint8_t step);
  void undo_saga_step(SagaWork& work, std::uint8_t step);
  [[nodiscard]] SagaMade make_saga_step(SagaWork& work, std::uint8_t step);
  [[nodiscard]] SagaMade unmake_saga_step(SagaWork& work, std::uint8_t step);
  [[nodiscard]] SagaMade make_saga_transfer(SagaWork& work, std::uint8_t step,
                                            SagaOperation operation, Transfer transfer);
  [[nodiscard]] SagaMade make_saga_command(SagaWork& work, std::uint8_t step,
                                           SagaOperation operation, const SagaCommand& command);
  [[nodiscard]] AppendEventStatus append_for_saga(SagaWork& work, std::uint32_t step,
                                                  SagaOperation operation, std::uint32_t round,
                                                  DomainEvent event,
                                                  std::span<const std::byte> payload);
  void tell_completed(SagaWork& work, const SagaView& view, const StoredDefinition& stored);
  [[nodiscard]] std::uint64_t sagas_to_forget() const;

  // sequencer_work.cpp.
  void begin_work();
  void take_work(RequestSlot& question);
  void list_participants(RequestSlot& request);
  void list_waiting_work(RequestSlot& request, std::uint64_t now_ns);
  [[nodiscard]] SagaBound bound_of_answers(const RequestSlot& request) const;
  [[nodiscard]] RequestStatus refusal_of_answers(RequestSlot& request) const;
  void execute_answers(Batch& batch);
  [[nodiscard]] AppendEventStatus take_answer(SagaWork& work, ParticipantNumber participant,
                                              const StepAnswer& answer,
                                              std::span<const std::byte> payload);
  void put_answered_outputs(const SagaStep& step, const AnswerPayload& brought);
  [[nodiscard]] bool is_key_forgotten(const SagaAction& action, const RemoteAsk& ask) const;
  [[nodiscard]] StepSet offer_remote_steps(SagaSlot slot);
  void send_step(SagaSlot slot, const SagaAction& action);
  void lose_step(const SagaAction& action);
  void end_lease(std::uint8_t step, bool of_undo);

  // sequencer_bundle.cpp.
  void execute_bundle(Batch& batch);
  [[nodiscard]] bool bundle_exists(Batch& batch, std::span<const Transfer> transfers);
  [[nodiscard]] bool create_bundled_transfers(Batch& batch, std::span<const Transfer> transfers);
  void refuse_bundled_events(Batch& batch, std::span<const RequestEvents::Decision> decisions);

  // sequencer_events.cpp.
  [[nodiscard]] static RequestStatus refusal_of_payloads(RequestSlot& request);
  void append_events(Batch& batch);
  /// Requires: decided to be appended. Event `k` has the slot `first_slot` + k.
  void append_decided(Batch& batch, std::span<const DomainEvent> events,
                      std::span<const RequestEvents::Decision> decisions, std::uint32_t first_slot);
  void refuse_event(Batch& batch, std::uint32_t index, const DomainEvent& event,
                    const RequestEvents::Decision& decision);

  template <typename Event, typename Decide>
  void step(Batch& batch, std::uint32_t index, const Event& event, Decide decide);
  template <typename Event>
  void refuse(Batch& batch, std::uint32_t index, const Event& event, std::uint16_t status,
              Timestamp timestamp);
  template <typename Event>
  void undo_chain(Batch& batch, std::uint32_t until_event);

  void lookup_accounts(RequestSlot& request) const;
  template <typename Fact>
  void add_own_fact(FactKind kind, std::uint32_t first, const Fact& fact);

  SequencerSettings settings_;
  State& state_;
  FactReader& facts_;
  EntryBuilder* slab_ = nullptr;
  Sequence before_entry_;  // The last sequence before the open entry.
  std::uint64_t last_commit_time_ = 0;
  bool disk_low_ = false;
  bool has_begun_ = false;  // The desk knows what was recovered.
  Transfer record_;         // Of a transfer that the journal gets other than it was asked for.
  RequestNames request_names_;
  RequestEvents request_events_;
  WorkDesk desk_;
  SagaRun saga_run_;
  bool in_tcc_work_ = false;             // Its facts stand in one run behind its transfers.
  SagaProgress saga_before_;             // Of the saga that an event is about.
  std::vector<std::byte> saga_outputs_;  // That a participant's answer brings.
  std::vector<std::byte> work_payload_;  // Of a command to a participant.
  SagaProgress saga_after_;              // Of the command at hand.
  std::vector<std::byte> saga_command_;  // The payload of a command that a step makes.
  [[no_unique_address]] FaultMarks marks_;
};

}  // namespace daybook
