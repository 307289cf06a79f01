#include "engine/follower/filtered_query.hpp"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "engine/query/query_rules.hpp"
#include "engine/replay/entry_reader.hpp"

namespace daybook {
namespace {

template <typename Item>
void append(std::vector<std::byte>& items, const Item& item) {
  const auto* bytes = reinterpret_cast<const std::byte*>(&item);
  items.insert(items.end(), bytes, bytes + sizeof(item));
}

// Transfers of an entry with their sequences, in the order asked for, until `use` returns false.
template <typename Use>
void for_each_transfer(const EntryFacts& facts, bool newest_first, Use use) {
  std::vector<PlacedRun> runs;
  RunWalker walker{facts};
  for (PlacedRun placed; walker.next(placed);) {
    if (placed.run.kind == FactKind::transfer && placed.run.count > 0) runs.push_back(placed);
  }
  if (newest_first) std::reverse(runs.begin(), runs.end());
  for (const PlacedRun& placed : runs) {
    for (std::uint32_t at = 0; at < placed.run.count; ++at) {
      const std::uint32_t index = newest_first ? placed.run.count - 1 - at : at;
      const std::uint64_t sequence = placed.first_sequence.value() + index;
      if (!use(facts.transfers[placed.run.first + index], sequence)) return;
    }
  }
}

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
    if (auto chosen = choose_accounts(); !chosen.ok()) return chosen;
    show_accounts();
    return {};
  }
  const bool of_account = slot_.kind == RequestKind::get_account_transfers;
  if (of_account && !follower_.has_account(filter_.account_id)) {
    refuse("there is no account with this account_id");
    return {};
  }
  return find_transfers();
}

Result<std::optional<Transfer>> FilteredQuery::transfer_at(std::uint64_t sequence) {
  std::optional<Transfer> found;
  auto read = with_facts_(Sequence{sequence}, [&](const EntryFacts& facts) {
    found = transfer_in(facts, Sequence{sequence});
  });
  if (!read.ok()) return read.error();
  return found;
}

// Timestamps grow with sequences, so the first candidate that is not earlier is found by halving.
Result<std::optional<std::uint64_t>> FilteredQuery::first_candidate_at(std::uint64_t first,
                                                                       std::uint64_t last,
                                                                       Timestamp timestamp) {
  QueryFilter ascending = filter_;
  ascending.flags = static_cast<std::uint16_t>(filter_.flags & ~query_flag::newest_first);
  std::optional<std::uint64_t> found;
  while (first <= last) {
    const std::uint64_t middle = first + (last - first) / 2;
    auto candidates = Candidates::of_transfers(follower_.index(), ascending, middle, last);
    const auto candidate = candidates->next();
    if (!candidate.ok()) return candidate.error();
    bool late = true;  // No candidate from the middle on: look before it.
    if (candidate.value()) {
      const auto transfer = transfer_at(*candidate.value());
      if (!transfer.ok()) return transfer.error();
      ENSURE(transfer.value().has_value(), "the index names transfers");
      late = transfer.value()->timestamp >= timestamp;
      if (late) found = candidate.value();
      if (!late) first = *candidate.value() + 1;
    }
    if (late) {
      if (middle == first) break;
      last = middle - 1;
    }
  }
  return found;
}

Result<void> FilteredQuery::find_transfers() {
  std::uint64_t first = 1;
  std::uint64_t last = as_of_.value();
  if (filter_.cursor != 0) {
    if (newest_first()) last = std::min(last, filter_.cursor - 1);
    if (!newest_first()) first = std::min(filter_.cursor, last) + 1;
  }
  const bool indexed = Candidates::of_transfers(follower_.index(), filter_, 1, 0).has_value();
  if (!indexed) return scan_transfers(first, last);
  if (filter_.timestamp_min.value() != 0 && first <= last) {
    const auto begin = first_candidate_at(first, last, filter_.timestamp_min);
    if (!begin.ok()) return begin.error();
    if (!begin.value()) return {};
    first = *begin.value();
  }
  if (filter_.timestamp_max.value() != 0 && first <= last) {
    const Timestamp after{filter_.timestamp_max.value() + 1};
    const auto end = first_candidate_at(first, last, after);
    if (!end.ok()) return end.error();
    if (end.value()) last = *end.value() - 1;
  }
  return look_at_transfers(first, last);
}

void FilteredQuery::take(const Transfer& transfer) {
  append(slot_.query_items, transfer);
  ++slot_.item_count;
}

Result<void> FilteredQuery::look_at_transfers(std::uint64_t first, std::uint64_t last) {
  if (first > last) return {};
  auto candidates = Candidates::of_transfers(follower_.index(), filter_, first, last);
  auto next_one = candidates->next();
  // Entry by entry: neighbours often share one.
  while (next_one.ok() && next_one.value()) {
    if (slot_.item_count == filter_.limit || looked_at_ >= looked_at_max) {
      slot_.more = true;
      return {};
    }
    std::optional<Failure> failure;
    auto read = with_facts_(Sequence{*next_one.value()}, [&](const EntryFacts& facts) {
      while (next_one.ok() && next_one.value() && slot_.item_count < filter_.limit &&
             looked_at_ < looked_at_max) {
        const Sequence sequence{*next_one.value()};
        if (sequence < facts.header.first() || sequence > facts.header.last()) return;
        const auto transfer = transfer_in(facts, sequence);
        ENSURE(transfer.has_value(), "the index names transfers");
        if (passes(filter_, *transfer)) take(*transfer);
        slot_.cursor = sequence.value();
        ++looked_at_;
        next_one = candidates->next();
      }
    });
    if (!read.ok()) return read;
  }
  return next_one.ok() ? Result<void>{} : next_one.error();
}

