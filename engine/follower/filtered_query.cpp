#include "engine/follower/filtered_query.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "engine/follower/balance_walk.hpp"
#include "engine/ledger/account_state.hpp"
#include "engine/query/query_rules.hpp"

namespace daybook {
namespace {

template <typename Item>
void append(std::vector<std::byte>& items, const Item& item) {
  const auto* bytes = reinterpret_cast<const std::byte*>(&item);
  items.insert(items.end(), bytes, bytes + sizeof(item));
}

/// The transfers of an entry, found by sequence.
class TransfersOfEntry {
 public:
  explicit TransfersOfEntry(const EntryFacts& facts) : facts_{facts} {
    RunWalker walker{facts};
    for (PlacedRun placed; walker.next(placed);) {
      if (placed.run.kind != FactKind::transfer || placed.run.count == 0) continue;
      const std::uint64_t first = placed.first_sequence.value();
      runs_.push_back({first, first + placed.run.count - 1, placed.run.first});
    }
  }

  /// Calls `use` with those in `within`, in the order asked for, until it returns false. Whether it
  /// never did.
  template <typename Use>
  bool visit(Stretch within, bool newest_first, Use use) const {
    auto begin = std::lower_bound(
        runs_.begin(), runs_.end(), within.first,
        [](const Placed& run, std::uint64_t sequence) { return run.last < sequence; });
    auto end = std::upper_bound(
        begin, runs_.end(), within.last,
        [](std::uint64_t sequence, const Placed& run) { return sequence < run.first; });
    while (begin != end) {
      const Placed& run = newest_first ? *--end : *begin++;
      const std::uint64_t first = std::max(run.first, within.first);
      const std::uint64_t last = std::min(run.last, within.last);
      for (std::uint64_t each = 0; each <= last - first; ++each) {
        const std::uint64_t sequence = newest_first ? last - each : first + each;
        if (!use(facts_.transfers[run.index + (sequence - run.first)], sequence)) return false;
      }
    }
    return true;
  }

 private:
  struct Placed {
    std::uint64_t first;
    std::uint64_t last;
    std::size_t index;
  };

