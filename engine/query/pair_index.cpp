#include "engine/query/pair_index.hpp"

#include <algorithm>
#include <utility>

#include "engine/base/assert.hpp"
#include "engine/index/run_builder.hpp"
#include "engine/index/sort_pairs.hpp"

namespace daybook {

PairIndex::PairIndex(IndexKind kind, Uint128 journal_id)
    : kind_{kind}, journal_id_{journal_id}, tail_{std::make_shared<PairTail>(capacity)} {
  view_ = {std::make_shared<const IndexSet>(), tail_};
}

IndexView PairIndex::view() const {
  const std::lock_guard lock{mutex_};
  return view_;
}

void PairIndex::publish(std::vector<IndexSet::Run> newest_first, std::shared_ptr<PairTail> tail) {
  auto set = std::make_shared<const IndexSet>(std::move(newest_first));
  const std::lock_guard lock{mutex_};
  view_ = {std::move(set), std::move(tail)};
}

// The full tail becomes the newest run. Readers see either the tail or the run.
void PairIndex::seal() {
  std::vector<IndexPair> pairs = tail_->copy();
  sort_pairs(pairs, room_);
  const RunIdentity identity{.journal_id = journal_id_,
                             .index = kind_,
                             .tier = 0,
                             .first = first_of_tail_,
                             .last = std::max(first_of_tail_, last_)};
  std::vector<IndexSet::Run> runs{build_memory_run(pairs, identity, false)};
  const auto older = view_.runs->runs();
  runs.insert(runs.end(), older.begin(), older.end());
  first_of_tail_ = next(identity.last);
  shown_ = 0;
  tail_ = std::make_shared<PairTail>(capacity);
  publish(std::move(runs), tail_);
  plan();
}

void PairIndex::plan() {
  if (merge_) return;
  std::vector<std::uint64_t> counts;
  for (const IndexSet::Run& run : view_.runs->runs()) counts.push_back(run->pair_count());
  const TierPlan plan =
      plan_merge(counts, {},
                 {.disk_runs_max = 1, .memory_runs_max = 8, .memory_pairs_max = ~std::uint64_t{0}});
  if (plan.target != TierPlan::Target::memory) return;
  const auto runs = view_.runs->runs().first(plan.memory_runs);
  merge_ = std::make_unique<Merge>(std::vector<IndexSet::Run>{runs.begin(), runs.end()});
}

Result<void> PairIndex::merge(std::uint64_t pairs) {
  const auto complete = merge_->work.step(pairs);
  if (!complete) return complete.error();
  if (!complete.value()) return {};
  auto merged = merge_->sink.take();
  if (!merged) return merged.error();
  // Newer runs may have come meanwhile; the merged ones stand side by side behind them.
  std::vector<IndexSet::Run> runs{view_.runs->runs().begin(), view_.runs->runs().end()};
  const auto begin = std::find(runs.begin(), runs.end(), merge_->runs.front());
  ENSURE(begin != runs.end(), "nothing but a merge takes runs away");
  *begin = std::move(merged).value();
  runs.erase(begin + 1, begin + static_cast<std::ptrdiff_t>(merge_->runs.size()));
  merge_.reset();
  publish(std::move(runs), tail_);
  plan();
  return {};
}

Result<void> PairIndex::after_entry(Sequence last) {
  last_ = last;
  tail_->publish();
  const std::size_t added = tail_->written() - shown_;
  shown_ = tail_->written();
  if (!merge_ || added == 0) return {};
  return merge(added * merge_ratio);
}

IndexedValues::IndexedValues(const IndexView& view, std::uint64_t key, std::uint64_t first,
                             std::uint64_t last, SetOrder order)
    : order_{order}, runs_{view.runs, key, first, last, order} {
  for (const IndexPair& pair : view.tail->published()) {
    if (pair.key == key && pair.value >= first && pair.value <= last) tail_.push_back(pair.value);
  }
  estimate_ = tail_.size() + view.runs->estimate(key, first, last).at_most;
}

Result<std::optional<std::uint64_t>> IndexedValues::next() {
  const bool ascending = order_ == SetOrder::ascending;
  if (!ascending && tail_taken_ < tail_.size()) {
    return std::optional{tail_[tail_.size() - ++tail_taken_]};
  }
  if (!runs_are_done_) {
    auto value = runs_.next();
    if (!value || value.value()) return value;
    runs_are_done_ = true;
  }
  if (ascending && tail_taken_ < tail_.size()) return std::optional{tail_[tail_taken_++]};
  return std::optional<std::uint64_t>{};
}

}  // namespace daybook
