#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "net/client/client.hpp"
#include "net/client/connection.hpp"
#include "net/client/frame_pool.hpp"
#include "net/client/in_flight.hpp"
#include "net/client/request.hpp"
#include "net/client/subscribers.hpp"
#include "net/protocol/messages.hpp"

namespace daybook {

/// A client's requests over one connection after another: what waits, what is on the wire, what is
/// sent again, and when time is up.
///
///   idle --request--> connecting --TCP--> greeting --HelloReply--> open
///     ^                    ^                                          |
///     |                    +---- pausing <--- lost, and work left ----+
///     +---------------------------------------lost, no work left -----+
///
/// Threads.  The loop's. Callbacks may call back into it; so no reference into its tables is held
///           across a callback.
class Client::Session final : public ConnectionOwner,
                              public std::enable_shared_from_this<Client::Session> {
 public:
  using ConnectCallback = std::function<void(Result<void>)>;

  Session(ClientLoop& loop, ClientSettings settings);

  void connect(ConnectCallback callback);
  void disconnect();
  /// Closes everything and calls nobody.
  void abandon();

  /// Takes the request into the queue; its callback is called later, inside the loop.
  void submit(SentRequest request);
  /// Has `callback` called with `failure` inside the loop.
  void refuse(AnyCallback callback, Failure failure);

  SubscriptionId subscribe(const Subscription& wanted, EventsHandler on_events,
                           SubscriptionEnded on_end);
  void unsubscribe(SubscriptionId id);

  [[nodiscard]] ClientLoop& loop() const { return loop_; }
  [[nodiscard]] FramePool& frames() const;
  [[nodiscard]] bool is_open() const { return phase_ == Phase::open; }
  [[nodiscard]] ClientId client_id() const { return client_id_; }
  [[nodiscard]] const EngineInfo& engine() const { return engine_; }
  [[nodiscard]] std::uint64_t last_number() const { return in_flight_.last_number(); }
  [[nodiscard]] Sequence highest_sequence() const { return highest_sequence_; }
  [[nodiscard]] std::size_t unanswered() const {
    return in_flight_.count() - abandoned_count_ + waiting_.size();
  }

 private:
  enum class Phase : std::uint8_t { idle, connecting, greeting, open, pausing };
  using Clock = std::chrono::steady_clock;

  /// What a lost connection ends.
  struct Ended {
    std::vector<SentRequest> sent;
    std::deque<SentRequest> unsent;
    std::vector<ConnectCallback> connecting;
    Subscribers::All subscribers;
  };

  void connected() override;
  void received(const FrameHeader& header, std::span<const std::byte> body) override;
  void received_all() override;
  void lost(const Failure& failure) override;

  void open_connection();
  void close_connection();
  void pause();
  void lose(Failure failure);
  void end_for_good(const Failure& failure);
  [[nodiscard]] Ended take_connecting();
  [[nodiscard]] Ended take_everything();
  static void tell(Ended& ended, const Failure& failure);

  void receive_hello(std::span<const std::byte> body);
  void receive_error(const FrameHeader& header, std::span<const std::byte> body);
  void receive_answer(const FrameHeader& header, std::span<const std::byte> body);
  void receive_events(const FrameHeader& header, std::span<const std::byte> body);
  void send_again();

  /// Is there anything to keep or make a connection for?
  [[nodiscard]] bool has_work() const { return unanswered() > 0 || !subscribers_.empty(); }

  [[nodiscard]] bool has_room(const SentRequest& request) const;
  void put_in_flight(SentRequest& request, Clock::time_point now);
  void pump();
  void send(SentRequest& request, Clock::time_point now);
  void schedule_flush();
  void forget_abandoned();

  void watch_deadlines();
  void check_deadlines();
  [[nodiscard]] Failure out_of_time(bool sent) const;
  [[nodiscard]] std::string place() const;

  ClientLoop& loop_;
  ClientSettings settings_;
  ClientId client_id_;
  EngineInfo engine_;
  Phase phase_ = Phase::idle;
  std::shared_ptr<Connection> connection_;  ///< Null when idle or pausing.
  FrameBuffer hello_;
  std::vector<ConnectCallback> connect_callbacks_;
  std::chrono::milliseconds backoff_;
  std::string last_loss_;  ///< Words of the last lost connection, for time-outs.

  std::deque<SentRequest> waiting_;  ///< Not on the wire yet; in the order of submission.
  InFlight in_flight_;
  Subscribers subscribers_;
  std::size_t abandoned_count_ = 0;  ///< Of those in flight.
  std::size_t in_flight_bytes_max_;
  std::size_t in_flight_requests_max_;
  Sequence highest_sequence_;
  Clock::time_point last_received_;
  bool reading_ = false;        ///< Between the first frame of a read and received_all().
  bool flush_pending_ = false;  ///< A flush comes by itself: posted, or at the end of a read.

  boost::asio::steady_timer connect_timer_;
  boost::asio::steady_timer backoff_timer_;
  boost::asio::steady_timer deadline_timer_;
  bool watching_deadlines_ = false;
};

}  // namespace daybook
