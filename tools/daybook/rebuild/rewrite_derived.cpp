// The snapshots and runs of a data directory, made anew: by the follower itself, on a journal that
// ends where it ends, so that they are what an engine would have made.

#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "engine/follower/follower.hpp"
#include "engine/replay/journal_parent.hpp"
#include "storage/journal/journal_reader.hpp"
#include "storage/runs/run_directory.hpp"
#include "storage/snapshots/snapshot_directory.hpp"
#include "tools/daybook/rebuild/offline_rebuild.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/progress.hpp"

namespace daybook {
namespace {

/// Damaged ones, too, and none of other journals.
Result<void> drop_snapshots(SnapshotDirectory& snapshots, const Uint128& journal_id) {
  const auto listed = snapshots.list();
  if (!listed) return listed.error();
  for (const Sequence at : listed.value()) {
    const auto opened = snapshots.open(at);
    if (opened && opened.value().header.journal_id != journal_id) continue;
    if (!opened && opened.error().kind == FailureKind::unsupported) continue;
    if (auto removed = snapshots.remove(at); !removed) return removed;
  }
  return {};
}

}  // namespace

Result<Sequence> rewrite_derived(const DataDirectory& directory, const StateRoom& room) {
  const JournalLayout& layout = directory.layout();
  const JournalPlace place{layout.root.string()};
  const Sequence end = newest_sequence_in(place);
  auto snapshots = SnapshotDirectory::open(layout.snapshots());
  if (!snapshots) return snapshots.error();
  if (auto dropped = drop_snapshots(*snapshots.value(), directory.journal_id()); !dropped) {
    return dropped.error();
  }
  auto runs = RunDirectory::open(layout.index());
  if (!runs) return runs.error();
  if (end == Sequence{}) return end;
  auto reader = JournalReader::open(layout.root, reading_of(place));
  if (!reader) return reader.error();

  Progress progress;
  ENSURE(progress.acknowledge(end), "nothing has failed yet");
  progress.journaler_done.store(true, std::memory_order_release);
  FutexSleeper sleeper;
  IdRunShelf shelf;
  StateSettings settings = settings_for(room);
  settings.hash_seed = make_random_id().lo;
  settings.id_runs = &shelf;
  ProgressLine line{terminal_or_nothing(), "facts followed"};
  std::optional<Failure> failure;
  Follower follower{settings,
                    {.source = reader.value().get(),
                     .progress = progress,
                     .sleeper = sleeper,
                     .id_runs = &shelf,
                     .runs = runs.value().get(),
                     .snapshots = snapshots.value().get(),
                     // One, after the last fact.
                     .snapshot_settings = {.facts = end.value(),
                                           .ns = 0,
                                           .journal_share = 0,
                                           .kept = SnapshotSettings{}.kept,
                                           .journal_id = directory.journal_id()},
                     .on_followed =
                         [&] {
                           const std::uint64_t at = progress.followed().value();
                           line.show(at,
                                     static_cast<double>(at) / static_cast<double>(end.value()));
                         },
                     .on_fatal = [&](const Failure& fatal) { failure = fatal; },
                     .on_trouble =
                         [&](const std::string& words) {
                           if (!failure) failure = Failure{FailureKind::io, words};
                         }}};
  follower.run();
  line.clear();
  if (failure) return *failure;
  const auto taken = snapshots.value()->open(end);
  if (!taken) return taken.error();
  return end;
}

}  // namespace daybook
