#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/rebuild/index_comparison.hpp"
#include "engine/rebuild/rebuild.hpp"
#include "tools/daybook/offline/offline.hpp"
#include "tools/daybook/rebuild/rebuild_text.hpp"

namespace daybook {

/// What was compared with the journal's facts, and what came of it.
struct RebuiltStore {
  std::string place;  ///< "the snapshot at sequence 12", "the replayed state".
  Sequence as_of;
  Rebuild::Comparison aggregates;    ///< With `first` of the mismatches.
  IndexComparison indexes;           ///< Nothing where they were not asked for.
  std::vector<std::string> trouble;  ///< Why it is of no use, or only in part.

  [[nodiscard]] bool agrees() const {
    return trouble.empty() && aggregates.mismatching == 0 && indexes.indexes.empty() &&
           indexes.checkpoints_differing_count == 0;
  }
};

struct RebuildReport {
  std::vector<RebuiltStore> stores;  ///< Snapshots by sequence, then the replayed state.
  Sequence last;                     ///< Of the journal.
  std::uint64_t facts = 0;           ///< Folded.

  [[nodiscard]] bool agrees() const;
  /// Of all stores, the most.
  [[nodiscard]] std::uint64_t compared() const;
};

struct RebuildWish {
  JournalPlace place;
  RebuildSelection selection;
  StateRoom room;
  bool indexes = true;  ///< Compare them, too.
};

/// Folds the journal in `place` and compares with what is derived from it: each snapshot of this
/// journal with the indexes that it names, and the state that replaying makes. Nothing is changed,
/// and an engine may be at work on the directory.
///
/// Errors.  A journal that cannot be read to its end; `no_space` where `room` is too small.
/// Cost.    One pass over the journal, a second one where something differs. Memory for the fold,
///          a state, a snapshot's state, and with indexes 8 bytes a pair of them.
[[nodiscard]] Result<RebuildReport> rebuild_offline(const RebuildWish& wish);

/// Drops the snapshots and runs of the data directory `root` and writes new ones from its journal,
/// which is only read. Nobody else may be at work on it: the caller holds its lock. The sequence of
/// the new snapshot; 0 for an empty journal.
[[nodiscard]] Result<Sequence> rewrite_derived(const DataDirectory& directory,
                                               const StateRoom& room);

struct OfflineRebuildOptions {
  JournalPlace directory;
  RebuildTexts what;
  StateRoom room;
  bool no_indexes = false;
  bool repair = false;
  bool json = false;
};

/// exit_code::good: everything agrees, or does now; exit_code::no: something differs, or the
/// journal is damaged; exit_code::failed: could not be done.
int run_offline_rebuild(const OfflineRebuildOptions& options);

}  // namespace daybook
