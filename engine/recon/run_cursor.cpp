#include "engine/recon/run_cursor.hpp"

#include <algorithm>
#include <cstring>

#include "engine/base/assert.hpp"

namespace daybook::recon {
namespace {

constexpr std::size_t prefetch_distance = 8;

}  // namespace

RunCursor::RunCursor(const SortedRun& run, const OrderRule& order, const SpillStore* store,
                     std::span<std::byte> block)
    : run_{run}, order_{order}, store_{store}, block_{block} {
  ENSURE(!run.is_spilled() || store != nullptr, "a spilled run has a store");
}

Result<void> RunCursor::start(const WordRange& range) {
  high_ = range.high;
  return run_.is_spilled() ? start_spilled(range) : start_resident(range);
}

Result<void> RunCursor::start_resident(const WordRange& range) {
  next_index_ = 0;
  if (range.low) {
    const auto first =
        std::partition_point(run_.entries.begin(), run_.entries.end(), [&](const RunEntry& entry) {
          Record record;
          unpack(run_.records + entry.offset, record);
          return order_.words(record) < *range.low;
        });
    next_index_ = static_cast<std::uint64_t>(first - run_.entries.begin());
  }
  return advance();
}

Result<void> RunCursor::start_spilled(const WordRange& range) {
  std::uint64_t begin = 0;
  if (range.low) {
    // The last block that begins before `low`: what is wanted begins in it or behind it.
    std::uint64_t end = run_.block_count;
    while (end - begin > 1) {
      const std::uint64_t middle = begin + (end - begin) / 2;
      if (auto loaded = load_block(middle); !loaded) return loaded;
      Record first;
      unpack(next_, first);
      (order_.words(first) < *range.low ? begin : end) = middle;
    }
  }
  if (auto loaded = load_block(begin); !loaded) return loaded;
  next_index_ = begin + 1;
  do {
    if (auto advanced = advance(); !advanced) return advanced;
  } while (range.low && !at_end_ && words_ < *range.low);
  return {};
}

Result<void> RunCursor::load_block(std::uint64_t index) {
  const std::span<std::byte> into = block_.first(store_->block_bytes());
  if (auto read = store_->read(run_.lane, run_.first_block + index, into); !read) return read;
  BlockHead head;
  std::memcpy(&head, into.data() + block_head_at, sizeof head);
  ENSURE(head.used_bytes <= into.size() - block_records_at, "a whole block holds its records");
  left_in_block_ = head.record_count;
  next_ = into.data() + block_records_at;
  return {};
}

void RunCursor::take(const std::byte* from) {
  next_ = from + unpack(from, record_);
  words_ = order_.words(record_);
  at_end_ = false;
  if (high_ && !(words_ < *high_)) end();
}

void RunCursor::end() {
  at_end_ = true;
  words_.fill(~std::uint64_t{0});
}

Result<void> RunCursor::advance() {
  if (!run_.is_spilled()) {
    if (next_index_ == run_.entries.size()) {
      end();
      return {};
    }
    if (next_index_ + prefetch_distance < run_.entries.size()) {
      __builtin_prefetch(run_.records + run_.entries[next_index_ + prefetch_distance].offset);
    }
    take(run_.records + run_.entries[next_index_++].offset);
    return {};
  }
  if (left_in_block_ == 0) {
    if (next_index_ == run_.block_count) {
      end();
      return {};
    }
    if (auto loaded = load_block(next_index_); !loaded) {
      end();
      return loaded;
    }
    ++next_index_;
  }
  --left_in_block_;
  take(next_);
  return {};
}

}  // namespace daybook::recon
