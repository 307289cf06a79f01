#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "engine/base/hash.hpp"
#include "engine/codec/entry_facts.hpp"
#include "engine/ledger/account_table.hpp"
#include "engine/query/pair_index.hpp"

namespace daybook {

/// An account's flags and limits after the fact at `sequence`.
struct AccountAttributes {
  AccountId account;
  Sequence sequence;
  AccountLimits limits;
  std::uint16_t flags = 0;  ///< As the account table keeps them.
};

/// When accounts were created, and how their flags and limits changed since: by operators, and by
/// pending transfers that close accounts. Derived from the journal, entry by entry.
///
/// Threads.  One adds; the rest is for any.
/// Cost.     Of a transfer: a look at its flags; of a change: finding the account and an index
/// pair. Memory.   16 bytes for each run of accounts that were created one after the other; of a
/// change
///           about 90 bytes.
class AccountHistory {
 public:
  AccountHistory() : index_{index_sizes} {}

  /// The next entry of the journal, before it is applied: `accounts` are as they were before it.
  /// Any facts are safe. Once this returns, the others know the entry.
  void add(const EntryFacts& facts, const AccountTable& accounts);

  /// Of the fact that created the account in this slot. Requires: the entry that created it was
  /// added. Cost: O(log runs).
  [[nodiscard]] Sequence created(AccountSlot slot) const;

  /// What the newest change up to `sequence` made of the account; nothing where there was none, and
  /// it was as it had been created.
  [[nodiscard]] std::optional<AccountAttributes> newest(AccountId account, Sequence sequence) const;

  /// As those of FactIndex.
  void save(SnapshotWriter& into) const;
  [[nodiscard]] static bool owns(const SnapshotBlock& block);
  [[nodiscard]] Result<void> restore(const SnapshotBlock& block, const SnapshotReader& from);

 private:
  static constexpr PairIndex::Sizes index_sizes{.pairs_a_block = std::size_t{1} << 12,
                                                .blocks_a_run = 16};

  /// Accounts whose slots and sequences follow one another.
  struct Created {
    std::uint64_t slot = 0;
    std::uint64_t sequence = 0;
  };
  struct Attributes {
    Account account;
    AccountLimits limits;
  };
  /// An open pending transfer that closes accounts.
  struct Closing {
    AccountId debit;
    AccountId credit;
    u128 held = 0;
    std::uint16_t flags = 0;
  };
  struct SavedClosing {
    TransferId hold;
    Closing closing;
  };
  template <typename Id>
  struct IdHash {
    std::size_t operator()(const Id& id) const {
      return static_cast<std::size_t>(mix(id.value(), 0));
    }
  };
  using Changed = std::unordered_map<AccountId, Attributes, IdHash<AccountId>>;

  void add_created(const PlacedRun& placed);
  void add(const Transfer& transfer, Sequence sequence);
  void change(const AccountChange& change, Sequence sequence);
  void release(TransferId id, Sequence sequence);
  void close(const Closing& closing, bool closed, Sequence sequence);
  [[nodiscard]] Attributes* attributes_of(AccountId id);
  void write_down(const Attributes& attributes, Sequence sequence);
  [[nodiscard]] std::uint64_t count_up_to(Sequence sequence) const;

  // Of the entry that is being added.
  const EntryFacts* facts_ = nullptr;
  const AccountTable* accounts_ = nullptr;
  Changed changed_;

  std::unordered_map<TransferId, Closing, IdHash<TransferId>> closing_;
  std::uint64_t account_count_ = 0;
  PairIndex index_;           // Of an account: the places of its changes.
  mutable std::mutex mutex_;  // Guards what follows: whoever adds writes, the others read.
  std::vector<Created> created_;
  std::deque<AccountAttributes> changes_;  // In order of sequence.
};

}  // namespace daybook
