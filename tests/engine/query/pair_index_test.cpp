// PairIndex, PairRun and DealtPairs: whatever was added and shown is found, in order, by readers
// of any moment.
//
// Method: random pairs against a plain list, with blocks and runs so small that every border is
// crossed.

#include "engine/query/pair_index.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/index/run_sink.hpp"
#include "tests/support/full_run_store.hpp"
#include "tests/support/random.hpp"
#include "tests/support/rounds.hpp"

namespace daybook::test {
namespace {

struct Pair {
  std::uint64_t key = 0;
  std::uint64_t value = 0;
};

// A key whose tag is `number`, so that keys of different numbers never share one.
std::uint64_t key_of(std::uint64_t number) { return number << packed_offset_bits; }

std::vector<std::uint64_t> values_of(const IndexView& view, std::uint64_t key, std::uint64_t first,
                                     std::uint64_t last, IndexOrder order) {
  IndexedValues values{view, key, first, last, order};
  const std::uint64_t count = values.count();
  std::vector<std::uint64_t> found;
  while (const auto value = values.next()) found.push_back(*value);
  EXPECT_EQ(found.size(), count);
  EXPECT_EQ(values.next(), std::nullopt);
  return found;
}

std::vector<std::uint64_t> expected_of(const std::vector<Pair>& pairs, std::uint64_t key,
                                       std::uint64_t first, std::uint64_t last, IndexOrder order) {
  std::vector<std::uint64_t> found;
  for (const Pair& pair : pairs) {
    if (pair.key == key && pair.value >= first && pair.value <= last) found.push_back(pair.value);
  }
  if (order == IndexOrder::descending) std::reverse(found.begin(), found.end());
  return found;
}

// Values that grow, now by 0, now by much.
std::uint64_t next_value(Random& random, std::uint64_t value, std::uint64_t leap_max) {
  if (random.chance(30)) return value;
  return value + (random.chance(5) ? random.below(leap_max) : random.below(4));
}

void check_random_index(std::uint64_t seed) {
  Random random{seed};
  const std::uint64_t keys = random.between(1, 12);
  const std::uint64_t leap_max = random.chance(30) ? std::uint64_t{1} << 34 : 100;
  MemoryRunStore memory;
  FullRunStore full{random.below(2'000)};
  PairIndex index{PairIndex::Sizes{.pairs_a_block = random.between(1, 40),
                                   .blocks_a_run = random.between(1, 6)},
                  random.chance(40)   ? static_cast<RunStore*>(&memory)
                  : random.chance(50) ? &full
                                      : nullptr,
                  "pairs"};
  std::vector<Pair> pairs;
  std::uint64_t value = random.chance(50) ? random.below(leap_max) : 0;
  for (int entry = 0; entry < 60; ++entry) {
    for (std::uint64_t more = random.below(60); more > 0; --more) {
      value = next_value(random, value, leap_max);
      pairs.push_back({key_of(random.below(keys)), value});
      index.add(pairs.back().key, pairs.back().value);
    }
    index.publish();
    const IndexView view = index.view();
    for (int question = 0; question < 8; ++question) {
      const std::uint64_t key = key_of(random.below(keys + 1));
      std::uint64_t first = random.below(value + 2);
      std::uint64_t last = random.chance(30) ? ~std::uint64_t{0} : random.below(value + 2);
      if (random.chance(30)) first = 0;
      if (random.chance(80) && first > last) std::swap(first, last);
      for (const IndexOrder order : {IndexOrder::ascending, IndexOrder::descending}) {
        ASSERT_EQ(values_of(view, key, first, last, order),
                  expected_of(pairs, key, first, last, order))
            << "entry " << entry << ", from " << first << " to " << last;
      }
    }
  }
}

TEST(PairIndexTest, FindsWhatWasAddedInAnyRangeAndOrder) {
  const std::uint64_t worlds = rounds(200, 2'000);
  for (std::uint64_t seed = 1; seed <= worlds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    ASSERT_NO_FATAL_FAILURE(check_random_index(seed));
  }
}

TEST(PairIndexTest, ShowsNothingBeforeItIsPublished) {
  PairIndex index{PairIndex::Sizes{.pairs_a_block = 100, .blocks_a_run = 2}};
  index.add(key_of(1), 5);
  EXPECT_TRUE(values_of(index.view(), key_of(1), 0, 10, IndexOrder::ascending).empty());
  index.publish();
  EXPECT_EQ(values_of(index.view(), key_of(1), 0, 10, IndexOrder::ascending),
            std::vector<std::uint64_t>{5});
}

TEST(PairIndexTest, KeepsAViewAsItWasWhileItGrows) {
  PairIndex index{PairIndex::Sizes{.pairs_a_block = 3, .blocks_a_run = 2}};
  for (std::uint64_t value = 1; value <= 8; ++value) index.add(key_of(1), value);
  index.publish();
  IndexedValues before{index.view(), key_of(1), 0, ~std::uint64_t{0}, IndexOrder::ascending};
  for (std::uint64_t value = 9; value <= 1'000; ++value) index.add(key_of(1), value);
  index.publish();
  for (std::uint64_t value = 1; value <= 8; ++value) ASSERT_EQ(before.next(), value);
  EXPECT_EQ(before.next(), std::nullopt);
}

TEST(PairIndexTest, MakesOneRunOfItsBlocksAndNoMore) {
  PairIndex index{PairIndex::Sizes{.pairs_a_block = 10, .blocks_a_run = 4}};
  for (std::uint64_t value = 1; value <= 1'000; ++value) {
    index.add(key_of(value % 7), value);
    index.publish();
    // Of 40 pairs a run, of 10 a block; what fills the tail becomes a block with the next pair.
    ASSERT_EQ(index.view().runs->size(), (value - 1) / 40) << value;
    ASSERT_EQ(index.view().blocks->size(), (value - 1) / 10 % 4) << value;
  }
}

std::size_t pairs_in_memory(const IndexView& view) {
  std::size_t count = 0;
  for (const auto& run : *view.runs) count += run->name().empty() ? run->pairs().size() : 0;
  for (const auto& block : *view.blocks) count += block->pairs.all().size();
  return count;
}

TEST(PairIndexTest, KeepsInMemoryOnlyWhatIsInNoRun) {
  MemoryRunStore store;
  FullRunStore full{0};
  constexpr PairIndex::Sizes sizes{.pairs_a_block = 10, .blocks_a_run = 4};
  PairIndex stored{sizes, &store, "pairs"};
  PairIndex refused{sizes, &full, "pairs"};
  for (std::uint64_t value = 1; value <= 1'000; ++value) {
    stored.add(key_of(value % 7), value);
    refused.add(key_of(value % 7), value);
    ASSERT_LE(pairs_in_memory(stored.view()), 40U) << value;
  }
  EXPECT_GT(pairs_in_memory(refused.view()), 900U);
}

TEST(PairRunTest, IsReadFromItsStoreAsItWasWritten) {
  MemoryRunStore store;
  for (const std::size_t count : {1U, 511U, 512U, 513U, 5'000U}) {
    std::vector<PackedPair> pairs;
    for (std::uint64_t value = 0; value < count; ++value) {
      pairs.push_back(pack(key_of(value / 100), 50 + value, 50));
    }
    const auto written = PairRun::store({50, 50, 49 + count}, pairs, store, "pairs");
    ASSERT_TRUE(written.ok());
    const auto bytes = store.open_kept(written.value()->name());
    ASSERT_TRUE(bytes.ok());
    const auto read = PairRun::open(bytes.value());
    ASSERT_TRUE(read.ok());
    const PairRun& run = *read.value();
    EXPECT_TRUE(run.check().ok());
    EXPECT_EQ(run.base(), 50U);
    EXPECT_EQ(run.first(), 50U);
    EXPECT_EQ(run.last(), 49 + count);
    EXPECT_TRUE(std::equal(pairs.begin(), pairs.end(), run.pairs().begin(), run.pairs().end()));
    for (std::uint64_t value = 0; value < count; ++value) {
      ASSERT_EQ(run.find(key_of(value / 100), 50 + value, 50 + value).size(), 1U);
    }
  }
}

TEST(PairRunTest, FindsEveryChangedByte) {
  MemoryRunStore store;
  std::vector<PackedPair> pairs;
  for (std::uint64_t value = 0; value < 600; ++value) pairs.push_back(pack(0, value, 0));
  const auto written = PairRun::store({0, 0, 599}, pairs, store, "pairs");
  ASSERT_TRUE(written.ok());
  const auto stored = store.open_kept(written.value()->name());
  ASSERT_TRUE(stored.ok());
  const auto original = stored.value().bytes;
  constexpr std::size_t header_bytes = 72;
  for (std::size_t at = 0; at < original.size(); ++at) {
    if (at == header_bytes) at = 4'096;  // Up to the page's end nothing counts.
    const auto copy = std::make_shared<std::vector<std::byte>>(original.begin(), original.end());
    (*copy)[at] ^= std::byte{0x10};
    const auto read = PairRun::open({*copy, copy, "a copy"});
    const auto checked = read.ok() ? read.value()->check() : Result<void>{read.error()};
    ASSERT_FALSE(checked.ok()) << at;
    ASSERT_EQ(checked.error().kind, FailureKind::damaged);
    ASSERT_NE(checked.error().what.find("a copy"), std::string::npos);
  }
  for (std::size_t size = 0; size < original.size(); size += 1'000) {
    EXPECT_FALSE(PairRun::open({original.first(size), nullptr, "a copy"}).ok()) << size;
  }
}

TEST(PairIndexTest, TakesTheSmallestAndTheGreatestKeyAndValue) {
  PairIndex index{PairIndex::Sizes{.pairs_a_block = 2, .blocks_a_run = 2}};
  constexpr std::uint64_t greatest = ~std::uint64_t{0};
  for (const std::uint64_t value :
       {std::uint64_t{0}, packed_offset_max, packed_offset_max + 1, greatest - 1, greatest}) {
    index.add(0, value);
    index.add(greatest, value);
  }
  index.publish();
  for (const std::uint64_t key : {std::uint64_t{0}, greatest}) {
    EXPECT_EQ(values_of(index.view(), key, 0, greatest, IndexOrder::ascending),
              (std::vector<std::uint64_t>{0, packed_offset_max, packed_offset_max + 1, greatest - 1,
                                          greatest}));
    EXPECT_EQ(values_of(index.view(), key, greatest, greatest, IndexOrder::ascending),
              std::vector<std::uint64_t>{greatest});
    EXPECT_TRUE(
        values_of(index.view(), key, 1, packed_offset_max - 1, IndexOrder::descending).empty());
  }
}

TEST(PairRunTest, FindsAtEveryBorderOfItsNotes) {
  for (const std::size_t count : {1U, 511U, 512U, 513U, 1'024U, 1'025U, 5'000U}) {
    std::vector<PackedPair> pairs;
    for (std::uint64_t value = 0; value < count; ++value) {
      pairs.push_back(pack(key_of(value / 100), 50 + value, 50));
    }
    const PairRun run{{50, 50, 49 + count}, pairs};
    for (std::uint64_t value = 0; value < count; ++value) {
      const auto found = run.find(key_of(value / 100), 50 + value, 50 + value);
      ASSERT_EQ(found.size(), 1U) << value << " of " << count;
      ASSERT_EQ(run.base() + offset_of(found[0]), 50 + value);
      ASSERT_TRUE(run.find(key_of(value / 100 + 1), 50 + value, 50 + value).empty());
    }
    EXPECT_EQ(run.find(key_of(0), 0, ~std::uint64_t{0}).size(), std::min<std::size_t>(count, 100));
    EXPECT_TRUE(run.find(key_of(0), 0, 49).empty());
    EXPECT_TRUE(run.find(key_of(0), 50 + count, ~std::uint64_t{0}).empty());
  }
}

TEST(DealtPairsTest, AreSortedByTagAndKeepTheOrderWithinATag) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Random random{seed};
    const std::uint64_t tags = std::uint64_t{1} << random.below(33);
    std::vector<PackedPair> expected;
    std::vector<DealtPairs> dealt;
    for (std::uint64_t block = random.below(5); block > 0; --block) {
      std::vector<PackedPair> pairs(random.below(3'000));
      for (PackedPair& pair : pairs) {
        pair = random.below(tags) << packed_offset_bits | random.below(1'000);
      }
      dealt.emplace_back(pairs);
      expected.insert(expected.end(), pairs.begin(), pairs.end());
      std::size_t in_buckets = 0;
      for (std::size_t bucket = 0; bucket < DealtPairs::buckets; ++bucket) {
        in_buckets += dealt.back().bucket(bucket).size();
      }
      ASSERT_EQ(in_buckets, pairs.size());
    }
    std::stable_sort(expected.begin(), expected.end(), [](PackedPair a, PackedPair b) {
      return a >> packed_offset_bits < b >> packed_offset_bits;
    });
    std::vector<const DealtPairs*> blocks;
    for (const DealtPairs& each : dealt) blocks.push_back(&each);
    ASSERT_EQ(sorted_of(blocks), expected) << "seed " << seed;
  }
}

}  // namespace
}  // namespace daybook::test
