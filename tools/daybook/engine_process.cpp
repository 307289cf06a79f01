#include "tools/daybook/engine_process.hpp"

#include <optional>
#include <utility>
#include <vector>

#include <sys/random.h>

#include "storage/journal/data_directory.hpp"
#include "storage/journal/journal.hpp"
#include "storage/journal/journal_lookup.hpp"
#include "storage/journal/journal_reader.hpp"
#include "storage/runs/run_directory.hpp"
#include "tools/daybook/system_time.hpp"

namespace daybook {

struct EngineProcess::Parts {
  explicit Parts(DataDirectory locked) : directory{std::move(locked)} {}

  DataDirectory directory;
  JournalId journal_id{directory.journal_id()};
  std::size_t query_threads = 1;
  SystemTime time;
  std::unique_ptr<RunDirectory> runs;  // Outlives the engine, whose runs stand in it.
  std::unique_ptr<Engine> engine;
  Recovered recovered;
  std::unique_ptr<Journal> journal;
  std::unique_ptr<JournalReader> follower_source;
  std::unique_ptr<JournalLookup> sequencer_lookup;
  std::vector<std::unique_ptr<JournalLookup>> query_lookups;
};

namespace {

// Unpredictable, so that nobody can choose ids that crowd one bucket. Changes no answer.
std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  return ::getrandom(&seed, sizeof(seed), 0) == sizeof(seed) ? seed : 0;
}

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
  if (auto checked = check_settings(settings.journal); !checked.ok()) return checked.error();
  auto directory = DataDirectory::open_or_create(settings.data);
  if (!directory.ok()) return directory.error();
  auto parts = std::make_unique<Parts>(std::move(directory).value());

  EngineSettings engine_settings = settings.engine;
  parts->query_threads = engine_settings.query_threads;
  engine_settings.loop.journal = JournalId{parts->directory.journal_id()};
  engine_settings.loop.segment_pages = settings.journal.segment_bytes / entry_page_bytes;
  engine_settings.state.hash_seed = random_seed();
  parts->engine = std::make_unique<Engine>(engine_settings, parts->time, std::move(on_fatal),
                                           std::move(on_alarm));
  Engine& engine = *parts->engine;

  auto runs = RunDirectory::open(settings.data / "index");
  if (!runs.ok()) return runs.error();
  parts->runs = std::move(runs).value();
  IdRetirement retirement{engine.live_state().transfer_ids,
                          engine.id_runs(),
                          *parts->runs,
                          {.runs_max = 0, .journal_id = parts->directory.journal_id()}};
  auto recovered = recover(settings.data, engine.live_state(), &retirement, progress);
  if (!recovered.ok()) return recovered.error();
  parts->recovered = recovered.value();
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
  const auto& directory = parts.directory.path();

  ReadOptions follow;
  follow.durable = durable;
  auto source = JournalReader::open(directory, follow);
  if (!source.ok()) return source.error();
  parts.follower_source = std::move(source).value();
  // Facts are read back as soon as they are committed: only then is their slab used again.
  auto lookup = JournalLookup::open(directory, committed);
  if (!lookup.ok()) return lookup.error();
  parts.sequencer_lookup = std::move(lookup).value();

  Engine::Parts running{.journal = parts.journal.get(),
                        .follower_source = parts.follower_source.get(),
                        .sequencer_lookup = parts.sequencer_lookup.get(),
                        .query_lookups = {},
                        .runs = parts.runs.get(),
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
