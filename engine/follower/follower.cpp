#include "engine/follower/follower.hpp"

#include <algorithm>

namespace daybook {

Follower::Follower(const StateSettings& settings, Links links)
    : links_{std::move(links)}, state_{settings} {}

void Follower::run() {
  const ActingAs role{follower_thread};
  for (;;) {
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
  {
    const std::lock_guard lock{mutex_};
    const auto applied = replayer_.apply(*entry.value());
    if (!applied.ok()) return applied.error();
  }
  state_.accounts.release_retired();
  state_.transfer_ids.release_retired();
  links_.progress.followed_sequence.store(entry.value()->header.last().value(),
                                          std::memory_order_release);
  links_.source.release();
  links_.on_followed();
  return true;
}

void Follower::rest() {
  links_.source.release();
  links_.sleeper.announce();
  const bool work = links_.progress.durable() > links_.progress.followed() ||
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
    page.accounts.push_back(state_.accounts.at(static_cast<AccountSlot>(slot)));
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
