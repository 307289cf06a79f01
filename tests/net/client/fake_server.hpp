#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/model/operation.hpp"
#include "net/client/client_loop.hpp"
#include "net/protocol/frame.hpp"
#include "net/protocol/messages.hpp"
#include "net/protocol/replies.hpp"
#include "net/protocol/requests.hpp"

namespace daybook {

/// A frame as it came, header and body.
struct ReceivedFrame {
  std::vector<std::uint64_t> words;  ///< So that it is 8-byte aligned.

  [[nodiscard]] std::span<const std::byte> bytes() const { return std::as_bytes(std::span{words}); }
  [[nodiscard]] std::span<const std::byte> body() const {
    return bytes().subspan(frame_header_bytes);
  }
  [[nodiscard]] FrameHeader header() const { return read_header(bytes()); }
  [[nodiscard]] std::uint64_t number() const { return header().request_number; }

  friend bool operator==(const ReceivedFrame&, const ReceivedFrame&) = default;
};

/// The other end of a client in a test: a listening socket and one connection, both driven by the
/// test's own thread. Whenever it waits it lets the client's loop run, so nothing depends on time.
class FakeServer {
 public:
  explicit FakeServer(ClientLoop* loop);
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// Waits for the next connection; it replaces the last one.
  void accept();

  /// accept(), read Hello, answer it. Returns the Hello frame.
  ReceivedFrame greet(std::uint64_t highest_number = 0);

  /// The next frame, whose checksum is right.
  ReceivedFrame next_frame();
  std::vector<ReceivedFrame> next_frames(std::size_t count);

  /// Whether a whole frame has come, after letting the loop run out of work. What a client holds
  /// back it holds back for ever, so "no" does not depend on waiting.
  [[nodiscard]] bool has_frame();

  /// Whether the client has closed the connection; waits for that or for a byte.
  [[nodiscard]] bool is_closed_by_client();

  /// Takes `count` bytes off the stream.
  void skip_bytes(std::size_t count);

  void send(std::span<const std::byte> bytes);
  void reply(const ReceivedFrame& request, const BatchReplyMessage& message);
  void reply_ok(const ReceivedFrame& request, std::uint64_t first_sequence = 1);
  template <typename Item>
  void reply(const ReceivedFrame& request, const ItemsReplyMessage<Item>& message) {
    send(sealed(reply_frame_bytes(message.items.size_bytes(), message.words.size()),
                [&](std::span<std::byte> room) {
                  return write_items_reply(room, kind_of(request), request.number(), message);
                }));
  }
  void reply(const ReceivedFrame& request, const DigestReplyMessage& message);
  void error(std::uint64_t number, const ErrorMessage& message);

  /// Closes the connection; the listening socket stays.
  void hang_up();
  /// Closes the listening socket: nobody can connect any more.
  void stop_listening();

  [[nodiscard]] static RequestKind kind_of(const ReceivedFrame& request) {
    return static_cast<RequestKind>(request.header().type);
  }
  /// A frame made by `write` in a room of `bytes`.
  [[nodiscard]] std::span<const std::byte> sealed(
      std::size_t bytes, const std::function<std::size_t(std::span<std::byte>)>& write);

 private:
  void let_client_run() const;
  bool receive_some();  ///< False: the client has closed.
  [[nodiscard]] bool buffer_has_frame() const;

  ClientLoop* loop_;  ///< Null: the client runs in another thread.
  int listener_ = -1;
  int connection_ = -1;
  std::uint16_t port_ = 0;
  std::vector<std::byte> buffer_;
  std::vector<std::uint64_t> out_;
};

}  // namespace daybook
