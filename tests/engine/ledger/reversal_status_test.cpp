// create_transfers: every status that a reversal can get from its own checks on, and which one wins
// where several are deserved (transfer_faults.hpp says how); each row stands against a transfer
// that nothing was reversed of and against one that was reversed in part.

#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/ledger/transfer_faults.hpp"

namespace daybook::test {
namespace {

using Status = CreateTransferStatus;
namespace flag = transfer_flag;

constexpr Uint128 nobody = number(900);

// What is reversed: so much that a little more on a side overflows it.
constexpr u128 original = u128_max - 10;
constexpr std::uint64_t little = 11;

/// In the order of checking. `debit` and `credit` are the reversal's, so the original's are the
/// other way round.
const std::vector<Row> rows = {
    {Status::id_already_failed, {.burnt = true}},
    {Status::flags_are_mutually_exclusive, {.flags = flag::pending}},
    {Status::flags_are_mutually_exclusive, {.flags = flag::post_pending_transfer}},
    {Status::flags_are_mutually_exclusive, {.flags = flag::void_pending_transfer}},
    {Status::flags_are_mutually_exclusive, {.flags = flag::balancing_debit}},
    {Status::flags_are_mutually_exclusive, {.flags = flag::balancing_credit}},
    {Status::flags_are_mutually_exclusive, {.flags = flag::closing_debit}},
    {Status::flags_are_mutually_exclusive, {.flags = flag::closing_credit}},
    {Status::flags_are_mutually_exclusive, {.flags = flag::keep_remainder}},
    {Status::flags_are_mutually_exclusive, {.imported = true}},
    {Status::pending_id_must_not_be_zero, {.pending_id = Uint128{}}},
    {Status::pending_id_must_not_be_int_max, {.pending_id = max_number}},
    {Status::pending_id_must_be_different, {.id = number(5'000), .pending_id = number(5'000)}},
    {Status::timeout_reserved_for_pending_transfer, {.timeout = 9}},
    {Status::reversal_target_not_found, {.target = Target::missing}},
    {Status::reversal_target_not_found, {.target = Target::burnt}},
    {Status::reversal_target_not_posted, {.target = Target::hold}},
    {Status::reversal_target_not_posted, {.target = Target::void_}},
    {Status::reversal_target_not_posted, {.target = Target::reversal}},
    {Status::pending_transfer_has_different_debit_account_id, {.debit = nobody}},
    {Status::pending_transfer_has_different_debit_account_id, {.debit = max_number}},
    {Status::pending_transfer_has_different_credit_account_id, {.credit = nobody}},
    {Status::pending_transfer_has_different_credit_account_id, {.credit = max_number}},
    {Status::pending_transfer_has_different_ledger, {.ledger = 2}},
    {Status::pending_transfer_has_different_code, {.code = 999}},
    {Status::reversal_exceeds_original, {.amount = u128_max}},
    {Status::reversal_exceeds_original, {.amount = original + 1}},
    {Status::reversal_exceeds_original, {.target = Target::plain, .fate = Fate::reversed}},
    {Status::reversal_exceeds_original,
     {.amount = 1, .target = Target::plain, .fate = Fate::reversed}},
    {Status::debit_account_already_closed, {.debit_side = {.closed = true}}},
    {Status::credit_account_already_closed, {.credit_side = {.closed = true}}},
    {Status::debit_account_frozen, {.debit_side = {.frozen = true}}},
    {Status::credit_account_frozen, {.credit_side = {.frozen = true}}},
    {Status::overflows_debits_posted, {.debit_side = {.posted = true}}},
    {Status::overflows_credits_posted, {.credit_side = {.posted = true}}},
    {Status::overflows_debits, {.debit_side = {.pending = true}}},
    {Status::overflows_credits, {.credit_side = {.pending = true}}},
    {Status::exceeds_credits, {.debit_side = {.flag_limited = true}}},
    {Status::exceeds_debits, {.credit_side = {.flag_limited = true}}},
    {Status::below_minimum, {.debit_side = {.value_limited = true}}},
    {Status::above_maximum, {.credit_side = {.value_limited = true}}},
};

class ReversalStatusTest : public TransferTableTest {
 protected:
  void set_scene(const Wrong& wrong, Scene& scene) override {
    open_sides(wrong, scene);
    event_id_ = fresh();
    if (wrong.burnt) {
      EXPECT_EQ(transfer(make_transfer(event_id_, missing_account, sink, 1)),
                "debit_account_not_found");
    }
    make_original(scene);
    if (part_reversed_) expect_created({make_reversal(fresh(), scene.target, 3)});
    if (wrong.fate == Fate::reversed) expect_created({make_reversal(fresh(), scene.target)});
    name_target(wrong.target.value_or(Target::plain), scene);
    // What was reversed already stands on both sides; with little more they are full.
    const bool is_gone = wrong.fate == Fate::reversed;
    if (!is_gone) burden(wrong, scene, little);
    if (!is_gone) spend(wrong, scene);
    restrain(wrong, scene, wide(1), wide(-1));
  }

