#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/ports/snapshot_store.hpp"

namespace daybook {

/// The snapshots of a data directory that a start may begin with, and the runs that they need.
struct SnapshotChoice {
  std::vector<SnapshotBytes> candidates;  ///< Newest first; each sound by itself.
  std::vector<std::string> runs;          ///< That any of them needs.
};

/// Looks at every snapshot: checksums, journal id, and the journal's entry that it is of.
///
/// One that is damaged, or of another journal, is passed over, and `on_trouble` is told. Errors:
/// `damaged` where the journal does not have what a good snapshot says that it had: the journal
/// ends before it, or has another entry there, or one with another digest. The words name the
/// sequences. Then nothing should start before somebody has looked.
/// Cost.    Reads all snapshots, and an entry each.
[[nodiscard]] Result<SnapshotChoice> choose_snapshots(
    const std::filesystem::path& directory, const Uint128& journal_id, SnapshotStore& snapshots,
    const std::function<void(const std::string&)>& on_trouble);

}  // namespace daybook
