#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/index/index_run.hpp"

namespace daybook {

/// Runs that one set holds at most, in memory and on disk together.
inline constexpr std::size_t index_set_runs_max = 32;

/// All runs of one index at one moment, newest first: what a reader looks into.
///
/// Place.    Shared by std::shared_ptr<const IndexSet>. Whoever keeps the index makes a new set
///           when its runs change and publishes it by one pointer; readers of the old one keep it,
///           its runs and their files alive.
/// Threads.  Any number; it has no state of its own.
/// Errors.   Those of IndexRun; `damaged` ends the lookup.
/// Limits.   index_set_runs_max; more stop the process (TierPolicy keeps far below).
class IndexSet {
 public:
  using Run = std::shared_ptr<const IndexRun>;

  IndexSet() = default;
  explicit IndexSet(std::vector<Run> newest_first);

  [[nodiscard]] std::span<const Run> runs() const { return runs_; }

  /// Of all runs; what two have counts twice.
  [[nodiscard]] std::uint64_t pair_count() const;

  /// The greatest sequence that a run covers; 0 when there is none.
  [[nodiscard]] Sequence last_sequence() const;

  /// Brings the filters' lines for `key` on their way: in a first pass over a batch.
  void prefetch(std::uint64_t key) const {
    for (const Run& run : runs_) run->prefetch(key);
  }

  /// False: no run has `key`. Cost: a filter a run, no block; about 5 ns a run once prefetched.
  [[nodiscard]] bool may_hold(std::uint64_t key) const {
    for (const Run& run : runs_) {
      if (run->may_hold(key)) return true;
    }
    return false;
  }

  /// Calls `use(value)` for each value of `key`, newest run first, ascending within a run, until
  /// it returns true, and says whether it did. For ids: the values are candidates, which the
  /// caller compares with the records they lead to. Cost: may_hold() a run, and 1 µs for a run that
  /// has the key.
  template <typename Use>
  [[nodiscard]] Result<bool> for_each_candidate(std::uint64_t key, Use use) const {
    for (const Run& run : runs_) {
      if (!run->may_hold(key)) continue;
      const auto found = run->visit(key, use);
      if (!found || found.value()) return found;
    }
    return false;
  }

  /// How many values `key` has from `first` to `last`, both included, by the directories alone: for
  /// choosing the rarest of several keys. What several runs have counts several times in
  /// `at_most`. Cost: 0.2 µs a run.
  [[nodiscard]] CountBounds estimate(std::uint64_t key, std::uint64_t first,
                                     std::uint64_t last) const;

 private:
  std::vector<Run> runs_;
};

}  // namespace daybook
