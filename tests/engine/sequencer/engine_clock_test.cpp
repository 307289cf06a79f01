// EngineClock: it follows the monotonic clock, is slewed to the wall clock, and holds at a step
// until somebody accepts it. Method: a clock whose both hands the test moves.

#include "engine/sequencer/engine_clock.hpp"

#include <gtest/gtest.h>

namespace daybook {
namespace {

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::uint64_t hour = 3'600 * second;
constexpr std::uint64_t noon = 1'700'000'000 * second;

class Hands final : public TimeSource {
 public:
  std::uint64_t wall_ns() override { return wall; }
  std::uint64_t monotonic_ns() override { return monotonic; }
  void pass(std::uint64_t ns) {
    wall += ns;
    monotonic += ns;
  }
  std::uint64_t wall = noon;
  std::uint64_t monotonic = 5 * second;
};

TEST(EngineClockTest, StartsAtTheWallClockAndFollowsTheMonotonicOne) {
  Hands hands;
  EngineClock clock{{}, hands, 0, false};
  EXPECT_EQ(clock.now_ns(), noon);
  hands.pass(3 * second);
  EXPECT_EQ(clock.now_ns(), noon + 3 * second);
  EXPECT_FALSE(clock.held());
}

// Fault 36: the clock stands still, goes back an hour, forward a year.
TEST(EngineClockTest, StandsStillWithBothHandsAndHoldsAtAYear) {
  Hands hands;
  EngineClock clock{{}, hands, 0, false};
  for (int tick = 0; tick < 1'000; ++tick) ASSERT_EQ(clock.now_ns(), noon);
  EXPECT_FALSE(clock.held());
  for (const bool forward : {false, true}) {
    Hands moved;
    EngineClock held{{}, moved, 0, false};
    static_cast<void>(held.now_ns());
    moved.wall = forward ? noon + 365 * 24 * hour : noon - hour;
    moved.monotonic += second;
    EXPECT_EQ(held.now_ns(), noon + second);
    EXPECT_TRUE(held.held());
  }
}

TEST(EngineClockTest, SlewsToASmallDifferenceAndNeverFalls) {
  Hands hands;
  EngineClock clock{{}, hands, 0, false};
  hands.wall -= 2 * second;  // An NTP correction below the step limit.
  std::uint64_t last = clock.now_ns();
  for (int tick = 0; tick < 1'000'000; ++tick) {
    hands.pass(second / 50);
    const std::uint64_t now = clock.now_ns();
    ASSERT_GE(now, last);
    ASSERT_GE(now - last, second / 50 - second / 50 / 2'000 - 1);  // At most 500 ppm slower.
    last = now;
  }
  EXPECT_EQ(last, hands.wall);
  EXPECT_FALSE(clock.take_step().has_value());
}

TEST(EngineClockTest, HoldsAtAStepForwardAndBackward) {
  for (const bool forward : {true, false}) {
    Hands hands;
    EngineClock clock{{}, hands, 0, false};
    hands.pass(second);
    hands.wall = forward ? hands.wall + 8'760 * hour : hands.wall - hour;
    hands.pass(second);
    EXPECT_EQ(clock.now_ns(), noon + 2 * second);  // The step is not followed.
    EXPECT_TRUE(clock.held());
    const auto step = clock.take_step();
    ASSERT_TRUE(step.has_value());
    EXPECT_EQ(step->engine_ns, noon + 2 * second);
    EXPECT_EQ(step->wall_ns, hands.wall);
    EXPECT_FALSE(clock.take_step().has_value());  // Told once.
    hands.pass(10 * second);
    EXPECT_EQ(clock.now_ns(), noon + 12 * second);
  }
}

TEST(EngineClockTest, DoesNotHoldAtTheLimitButOneNanosecondPast) {
  for (const std::uint64_t past : {0U, 1U}) {
    Hands hands;
    EngineClock clock{{}, hands, 0, false};
    hands.wall += 10 * second + past;
    hands.pass(second);
    static_cast<void>(clock.now_ns());
    EXPECT_EQ(clock.held(), past == 1);
  }
}

TEST(EngineClockTest, HoldsAtAStartLongAfterOrBeforeTheLastEntry) {
  struct Row {
    std::uint64_t last_entry;
    bool held;
  };
  for (const Row& row : {Row{noon - 24 * hour, false}, Row{noon - 24 * hour - 1, true},
                         Row{noon + 10 * second, false}, Row{noon + 10 * second + 1, true}}) {
    Hands hands;
    EngineClock clock{{}, hands, row.last_entry, false};
    EXPECT_EQ(clock.held(), row.held) << row.last_entry;
    EXPECT_EQ(clock.take_step().has_value(), row.held);
    EXPECT_GE(clock.now_ns(), row.last_entry);
    if (row.held) {
      EXPECT_EQ(clock.now_ns(), row.last_entry);
    }
  }
}

TEST(EngineClockTest, StaysHeldOverARestartWithoutTellingAgain) {
  Hands hands;
  EngineClock clock{{}, hands, noon - hour, true};
  EXPECT_TRUE(clock.held());
  EXPECT_FALSE(clock.take_step().has_value());
  hands.pass(second);
  EXPECT_EQ(clock.now_ns(), noon - hour + second);
}

TEST(EngineClockTest, AcceptingGoesForwardAtOnceAndStandsStillOtherwise) {
  Hands ahead;
  EngineClock forward{{}, ahead, noon - 48 * hour, false};
  forward.accept();
  EXPECT_FALSE(forward.held());
  EXPECT_EQ(forward.now_ns(), noon);

  Hands behind;
  EngineClock backward{{}, behind, noon + hour, false};
  EXPECT_EQ(backward.now_ns(), noon + hour);
  backward.accept();
  EXPECT_EQ(backward.now_ns(), noon + hour);
  behind.pass(hour + second);
  EXPECT_EQ(backward.now_ns(), noon + hour + second);
}

}  // namespace
}  // namespace daybook
