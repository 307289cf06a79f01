// RunMerge, IndexSet and SetCursor: many runs read as one, and made one in steps.
//
// Method: random runs against one sorted vector.

#include "engine/index/merge_runs.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "engine/index/index_set.hpp"
#include "engine/index/set_cursor.hpp"
#include "tests/engine/index/pairs.hpp"
#include "tests/support/rounds.hpp"

namespace daybook::test {
namespace {

using RunPointer = std::shared_ptr<const IndexRun>;
using Pairs = std::vector<IndexPair>;

struct Family {
  std::vector<RunPointer> runs;
  Pairs pairs;  // Of all, sorted, each once.
};

// Runs that share some of their pairs.
Family random_family(Random& random, std::size_t runs, std::size_t pairs_max, bool with_filter) {
  Family family;
  const PairShape shape = pair_shapes[random.below(std::size(pair_shapes))];
  Pairs all;
  for (std::size_t run = 0; run < runs; ++run) {
    Pairs pairs = random_pairs(random, shape, random.below(pairs_max + 1));
    for (std::size_t shared = 0; shared < pairs.size() / 10 && !all.empty(); ++shared) {
      pairs.push_back(all[random.below(all.size())]);
    }
    const std::uint64_t first = 1 + 10 * run;
    family.runs.push_back(run_of(pairs, with_filter, Sequence{first}, Sequence{first + 9}));
    all.insert(all.end(), pairs.begin(), pairs.end());
  }
  family.pairs = as_set(std::move(all));
  return family;
}

Pairs pairs_in(const RunPointer& run) {
  Pairs pairs;
  RunCursor cursor{run};
  for (auto at = cursor.seek({0, 0}); at.ok() && at.value() != nullptr; at = cursor.next()) {
    pairs.push_back(*at.value());
  }
  return pairs;
}

TEST(RunMergeTest, MakesOneRunInStepsOfAnySize) {
  const std::uint64_t families = rounds(300, 3'000);
  for (std::uint64_t seed = 1; seed <= families; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    const bool with_filter = random.chance(50);
    Family family =
        random_family(random, random.between(1, 9), random.chance(20) ? 12'000 : 300, with_filter);
    std::shuffle(family.runs.begin(), family.runs.end(), std::mt19937{1});
    MemoryRunSink sink;
    RunMerge merge{family.runs, sink};
    std::uint64_t total = 0;
    for (const RunPointer& run : family.runs) total += run->pair_count();
    EXPECT_EQ(merge.total(), total);
    const std::uint64_t step_max = random.chance(50) ? 5 : 5'000;
    for (bool complete = false; !complete;) {
      const std::uint64_t before = merge.done();
      const std::uint64_t step = random.below(step_max);
      const auto stepped = merge.step(step);
      ASSERT_TRUE(stepped.ok());
      complete = stepped.value();
      // About as many as asked for: to the end of a stretch of one run's block at most.
      ASSERT_LE(merge.done() - before, step + 1 + run_block_pairs_max);
      ASSERT_TRUE(complete || merge.done() > before);
    }
    EXPECT_EQ(merge.done(), total);
    const auto merged = sink.take();
    ASSERT_TRUE(merged.ok());
    ASSERT_EQ(pairs_in(merged.value()), family.pairs);
    EXPECT_EQ(merged.value()->filter() != nullptr, with_filter);
    EXPECT_EQ(merged.value()->identity().tier, 1);
    EXPECT_EQ(merged.value()->identity().first, Sequence{1});
    EXPECT_EQ(merged.value()->identity().last.value(), 10 * family.runs.size());
    for (const IndexPair& pair : family.pairs) ASSERT_TRUE(merged.value()->may_hold(pair.key));
  }
}

TEST(RunMergeTest, MakesAnEmptyRunOfEmptyRuns) {
  const auto merged = merge_memory_runs({run_of({}, true), run_of({}, true)});
  ASSERT_TRUE(merged.ok());
  EXPECT_EQ(merged.value()->pair_count(), 0U);
}

TEST(RunMergeTest, MakesNoFilterWhereARunHasNone) {
  const auto merged = merge_memory_runs({run_of({{1, 1}}, true), run_of({{2, 2}}, false)});
  ASSERT_TRUE(merged.ok());
  EXPECT_EQ(merged.value()->filter(), nullptr);
}

TEST(RunMergeTest, TakesAsManyRunsAsItMay) {
  std::vector<RunPointer> runs;
  for (std::uint64_t run = 0; run < merge_runs_max; ++run) {
    runs.push_back(run_of({{run % 7, run}}, false));
  }
  const auto merged = merge_memory_runs(runs);
  ASSERT_TRUE(merged.ok());
  EXPECT_EQ(merged.value()->pair_count(), merge_runs_max);
  runs.push_back(runs.front());
  EXPECT_DEATH(static_cast<void>(merge_memory_runs(runs)), "1 to 64 runs");
}

TEST(IndexSetTest, HasAsManyRunsAsItMay) {
  std::vector<RunPointer> runs(index_set_runs_max, run_of({{1, 1}}, false));
  EXPECT_EQ(IndexSet{runs}.pair_count(), index_set_runs_max);
  runs.push_back(runs.front());
  EXPECT_DEATH(IndexSet{runs}, "an index set has at most");
}

struct Question {
  std::uint64_t key = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

Question random_question(const Pairs& pairs, Random& random) {
  Question question;
  question.key =
      random.chance(90) && !pairs.empty() ? pairs[random.below(pairs.size())].key : random.next();
  const auto value = [&] { return pairs.empty() ? 0 : pairs[random.below(pairs.size())].value; };
  question.first = random.chance(40) ? 0 : value();
  question.last = random.chance(40) ? ~std::uint64_t{0} : value();
  if (random.chance(90) && question.first > question.last) {
    std::swap(question.first, question.last);
  }
  return question;
}

void expect_answered(const std::shared_ptr<const IndexSet>& set, const Pairs& pairs,
                     const Question& question) {
  std::vector<std::uint64_t> expected;
  std::vector<std::uint64_t> all;
  for (const IndexPair& pair : pairs) {
    if (pair.key != question.key) continue;
    all.push_back(pair.value);
    if (pair.value >= question.first && pair.value <= question.last) {
      expected.push_back(pair.value);
    }
  }
  set->prefetch(question.key);
  ASSERT_TRUE(all.empty() || set->may_hold(question.key));
  const CountBounds bounds = set->estimate(question.key, question.first, question.last);
  ASSERT_LE(bounds.at_least, expected.size());
  ASSERT_GE(bounds.at_most, expected.size());
  std::vector<std::uint64_t> candidates;
  const auto visited = set->for_each_candidate(question.key, [&](std::uint64_t value) {
    candidates.push_back(value);
    return false;
  });
  ASSERT_TRUE(visited.ok());
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  ASSERT_EQ(candidates, all);
  for (const SetOrder order : {SetOrder::ascending, SetOrder::descending}) {
    SetCursor cursor{set, question.key, question.first, question.last, order};
    std::vector<std::uint64_t> found;
    for (auto value = cursor.next();; value = cursor.next()) {
      ASSERT_TRUE(value.ok());
      if (!value.value()) break;
      found.push_back(*value.value());
    }
    if (order == SetOrder::descending) std::reverse(found.begin(), found.end());
    ASSERT_EQ(found, expected);
  }
}

TEST(SetCursorTest, ReadsManyRunsAsOneInBothOrders) {
  const std::uint64_t families = rounds(150, 1'500);
  for (std::uint64_t seed = 1; seed <= families; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random{seed};
    Family family =
        random_family(random, random.below(9), random.chance(10) ? 9'000 : 200, random.chance(50));
    const auto set = std::make_shared<const IndexSet>(family.runs);
    EXPECT_EQ(set->last_sequence().value(), 10 * family.runs.size());
    for (int question = 0; question < 40; ++question) {
      ASSERT_NO_FATAL_FAILURE(
          expect_answered(set, family.pairs, random_question(family.pairs, random)));
    }
  }
}

TEST(SetCursorTest, StopsAtTheFirstCandidateThatIsEnough) {
  const auto set = std::make_shared<const IndexSet>(
      std::vector<RunPointer>{run_of({{5, 30}, {5, 31}}, true), run_of({{5, 10}}, true)});
  std::vector<std::uint64_t> seen;
  const auto found = set->for_each_candidate(5, [&](std::uint64_t value) {
    seen.push_back(value);
    return value == 31;
  });
  ASSERT_TRUE(found.ok());
  EXPECT_TRUE(found.value());
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{30, 31}));
}

}  // namespace
}  // namespace daybook::test
