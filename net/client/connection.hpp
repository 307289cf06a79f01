#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <sys/uio.h>

#include "engine/base/failure.hpp"
#include "net/protocol/frame.hpp"

namespace daybook {

/// What a Connection tells its owner. After lost() it tells nothing more.
class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  virtual void connected() = 0;
  /// A whole frame whose header and checksum are good. `body` is 8-byte aligned and lives as long
  /// as the call.
  virtual void received(const FrameHeader& header, std::span<const std::byte> body) = 0;
  /// The frames of one read have been received: the time to send what they gave rise to.
  virtual void received_all() = 0;
  virtual void lost(const Failure& failure) = 0;
};

/// One TCP connection that carries frames both ways. Used once: when it is lost, make another.
///
/// Reading goes on while a write waits for room, so the two ends never wait for each other.
///
/// Threads.  The loop's.
/// Errors.   Everything that ends it is one call of ConnectionOwner::lost().
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::asio::io_context& io, std::weak_ptr<ConnectionOwner> owner);

  /// Looks up `host`, tries its addresses in turn. Then connected() or lost().
  void open(const std::string& host, std::uint16_t port);

  /// Queues `frame` and returns its place in the order of sending, from 0. Its bytes must stay
  /// where they are until frames_written() is above that place, or the connection is closed.
  std::uint64_t send(std::span<const std::byte> frame);

  /// Writes as much of what is queued as the socket takes; the rest follows by itself.
  void flush();

  /// Frames that have left this process whole.
  [[nodiscard]] std::uint64_t frames_written() const { return frames_written_; }

  /// Forgets queue and owner; nothing is told any more.
  void close();

 private:
  using Tcp = boost::asio::ip::tcp;
  using ErrorCode = boost::system::error_code;

  void connect(const Tcp::resolver::results_type& addresses);
  void start(const ErrorCode& error);
  void read();
  void take_bytes(std::size_t count);
  /// The next frame's bytes, or none when it is not complete or the connection is closed.
  std::span<std::byte> next_frame();
  void make_room();
  void consume(std::size_t written);
  void wait_for_room();
  void lose(FailureKind kind, std::string what);

  std::weak_ptr<ConnectionOwner> owner_;
  Tcp::socket socket_;
  Tcp::resolver resolver_;
  std::string place_;  ///< "host:port", for words.
  bool closed_ = false;

  std::vector<std::uint64_t> buffer_;  ///< Words, so that frames are 8-byte aligned.
  std::size_t begin_ = 0;              ///< Of the bytes not taken yet.
  std::size_t end_ = 0;                ///< Of the bytes received.

  std::deque<std::span<const std::byte>> queue_;  ///< Not written; the first maybe in part.
  std::size_t first_written_ = 0;                 ///< Bytes of queue_.front() written already.
  std::vector<iovec> vectors_;
  std::uint64_t frames_queued_ = 0;
  std::uint64_t frames_written_ = 0;
  bool waiting_for_room_ = false;
};

}  // namespace daybook
