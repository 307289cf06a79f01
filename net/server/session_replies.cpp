// Session: replies, sending, and the ways in which a connection ends.

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <sys/socket.h>
#include <sys/uio.h>

#include "engine/model/saga_view.hpp"
#include "net/protocol/aggregate_messages.hpp"
#include "net/protocol/event_messages.hpp"
#include "net/protocol/rebuild_messages.hpp"
#include "net/protocol/replies.hpp"
#include "net/protocol/subscription_messages.hpp"
#include "net/protocol/tcc_messages.hpp"
#include "net/server/io_thread.hpp"
#include "net/server/session.hpp"

namespace daybook {
namespace {

/// A reply that is not larger is copied beside its neighbours, so that one write takes them all.
constexpr std::size_t copied_reply_bytes_max = 8'192;
constexpr std::size_t pieces_per_write_max = 64;
/// How long a connection that was told goodbye may take to read it.
constexpr std::uint64_t linger_ns = 1'000'000'000;

/// Does the journal have an operation that got this status?
bool is_recorded(RequestStatus status) {
  return status != RequestStatus::busy && status != RequestStatus::stopping &&
         status != RequestStatus::request_number_reused && status != RequestStatus::request_too_old;
}

/// The first bytes of `items` as whole items.
template <typename Item>
std::span<const Item> as_items(std::span<const std::byte> items) {
  return {reinterpret_cast<const Item*>(items.data()), items.size() / sizeof(Item)};
}

}  // namespace

void Session::complete(Request& request) {
  if (request.kind == RequestKind::take_work) return complete_question(request);
  --under_way_;
  in_flight_bytes_ -= request.frame_bytes;
  promised_bytes_ -= request.promised_bytes;
  const bool heard = state_ == State::open || state_ == State::finishing;
  if (is_journaled(request.kind) && io_->settings().on_refused) tell_refusal(request);
  if (request.kind == RequestKind::forget_secrets) tell_forgotten(request);
  if (request.kind == RequestKind::open_session) {
    if (state_ == State::opening) finish_hello(request);
  } else if (heard && request.closes) {
    farewell_code_ = ErrorCode::malformed_body;
    farewell_number_ = request.request_number;
    farewell_ = request.words;
  } else if (heard) {
    reply(request);
  }
  if (paused_ && state_ == State::open) io_->resume_soon(*this);
  if (under_way_ == 0) notify_drained();
  io_->touch(*this);
}

// Whether or not anybody still hears the answer.
void Session::tell_refusal(const Request& request) {
  const bool whole = request.status != RequestStatus::ok;
  if (request.rebuilt || (!whole && request.item_count == 0)) return;
  RefusedOperation refused{
      .kind = request.kind,
      .status = request.status,
      .words = request.words,
      .client = request.client,
      .request_number = request.request_number,
      .trace_id = request.trace_id,
      .sequence = is_recorded(request.status) ? request.first_sequence : Sequence{},
      .event_count = request.event_count,
      .refused_count = whole ? 0 : request.item_count,
      .first = {}};
  if (whole && refused.words.empty()) {
    refused.words = request.detail.empty() ? in_words(request.status) : request.detail;
  }
  if (!whole) std::memcpy(&refused.first, request.reply_room, sizeof(refused.first));
  io_->settings().on_refused(refused);
}

void Session::tell_forgotten(const Request& request) {
  const bool failed = request.status == RequestStatus::secrets_not_kept;
  if ((request.status != RequestStatus::ok && !failed) || !io_->settings().on_forgotten) return;
  std::vector<Uint128> asked(failed ? request.event_count : 0);
  if (failed) std::memcpy(asked.data(), request.events, asked.size() * sizeof(Uint128));
  io_->settings().on_forgotten({.principal = principal_.name,
                                .reason = {request.reason.data(), request.reason.size()},
                                .keys = as_items<ForgottenKey>(request.query_items),
                                .failed = asked});
}

void Session::reply(Request& request) {
  const RequestKind kind = request.kind;
  io_->count().replies_sent.add(1);
  acknowledged_ = std::max(acknowledged_, request.wait_for);
  if (request.status != RequestStatus::ok) {
    const bool own_words = request.status == request.refuse_with && !request.words.empty();
    if (own_words) return refuse(kind, request.request_number, request.status, request.words);
    const std::string_view words =
        request.detail.empty() ? in_words(request.status) : request.detail;
    return refuse(kind, request.request_number, request.status, words);
  }
  if (is_journaled(kind)) return reply_to_batch(request);
  if (kind == RequestKind::state_digest || kind == RequestKind::take_snapshot) {
    const auto room = replies_.room(digest_reply_frame_bytes(0));
    const DigestReplyMessage message{.sequence = request.first_sequence,
                                     .state_digest = request.state_digest,
                                     .head_segment = request.head_segment,
                                     .head = request.head};
    return replies_.commit(write_digest_reply(room, kind, request.request_number, message));
  }
  if (kind == RequestKind::list_participants) {
    return reply_with_items<ParticipantView>(
        request, {request.reply_room, request.item_count * sizeof(ParticipantView)});
  }
  if (kind == RequestKind::list_waiting_work) {
    return reply_with_items<WaitingWork>(
        request, {request.reply_room, request.item_count * sizeof(WaitingWork)});
  }
  const std::span<const std::byte> items =
      kind == RequestKind::lookup_accounts
          ? std::span<const std::byte>{request.reply_room, request.item_count * sizeof(Account)}
          : std::span<const std::byte>{request.query_items};
  if (kind == RequestKind::list_ledgers) return reply_with_items<Ledger>(request, items);
  if (kind == RequestKind::lookup_holds) return reply_with_items<HoldView>(request, items);
  if (kind == RequestKind::get_account_balances) {
    return reply_with_items<AccountBalance>(request, items);
  }
  if (kind == RequestKind::read_events) return reply_with_events(request);
  if (kind == RequestKind::rebuild) return reply_with_rebuild(request);
  if (kind == RequestKind::lookup_accounts_at) return reply_with_items<AccountAsOf>(request, items);
  if (kind == RequestKind::trial_balance || kind == RequestKind::trial_balance_at)
    return reply_with_items<LedgerBalance>(request, items);
  if (kind == RequestKind::lookup_orders) return reply_with_items<OrderView>(request, items);
  if (kind == RequestKind::lookup_payments) return reply_with_payments(request);
  if (kind == RequestKind::lookup_tccs || kind == RequestKind::list_tccs) {
    return reply_with_tccs(request);
  }
  if (kind == RequestKind::list_sagas) return reply_with_items<SagaView>(request, items);
  if (kind == RequestKind::lookup_names) return reply_with_items<Name>(request, items);
  if (kind == RequestKind::lookup_checkpoints) {
    const auto room = replies_.room(reply_frame_bytes(items.size(), 0));
    const ItemsReplyMessage<EventCheckpoint> message{.sequence = request.first_sequence,
                                                     .items = as_items<EventCheckpoint>(items)};
    return replies_.commit(write_checkpoints_reply(room, request.request_number, message));
  }
  if (kind == RequestKind::query_operations || kind == RequestKind::take_work ||
      asks_keeper(kind)) {
    return reply_with_items<std::uint64_t>(request, items);
  }
  if (kind == RequestKind::lookup_transfers || kind == RequestKind::list_transfers ||
      kind == RequestKind::get_account_transfers || kind == RequestKind::query_transfers) {
    return reply_with_items<Transfer>(request, items);
  }
  reply_with_items<Account>(request, items);
}

void Session::reply_to_batch(Request& request) {
  BatchReplyMessage message{.first_sequence = request.first_sequence,
                            .first_timestamp = request.first_timestamp,
                            .refusals = as_items<Refusal>(request.query_items)};
  if (!request.rebuilt) {
    message.refusals = {reinterpret_cast<const Refusal*>(request.reply_room), request.item_count};
  }
  const std::size_t bytes = reply_frame_bytes(message.refusals.size_bytes(), 0);
  if (bytes > copied_reply_bytes_max && !request.rebuilt) {
    const std::size_t written =
        finish_batch_reply(request.output->bytes(), request.kind, request.request_number, message);
    return replies_.append(std::move(request.output), written);
  }
  replies_.commit(
      write_batch_reply(replies_.room(bytes), request.kind, request.request_number, message));
}

template <typename Item>
void Session::reply_with_items(Request& request, std::span<const std::byte> items) {
  const ItemsReplyMessage<Item> message{.sequence = request.first_sequence,
                                        .more = request.more,
                                        .cursor = request.cursor,
                                        .items = as_items<Item>(items)};
  const std::size_t bytes = reply_frame_bytes(items.size(), 0);
  if (bytes > copied_reply_bytes_max && request.output) {
    const std::size_t written =
        finish_items_reply(request.output->bytes(), request.kind, request.request_number, message);
    return replies_.append(std::move(request.output), written);
  }
  replies_.commit(
      write_items_reply(replies_.room(bytes), request.kind, request.request_number, message));
}

void Session::reply_with_tccs(Request& request) {
  const std::span<const std::byte> all = request.query_items;
  const std::size_t tccs_bytes = request.item_count * sizeof(TccView);
  const TccsReplyMessage message{.status = RequestStatus::ok,
                                 .words = {},
                                 .sequence = request.first_sequence,
                                 .more = request.more,
                                 .cursor = request.cursor,
                                 .tccs = as_items<TccView>(all.first(tccs_bytes)),
                                 .branches = as_items<TccBranch>(all.subspan(tccs_bytes))};
  const std::size_t bytes = tccs_reply_frame_bytes(message.tccs.size(), message.branches.size());
  replies_.commit(
      write_tccs_reply(replies_.room(bytes), request.kind, request.request_number, message));
}

void Session::reply_with_events(Request& request) {
  const std::span<const std::byte> all = request.query_items;
  const std::size_t items_bytes = request.item_count * sizeof(RecordedEvent);
  const EventsReplyMessage message{.sequence = request.first_sequence,
                                   .more = request.more,
                                   .cursor = request.cursor,
                                   .events = as_items<RecordedEvent>(all.first(items_bytes)),
                                   .payloads = all.subspan(items_bytes)};
  const std::size_t bytes = events_reply_frame_bytes(items_bytes, message.payloads.size());
  replies_.commit(write_events_reply(replies_.room(bytes), request.request_number, message));
}

void Session::reply_with_payments(Request& request) {
  const std::span<const std::byte> all = request.query_items;
  const std::size_t items_bytes = request.item_count * sizeof(PaymentView);
  const PaymentsReplyMessage message{.sequence = request.first_sequence,
                                     .payments = as_items<PaymentView>(all.first(items_bytes)),
                                     .claims = as_items<ClaimView>(all.subspan(items_bytes))};
  const std::size_t bytes =
      payments_reply_frame_bytes(message.payments.size(), message.claims.size());
  replies_.commit(write_payments_reply(replies_.room(bytes), request.request_number, message));
}

void Session::reply_with_rebuild(Request& request) {
  const RebuildReplyMessage message{
      .sequence = request.first_sequence,
      .more = request.more,
      .cursor = request.cursor,
      .compared = request.rebuilt_aggregates,
      .mismatching = request.rebuilt_mismatching,
      .done = request.rebuilt_done,
      .differences = as_items<RebuildDifference>(request.query_items)};
  const std::size_t bytes = rebuild_reply_frame_bytes(message.differences.size());
  replies_.commit(write_rebuild_reply(replies_.room(bytes), request.request_number, message));
}

void Session::refuse(RequestKind kind, std::uint64_t number, RequestStatus status,
                     std::string_view words) {
  const auto room = replies_.room(refused_reply_frame_bytes(words.size()));
  replies_.commit(write_refused_reply(room, kind, number, status, words));
  io_->touch(*this);
}

void Session::say_error(ErrorCode code, bool closes, std::uint64_t number, std::string_view words) {
  const auto room = replies_.room(error_frame_bytes(words.size()));
  replies_.commit(write_error(
      room, number, {.code = static_cast<std::uint16_t>(code), .closes = closes, .words = words}));
  io_->count().replies_sent.add(1);
  io_->touch(*this);
}

void Session::fail(ErrorCode code, std::uint64_t number, std::string_view words) {
  if (state_ == State::failing || state_ == State::lingering || state_ == State::closed) return;
  if (code == ErrorCode::malformed_frame || code == ErrorCode::malformed_body) {
    io_->count().frames_malformed.add(1);
  }
  say_error(code, true, number, words);
  state_ = State::failing;
}

void Session::flush() {
  if (is_ending()) {
    end_subscriptions();
    recall_questions();
  }
  bool progress = false;
  while (!replies_.empty() && !write_waiting_ && state_ != State::closed) {
    std::array<iovec, pieces_per_write_max> pieces;
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = replies_.gather(pieces);
    const ssize_t sent = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      io_->count().writes.add(1);
      io_->count().bytes_sent.add(static_cast<std::uint64_t>(sent));
      replies_.sent(static_cast<std::size_t>(sent));
      sent_ns_ = io_->now_ns();
      progress = true;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      write_waiting_ = true;
      socket_.async_wait(boost::asio::ip::tcp::socket::wait_write,
                         [self = shared_from_this()](const boost::system::error_code&) {
                           self->write_waiting_ = false;
                           self->io_->touch(*self);
                         });
    } else if (errno != EINTR) {
      return close();
    }
  }
  if (progress && paused_ && state_ == State::open) io_->resume_soon(*this);
  if (replies_.empty()) {
    sent_ns_ = io_->now_ns();  // The clock of the next reply starts now.
    sent_all();
  }
}

