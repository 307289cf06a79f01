// create_transfers: every status that a post or a void can get from its own checks on, and which
// one wins where several are deserved (transfer_faults.hpp says how). Each row stands against a
// hold that is whole and against one that was posted in part, for posts and for voids alike where
// it says nothing else. What a repeat is compared by comes after the tables.

#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/ledger/transfer_faults.hpp"

namespace daybook::test {
namespace {

using Status = CreateTransferStatus;
namespace flag = transfer_flag;

constexpr Uint128 nobody = number(900);
constexpr std::uint32_t timeout_s = 100;

/// In the order of checking. A hold of 10, of which 4 may be posted.
const std::vector<Row> rows = {
    {Status::id_already_failed, {.burnt = true}},
    {Status::flags_are_mutually_exclusive,
     {.flags = flag::post_pending_transfer | flag::void_pending_transfer}},
    {Status::flags_are_mutually_exclusive, {.flags = flag::pending}},
    {Status::flags_are_mutually_exclusive, {.flags = flag::balancing_debit}},
    {Status::flags_are_mutually_exclusive, {.flags = flag::balancing_credit}},
    {Status::flags_are_mutually_exclusive, {.flags = flag::closing_debit}},
    {Status::flags_are_mutually_exclusive, {.flags = flag::closing_credit}},
    {Status::flags_are_mutually_exclusive, {.flags = flag::reversal}},
    {Status::flags_are_mutually_exclusive,
     {.resolution = Resolution::void_, .flags = flag::keep_remainder}},
    {Status::pending_id_must_not_be_zero, {.pending_id = Uint128{}}},
    {Status::pending_id_must_not_be_int_max, {.pending_id = max_number}},
    {Status::pending_id_must_be_different, {.id = number(5'000), .pending_id = number(5'000)}},
    {Status::timeout_reserved_for_pending_transfer, {.timeout = 9}},
    {Status::pending_transfer_not_found, {.target = Target::missing}},
    {Status::pending_transfer_not_found, {.target = Target::burnt}},
    {Status::pending_transfer_not_pending, {.target = Target::plain}},
    {Status::pending_transfer_not_pending, {.target = Target::post}},
    {Status::pending_transfer_not_pending, {.target = Target::void_}},
    {Status::pending_transfer_not_pending, {.target = Target::reversal}},
    {Status::hold_is_owned, {.owned = true}},
    {Status::pending_transfer_has_different_debit_account_id, {.debit = nobody}},
    {Status::pending_transfer_has_different_debit_account_id, {.debit = max_number}},
    {Status::pending_transfer_has_different_credit_account_id, {.credit = nobody}},
    {Status::pending_transfer_has_different_credit_account_id, {.credit = max_number}},
    {Status::pending_transfer_has_different_ledger, {.ledger = 2}},
    {Status::pending_transfer_has_different_code, {.code = 999}},
    {Status::amount_must_not_be_zero,
     {.amount = 0, .resolution = Resolution::post, .flags = flag::keep_remainder}},
    {Status::exceeds_pending_transfer_amount, {.amount = 11}},
    {Status::exceeds_pending_transfer_amount, {.amount = u128_max - 1}},
    {Status::exceeds_pending_transfer_amount,
     {.amount = u128_max, .resolution = Resolution::void_}},
    {Status::pending_transfer_has_different_amount, {.amount = 5, .resolution = Resolution::void_}},
    {Status::pending_transfer_already_posted, {.target = Target::hold, .fate = Fate::posted}},
    {Status::pending_transfer_already_voided, {.target = Target::hold, .fate = Fate::voided}},
    {Status::pending_transfer_expired, {.target = Target::hold, .fate = Fate::expired}},
    {Status::pending_transfer_expired, {.target = Target::hold, .fate = Fate::released}},
    {Status::imported_event_timestamp_must_not_regress,
     {.imported = true, .moment = Moment::of_last_transfer}},
    {Status::imported_event_timestamp_must_not_regress,
     {.imported = true, .moment = Moment::of_an_account}},
    {Status::debit_account_already_closed,
     {.resolution = Resolution::post, .debit_side = {.closed = true}}},
    {Status::credit_account_already_closed,
     {.resolution = Resolution::post, .credit_side = {.closed = true}}},
};

class ResolutionStatusTest : public TransferTableTest {
 protected:
  void set_scene(const Wrong& wrong, Scene& scene) override {
    while (!ledger_->release_due(100).empty()) continue;  // Of earlier scenes.
    open_sides(wrong, scene);
    event_id_ = fresh();
    if (wrong.burnt) {
      EXPECT_EQ(transfer(make_transfer(event_id_, missing_account, sink, 1)),
                "debit_account_not_found");
    }
    const std::uint64_t hold = fresh();
    const bool times_out = wrong.fate == Fate::expired || wrong.fate == Fate::released;
    settle(wrong, make_pending(hold, scene.debit, scene.credit, 10, times_out ? timeout_s : 0));
    if (part_posted_) settle(wrong, make_post(fresh(), hold, 4, flag::keep_remainder));
    scene.target = hold;
    name_target(wrong.target.value_or(Target::hold), scene);
    if (wrong.fate == Fate::posted) settle(wrong, make_post_of_all(fresh(), hold));
    if (wrong.fate == Fate::voided) settle(wrong, make_void(fresh(), hold));
    if (times_out) tick(timeout_s * second + 1'000);
    if (wrong.fate == Fate::released) {
      EXPECT_EQ(ledger_->release_due(10), std::vector{transfer_id(hold)});
    }
    restrain(wrong, scene, wide(0), wide(0));
  }

  Transfer good_event(const Wrong& wrong, const Scene& scene) override {
    const bool posts = wrong.resolution.value_or(resolution_) == Resolution::post;
    Transfer event =
        posts ? make_post(event_id_, scene.target, 6) : make_void(event_id_, scene.target);
    if (wrong.flags == (flag::post_pending_transfer | flag::void_pending_transfer)) {
      event.flags = wrong.flags;
    }
    return event;
  }

  void stand_against(Resolution resolution, bool part_posted) {
    resolution_ = resolution;
    part_posted_ = part_posted;
    SCOPED_TRACE(resolution == Resolution::post ? "post" : "void");
    SCOPED_TRACE(part_posted ? "of a hold posted in part" : "of a whole hold");
    expect_each_alone(rows);
    expect_the_earlier_of_two(rows, 300);
  }

 private:
  /// Creates it for whoever owns the hold.
  void settle(const Wrong& wrong, const Transfer& event) {
    EXPECT_EQ(wrong.owned ? transfer_by_coordinator(event, owner) : transfer(event), "created");
  }

  void name_target(Target target, Scene& scene) {
    if (target == Target::hold) return;
    if (target == Target::missing) {
      scene.target = missing_transfer;
      return;
    }
    scene.target = fresh();
    const std::uint64_t other = fresh();
    if (target == Target::burnt) {
      EXPECT_EQ(transfer(make_transfer(scene.target, missing_account, sink, 1)),
                "debit_account_not_found");
    } else if (target == Target::plain) {
      expect_created({make_transfer(scene.target, scene.debit, scene.credit, 10)});
    } else if (target == Target::reversal) {
      expect_created({make_transfer(other, scene.credit, scene.debit, 10),
                      make_reversal(scene.target, other)});
    } else {
      const bool posts = target == Target::post;
      expect_created({make_pending(other, scene.debit, scene.credit, 10),
                      posts ? make_post(scene.target, other, 10) : make_void(scene.target, other)});
    }
  }

  Resolution resolution_ = Resolution::post;
  bool part_posted_ = false;
  std::uint64_t event_id_ = 0;
};

TEST_P(ResolutionStatusTest, APostAnswersTheEarlierOfAnyTwoFaults) {
  stand_against(Resolution::post, false);
  stand_against(Resolution::post, true);
}

TEST_P(ResolutionStatusTest, AVoidAnswersTheEarlierOfAnyTwoFaults) {
  stand_against(Resolution::void_, false);
  stand_against(Resolution::void_, true);
}

TEST_P(ResolutionStatusTest, BurnsTheIdOfExactlyTheTransientRefusals) {
  for (const Row& row : rows) {
    if (row.wrong.id || row.wrong.burnt) continue;
    SCOPED_TRACE(to_string(row.status));
    ASSERT_EQ(answer_to(row.wrong), row.status);
    EXPECT_EQ(transfer(make_transfer(last_event_id(), rich, sink, 10)),
              is_transient(row.status) ? "id_already_failed" : "created");
  }
}

TEST_P(ResolutionStatusTest, APostSeesNothingOfFreezingLimitsAndOverflow) {
  const Wrong harmless[] = {
      {.debit_side = {.frozen = true}},
      {.credit_side = {.frozen = true}},
      {.debit_side = {.value_limited = true}},
      {.credit_side = {.value_limited = true}},
  };
  for (const Wrong& wrong : harmless) EXPECT_EQ(answer_to(wrong), Status::created);
}

TEST_P(ResolutionStatusTest, AVoidSeesNothingOfClosingEither) {
  for (Wrong wrong : {Wrong{.debit_side = {.closed = true}}, Wrong{.credit_side = {.closed = true}},
                      Wrong{.debit_side = {.frozen = true}, .credit_side = {.frozen = true}}}) {
    wrong.resolution = Resolution::void_;
    EXPECT_EQ(answer_to(wrong), Status::created);
  }
}

TEST_P(ResolutionStatusTest, WhileOpenAmountsCompareWithWhatIsHeldAndAfterwardsWithTheOriginal) {
  expect_created({make_pending(50, rich, sink, 10), make_post(51, 50, 4, flag::keep_remainder)});
  EXPECT_EQ(transfer(make_post(52, 50, 7)), "exceeds_pending_transfer_amount");
  EXPECT_EQ(transfer(make_void(53, 50, 7)), "exceeds_pending_transfer_amount");
  EXPECT_EQ(transfer(make_void(54, 50, 5)), "pending_transfer_has_different_amount");
  EXPECT_EQ(transfer(make_void(55, 50, 6)), "created");
  EXPECT_EQ(transfer(make_post(56, 50, 7)), "pending_transfer_already_voided");
  EXPECT_EQ(transfer(make_post(57, 50, 11)), "exceeds_pending_transfer_amount");
  EXPECT_EQ(transfer(make_void(58, 50, 6)), "pending_transfer_has_different_amount");
  EXPECT_EQ(transfer(make_void(59, 50, 10)), "pending_transfer_already_voided");
  EXPECT_EQ(transfer(make_post(60, 50, 0, flag::keep_remainder)), "amount_must_not_be_zero");
}

TEST_P(ResolutionStatusTest, MaxPostsAndZeroVoidsWhateverIsHeld) {
  expect_created({make_pending(50, rich, sink, 10), make_pending(51, rich, sink, 10),
                  make_pending(52, rich, sink, 0), make_pending(53, rich, sink, 0)});
  expect_created(
      {make_post_of_all(60, 50), make_void(61, 51), make_post_of_all(62, 52), make_void(63, 53)});
  EXPECT_EQ(balances(sink), "0/0 0/10");
}

TEST_P(ResolutionStatusTest, FieldsMayRepeatTheHoldsOwn) {
  expect_created({make_pending(50, rich, sink, 10), make_pending(51, rich, sink, 10)});
  Transfer post = make_transfer(60, rich, sink, 10, 1, flag::post_pending_transfer);
  post.pending_id = transfer_id(50);
  Transfer void_event = make_transfer(61, rich, sink, 10, 1, flag::void_pending_transfer);
  void_event.pending_id = transfer_id(51);
  expect_created({post, void_event});
}

// ---- What a repeat is compared by. ----

/// A hold with every field set, 50; its post, 51, and its void, 53 (of 52), say nothing themselves.
class RepeatedResolutionTest : public LedgerTest {
 protected:
  RepeatedResolutionTest() {
    open_accounts({1, 2, 3});
    expect_created({full_hold(50), make_post(51, 50, 6), full_hold(52), make_void(53, 52)});
  }

