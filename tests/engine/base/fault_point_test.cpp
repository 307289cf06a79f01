// Fault points: where they are compiled in, the armed one kills at its hit and nothing else does;
// where they are not, there is nothing.

#include "engine/base/fault_point.hpp"

#include <csignal>
#include <string>
#include <type_traits>

#include <gtest/gtest.h>

namespace daybook::test {
namespace {

#if defined(DAYBOOK_FAULT_POINTS)

// Armed and hit in a process of its own, which dies of it or ends by itself with 3.
void arm_and_hit(const char* armed, FaultPoint point, int hits) {
  if (!arm_fault_point(armed).ok()) std::_Exit(4);
  for (int hit = 0; hit < hits; ++hit) fault_point(point);
  std::_Exit(3);
}

void arm_and_mark(const char* armed, bool decided) {
  if (!arm_fault_point(armed).ok()) std::_Exit(4);
  FaultMarks first;
  first.set(FaultMark::end);
  FaultMarks both;
  both.set(FaultMark::start);
  both.add(first);
  if (decided) {
    both.hit_decided();
  } else {
    both.hit_durable();
  }
  std::_Exit(3);
}

const auto killed = testing::KilledBySignal(SIGKILL);
const auto lived = testing::ExitedWithCode(3);

TEST(FaultPointDeathTest, KillsAtExactlyThatHitOfThatPoint) {
  EXPECT_EXIT(arm_and_hit("commands_sent:3", FaultPoint::commands_sent, 2), lived, "");
  EXPECT_EXIT(arm_and_hit("commands_sent:3", FaultPoint::commands_sent, 3), killed, "");
  EXPECT_EXIT(arm_and_hit("commands_sent:1", FaultPoint::step_applied, 9), lived, "");
}

TEST(FaultPointDeathTest, EachMarkIsAPointOfItsOwnAtBothTimes) {
  EXPECT_EXIT(arm_and_mark("start_decided:1", true), killed, "");
  EXPECT_EXIT(arm_and_mark("end_decided:1", true), killed, "");
  EXPECT_EXIT(arm_and_mark("end_durable:1", false), killed, "");
  EXPECT_EXIT(arm_and_mark("end_durable:1", true), lived, "");
  EXPECT_EXIT(arm_and_mark("abort_durable:1", false), lived, "");
}

TEST(FaultPointTest, RefusesWhatIsNoPointAndNoHit) {
  for (const char* const text : {"", ":", "x:1", "none:1", "start_durable", "start_durable:",
                                 "start_durable:0", "start_durable:-1", "start_durable:1 ",
                                 "start_durable:1:1", "start_durable:99999999999999999999"}) {
    const auto armed = arm_fault_point(text);
    ASSERT_FALSE(armed.ok()) << text;
    EXPECT_NE(armed.error().what.find("say NAME:N; there are start_decided "), std::string::npos);
  }
}

#else

static_assert(std::is_empty_v<FaultMarks>);
static_assert(!has_fault_points);

TEST(FaultPointTest, WithoutThemNothingIsArmedAndNothingHappens) {
  EXPECT_TRUE(arm_fault_point("commands_sent:1").ok());
  fault_point(FaultPoint::commands_sent);
  FaultMarks marks;
  marks.set(FaultMark::start);
  marks.hit_decided();
  marks.hit_durable();
}

#endif

}  // namespace
}  // namespace daybook::test
