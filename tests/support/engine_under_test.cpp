#include "tests/support/engine_under_test.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <fmt/format.h>

#include "engine/follower/resolved_hold.hpp"
#include "engine/index/run_sink.hpp"
#include "engine/ledger/id_retirement.hpp"
#include "engine/replay/entry_reader.hpp"

namespace daybook::test {
namespace {

constexpr std::uint64_t followed_seed = 0xf0110;
constexpr JournalId journal_id{Uint128{0xda7b00c, 0x7e57}};

std::uint32_t to_count(std::size_t count) { return static_cast<std::uint32_t>(count); }

template <typename Event>
void lend_events(RequestSlot& slot, const std::vector<Event>& events) {
  slot.events = reinterpret_cast<const std::byte*>(events.data());
  slot.event_count = to_count(events.size());
}

}  // namespace

// ---- The journal. ----

const EntryView& MemoryJournal::append(std::span<std::byte> value) {
  last_hash_ = seal_entry(value, last_hash_);
  Entry entry;
  entry.bytes.resize((value.size() + sizeof(Uint128) - 1) / sizeof(Uint128));
  std::memcpy(entry.bytes.data(), value.data(), value.size());
  const auto checked =
      check_entry({reinterpret_cast<const std::byte*>(entry.bytes.data()), value.size()});
  ENSURE(checked.ok(), "what was just sealed is sound");
  entry.view = checked.value();
  entries_.push_back(std::move(entry));  // Moving a vector leaves its bytes where they are.
  return entries_.back().view;
}

const EntryView* MemoryJournal::find(Sequence sequence) const {
  const auto after = std::upper_bound(
      entries_.begin(), entries_.end(), sequence,
      [](Sequence wanted, const Entry& entry) { return wanted < entry.view.header.first(); });
  if (after == entries_.begin()) return nullptr;
  const EntryView& view = std::prev(after)->view;
  return sequence <= view.header.last() ? &view : nullptr;
}

Result<void> MemoryJournal::with_entry(Sequence sequence,
                                       const std::function<void(const EntryView&)>& use) {
  const EntryView* found = find(sequence);
  if (found == nullptr) return Failure{FailureKind::not_found, "no entry holds the sequence"};
  use(*found);
  return {};
}

Result<void> MemoryJournal::with_entry_at_time(std::uint64_t time_ns,
                                               const std::function<void(const EntryView&)>& use) {
  const auto after = std::upper_bound(entries_.begin(), entries_.end(), time_ns,
                                      [](std::uint64_t wanted, const Entry& entry) {
                                        return wanted < entry.view.header.commit_time;
                                      });
  if (after == entries_.begin()) return Failure{FailureKind::not_found, "no entry is so old"};
  use(std::prev(after)->view);
  return {};
}

// ---- The engine. ----

/// Where one state's older ids go. The two states have different seeds, and so a place each.
struct EngineUnderTest::OlderIds {
  /// Before an entry, of either kind.
  void make_ready(State& state) {
    if (!retirement) retirement.emplace(state.transfer_ids, shelf, store, settings);
    for (int step = 0; step < 3; ++step) {
      const auto went_on = retirement->step(ids_a_step);
      ENSURE(went_on.ok(), "memory takes every run");
    }
    state.tend_memory();
    ENSURE(retirement->make_ready([] { return 0; }).ok(), "memory takes every run");
  }

  static constexpr std::uint64_t ids_a_step = 16;
  static constexpr IdRetirement::Settings settings{.runs_max = 3, .journal_id = {}};
  explicit OlderIds(RunStore& given) : store{given} {}

  IdRunShelf shelf;
  RunStore& store;
  std::optional<IdRetirement> retirement;
};

struct EngineUnderTest::Live {
  Live(const StateSettings& state_settings, const SequencerSettings& settings,
       MemoryJournal& memory)
      : state{state_settings},
        journal{memory},
        facts{slabs, journal},
        sequencer{settings, state, facts} {}

