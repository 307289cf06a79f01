#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "engine/model/principal.hpp"
#include "net/protocol/frame.hpp"
#include "net/protocol/messages.hpp"
#include "net/server/client_registry.hpp"
#include "net/server/frame_input.hpp"
#include "net/server/reply_queue.hpp"
#include "net/server/request.hpp"
#include "net/server/subscription.hpp"
#include "net/server/work_question.hpp"

namespace daybook {

class IoThread;

/// One connection: Hello, then requests and their replies in order of completion.
///
/// Threads.  Its io thread. Lives until finished(), and as long as a handler of its socket does.
/// Errors.   What is wrong with a frame ends this connection, with an error frame that says so, and
///           no other.
/// Limits.   ServerSettings: past one of them the connection is not read.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(IoThread& io, boost::asio::ip::tcp::socket socket);
  ~Session();

  /// Waits for Hello.
  void start();
  /// Says that there are too many connections, and closes.
  void turn_away();
  [[nodiscard]] bool turned_away() const { return turned_away_; }

  /// A request of this session is back. The caller takes the request back afterwards.
  void complete(Request& request);
  /// The slot of a subscription of this session is back, filled or not. It stays the session's.
  void complete_subscription(Request& request);
  /// Parses and reads on where a limit had stopped that.
  void resume();
  /// Sends what waits to be sent, and moves an ending connection on.
  void flush();
  /// Looks at the time limits.
  void look_at_the_clock();

  /// Reads no more, answers what is under way, then says `words` and closes.
  void finish_up(ErrorCode code, std::string_view words);
  /// Finishes up if its principal would not be let in any more.
  void recheck_principal();
  /// Says `words`, drops what is under way, and closes; calls `drained` (on this thread) once the
  /// engine holds no request of this session.
  void replace(std::string_view words, std::function<void()> drained);
  /// Closes at once.
  void close();

  /// Who it speaks for; zero before a good Hello.
  [[nodiscard]] ClientId client() const { return client_; }
  /// Closed, and nobody refers to it any more.
  [[nodiscard]] bool finished() const;

  // ---- Of its io thread. ----
  std::size_t place = 0;
  bool touched = false;
  bool resuming = false;

 private:
  enum class State : std::uint8_t {
    expecting_hello,
    opening,    ///< Hello was good; the engine is asked for the client's highest number.
    open,       ///< Requests come and go.
    finishing,  ///< Not read any more; ends when nothing is under way and all was sent.
    failing,    ///< The error frame is the last thing to be sent.
    lingering,  ///< All was sent; waits for the other end to have read it.
    closed,
  };

  // session.cpp: reading and parsing.
  void read_on();
  void take_received(const boost::system::error_code& error, std::size_t bytes);
  void parse();
  [[nodiscard]] bool may_parse();
  /// False: not now; the frame stays.
  [[nodiscard]] bool take_frame(const FrameHeader& header, std::span<std::byte> frame);
  [[nodiscard]] bool take_request(RequestKind kind, const FrameHeader& header,
                                  std::span<const std::byte> frame);
  [[nodiscard]] bool within_limits(std::size_t frame_bytes);
  [[nodiscard]] bool promise(std::size_t reply_bytes);
  void fill(Request& request, RequestKind kind, const FrameHeader& header,
            std::size_t frame_bytes) const;
  void give_reply_room(Request& request);

  // session_subscriptions.cpp: events, batch after batch.
  [[nodiscard]] bool take_subscription_request(RequestKind kind, const FrameHeader& header,
                                               const RequestBody& body);
  void subscribe(const FrameHeader& header, const RequestBody& body);
  void acknowledge_events(std::uint64_t number, std::uint64_t sequence);
  void unsubscribe(std::uint64_t number, std::uint64_t subscribed);
  void ask_for_events(SessionSubscription& subscription);
  void send_events(SessionSubscription& subscription);
  void end(SessionSubscription& subscription);
  void forget(SessionSubscription& subscription);
  void end_subscriptions();
  void look_at_slow_consumers();

  // session_work.cpp: questions for work.
  /// Why this session may not ask that in the name of a participant; empty: it may.
  [[nodiscard]] std::string fault_of_speaker(RequestKind kind, const RequestBody& body) const;
  void ask_for_work(const FrameHeader& header, const RequestBody& body);
  void complete_question(Request& request);
  void recall(WorkQuestion& question);
  void recall_questions();
  void look_at_idle_questions();

  // session_hello.cpp: who is there.
  void take_hello(const FrameHeader& header, std::span<const std::byte> frame);
  [[nodiscard]] Result<Principal> principal_of(const HelloMessage& hello) const;
  void claim_client();
  void open_session();
  void finish_hello(const Request& request);

  // session_replies.cpp: what is said.
  void reply(Request& request);
  void tell_refusal(const Request& request);
  void tell_forgotten(const Request& request);
  void reply_to_batch(Request& request);
  template <typename Item>
  void reply_with_items(Request& request, std::span<const std::byte> items);
  void reply_with_events(Request& request);
  void reply_with_tccs(Request& request);
  void reply_with_payments(Request& request);
  void reply_with_rebuild(Request& request);
  void refuse(RequestKind kind, std::uint64_t number, RequestStatus status, std::string_view words);
  void say_error(ErrorCode code, bool closes, std::uint64_t number, std::string_view words);
  void fail(ErrorCode code, std::uint64_t number, std::string_view words);
  void sent_all();
  void linger();
  void discard_input();
  void notify_drained();
  [[nodiscard]] bool is_ending() const;

  IoThread* io_;
  boost::asio::ip::tcp::socket socket_;
  State state_ = State::expecting_hello;
  FrameInput input_;
  ReplyQueue replies_;
  bool reading_ = false;        ///< A receive is under way.
  bool write_waiting_ = false;  ///< Until the socket takes more.
  bool paused_ = false;         ///< By a limit.
  bool turned_away_ = false;
  bool awaits_takeover_ = false;  ///< An older session of the client is being closed.

  ClientId client_;
  Principal principal_;
  Sha256Digest token_{};  ///< SHA-256 of what it came with; all zero: it came without.
  std::uint64_t hello_number_ = 0;
  Sequence acknowledged_;  ///< The highest that a reply on this connection depended on.

  std::uint32_t under_way_ = 0;
  std::vector<std::unique_ptr<SessionSubscription>> subscriptions_;
  std::uint32_t slots_at_engine_ = 0;  ///< Of subscriptions; not among those under way.
  std::vector<std::unique_ptr<WorkQuestion>> questions_;  ///< Nor are these.
  std::size_t in_flight_bytes_ = 0;
  std::size_t promised_bytes_ = 0;

  std::uint64_t began_ns_ = 0;     ///< Of the connection; then of lingering.
  std::uint64_t received_ns_ = 0;  ///< Of the last bytes received.
  std::uint64_t sent_ns_ = 0;      ///< Of the last progress in sending.

  ErrorCode farewell_code_ = ErrorCode::stopping;
  std::uint64_t farewell_number_ = 0;
  std::string farewell_;  ///< Said at the end of finishing; empty: nothing.
  std::function<void()> drained_;
};

}  // namespace daybook
