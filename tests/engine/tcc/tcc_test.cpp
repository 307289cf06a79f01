// TCC transactions: each cell of the table of operations and branch states, and what must hold when
// messages come late, twice, or not at all.

#include <string>
#include <vector>

#include "tests/engine/tcc/tcc_fixture.hpp"

namespace daybook::test {
namespace {

using Texts = std::vector<std::string>;

// ---- TRY. ----

TEST_F(TccTest, ABranchThatIsTriedIsAHoldOfTheTransaction) {
  EXPECT_EQ(send({tcc_begin(7), tcc_try(7, 1, 600)}), (Texts{"done", "done"}));
  EXPECT_EQ(shown(7), "trying none 1:tried");
  EXPECT_EQ(balances(1), "600/0 0/1000");
  EXPECT_EQ(balances(2), "0/0 600/0");
  const HoldSlot slot = engine_.state().holds.find(hold_of(7, 1));
  ASSERT_NE(slot, no_hold);
  EXPECT_EQ(engine_.state().holds.at(slot).owner, (Uint128{7, 0}));
  EXPECT_EQ(engine_.state().holds.at(slot).expires_at, Timestamp{});
}

TEST_F(TccTest, TheSameTryAgainIsADuplicateAndAnotherOneAConflict) {
  send({tcc_begin(7), tcc_try(7, 1, 600)});
  EXPECT_EQ(send_one(tcc_try(7, 1, 600)), "duplicate");
  EXPECT_EQ(send_one(tcc_try(7, 1, 601)), "conflict");
  EXPECT_EQ(send_one(tcc_try(7, 1, 600, 1, 3)), "conflict");
  EXPECT_EQ(balances(1), "600/0 0/1000");
}

TEST_F(TccTest, ATryAgainAfterTheConfirmSaysSo) {
  send({tcc_begin(7), tcc_try(7, 1, 600)});
  confirm(7, {{1}});
  EXPECT_EQ(send_one(tcc_try(7, 1, 600)), "duplicate_confirmed");
  EXPECT_EQ(send_one(tcc_try(7, 1, 601)), "conflict");
  EXPECT_EQ(send_one(tcc_try(7, 2, 1)), "rejected_decided");
  EXPECT_EQ(balances(1), "0/600 0/1000");
}

TEST_F(TccTest, ALateTryAfterTheCancelHasNoEffect) {
  send({tcc_begin(7), tcc_try(7, 1, 600)});
  EXPECT_EQ(send_one(tcc_cancel(7)), "done");
  EXPECT_EQ(send_one(tcc_try(7, 1, 600)), "rejected_cancelled");
  EXPECT_EQ(send_one(tcc_try(7, 1, 601)), "rejected_cancelled");
  EXPECT_EQ(send_one(tcc_try(7, 2, 1)), "rejected_cancelled");
  EXPECT_EQ(balances(1), "0/0 0/1000");
}

TEST_F(TccTest, ATryOfAnUnknownTransactionIsNotFound) {
  EXPECT_EQ(send_one(tcc_try(7, 1, 600)), "tcc_not_found");
  EXPECT_EQ(shown(7), "none");
}

TEST_F(TccTest, ATryThatTheLedgerRefusesStaysRefusedAndOthersMayBeTried) {
  send({tcc_begin(7)});
  EXPECT_EQ(send_one(tcc_try(7, 1, 1'001)), "exceeds_credits");
  EXPECT_EQ(shown(7), "trying none 1:refused");
  EXPECT_EQ(transfer(make_transfer(2, 4, 1, 5'000)), "created");
  EXPECT_EQ(send_one(tcc_try(7, 1, 1'001)), "exceeds_credits") << "the answer does not change";
  EXPECT_EQ(send_one(tcc_try(7, 1, 1)), "conflict");
  EXPECT_EQ(send_one(tcc_try(7, 2, 1'001)), "done");
  EXPECT_EQ(confirm(7, {{1}, {2}}), "not_tried");
  EXPECT_EQ(confirm(7, {{2}}), "done");
  EXPECT_EQ(send_one(tcc_try(7, 1, 1'001)), "exceeds_credits") << "decided or not";
}

TEST_F(TccTest, ARefusedTryThenACancelIsEmptyAndNothingGoesNegative) {
  send({tcc_begin(7), tcc_try(7, 1, 1'001)});
  EXPECT_EQ(send_one(tcc_cancel(7)), "ok_empty");
  EXPECT_EQ(shown(7), "cancelled client 1:refused");
  EXPECT_EQ(balances(1), "0/0 0/1000");
}

TEST_F(TccTest, ARepeatOfATryIsGoodAlsoWhenTheBalanceIsTooLowByNow) {
  send({tcc_begin(7), tcc_try(7, 1, 900)});
  EXPECT_EQ(transfer(make_transfer(2, 1, 3, 100)), "created");
  EXPECT_EQ(send_one(tcc_try(7, 1, 900)), "duplicate");
}

// ---- CONFIRM. ----

TEST_F(TccTest, AConfirmPostsAndReleasesTheRest) {
  send({tcc_begin(7), tcc_try(7, 1, 600), tcc_try(7, 2, 300, 1, 3)});
  EXPECT_EQ(confirm(7, {{1, 450}, {2}}), "done");
  EXPECT_EQ(shown(7), "confirmed client 1:confirmed 2:confirmed");
  EXPECT_EQ(balances(1), "0/750 0/1000");
  EXPECT_EQ(balances(2), "0/0 0/450");
  EXPECT_EQ(balances(3), "0/0 0/300");
}

TEST_F(TccTest, AConfirmOfNothingReleasesAll) {
  send({tcc_begin(7), tcc_try(7, 1, 600)});
  EXPECT_EQ(confirm(7, {{1, 0}}), "done");
  EXPECT_EQ(shown(7), "confirmed client 1:confirmed");
  EXPECT_EQ(balances(1), "0/0 0/1000");
}

TEST_F(TccTest, AConfirmAgainIsADuplicateAndWithOtherAmountsAConflict) {
  send({tcc_begin(7), tcc_try(7, 1, 600), tcc_try(7, 2, 300)});
  EXPECT_EQ(confirm(7, {{1, 450}, {2}}), "done");
  EXPECT_EQ(confirm(7, {{1, 450}, {2}}), "duplicate");
  EXPECT_EQ(confirm(7, {{2, 300}, {1, 450}}), "duplicate") << "the amount said, in another order";
  EXPECT_EQ(confirm(7, {{1}, {2}}), "conflict");
  EXPECT_EQ(confirm(7, {{1, 450}}), "conflict");
  EXPECT_EQ(balances(1), "0/750 0/1000");
}

TEST_F(TccTest, AConfirmWithoutATryWritesNothing) {
  EXPECT_EQ(confirm(7, {{1}}), "tcc_not_found");
  send({tcc_begin(7)});
  EXPECT_EQ(confirm(7, {{1}}), "not_tried");
  EXPECT_EQ(shown(7), "trying none");
  EXPECT_EQ(confirm(7, {}), "done") << "a transaction without branches";
}

TEST_F(TccTest, AConfirmNamesAllBranchesAndNoMoreThanWasTried) {
  send({tcc_begin(7), tcc_try(7, 1, 600), tcc_try(7, 2, 300)});
  EXPECT_EQ(confirm(7, {{1}}), "branches_differ");
  EXPECT_EQ(confirm(7, {{1}, {2}, {3}}), "not_tried");
  EXPECT_EQ(confirm(7, {{1, 601}, {2}}), "exceeds_tried");
  EXPECT_EQ(confirm(7, {{1, 601}, {3}}), "not_tried") << "the earlier status";
  EXPECT_EQ(confirm(7, {{1, 601}}), "branches_differ") << "the earlier status";
  EXPECT_EQ(shown(7), "trying none 1:tried 2:tried");
  EXPECT_EQ(balances(1), "900/0 0/1000");
}

TEST_F(TccTest, AConfirmAfterTheCancelIsTooLate) {
  send({tcc_begin(7), tcc_try(7, 1, 600), tcc_cancel(7)});
  EXPECT_EQ(confirm(7, {{1}}), "already_cancelled");
  EXPECT_EQ(balances(1), "0/0 0/1000");
}

// ---- CANCEL. ----

TEST_F(TccTest, ACancelBeforeTheTryKeepsItOut) {
  EXPECT_EQ(send_one(tcc_cancel(7, 1)), "ok_empty");
  EXPECT_EQ(shown(7), "cancelled client 1:empty");
  EXPECT_EQ(send_one(tcc_try(7, 1, 600)), "rejected_cancelled");
  EXPECT_EQ(send_one(tcc_begin(7)), "rejected_cancelled");
  EXPECT_EQ(balances(1), "0/0 0/1000");
}

TEST_F(TccTest, ACancelOfABranchStillUnderWayKeepsItOut) {
  send({tcc_begin(7), tcc_try(7, 1, 600)});
  EXPECT_EQ(send_one(tcc_cancel(7, 2)), "done");
  EXPECT_EQ(shown(7), "cancelled client 1:cancelled 2:empty");
  EXPECT_EQ(send_one(tcc_try(7, 2, 1)), "rejected_cancelled");
}

TEST_F(TccTest, TwoCancelsAtOnceThenATry) {
  EXPECT_EQ(send({tcc_cancel(7, 1), tcc_cancel(7, 1), tcc_try(7, 1, 600)}),
            (Texts{"ok_empty", "duplicate", "rejected_cancelled"}));
}

TEST_F(TccTest, ACancelAfterTheConfirmNeedsAReversal) {
  send({tcc_begin(7), tcc_try(7, 1, 600)});
  confirm(7, {{1}});
  EXPECT_EQ(send_one(tcc_cancel(7)), "already_confirmed");
  EXPECT_EQ(balances(1), "0/600 0/1000");
}

TEST_F(TccTest, AConfirmAndACancelRaceAndTheFirstDecides) {
  const std::vector<TccTake> all{{1}};
  EXPECT_EQ(
      send({tcc_begin(7), tcc_try(7, 1, 600), tcc_confirm(7, all), tcc_cancel(7)}, amounts_of(all)),
      (Texts{"done", "done", "done", "already_confirmed"}));
  EXPECT_EQ(
      send({tcc_begin(8), tcc_try(8, 1, 100), tcc_cancel(8), tcc_confirm(8, all)}, amounts_of(all)),
      (Texts{"done", "done", "done", "already_cancelled"}));
  EXPECT_EQ(balances(1), "0/600 0/1000");
}

// ---- EXPIRE. ----

TEST_F(TccTest, ExpiryIsExactToTheNanosecond) {
  send({tcc_begin(7, 10 * tcc_second), tcc_try(7, 1, 100)});
  send({tcc_begin(8, 20 * tcc_second), tcc_try(8, 1, 100)});
  // Each transaction's own slot is when it began: of the first command of two, a nanosecond before.
  const Timestamp deadline = engine_.state().tccs.at(engine_.state().tccs.find({7, 0})).deadline;
  set_clock(deadline.value() - 1);
  engine_.do_due_work();
  EXPECT_EQ(shown(7), "trying none 1:tried");
  set_clock(deadline.value());
  engine_.do_due_work();
  EXPECT_EQ(shown(7), "cancelled expired 1:expired");
  EXPECT_EQ(shown(8), "trying none 1:tried");
  EXPECT_EQ(balances(1), "100/0 0/1000");
}

TEST_F(TccTest, ATryAtTheDeadlineFirstExpiresTheTransaction) {
  send({tcc_begin(7, 10 * tcc_second), tcc_try(7, 1, 100)});
  set_clock(tcc_start + 11 * tcc_second);
  EXPECT_EQ(send_one(tcc_try(7, 1, 100)), "duplicate") << "a duplicate comes first";
  EXPECT_EQ(send_one(tcc_try(7, 2, 100)), "rejected_expired");
  EXPECT_EQ(shown(7), "cancelled expired 1:expired");
  EXPECT_EQ(send_one(tcc_try(7, 1, 100)), "rejected_expired");
  EXPECT_EQ(send_one(tcc_try(7, 1, 101)), "rejected_expired");
  EXPECT_EQ(balances(1), "0/0 0/1000");
}

TEST_F(TccTest, AConflictingTryAtTheDeadlineExpiresTheTransactionToo) {
  send({tcc_begin(7, 10 * tcc_second), tcc_try(7, 1, 100)});
  EXPECT_EQ(send_one(tcc_try(7, 1, 101)), "conflict");
  set_clock(tcc_start + 11 * tcc_second);
  EXPECT_EQ(send_one(tcc_try(7, 1, 101)), "rejected_expired");
  EXPECT_EQ(shown(7), "cancelled expired 1:expired");
}

TEST_F(TccTest, WhenATransactionWasMadeMattersOnlyWhereItIsNotThere) {
  send({tcc_begin(7), tcc_try(7, 1, 100)});
  EXPECT_EQ(send_one(tcc_cancel(8, 0, 0)), "created_at_missing");
  EXPECT_EQ(send_one(tcc_cancel(7, 0, 0)), "done");
}

TEST_F(TccTest, AConfirmAtTheDeadlineFirstExpiresTheTransaction) {
  send({tcc_begin(7, 10 * tcc_second), tcc_try(7, 1, 100)});
  set_clock(tcc_start + 11 * tcc_second);
  EXPECT_EQ(confirm(7, {{1}}), "already_expired");
  EXPECT_EQ(shown(7), "cancelled expired 1:expired");
  EXPECT_EQ(confirm(7, {{1}}), "already_expired");
  EXPECT_EQ(send_one(tcc_cancel(7)), "duplicate");
  EXPECT_EQ(balances(1), "0/0 0/1000");
}

TEST_F(TccTest, AConfirmOneNanosecondBeforeTheDeadlineIsInTime) {
  send({tcc_begin(7, 10 * tcc_second)});
  send({tcc_try(7, 1, 100)});
  const Timestamp deadline = engine_.state().tccs.at(engine_.state().tccs.find({7, 0})).deadline;
  set_clock(deadline.value() - 1);
  EXPECT_EQ(confirm(7, {{1}}), "done");
  set_clock(deadline.value() + tcc_second);
  engine_.do_due_work();
  EXPECT_EQ(shown(7), "confirmed client 1:confirmed");
}

// Each command has a slot of its own, so a deadline can pass between two of one request; what the
// first ones tried is then released by a later one.
TEST_F(TccTest, ADeadlineThatPassesWithinARequestReleasesWhatTheRequestTried) {
  std::vector<TccCommand> commands{tcc_begin(7, 5)};
  for (std::uint64_t branch = 1; branch <= 6; ++branch) commands.push_back(tcc_try(7, branch, 100));
  EXPECT_EQ(send(commands), (Texts{"done", "done", "done", "done", "done", "rejected_expired",
                                   "rejected_expired"}));
  EXPECT_EQ(shown(7), "cancelled expired 1:expired 2:expired 3:expired 4:expired");
  EXPECT_EQ(balances(1), "0/0 0/1000");
  commands = {tcc_begin(8, 3), tcc_try(8, 1, 100), tcc_try(8, 2, 100), tcc_confirm(8, {})};
  EXPECT_EQ(send(commands), (Texts{"done", "done", "done", "already_expired"}));
  EXPECT_EQ(balances(1), "0/0 0/1000");
}

TEST_F(TccTest, TransactionsThatFellDueWhileTheEngineWasDownExpireInOrder) {
  send({tcc_begin(8, 20 * tcc_second), tcc_try(8, 1, 100)});
  send({tcc_begin(7, 10 * tcc_second), tcc_try(7, 1, 100)});
  engine_.restart();
  set_clock(tcc_start + 3 * 3'600 * tcc_second);
  engine_.do_due_work();
  EXPECT_EQ(shown(7), "cancelled expired 1:expired");
  EXPECT_EQ(shown(8), "cancelled expired 1:expired");
  EXPECT_EQ(balances(1), "0/0 0/1000");
}

TEST_F(TccTest, ManyTransactionsThatAreDueAtOnceExpireInSlices) {
  std::vector<TccCommand> commands;
  for (std::uint64_t gid = 1; gid <= 500; ++gid) {
    commands.push_back(tcc_begin(gid, tcc_second));
    for (std::uint64_t branch = 1; branch <= 3; ++branch) {
      commands.push_back(tcc_try(gid, branch, 1, 4, 2));
    }
  }
  for (const std::string& status : send(commands)) EXPECT_EQ(status, "done");
  set_clock(tcc_start + 2 * tcc_second);
  engine_.do_due_work();
  EXPECT_EQ(engine_.state().tccs.ended_count(), 500U);
  EXPECT_EQ(engine_.state().holds.count(), 0U);
  EXPECT_EQ(balances(4), "0/1000 0/0");
}

// ---- Holds have an owner. ----

TEST_F(TccTest, NobodyElseResolvesABranch) {
  send({tcc_begin(7), tcc_try(7, 1, 600)});
  Transfer post;
  post.id = transfer_id(90);
  post.pending_id = hold_of(7, 1);
  post.amount = amount_of(1);
  post.flags = transfer_flag::post_pending_transfer;
  EXPECT_EQ(transfer(post), "hold_is_owned");
  post.flags = transfer_flag::void_pending_transfer;
  post.amount = {};
  EXPECT_EQ(transfer(post), "hold_is_owned");
}

TEST_F(TccTest, WhoTakesTheIdsAheadStopsNothing) {
  const auto taken = [](std::uint64_t branch, TccOperation operation) {
    Transfer other = make_transfer(1, 4, 3, 1);
    other.id = transfer_id_of(Uint128{7, 0}, branch, operation, 0);
    return other;
  };
  EXPECT_EQ(transfer(taken(1, TccOperation::try_)), "created");
  EXPECT_EQ(transfer(taken(1, TccOperation::confirm)), "created");
  EXPECT_EQ(send({tcc_begin(7), tcc_try(7, 1, 600)}), (Texts{"done", "done"}));
  EXPECT_EQ(confirm(7, {{1}}), "done");
  EXPECT_EQ(balances(1), "0/600 0/1000");
}

TEST_F(TccTest, AFrozenOrClosedAccountDoesNotKeepADecisionFromBeingDone) {
  send({tcc_begin(7), tcc_try(7, 1, 600), tcc_begin(8), tcc_try(8, 1, 100)});
  WriteRequest request;
  request.kind = RequestKind::change_accounts;
  request.role = Role::operator_;
  request.reason = "a test";
  AccountChange freeze;
  freeze.account_id = account_id(1);
  freeze.kind = AccountChangeKind::freeze;
  freeze.sides = account_side::debits | account_side::credits;
  request.account_changes = {freeze};
  EXPECT_EQ(submit(request).status, RequestStatus::ok);
  EXPECT_EQ(send_one(tcc_try(7, 2, 1)), "debit_account_frozen");
  EXPECT_EQ(confirm(7, {{1}}), "done");
  EXPECT_EQ(send_one(tcc_cancel(8)), "done");
  EXPECT_EQ(balances(1), "0/600 0/1000");
}

// ---- Begin, and what a transaction is told by. ----

TEST_F(TccTest, TheSameBeginAgainIsADuplicateAndAnotherOneAConflict) {
  TccCommand begin = tcc_begin(7, 10 * tcc_second);
  begin.business_id = BusinessId{Uint128{5, 0}};
  begin.user_id = UserId{6};
  EXPECT_EQ(send_one(begin), "done");
  EXPECT_EQ(send_one(begin), "duplicate");
  begin.trace_id = TraceId{Uint128{1, 2}};
  EXPECT_EQ(send_one(begin), "duplicate") << "a retry has a trace of its own";
  begin.user_id = UserId{7};
  EXPECT_EQ(send_one(begin), "conflict");
  send({tcc_cancel(7)});
  begin.user_id = UserId{6};
  EXPECT_EQ(send_one(begin), "duplicate") << "also when it has ended";
}

TEST_F(TccTest, HoldsInheritWhatTheTransactionIsAbout) {
  TccCommand begin = tcc_begin(7);
  begin.business_id = BusinessId{Uint128{5, 0}};
  begin.user_id = UserId{6};
  begin.trace_id = TraceId{Uint128{1, 2}};
  send({begin, tcc_try(7, 1, 600)});
  confirm(7, {{1}});
  std::vector<Transfer> made;
  engine_.close_entry();
  engine_.for_each_transfer([&](Sequence, const Transfer& transfer, const TransferNote& note) {
    if (note.authority == Authority::coordinator) made.push_back(transfer);
  });
  ASSERT_EQ(made.size(), 2U);
  for (const Transfer& each : made) {
    EXPECT_EQ(each.business_id, begin.business_id);
    EXPECT_EQ(each.user_id, begin.user_id);
    EXPECT_EQ(each.trace_id, begin.trace_id);
  }
  EXPECT_EQ(made[1].amount, amount_of(600));
}

TEST_F(TccTest, TheDefaultDeadlineIsInThirtyMinutes) {
  send({tcc_begin(7)});
  const TccView& view = engine_.state().tccs.at(engine_.state().tccs.find({7, 0}));
  EXPECT_EQ(view.deadline.value() - view.begun_at.value(), 1'800 * tcc_second);
}

TEST_F(TccTest, RefusesInDocumentedOrder) {
  // Each row has the fault of its own and those of all rows behind it.
  TccCommand wrong = tcc_begin(0, limits::tcc_timeout_max_ns + 1, 0);
  wrong.kind = TccCommandKind{9};
  wrong.reserved = 1;
  EXPECT_EQ(send_one(wrong), "unknown_command");
  wrong.kind = TccCommandKind::begin;
  EXPECT_EQ(send_one(wrong), "reserved_field");
  wrong.reserved = 0;
  EXPECT_EQ(send_one(wrong), "gid_must_not_be_zero");
  wrong.gid = Uint128{u128_max};
  EXPECT_EQ(send_one(wrong), "gid_must_not_be_int_max");
  wrong.gid = Uint128{7, 0};
  EXPECT_EQ(send_one(wrong), "timeout_out_of_range");
  wrong.timeout_ns = limits::tcc_timeout_max_ns;
  EXPECT_EQ(send_one(wrong), "created_at_missing");
  wrong.created_at = limits::timestamp_max + 1;
  EXPECT_EQ(send_one(wrong), "created_in_future");
  wrong.created_at = tcc_start + 2 * limits::tcc_created_ahead_max_ns;
  EXPECT_EQ(send_one(wrong), "created_in_future");
  wrong.created_at = tcc_start + limits::tcc_created_ahead_max_ns;
  EXPECT_EQ(send_one(wrong), "done");
  EXPECT_EQ(send_one(tcc_try(7, 0, 1)), "branch_must_not_be_zero");
  EXPECT_EQ(confirm(7, {{1}, {1}}), "amounts_malformed");
  EXPECT_EQ(confirm(7, {{0}}), "amounts_malformed");
}

TEST_F(TccTest, AFieldThatACommandDoesNotUseMustBeZero) {
  TccCommand cancel = tcc_cancel(7);
  cancel.amount = amount_of(1);
  EXPECT_EQ(send_one(cancel), "reserved_field");
  TccCommand attempt = tcc_try(7, 1, 1);
  attempt.user_id = UserId{1};
  EXPECT_EQ(send_one(attempt), "reserved_field");
}

TEST_F(TccTest, AUuidOfVersionSevenSaysWhenItWasMade) {
  TccCommand begin = tcc_begin(0, 0, 0);
  const std::uint64_t milliseconds = tcc_start / 1'000'000;
  begin.gid = Uint128{std::uint64_t{2} << 62 | 5, milliseconds << 16 | 0x7000};
  EXPECT_EQ(send_one(begin), "done");
  const TccSlot slot = engine_.state().tccs.find(begin.gid);
  EXPECT_EQ(engine_.state().tccs.at(slot).created_at, tcc_start);
}

TEST_F(TccTest, AmountsThatNoConfirmHasAreMalformed) {
  EXPECT_EQ(send({tcc_begin(7)}, amounts_of({{1}})), (Texts{"malformed"}));
}

TEST_F(TccTest, ARequestAnsweredAgainHasTheSameAnswer) {
  WriteRequest request;
  request.kind = RequestKind::tcc_commands;
  request.tcc_commands = {tcc_begin(7), tcc_try(7, 1, 5'000), tcc_cancel(8, 3)};
  request.client = ClientId{Uint128{0x99, 0}};
  request.number = 1;
  const BatchReply first = engine_.submit(request);
  engine_.close_entry();
  EXPECT_EQ(engine_.submit(request), first);
  engine_.restart();
  EXPECT_EQ(engine_.submit(request), first);
}

// ---- Limits. ----

TEST_F(TccTest, ATransactionHasAtMostSoManyBranches) {
  std::vector<TccCommand> commands{tcc_begin(7)};
  std::vector<TccTake> all;
  for (std::uint64_t branch = 1; branch <= limits::tcc_branches_max; ++branch) {
    commands.push_back(tcc_try(7, branch, 1));
    all.push_back({branch});
  }
  for (const std::string& status : send(commands)) EXPECT_EQ(status, "done");
  EXPECT_EQ(send_one(tcc_try(7, 1'000, 1)), "too_many_branches");
  EXPECT_EQ(confirm(7, all), "done");
  EXPECT_EQ(balances(1), "0/256 0/1000");
}

TEST_F(TccTest, ARequestSettlesAtMostSoManyBranches) {
  std::vector<TccCommand> cancels;
  for (std::uint64_t gid = 1; gid <= 5; ++gid) {
    std::vector<TccCommand> commands{tcc_begin(gid)};
    for (std::uint64_t branch = 1; branch <= limits::tcc_branches_max; ++branch) {
      commands.push_back(tcc_try(gid, branch, 1, 4, 2));
    }
    for (const std::string& status : send(commands)) EXPECT_EQ(status, "done");
    cancels.push_back(tcc_cancel(gid));
  }
  EXPECT_EQ(send(cancels), (Texts{"done", "done", "done", "done", "too_many_settlements"}));
  EXPECT_EQ(send_one(cancels.back()), "done");
  EXPECT_EQ(engine_.state().holds.count(), 0U);
}

TEST_F(TccTest, ARequestHasAtMostSoManyAmounts) {
  std::vector<TccTake> takes;
  for (std::uint64_t branch = 1; branch <= limits::tcc_branches_max; ++branch) {
    takes.push_back({branch});
  }
  std::vector<TccCommand> commands;
  std::vector<TccAmount> amounts;
  const auto confirm_one_more = [&](const std::vector<TccTake>& all) {
    commands.push_back(tcc_confirm(commands.size() + 1, all));
    for (const TccAmount& each : amounts_of(all)) amounts.push_back(each);
  };
  while (amounts.size() < limits::tcc_settlements_max) confirm_one_more(takes);
  EXPECT_EQ(send(commands, amounts), (Texts(4, "tcc_not_found")));
  confirm_one_more({{1}});
  EXPECT_EQ(send(commands, amounts), (Texts{"too_large"}));
}

TEST_F(TccTest, ARequestHasAtMostSoManyCommands) {
  std::vector<TccCommand> commands(limits::tcc_commands_max, tcc_begin(7));
  EXPECT_EQ(send(commands).back(), "duplicate");
  commands.push_back(tcc_begin(8));
  EXPECT_EQ(send(commands), (Texts{"too_large"}));
}

class SmallTccTest : public TccTest {
 protected:
  static LedgerSettings small() {
    LedgerSettings settings;
    settings.tccs_max = 4;
    settings.tccs_kept = 2;
    return settings;
  }
  SmallTccTest() : TccTest{small()} {}
};

TEST_F(SmallTccTest, ThereIsRoomForSoManyTransactions) {
  for (std::uint64_t gid = 1; gid <= 4; ++gid) EXPECT_EQ(send_one(tcc_begin(gid)), "done");
  EXPECT_EQ(send_one(tcc_begin(5)), "too_many_transactions");
  EXPECT_EQ(send_one(tcc_cancel(5)), "too_many_transactions");
  for (std::uint64_t branch = 1; branch <= 16; ++branch) {
    EXPECT_EQ(send_one(tcc_try(1, branch, 1)), "done");
  }
  EXPECT_EQ(send_one(tcc_try(1, 17, 1)), "too_many_transactions");
}

TEST_F(SmallTccTest, WideTransactionsThatEndedMakeRoomForBranches) {
  std::vector<TccCommand> commands{tcc_begin(1, 0, tcc_start + 1)};
  for (std::uint64_t branch = 1; branch <= 14; ++branch) commands.push_back(tcc_try(1, branch, 1));
  commands.push_back(tcc_cancel(1));
  for (const std::string& status : send(commands)) EXPECT_EQ(status, "done");
  EXPECT_EQ(engine_.state().tccs.branch_room(), 2U);
  engine_.do_due_work();
  EXPECT_EQ(shown(1), "none");
  EXPECT_EQ(engine_.state().tccs.branch_room(), 16U);
}

TEST_F(SmallTccTest, LateTriesAfterPruningAreRejected) {
  for (std::uint64_t gid = 1; gid <= 3; ++gid) {
    EXPECT_EQ(send_one(tcc_begin(gid, 0, tcc_start + gid)), "done");
    EXPECT_EQ(send_one(tcc_try(gid, 1, 1)), "done");
    EXPECT_EQ(send_one(tcc_cancel(gid, 0, tcc_start + gid)), "done");
  }
  engine_.do_due_work();
  EXPECT_EQ(shown(1), "none");
  EXPECT_EQ(shown(2), "cancelled client 1:cancelled");
  EXPECT_EQ(engine_.state().tccs.watermark(), Timestamp{tcc_start + 1});
  EXPECT_EQ(send_one(tcc_begin(1, 0, tcc_start + 1)), "rejected_too_old");
  EXPECT_EQ(send_one(tcc_cancel(1, 0, tcc_start + 1)), "rejected_too_old");
  TccCommand late = tcc_try(1, 1, 1);
  EXPECT_EQ(send_one(late), "tcc_not_found") << "who does not say when cannot be told more";
  late.created_at = tcc_start + 1;
  EXPECT_EQ(send_one(late), "rejected_too_old");
  EXPECT_EQ(send_one(tcc_begin(9, 0, tcc_start + 2)), "done");
  engine_.restart();
  EXPECT_EQ(send_one(tcc_begin(1, 0, tcc_start + 1)), "rejected_too_old");
}

class FewHoldsTccTest : public TccTest {
 protected:
  static LedgerSettings few() {
    LedgerSettings settings;
    settings.holds_max = 3;
    return settings;
  }
  FewHoldsTccTest() : TccTest{few()} {}
};

TEST_F(FewHoldsTccTest, WhereNoMoreHoldsFitTransactionsBeginAndEndAllTheSame) {
  EXPECT_EQ(
      send({tcc_begin(1), tcc_try(1, 1, 1), tcc_try(1, 2, 1), tcc_begin(2), tcc_try(2, 1, 1)}),
      (Texts(5, "done")));
  EXPECT_EQ(send({tcc_try(2, 2, 1)}), (Texts{"too_many_holds"}));
  EXPECT_EQ(send_one(tcc_begin(3)), "done");
  EXPECT_EQ(confirm(1, {{1}, {2}}), "done");
  EXPECT_EQ(send_one(tcc_try(2, 2, 1)), "done");
  EXPECT_EQ(send_one(tcc_cancel(2)), "done");
  EXPECT_EQ(engine_.state().holds.count(), 0U);
}

}  // namespace
}  // namespace daybook::test
