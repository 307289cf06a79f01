#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "engine/index/index_pair.hpp"
#include "engine/index/index_set.hpp"
#include "engine/index/merge_runs.hpp"
#include "engine/index/set_cursor.hpp"
#include "engine/index/tier_policy.hpp"
#include "engine/model/sequence.hpp"

namespace daybook {

/// The newest pairs of an index, in the order in which they came: values only grow. One thread
/// appends; any thread reads what count() covered when it asked.
class PairTail {
 public:
  explicit PairTail(std::size_t capacity) : pairs_(capacity) {}

  [[nodiscard]] std::size_t room() const {
    return pairs_.size() - count_.load(std::memory_order_relaxed);
  }
  /// The appending thread. Not seen by readers before publish(). Requires: room() > 0.
  void append(const IndexPair& pair) { pairs_[written_++] = pair; }
  void publish() { count_.store(written_, std::memory_order_release); }
  [[nodiscard]] std::size_t written() const { return written_; }

  [[nodiscard]] std::span<const IndexPair> published() const {
    return {pairs_.data(), count_.load(std::memory_order_acquire)};
  }
  /// Once nobody appends any more: all pairs, to be sorted. Readers may still look: a copy.
  [[nodiscard]] std::vector<IndexPair> copy() const {
    return {pairs_.begin(), pairs_.begin() + static_cast<std::ptrdiff_t>(written_)};
  }

 private:
  std::vector<IndexPair> pairs_;
  std::size_t written_ = 0;
  std::atomic<std::size_t> count_{0};  // Appender writes, readers read: release, acquire.
};

/// What a reader of an index looks into: runs, and the pairs that are in none yet.
struct IndexView {
  std::shared_ptr<const IndexSet> runs;
  std::shared_ptr<const PairTail> tail;
};

/// One index while it grows: fresh pairs gather in a tail, a full tail becomes a sorted run in
/// memory, and runs are merged a little at a time, so that whoever adds is never held up for long.
///
/// Threads.  One adds; view() is for any.
/// Cost.     add() a store; about 60 ns a pair for sorting and merging, spread over after_entry().
/// Memory.   24 bytes a pair at most for random keys, 2 for crowded ones, and two tails.
class PairIndex {
 public:
  PairIndex(IndexKind kind, Uint128 journal_id);

  /// Requires: value is not less than that of the pair before. Not seen before after_entry().
  void add(std::uint64_t key, std::uint64_t value) {
    if (tail_->written() == capacity) seal();
    tail_->append({key, value});
  }

  /// All pairs up to `last` were added: they are shown now, and some merging is done.
  [[nodiscard]] Result<void> after_entry(Sequence last);

  [[nodiscard]] IndexView view() const;

 private:
  static constexpr std::size_t capacity = std::size_t{1} << 17;
  /// Pairs merged for each pair added: enough for merging to keep up (see plan_merge()).
  static constexpr std::uint64_t merge_ratio = 8;

  struct Merge {
    explicit Merge(std::vector<IndexSet::Run> inputs) : runs{std::move(inputs)}, work{runs, sink} {}
    std::vector<IndexSet::Run> runs;
    MemoryRunSink sink;
    RunMerge work;
  };

  void seal();
  void plan();
  [[nodiscard]] Result<void> merge(std::uint64_t pairs);
  void publish(std::vector<IndexSet::Run> newest_first, std::shared_ptr<PairTail> tail);

  IndexKind kind_;
  Uint128 journal_id_;
  Sequence first_of_tail_{1};
  Sequence last_;
  std::size_t shown_ = 0;  // Pairs of the tail that were merged for.
  std::shared_ptr<PairTail> tail_;
  std::vector<IndexPair> room_;
  std::unique_ptr<Merge> merge_;
  mutable std::mutex mutex_;
  IndexView view_;
};

/// The values of one key from `first` to `last`, both included, in order, each once.
class IndexedValues {
 public:
  IndexedValues(const IndexView& view, std::uint64_t key, std::uint64_t first, std::uint64_t last,
                SetOrder order);

  /// The next value, or nothing when there are no more. `damaged` ends it.
  [[nodiscard]] Result<std::optional<std::uint64_t>> next();

  /// How many there are at most, as far as the directories tell.
  [[nodiscard]] std::uint64_t estimate() const { return estimate_; }

 private:
  SetOrder order_;
  std::vector<std::uint64_t> tail_;  // Ascending.
  std::size_t tail_taken_ = 0;
  bool runs_are_done_ = false;
  SetCursor runs_;
  std::uint64_t estimate_ = 0;
};

}  // namespace daybook
