// InFlight: numbers, places, and what happens when a place is still taken. FramePool: what is given
// back is used again, and not more is kept than said.

#include "net/client/in_flight.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "engine/base/limits.hpp"
#include "net/client/frame_pool.hpp"

namespace daybook {
namespace {

SentRequest request_of(std::uint64_t number, std::size_t bytes = 8) {
  SentRequest request;
  request.number = number;
  request.buffer.size = bytes;
  return request;
}

std::uint64_t add(InFlight& in_flight) {
  const std::uint64_t number = in_flight.next_number();
  in_flight.add(request_of(number));
  return number;
}

TEST(InFlightTest, FindsWhatWasAddedAndNothingElse) {
  InFlight in_flight{4};
  EXPECT_EQ(add(in_flight), 1U);
  EXPECT_EQ(add(in_flight), 2U);
  ASSERT_NE(in_flight.find(2), nullptr);
  EXPECT_EQ(in_flight.find(2)->number, 2U);
  EXPECT_EQ(in_flight.find(0), nullptr);
  EXPECT_EQ(in_flight.find(3), nullptr);
  EXPECT_EQ(in_flight.find(2 + 8), nullptr) << "the same place, another number";
  EXPECT_EQ(in_flight.bytes(), 16U);
  EXPECT_EQ(in_flight.take(2).number, 2U);
  EXPECT_EQ(in_flight.find(2), nullptr);
  EXPECT_EQ(in_flight.count(), 1U);
  EXPECT_EQ(in_flight.bytes(), 8U);
}

TEST(InFlightTest, LeavesOutTheNumberWhosePlaceIsTaken) {
  InFlight in_flight{4};  // Eight places.
  const std::uint64_t stuck = add(in_flight);
  for (int i = 0; i < 7; ++i) static_cast<void>(in_flight.take(add(in_flight)));
  const std::uint64_t next = add(in_flight);
  EXPECT_EQ(next, stuck + 9) << "stuck + 8 would have its place";
  EXPECT_EQ(in_flight.find(stuck)->number, stuck);
}

TEST(InFlightTest, GoesOnAboveWhatTheEngineHasSeen) {
  InFlight in_flight{4};
  in_flight.raise_last_number(1'000);
  in_flight.raise_last_number(5);
  EXPECT_EQ(add(in_flight), 1'001U);
}

TEST(InFlightTest, GivesAllBackInOrderOfNumbers) {
  InFlight in_flight{4};
  in_flight.raise_last_number(6);
  for (int i = 0; i < 4; ++i) add(in_flight);  // 7 to 10: they wrap around the eight places.
  std::vector<std::uint64_t> numbers;
  for (const SentRequest& request : in_flight.take_all()) numbers.push_back(request.number);
  EXPECT_EQ(numbers, (std::vector<std::uint64_t>{7, 8, 9, 10}));
  EXPECT_EQ(in_flight.count(), 0U);
  EXPECT_EQ(in_flight.bytes(), 0U);
}

TEST(InFlightDeathTest, OneMoreThanTheMaximumIsABug) {
  InFlight in_flight{2};
  add(in_flight);
  add(in_flight);
  EXPECT_DEATH(static_cast<void>(in_flight.next_number()), "place in flight");
}

TEST(FramePoolTest, UsesTheNewestMemoryAgain) {
  FramePool pool;
  FrameBuffer first = pool.take(700);
  const std::byte* const bytes = first.bytes.get();
  pool.give_back(std::move(first));
  const FrameBuffer again = pool.take(600);  // The same size class.
  EXPECT_EQ(again.bytes.get(), bytes);
  EXPECT_EQ(again.size, 600U);
}

TEST(FramePoolTest, GivesRoomForTheLargestFrame) {
  FramePool pool;
  const FrameBuffer buffer = pool.take(limits::frame_bytes_max);
  EXPECT_GE(buffer.capacity, limits::frame_bytes_max);
}

TEST(FramePoolDeathTest, OneByteMoreIsABug) {
  FramePool pool;
  EXPECT_DEATH(static_cast<void>(pool.take(limits::frame_bytes_max + 1)), "limit");
}

TEST(FramePoolTest, KeepsNotMoreThanItsLimit) {
  FramePool pool;
  std::vector<FrameBuffer> taken;
  std::size_t bytes = 0;
  while (bytes <= FramePool::kept_bytes_max) {
    taken.push_back(pool.take(limits::frame_bytes_max));
    bytes += taken.back().capacity;
  }
  for (FrameBuffer& buffer : taken) pool.give_back(std::move(buffer));
  EXPECT_LE(pool.kept_bytes(), FramePool::kept_bytes_max);
  EXPECT_GT(pool.kept_bytes(), FramePool::kept_bytes_max / 2);
}

}  // namespace
}  // namespace daybook
