#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "engine/base/limits.hpp"
#include "engine/model/participant_work.hpp"

namespace daybook {

struct Request;

/// A question for work of a session: its slot is with the engine until there is work, or until the
/// session wants it back, and so is not among the requests under way. What was asked is copied: a
/// question that waits long keeps no receive buffer.
///
/// Threads.  The session's io thread; `cancelled` is read by the sequencer.
/// Limits.   limits::work_questions_per_connection_max of a connection,
///           limits::work_questions_max of an engine.
struct WorkQuestion {
  Request* request = nullptr;
  std::array<WorkCredit, limits::participant_types_max> credits{};
  std::uint64_t asked_ns = 0;
  bool recalled = false;
  /// As RequestSlot::cancelled.
  std::atomic<bool> cancelled{false};
};

}  // namespace daybook
