#pragma once

#include <cstdint>
#include <functional>

#include "engine/base/fault_point.hpp"
#include "engine/base/sleeper.hpp"
#include "engine/base/thread_role.hpp"
#include "engine/ports/clock.hpp"
#include "engine/ports/journal.hpp"
#include "engine/sequencer/progress.hpp"
#include "engine/sequencer/slabs.hpp"

namespace daybook {

/// Writes closed entries to the journal, one transaction each, and says what is durable.
///
/// Late acknowledgement: an entry is durable when the next one of its segment has been committed.
/// When nothing is about to follow, the journal is synced at once instead: one flush an entry under
/// load, two when idle.
///
/// Threads.  run() is the journaler thread's main function.
/// Errors.   The first one ends run(), after `on_fatal` was told; nothing becomes durable any more.
///           So does Progress::failed(), whoever met the failure.
class Journaler {
 public:
  struct Links {
    Slabs& slabs;
    Progress& progress;
    JournalWriter& journal;
    TimeSource& time;
    FutexSleeper& sleeper;               ///< This thread's own.
    std::function<void()> on_committed;  ///< A slab is free; the journaler may be idle.
    std::function<void()> on_durable;    ///< durable_sequence grew.
    std::function<void(const Failure&)> on_fatal;
  };

  explicit Journaler(Links links) : links_{std::move(links)} {}

  /// Returns when the sequencer is done and everything is durable and witnessed, or on an error.
  void run();

 private:
  [[nodiscard]] Result<void> write_next();
  [[nodiscard]] Result<void> sync_now();
  [[nodiscard]] Result<void> witness(bool at_end);
  [[nodiscard]] Result<bool> step();
  void publish_durable(Sequence sequence, FaultMarks marks);
  void wait_for_entry();
  [[nodiscard]] bool entry_waits() const;

  static constexpr std::uint64_t witness_every_ns = 1'000'000'000;

  Links links_;
  std::uint64_t written_ = 0;  // Entries, of this run.
  Sequence last_committed_;    // 0 = nothing in this run.
  std::uint64_t witnessed_at_ = 0;
  Sequence witnessed_;
  [[no_unique_address]] FaultMarks marks_;  // Of what is committed and not durable.
};

}  // namespace daybook
