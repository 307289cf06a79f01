#include "engine/query/balance_checkpoints.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/query/index_key.hpp"

namespace daybook {
namespace {

constexpr StoredArray::What chunk_array{'D', 'B', 'B', 'A', 'L', 'N', 'C', '1'};

}  // namespace

void BalanceCheckpoints::add(const EntryFacts& facts, const AccountTable& accounts) {
  marked_.clear();
  RunWalker walker{facts};
  for (PlacedRun placed; walker.next(placed);) {
    const Run& run = placed.run;
    if (run.kind == FactKind::transfer) {
      mark(facts.transfers.subspan(run.first, run.count), placed.first_sequence, accounts);
    } else if (run.kind == FactKind::hold_released) {
      mark(facts.holds_released.subspan(run.first, run.count), placed.first_sequence, accounts);
    }
  }
  const Sequence last = facts.header.last();
  if (marked_.empty()) return;
  std::sort(marked_.begin(), marked_.end());
  marked_.erase(std::unique(marked_.begin(), marked_.end()), marked_.end());
  for (const AccountSlot slot : marked_) write_down(accounts.at(slot), last);
  index_.publish();
}

template <typename Item>
void BalanceCheckpoints::mark(std::span<const Item> items, Sequence first,
                              const AccountTable& accounts) {
  Sequence sequence = first;
  for (const Item& item : items) {
    if (is_marked(sequence)) {
      marked_.push_back(accounts.find(item.debit_account_id));
      marked_.push_back(accounts.find(item.credit_account_id));
    }
    sequence = next(sequence);
  }
}

void BalanceCheckpoints::write_down(const Account& account, Sequence sequence) {
  index_.add(index_key(IndexField::balance_account, account.id.value()), count_);
  if (count_ % chunk_size == 0 && count_ > 0) store_last_chunk();
  const std::lock_guard lock{mutex_};
  if (count_ % chunk_size == 0) {
    chunks_.push_back({.own = {}, .stored = {}, .first = sequence});
    chunks_.back().own.reserve(chunk_size);
  }
  chunks_.back().own.push_back({.account = account.id,
                                .debits_pending = account.debits_pending,
                                .debits_posted = account.debits_posted,
                                .credits_pending = account.credits_pending,
                                .credits_posted = account.credits_posted,
                                .sequence = sequence});
  ++count_;
}

// A chunk that the store does not take stays in memory.
void BalanceCheckpoints::store_last_chunk() {
  if (store_ == nullptr) return;
  const std::array parts{std::as_bytes(std::span{std::as_const(chunks_.back().own)})};
  auto stored = StoredArray::write(chunk_array, {}, parts, *store_, "balances");
  if (!stored.ok()) return;
  std::vector<BalanceCheckpoint> dropped;
  const std::lock_guard lock{mutex_};
  chunks_.back().stored = std::move(stored).value();
  dropped.swap(chunks_.back().own);
}

void BalanceCheckpoints::save(SnapshotWriter& into) const {
  index_.save(into, index_number);
  for (const Chunk& chunk : chunks_) {
    if (chunk.stored.is_stored()) {
      into.needs_run(chunk.stored.name());
      into.put_one(BlockKind::checkpoint_runs, SavedRun{chunk.stored.name()});
    } else {
      into.put(BlockKind::checkpoints, std::span{chunk.own});
    }
  }
}

Result<void> BalanceCheckpoints::restore(const SnapshotBlock& block, const SnapshotReader& from) {
  if (block.kind == BlockKind::checkpoint_runs) {
    const auto saved = block.items<SavedRun>();
    if (!saved) return from.damaged("has half a name of a run");
    for (const SavedRun& each : *saved) {
      if (auto restored = restore_chunk(each, from); !restored.ok()) return restored;
    }
    return {};
  }
  if (block.kind != BlockKind::checkpoints) {
    return index_.restore(block, from);
  }
  const auto items = block.items<BalanceCheckpoint>();
  if (!items) return from.damaged("has half a checkpoint");
  const std::lock_guard lock{mutex_};
  for (const BalanceCheckpoint& each : *items) {
    if (count_ % chunk_size == 0) {
      chunks_.push_back({.own = {}, .stored = {}, .first = each.sequence});
      chunks_.back().own.reserve(chunk_size);
    }
    chunks_.back().own.push_back(each);
    ++count_;
  }
  return {};
}

Result<void> BalanceCheckpoints::restore_chunk(const SavedRun& saved, const SnapshotReader& from) {
  if (store_ == nullptr || count_ % chunk_size != 0)
    return from.damaged("has a chunk of balances too many");
  auto bytes = store_->open_kept(saved.name());
  if (!bytes.ok()) return bytes.error();
  auto array = StoredArray::open(chunk_array, std::move(bytes).value());
  if (!array.ok()) return array.error();
  if (auto checked = array.value().check(); !checked.ok()) return checked;
  Chunk chunk{.own = {}, .stored = std::move(array).value(), .first = {}};
  if (chunk.items().size() != chunk_size) return from.damaged("has half a chunk of balances");
  chunk.first = chunk.items().front().sequence;
  const std::lock_guard lock{mutex_};
  chunks_.push_back(std::move(chunk));
  count_ += chunk_size;
  return {};
}

// How many checkpoints are not after `sequence`: the first ones.
std::uint64_t BalanceCheckpoints::count_up_to(Sequence sequence) const {
  const std::lock_guard lock{mutex_};
  const auto after =
      std::upper_bound(chunks_.begin(), chunks_.end(), sequence,
                       [](Sequence wanted, const Chunk& chunk) { return wanted < chunk.first; });
  if (after == chunks_.begin()) return 0;
  const auto end = static_cast<std::uint64_t>(after - chunks_.begin()) * chunk_size;
  std::uint64_t low = end - chunk_size;
  std::uint64_t high = std::min(count_, end);
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (at(middle).sequence <= sequence) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

std::optional<BalanceCheckpoint> BalanceCheckpoints::newest(AccountId account,
                                                            Sequence sequence) const {
  const std::uint64_t count = count_up_to(sequence);
  if (count == 0) return std::nullopt;
  IndexedValues places{index_.view(), index_key(IndexField::balance_account, account.value()), 0,
                       count - 1, IndexOrder::descending};
  while (const auto place = places.next()) {
    const std::lock_guard lock{mutex_};
    const BalanceCheckpoint& found = at(*place);
    // Two accounts may share a tag.
    if (found.account == account) return found;
  }
  return std::nullopt;
}

}  // namespace daybook
