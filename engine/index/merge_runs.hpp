#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/index/index_run.hpp"
#include "engine/index/run_builder.hpp"
#include "engine/index/run_cursor.hpp"

namespace daybook {

/// Runs that one merge takes at most.
inline constexpr std::size_t merge_runs_max = 64;

/// Makes one run of several, in steps, so that whoever merges can do other work in between. It
/// drops nothing; a pair that several runs have is kept once.
///
/// Threads.  One; it need not be the readers' of the runs.
/// Errors.   A damaged run or a failing sink ends it: step() tells, and nothing more may be done.
/// Memory.   64 KiB a run, and RunBuilder's.
/// Limits.   merge_runs_max runs.
class RunMerge {
 public:
  /// Merges `runs`, in any order, into `sink`, which must outlive the merge. All are of one journal
  /// and index. The result covers from the least sequence to the greatest; whether the runs lie
  /// side by side is the caller's to know. Its tier is one more than the highest of theirs. It has
  /// a filter when all of them have one.
  RunMerge(std::vector<std::shared_ptr<const IndexRun>> runs, RunSink& sink);

  RunMerge(const RunMerge&) = delete;
  RunMerge& operator=(const RunMerge&) = delete;

  /// Merges about `pairs` more pairs, at least one. True: the run is complete.
  [[nodiscard]] Result<bool> step(std::uint64_t pairs);

  [[nodiscard]] const RunIdentity& identity() const { return builder_.identity(); }

  /// Pairs read so far, and how many there are to read: for showing progress.
  [[nodiscard]] std::uint64_t done() const { return done_; }
  [[nodiscard]] std::uint64_t total() const { return total_; }

 private:
  // One run's part that is decoded and not yet merged.
  struct Source {
    explicit Source(std::shared_ptr<const IndexRun> run) : cursor{std::move(run)} {}

    RunCursor cursor;
    const IndexPair* at = nullptr;
    const IndexPair* end = nullptr;
  };

  [[nodiscard]] Result<void> open_sources();
  [[nodiscard]] Result<void> refill(std::size_t index);

  std::vector<std::shared_ptr<const IndexRun>> runs_;
  RunBuilder builder_;
  std::vector<Source> sources_;   // Those that have pairs left.
  std::vector<IndexPair> heads_;  // The next pair of each, side by side, to be compared fast.
  std::uint64_t done_ = 0;
  std::uint64_t total_ = 0;
  bool opened_ = false;
};

/// The whole merge at once.
[[nodiscard]] Result<void> merge_runs(std::vector<std::shared_ptr<const IndexRun>> runs,
                                      RunSink& sink);

/// The same into memory.
[[nodiscard]] Result<std::shared_ptr<const IndexRun>> merge_memory_runs(
    std::vector<std::shared_ptr<const IndexRun>> runs);

}  // namespace daybook
