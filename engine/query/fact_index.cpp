#include "engine/query/fact_index.hpp"

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
  if (sequence >= next_mark_) {
    next_mark_ = sequence + facts_a_mark;
    marks_.add(transfer.timestamp, sequence);
  }
  history_.add(index_key(IndexField::debit_account, transfer.debit_account_id.value()), sequence);
  history_.add(index_key(IndexField::credit_account, transfer.credit_account_id.value()), sequence);
  const std::uint64_t stretch = sequence / stretch_facts;
  add_field(IndexField::business_id, transfer.business_id.value(), stretch);
  add_field(IndexField::trace_id, transfer.trace_id.value(), stretch);
  add_field(IndexField::user_id, Uint128{transfer.user_id.value(), 0}, stretch);
  add_field(IndexField::tag, Uint128{transfer.tag.value(), 0}, stretch);
  add_field(IndexField::ledger, Uint128{transfer.ledger.value(), 0}, stretch);
  add_field(IndexField::code, Uint128{transfer.code.value(), 0}, stretch);
  add_field(IndexField::followed, transfer.pending_id.value(), stretch);
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
  add_field(IndexField::followed, release.id.value(), sequence / stretch_facts);
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
constexpr std::uint32_t marks_number = 0;

}  // namespace

void FactIndex::save(SnapshotWriter& into) const {
  history_.save(into, history_number);
  transfers_.save(into, transfers_number);
  accounts_.save(into, accounts_number);
  marks_.save(into, marks_number, {next_mark_, account_count_});
}

bool FactIndex::owns(const SnapshotBlock& block) {
  if (block.kind == BlockKind::index_marks) return block.number == marks_number;
  return PairIndex::is_of_an_index(block) && block.number >= history_number &&
         block.number <= accounts_number;
}

Result<void> FactIndex::restore(const SnapshotBlock& block, const SnapshotReader& from) {
  if (block.kind == BlockKind::index_marks) {
    const auto words = marks_.restore(block, from);
    if (!words.ok()) return words.error();
    next_mark_ = words.value().first;
    account_count_ = words.value().second;
    return {};
  }
  if (block.number == history_number) return history_.restore(block, from);
  return (block.number == transfers_number ? transfers_ : accounts_).restore(block, from);
}

}  // namespace daybook
