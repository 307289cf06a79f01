#pragma once

#include <atomic>
#include <cstdint>

namespace daybook {

/// A number that one io thread counts and anybody may read. Relaxed: nothing else depends on it.
class Counter {
 public:
  /// The owning thread only: no read-modify-write is needed.
  void add(std::uint64_t count) {
    value_.store(value_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
  }
  void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// What one io thread counts; the meanings are ServerStats'.
struct IoCounters {
  Counter requests_now;
  Counter sessions_opened;
  Counter sessions_replaced;
  Counter frames_received;
  Counter bytes_received;
  Counter reads;
  Counter replies_sent;
  Counter bytes_sent;
  Counter writes;
  Counter frames_malformed;
  Counter requests_busy;
  Counter reading_paused;
  Counter connections_stalled;
  Counter consumers_too_slow;
};

}  // namespace daybook
