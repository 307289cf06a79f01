#include "engine/query/fact_index.hpp"

#include <algorithm>
#include <cstring>

namespace daybook {

void FactIndex::add(const EntryFacts& facts) {
  RunWalker walker{facts};
  for (PlacedRun placed; walker.next(placed);) {
    const Run& run = placed.run;
    std::uint64_t sequence = placed.first_sequence.value();
    if (run.kind == FactKind::transfer) {
      for (const Transfer& transfer : facts.transfers.subspan(run.first, run.count)) {
        add(transfer, sequence++);
      }
    } else if (run.kind == FactKind::hold_released) {
      for (const HoldReleased& release : facts.holds_released.subspan(run.first, run.count)) {
        add(release, sequence++);
      }
    } else if (run.kind == FactKind::account) {
      for (const Account& account : facts.accounts.subspan(run.first, run.count)) add(account);
    }
  }
  history_.publish();
  transfers_.publish();
  accounts_.publish();
}

void FactIndex::add(const Transfer& transfer, std::uint64_t sequence) {
  if (sequence >= next_mark_) mark(transfer.timestamp, sequence);
  history_.add(index_key(IndexField::debit_account, transfer.debit_account_id.value()), sequence);
  history_.add(index_key(IndexField::credit_account, transfer.credit_account_id.value()), sequence);
  const std::uint64_t stretch = sequence / stretch_facts;
  add_field(IndexField::business_id, transfer.business_id.value(), stretch);
  add_field(IndexField::trace_id, transfer.trace_id.value(), stretch);
  add_field(IndexField::user_id, Uint128{transfer.user_id.value(), 0}, stretch);
  add_field(IndexField::tag, Uint128{transfer.tag.value(), 0}, stretch);
  add_field(IndexField::ledger, Uint128{transfer.ledger.value(), 0}, stretch);
  add_field(IndexField::code, Uint128{transfer.code.value(), 0}, stretch);
}

void FactIndex::add_field(IndexField field, const Uint128& number, std::uint64_t stretch) {
  if (number.is_zero()) return;
  const std::uint64_t key = index_key(field, number);
  constexpr std::uint64_t spread = 0x9e3779b97f4a7c15;
  const std::uint64_t mixed = key ^ (stretch + 1) * spread;
  std::uint64_t& seen = seen_[static_cast<std::size_t>(field)][key % seen_slots];
  if (seen == mixed) return;
  seen = mixed;
  transfers_.add(key, stretch);
}

// It changes balances and is no transfer, so it has a key of its own.
void FactIndex::add(const HoldReleased& release, std::uint64_t sequence) {
  for (const AccountId account : {release.debit_account_id, release.credit_account_id}) {
    history_.add(index_key(IndexField::released_account, account.value()), sequence);
  }
}

void FactIndex::add(const Account& account) {
  const std::uint64_t place = account_count_++;
  const auto add_account_field = [&](IndexField field, const Uint128& number) {
    if (!number.is_zero()) accounts_.add(index_key(field, number), place);
  };
  add_account_field(IndexField::business_id, account.business_id.value());
  add_account_field(IndexField::user_id, Uint128{account.user_id.value(), 0});
  add_account_field(IndexField::tag, Uint128{account.tag.value(), 0});
  add_account_field(IndexField::ledger, Uint128{account.ledger.value(), 0});
  add_account_field(IndexField::code, Uint128{account.code.value(), 0});
}

namespace {

/// Frozen: the numbers of the indexes in snapshots.
constexpr std::uint32_t history_number = 1;
constexpr std::uint32_t transfers_number = 2;
constexpr std::uint32_t accounts_number = 3;

/// Beside the marks: what else goes on where it was.
struct SavedMarks {
  std::uint64_t next_mark = 0;
  std::uint64_t account_count = 0;
};

}  // namespace

void FactIndex::save(SnapshotWriter& into) const {
  history_.save(into, history_number);
  transfers_.save(into, transfers_number);
  accounts_.save(into, accounts_number);
  into.put_with(BlockKind::index_marks, SavedMarks{next_mark_, account_count_},
                std::span<const Mark>{marks_}, 0);
}

Result<void> FactIndex::restore(const SnapshotBlock& block, const SnapshotReader& from) {
  if (block.kind == BlockKind::index_marks) {
    SavedMarks saved;
    if (block.bytes.size() < sizeof saved || block.bytes.size() % sizeof(Mark) != 0) {
      return from.damaged("has half a mark");
    }
    std::memcpy(&saved, block.bytes.data(), sizeof saved);
    next_mark_ = saved.next_mark;
    account_count_ = saved.account_count;
    const std::lock_guard lock{marks_mutex_};
    marks_.resize((block.bytes.size() - sizeof saved) / sizeof(Mark));
    std::memcpy(static_cast<void*>(marks_.data()), block.bytes.data() + sizeof saved,
                marks_.size() * sizeof(Mark));
    return {};
  }
  switch (block.number) {
    case history_number:
      return history_.restore(block, from);
    case transfers_number:
      return transfers_.restore(block, from);
    case accounts_number:
      return accounts_.restore(block, from);
    default:
      return from.damaged("has an index that this build does not know");
  }
}

void FactIndex::mark(Timestamp timestamp, std::uint64_t sequence) {
  next_mark_ = sequence + facts_a_mark;
  const std::lock_guard lock{marks_mutex_};
  marks_.push_back({timestamp, sequence});
}

std::pair<std::uint64_t, std::uint64_t> FactIndex::sequences_between(Timestamp min,
                                                                     Timestamp max) const {
  std::uint64_t first = 1;
  std::uint64_t last = ~std::uint64_t{0};
  const auto is_before = [](Timestamp wanted, const Mark& mark) { return wanted < mark.timestamp; };
  const std::lock_guard lock{marks_mutex_};
  // Whatever comes before a mark's transfer is older than it.
  const auto from = std::upper_bound(marks_.begin(), marks_.end(), min, is_before);
  if (from != marks_.begin()) first = std::prev(from)->sequence;
  if (max.value() != 0) {
    const auto to = std::upper_bound(marks_.begin(), marks_.end(), max, is_before);
    if (to != marks_.end()) last = to->sequence - 1;
  }
  return {first, last};
}

}  // namespace daybook
