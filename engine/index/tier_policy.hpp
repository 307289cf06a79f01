#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace daybook {

/// When runs of one index become one.
struct TierSettings {
  /// Runs on disk at most, once the plans are carried out.
  std::size_t disk_runs_max = 6;
  /// The same in memory.
  std::size_t memory_runs_max = 8;
  /// So many pairs in memory go to disk.
  std::uint64_t memory_pairs_max = 2'000'000;
};

/// What to merge now: the newest `memory_runs` runs in memory and, when that is all of them, the
/// newest `disk_runs` on disk.
struct TierPlan {
  enum class Target : std::uint8_t { nothing, memory, disk };

  Target target = Target::nothing;
  std::size_t memory_runs = 0;
  std::size_t disk_runs = 0;

  friend bool operator==(const TierPlan&, const TierPlan&) = default;
};

/// The plan for runs of so many pairs, newest first. Depends on nothing else. Carry out plans until
/// there is nothing to do, which takes two at most.
///
/// The rule. Runs stay as they are until there is one too many. Then the newest are merged, and
/// more and more of the older ones with them, as long as the next one has less than twice the pairs
/// collected so far. So sizes grow from new to old, at least twofold from one run to the next where
/// a merge has been, and a pair is written log(n) times. Fixed tiers of factor 8 wrote more: with
/// 6 runs on disk and equal fresh runs, a pair is rewritten on average (factor 8 in brackets)
///
///     50 fresh runs    2.4   (4.5)
///    100               3.0   (5.6)
///  1,000               5.3  (11.6)
///
/// times. What goes to disk when disk_runs_max are there already is merged with them at once
/// instead of being written first.
[[nodiscard]] TierPlan plan_merge(std::span<const std::uint64_t> memory_pairs,
                                  std::span<const std::uint64_t> disk_pairs,
                                  const TierSettings& settings);

}  // namespace daybook
