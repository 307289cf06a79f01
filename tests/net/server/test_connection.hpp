#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "net/protocol/frame.hpp"
#include "net/protocol/replies.hpp"
#include "net/protocol/requests.hpp"

namespace daybook {

/// One frame as it came from the server, in aligned memory.
struct ReceivedFrame {
  FrameHeader header;
  std::vector<std::uint64_t> body;

  [[nodiscard]] std::span<const std::byte> bytes() const { return std::as_bytes(std::span{body}); }
};

/// A client that sends exactly the bytes that a test wants. Every wait ends after half a minute.
class TestConnection {
 public:
  /// `receive_bytes`: of the socket's receive buffer, for tests of slow readers; 0 = the system's.
  explicit TestConnection(std::uint16_t port, int receive_bytes = 0)
      : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    EXPECT_GE(socket_, 0);
    if (receive_bytes > 0) {
      ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof(receive_bytes));
    }
    const timeval patience{.tv_sec = 30, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  }
  ~TestConnection() { ::close(socket_); }
  TestConnection(const TestConnection&) = delete;
  TestConnection& operator=(const TestConnection&) = delete;

  void send(std::span<const std::byte> bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      ASSERT_GT(sent, 0) << std::strerror(errno);
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
  }
  void finish_sending() const { ::shutdown(socket_, SHUT_WR); }

  /// The next frame, its header and checksum checked; nothing at the end of the stream.
  [[nodiscard]] std::optional<ReceivedFrame> receive() const {
    ReceivedFrame frame;
    std::vector<std::uint64_t> whole(frame_header_bytes / 8);
    if (!receive_into(std::as_writable_bytes(std::span{whole}))) return std::nullopt;
    frame.header = read_header(std::as_bytes(std::span{whole}));
    EXPECT_EQ(check_header(frame.header), FrameFault::none);
    whole.resize((frame_header_bytes + frame.header.body_bytes) / 8);
    EXPECT_TRUE(receive_into(std::as_writable_bytes(std::span{whole}).subspan(frame_header_bytes)));
    EXPECT_EQ(frame.header.checksum, frame_checksum(std::as_writable_bytes(std::span{whole})));
    frame.body.assign(whole.begin() + frame_header_bytes / 8, whole.end());
    return frame;
  }

  /// The next frame must be an error frame: its message, the words copied out.
  struct ErrorFrame {
    std::uint64_t number = 0;
    std::uint16_t code = 0;
    bool closes = false;
    std::string words;
  };
  [[nodiscard]] ErrorFrame receive_error() const {
    const auto frame = receive();
    if (!frame) {
      ADD_FAILURE() << "the connection ended without an error frame";
      return {};
    }
    EXPECT_EQ(frame->header.type, message_type::error);
    const auto error = read_error(frame->bytes());
    if (!error.ok()) {
      ADD_FAILURE() << error.error().words;
      return {};
    }
    return {frame->header.request_number, error.value().code, error.value().closes,
            std::string{error.value().words}};
  }

  /// The stream ends here: no byte more.
  void expect_end() const {
    std::byte byte{};
    EXPECT_EQ(::recv(socket_, &byte, 1, 0), 0) << std::strerror(errno);
  }

 private:
  [[nodiscard]] bool receive_into(std::span<std::byte> room) const {
    while (!room.empty()) {
      const ssize_t got = ::recv(socket_, room.data(), room.size(), 0);
      if (got <= 0) {
        EXPECT_EQ(got, 0) << std::strerror(errno);
        return false;
      }
      room = room.subspan(static_cast<std::size_t>(got));
    }
    return true;
  }

  int socket_;
};

/// Frames that a test sends, in aligned memory.
class FrameBytes {
 public:
  explicit FrameBytes(std::size_t bytes) : words_(bytes / 8) {}
  [[nodiscard]] std::span<std::byte> room() { return std::as_writable_bytes(std::span{words_}); }
  [[nodiscard]] std::span<const std::byte> bytes() const {
    return std::as_bytes(std::span{words_});
  }
  void shrink(std::size_t bytes) { words_.resize(bytes / 8); }
  void append(const FrameBytes& other) {
    words_.insert(words_.end(), other.words_.begin(), other.words_.end());
  }

 private:
  std::vector<std::uint64_t> words_;
};

inline FrameBytes hello_frame(std::uint64_t client, std::string_view token = {},
                              std::uint32_t version = protocol_version, std::uint64_t number = 0) {
  FrameBytes frame{hello_frame_bytes(token.size())};
  write_hello(
      frame.room(), number,
      {.client = ClientId{Uint128{client, 0}}, .protocol_version = version, .token = token});
  return frame;
}

/// Transfers that tell their place: id = first_id + i.
inline FrameBytes transfers_frame(std::uint64_t number, std::size_t count,
                                  std::uint64_t first_id = 1) {
  std::vector<Transfer> transfers(count);
  for (std::size_t i = 0; i < count; ++i) transfers[i].id = TransferId{Uint128{first_id + i, 0}};
  FrameBytes frame{create_frame_bytes<Transfer>(count)};
  write_create_transfers(frame.room(), number, {.business_id = BusinessId{Uint128{number, 1}}},
                         transfers);
  return frame;
}

inline FrameBytes list_frame(std::uint64_t number, std::uint32_t limit,
                             std::uint64_t min_sequence = 0) {
  FrameBytes frame{small_frame_bytes};
  frame.shrink(write_list_transfers(frame.room(), number, 0, limit, min_sequence));
  return frame;
}

inline FrameBytes lookup_frame(std::uint64_t number, std::size_t count) {
  const std::vector<Uint128> ids(count, Uint128{1, 0});
  FrameBytes frame{lookup_frame_bytes(count)};
  write_lookup(frame.room(), RequestKind::lookup_accounts, number, ids, 0);
  return frame;
}

}  // namespace daybook
