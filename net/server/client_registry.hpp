#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "engine/base/hash.hpp"
#include "engine/base/limits.hpp"
#include "engine/model/ids.hpp"
#include "engine/model/principal.hpp"

namespace daybook {

class Session;

/// Which session speaks for a client id: at most one; and how many subscriptions and
/// questions for work there are.
///
/// Threads.  Any. A session found here may only be touched on its own io thread.
class ClientRegistry {
 public:
  struct Holder {
    std::size_t io_thread = 0;
    std::weak_ptr<Session> session;
    PrincipalId principal;
    std::string principal_name;
  };

  enum class Outcome : std::uint8_t {
    free,      ///< Nobody held the id.
    replaced,  ///< Somebody did, of the same principal, and must be closed now.
    refused,   ///< It belongs to a session of another principal, which keeps it.
  };
  struct Claim {
    Outcome outcome = Outcome::free;
    Holder before;  ///< Unless free.
  };

  /// Makes `holder` the session of `client`, unless another principal's is.
  [[nodiscard]] Claim claim(ClientId client, Holder holder);

  /// Counts a subscription in, unless there are as many as the limit. Any thread; the number
  /// stands for nothing else, so it is relaxed.
  [[nodiscard]] bool may_subscribe() {
    if (subscriptions_.fetch_add(1, std::memory_order_relaxed) < limits::subscriptions_max) {
      return true;
    }
    subscription_ended();
    return false;
  }
  void subscription_ended() { subscriptions_.fetch_sub(1, std::memory_order_relaxed); }

  /// The same of questions for work.
  [[nodiscard]] bool may_ask_for_work() {
    if (work_questions_.fetch_add(1, std::memory_order_relaxed) < limits::work_questions_max) {
      return true;
    }
    work_question_ended();
    return false;
  }
  void work_question_ended() { work_questions_.fetch_sub(1, std::memory_order_relaxed); }

  /// Ends the claim of `session`, if it is still its own.
  void release(ClientId client, const Session* session);

 private:
  struct ClientIdHash {
    std::size_t operator()(const ClientId& id) const noexcept { return mix(id.value(), 0); }
  };

  std::atomic<std::uint32_t> subscriptions_{0};
  std::atomic<std::uint32_t> work_questions_{0};
  std::mutex mutex_;
  std::unordered_map<ClientId, Holder, ClientIdHash> holders_;
};

}  // namespace daybook
