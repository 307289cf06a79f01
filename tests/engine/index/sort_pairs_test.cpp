// sort_pairs: what std::sort gives, for all shapes and sizes.

#include "engine/index/sort_pairs.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/engine/index/pairs.hpp"

namespace daybook::test {
namespace {

void expect_sorted(std::vector<IndexPair> pairs, std::vector<IndexPair>& room) {
  std::vector<IndexPair> expected = pairs;
  std::sort(expected.begin(), expected.end());
  sort_pairs(pairs, room);
  ASSERT_EQ(pairs, expected) << pairs.size() << " pairs";
}

TEST(SortPairsTest, SortsAllShapesAndSizes) {
  Random random{1};
  std::vector<IndexPair> room;
  for (const PairShape& shape : pair_shapes) {
    for (const std::size_t count : {0U, 1U, 2U, 3U, 24U, 25U, 26U, 100U, 1'000U, 50'000U}) {
      expect_sorted(random_pairs(random, shape, count), room);
    }
  }
}

TEST(SortPairsTest, SortsWhatIsSortedForwardsAndBackwards) {
  Random random{2};
  std::vector<IndexPair> room;
  for (const PairShape& shape : pair_shapes) {
    auto pairs = as_set(random_pairs(random, shape, 10'000));
    expect_sorted(pairs, room);
    std::reverse(pairs.begin(), pairs.end());
    expect_sorted(pairs, room);
  }
}

// As a follower collects them: values grow, keys are hashes.
TEST(SortPairsTest, SortsPairsWhoseValuesGrow) {
  Random random{3};
  std::vector<IndexPair> room;
  for (const std::uint64_t keys : {1U, 10U, 1'000U, 1'000'000U}) {
    std::vector<IndexPair> pairs;
    for (std::uint64_t value = 0; value < 100'000; ++value) {
      pairs.push_back({random.below(keys) * 0x9e3779b97f4a7c15, value});
    }
    expect_sorted(std::move(pairs), room);
  }
}

TEST(SortPairsTest, SortsKeysThatDifferInTheirLastBitsOnly) {
  Random random{4};
  std::vector<IndexPair> room;
  for (unsigned bits = 1; bits <= 16; ++bits) {
    std::vector<IndexPair> pairs;
    for (int count = 0; count < 3'000; ++count) {
      pairs.push_back({random.below(std::uint64_t{1} << bits), random.next()});
    }
    expect_sorted(std::move(pairs), room);
  }
}

TEST(IndexPairTest, ComparesByKeyAndThenByValue) {
  constexpr std::uint64_t greatest = ~std::uint64_t{0};
  const std::vector<IndexPair> ascending{
      {0, 0},        {0, 1},        {0, greatest}, {1, 0},
      {1, greatest}, {greatest, 0}, {greatest, 1}, {greatest, greatest}};
  for (std::size_t a = 0; a < ascending.size(); ++a) {
    for (std::size_t b = 0; b < ascending.size(); ++b) {
      EXPECT_EQ(ascending[a] < ascending[b], a < b);
      EXPECT_EQ(ascending[a] > ascending[b], a > b);
      EXPECT_EQ(ascending[a] <= ascending[b], a <= b);
      EXPECT_EQ(ascending[a] >= ascending[b], a >= b);
      EXPECT_EQ(ascending[a] == ascending[b], a == b);
    }
  }
}

}  // namespace
}  // namespace daybook::test
