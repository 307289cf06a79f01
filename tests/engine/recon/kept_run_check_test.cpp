// Runs of an earlier process: what is read again is known and passed over, another record is
// noticed, and no bytes of a block that claims to be one of a run are trusted.
#include "engine/recon/kept_run_check.hpp"

#include <random>

#include <gtest/gtest.h>

#include "engine/recon/record_source.hpp"
#include "engine/recon/run_cursor.hpp"
#include "tests/engine/recon/memory_store.hpp"
#include "tests/engine/recon/recon_records.hpp"

namespace daybook::recon {
namespace {

constexpr std::uint64_t count = 500;

Record numbered(std::uint64_t number) {
  return test::record(Side::a, "r" + std::to_string(number * 7'919 % count), 1, number);
}

/// A run of the records from `first` on, in lane 0.
KeptRun kept_from(std::uint64_t first, std::uint64_t records, test::MemoryStore& store) {
  std::vector<std::byte> memory(1 << 20);
  std::vector<std::byte> block(store.block_bytes());
  RunRegion region{memory, OrderRule{}, 0};
  KeptRecords kept;
  kept.begin_run();
  for (std::uint64_t i = first; i < first + records; ++i) {
    EXPECT_TRUE(region.append(numbered(i)));
    kept.take(i, numbered(i));
  }
  region.finish();
  EXPECT_TRUE(region.spill(store, block).ok());
  KeptRun run = kept.own();
  run.first_block = region.last_spilled().first_block;
  run.block_count = region.last_spilled().block_count;
  return run;
}

TEST(KeptRecords, AreReadAgainButNotGatheredAgain) {
  test::MemoryStore store;
  const KeptRun run = kept_from(100, 200, store);
  for (const std::uint64_t changed : {count, std::uint64_t{100}, std::uint64_t{299}}) {
    std::vector<std::byte> memory(1 << 20);
    RunRegion region{memory, OrderRule{}, 1};
    SideTotals totals;
    BlockLog<InvalidLine> invalid{store, 2};
    KeptRecords kept;
    kept.add(run);
    kept.begin();
    kept.begin_run();
    Intake intake{region, totals, invalid, &kept};
    std::uint64_t gathered = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      Record record = numbered(i);
      if (i == changed) record.set_amount(2);
      while (intake.append(record) == Intake::Taken::region_is_full) {
        EXPECT_EQ(i, 100U) << "only where the kept run begins";
        EXPECT_EQ(kept.own().first_record, 0U);
        gathered += kept.own().record_count;
        region.finish();
        kept.begin_run();
      }
    }
    EXPECT_EQ(totals.records, count);
    EXPECT_EQ(gathered + kept.own().record_count, count - 200);
    EXPECT_EQ(kept.own().first_record, 300U);
    EXPECT_EQ(kept.has_changed_at_end(), changed != count);
  }
}

TEST(KeptRecords, AreMissedWhereTheSideEndsBeforeThem) {
  KeptRecords kept;
  kept.add({.first_record = 10, .record_count = 5});
  kept.begin();
  EXPECT_FALSE(kept.has_changed());
  EXPECT_TRUE(kept.has_changed_at_end());
}

TEST(KeptRunCheck, TakesWhatWasWrittenAndNothingElse) {
  test::MemoryStore store;
  const KeptRun run = kept_from(0, count, store);
  EXPECT_EQ(check_kept_runs({run, run}, store).size(), 1U) << "twice the same records";
  std::vector<std::byte> block(store.block_bytes() + packed_slack);
  const auto checked = check_kept_run(run, store, block);
  ASSERT_TRUE(checked.has_value());
  EXPECT_EQ(checked->run.record_count, count);
  EXPECT_FALSE(checked->samples.empty());
  KeptRun wrong = run;
  wrong.record_count = count + 1;
  EXPECT_FALSE(check_kept_run(wrong, store, block).has_value());
}

TEST(KeptRunCheck, TrustsNoBytes) {
  std::mt19937_64 dice{1};
  for (int round = 0; round < 3'000; ++round) {
    test::MemoryStore store;
    std::vector<std::byte> bytes(store.block_bytes());
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(dice());
    // Heads that are nearly right lead farther in.
    const BlockHead head{.used_bytes = static_cast<std::uint32_t>(dice() % 5'000),
                         .record_count = static_cast<std::uint32_t>(dice() % 100)};
    std::memcpy(bytes.data() + SpillStore::header_bytes, &head, sizeof head);
    ASSERT_TRUE(store.write(0, bytes).ok());
    std::vector<std::byte> block(store.block_bytes() + packed_slack);
    const KeptRun run{.record_count = head.record_count, .block_count = 1};
    const auto checked = check_kept_run(run, store, block);
    if (!checked) continue;
    RunCursor cursor{checked->run, OrderRule{}, &store, block};
    ASSERT_TRUE(cursor.start({}).ok());
    while (!cursor.at_end()) ASSERT_TRUE(cursor.advance().ok());
  }
}

}  // namespace
}  // namespace daybook::recon
