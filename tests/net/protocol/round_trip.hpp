#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "net/protocol/frame.hpp"
#include "net/protocol/messages.hpp"

/// What the round trips of requests and of replies share.

namespace daybook {

inline constexpr std::uint64_t sample_number = 0x1122334455667788;
inline const OperationOrigin origin{TraceId{Uint128{1, 2}}, BusinessId{Uint128{3, 4}}, UserId{5}};

/// A frame in aligned memory that ends exactly where its room does.
class Frame {
 public:
  explicit Frame(std::size_t bytes) : words_(bytes / 8), bytes_{bytes} { EXPECT_EQ(bytes % 8, 0U); }
  [[nodiscard]] std::span<std::byte> room() {
    return {reinterpret_cast<std::byte*>(words_.data()), bytes_};
  }
  [[nodiscard]] std::span<const std::byte> body() { return room().subspan(frame_header_bytes); }

  /// Checks the header of a frame that fills the room.
  void expect_sealed(std::size_t written, std::uint16_t type, std::uint16_t flags) {
    EXPECT_LE(written, bytes_);
    bytes_ = written;
    const FrameHeader header = read_header(room());
    EXPECT_EQ(check_header(header), FrameFault::none);
    EXPECT_EQ(header.body_bytes, written - frame_header_bytes);
    EXPECT_EQ(header.type, type);
    EXPECT_EQ(header.flags, flags);
    EXPECT_EQ(header.request_number, sample_number);
    EXPECT_EQ(header.checksum, frame_checksum(room()));
    EXPECT_EQ(header.checksum, frame_checksum_of_const(room()));
  }
  void expect_request(std::size_t written, RequestKind kind) {
    expect_sealed(written, static_cast<std::uint16_t>(kind), 0);
  }
  void expect_reply(std::size_t written, RequestKind kind) {
    expect_sealed(written, static_cast<std::uint16_t>(kind), frame_flag::reply);
  }

 private:
  std::vector<std::uint64_t> words_;
  std::size_t bytes_;
};

template <typename T>
T patterned(unsigned char seed) {
  T value;
  std::array<unsigned char, sizeof(T)> bytes;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    bytes[i] = static_cast<unsigned char>(seed + i * 7);
  }
  std::memcpy(static_cast<void*>(&value), bytes.data(), sizeof(T));
  return value;
}

template <typename T>
std::vector<T> many(std::size_t count) {
  std::vector<T> items;
  for (std::size_t i = 0; i < count; ++i)
    items.push_back(patterned<T>(static_cast<unsigned char>(i)));
  return items;
}

template <typename T>
bool same_bytes(const std::byte* a, const std::vector<T>& b) {
  return b.empty() || std::memcmp(a, b.data(), b.size() * sizeof(T)) == 0;
}

}  // namespace daybook
