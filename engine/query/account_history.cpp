#include "engine/query/account_history.hpp"

#include <algorithm>
#include <iterator>

#include "engine/ledger/account_changes.hpp"
#include "engine/query/index_key.hpp"

namespace daybook {
namespace {

constexpr unsigned closes = transfer_flag::closing_debit | transfer_flag::closing_credit;
constexpr std::uint32_t index_number = 6;  // Frozen, in snapshots.
constexpr unsigned resolves =
    transfer_flag::post_pending_transfer | transfer_flag::void_pending_transfer;

}  // namespace

void AccountHistory::add(const EntryFacts& facts, const AccountTable& accounts) {
  facts_ = &facts;
  accounts_ = &accounts;
  changed_.clear();
  RunWalker walker{facts};
  for (PlacedRun placed; walker.next(placed);) {
    const Run& run = placed.run;
    Sequence sequence = placed.first_sequence;
    if (run.kind == FactKind::account) {
      add_created(placed);
    } else if (run.kind == FactKind::transfer) {
      for (const Transfer& transfer : facts.transfers.subspan(run.first, run.count)) {
        const bool matters = (transfer.flags & closes) != 0 ||
                             (!closing_.empty() && (transfer.flags & resolves) != 0);
        if (matters) add(transfer, sequence);
        sequence = daybook::next(sequence);
      }
    } else if (run.kind == FactKind::hold_released) {
      for (const HoldReleased& each : facts.holds_released.subspan(run.first, run.count)) {
        release(each.id, sequence);
        sequence = daybook::next(sequence);
      }
    } else if (run.kind == FactKind::account_change) {
      for (const AccountChange& each : facts.account_changes.subspan(run.first, run.count)) {
        change(each, sequence);
        sequence = daybook::next(sequence);
      }
    }
  }
  index_.publish();
}

void AccountHistory::add_created(const PlacedRun& placed) {
  const std::uint64_t slot = account_count_;
  const std::uint64_t sequence = placed.first_sequence.value();
  account_count_ += placed.run.count;
  if (placed.run.count == 0) return;
  const std::lock_guard lock{mutex_};
  const bool goes_on =
      !created_.empty() && slot - created_.back().slot == sequence - created_.back().sequence;
  if (!goes_on) created_.push_back({slot, sequence});
}

void AccountHistory::add(const Transfer& transfer, Sequence sequence) {
  if ((transfer.flags & transfer_flag::pending) != 0) {
    const Closing closing{.debit = transfer.debit_account_id,
                          .credit = transfer.credit_account_id,
                          .held = transfer.amount.value().wide(),
                          .flags = transfer.flags};
    closing_.insert_or_assign(transfer.id, closing);
    return close(closing, true, sequence);
  }
  const auto found = closing_.find(transfer.pending_id);
  if (found == closing_.end()) return;
  const u128 amount = transfer.amount.value().wide();
  const bool keeps =
      (transfer.flags & transfer_flag::keep_remainder) != 0 && amount < found->second.held;
  if (keeps) {
    found->second.held -= amount;
  } else {
    release(transfer.pending_id, sequence);
  }
}

void AccountHistory::release(TransferId id, Sequence sequence) {
  const auto found = closing_.find(id);
  if (found == closing_.end()) return;
  const Closing closing = found->second;
  closing_.erase(found);
  close(closing, false, sequence);
}

void AccountHistory::close(const Closing& closing, bool closed, Sequence sequence) {
  const auto set = [&](AccountId id) {
    Attributes* const attributes = attributes_of(id);
    if (attributes == nullptr) return;
    set_closed(attributes->account, account_state::closed_by_hold, closed);
    write_down(*attributes, sequence);
  };
  if ((closing.flags & transfer_flag::closing_debit) != 0) set(closing.debit);
  if ((closing.flags & transfer_flag::closing_credit) != 0) set(closing.credit);
}

void AccountHistory::change(const AccountChange& change, Sequence sequence) {
  Attributes* const attributes = attributes_of(change.account_id);
  if (attributes == nullptr) return;
  change_attributes(attributes->account, attributes->limits, change);
  write_down(*attributes, sequence);
}

// As they are so far in this entry. Null for an account that does not exist: such facts are
// refused when they are applied.
AccountHistory::Attributes* AccountHistory::attributes_of(AccountId id) {
  if (const auto known = changed_.find(id); known != changed_.end()) return &known->second;
  const AccountSlot slot = accounts_->find(id);
  if (slot != no_account) {
    const Account& account = accounts_->at(slot);
    const bool limited = (account.flags & account_state::limited) != 0;
    const AccountLimits limits = limited ? accounts_->limits(slot) : AccountLimits{};
    return &changed_.emplace(id, Attributes{account, limits}).first->second;
  }
  const auto made = std::find_if(facts_->accounts.begin(), facts_->accounts.end(),
                                 [id](const Account& account) { return account.id == id; });
  if (made == facts_->accounts.end()) return nullptr;
  return &changed_.emplace(id, Attributes{as_kept(*made), {}}).first->second;
}

void AccountHistory::write_down(const Attributes& attributes, Sequence sequence) {
  const std::lock_guard lock{mutex_};
  index_.add(index_key(IndexField::changed_account, attributes.account.id.value()),
             changes_.size());
  changes_.push_back({.account = attributes.account.id,
                      .sequence = sequence,
                      .limits = attributes.limits,
                      .flags = attributes.account.flags});
}

Sequence AccountHistory::created(AccountSlot slot) const {
  const std::lock_guard lock{mutex_};
  const auto after =
      std::upper_bound(created_.begin(), created_.end(), std::uint64_t{slot},
                       [](std::uint64_t wanted, const Created& run) { return wanted < run.slot; });
  ENSURE(after != created_.begin(), "an account was created by a fact");
  const Created& run = *std::prev(after);
  return Sequence{run.sequence + (slot - run.slot)};
}

// How many changes are not after `sequence`: the first ones.
std::uint64_t AccountHistory::count_up_to(Sequence sequence) const {
  const std::lock_guard lock{mutex_};
  const auto after = std::upper_bound(
      changes_.begin(), changes_.end(), sequence,
      [](Sequence wanted, const AccountAttributes& change) { return wanted < change.sequence; });
  return static_cast<std::uint64_t>(after - changes_.begin());
}

std::optional<AccountAttributes> AccountHistory::newest(AccountId account,
                                                        Sequence sequence) const {
  const std::uint64_t count = count_up_to(sequence);
  if (count == 0) return std::nullopt;
  IndexedValues places{index_.view(), index_key(IndexField::changed_account, account.value()), 0,
                       count - 1, IndexOrder::descending};
  while (const auto place = places.next()) {
    const std::lock_guard lock{mutex_};
    // Two accounts may share a tag.
    if (changes_[*place].account == account) return changes_[*place];
  }
  return std::nullopt;
}

void AccountHistory::save(SnapshotWriter& into) const {
  index_.save(into, index_number);
  into.put_one(BlockKind::account_count, account_count_);
  into.put(BlockKind::accounts_created, std::span<const Created>{created_});
  const std::vector<AccountAttributes> changes{changes_.begin(), changes_.end()};
  into.put(BlockKind::attributes_changed, std::span{changes});
  std::vector<SavedClosing> closing;
  for (const auto& [hold, each] : closing_) closing.push_back({hold, each});
  into.put(BlockKind::closing_holds, std::span<const SavedClosing>{closing});
}

bool AccountHistory::owns(const SnapshotBlock& block) {
  return (PairIndex::is_of_an_index(block) && block.number == index_number) ||
         block.kind == BlockKind::account_count || block.kind == BlockKind::accounts_created ||
         block.kind == BlockKind::attributes_changed || block.kind == BlockKind::closing_holds;
}

Result<void> AccountHistory::restore(const SnapshotBlock& block, const SnapshotReader& from) {
  if (PairIndex::is_of_an_index(block)) return index_.restore(block, from);
  const std::lock_guard lock{mutex_};
  const auto append = [&](auto items, auto take) -> Result<void> {
    if (!items) return from.damaged("has half an account's history");
    for (const auto& item : *items) take(item);
    return {};
  };
  if (block.kind == BlockKind::account_count) {
    return append(block.items<std::uint64_t>(),
                  [&](std::uint64_t count) { account_count_ = count; });
  }
  if (block.kind == BlockKind::accounts_created) {
    return append(block.items<Created>(), [&](const Created& each) { created_.push_back(each); });
  }
  if (block.kind == BlockKind::attributes_changed) {
    return append(block.items<AccountAttributes>(),
                  [&](const AccountAttributes& each) { changes_.push_back(each); });
  }
  return append(block.items<SavedClosing>(),
                [&](const SavedClosing& each) { closing_.emplace(each.hold, each.closing); });
}

}  // namespace daybook
