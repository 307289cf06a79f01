#pragma once

#include <optional>
#include <vector>

#include "engine/ports/spill_store.hpp"
#include "engine/recon/run_keeper.hpp"
#include "engine/recon/run_region.hpp"

namespace daybook::recon {

/// A kept run whose every block is what was written.
struct CheckedRun {
  KeptRun kept;
  SortedRun run;
  std::vector<KeyWords> samples;  ///< As RunRegion has them.
};

/// Reads the whole run; nothing where it is damaged, and is to be made again. `block` is as large
/// as the store's blocks, and packed_slack bytes more.
[[nodiscard]] std::optional<CheckedRun> check_kept_run(const KeptRun& kept, const SpillStore& store,
                                                       std::span<std::byte> block);

/// The runs that are whole, without those that overlap with one before.
[[nodiscard]] std::vector<CheckedRun> check_kept_runs(const std::vector<KeptRun>& kept,
                                                      const SpillStore& store);

}  // namespace daybook::recon
