#include "engine/query/fact_index.hpp"

namespace daybook {

Result<void> FactIndex::add(const EntryFacts& facts) {
  RunWalker walker{facts};
  for (PlacedRun placed; walker.next(placed);) {
    const Run& run = placed.run;
    if (run.kind == FactKind::transfer) {
      Sequence sequence = placed.first_sequence;
      for (const Transfer& transfer : facts.transfers.subspan(run.first, run.count)) {
        add(transfer, sequence);
        sequence = next(sequence);
      }
    } else if (run.kind == FactKind::account) {
      for (const Account& account : facts.accounts.subspan(run.first, run.count)) add(account);
    }
  }
  const Sequence last = facts.header.last();
  for (PairIndex* const index : {&history_, &transfers_, &accounts_}) {
    if (auto done = index->after_entry(last); !done) return done;
  }
  return {};
}

void FactIndex::add(const Transfer& transfer, Sequence sequence) {
  const std::uint64_t value = sequence.value();
  history_.add(index_key(IndexField::debit_account, transfer.debit_account_id.value()), value);
  history_.add(index_key(IndexField::credit_account, transfer.credit_account_id.value()), value);
  const auto add_field = [&](IndexField field, const Uint128& number) {
    if (!number.is_zero()) transfers_.add(index_key(field, number), value);
  };
  add_field(IndexField::business_id, transfer.business_id.value());
  add_field(IndexField::trace_id, transfer.trace_id.value());
  add_field(IndexField::user_id, Uint128{transfer.user_id.value(), 0});
  add_field(IndexField::tag, Uint128{transfer.tag.value(), 0});
  add_field(IndexField::ledger, Uint128{transfer.ledger.value(), 0});
  add_field(IndexField::code, Uint128{transfer.code.value(), 0});
}

void FactIndex::add(const Account& account) {
  const std::uint64_t place = account_count_++;
  const auto add_field = [&](IndexField field, const Uint128& number) {
    if (!number.is_zero()) accounts_.add(index_key(field, number), place);
  };
  add_field(IndexField::business_id, account.business_id.value());
  add_field(IndexField::user_id, Uint128{account.user_id.value(), 0});
  add_field(IndexField::tag, Uint128{account.tag.value(), 0});
  add_field(IndexField::ledger, Uint128{account.ledger.value(), 0});
  add_field(IndexField::code, Uint128{account.code.value(), 0});
}

}  // namespace daybook
