// RunBuilder, IndexRun, RunCursor and their blocks: what was added is read back, by both orders, by
// key, by count; and damaged bytes are reported, never read past.
//
// Method: runs of every awkward size and shape against sorted vectors; small runs damaged bit by
// bit, also with their checksums made right again.

#include "engine/index/index_run.hpp"

#include <algorithm>
#include <cstring>
#include <map>

#include <gtest/gtest.h>

#include "engine/base/hash.hpp"
#include "engine/index/run_cursor.hpp"
#include "tests/engine/index/pairs.hpp"
#include "tests/support/rounds.hpp"

namespace daybook::test {
namespace {

using Pairs = std::vector<IndexPair>;

constexpr std::uint64_t greatest = ~std::uint64_t{0};

Result<Pairs> read_forwards(const std::shared_ptr<const IndexRun>& run) {
  Pairs pairs;
  RunCursor cursor{run};
  for (auto at = cursor.seek({0, 0});; at = cursor.next()) {
    if (!at) return at.error();
    if (at.value() == nullptr) return pairs;
    pairs.push_back(*at.value());
  }
}

Result<Pairs> read_backwards(const std::shared_ptr<const IndexRun>& run) {
  Pairs pairs;
  RunCursor cursor{run};
  for (auto at = cursor.seek_last({greatest, greatest});; at = cursor.previous()) {
    if (!at) return at.error();
    if (at.value() == nullptr) break;
    pairs.push_back(*at.value());
  }
  std::reverse(pairs.begin(), pairs.end());
  return pairs;
}

void expect_read_back(const std::shared_ptr<const IndexRun>& run, const Pairs& expected) {
  const auto forwards = read_forwards(run);
  ASSERT_TRUE(forwards.ok()) << forwards.error().what;
  ASSERT_EQ(forwards.value(), expected);
  const auto backwards = read_backwards(run);
  ASSERT_TRUE(backwards.ok()) << backwards.error().what;
  ASSERT_EQ(backwards.value(), expected);
  ASSERT_EQ(run->pair_count(), expected.size());
  if (expected.empty()) return;
  EXPECT_EQ(run->first(), expected.front());
  EXPECT_EQ(run->last(), expected.back());
  std::uint64_t keys = 0;
  std::uint64_t least = greatest;
  std::uint64_t most = 0;
  for (std::size_t at = 0; at < expected.size(); ++at) {
    if (at == 0 || expected[at].key != expected[at - 1].key) ++keys;
    least = std::min(least, expected[at].value);
    most = std::max(most, expected[at].value);
  }
  EXPECT_EQ(run->key_count(), keys);
  EXPECT_EQ(run->value_min(), least);
  EXPECT_EQ(run->value_max(), most);
}

TEST(IndexRunTest, ReadsBackRunsOfEveryShapeAndSize) {
  Random random{1};
  for (const PairShape& shape : pair_shapes) {
    for (const std::size_t count : {0U, 1U, 2U, 3U, 230U, 4'064U, 4'065U, 4'066U, 30'000U}) {
      const Pairs pairs = random_pairs(random, shape, count);
      for (const bool with_filter : {false, true}) {
        SCOPED_TRACE(std::to_string(count) + " pairs of " + std::to_string(shape.keys) + " keys");
        ASSERT_NO_FATAL_FAILURE(expect_read_back(run_of(pairs, with_filter), as_set(pairs)));
      }
    }
  }
}

// One key with values that lie close: a byte a pair, and so many pairs as a page holds at most.
TEST(IndexRunTest, FillsPagesToTheirLastByte) {
  for (std::size_t count = run_block_pairs_max - 2; count <= 2 * run_block_pairs_max + 2; ++count) {
    if (count > run_block_pairs_max + 2 && count < 2 * run_block_pairs_max - 2) continue;
    Pairs pairs;
    for (std::uint64_t value = 0; value < count; ++value) pairs.push_back({7, 100 + value});
    const auto run = run_of(pairs, false);
    EXPECT_EQ(run->block_count(), (count + run_block_pairs_max - 1) / run_block_pairs_max);
    ASSERT_NO_FATAL_FAILURE(expect_read_back(run, pairs));
  }
}

// Records of each number of key bytes and value bytes, and one byte short of and past each step.
TEST(IndexRunTest, ReadsBackEveryFormOfRecord) {
  Pairs pairs;
  std::uint64_t key = 0;
  for (unsigned key_bits = 0; key_bits <= 64; ++key_bits) {
    const std::uint64_t more = key_bits == 0 ? 0 : greatest >> (64 - key_bits);
    if (key + more < key) break;
    key += more;
    std::uint64_t value = 0;
    for (unsigned value_bits = 0; value_bits <= 64; ++value_bits) {
      const std::uint64_t step = value_bits == 0 ? 0 : greatest >> (64 - value_bits);
      for (const std::uint64_t less : {2U, 1U, 0U}) {
        if (step >= less) pairs.push_back({key, std::max(value, step - less)});
      }
    }
    for (const std::uint64_t near : {1U, 127U, 128U, 129U}) {
      value += near;
      pairs.push_back({key, value});
    }
  }
  ASSERT_NO_FATAL_FAILURE(expect_read_back(run_of(pairs, false), as_set(pairs)));
}

TEST(IndexRunTest, ReadsBackKeysThatGrowByEveryNumberOfBits) {
  for (unsigned bits = 1; bits <= 64; ++bits) {
    const Pairs pairs{{0, 5}, {greatest >> (64 - bits), 3}, {greatest, greatest}};
    ASSERT_NO_FATAL_FAILURE(expect_read_back(run_of(pairs, true), as_set(pairs))) << bits;
  }
}

void expect_found_by_key(const std::shared_ptr<const IndexRun>& run, const Pairs& pairs,
                         Random& random) {
  const std::uint64_t key =
      random.chance(80) && !pairs.empty() ? pairs[random.below(pairs.size())].key : random.next();
  std::uint64_t first = pairs.empty() ? 0 : pairs[random.below(pairs.size())].value;
  std::uint64_t last = pairs.empty() ? 9 : pairs[random.below(pairs.size())].value;
  if (random.chance(30)) first = 0;
  if (random.chance(30)) last = greatest;
  if (random.chance(90) && first > last) std::swap(first, last);
  std::vector<std::uint64_t> all;
  std::uint64_t count = 0;
  for (const IndexPair& pair : pairs) {
    if (pair.key != key) continue;
    all.push_back(pair.value);
    if (pair.value >= first && pair.value <= last) ++count;
  }
  run->prefetch(key);
  ASSERT_TRUE(all.empty() || run->may_hold(key));
  std::vector<std::uint64_t> visited;
  const auto visit = run->visit(key, [&](std::uint64_t value) {
    visited.push_back(value);
    return false;
  });
  ASSERT_TRUE(visit.ok());
  ASSERT_FALSE(visit.value());
  ASSERT_EQ(visited, all);
  const auto exact = run->count(key, first, last);
  ASSERT_TRUE(exact.ok());
  ASSERT_EQ(exact.value(), count) << key << " from " << first << " to " << last;
  const CountBounds bounds = run->estimate(key, first, last);
  ASSERT_LE(bounds.at_least, count) << key << " from " << first << " to " << last;
  ASSERT_GE(bounds.at_most, count) << key << " from " << first << " to " << last;
}

TEST(IndexRunTest, FindsCountsAndEstimatesByKey) {
  Random random{2};
  const std::uint64_t questions = rounds(1'000, 10'000);
  for (const PairShape& shape : pair_shapes) {
    for (const std::size_t count : {0U, 1U, 50U, 20'000U}) {
      const Pairs pairs = as_set(random_pairs(random, shape, count));
      const auto run = run_of(pairs, random.chance(50));
      for (std::uint64_t question = 0; question < questions / 10; ++question) {
        ASSERT_NO_FATAL_FAILURE(expect_found_by_key(run, pairs, random))
            << count << " pairs of " << shape.keys << " keys";
      }
    }
  }
}

TEST(IndexRunTest, StopsVisitingOnceEnoughIsSeen) {
  const auto run = run_of({{5, 1}, {5, 2}, {5, 3}}, false);
  int seen = 0;
  const auto enough = run->visit(5, [&](std::uint64_t) { return ++seen == 2; });
  ASSERT_TRUE(enough.ok());
  EXPECT_TRUE(enough.value());
  EXPECT_EQ(seen, 2);
}

// To any pair and on from there, in both directions, as often as one likes.
void wander(const std::shared_ptr<const IndexRun>& run, const Pairs& pairs, Random& random) {
  RunCursor cursor{run};
  for (int seek = 0; seek < 60; ++seek) {
    IndexPair wanted{random.next(), random.next()};
    if (random.chance(70) && !pairs.empty()) wanted = pairs[random.below(pairs.size())];
    if (random.chance(20)) --wanted.value;
    if (random.chance(20)) ++wanted.value;
    const bool to_last = random.chance(50);
    const auto bound = to_last ? std::upper_bound(pairs.begin(), pairs.end(), wanted)
                               : std::lower_bound(pairs.begin(), pairs.end(), wanted);
    auto at = bound - pairs.begin() - (to_last ? 1 : 0);
    auto found = to_last ? cursor.seek_last(wanted) : cursor.seek(wanted);
    for (int step = 0; step < 40; ++step) {
      ASSERT_TRUE(found.ok());
      const bool is_there = at >= 0 && at < static_cast<std::ptrdiff_t>(pairs.size());
      ASSERT_EQ(found.value() != nullptr, is_there);
      if (!is_there) break;
      ASSERT_EQ(*found.value(), pairs[static_cast<std::size_t>(at)]);
      const auto rest = cursor.rest();
      ASSERT_FALSE(rest.empty());
      ASSERT_EQ(rest[0], *found.value());
      if (random.chance(5)) {
        at += static_cast<std::ptrdiff_t>(rest.size());
        found = cursor.next_block();
      } else if (random.chance(50)) {
        ++at;
        found = cursor.next();
      } else {
        --at;
        found = cursor.previous();
      }
    }
  }
}

TEST(RunCursorTest, WandersInBothDirections) {
  Random random{3};
  for (const PairShape& shape : pair_shapes) {
    for (const std::size_t count : {0U, 1U, 2U, 300U, 30'000U}) {
      const Pairs pairs = as_set(random_pairs(random, shape, count));
      ASSERT_NO_FATAL_FAILURE(wander(run_of(pairs, false), pairs, random))
          << count << " pairs of " << shape.keys << " keys";
    }
  }
}

TEST(RunBuilderTest, StopsAtPairsOutOfOrderOrBelowTheBase) {
  MemoryRunSink sink;
  RunSettings settings;
  settings.identity.first = settings.identity.last = Sequence{1};
  settings.value_base = 10;
  RunBuilder builder{settings, sink};
  EXPECT_DEATH(builder.add({1, 9}), "below its base");
  builder.add({5, 20});
  builder.add({5, 20});  // The same once more is nothing new.
  EXPECT_EQ(builder.pair_count(), 1U);
  EXPECT_DEATH(builder.add({5, 19}), "ascending order");
  EXPECT_DEATH(builder.add({4, 99}), "ascending order");
}

TEST(RunBuilderTest, TellsOfASinkThatFails) {
  class FailingSink final : public RunSink {
   public:
    Result<void> append(std::span<const std::byte>) override {
      if (left_ == 0) return Failure{FailureKind::no_space, "full"};
      --left_;
      return {};
    }
    Result<void> put_header(std::span<const std::byte>) override {
      ADD_FAILURE() << "a run that is not whole gets no header";
      return {};
    }

   private:
    int left_ = 2;
  };
  FailingSink sink;
  RunSettings settings;
  settings.identity.first = settings.identity.last = Sequence{1};
  RunBuilder builder{settings, sink};
  for (std::uint64_t value = 0; value < 5 * run_block_pairs_max; ++value) builder.add({1, value});
  const auto finished = builder.finish();
  ASSERT_FALSE(finished.ok());
  EXPECT_EQ(finished.error().kind, FailureKind::no_space);
}

TEST(IndexRunTest, KeepsWhoseItIs) {
  const auto run = run_of({{1, 2}}, false, Sequence{3}, Sequence{9});
  EXPECT_EQ(run->identity(), (RunIdentity{.journal_id = {7, 7},
                                          .index = IndexKind::transfer_fields,
                                          .tier = 0,
                                          .first = Sequence{3},
                                          .last = Sequence{9}}));
}

TEST(IndexRunTest, NamesEveryKindOfIndexBothWays) {
  for (std::uint16_t number = 0; number < 10; ++number) {
    const auto text = to_string(IndexKind{number});
    EXPECT_EQ(text.empty(), number < 1 || number > 5);
    if (text.empty()) continue;
    EXPECT_EQ(parse_index_kind(text), IndexKind{number});
  }
  EXPECT_EQ(parse_index_kind("transfer"), std::nullopt);
  EXPECT_EQ(parse_index_kind(""), std::nullopt);
}

}  // namespace
}  // namespace daybook::test
