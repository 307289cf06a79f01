// Reconciliations, their runs and differences: every state met by every command, maker and checker,
// what is posted with an approval, limits.

#include "tests/engine/aggregates/reconciliation_fixture.hpp"

namespace daybook::test {
namespace {

TEST_F(ReconciliationTest, RunsGoThroughTheirPhasesInOrderOnly) {
  ASSERT_EQ(define(), "created");
  const C phases[] = {C::run_import, C::run_validate, C::run_cut,   C::run_sort,
                      C::run_match,  C::run_prove,    C::run_review};
  std::uint64_t run = 0;
  for (std::size_t done = 0; done <= 7; ++done) {
    for (std::size_t next = 0; next < 7; ++next) {
      bring(++run, monday, static_cast<RunState>(done + 1));
      const std::uint64_t number = phases[next] == C::run_cut ? 100 : 0;
      EXPECT_EQ(phase(phases[next], run, number),
                next == done ? "created" : "run_illegal_transition")
          << done << " then " << next;
    }
    bring(++run, monday, static_cast<RunState>(done + 1));
    EXPECT_EQ(operate(C::run_close, run), done == 7 ? "created" : "run_illegal_transition");
    // A run that is proved is not given up, another one takes its place.
    EXPECT_EQ(operate(C::run_fail, run), done < 6 ? "created" : "run_illegal_transition");
    EXPECT_EQ(operate(C::run_cancel, run), done < 6 ? "created" : "run_illegal_transition");
    EXPECT_EQ(operate(C::run_cancel, run), "run_illegal_transition");
  }
}

TEST_F(ReconciliationTest, AFailedRunIsTakenUpBehindItsLastPhase) {
  ASSERT_EQ(define(), "created");
  bring(5, monday, RunState::cut);
  EXPECT_EQ(operate(C::run_fail, 5, {}, "no space"), "created");
  EXPECT_EQ(state_of_run(5), "failed");
  EXPECT_EQ(phase(C::run_match, 5), "run_illegal_transition");
  EXPECT_EQ(phase(C::run_cut, 5, 100), "run_illegal_transition");
  EXPECT_EQ(phase(C::run_sort, 5), "created");
  EXPECT_EQ(state_of_run(5), "sorted");
  EXPECT_EQ(operate(C::run_cancel, 5), "created");
  EXPECT_EQ(phase(C::run_match, 5), "run_illegal_transition");
  EXPECT_EQ(operate(C::run_fail, 5), "run_illegal_transition");
}

TEST_F(ReconciliationTest, DaysAreReconciledInOrderAndCarryOnWhatCounts) {
  EXPECT_EQ(create(1, monday), "reconciliation_not_found");
  ASSERT_EQ(define(), "created");
  EXPECT_EQ(create(1, monday, 9), "reconciliation_not_found");
  EXPECT_EQ(create(1, 20261301), "details_malformed");
  EXPECT_EQ(create(1, 20261132), "details_malformed");
  EXPECT_EQ(create(1, 0), "quantity_must_not_be_zero");
  bring(1, tuesday, RunState::in_review);
  EXPECT_EQ(create(1, tuesday), "run_already_exists");
  EXPECT_EQ(create(2, monday), "period_out_of_order");
  EXPECT_EQ(create(90, wednesday + 5), "created") << "by mistake; it counts for nothing";
  EXPECT_EQ(phase(C::run_import, 3), "run_not_found");
  bring(3, wednesday, RunState::validated);
  EXPECT_EQ(phase(C::run_cut, 3, 100), "carry_in_differs");
  EXPECT_EQ(phase(C::run_cut, 3, 100, 3), "carry_in_differs");
  EXPECT_EQ(phase(C::run_cut, 3, 100, 1), "created");

  // Another run of Tuesday takes the first one's place, so Wednesday's carries on the wrong one.
  bring(4, tuesday, RunState::in_review);
  EXPECT_EQ(state_of_run(1), "superseded");
  EXPECT_EQ(phase(C::run_sort, 3), "created");
  EXPECT_EQ(phase(C::run_match, 3), "created");
  EXPECT_EQ(phase(C::run_prove, 3), "carry_in_differs");
  bring(5, wednesday, RunState::in_review, 4);
  EXPECT_EQ(operate(C::run_close, 5), "created");

  // What Wednesday carried on is settled.
  EXPECT_EQ(create(6, tuesday), "next_period_closed");
  bring(7, wednesday, RunState::in_review, 4);
  EXPECT_EQ(state_of_run(5), "superseded");
  EXPECT_EQ(create(8, tuesday), "created");
}

TEST_F(ReconciliationTest, ADayWithoutARunThatCountsIsPassedOver) {
  ASSERT_EQ(define(), "created");
  bring(1, monday, RunState::in_review);
  bring(2, tuesday, RunState::sorted, 1);
  ASSERT_EQ(operate(C::run_cancel, 2), "created");
  bring(3, wednesday, RunState::validated);
  EXPECT_EQ(phase(C::run_cut, 3, 100), "carry_in_differs");
  EXPECT_EQ(phase(C::run_cut, 3, 100, 1), "created") << "Monday's, for Tuesday has none";
  // Tuesday gets one after all, so Wednesday's has to begin again.
  bring(4, tuesday, RunState::in_review, 1);
  ASSERT_EQ(phase(C::run_sort, 3), "created");
  ASSERT_EQ(phase(C::run_match, 3), "created");
  EXPECT_EQ(phase(C::run_prove, 3), "carry_in_differs");
  bring(5, wednesday, RunState::in_review, 4);
  ASSERT_EQ(operate(C::run_close, 5), "created");
  EXPECT_EQ(create(6, monday), "created") << "behind Tuesday's, which is not closed";
  EXPECT_EQ(create(7, tuesday), "next_period_closed");
  EXPECT_EQ(create(8, monday - 1), "period_out_of_order");
}

TEST_F(ReconciliationTest, ADayIsNotClosedOnWhatNoLongerCounts) {
  ASSERT_EQ(define(), "created");
  bring(1, monday, RunState::in_review);
  bring(2, tuesday, RunState::in_review, 1);
  bring(3, monday, RunState::in_review);
  EXPECT_EQ(operate(C::run_close, 2), "carry_in_differs");
  EXPECT_EQ(operate(C::run_close, 3), "created");
  bring(4, tuesday, RunState::in_review, 3);
  EXPECT_EQ(operate(C::run_close, 4), "created");
}

TEST_F(ReconciliationTest, SoManyReconciliationsAndNoMore) {
  for (std::uint64_t each = 1; each <= limits::reconciliations_max; ++each) {
    ASSERT_EQ(define(each), "created");
  }
  EXPECT_EQ(define(limits::reconciliations_max + 1), "too_many_reconciliations");
  EXPECT_EQ(define(), "created") << "a new version of one that is there";
}

TEST_F(ReconciliationTest, ARunUnderWayDoesNotCountBehindAClosedDay) {
  ASSERT_EQ(define(), "created");
  bring(1, monday, RunState::in_review);
  bring(2, monday, RunState::matched);
  bring(3, tuesday, RunState::in_review, 1);
  ASSERT_EQ(operate(C::run_close, 3), "created");
  EXPECT_EQ(phase(C::run_prove, 2), "next_period_closed");
  EXPECT_EQ(state_of_run(1), "in_review");
}

TEST_F(ReconciliationTest, AnApprovalPostsWhatWasProposed) {
  ASSERT_EQ(define(), "created");
  ASSERT_EQ(limit(100), "created");
  bring(1, monday, RunState::in_review, 0, 1);
  EXPECT_EQ(approve(50, legs(70, 100)), "difference_not_found");
  EXPECT_EQ(propose(50, 1, legs(70, 100)), "created");
  EXPECT_EQ(propose(50, 1, legs(70, 100)), "difference_illegal_transition");
  EXPECT_EQ(operate(C::run_close, 1), "run_has_open_differences");
  EXPECT_EQ(approve(50, legs(70, 100), maker), "maker_is_checker");
  EXPECT_EQ(approve(50, legs(70, 99)), "legs_differ");
  EXPECT_EQ(approve(50, legs(71, 100)), "legs_differ");
  EXPECT_EQ(approve(50, {}), "legs_differ");
  EXPECT_EQ(debited(), 0U) << "nothing was posted";
  EXPECT_EQ(approve(50, legs(70, 100)), "created");
  EXPECT_EQ(debited(), 100U);
  EXPECT_EQ(state_of(50), "posted");
  EXPECT_EQ(approve(50, legs(72, 100)), "difference_illegal_transition");
  EXPECT_EQ(reopen(50, 1), "difference_illegal_transition");
  EXPECT_EQ(debited(), 100U);
  EXPECT_EQ(operate(C::run_close, 1), "created");
}

TEST_F(ReconciliationTest, LegsAreNoLargerThanTheAmountAndOfTheLedgerThatAreLimited) {
  ASSERT_EQ(define(), "created");
  ASSERT_EQ(limit(100), "created");
  bring(1, monday, RunState::in_review, 0, 3);
  // Somebody proposes an amount within the limit, and legs that are not.
  ASSERT_EQ(propose(50, 1, legs(70, 1'000)), "created");
  EXPECT_EQ(approve(50, legs(70, 1'000)), "legs_differ");
  const std::vector<Transfer> other{make_transfer(71, 3, 4, 10, 2)};
  ASSERT_EQ(propose(51, 1, other), "created");
  EXPECT_EQ(approve(51, other), "legs_differ");
  ASSERT_EQ(propose(52, 1, legs(72, 101), 101), "created");
  EXPECT_EQ(approve(52, legs(72, 101)), "limit_exceeded");
  ASSERT_EQ(limit(101), "created");
  EXPECT_EQ(approve(52, legs(72, 101)), "created");
  // Of another code there is no limit, and so nothing is allowed.
  ASSERT_EQ(propose(53, 1, legs(73, 1), 1, 0, 21), "created");
  EXPECT_EQ(approve(53, legs(73, 1)), "limit_exceeded");
  EXPECT_EQ(limit(1, 300), "details_malformed");
  EXPECT_EQ(limit(1, 20, 0, 99), "ledger_not_registered");
}

TEST_F(ReconciliationTest, WhatTheLedgerRefusesIsSeenAndProposedAgain) {
  ASSERT_EQ(define(), "created");
  ASSERT_EQ(limit(100), "created");
  bring(1, monday, RunState::in_review, 0, 1);
  const std::vector<Transfer> to_nobody{make_transfer(70, 1, 99, 100)};
  ASSERT_EQ(propose(50, 1, to_nobody), "created");
  EXPECT_EQ(approve(50, to_nobody), "credit_account_not_found");
  EXPECT_EQ(state_of(50), "proposed");
  EXPECT_EQ(operate(C::correction_fail, 50, {}, "credit_account_not_found"), "created");
  EXPECT_EQ(state_of(50), "failed");
  EXPECT_EQ(propose(50, 1, legs(71, 100)), "created");
  EXPECT_EQ(approve(50, legs(71, 100)), "created");
}

TEST_F(ReconciliationTest, WhatIsAcceptedOrClosedByForcePostsNothing) {
  ASSERT_EQ(define(), "created");
  bring(1, monday, RunState::in_review, 0, 2);
  EXPECT_EQ(propose(50, 1, {}, 100, command_flag::accepts | command_flag::force_closes),
            "details_malformed");
  ASSERT_EQ(propose(50, 1, {}, 100, command_flag::accepts), "created");
  EXPECT_EQ(approve(50, legs(70, 1)), "legs_differ");
  EXPECT_EQ(approve(50, {}, maker), "maker_is_checker");
  EXPECT_EQ(approve(50, {}), "created");
  EXPECT_EQ(state_of(50), "accepted");
  EXPECT_EQ(propose(51, 1, {}, 0, command_flag::accepts, 70), "cannot_be_accepted");
  ASSERT_EQ(propose(51, 1, {}, 0, command_flag::force_closes, 70), "created");
  EXPECT_EQ(approve(51, {}), "created");
  EXPECT_EQ(state_of(51), "force_closed");
  EXPECT_EQ(reopen(50, 9), "run_not_found");
  EXPECT_EQ(reopen(50, 1), "created");
  EXPECT_EQ(operate(C::run_close, 1), "run_has_open_differences");
  ASSERT_EQ(propose(50, 1, {}, 100, command_flag::accepts), "created");
  EXPECT_EQ(reject(50), "created");
  EXPECT_EQ(state_of(50), "rejected");
  EXPECT_EQ(reject(50), "difference_illegal_transition");
  EXPECT_EQ(operate(C::difference_assign, 50, {}, "Ada", 1), "created");
  ASSERT_EQ(propose(50, 1, {}, 100, command_flag::accepts), "created");
  EXPECT_EQ(approve(50, {}), "created");
  EXPECT_EQ(operate(C::run_close, 1), "created");
  EXPECT_EQ(reopen(50, 1), "run_illegal_transition");
}

TEST_F(ReconciliationTest, AMakerTakesBackWhatWaitsForAChecker) {
  ASSERT_EQ(define(), "created");
  ASSERT_EQ(limit(100), "created");
  bring(1, monday, RunState::in_review, 0, 1);
  ASSERT_EQ(propose(50, 1, legs(70, 100)), "created");
  const AskedEvent take_back = command(C::difference_reopen, 50, {}, "not so", 1);
  EXPECT_EQ(send(RequestKind::reconciliation_commands, checker, {take_back}),
            "difference_illegal_transition")
      << "it is another one's";
  EXPECT_EQ(reopen(50, 1), "created");
  EXPECT_EQ(state_of(50), "open");
  EXPECT_EQ(approve(50, legs(70, 100)), "difference_illegal_transition");
  EXPECT_EQ(debited(), 0U);
  EXPECT_EQ(operate(C::run_close, 1), "run_has_open_differences");
  // Proposed again, it is nothing else than if nobody had taken it back.
  EXPECT_EQ(propose(50, 1, legs(71, 100)), "created");
  EXPECT_EQ(approve(50, legs(71, 100)), "created");
  EXPECT_EQ(operate(C::run_close, 1), "created");
}

TEST_F(ReconciliationTest, WhatIsReopenedCountsInTheRunThatCounts) {
  ASSERT_EQ(define(), "created");
  bring(1, monday, RunState::in_review, 0, 1);
  ASSERT_EQ(propose(50, 1, {}, 100, command_flag::accepts), "created");
  ASSERT_EQ(approve(50, {}), "created");
  bring(2, monday, RunState::in_review);  // It leaves out what was accepted.
  EXPECT_EQ(reopen(50, 1), "correction_stale");
  EXPECT_EQ(reopen(50, 2), "created");
  EXPECT_EQ(operate(C::run_close, 2), "run_has_open_differences");
  ASSERT_EQ(propose(50, 2, {}, 100, command_flag::accepts), "created");
  ASSERT_EQ(approve(50, {}), "created");
  EXPECT_EQ(operate(C::run_close, 2), "created");
  EXPECT_EQ(reopen(50, 2), "run_illegal_transition");
}

TEST_F(ReconciliationTest, ProposalsOfASupersededRunAreStale) {
  ASSERT_EQ(define(), "created");
  ASSERT_EQ(limit(100), "created");
  bring(1, monday, RunState::proved);
  EXPECT_EQ(propose(50, 1, legs(70, 100)), "run_illegal_transition");
  EXPECT_EQ(propose(50, 9, legs(70, 100)), "run_not_found");
  ASSERT_EQ(phase(C::run_review, 1), "created");
  ASSERT_EQ(propose(50, 1, legs(70, 100)), "created");
  bring(2, monday, RunState::in_review, 0, 1);
  EXPECT_EQ(approve(50, legs(70, 100)), "correction_stale");
  EXPECT_EQ(propose(51, 1, legs(71, 100)), "correction_stale");
  EXPECT_EQ(propose(50, 2, legs(70, 100)), "created");
  EXPECT_EQ(approve(50, legs(70, 100)), "created");
  EXPECT_EQ(operate(C::run_close, 2), "created");
}

TEST_F(ReconciliationTest, WhatALaterRunFindsAgainIsProposedAgain) {
  ASSERT_EQ(define(), "created");
  ASSERT_EQ(limit(100), "created");
  bring(1, monday, RunState::in_review, 0, 2);
  ASSERT_EQ(propose(50, 1, legs(70, 100)), "created");
  ASSERT_EQ(approve(50, legs(70, 100)), "created");
  ASSERT_EQ(propose(51, 1, {}, 100, command_flag::accepts), "created");
  ASSERT_EQ(approve(51, {}), "created");
  EXPECT_EQ(propose(50, 1, legs(71, 100)), "difference_illegal_transition");
  // A run that was cut before it was posted finds what is corrected by now.
  const DifferenceRow* const row = engine_.state().aggregates.find_difference(Uint128{50});
  const std::uint64_t posted_at = row->posted_at;
  ASSERT_GT(posted_at, 0U);
  bring(3, monday, RunState::in_review, 0, 1, posted_at - 1);
  EXPECT_EQ(propose(50, 3, legs(71, 100)), "difference_illegal_transition");
  bring(2, monday, RunState::in_review, 0, 1, posted_at);
  EXPECT_EQ(propose(51, 2, {}, 100, command_flag::accepts), "difference_illegal_transition");
  EXPECT_EQ(propose(50, 2, legs(71, 100)), "created");
  EXPECT_EQ(approve(50, legs(71, 100)), "created");
  EXPECT_EQ(debited(), 200U);
}

TEST_F(ReconciliationTest, WhatIsAutomaticHasLimitsOfItsOwn) {
  ASSERT_EQ(define(), "created");
  ASSERT_EQ(limit(100, rounding), "created");
  bring(1, monday, RunState::in_review, 0, 2);
  ASSERT_EQ(propose(50, 1, legs(70, 5), 5, 0, rounding), "created");
  const auto automatic = [&](std::uint64_t difference, const std::vector<Transfer>& posted) {
    return send(RequestKind::post_automatically, maker,
                {command(C::correction_approve, difference,
                         {.subject_id = legs_hash(posted), .flags = command_flag::automatic})},
                posted);
  };
  EXPECT_EQ(automatic(50, legs(70, 5)), "limit_exceeded");
  ASSERT_EQ(limit(4, rounding, command_flag::automatic), "created");
  EXPECT_EQ(automatic(50, legs(70, 5)), "limit_exceeded");
  ASSERT_EQ(limit(5, rounding, command_flag::automatic), "created");
  EXPECT_EQ(automatic(50, legs(70, 5)), "created");
  for (const std::uint64_t code : {10U, 12U, 20U, 21U, 23U, 24U, 31U, 32U, 40U, 70U}) {
    EXPECT_EQ(limit(5, code, command_flag::automatic), "details_malformed") << code;
  }
  EXPECT_EQ(limit(5, 22, command_flag::automatic), "created") << "fees";
  ASSERT_EQ(propose(51, 1, {}, 5, command_flag::accepts), "created");
  EXPECT_EQ(automatic(51, {}), "limit_exceeded") << "nobody accepts what nobody looked at";
  // The flag is what makes it automatic, whoever sends it.
  EXPECT_EQ(send(RequestKind::post_automatically, maker,
                 {command(C::correction_approve, 51, {.subject_id = legs_hash({})})}),
            "maker_is_checker");
}

TEST_F(ReconciliationTest, EachRequestHasItsOwnCommands) {
  ASSERT_EQ(define(), "created");
  const auto approval = [&] {
    return command(C::correction_approve, 50, {.subject_id = Uint128{1}});
  };
  const auto proposal = [&] { return command(C::difference_assign, 50, {}, "Ada", 1); };
  const auto say = [&](RequestKind kind, const AskedEvent& event) {
    return send(kind, maker, {event});
  };
  EXPECT_EQ(say(RequestKind::reconciliation_commands, approval()), "event_type_not_of_request");
  // Nor does whoever proposes say what may be approved.
  EXPECT_EQ(operate(C::reconciliation_define, bank), "event_type_not_of_request");
  EXPECT_EQ(operate(C::approval_limit_set, bank, {.quantity = 20, .ledger = LedgerId{1}}, ""),
            "event_type_not_of_request");
  EXPECT_EQ(say(RequestKind::review_corrections, proposal()), "event_type_not_of_request");
  EXPECT_EQ(say(RequestKind::post_automatically, proposal()), "event_type_not_of_request");
  EXPECT_EQ(say(RequestKind::post_automatically, command(C::correction_reject, 50, {}, "no")),
            "event_type_not_of_request");
  EXPECT_EQ(say(RequestKind::bundle, approval()), "aggregate_type_not_of_request");
  EXPECT_EQ(say(RequestKind::order_commands, approval()), "aggregate_type_not_of_request");
  EXPECT_EQ(say(RequestKind::append_events, approval()), "aggregate_type_reserved");
  const AskedEvent order = command(C::order_complete, 1, {});
  EXPECT_EQ(say(RequestKind::reconciliation_commands, order), "aggregate_type_not_of_request");
  EXPECT_EQ(say(RequestKind::review_corrections, order), "aggregate_type_not_of_request");
  AskedEvent own = order;
  own.event.aggregate_type = Uint128{7};
  EXPECT_EQ(say(RequestKind::review_corrections, own), "aggregate_type_not_of_request");
}

}  // namespace
}  // namespace daybook::test
