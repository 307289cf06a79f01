#include "engine/query/pair_index.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/base/assert.hpp"
#include "engine/snapshot/saved_run.hpp"

namespace daybook {

PairIndex::PairIndex(Sizes sizes, RunStore* store, std::string_view name)
    : sizes_{sizes},
      store_{store},
      name_{name},
      tail_{std::make_shared<PairTail>(0, sizes.pairs_a_block)} {
  show({}, {});
}

IndexView PairIndex::view() const {
  const std::lock_guard lock{mutex_};
  return view_;
}

void PairIndex::show(IndexView::Runs runs, IndexView::Blocks blocks) {
  auto shown_runs = std::make_shared<const IndexView::Runs>(std::move(runs));
  auto shown_blocks = std::make_shared<const IndexView::Blocks>(std::move(blocks));
  const std::lock_guard lock{mutex_};
  view_ = {std::move(shown_runs), std::move(shown_blocks), tail_};
}

// The full tail becomes a block. Readers see either the one or the other.
void PairIndex::seal(std::uint64_t next_value) {
  IndexView::Runs runs = *view_.runs;
  IndexView::Blocks blocks = *view_.blocks;
  if (tail_->written() > 0) {
    const std::uint64_t first = tail_->base() + offset_of(tail_->all().front());
    blocks.push_back(std::make_shared<const PairBlock>(
        PairBlock{{tail_->base(), first, last_}, DealtPairs{tail_->all()}}));
  }
  // The blocks of a run share a base, from which every offset must fit.
  std::uint64_t base = tail_->base();
  if (blocks.size() >= sizes_.blocks_a_run || next_value - base > packed_offset_max) {
    if (!blocks.empty()) runs.push_back(run_of(blocks));
    blocks.clear();
    base = next_value;
  }
  tail_ = std::make_shared<PairTail>(base, sizes_.pairs_a_block);
  show(std::move(runs), std::move(blocks));
}

// A store that is full or broken is asked again for the next run: nothing is lost but memory.
std::shared_ptr<const PairRun> PairIndex::run_of(const IndexView::Blocks& blocks) const {
  std::vector<const DealtPairs*> dealt;
  for (const auto& block : blocks) dealt.push_back(&block->pairs);
  std::vector<PackedPair> pairs = sorted_of(dealt);
  const PairRun::Stretch stretch{blocks.front()->stretch.base, blocks.front()->stretch.first,
                                 blocks.back()->stretch.last};
  if (store_ != nullptr) {
    auto stored = PairRun::store(stretch, pairs, *store_, name_);
    if (stored.ok()) return std::move(stored).value();
  }
  return std::make_shared<const PairRun>(stretch, std::move(pairs));
}

namespace {

/// In front of the pairs of a run in memory, or of the tail.
struct SavedPairs {
  PairRun::Stretch stretch;    // Of the tail: its base, and the last value that was added.
  std::uint64_t is_block = 0;  // What follows is a block, dealt out and not sorted.
};
static_assert(sizeof(SavedPairs) == 32);

}  // namespace

void PairIndex::save(SnapshotWriter& into, std::uint32_t number) const {
  for (const auto& run : *view_.runs) {
    if (run->name().empty()) {
      into.put_with(BlockKind::index_pairs, SavedPairs{run->stretch(), 0}, run->pairs(), number);
    } else {
      into.needs_run(run->name());
      into.put_one(BlockKind::index_runs, SavedRun{run->name()}, number);
    }
  }
  for (const auto& block : *view_.blocks) {
    into.put_with(BlockKind::index_pairs, SavedPairs{block->stretch, 1}, block->pairs.all(),
                  number);
  }
  const SavedPairs tail{{tail_->base(), tail_->base(), last_}, 0};
  into.put_with(BlockKind::index_tail, tail, tail_->all(), number);
}

Result<void> PairIndex::restore(const SnapshotBlock& block, const SnapshotReader& from) {
  return block.kind == BlockKind::index_runs ? restore_stored(block, from)
                                             : restore_pairs(block, from);
}

Result<void> PairIndex::restore_stored(const SnapshotBlock& block, const SnapshotReader& from) {
  const auto saved = block.items<SavedRun>();
  if (!saved || store_ == nullptr || !view_.blocks->empty())
    return from.damaged("names runs of no index");
  IndexView::Runs runs = *view_.runs;
  for (const SavedRun& each : *saved) {
    auto bytes = store_->open_kept(each.name());
    if (!bytes.ok()) return bytes.error();
    auto run = PairRun::open(std::move(bytes).value());
    if (!run.ok()) return run.error();
    if (auto checked = run.value()->check(); !checked.ok()) return checked;
    runs.push_back(std::move(run).value());
  }
  show(std::move(runs), {});
  return {};
}

Result<void> PairIndex::restore_pairs(const SnapshotBlock& block, const SnapshotReader& from) {
  SavedPairs saved;
  if (block.bytes.size() < sizeof saved || block.bytes.size() % sizeof(PackedPair) != 0) {
    return from.damaged("has half a pair");
  }
  std::memcpy(&saved, block.bytes.data(), sizeof saved);
  const std::span pairs{reinterpret_cast<const PackedPair*>(block.bytes.data() + sizeof saved),
                        (block.bytes.size() - sizeof saved) / sizeof(PackedPair)};
  IndexView::Runs runs = *view_.runs;
  IndexView::Blocks blocks = *view_.blocks;
  const bool other_base = !blocks.empty() && blocks.front()->stretch.base != saved.stretch.base;
  if (block.kind == BlockKind::index_tail) {
    if (pairs.size() > sizes_.pairs_a_block) return from.damaged("has too many new pairs");
    if (other_base) return from.damaged("has new pairs that count from elsewhere");
    tail_ = std::make_shared<PairTail>(saved.stretch.base, sizes_.pairs_a_block);
    for (const PackedPair pair : pairs) tail_->append(pair);
    tail_->publish();
    last_ = saved.stretch.last;
  } else if (pairs.empty()) {
    return from.damaged("has a run of no pairs");
  } else if (saved.is_block != 0) {
    if (other_base) return from.damaged("has blocks that count from elsewhere");
    blocks.push_back(
        std::make_shared<const PairBlock>(PairBlock{saved.stretch, DealtPairs{pairs}}));
  } else {
    if (!blocks.empty()) return from.damaged("has a run behind its blocks");
    runs.push_back(std::make_shared<const PairRun>(
        saved.stretch, std::vector<PackedPair>{pairs.begin(), pairs.end()}));
  }
  show(std::move(runs), std::move(blocks));
  return {};
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
  const auto take = [&](PackedPair pair) {
    const std::uint64_t value = base + offset_of(pair);
    if (pair >> packed_offset_bits == tag_of_key(key) && value >= first && value <= last) {
      recent_.push_back(pair);
    }
  };
  for (const auto& block : *view_.blocks) {
    if (first > block->stretch.last || last < block->stretch.first) continue;
    for (const PackedPair pair : block->pairs.bucket_of(key)) take(pair);
  }
  const auto pairs = view_.tail->published();
  // In the tail it is the values that grow.
  const auto begin = std::partition_point(
      pairs.begin(), pairs.end(), [&](PackedPair pair) { return base + offset_of(pair) < first; });
  for (auto pair = begin; pair != pairs.end() && base + offset_of(*pair) <= last; ++pair) {
    take(*pair);
  }
  if (!recent_.empty()) slices_.push_back({base, recent_});
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
