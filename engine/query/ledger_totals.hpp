#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "engine/base/uint128.hpp"
#include "engine/codec/entry_facts.hpp"
#include "engine/model/ids.hpp"
#include "engine/snapshot/snapshot_blocks.hpp"

namespace daybook {

/// The sums of a ledger's accounts, mod 2^128. A fact moves as much on the debit side as on the
/// credit side, which is checked where it is applied, so one number stands for both.
struct LedgerTotal {
  LedgerId ledger;
  std::uint64_t accounts = 0;
  u128 pending = 0;
  u128 posted = 0;
};

/// Adds up what facts do to ledgers.
///
/// Threads.  One.
class LedgerFold {
 public:
  /// A post that takes only part of its hold gives the rest back, and the hold's whole amount
  /// stands elsewhere: it must be subtracted from the ledger's pending sum, less what
  /// `captured_before`.
  struct Rest {
    std::uint64_t sequence = 0;
    std::size_t place = 0;  ///< Of the ledger.
    TransferId hold;
    u128 captured_before = 0;
  };

  LedgerFold() = default;
  explicit LedgerFold(std::vector<LedgerTotal> totals);

  /// The next entry, or its operations up to `until`, which ends one. Calls `rest(Rest)` for holds
  /// of other entries.
  void add(const EntryFacts& facts, Sequence until, const std::function<void(const Rest&)>& rest);

  /// What `rest` was called for.
  void give_back(const Rest& rest, u128 amount_of_hold) {
    totals_[rest.place].pending -= amount_of_hold - rest.captured_before;
  }

  /// In the order in which the ledgers were registered.
  [[nodiscard]] const std::vector<LedgerTotal>& totals() const { return totals_; }

 private:
  struct IdHash {
    std::size_t operator()(const TransferId& id) const;
  };
  [[nodiscard]] std::size_t place_of(LedgerId ledger);
  void add(const EntryFacts& facts, std::size_t index, Sequence sequence,
           const std::function<void(const Rest&)>& rest);
  [[nodiscard]] std::optional<u128> amount_in_entry(const EntryFacts& facts, TransferId hold);

  std::vector<LedgerTotal> totals_;
  std::unordered_map<std::uint32_t, std::size_t> places_;
  LedgerId last_ledger_;
  std::size_t last_place_ = 0;
  // Of the entry that is being added, once it is asked for.
  std::unordered_map<TransferId, u128, IdHash> holds_;
  bool holds_are_known_ = false;
};

/// The trial balance now and then, so that the one after any fact is found by adding up a few
/// entries.
///
/// When.     After the first entry that is at least 8,192 facts, and 16 for each ledger, behind the
///           one before.
/// Memory.   48 bytes a ledger each time: at most 3 bytes a fact.
/// Threads.  One adds; newest() is for any.
class LedgerTotals {
 public:
  struct Checkpoint {
    std::vector<LedgerTotal> totals;  ///< In the order of registration.
    Sequence sequence;                ///< Of the last fact in them.
  };

  /// The next entry of the journal, before it is applied. `amount_of_hold`: of a hold of an earlier
  /// entry that is open before this one; nothing where there is none, which is refused when it is
  /// applied.
  void add(const EntryFacts& facts,
           const std::function<std::optional<u128>(TransferId)>& amount_of_hold);

  /// The newest one that is not after `sequence`; an empty one at sequence 0 where there is none.
  [[nodiscard]] Checkpoint newest(Sequence sequence) const;

  static constexpr std::uint64_t facts_between = 8'192;

  /// As those of FactIndex.
  void save(SnapshotWriter& into) const;
  [[nodiscard]] static bool owns(const SnapshotBlock& block) {
    return block.kind == BlockKind::ledger_totals;
  }
  [[nodiscard]] Result<void> restore(const SnapshotBlock& block, const SnapshotReader& from);

 private:
  LedgerFold fold_;
  std::uint64_t written_ = 0;  // Up to which sequence there are checkpoints.
  mutable std::mutex mutex_;   // Guards what follows.
  std::deque<Checkpoint> checkpoints_;
};

}  // namespace daybook
