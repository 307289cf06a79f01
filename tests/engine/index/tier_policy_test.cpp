// plan_merge: however an index grows, its runs stay few and its pairs are not written too often;
// plans are as its header says.
//
// Method: growth is played through without any pair: runs are numbers.

#include "engine/index/tier_policy.hpp"

#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/random.hpp"

namespace daybook::test {
namespace {

using Target = TierPlan::Target;

// An index of runs that are only as large as they say.
struct Growth {
  TierSettings settings;
  std::vector<std::uint64_t> memory{};  // Newest first.
  std::vector<std::uint64_t> disk{};
  std::uint64_t written = 0;

  void add(std::uint64_t pairs) { memory.insert(memory.begin(), pairs); }

  // False: there was nothing to do.
  bool carry_out() {
    const TierPlan plan = plan_merge(memory, disk, settings);
    if (plan.target == Target::nothing) return false;
    EXPECT_LE(plan.memory_runs, memory.size());
    EXPECT_LE(plan.disk_runs, disk.size());
    EXPECT_GE(plan.memory_runs + plan.disk_runs, plan.target == Target::disk ? 1U : 2U);
    if (plan.disk_runs > 0) {
      EXPECT_TRUE(plan.memory_runs == 0 || plan.memory_runs == memory.size());
    }
    const std::uint64_t merged = take(memory, plan.memory_runs) + take(disk, plan.disk_runs);
    written += merged;
    auto& target = plan.target == Target::disk ? disk : memory;
    target.insert(target.begin(), merged);
    return true;
  }

 private:
  static std::uint64_t take(std::vector<std::uint64_t>& runs, std::size_t count) {
    const auto end = runs.begin() + static_cast<std::ptrdiff_t>(count);
    const std::uint64_t sum = std::accumulate(runs.begin(), end, std::uint64_t{0});
    runs.erase(runs.begin(), end);
    return sum;
  }
};

void expect_bounded(Growth& growth, const std::string& what) {
  int plans = 0;
  while (growth.carry_out()) {
    ASSERT_LE(++plans, 2) << what;
    ASSERT_FALSE(testing::Test::HasFailure()) << what;
  }
  ASSERT_LE(growth.memory.size(), growth.settings.memory_runs_max) << what;
  ASSERT_LE(growth.disk.size(), growth.settings.disk_runs_max) << what;
}

TEST(TierPolicyTest, KeepsRunsFewForEqualFreshRuns) {
  Growth growth{.settings = {.disk_runs_max = 6, .memory_runs_max = 8, .memory_pairs_max = 1}};
  constexpr std::uint64_t fresh = 20'000;
  for (std::uint64_t run = 1; run <= fresh; ++run) {
    growth.add(100'000);
    expect_bounded(growth, "run " + std::to_string(run));
    if (run == 1'000) {
      // As the header says: the first writing aside.
      const double rewritten = static_cast<double>(growth.written) / (1'000 * 100'000.0) - 1;
      EXPECT_NEAR(rewritten, 5.3, 1.1);
    }
  }
}

TEST(TierPolicyTest, KeepsRunsFewForRandomGrowth) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Random random{seed};
    Growth growth{.settings = {.disk_runs_max = random.between(1, 8),
                               .memory_runs_max = random.between(1, 8),
                               .memory_pairs_max = random.between(1, 3'000'000)}};
    const std::uint64_t largest = std::uint64_t{1} << random.between(1, 22);
    std::uint64_t added = 0;
    for (int run = 0; run < 500; ++run) {
      const std::uint64_t pairs = random.below(largest);
      growth.add(pairs);
      added += pairs;
      ASSERT_NO_FATAL_FAILURE(expect_bounded(growth, "seed " + std::to_string(seed)));
    }
    const auto sum = [](const auto& runs) {
      return std::accumulate(runs.begin(), runs.end(), std::uint64_t{0});
    };
    EXPECT_EQ(sum(growth.memory) + sum(growth.disk), added) << "seed " << seed;
    if (growth.settings.memory_pairs_max > sum(growth.memory)) continue;
    ADD_FAILURE() << "seed " << seed << ": more stays in memory than may";
  }
}

TEST(TierPolicyTest, BringsAnIndexOfTooManyRunsBackAtOnce) {
  Growth growth{.settings = {.disk_runs_max = 3, .memory_runs_max = 2, .memory_pairs_max = 1'000}};
  growth.disk = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  growth.memory = {1, 2, 3, 4, 5, 6};
  expect_bounded(growth, "after the settings changed");
}

TEST(TierPolicyTest, LeavesAFewRunsAlone) {
  EXPECT_EQ(plan_merge({}, {}, {}), TierPlan{});
  const std::vector<std::uint64_t> memory(8, 10);
  const std::vector<std::uint64_t> disk(6, 1'000'000);
  EXPECT_EQ(plan_merge(memory, disk, {}), TierPlan{});
}

TEST(TierPolicyTest, MergesTheNewestAndOlderOnesOfLikeSize) {
  // One too many: the newest two at least; the third has less than twice their pairs, the fourth
  // has not.
  const std::vector<std::uint64_t> memory{10, 10, 39, 118, 1'000, 1'000, 1'000, 1'000, 1'000};
  EXPECT_EQ(plan_merge(memory, {}, {}), (TierPlan{Target::memory, 3, 0}));
}

TEST(TierPolicyTest, WritesToDiskOnceEnoughIsInMemory) {
  const std::vector<std::uint64_t> memory{600, 400};
  const TierSettings settings{.disk_runs_max = 2, .memory_runs_max = 8, .memory_pairs_max = 1'000};
  EXPECT_EQ(plan_merge(memory, std::vector<std::uint64_t>{5'000}, settings),
            (TierPlan{Target::disk, 2, 0}));
  // Full: what is on disk is merged with it at once, as far as it is of like size.
  EXPECT_EQ(plan_merge(memory, std::vector<std::uint64_t>{900, 50'000}, settings),
            (TierPlan{Target::disk, 2, 1}));
  EXPECT_EQ(plan_merge(memory, std::vector<std::uint64_t>{900, 2'000}, settings),
            (TierPlan{Target::disk, 2, 2}));
}

}  // namespace
}  // namespace daybook::test
