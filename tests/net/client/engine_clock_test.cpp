#include "net/client/engine_clock.hpp"

#include <gtest/gtest.h>

namespace daybook {
namespace {

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::uint64_t noon = 1'000'000 * second;

TEST(EngineClock, SaysNothingBeforeItHeardAnything) {
  EngineClock clock;
  EXPECT_EQ(clock.here(Timestamp{noon}), Timestamp{noon});
  clock.hear(Timestamp{}, noon);
  EXPECT_EQ(clock.here(Timestamp{noon}), Timestamp{noon});
}

TEST(EngineClock, IsAheadOrBehind) {
  EngineClock ahead;
  ahead.hear(Timestamp{noon + 3'600 * second}, noon);
  EXPECT_EQ(ahead.here(Timestamp{noon + 3'605 * second}), Timestamp{noon + 5 * second});
  EngineClock behind;
  behind.hear(Timestamp{noon - 3'600 * second}, noon);
  EXPECT_EQ(behind.here(Timestamp{noon - 3'595 * second}), Timestamp{noon + 5 * second});
}

TEST(EngineClock, ALateReplyGivesNoTime) {
  EngineClock clock;
  clock.hear(Timestamp{noon}, noon + 1);
  // A minute and more in a buffer, while this machine slept.
  const std::uint64_t late = noon + 90 * second;
  clock.hear(Timestamp{noon + 2 * second}, late);
  EXPECT_EQ(clock.here(Timestamp{noon + 17 * second}), Timestamp{noon + 17 * second + 1});
  clock.hear(Timestamp{noon + 3 * second}, late + 1);
  EXPECT_EQ(clock.here(Timestamp{noon + 18 * second}), Timestamp{noon + 18 * second + 1});
}

TEST(EngineClock, OneThatStandsStillLeavesTheWholeTime) {
  EngineClock clock;
  clock.hear(Timestamp{noon}, noon);
  clock.hear(Timestamp{noon}, noon + second / 2);
  EXPECT_EQ(clock.here(Timestamp{noon + second}), Timestamp{noon + second});
  for (const std::uint64_t passed : {1ULL, 50ULL, 51ULL, 500ULL}) {
    clock.hear(Timestamp{noon}, noon + passed * second);
    EXPECT_EQ(clock.here(Timestamp{noon + second}), Timestamp{noon + (passed + 1) * second});
  }
  // It was moved by hand.
  clock.hear(Timestamp{noon + 100 * second}, noon + 501 * second);
  EXPECT_EQ(clock.here(Timestamp{noon + 101 * second}), Timestamp{noon + 502 * second});
}

TEST(EngineClock, WhatItHeardLongAgoIsForgotten) {
  EngineClock clock;
  clock.hear(Timestamp{noon}, noon);
  // The clock of the engine's machine was set back by ten seconds.
  for (std::uint64_t at = 1; at <= 130; ++at) {
    clock.hear(Timestamp{noon + (at - 10) * second}, noon + at * second);
  }
  EXPECT_EQ(clock.here(Timestamp{noon + 200 * second}), Timestamp{noon + 210 * second});
}

}  // namespace
}  // namespace daybook
