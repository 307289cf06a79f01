#include "net/client/connection.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <fmt/format.h>
#include <sys/socket.h>

namespace daybook {
namespace {

namespace asio = boost::asio;

constexpr std::size_t first_buffer_bytes = 64 * 1'024;
constexpr std::size_t vectors_max = 512;  ///< Of one write; the kernel takes up to 1,024.

}  // namespace

Connection::Connection(asio::io_context& io, std::weak_ptr<ConnectionOwner> owner)
    : owner_{std::move(owner)},
      socket_{io},
      resolver_{io},
      buffer_(first_buffer_bytes / sizeof(std::uint64_t)) {}

void Connection::open(const std::string& host, std::uint16_t port) {
  place_ = fmt::format("{}:{}", host, port);
  ErrorCode error;
  const asio::ip::address address = asio::ip::make_address(host, error);
  if (!error) {  // An address needs no look-up, and so no thread of the resolver.
    connect(Tcp::resolver::results_type::create(Tcp::endpoint{address, port}, host, ""));
    return;
  }
  resolver_.async_resolve(
      host, std::to_string(port),
      [self = shared_from_this()](const ErrorCode& failed, const auto& addresses) {
        if (self->closed_) return;
        if (!failed) return self->connect(addresses);
        self->lose(FailureKind::closed,
                   fmt::format("cannot find the address of {}: {}; check the host's name",
                               self->place_, failed.message()));
      });
}

void Connection::connect(const Tcp::resolver::results_type& addresses) {
  asio::async_connect(socket_, addresses,
                      [self = shared_from_this()](const ErrorCode& error, const Tcp::endpoint&) {
                        if (!self->closed_) self->start(error);
                      });
}

void Connection::start(const ErrorCode& error) {
  if (error) {
    return lose(FailureKind::closed,
                fmt::format("cannot connect to {}: {}; check that an engine serves there", place_,
                            error.message()));
  }
  ErrorCode failed;
  socket_.set_option(Tcp::no_delay{true}, failed);
  if (!failed) socket_.non_blocking(true, failed);
  if (failed) {
    return lose(FailureKind::io,
                fmt::format("cannot set up the connection to {}: {}", place_, failed.message()));
  }
  if (const auto owner = owner_.lock()) owner->connected();
  if (!closed_) read();
}

void Connection::read() {
  make_room();
  auto* const bytes = reinterpret_cast<std::byte*>(buffer_.data());
  socket_.async_read_some(asio::buffer(bytes + end_, buffer_.size() * sizeof(std::uint64_t) - end_),
                          [self = shared_from_this()](const ErrorCode& error, std::size_t count) {
                            if (self->closed_) return;
                            if (error) {
                              return self->lose(FailureKind::closed,
                                                fmt::format("the connection to {} was lost: {}",
                                                            self->place_, error.message()));
                            }
                            self->take_bytes(count);
                          });
}

void Connection::take_bytes(std::size_t count) {
  // Held for the whole call: a callback may destroy the client.
  const auto owner = owner_.lock();
  if (!owner) return;
  end_ += count;
  while (true) {
    const std::span<std::byte> frame = next_frame();
    if (frame.empty()) break;
    const FrameHeader header = read_header(frame);
    owner->received(header, frame.subspan(frame_header_bytes));
    if (closed_) return;
  }
  if (closed_) return;
  owner->received_all();
  if (!closed_) read();
}

std::span<std::byte> Connection::next_frame() {
  const std::span<std::byte> bytes{reinterpret_cast<std::byte*>(buffer_.data()) + begin_,
                                   end_ - begin_};
  if (bytes.size() < frame_header_bytes) return {};
  const FrameHeader header = read_header(bytes);
  FrameFault fault = check_header(header);
  const std::size_t size = frame_header_bytes + header.body_bytes;
  if (fault == FrameFault::none && bytes.size() < size) return {};
  if (fault == FrameFault::none && frame_checksum(bytes.first(size)) != header.checksum) {
    fault = FrameFault::wrong_checksum;
  }
  if (fault != FrameFault::none) {
    lose(FailureKind::damaged,
         fmt::format("a frame from {} is not sound: {}", place_, in_words(fault, header)));
    return {};
  }
  begin_ += size;
  return bytes.first(size);
}

// Moves what is left to the front, and grows the buffer when a frame is larger than it. The size
// was checked against the limit by check_header() before.
void Connection::make_room() {
  auto* const bytes = reinterpret_cast<std::byte*>(buffer_.data());
  std::memmove(bytes, bytes + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  if (end_ < frame_header_bytes) return;
  const FrameHeader header = read_header({bytes, end_});
  const std::size_t words = (frame_header_bytes + header.body_bytes) / sizeof(std::uint64_t);
  if (words > buffer_.size()) buffer_.resize(words);
}

std::uint64_t Connection::send(std::span<const std::byte> frame) {
  queue_.push_back(frame);
  return frames_queued_++;
}

void Connection::flush() {
  while (!closed_ && !waiting_for_room_ && !queue_.empty()) {
    vectors_.clear();
    std::size_t skip = first_written_;
    for (const std::span<const std::byte> frame : queue_) {
      if (vectors_.size() == vectors_max) break;
      vectors_.push_back({const_cast<std::byte*>(frame.data() + skip), frame.size() - skip});
      skip = 0;
    }
    msghdr message{};
    message.msg_iov = vectors_.data();
    message.msg_iovlen = vectors_.size();
    // Asio's own write takes 64 pieces a call; small frames come by the hundred.
    const ssize_t written = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL);
    if (written >= 0) {
      consume(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      wait_for_room();
    } else if (errno != EINTR) {
      lose(FailureKind::closed, fmt::format("the connection to {} was lost while sending: {}",
                                            place_, std::strerror(errno)));
    }
  }
}

void Connection::consume(std::size_t written) {
  while (written > 0) {
    const std::size_t left = queue_.front().size() - first_written_;
    if (written < left) {
      first_written_ += written;
      return;
    }
    written -= left;
    first_written_ = 0;
    queue_.pop_front();
    ++frames_written_;
  }
}

void Connection::wait_for_room() {
  waiting_for_room_ = true;
  socket_.async_wait(Tcp::socket::wait_write, [self = shared_from_this()](const ErrorCode& error) {
    if (self->closed_) return;
    self->waiting_for_room_ = false;
    if (!error) return self->flush();
    self->lose(FailureKind::closed, fmt::format("the connection to {} was lost while sending: {}",
                                                self->place_, error.message()));
  });
}

void Connection::close() {
  closed_ = true;
  owner_.reset();
  queue_.clear();
  ErrorCode ignored;  // It is given up either way.
  resolver_.cancel();
  socket_.close(ignored);
}

void Connection::lose(FailureKind kind, std::string what) {
  const auto owner = owner_.lock();
  close();
  if (owner) owner->lost(Failure{kind, std::move(what)});
}

}  // namespace daybook
