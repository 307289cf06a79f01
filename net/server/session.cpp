#include "net/server/session.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <fmt/format.h>

#include "engine/base/fault_point.hpp"
#include "engine/model/saga_view.hpp"
#include "net/protocol/aggregate_messages.hpp"
#include "net/protocol/event_messages.hpp"
#include "net/protocol/rebuild_messages.hpp"
#include "net/protocol/replies.hpp"
#include "net/protocol/requests.hpp"
#include "net/protocol/subscription_messages.hpp"
#include "net/protocol/tcc_messages.hpp"
#include "net/server/io_thread.hpp"

namespace daybook {
namespace {

namespace asio = boost::asio;

/// Of what is answered with items and nothing else, and is not journaled.
constexpr std::pair<RequestKind, std::size_t> item_sizes[] = {
    {RequestKind::lookup_accounts, sizeof(Account)},
    {RequestKind::list_accounts, sizeof(Account)},
    {RequestKind::query_accounts, sizeof(Account)},
    {RequestKind::lookup_transfers, sizeof(Transfer)},
    {RequestKind::list_transfers, sizeof(Transfer)},
    {RequestKind::get_account_transfers, sizeof(Transfer)},
    {RequestKind::query_transfers, sizeof(Transfer)},
    {RequestKind::get_account_balances, sizeof(AccountBalance)},
    {RequestKind::list_ledgers, sizeof(Ledger)},
    {RequestKind::lookup_holds, sizeof(HoldView)},
    {RequestKind::trial_balance, sizeof(LedgerBalance)},
    {RequestKind::trial_balance_at, sizeof(LedgerBalance)},
    {RequestKind::lookup_names, sizeof(Name)},
    {RequestKind::lookup_accounts_at, sizeof(AccountAsOf)},
    {RequestKind::lookup_orders, sizeof(OrderView)},
    {RequestKind::list_sagas, sizeof(SagaView)},
    {RequestKind::seal_secrets, sizeof(SealedTextView)},
    {RequestKind::forget_secrets, sizeof(ForgottenKey)},
};

/// Bytes of an item of what is answered with items and nothing else; 0 for other kinds.
std::size_t item_bytes(RequestKind kind) {
  if (is_journaled(kind)) return sizeof(Refusal);
  for (const auto& [known, bytes] : item_sizes) {
    if (known == kind) return bytes;
  }
  return 0;
}

/// The largest reply that a request may get. What is never answered with a frame of its own gets
/// the smallest.
std::size_t reply_bytes_max(RequestKind kind, const RequestBody& body) {
  // A lookup has ids, a list a limit.
  const std::size_t items = std::size_t{body.event_count} + body.limit;
  if (const std::size_t each = item_bytes(kind); each != 0) {
    return reply_frame_bytes(items * each, 0);
  }
  if (kind == RequestKind::read_events) {
    return events_reply_frame_bytes(
        std::min(limits::event_page_bytes_max,
                 body.limit * (sizeof(RecordedEvent) + limits::event_payload_bytes_max)),
        0);
  }
  if (kind == RequestKind::query_operations) {
    // And the one record that may go above.
    return reply_frame_bytes(limits::operations_page_bytes_max + 1'024, 0);
  }
  if (kind == RequestKind::lookup_payments) {
    return payments_reply_frame_bytes(items, items * claims_a_payment_max);
  }
  if (kind == RequestKind::list_participants) {
    return reply_frame_bytes(limits::participants_max * sizeof(ParticipantView), 0);
  }
  if (kind == RequestKind::list_waiting_work) {
    return reply_frame_bytes(limits::waiting_page_max * sizeof(WaitingWork), 0);
  }
  if (kind == RequestKind::lookup_checkpoints) {
    return reply_frame_bytes(limits::checkpoints_max * sizeof(EventCheckpoint), 0);
  }
  if (kind == RequestKind::lookup_tccs || kind == RequestKind::list_tccs) {
    return tccs_reply_frame_bytes(items, body.event_count * limits::tcc_branches_max);
  }
  if (kind == RequestKind::rebuild) {
    return rebuild_reply_frame_bytes(limits::rebuild_differences_page_max);
  }
  if (kind == RequestKind::subscribe || kind == RequestKind::unsubscribe ||
      kind == RequestKind::take_work) {
    return reply_frame_bytes(0, 0);
  }
  return digest_reply_frame_bytes(0);
}

}  // namespace

Session::Session(IoThread& io, asio::ip::tcp::socket socket)
    : io_{&io},
      socket_{std::move(socket)},
      replies_{io.reply_buffers()},
      began_ns_{io.now_ns()},
      received_ns_{io.now_ns()},
      sent_ns_{io.now_ns()} {}

Session::~Session() = default;

void Session::start() {
  boost::system::error_code ignored;  // An option that is refused costs speed, nothing else.
  socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
  socket_.set_option(asio::socket_base::keep_alive{true}, ignored);
  socket_.native_non_blocking(true, ignored);
  read_on();
}

void Session::read_on() {
  if (reading_ || paused_) return;
  if (state_ != State::expecting_hello && state_ != State::open) return;
  const std::span<std::byte> room = input_.room(io_->receive_buffers());
  if (room.empty()) {
    paused_ = true;
    io_->count().reading_paused.add(1);
    io_->resume_when_buffers_return(*this);
    return;
  }
  reading_ = true;
  socket_.async_read_some(
      asio::buffer(room.data(), room.size()),
      [self = shared_from_this()](const boost::system::error_code& error, std::size_t bytes) {
        self->take_received(error, bytes);
      });
}

void Session::take_received(const boost::system::error_code& error, std::size_t bytes) {
  reading_ = false;
  io_->read_clock();
  if (state_ == State::closed) return io_->touch(*this);
  if (error == asio::error::eof) return finish_up(ErrorCode::stopping, {});
  if (error) return close();
  if (is_ending()) return state_ == State::lingering ? discard_input() : void();
  received_ns_ = io_->now_ns();
  io_->count().reads.add(1);
  io_->count().bytes_received.add(bytes);
  input_.received(bytes);
  parse();
  read_on();
}

bool Session::may_parse() {
  if (state_ != State::expecting_hello && state_ != State::open) return false;
  if (!io_->congested()) return true;
  paused_ = true;
  io_->count().reading_paused.add(1);
  io_->resume_when_uncongested(*this);
  return false;
}

void Session::parse() {
  while (may_parse()) {
    const auto header = input_.header();
    if (!header) return;
    const FrameFault fault = check_header(*header);
    if (fault != FrameFault::none) {
      return fail(ErrorCode::malformed_frame, 0, in_words(fault, *header));
    }
    const std::span<std::byte> frame = input_.frame();
    if (frame.empty()) return;
    if (!within_limits(frame.size())) return;
    if (frame_checksum(frame) != header->checksum) {
      return fail(ErrorCode::malformed_frame, 0, in_words(FrameFault::wrong_checksum, *header));
    }
    if (!take_frame(*header, frame)) return;
    io_->count().frames_received.add(1);
    input_.consume();
  }
}

bool Session::within_limits(std::size_t frame_bytes) {
  const ServerSettings& settings = io_->settings();
  if (under_way_ == 0) return true;  // Whatever its size, one request may always be under way.
  if (under_way_ < settings.in_flight_requests_max &&
      in_flight_bytes_ + frame_bytes <= settings.in_flight_bytes_max) {
    return true;
  }
  paused_ = true;  // complete() lets it go on.
  io_->count().reading_paused.add(1);
  return false;
}

bool Session::promise(std::size_t reply_bytes) {
  const std::size_t before = promised_bytes_ + replies_.bytes();
  if (before == 0 || before + reply_bytes <= io_->settings().reply_queue_bytes_max) return true;
  paused_ = true;  // complete() or flush() lets it go on.
  io_->count().reading_paused.add(1);
  return false;
}

void Session::resume() {
  resuming = false;
  if (!std::exchange(paused_, false)) return;
  received_ns_ = io_->now_ns();  // What did not come while we did not read is nobody's fault.
  parse();
  read_on();
}

bool Session::take_frame(const FrameHeader& header, std::span<std::byte> frame) {
  if (header.flags != 0) {
    fail(ErrorCode::malformed_frame, header.request_number,
         fmt::format("the frame has the flags 0x{:04x}, which only a server's frames have",
                     header.flags));
    return false;
  }
  if (state_ == State::expecting_hello) {
    take_hello(header, frame);
    return true;
  }
  if (header.type == message_type::hello) {
    fail(ErrorCode::hello_expected, header.request_number,
         "Hello was said on this connection already; another client needs another connection");
    return false;
  }
  const auto kind = request_kind(header.type);
  if (kind) return take_request(*kind, header, frame);
  if (!promise(error_frame_bytes(words_bytes_max))) return false;
  say_error(ErrorCode::unknown_message, false, header.request_number,
            fmt::format("this server knows no message of type {}; see net/README.md for those of "
                        "protocol version {}",
                        header.type, protocol_version));
  return true;
}

bool Session::take_request(RequestKind kind, const FrameHeader& header,
                           std::span<const std::byte> frame) {
  const auto read = read_request(kind, frame.subspan(frame_header_bytes));
  RequestStatus refusal = read.ok() ? RequestStatus::ok : read.error().status;
  std::string words = read.ok() ? std::string{} : read.error().words;
  const bool closes = !read.ok() && read.error().not_readable;
  if (refusal == RequestStatus::ok && !may(principal_.role, kind)) {
    refusal = RequestStatus::not_authorised;
    words = fmt::format("the principal '{}' has the role {}, which may not {}", principal_.name,
                        to_string(principal_.role), to_string(kind));
  }
  if (refusal == RequestStatus::ok) {
    words = fault_of_speaker(kind, read.value());
    if (!words.empty()) refusal = RequestStatus::not_authorised;
  }
  const RequestBody body = read.ok() ? read.value() : RequestBody{};
  const std::size_t reply_bytes = reply_bytes_max(kind, body) + words_bytes_max;
  if (!promise(reply_bytes)) return false;
  if (refusal != RequestStatus::ok && !is_journaled(kind)) {
    if (closes) {
      fail(ErrorCode::malformed_body, header.request_number, words);
    } else {
      io_->count().replies_sent.add(1);
      refuse(kind, header.request_number, refusal, words);
    }
    return !closes;
  }
  if (kind == RequestKind::subscribe || kind == RequestKind::acknowledge_events ||
      kind == RequestKind::unsubscribe) {
    return take_subscription_request(kind, header, body);
  }
  if (kind == RequestKind::take_work) {
    ask_for_work(header, body);
    return true;
  }
  if (kind == RequestKind::answer_steps) fault_point(FaultPoint::answers_received);
  if (closes) io_->count().frames_malformed.add(1);
  Request& request = io_->new_request();
  fill(request, kind, header, frame.size());
  request.promised_bytes = reply_bytes;
  request.trace_id = body.origin.trace_id;
  request.business_id = body.origin.business_id;
  request.user_id = body.origin.user_id;
  request.events = body.events;
  request.event_count = body.event_count;
  request.names = body.names;
  request.bundled = body.bundled;
  request.payloads = body.payloads;
  request.argument = body.argument;
  request.argument_id = body.argument_id;
  request.limit = body.limit;
  request.reason = body.reason;
  request.min_sequence = body.min_sequence;
  if (is_query(kind) && request.min_sequence == 0) request.min_sequence = acknowledged_.value();
  request.at_sequence = body.at_sequence;
  request.at_time = body.at_time;
  request.min_sequence = std::max(request.min_sequence, body.at_sequence);
  request.refuse_with = refusal;
  request.words = std::move(words);
  request.closes = closes;
  request.input = input_.buffer();
  give_reply_room(request);
  ++under_way_;
  in_flight_bytes_ += request.frame_bytes;
  promised_bytes_ += request.promised_bytes;
  io_->submit(request);
  // After a body that could not be read, nothing that follows is trusted; what is under way is
  // answered first, and the last of it is the error.
  if (closes) state_ = State::finishing;
  return true;
}

void Session::fill(Request& request, RequestKind kind, const FrameHeader& header,
                   std::size_t frame_bytes) const {
  request.session = const_cast<Session*>(this);
  request.kind = kind;
  request.role = principal_.role;
  request.client = client_;
  request.principal = principal_.id;
  request.request_number = header.request_number;
  request.frame_checksum = header.checksum;
  request.frame_bytes = frame_bytes;
}

void Session::give_reply_room(Request& request) {
  const std::size_t bytes = reply_room_bytes(request.kind, request.event_count);
  if (bytes <= Request::inline_reply_bytes) {
    request.reply_room = request.reply_inline.data();
    return;
  }
  request.output = io_->reply_buffers().take(reply_frame_bytes(bytes, words_bytes_max));
  request.reply_room = request.output->bytes().data() + reply_items_offset;
}

}  // namespace daybook
