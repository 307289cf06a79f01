#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "engine/ports/io_channel.hpp"
#include "net/server/buffer_pool.hpp"
#include "net/server/client_registry.hpp"
#include "net/server/counters.hpp"
#include "net/server/event_sleeper.hpp"
#include "net/server/request.hpp"
#include "net/server/settings.hpp"

namespace daybook {

class Session;

/// One io thread: its sessions, its pair of rings with the engine, and its loop.
///
/// A turn of the loop: run the socket handlers that are ready, take replies from the rings, hand
/// out those that are durable, let sessions read on, wake the engine once for all that was pushed,
/// and send once on every connection that has something to send. With nothing to do it sleeps in
/// epoll.
///
/// Threads.  What stands under "any thread" below is for any; the rest for the io thread itself.
class IoThread {
 public:
  /// Sets the channel's io_sleeper: to be made before the engine starts.
  IoThread(std::size_t index, const ServerSettings& settings, EngineDoor& door,
           const PrincipalDirectory& principals, ClientRegistry& registry);
  ~IoThread();
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  // ---- Any thread. ----

  void start();
  [[nodiscard]] boost::asio::io_context& context() { return context_; }

  /// Makes `socket`, which belongs to context(), a connection; or tells it that there are too many.
  void adopt(boost::asio::ip::tcp::socket socket, bool too_many);

  /// Connections given to this thread and not gone yet. The listener adds, the io thread takes off.
  std::atomic<std::uint32_t> connection_count{0};
  /// Of those, the ones that are only told to go away.
  std::atomic<std::uint32_t> turned_away_count{0};

  /// Ends the sessions whose principal does not stand any more.
  void recheck_principals();

  /// Lets everything under way be answered and closes; the future is ready when nothing is left.
  [[nodiscard]] std::future<void> drain();
  /// Closes all connections, answered or not.
  void close_all();
  /// Ends the loop and waits for the thread.
  void join();

  [[nodiscard]] const IoCounters& counters() const { return counters_; }
  [[nodiscard]] std::uint64_t wakes() const { return sleeper_.signals(); }

  // ---- For its sessions. ----

  [[nodiscard]] const ServerSettings& settings() const { return *settings_; }
  [[nodiscard]] const PrincipalDirectory& principals() const { return *principals_; }
  [[nodiscard]] ClientRegistry& registry() { return *registry_; }
  [[nodiscard]] std::size_t index() const { return index_; }
  [[nodiscard]] BufferPool& receive_buffers() { return receive_buffers_; }
  [[nodiscard]] BufferPool& reply_buffers() { return reply_buffers_; }
  [[nodiscard]] IoCounters& count() { return counters_; }
  [[nodiscard]] Sequence durable_sequence() const { return door_->durable_sequence(); }
  /// Monotonic; read once a handler and once a turn.
  [[nodiscard]] std::uint64_t now_ns() const { return now_ns_; }
  void read_clock();

  [[nodiscard]] Request& new_request() { return requests_.take(); }
  /// Hands `request` to the engine, or keeps it until the engine has room; then congested(). What
  /// the keeper of secrets answers goes to that one.
  void submit(Request& request);
  /// Asks the engine for the next events of a subscription. Never has to wait: there are no more
  /// than the rings have places.
  void submit_subscription(Request& request);
  /// Hands a question for work to the engine, as submit(). Requires: has_room_for_question().
  void submit_question(Request& request);
  /// Half of the places in the engine stay with requests that do not wait.
  [[nodiscard]] bool has_room_for_question() const { return questions_ < channel_->slots_max / 2; }
  /// A question for work is wanted back.
  void recall_soon();
  /// A slot of a subscription is wanted back.
  void wake_subscriptions_soon() { pushed_subscriptions_ = true; }
  void give_back(Request& request) { requests_.give_back(request); }
  /// Requests wait for the engine: sessions must not parse on.
  [[nodiscard]] bool congested() const { return !waiting_.empty() || !waiting_queries_.empty(); }

  /// `session` has bytes to send, has to be looked at, or is finished: at the end of this turn.
  void touch(Session& session);
  /// `session` may go on reading: resume() is called in this turn or the next.
  void resume_soon(Session& session);
  /// The same, once no request waits for the engine any more.
  void resume_when_uncongested(Session& session);
  /// The same, once a receive buffer has come back.
  void resume_when_buffers_return(Session& session);

  /// Calls `task` on io thread `io_thread` of the same server.
  void post_to(std::size_t io_thread, std::function<void()> task);
  /// Set by the server: all io threads, so that post_to() finds them.
  void set_peers(const std::vector<std::unique_ptr<IoThread>>* peers) { peers_ = peers; }

 private:
  void run();
  void sleep();
  [[nodiscard]] bool has_work();
  bool turn();
  bool take_replies(Sequence durable);
  bool take_query_replies();
  bool take_subscription_replies();
  bool release_held(Sequence durable);
  bool offer_waiting();
  bool offer_waiting_queries();
  bool resume_sessions();
  void wake_engine();
  void look_after_touched();
  void reap(Session& session);
  void settle(Request& request);
  void deliver(Request& request);
  void submit_to_keeper(Request& request);
  [[nodiscard]] bool push_request(Request& request);
  [[nodiscard]] bool push_query(Request& request);
  void wait_for_wake();
  void arm_housekeeping();
  void arm_retry();
  void check_drained();

  std::size_t index_;
  const ServerSettings* settings_;
  EngineDoor* door_;
  const PrincipalDirectory* principals_;
  ClientRegistry* registry_;
  const std::vector<std::unique_ptr<IoThread>>* peers_ = nullptr;
  IoChannel* channel_;
  IoCounters counters_;
  EventSleeper sleeper_;

  // The pools outlive the requests, and those the sessions.
  BufferPool receive_buffers_;
  BufferPool reply_buffers_;
  RequestPool requests_;

  boost::asio::io_context context_;
  boost::asio::posix::stream_descriptor wake_descriptor_;
  std::uint64_t wake_count_ = 0;  ///< Where the eventfd is read to.
  boost::asio::steady_timer housekeeping_;
  boost::asio::steady_timer retry_;
  bool retry_armed_ = false;

  std::vector<std::shared_ptr<Session>> sessions_;  ///< A session knows its place.
  std::vector<Session*> touched_;
  std::vector<Session*> resuming_;
  std::vector<Session*> congested_;
  std::vector<Session*> starved_;
  std::uint64_t returns_seen_ = 0;  ///< Of receive_buffers_, when starved_ was last resumed.

  std::size_t in_sequencer_ = 0;
  std::size_t questions_ = 0;  ///< For work: in the sequencer or waiting for it.
  std::size_t in_queries_ = 0;
  std::size_t at_keeper_ = 0;
  std::deque<Request*> held_;             ///< Decided, not durable yet; in order of reply.
  std::deque<Request*> waiting_;          ///< For room in `requests`.
  std::deque<Request*> waiting_queries_;  ///< For room in `queries`.
  bool pushed_requests_ = false;
  bool pushed_queries_ = false;
  bool pushed_subscriptions_ = false;

  std::uint64_t now_ns_ = 0;
  bool draining_ = false;
  bool drained_told_ = false;
  std::promise<void> drained_;
  bool exiting_ = false;
  std::thread thread_;
};

}  // namespace daybook
