#include "tools/daybook/recon/journal_source.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/tools/daybook/recon/journal_world.hpp"

// A journal's records: their places, their texts, their time, and what corrections make of them.

namespace daybook::recon {
namespace {

using test::JournalWorld;

constexpr Uint128 order(std::uint64_t number) { return {number, 0}; }

/// Takes records in.
class Taken {
 public:
  static std::vector<Record> of(JournalSource& source) {
    class Nothing final : public RecordSource {
      Result<bool> fill(Intake&) override { return true; }
      [[nodiscard]] std::uint64_t bytes_read() const override { return 0; }
      [[nodiscard]] std::uint64_t total_bytes() const override { return 0; }
    };
    Nothing nothing;
    std::vector<Record> records;
    for (const Difference& each : test::compared(source, nothing).differences) {
      records.push_back(each.a);
    }
    std::sort(records.begin(), records.end(),
              [](const Record& a, const Record& b) { return a.offset() < b.offset(); });
    return records;
  }
};

class JournalSourceTest : public ::testing::Test {
 protected:
  std::vector<Record> records() { return Taken::of(*world_.open(selection_)->source); }

  /// One leg that moves `amount` into clearing, or out of it.
  Transfer leg(i128 amount, std::uint16_t code = 900) {
    Transfer made;
    made.id = TransferId{Uint128{++next_, 1}};
    const AccountId clearing{Uint128{JournalWorld::clearing, 0}};
    const AccountId other{Uint128{JournalWorld::suspense, 0}};
    made.debit_account_id = amount > 0 ? clearing : other;
    made.credit_account_id = amount > 0 ? other : clearing;
    made.amount = Amount{Uint128{static_cast<u128>(amount > 0 ? amount : -amount)}};
    made.ledger = LedgerId{978};
    made.code = daybook::Code{code};
    return made;
  }

  void correct(const std::vector<Transfer>& legs, std::uint64_t adjusts, std::string reference = {},
               std::int64_t time_ns = no_time) {
    world_.create(legs);
    FoldedCorrection made{.legs = {},
                          .adjusts = adjusts,
                          .reference = std::move(reference),
                          .type = RecordType::charge,
                          .time_ns = time_ns};
    for (const Transfer& each : legs) made.legs.push_back(each.id);
    all_.push_back(std::move(made));
    selection_.corrections = std::make_shared<const FoldedCorrections>(all_);
  }

  JournalWorld world_;
  JournalSelection selection_ = world_.selection();
  FoldedCorrections all_;
  std::uint64_t next_ = 0;
};

TEST_F(JournalSourceTest, PlacesAreSequences) {
  const TransferId paid = world_.pay(100, order(7));
  const TransferId held = world_.pay(50, order(8), transfer_flag::pending);
  const TransferId open = world_.pay(60, order(9), transfer_flag::pending);
  const TransferId voided = world_.follow(held, transfer_flag::void_pending_transfer);
  std::vector<std::uint64_t> places;
  for (const Record& each : records()) places.push_back(each.offset());
  EXPECT_EQ(places, (std::vector{world_.sequence_of(paid), world_.sequence_of(open),
                                 world_.sequence_of(voided)}));
}

TEST_F(JournalSourceTest, LongReferencesAreFoundByThePlace) {
  const auto long_one = [](std::uint64_t number) { return Uint128{number, ~std::uint64_t{0}}; };
  world_.pay(100, long_one(1));
  world_.pay(100, long_one(2), transfer_flag::pending);
  world_.pay(100, long_one(3));
  world_.pay(100, long_one(4), transfer_flag::pending);
  const std::string own = "what only the other side has, and in many words";
  correct({leg(5)}, 0, own);
  const auto open = world_.open(selection_);
  const std::vector<Record> found = Taken::of(*open->source);
  ASSERT_EQ(found.size(), 5U);
  for (std::uint64_t number = 1; number <= 4; ++number) {
    const Record& record = found[number - 1];
    const std::string text = daybook::to_decimal(long_one(number).wide());
    EXPECT_EQ(reference_text(*open->source, record).value(), text);
    EXPECT_EQ(record.key, key_of_reference(text));
  }
  EXPECT_EQ(reference_text(*open->source, found[4]).value(), own);
}

TEST_F(JournalSourceTest, AReversalIsARefundOfItsOwnUnlessItIsACorrection) {
  const TransferId paid = world_.pay(100, order(7));
  const TransferId reversal = world_.follow(paid, transfer_flag::reversal, 40);
  ASSERT_EQ(records().size(), 2U);
  EXPECT_EQ(records()[1].type(), RecordType::refund);
  FoldedCorrection made;
  made.legs = {reversal};
  made.adjusts = world_.sequence_of(paid);
  selection_.corrections =
      std::make_shared<const FoldedCorrections>(FoldedCorrections{std::move(made)});
  ASSERT_EQ(records().size(), 1U);
  EXPECT_EQ(records()[0].amount(), 60);
  EXPECT_TRUE(records()[0].is_corrected());
}

TEST_F(JournalSourceTest, CorrectionsArePartOfTheRecordThatTheyAdjust) {
  const TransferId in = world_.pay(100, order(7));
  const TransferId out = world_.pay(-100, order(8));
  world_.pay(30, order(9));
  correct({leg(5), leg(-2, JournalWorld::fee_code)}, world_.sequence_of(in));
  correct({leg(-5), leg(2, JournalWorld::fee_code)}, world_.sequence_of(out));
  const std::vector<Record> found = records();
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].amount(), 105);
  EXPECT_EQ(found[0].fee(), 2);
  EXPECT_EQ(found[1].amount(), -105);
  EXPECT_EQ(found[1].fee(), -2);
  EXPECT_FALSE(found[2].is_corrected());
}

