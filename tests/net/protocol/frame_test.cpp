// Frame headers: every fault with its exact words, in the documented order; the worked example.
//
// Method: a sound header, changed in one place a row; and in all places at once, to see the order.

#include "net/protocol/frame.hpp"

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "net/protocol/requests.hpp"

namespace daybook {
namespace {

FrameHeader sound() {
  return {.magic = frame_magic, .body_bytes = 64, .type = 17, .request_number = 5};
}

TEST(FrameHeaderTest, FaultsInOrderAndInWords) {
  struct Row {
    FrameFault fault;
    void (*damage)(FrameHeader&);
    const char* words;
  };
  // Each row damages the header further and repairs what the row before it reported.
  const Row rows[] = {
      {FrameFault::not_daybook, [](FrameHeader& header) { header.magic = 0x20544547; },
       "the frame starts with 0x20544547 and not with 'DBF': this is not Daybook's protocol, or "
       "the "
       "sender lost its place in the stream; connect anew"},
      {FrameFault::other_version, [](FrameHeader& header) { header.magic = 0xff464244; },
       "the frame has protocol version 255, this end speaks 1; upgrade one"},
      {FrameFault::body_too_small, [](FrameHeader& header) { header.body_bytes = 8; },
       "the frame claims a body of 8 bytes, the smallest has 16"},
      {FrameFault::body_too_large, [](FrameHeader& header) { header.body_bytes = 1'572'840; },
       "the frame claims a body of 1572840 bytes, at most 1572832 are allowed; send smaller "
       "batches"},
      {FrameFault::body_misaligned, [](FrameHeader& header) { header.body_bytes = 44; },
       "the frame claims a body of 44 bytes, which is no multiple of 8; pad it"},
      {FrameFault::unknown_flags, [](FrameHeader& header) { header.flags = 0x8001; },
       "the frame has the flags 0x8001, only 0x0003 are known"},
      {FrameFault::spare_not_zero, [](FrameHeader& header) { header.spare = 0x01000000; },
       "the frame's spare bytes hold 0x01000000, they must be zero"},
  };
  for (std::size_t first = 0; first < std::size(rows); ++first) {
    FrameHeader header = sound();
    // Later faults first: the earlier one in the order of checking must win.
    for (std::size_t row = std::size(rows); row-- > first;) rows[row].damage(header);
    SCOPED_TRACE(rows[first].words);
    EXPECT_EQ(check_header(header), rows[first].fault);
    EXPECT_EQ(in_words(rows[first].fault, header), rows[first].words);
  }
  EXPECT_EQ(check_header(sound()), FrameFault::none);
}

TEST(FrameHeaderTest, BodySizesAtTheirLimits) {
  const auto fault_of = [](std::size_t bytes) {
    FrameHeader header = sound();
    header.body_bytes = static_cast<std::uint32_t>(bytes);
    return check_header(header);
  };
  EXPECT_EQ(fault_of(0), FrameFault::body_too_small);
  EXPECT_EQ(fault_of(body_bytes_min - 8), FrameFault::body_too_small);
  EXPECT_EQ(fault_of(body_bytes_min), FrameFault::none);
  EXPECT_EQ(fault_of(body_bytes_max), FrameFault::none);
  EXPECT_EQ(fault_of(body_bytes_max + 8), FrameFault::body_too_large);
  EXPECT_EQ(fault_of(100'000'000), FrameFault::body_too_large);
  EXPECT_EQ(fault_of(0xffffffff), FrameFault::body_too_large);
}

TEST(FrameTest, TheWorkedExampleIsWhatTheWriterWrites) {
  constexpr std::array<unsigned char, 48> example = {
      0x44, 0x42, 0x46, 0x01, 0x10, 0x00, 0x00, 0x00, 0x42, 0x00, 0x00, 0x00,
      0x00, 0x00, 0x00, 0x00, 0x20, 0x91, 0x0e, 0x6b, 0xa3, 0x64, 0xec, 0x6b,
      0x07, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00,
      0x04, 0x00, 0x04, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};
  alignas(8) std::array<std::byte, small_frame_bytes> room;
  const std::size_t written = write_state_digest(room, 7);
  ASSERT_EQ(written, example.size());
  const auto* bytes = reinterpret_cast<const unsigned char*>(room.data());
  EXPECT_EQ(std::vector<int>(bytes, bytes + written),
            std::vector<int>(example.begin(), example.end()));
}

TEST(FrameTest, TheChecksumCoversEveryBitButItsOwn) {
  alignas(8) std::array<std::byte, create_frame_bytes<Transfer>(1)> frame{};
  const Transfer transfer{};
  write_create_transfers(frame, 7, {}, std::span{&transfer, 1});
  const std::uint64_t good = frame_checksum(frame);
  EXPECT_EQ(read_header(frame).checksum, good);
  for (std::size_t bit = 0; bit < frame.size() * 8; ++bit) {
    const auto flip = static_cast<std::byte>(1U << bit % 8);
    frame[bit / 8] ^= flip;
    const bool own = bit / 8 >= frame_checksum_offset && bit / 8 < frame_checksum_offset + 8;
    EXPECT_EQ(frame_checksum(frame) == good, own) << "bit " << bit;
    EXPECT_EQ(frame_checksum(frame), frame_checksum_of_const(frame));
    frame[bit / 8] ^= flip;
  }
}

TEST(FrameTest, AWrongChecksumNamesTheFrame) {
  FrameHeader header = sound();
  header.checksum = 0xabc;
  EXPECT_EQ(in_words(FrameFault::wrong_checksum, header),
            "the frame's checksum 0x0000000000000abc does not match its bytes (type 17, number 5, "
            "64 bytes of body): it was damaged on the way or computed wrongly; send it again");
}

TEST(FrameTest, OnlyKindsThatClientsSendAreKinds) {
  int kinds = 0;
  for (std::uint32_t type = 0; type <= 0xffff; ++type) {
    if (request_kind(static_cast<std::uint16_t>(type))) ++kinds;
  }
  EXPECT_EQ(kinds, 53);
  EXPECT_FALSE(request_kind(message_type::hello));
  EXPECT_FALSE(request_kind(message_type::error));
  EXPECT_FALSE(request_kind(static_cast<std::uint16_t>(RequestKind::open_session)));
  EXPECT_FALSE(request_kind(static_cast<std::uint16_t>(RequestKind::release_holds)));
}

}  // namespace
}  // namespace daybook
