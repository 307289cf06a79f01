#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "engine/assembly/alarm.hpp"
#include "engine/base/thread_place.hpp"
#include "engine/follower/snapshot_settings.hpp"
#include "engine/ledger/id_runs.hpp"
#include "engine/model/sequence.hpp"
#include "engine/ports/clock.hpp"
#include "engine/ports/io_channel.hpp"
#include "engine/ports/journal.hpp"
#include "engine/ports/run_store.hpp"
#include "engine/ports/snapshot_store.hpp"
#include "engine/query/pair_index.hpp"
#include "engine/sequencer/sequencer.hpp"
#include "engine/sequencer/sequencer_loop.hpp"
#include "engine/state/state.hpp"

namespace daybook {

struct EngineSettings {
  StateSettings state;
  SequencerSettings sequencer;
  LoopSettings loop;
  std::size_t io_threads = 1;
  std::size_t query_threads = 1;  ///< Those that there are more of than io threads stay idle.
  std::size_t slots_per_io_thread = 65'536;  ///< Requests under way; a power of two.
  PairIndex::Sizes index_sizes;
  CorePlan cores;  ///< Of the threads "sequencer", "journaler", "follower", "subscriptions",
                   ///< "query-0" and so on.
};

/// The running engine: sequencer, journaler, follower, subscription and query threads, and the
/// rings to them.
///
/// Usage.    Replay the journal into live_state(); open the journal with this as its observer;
///           start(); stop().
/// Threads.  start() and stop() on one thread; the rest as EngineDoor and JournalObserver say.
/// Errors.   A failure of the journal, or a follower that disagrees, is told once to `on_fatal` (on
///           the thread that met it). From before that call on nothing is acknowledged:
///           durable_sequence() stands still, queries are answered with `stopping`, and the
///           threads end. The process should end too, and recover at its next start.
class Engine final : public EngineDoor, public JournalObserver {
 public:
  /// `on_alarm` is called on the sequencer's, the follower's and the journal's helper's thread: it
  /// should only tell.
  Engine(const EngineSettings& settings, TimeSource& time,
         std::function<void(const Failure&)> on_fatal,
         std::function<void(const Alarm&)> on_alarm = {});
  ~Engine() override;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// For recovery, before start().
  [[nodiscard]] State& live_state();
  /// Of older transfer ids: where recovery puts those that it finds.
  [[nodiscard]] IdRunShelf& id_runs();

  /// The journal's two views of what is committed, for the readers that start() is given.
  [[nodiscard]] Sequence committed_sequence() const;
  [[nodiscard]] Sequence durable_sequence() const override;
  [[nodiscard]] Sequence followed_sequence() const;

  struct Parts {
    JournalWriter* journal = nullptr;
    /// From the first entry, or after the one of `snapshot`; bounded by durable_sequence().
    EntrySource* follower_source = nullptr;
    EntryLookup* sequencer_lookup = nullptr;     ///< Bounded by committed_sequence().
    std::vector<EntryLookup*> query_lookups;     ///< One a query thread; by durable_sequence().
    EntryLookup* subscription_lookup = nullptr;  ///< By durable_sequence(). Null: none are served.
    RunStore* runs = nullptr;            ///< Of older ids and indexes; null: they stay in memory.
    SnapshotStore* snapshots = nullptr;  ///< Null: none are taken.
    SnapshotSettings snapshot_settings{};
    /// What live_state() was begun with, before the rest of the journal was replayed.
    std::optional<SnapshotBytes> snapshot{};
    /// With a snapshot: opens the journal from its first entry. Called once at most.
    std::function<Result<EntrySource*>()> source_from_start{};
    SegmentPosition segment;
    std::uint64_t last_commit_time = 0;
  };
  /// Starts the threads. All parts outlive stop(). Requires: live_state() holds the whole journal.
  void start(const Parts& parts);

  /// Executes what is in the rings, makes it durable, lets the follower catch up, ends the threads.
  /// Requires: the io threads push no more. Idempotent. After a failure it only ends the threads.
  void stop();

  IoChannel& channel(std::size_t io_thread) override;
  void wake_sequencer() override;
  void wake_queries() override;
  void wake_subscriptions() override;
  void segment_hashed(const SegmentHash& hash) override;
  void disk_low(bool low) override;

 private:
  struct Threads;
  std::unique_ptr<Threads> threads_;
};

}  // namespace daybook
