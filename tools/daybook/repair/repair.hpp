#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "tools/daybook/offline/journal_continuation.hpp"
#include "tools/daybook/offline/offline.hpp"
#include "tools/daybook/offline/offline_verify.hpp"

namespace daybook {

/// One thing that can be put right without losing an entry.
struct RepairStep {
  std::string words;                    ///< What is wrong, and what would be done.
  std::function<Result<void>()> apply;  ///< Does it.
};

/// What cannot be put right: everything whole before it can be copied.
struct RepairLoss {
  std::string words;  ///< The first damage: file, page, sequence, kind.
  Sequence kept;      ///< The last sequence that everything up to is whole.
  std::string why;    ///< What would be lost, exactly.
  bool nothing_is_kept = false;
};

/// What `repair` would do, in order; either steps or a loss, never both.
struct RepairPlan {
  std::vector<RepairStep> steps;
  std::optional<RepairLoss> loss;
};

/// Looks at all of the data directory. The caller holds its lock.
///
/// Errors.  The directory cannot be read; `no_space` where `room` is too small to tell.
[[nodiscard]] Result<RepairPlan> plan_repair(const JournalLayout& layout, const StateRoom& room);

/// Makes the new data directory `to` of everything whole up to and with sequence `kept`: another
/// journal, that names the damaged one as its parent (see journal_continuation.hpp). The damaged
/// one is only read.
[[nodiscard]] Result<Continued> copy_whole_part(const JournalLayout& from, const std::string& to,
                                                Sequence kept, const StateRoom& room);

struct RepairOptions {
  std::string directory;
  std::string accept_loss;  ///< A new directory; empty: nothing may be lost.
  StateRoom room;
  bool yes = false;
  bool json = false;
};

/// exit_code::good: nothing was wrong, or everything was put right, or the whole part was copied;
/// exit_code::no: it cannot be put right, or was not agreed to; exit_code::failed.
int run_repair(const RepairOptions& options);

}  // namespace daybook
