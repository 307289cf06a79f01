#include "net/client/session.hpp"

#include <algorithm>
#include <random>

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include "net/client/loop_state.hpp"
#include "net/protocol/replies.hpp"
#include "net/protocol/requests.hpp"

namespace daybook {
namespace {

/// Zero is no client id.
ClientId random_client_id() {
  std::random_device source;
  const auto word = [&source] {
    return (static_cast<std::uint64_t>(source()) << 32) | static_cast<std::uint64_t>(source());
  };
  return ClientId{Uint128{word() | 1, word()}};
}

/// Would the same Hello or the same bytes meet the same error again?
bool is_final(ErrorCode code) {
  switch (code) {
    case ErrorCode::malformed_frame:
    case ErrorCode::malformed_body:
    case ErrorCode::hello_expected:
    case ErrorCode::not_authenticated:
    case ErrorCode::other_version:
    case ErrorCode::session_replaced:
    case ErrorCode::unknown_message:
      return true;
    case ErrorCode::hello_too_late:
    case ErrorCode::too_many_connections:
    case ErrorCode::stopping:
    case ErrorCode::frame_stalled:
    case ErrorCode::identity_changed:  // Let in in another role, or told that it is not.
      return false;
  }
  return true;
}

FailureKind kind_of(ErrorCode code) {
  if (code == ErrorCode::other_version || code == ErrorCode::unknown_message) {
    return FailureKind::unsupported;
  }
  const bool ours = code == ErrorCode::malformed_frame || code == ErrorCode::malformed_body ||
                    code == ErrorCode::not_authenticated || code == ErrorCode::hello_expected;
  return ours ? FailureKind::invalid : FailureKind::closed;
}

std::string in_seconds(std::chrono::milliseconds time) {
  return fmt::format("{:g} s", static_cast<double>(time.count()) / 1'000);
}

}  // namespace

Client::Session::Session(ClientLoop& loop, ClientSettings settings)
    : loop_{loop},
      settings_{std::move(settings)},
      client_id_{settings_.client_id ? *settings_.client_id : random_client_id()},
      backoff_{settings_.backoff_first},
      in_flight_{std::clamp(settings_.in_flight_max, 1U, limits::in_flight_requests_max)},
      subscribers_{loop.state().frames},
      in_flight_bytes_max_{limits::in_flight_bytes_max},
      in_flight_requests_max_{
          std::clamp(settings_.in_flight_max, 1U, limits::in_flight_requests_max)},
      connect_timer_{loop.state().io},
      backoff_timer_{loop.state().io},
      deadline_timer_{loop.state().io} {}

FramePool& Client::Session::frames() const { return loop_.state().frames; }

std::string Client::Session::place() const {
  return fmt::format("{}:{}", settings_.host, settings_.port);
}

// ---- The connection. ----

void Client::Session::connect(ConnectCallback callback) {
  if (phase_ == Phase::open) {
    boost::asio::post(loop_.state().io, [call = std::move(callback)] { call({}); });
    return;
  }
  connect_callbacks_.push_back(std::move(callback));
  if (phase_ == Phase::pausing) backoff_timer_.cancel();
  if (phase_ == Phase::idle || phase_ == Phase::pausing) open_connection();
}

void Client::Session::open_connection() {
  phase_ = Phase::connecting;
  connection_ = std::make_shared<Connection>(loop_.state().io, weak_from_this());
  connect_timer_.expires_after(settings_.connect_timeout);
  connect_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (error || !self) return;
    if (self->phase_ != Phase::connecting && self->phase_ != Phase::greeting) return;
    self->lose({FailureKind::timed_out,
                fmt::format("no connection to {} within {}; check that an engine serves there",
                            self->place(), in_seconds(self->settings_.connect_timeout))});
  });
  connection_->open(settings_.host, settings_.port);
}

void Client::Session::connected() {
  phase_ = Phase::greeting;
  const HelloMessage hello{client_id_, protocol_version, settings_.token};
  hello_ = frames().take(hello_frame_bytes(settings_.token.size()));
  hello_.size = write_hello(hello_.frame(), 0, hello);
  connection_->send(hello_.frame());
  connection_->flush();
}

