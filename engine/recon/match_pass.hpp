#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "engine/recon/block_log.hpp"
#include "engine/recon/comparison.hpp"
#include "engine/recon/gather.hpp"
#include "engine/recon/joiner.hpp"

namespace daybook::recon {

/// What a pass over sorted runs needs beside them. All outlive the pass.
struct MatchPass {
  const PairRules& rules;
  OrderRule order;
  SpillStore& store;
  std::size_t merge_bytes = 0;  ///< Of all cursors together.
  /// One log for each range, in the order of the words.
  std::vector<BlockLog<Difference>*> results;
  /// Where records without a partner go, one region for each range, for the rule after this one;
  /// empty when this is the last pass.
  std::vector<RunRegion*> leftovers;
  /// One table for each range; empty in later passes.
  std::vector<MergedTable*> merged;
  /// Called by this thread now and then, with how many records more were seen in its range.
  std::function<void(std::uint64_t)> tell;
};

/// Merges the runs and decides, each range of words in a thread of its own: as many ranges as there
/// are result logs, or fewer where the cursors would need more memory than there is.
///
/// Threads.  Starts ranges - 1 and joins them.
/// Returns   the number of ranges. `invalid` when not even the cursors of one fit.
[[nodiscard]] Result<unsigned> match_runs(const std::vector<SortedRun>& runs,
                                          std::vector<KeyWords> samples, MatchPass& pass);

}  // namespace daybook::recon
