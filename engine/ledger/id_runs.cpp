#include "engine/ledger/id_runs.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include "engine/base/assert.hpp"

namespace daybook {

IdRunShelf::IdRunShelf() {
  kept_.push_back(std::make_shared<const IdRunSet>());
  newest_.store(kept_.back().get());
}

IdRunShelf::Reader::Reader(IdRunShelf& shelf) : shelf_{shelf} {
  const std::lock_guard lock{shelf.mutex_};
  ENSURE(shelf.reader_count_ < readers_max, "two states read the runs of ids");
  place_ = shelf.reader_count_++;
}

const IdRunSet* IdRunShelf::Reader::newest() {
  std::atomic<const IdRunSet*>& used = shelf_.used_[place_];
  const IdRunSet* set = shelf_.newest_.load();
  if (used.load(std::memory_order_relaxed) == set) return set;
  for (;;) {
    used.store(set);
    const IdRunSet* const again = shelf_.newest_.load();
    if (again == set) return set;
    set = again;
  }
}

std::shared_ptr<const IdRunSet> IdRunShelf::share() const {
  const std::lock_guard lock{mutex_};
  return kept_.back();
}

void IdRunShelf::publish(IdRunSet set) {
  std::vector<std::shared_ptr<const IdRunSet>> dropped;
  const std::lock_guard lock{mutex_};
  kept_.push_back(std::make_shared<const IdRunSet>(std::move(set)));
  newest_.store(kept_.back().get());
  const auto is_unused = [&](const std::shared_ptr<const IdRunSet>& kept) {
    return kept != kept_.back() && std::none_of(used_.begin(), used_.end(), [&](const auto& used) {
             return used.load() == kept.get();
           });
  };
  const auto unused = std::stable_partition(kept_.begin(), kept_.end(), std::not_fn(is_unused));
  dropped.assign(std::make_move_iterator(unused), std::make_move_iterator(kept_.end()));
  kept_.erase(unused, kept_.end());
}

}  // namespace daybook