  const EntryFacts& facts_;
  std::vector<Placed> runs_;
};

}  // namespace

FilteredQuery::FilteredQuery(const Follower& follower, WithFacts with_facts, Sequence as_of,
                             RequestSlot& slot)
    : follower_{follower}, with_facts_{std::move(with_facts)}, as_of_{as_of}, slot_{slot} {
  std::memcpy(&filter_, slot.events, sizeof(filter_));
}

void FilteredQuery::refuse(std::string_view why) {
  slot_.status = RequestStatus::filter_invalid;
  slot_.detail = why;
}

Result<void> FilteredQuery::run() {
  slot_.first_sequence = as_of_;
  slot_.cursor = filter_.cursor;
  if (const auto fault = fault_of(slot_.kind, filter_)) {
    refuse(*fault);
    return {};
  }
  if (slot_.kind == RequestKind::query_accounts) {
    // Chosen and copied at one moment, so that none is missing and the balances belong together.
    follower_.with_accounts([this](const AccountTable& accounts, Sequence as_of) {
      slot_.first_sequence = as_of;
      find_accounts(accounts);
    });
    slot_.item_count = item_count_;
    return {};
  }
  const bool of_account = slot_.kind != RequestKind::query_transfers;
  if (of_account && !follower_.has_account(filter_.account_id)) {
    refuse("there is no account with this account_id");
    return {};
  }
  auto found = find_transfers();
  if (found.ok() && slot_.kind == RequestKind::get_account_balances) found = show_balances();
  slot_.item_count = item_count_;
  return found;
}

Result<void> FilteredQuery::find_transfers() {
  const FactIndex& index = follower_.index();
  auto [first, last] = index.sequences_between(filter_.timestamp_min, filter_.timestamp_max);
  last = std::min(last, as_of_.value());
  if (filter_.cursor != 0 && newest_first()) last = std::min(last, filter_.cursor - 1);
  if (filter_.cursor != 0 && !newest_first()) {
    if (filter_.cursor >= last) return {};
    first = std::max(first, filter_.cursor + 1);
  }
  if (first > last) return {};
  Candidates candidates = Candidates::of_transfers(index, filter_, first, last);
  return look_at_transfers(candidates);
}

// Entry by entry: neighbouring stretches often share one, and one may cross a border.
Result<void> FilteredQuery::look_at_transfers(Candidates& candidates) {
  constexpr std::uint32_t entries_max = 4'096;  // Of which many may hold no transfer.
  std::optional<Stretch> stretch = candidates.next();
  for (std::uint32_t entries = 0; stretch; ++entries) {
    if (page_ends() || entries == entries_max) {
      slot_.more = true;
      return {};
    }
    const Sequence at{newest_first() ? stretch->last : stretch->first};
    auto read = with_facts_(
        at, [&](const EntryFacts& facts) { look_at_entry(facts, candidates, stretch); });
    if (!read.ok()) return read;
  }
  return {};
}

// Looks at all that lies in this entry, unless the page ends before.
void FilteredQuery::look_at_entry(const EntryFacts& facts, Candidates& candidates,
                                  std::optional<Stretch>& stretch) {
  const TransfersOfEntry transfers{facts};
  const std::uint64_t first_here = facts.header.first().value();
  const std::uint64_t last_here = facts.header.last().value();
  while (stretch && !page_ends()) {
    const Stretch here{std::max(stretch->first, first_here), std::min(stretch->last, last_here)};
    if (here.first > here.last) return;
    const bool all = transfers.visit(here, newest_first(),
                                     [&](const Transfer& transfer, std::uint64_t sequence) {
                                       if (page_ends()) return false;
                                       look_at(transfer, sequence);
                                       return true;
                                     });
    if (!all) return;
    slot_.cursor = newest_first() ? here.first : here.last;
    if (newest_first() ? stretch->first < first_here : stretch->last > last_here) {
      (newest_first() ? stretch->last : stretch->first) =
          newest_first() ? first_here - 1 : last_here + 1;
      return;
    }
    stretch = candidates.next();
  }
}

void FilteredQuery::look_at(const Transfer& transfer, std::uint64_t sequence) {
  ++looked_at_;
  slot_.cursor = sequence;
  if (!passes(filter_, transfer)) return;
  ++item_count_;
  if (slot_.kind != RequestKind::get_account_balances) return append(slot_.query_items, transfer);
  AccountBalance& balance = balances_.emplace_back();
  balance.transfer_id = transfer.id;
  balance.timestamp = transfer.timestamp;
  balance.sequence = Sequence{sequence};
}

// The page's transfers are known; now what the account's balances were after each.
Result<void> FilteredQuery::show_balances() {
  BalanceWalk walk{follower_, with_facts_, filter_.account_id, as_of_, newest_first()};
  item_count_ = 0;
  for (AccountBalance& balance : balances_) {
    if (item_count_ > 0 && walk.facts_read() >= looked_at_max) {
      slot_.more = true;
      slot_.cursor = balances_[item_count_ - 1].sequence.value();
      return {};
    }
    const auto after = walk.after(balance.sequence);
    if (!after.ok()) return after.error();
    balance.debits_pending = after.value().debits_pending;
    balance.debits_posted = after.value().debits_posted;
    balance.credits_pending = after.value().credits_pending;
    balance.credits_posted = after.value().credits_posted;
    append(slot_.query_items, balance);
    ++item_count_;
  }
  return {};
}

void FilteredQuery::find_accounts(const AccountTable& accounts) {
  // Places in the order of creation, and so of time; cursors count them from 1.
  std::uint64_t begin = accounts.first_not_before(filter_.timestamp_min);
  std::uint64_t end = accounts.count();
  if (filter_.timestamp_max.value() != 0) {
    end = accounts.first_not_before(Timestamp{filter_.timestamp_max.value() + 1});
  }
  if (filter_.cursor != 0 && newest_first()) end = std::min(end, filter_.cursor - 1);
  if (filter_.cursor != 0 && !newest_first()) begin = std::max(begin, filter_.cursor);
  if (begin >= end) return;
  Candidates candidates = Candidates::of_accounts(follower_.index(), filter_, begin, end - 1);
  while (const auto stretch = candidates.next()) {
    for (std::uint64_t each = 0; each <= stretch->last - stretch->first; ++each) {
      if (page_ends()) {
        slot_.more = true;
        return;
      }
      const std::uint64_t place = newest_first() ? stretch->last - each : stretch->first + each;
      look_at(accounts.at(static_cast<AccountSlot>(place)), place);
    }
  }
}

void FilteredQuery::look_at(const Account& account, std::uint64_t place) {
  ++looked_at_;
  slot_.cursor = place + 1;
  if (!passes(filter_, account)) return;
  append(slot_.query_items, shown(account));
  ++item_count_;
}

}  // namespace daybook
