#include "engine/query/balance_checkpoints.hpp"

#include <algorithm>

#include "engine/query/index_key.hpp"

namespace daybook {

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
  const std::lock_guard lock{mutex_};
  if (count_ % chunk_size == 0) chunks_.push_back(std::make_unique<Chunk>());
  (*chunks_.back())[count_ % chunk_size] = {.account = account.id,
                                            .debits_pending = account.debits_pending,
                                            .debits_posted = account.debits_posted,
                                            .credits_pending = account.credits_pending,
                                            .credits_posted = account.credits_posted,
                                            .sequence = sequence};
  ++count_;
}

// How many checkpoints are not after `sequence`: the first ones.
std::uint64_t BalanceCheckpoints::count_up_to(Sequence sequence) const {
  const std::lock_guard lock{mutex_};
  std::uint64_t low = 0;
  std::uint64_t high = count_;
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
