#include "tools/daybook/serve/engine_process.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/random.h>

#include "engine/replay/journal_parent.hpp"
#include "engine/snapshot/state_snapshot.hpp"
#include "storage/journal/data_directory.hpp"
#include "storage/journal/journal.hpp"
#include "storage/journal/journal_lookup.hpp"
#include "storage/journal/journal_reader.hpp"
#include "storage/runs/run_directory.hpp"
#include "storage/snapshots/snapshot_directory.hpp"
#include "tools/daybook/serve/snapshot_choice.hpp"
#include "tools/daybook/serve/system_time.hpp"

namespace daybook {

struct EngineProcess::Parts {
  explicit Parts(DataDirectory locked) : directory{std::move(locked)} {}

  DataDirectory directory;
  JournalId journal_id{directory.journal_id()};
  std::size_t query_threads = 1;
  SystemTime time;
  std::unique_ptr<RunDirectory> runs;  // Outlives the engine, whose runs stand in it.
  std::unique_ptr<SnapshotDirectory> snapshots;
  SnapshotSettings snapshot_settings;
  std::optional<SnapshotBytes> snapshot;  // That the state was begun with.
  std::unique_ptr<Engine> engine;
  Recovered recovered;
  std::unique_ptr<Journal> journal;
  std::unique_ptr<JournalReader> follower_source;
  std::unique_ptr<JournalReader> source_from_start;
  std::unique_ptr<JournalLookup> sequencer_lookup;
  std::unique_ptr<JournalLookup> subscription_lookup;
  std::vector<std::unique_ptr<JournalLookup>> query_lookups;
};

namespace {

// Unpredictable, so that nobody can choose ids that crowd one bucket. Changes no answer.
std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  return ::getrandom(&seed, sizeof(seed), 0) == sizeof(seed) ? seed : 0;
}

void tell_snapshot_trouble(const std::function<void(const Alarm&)>& on_alarm,
                           const std::string& what) {
  if (!on_alarm) return;
  on_alarm({.kind = Alarm::Kind::derived_trouble,
            .engine_ns = 0,
            .wall_ns = 0,
            .words = "a snapshot is of no use, so the start takes longer: " + what});
}

/// Makes engines until one holds a snapshot's state, the newest one first, or none.
class EngineStart {
 public:
  EngineStart(const EngineProcessSettings& settings, TimeSource& time, RunStore& runs,
              std::function<void(const Failure&)> on_fatal,
              std::function<void(const Alarm&)> on_alarm, const Uint128& journal_id)
      : settings_{settings.engine},
        time_{time},
        runs_{runs},
        on_fatal_{std::move(on_fatal)},
        on_alarm_{std::move(on_alarm)} {
    settings_.loop.journal = JournalId{journal_id};
    settings_.loop.segment_pages = settings.journal.segment_bytes / entry_page_bytes;
  }

  struct Started {
    std::unique_ptr<Engine> engine;
    std::optional<SnapshotBytes> snapshot;
  };
  [[nodiscard]] Started from_any(const std::vector<SnapshotBytes>& candidates) {
    for (const SnapshotBytes& candidate : candidates) {
      settings_.state.hash_seed = candidate.header.hash_seed;
      auto engine = make();
      SnapshotReader reader{candidate};
      const auto restored =
          read_state(reader, runs_, engine->live_state(),
                     [&](const IdRunSet& runs) { engine->id_runs().publish(runs); });
      if (restored.ok()) return {std::move(engine), candidate};
      tell_snapshot_trouble(on_alarm_, restored.error().what);
    }
    settings_.state.hash_seed = random_seed();
    return {make(), std::nullopt};
  }

 private:
  [[nodiscard]] std::unique_ptr<Engine> make() const {
    return std::make_unique<Engine>(settings_, time_, on_fatal_, on_alarm_);
  }

  EngineSettings settings_;
  TimeSource& time_;
  RunStore& runs_;
  std::function<void(const Failure&)> on_fatal_;
  std::function<void(const Alarm&)> on_alarm_;
};

}  // namespace

EngineProcess::EngineProcess(std::unique_ptr<Parts> parts) : parts_{std::move(parts)} {}
EngineProcess::~EngineProcess() { stop(); }
Engine& EngineProcess::engine() { return *parts_->engine; }
const JournalId& EngineProcess::journal_id() const { return parts_->journal_id; }
const Recovered& EngineProcess::recovered() const { return parts_->recovered; }

