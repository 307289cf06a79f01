// LedgerTotals: what a snapshot takes of them comes back, also where there is nothing yet.

#include "engine/query/ledger_totals.hpp"

#include <gtest/gtest.h>

#include "tests/support/memory_snapshots.hpp"

namespace daybook {
namespace {

TEST(LedgerTotals, OfNoLedgerComeBackAsNone) {
  test::MemorySnapshots snapshots;
  auto made = snapshots.create();
  ASSERT_TRUE(made.ok());
  SnapshotWriter writer{*made.value()};
  LedgerTotals{}.save(writer);
  ASSERT_TRUE(writer.outcome().ok());
  ASSERT_TRUE(made.value()->finish({}).ok());
  auto bytes = snapshots.open(Sequence{});
  ASSERT_TRUE(bytes.ok());
  SnapshotReader reader{std::move(bytes).value()};
  LedgerTotals restored;
  std::size_t blocks = 0;
  for (auto next = reader.next(); next.ok() && next.value(); next = reader.next()) {
    ASSERT_TRUE(LedgerTotals::owns(*next.value()));
    ASSERT_TRUE(restored.restore(*next.value(), reader).ok());
    ++blocks;
  }
  EXPECT_EQ(blocks, 1U);
  EXPECT_TRUE(restored.newest(Sequence{1}).totals.empty());
}

}  // namespace
}  // namespace daybook
