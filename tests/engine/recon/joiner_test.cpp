// What is left of a record when corrections are part of it: nothing is no difference, whether B has
// it as failed or not at all, and everything else is what it would be without it.
#include "engine/recon/joiner.hpp"

#include <gtest/gtest.h>

#include "tests/engine/recon/compare_records.hpp"
#include "tests/engine/recon/recon_records.hpp"

namespace daybook::recon {
namespace {

using test::compared;
using test::Outcome;
using test::record;

Record with_status(Record base, RecordStatus status) {
  base.set_place(base.side(), base.type(), status, base.offset());
  return base;
}

Record of_type(Record base, RecordType type) {
  base.set_place(base.side(), type, base.status(), base.offset());
  return base;
}

Record corrected(Record base, i128 amount = 0, i128 fee = 0) {
  base.set_amount(amount);
  base.set_fee(fee);
  base.set_corrected();
  return base;
}

Record fee_part(i128 amount, std::string_view reference = "r1") {
  Record part = record(Side::a, reference, amount, 90);
  part.set_fee_part(true);
  return part;
}

Record undone(std::uint64_t offset = 1) { return corrected(record(Side::a, "r1", 0, offset)); }

Record failed_b(i128 amount = 1'000, std::uint64_t offset = 7) {
  return with_status(record(Side::b, "r1", amount, offset), RecordStatus::failed);
}

TEST(Joiner, TellsNothingOfWhatCorrectionsLeaveNothingOf) {
  const Outcome alone = compared({undone()});
  EXPECT_TRUE(alone.report.is_clean());
  EXPECT_EQ(alone.report.settled, 1U);
  EXPECT_EQ(alone.report.matched, 0U);
  for (const RecordStatus status :
       {RecordStatus::failed, RecordStatus::open, RecordStatus::reversed, RecordStatus::refunded,
        RecordStatus::charged_back}) {
    Record b = with_status(record(Side::b), status);
    b.set_fee(5);
    const Outcome both = compared({undone(), b});
    EXPECT_TRUE(both.report.is_clean());
    EXPECT_EQ(both.report.settled, 0U);
    EXPECT_EQ(both.report.matched, 1U);
  }
}

TEST(Joiner, TellsOfAZeroThatNobodyCorrected) {
  EXPECT_EQ(compared({record(Side::a, "r1", 0)}).primaries, std::vector{Code::a_only});
  EXPECT_EQ(compared({record(Side::a, "r1", 0), failed_b(0)}).primaries,
            std::vector{Code::status_a_ok_b_failed});
}

TEST(Joiner, TellsOfWhatCorrectionsHaveLeft) {
  EXPECT_EQ(compared({corrected(record(Side::a), 100)}).primaries, std::vector{Code::a_only});
  EXPECT_EQ(compared({corrected(record(Side::a), 0, 5)}).primaries, std::vector{Code::a_only});
  EXPECT_EQ(compared({corrected(record(Side::a), 900), record(Side::b)}).primaries,
            std::vector{Code::amount_short});
  EXPECT_TRUE(compared({corrected(record(Side::a), 1'000), record(Side::b)}).report.is_clean());
}

TEST(Joiner, LooksAtFeesThatAreApartBeforeItSaysThatNothingIsLeft) {
  // The correction took the fee back, which is a record of its own.
  EXPECT_TRUE(compared({corrected(record(Side::a), 0, -20), fee_part(-20)}).report.is_clean());
  EXPECT_EQ(compared({corrected(record(Side::a), 0, 0), fee_part(-20)}).primaries,
            std::vector{Code::a_only});
  // The same of a fee that stands alone.
  EXPECT_TRUE(compared({corrected(fee_part(-20), 0, 0)}).report.is_clean());
}

TEST(Joiner, DoesNotPairWhatIsLeftOfNothingWithWhatMoved) {
  EXPECT_EQ(compared({undone(), record(Side::b)}).primaries, std::vector{Code::b_only});
  // The other record is B's partner, whichever comes first.
  for (const std::uint64_t offset : {1U, 9U}) {
    const Outcome outcome =
        compared({undone(offset), record(Side::a, "r1", 900, 5), record(Side::b)});
    EXPECT_EQ(outcome.primaries, std::vector{Code::amount_short});
    EXPECT_EQ(outcome.report.settled, 1U);
  }
  EXPECT_EQ(compared({undone(), of_type(failed_b(), RecordType::refund)}).primaries,
            std::vector{Code::b_only});
}

TEST(Joiner, DoesNotCountWhatIsLeftOfNothingAsOneOfSeveral) {
  EXPECT_TRUE(
      compared({undone(), record(Side::a, "r1", 1'000, 2), record(Side::b)}).report.is_clean());
  EXPECT_TRUE(compared({undone(1), undone(2), undone(3)}).report.is_clean());
  ComparisonSettings sums;
  sums.sums_groups = true;
  EXPECT_TRUE(compared({undone(), record(Side::a, "r1", 400, 2), record(Side::a, "r1", 600, 3),
                        record(Side::b)},
                       sums)
                  .report.is_clean());
}

TEST(Joiner, LeavesAPartnerToWhoeverIsEqualToIt) {
  const Record failed_a = with_status(record(Side::a, "r1", 1'000, 2), RecordStatus::failed);
  EXPECT_TRUE(compared({undone(), failed_a, failed_b()}).report.is_clean());
  EXPECT_TRUE(compared({undone(), failed_a, failed_b(), failed_b(700, 8)}).report.is_clean());
  EXPECT_EQ(compared({undone(), failed_b(), failed_b(700, 8)}).primaries,
            std::vector{Code::b_only});
}

TEST(Joiner, NeverLooksForAPartnerOfNothingByAnotherRule) {
  ComparisonSettings by_amount;
  by_amount.fallback_rules = {OrderRule{.by_amount = true}};
  EXPECT_EQ(compared({undone(), record(Side::b, "other", 0)}, by_amount).primaries,
            std::vector{Code::b_only});
}

}  // namespace
}  // namespace daybook::recon
