#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>

#include "engine/model/subscription.hpp"

namespace daybook {

struct Request;

/// One subscription of a session: its slot, and how much of what was sent is not acknowledged.
///
/// The slot is with the engine only while the consumer may be sent more. So a consumer that stops
/// acknowledging costs its window and one batch, whatever happens meanwhile.
///
/// Threads.  The session's io thread; `cancelled` is read by the subscription thread.
struct SessionSubscription {
  struct Sent {
    std::uint64_t through = 0;  ///< The batch's cursor.
    std::size_t bytes = 0;      ///< Its frame.
  };

  std::uint64_t number = 0;  ///< Of the request that asked for it.
  Subscription wanted;
  Request* request = nullptr;
  bool at_engine = false;
  bool ending = false;    ///< Nothing more is said of it.
  std::deque<Sent> sent;  ///< And not acknowledged, in order.
  std::size_t sent_bytes = 0;
  std::uint64_t last_cursor = 0;
  std::uint64_t full_since_ns = 0;  ///< While the window is full.
  /// As RequestSlot::cancelled.
  std::atomic<bool> cancelled{false};

  [[nodiscard]] bool is_full() const { return sent_bytes >= wanted.window(); }

  /// Everything up to `sequence` was handled. True when that made room in a full window.
  [[nodiscard]] bool acknowledge(std::uint64_t sequence) {
    const bool was_full = is_full();
    while (!sent.empty() && sent.front().through <= sequence) {
      sent_bytes -= sent.front().bytes;
      sent.pop_front();
    }
    return was_full && !is_full();
  }
};

}  // namespace daybook
