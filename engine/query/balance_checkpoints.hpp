#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/hash.hpp"
#include "engine/codec/entry_facts.hpp"
#include "engine/index/stored_array.hpp"
#include "engine/ledger/account_table.hpp"
#include "engine/query/pair_index.hpp"
#include "engine/snapshot/saved_run.hpp"

namespace daybook {

/// An account's balances after all facts up to `sequence`. 88 bytes.
struct BalanceCheckpoint {
  AccountId account;
  Amount debits_pending;
  Amount debits_posted;
  Amount credits_pending;
  Amount credits_posted;
  Sequence sequence;
};
static_assert(sizeof(BalanceCheckpoint) == 88);

/// Balances of accounts, written down now and then, so that those after any fact are found without
/// adding up a whole history: from the newest checkpoint before it, over what changed since.
///
/// When.     One fact in 128 is marked, by a hash of its sequence, and after its entry the balances
///           of its two accounts are written down. So an account has a checkpoint about every 128
///           facts that touch it, without a counter for each account, which would cost a miss of
///           the caches a transfer. Distances vary: k times the usual one is met once in e^k, and
///           an entry's facts (some 14,000 at most) lie between two checkpoints however often they
///           touch one account.
/// Cost.     Of a transfer: a multiplication; a 64th of finding an account and of an index pair.
///           Together about 3 ns.
/// Memory.   Of a transfer: a 64th of 88 bytes and of an index pair, about 1.5 bytes, in the store;
///           in memory a chunk, 1.4 MiB.
/// Threads.  One adds; newest() is for any.
class BalanceCheckpoints {
 public:
  /// `store`: as PairIndex.
  explicit BalanceCheckpoints(RunStore* store)
      : store_{store}, index_{index_sizes, store, "balance-places"} {}

  /// An entry that was applied; `accounts` are as they are after it. Once this returns, newest()
  /// finds what was written down.
  void add(const EntryFacts& facts, const AccountTable& accounts);

  /// The account's newest one that is not after `sequence`; nothing where there is none, and all
  /// balances were 0 at the beginning. Cost: some 10 µs, 1 µs more for each 4 million transfers.
  [[nodiscard]] std::optional<BalanceCheckpoint> newest(AccountId account, Sequence sequence) const;

  /// Calls `use(const BalanceCheckpoint&)` for each, in the order of sequences. The adding thread.
  template <typename Use>
  void for_each(Use use) const {
    for (const Chunk& chunk : chunks_) {
      for (const BalanceCheckpoint& each : chunk.items()) use(each);
    }
  }
  /// Where an account's checkpoints are, counted from 0 in that order.
  [[nodiscard]] IndexView places() const { return index_.view(); }

  /// Frozen, as those of FactIndex.
  static constexpr std::uint32_t index_number = 4;
  /// As those of PairIndex.
  void save(SnapshotWriter& into) const;
  [[nodiscard]] static bool owns(const SnapshotBlock& block) {
    return block.kind == BlockKind::checkpoint_runs || block.kind == BlockKind::checkpoints ||
           (PairIndex::is_of_an_index(block) && block.number == index_number);
  }
  [[nodiscard]] Result<void> restore(const SnapshotBlock& block, const SnapshotReader& from);

  /// After the entry of a marked fact its accounts' balances are written down.
  [[nodiscard]] static constexpr bool is_marked(Sequence sequence) {
    return fold_multiply(sequence.value() ^ 0x243f6a8885a308d3, 0x9e3779b97f4a7c15) % interval == 0;
  }
  static constexpr std::uint64_t interval = 128;

 private:
  /// Small: there are few pairs, and each search goes through the newest of them.
  static constexpr PairIndex::Sizes index_sizes{.pairs_a_block = std::size_t{1} << 12,
                                                .blocks_a_run = 16};
  static constexpr std::size_t chunk_size = 16'384;
  /// Checkpoints in order of sequence: in memory, and when there are chunk_size, in the store.
  struct Chunk {
    std::vector<BalanceCheckpoint> own;
    StoredArray stored;
    Sequence first;

    [[nodiscard]] std::span<const BalanceCheckpoint> items() const {
      return stored.is_stored() ? items_of<BalanceCheckpoint>(stored) : own;
    }
  };

  template <typename Item>
  void mark(std::span<const Item> items, Sequence first, const AccountTable& accounts);
  void write_down(const Account& account, Sequence sequence);
  [[nodiscard]] const BalanceCheckpoint& at(std::uint64_t place) const {
    return chunks_[place / chunk_size].items()[place % chunk_size];
  }
  [[nodiscard]] std::uint64_t count_up_to(Sequence sequence) const;
  void store_last_chunk();
  [[nodiscard]] Result<void> restore_chunk(const SavedRun& saved, const SnapshotReader& from);

  RunStore* store_;
  PairIndex index_;  // Of an account: the places of its checkpoints.
  std::vector<AccountSlot> marked_;
  mutable std::mutex mutex_;   // Guards what follows: whoever adds writes, newest() reads.
  std::vector<Chunk> chunks_;  // All but the last have chunk_size.
  std::uint64_t count_ = 0;
};

}  // namespace daybook
