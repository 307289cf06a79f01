#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "engine/base/sleeper.hpp"
#include "engine/base/thread_role.hpp"
#include "engine/ports/io_channel.hpp"
#include "engine/ports/journal.hpp"
#include "engine/sequencer/engine_clock.hpp"
#include "engine/sequencer/progress.hpp"
#include "engine/sequencer/sequencer.hpp"
#include "engine/sequencer/slabs.hpp"

namespace daybook {

/// Where the segment that is being written stands, as replay found it.
struct SegmentPosition {
  std::uint64_t ordinal = 0;      ///< Of the newest segment; 0 = none yet.
  bool sealed = true;             ///< The next entry opens a segment.
  std::uint64_t entry_count = 0;  ///< In it, so far.
  std::uint64_t first_sequence = 0;
  std::uint64_t pages_left = 0;
};

struct LoopSettings {
  JournalId journal;
  std::uint64_t segment_pages = 0;  ///< Of a fresh segment: SegmentSpace::pages_left at its start.
  std::uint64_t follower_lag_max = limits::follower_lag_default;
  std::uint32_t idle_spins = 0;   ///< Looks for work before yielding; 0 on few cores.
  std::uint32_t idle_yields = 4;  ///< Yields before sleeping.
};

/// The sequencer thread: drains the rings, has requests executed, closes entries, rotates segments.
///
/// An entry is closed at a request boundary when the journaler has nothing to do, or when the next
/// request might not fit. So a lone request is written at once, and under load each commit carries
/// whatever arrived during the one before. Holds whose time is over are released as an entry's
/// first operation, a slice an entry, so that however many fall due at once, requests go on in
/// between.
///
/// Threads.  run() is the sequencer thread's main function.
/// Cost.     Nothing here allocates or locks; system calls are waking a sleeping thread, sleeping,
///           yielding, and reading an entry back for an id that was used before.
class SequencerLoop {
 public:
  struct Links {
    Sequencer& sequencer;
    Slabs& slabs;
    Progress& progress;
    std::vector<std::unique_ptr<IoChannel>>& channels;
    SpscRing<SegmentHash>& segment_hashes;
    EngineClock* clock;     ///< Null with a manual clock.
    FutexSleeper& sleeper;  ///< This thread's own.
    FutexSleeper& journaler;
    /// The clock was held (true) or accepted, at this engine and wall time. May be empty.
    std::function<void(bool held, const EngineClock::Step& at)> on_clock;
  };

  SequencerLoop(Links links, const LoopSettings& settings, const SegmentPosition& position);

  /// Returns when Progress::stop is set, the rings are empty and the last entry is closed; or when
  /// the engine has failed.
  void run();

 private:
  [[nodiscard]] bool take_requests() RUNS_ON(sequencer_thread);
  [[nodiscard]] bool take_from(IoChannel& channel) RUNS_ON(sequencer_thread);
  [[nodiscard]] bool take_own_facts() RUNS_ON(sequencer_thread);
  [[nodiscard]] bool give_back_recalled() RUNS_ON(sequencer_thread);
  [[nodiscard]] std::uint64_t recalled_now() const RUNS_ON(sequencer_thread);
  [[nodiscard]] bool close_if_idle() RUNS_ON(sequencer_thread);
  void leave_empty_entry() RUNS_ON(sequencer_thread);
  [[nodiscard]] bool open_entry() RUNS_ON(sequencer_thread);
  void close_entry() RUNS_ON(sequencer_thread);
  [[nodiscard]] std::uint64_t pages_left_estimate() const RUNS_ON(sequencer_thread);
  [[nodiscard]] bool follower_is_far_behind() const RUNS_ON(sequencer_thread);
  [[nodiscard]] bool work_waits(std::uint64_t engine_now) const RUNS_ON(sequencer_thread);
  void open_segment() RUNS_ON(sequencer_thread);
  [[nodiscard]] bool hold_clock_if_stepped() RUNS_ON(sequencer_thread);
  void execute(RequestSlot& request) RUNS_ON(sequencer_thread);
  void push_reply(IoChannel& channel, RequestSlot& request) RUNS_ON(sequencer_thread);
  [[nodiscard]] bool do_due_work() RUNS_ON(sequencer_thread);
  [[nodiscard]] bool finish_advance() RUNS_ON(sequencer_thread);
  void rest() RUNS_ON(sequencer_thread);
  [[nodiscard]] std::uint64_t now_ns() RUNS_ON(sequencer_thread);

  static constexpr std::uint32_t requests_per_turn = 64;
  static constexpr std::uint64_t sleep_ns_max = 100'000'000;

  Links links_;
  LoopSettings settings_;
  SegmentPosition segment_ OWNED_BY(sequencer_thread);
  bool entry_is_open_ OWNED_BY(sequencer_thread) = false;
  std::uint64_t closed_ OWNED_BY(sequencer_thread) = 0;            // Entries of this run.
  std::uint64_t segment_began_at_ OWNED_BY(sequencer_thread) = 0;  // Entry that opened the segment.
  std::uint64_t pages_at_begin_ OWNED_BY(sequencer_thread) = 0;
  std::array<std::uint64_t, Slabs::slab_count> pages_of_ OWNED_BY(sequencer_thread){};
  std::uint32_t idle_turns_ OWNED_BY(sequencer_thread) = 0;
  std::uint64_t recalled_ OWNED_BY(sequencer_thread) = 0;  // Of all channels, as seen last.
  /// A clock being moved: answered once all that is due with it was released.
  RequestSlot* advance_ OWNED_BY(sequencer_thread) = nullptr;
  IoChannel* advance_channel_ OWNED_BY(sequencer_thread) = nullptr;
};

}  // namespace daybook
