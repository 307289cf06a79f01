// IdIndex: every inserted entry is found again, through any number of growths, and taking back
// leaves what a run without the insert would have left.
//
// Method: random inserts against a std::map, with growth in small slices.

#include "engine/ledger/id_index.hpp"

#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/random.hpp"

namespace daybook {
namespace {

constexpr std::uint64_t seed = 7;

Uint128 id_number(std::uint64_t number) { return {number * 0x9e3779b97f4a7c15, number}; }

bool holds(const IdIndex& index, const Uint128& id, std::uint64_t value) {
  return index.find(index.tag_of(id), [&](std::uint64_t each) { return each == value; }) == value;
}

TEST(IdIndexTest, FindsEveryEntryThroughGrowth) {
  constexpr std::uint64_t entries = 300'000;  // From 1,024 buckets over seven doublings.
  IdIndex index{entries, seed};
  for (std::uint64_t number = 1; number <= entries; ++number) {
    index.prepare(1);
    const Uint128 id = id_number(number);
    index.insert(index.tag_of(id), number);
    if (number % 1'000 == 0) {
      for (std::uint64_t earlier = 1; earlier <= number; earlier += 997) {
        ASSERT_TRUE(holds(index, id_number(earlier), earlier)) << earlier << " after " << number;
      }
    }
  }
  for (std::uint64_t number = 1; number <= entries; ++number) {
    ASSERT_TRUE(holds(index, id_number(number), number));
  }
  EXPECT_EQ(index.size(), entries);
}

TEST(IdIndexTest, DoesNotFindWhatWasNeverInserted) {
  IdIndex index{100'000, seed};
  for (std::uint64_t number = 1; number <= 50'000; ++number) {
    index.prepare(1);
    index.insert(index.tag_of(id_number(number)), number);
  }
  std::uint64_t false_hits = 0;  // Equal tags of different ids: 2^-47 a pair.
  for (std::uint64_t number = 50'001; number <= 100'000; ++number) {
    if (index.candidate(index.tag_of(id_number(number))) != IdIndex::none) ++false_hits;
  }
  EXPECT_EQ(false_hits, 0U);
}

TEST(IdIndexTest, KeepsValuesOf49Bits) {
  IdIndex index{10, seed};
  index.prepare(2);
  index.insert(index.tag_of(id_number(1)), IdIndex::value_max);
  index.insert(index.tag_of(id_number(2)), 0);
  EXPECT_TRUE(holds(index, id_number(1), IdIndex::value_max));
  EXPECT_TRUE(holds(index, id_number(2), 0));
}

TEST(IdIndexTest, ShowsEachValueOfOneTag) {
  IdIndex index{100, seed};
  index.prepare(20);
  const std::uint64_t tag = index.tag_of(id_number(1));
  for (std::uint64_t value = 0; value < 20; ++value) index.insert(tag, value);
  std::vector<std::uint64_t> seen;
  EXPECT_EQ(index.find(tag,
                       [&](std::uint64_t value) {
                         seen.push_back(value);
                         return false;
                       }),
            IdIndex::none);
  EXPECT_EQ(seen.size(), 20U);  // Five a bucket: the tag overflows into three more.
}

TEST(IdIndexTest, TakesBackTheLatestInsertsDuringGrowth) {
  IdIndex index{200'000, seed};
  std::uint64_t number = 0;
  std::map<std::uint64_t, bool> kept;
  for (int round = 0; round < 3'000; ++round) {
    index.prepare(60);
    std::vector<std::uint64_t> chain;
    for (int each = 0; each < 60; ++each) {
      ++number;
      index.insert(index.tag_of(id_number(number)), number);
      chain.push_back(number);
    }
    const bool undo = round % 3 == 0;
    if (undo) {
      for (auto at = chain.rbegin(); at != chain.rend(); ++at) {
        index.take_back(index.tag_of(id_number(*at)), *at);
      }
    }
    for (const std::uint64_t each : chain) kept[each] = !undo;
  }
  std::uint64_t count = 0;
  for (const auto& [each, is_kept] : kept) {
    ASSERT_EQ(holds(index, id_number(each), each), is_kept) << each;
    count += is_kept ? 1 : 0;
  }
  EXPECT_EQ(index.size(), count);
}

TEST(IdIndexDeathTest, TakingBackWhatIsNotTheLatestStopsTheProcess) {
  IdIndex index{10, seed};
  index.prepare(1);
  index.insert(index.tag_of(id_number(1)), 1);
  EXPECT_DEATH(index.take_back(index.tag_of(id_number(1)), 2), "only the latest insert");
}

TEST(IdIndexDeathTest, TagsThatNoHashesGiveStopTheProcessBeforeTheEndOfTheTable) {
  const auto crowd = [](std::uint64_t tag) {
    IdIndex index{100'000, seed};
    index.prepare(100'000);
    for (std::uint64_t value = 0; value < 6'000; ++value) index.insert(tag, value);
  };
  for (const std::uint64_t tag : {std::uint64_t{0}, (std::uint64_t{1} << 47) - 1}) {
    EXPECT_DEATH(crowd(tag), "tags are hashes");
  }
}

TEST(IdIndexTest, AskingForMemoryAheadKeepsEveryEntry) {
  IdIndex index{100'000, seed};
  for (std::uint64_t number = 1; number <= 100'000; ++number) {
    index.prepare(1);
    index.insert(index.tag_of(id_number(number)), number);
    index.tend_memory();
  }
  for (std::uint64_t number = 1; number <= 100'000; ++number) {
    ASSERT_TRUE(holds(index, id_number(number), number));
  }
}

// Random inserts, erasures and replacements against a multimap, with crowded tags so that buckets
// overflow, and with growth going on.
TEST(IdIndexTest, AgreesWithAMapThatErasesToo) {
  for (std::uint64_t round = 1; round <= 20; ++round) {
    test::Random random{round};
    SCOPED_TRACE("seed " + std::to_string(round));
    IdIndex index{40'000, round};
    // The first and the last bucket, one at which the sizes of tables begin, and any other.
    const std::array<std::uint64_t, 4> crowded{
        0, (std::uint64_t{1} << 47) - 1, (std::uint64_t{1} << 46) - 1, index.tag_of(id_number(1))};
    std::vector<std::pair<std::uint64_t, std::uint64_t>> kept;  // Tag and value.
    const std::uint64_t crowd = random.between(1, 3);
    std::uint64_t next_value = 0;
    for (int step = 0; step < 30'000; ++step) {
      index.prepare(1);
      if (kept.empty() || random.chance(60)) {
        // A few neighbouring tags get far more than their bucket holds.
        const std::uint64_t tag = random.chance(crowd) ? crowded[random.below(crowded.size())]
                                                       : index.tag_of(id_number(random.next()));
        index.insert(tag, ++next_value);
        kept.emplace_back(tag, next_value);
      } else {
        const std::size_t at = random.below(kept.size());
        auto& [tag, value] = kept[at];
        if (random.chance(20)) {
          index.replace(tag, value, ++next_value);
          value = next_value;
        } else {
          index.erase(tag, value);
          ASSERT_EQ(index.find(tag, [&](std::uint64_t each) { return each == kept[at].second; }),
                    IdIndex::none);
          kept[at] = kept.back();
          kept.pop_back();
        }
      }
      ASSERT_EQ(index.size(), kept.size());
      if (step % 3'000 != 0) continue;
      for (const auto& [tag, value] : kept) {
        ASSERT_EQ(index.find(tag, [wanted = value](std::uint64_t each) { return each == wanted; }),
                  value);
      }
    }
  }
}

}  // namespace
}  // namespace daybook
