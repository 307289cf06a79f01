#include "engine/follower/filtered_query.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

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
    find_accounts();
    return {};
  }
  const bool of_account = slot_.kind == RequestKind::get_account_transfers;
  if (of_account && !follower_.has_account(filter_.account_id)) {
    refuse("there is no account with this account_id");
    return {};
  }
  auto found = find_transfers();
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
  append(slot_.query_items, transfer);
  ++item_count_;
}

// What is asked for never changes, so accounts are chosen first; their balances are then of one
// moment.
void FilteredQuery::find_accounts() {
  // Places in the order of creation; cursors count them from 1.
  const auto places = follower_.accounts_between(filter_.timestamp_min, filter_.timestamp_max);
  std::uint64_t begin = places.first;
  std::uint64_t end = places.second;
  if (filter_.cursor != 0 && newest_first()) end = std::min(end, filter_.cursor - 1);
  if (filter_.cursor != 0 && !newest_first()) begin = std::max(begin, filter_.cursor);
  if (begin < end) {
    Candidates candidates = Candidates::of_accounts(follower_.index(), filter_, begin, end - 1);
    look_at_accounts(candidates);
  }
  const Follower::AccountsAt found = follower_.accounts_at(chosen_);
  for (const Account& account : found.accounts) append(slot_.query_items, account);
  slot_.item_count = item_count_;
  slot_.first_sequence = found.as_of;
}

void FilteredQuery::look_at_accounts(Candidates& candidates) {
  std::optional<Stretch> places = candidates.next();
  std::vector<AccountSlot> slots;
  while (places) {
    slots.clear();
    while (places && slots.size() < limits::batch_events_max) {
      slots.push_back(static_cast<AccountSlot>(newest_first() ? places->last : places->first));
      if (places->first == places->last) {
        places = candidates.next();
      } else if (newest_first()) {
        --places->last;
      } else {
        ++places->first;
      }
    }
    const std::vector<Account> accounts = follower_.accounts_at(slots).accounts;
    for (std::size_t at = 0; at < slots.size(); ++at) {
      if (page_ends()) {
        slot_.more = true;
        return;
      }
      ++looked_at_;
      slot_.cursor = std::uint64_t{slots[at]} + 1;
      if (!passes(filter_, accounts[at])) continue;
      chosen_.push_back(slots[at]);
      ++item_count_;
    }
  }
}

}  // namespace daybook
