#pragma once

#include <atomic>
#include <cstdint>

#include "engine/model/sequence.hpp"

namespace daybook {

/// How far each thread has come. The few numbers that threads tell each other outside rings.
///
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
  std::atomic<std::uint64_t> durable_sequence{0};
  std::atomic<bool> journaler_done{false};

  /// Written by the follower.
  alignas(cache_line) std::atomic<std::uint64_t> followed_sequence{0};

  /// Written by whoever stops the engine.
  alignas(cache_line) std::atomic<bool> stop{false};
  /// Written by the journal's helper thread. Nothing else depends on it: relaxed.
  std::atomic<bool> disk_low{false};

  [[nodiscard]] Sequence durable() const {
    return Sequence{durable_sequence.load(std::memory_order_acquire)};
  }
  [[nodiscard]] Sequence committed() const {
    return Sequence{committed_sequence.load(std::memory_order_acquire)};
  }
  [[nodiscard]] Sequence followed() const {
    return Sequence{followed_sequence.load(std::memory_order_acquire)};
  }
};

}  // namespace daybook
