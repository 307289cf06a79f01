// HoldTable: holds are found by id while they are open, and fall due in the order of their
// deadlines, then of their creation, whatever was inserted and erased in between.
//
// Method: random operations against ordered maps, with printed seeds.

#include "engine/ledger/hold_table.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/random.hpp"

namespace daybook {
namespace {

Hold hold_of(std::uint64_t number, std::uint64_t expires_at) {
  Hold hold;
  hold.id = TransferId{Uint128{number, number * 31}};
  hold.amount = Amount{Uint128{number, 0}};
  hold.sequence = Sequence{number};
  hold.expires_at = Timestamp{expires_at};
  return hold;
}

TEST(HoldTableTest, FindsOnlyWhatIsOpen) {
  HoldTable table{10, 1};
  table.prepare(2);
  EXPECT_EQ(table.find(hold_of(1, 0).id), no_hold);
  const HoldSlot first = table.insert(hold_of(1, 0));
  const HoldSlot second = table.insert(hold_of(2, 50));
  EXPECT_EQ(table.find(hold_of(1, 0).id), first);
  EXPECT_EQ(table.find(hold_of(2, 50).id), second);
  table.erase(first);
  EXPECT_EQ(table.find(hold_of(1, 0).id), no_hold);
  EXPECT_EQ(table.find(hold_of(2, 50).id), second);
  EXPECT_EQ(table.count(), 1U);
  EXPECT_EQ(table.room(), 9U);
}

TEST(HoldTableTest, NeverFallsDueWithoutADeadline) {
  HoldTable table{10, 1};
  table.prepare(1);
  table.insert(hold_of(1, 0));
  EXPECT_EQ(table.next_due(), no_hold);
  EXPECT_EQ(table.next_deadline(), ~std::uint64_t{0});
}

TEST(HoldTableTest, UsesSlotsAgainAndHoldsAsManyAsItsLimit) {
  HoldTable table{3, 1};
  for (std::uint64_t number = 1; number <= 30; ++number) {
    table.prepare(1);
    if (table.room() == 0) table.erase(table.find(hold_of(number - 3, 0).id));
    table.insert(hold_of(number, number));
  }
  EXPECT_EQ(table.count(), 3U);
  EXPECT_EQ(table.slot_end(), 3U);
}

TEST(HoldTableTest, FallsDueInOrderWhateverHappensBetween) {
  for (std::uint64_t round = 1; round <= 30; ++round) {
    SCOPED_TRACE("seed " + std::to_string(round));
    test::Random random{round};
    HoldTable table{5'000, round};
    std::map<std::uint64_t, std::uint64_t> open;                  // Number to deadline.
    std::map<std::pair<std::uint64_t, std::uint64_t>, bool> due;  // (deadline, number).
    std::uint64_t number = 0;
    for (int step = 0; step < 8'000; ++step) {
      table.prepare(1);
      if (open.empty() || (random.chance(60) && table.room() > 0)) {
        const std::uint64_t deadline = random.chance(20) ? 0 : random.between(1, 500);
        table.insert(hold_of(++number, deadline));
        open[number] = deadline;
        if (deadline != 0) due[{deadline, number}] = true;
      } else {
        auto chosen = open.lower_bound(random.between(1, number));
        if (chosen == open.end()) chosen = open.begin();
        table.erase(table.find(hold_of(chosen->first, 0).id));
        due.erase({chosen->second, chosen->first});
        open.erase(chosen);
      }
      ASSERT_EQ(table.count(), open.size());
      const HoldSlot next = table.next_due();
      ASSERT_EQ(next == no_hold, due.empty());
      if (next == no_hold) continue;
      ASSERT_EQ(table.next_deadline(), due.begin()->first.first);
      ASSERT_EQ(table.at(next).sequence.value(), due.begin()->first.second);
    }
  }
}

}  // namespace
}  // namespace daybook
