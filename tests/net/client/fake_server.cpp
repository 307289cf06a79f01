#include "tests/net/client/fake_server.hpp"

#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/base/assert.hpp"

namespace daybook {

FakeServer::FakeServer(ClientLoop* loop) : loop_{loop} {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  ENSURE(::bind(listener_, generic, size) == 0, "loopback has a free port");
  ENSURE(::listen(listener_, 16) == 0, "the test may listen");
  ENSURE(::getsockname(listener_, generic, &size) == 0, "a bound socket has a name");
  port_ = ntohs(address.sin_port);
}

FakeServer::~FakeServer() {
  hang_up();
  stop_listening();
}

void FakeServer::let_client_run() const {
  if (loop_ != nullptr) {
    loop_->turn(std::chrono::milliseconds{1});
    return;
  }
  pollfd wait{connection_ >= 0 ? connection_ : listener_, POLLIN, 0};
  ::poll(&wait, 1, 1);
}

void FakeServer::accept() {
  hang_up();
  while (true) {
    connection_ = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (connection_ >= 0) return;
    ENSURE(errno == EAGAIN || errno == EINTR, "the test may accept");
    let_client_run();
  }
}

ReceivedFrame FakeServer::greet(std::uint64_t highest_number) {
  accept();
  ReceivedFrame hello = next_frame();
  ENSURE(hello.header().type == message_type::hello, "the first frame is Hello");
  const HelloReplyMessage message{.protocol_version = protocol_version,
                                  .highest_number = highest_number,
                                  .durable_sequence = Sequence{1},
                                  .in_flight_bytes_max = limits::in_flight_bytes_max,
                                  .batch_events_max = limits::batch_events_max,
                                  .in_flight_requests_max = limits::in_flight_requests_max,
                                  .frame_bytes_max = limits::frame_bytes_max,
                                  .principal = "local",
                                  .role = Role::admin,
                                  .engine_version = "test"};
  send(sealed(
      hello_reply_frame_bytes(message.principal.size(), message.engine_version.size()),
      [&](std::span<std::byte> room) { return write_hello_reply(room, hello.number(), message); }));
  return hello;
}

bool FakeServer::receive_some() {
  std::byte piece[64 * 1'024];
  const ssize_t count = ::recv(connection_, piece, sizeof(piece), 0);
  if (count > 0) {
    buffer_.insert(buffer_.end(), piece, piece + count);
    return true;
  }
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
    let_client_run();
    return true;
  }
  return false;
}

bool FakeServer::buffer_has_frame() const {
  if (buffer_.size() < frame_header_bytes) return false;
  return buffer_.size() >= frame_header_bytes + read_header(buffer_).body_bytes;
}

ReceivedFrame FakeServer::next_frame() {
  while (!buffer_has_frame()) ENSURE(receive_some(), "the client keeps the connection");
  const std::size_t size = frame_header_bytes + read_header(buffer_).body_bytes;
  ReceivedFrame frame;
  frame.words.resize(size / sizeof(std::uint64_t));
  std::memcpy(frame.words.data(), buffer_.data(), size);
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(size));
  ENSURE(check_header(frame.header()) == FrameFault::none, "a client's header is good");
  ENSURE(frame_checksum_of_const(frame.bytes()) == frame.header().checksum,
         "a client's checksum is right");
  return frame;
}

std::vector<ReceivedFrame> FakeServer::next_frames(std::size_t count) {
  std::vector<ReceivedFrame> frames;
  for (std::size_t i = 0; i < count; ++i) frames.push_back(next_frame());
  return frames;
}

bool FakeServer::has_frame() {
  // Reading makes room for more, so the client may have more to do afterwards.
  bool moved = true;
  while (moved) {
    moved = loop_ != nullptr && loop_->turn(std::chrono::nanoseconds::zero());
    const std::size_t before = buffer_.size();
    std::byte piece[64 * 1'024];
    const ssize_t count = ::recv(connection_, piece, sizeof(piece), 0);
    if (count > 0) buffer_.insert(buffer_.end(), piece, piece + count);
    moved = moved || buffer_.size() != before;
  }
  return buffer_has_frame();
}

bool FakeServer::is_closed_by_client() {
  const std::size_t before = buffer_.size();
  while (buffer_.size() == before) {
    if (!receive_some()) return true;
  }
  return false;
}

void FakeServer::skip_bytes(std::size_t count) {
  while (buffer_.size() < count) ENSURE(receive_some(), "the client keeps the connection");
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(count));
}

void FakeServer::send(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(connection_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0) {
      ENSURE(errno == EAGAIN || errno == EINTR, "the client keeps the connection");
      let_client_run();
      continue;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

std::span<const std::byte> FakeServer::sealed(
    std::size_t bytes, const std::function<std::size_t(std::span<std::byte>)>& write) {
  out_.assign((bytes + 7) / 8, 0);
  const std::size_t size = write(std::as_writable_bytes(std::span{out_}));
  return std::as_bytes(std::span{out_}).first(size);
}

void FakeServer::reply(const ReceivedFrame& request, const BatchReplyMessage& message) {
  send(sealed(reply_frame_bytes(message.refusals.size_bytes(), message.words.size()),
              [&](std::span<std::byte> room) {
                return write_batch_reply(room, kind_of(request), request.number(), message);
              }));
}

void FakeServer::reply_ok(const ReceivedFrame& request, std::uint64_t first_sequence) {
  BatchReplyMessage message;
  message.first_sequence = Sequence{first_sequence};
  message.first_timestamp = Timestamp{first_sequence + 1'000};
  reply(request, message);
}

void FakeServer::reply(const ReceivedFrame& request, const DigestReplyMessage& message) {
  send(sealed(digest_reply_frame_bytes(message.words.size()), [&](std::span<std::byte> room) {
    return write_digest_reply(room, RequestKind::state_digest, request.number(), message);
  }));
}

void FakeServer::error(std::uint64_t number, const ErrorMessage& message) {
  send(sealed(error_frame_bytes(message.words.size()),
              [&](std::span<std::byte> room) { return write_error(room, number, message); }));
}

void FakeServer::hang_up() {
  if (connection_ >= 0) ::close(connection_);
  connection_ = -1;
  buffer_.clear();
}

void FakeServer::stop_listening() {
  if (listener_ >= 0) ::close(listener_);
  listener_ = -1;
}

}  // namespace daybook
