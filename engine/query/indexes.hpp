#pragma once

#include "engine/base/result.hpp"
#include "engine/query/account_history.hpp"
#include "engine/query/balance_checkpoints.hpp"
#include "engine/query/fact_index.hpp"
#include "engine/query/ledger_totals.hpp"
#include "engine/query/operation_index.hpp"
#include "engine/query/stream_index.hpp"
#include "engine/state/state.hpp"

namespace daybook {

/// All that the follower keeps for queries beside its state. Derived from the journal, entry by
/// entry, so it can always be made again.
///
/// Threads.  One adds, saves and restores; reading is for any, once restored.
class Indexes {
 public:
  /// As PairIndex.
  Indexes(PairIndex::Sizes sizes, RunStore* store)
      : facts{sizes, store}, streams{sizes, store}, operations{sizes, store}, balances{store} {}

  /// An entry that is about to be applied to `state`: who sees an account there finds it here, too.
  void add_before(const EntryFacts& entry, const State& state);
  /// The same entry; `accounts` are as they are after it.
  void add_after(const EntryFacts& entry, const AccountTable& accounts) {
    balances.add(entry, accounts);
  }

  /// Up to and with BlockKind::index_end.
  void save(SnapshotWriter& into) const;
  /// `from` stands behind the state. Errors as PairIndex; then this is of no use.
  [[nodiscard]] Result<void> restore(SnapshotReader& from);

  FactIndex facts;
  StreamIndex streams;
  OperationIndex operations;
  AccountHistory history;
  LedgerTotals totals;
  BalanceCheckpoints balances;

 private:
  [[nodiscard]] Result<void> take(const SnapshotBlock& block, const SnapshotReader& from);
};

}  // namespace daybook