  State state;
  std::array<EntryBuilder, 2> slabs;
  std::size_t slab = 0;
  JournalFactReader journal;
  SlabFactReader facts;
  Sequencer sequencer;
};

EngineUnderTest::EngineUnderTest(LedgerSettings settings)
    : settings_{settings}, runs_{std::make_unique<MemoryRunStore>()} {
  start_follower();
  start();
  SegmentOpened opened;
  opened.ordinal = segment_;
  live_->sequencer.open_segment(opened);
}

EngineUnderTest::~EngineUnderTest() = default;

StateSettings EngineUnderTest::state_settings(std::uint64_t hash_seed, OlderIds& ids) const {
  StateSettings settings;
  if (settings_.ids_a_generation > 0) {
    settings.id_runs = &ids.shelf;
    settings.ids_a_generation = settings_.ids_a_generation;
  }
  settings.accounts_max = settings_.accounts_max;
  settings.transfer_ids_max = settings_.transfer_ids_max;
  settings.holds_max = settings_.holds_max;
  settings.names_max = settings_.names_max;
  settings.streams_max = settings_.streams_max;
  settings.orders_max = settings_.orders_max;
  settings.payments_max = settings_.payments_max;
  settings.event_ids_max = settings_.event_ids_max;
  settings.tccs_max = settings_.tccs_max;
  settings.sagas_max = settings_.sagas_max;
  settings.windows.operations_per_client = settings_.window_operations;
  settings.windows.clients = settings_.window_clients;
  settings.windows.numbers = settings_.window_numbers;
  settings.hash_seed = hash_seed;
  return settings;
}

/// A fresh engine on what the journal holds, with an empty entry open.
void EngineUnderTest::start() {
  SequencerSettings settings;
  settings.auto_ledgers = settings_.auto_ledgers;
  settings.manual_clock = settings_.manual_clock;
  settings.tccs_kept = settings_.tccs_kept;
  settings.sagas_kept = settings_.sagas_kept;
  live_.reset();
  live_ids_ = std::make_unique<OlderIds>(*runs_);
  // Tags of ids depend on the seed, so a snapshot is good for its own only.
  ++starts_;
  const std::uint64_t seed = snapshot_.value() == 0 ? starts_ : followed_seed;
  live_ = std::make_unique<Live>(state_settings(seed, *live_ids_), settings, journal_);
  std::vector<RecentIds> unused;
  recover(live_->state, *live_ids_, unused);
  if (journal_.count() > 0) {
    live_->sequencer.continue_after(journal_.at(journal_.count() - 1).header.commit_time);
  }
  make_ready(live_->state, *live_ids_);
  live_->sequencer.open(live_->slabs[live_->slab]);
}

void EngineUnderTest::recover(State& state, OlderIds& ids, std::vector<RecentIds>& recent) {
  const std::size_t begin = restore(state, ids, recent);
  Replayer recovery{state, checks()};
  for (std::size_t i = begin; i < journal_.count(); ++i) {
    make_ready(state, ids);
    const auto applied = recovery.apply(journal_.at(i));
    if (!applied.ok()) return note("recovery: " + applied.error().what);
  }
}

std::size_t EngineUnderTest::restore(State& state, OlderIds& ids, std::vector<RecentIds>& recent) {
  if (snapshot_.value() == 0) return 0;
  auto opened = snapshots_.open(snapshot_);
  ENSURE(opened.ok(), "the snapshot was taken");
  SnapshotReader reader{std::move(opened).value()};
  auto restored =
      read_state(reader, *runs_, state, [&](const IdRunSet& runs) { ids.shelf.publish(runs); });
  if (restored.ok()) {
    recent = std::move(restored).value().recent;
  } else {
    note("from a snapshot: " + restored.error().what);
  }
  std::size_t after = 0;
  while (after < journal_.count() && journal_.at(after).header.first() <= snapshot_) ++after;
  return after;
}

void EngineUnderTest::start_follower() {
  follower_.reset();
  followed_.reset();
  followed_ids_ = std::make_unique<OlderIds>(*runs_);
  followed_ = std::make_unique<State>(state_settings(followed_seed, *followed_ids_));
  recent_.clear();
  recover(*followed_, *followed_ids_, recent_);
  follower_ = std::make_unique<Replayer>(*followed_, checks());
}

void EngineUnderTest::take_snapshot() {
  close_entry();
  if (settings_.ids_a_generation == 0 || journal_.count() == 0 || failure_) return;
  const EntryHeader& last = journal_.at(journal_.count() - 1).header;
  auto created = snapshots_.create();
  SnapshotWriter into{*created.value()};
  const auto runs = followed_ids_->shelf.share();
  write_state(*followed_, *runs, *runs_, recent_, into);
  if (!into.outcome().ok()) return note("a snapshot: " + into.outcome().error().what);
  ENSURE(runs_->keep(into.runs()).ok(), "memory keeps everything");
  snapshot_ = last.last();
  SnapshotHeader header;
  header.sequence = snapshot_.value();
  header.state_digest = last.state_digest;
  ENSURE(created.value()->finish(header).ok(), "memory takes every snapshot");
}

void EngineUnderTest::make_ready(State& state, OlderIds& ids) const {
  if (settings_.ids_a_generation > 0) ids.make_ready(state);
}

void EngineUnderTest::restart() {
  close_entry();
  live_.reset();
  start();
  if (starts_ % 2 == 0) start_follower();
  if (const auto differs = difference(live_->state, *followed_)) note("after restart: " + *differs);
}

void EngineUnderTest::close_entry() {
  requests_in_entry_ = 0;
  if (live_->sequencer.entry_is_empty()) return;
  const EntryView& entry = journal_.append(live_->sequencer.close(now_ns_, journal_id));
  while (RequestSlot* const question = live_->sequencer.take_filled()) given_.push_back(question);
  live_->slab ^= 1;
  make_ready(live_->state, *live_ids_);
  live_->sequencer.open(live_->slabs[live_->slab]);
  if (failure_) return;
  make_ready(*followed_, *followed_ids_);
  const auto applied = follower_->apply(entry);
  if (!applied.ok()) return note("replay: " + applied.error().what);
  if (const auto differs = difference(live_->state, *followed_)) note("replay: " + *differs);
}

std::optional<std::string> EngineUnderTest::difference(const State& a, const State& b) {
  const auto differ = [](const char* what, std::uint64_t x, std::uint64_t y) {
    return fmt::format("{} is {} in one state and {} in the other", what, x, y);
  };
  if (a.digest() != b.digest()) return differ("the digest", a.digest(), b.digest());
  if (a.last_sequence() != b.last_sequence()) {
    return differ("the last sequence", a.last_sequence().value(), b.last_sequence().value());
  }
  if (a.last_timestamp() != b.last_timestamp()) {
    return differ("the last timestamp", a.last_timestamp().value(), b.last_timestamp().value());
  }
  if (a.manual_clock() != b.manual_clock()) {
    return differ("the manual clock", a.manual_clock(), b.manual_clock());
  }
  if (a.accounts.count() != b.accounts.count()) {
    return differ("the number of accounts", a.accounts.count(), b.accounts.count());
  }
  if (a.transfer_ids.size() != b.transfer_ids.size()) {
    return differ("the number of transfer ids", a.transfer_ids.size(), b.transfer_ids.size());
  }
  if (a.holds.count() != b.holds.count()) {
    return differ("the number of open holds", a.holds.count(), b.holds.count());
  }
  if (a.transfer_times.last() != b.transfer_times.last()) {
    return differ("the last transfer's timestamp", a.transfer_times.last().value(),
                  b.transfer_times.last().value());
  }
  if (a.names.size() != b.names.size()) {
    return differ("the number of names", a.names.size(), b.names.size());
  }
  if (a.streams.count() != b.streams.count()) {
    return differ("the number of streams", a.streams.count(), b.streams.count());
  }
  if (a.event_ids.size() != b.event_ids.size()) {
    return differ("the number of domain events", a.event_ids.size(), b.event_ids.size());
  }
  if (a.tccs.count() != b.tccs.count() || a.tccs.ended_count() != b.tccs.ended_count()) {
    return differ("the number of transactions", a.tccs.count(), b.tccs.count());
  }
  if (a.sagas.count() != b.sagas.count() || a.sagas.ended_count() != b.sagas.ended_count()) {
    return differ("the number of sagas", a.sagas.count(), b.sagas.count());
  }
  // Only who sends things puts off what is due.
  const auto definitions = a.sagas.definitions();
  const bool may_put_off = std::any_of(definitions.begin(), definitions.end(),
                                       [](const auto& stored) { return stored->has_remote_steps; });
  if (!may_put_off && a.sagas.next_due_at() != b.sagas.next_due_at()) {
    return differ("when a saga is due", a.sagas.next_due_at(), b.sagas.next_due_at());
  }
  if (a.tccs.next_deadline() != b.tccs.next_deadline()) {
    return differ("the next deadline", a.tccs.next_deadline(), b.tccs.next_deadline());
  }
  const auto checkpoints = a.checkpoints.all();
  if (!std::equal(checkpoints.begin(), checkpoints.end(), b.checkpoints.all().begin(),
                  b.checkpoints.all().end())) {
    return "the checkpoints of consumers differ";
  }
  if (a.ledgers.count() != b.ledgers.count()) {
    return differ("the number of ledgers", a.ledgers.count(), b.ledgers.count());
  }
  return std::nullopt;
}

std::uint64_t EngineUnderTest::rotate_segment() {
  const std::uint64_t before = live_->state.last_sequence().value();
  SegmentSealed sealed;
  sealed.ordinal = segment_;
  live_->sequencer.seal_segment(sealed);
  close_entry();
  SegmentOpened opened;
  opened.previous_ordinal = segment_;
  opened.ordinal = ++segment_;
  live_->sequencer.open_segment(opened);
  SegmentHashed hashed;
  hashed.ordinal = segment_ - 1;
  hashed.chain[0] = static_cast<std::byte>(segment_ & 255U);
  live_->sequencer.hash_segment(hashed);
  return live_->state.last_sequence().value() - before;
}

void EngineUnderTest::execute(RequestSlot& slot) {
  reply_room_.resize(reply_room_bytes(slot.kind, slot.event_count));
  slot.reply_room = reply_room_.data();
  if (!live_->sequencer.fits(slot)) close_entry();
  ENSURE(live_->sequencer.fits(slot), "every request fits an empty entry");
  live_->sequencer.execute(slot, now_ns_);
}

BatchReply EngineUnderTest::submit(const WriteRequest& request) {
  RequestSlot slot;
  slot.kind = request.kind;
  slot.refuse_with = request.refuse_with;
  slot.role = request.role;
  slot.principal = request.principal;
  slot.reason = request.reason;
  slot.authority = request.authority;
  slot.owner = request.owner;
  slot.trace_id = request.trace_id;
  slot.business_id = request.business_id;
  slot.user_id = request.user_id;
  slot.client = request.client;
  slot.request_number = request.number;
  slot.frame_checksum = request.frame_checksum;
  slot.argument = request.argument;
  if (request.kind == RequestKind::create_accounts) lend_events(slot, request.accounts);
  if (request.kind == RequestKind::create_transfers) lend_events(slot, request.transfers);
  if (request.kind == RequestKind::put_ledgers) lend_events(slot, request.ledgers);
  if (request.kind == RequestKind::change_accounts) lend_events(slot, request.account_changes);
  if (request.kind == RequestKind::put_checkpoints) lend_events(slot, request.checkpoints);
  if (request.kind == RequestKind::put_names) {
    lend_events(slot, request.names);
  } else {
    slot.names = request.names;
  }
  std::vector<DomainEvent> events;
  std::string payloads;
  for (const AskedEvent& asked : request.events) {
    events.push_back(asked.event);
    payloads += asked.payload;
  }
  if (appends_events(request.kind) || commands_sagas(request.kind)) lend_events(slot, events);
  if (is_bundle(request.kind)) {
    lend_events(slot, request.transfers);
    slot.bundled = events;
    slot.event_count += to_count(events.size());
  }
  slot.payloads = std::as_bytes(std::span{payloads});
  if (request.kind == RequestKind::tcc_commands) {
    lend_events(slot, request.tcc_commands);
    slot.payloads = std::as_bytes(std::span{request.tcc_amounts});
  }
  if (request.kind == RequestKind::answer_steps) {
    lend_events(slot, request.answers);
    slot.payloads = request.answer_payloads;
    slot.argument_id = request.participant;
  }
  const Sequence before = live_->state.last_sequence();
  execute(slot);

  BatchReply reply;
  reply.status = slot.status;
  const bool unknown = slot.status == RequestStatus::request_number_reused ||
                       slot.status == RequestStatus::request_too_old;
  if (!unknown) reply.first_sequence = slot.first_sequence;
  if (!unknown) reply.first_timestamp = slot.first_timestamp;
  const auto* refusals = reinterpret_cast<const Refusal*>(slot.reply_room);
  for (std::uint32_t i = 0; i < slot.item_count; ++i) {
    reply.refused.push_back(
        {refusals[i].index, refusals[i].status, refusals[i].timestamp, refusals[i].part});
  }
  if (slot.rebuild_reply) read_refusals(slot.first_sequence, reply);
  if (request.kind == RequestKind::advance_clock && slot.status == RequestStatus::ok &&
      before < live_->state.last_sequence()) {
    while (!release_due(limits::releases_per_operation_max).empty()) continue;
  }
  if (++requests_in_entry_ >= requests_per_entry_) close_entry();
  return reply;
}

RequestStatus EngineUnderTest::ask_for_work(RequestSlot& question) {
  question.kind = RequestKind::take_work;
  question.query_items.clear();
  question.query_items.reserve(limits::work_reply_bytes_max);
  live_->sequencer.execute(question, now_ns_);
  return question.status;
}

std::vector<RequestSlot*> EngineUnderTest::take_given() {
  while (RequestSlot* const question = live_->sequencer.take_recalled()) {
    given_.push_back(question);
  }
  return std::exchange(given_, {});
}

std::vector<ParticipantView> EngineUnderTest::participants() {
  RequestSlot slot;
  slot.kind = RequestKind::list_participants;
  execute(slot);
  std::vector<ParticipantView> views(slot.item_count);
  std::memcpy(views.data(), slot.reply_room, views.size() * sizeof(ParticipantView));
  return views;
}

std::vector<WaitingWork> EngineUnderTest::waiting_work() {
  std::vector<WaitingWork> all;
  std::uint64_t after = 0;
  for (bool more = true; more;) {
    RequestSlot slot;
    slot.kind = RequestKind::list_waiting_work;
    slot.argument = after;
    execute(slot);
    const auto* const page = reinterpret_cast<const WaitingWork*>(slot.reply_room);
    all.insert(all.end(), page, page + slot.item_count);
    more = slot.more;
    after = slot.cursor;
  }
  return all;
}

void EngineUnderTest::do_due_work() {
  while (live_->sequencer.work_is_due(now_ns_)) {
    if (!live_->sequencer.do_due_work(now_ns_)) close_entry();
  }
  if (++requests_in_entry_ >= requests_per_entry_) close_entry();
}

std::vector<TransferId> EngineUnderTest::release_due(std::uint32_t limit) {
  if (!live_->sequencer.fits_releases()) close_entry();
  const EntryBuilder& slab = live_->slabs[live_->slab];
  std::vector<TransferId> released;
  std::uint32_t at = slab.hold_released_count();
  const std::uint32_t end = at + live_->sequencer.release_due(
                                     now_ns_, std::min(limit, limits::releases_per_operation_max));
  for (; at < end; ++at) released.push_back(slab.hold_released(at).id);
  return released;
}

/// A repeat's refusals, from the operation record: what a query thread does once it is durable.
void EngineUnderTest::read_refusals(Sequence operation, BatchReply& reply) {
  if (journal_.find(operation) == nullptr) close_entry();
  const EntryView* entry = journal_.find(operation);
  if (entry == nullptr) return note("a repeat names an operation that is not in the journal");
  const auto facts = read_facts(*entry);
  if (!facts.ok()) return note("a repeat's entry cannot be read: " + facts.error().what);
  const auto placed = operation_in(facts.value(), operation);
  if (!placed) return note("a repeat names a sequence that is no operation's");
  for (const Refusal& refusal : placed->refusals) {
    reply.refused.push_back({refusal.index, refusal.status, refusal.timestamp, refusal.part});
  }
}

std::optional<Account> EngineUnderTest::lookup_account(AccountId id) {
  const Uint128 wanted = id.value();
  RequestSlot slot;
  slot.kind = RequestKind::lookup_accounts;
  slot.client = ClientId{Uint128{client_of_lookups, 0}};
  slot.events = reinterpret_cast<const std::byte*>(&wanted);
  slot.event_count = 1;
  execute(slot);
  if (slot.item_count == 0) return std::nullopt;
  Account account;
  std::memcpy(&account, reply_room_.data(), sizeof(account));
  return account;
}

std::uint64_t EngineUnderTest::highest_number(ClientId client) {
  RequestSlot slot;
  slot.kind = RequestKind::open_session;
  slot.client = client;
  execute(slot);
  return slot.highest_number;
}

HoldView EngineUnderTest::view_of(HoldSlot slot) const {
  const Hold& hold = live_->state.holds.at(slot);
  const Account& debit = live_->state.accounts.at(hold.debit);
  HoldView view;
  view.id = hold.id;
  view.debit_account_id = debit.id;
  view.credit_account_id = live_->state.accounts.at(hold.credit).id;
  view.amount = hold.amount;
  view.posted = hold.posted;
  view.held = hold.held();
  view.owner = hold.owner;
  view.sequence = hold.sequence;
  view.expires_at = hold.expires_at;
  view.ledger = debit.ledger;
  view.code = hold.code;
  view.state = HoldState::open;
  return view;
}

std::optional<HoldView> EngineUnderTest::lookup_hold(TransferId id) {
  const State& state = live_->state;
  const HoldSlot slot = state.holds.find(id);
  if (slot != no_hold) return view_of(slot);
  ResolvedHold resolved;
  const auto look_at = [&](Sequence sequence) {
    const EntryView* entry = journal_.find(sequence);
    if (entry == nullptr) return note("a sequence is not in the journal");
    const auto facts = read_facts(*entry);
    if (!facts.ok()) return note("an entry cannot be read: " + facts.error().what);
    resolved.note_fact(facts.value(), sequence, id);
  };
  state.transfer_ids.for_each_candidate(id, [&](const TransferIdTable::Candidate& use) {
    if (!use.burnt) look_at(use.sequence);
  });
  return resolved.view();
}

std::optional<Name> EngineUnderTest::lookup_name(const NameKey& key) {
  std::optional<Name> found;
  live_->state.names.for_each_candidate(key, [&](Sequence sequence) {
    const EntryView* entry = journal_.find(sequence);
    if (entry == nullptr) return note("a name's sequence is not in the journal");
    const auto facts = read_facts(*entry);
    if (!facts.ok()) return note("an entry cannot be read: " + facts.error().what);
    const auto name = name_in(facts.value(), sequence);
    if (!name) return note("a name's sequence is another fact's");
    if (name->key() == key) found = *name;
  });
  return found;
}

const State& EngineUnderTest::state() const { return live_->state; }

void EngineUnderTest::note(std::string what) {
  if (!failure_) failure_ = std::move(what);
}

}  // namespace daybook::test