void Session::sent_all() {
  if (state_ == State::failing) return linger();
  if (state_ != State::finishing || under_way_ > 0 || !questions_.empty()) return;
  if (farewell_.empty()) return linger();
  say_error(farewell_code_, true, farewell_number_, std::exchange(farewell_, {}));
}

void Session::finish_up(ErrorCode code, std::string_view words) {
  if (state_ == State::failing || state_ == State::closed) return;
  if (state_ == State::lingering) return close();
  if (state_ != State::finishing) {
    farewell_code_ = code;
    farewell_ = words;
    // Before the session is open nothing but the engine's word on it can be under way.
    state_ = state_ == State::open || state_ == State::expecting_hello ? State::finishing : state_;
    if (state_ == State::opening) fail(code, hello_number_, words.empty() ? "closed" : words);
  }
  io_->touch(*this);
}

void Session::replace(std::string_view words, std::function<void()> drained) {
  fail(ErrorCode::session_replaced, 0, words);
  drained_ = std::move(drained);
  notify_drained();
}

void Session::notify_drained() {
  if (under_way_ > 0 || slots_at_engine_ > 0 || !questions_.empty()) return;
  if (awaits_takeover_ || !drained_) return;
  std::exchange(drained_, nullptr)();
}

void Session::turn_away() {
  turned_away_ = true;
  start();
  fail(ErrorCode::too_many_connections, 0,
       "the server has as many connections as its settings allow; close one, or raise the limit");
}

