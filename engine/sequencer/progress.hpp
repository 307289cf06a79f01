#pragma once

#include <atomic>
#include <cstdint>

#include "engine/model/sequence.hpp"

namespace daybook {

/// How far each thread has come. The few numbers that threads tell each other outside rings.
///
/// Failure. Once anything has failed, nothing is acknowledged any more: durable() stands still.
/// Memory.  Each is written by the one thread named, with release, after what it stands for is
///          done; readers acquire, so whoever sees the number sees the work.
struct Progress {
  static constexpr std::size_t cache_line = 64;

  /// Written by the sequencer: entries closed and handed to the journaler.
  alignas(cache_line) std::atomic<std::uint64_t> entries_closed{0};
  /// Written by the sequencer: there are facts in an entry that is still open.
  std::atomic<bool> entry_open{false};
  /// Written by the sequencer, before its last entry's entries_closed: nothing follows.
  std::atomic<bool> sequencer_done{false};

  /// Written by the journaler: entries committed; then their slabs are free again.
  alignas(cache_line) std::atomic<std::uint64_t> entries_committed{0};
  /// Written by the journaler before entries_committed: pages left in the segment it writes.
  std::atomic<std::uint64_t> pages_left{0};
  std::atomic<std::uint64_t> committed_sequence{0};
  std::atomic<bool> journaler_done{false};

  /// Written by the follower.
  alignas(cache_line) std::atomic<std::uint64_t> followed_sequence{0};

  /// Written by the follower: what it restored from a snapshot may be read. Before that, what
  /// followed_sequence says is only as good as followed.
  std::atomic<bool> reads_ready{true};

  /// Written by whoever stops the engine.
  alignas(cache_line) std::atomic<bool> stop{false};
  /// Written by the journal's helper thread. Nothing else depends on it: relaxed.
  std::atomic<bool> disk_low{false};

  /// The journaler: everything up to `sequence` is on disk and may be acknowledged. False, and
  /// nothing is said, once the engine has failed.
  [[nodiscard]] bool acknowledge(Sequence sequence) {
    std::uint64_t before = acknowledged_.load(std::memory_order_relaxed);
    do {
      if ((before & failed_bit) != 0) return false;
    } while (!acknowledged_.compare_exchange_weak(
        before, sequence.value(), std::memory_order_acq_rel, std::memory_order_relaxed));
    return true;
  }
  /// Whoever meets a failure: from here on durable() stands still, and the threads end.
  void fail() { acknowledged_.fetch_or(failed_bit, std::memory_order_acq_rel); }
  [[nodiscard]] bool failed() const {
    return (acknowledged_.load(std::memory_order_acquire) & failed_bit) != 0;
  }
  [[nodiscard]] Sequence durable() const {
    return Sequence{acknowledged_.load(std::memory_order_acquire) & ~failed_bit};
  }
  [[nodiscard]] Sequence committed() const {
    return Sequence{committed_sequence.load(std::memory_order_acquire)};
  }
  [[nodiscard]] Sequence followed() const {
    return Sequence{followed_sequence.load(std::memory_order_acquire)};
  }

 private:
  /// One word for both, so that there is no moment between looking at the failure and
  /// acknowledging. No sequence is so large.
  static constexpr std::uint64_t failed_bit = std::uint64_t{1} << 63;
  alignas(cache_line) std::atomic<std::uint64_t> acknowledged_{0};
};

}  // namespace daybook
