#include "tools/daybook/serve/snapshot_choice.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "engine/snapshot/state_snapshot.hpp"
#include "storage/journal/journal_lookup.hpp"

namespace daybook {
namespace {

/// What the journal has where the snapshot was taken.
Result<std::optional<EntryHeader>> entry_of(EntryLookup& journal, const SnapshotHeader& header) {
  std::optional<EntryHeader> found;
  auto looked =
      journal.with_entry(header.at(), [&](const EntryView& entry) { found = entry.header; });
  if (!looked.ok() && looked.error().kind != FailureKind::not_found) return looked.error();
  return found;
}

/// Words when the journal is not the one that the snapshot was taken of.
std::optional<std::string> disagreement(const SnapshotHeader& header,
                                        const std::optional<EntryHeader>& entry) {
  if (!entry) {
    return fmt::format(
        "there was a snapshot at sequence {}, so the journal reached that far; it does not any "
        "more: what came after its end is lost",
        header.sequence);
  }
  if (entry->last() != header.at() || entry->hash != header.entry_hash) {
    return fmt::format(
        "the journal has another entry at sequence {} than when the snapshot there was taken",
        header.sequence);
  }
  if (entry->state_digest != header.state_digest) {
    return fmt::format(
        "the snapshot at sequence {} has digest {:016x}, the journal's entry of sequences {} to {} "
        "says {:016x}",
        header.sequence, header.state_digest, entry->first().value(), entry->last().value(),
        entry->state_digest);
  }
  return std::nullopt;
}

}  // namespace

Result<SnapshotChoice> choose_snapshots(const std::filesystem::path& directory,
                                        const Uint128& journal_id, SnapshotStore& snapshots,
                                        const std::function<void(const std::string&)>& on_trouble) {
  SnapshotChoice choice;
  const auto found = snapshots.list();
  if (!found.ok()) return found.error();
  if (found.value().empty()) return choice;
  auto journal = JournalLookup::open(directory);
  if (!journal.ok()) return journal.error();
  for (const Sequence at : found.value()) {
    auto opened = snapshots.open(at);
    if (!opened.ok()) {
      on_trouble(opened.error().what);
      continue;
    }
    const SnapshotHeader& header = opened.value().header;
    if (header.journal_id != journal_id) {
      on_trouble(fmt::format("the snapshot at sequence {} is of another journal", at.value()));
      continue;
    }
    auto names = runs_needed(SnapshotReader{opened.value()});
    if (!names.ok()) {
      on_trouble(names.error().what);
      continue;
    }
    const auto entry = entry_of(*journal.value(), header);
    if (!entry.ok()) return entry.error();
    if (const auto words = disagreement(header, entry.value())) {
      return Failure{FailureKind::damaged,
                     *words + "; `daybook verify` says more, and nothing was changed"};
    }
    choice.runs.insert(choice.runs.end(), names.value().begin(), names.value().end());
    choice.candidates.push_back(std::move(opened).value());
  }
  return choice;
}

}  // namespace daybook
