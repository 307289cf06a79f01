#include "tools/daybook/rebuild/offline_rebuild.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "engine/replay/replayer.hpp"
#include "engine/snapshot/state_snapshot.hpp"
#include "storage/journal/journal_reader.hpp"
#include "storage/runs/run_directory.hpp"
#include "storage/snapshots/snapshot_directory.hpp"
#include "tools/daybook/client/lazy_lookup.hpp"
#include "tools/daybook/text/progress.hpp"

namespace daybook {
namespace {

/// A snapshot that is to be compared where the fold comes by it.
struct Candidate {
  SnapshotBytes bytes;
  RebuiltStore store;
};

RebuiltStore store_of(Sequence at) {
  return {.place = fmt::format("the snapshot at sequence {}", at.value()),
          .as_of = at,
          .aggregates = {},
          .indexes = {},
          .trouble = {}};
}

class OfflineRebuild {
 public:
  explicit OfflineRebuild(const RebuildWish& wish)
      : wish_{wish}, layout_{wish.place.directory}, rebuild_{wish.selection} {}

  Result<RebuildReport> run() {
    if (auto found = find_snapshots(); !found) return found.error();
    if (auto folded = fold(); !folded) return folded.error();
    if (auto located = locate(); !located) return located.error();
    return std::move(report_);
  }

 private:
  Result<void> find_snapshots();
  Result<void> fold();
  Result<void> locate();
  Result<void> locate(RebuiltStore& store);
  void compare_snapshots(const EntryHeader& header, const Indexes& indexes);
  void compare(Candidate& candidate, const Indexes& indexes);

