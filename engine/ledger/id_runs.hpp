#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "engine/base/uint128.hpp"
#include "engine/index/index_run.hpp"

namespace daybook {

/// The smallest and the largest of some ids. Ids that grow with time lie outside of those of all
/// older runs, so that not even a filter is asked about them.
class IdSpan {
 public:
  void add(const Uint128& id) {
    smallest_ = std::min(smallest_, id);
    largest_ = std::max(largest_, id);
  }
  void add(const IdSpan& other) {
    smallest_ = std::min(smallest_, other.smallest_);
    largest_ = std::max(largest_, other.largest_);
  }
  [[nodiscard]] bool contains(const Uint128& id) const { return smallest_ <= id && id <= largest_; }

 private:
  Uint128 smallest_{~std::uint64_t{0}, ~std::uint64_t{0}};
  Uint128 largest_{};
};

/// A sorted run of what one or several generations of a TransferIdTable held: IdIndex::key_of() a
/// tag, and the table's value.
struct IdRun {
  std::shared_ptr<const IndexRun> run;
  IdSpan ids;
  std::string stored;  ///< Its name in the store; empty when it is in memory.

  void prefetch(const Uint128& id, std::uint64_t key) const {
    if (ids.contains(id)) run->prefetch(key);
  }
  /// False: nothing of `id` is in it.
  [[nodiscard]] bool may_hold(const Uint128& id, std::uint64_t key) const {
    return ids.contains(id) && run->may_hold(key);
  }
};

/// All runs of older ids at one moment, newest first. Never changes.
struct IdRunSet {
  std::vector<IdRun> runs;
  std::uint64_t generations = 0;  ///< It has generations 0 to generations - 1.
};

/// Where runs of older ids are published: by the follower (before it starts, by recovery), for the
/// sequencer, the follower itself and queries. Filters and files are shared by all of them.
///
/// Threads.  One publishes. newest() is for the thread of a Reader, without a lock; share() is for
///           any.
class IdRunShelf {
 public:
  IdRunShelf();

  /// A table that uses a set until it asks for the newest one. One thread.
  class Reader {
   public:
    explicit Reader(IdRunShelf& shelf);

    /// What the reader had before may be gone now.
    [[nodiscard]] const IdRunSet* newest();

   private:
    IdRunShelf& shelf_;
    std::size_t place_;
  };

  /// The newest set, for as long as it is wanted.
  [[nodiscard]] std::shared_ptr<const IdRunSet> share() const;

  /// Lets go of older sets that no reader uses.
  void publish(IdRunSet set);

  static constexpr std::size_t readers_max = 2;

 private:
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<const IdRunSet>> kept_;  // Newest last; one at least.
  std::size_t reader_count_ = 0;
  // Readers announce what they use before they are sure that it is the newest; whoever publishes
  // looks afterwards. So all of these are sequentially consistent.
  std::atomic<const IdRunSet*> newest_{nullptr};
  std::array<std::atomic<const IdRunSet*>, readers_max> used_{};
};

}  // namespace daybook
