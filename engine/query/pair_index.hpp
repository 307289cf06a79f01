#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/ports/run_store.hpp"
#include "engine/query/packed_pairs.hpp"
#include "engine/query/pair_run.hpp"
#include "engine/snapshot/snapshot_blocks.hpp"

namespace daybook {

enum class IndexOrder : std::uint8_t { ascending, descending };

/// The newest pairs of an index, in the order in which they came. One thread appends; any thread
/// reads what was published when it asked.
class PairTail {
 public:
  PairTail(std::uint64_t base, std::size_t capacity)
      : base_{base},
        capacity_{capacity},
        pairs_{std::make_unique_for_overwrite<PackedPair[]>(capacity)} {}

  [[nodiscard]] std::uint64_t base() const { return base_; }
  [[nodiscard]] std::size_t written() const { return written_; }
  [[nodiscard]] bool full() const { return written_ == capacity_; }

  /// The appending thread. Not seen by readers before publish(). Requires: not full.
  void append(PackedPair pair) { pairs_[written_++] = pair; }
  void publish() { count_.store(written_, std::memory_order_release); }

  [[nodiscard]] std::span<const PackedPair> published() const {
    return {pairs_.get(), count_.load(std::memory_order_acquire)};
  }
  /// For the appending thread: all, published or not.
  [[nodiscard]] std::span<const PackedPair> all() const { return {pairs_.get(), written_}; }

 private:
  std::uint64_t base_;
  std::size_t capacity_;
  std::unique_ptr<PackedPair[]> pairs_;
  std::size_t written_ = 0;
  std::atomic<std::size_t> count_{0};  // Appender writes, readers read: release, acquire.
};

/// A tail that was full. Never changes.
struct PairBlock {
  PairRun::Stretch stretch;
  DealtPairs pairs;
};

/// What a reader of an index looks into, from old to new: runs, the blocks that the next run will
/// be made of, and the pairs that are in neither yet. The blocks and the tail share a base.
struct IndexView {
  using Runs = std::vector<std::shared_ptr<const PairRun>>;
  using Blocks = std::vector<std::shared_ptr<const PairBlock>>;
  std::shared_ptr<const Runs> runs;
  std::shared_ptr<const Blocks> blocks;
  std::shared_ptr<const PairTail> tail;
};

/// From keys to values that only grow, for one writer and many readers.
///
/// Fresh pairs gather in a tail; a full tail is dealt out into a block; sixteen blocks are sorted
/// into one run. Runs are not merged any further: each covers a stretch of values, so a page of
/// answers looks into the few that its stretch touches, and a lookup that must look into all of
/// them pays about a microsecond a run. Merging them all for ever, as if a lookup were as urgent as
/// a duplicate check, cost four times as much as everything else about the index.
///
/// Threads.  One adds; view() is for any.
/// Cost.     Of a pair: a store, and about 15 ns for dealing it out and sorting it, in steps of a
///           few milliseconds.
/// Memory.   Of pairs that are in no run yet: 8 bytes each, 18 MiB at most. Runs stand in the
///           store; one that it does not take stays in memory, 8 bytes a pair.
class PairIndex {
 public:
  struct Sizes {
    std::size_t pairs_a_block = std::size_t{1} << 17;
    std::size_t blocks_a_run = 16;
  };

  /// Null for `store`: runs are in memory, too. `name` says in file names whose they are; it and
  /// the store outlive the index.
  PairIndex(Sizes sizes, RunStore* store, std::string_view name);
  explicit PairIndex(Sizes sizes) : PairIndex{sizes, nullptr, "pairs"} {}
  PairIndex() : PairIndex{Sizes{}} {}

  /// Requires: value is not less than that of the pair before. Not seen before publish().
  void add(std::uint64_t key, std::uint64_t value) {
    if (tail_->full() || value - tail_->base() > packed_offset_max) seal(value);
    tail_->append(pack(key, value, tail_->base()));
    last_ = value;
  }

  /// Shows what was added.
  void publish() { tail_->publish(); }

  [[nodiscard]] IndexView view() const;

  /// Writes all of it but the runs in the store, which it names. `number` tells indexes apart. The
  /// adding thread.
  void save(SnapshotWriter& into, std::uint32_t number) const;

  /// Is it one of the kinds that save() writes?
  [[nodiscard]] static bool is_of_an_index(const SnapshotBlock& block) {
    return block.kind == BlockKind::index_runs || block.kind == BlockKind::index_pairs ||
           block.kind == BlockKind::index_tail;
  }

  /// Takes one of the blocks that save() wrote with this number, in their order. Requires: nothing
  /// was added; the same store and sizes that are not smaller. `damaged`, `not_found`.
  [[nodiscard]] Result<void> restore(const SnapshotBlock& block, const SnapshotReader& from);

 private:
  [[nodiscard]] Result<void> restore_stored(const SnapshotBlock& block, const SnapshotReader& from);
  [[nodiscard]] Result<void> restore_pairs(const SnapshotBlock& block, const SnapshotReader& from);
  void seal(std::uint64_t next_value);
  [[nodiscard]] std::shared_ptr<const PairRun> run_of(const IndexView::Blocks& blocks) const;
  void show(IndexView::Runs runs, IndexView::Blocks blocks);

  Sizes sizes_;
  RunStore* store_;
  std::string_view name_;
  std::uint64_t last_ = 0;
  std::shared_ptr<PairTail> tail_;
  mutable std::mutex mutex_;
  IndexView view_;
};

/// The values of one key from `first` to `last`, both included, in order.
class IndexedValues {
 public:
  IndexedValues(IndexView view, std::uint64_t key, std::uint64_t first, std::uint64_t last,
                IndexOrder order);

  /// The next value; nothing when there are no more.
  [[nodiscard]] std::optional<std::uint64_t> next();

  /// How many there were at first.
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  struct Slice {
    std::uint64_t base;
    std::span<const PackedPair> pairs;
  };

  IndexView view_;                  // Keeps alive what the slices point into.
  std::vector<PackedPair> recent_;  // Of this key, from blocks and the tail.
  std::vector<Slice> slices_;       // In the order asked for; those behind at_ are used up.
  std::size_t at_ = 0;
  IndexOrder order_;
  std::uint64_t count_ = 0;
};

}  // namespace daybook
