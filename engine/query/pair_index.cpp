#include "engine/query/pair_index.hpp"

#include <algorithm>
#include <utility>

#include "engine/base/assert.hpp"

namespace daybook {

PairIndex::PairIndex(Sizes sizes, RunStore* store, std::string_view name)
    : sizes_{sizes},
      store_{store},
      name_{name},
      tail_{std::make_shared<PairTail>(0, sizes.pairs_a_block)} {
  view_ = {std::make_shared<const IndexView::Runs>(), tail_};
}

IndexView PairIndex::view() const {
  const std::lock_guard lock{mutex_};
  return view_;
}

void PairIndex::show(IndexView::Runs runs, std::shared_ptr<PairTail> tail) {
  auto shown = std::make_shared<const IndexView::Runs>(std::move(runs));
  const std::lock_guard lock{mutex_};
  view_ = {std::move(shown), std::move(tail)};
}

// The full tail becomes a block. Readers see either the one or the other.
void PairIndex::seal(std::uint64_t next_value) {
  IndexView::Runs runs = *view_.runs;
  if (tail_->written() > 0) {
    const auto unsorted = tail_->all();
    const std::uint64_t first = tail_->base() + offset_of(unsorted.front());
    std::vector<PackedPair> pairs{unsorted.begin(), unsorted.end()};
    sort_by_tag(pairs, room_);
    runs.push_back(std::make_shared<const PairRun>(PairRun::Stretch{tail_->base(), first, last_},
                                                   std::move(pairs)));
    ++blocks_;
  }
  // The blocks of a run share a base, from which every offset must fit.
  std::uint64_t base = tail_->base();
  if (blocks_ >= sizes_.blocks_a_run || next_value - base > packed_offset_max) {
    close_run(runs);
    base = next_value;
  }
  tail_ = std::make_shared<PairTail>(base, sizes_.pairs_a_block);
  show(std::move(runs), tail_);
}

void PairIndex::close_run(IndexView::Runs& runs) {
  const auto begin = runs.end() - static_cast<std::ptrdiff_t>(std::exchange(blocks_, 0));
  if (begin == runs.end()) return;
  std::vector<std::span<const PackedPair>> blocks;
  for (auto block = begin; block != runs.end(); ++block) blocks.push_back((*block)->pairs());
  const PairRun::Stretch stretch{(*begin)->base(), (*begin)->first(), runs.back()->last()};
  auto run = make_run(stretch, merge_sorted(blocks, room_));
  runs.erase(begin, runs.end());
  runs.push_back(std::move(run));
}

// A store that is full or broken is asked again for the next run: nothing is lost but memory.
std::shared_ptr<const PairRun> PairIndex::make_run(const PairRun::Stretch& stretch,
                                                   std::vector<PackedPair> pairs) const {
  if (store_ != nullptr) {
    auto stored = PairRun::store(stretch, pairs, *store_, name_);
    if (stored.ok()) return std::move(stored).value();
  }
  return std::make_shared<const PairRun>(stretch, std::move(pairs));
}

IndexedValues::IndexedValues(IndexView view, std::uint64_t key, std::uint64_t first,
                             std::uint64_t last, IndexOrder order)
    : view_{std::move(view)}, order_{order} {
  if (first > last) return;
  for (const auto& run : *view_.runs) {
    const auto pairs = run->find(key, first, last);
    if (!pairs.empty()) slices_.push_back({run->base(), pairs});
  }
  const std::uint64_t base = view_.tail->base();
  const auto pairs = view_.tail->published();
  // In the tail it is the values that grow.
  const auto begin = std::partition_point(
      pairs.begin(), pairs.end(), [&](PackedPair pair) { return base + offset_of(pair) < first; });
  for (auto pair = begin; pair != pairs.end() && base + offset_of(*pair) <= last; ++pair) {
    if (*pair >> packed_offset_bits == tag_of_key(key)) tail_.push_back(*pair);
  }
  if (!tail_.empty()) slices_.push_back({base, tail_});
  if (order_ == IndexOrder::descending) std::reverse(slices_.begin(), slices_.end());
  for (const Slice& slice : slices_) count_ += slice.pairs.size();
}

std::optional<std::uint64_t> IndexedValues::next() {
  while (at_ < slices_.size() && slices_[at_].pairs.empty()) ++at_;
  if (at_ == slices_.size()) return std::nullopt;
  Slice& slice = slices_[at_];
  const bool ascending = order_ == IndexOrder::ascending;
  const PackedPair pair = ascending ? slice.pairs.front() : slice.pairs.back();
  slice.pairs = ascending ? slice.pairs.subspan(1) : slice.pairs.first(slice.pairs.size() - 1);
  return slice.base + offset_of(pair);
}

}  // namespace daybook
