#include "tools/daybook/recon/correction_folds.hpp"

#include <gtest/gtest.h>

// What legs come to: by hand, leg by leg, with both signs, and what they leave alone.

namespace daybook::recon {
namespace {

Transfer leg(std::uint64_t id, std::uint64_t amount, std::uint16_t flags = 0) {
  Transfer made;
  made.id = TransferId{Uint128{id, 0}};
  made.amount = Amount{Uint128{amount, 0}};
  made.flags = flags;
  return made;
}

FoldedCorrection correction(std::vector<std::uint64_t> legs, std::uint64_t adjusts) {
  FoldedCorrection made;
  for (const std::uint64_t id : legs) made.legs.push_back(TransferId{Uint128{id, 0}});
  made.adjusts = adjusts;
  made.reference = "r";
  return made;
}

CorrectionFolds folds_of(FoldedCorrections corrections) {
  return CorrectionFolds{std::make_shared<const FoldedCorrections>(std::move(corrections))};
}

TEST(CorrectionFolds, AddUpTheLegsOfEachRecord) {
  CorrectionFolds folds =
      folds_of({correction({1, 2}, 40), correction({3}, 40), correction({4}, 41)});
  folds.take(leg(1, 100), Sequence{50}, true, false);
  folds.take(leg(2, 30), Sequence{51}, false, true);
  folds.take(leg(3, 7), Sequence{52}, false, false);
  folds.take(leg(4, 9), Sequence{53}, false, true);
  folds.take(leg(5, 1'000), Sequence{54}, true, false);
  folds.settle();
  ASSERT_NE(folds.moved_at(40), nullptr);
  EXPECT_EQ(folds.moved_at(40)->amount, 93);
  EXPECT_EQ(folds.moved_at(40)->fees, -30);
  EXPECT_EQ(folds.moved_at(41)->fees, -9);
  EXPECT_EQ(folds.moved_at(42), nullptr);
  EXPECT_TRUE(folds.own_records().empty());
}

TEST(CorrectionFolds, MakeOneRecordWhereThereWasNone) {
  CorrectionFolds folds = folds_of({correction({1, 2}, 0), correction({9}, 0)});
  folds.take(leg(1, 100), Sequence{50}, true, false);
  folds.take(leg(2, 30), Sequence{51}, false, true);
  folds.settle();
  // The second one is beyond the cut, or was never posted.
  ASSERT_EQ(folds.own_records().size(), 1U);
  EXPECT_EQ(folds.own_records()[0].sequence, 50U);
  EXPECT_EQ(folds.own_records()[0].moved.amount, 100);
  EXPECT_EQ(folds.own_records()[0].moved.fees, -30);
  EXPECT_EQ(folds.own_records()[0].correction->reference, "r");
}

TEST(CorrectionFolds, LeaveHoldsAloneAndFoldIntoWhatPostsThem) {
  CorrectionFolds folds = folds_of({correction({1, 2}, 40)});
  const Transfer post = leg(1, 100, transfer_flag::post_pending_transfer);
  folds.take(post, Sequence{50}, true, false);
  folds.take(leg(2, 30), Sequence{51}, false, true);
  folds.settle();
  EXPECT_FALSE(folds.hides(post));
  EXPECT_TRUE(folds.hides(leg(2, 30)));
  EXPECT_FALSE(folds.hides(leg(3, 30)));
  EXPECT_EQ(folds.moved_at(40), nullptr);
  ASSERT_NE(folds.moved_at(50), nullptr);
  EXPECT_EQ(folds.moved_at(50)->amount, 0);
  EXPECT_EQ(folds.moved_at(50)->fees, -30);
  EXPECT_FALSE(folds.hides(leg(1, 1, transfer_flag::void_pending_transfer)));
  EXPECT_FALSE(folds.hides(leg(1, 1, transfer_flag::pending)));
}

TEST(CorrectionFolds, DoNotLookAtLegsElsewhere) {
  CorrectionFolds folds = folds_of({correction({1}, 40)});
  folds.take(leg(1, 100), Sequence{50}, std::nullopt, false);
  folds.settle();
  EXPECT_EQ(folds.moved_at(40), nullptr);
}

TEST(CorrectionFolds, TellOfAmountsThatCannotBeCompared) {
  CorrectionFolds folds = folds_of({correction({1}, 40)});
  Transfer huge = leg(1, 0);
  huge.amount = Amount{Uint128{~std::uint64_t{0}, (std::uint64_t{1} << 36) - 1}};
  folds.take(huge, Sequence{50}, true, false);
  EXPECT_EQ(folds.too_large(), std::nullopt);
  huge.amount = Amount{Uint128{0, std::uint64_t{1} << 36}};
  folds.take(huge, Sequence{50}, true, false);
  EXPECT_EQ(folds.too_large(), huge.id);
}

TEST(Fold, AddsToWhatMovedAndMakesOkWhatHadNot) {
  const MovedByLegs moved{.amount = -30, .fees = -2};
  const FoldedValues ok = fold(100, RecordStatus::ok, false, &moved);
  EXPECT_EQ(ok.amount, 70);
  EXPECT_EQ(ok.fee, 2);
  EXPECT_TRUE(ok.is_corrected);
  const FoldedValues failed = fold(100, RecordStatus::failed, false, &moved);
  EXPECT_EQ(failed.amount, -30);
  EXPECT_EQ(failed.status, RecordStatus::ok);
  const MovedByLegs nothing;
  EXPECT_EQ(fold(100, RecordStatus::failed, false, &nothing).status, RecordStatus::failed);
  EXPECT_EQ(fold(100, RecordStatus::failed, false, &nothing).amount, 100);
  EXPECT_FALSE(fold(100, RecordStatus::ok, false, nullptr).is_corrected);
  // A fee is one amount, whichever code its correction has.
  EXPECT_EQ(fold(-20, RecordStatus::ok, true, &moved).amount, -52);
  EXPECT_EQ(fold(-20, RecordStatus::ok, true, &moved).fee, 0);
}

TEST(FingerprintOfCorrections, SeesEachWord) {
  const FoldedCorrections all{correction({1, 2}, 40)};
  std::vector<FoldedCorrections> others(6, all);
  others[0].push_back(all[0]);
  others[1][0].legs.pop_back();
  others[2][0].adjusts = 41;
  others[3][0].reference = "s";
  others[4][0].type = RecordType::refund;
  others[5][0].time_ns = 0;
  for (const FoldedCorrections& other : others) {
    EXPECT_NE(fingerprint_of(other), fingerprint_of(all));
  }
}

FoldedCorrection by_saga(std::vector<std::uint64_t> legs, std::uint64_t adjusts,
                         std::uint64_t counts_from = 60) {
  FoldedCorrection made = correction(std::move(legs), adjusts);
  made.is_by_saga = true;
  made.counts_from = counts_from;
  return made;
}

constexpr std::uint16_t hold_flag = transfer_flag::pending;
constexpr std::uint16_t capture_flag = transfer_flag::post_pending_transfer;
constexpr std::uint16_t void_flag = transfer_flag::void_pending_transfer;

TEST(CorrectionFolds, OfASagaHaveItsHoldsAndWhatItCaptures) {
  CorrectionFolds folds = folds_of({by_saga({1, 2}, 0), by_saga({3, 4}, 40)});
  folds.take(leg(1, 100, hold_flag), Sequence{50}, true, false);
  folds.take(leg(2, 100, capture_flag), Sequence{51}, true, false);
  folds.take(leg(3, 7, hold_flag), Sequence{52}, false, false);
  folds.take(leg(4, 7, capture_flag), Sequence{53}, false, false);
  folds.settle(Sequence{60});
  ASSERT_EQ(folds.own_records().size(), 1U);
  EXPECT_EQ(folds.own_records()[0].moved.amount, 100);
  EXPECT_EQ(folds.own_records()[0].sequence, 51U);
  ASSERT_NE(folds.moved_at(40), nullptr);
  EXPECT_EQ(folds.moved_at(40)->amount, -7);
  EXPECT_EQ(folds.moved_at(53), nullptr) << "the capture is no record";
  for (const Transfer& each :
       {leg(1, 100, hold_flag), leg(2, 100, capture_flag), leg(3, 7, hold_flag)}) {
    EXPECT_TRUE(folds.hides(each));
  }
}

TEST(CorrectionFolds, OfASagaThatTookEverythingBackChangeNothing) {
  CorrectionFolds folds = folds_of({by_saga({1, 2}, 40), by_saga({3, 4}, 0), by_saga({5, 6}, 0)});
  folds.take(leg(1, 100), Sequence{50}, true, false);
  folds.take(leg(2, 100, transfer_flag::reversal), Sequence{51}, false, false);
  folds.take(leg(3, 9, hold_flag), Sequence{52}, true, false);
  folds.take(leg(4, 9, void_flag), Sequence{53}, true, false);
  folds.take(leg(5, 30), Sequence{54}, true, false);
  folds.take(leg(6, 30, transfer_flag::reversal), Sequence{55}, false, false);
  folds.settle(Sequence{60});
  EXPECT_EQ(folds.moved_at(40), nullptr);
  EXPECT_TRUE(folds.own_records().empty());
  EXPECT_TRUE(folds.hides(leg(5, 30)));
  EXPECT_TRUE(folds.hides(leg(4, 9, void_flag)));
}

TEST(CorrectionFolds, OfASagaCountFromWhenItWasSettled) {
  const auto folds_at = [](std::uint64_t cut, std::uint64_t counts_from) {
    CorrectionFolds folds = folds_of({by_saga({1}, 0, counts_from)});
    folds.take(leg(1, 100), Sequence{50}, true, false);
    folds.settle(Sequence{cut});
    EXPECT_TRUE(folds.hides(leg(1, 100)));
    return folds.own_records().size();
  };
  EXPECT_EQ(folds_at(59, 60), 0U);
  EXPECT_EQ(folds_at(60, 60), 1U);
  EXPECT_EQ(folds_at(1'000'000, FoldedCorrection::never), 0U) << "it is under way";
}

TEST(CorrectionFolds, HaveAnotherFingerprintOnceASagaIsSettled) {
  EXPECT_NE(fingerprint_of({by_saga({1}, 0, 60)}), fingerprint_of({by_saga({1}, 0, 61)}));
  EXPECT_EQ(fingerprint_of({by_saga({1}, 0, 60)}), fingerprint_of({by_saga({1}, 0, 60)}));
}

}  // namespace
}  // namespace daybook::recon
