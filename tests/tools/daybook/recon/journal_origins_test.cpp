#include "tools/daybook/recon/journal_origins.hpp"

#include <gtest/gtest.h>

#include "tests/tools/daybook/recon/journal_world.hpp"

// The transfer behind a record is found by its place, the payment by its reference, and nothing is
// guessed.

namespace daybook::recon {
namespace {

using test::JournalWorld;

constexpr Uint128 order(std::uint64_t number) { return {number, 0}; }

class JournalOriginsTest : public ::testing::Test {
 protected:
  JournalOrigins read(const JournalOrigins::Wanted& wanted) {
    auto origins = JournalOrigins::read(world_.open(selection_)->scan, wanted);
    EXPECT_TRUE(origins.ok()) << origins.error().what;
    return std::move(origins).value();
  }

  JournalWorld world_;
  JournalSelection selection_ = world_.selection();
};

TEST_F(JournalOriginsTest, FindsTransfersByPlace) {
  const TransferId paid = world_.pay(100, order(7));
  const TransferId held = world_.pay(100, order(8), transfer_flag::pending);
  const std::uint64_t first = world_.sequence_of(paid);
  const std::uint64_t second = world_.sequence_of(held);
  const JournalOrigins origins = read({.sequences = {first, second, 1, 1'000}, .keys = {}});
  ASSERT_NE(origins.at(first), nullptr);
  EXPECT_EQ(origins.at(first)->id, paid);
  ASSERT_NE(origins.at(second), nullptr);
  EXPECT_EQ(origins.at(second)->id, held);
  EXPECT_EQ(origins.at(1), nullptr) << "no transfer";
  EXPECT_EQ(origins.at(1'000), nullptr) << "not there yet";
  EXPECT_EQ(read({.sequences = {first}, .keys = {}}).at(second), nullptr) << "not asked for";
}

TEST_F(JournalOriginsTest, FindsTheOnePaymentOfAReference) {
  const TransferId paid = world_.pay(100, order(7));
  world_.fee(3, order(7));
  world_.follow(paid, transfer_flag::reversal, 10);
  world_.pay(100, order(8));
  world_.pay(50, order(8));
  const TransferId held = world_.pay(100, order(9), transfer_flag::pending);
  const TransferId posted = world_.follow(held, transfer_flag::post_pending_transfer, 60);
  world_.pay(100, order(10), transfer_flag::pending);
  JournalOrigins::Wanted wanted;
  for (const std::string_view key : {"7", "8", "9", "10", "11"}) {
    wanted.keys.push_back(key_of_text(key));
  }
  const JournalOrigins origins = read(wanted);
  ASSERT_NE(origins.payment_of(key_of_text("7")), nullptr);
  EXPECT_EQ(origins.payment_of(key_of_text("7"))->id, paid);
  EXPECT_EQ(origins.payment_of(key_of_text("8")), nullptr) << "one of two";
  ASSERT_NE(origins.payment_of(key_of_text("9")), nullptr);
  EXPECT_EQ(origins.payment_of(key_of_text("9"))->id, posted);
  EXPECT_EQ(origins.payment_of(key_of_text("10")), nullptr) << "only held";
  EXPECT_EQ(origins.payment_of(key_of_text("11")), nullptr);
}

TEST_F(JournalOriginsTest, DoesNotTakeACorrectionForAPayment) {
  const TransferId paid = world_.pay(100, order(7));
  const TransferId more = world_.pay(30, order(7));
  const JournalOrigins::Wanted wanted{.sequences = {}, .keys = {key_of_text("7")}};
  EXPECT_EQ(read(wanted).payment_of(key_of_text("7")), nullptr);
  FoldedCorrection correction;
  correction.legs = {more};
  correction.adjusts = world_.sequence_of(paid);
  selection_.corrections =
      std::make_shared<const FoldedCorrections>(FoldedCorrections{std::move(correction)});
  ASSERT_NE(read(wanted).payment_of(key_of_text("7")), nullptr);
  EXPECT_EQ(read(wanted).payment_of(key_of_text("7"))->id, paid);
}

TEST_F(JournalOriginsTest, ThereIsAMostOfThem) {
  const auto open = world_.open(selection_);
  JournalOrigins::Wanted wanted;
  wanted.sequences.assign(limits::origins_max, 5);
  EXPECT_TRUE(JournalOrigins::read(open->scan, wanted).ok());
  wanted.keys.emplace_back();
  EXPECT_EQ(JournalOrigins::read(open->scan, wanted).error().kind, FailureKind::no_space);
}

}  // namespace
}  // namespace daybook::recon