void Client::Session::receive_hello(std::span<const std::byte> body) {
  const auto reply = read_hello_reply(body);
  if (!reply || phase_ != Phase::greeting) {
    return lose({FailureKind::damaged,
                 fmt::format("the engine at {} did not answer Hello as it should: {}", place(),
                             reply ? "a second answer came" : reply.error().words)});
  }
  const HelloReplyMessage& hello = reply.value();
  engine_ = {std::string{hello.engine_version}, std::string{hello.principal}, hello.role};
  in_flight_.raise_last_number(hello.highest_number);
  // Zero would mean that the engine did not say.
  const auto lower = [](std::size_t own, std::size_t theirs) {
    return theirs == 0 ? own : std::min(own, theirs);
  };
  in_flight_requests_max_ = lower(in_flight_requests_max_, hello.in_flight_requests_max);
  in_flight_bytes_max_ = lower(in_flight_bytes_max_, hello.in_flight_bytes_max);
  phase_ = Phase::open;
  backoff_ = settings_.backoff_first;
  connect_timer_.cancel();
  send_again();
  subscribers_.ask(*connection_);
  pump();
  for (const ConnectCallback& callback : take_connecting().connecting) callback({});
}

void Client::Session::send_again() {
  std::vector<SentRequest*> all;
  all.reserve(in_flight_.count());
  in_flight_.for_each([&all](SentRequest& request) { all.push_back(&request); });
  std::sort(all.begin(), all.end(),
            [](const SentRequest* a, const SentRequest* b) { return a->number < b->number; });
  const Clock::time_point now = Clock::now();
  for (SentRequest* request : all) send(*request, now);
}

void Client::Session::close_connection() {
  if (connection_) connection_->close();
  connection_.reset();
  subscribers_.connection_lost();
  connect_timer_.cancel();
  backoff_timer_.cancel();
  flush_pending_ = false;
  reading_ = false;
  forget_abandoned();
  phase_ = Phase::idle;
}

void Client::Session::lose(Failure failure) {
  const auto self = shared_from_this();
  lost(failure);
}

// Everything that ends is taken out of the tables before anybody is told, because who is told may
// submit anew.
void Client::Session::lost(const Failure& failure) {
  close_connection();
  last_loss_ = failure.what;
  Ended ended = settings_.reconnect ? take_connecting() : take_everything();
  if (has_work()) pause();
  tell(ended, failure);
}

void Client::Session::end_for_good(const Failure& failure) {
  const auto self = shared_from_this();
  close_connection();
  last_loss_ = failure.what;
  Ended ended = take_everything();
  tell(ended, failure);
}

Client::Session::Ended Client::Session::take_connecting() {
  Ended ended;
  ended.connecting.swap(connect_callbacks_);
  return ended;
}

Client::Session::Ended Client::Session::take_everything() {
  Ended ended = take_connecting();
  ended.sent = in_flight_.take_all();
  ended.unsent.swap(waiting_);
  ended.subscribers = subscribers_.take_all();
  return ended;
}

void Client::Session::tell(Ended& ended, const Failure& failure) {
  for (SentRequest& request : ended.sent) {
    fail(request.callback,
         {failure.kind,
          fmt::format("{}; the request may or may not have been executed: repeat it under the same "
                      "ids, or read them back, to learn",
                      failure.what)});
  }
  for (SentRequest& request : ended.unsent) {
    fail(request.callback,
         {failure.kind, fmt::format("{}; the request was never sent", failure.what)});
  }
  for (const ConnectCallback& callback : ended.connecting) callback(failure);
  for (const auto& subscriber : ended.subscribers) {
    if (!subscriber->on_end) continue;
    subscriber->on_end({.status = {}, .words = failure.what, .failure = failure});
  }
}

void Client::Session::pause() {
  phase_ = Phase::pausing;
  backoff_timer_.expires_after(backoff_);
  backoff_ = std::min(backoff_ * 2, std::max(settings_.backoff_max, settings_.backoff_first));
  backoff_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (error || !self || self->phase_ != Phase::pausing) return;
    self->phase_ = Phase::idle;
    // Time-outs may have left nothing to connect for.
    if (self->has_work()) self->open_connection();
  });
}

void Client::Session::disconnect() {
  end_for_good({FailureKind::closed, fmt::format("the client was disconnected from {}", place())});
}

void Client::Session::abandon() {
  close_connection();
  deadline_timer_.cancel();
  connect_callbacks_.clear();
  waiting_.clear();
  static_cast<void>(in_flight_.take_all());
  static_cast<void>(subscribers_.take_all());
}

// ---- What comes in. ----

