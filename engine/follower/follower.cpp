#include "engine/follower/follower.hpp"

#include <algorithm>
#include <unordered_map>

#include "engine/ledger/account_state.hpp"

namespace daybook {

Follower::Follower(const StateSettings& settings, Links links, PairIndex::Sizes indexes)
    : links_{std::move(links)}, state_{settings}, index_{indexes} {}

void Follower::run() {
  const ActingAs role{follower_thread};
  for (;;) {
    if (links_.progress.failed()) return;
    // Asked first: what was durable when the journaler ended is followed before this ends.
    const bool last_turn = links_.progress.journaler_done.load(std::memory_order_acquire);
    const auto followed = follow_next();
    if (!followed.ok()) {
      links_.on_fatal({followed.error().kind,
                       "the follower disagrees with the journal: " + followed.error().what});
      return;
    }
    if (followed.value()) continue;
    if (last_turn) return;
    rest();
  }
}

Result<bool> Follower::follow_next() {
  const auto entry = links_.source.next();
  if (!entry.ok()) return entry.error();
  if (!entry.value()) return false;
  const auto facts = read_facts(*entry.value());
  if (!facts.ok()) return facts.error();
  // First: whoever sees an account in the state finds it in the index, too.
  index_.add(facts.value());
  {
    const std::lock_guard lock{mutex_};
    const auto applied = replayer_.apply(facts.value());
    if (!applied.ok()) {
      links_.progress.fail();  // Here, so that no query is answered from this state.
      return applied.error();
    }
  }
  checkpoints_.add(facts.value(), state_.accounts);
  state_.release_retired();
  links_.progress.followed_sequence.store(entry.value()->header.last().value(),
                                          std::memory_order_release);
  links_.source.release();
  links_.on_followed();
  return true;
}

void Follower::rest() {
  links_.source.release();
  links_.sleeper.announce();
  const bool work = links_.progress.failed() ||
                    links_.progress.durable() > links_.progress.followed() ||
                    links_.progress.journaler_done.load(std::memory_order_acquire);
  if (!work) links_.sleeper.sleep(sleep_ns_max);
  links_.sleeper.retract();
}

std::vector<Follower::Candidate> Follower::find_transfers(std::span<const TransferId> ids) const {
  std::vector<Candidate> candidates;
  candidates.reserve(ids.size());
  const std::lock_guard lock{mutex_};
  for (std::uint32_t index = 0; index < ids.size(); ++index) {
    state_.transfer_ids.for_each_candidate(ids[index], [&](const TransferIdTable::Use& use) {
      candidates.push_back({.index = index, .sequence = use.sequence, .burnt = use.burnt});
    });
  }
  return candidates;
}

Follower::HoldFinds Follower::find_holds(std::span<const TransferId> ids) const {
  HoldFinds finds;
  const std::lock_guard lock{mutex_};
  finds.as_of = state_.last_sequence();
  for (std::uint32_t index = 0; index < ids.size(); ++index) {
    const HoldSlot slot = state_.holds.find(ids[index]);
    if (slot != no_hold) {
      const Hold& hold = state_.holds.at(slot);
      const Account& debit = state_.accounts.at(hold.debit);
      finds.open.push_back({index,
                            {.id = hold.id,
                             .debit_account_id = debit.id,
                             .credit_account_id = state_.accounts.at(hold.credit).id,
                             .amount = hold.amount,
                             .posted = hold.posted,
                             .held = hold.held(),
                             .owner = hold.owner,
                             .resolved_by = {},
                             .sequence = hold.sequence,
                             .expires_at = hold.expires_at,
                             .ledger = debit.ledger,
                             .code = hold.code,
                             .state = HoldState::open}});
      continue;
    }
    state_.transfer_ids.for_each_candidate(ids[index], [&](const TransferIdTable::Use& use) {
      if (!use.burnt) finds.candidates.push_back({.index = index, .sequence = use.sequence});
    });
    state_.transfer_ids.for_each_follow_up(ids[index], [&](Sequence sequence) {
      finds.candidates.push_back({.index = index, .sequence = sequence});
    });
  }
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

void Follower::with_accounts(
    const std::function<void(const AccountTable&, Sequence as_of)>& use) const {
  const std::lock_guard lock{mutex_};
  use(state_.accounts, state_.last_sequence());
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
