#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/index/stored_array.hpp"
#include "engine/ports/run_store.hpp"
#include "engine/query/packed_pairs.hpp"

namespace daybook {

/// Some neighbouring pairs of an index, sorted, in memory or in a RunStore. Never changes.
///
/// In a store it is a StoredArray of the pairs, 8 bytes each, and of every 512th of them once more:
/// the notes.
class PairRun {
 public:
  /// The values of a run.
  struct Stretch {
    std::uint64_t base = 0;   ///< The pairs' offsets count from it.
    std::uint64_t first = 0;  ///< The smallest value,
    std::uint64_t last = 0;   ///< and the largest one.
  };

  /// In memory. Requires: `sorted` is not empty, and it is sorted.
  PairRun(const Stretch& stretch, std::vector<PackedPair> sorted);

  /// In `store`, under a name with `index` in it. Requires as above. Errors: the store's.
  [[nodiscard]] static Result<std::shared_ptr<const PairRun>> store(
      const Stretch& stretch, std::span<const PackedPair> sorted, RunStore& store,
      std::string_view index);

  /// A stored run. Errors: `damaged`: the header or the size is wrong. The pairs are not looked at;
  /// see check().
  [[nodiscard]] static Result<std::shared_ptr<const PairRun>> open(RunBytes bytes);

  /// `damaged`: a stored run's pairs or notes are not those that were written. Reads all of it.
  [[nodiscard]] Result<void> check() const { return stored_.check(); }

  [[nodiscard]] const Stretch& stretch() const { return stretch_; }
  [[nodiscard]] std::uint64_t base() const { return stretch_.base; }
  [[nodiscard]] std::uint64_t first() const { return stretch_.first; }
  [[nodiscard]] std::uint64_t last() const { return stretch_.last; }
  [[nodiscard]] std::span<const PackedPair> pairs() const { return pairs_; }
  /// Its name in the store; empty when it is in memory.
  [[nodiscard]] const std::string& name() const { return stored_.name(); }

  /// The pairs of `key` whose values lie from `first` to `last`, ascending. Cost: two searches.
  [[nodiscard]] std::span<const PackedPair> find(std::uint64_t key, std::uint64_t first,
                                                 std::uint64_t last) const;

 private:
  explicit PairRun(StoredArray stored) : stored_{std::move(stored)} {}
  [[nodiscard]] static Result<std::shared_ptr<const PairRun>> of(StoredArray stored);
  [[nodiscard]] const PackedPair* not_before(PackedPair wanted) const;

  Stretch stretch_;
  std::vector<PackedPair> own_pairs_;
  std::vector<PackedPair> own_notes_;
  StoredArray stored_;
  std::span<const PackedPair> pairs_;
  /// Every so many pairs, one page of memory, the pair is noted: a search touches the notes, which
  /// stay in the cache, and two or three lines of one page.
  std::span<const PackedPair> notes_;
};

}  // namespace daybook
