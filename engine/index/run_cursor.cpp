#include "engine/index/run_cursor.hpp"

#include <algorithm>

#include "engine/base/assert.hpp"

namespace daybook {

Result<void> RunCursor::load(std::uint64_t number) {
  if (number == block_) return {};
  const BlockSource source = run_->block(number);
  if (pairs_.size() < source.pair_count) pairs_.resize(source.pair_count);
  block_ = no_block;
  end_ = 0;
  BlockReader reader{source};
  while (end_ < pairs_.size() && reader.next(pairs_[end_])) ++end_;
  if (reader.damaged() || end_ != source.pair_count) return run_->block_failure(number);
  block_ = number;
  return {};
}

Result<const IndexPair*> RunCursor::seek(const IndexPair& pair) {
  if (run_->pair_count() == 0 || pair > run_->last()) return nullptr;
  if (auto loaded = load(run_->block_of(pair)); !loaded) return loaded.error();
  const auto begin = pairs_.begin();
  at_ = static_cast<std::size_t>(
      std::lower_bound(begin, begin + static_cast<std::ptrdiff_t>(end_), pair) - begin);
  return at_ < end_ ? Result<const IndexPair*>{pairs_.data() + at_} : next_block();
}

Result<const IndexPair*> RunCursor::seek_last(const IndexPair& pair) {
  if (run_->pair_count() == 0 || pair < run_->first()) return nullptr;
  if (auto loaded = load(run_->block_of(pair)); !loaded) return loaded.error();
  const auto begin = pairs_.begin();
  // The block begins with a pair that is not greater, so the one before the bound is in it.
  at_ = static_cast<std::size_t>(
            std::upper_bound(begin, begin + static_cast<std::ptrdiff_t>(end_), pair) - begin) -
        1;
  return pairs_.data() + at_;
}

Result<const IndexPair*> RunCursor::next_block() {
  ENSURE(block_ != no_block, "a cursor moves on from a pair");
  if (block_ + 1 == run_->block_count()) return nullptr;
  if (auto loaded = load(block_ + 1); !loaded) return loaded.error();
  at_ = 0;
  return pairs_.data();
}

Result<const IndexPair*> RunCursor::previous_block() {
  ENSURE(block_ != no_block, "a cursor moves on from a pair");
  if (block_ == 0) return nullptr;
  if (auto loaded = load(block_ - 1); !loaded) return loaded.error();
  at_ = end_ - 1;
  return pairs_.data() + at_;
}

}  // namespace daybook
