#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "engine/base/result.hpp"
#include "engine/ports/journal.hpp"
#include "engine/state/state.hpp"
#include "tools/daybook/offline/offline.hpp"

namespace daybook {

/// Where to stop. Nothing set: at the end of the journal.
struct ReplayGoal {
  /// With the operation that this sequence is part of: operations are not cut.
  std::optional<Sequence> until_sequence;
  /// With the last entry whose commit time is not after this.
  std::optional<Timestamp> until_time;
};

struct ReplayCounts {
  std::uint64_t entries = 0;  ///< The last one perhaps in part.
  std::uint64_t operations = 0;
  std::uint64_t transfers = 0;
  Timestamp commit_time;  ///< Of the last entry.
};

/// Told after each entry: the last sequence applied, the transfers so far.
using ReplayProgress = std::function<void(Sequence, std::uint64_t)>;

/// Applies the entries of `source` to the empty `state`, comparing the digest of each whole entry.
/// `earlier`: as Replayer::Checks has it; may be null.
///
/// Errors.  `damaged` names the sequence, and where only the digest differs, the range of
///          sequences; `not_found` when the journal ends before the goal's sequence.
[[nodiscard]] Result<ReplayCounts> replay_entries(EntrySource& source, State& state,
                                                  const ReplayGoal& goal,
                                                  const ReplayProgress& progress = {},
                                                  EntryLookup* earlier = nullptr);

/// What --until-... and --at-... say; empty text for what is not given. Refuses both at once.
[[nodiscard]] Result<ReplayGoal> parse_goal(const std::string& sequence, const std::string& time);

/// replay_entries() over the journal in `place`, with a progress line on a terminal.
[[nodiscard]] Result<ReplayCounts> replay_directory(const JournalPlace& place, State& state,
                                                    const ReplayGoal& goal);

struct ReplayOptions {
  JournalPlace directory;
  std::string until_sequence;
  std::string until_time;
  std::string fork;  ///< A new directory, which goes on from there; empty: none.
  StateRoom room;
  bool digest = false;  ///< Only sequence and digest, as `admin digest` prints them.
  bool rate = false;
  bool json = false;
};

/// exit_code::good: rebuilt, and every digest agreed; exit_code::no: damaged, or a digest differs.
int run_replay(const ReplayOptions& options);

}  // namespace daybook
