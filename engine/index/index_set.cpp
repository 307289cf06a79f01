#include "engine/index/index_set.hpp"

#include <algorithm>
#include <utility>

#include "engine/base/assert.hpp"

namespace daybook {

IndexSet::IndexSet(std::vector<Run> newest_first) : runs_{std::move(newest_first)} {
  ENSURE(runs_.size() <= index_set_runs_max, "an index set has at most 32 runs");
}

std::uint64_t IndexSet::pair_count() const {
  std::uint64_t pairs = 0;
  for (const Run& run : runs_) pairs += run->pair_count();
  return pairs;
}

Sequence IndexSet::last_sequence() const {
  Sequence last;
  for (const Run& run : runs_) last = std::max(last, run->identity().last);
  return last;
}

CountBounds IndexSet::estimate(std::uint64_t key, std::uint64_t first, std::uint64_t last) const {
  CountBounds sum;
  for (const Run& run : runs_) {
    const CountBounds part = run->estimate(key, first, last);
    // Runs may share pairs, so only the largest lower bound is certain.
    sum.at_least = std::max(sum.at_least, part.at_least);
    sum.at_most += part.at_most;
  }
  return sum;
}

}  // namespace daybook