  Transfer good_event(const Wrong&, const Scene& scene) override {
    return make_reversal(event_id_, scene.target);
  }

  void stand_against(bool by_post, bool part_reversed) {
    by_post_ = by_post;
    part_reversed_ = part_reversed;
    SCOPED_TRACE(by_post ? "of a post" : "of a plain transfer");
    SCOPED_TRACE(part_reversed ? "reversed in part" : "untouched");
    expect_each_alone(rows);
    expect_the_earlier_of_two(rows, 500);
  }

 private:
  void make_original(Scene& scene) {
    scene.target = fresh();
    Transfer event = make_transfer(scene.target, scene.credit, scene.debit, 0);
    event.amount = Amount{Uint128{original}};
    if (!by_post_) {
      expect_created({event});
      return;
    }
    const std::uint64_t hold = fresh();
    event.id = transfer_id(hold);
    event.flags = flag::pending;
    expect_created({event, make_post_of_all(scene.target, hold)});
  }

  void name_target(Target target, Scene& scene) {
    if (target == Target::plain) return;
    if (target == Target::missing) {
      scene.target = missing_transfer;
      return;
    }
    const std::uint64_t first = scene.target;
    scene.target = fresh();
    const std::uint64_t other = fresh();
    if (target == Target::burnt) {
      EXPECT_EQ(transfer(make_transfer(scene.target, missing_account, sink, 1)),
                "debit_account_not_found");
    } else if (target == Target::hold) {
      expect_created({make_pending(scene.target, scene.credit, scene.debit, 1)});
    } else if (target == Target::reversal) {
      expect_created({make_reversal(scene.target, first, 1)});
    } else {
      expect_created(
          {make_pending(other, scene.credit, scene.debit, 1), make_void(scene.target, other)});
    }
  }

  /// Where a flag limits an account, some of what the original brought must be gone.
  void spend(const Wrong& wrong, const Scene& scene) {
    if (wrong.debit_side.flag_limited && !wrong.debit_side.posted) {
      expect_created({make_transfer(fresh(), scene.debit, sink, 1)});
    }
    if (wrong.credit_side.flag_limited && !wrong.credit_side.posted) {
      expect_created({make_transfer(fresh(), rich, scene.credit, 1)});
    }
  }

