#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/hash.hpp"
#include "engine/base/limits.hpp"
#include "engine/base/sleeper.hpp"
#include "engine/base/spsc_ring.hpp"
#include "engine/model/principal.hpp"
#include "engine/ports/request_slot.hpp"

namespace daybook {

/// The pair of rings between one io thread and the sequencer, and the same for queries and for
/// subscriptions.
///
/// Threads.  The io thread pushes `requests`, `queries` and `subscriptions` and pops `replies`,
///           `query_replies` and `subscription_replies`; it calls wake() on the other side's
///           sleeper after a group of pushes. Of several query threads one serves it, always the
///           same.
/// Limits.   `replies` is as large as the number of slots an io thread may have under way, so the
///           sequencer's push never fails: the io thread must not have more than
///           `slots_max` requests in the engine at a time. Slots of subscriptions are not counted
///           among them: of those there are limits::subscriptions_max at most.
struct IoChannel {
  explicit IoChannel(std::size_t slots)
      : slots_max{slots}, requests{slots}, replies{slots}, queries{slots}, query_replies{slots} {}

  std::size_t slots_max;
  SpscRing<RequestSlot*> requests;
  SpscRing<RequestSlot*> replies;
  SpscRing<RequestSlot*> queries;
  SpscRing<RequestSlot*> query_replies;
  SpscRing<RequestSlot*> subscriptions{limits::subscriptions_max};
  SpscRing<RequestSlot*> subscription_replies{limits::subscriptions_max};
  /// Counts up, with release, when the io thread has marked slots that the sequencer keeps as
  /// wanted back.
  std::atomic<std::uint64_t> recalled{0};
  Sleeper* io_sleeper = nullptr;  ///< Set by the io thread before the engine starts.
};

/// What a client's sessions need to know of the engine, and the doors into it.
class EngineDoor {
 public:
  virtual ~EngineDoor() = default;

  /// One for each io thread, made before the engine starts; owned by the engine.
  virtual IoChannel& channel(std::size_t io_thread) = 0;

  virtual void wake_sequencer() = 0;
  virtual void wake_queries() = 0;
  virtual void wake_subscriptions() = 0;

  /// Everything up to here is on disk. Grows. Any thread.
  [[nodiscard]] virtual Sequence durable_sequence() const = 0;
};

/// Who may connect.
class PrincipalDirectory {
 public:
  virtual ~PrincipalDirectory() = default;

  /// The principal whose token this is; nothing when there is none. Constant time over tokens.
  [[nodiscard]] virtual std::optional<Principal> authenticate(std::string_view token) const = 0;

  /// No identities are defined: on loopback, everybody is local_principal().
  [[nodiscard]] virtual bool empty() const = 0;

  /// Would whoever became `principal` with the token of this SHA-256 (all zero: without a token)
  /// become it again? Asked of open sessions after the identities have changed.
  [[nodiscard]] virtual bool still_stands(const Principal& principal,
                                          const Sha256Digest& token) const = 0;
};

}  // namespace daybook
