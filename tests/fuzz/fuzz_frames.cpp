// The frame parser: a stream of bytes cut into receives as the input's first byte says, parsed as a
// connection does, checksum and body included. Some parsed frames are held, as the engine holds
// them, and must not change.

#include <algorithm>
#include <array>
#include <limits>

#include "net/protocol/requests.hpp"
#include "net/server/frame_input.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace daybook {
namespace {

struct Held {
  BufferRef buffer;
  std::span<std::byte> frame;
  std::uint64_t checksum = 0;
};

void check(const Held& held) {
  if (held.buffer && frame_checksum(held.frame) != held.checksum) std::abort();
}

/// False where the connection would end.
bool parse(FrameInput& input, std::array<Held, 4>& held, std::size_t& turn) {
  while (const auto header = input.header()) {
    const FrameFault fault = check_header(*header);
    if (fault != FrameFault::none) {
      const std::string words = in_words(fault, *header);
      touch(words.data(), words.size());
      return false;
    }
    const std::span<std::byte> frame = input.frame();
    if (frame.empty()) return true;
    const std::uint64_t checksum = frame_checksum(frame);
    if (checksum == header->checksum) {
      const auto body = frame.subspan(frame_header_bytes);
      if (const auto kind = request_kind(header->type)) {
        const auto request = read_request(*kind, body);
        if (request.ok()) touch(&request.value().event_count, sizeof(std::uint32_t));
      } else {
        static_cast<void>(read_hello(body));
      }
    }
    Held& place = held[turn++ % held.size()];
    check(place);
    place = {input.buffer(), frame, checksum};
    input.consume();
  }
  return true;
}

void run(std::uint8_t cut, std::span<const std::uint8_t> stream) {
  BufferPool pool{std::numeric_limits<std::size_t>::max()};
  std::array<Held, 4> held;
  FrameInput input;
  std::size_t turn = 0;
  std::size_t most = std::size_t{cut} + 1;
  while (!stream.empty()) {
    const std::span<std::byte> room = input.room(pool);
    if (room.empty()) std::abort();  // The pool has no limit here.
    const std::size_t bytes = std::min({room.size(), stream.size(), most});
    std::memcpy(room.data(), stream.data(), bytes);
    input.received(bytes);
    stream = stream.subspan(bytes);
    most = most * 5 % 8'191 + 1;
    if (!parse(input, held, turn)) break;
  }
  for (const Held& place : held) check(place);
}

}  // namespace
}  // namespace daybook

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > daybook::fuzz_bytes_max) return -1;
  daybook::run(data[0], {data + 1, size - 1});
  return 0;
}