TEST_F(JournalSourceTest, CorrectionsOfNoRecordMakeOne) {
  correct({leg(100), leg(-2, JournalWorld::fee_code)}, 0, "new", 5);
  const std::vector<Record> found = records();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].key, key_of_text("new"));
  EXPECT_EQ(found[0].amount(), 100);
  EXPECT_EQ(found[0].fee(), 2);
  EXPECT_EQ(found[0].time_ns, 5);
}

TEST_F(JournalSourceTest, CorrectionsBehindTheCutDoNotCount) {
  const TransferId paid = world_.pay(100, order(7));
  selection_.cut.until_sequence = Sequence{world_.sequence_of(paid)};
  correct({leg(5)}, world_.sequence_of(paid));
  correct({leg(6)}, 0, "new");
  ASSERT_EQ(records().size(), 1U);
  EXPECT_EQ(records()[0].amount(), 100);
  selection_.cut = {};
  ASSERT_EQ(records().size(), 2U);
  EXPECT_EQ(records()[0].amount(), 105);
}

TEST_F(JournalSourceTest, AFailedRecordIsOkWithWhatCorrectionsMoved) {
  const TransferId held = world_.pay(100, order(7), transfer_flag::pending);
  const TransferId voided = world_.follow(held, transfer_flag::void_pending_transfer);
  correct({leg(90)}, world_.sequence_of(voided));
  ASSERT_EQ(records().size(), 1U);
  EXPECT_EQ(records()[0].amount(), 90);
  EXPECT_EQ(records()[0].status(), RecordStatus::ok);
}

TEST_F(JournalSourceTest, ARecordIsInThePeriodOfItsOwnTime) {
  const auto time_of = [&](TransferId id) {
    return world_.transfers()[world_.sequence_of(id)].timestamp;
  };
  const TransferId first = world_.pay(1, order(1));
  const TransferId second = world_.pay(2, order(2));
  const TransferId third = world_.pay(4, order(3));
  ASSERT_LT(time_of(first), time_of(second));
  // Posted much later, but part of the second one; the last has a time of its own.
  correct({leg(8)}, world_.sequence_of(second));
  correct({leg(16)}, 0, "new", static_cast<std::int64_t>(time_of(second).value()));
  const auto amounts = [&] {
    std::vector<i128> all;
    for (const Record& each : records()) all.push_back(each.amount());
    return all;
  };
  selection_.since = time_of(second);
  EXPECT_EQ(amounts(), (std::vector<i128>{10, 4, 16}));
  selection_.before = time_of(third);
  EXPECT_EQ(amounts(), (std::vector<i128>{10, 16}));
  selection_.since.reset();
  EXPECT_EQ(amounts(), (std::vector<i128>{1, 10, 16}));
  selection_.since = time_of(third);
  selection_.before.reset();
  const auto open = world_.open(selection_);
  EXPECT_EQ(Taken::of(*open->source).size(), 1U);
  EXPECT_EQ(open->source->earlier().amount, 27);
}

