#include "engine/follower/as_of_query.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/follower/balance_walk.hpp"
#include "engine/ledger/account_state.hpp"
#include "engine/model/views.hpp"

namespace daybook {
namespace {

template <typename Item>
void append(std::vector<std::byte>& items, const Item& item) {
  const auto* bytes = reinterpret_cast<const std::byte*>(&item);
  items.insert(items.end(), bytes, bytes + sizeof(item));
}

// The last fact of the operation that `sequence` is part of, or of the engine's own facts beside
// it: as Replayer::apply_until() has it.
Sequence end_of_operation(const EntryFacts& facts, Sequence sequence) {
  Sequence end{facts.header.first().value() - 1};
  RunWalker walker{facts};
  for (PlacedRun placed; walker.next(placed);) {
    const Sequence begin =
        placed.starts_operation ? placed.operation_sequence : placed.first_sequence;
    const bool begins = placed.starts_operation || placed.run.operation == no_operation;
    if (begins && begin > sequence) break;
    if (placed.starts_operation) end = placed.operation_sequence;
    if (placed.run.count > 0) {
      end = Sequence{placed.first_sequence.value() + placed.run.count - 1};
    }
  }
  return end;
}

Failure contradiction(Sequence sequence, const char* what) {
  return {FailureKind::damaged, "at sequence " + std::to_string(sequence.value()) + ": " + what +
                                    "; restart, the indexes are made again from the journal"};
}

}  // namespace

Result<bool> AsOfQuery::find_moment() {
  slot_.first_sequence = links_.as_of;
  const bool by_sequence = slot_.at_sequence != 0;
  const bool by_time = slot_.at_time.value() != 0;
  if (by_sequence == by_time) {
    slot_.status = RequestStatus::filter_invalid;
    slot_.detail = "say as of when: a sequence or a time, one of them";
    return false;
  }
  if (slot_.at_sequence > links_.as_of.value()) {
    slot_.status = RequestStatus::index_behind;
    return false;
  }
  auto found = by_time ? find_moment_by_time() : find_moment_by_sequence();
  if (!found.ok()) return found.error();
  slot_.first_sequence = moment_;
  return true;
}

Result<void> AsOfQuery::find_moment_by_time() {
  const std::uint64_t time = slot_.at_time.value();
  auto found = links_.journal.with_entry_at_time(time, [&](const EntryView& entry) {
    moment_ = entry.header.last();
    commit_time_ = Timestamp{entry.header.commit_time};
  });
  // Before the first entry there was nothing.
  if (!found.ok() && found.error().kind != FailureKind::not_found) return found;
  if (moment_ <= links_.as_of) return {};
  moment_ = links_.as_of;  // The follower is not there yet; it is at an entry's end.
  return links_.with_facts(moment_, [&](const EntryFacts& facts) {
    commit_time_ = Timestamp{facts.header.commit_time};
  });
}

Result<void> AsOfQuery::find_moment_by_sequence() {
  return links_.with_facts(Sequence{slot_.at_sequence}, [&](const EntryFacts& facts) {
    moment_ = end_of_operation(facts, Sequence{slot_.at_sequence});
    commit_time_ = Timestamp{facts.header.commit_time};
  });
}

Result<void> AsOfQuery::lookup_accounts() {
  const auto moment = find_moment();
  if (!moment.ok()) return moment.error();
  if (!moment.value()) return {};
  slot_.cursor = commit_time_.value();
  const std::span ids{reinterpret_cast<const AccountId*>(slot_.events), slot_.event_count};
  for (const Follower::FoundAccount& found : links_.follower.find_accounts(ids)) {
    if (links_.follower.history().created(found.slot) > moment_) continue;
    if (auto looked = look_up(found); !looked.ok()) return looked;
  }
  return {};
}

Result<void> AsOfQuery::look_up(const Follower::FoundAccount& found) {
  AccountAsOf answer{.account = found.account,
                     .minimum = AccountAsOf::no_minimum,
                     .maximum = AccountAsOf::no_maximum};
  Account& account = answer.account;
  const auto attributes = links_.follower.history().newest(account.id, moment_);
  account.flags = attributes ? attributes->flags : flags_as_created(account);
  if (attributes && (attributes->flags & account_state::limited) != 0) {
    answer.minimum = attributes->limits.minimum;
    answer.maximum = attributes->limits.maximum;
  }
  account.flags &= account_flag::shown;
  BalanceWalk walk{links_.follower, links_.with_facts, account.id, moment_, false};
  const auto balances = walk.as_of();
  if (!balances.ok()) return balances.error();
  account.debits_pending = balances.value().debits_pending;
  account.debits_posted = balances.value().debits_posted;
  account.credits_pending = balances.value().credits_pending;
  account.credits_posted = balances.value().credits_posted;
  append(slot_.query_items, answer);
  ++slot_.item_count;
  return {};
}

Result<void> AsOfQuery::trial_balance() {
  const auto moment = find_moment();
  if (!moment.ok()) return moment.error();
  if (!moment.value()) return {};
  const auto fold = fold_to_moment();
  if (!fold.ok()) return fold.error();
  const auto& totals = fold.value().totals();
  const std::size_t begin = std::min<std::size_t>(slot_.argument, totals.size());
  const std::size_t end = std::min<std::size_t>(begin + slot_.limit, totals.size());
  for (std::size_t at = begin; at < end; ++at) {
    const LedgerTotal& total = totals[at];
    append(slot_.query_items, LedgerBalance{.debits_pending = Amount{Uint128{total.pending}},
                                            .debits_posted = Amount{Uint128{total.posted}},
                                            .credits_pending = Amount{Uint128{total.pending}},
                                            .credits_posted = Amount{Uint128{total.posted}},
                                            .accounts = total.accounts,
                                            .ledger = total.ledger,
                                            .reserved = 0});
  }
  slot_.item_count = static_cast<std::uint32_t>(end - begin);
  slot_.cursor = end;
  slot_.more = end < totals.size();
  return {};
}

Result<LedgerFold> AsOfQuery::fold_to_moment() {
  LedgerTotals::Checkpoint checkpoint = links_.follower.totals().newest(moment_);
  LedgerFold fold{std::move(checkpoint.totals)};
  std::vector<LedgerFold::Rest> rests;
  for (Sequence at = checkpoint.sequence; at < moment_;) {
    auto read = links_.with_facts(next(at), [&](const EntryFacts& facts) {
      fold.add(facts, moment_, [&](const LedgerFold::Rest& rest) { rests.push_back(rest); });
      at = facts.header.last();
    });
    if (!read.ok()) return read.error();
  }
  if (auto given = give_back(fold, std::move(rests)); !given.ok()) return given.error();
  return fold;
}

// The holds that posts took a part of: looked up together, and each entry is read once.
Result<void> AsOfQuery::give_back(LedgerFold& fold, std::vector<LedgerFold::Rest> rests) {
  if (rests.empty()) return {};
  std::vector<TransferId> ids;
  for (const LedgerFold::Rest& rest : rests) ids.push_back(rest.hold);
  auto searched = links_.follower.find_transfers(ids);
  if (!searched.ok()) return searched.error();
  auto candidates = std::move(searched).value();
  std::erase_if(candidates, [](const Follower::Candidate& each) { return each.burnt; });
  std::sort(candidates.begin(), candidates.end(),
            [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
  std::vector<bool> given(rests.size());
  for (std::size_t at = 0; at < candidates.size();) {
    auto read = links_.with_facts(candidates[at].sequence, [&](const EntryFacts& facts) {
      const FactPlaces places{facts};
      for (; at < candidates.size() && candidates[at].sequence <= facts.header.last(); ++at) {
        const std::uint32_t index = candidates[at].index;
        const Transfer* const hold = places.transfer_at(candidates[at].sequence);
        if (hold == nullptr || hold->id != ids[index] || given[index]) continue;
        fold.give_back(rests[index], hold->amount.value().wide());
        given[index] = true;
      }
    });
    if (!read.ok()) return read;
  }
  const auto missing = std::find(given.begin(), given.end(), false);
  if (missing == given.end()) return {};
  const auto index = static_cast<std::size_t>(missing - given.begin());
  return contradiction(Sequence{rests[index].sequence},
                       "a post's pending transfer is not to be found");
}

}  // namespace daybook
