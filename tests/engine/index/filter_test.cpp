// Filter and FilterBuilder: every key that was added is found; of others about one in 65,536 is;
// damaged bytes are refused.
//
// Method: key sets of every awkward size and shape, asked for members and strangers; every bit of a
// small filter flipped.

#include "engine/index/filter.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "engine/base/hash.hpp"
#include "engine/index/filter_builder.hpp"
#include "tests/support/random.hpp"

namespace daybook::test {
namespace {

std::vector<std::uint64_t> random_keys(std::uint64_t seed, std::size_t count) {
  Random random{seed};
  std::vector<std::uint64_t> keys(count);
  for (std::uint64_t& key : keys) key = random.next();
  std::sort(keys.begin(), keys.end());
  return keys;
}

std::vector<std::uint16_t> words_of(const std::vector<std::uint64_t>& keys,
                                    std::uint64_t keys_max) {
  FilterBuilder builder{keys_max};
  for (const std::uint64_t key : keys) builder.add(key);
  return builder.finish();
}

Filter filter_of(const std::vector<std::uint64_t>& keys, std::uint64_t keys_max) {
  const auto words = std::make_shared<const std::vector<std::uint16_t>>(words_of(keys, keys_max));
  auto filter = Filter::open(std::as_bytes(std::span{*words}), words);
  EXPECT_TRUE(filter.ok());
  return std::move(filter).value();
}

void expect_all_found(const Filter& filter, const std::vector<std::uint64_t>& keys) {
  for (const std::uint64_t key : keys) {
    filter.prefetch(key);
    ASSERT_TRUE(filter.contains(key)) << "of " << keys.size() << " keys, key " << key;
  }
}

TEST(FilterTest, FindsEveryKeyOfSetsOfEverySize) {
  for (std::size_t count = 0; count <= 300; ++count) {
    const auto keys = random_keys(count + 1, count);
    const Filter filter = filter_of(keys, count);
    expect_all_found(filter, keys);
    EXPECT_EQ(filter.key_count(), count);
  }
  for (const std::size_t count : {1'010U, 11'193U, 37'273U, 100'000U, 131'072U, 131'073U}) {
    const auto keys = random_keys(count, count);
    expect_all_found(filter_of(keys, count), keys);
  }
}

TEST(FilterTest, FindsEveryKeyOfManyShards) {
  const auto keys = random_keys(5, 700'000);
  const Filter filter = filter_of(keys, keys.size());
  expect_all_found(filter, keys);
  EXPECT_EQ(filter.key_count(), keys.size());
}

TEST(FilterTest, LetsOneOf65536StrangersPass) {
  const auto keys = random_keys(1, 100'000);
  const Filter filter = filter_of(keys, keys.size());
  Random random{2};
  constexpr std::uint64_t asked = 4'000'000;
  std::uint64_t passed = 0;
  for (std::uint64_t number = 0; number < asked; ++number) {
    const std::uint64_t stranger = random.next();
    if (filter.contains(stranger)) ++passed;
  }
  // 61 are expected, give or take 8; the seeds are fixed.
  EXPECT_GT(passed, 30U);
  EXPECT_LT(passed, 100U);
}

TEST(FilterTest, TakesAKeyOnceHoweverOftenItComes) {
  std::vector<std::uint64_t> keys;
  for (const std::uint64_t key : random_keys(3, 1'000)) keys.insert(keys.end(), 5, key);
  const Filter filter = filter_of(keys, keys.size());
  expect_all_found(filter, keys);
  EXPECT_EQ(filter.key_count(), 1'000U);
}

TEST(FilterTest, TakesKeysThatAllFallIntoOneShard) {
  std::vector<std::uint64_t> low;
  std::vector<std::uint64_t> high;
  for (std::uint64_t key = 0; key < 200'000; ++key) {
    low.push_back(key);
    high.push_back(~std::uint64_t{0} - 199'999 + key);
  }
  expect_all_found(filter_of(low, 1'000'000), low);
  expect_all_found(filter_of(high, 1'000'000), high);
}

TEST(FilterTest, TakesTheSmallestAndTheGreatestKey) {
  const std::vector<std::uint64_t> keys{0, ~std::uint64_t{0}};
  expect_all_found(filter_of(keys, 2), keys);
  expect_all_found(filter_of(keys, 10'000'000), keys);
}

TEST(FilterTest, FindsNothingWhereNothingWasAdded) {
  for (const std::uint64_t keys_max : {0U, 1'000'000U}) {
    const Filter filter = filter_of({}, keys_max);
    Random random{4};
    for (int asked = 0; asked < 1'000; ++asked) {
      const std::uint64_t key = random.next();
      filter.prefetch(key);
      ASSERT_FALSE(filter.contains(key));
    }
  }
}

TEST(FilterTest, GivesTheSameBytesForTheSameKeys) {
  const auto keys = random_keys(6, 5'000);
  EXPECT_EQ(words_of(keys, keys.size()), words_of(keys, keys.size()));
}

TEST(FilterTest, StopsAtKeysOutOfOrder) {
  FilterBuilder builder{1'000'000};
  builder.add(~std::uint64_t{0});
  EXPECT_DEATH(builder.add(1), "ascending order");
}

TEST(FilterTest, RefusesEveryFlippedBit) {
  auto words = words_of(random_keys(7, 20), 20);
  const auto bytes = std::as_writable_bytes(std::span{words});
  ASSERT_TRUE(Filter::open(bytes, nullptr).ok());
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    const auto mask = static_cast<std::byte>(1U << bit % 8);
    bytes[bit / 8] ^= mask;
    const auto opened = Filter::open(bytes, nullptr);
    ASSERT_FALSE(opened.ok()) << "bit " << bit;
    ASSERT_EQ(opened.error().kind, FailureKind::damaged) << "bit " << bit;
    bytes[bit / 8] ^= mask;
  }
}

TEST(FilterTest, RefusesBytesThatEndTooEarlyOrTooLate) {
  auto words = words_of(random_keys(8, 20), 20);
  const std::size_t size = words.size() * sizeof(words[0]);
  words.push_back(0);
  const auto bytes = std::as_bytes(std::span{words});
  for (std::size_t count = 0; count <= bytes.size(); ++count) {
    ASSERT_EQ(Filter::open(bytes.first(count), nullptr).ok(), count == size) << count;
  }
}

// Bytes with a right checksum that contradict themselves: what only a wrong builder could write.
class UnsoundFilterTest : public testing::Test {
 protected:
  void SetUp() override {
    words_ = words_of(random_keys(9, 20), 20);
    std::memcpy(&header_, bytes(), sizeof(header_));
    std::memcpy(&shard_, bytes() + sizeof(header_), sizeof(shard_));
  }

  [[nodiscard]] Result<Filter> open() {
    std::memcpy(bytes(), &header_, sizeof(header_));
    std::memcpy(bytes() + sizeof(header_), &shard_, sizeof(shard_));
    const auto all = std::as_bytes(std::span{words_});
    header_.checksum = xxh3_64(all.subspan(sizeof(header_.checksum)));
    std::memcpy(bytes(), &header_, sizeof(header_));
    return Filter::open(all, nullptr);
  }
  void expect_damaged(const char* what) {
    const auto opened = open();
    ASSERT_FALSE(opened.ok()) << what;
    EXPECT_EQ(opened.error().kind, FailureKind::damaged) << what;
  }
  std::byte* bytes() { return reinterpret_cast<std::byte*>(words_.data()); }

  std::vector<std::uint16_t> words_;
  FilterHeader header_;
  FilterShard shard_;
};

TEST_F(UnsoundFilterTest, RefusesShardsThatLeadOutside) {
  ASSERT_TRUE(open().ok());
  const FilterShard sound = shard_;
  shard_.span += 1U << shard_.segment_bits;
  expect_damaged("a span that is too long");
  shard_ = sound;
  shard_.span -= 1;
  expect_damaged("a span that is no multiple of segments");
  shard_ = sound;
  shard_.first_slot = 4;
  expect_damaged("slots that do not begin at the beginning");
  shard_ = sound;
  shard_.segment_bits = filter_segment_bits_max + 1;
  expect_damaged("segments that are too large");
  shard_.segment_bits = 64 + sound.segment_bits;
  expect_damaged("segments of more bits than a number has");
  shard_ = sound;
  shard_.span = 0;
  expect_damaged("slots that no shard has");
}

TEST_F(UnsoundFilterTest, RefusesCountsThatDoNotFit) {
  header_.shard_bits = 1;
  expect_damaged("a shard too many");
  header_.shard_bits = filter_shard_bits_max + 1;
  expect_damaged("more shards than there may be");
  header_.shard_bits = 0;
  ++header_.slot_count;
  expect_damaged("a slot too many");
}

TEST_F(UnsoundFilterTest, DoesNotReadALaterFormat) {
  ++header_.format_version;
  const auto opened = open();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().kind, FailureKind::unsupported);
}

TEST_F(UnsoundFilterTest, AnswersPerhapsForAShardThatSaysSo) {
  shard_ = FilterShard{};
  shard_.answer = 1;
  header_.slot_count = 0;
  words_.resize((sizeof(header_) + sizeof(shard_)) / sizeof(words_[0]));
  const auto opened = open();
  ASSERT_TRUE(opened.ok());
  EXPECT_TRUE(opened.value().contains(1));
  EXPECT_TRUE(opened.value().contains(~std::uint64_t{0}));
}

}  // namespace
}  // namespace daybook::test
