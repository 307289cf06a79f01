#include "net/server/io_thread.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <string>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

#include "engine/base/assert.hpp"
#include "net/server/session.hpp"

namespace daybook {
namespace {

namespace asio = boost::asio;

/// Socket handlers between two looks at the rings.
constexpr std::size_t handlers_per_turn_max = 256;
/// While the engine has no room, so often it is asked again: it does not tell that it has.
constexpr std::chrono::milliseconds retry_after{1};

std::chrono::nanoseconds housekeeping_interval(const ServerSettings& settings) {
  const std::uint64_t shortest =
      std::min({settings.hello_within_ns, settings.stalled_after_ns,
                settings.consumer_slow_after_ns, settings.work_question_ns}) /
      4;
  constexpr std::uint64_t millisecond = 1'000'000;
  return std::chrono::nanoseconds{
      std::clamp<std::uint64_t>(shortest, 5 * millisecond, 1'000 * millisecond)};
}

}  // namespace

IoThread::IoThread(std::size_t index, const ServerSettings& settings, EngineDoor& door,
                   const PrincipalDirectory& principals, ClientRegistry& registry)
    : index_{index},
      settings_{&settings},
      door_{&door},
      principals_{&principals},
      registry_{&registry},
      channel_{&door.channel(index)},
      receive_buffers_{settings.receive_bytes_max / settings.io_threads},
      reply_buffers_{std::numeric_limits<std::size_t>::max()},
      context_{1},
      wake_descriptor_{context_},
      housekeeping_{context_},
      retry_{context_} {
  channel_->io_sleeper = &sleeper_;
  wake_descriptor_.assign(sleeper_.descriptor());
}

IoThread::~IoThread() {
  ENSURE(!thread_.joinable(), "an io thread is joined before it is destroyed");
  wake_descriptor_.release();  // It belongs to the sleeper.
}

void IoThread::start() {
  thread_ = std::thread{[this] { run(); }};
  place_thread(thread_, "io-" + std::to_string(index_), settings_->cores);
}

void IoThread::join() {
  if (!thread_.joinable()) return;
  asio::post(context_, [this] { exiting_ = true; });
  thread_.join();
}

void IoThread::read_clock() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  now_ns_ =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

void IoThread::run() {
  read_clock();
  wait_for_wake();
  arm_housekeeping();
  while (!exiting_ || at_keeper_ > 0) {
    std::size_t handled = 0;
    while (handled < handlers_per_turn_max && context_.poll_one() > 0) ++handled;
    const bool worked = turn();
    if (handled == 0 && !worked) sleep();
  }
}

void IoThread::sleep() {
  sleeper_.announce();
  if (!has_work()) context_.run_one();
  sleeper_.retract();
}

bool IoThread::has_work() {
  if (channel_->replies.front() != nullptr || channel_->query_replies.front() != nullptr ||
      channel_->subscription_replies.front() != nullptr) {
    return true;
  }
  if (!held_.empty() && held_.front()->wait_for <= door_->durable_sequence()) return true;
  return !resuming_.empty() || !touched_.empty();
}

bool IoThread::turn() {
  read_clock();
  // One value for the whole turn, so that all replies which it frees leave in one write.
  const Sequence durable = door_->durable_sequence();
  bool worked = release_held(durable);
  worked |= take_replies(durable);
  worked |= take_query_replies();
  worked |= take_subscription_replies();
  worked |= offer_waiting();
  worked |= offer_waiting_queries();
  worked |= resume_sessions();
  wake_engine();
  worked |= !touched_.empty();
  look_after_touched();
  wake_engine();  // For the subscriptions that ended.
  counters_.requests_now.set(requests_.lent());
  if (congested()) arm_retry();
  check_drained();
  return worked;
}

bool IoThread::take_replies(Sequence durable) {
  bool any = false;
  while (RequestSlot** const front = channel_->replies.front()) {
    auto& request = static_cast<Request&>(**front);
    channel_->replies.pop();
    --in_sequencer_;
    any = true;
    // Nobody but a reply that is not durable itself waits behind one that is not.
    if (request.wait_for <= durable) {
      settle(request);
    } else {
      held_.push_back(&request);
    }
  }
  return any;
}

bool IoThread::release_held(Sequence durable) {
  bool any = false;
  while (!held_.empty() && held_.front()->wait_for <= durable) {
    Request& request = *held_.front();
    held_.pop_front();
    settle(request);
    any = true;
  }
  return any;
}

bool IoThread::take_query_replies() {
  bool any = false;
  while (RequestSlot** const front = channel_->query_replies.front()) {
    auto& request = static_cast<Request&>(**front);
    channel_->query_replies.pop();
    --in_queries_;
    any = true;
    deliver(request);
  }
  return any;
}

bool IoThread::take_subscription_replies() {
  bool any = false;
  while (RequestSlot** const front = channel_->subscription_replies.front()) {
    auto& request = static_cast<Request&>(**front);
    channel_->subscription_replies.pop();
    any = true;
    request.session->complete_subscription(request);
  }
  return any;
}

void IoThread::settle(Request& request) {
  if (!request.rebuild_reply) return deliver(request);
  request.rebuilt = true;
  waiting_queries_.push_back(&request);
}

void IoThread::submit_question(Request& request) {
  ++questions_;
  submit(request);
}

// The sequencer sees first that the number has grown, and then which of its questions are wanted
// back.
void IoThread::recall_soon() {
  channel_->recalled.fetch_add(1, std::memory_order_release);
  pushed_requests_ = true;
}

void IoThread::deliver(Request& request) {
  if (request.kind == RequestKind::take_work) --questions_;
  request.session->complete(request);
  requests_.give_back(request);
}

void IoThread::submit(Request& request) {
  request.arrived_ns = now_ns_;
  if (asks_keeper(request.kind)) return submit_to_keeper(request);
  if (is_query(request.kind)) {
    if (!waiting_queries_.empty() || !push_query(request)) waiting_queries_.push_back(&request);
  } else {
    if (!waiting_.empty() || !push_request(request)) waiting_.push_back(&request);
  }
}

// What the keeper has comes back in any case, so the thread does not end before.
void IoThread::submit_to_keeper(Request& request) {
  ++at_keeper_;
  const auto come_back = [this, &request] {
    asio::post(context_, [this, &request] {
      read_clock();
      --at_keeper_;
      deliver(request);
    });
  };
  SecretKeeper* const keeper = settings_->keeper;
  if (keeper != nullptr && keeper->submit(request, come_back)) return;
  request.status = keeper == nullptr ? RequestStatus::secrets_not_kept : RequestStatus::busy;
  come_back();
}

void IoThread::submit_subscription(Request& request) {
  const bool pushed = channel_->subscriptions.try_push(&request);
  ENSURE(pushed, "there are no more subscriptions than places in the ring");
  pushed_subscriptions_ = true;
}

bool IoThread::push_request(Request& request) {
  if (in_sequencer_ == channel_->slots_max) return false;
  if (!channel_->requests.try_push(&request)) return false;
  ++in_sequencer_;
  pushed_requests_ = true;
  return true;
}

bool IoThread::push_query(Request& request) {
  if (in_queries_ == channel_->slots_max) return false;
  if (!channel_->queries.try_push(&request)) return false;
  ++in_queries_;
  pushed_queries_ = true;
  return true;
}

bool IoThread::offer_waiting() {
  bool any = false;
  while (!waiting_.empty()) {
    Request& request = *waiting_.front();
    const bool late = now_ns_ - request.arrived_ns >= settings_->busy_after_ns;
    if (!push_request(request)) {
      if (!late) break;
      request.status = RequestStatus::busy;
      counters_.requests_busy.add(1);
      waiting_.pop_front();
      deliver(request);
    } else {
      waiting_.pop_front();
    }
    any = true;
  }
  return any;
}

bool IoThread::offer_waiting_queries() {
  bool any = false;
  while (!waiting_queries_.empty()) {
    Request& request = *waiting_queries_.front();
    const bool late = now_ns_ - request.arrived_ns >= settings_->busy_after_ns;
    if (!push_query(request)) {
      // A rebuilt reply belongs to an operation that was executed: busy would invite a second one.
      if (!late || request.rebuilt) break;
      request.status = RequestStatus::busy;
      counters_.requests_busy.add(1);
      waiting_queries_.pop_front();
      deliver(request);
    } else {
      waiting_queries_.pop_front();
    }
    any = true;
  }
  return any;
}

bool IoThread::resume_sessions() {
  const auto move_all = [this](std::vector<Session*>& from) {
    resuming_.insert(resuming_.end(), from.begin(), from.end());
    from.clear();
  };
  if (!congested()) move_all(congested_);
  if (receive_buffers_.returns() != returns_seen_) {
    move_all(starved_);
    returns_seen_ = receive_buffers_.returns();
  }
  if (resuming_.empty()) return false;
  std::vector<Session*> now;
  now.swap(resuming_);
  for (Session* const session : now) session->resume();
  return true;
}

void IoThread::wake_engine() {
  if (std::exchange(pushed_requests_, false)) door_->wake_sequencer();
  if (std::exchange(pushed_queries_, false)) door_->wake_queries();
  if (std::exchange(pushed_subscriptions_, false)) door_->wake_subscriptions();
}

void IoThread::touch(Session& session) {
  if (!std::exchange(session.touched, true)) touched_.push_back(&session);
}

void IoThread::resume_soon(Session& session) {
  if (!std::exchange(session.resuming, true)) resuming_.push_back(&session);
}

void IoThread::resume_when_uncongested(Session& session) {
  if (!std::exchange(session.resuming, true)) congested_.push_back(&session);
}

void IoThread::resume_when_buffers_return(Session& session) {
  if (!std::exchange(session.resuming, true)) starved_.push_back(&session);
}

void IoThread::look_after_touched() {
  std::vector<Session*> now;
  now.swap(touched_);
  for (Session* const session : now) {
    session->touched = false;
    session->flush();
    if (session->finished()) reap(*session);
  }
}

void IoThread::reap(Session& session) {
  registry_->release(session.client(), &session);
  std::erase(touched_, &session);
  std::erase(resuming_, &session);
  std::erase(congested_, &session);
  std::erase(starved_, &session);
  if (session.turned_away()) {
    turned_away_count.fetch_sub(1, std::memory_order_relaxed);
  } else {
    connection_count.fetch_sub(1, std::memory_order_relaxed);
  }
  const std::size_t place = session.place;
  std::swap(sessions_[place], sessions_.back());
  sessions_[place]->place = place;
  sessions_.pop_back();
}

void IoThread::adopt(asio::ip::tcp::socket socket, bool too_many) {
  asio::post(context_, [this, too_many, socket = std::move(socket)]() mutable {
    read_clock();
    auto session = std::make_shared<Session>(*this, std::move(socket));
    session->place = sessions_.size();
    sessions_.push_back(session);
    if (too_many) {
      session->turn_away();
    } else if (draining_) {
      session->finish_up(ErrorCode::stopping, "the server stops; connect again later");
    } else {
      session->start();
    }
  });
}

std::future<void> IoThread::drain() {
  std::future<void> done = drained_.get_future();
  asio::post(context_, [this] {
    draining_ = true;
    for (const auto& session : sessions_) {
      session->finish_up(ErrorCode::stopping, "the server stops; connect again later");
    }
  });
  return done;
}

void IoThread::recheck_principals() {
  asio::post(context_, [this] {
    for (const auto& session : sessions_) session->recheck_principal();
  });
}

void IoThread::close_all() {
  asio::post(context_, [this] {
    for (const auto& session : sessions_) session->close();
  });
}

void IoThread::check_drained() {
  if (!draining_ || drained_told_) return;
  if (!sessions_.empty() || requests_.lent() > 0) return;
  drained_told_ = true;
  drained_.set_value();
}

void IoThread::post_to(std::size_t io_thread, std::function<void()> task) {
  asio::post((*peers_)[io_thread]->context_, std::move(task));
}

void IoThread::wait_for_wake() {
  // Only the reading matters: it makes the eventfd quiet again until the next wake().
  wake_descriptor_.async_read_some(asio::buffer(&wake_count_, sizeof(wake_count_)),
                                   [this](const boost::system::error_code& error, std::size_t) {
                                     if (!error) wait_for_wake();
                                   });
}

void IoThread::arm_housekeeping() {
  housekeeping_.expires_after(housekeeping_interval(*settings_));
  housekeeping_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    read_clock();
    for (const auto& session : sessions_) session->look_at_the_clock();
    arm_housekeeping();
  });
}

void IoThread::arm_retry() {
  if (std::exchange(retry_armed_, true)) return;
  retry_.expires_after(retry_after);
  retry_.async_wait([this](const boost::system::error_code&) { retry_armed_ = false; });
}

}  // namespace daybook