  const RebuildWish& wish_;
  JournalLayout layout_;
  Rebuild rebuild_;
  std::vector<Candidate> candidates_;  // By sequence; those before next_ were compared.
  std::size_t next_ = 0;
  RebuildReport report_;
};

/// Those of other journals are none of this one's.
Result<void> OfflineRebuild::find_snapshots() {
  const auto directory = SnapshotDirectory::read_only(layout_.snapshots());
  auto listed = directory->list();
  if (!listed) return listed.error();
  std::reverse(listed.value().begin(), listed.value().end());
  const auto id = read_journal_id(layout_);
  for (const Sequence at : listed.value()) {
    auto opened = directory->open(at);
    // An engine at work may have removed it meanwhile.
    if (!opened && opened.error().kind == FailureKind::not_found) continue;
    if (!opened) {
      report_.stores.push_back(store_of(at));
      report_.stores.back().trouble.push_back(opened.error().what);
      continue;
    }
    if (id && opened.value().header.journal_id != id.value()) continue;
    candidates_.push_back({std::move(opened).value(), store_of(at)});
  }
  return {};
}

Result<void> OfflineRebuild::fold() {
  const auto reader = JournalReader::open(wish_.place.directory, reading_of(wish_.place));
  if (!reader) return reader.error();
  std::ostream* const terminal = terminal_or_nothing();
  const Sequence end = terminal != nullptr ? newest_sequence_in(wish_.place) : Sequence{};
  ProgressLine line{terminal, "facts folded"};
  LazyLookup earlier{wish_.place.directory, wish_.place.archive};
  State state{settings_for(wish_.room)};
  Replayer replayer{state, {.earlier = &earlier, .reversals_in_full = false}};
  Indexes indexes{PairIndex::Sizes{}, nullptr};
  for (;;) {
    const auto entry = reader.value()->next();
    if (!entry) return entry.error();
    if (!entry.value()) break;
    const auto facts = read_facts(*entry.value());
    if (!facts) return facts.error();
    rebuild_.add(facts.value());
    if (wish_.indexes) indexes.add_before(facts.value(), state);
    if (auto applied = replayer.apply(facts.value()); !applied) return applied;
    if (wish_.indexes) indexes.add_after(facts.value(), state.accounts);
    state.tend_memory();
    compare_snapshots(facts.value().header, indexes);
    const auto done = static_cast<double>(state.last_sequence().value());
    line.show(rebuild_.facts(), end == Sequence{}
                                    ? std::nullopt
                                    : std::optional{done / static_cast<double>(end.value())});
  }
  report_.last = state.last_sequence();
  report_.facts = rebuild_.facts();
  for (; next_ < candidates_.size(); ++next_) {
    candidates_[next_].store.trouble.push_back(fmt::format(
        "the journal ends at sequence {}, before it: `daybook verify` says what is lost",
        report_.last.value()));
  }
  for (Candidate& each : candidates_) report_.stores.push_back(std::move(each.store));
  report_.stores.push_back({.place = "the replayed state",
                            .as_of = report_.last,
                            .aggregates = rebuild_.compare(state),
                            .indexes = {},
                            .trouble = {}});
  return {};
}

void OfflineRebuild::compare_snapshots(const EntryHeader& header, const Indexes& indexes) {
  while (next_ < candidates_.size() && candidates_[next_].bytes.header.at() <= header.last()) {
    Candidate& candidate = candidates_[next_++];
    const SnapshotHeader& of = candidate.bytes.header;
    if (of.at() == header.last() && of.entry_hash == header.hash &&
        of.state_digest == header.state_digest) {
      compare(candidate, indexes);
    } else {
      candidate.store.trouble.emplace_back(
          "the journal has another entry there than when it was taken, or one with another digest");
    }
    candidate.bytes = {};
  }
}

void OfflineRebuild::compare(Candidate& candidate, const Indexes& indexes) {
  RebuiltStore& store = candidate.store;
  const auto trouble = [&](std::string words) { store.trouble.push_back(std::move(words)); };
  const auto runs = RunDirectory::read_only(layout_.index());
  IdRunShelf shelf;
  StateSettings settings = settings_for(wish_.room);
  settings.hash_seed = candidate.bytes.header.hash_seed;
  settings.id_runs = &shelf;
  State state{settings};
  SnapshotReader reader{candidate.bytes};
  const auto ids = read_state(
      reader, *runs, state, [&](const IdRunSet& set) { shelf.publish(set); }, DigestCheck::tell);
  if (!ids) return trouble(ids.error().what);
  if (!ids.value().has_digest) {
    trouble(fmt::format("its tables do not have its digest, {:016x}",
                        candidate.bytes.header.state_digest));
  }
  store.aggregates = rebuild_.compare(state);
  if (!wish_.indexes) return;
  Indexes stored{PairIndex::Sizes{}, runs.get()};
  if (auto restored = stored.restore(reader); !restored) return trouble(restored.error().what);
  store.indexes = compare_indexes(indexes, stored);
}

Result<void> OfflineRebuild::locate() {
  for (RebuiltStore& store : report_.stores) {
    if (store.aggregates.mismatches.empty()) continue;
    if (auto located = locate(store); !located) return located;
  }
  return {};
}

Result<void> OfflineRebuild::locate(RebuiltStore& store) {
  Rebuild again{wish_.selection};
  again.locate(std::move(store.aggregates.mismatches));
  const auto reader = JournalReader::open(wish_.place.directory, reading_of(wish_.place));
  if (!reader) return reader.error();
  ProgressLine line{terminal_or_nothing(), "facts folded again"};
  for (Sequence at; at < store.as_of;) {
    const auto entry = reader.value()->next();
    if (!entry) return entry.error();
    if (!entry.value()) break;
    const auto facts = read_facts(*entry.value());
    if (!facts) return facts.error();
    again.add(facts.value());
    at = facts.value().header.last();
    line.show(again.facts(),
              static_cast<double>(at.value()) /
                  static_cast<double>(std::max<std::uint64_t>(store.as_of.value(), 1)));
  }
  store.aggregates.mismatches = std::move(again).located();
  return {};
}

}  // namespace

bool RebuildReport::agrees() const {
  return std::all_of(stores.begin(), stores.end(),
                     [](const RebuiltStore& each) { return each.agrees(); });
}

std::uint64_t RebuildReport::compared() const {
  std::uint64_t most = 0;
  for (const RebuiltStore& each : stores) most = std::max(most, each.aggregates.compared);
  return most;
}

Result<RebuildReport> rebuild_offline(const RebuildWish& wish) {
  return OfflineRebuild{wish}.run();
}

}  // namespace daybook
