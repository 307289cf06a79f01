#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/index/stored_array.hpp"
#include "engine/ledger/id_runs.hpp"
#include "engine/ports/run_store.hpp"
#include "engine/snapshot/saved_run.hpp"
#include "engine/snapshot/snapshot_blocks.hpp"
#include "engine/state/state.hpp"

namespace daybook {

/// Values of a transfer id table that came between two snapshots, in the store: tag and value.
/// As many as there are of them make up what is in no run.
struct RecentIds {
  StoredArray array;
  Sequence last;  ///< Nothing in it came after.
};

/// Writes the state and how its ids are found: the runs on the shelf and `recent` have all but
/// those that came since the last snapshot, which become one more of `recent`. Runs that the
/// snapshot needs are noted in the writer.
///
/// Threads.  The state's.
/// Errors.   In the writer: `no_space` where a run of ids could not be stored.
/// Cost.     O(accounts + holds + names + kept operations + ids in memory).
void write_state(const State& state, const IdRunSet& runs, RunStore& store,
                 std::vector<RecentIds>& recent, SnapshotWriter& into);

/// How older ids are found, as a snapshot has it.
struct SavedIds {
  IdRunSet runs;
  std::vector<RecentIds> recent;
  /// The tables have the digest that the snapshot says. Never false where that is demanded.
  bool has_digest = true;
};

/// What to do with tables that were read whole and do not have their digest.
enum class DigestCheck : std::uint8_t {
  demand,  ///< `damaged`.
  tell,    ///< For those who look for what differs.
};

/// Reads the blocks up to and with BlockKind::end into a state in which nothing is yet, with the
/// settings that it had but for sizes, which may be larger.
///
/// `publish` is called with the runs of older ids before the table is restored: they must be on the
/// state's shelf when it returns.
/// Errors.   `damaged`; `unsupported`; `not_found` where a run is missing; `no_space` where a table
///           is too small. The state is of no use then.
[[nodiscard]] Result<SavedIds> read_state(SnapshotReader& from, RunStore& store, State& state,
                                          const std::function<void(const IdRunSet&)>& publish,
                                          DigestCheck check = DigestCheck::demand);

/// The names of all runs that a snapshot needs, those of the indexes included. `damaged`.
[[nodiscard]] Result<std::vector<std::string>> runs_needed(SnapshotReader from);

}  // namespace daybook
