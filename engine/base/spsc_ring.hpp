#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>

#include "engine/base/assert.hpp"

namespace daybook {

/// A bounded queue from one thread to one other thread.
///
/// Threads.  One producer calls try_push; one consumer calls front and pop. Either side may call
///           size_approximate.
/// Memory.   `tail_` is written by the producer with release and read by the consumer with
///           acquire, `head_` the other way round; each side keeps a private copy of what it last
///           read, so an uncontended call touches no shared line.
/// Cost.     No allocation after construction, no system call.
template <typename T>
class SpscRing {
 public:
  /// Requires: `capacity` is a power of two.
  explicit SpscRing(std::size_t capacity)
      : items_{std::make_unique<T[]>(capacity)}, mask_{capacity - 1} {
    ENSURE(std::has_single_bit(capacity), "the capacity of a ring is a power of two");
  }

  /// False when the ring is full. Producer only.
  [[nodiscard]] bool try_push(T item) {
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_seen_ > mask_) {
      head_seen_ = head_.load(std::memory_order_acquire);
      if (tail - head_seen_ > mask_) return false;
    }
    items_[tail & mask_] = std::move(item);
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }

  /// The oldest item, or null when there is none. Consumer only.
  [[nodiscard]] T* front() {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    if (head == tail_seen_) {
      tail_seen_ = tail_.load(std::memory_order_acquire);
      if (head == tail_seen_) return nullptr;
    }
    return &items_[head & mask_];
  }

  /// Takes away what front() showed. Consumer only. Requires: front() was not null.
  void pop() {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    head_.store(head + 1, std::memory_order_release);
  }

  [[nodiscard]] std::size_t capacity() const { return mask_ + 1; }

  /// How many items wait; already stale when it returns.
  [[nodiscard]] std::size_t size_approximate() const {
    const std::size_t head = head_.load(std::memory_order_acquire);
    return tail_.load(std::memory_order_acquire) - head;
  }

 private:
  static constexpr std::size_t cache_line = 64;

  std::unique_ptr<T[]> items_;
  std::size_t mask_;
  alignas(cache_line) std::atomic<std::size_t> tail_{0};
  std::size_t head_seen_ = 0;  // Producer's.
  alignas(cache_line) std::atomic<std::size_t> head_{0};
  std::size_t tail_seen_ = 0;  // Consumer's.
};

}  // namespace daybook
