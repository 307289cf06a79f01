#include "tools/daybook/serve/recovery.hpp"

#include "engine/replay/journal_parent.hpp"
#include "engine/replay/replayer.hpp"
#include "tools/daybook/client/lazy_lookup.hpp"

namespace daybook {
namespace {

// Twice as fast as ids come, like the follower.
Result<void> retire_ids(IdRetirement* retirement, State& state, const EntryView& entry) {
  if (retirement == nullptr) return {};
  const auto retired = retirement->step(std::uint64_t{2} * entry.header.fact_count);
  if (!retired.ok()) return retired.error();
  state.transfer_ids.tend_memory();
  return retirement->make_ready([] { return 0; });
}

Recovered begin_with(const SnapshotHeader* snapshot) {
  Recovered found;
  if (snapshot == nullptr) return found;
  found.snapshot = snapshot->at();
  found.segment.ordinal = snapshot->segment;
  found.segment.first_sequence = snapshot->segment_first;
  found.segment.entry_count = snapshot->segment_entries;
  found.entries = snapshot->entries;
  found.operations = snapshot->operations;
  found.transfers = snapshot->transfers;
  return found;
}

}  // namespace

Result<Recovered> recover(const std::filesystem::path& directory, State& state,
                          IdRetirement* retirement, const SnapshotHeader* snapshot,
                          const std::function<void(std::uint64_t)>& progress) {
  ReadOptions options;
  if (snapshot != nullptr) {
    options.from = next(snapshot->at());
    options.previous_hash = snapshot->entry_hash;
  }
  options.accepts_fork = continues_parent;
  auto opened = JournalReader::open(directory, options);
  if (!opened.ok()) return opened.error();
  JournalReader& reader = *opened.value();
  LazyLookup earlier{directory};
  Replayer replayer{state, {.earlier = &earlier, .reversals_in_full = false}};
  Recovered found = begin_with(snapshot);
  constexpr std::uint64_t entries_between_progress = 64;
  for (;;) {
    const auto entry = reader.next();
    if (!entry.ok()) return entry.error();
    if (!entry.value()) break;
    if (reader.at_segment_start()) {
      found.segment.entry_count = 0;
      found.segment.first_sequence = entry.value()->header.first_sequence;
    }
    ++found.segment.entry_count;
    if (auto ready = retire_ids(retirement, state, *entry.value()); !ready.ok()) {
      return ready.error();
    }
    if (const auto applied = replayer.apply(*entry.value()); !applied.ok()) {
      return Failure{applied.error().kind,
                     "segment " + std::to_string(reader.segment()) + " of " + directory.string() +
                         ": " + applied.error().what +
                         "; `daybook verify` shows the whole extent of the damage"};
    }
    if (replayer.entries() % entries_between_progress == 0) {
      progress(found.transfers + replayer.transfers());
    }
  }
  found.tail = reader.tail();
  found.segment.ordinal = state.segment_opened();
  found.segment.sealed = state.segment_sealed() == state.segment_opened();
  found.tail.sealed = found.segment.sealed && found.segment.ordinal != 0;
  found.tail.hashed = state.segment_hashed();
  found.tail.hashed_chain = state.segment_chain();
  found.entries += replayer.entries();
  found.operations += replayer.operations();
  found.transfers += replayer.transfers();
  return found;
}

}  // namespace daybook
