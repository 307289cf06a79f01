#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "net/client/connection.hpp"
#include "net/client/frame_pool.hpp"
#include "net/client/subscriptions.hpp"
#include "net/protocol/frame.hpp"

namespace daybook {

/// A client's subscriptions over one connection after another: each goes on behind the last batch
/// that its handler returned from.
///
/// Threads.  The loop's. Handlers may call back into it.
class Subscribers {
 public:
  struct Subscriber {
    SubscriptionId id = 0;
    Subscription wanted;
    std::optional<Sequence> through;  ///< What was handled; nothing before the first batch.
    std::uint64_t number = 0;         ///< On the present connection; 0 = not asked for on it.
    EventsHandler on_events;
    SubscriptionEnded on_end;
    bool gone = false;
  };
  using All = std::vector<std::shared_ptr<Subscriber>>;

  explicit Subscribers(FramePool& frames) : frames_{frames} {}

  [[nodiscard]] bool empty() const { return all_.empty(); }
  SubscriptionId add(const Subscription& wanted, EventsHandler on_events, SubscriptionEnded on_end);

  /// Asks for all that were not asked for on `connection` yet. The caller flushes.
  void ask(Connection& connection);
  /// Forgets it, and tells the engine if there is a connection.
  void remove(SubscriptionId id, Connection* connection);
  /// Takes all of them out: who is told of the end may subscribe anew.
  [[nodiscard]] All take_all();
  /// The connection is gone: its frames and numbers are void.
  void connection_lost();

  /// A reply to Subscribe or Unsubscribe. False where it is none that this client could have got.
  [[nodiscard]] bool receive(const FrameHeader& header, std::span<const std::byte> body,
                             Connection& connection);
  /// An error frame about one of them; false where it is about none.
  [[nodiscard]] bool receive_error(std::uint64_t number, const Failure& failure);

 private:
  /// Numbers of their own, so that they meet none of the requests'.
  static constexpr std::uint64_t first_number = std::uint64_t{1} << 63;

  [[nodiscard]] std::shared_ptr<Subscriber> find(std::uint64_t number) const;
  void end(const std::shared_ptr<Subscriber>& subscriber, const SubscriptionEnd& why);
  template <typename Write>
  void send(Connection& connection, std::size_t bytes, Write write);

  FramePool& frames_;
  All all_;
  SubscriptionId last_id_ = 0;
  std::uint64_t last_number_ = first_number;
  std::deque<std::pair<std::uint64_t, FrameBuffer>> sent_;  ///< By place; until they are written.
};

}  // namespace daybook