// No field that is indexed is set: every transfer, entry by entry.
Result<void> FilteredQuery::scan_transfers(std::uint64_t first, std::uint64_t last) {
  constexpr std::uint32_t entries_max = 1'024;  // Of which many may hold no transfer.
  for (std::uint32_t entries = 0; first <= last; ++entries) {
    if (slot_.item_count == filter_.limit || looked_at_ >= looked_at_max ||
        entries == entries_max) {
      slot_.more = true;
      return {};
    }
    const std::uint64_t at = newest_first() ? last : first;
    auto read = with_facts_(Sequence{at}, [&](const EntryFacts& facts) {
      bool cut = false;
      for_each_transfer(facts, newest_first(),
                        [&](const Transfer& transfer, std::uint64_t sequence) {
                          if (sequence < first || sequence > last) return true;
                          cut = slot_.item_count == filter_.limit || looked_at_ >= looked_at_max;
                          if (cut) return false;
                          if (passes(filter_, transfer)) take(transfer);
                          slot_.cursor = sequence;
                          ++looked_at_;
                          return true;
                        });
      if (cut) {
        slot_.more = true;
        return;
      }
      // The whole entry was looked at.
      if (newest_first()) {
        last = facts.header.first().value() - 1;
        slot_.cursor = facts.header.first().value();
      } else {
        first = facts.header.last().value() + 1;
        slot_.cursor = std::min(facts.header.last().value(), last);
      }
    });
    if (!read.ok() || slot_.more) return read;
  }
  return {};
}

// What is asked for never changes, so accounts are chosen first; their balances are then of one
// moment.
void FilteredQuery::show_accounts() {
  const Follower::AccountsAt found = follower_.accounts_at(chosen_);
  for (const Account& account : found.accounts) append(slot_.query_items, account);
  slot_.item_count = static_cast<std::uint32_t>(chosen_.size());
  slot_.first_sequence = found.as_of;
}

Result<void> FilteredQuery::choose_accounts() {
  std::uint64_t first = 0;  // Places, in order of creation; cursors count from 1.
  std::uint64_t last = follower_.account_count();
  if (last == 0) return {};
  --last;
  if (filter_.cursor != 0) {
    if (newest_first() && filter_.cursor == 1) return {};
    if (newest_first()) last = std::min(last, filter_.cursor - 2);
    if (!newest_first()) first = filter_.cursor;
  }
  const auto places = follower_.accounts_between(filter_.timestamp_min, filter_.timestamp_max);
  first = std::max(first, places.first);
  if (places.second == 0 || first >= places.second) return {};
  last = std::min(last, places.second - 1);
  if (first > last) return {};
  auto candidates = Candidates::of_accounts(follower_.index(), filter_, first, last);
  if (!candidates) {
    scan_accounts(first, last);
    return {};
  }

  std::vector<AccountSlot> slots;
  auto next_one = candidates->next();
  while (next_one.ok() && next_one.value() && !slot_.more) {
    slots.push_back(static_cast<AccountSlot>(*next_one.value()));
    next_one = candidates->next();
    const bool last_one = !next_one.ok() || !next_one.value();
    if (!last_one && slots.size() < limits::batch_events_max) continue;
    look_at_accounts(slots);
    slots.clear();
    if (!last_one && (chosen_.size() == filter_.limit || looked_at_ >= looked_at_max)) {
      slot_.more = true;
    }
  }
  return next_one.ok() ? Result<void>{} : next_one.error();
}

void FilteredQuery::scan_accounts(std::uint64_t first, std::uint64_t last) {
  while (!slot_.more) {
    std::vector<AccountSlot> slots;
    while (first <= last && slots.size() < limits::batch_events_max) {
      const bool done = first == last;
      slots.push_back(static_cast<AccountSlot>(newest_first() ? last : first));
      if (done) {
        last = 0;
        first = 1;
      } else if (newest_first()) {
        --last;
      } else {
        ++first;
      }
    }
    look_at_accounts(slots);
    if (first > last) return;
    if (chosen_.size() == filter_.limit || looked_at_ >= looked_at_max) slot_.more = true;
  }
}

void FilteredQuery::look_at_accounts(std::span<const AccountSlot> slots) {
  const std::vector<Account> accounts = follower_.accounts_at(slots).accounts;
  for (std::size_t at = 0; at < slots.size(); ++at) {
    if (chosen_.size() == filter_.limit || looked_at_ >= looked_at_max) {
      slot_.more = true;
      return;
    }
    if (passes(filter_, accounts[at])) chosen_.push_back(slots[at]);
    slot_.cursor = std::uint64_t{slots[at]} + 1;
    ++looked_at_;
  }
}

}  // namespace daybook
