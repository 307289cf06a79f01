#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "engine/base/result.hpp"
#include "engine/ledger/id_retirement.hpp"
#include "engine/ports/snapshot_store.hpp"
#include "engine/sequencer/sequencer_loop.hpp"
#include "engine/state/state.hpp"
#include "storage/journal/journal_reader.hpp"

namespace daybook {

/// What replaying a data directory at start found.
struct Recovered {
  JournalTail tail;           ///< Complete: ready for Journal::open().
  SegmentPosition segment;    ///< Without pages_left.
  Sequence snapshot;          ///< That it began with; 0: with the first entry.
  std::uint64_t entries = 0;  ///< Of the whole journal, as the next two.
  std::uint64_t operations = 0;
  std::uint64_t transfers = 0;
  double seconds = 0;  ///< Whoever calls recover() fills it in.
};

/// Replays the journal of `directory` into `state`, with apply only, comparing the digest that each
/// entry carries. `retirement` is of the state's transfer ids; null where they all stay in memory.
/// `snapshot`: what the state was restored from, after which the journal goes on; null: nothing.
///
/// Errors.  Damage in words, with file and sequence; nothing is changed on disk.
/// `progress(transfers so far)` is called now and then.
[[nodiscard]] Result<Recovered> recover(const std::filesystem::path& directory, State& state,
                                        IdRetirement* retirement, const SnapshotHeader* snapshot,
                                        const std::function<void(std::uint64_t)>& progress);

}  // namespace daybook