Result<std::unique_ptr<EngineProcess>> EngineProcess::open(
    const EngineProcessSettings& settings, std::function<void(const Failure&)> on_fatal,
    const std::function<void(std::uint64_t)>& progress,
    std::function<void(const Alarm&)> on_alarm) {
  const auto begin = std::chrono::steady_clock::now();
  if (auto checked = check_settings(settings.journal); !checked.ok()) return checked.error();
  auto directory = DataDirectory::open_or_create(settings.data);
  if (!directory.ok()) return directory.error();
  auto parts = std::make_unique<Parts>(std::move(directory).value());

  parts->query_threads = settings.engine.query_threads;
  parts->snapshot_settings = settings.snapshots;
  parts->snapshot_settings.journal_id = parts->directory.journal_id();
  const JournalLayout& layout = parts->directory.layout();
  const auto tell_trouble = [&](const std::string& what) { tell_snapshot_trouble(on_alarm, what); };
  auto snapshots = SnapshotDirectory::open(layout.snapshots());
  if (!snapshots.ok()) return snapshots.error();
  parts->snapshots = std::move(snapshots).value();
  const auto choice = choose_snapshots(settings.data, parts->directory.journal_id(),
                                       *parts->snapshots, tell_trouble);
  if (!choice.ok()) return choice.error();
  auto runs = RunDirectory::open(layout.index(), choice.value().runs);
  if (!runs.ok()) return runs.error();
  parts->runs = std::move(runs).value();

  EngineStart start{settings,
                    parts->time,
                    *parts->runs,
                    std::move(on_fatal),
                    std::move(on_alarm),
                    parts->directory.journal_id()};
  auto started = start.from_any(choice.value().candidates);
  parts->engine = std::move(started.engine);
  parts->snapshot = std::move(started.snapshot);
  Engine& engine = *parts->engine;
  IdRetirement retirement{engine.live_state().transfer_ids,
                          engine.id_runs(),
                          *parts->runs,
                          {.runs_max = 0, .journal_id = parts->directory.journal_id()}};
  auto recovered = recover(settings.data, engine.live_state(), &retirement,
                           parts->snapshot ? &parts->snapshot->header : nullptr, progress);
  if (!recovered.ok()) return recovered.error();
  parts->recovered = recovered.value();
  parts->recovered.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  auto journal = Journal::open(parts->directory, settings.journal, parts->recovered.tail, engine);
  if (!journal.ok()) return journal.error();
  parts->journal = std::move(journal).value();
  if (const auto space = parts->journal->space()) {
    parts->recovered.segment.pages_left = space->pages_left;
  }

  return std::unique_ptr<EngineProcess>{new EngineProcess{std::move(parts)}};
}

Result<void> EngineProcess::run() {
  Parts& parts = *parts_;
  Engine& engine = *parts.engine;
  const auto durable = [&engine] { return engine.durable_sequence(); };
  const auto committed = [&engine] { return engine.committed_sequence(); };
  const std::filesystem::path directory = parts.directory.path();

  ReadOptions follow;
  follow.durable = durable;
  follow.accepts_fork = continues_parent;
  const auto open_from_start = [&parts, directory, follow]() -> Result<EntrySource*> {
    auto opened = JournalReader::open(directory, follow);
    if (!opened.ok()) return opened.error();
    parts.source_from_start = std::move(opened).value();
    return static_cast<EntrySource*>(parts.source_from_start.get());
  };
  if (parts.snapshot) {
    follow.from = next(parts.snapshot->header.at());
    follow.previous_hash = parts.snapshot->header.entry_hash;
  }
  auto source = JournalReader::open(directory, follow);
  if (!source.ok()) return source.error();
  parts.follower_source = std::move(source).value();
  // Facts are read back as soon as they are committed: only then is their slab used again.
  auto lookup = JournalLookup::open(directory, committed);
  if (!lookup.ok()) return lookup.error();
  parts.sequencer_lookup = std::move(lookup).value();
  auto subscriptions = JournalLookup::open(directory, durable);
  if (!subscriptions.ok()) return subscriptions.error();
  parts.subscription_lookup = std::move(subscriptions).value();

  Engine::Parts running{.journal = parts.journal.get(),
                        .follower_source = parts.follower_source.get(),
                        .sequencer_lookup = parts.sequencer_lookup.get(),
                        .query_lookups = {},
                        .subscription_lookup = parts.subscription_lookup.get(),
                        .runs = parts.runs.get(),
                        .snapshots = parts.snapshots.get(),
                        .snapshot_settings = parts.snapshot_settings,
                        .snapshot = parts.snapshot,
                        .source_from_start = open_from_start,
                        .segment = parts.recovered.segment,
                        .last_commit_time = parts.recovered.tail.last_time};
  for (std::size_t thread = 0; thread < parts.query_threads; ++thread) {
    auto query = JournalLookup::open(directory, durable);
    if (!query.ok()) return query.error();
    running.query_lookups.push_back(query.value().get());
    parts.query_lookups.push_back(std::move(query).value());
  }
  engine.start(running);
  return {};
}

void EngineProcess::stop() {
  if (parts_ && parts_->engine) parts_->engine->stop();
}

}  // namespace daybook
