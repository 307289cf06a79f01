#include "engine/index/tier_policy.hpp"

#include <numeric>

namespace daybook {
namespace {

// How many of `pairs`, newest first, belong to one merge that has `collected` pairs from elsewhere;
// at least `least`.
std::size_t runs_to_merge(std::span<const std::uint64_t> pairs, std::uint64_t collected,
                          std::size_t least) {
  std::size_t count = 0;
  while (count < pairs.size() && (count < least || pairs[count] / 2 < collected)) {
    collected += pairs[count++];
  }
  return count;
}

}  // namespace

TierPlan plan_merge(std::span<const std::uint64_t> memory_pairs,
                    std::span<const std::uint64_t> disk_pairs, const TierSettings& settings) {
  const std::uint64_t in_memory =
      std::accumulate(memory_pairs.begin(), memory_pairs.end(), std::uint64_t{0});
  if (!memory_pairs.empty() && in_memory >= settings.memory_pairs_max) {
    const bool full = disk_pairs.size() >= settings.disk_runs_max;
    return {TierPlan::Target::disk, memory_pairs.size(),
            full ? runs_to_merge(disk_pairs, in_memory, 1) : 0};
  }
  if (disk_pairs.size() > settings.disk_runs_max) {
    // Only after the settings have changed, or a crash has left runs: enough at once.
    return {TierPlan::Target::disk, 0,
            runs_to_merge(disk_pairs, 0, disk_pairs.size() - settings.disk_runs_max + 1)};
  }
  if (memory_pairs.size() > settings.memory_runs_max) {
    return {TierPlan::Target::memory,
            runs_to_merge(memory_pairs, 0, memory_pairs.size() - settings.memory_runs_max + 1), 0};
  }
  return {};
}

}  // namespace daybook
