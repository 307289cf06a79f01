// What becomes of the records of one reference, and the known defects of reconcilers: equal
// payments dropped as duplicates, one record matched twice, an amount that differs told as missing
// as well.
#include "engine/recon/group_rules.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/engine/recon/recon_records.hpp"

namespace daybook::recon {
namespace {

using test::Outcomes;
using test::record;

Record of_type(Record base, RecordType type) {
  base.set_place(base.side(), type, base.status(), base.offset());
  return base;
}

Record in_currency(Record base, std::string_view currency) {
  base.currency = currency_of_text(currency);
  return base;
}

Outcomes decide(std::vector<Record> records, const PairRules& rules = {}) {
  std::sort(records.begin(), records.end(), less_behind_words);
  Outcomes outcomes;
  GroupRules groups{rules};
  EXPECT_TRUE(groups.decide(records, outcomes).ok());
  return outcomes;
}

std::vector<Code> primaries(const Outcomes& outcomes) {
  std::vector<Code> codes;
  for (const Difference& each : outcomes.differences) codes.push_back(primary_of(each.codes));
  return codes;
}

TEST(GroupRules, MatchTwoEqualRecords) {
  const Outcomes outcomes = decide({record(Side::a), record(Side::b)});
  EXPECT_EQ(outcomes.pairs.size(), 1U);
  EXPECT_TRUE(outcomes.differences.empty());
  EXPECT_TRUE(outcomes.leftovers.empty());
}

TEST(GroupRules, DoNotDropEqualPaymentsAsDuplicates) {
  const Outcomes outcomes = decide({record(Side::a, "r", 5, 1), record(Side::a, "r", 5, 2),
                                    record(Side::b, "r", 5, 1), record(Side::b, "r", 5, 2)});
  EXPECT_EQ(primaries(outcomes), (std::vector{Code::matched, Code::matched}));
  for (const Difference& each : outcomes.differences) {
    EXPECT_EQ(each.codes, CodeSet{Code::duplicate_both});
    EXPECT_EQ(each.count_a, 2U);
    EXPECT_EQ(each.count_b, 2U);
  }
}

TEST(GroupRules, NeverMatchTwoRowsOfAFileToOneRecord) {
  const Outcomes outcomes =
      decide({record(Side::a, "r", 5, 1), record(Side::b, "r", 5, 1), record(Side::b, "r", 5, 2)});
  EXPECT_EQ(outcomes.pairs.size(), 1U);
  EXPECT_EQ(primaries(outcomes), std::vector{Code::duplicate_b});
  EXPECT_EQ(outcomes.differences[0].count_a, 1U);
  EXPECT_EQ(outcomes.differences[0].count_b, 2U);
}

TEST(GroupRules, TellAnAmountThatDiffersOnceAndNotAsMissingToo) {
  const Outcomes outcomes = decide({record(Side::a, "r", 100), record(Side::b, "r", 150)});
  EXPECT_EQ(primaries(outcomes), std::vector{Code::amount_short});
  EXPECT_TRUE(outcomes.leftovers.empty());
}

TEST(GroupRules, PairEqualRecordsBeforeOthersWhateverTheirOrder) {
  Record early = record(Side::a, "r", 100, 1);
  early.time_ns -= 5;
  const Outcomes outcomes = decide({early, record(Side::a, "r", 200, 2),
                                    record(Side::b, "r", 200, 1), record(Side::b, "r", 300, 2)});
  ASSERT_EQ(outcomes.differences.size(), 2U);
  EXPECT_EQ(outcomes.differences[0].a.amount(), 100);
  EXPECT_EQ(outcomes.differences[0].b.amount(), 300);
  EXPECT_EQ(outcomes.differences[1].a.amount(), 200);
  EXPECT_EQ(outcomes.differences[1].b.amount(), 200);
}

TEST(GroupRules, KeepAChargeAndItsRefundApart) {
  const Outcomes outcomes =
      decide({record(Side::a), of_type(record(Side::a, "r1", -400, 1), RecordType::refund),
              record(Side::b), of_type(record(Side::b, "r1", -400, 1), RecordType::refund)});
  EXPECT_EQ(outcomes.pairs.size(), 2U);
  EXPECT_TRUE(outcomes.differences.empty());
}

TEST(GroupRules, NameARefundThatOnlyOneSideHas) {
  const Record refund = of_type(record(Side::b, "r1", -400, 1), RecordType::refund);
  EXPECT_EQ(primaries(decide({record(Side::a), record(Side::b), refund})),
            std::vector{Code::refunded});
  // Without the charge on the other side it undoes nothing.
  EXPECT_EQ(decide({refund}).leftovers.size(), 1U);
}

TEST(GroupRules, PairOtherTypesBeforeOtherCurrencies) {
  const Outcomes types = decide({record(Side::a), of_type(record(Side::b), RecordType::refund),
                                 in_currency(record(Side::b, "r1", 1'000, 1), "USD")});
  EXPECT_EQ(primaries(types), std::vector{Code::type_mismatch});
  EXPECT_EQ(types.leftovers.size(), 1U);
  const Outcomes currencies = decide({record(Side::a), in_currency(record(Side::b), "USD")});
  EXPECT_EQ(primaries(currencies), std::vector{Code::currency_mismatch});
}

TEST(GroupRules, CallTheSecondOfARecordWithoutPartnerADuplicate) {
  const Outcomes outcomes = decide({record(Side::a, "r", 5, 1), record(Side::a, "r", 5, 2)});
  EXPECT_EQ(outcomes.leftovers.size(), 1U);
  EXPECT_EQ(primaries(outcomes), std::vector{Code::duplicate_a});
}

TEST(GroupRules, PairManyOfOneReferenceInOrder) {
  constexpr std::uint64_t count = 5'000;
  std::vector<Record> records;
  for (std::uint64_t i = 0; i < count; ++i) {
    records.push_back(record(Side::a, "r", static_cast<i128>(i), i));
    records.push_back(record(Side::b, "r", static_cast<i128>(count - 1 - i), i));
  }
  const Outcomes outcomes = decide(records);
  EXPECT_EQ(outcomes.differences.size(), count);
  for (const Difference& each : outcomes.differences) {
    EXPECT_EQ(each.a.amount(), each.b.amount());
  }
}

TEST(Candidates, BelongTogetherOnlyWhenThereIsOneOfEachSide) {
  const PairRules rules;
  Outcomes two;
  const std::vector<Record> pair{record(Side::a, "x"), record(Side::b, "y")};
  ASSERT_TRUE(decide_candidates(pair, rules, two).ok());
  ASSERT_EQ(two.differences.size(), 1U);
  EXPECT_EQ(two.differences[0].codes, CodeSet{Code::reference_mismatch});
  EXPECT_EQ(primary_of(two.differences[0].codes), Code::matched);

  Outcomes three;
  const std::vector<Record> triple{record(Side::a, "x"), record(Side::b, "y"),
                                   record(Side::b, "z")};
  ASSERT_TRUE(decide_candidates(triple, rules, three).ok());
  EXPECT_EQ(primaries(three), (std::vector{Code::ambiguous, Code::ambiguous, Code::ambiguous}));

  Outcomes one_side;
  const std::vector<Record> same{record(Side::a, "x"), record(Side::a, "y")};
  ASSERT_TRUE(decide_candidates(same, rules, one_side).ok());
  EXPECT_EQ(one_side.leftovers.size(), 2U);
}

TEST(GroupRulesOfSums, HoldPartsAgainstTheirWhole) {
  const PairRules rules{.tolerances = {}, .sums_groups = true, .window_ns = {}};
  for (const i128 last : {70, 71}) {
    const Outcomes outcomes = decide(
        {record(Side::a, "r", 100), record(Side::b, "r", 30, 1), record(Side::b, "r", last, 2)},
        rules);
    ASSERT_EQ(outcomes.differences.size(), 1U);
    const Difference& split = outcomes.differences[0];
    EXPECT_EQ(primary_of(split.codes), last == 70 ? Code::matched : Code::split_incomplete);
    EXPECT_EQ(split.codes.has(Code::split_matched), last == 70);
    EXPECT_EQ(split.parts_a, 1U);
    EXPECT_EQ(split.parts_b, 2U);
    EXPECT_EQ(split.delta(), last - 70);
  }
}

TEST(GroupRulesOfSums, PairEqualPartsFirstAndLetTheRestWait) {
  const PairRules rules{.tolerances = {}, .sums_groups = true, .window_ns = {}};
  const Outcomes outcomes = decide(
      {record(Side::a, "r", 30, 1), record(Side::a, "r", 70, 2), record(Side::b, "r", 70, 1)},
      rules);
  EXPECT_EQ(outcomes.pairs.size(), 1U);
  EXPECT_EQ(primaries(outcomes), std::vector{Code::split_incomplete});
  EXPECT_FALSE(outcomes.differences[0].has_b);
}

TEST(GroupRulesOfSums, SumOnlyWhatMovedSomething) {
  const PairRules rules{.tolerances = {}, .sums_groups = true, .window_ns = {}};
  Record failed = record(Side::b, "r", 100, 1);
  failed.set_place(Side::b, RecordType::charge, RecordStatus::failed, 1);
  const Outcomes outcomes = decide(
      {record(Side::a, "r", 100), failed, record(Side::b, "r", 40, 2), record(Side::b, "r", 60, 3)},
      rules);
  EXPECT_EQ(primaries(outcomes), (std::vector{Code::matched, Code::split_incomplete}));
  EXPECT_EQ(outcomes.differences[1].b.status(), RecordStatus::failed);
}

}  // namespace
}  // namespace daybook::recon
