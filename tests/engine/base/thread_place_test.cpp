// Threads have their names and cores by the time that place_thread() returns. Method: threads that
// wait for a latch; the system is asked what it knows of them.

#include "engine/base/thread_place.hpp"

#include <array>
#include <latch>

#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>

namespace daybook {
namespace {

class ThreadPlaceTest : public ::testing::Test {
 protected:
  ~ThreadPlaceTest() override {
    done_.count_down();
    thread_.join();
  }

  [[nodiscard]] std::string name() {
    std::array<char, 16> name{};
    EXPECT_EQ(::pthread_getname_np(thread_.native_handle(), name.data(), name.size()), 0);
    return name.data();
  }
  [[nodiscard]] std::vector<unsigned> cores() {
    cpu_set_t set;
    EXPECT_EQ(::pthread_getaffinity_np(thread_.native_handle(), sizeof(set), &set), 0);
    std::vector<unsigned> cores;
    for (unsigned core = 0; core < CPU_SETSIZE; ++core) {
      if (CPU_ISSET(core, &set)) cores.push_back(core);
    }
    return cores;
  }

  std::latch done_{1};
  std::thread thread_{[this] { done_.wait(); }};
};

TEST_F(ThreadPlaceTest, NamesAThreadAndBindsItToItsCore) {
  const unsigned core = usable_cores().back();
  place_thread(thread_, "sequencer", CorePlan{{{"journaler", core + 1}, {"sequencer", core}}});
  EXPECT_EQ(name(), "sequencer");
  EXPECT_EQ(cores(), std::vector<unsigned>{core});
}

TEST_F(ThreadPlaceTest, LeavesAThreadThatIsNotInThePlanAlone) {
  place_thread(thread_, "fifteen bytes..", CorePlan{{{"sequencer", usable_cores().front()}}});
  EXPECT_EQ(name(), "fifteen bytes..");
  EXPECT_EQ(cores(), usable_cores());
}

TEST_F(ThreadPlaceTest, LeavesAThreadWhoseCoreCannotBeHadWhereItIs) {
  place_thread(thread_, "io-0", CorePlan{{{"io", 1'000'000}}});
  EXPECT_EQ(name(), "io-0");
  EXPECT_EQ(cores(), usable_cores());
}

TEST(CorePlanTest, TheMoreExactNameCounts) {
  const CorePlan plan{{{"io", 1}, {"io-2", 2}, {"query-0", 3}}};
  EXPECT_EQ(plan.core_of("io-0"), 1U);
  EXPECT_EQ(plan.core_of("io-2"), 2U);
  EXPECT_EQ(plan.core_of("query-0"), 3U);
  EXPECT_EQ(plan.core_of("query-1"), std::nullopt);
  EXPECT_EQ(plan.core_of("sequencer"), std::nullopt);
}

}  // namespace
}  // namespace daybook
