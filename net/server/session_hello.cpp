// Session: who is at the other end, and the takeover of a client id from an older session.

#include <utility>

#include <fmt/format.h>

#include "net/protocol/replies.hpp"
#include "net/protocol/requests.hpp"
#include "net/server/io_thread.hpp"
#include "net/server/session.hpp"

namespace daybook {
namespace {

bool is_loopback(const boost::asio::ip::tcp::socket& socket) {
  boost::system::error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) return false;
  const auto address = peer.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6())
        .is_loopback();
  }
  return address.is_loopback();
}

}  // namespace

void Session::take_hello(const FrameHeader& header, std::span<const std::byte> frame) {
  const std::uint64_t number = header.request_number;
  if (header.type != message_type::hello) {
    return fail(ErrorCode::hello_expected, number,
                fmt::format("the first frame of a connection must be Hello (type {}), this one has "
                            "type {}",
                            message_type::hello, header.type));
  }
  const auto hello = read_hello(frame.subspan(frame_header_bytes));
  if (!hello.ok()) return fail(ErrorCode::malformed_body, number, hello.error().words);
  if (hello.value().protocol_version != protocol_version) {
    return fail(ErrorCode::other_version, number,
                fmt::format("the client speaks protocol version {}, this server {}; upgrade one",
                            hello.value().protocol_version, protocol_version));
  }
  auto principal = principal_of(hello.value());
  if (!principal.ok()) return fail(ErrorCode::not_authenticated, number, principal.error().what);
  principal_ = std::move(principal).value();
  const std::string_view token = hello.value().token;
  const bool came_with_one = !io_->principals().empty();
  token_ =
      came_with_one ? sha256(std::as_bytes(std::span{token.data(), token.size()})) : Sha256Digest{};
  client_ = hello.value().client;
  hello_number_ = number;
  state_ = State::opening;
  claim_client();
}

Result<Principal> Session::principal_of(const HelloMessage& hello) const {
  const PrincipalDirectory& directory = io_->principals();
  if (directory.empty()) {
    if (is_loopback(socket_)) return local_principal();
    return Failure{FailureKind::invalid,
                   "this engine has no identities and so serves its own machine only; make one "
                   "with 'daybook identity add' and connect with its token"};
  }
  if (hello.token.empty()) {
    return Failure{FailureKind::invalid,
                   "Hello carries no token, and this engine has identities; ask its administrator "
                   "for one"};
  }
  if (auto principal = directory.authenticate(hello.token)) return *std::move(principal);
  return Failure{FailureKind::invalid,
                 "the token in Hello is not that of an active identity; check it, or ask the "
                 "administrator for a new one"};
}

void Session::recheck_principal() {
  if (state_ != State::opening && state_ != State::open) return;
  if (io_->principals().still_stands(principal_, token_)) return;
  finish_up(ErrorCode::identity_changed,
            fmt::format("the identity '{}' of this connection was removed or changed; ask the "
                        "administrator for a token",
                        principal_.name));
}

void Session::claim_client() {
  auto claim = io_->registry().claim(client_, {.io_thread = io_->index(),
                                               .session = weak_from_this(),
                                               .principal = principal_.id,
                                               .principal_name = principal_.name});
  if (claim.outcome == ClientRegistry::Outcome::refused) {
    return fail(ErrorCode::not_authenticated, hello_number_,
                fmt::format("the client id 0x{} is in use by the principal '{}'; choose another",
                            to_hex(client_.value()), claim.before.principal_name));
  }
  std::shared_ptr<Session> before = claim.before.session.lock();
  if (before == nullptr) return open_session();
  // The engine may still hold requests of the older session: the highest number is asked for only
  // when they are back.
  awaits_takeover_ = true;
  io_->count().sessions_replaced.add(1);
  auto continue_here = [self = shared_from_this(), io = io_]() mutable {
    io->post_to(io->index(), [self = std::move(self)] {
      self->awaits_takeover_ = false;
      if (self->state_ == State::opening) self->open_session();
      self->notify_drained();
      self->io_->touch(*self);
    });
  };
  io_->post_to(claim.before.io_thread, [before = std::move(before),
                                        done = std::move(continue_here)]() mutable {
    before->replace(
        "another connection said Hello under the same client id; this one is closed in its favour",
        std::move(done));
  });
}

void Session::open_session() {
  Request& request = io_->new_request();
  fill(request, RequestKind::open_session, FrameHeader{.request_number = hello_number_},
       frame_header_bytes);
  request.reply_room = request.reply_inline.data();
  ++under_way_;
  in_flight_bytes_ += request.frame_bytes;
  io_->submit(request);
}

void Session::finish_hello(const Request& request) {
  if (request.status != RequestStatus::ok) {
    return fail(ErrorCode::stopping, hello_number_,
                fmt::format("the engine could not open the session ({}): {}",
                            to_string(request.status), in_words(request.status)));
  }
  const ServerSettings& settings = io_->settings();
  const HelloReplyMessage message{.protocol_version = protocol_version,
                                  .highest_number = request.highest_number,
                                  .durable_sequence = io_->durable_sequence(),
                                  .in_flight_bytes_max = settings.in_flight_bytes_max,
                                  .batch_events_max = limits::batch_events_max,
                                  .in_flight_requests_max = settings.in_flight_requests_max,
                                  .frame_bytes_max = limits::frame_bytes_max,
                                  .principal = principal_.name,
                                  .role = principal_.role,
                                  .engine_version = settings.engine_version};
  const std::span<std::byte> room = replies_.room(
      hello_reply_frame_bytes(message.principal.size(), message.engine_version.size()));
  replies_.commit(write_hello_reply(room, hello_number_, message));
  acknowledged_ = message.durable_sequence;
  io_->count().replies_sent.add(1);
  io_->count().sessions_opened.add(1);
  state_ = State::open;
  paused_ = true;  // Frames may have come behind Hello.
  io_->resume_soon(*this);
}

}  // namespace daybook
