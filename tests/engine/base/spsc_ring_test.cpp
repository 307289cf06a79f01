// SpscRing: full and empty at exactly its capacity, order kept over many rounds, and a million
// items handed from one thread to another without loss, repeat or disorder.

#include "engine/base/spsc_ring.hpp"

#include <cstdint>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

namespace daybook {
namespace {

TEST(SpscRingTest, IsEmptyAtFirst) {
  SpscRing<int> ring{4};
  EXPECT_EQ(ring.front(), nullptr);
  EXPECT_EQ(ring.size_approximate(), 0U);
  EXPECT_EQ(ring.capacity(), 4U);
}

TEST(SpscRingTest, TakesExactlyItsCapacityAndThenRefuses) {
  SpscRing<int> ring{4};
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(ring.try_push(i));
  EXPECT_FALSE(ring.try_push(4));
  EXPECT_EQ(ring.size_approximate(), 4U);

  ASSERT_NE(ring.front(), nullptr);
  EXPECT_EQ(*ring.front(), 0);
  ring.pop();
  EXPECT_TRUE(ring.try_push(5));
  EXPECT_FALSE(ring.try_push(6));
}

TEST(SpscRingTest, OfOneAlternates) {
  SpscRing<int> ring{1};
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(ring.try_push(i));
    EXPECT_FALSE(ring.try_push(i));
    ASSERT_NE(ring.front(), nullptr);
    EXPECT_EQ(*ring.front(), i);
    ring.pop();
    EXPECT_EQ(ring.front(), nullptr);
  }
}

TEST(SpscRingTest, KeepsTheOrderAtEveryFillingAndWrap) {
  SpscRing<std::uint64_t> ring{8};
  std::uint64_t pushed = 0;
  std::uint64_t popped = 0;
  for (int round = 0; round < 1'000; ++round) {
    for (int i = 0; i <= round % 9; ++i) pushed += ring.try_push(pushed) ? 1 : 0;
    for (int i = 0; i <= (round * 7) % 9; ++i) {
      const std::uint64_t* item = ring.front();
      if (item == nullptr) break;
      ASSERT_EQ(*item, popped++);
      ring.pop();
    }
    ASSERT_EQ(ring.size_approximate(), pushed - popped);
    ASSERT_LE(pushed - popped, 8U);
  }
  EXPECT_GT(popped, 1'000U);
}

TEST(SpscRingTest, HoldsWhatCanOnlyBeMoved) {
  SpscRing<std::unique_ptr<int>> ring{2};
  EXPECT_TRUE(ring.try_push(std::make_unique<int>(9)));
  const std::unique_ptr<int> taken = std::move(*ring.front());
  ring.pop();
  EXPECT_EQ(*taken, 9);
}

TEST(SpscRingTest, HandsAMillionItemsToAnotherThreadInOrder) {
  struct Item {
    std::uint64_t number = 0;
    std::uint64_t check = 0;  // Written with the number: a torn item shows.
  };
  constexpr std::uint64_t items = 1'000'000;
  SpscRing<Item> ring{64};
  std::thread producer{[&] {
    for (std::uint64_t i = 0; i < items; ++i) {
      while (!ring.try_push({i, ~i})) std::this_thread::yield();
    }
  }};
  std::uint64_t wrong = 0;
  for (std::uint64_t i = 0; i < items; ++i) {
    Item* item = ring.front();
    while (item == nullptr) {
      std::this_thread::yield();
      item = ring.front();
    }
    wrong += item->number == i && item->check == ~i ? 0 : 1;
    ring.pop();
  }
  producer.join();
  EXPECT_EQ(wrong, 0U);
  EXPECT_EQ(ring.front(), nullptr);
}

TEST(SpscRingDeathTest, RefusesACapacityThatIsNoPowerOfTwo) {
  EXPECT_DEATH(SpscRing<int>{6}, "power of two");
  EXPECT_DEATH(SpscRing<int>{0}, "power of two");
}

}  // namespace
}  // namespace daybook