  static Transfer full_hold(std::uint64_t id) {
    Transfer hold = make_pending(id, 1, 2, 10);
    hold.business_id = BusinessId{number(21)};
    hold.trace_id = TraceId{number(22)};
    hold.user_id = UserId{23};
    hold.tag = Tag{24};
    return hold;
  }
};

TEST_P(RepeatedResolutionTest, ExistsWithNothingOrWithTheHoldsFields) {
  for (Transfer repeat : {make_post(51, 50, 6), make_void(53, 52), make_void(53, 52, 10)}) {
    EXPECT_EQ(transfer(repeat), "exists");
    repeat.debit_account_id = account_id(1);
    repeat.credit_account_id = account_id(2);
    repeat.ledger = LedgerId{1};
    repeat.code = Code{1};
    repeat.business_id = BusinessId{number(21)};
    repeat.user_id = UserId{23};
    repeat.tag = Tag{24};
    repeat.trace_id = TraceId{number(999)};  // Not compared.
    EXPECT_EQ(transfer(repeat), "exists");
  }
}

TEST_P(RepeatedResolutionTest, NamesTheFirstDifferenceInOrder) {
  using Spoil = void (*)(Transfer&);
  struct Difference {
    Spoil spoil;
    std::string status;
  };
  const Difference differences[] = {
      {[](Transfer& event) { event.flags |= flag::keep_remainder; }, "flags"},
      {[](Transfer& event) { event.pending_id = transfer_id(900); }, "pending_id"},
      {[](Transfer& event) { event.timeout = 1; }, "timeout"},
      {[](Transfer& event) { event.debit_account_id = account_id(3); }, "debit_account_id"},
      {[](Transfer& event) { event.credit_account_id = account_id(3); }, "credit_account_id"},
      {[](Transfer& event) { event.amount = amount_of(7); }, "amount"},
      {[](Transfer& event) { event.business_id = BusinessId{number(9)}; }, "business_id"},
      {[](Transfer& event) { event.user_id = UserId{9}; }, "user_id"},
      {[](Transfer& event) { event.tag = Tag{9}; }, "tag"},
      {[](Transfer& event) { event.ledger = LedgerId{2}; }, "ledger"},
      {[](Transfer& event) { event.code = Code{9}; }, "code"},
  };
  const std::size_t count = std::size(differences);
  for (const Transfer& original : {make_post(51, 50, 6), make_void(53, 52)}) {
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t k = i; k < count; ++k) {
        Transfer event = original;
        differences[i].spoil(event);
        differences[k].spoil(event);
        EXPECT_EQ(transfer(event), "exists_with_different_" + differences[i].status);
      }
    }
  }
}

TEST_P(RepeatedResolutionTest, WithOtherInheritedFieldsThanTheHoldIsToldApart) {
  // Recorded with fields of its own; 0 would be the hold's, which these are not.
  expect_created({full_hold(60)});
  Transfer post = make_post(61, 60, 10);
  post.business_id = BusinessId{number(7)};
  post.user_id = UserId{8};
  post.tag = Tag{9};
  expect_created({post});
  EXPECT_EQ(transfer(post), "exists");
  post.business_id = BusinessId{};
  EXPECT_EQ(transfer(post), "exists_with_different_business_id");
  post.business_id = BusinessId{number(7)};
  post.user_id = UserId{};
  EXPECT_EQ(transfer(post), "exists_with_different_user_id");
  post.user_id = UserId{8};
  post.tag = Tag{};
  EXPECT_EQ(transfer(post), "exists_with_different_tag");
}

TEST_P(RepeatedResolutionTest, OfMaxMatchesThePostThatTookAll) {
  EXPECT_EQ(transfer(make_post_of_all(51, 50)), "exists_with_different_amount");  // 6 of 10.
  expect_created({make_pending(60, 1, 2, 10), make_post(61, 60, 10)});
  EXPECT_EQ(transfer(make_post_of_all(61, 60)), "exists");
  expect_created({make_pending(62, 1, 2, 10), make_post_of_all(63, 62)});
  EXPECT_EQ(transfer(make_post(63, 62, 10)), "exists");
  EXPECT_EQ(transfer(make_post_of_all(63, 62)), "exists");
  EXPECT_EQ(transfer(make_post(63, 62, 9)), "exists_with_different_amount");
}

TEST_P(RepeatedResolutionTest, OfMaxMatchesTheLastCaptureOnlyIfItTookAllThatWasHeld) {
  const std::uint16_t keep = flag::keep_remainder;
  expect_created({make_pending(60, 1, 2, 10), make_post(61, 60, 4, keep),
                  make_post(62, 60, 3, keep), make_post_of_all(63, 60, keep)});
  EXPECT_EQ(transfer(make_post_of_all(61, 60, keep)), "exists_with_different_amount");
  EXPECT_EQ(transfer(make_post_of_all(62, 60, keep)), "exists_with_different_amount");
  EXPECT_EQ(transfer(make_post_of_all(63, 60, keep)), "exists");
  EXPECT_EQ(transfer(make_post(63, 60, 3, keep)), "exists");
  EXPECT_EQ(transfer(make_post(63, 60, 4, keep)), "exists_with_different_amount");
  // The last one without the flag took less than was held: the rest went back.
  expect_created({make_pending(70, 1, 2, 10), make_post(71, 70, 4, keep), make_post(72, 70, 5)});
  EXPECT_EQ(transfer(make_post_of_all(72, 70)), "exists_with_different_amount");
  expect_created({make_pending(80, 1, 2, 10), make_post(81, 80, 4, keep), make_post(82, 80, 6)});
  EXPECT_EQ(transfer(make_post_of_all(82, 80)), "exists");
}

TEST_P(RepeatedResolutionTest, OfAVoidMatchesZeroOrExactlyWhatItReleased) {
  expect_created(
      {make_pending(60, 1, 2, 10), make_post(61, 60, 4, flag::keep_remainder), make_void(62, 60)});
  EXPECT_EQ(transfer(make_void(62, 60)), "exists");
  EXPECT_EQ(transfer(make_void(62, 60, 6)), "exists");
  EXPECT_EQ(transfer(make_void(62, 60, 10)), "exists_with_different_amount");
}

DAYBOOK_ON_EVERY_LEDGER(ResolutionStatusTest);
DAYBOOK_ON_EVERY_LEDGER(RepeatedResolutionTest);

}  // namespace

std::vector<Row> resolution_rows() { return rows; }

}  // namespace daybook::test
