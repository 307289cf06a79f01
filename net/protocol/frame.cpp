#include "net/protocol/frame.hpp"

#include <bit>
#include <cstring>

#include <fmt/format.h>

#include "engine/base/assert.hpp"
#include "engine/base/hash.hpp"

namespace daybook {

static_assert(std::endian::native == std::endian::little,
              "headers and structs are copied to the wire as they stand in memory");

std::string in_words(FrameFault fault, const FrameHeader& header) {
  switch (fault) {
    case FrameFault::none:
      return "the frame is sound";
    case FrameFault::not_daybook:
      return fmt::format(
          "the frame starts with 0x{:08x} and not with 'DBF': this is not Daybook's protocol, or "
          "the sender lost its place in the stream; connect anew",
          header.magic);
    case FrameFault::other_version:
      return fmt::format("the frame has protocol version {}, this end speaks {}; upgrade one",
                         header.magic >> 24, protocol_version);
    case FrameFault::body_too_small:
      return fmt::format("the frame claims a body of {} bytes, the smallest has {}",
                         header.body_bytes, body_bytes_min);
    case FrameFault::body_too_large:
      return fmt::format(
          "the frame claims a body of {} bytes, at most {} are allowed; send smaller batches",
          header.body_bytes, body_bytes_max);
    case FrameFault::body_misaligned:
      return fmt::format("the frame claims a body of {} bytes, which is no multiple of 8; pad it",
                         header.body_bytes);
    case FrameFault::unknown_flags:
      return fmt::format("the frame has the flags 0x{:04x}, only 0x{:04x} are known", header.flags,
                         frame_flag::known);
    case FrameFault::spare_not_zero:
      return fmt::format("the frame's spare bytes hold 0x{:08x}, they must be zero", header.spare);
    case FrameFault::wrong_checksum:
      return fmt::format(
          "the frame's checksum 0x{:016x} does not match its bytes (type {}, number {}, {} bytes "
          "of body): it was damaged on the way or computed wrongly; send it again",
          header.checksum, header.type, header.request_number, header.body_bytes);
  }
  return "the frame is damaged";
}

FrameHeader read_header(std::span<const std::byte> bytes) noexcept {
  ENSURE(bytes.size() >= frame_header_bytes, "a header was received whole");
  FrameHeader header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  return header;
}

FrameFault check_header(const FrameHeader& header) noexcept {
  constexpr std::uint32_t name = 0x00ffffff;  // 'D' 'B' 'F'; the fourth byte is the version.
  if ((header.magic & name) != (frame_magic & name)) return FrameFault::not_daybook;
  if (header.magic != frame_magic) return FrameFault::other_version;
  if (header.body_bytes < body_bytes_min) return FrameFault::body_too_small;
  if (header.body_bytes > body_bytes_max) return FrameFault::body_too_large;
  if (header.body_bytes % 8 != 0) return FrameFault::body_misaligned;
  if ((header.flags & ~unsigned{frame_flag::known}) != 0) return FrameFault::unknown_flags;
  if (header.spare != 0) return FrameFault::spare_not_zero;
  return FrameFault::none;
}

std::uint64_t frame_checksum(std::span<std::byte> frame) noexcept {
  std::byte* const field = frame.data() + frame_checksum_offset;
  std::uint64_t written = 0;
  std::memcpy(&written, field, sizeof(written));
  std::memset(field, 0, sizeof(written));
  const std::uint64_t computed = xxh3_64(frame);
  std::memcpy(field, &written, sizeof(written));
  return computed;
}

std::uint64_t frame_checksum_of_const(std::span<const std::byte> frame) noexcept {
  std::array<std::byte, frame_header_bytes> header;
  std::memcpy(header.data(), frame.data(), header.size());
  std::memset(header.data() + frame_checksum_offset, 0, sizeof(std::uint64_t));
  return xxh3_64(header, frame.subspan(frame_header_bytes));
}

void seal_frame(std::span<std::byte> frame, std::uint16_t type, std::uint16_t flags,
                std::uint64_t request_number) noexcept {
  FrameHeader header{.magic = frame_magic,
                     .body_bytes = static_cast<std::uint32_t>(frame.size() - frame_header_bytes),
                     .type = type,
                     .flags = flags,
                     .spare = 0,
                     .checksum = 0,
                     .request_number = request_number};
  ENSURE(check_header(header) == FrameFault::none, "a writer made a frame that may be sent");
  std::memcpy(frame.data(), &header, sizeof(header));
  header.checksum = xxh3_64(frame);
  std::memcpy(frame.data() + frame_checksum_offset, &header.checksum, sizeof(header.checksum));
}

}  // namespace daybook