void Client::Session::received(const FrameHeader& header, std::span<const std::byte> body) {
  if (!reading_) last_received_ = Clock::now();
  reading_ = true;
  flush_pending_ = true;  // received_all() will.
  if (header.type == message_type::hello) return receive_hello(body);
  if (header.type == message_type::error) return receive_error(header, body);
  const auto kind = static_cast<RequestKind>(header.type);
  if (kind == RequestKind::subscribe || kind == RequestKind::unsubscribe) {
    return receive_events(header, body);
  }
  receive_answer(header, body);
}

void Client::Session::receive_events(const FrameHeader& header, std::span<const std::byte> body) {
  const auto connection = connection_;  // A handler may end it.
  if (subscribers_.receive(header, body, *connection)) return;
  if (connection != connection_) return;
  lose({FailureKind::damaged,
        fmt::format("{} sent events that cannot be read, or that nobody has asked for; the "
                    "connection cannot be trusted and was closed",
                    place())});
}

SubscriptionId Client::Session::subscribe(const Subscription& wanted, EventsHandler on_events,
                                          SubscriptionEnded on_end) {
  const SubscriptionId id = subscribers_.add(wanted, std::move(on_events), std::move(on_end));
  if (phase_ == Phase::open) {
    subscribers_.ask(*connection_);
    schedule_flush();
  } else if (phase_ == Phase::idle) {
    open_connection();
  }
  return id;
}

void Client::Session::unsubscribe(SubscriptionId id) {
  const bool open = phase_ == Phase::open;
  subscribers_.remove(id, open ? connection_.get() : nullptr);
  if (open) schedule_flush();
}

void Client::Session::received_all() {
  reading_ = false;
  flush_pending_ = false;
  pump();
  if (connection_) connection_->flush();
}

void Client::Session::receive_answer(const FrameHeader& header, std::span<const std::byte> body) {
  const SentRequest* const found = in_flight_.find(header.request_number);
  const bool expected = found != nullptr && (header.flags & frame_flag::reply) != 0 &&
                        static_cast<std::uint16_t>(found->kind) == header.type &&
                        found->place < connection_->frames_written();
  if (!expected) {
    return lose({FailureKind::damaged,
                 fmt::format("{} answered a request that it was not sent (type {}, number {}); the "
                             "connection cannot be trusted and was closed",
                             place(), header.type, header.request_number)});
  }
  SentRequest request = in_flight_.take(header.request_number);
  if (request.abandoned) {
    --abandoned_count_;
  } else {
    const bool asks_again = settings_.waits_for_indexes && is_query(request.kind) &&
                            request.kind != RequestKind::lookup_accounts_at &&
                            request.kind != RequestKind::trial_balance_at;
    if (!answer(request, body, asks_again, highest_sequence_)) {
      // In front: those that wait are in the order of their deadlines.
      waiting_.push_front(std::move(request));
      return;
    }
  }
  frames().give_back(std::move(request.buffer));
}

void Client::Session::receive_error(const FrameHeader& header, std::span<const std::byte> body) {
  const auto error = read_error(body);
  if (!error) {
    return lose({FailureKind::damaged, fmt::format("an error frame from {} cannot be read: {}",
                                                   place(), error.error().words)});
  }
  const auto code = static_cast<ErrorCode>(error.value().code);
  const Failure failure{kind_of(code), fmt::format("the engine at {} says {}: {}", place(),
                                                   to_string(code), error.value().words)};
  if (error.value().closes) return is_final(code) ? end_for_good(failure) : lose(failure);
  if (subscribers_.receive_error(header.request_number, failure)) return;
  if (in_flight_.find(header.request_number) == nullptr) return;  // About nothing of ours.
  SentRequest request = in_flight_.take(header.request_number);
  if (request.abandoned) {
    --abandoned_count_;
  } else {
    fail(request.callback, failure);
  }
}

// ---- What goes out. ----

void Client::Session::submit(SentRequest request) {
  if (waiting_.size() >= settings_.waiting_max) {
    return refuse(std::move(request.callback),
                  {FailureKind::invalid,
                   fmt::format("{} requests wait for a place already, the limit of this client; it "
                               "was not sent: let answers come in first",
                               waiting_.size())});
  }
  const Clock::time_point now = Clock::now();
  request.deadline = now + settings_.request_timeout;
  if (phase_ == Phase::open && waiting_.empty() && has_room(request)) {
    put_in_flight(request, now);
    schedule_flush();
  } else {
    waiting_.push_back(std::move(request));
    if (phase_ == Phase::idle) open_connection();
  }
  watch_deadlines();
}

