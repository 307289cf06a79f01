#include "tools/daybook/offline/recovery_needs.hpp"

#include "engine/snapshot/snapshot_blocks.hpp"
#include "storage/journal/data_directory.hpp"
#include "storage/snapshots/snapshot_directory.hpp"

namespace daybook {
namespace {

// Fewer are no way back from a damaged one.
constexpr std::size_t snapshots_needed = 2;

// Whole, and of this journal.
bool is_good(SnapshotStore& snapshots, Sequence at, const Uint128& journal_id) {
  auto opened = snapshots.open(at);
  if (!opened.ok() || opened.value().header.journal_id != journal_id) return false;
  SnapshotReader reader{std::move(opened).value()};
  for (;;) {
    const auto block = reader.next();
    if (!block.ok()) return false;
    if (!block.value()) return true;
  }
}

}  // namespace

Result<Sequence> first_sequence_needed(const std::filesystem::path& directory) {
  const JournalLayout layout{directory};
  const auto listing = list_segments(layout);
  if (!listing) return listing.error();
  const auto journal_id = read_journal_id(layout);
  if (!journal_id) return journal_id.error();
  const auto snapshots = SnapshotDirectory::read_only(layout.snapshots());
  const auto found = snapshots->list();
  if (!found) return found.error();
  std::size_t good = 0;
  for (const Sequence at : found.value()) {  // Newest first.
    if (is_good(*snapshots, at, journal_id.value()) && ++good == snapshots_needed) return at;
  }
  return Sequence{1};
}

}  // namespace daybook
