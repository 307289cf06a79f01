// Sleeper: whoever announces is woken exactly once, whoever does not costs no system call, and no
// wake-up is lost when announcing and publishing race.
//
// Method: the sleepers' own time limit is far beyond the length of the test, so a lost wake-up
// hangs the test until ctest stops it.

#include "engine/base/sleeper.hpp"

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "engine/base/spsc_ring.hpp"

namespace daybook {
namespace {

constexpr std::uint64_t an_hour_ns = 3'600ULL * 1'000'000'000;

TEST(SleeperTest, NobodyAsleepCostsNoSignal) {
  FutexSleeper sleeper;
  for (int i = 0; i < 100; ++i) sleeper.wake();
  EXPECT_EQ(sleeper.signals(), 0U);
}

TEST(SleeperTest, AnAnnouncedSleeperIsSignalledOnceHoweverManyWakeIt) {
  FutexSleeper sleeper;
  sleeper.announce();
  for (int i = 0; i < 100; ++i) sleeper.wake();
  EXPECT_EQ(sleeper.signals(), 1U);
}

TEST(SleeperTest, ARetractedAnnouncementIsNotSignalled) {
  FutexSleeper sleeper;
  sleeper.announce();
  sleeper.retract();
  sleeper.wake();
  EXPECT_EQ(sleeper.signals(), 0U);
}

TEST(SleeperTest, DoesNotSleepWhenWokenAfterItsAnnouncement) {
  FutexSleeper sleeper;
  sleeper.announce();
  sleeper.wake();
  sleeper.sleep(an_hour_ns);  // Would hang here.
  sleeper.retract();
  EXPECT_EQ(sleeper.signals(), 1U);
}

TEST(SleeperTest, ReturnsWhenItsTimeIsOver) {
  FutexSleeper sleeper;
  sleeper.announce();
  sleeper.sleep(1);
  sleeper.retract();
  EXPECT_EQ(sleeper.signals(), 0U);
}

/// One side of a game of ping-pong.
struct Side {
  SpscRing<std::uint64_t> inbox{1};
  FutexSleeper sleeper;

  std::uint64_t receive() {
    while (true) {
      if (const std::uint64_t* item = inbox.front()) return take(*item);
      sleeper.announce();
      if (const std::uint64_t* item = inbox.front()) {
        sleeper.retract();
        return take(*item);
      }
      sleeper.sleep(an_hour_ns);
      sleeper.retract();
    }
  }

  void send(std::uint64_t item) {
    while (!inbox.try_push(item)) std::this_thread::yield();
    sleeper.wake();
  }

 private:
  std::uint64_t take(std::uint64_t item) {
    inbox.pop();
    return item;
  }
};

TEST(SleeperTest, LosesNoWakeUpWhenEachWaitsForTheOther) {
  constexpr std::uint64_t rounds = 50'000;
  Side ping;
  Side pong;
  std::thread other{[&] {
    for (std::uint64_t i = 0; i < rounds; ++i) ping.send(pong.receive() + 1);
  }};
  std::uint64_t value = 0;
  for (std::uint64_t i = 0; i < rounds; ++i) {
    pong.send(value);
    value = ping.receive();
  }
  other.join();
  EXPECT_EQ(value, rounds);
  EXPECT_LE(ping.sleeper.signals(), rounds);
  EXPECT_LE(pong.sleeper.signals(), rounds);
}

TEST(SleeperTest, LosesNoWakeUpAmongManyWakers) {
  constexpr std::uint64_t wakers = 3;
  constexpr std::uint64_t each = 20'000;
  std::atomic<std::uint64_t> published{0};
  FutexSleeper sleeper;
  std::vector<std::thread> threads;
  for (std::uint64_t i = 0; i < wakers; ++i) {
    threads.emplace_back([&] {
      for (std::uint64_t k = 0; k < each; ++k) {
        published.fetch_add(1, std::memory_order_release);
        sleeper.wake();
      }
    });
  }
  // Consumes whatever was published and sleeps as soon as there is nothing new.
  std::uint64_t consumed = 0;
  while (consumed < wakers * each) {
    const std::uint64_t seen = published.load(std::memory_order_acquire);
    if (seen != consumed) {
      consumed = seen;
      continue;
    }
    sleeper.announce();
    if (published.load(std::memory_order_acquire) == consumed) sleeper.sleep(an_hour_ns);
    sleeper.retract();
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(consumed, wakers * each);
  EXPECT_LE(sleeper.signals(), wakers * each);
}

}  // namespace
}  // namespace daybook
