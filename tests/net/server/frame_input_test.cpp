// FrameInput, BufferPool and ReplyQueue: where received and sent bytes stand.
//
// Method: the pieces without a socket: bytes are copied in and out as a socket would.

#include "net/server/frame_input.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

#include <gtest/gtest.h>
#include <sys/uio.h>

#include "net/server/reply_queue.hpp"
#include "tests/net/server/test_connection.hpp"

namespace daybook {
namespace {

constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

/// Receives at most `most` bytes of `stream`, as a socket would; how many it were.
std::size_t receive(FrameInput& input, BufferPool& pool, std::span<const std::byte>& stream,
                    std::size_t most = no_limit) {
  const std::span<std::byte> room = input.room(pool);
  const std::size_t bytes = std::min({room.size(), stream.size(), most});
  std::memcpy(room.data(), stream.data(), bytes);
  input.received(bytes);
  stream = stream.subspan(bytes);
  return bytes;
}

TEST(BufferPoolTest, LendsUpToItsLimitAndUsesBuffersAgain) {
  BufferPool pool{2 * 65'536};
  BufferRef first = pool.take(65'536);
  BufferRef second = pool.take(4'097);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(second->capacity(), 65'536U);
  EXPECT_FALSE(pool.take(1));
  const void* const memory = first->bytes().data();
  {
    const BufferRef other = first;
    EXPECT_TRUE(first.shared());
    first.reset();
    EXPECT_FALSE(pool.take(1));
  }
  EXPECT_EQ(pool.returns(), 1U);
  EXPECT_EQ(pool.lent_bytes(), 65'536U);
  const BufferRef again = pool.take(65'536);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->bytes().data(), memory);
}

TEST(BufferPoolTest, TheLargestBufferHoldsTheLargestFrame) {
  BufferPool pool{no_limit};
  EXPECT_EQ(pool.take(limits::frame_bytes_max)->capacity(), limits::frame_bytes_max);
}

TEST(FrameInputTest, SmallFramesShareASlab) {
  BufferPool pool{no_limit};
  FrameInput input;
  FrameBytes all = transfers_frame(1, 1);
  for (std::uint64_t number = 2; number <= 10; ++number) all.append(transfers_frame(number, 1));
  auto stream = all.bytes();
  receive(input, pool, stream);
  const std::byte* expected = input.frame().data();
  for (std::uint64_t number = 1; number <= 10; ++number) {
    ASSERT_EQ(input.header()->request_number, number);
    ASSERT_EQ(input.frame().data(), expected);
    expected += input.frame().size();
    input.consume();
  }
  EXPECT_EQ(input.pending_bytes(), 0U);
  EXPECT_EQ(pool.lent_bytes(), FrameInput::slab_bytes);
}

TEST(FrameInputTest, AfterABigFrameTheNextIsReadWithoutACopyAndIdlenessHoldsNoBuffer) {
  BufferPool pool{no_limit};
  FrameInput input;
  const FrameBytes first = transfers_frame(1, 8'192);
  const FrameBytes second = transfers_frame(2, 8'192);
  auto stream = first.bytes();
  while (!stream.empty()) receive(input, pool, stream);
  ASSERT_EQ(input.frame().size(), first.bytes().size());
  const BufferRef held = input.buffer();
  input.consume();
  EXPECT_EQ(pool.lent_bytes(), limits::frame_bytes_max);  // What `held` holds, and no more.
  FrameBytes both = second;
  both.append(transfers_frame(3, 1));
  stream = both.bytes();
  EXPECT_EQ(receive(input, pool, stream), frame_header_bytes);
  EXPECT_EQ(receive(input, pool, stream), second.bytes().size() - frame_header_bytes);
  ASSERT_EQ(input.frame().size(), second.bytes().size());
  EXPECT_EQ(std::memcmp(input.frame().data(), second.bytes().data(), second.bytes().size()), 0);
  EXPECT_EQ(std::memcmp(held->bytes().data(), first.bytes().data(), first.bytes().size()), 0);
  input.consume();
  while (!stream.empty()) receive(input, pool, stream);
  EXPECT_EQ(input.header()->request_number, 3U);
  EXPECT_EQ(input.frame().size(), transfers_frame(3, 1).bytes().size());
}

TEST(FrameInputTest, HeldFramesAreNeverOverwritten) {
  BufferPool pool{no_limit};
  FrameInput input;
  struct Held {
    BufferRef buffer;
    std::span<std::byte> frame;
  };
  std::vector<Held> held;
  FrameBytes all{0};
  constexpr std::uint64_t count = 500;
  for (std::uint64_t number = 1; number <= count; ++number) {
    all.append(transfers_frame(number, 1 + number % 7, number << 8));
  }
  auto stream = all.bytes();
  std::size_t most = 1;
  while (!stream.empty()) {
    receive(input, pool, stream, most);
    most = most * 7 % 9'001 + 1;
    while (!input.frame().empty()) {
      held.push_back({input.buffer(), input.frame()});
      input.consume();
    }
  }
  ASSERT_EQ(held.size(), count);
  for (std::uint64_t number = 1; number <= count; ++number) {
    const FrameBytes expected = transfers_frame(number, 1 + number % 7, number << 8);
    const Held& got = held[number - 1];
    ASSERT_EQ(got.frame.size(), expected.bytes().size());
    EXPECT_EQ(std::memcmp(got.frame.data(), expected.bytes().data(), got.frame.size()), 0);
  }
}

TEST(FrameInputTest, WithoutABufferThereIsNoRoomUntilOneComesBack) {
  BufferPool pool{FrameInput::slab_bytes};
  BufferRef other = pool.take(FrameInput::slab_bytes);
  FrameInput input;
  EXPECT_TRUE(input.room(pool).empty());
  other.reset();
  EXPECT_EQ(input.room(pool).size(), FrameInput::slab_bytes);
}

TEST(ReplyQueueTest, SmallFramesGoOutInOnePieceAndPartsMayBeSent) {
  BufferPool pool{no_limit};
  ReplyQueue queue{pool};
  std::vector<std::byte> expected;
  const auto put = [&](std::size_t bytes, std::byte value) {
    std::memset(queue.room(bytes).data(), static_cast<int>(value), bytes);
    queue.commit(bytes);
    expected.insert(expected.end(), bytes, value);
  };
  put(96, std::byte{1});
  put(96, std::byte{2});
  iovec pieces[8];
  ASSERT_EQ(queue.gather(pieces), 1U);
  EXPECT_EQ(pieces[0].iov_len, 192U);
  BufferRef large = pool.take(10'000);
  std::memset(large->bytes().data(), 3, 10'000);
  queue.append(std::move(large), 10'000);
  expected.insert(expected.end(), 10'000, std::byte{3});
  put(5'000, std::byte{4});
  ASSERT_EQ(queue.gather(pieces), 3U);
  EXPECT_EQ(queue.bytes(), expected.size());
  std::vector<std::byte> sent;
  while (!queue.empty()) {
    ASSERT_GT(queue.gather(std::span{pieces, 1}), 0U);
    const std::size_t bytes = std::min<std::size_t>(pieces[0].iov_len, 1'001);
    const auto* first = static_cast<const std::byte*>(pieces[0].iov_base);
    sent.insert(sent.end(), first, first + bytes);
    queue.sent(bytes);
  }
  EXPECT_EQ(sent, expected);
  EXPECT_EQ(queue.gather(pieces), 0U);
}

}  // namespace
}  // namespace daybook