void Client::Session::refuse(AnyCallback callback, Failure failure) {
  boost::asio::post(loop_.state().io, [call = std::move(callback),
                                       why = std::move(failure)]() mutable { fail(call, why); });
}

bool Client::Session::has_room(const SentRequest& request) const {
  if (in_flight_.count() == 0) return true;
  return in_flight_.count() < in_flight_requests_max_ &&
         in_flight_.bytes() + request.buffer.size <= in_flight_bytes_max_;
}

void Client::Session::put_in_flight(SentRequest& request, Clock::time_point now) {
  seal(request, in_flight_.next_number());
  send(in_flight_.add(std::move(request)), now);
}

void Client::Session::pump() {
  if (phase_ != Phase::open || waiting_.empty()) return;
  const Clock::time_point now = Clock::now();
  while (!waiting_.empty() && has_room(waiting_.front())) {
    put_in_flight(waiting_.front(), now);
    waiting_.pop_front();
  }
  schedule_flush();
}

void Client::Session::send(SentRequest& request, Clock::time_point now) {
  request.sent = now;
  request.place = connection_->send(request.buffer.frame());
}

// One write for all that is submitted before the loop's next turn.
void Client::Session::schedule_flush() {
  if (flush_pending_) return;
  flush_pending_ = true;
  boost::asio::post(loop_.state().io, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->flush_pending_ = false;
    // Held here too: a failing write makes the session let go of it.
    if (const auto connection = self->connection_) connection->flush();
  });
}

// ---- Time. ----

// The requests whose time was up stay in the table only to recognise a late answer on the same
// connection.
void Client::Session::forget_abandoned() {
  if (abandoned_count_ == 0) return;
  std::vector<std::uint64_t> numbers;
  in_flight_.for_each([&numbers](const SentRequest& request) {
    if (request.abandoned) numbers.push_back(request.number);
  });
  for (const std::uint64_t number : numbers) static_cast<void>(in_flight_.take(number));
  abandoned_count_ = 0;
}

void Client::Session::watch_deadlines() {
  if (watching_deadlines_ || unanswered() == 0) return;
  Clock::time_point first = Clock::time_point::max();
  if (!waiting_.empty()) first = waiting_.front().deadline;
  in_flight_.for_each([&first](const SentRequest& request) {
    if (!request.abandoned) first = std::min(first, request.deadline);
  });
  watching_deadlines_ = true;
  deadline_timer_.expires_at(first);
  deadline_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (!self) return;
    self->watching_deadlines_ = false;
    if (!error) self->check_deadlines();
  });
}

Failure Client::Session::out_of_time(bool sent) const {
  const std::string time = in_seconds(settings_.request_timeout);
  const std::string loss =
      phase_ == Phase::open || last_loss_.empty() ? "" : fmt::format(" ({})", last_loss_);
  if (!sent) {
    return {FailureKind::timed_out,
            fmt::format("the request could not be sent to {} within {}{}; it was not executed",
                        place(), time, loss)};
  }
  return {FailureKind::timed_out,
          fmt::format("no answer from {} within {}{}; the request may or may not have been "
                      "executed: repeat it under the same ids, or read them back, to learn",
                      place(), time, loss)};
}

void Client::Session::check_deadlines() {
  const Clock::time_point now = Clock::now();
  std::vector<std::pair<AnyCallback, Failure>> ended;
  while (!waiting_.empty() && waiting_.front().deadline <= now) {
    ended.emplace_back(std::move(waiting_.front().callback), out_of_time(false));
    waiting_.pop_front();
  }
  bool silent = false;  // Nothing at all has come since one of them was sent.
  in_flight_.for_each([&](SentRequest& request) {
    if (request.abandoned || request.deadline > now) return;
    request.abandoned = true;
    ++abandoned_count_;
    silent = silent || last_received_ < request.sent;
    ended.emplace_back(std::move(request.callback), out_of_time(true));
  });
  if (phase_ != Phase::open) {
    forget_abandoned();  // They would only be sent again for nobody.
  } else if (silent) {
    lose({FailureKind::closed,
          fmt::format("nothing has come from {} for {}; the connection was given up", place(),
                      in_seconds(settings_.request_timeout))});
  }
  watch_deadlines();
  for (auto& [callback, failure] : ended) fail(callback, failure);
}

}  // namespace daybook