  bool by_post_ = false;
  bool part_reversed_ = false;
  std::uint64_t event_id_ = 0;
};

TEST_P(ReversalStatusTest, AnswersTheEarlierOfAnyTwoFaults) {
  stand_against(false, false);
  stand_against(false, true);
}

TEST_P(ReversalStatusTest, OfAPostAnswersTheEarlierOfAnyTwoFaults) {
  stand_against(true, false);
  stand_against(true, true);
}

TEST_P(ReversalStatusTest, BurnsTheIdOfExactlyTheTransientRefusals) {
  for (const Row& row : rows) {
    if (row.wrong.id || row.wrong.burnt) continue;
    SCOPED_TRACE(to_string(row.status));
    ASSERT_EQ(answer_to(row.wrong), row.status);
    EXPECT_EQ(transfer(make_transfer(last_event_id(), rich, sink, 10)),
              is_transient(row.status) ? "id_already_failed" : "created");
  }
}

TEST_P(ReversalStatusTest, ARepeatIsComparedInOrder) {
  open_accounts({20, 21});
  Transfer first = make_transfer(50, 20, 21, 10);
  first.business_id = BusinessId{number(21)};
  first.user_id = UserId{23};
  first.tag = Tag{24};
  expect_created({first, make_reversal(51, 50, 4)});
  using Spoil = void (*)(Transfer&);
  struct Difference {
    Spoil spoil;
    std::string status;
  };
  const Difference differences[] = {
      {[](Transfer& event) { event.flags |= flag::keep_remainder; }, "flags"},
      {[](Transfer& event) { event.pending_id = transfer_id(900); }, "pending_id"},
      {[](Transfer& event) { event.timeout = 1; }, "timeout"},
      {[](Transfer& event) { event.debit_account_id = account_id(20); }, "debit_account_id"},
      {[](Transfer& event) { event.credit_account_id = account_id(21); }, "credit_account_id"},
      {[](Transfer& event) { event.amount = amount_of(7); }, "amount"},
      {[](Transfer& event) { event.business_id = BusinessId{number(9)}; }, "business_id"},
      {[](Transfer& event) { event.user_id = UserId{9}; }, "user_id"},
      {[](Transfer& event) { event.tag = Tag{9}; }, "tag"},
      {[](Transfer& event) { event.ledger = LedgerId{2}; }, "ledger"},
      {[](Transfer& event) { event.code = Code{9}; }, "code"},
  };
  for (std::size_t i = 0; i < std::size(differences); ++i) {
    for (std::size_t k = i; k < std::size(differences); ++k) {
      Transfer event = make_reversal(51, 50, 4);
      differences[i].spoil(event);
      differences[k].spoil(event);
      EXPECT_EQ(transfer(event), "exists_with_different_" + differences[i].status);
    }
  }
  Transfer repeat = make_reversal(51, 50, 4);
  EXPECT_EQ(transfer(repeat), "exists");
  repeat.debit_account_id = account_id(21);
  repeat.credit_account_id = account_id(20);
  repeat.business_id = first.business_id;
  repeat.ledger = LedgerId{1};
  repeat.code = Code{1};
  EXPECT_EQ(transfer(repeat), "exists");
}

TEST_P(ReversalStatusTest, ARepeatOfZeroMatchesTheReversalThatTookTheRest) {
  open_accounts({20, 21});
  expect_created({make_transfer(50, 20, 21, 10), make_reversal(51, 50, 4), make_reversal(52, 50)});
  EXPECT_EQ(transfer(make_reversal(51, 50)), "exists_with_different_amount");
  EXPECT_EQ(transfer(make_reversal(52, 50)), "exists");
  EXPECT_EQ(transfer(make_reversal(52, 50, 6)), "exists");
  EXPECT_EQ(transfer(make_reversal(52, 50, 10)), "exists_with_different_amount");
  // Said as a number, it took the rest all the same.
  expect_created({make_transfer(60, 20, 21, 10), make_reversal(61, 60, 4), make_reversal(62, 60, 6),
                  make_transfer(70, 20, 21, 10), make_reversal(71, 70, 10)});
  EXPECT_EQ(transfer(make_reversal(62, 60)), "exists");
  EXPECT_EQ(transfer(make_reversal(71, 70)), "exists");
}

TEST_P(ReversalStatusTest, OfNothingExceedsIt) {
  expect_created({make_transfer(50, rich, sink, 0)});
  EXPECT_EQ(transfer(make_reversal(51, 50)), "reversal_exceeds_original");
}

DAYBOOK_ON_EVERY_LEDGER(ReversalStatusTest);

}  // namespace

std::vector<Row> reversal_rows() { return rows; }

}  // namespace daybook::test
