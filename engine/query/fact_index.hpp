#pragma once

#include "engine/codec/entry_facts.hpp"
#include "engine/query/index_key.hpp"
#include "engine/query/pair_index.hpp"

namespace daybook {

/// The indexes of everything that can be queried: an account's transfers, transfers by their
/// fields, accounts by theirs. Derived from the journal, entry by entry, so they can always be made
/// again. A field that is 0 is not indexed.
///
/// Values.   Of transfers, their sequences; of accounts, their place in the order of creation.
/// Threads.  One adds; views are for any.
class FactIndex {
 public:
  explicit FactIndex(Uint128 journal_id)
      : history_{IndexKind::account_history, journal_id},
        transfers_{IndexKind::transfer_fields, journal_id},
        accounts_{IndexKind::account_fields, journal_id} {}

  /// An entry that was applied. Once this returns, views show it.
  [[nodiscard]] Result<void> add(const EntryFacts& facts);

  [[nodiscard]] IndexView history() const { return history_.view(); }
  [[nodiscard]] IndexView transfers() const { return transfers_.view(); }
  [[nodiscard]] IndexView accounts() const { return accounts_.view(); }

 private:
  void add(const Transfer& transfer, Sequence sequence);
  void add(const Account& account);

  PairIndex history_;
  PairIndex transfers_;
  PairIndex accounts_;
  std::uint64_t account_count_ = 0;
};

}  // namespace daybook
