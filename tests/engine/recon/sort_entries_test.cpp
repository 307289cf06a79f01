// Sorted runs are in the order that comparing whole records gives, for references with nothing, a
// little and everything in common; cursors and the merge give them back, spilled or not.
#include <algorithm>

#include <gtest/gtest.h>

#include "engine/recon/merge_stream.hpp"
#include "tests/engine/recon/memory_store.hpp"
#include "tests/engine/recon/recon_records.hpp"
#include "tests/support/random.hpp"

namespace daybook::recon {
namespace {

bool less(const Record& a, const Record& b) {
  if (a.key != b.key) return a.key < b.key;
  return less_behind_words(a, b);
}

void expect_sorted(std::vector<Record> records) {
  std::vector<std::byte> memory(records.size() * 200 + 4'096);
  RunRegion region{memory, OrderRule{}, 0};
  for (const Record& each : records) ASSERT_TRUE(region.append(each));
  region.finish();
  const std::vector<SortedRun> runs = region.runs();
  ASSERT_EQ(runs.size(), 1U);
  ASSERT_EQ(runs[0].entries.size(), records.size());
  std::sort(records.begin(), records.end(), less);
  for (std::size_t i = 0; i < records.size(); ++i) {
    Record found;
    unpack(runs[0].records + runs[0].entries[i].offset, found);
    ASSERT_EQ(found.key, records[i].key) << i;
    ASSERT_EQ(found.place, records[i].place) << i;
  }
}

TEST(SortEntries, OrdersReferencesOfEveryKind) {
  daybook::test::Random random{7};
  for (const std::size_t count : {1U, 2U, 100U, 4'095U, 4'096U, 30'000U}) {
    for (int kind = 0; kind < 5; ++kind) {
      std::vector<Record> records;
      for (std::size_t i = 0; i < count; ++i) {
        std::string reference;
        switch (kind) {
          case 0:
            reference = "same-for-all";
            break;
          case 1:
            reference = "prefix-of-all-" + std::to_string(random.below(count));
            break;
          case 2:
            reference = std::to_string(random.next());
            break;
          case 3:
            // All bits vary in the first byte, and what tells most apart comes last.
            reference = std::string(1, static_cast<char>(33 + random.below(90))) +
                        "0123456789abcdefghi" + std::to_string(random.below(1'000));
            break;
          default:
            reference = random.chance(1) ? "~" : "id" + std::to_string(i % 50);
        }
        records.push_back(test::record(Side::a, reference, 100, i));
      }
      expect_sorted(std::move(records));
    }
  }
}

TEST(RunRegion, KeepsAllRecordsOverAnyNumberOfSpills) {
  std::vector<std::byte> memory(16'384);
  std::vector<std::byte> block(4'096);
  test::MemoryStore store;
  RunRegion region{memory, OrderRule{}, 0};
  constexpr std::uint64_t count = 5'000;
  for (std::uint64_t i = 0; i < count; ++i) {
    const Record record = test::record(Side::a, std::to_string(i * 7'919 % count), 1, i);
    if (region.append(record)) continue;
    region.finish();
    ASSERT_TRUE(region.spill(store, block).ok());
    ASSERT_TRUE(region.append(record));
  }
  region.finish();
  EXPECT_TRUE(region.has_resident());
  std::vector<RunCursor> cursors;
  std::vector<std::vector<std::byte>> blocks(region.runs().size(), std::vector<std::byte>(4'160));
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    cursors.emplace_back(region.runs()[i], OrderRule{}, &store, blocks[i]);
    ASSERT_TRUE(cursors.back().start({}).ok());
  }
  EXPECT_GT(cursors.size(), 10U);
  MergeStream stream{std::move(cursors)};
  stream.begin();
  KeyWords last{};
  std::uint64_t seen = 0;
  for (; !stream.at_end(); ++seen) {
    ASSERT_LT(last, stream.words());
    last = stream.words();
    ASSERT_TRUE(stream.advance().ok());
  }
  EXPECT_EQ(seen, count);
}

TEST(RunRegion, KeepsSeveralRunsInMemoryWhereThereIsRoom) {
  std::vector<std::byte> memory(1 << 20);
  RunRegion region{memory, OrderRule{}, 0, 8'192};
  constexpr std::uint64_t count = 2'000;
  for (std::uint64_t i = 0; i < count; ++i) {
    const Record record = test::record(Side::a, std::to_string(i * 7'919 % count), 1, i);
    if (region.append(record)) continue;
    region.finish();
    ASSERT_TRUE(region.has_room());
    ASSERT_TRUE(region.append(record));
  }
  region.finish();
  std::vector<RunCursor> cursors;
  for (const SortedRun& run : region.runs()) {
    EXPECT_FALSE(run.is_spilled());
    cursors.emplace_back(run, OrderRule{}, nullptr, std::span<std::byte>{});
    ASSERT_TRUE(cursors.back().start({}).ok());
  }
  EXPECT_GT(cursors.size(), 10U);
  MergeStream stream{std::move(cursors)};
  stream.begin();
  KeyWords last{};
  std::uint64_t seen = 0;
  for (; !stream.at_end(); ++seen) {
    ASSERT_LT(last, stream.words());
    last = stream.words();
    ASSERT_TRUE(stream.advance().ok());
  }
  EXPECT_EQ(seen, count);
}

TEST(RunCursor, StartsAndEndsWhereItsRangeDoes) {
  std::vector<std::byte> memory(1 << 20);
  std::vector<std::byte> block(4'096);
  test::MemoryStore store;
  RunRegion region{memory, OrderRule{}, 0};
  for (std::uint64_t i = 100; i < 1'000; ++i) {
    ASSERT_TRUE(region.append(test::record(Side::a, std::to_string(i), 1, i)));
  }
  region.finish();
  const auto count_in = [&](const WordRange& range) {
    std::vector<std::byte> own(4'160);
    RunCursor cursor{region.runs()[0], OrderRule{}, &store, own};
    EXPECT_TRUE(cursor.start(range).ok());
    std::size_t count = 0;
    for (; !cursor.at_end(); ++count) EXPECT_TRUE(cursor.advance().ok());
    return count;
  };
  for (const bool is_spilled : {false, true}) {
    if (is_spilled) {
      ASSERT_TRUE(region.spill(store, block).ok());
      EXPECT_GT(store.blocks.size(), 5U);
    }
    EXPECT_EQ(count_in({}), 900U);
    EXPECT_EQ(count_in({.low = key_of_text("500"), .high = {}}), 500U);
    EXPECT_EQ(count_in({.low = {}, .high = key_of_text("500")}), 400U);
    EXPECT_EQ(count_in({.low = key_of_text("2"), .high = key_of_text("3")}), 100U);
    EXPECT_EQ(count_in({.low = key_of_text("9991"), .high = {}}), 0U);
    EXPECT_EQ(count_in({.low = {}, .high = key_of_text("1")}), 0U);
    for (std::uint64_t i = 100; i < 1'000; i += 7) {
      const KeyWords cut = key_of_text(std::to_string(i));
      EXPECT_EQ(count_in({.low = cut, .high = {}}) + count_in({.low = {}, .high = cut}), 900U);
    }
  }
}

}  // namespace
}  // namespace daybook::recon
