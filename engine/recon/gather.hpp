#pragma once

#include <array>
#include <memory>
#include <vector>

#include "engine/base/mapped_array.hpp"
#include "engine/recon/comparison.hpp"
#include "engine/recon/run_region.hpp"

namespace daybook::recon {

/// A region with its memory.
struct OwnedRegion {
  OwnedRegion(std::size_t bytes, OrderRule order, unsigned lane,
              std::size_t run_bytes_max = RunRegion::run_bytes_default)
      : memory{bytes}, region{{memory.data(), bytes}, order, lane, run_bytes_max} {}

  MappedMemory memory;
  RunRegion region;
};

/// What the first phase leaves: sorted runs and the sums of both sides.
struct Gathered {
  std::vector<std::unique_ptr<OwnedRegion>> regions;  ///< One a thread.
  std::array<SideTotals, 2> totals;
  std::vector<BlockLog<InvalidLine>> invalid;  ///< Of A and B.
  std::vector<SortedRun> kept;                 ///< Of earlier processes.
  std::vector<KeyWords> kept_samples;
};

/// Reads both sources into sorted runs, all threads at once: a source is read by one of them at a
/// time, and while it sorts, another one goes on reading. With a `keeper` every run is spilled and
/// kept, and what is in runs that were kept before is read, but neither sorted nor written.
///
/// Errors. Also `invalid` where a side does not have the records of kept runs any more; the keeper
///         was told.
[[nodiscard]] Result<void> gather(std::array<RecordSource*, 2> sources, SpillStore& store,
                                  ComparisonObserver& observer, RunKeeper* keeper,
                                  Gathered& gathered);

}  // namespace daybook::recon