void Session::linger() {
  // Closing a socket that still has bytes to read resets the connection, and the reset would
  // overtake the last frame: so the sending half is closed first, and the other end answers.
  boost::system::error_code error;
  socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send, error);
  if (error) return close();
  state_ = State::lingering;
  began_ns_ = io_->now_ns();
  if (!reading_) discard_input();
}

void Session::discard_input() {
  static thread_local std::array<std::byte, 4'096> discarded;
  reading_ = true;
  socket_.async_read_some(
      boost::asio::buffer(discarded),
      [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
        self->reading_ = false;
        if (self->state_ == State::closed) return self->io_->touch(*self);
        if (error) return self->close();
        self->discard_input();
      });
}

void Session::close() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  boost::system::error_code ignored;
  socket_.close(ignored);
  replies_.clear();
  io_->touch(*this);
}

bool Session::is_ending() const {
  return state_ == State::finishing || state_ == State::failing || state_ == State::lingering ||
         state_ == State::closed;
}

bool Session::finished() const {
  return state_ == State::closed && under_way_ == 0 && subscriptions_.empty() &&
         questions_.empty() && !reading_ && !write_waiting_ && !awaits_takeover_;
}

void Session::look_at_the_clock() {
  const ServerSettings& settings = io_->settings();
  const std::uint64_t now = io_->now_ns();
  if (state_ == State::expecting_hello && now - began_ns_ >= settings.hello_within_ns) {
    return fail(ErrorCode::hello_too_late, 0,
                "no Hello came within the time allowed; say it right after connecting");
  }
  if (state_ == State::open) look_at_slow_consumers();
  look_at_idle_questions();
  if (state_ == State::lingering && now - began_ns_ >= linger_ns) return close();
  if (!replies_.empty() && now - sent_ns_ >= settings.stalled_after_ns) {
    io_->count().connections_stalled.add(1);
    return close();  // No words: it takes none of our bytes.
  }
  const bool in_frame = state_ == State::open && reading_ && input_.pending_bytes() > 0;
  if (in_frame && now - received_ns_ >= settings.stalled_after_ns) {
    io_->count().connections_stalled.add(1);
    fail(ErrorCode::frame_stalled, 0,
         "a frame was begun and its rest did not come within the time allowed");
  }
}

}  // namespace daybook
