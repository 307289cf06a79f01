#include "engine/assembly/engine.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <sched.h>

#include "engine/follower/follower.hpp"
#include "engine/follower/query_worker.hpp"
#include "engine/index/run_sink.hpp"
#include "engine/replay/journal_fact_reader.hpp"
#include "engine/sequencer/engine_clock.hpp"
#include "engine/sequencer/journaler.hpp"
#include "engine/sequencer/slab_fact_reader.hpp"
#include "engine/subscriptions/subscription_worker.hpp"

namespace daybook {

struct Engine::Threads {
  Threads(const EngineSettings& given, TimeSource& source,
          std::function<void(const Failure&)> fatal, std::function<void(const Alarm&)> alarm)
      : settings{given},
        time{source},
        on_fatal{std::move(fatal)},
        on_alarm{std::move(alarm)},
        live{with_shelf()} {
    for (std::size_t thread = 0; thread < settings.io_threads; ++thread) {
      channels.push_back(std::make_unique<IoChannel>(settings.slots_per_io_thread));
    }
    for (std::size_t thread = 0; thread < settings.query_threads; ++thread) {
      query_sleepers.push_back(std::make_unique<FutexSleeper>());
    }
  }

  StateSettings with_shelf() {
    settings.state.id_runs = &id_runs;
    return settings.state;
  }

  // Told once: the first failure is the cause, the others follow from it.
  void fail(const Failure& failure) {
    progress.fail();
    if (!told.exchange(true, std::memory_order_acq_rel)) on_fatal(failure);
    sequencer_sleeper.wake();
    journaler_sleeper.wake();
    follower_sleeper.wake();
    subscription_sleeper.wake();
    wake_all_queries();
  }

  template <typename Main>
  void run(const std::string& name, Main main) {
    place_thread(running.emplace_back(main), name, settings.cores);
  }

  void make_loop(const Parts& parts);
  void make_journaler(JournalWriter& journal);
  void make_follower(const Parts& parts);
  void make_subscriptions(EntryLookup& journal);

  void tell(const Alarm& alarm) {
    if (on_alarm) on_alarm(alarm);
  }

  // Rings have one reader: each query thread has io threads of its own.
  std::vector<IoChannel*> channels_of_query_thread(std::size_t thread) {
    std::vector<IoChannel*> own;
    for (std::size_t io = thread; io < channels.size(); io += settings.query_threads) {
      own.push_back(channels[io].get());
    }
    return own;
  }

  void wake_io() {
    for (auto& channel : channels) {
      if (channel->io_sleeper != nullptr) channel->io_sleeper->wake();
    }
  }

  void wake_all_queries() {
    for (auto& sleeper : query_sleepers) sleeper->wake();
  }

  EngineSettings settings;
  TimeSource& time;
  std::function<void(const Failure&)> on_fatal;
  std::function<void(const Alarm&)> on_alarm;
  std::atomic<bool> told{false};
  IdRunShelf id_runs;
  MemoryRunStore memory_runs;
  State live;
  Progress progress;
  Slabs slabs;
  std::vector<std::unique_ptr<IoChannel>> channels;
  SpscRing<SegmentHash> segment_hashes{64};
  FutexSleeper sequencer_sleeper;
  FutexSleeper journaler_sleeper;
  FutexSleeper follower_sleeper;
  FutexSleeper subscription_sleeper;
  std::vector<std::unique_ptr<FutexSleeper>> query_sleepers;

