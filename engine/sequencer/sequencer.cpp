#include "engine/sequencer/sequencer.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>

#include "engine/base/assert.hpp"
#include "engine/codec/entry_facts.hpp"
#include "engine/decide/decide_account.hpp"
#include "engine/ledger/account_state.hpp"
#include "engine/ledger/invariants.hpp"

namespace daybook {
namespace {

std::size_t event_bytes(RequestKind kind) {
  if (kind == RequestKind::create_accounts) return sizeof(Account);
  if (kind == RequestKind::create_transfers || is_bundle(kind)) return sizeof(Transfer);
  if (kind == RequestKind::put_ledgers) return sizeof(Ledger);
  if (kind == RequestKind::change_accounts) return sizeof(AccountChange);
  if (kind == RequestKind::put_names) return sizeof(Name);
  if (appends_events(kind)) return sizeof(DomainEvent);
  if (kind == RequestKind::put_checkpoints) return sizeof(EventCheckpoint);
  if (kind == RequestKind::tcc_commands) return sizeof(TccCommand);
  if (commands_sagas(kind)) return sizeof(DomainEvent);
  if (kind == RequestKind::answer_steps) return sizeof(StepAnswer);
  return 0;
}

FactKind fact_kind(RequestKind kind) {
  if (kind == RequestKind::create_accounts) return FactKind::account;
  if (kind == RequestKind::put_ledgers) return FactKind::ledger;
  if (kind == RequestKind::create_transfers || is_bundle(kind) ||
      kind == RequestKind::tcc_commands) {
    return FactKind::transfer;
  }
  if (kind == RequestKind::change_accounts) return FactKind::account_change;
  if (kind == RequestKind::put_names) return FactKind::name;
  if (appends_events(kind) || drives_sagas(kind)) return FactKind::domain_event;
  if (kind == RequestKind::put_checkpoints) return FactKind::checkpoint;
  return FactKind::clock_change;
}

template <typename Event>
const Event& event_at(const RequestSlot& request, std::uint32_t index) {
  return reinterpret_cast<const Event*>(request.events)[index];
}

bool is_linked(const Account& event) { return (event.flags & account_flag::linked) != 0; }
bool is_linked(const Transfer& event) { return (event.flags & transfer_flag::linked) != 0; }

// An operator decides as one only with a reason given.
Authority authority_of(const RequestSlot& request) {
  if (request.authority != Authority::client) return request.authority;
  const bool operates = request.role == Role::operator_ || request.role == Role::admin;
  return operates && !request.reason.empty() ? Authority::operator_ : Authority::client;
}

std::span<const Transfer> transfers_of(const RequestSlot& request) {
  if (request.kind != RequestKind::create_transfers && !is_bundle(request.kind)) {
    return {};
  }
  return {reinterpret_cast<const Transfer*>(request.events),
          request.event_count - request.bundled.size()};
}

// How many holds the request may open.
std::uint64_t pending_count(std::span<const Transfer> events) {
  return static_cast<std::uint64_t>(std::count_if(
      events.begin(), events.end(),
      [](const Transfer& event) { return (event.flags & transfer_flag::pending) != 0; }));
}

constexpr std::uint16_t linked_event_chain_open = 2;  // The same number in all enums of events.

}  // namespace

Sequencer::Sequencer(const SequencerSettings& settings, State& state, FactReader& facts)
    : settings_{settings}, state_{state}, facts_{facts}, desk_{state} {
  saga_command_.reserve(command_payload_bytes_max);
  saga_outputs_.reserve((limits::saga_outputs_max + 2) * saga_value_bytes_max);
  work_payload_.reserve(limits::work_command_bytes_max);
}

void Sequencer::open(EntryBuilder& slab) {
  begin_work();
  slab_ = &slab;
  before_entry_ = state_.last_sequence();
  state_.transfer_ids.begin_entry(next(before_entry_));
  slab.open(next(before_entry_));
}

bool Sequencer::fits(const RequestSlot& request) const {
  if (request.kind == RequestKind::tcc_commands) {
    const std::size_t commands = std::min(request.event_count, limits::tcc_commands_max);
    return slab_->fits(EntryBuilder::worst_case_bytes_of_tcc(commands));
  }
  if (commands_sagas(request.kind)) {
    return slab_->fits(EntryBuilder::worst_case_bytes(0, 0, 0) + bound_of_sagas(request).bytes);
  }
  if (request.kind == RequestKind::answer_steps) {
    return slab_->fits(EntryBuilder::worst_case_bytes(0, 0, 0) + bound_of_answers(request).bytes);
  }
  const std::size_t bundled = request.bundled.size();
  return slab_->fits(EntryBuilder::worst_case_bytes(
      request.event_count - bundled, event_bytes(request.kind), request.names.size(),
      request.payloads.size() + bundled * (sizeof(DomainEvent) + sizeof(Refusal))));
}

Timestamp Sequencer::Batch::slot(std::uint32_t index) const {
  if (!takes_slots(request->kind)) return rules.time;
  return Timestamp{rules.time.value() - request->event_count + index + 1};
}

std::uint64_t Sequencer::engine_time(std::uint64_t now_ns) const {
  return std::max(clock(now_ns), state_.last_timestamp().value());
}

// A clock past the end of time stands still at it.
std::uint64_t Sequencer::clock(std::uint64_t now_ns) const {
  return settings_.manual_clock ? state_.manual_clock() : std::min(now_ns, limits::timestamp_max);
}

void Sequencer::execute(RequestSlot& request, std::uint64_t now_ns) {
  request.status = RequestStatus::ok;
  request.item_count = 0;
  request.rebuild_reply = false;
  request.is_kept = false;
  request.wait_for = state_.last_sequence();
  request.first_sequence = state_.last_sequence();
  if (is_journaled(request.kind)) return execute_journaled(request, now_ns);
  if (request.kind == RequestKind::lookup_accounts) {
    lookup_accounts(request);
  } else if (request.kind == RequestKind::state_digest) {
    request.state_digest = state_.digest();
    request.head_segment = state_.segment_hashed();
    request.head = state_.segment_chain();
  } else if (request.kind == RequestKind::take_work) {
    take_work(request);
  } else if (request.kind == RequestKind::list_participants) {
    list_participants(request);
  } else if (request.kind == RequestKind::list_waiting_work) {
    list_waiting_work(request, now_ns);
  } else if (request.kind == RequestKind::open_session) {
    request.highest_number = state_.windows.highest_number(request.client);
  } else {
    request.status = RequestStatus::unknown_kind;
  }
}

// Of those that operations make.
std::uint32_t Sequencer::fact_count(FactKind kind) const {
  return kind == FactKind::account          ? slab_->account_count()
         : kind == FactKind::transfer       ? slab_->transfer_count()
         : kind == FactKind::ledger         ? slab_->ledger_count()
         : kind == FactKind::account_change ? slab_->account_change_count()
         : kind == FactKind::name           ? slab_->name_count()
         : kind == FactKind::domain_event   ? slab_->event_count()
         : kind == FactKind::checkpoint     ? slab_->checkpoint_count()
                                            : slab_->clock_change_count();
}

void Sequencer::execute_journaled(RequestSlot& request, std::uint64_t now_ns) {
  // The engine's own operations have no client: a request under that id would be kept in no window,
  // and so be executed as often as it is sent.
  ENSURE(!request.client.value().is_zero(), "a session has a client id");
  const auto known =
      state_.windows.find(request.client, request.request_number, request.frame_checksum);
  switch (known.seen) {
    case ReplyWindows::Seen::fresh:
      break;
    case ReplyWindows::Seen::repeat:
      return answer_repeat(request, *known.kept);
    case ReplyWindows::Seen::reused:
      request.status = RequestStatus::request_number_reused;
      return;
    case ReplyWindows::Seen::too_old:
      request.status = RequestStatus::request_too_old;
      return;
  }
  if (request.request_number == 0) {
    request.status = RequestStatus::request_too_old;
    return;
  }
  make_room_in_windows(request.client);

  RequestStatus status = refusal_of(request, now_ns);
  if (status == RequestStatus::ok) {
    status = request.kind == RequestKind::tcc_commands   ? refusal_of_tcc(request)
             : commands_sagas(request.kind)              ? refusal_of_sagas(request)
             : request.kind == RequestKind::answer_steps ? refusal_of_answers(request)
                                                         : refusal_of_payloads(request);
  }
  if (status == RequestStatus::ok) status = refusal_of_names(request);
  Batch batch{.request = &request,
              .rules = {},
              .operation = {},
              .refusals = nullptr,
              .refusal_count = 0,
              .chain = {}};
  const bool runs_events = status == RequestStatus::ok;
  batch.slots = runs_events ? slots_of(request) : 0;
  batch.rules.time =
      Timestamp{std::max(clock(now_ns), state_.last_timestamp().value() + batch.slots)};
  batch.rules.auto_ledgers = settings_.auto_ledgers;
  batch.rules.authority = authority_of(request);
  batch.rules.owner = request.owner;
  batch.refusals = reinterpret_cast<Refusal*>(request.reply_room);
  batch.operation = state_.take_sequence();

  const FactKind kind = fact_kind(request.kind);
  slab_->add_run({.kind = kind,
                  .reserved = 0,
                  .operation = slab_->operation_count(),
                  .first = fact_count(kind),
                  .count = 0},
                 next(batch.operation));
  if (runs_events) execute_events(batch);
  if (runs_events && kind == FactKind::clock_change) change_clock(batch, now_ns);
  const auto created =
      static_cast<std::uint32_t>(state_.last_sequence().value() - batch.operation.value());
  const bool counts_its_runs = is_bundle(request.kind) ||
                               request.kind == RequestKind::tcc_commands ||
                               drives_sagas(request.kind);
  if (!counts_its_runs) slab_->last_run().count = created;
  if (runs_events) record_names(request);
  record_operation(batch, status, created);
}

RequestStatus Sequencer::refusal_of(const RequestSlot& request, std::uint64_t now_ns) const {
  if (request.refuse_with != RequestStatus::ok) return request.refuse_with;
  if (request.event_count > limits::batch_events_max) return RequestStatus::too_large;
  if (disk_low_ && event_bytes(request.kind) > 0) return RequestStatus::disk_low;
  if (request.kind == RequestKind::create_accounts &&
      state_.accounts.room() < request.event_count) {
    return RequestStatus::too_many_accounts;
  }
  const auto transfers = transfers_of(request);
  if (state_.transfer_ids.room() < transfers.size()) return RequestStatus::too_many_transfers;
  if (state_.holds.room() < transfers.size() && state_.holds.room() < pending_count(transfers)) {
    return RequestStatus::too_many_holds;
  }
  const std::uint64_t time = engine_time(now_ns);
  const std::uint64_t more = request.kind == RequestKind::tcc_commands ? limits::tcc_settlements_max
                             : drives_sagas(request.kind)              ? limits::saga_facts_max
                                                                       : 0;
  if (time > limits::timestamp_max - request.event_count - more) {
    return RequestStatus::clock_out_of_range;
  }
  if (request.kind == RequestKind::advance_clock) {
    if (!settings_.manual_clock) return RequestStatus::clock_not_manual;
    if (request.argument > limits::timestamp_max - state_.manual_clock()) {
      return RequestStatus::clock_out_of_range;
    }
  }
  if (request.kind == RequestKind::accept_clock && !state_.clock_is_held()) {
    return RequestStatus::clock_not_held;
  }
  return RequestStatus::ok;
}

void Sequencer::answer_repeat(RequestSlot& request, const KeptOperation& kept) const {
  request.status = kept.status;
  request.first_sequence = Sequence{kept.sequence};
  request.wait_for = Sequence{kept.sequence};
  const std::uint64_t slots =
      kept.event_count == 0 || !takes_slots(kept.kind) ? 0 : kept.event_count - 1;
  request.first_timestamp =
      Timestamp{kept.status == RequestStatus::ok ? kept.time - slots : kept.time};
  request.rebuild_reply = kept.refusal_count > 0;
}

void Sequencer::make_room_in_windows(ClientId client) {
  while (const auto eviction = state_.windows.must_evict(client)) {
    const ClientEvicted fact{.client = eviction->client, .number_too = eviction->number_too};
    add_own_fact(FactKind::client_evicted, slab_->client_evicted_count(), fact);
    state_.evict(fact);
  }
}

void Sequencer::execute_events(Batch& batch) {
  if (is_bundle(batch.request->kind)) return execute_bundle(batch);
  if (batch.request->kind == RequestKind::tcc_commands) return execute_tcc(batch);
  if (commands_sagas(batch.request->kind)) return execute_sagas(batch);
  if (batch.request->kind == RequestKind::answer_steps) return execute_answers(batch);
  switch (fact_kind(batch.request->kind)) {
    case FactKind::account:
      return create_accounts(batch);
    case FactKind::transfer:
      return create_transfers(batch);
    case FactKind::ledger:
      return put_ledgers(batch);
    case FactKind::account_change:
      return change_accounts(batch);
    case FactKind::name:
      return put_names(batch);
    case FactKind::domain_event:
      return append_events(batch);
    case FactKind::checkpoint:
      return put_checkpoints(batch);
    case FactKind::segment_opened:
    case FactKind::segment_sealed:
    case FactKind::segment_hashed:
    case FactKind::clock_change:
    case FactKind::client_evicted:
    case FactKind::hold_released:
    case FactKind::tcc:
      return;
  }
}

void Sequencer::record_operation(Batch& batch, RequestStatus status, std::uint32_t created) {
  RequestSlot& request = *batch.request;
  const Operation operation{.client = request.client,
                            .principal = request.principal,
                            .trace_id = request.trace_id,
                            .business_id = request.business_id,
                            .user_id = request.user_id,
                            .request_number = request.request_number,
                            .frame_checksum = request.frame_checksum,
                            .time = batch.rules.time,
                            .kind = request.kind,
                            .status = status,
                            .event_count = request.event_count,
                            .created_count = created,
                            .refusal_count = batch.refusal_count};
  record_reason(request);
  slab_->add_operation(operation);
  state_.remember(operation, batch.operation);
  request.status = status;
  request.item_count = batch.refusal_count;
  request.first_sequence = batch.operation;
  request.wait_for = batch.operation;
  const bool has_slots = status == RequestStatus::ok && request.event_count > 0;
  request.first_timestamp = has_slots ? batch.slot(0) : batch.rules.time;
}

// Before the operation it belongs to. A clock change has its own place for it.
void Sequencer::record_reason(const RequestSlot& request) {
  if (request.reason.empty() || event_bytes(request.kind) == 0) return;
  OperationReason reason;
  reason.operation = slab_->operation_count();
  reason.bytes = static_cast<std::uint32_t>(std::min(request.reason.size(), reason.text.size()));
  std::memcpy(reason.text.data(), request.reason.data(), reason.bytes);
  slab_->add_reason(reason);
}

template <typename Event>
void Sequencer::refuse(Batch& batch, std::uint32_t index, const Event& event, std::uint16_t status,
                       Timestamp timestamp) {
  const bool of_events = is_bundle(batch.request->kind) && std::is_same_v<Event, DomainEvent>;
  const Refusal refusal{.index = index,
                        .status = status,
                        .part = of_events ? bundle_part::events : bundle_part::transfers,
                        .timestamp = timestamp};
  batch.refusals[batch.refusal_count++] = slab_->add_refusal(refusal);
  if (!keeps_request_data(kind_of_refusal(batch.request->kind, refusal), status)) return;
  if constexpr (std::is_same_v<Event, Transfer>) {
    slab_->add_refused(event, is_transient(static_cast<CreateTransferStatus>(status)));
  } else {
    slab_->add_refused(event);
  }
}

template <typename Event>
void Sequencer::undo_chain(Batch& batch, std::uint32_t until_event) {
  Chain& chain = batch.chain;
  chain.broken = true;
  constexpr bool accounts = std::is_same_v<Event, Account>;
  const std::uint32_t count = accounts ? slab_->account_count() : slab_->transfer_count();
  for (std::uint32_t fact = count; fact-- > chain.first_fact;) {
    if constexpr (accounts) {
      state_.take_back_account();
    } else {
      state_.take_back_transfer(slab_->transfer(fact), state_.last_sequence());
    }
    state_.give_back_sequences(1);
  }
  if constexpr (accounts) {
    slab_->truncate_accounts(chain.first_fact);
  } else {
    slab_->truncate_transfers(chain.first_fact);
    state_.chain_is_taken_back();
  }
  for (std::uint32_t index = chain.first_event; index < until_event; ++index) {
    refuse(batch, index, event_at<Event>(*batch.request, index), linked_event_failed,
           batch.slot(index));
  }
}

// `decide` creates the event and returns 0, or returns the status and, for `exists`, the original's
// timestamp.
template <typename Event, typename Decide>
void Sequencer::step(Batch& batch, std::uint32_t index, const Event& event, Decide decide) {
  Chain& chain = batch.chain;
  const bool linked = is_linked(event);
  if (linked && !chain.open) {
    chain = {.open = true,
             .broken = false,
             .first_event = index,
             .first_fact =
                 std::is_same_v<Event, Account> ? slab_->account_count() : slab_->transfer_count()};
    state_.begin_chain();
  }
  std::uint16_t status = 0;
  Timestamp timestamp = batch.slot(index);
  if (linked && index + 1 == batch.request->event_count) {
    status = linked_event_chain_open;
  } else if (chain.open && chain.broken) {
    status = linked_event_failed;
  } else {
    status = decide(timestamp);
  }
  if (status != 0) {
    if (chain.open && !chain.broken) undo_chain<Event>(batch, index);
    refuse(batch, index, event, status, timestamp);
  }
  if (!linked && chain.open) {
    chain.open = false;
    state_.end_chain();
  }
}

void Sequencer::create_accounts(Batch& batch) {
  const RequestSlot& request = *batch.request;
  state_.accounts.prepare(request.event_count);
  if (request.event_count > 0) {
    batch.rules.imported = (event_at<Account>(request, 0).flags & account_flag::imported) != 0;
  }
  for (std::uint32_t index = 0; index < request.event_count; ++index) {
    const Account& event = event_at<Account>(request, index);
    step(batch, index, event, [&](Timestamp& timestamp) -> std::uint16_t {
      const AccountDecision decision = decide_account(state_, facts_, batch.rules, event);
      if (decision.status == CreateAccountStatus::created) {
        Account& fact = slab_->add_fact(event);
        if (!batch.rules.imported) fact.timestamp = timestamp;
        state_.take_sequence();
        state_.create_account(fact);
        return 0;
      }
      if (decision.status == CreateAccountStatus::exists) timestamp = decision.original;
      return static_cast<std::uint16_t>(decision.status);
    });
  }
}

void Sequencer::create_transfers(Batch& batch) {
  const RequestSlot& request = *batch.request;
  if (request.event_count == 0) return;  // `events` may be null then.
  state_.transfer_ids.prepare(request.event_count);
  state_.holds.prepare(std::min<std::uint64_t>(request.event_count, state_.holds.room()));
  batch.rules.imported = (event_at<Transfer>(request, 0).flags & transfer_flag::imported) != 0;
  // Memory latency stays out of the loop.
  TransferLookahead lookahead{state_, {&event_at<Transfer>(request, 0), request.event_count}};
  for (std::uint32_t index = 0; index < request.event_count; ++index) {
    create_transfer(batch, index, lookahead.tags_of(index));
  }
}

void Sequencer::create_transfer(Batch& batch, std::uint32_t index, const TransferTags& tags) {
  const Transfer& event = event_at<Transfer>(*batch.request, index);
  step(batch, index, event,
       [&](Timestamp& timestamp) { return try_transfer(batch, event, tags, timestamp); });
  burn_if_transient(batch, index, event);
}

void Sequencer::put_ledgers(Batch& batch) {
  const RequestSlot& request = *batch.request;
  for (std::uint32_t index = 0; index < request.event_count; ++index) {
    const Ledger& event = event_at<Ledger>(request, index);
    const PutLedgerStatus status = state_.ledgers.decide_put(event);
    if (status != PutLedgerStatus::created) {
      refuse(batch, index, event, static_cast<std::uint16_t>(status), batch.slot(index));
      continue;
    }
    state_.put_ledger(slab_->add_fact(event));
    state_.take_sequence();
  }
}

void Sequencer::change_accounts(Batch& batch) {
  const RequestSlot& request = *batch.request;
  for (std::uint32_t index = 0; index < request.event_count; ++index) {
    const AccountChange& event = event_at<AccountChange>(request, index);
    const ChangeAccountStatus status = decide_change(state_, event);
    const bool changes =
        status == ChangeAccountStatus::changed || status == ChangeAccountStatus::outside_limits;
    if (status != ChangeAccountStatus::changed) {
      refuse(batch, index, event, static_cast<std::uint16_t>(status), batch.slot(index));
    }
    if (!changes) continue;
    AccountChange& fact = slab_->add_fact(event);
    fact.timestamp = batch.rules.time;
    state_.take_sequence();
    state_.change_account(fact);
  }
}

// How many timestamps a request takes.
std::uint64_t Sequencer::slots_of(const RequestSlot& request) const {
  if (request.kind == RequestKind::tcc_commands) return tcc_slots(request);
  if (commands_sagas(request.kind)) return bound_of_sagas(request).facts;
  if (request.kind == RequestKind::answer_steps) return bound_of_answers(request).facts;
  return takes_slots(request.kind) ? request.event_count : 0;
}

void Sequencer::change_clock(Batch& batch, std::uint64_t now_ns) {
  const RequestSlot& request = *batch.request;
  ClockChange change;
  if (request.kind == RequestKind::advance_clock) {
    change.kind = ClockChangeKind::advanced;
    change.engine_time = state_.manual_clock() + request.argument;
  } else {
    change.kind = ClockChangeKind::accepted;
    change.engine_time = now_ns;
    change.wall_time = request.argument;
    const std::size_t bytes = std::min(request.reason.size(), change.reason_text.size());
    change.reason_bytes = static_cast<std::uint32_t>(bytes);
    std::memcpy(change.reason_text.data(), request.reason.data(), bytes);
  }
  slab_->add_fact(change);
  state_.take_sequence();
  state_.change_clock(change);
}

void Sequencer::lookup_accounts(RequestSlot& request) const {
  auto* const found = reinterpret_cast<Account*>(request.reply_room);
  for (std::uint32_t index = 0; index < request.event_count; ++index) {
    const AccountId id{event_at<Uint128>(request, index)};
    const AccountSlot slot = state_.accounts.find(id);
    if (slot != no_account) found[request.item_count++] = shown(state_.accounts.at(slot));
  }
}

template <typename Fact>
void Sequencer::add_own_fact(FactKind kind, std::uint32_t first, const Fact& fact) {
  slab_->add_run(
      {.kind = kind, .reserved = 0, .operation = no_operation, .first = first, .count = 1},
      state_.take_sequence());
  slab_->add_fact(fact);
}

void Sequencer::open_segment(const SegmentOpened& segment) {
  ENSURE(slab_->empty(), "a segment opens with its first fact");
  add_own_fact(FactKind::segment_opened, 0, segment);
  state_.open_segment(segment);
}

void Sequencer::seal_segment(const SegmentSealed& segment) {
  add_own_fact(FactKind::segment_sealed, 0, segment);
  state_.seal_segment(segment);
}

void Sequencer::hash_segment(const SegmentHashed& segment) {
  add_own_fact(FactKind::segment_hashed, slab_->segment_hashed_count(), segment);
  state_.hash_segment(segment);
}

void Sequencer::hold_clock(std::uint64_t engine_ns, std::uint64_t wall_ns) {
  const ClockChange change{.kind = ClockChangeKind::held,
                           .reason_bytes = 0,
                           .engine_time = engine_ns,
                           .wall_time = wall_ns,
                           .reason_text = {}};
  add_own_fact(FactKind::clock_change, slab_->clock_change_count(), change);
  state_.change_clock(change);
}

std::span<std::byte> Sequencer::close(std::uint64_t now_ns, const JournalId& journal) {
  AUDIT((state_.audit_balances(), true), "the ledgers balance after every entry");
  last_commit_time_ = std::max(last_commit_time_, engine_time(now_ns));
  EntryHeader header;
  header.journal_id = journal.value();
  header.fact_count =
      static_cast<std::uint32_t>(state_.last_sequence().value() - before_entry_.value());
  header.commit_time = last_commit_time_;
  header.state_digest = state_.digest();
  return slab_->close(header);
}

// Of the other files.
template void Sequencer::undo_chain<Transfer>(Batch&, std::uint32_t);
template void Sequencer::refuse(Batch&, std::uint32_t, const Transfer&, std::uint16_t, Timestamp);
template void Sequencer::refuse(Batch&, std::uint32_t, const Name&, std::uint16_t, Timestamp);
template void Sequencer::refuse(Batch&, std::uint32_t, const EventCheckpoint&, std::uint16_t,
                                Timestamp);
template void Sequencer::refuse(Batch&, std::uint32_t, const DomainEvent&, std::uint16_t,
                                Timestamp);

}  // namespace daybook
