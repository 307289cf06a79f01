// Branches of TCC transactions that are sagas: orders, and what participants keep.

#include <fmt/format.h>

#include "tests/engine/saga/engine_branch_fixture.hpp"

namespace daybook::test {
namespace {

using Texts = std::vector<std::string>;

constexpr std::uint64_t begun = saga_begin;

TccCommand begin_of(std::uint64_t gid, std::uint64_t timeout_s = 1'800) {
  return tcc_begin(gid, timeout_s * tcc_second, begun);
}
TccCommand hold_of(std::uint64_t gid, std::uint64_t branch, std::uint64_t amount) {
  return tcc_try(gid, branch, amount);
}
TccCommand cancel_of(std::uint64_t gid) { return tcc_cancel(gid, 0, begun); }

TEST_F(EngineBranchTest, AnOrderIsABranchThatIsConfirmed) {
  ASSERT_EQ(start_order(7), "created");
  EXPECT_EQ(shown(7), "RUNNING create:SUCCEEDED decided:DISPATCHED");
  EXPECT_EQ(tcc({begin_of(1), branch_of(1, 1, 7)}), (Texts{"done", "done"}));
  EXPECT_EQ(tcc_one(branch_of(1, 1, 7)), "duplicate");
  EXPECT_EQ(transaction(1), "trying none 1:tried");
  EXPECT_EQ(confirm(1, {{1}}), "done");
  EXPECT_EQ(transaction(1), "confirming client 1:tried") << "decided; the saga is due";
  EXPECT_EQ(confirm(1, {{1}}), "duplicate");
  EXPECT_EQ(tcc_one(cancel_of(1)), "already_confirmed");
  go_on();
  EXPECT_EQ(transaction(1), "confirmed client 1:confirmed");
  EXPECT_EQ(shown(7), "COMPLETED create:SUCCEEDED decided:SUCCEEDED");
  EXPECT_EQ(order_state(7), "pending");
  EXPECT_EQ(confirm(1, {{1}}), "duplicate");
}

TEST_F(EngineBranchTest, AnOrderIsABranchThatIsCancelled) {
  ASSERT_EQ(start_order(7), "created");
  ASSERT_EQ(tcc({begin_of(1), branch_of(1, 1, 7), hold_of(1, 2, 300)}),
            (Texts{"done", "done", "done"}));
  EXPECT_EQ(balances(1), "300/0 0/1000");
  EXPECT_EQ(tcc_one(cancel_of(1)), "done");
  EXPECT_EQ(transaction(1), "cancelling client 1:tried 2:cancelled");
  EXPECT_EQ(balances(1), "0/0 0/1000");
  go_on();
  EXPECT_EQ(transaction(1), "cancelled client 1:cancelled 2:cancelled");
  EXPECT_EQ(shown(7), "COMPENSATED create:SUCCEEDED/C_SUCCEEDED decided:FAILED");
  EXPECT_EQ(order_state(7), "cancelled");
  EXPECT_EQ(tcc_one(branch_of(1, 1, 7)), "rejected_cancelled");
}

TEST_F(EngineBranchTest, MoneyAnOrderAndAParticipantAreConfirmedTogether) {
  ASSERT_EQ(start_order(7), "created");
  ASSERT_EQ(start_seat(8), "created");
  EXPECT_EQ(shown(8), "RUNNING try:SUCCEEDED decided:DISPATCHED keep:NOT_STARTED");
  ASSERT_EQ(tcc({begin_of(1), hold_of(1, 1, 300), branch_of(1, 2, 7), branch_of(1, 3, 8)}),
            (Texts{"done", "done", "done", "done"}));
  EXPECT_EQ(confirm(1, {{1, 200}, {2}}), "branches_differ");
  EXPECT_EQ(confirm(1, {{1, 200}, {2}, {3}}), "done");
  EXPECT_EQ(balances(1), "0/200 0/1000") << "in the entry of the decision";
  go_on();
  EXPECT_EQ(transaction(1), "confirming client 1:confirmed 2:confirmed 3:tried");
  EXPECT_EQ(let_shop(WorkOutcome::succeeded), Texts{"confirm keep 1"});
  EXPECT_EQ(transaction(1), "confirmed client 1:confirmed 2:confirmed 3:confirmed");
  EXPECT_EQ(confirm(1, {{1, 200}, {2}, {3}}), "duplicate");
  EXPECT_EQ(confirm(1, {{1, 300}, {2}, {3}}), "conflict");
}

TEST_F(EngineBranchTest, WhatAParticipantHasNotTriedIsNoBranchYet) {
  ASSERT_EQ(start(8, "seat", {}), "created");
  ASSERT_EQ(tcc({begin_of(1), branch_of(1, 3, 8)}), (Texts{"done", "saga_not_ready"}));
  EXPECT_EQ(transaction(1), "trying none") << "nothing is written";
  let_shop(WorkOutcome::succeeded);
  EXPECT_EQ(tcc_one(branch_of(1, 3, 8)), "done");
  EXPECT_EQ(tcc_one(cancel_of(1)), "done");
  go_on();
  EXPECT_EQ(transaction(1), "cancelling client 3:tried");
  EXPECT_EQ(let_shop(WorkOutcome::succeeded), Texts{"undo try 1"});
  EXPECT_EQ(transaction(1), "cancelled client 3:cancelled");
}

TEST_F(EngineBranchTest, WhatCannotBeABranch) {
  ASSERT_EQ(define(R"({"name": "sleeps", "version": 1, "deadline_ms": 60000,
    "steps": [{"id": "nap", "kind": "timer.wait", "delay_ms": 5000}]})"),
            "created");
  ASSERT_EQ(start(5, "sleeps", {}), "created");
  ASSERT_EQ(start_order(6), "created");
  ASSERT_EQ(start_order(7), "created");
  ASSERT_EQ(start_seat(8, WorkOutcome::failed), "created");
  ASSERT_EQ(start(9, "seat", {}), "created");
  ASSERT_EQ(cancel(6), "created") << "it is nobody's yet";
  TccCommand nothing = branch_of(1, 1, 1);
  nothing.business_type = {};
  TccCommand amount = branch_of(1, 1, 7);
  amount.amount = amount_of(1);
  EXPECT_EQ(tcc({begin_of(1), nothing, amount, branch_of(1, 0, 7), branch_of(1, 1, 99),
                 branch_of(1, 1, 5), branch_of(1, 1, 6), branch_of(1, 1, 8), branch_of(2, 1, 7)}),
            (Texts{"done", "subject_missing", "reserved_field", "branch_must_not_be_zero",
                   "subject_not_found", "saga_without_wait", "subject_not_found",
                   "subject_not_forward", "tcc_not_found"}));
  EXPECT_EQ(tcc({branch_of(1, 1, 7), branch_of(1, 2, 7), begin_of(2), branch_of(2, 1, 7),
                 branch_of(1, 1, 9), branch_of(1, 3, 9)}),
            (Texts{"done", "subject_is_taken", "done", "subject_is_taken", "conflict",
                   "saga_not_ready"}));
  EXPECT_EQ(confirm(1, {{1, 100}}), "exceeds_tried") << "a saga is confirmed as a whole";
  EXPECT_EQ(confirm(1, {{1, 0}}), "exceeds_tried");
  EXPECT_EQ(confirm(1, {{1}, {2}}), "not_tried");
}

TEST_F(EngineBranchTest, TheTransactionAloneDecidesOnItsBranch) {
  ASSERT_EQ(start_order(7), "created");
  ASSERT_EQ(tcc({begin_of(1), branch_of(1, 1, 7)}), (Texts{"done", "done"}));
  EXPECT_EQ(cancel(7), "saga_is_owned");
  EXPECT_EQ(operate(7, SagaEventKind::operator_resolve, 1), "saga_illegal_transition");
  EXPECT_EQ(operate(7, SagaEventKind::operator_skip, 1), "saga_illegal_transition");
  EXPECT_EQ(confirm(1, {{1}}), "done");
  EXPECT_EQ(cancel(7), "saga_is_owned") << "decided, though it has not gone on";
  go_on();
  EXPECT_EQ(transaction(1), "confirmed client 1:confirmed");
}

// A confirmation that a participant does not get done never turns into a cancelling of the others.
TEST_F(EngineBranchTest, Case27AConfirmThatFailsNTimesNeverCancelsTheOthers) {
  ASSERT_EQ(start_order(7), "created");
  ASSERT_EQ(start_seat(8), "created");
  ASSERT_EQ(tcc({begin_of(1), hold_of(1, 1, 300), branch_of(1, 2, 7), branch_of(1, 3, 8)}),
            (Texts{"done", "done", "done", "done"}));
  ASSERT_EQ(confirm(1, {{1}, {2}, {3}}), "done");
  go_on();
  for (std::uint32_t attempt = 1; attempt <= 3; ++attempt) {
    EXPECT_EQ(transaction(1), "confirming client 1:confirmed 2:confirmed 3:tried");
    EXPECT_EQ(let_shop(WorkOutcome::unknown), Texts{fmt::format("confirm keep {}", attempt)});
    if (attempt < 3) pass_to(engine_.state().sagas.next_due_at());
  }
  EXPECT_EQ(transaction(1), "stuck client 1:confirmed 2:confirmed 3:stuck");
  EXPECT_EQ(balances(1), "0/300 0/1000");
  EXPECT_EQ(operate(8, SagaEventKind::operator_force), "saga_no_way_back");
  EXPECT_EQ(tcc_one(cancel_of(1)), "already_confirmed");
  EXPECT_EQ(confirm(1, {{1}, {2}, {3}}), "duplicate");
  EXPECT_EQ(operate(8, SagaEventKind::operator_retry, 2), "created");
  EXPECT_EQ(transaction(1), "confirming client 1:confirmed 2:confirmed 3:tried");
  EXPECT_EQ(let_shop(WorkOutcome::succeeded), Texts{"confirm keep 4"});
  EXPECT_EQ(transaction(1), "confirmed client 1:confirmed 2:confirmed 3:confirmed");
}

TEST_F(EngineBranchTest, WhatAnOperatorClosesIsNeverCalledConfirmed) {
  ASSERT_EQ(start_seat(8), "created");
  ASSERT_EQ(start_seat(9), "created");
  ASSERT_EQ(tcc({begin_of(1), branch_of(1, 1, 8), begin_of(2), branch_of(2, 1, 9)}),
            (Texts{"done", "done", "done", "done"}));
  ASSERT_EQ(confirm(1, {{1}}), "done");
  ASSERT_EQ(confirm(2, {{1}}), "done");
  go_on();
  let_shop(WorkOutcome::failed);
  EXPECT_EQ(transaction(1), "stuck client 1:stuck");
  EXPECT_EQ(operate(8, SagaEventKind::operator_close), "created");
  EXPECT_EQ(transaction(1), "closed_manual client 1:closed");
  EXPECT_EQ(operate(9, SagaEventKind::operator_skip, 2), "created");
  EXPECT_EQ(transaction(2), "confirmed client 1:confirmed") << "an operator has seen to it";
  EXPECT_EQ(engine_.state().tccs.ended_count(), 2U);
}

// What is confirmed then need not name it, and a repeat says the same.
TEST_F(EngineBranchTest, AConfirmAgainIsADuplicateAlsoWhereAnOperatorClosedABranchBefore) {
  ASSERT_EQ(start_seat(8), "created");
  ASSERT_EQ(tcc({begin_of(1, 7'200), hold_of(1, 1, 300), branch_of(1, 2, 8)}), Texts(3, "done"));
  pass_to(begun + 3'601 * saga_second);
  EXPECT_EQ(let_shop(WorkOutcome::failed), Texts{"undo try 1"});
  EXPECT_EQ(transaction(1), "trying none 1:tried 2:stuck");
  EXPECT_EQ(confirm(1, {{1}, {2}}), "not_tried");
  EXPECT_EQ(operate(8, SagaEventKind::operator_close), "created");
  EXPECT_EQ(transaction(1), "trying none 1:tried 2:closed");
  EXPECT_EQ(confirm(1, {{1, 200}}), "done");
  EXPECT_EQ(transaction(1), "closed_manual client 1:confirmed 2:closed");
  EXPECT_EQ(confirm(1, {{1, 200}}), "duplicate");
  EXPECT_EQ(confirm(1, {{1}}), "conflict");
  EXPECT_EQ(balances(1), "0/200 0/1000");
}

// What was promised above it was promised with it.
TEST_F(EngineBranchTest, WhatIsClosedByHandTakesBackThePromiseThatItWasPartOf) {
  ASSERT_EQ(start_seat(8), "created");
  ASSERT_EQ(tcc({begin_of(1, 9'000), begin_of(2, 9'000), hold_of(2, 1, 300), branch_of(2, 2, 8),
                 nested_of(1, 1, 2)}),
            Texts(5, "done"));
  ASSERT_EQ(confirm(2, {{1}, {2}}), "awaits_parent");
  pass_to(begun + 3'601 * saga_second);
  EXPECT_EQ(let_shop(WorkOutcome::failed), Texts{"undo try 1"});
  EXPECT_EQ(transaction(2), "prepared none 1:tried 2:stuck");
  EXPECT_EQ(confirm(1, {{1}}), "not_tried");
  EXPECT_EQ(operate(8, SagaEventKind::operator_close), "created");
  EXPECT_EQ(transaction(2), "trying none 1:tried 2:closed");
  EXPECT_EQ(confirm(1, {{1}}), "not_tried") << "its client has not confirmed what is left";
  EXPECT_EQ(confirm(2, {{1}}), "awaits_parent");
  EXPECT_EQ(confirm(1, {{1}}), "done");
  EXPECT_EQ(transaction(2), "closed_manual client 1:confirmed 2:closed");
}

TEST_F(EngineBranchTest, ACancellingThatIsRefusedIsStuckUntilAnOperatorActs) {
  ASSERT_EQ(start_seat(8), "created");
  ASSERT_EQ(tcc({begin_of(1), branch_of(1, 1, 8)}), (Texts{"done", "done"}));
  ASSERT_EQ(tcc_one(cancel_of(1)), "done");
  go_on();
  EXPECT_EQ(let_shop(WorkOutcome::failed), Texts{"undo try 1"});
  EXPECT_EQ(transaction(1), "stuck client 1:stuck");
  EXPECT_EQ(operate(8, SagaEventKind::operator_retry, 0), "created");
  EXPECT_EQ(transaction(1), "cancelling client 1:tried");
  EXPECT_EQ(let_shop(WorkOutcome::succeeded), Texts{"undo try 2"});
  EXPECT_EQ(transaction(1), "cancelled client 1:cancelled");
}

TEST_F(EngineBranchTest, TheDeadlineOfTheTransactionCancelsItsSagas) {
  ASSERT_EQ(start_order(7), "created");
  ASSERT_EQ(tcc({begin_of(1, 10), branch_of(1, 1, 7)}), (Texts{"done", "done"}));
  const std::uint64_t due = engine_.state().tccs.next_deadline();
  pass_to(due - 1);
  EXPECT_EQ(transaction(1), "trying none 1:tried");
  pass_to(due);
  go_on();
  EXPECT_EQ(transaction(1), "cancelled expired 1:expired");
  EXPECT_EQ(order_state(7), "cancelled");
  EXPECT_EQ(confirm(1, {{1}}), "already_expired");
}

// What its participant says when all is over concerns the transaction no longer: neither now nor
// after a restart, which knows nothing of a branch that is closed.
TEST_F(EngineBranchTest, AWithdrawnSagaBelongsToNobody) {
  ASSERT_EQ(start_seat(8), "created");
  ASSERT_EQ(tcc({begin_of(1, 7'200), branch_of(1, 1, 8)}), (Texts{"done", "done"}));
  pass_to(begun + 3'601 * saga_second);
  let_shop(WorkOutcome::succeeded);
  ASSERT_EQ(transaction(1), "trying none 1:withdrawn");
  for (int restarted = 0; restarted < 2; ++restarted) {
    const SagaSlot slot = engine_.state().sagas.find(Uint128{8, 0});
    ASSERT_NE(slot, no_saga) << "one with remote steps is kept for late answers";
    EXPECT_TRUE(engine_.state().sagas.owner(slot).is_none());
    EXPECT_EQ(cancel(8), "saga_has_ended");
    engine_.close_entry();
    restart();
  }
}

TEST_F(EngineBranchTest, ASagaWhoseOwnDeadlinePassesIsWithdrawn) {
  ASSERT_EQ(start_order(7), "created");
  ASSERT_EQ(start_order(6), "created");
  ASSERT_EQ(tcc({begin_of(1, 7'200), branch_of(1, 1, 7)}), (Texts{"done", "done"}));
  pass_to(begun + 3'601 * saga_second);
  EXPECT_EQ(transaction(1), "trying none 1:withdrawn");
  EXPECT_EQ(shown(7), "COMPENSATED create:SUCCEEDED/C_SUCCEEDED decided:DISPATCHED");
  EXPECT_EQ(order_state(7), "cancelled");
  EXPECT_EQ(confirm(1, {{1}}), "not_tried");
  EXPECT_EQ(tcc_one(branch_of(1, 1, 7)), "branch_withdrawn");
  ASSERT_EQ(start_order(9), "created");
  EXPECT_EQ(tcc_one(branch_of(1, 2, 9)), "done") << "another one may take its place";
  EXPECT_EQ(confirm(1, {{2}}), "done");
  go_on();
  EXPECT_EQ(transaction(1), "confirmed client 1:withdrawn 2:confirmed");
  EXPECT_EQ(confirm(1, {{2}}), "duplicate");
}

// The saga's deadline may pass between the decision and the saga's going on.
TEST_F(EngineBranchTest, WhatWasDecidedBeforeTheSagasDeadlineIsDone) {
  ASSERT_EQ(start_order(7), "created");
  ASSERT_EQ(tcc({begin_of(1, 7'200), branch_of(1, 1, 7)}), (Texts{"done", "done"}));
  const std::uint64_t due = engine_.state().sagas.next_due_at();
  set_clock(due - 1);
  ASSERT_EQ(confirm(1, {{1}}), "done");
  pass_to(due + saga_second);
  EXPECT_EQ(transaction(1), "confirmed client 1:confirmed");
  EXPECT_EQ(order_state(7), "pending");
}

TEST_F(EngineBranchTest, AfterARestartADecisionIsCarriedOut) {
  ASSERT_EQ(start_order(6), "created");
  ASSERT_EQ(start_order(7), "created");
  ASSERT_EQ(start_seat(8), "created");
  ASSERT_EQ(
      tcc({begin_of(1), branch_of(1, 1, 6), begin_of(2), branch_of(2, 1, 7), branch_of(2, 2, 8)}),
      (Texts{"done", "done", "done", "done", "done"}));
  ASSERT_EQ(confirm(1, {{1}}), "done");
  ASSERT_EQ(tcc_one(cancel_of(2)), "done");
  engine_.close_entry();
  engine_.restart();
  EXPECT_EQ(transaction(1), "confirming client 1:tried");
  EXPECT_EQ(transaction(2), "cancelling client 1:tried 2:tried");
  go_on();
  EXPECT_EQ(transaction(1), "confirmed client 1:confirmed");
  EXPECT_EQ(transaction(2), "cancelling client 1:cancelled 2:tried");
  EXPECT_EQ(let_shop(WorkOutcome::succeeded), Texts{"undo try 1"});
  EXPECT_EQ(transaction(2), "cancelled client 1:cancelled 2:cancelled");
}

// A nested transaction has ended when its sagas have, and what is stuck below is stuck above.
TEST_F(EngineBranchTest, SagasOfNestedTransactionsAreWaitedForAbove) {
  ASSERT_EQ(start_seat(8), "created");
  ASSERT_EQ(tcc({begin_of(1), begin_of(2), begin_of(3), nested_of(1, 1, 2), nested_of(2, 1, 3),
                 branch_of(3, 1, 8), hold_of(3, 2, 30)}),
            Texts(7, "done"));
  EXPECT_EQ(confirm(3, {{1}, {2, 20}}), "awaits_parent");
  EXPECT_EQ(confirm(2, {{1}}), "awaits_parent");
  EXPECT_EQ(confirm(1, {{1}}), "done");
  EXPECT_EQ(balances(1), "0/20 0/1000");
  go_on();
  EXPECT_EQ(transaction(1), "confirming client 1:tried");
  EXPECT_EQ(transaction(3), "confirming client 1:tried 2:confirmed");
  EXPECT_EQ(let_shop(WorkOutcome::failed), Texts{"confirm keep 1"});
  for (std::uint64_t gid = 1; gid <= 2; ++gid) {
    EXPECT_EQ(transaction(gid), "stuck client 1:stuck");
  }
  EXPECT_EQ(operate(8, SagaEventKind::operator_retry, 2), "created");
  EXPECT_EQ(transaction(1), "confirming client 1:tried");
  EXPECT_EQ(let_shop(WorkOutcome::succeeded), Texts{"confirm keep 2"});
  for (std::uint64_t gid = 1; gid <= 2; ++gid) {
    EXPECT_EQ(transaction(gid), "confirmed client 1:confirmed");
  }
}

// Its own deadline counts also where its transaction has promised it: a promise that cannot be kept
// is none.
TEST_F(EngineBranchTest, WhatIsPreparedIsNotConfirmedWithoutASagaThatGoesBack) {
  ASSERT_EQ(start_seat(8), "created");
  ASSERT_EQ(tcc({begin_of(1, 7'200), begin_of(2, 7'200), nested_of(1, 1, 2), branch_of(2, 1, 8),
                 hold_of(2, 2, 300)}),
            Texts(5, "done"));
  ASSERT_EQ(confirm(2, {{1}, {2}}), "awaits_parent");
  pass_to(begun + 3'601 * saga_second);
  EXPECT_EQ(transaction(2), "prepared none 1:tried 2:tried");
  EXPECT_EQ(confirm(1, {{1}}), "not_tried") << "the saga below is on its way back";
  EXPECT_EQ(let_shop(WorkOutcome::succeeded), Texts{"undo try 1"});
  EXPECT_EQ(transaction(2), "trying none 1:withdrawn 2:tried");
  EXPECT_EQ(confirm(1, {{1}}), "not_tried");
  EXPECT_EQ(confirm(2, {{1}, {2}}), "not_tried");
  EXPECT_EQ(confirm(2, {{2, 200}}), "awaits_parent") << "whoever wants it without the saga says so";
  EXPECT_EQ(confirm(1, {{1}}), "done");
  EXPECT_EQ(transaction(2), "confirmed client 1:withdrawn 2:confirmed");
  EXPECT_EQ(balances(1), "0/200 0/1000");
}

class EngineBranchSnapshotTest : public EngineBranchTest {
 protected:
  EngineBranchSnapshotTest() : EngineBranchTest{with_snapshots()} {}
};

TEST_F(EngineBranchSnapshotTest, ASnapshotKnowsWhoseEachSagaIsAndWhatIsDecided) {
  ASSERT_EQ(start_order(6), "created");
  ASSERT_EQ(start_order(7), "created");
  ASSERT_EQ(start_seat(8), "created");
  ASSERT_EQ(tcc({begin_of(1), branch_of(1, 1, 6), begin_of(2), branch_of(2, 1, 7), begin_of(3),
                 branch_of(3, 1, 8)}),
            Texts(6, "done"));
  ASSERT_EQ(confirm(3, {{1}}), "done");
  go_on();
  let_shop(WorkOutcome::failed);
  ASSERT_EQ(transaction(3), "stuck client 1:stuck");
  ASSERT_EQ(confirm(1, {{1}}), "done");
  engine_.close_entry();
  const std::uint64_t digest = engine_.state().digest();
  engine_.take_snapshot();
  engine_.restart();
  ASSERT_EQ(engine_.first_failure().value_or(""), "");
  EXPECT_EQ(engine_.state().digest(), digest);
  EXPECT_EQ(cancel(7), "saga_is_owned");
  go_on();
  EXPECT_EQ(transaction(1), "confirmed client 1:confirmed");
  ASSERT_EQ(confirm(2, {{1}}), "done");
  go_on();
  EXPECT_EQ(transaction(2), "confirmed client 1:confirmed");
  EXPECT_EQ(operate(8, SagaEventKind::operator_retry, 2), "created");
  EXPECT_EQ(let_shop(WorkOutcome::succeeded), Texts{"confirm keep 2"});
  EXPECT_EQ(transaction(3), "confirmed client 1:confirmed");
}

}  // namespace
}  // namespace daybook::test