  // Made by start().
  std::optional<EngineClock> clock;
  std::optional<JournalFactReader> journal_facts;
  std::optional<SlabFactReader> facts;
  std::optional<Sequencer> sequencer;
  std::optional<SequencerLoop> loop;
  std::optional<Journaler> journaler;
  std::optional<Follower> follower;
  std::optional<SubscriptionWorker> subscriptions;
  std::vector<std::unique_ptr<QueryWorker>> queries;
  std::vector<std::thread> running;
};

Engine::Engine(const EngineSettings& settings, TimeSource& time,
               std::function<void(const Failure&)> on_fatal,
               std::function<void(const Alarm&)> on_alarm)
    : threads_{
          std::make_unique<Threads>(settings, time, std::move(on_fatal), std::move(on_alarm))} {}

Engine::~Engine() { stop(); }

State& Engine::live_state() { return threads_->live; }
IdRunShelf& Engine::id_runs() { return threads_->id_runs; }
Sequence Engine::committed_sequence() const { return threads_->progress.committed(); }
Sequence Engine::durable_sequence() const { return threads_->progress.durable(); }
Sequence Engine::followed_sequence() const { return threads_->progress.followed(); }
IoChannel& Engine::channel(std::size_t io_thread) { return *threads_->channels[io_thread]; }
void Engine::wake_sequencer() { threads_->sequencer_sleeper.wake(); }
void Engine::wake_queries() { threads_->wake_all_queries(); }
void Engine::wake_subscriptions() { threads_->subscription_sleeper.wake(); }

void Engine::segment_hashed(const SegmentHash& hash) {
  // The journal's helper thread may wait; the ring is far larger than segments are frequent.
  while (!threads_->segment_hashes.try_push(hash)) {
    const Progress& progress = threads_->progress;
    if (progress.stop.load(std::memory_order_acquire) || progress.failed()) return;
    ::sched_yield();
  }
  threads_->sequencer_sleeper.wake();
}

void Engine::disk_low(bool low) {
  threads_->progress.disk_low.store(low, std::memory_order_relaxed);
  threads_->tell({.kind = low ? Alarm::Kind::disk_low : Alarm::Kind::disk_low_over,
                  .engine_ns = 0,
                  .wall_ns = 0,
                  .words = {}});
}

void Engine::Threads::make_loop(const Parts& parts) {
  loop.emplace(
      SequencerLoop::Links{.sequencer = *sequencer,
                           .slabs = slabs,
                           .progress = progress,
                           .channels = channels,
                           .segment_hashes = segment_hashes,
                           .clock = clock ? &*clock : nullptr,
                           .sleeper = sequencer_sleeper,
                           .journaler = journaler_sleeper,
                           .on_clock =
                               [this](bool held, const EngineClock::Step& at) {
                                 tell({held ? Alarm::Kind::clock_held : Alarm::Kind::clock_accepted,
                                       at.engine_ns,
                                       at.wall_ns,
                                       {}});
                               }},
      settings.loop, parts.segment);
}

void Engine::Threads::make_journaler(JournalWriter& journal) {
  journaler.emplace(Journaler::Links{.slabs = slabs,
                                     .progress = progress,
                                     .journal = journal,
                                     .time = time,
                                     .sleeper = journaler_sleeper,
                                     .on_committed = [this] { sequencer_sleeper.wake(); },
                                     .on_durable =
                                         [this] {
                                           wake_io();
                                           follower_sleeper.wake();
                                           if (subscriptions && subscriptions->waits_for_events()) {
                                             subscription_sleeper.wake();
                                           }
                                         },
                                     .on_fatal = [this](const Failure& f) { fail(f); }});
}

void Engine::Threads::make_follower(const Parts& parts) {
  follower.emplace(settings.state,
                   Follower::Links{.source = parts.follower_source,
                                   .progress = progress,
                                   .sleeper = follower_sleeper,
                                   .id_runs = &id_runs,
                                   .runs = parts.runs != nullptr ? parts.runs : &memory_runs,
                                   .snapshots = parts.snapshots,
                                   .snapshot_settings = parts.snapshot_settings,
                                   .from = parts.snapshot,
                                   .source_from_start = parts.source_from_start,
                                   .on_followed =
                                       [this] {
                                         live.tend_memory();
                                         sequencer_sleeper.wake();
                                         wake_all_queries();
                                       },
                                   .on_fatal = [this](const Failure& f) { fail(f); },
                                   .on_trouble =
                                       [this](const std::string& words) {
                                         tell({.kind = Alarm::Kind::derived_trouble,
                                               .engine_ns = 0,
                                               .wall_ns = 0,
                                               .words = words});
                                       }},
                   settings.index_sizes);
}

void Engine::Threads::make_subscriptions(EntryLookup& journal) {
  std::vector<IoChannel*> all;
  for (const auto& channel : channels) all.push_back(channel.get());
  subscriptions.emplace(
      SubscriptionWorker::Links{.follower = *follower,
                                .journal = journal,
                                .progress = progress,
                                .channels = std::move(all),
                                .time = time,
                                .sleeper = subscription_sleeper,
                                .on_fatal = [this](const Failure& f) { fail(f); }});
}

void Engine::start(const Parts& parts) {
  Threads& t = *threads_;
  const std::uint64_t recovered = t.live.last_sequence().value();
  t.progress.committed_sequence.store(recovered, std::memory_order_release);
  ENSURE(t.progress.acknowledge(Sequence{recovered}), "an engine is started once");
  if (parts.snapshot) {
    // As good as followed: the sequencer need not wait for it.
    t.progress.followed_sequence.store(parts.snapshot->header.sequence, std::memory_order_release);
    t.progress.reads_ready.store(false, std::memory_order_release);
  }
  t.progress.pages_left.store(parts.segment.pages_left, std::memory_order_release);

  if (!t.settings.sequencer.manual_clock) {
    t.clock.emplace(EngineClock::Settings{}, t.time, parts.last_commit_time,
                    t.live.clock_is_held());
  }
  t.journal_facts.emplace(*parts.sequencer_lookup);
  t.facts.emplace(t.slabs.builders, *t.journal_facts);
  t.sequencer.emplace(t.settings.sequencer, t.live, *t.facts);
  t.sequencer->continue_after(parts.last_commit_time);
  t.make_loop(parts);
  t.make_journaler(*parts.journal);
  t.make_follower(parts);
  if (parts.subscription_lookup != nullptr) t.make_subscriptions(*parts.subscription_lookup);
  t.run("sequencer", [&t] { t.loop->run(); });
  t.run("journaler", [&t] { t.journaler->run(); });
  t.run("follower", [&t] { t.follower->run(); });
  if (t.subscriptions) t.run("subscriptions", [&t] { t.subscriptions->run(); });
  for (std::size_t thread = 0; thread < t.settings.query_threads; ++thread) {
    t.queries.push_back(std::make_unique<QueryWorker>(
        QueryWorker::Links{.follower = *t.follower,
                           .journal = *parts.query_lookups[thread],
                           .progress = t.progress,
                           .channels = t.channels_of_query_thread(thread),
                           .time = t.time,
                           .sleeper = *t.query_sleepers[thread],
                           .on_fatal = [&t](const Failure& f) { t.fail(f); }}));
    t.run("query-" + std::to_string(thread), [&worker = *t.queries.back()] { worker.run(); });
  }
}

void Engine::stop() {
  Threads& t = *threads_;
  t.progress.stop.store(true, std::memory_order_release);
  t.sequencer_sleeper.wake();
  for (std::thread& thread : t.running) thread.join();
  t.running.clear();
}

}  // namespace daybook
