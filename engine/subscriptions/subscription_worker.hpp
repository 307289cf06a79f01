#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "engine/base/failure.hpp"
#include "engine/base/sleeper.hpp"
#include "engine/follower/follower.hpp"
#include "engine/model/subscription.hpp"
#include "engine/ports/clock.hpp"
#include "engine/ports/io_channel.hpp"
#include "engine/ports/journal.hpp"
#include "engine/sequencer/progress.hpp"

namespace daybook {

/// Fills the slots of subscriptions with events, batch after batch.
///
/// A subscription is one slot that goes back and forth. Whoever wants the next batch sends it here;
/// it comes back filled, with `cursor` = the sequence up to which everything was looked at. Old
/// events and those that become durable a moment ago are read in the same way, from the journal: so
/// there is nothing to hand over between the two. A slot that is not here is a consumer that cannot
/// take more: it costs nothing and delays nobody.
///
/// A slot comes back when it is full, when it has something and the journal has no more, and from
/// time to time when nothing of much that was looked at passes its filter.
///
/// Threads.  run() is the subscription thread's main function.
/// Limits.   limits::subscription_batch_bytes_max of records in a batch, and one record above.
///           limits::subscriptions_max slots at a time. One read transaction an entry.
/// Errors.   A failure of the journal is told to `on_fatal`; from then on all slots come back with
///           `stopping`. Slots that ask for what is neither in the directory nor in its archive
///           come back with `events_not_here`.
class SubscriptionWorker {
 public:
  struct Links {
    const Follower& follower;  ///< Asked for checkpoints.
    EntryLookup& journal;      ///< This thread's own; by durable_sequence().
    const Progress& progress;
    std::vector<IoChannel*> channels;
    TimeSource& time;
    FutexSleeper& sleeper;  ///< This thread's own.
    std::function<void(const Failure&)> on_fatal;
  };

  explicit SubscriptionWorker(Links links) : links_{std::move(links)} {}

  /// Returns when the journaler is done, or anything has failed, and all slots are back.
  void run();

  /// Does anybody wait for events? Asked by the journaler when more has become durable: without
  /// subscribers it need not wake this thread. Any thread.
  ///
  /// Memory.  Both sides meet in read-modify-writes, as in Sleeper: either the journaler sees that
  ///          somebody waits, or this thread, which said so later, sees what became durable.
  [[nodiscard]] bool waits_for_events() {
    return events_awaited_.fetch_add(0, std::memory_order_acq_rel) != 0;
  }

 private:
  struct Waiting {
    RequestSlot* slot = nullptr;
    IoChannel* channel = nullptr;
    std::uint64_t since_ns = 0;
    std::uint64_t cursor_before = 0;  ///< When it came.
    bool done = false;                ///< To be given back.
  };

  bool take();
  bool serve(Waiting& waiting);
  bool begin(Waiting& waiting);
  void begin_at_checkpoint(Waiting& waiting, const Subscription& wanted);
  [[nodiscard]] std::optional<std::uint64_t> sequence_before_time(std::uint64_t time_ns);
  void read_entry(Waiting& waiting);
  void look_at_limits(Waiting& waiting, std::uint64_t durable);
  void refuse(Waiting& waiting, RequestStatus status);
  void failed_to_read(Waiting& waiting, const Failure& failure);
  bool give_back_done();
  void rest();
  [[nodiscard]] bool has_work() const;

  Links links_;
  std::vector<Waiting> waiting_;
  std::atomic<std::uint32_t> events_awaited_{0};
};

}  // namespace daybook