TEST_F(JournalSourceTest, WhatAnEarlierComparisonCouldNotSeeCountsAllTheSame) {
  const auto places = [&] {
    std::vector<std::uint64_t> all;
    for (const Record& each : records()) all.push_back(each.offset());
    return all;
  };
  const TransferId seen = world_.pay(1, order(1));
  const TransferId late = world_.pay(2, order(2));
  const TransferId held = world_.pay(3, order(3), transfer_flag::pending);
  const TransferId next = world_.pay(4, order(4));
  const std::uint64_t first = world_.sequence_of(seen);
  // All but the last are of the day before; the comparison of that one was cut behind the first.
  selection_.since = world_.transfers()[world_.sequence_of(next)].timestamp;
  const std::vector<std::uint64_t> held_and_next{world_.sequence_of(held),
                                                 world_.sequence_of(next)};
  EXPECT_EQ(places(), held_and_next) << "open holds count until they end";
  selection_.counted_to = Sequence{first};
  EXPECT_EQ(places(), (std::vector{world_.sequence_of(late), held_and_next[0], held_and_next[1]}));
  selection_.counted_to = Sequence{world_.sequence_of(next)};
  EXPECT_EQ(places(), held_and_next);
  CarriedPlaces carried;
  carried.sequences = {first};
  selection_.carried = std::make_shared<const CarriedPlaces>(carried);
  EXPECT_EQ(places(), (std::vector{first, held_and_next[0], held_and_next[1]}));
}

TEST_F(JournalSourceTest, APostByACorrectionIsOfTheTimeOfWhatItCorrects) {
  const TransferId held = world_.pay(50, order(8), transfer_flag::pending);
  const TransferId next = world_.pay(4, order(9));
  const TransferId posted = world_.follow(held, transfer_flag::post_pending_transfer);
  const auto time_of = [&](TransferId id) {
    return world_.transfers()[world_.sequence_of(id)].timestamp;
  };
  selection_.since = time_of(next);
  selection_.counted_to = Sequence{world_.sequence_of(held)};
  EXPECT_EQ(records().size(), 2U);
  FoldedCorrection made;
  made.legs = {posted};
  made.adjusts = world_.sequence_of(held);
  made.time_ns = static_cast<std::int64_t>(time_of(held).value());
  selection_.corrections =
      std::make_shared<const FoldedCorrections>(FoldedCorrections{std::move(made)});
  ASSERT_EQ(records().size(), 1U) << "it was of the day before";
  EXPECT_EQ(records()[0].amount(), 4);
}

TEST_F(JournalSourceTest, OtherCorrectionsAreAnotherSide) {
  const TransferId paid = world_.pay(100, order(7));
  const std::string plain = world_.open(selection_)->source->fingerprint();
  correct({leg(5)}, world_.sequence_of(paid));
  const auto corrected = world_.open(selection_);
  selection_.corrections.reset();
  EXPECT_NE(corrected->source->fingerprint(), world_.open(selection_)->source->fingerprint());
  EXPECT_EQ(plain.size(), 32U);
}

TEST_F(JournalSourceTest, ThereIsAMostOfCorrections) {
  const auto with = [&](std::size_t count) {
    selection_.corrections = std::make_shared<const FoldedCorrections>(count);
    return scan_journal(selection_, 0);  // Nothing was written since the world was made.
  };
  EXPECT_TRUE(with(limits::corrections_max).ok());
  EXPECT_EQ(with(limits::corrections_max + 1).error().kind, FailureKind::no_space);
}

}  // namespace
}  // namespace daybook::recon
