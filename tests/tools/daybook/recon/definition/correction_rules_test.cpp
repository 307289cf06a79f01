#include <functional>
#include <set>

#include <gtest/gtest.h>

#include "engine/model/legs_hash.hpp"
#include "tests/engine/recon/recon_records.hpp"
#include "tools/daybook/recon/definition/correction.hpp"

// What is not proposed, and how differences and legs are named. That what is proposed is right is
// proven in correction_test.cpp.

namespace daybook::recon {
namespace {

using test::record;

Reconciliation definition() {
  auto read = read_reconciliation(R"({
    "name": "bank", "account": "1", "ledger": 978, "fee_codes": [901], "statement": {"map": "camt"},
    "accounts": {"suspense": "3", "fees": "4", "rounding": "5"},
    "limits": {"amount_short": {"EUR": "5.00"}, "b_only": {"EUR": "100"}, "a_only": {"EUR": "100"},
               "rounding": {"EUR": "0.01"}, "fee_mismatch": {"EUR": "1"}, "refunded": {"EUR": "9"},
               "status_a_open_b_ok": {"EUR": "100"}},
    "automatic": {"rounding": {"EUR": "0.01"}, "fee_mismatch": {"EUR": "0.50"}}
  })");
  EXPECT_TRUE(read.ok()) << faults_text(read.error());
  return std::move(read).value();
}

/// A has 10.00, B something else.
DifferenceContext pair(i128 amount, CodeSet codes = {Code::amount_short}) {
  DifferenceContext context;
  context.difference.codes = codes;
  context.difference.has_a = context.difference.has_b = true;
  context.difference.a = record(Side::a, "r1", 1'000, 40);
  context.difference.b = record(Side::b, "r1", amount, 7);
  context.reference = "r1";
  context.scale = context.ledger_scale = 2;
  return context;
}

DifferenceContext only(Side side, Code code) {
  DifferenceContext context = pair(1'000, {code});
  context.difference.has_a = side == Side::a;
  context.difference.has_b = side == Side::b;
  Transfer original;
  original.id = TransferId{Uint128{99, 0}};
  original.debit_account_id = AccountId{Uint128{1, 0}};
  original.credit_account_id = AccountId{Uint128{2, 0}};
  original.amount = Amount{Uint128{1'000, 0}};
  original.ledger = LedgerId{978};
  original.code = daybook::Code{1};
  context.origin = RecordOrigin{.transfer = original};
  return context;
}

void set_status(Record& record, RecordStatus status) {
  record.set_place(record.side(), record.type(), status, record.offset());
}

TEST(Propose, NothingBeyondTheLimitOfItsCodeAndCurrency) {
  EXPECT_TRUE(propose(definition(), pair(1'500)));
  EXPECT_FALSE(propose(definition(), pair(1'501)));
  // No limit at all.
  EXPECT_FALSE(propose(definition(), pair(900, {Code::amount_over})));
  DifferenceContext dollars = pair(1'500);
  dollars.difference.a.currency = dollars.difference.b.currency = currency_of_text("USD");
  EXPECT_FALSE(propose(definition(), dollars));
  // The fee counts as well.
  DifferenceContext fee = pair(1'100);
  fee.difference.b.set_fee(500);
  EXPECT_TRUE(propose(definition(), fee));
  fee.difference.b.set_fee(501);
  EXPECT_FALSE(propose(definition(), fee));
}

TEST(Propose, SaysWhatNeedsNoApproval) {
  EXPECT_TRUE(
      propose(definition(), pair(1'001, {Code::amount_short, Code::rounding}))->is_automatic);
  DifferenceContext fee = pair(1'000, {Code::fee_mismatch});
  fee.difference.b.set_fee(50);
  EXPECT_TRUE(propose(definition(), fee)->is_automatic);
  fee.difference.b.set_fee(51);
  EXPECT_FALSE(propose(definition(), fee)->is_automatic);
  EXPECT_FALSE(propose(definition(), pair(1'500))->is_automatic);
}

TEST(Propose, NothingForPersonsAndNotes) {
  const Reconciliation it = definition();
  for (const Code code : {Code::currency_mismatch, Code::type_mismatch, Code::party_mismatch,
                          Code::duplicate_b, Code::ambiguous, Code::split_incomplete}) {
    EXPECT_FALSE(propose(it, pair(1'500, {code, Code::amount_short}))) << to_string(code);
  }
  EXPECT_FALSE(propose(it, only(Side::a, Code::a_pending)));
  EXPECT_FALSE(propose(it, only(Side::b, Code::b_pending)));
}

TEST(Propose, NothingWhereOneOfThemIsStillOpen) {
  DifferenceContext context = pair(1'500);
  set_status(context.difference.b, RecordStatus::open);
  EXPECT_FALSE(propose(definition(), context));
  context = pair(1'500);
  set_status(context.difference.a, RecordStatus::open);
  EXPECT_FALSE(propose(definition(), context));
  set_status(context.difference.a, RecordStatus::failed);
  set_status(context.difference.b, RecordStatus::failed);
  EXPECT_FALSE(propose(definition(), context)) << "neither has moved anything";
}

TEST(Propose, NothingForPartsOfASumOrWhatOnlyItsAmountFound) {
  DifferenceContext context = pair(1'500);
  context.difference.parts_a = 2;
  EXPECT_FALSE(propose(definition(), context));
  EXPECT_FALSE(propose(definition(), pair(1'500, {Code::amount_short, Code::reference_mismatch})));
}

TEST(Propose, NothingThatNobodyWouldFindAgain) {
  DifferenceContext context = only(Side::b, Code::b_only);
  EXPECT_TRUE(propose(definition(), context));
  context.reference = "r2";
  EXPECT_FALSE(propose(definition(), context)) << "not the record's reference";
  context = only(Side::b, Code::b_only);
  context.difference.b.time_ns = no_time;
  EXPECT_FALSE(propose(definition(), context)) << "in no period";
  context.time_ns = 12;
  EXPECT_EQ(propose(definition(), context)->time_ns, 12);
  context.difference.b.key = {};
  context.reference.clear();
  EXPECT_FALSE(propose(definition(), context)) << "no reference";
}

TEST(Propose, KeepsReferencesOfAnyLengthUpToAMost) {
  for (const std::size_t size : {std::size_t{25}, limits::correction_reference_bytes_max}) {
    DifferenceContext context = only(Side::b, Code::b_only);
    context.reference = std::string(size, 'x');
    context.difference.b.key = key_of_reference(context.reference);
    ASSERT_TRUE(propose(definition(), context));
    EXPECT_EQ(propose(definition(), context)->reference, context.reference);
  }
  for (const std::string& bad : {std::string(limits::correction_reference_bytes_max + 1, 'x'),
                                 std::string{"a\nb"}, std::string{"a\xff"}}) {
    DifferenceContext context = only(Side::b, Code::b_only);
    context.reference = bad;
    context.difference.b.key = key_of_reference(bad);
    EXPECT_FALSE(propose(definition(), context));
  }
}

TEST(Propose, ReversesNoMoreThanThereWasAndNoReversal) {
  const DifferenceContext good = only(Side::a, Code::a_only);
  ASSERT_TRUE(propose(definition(), good));
  EXPECT_EQ(propose(definition(), good)->adjusts, 40U);
  const auto refuses = [&](const std::function<void(DifferenceContext&)>& change) {
    DifferenceContext context = good;
    change(context);
    return !propose(definition(), context);
  };
  EXPECT_TRUE(refuses([](auto& it) { it.origin.reset(); }));
  EXPECT_TRUE(refuses([](auto& it) { it.origin->is_open_hold = true; }));
  EXPECT_TRUE(refuses([](auto& it) { it.origin->transfer.flags = transfer_flag::reversal; }));
  EXPECT_TRUE(refuses([](auto& it) { it.origin->transfer.amount = Amount{Uint128{999, 0}}; }));
  EXPECT_TRUE(refuses([](auto& it) { it.difference.a.set_amount(-1'000); }));
  EXPECT_TRUE(refuses([](auto& it) {
    it.origin->transfer.debit_account_id = AccountId{Uint128{5, 0}};
  }));
  EXPECT_TRUE(refuses([](auto& it) { set_status(it.difference.a, RecordStatus::failed); }));
}

TEST(Propose, PostsNoHoldInTheOtherDirection) {
  DifferenceContext context = only(Side::a, Code::status_a_open_b_ok);
  context.difference.has_b = true;
  context.origin->is_open_hold = true;
  set_status(context.difference.a, RecordStatus::open);
  EXPECT_TRUE(propose(definition(), context));
  context.difference.b.set_amount(-1'000);
  EXPECT_FALSE(propose(definition(), context));
  context.difference.b.set_amount(1'000);
  context.origin->is_open_hold = false;
  EXPECT_FALSE(propose(definition(), context));
}

TEST(Propose, CountsInTheLedgersMinorUnits) {
  DifferenceContext context = pair(1'500);
  context.scale = 4;
  EXPECT_EQ(propose(definition(), context)->amount, u128{5});
  context.difference.b.set_amount(1'501);
  EXPECT_FALSE(propose(definition(), context)) << "0.0501 cannot be booked with two decimals";
  context = pair(1'005);
  context.ledger_scale = 3;
  EXPECT_EQ(propose(definition(), context)->amount, u128{50});
}

TEST(Propose, UndoesWithARecordOfItsOwnWhatBUndidApart) {
  DifferenceContext context = only(Side::b, Code::refunded);
  context.difference.b.set_amount(-900);
  const auto made = propose(definition(), context);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->adjusts, 0U);
  EXPECT_EQ(made->legs[0].pending_id, (TransferId{Uint128{99, 0}}));
  EXPECT_EQ(made->legs[0].flags, transfer_flag::reversal);
  EXPECT_EQ(made->legs[0].debit_account_id, (AccountId{Uint128{2, 0}}));
  context.origin->transfer.code = daybook::Code{901};
  EXPECT_FALSE(propose(definition(), context));
}

TEST(DifferenceId, IsTheSameInLaterRunsAndAnotherForAnything) {
  const Difference base = pair(1'500).difference;
  const Uint128 id = difference_id("bank", base);
  Difference moved = base;
  moved.b.set_place(Side::b, RecordType::charge, RecordStatus::ok, 8'000);
  EXPECT_EQ(difference_id("bank", moved), id) << "the same line in another file";
  std::set<Uint128> ids{id, difference_id("bank2", base), difference_id("bank", base, 1)};
  const std::vector<std::function<void(Difference&)>> changes{
      [](Difference& it) { it.a.key = key_of_text("other"); },
      [](Difference& it) { it.a.currency = currency_of_text("USD"); },
      [](Difference& it) { it.a.set_place(Side::a, RecordType::fee, RecordStatus::ok, 40); },
      [](Difference& it) { it.a.set_place(Side::a, RecordType::charge, RecordStatus::ok, 41); },
      [](Difference& it) { it.codes = {Code::amount_over}; },
      [](Difference& it) { it.has_a = false; },
      [](Difference& it) { it.has_b = false; },
      [](Difference& it) { it.b.set_amount(1); },
      [](Difference& it) { it.b.set_fee(1); },
      [](Difference& it) { ++it.b.time_ns; },
      [](Difference& it) { it.b.party = 1; },
      [](Difference& it) { set_status(it.b, RecordStatus::failed); },
  };
  for (const auto& change : changes) {
    Difference other = base;
    change(other);
    ids.insert(difference_id("bank", other));
  }
  EXPECT_EQ(ids.size(), 3 + changes.size());
}

TEST(DifferenceId, StaysWhenTheTimeToWaitIsOver) {
  for (const auto& [pending, over] :
       {std::pair{Code::a_pending, Code::a_only}, std::pair{Code::b_pending, Code::b_only}}) {
    const Side side = over == Code::a_only ? Side::a : Side::b;
    EXPECT_EQ(difference_id("bank", only(side, pending).difference),
              difference_id("bank", only(side, over).difference));
  }
}

TEST(LegIds, AreOneForEachLegActionAndRevision) {
  std::set<Uint128> ids;
  for (const std::uint64_t id : {1U, 2U}) {
    for (const Action action : {Action::reverse, Action::suspense}) {
      for (const std::uint32_t revision : {0U, 1U}) {
        for (const TransferId& leg : leg_ids(Uint128{id, 0}, action, revision)) {
          ids.insert(leg.value());
        }
      }
    }
  }
  EXPECT_EQ(ids.size(), 8 * limits::correction_legs_max);
  // Journals carry them.
  EXPECT_EQ(to_hex(leg_ids(Uint128{1, 0}, Action::reverse, 0)[0].value()),
            "8f07b2a32555d29de420dd877067a308");
  EXPECT_EQ(to_hex(difference_id("bank", pair(1'500).difference)),
            "e816a44739c2a7a78df3016d19a93e0d");
}

TEST(LegIds, AreGivenInOrder) {
  DifferenceContext context = pair(1'100);
  context.difference.b.set_fee(5);
  Correction made = *propose(definition(), context);
  ASSERT_EQ(made.legs.size(), 2U);
  EXPECT_EQ(made.legs[0].id, TransferId{});
  name_legs(made, Uint128{1, 0}, 3);
  EXPECT_EQ(made.legs[1].id, leg_ids(Uint128{1, 0}, made.action, 3)[1]);
  EXPECT_EQ(folded_of(made).legs, (std::vector{made.legs[0].id, made.legs[1].id}));
}

}  // namespace
}  // namespace daybook::recon
