#include "engine/follower/follower.hpp"

#include <algorithm>
#include <unordered_map>

#include "engine/ledger/account_state.hpp"
#include "engine/state/open_hold_view.hpp"

namespace daybook {

namespace {

/// What is done for older ids at a time while there is nothing to follow.
constexpr std::uint64_t ids_a_step = 65'536;

}  // namespace

Follower::Follower(const StateSettings& settings, Links links, PairIndex::Sizes indexes)
    : links_{std::move(links)},
      state_{settings},
      index_sizes_{indexes},
      indexes_{std::make_unique<Indexes>(indexes, links_.runs)} {
  ENSURE(
      settings.id_runs == links_.id_runs && (links_.id_runs == nullptr || links_.runs != nullptr),
      "older ids have a shelf, with a store");
  if (links_.id_runs != nullptr) {
    // The same id as recovery's runs have: they are merged with each other.
    IdRetirement::Settings retiring;
    retiring.journal_id = links_.snapshot_settings.journal_id;
    retirement_.emplace(state_.transfer_ids, *links_.id_runs, *links_.runs, retiring);
  }
  if (links_.snapshots != nullptr) {
    ENSURE(links_.id_runs != nullptr, "snapshots need runs of older ids");
    snapshots_.emplace(*links_.snapshots, *links_.runs, settings.hash_seed,
                       links_.snapshot_settings);
  }
}

void Follower::tell_trouble(const std::string& words) {
  if (links_.on_trouble) links_.on_trouble(words);
}

Result<void> Follower::begin() {
  if (snapshots_) {
    if (auto begun = snapshots_->begin(); !begun.ok()) return begun;
  }
  if (!links_.from) return {};
  // The indexes first: when they are of no use, nothing has come into the state yet.
  const auto indexes = restore_indexes(SnapshotReader{*links_.from});
  if (!indexes.ok()) {
    tell_trouble("the query indexes are made again from the journal, and queries have to wait: " +
                 indexes.error().what);
    indexes_ = std::make_unique<Indexes>(index_sizes_, links_.runs);
    auto source = links_.source_from_start();
    if (!source.ok()) return source.error();
    links_.source = source.value();
    links_.progress.followed_sequence.store(0, std::memory_order_release);
  } else if (auto restored = restore(*links_.from); !restored.ok()) {
    return restored;
  }
  links_.from.reset();
  links_.progress.reads_ready.store(true, std::memory_order_release);
  links_.on_followed();
  return {};
}

Result<void> Follower::restore_indexes(SnapshotReader reader) {
  for (;;) {
    const auto next = reader.next();
    if (!next.ok()) return next.error();
    if (!next.value()) return reader.damaged("has no indexes");
    if (next.value()->kind == BlockKind::end) return indexes_->restore(reader);
  }
}

Result<void> Follower::restore(const SnapshotBytes& snapshot) {
  SnapshotReader reader{snapshot};
  const std::lock_guard lock{mutex_};
  auto ids = read_state(reader, *links_.runs, state_, [](const IdRunSet&) {});
  if (!ids.ok()) return ids.error();
  if (snapshots_) snapshots_->continue_from(snapshot.header, std::move(ids).value().recent);
  return {};
}

void Follower::take_snapshot() {
  const auto id_runs = links_.id_runs->share();
  const auto taken = snapshots_->take({state_, *id_runs, *indexes_});
  if (!taken.ok()) {
    tell_trouble("no snapshot could be taken, so the next start will take longer: " +
                 taken.error().what);
  }
}

void Follower::run() {
  const ActingAs role{follower_thread};
  if (auto begun = begin(); !begun.ok()) return links_.on_fatal(begun.error());
  for (;;) {
    if (links_.progress.failed()) return;
    answer_snapshots();
    // Asked first: what was durable when the journaler ended is followed before this ends.
    const bool last_turn = links_.progress.journaler_done.load(std::memory_order_acquire);
    const auto followed = follow_next();
    if (!followed.ok()) {
      links_.on_fatal({followed.error().kind,
                       "the follower disagrees with the journal: " + followed.error().what});
      return;
    }
    if (followed.value()) continue;
    if (last_turn) {
      if (snapshots_ && snapshots_->is_worth_it()) take_snapshot();
      answer_snapshots();
      return;
    }
    const auto retired = retire_ids(ids_a_step);
    if (!retired.ok()) return links_.on_fatal(retired.error());
    if (retired.value()) {
      links_.on_followed();  // The sequencer may be waiting for just that.
    } else {
      rest();
    }
  }
}

Result<bool> Follower::follow_next() {
  const auto entry = links_.source->next();
  if (!entry.ok()) return entry.error();
  if (!entry.value()) return false;
  const auto facts = read_facts(*entry.value());
  if (!facts.ok()) return facts.error();
  if (retirement_) {
    auto ready = retirement_->make_ready([this] { return std::unique_lock{mutex_}; });
    if (!ready.ok()) return ready.error();
  }
  // First: whoever sees an account in the state finds it in the index, too.
  indexes_->add_before(facts.value(), state_);
  {
    const std::lock_guard lock{mutex_};
    const auto applied = replayer_.apply(facts.value());
    if (!applied.ok()) {
      links_.progress.fail();  // Here, so that no query is answered from this state.
      return applied.error();
    }
  }
  indexes_->add_after(facts.value(), state_.accounts);
  // Twice as fast as ids come, so that a generation is gone before the next one is full.
  const std::uint64_t facts_count = facts.value().header.fact_count;
  if (auto retired = retire_ids(2 * facts_count); !retired.ok()) return retired.error();
  state_.tend_memory();
  if (snapshots_) {
    snapshots_->note(facts.value(), entry.value()->value.size());
    if (snapshots_->is_due()) take_snapshot();
  }
  links_.progress.followed_sequence.store(entry.value()->header.last().value(),
                                          std::memory_order_release);
  links_.source->release();
  links_.on_followed();
  return true;
}

Result<bool> Follower::retire_ids(std::uint64_t pairs) {
  if (!retirement_) return false;
  return retirement_->step(pairs);
}

template <typename Use>
Result<void> Follower::find_in_runs(std::span<const TransferId> ids, Sequence before,
                                    Use use) const {
  if (links_.id_runs == nullptr) return {};
  const auto set = links_.id_runs->share();
  if (set->runs.empty()) return {};
  for (std::uint32_t index = 0; index < ids.size(); ++index) {
    auto searched = TransferIdTable::for_each_in_runs(
        *set, before, ids[index], state_.transfer_ids.tag_of(ids[index]),
        [&](const TransferIdTable::Candidate& candidate) { use(index, candidate); });
    if (!searched.ok()) return searched;
  }
  return {};
}

void Follower::rest() {
  links_.source->release();
  links_.sleeper.announce();
  const bool work = links_.progress.failed() ||
                    links_.progress.durable() > links_.progress.followed() ||
                    snapshots_asked_.load(std::memory_order_acquire) > snapshots_answered_ ||
                    links_.progress.journaler_done.load(std::memory_order_acquire);
  if (!work) links_.sleeper.sleep(sleep_ns_max);
  links_.sleeper.retract();
}

Result<std::vector<Follower::Candidate>> Follower::find_transfers(
    std::span<const TransferId> ids) const {
  std::vector<Candidate> candidates;
  candidates.reserve(ids.size());
  const auto note = [&](std::uint32_t index, const TransferIdTable::Candidate& found) {
    if (found.follows) return;
    candidates.push_back({.index = index, .sequence = found.sequence, .burnt = found.burnt});
  };
  Sequence before;
  {
    const std::lock_guard lock{mutex_};
    for (std::uint32_t index = 0; index < ids.size(); ++index) {
      state_.transfer_ids.for_each_in_memory(ids[index],
                                             [&](const auto& found) { note(index, found); });
    }
    before = state_.transfer_ids.generation_first();
  }
  if (auto searched = find_in_runs(ids, before, note); !searched.ok()) return searched.error();
  return candidates;
}

Result<Follower::HoldFinds> Follower::find_holds(std::span<const TransferId> ids) const {
  HoldFinds finds;
  const auto note = [&](std::uint32_t index, const TransferIdTable::Candidate& found) {
    if (!found.burnt) finds.candidates.push_back({.index = index, .sequence = found.sequence});
  };
  Sequence before;
  {
    const std::lock_guard lock{mutex_};
    finds.as_of = state_.last_sequence();
    before = state_.transfer_ids.generation_first();
    for (std::uint32_t index = 0; index < ids.size(); ++index) {
      const HoldSlot slot = state_.holds.find(ids[index]);
      if (slot != no_hold) {
        finds.open.push_back({index, view_of_open(state_.holds.at(slot), state_.accounts)});
      } else {
        state_.transfer_ids.for_each_in_memory(ids[index],
                                               [&](const auto& found) { note(index, found); });
      }
    }
  }
  if (auto searched = find_in_runs(ids, before, note); !searched.ok()) return searched.error();
  return finds;
}

Follower::NameFinds Follower::find_names(std::span<const NameKey> keys) const {
  NameFinds finds;
  const std::lock_guard lock{mutex_};
  finds.as_of = state_.last_sequence();
  for (std::uint32_t index = 0; index < keys.size(); ++index) {
    state_.names.for_each_candidate(keys[index], [&](Sequence sequence) {
      finds.candidates.push_back({.index = index, .sequence = sequence});
    });
  }
  return finds;
}

Follower::Balances Follower::trial_balance() const {
  struct Sums {
    u128 debits_pending = 0;
    u128 debits_posted = 0;
    u128 credits_pending = 0;
    u128 credits_posted = 0;
    std::uint64_t accounts = 0;
  };
  std::unordered_map<std::uint32_t, Sums> sums;
  const std::lock_guard lock{mutex_};
  for (AccountSlot slot = 0; slot < state_.accounts.count(); ++slot) {
    const Account& account = state_.accounts.at(slot);
    Sums& sum = sums[account.ledger.value()];
    sum.debits_pending += account.debits_pending.value().wide();
    sum.debits_posted += account.debits_posted.value().wide();
    sum.credits_pending += account.credits_pending.value().wide();
    sum.credits_posted += account.credits_posted.value().wide();
    ++sum.accounts;
  }
  Balances balances;
  balances.as_of = state_.last_sequence();
  for (std::size_t place = 0; place < state_.ledgers.count(); ++place) {
    const LedgerId ledger = state_.ledgers.at(place).id;
    const Sums& sum = sums[ledger.value()];
    balances.ledgers.push_back({.debits_pending = Amount{Uint128{sum.debits_pending}},
                                .debits_posted = Amount{Uint128{sum.debits_posted}},
                                .credits_pending = Amount{Uint128{sum.credits_pending}},
                                .credits_posted = Amount{Uint128{sum.credits_posted}},
                                .accounts = sum.accounts,
                                .ledger = ledger,
                                .reserved = 0});
  }
  return balances;
}

bool Follower::has_account(AccountId id) const {
  const std::lock_guard lock{mutex_};
  return state_.accounts.find(id) != no_account;
}

std::vector<Follower::FoundAccount> Follower::find_accounts(std::span<const AccountId> ids) const {
  std::vector<FoundAccount> found;
  found.reserve(ids.size());
  const std::lock_guard lock{mutex_};
  for (const AccountId id : ids) {
    const AccountSlot slot = state_.accounts.find(id);
    if (slot != no_account) found.push_back({state_.accounts.at(slot), slot});
  }
  return found;
}

void Follower::with_state(const std::function<void(const State&)>& use) const {
  const std::lock_guard lock{mutex_};
  use(state_);
}

std::uint64_t Follower::ask_for_snapshot() const {
  const std::uint64_t asked = snapshots_asked_.fetch_add(1, std::memory_order_acq_rel) + 1;
  links_.sleeper.wake();
  return asked;
}

std::optional<Follower::SnapshotAnswer> Follower::snapshot_answer(std::uint64_t asked) const {
  const std::lock_guard lock{answer_mutex_};
  if (snapshots_answered_ < asked) return std::nullopt;
  return snapshot_answer_;
}

// One snapshot answers all who asked before it was begun.
void Follower::answer_snapshots() {
  const std::uint64_t asked = snapshots_asked_.load(std::memory_order_acquire);
  if (asked == snapshots_answered_) return;
  const SnapshotAnswer answer = snapshot_now();
  {
    const std::lock_guard lock{answer_mutex_};
    snapshot_answer_ = answer;
    snapshots_answered_ = asked;
  }
  links_.on_followed();
}

Follower::SnapshotAnswer Follower::snapshot_now() {
  if (!snapshots_) {
    return {.status = RequestStatus::unknown_kind, .detail = "this engine keeps no snapshots"};
  }
  if (!snapshots_->may_take()) {
    return {.status = RequestStatus::busy,
            .detail = "the journal has no entry of its own yet that a snapshot could be of"};
  }
  if (!snapshots_->has_newest()) {
    const auto id_runs = links_.id_runs->share();
    const auto taken = snapshots_->take({state_, *id_runs, *indexes_});
    if (!taken.ok()) {
      tell_trouble("the snapshot that was asked for could not be taken: " + taken.error().what);
      const bool is_full = taken.error().kind == FailureKind::no_space;
      return {.status = is_full ? RequestStatus::disk_low : RequestStatus::busy,
              .detail = "the snapshot could not be written: the engine's alarms say why"};
    }
  }
  const SnapshotHeader& header = snapshots_->newest();
  return {.status = RequestStatus::ok,
          .detail = {},
          .sequence = header.at(),
          .digest = header.state_digest};
}

void Follower::with_accounts(
    const std::function<void(const AccountTable&, Sequence as_of)>& use) const {
  const std::lock_guard lock{mutex_};
  use(state_.accounts, state_.last_sequence());
}

Follower::StreamHead Follower::find_stream(const StreamKey& key) const {
  const std::lock_guard lock{mutex_};
  return {.version = state_.streams.version_of(key), .as_of = state_.last_sequence()};
}

void Follower::with_streams(
    const std::function<void(const StreamTable&, Sequence as_of)>& use) const {
  const std::lock_guard lock{mutex_};
  use(state_.streams, state_.last_sequence());
}

Follower::Checkpoints Follower::list_checkpoints() const {
  const std::lock_guard lock{mutex_};
  const auto all = state_.checkpoints.all();
  return {.all = {all.begin(), all.end()}, .as_of = state_.last_sequence()};
}

Follower::TccPage Follower::find_tccs(std::span<const Uint128> gids) const {
  const std::lock_guard lock{mutex_};
  TccPage page;
  page.as_of = state_.last_sequence();
  for (const Uint128& gid : gids) {
    const TccSlot slot = state_.tccs.find(gid);
    if (slot == no_tcc) continue;
    page.tccs.push_back(state_.tccs.at(slot));
    state_.tccs.for_each_branch(slot,
                                [&](const TccBranch& branch) { page.branches.push_back(branch); });
  }
  return page;
}

Follower::TccPage Follower::list_tccs(std::uint64_t cursor, std::uint64_t states,
                                      std::size_t limit) const {
  // Not for long: the follower waits.
  constexpr std::uint64_t looked_at_max = 65'536;
  const std::lock_guard lock{mutex_};
  TccPage page;
  page.as_of = state_.last_sequence();
  const std::uint64_t slots = state_.tccs.slot_end();
  const std::uint64_t end = std::min(slots, cursor + std::min(looked_at_max, slots));
  for (; cursor < end && page.tccs.size() < limit; ++cursor) {
    const TccView& view = state_.tccs.at(static_cast<TccSlot>(cursor));
    const bool wanted = states == 0 || (states >> static_cast<unsigned>(view.state) & 1) != 0;
    if (!view.gid.is_zero() && wanted) page.tccs.push_back(view);
  }
  page.cursor = cursor;
  page.more = cursor < slots;
  return page;
}

Follower::SagaPage Follower::list_sagas(const SagaFilter& filter) const {
  constexpr std::uint64_t looked_at_max = 65'536;
  const std::lock_guard lock{mutex_};
  SagaPage page;
  page.as_of = state_.last_sequence();
  const std::uint64_t slots = state_.sagas.slot_end();
  std::uint64_t cursor = std::min(filter.cursor, slots);
  const std::uint64_t end = cursor + std::min(looked_at_max, slots - cursor);
  for (; cursor < end && page.sagas.size() < filter.limit; ++cursor) {
    const SagaView& view = state_.sagas.at(static_cast<SagaSlot>(cursor));
    const bool wanted =
        (filter.statuses == 0 || (unsigned{filter.statuses} >> view.status & 1U) != 0) &&
        (filter.definition.is_zero() || filter.definition == view.definition) &&
        (filter.business_id.value().is_zero() || filter.business_id == view.business_id);
    if (!view.id.is_zero() && wanted) page.sagas.push_back(view);
  }
  page.cursor = cursor;
  page.more = cursor < slots;
  return page;
}

std::optional<EventCheckpoint> Follower::find_checkpoint(std::string_view name) const {
  const std::lock_guard lock{mutex_};
  const EventCheckpoint* const found = state_.checkpoints.find(name);
  return found == nullptr ? std::nullopt : std::optional{*found};
}

std::optional<Follower::AccountPage> Follower::list_accounts(AccountId after,
                                                             std::size_t limit) const {
  const std::lock_guard lock{mutex_};
  AccountPage page;
  page.as_of = state_.last_sequence();
  std::uint64_t slot = 0;
  if (!after.value().is_zero()) {
    const AccountSlot found = state_.accounts.find(after);
    if (found == no_account) return std::nullopt;
    slot = std::uint64_t{found} + 1;
  }
  const std::uint64_t end = std::min<std::uint64_t>(state_.accounts.count(), slot + limit);
  page.accounts.reserve(end - slot);
  for (; slot < end; ++slot) {
    page.accounts.push_back(shown(state_.accounts.at(static_cast<AccountSlot>(slot))));
  }
  page.more = end < state_.accounts.count();
  return page;
}

std::optional<Follower::LedgerPage> Follower::list_ledgers(LedgerId after,
                                                           std::size_t limit) const {
  const std::lock_guard lock{mutex_};
  LedgerPage page;
  page.as_of = state_.last_sequence();
  std::size_t begin = 0;
  if (after.value() != 0) {
    const auto place = state_.ledgers.place_of(after);
    if (!place) return std::nullopt;
    begin = *place + 1;
  }
  const std::size_t end = std::min(state_.ledgers.count(), begin + limit);
  for (std::size_t place = begin; place < end; ++place) {
    page.ledgers.push_back(state_.ledgers.at(place));
  }
  page.more = end < state_.ledgers.count();
  return page;
}

}  // namespace daybook
