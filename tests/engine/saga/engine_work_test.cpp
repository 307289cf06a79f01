// Remote steps: who is asked, what is answered, and what no answer means.

#include "tests/engine/saga/engine_work_fixture.hpp"

namespace daybook::test {
namespace {

using Texts = std::vector<std::string>;

constexpr const char* asked = R"({"name": "asked", "version": 1, "deadline_ms": 6000000,
  "input": {},
  "steps": [
    {"id": "pay", "kind": "remote.call", "type": "bank.ask.v1", "class": "pivot",
     "timeout_ms": 5000, "retry": {"initial_ms": 1000, "max": 0, "on_exhausted": "stuck"}}]})";

constexpr const char* once = R"({"name": "once", "version": 1, "deadline_ms": 600000,
  "input": {},
  "steps": [
    {"id": "pay", "kind": "remote.call", "type": "bank.once.v1", "class": "pivot",
     "timeout_ms": 5000, "retry": {"initial_ms": 1000, "max": 5, "on_exhausted": "stuck"}}]})";

constexpr const char* held = R"({"name": "held", "version": 1, "deadline_ms": 600000,
  "input": {"user": "account", "amount": "money"},
  "steps": [
    {"id": "hold", "kind": "ledger.hold",
     "args": {"from": "$.user", "to": "@clearing", "amount": "$.amount"}},
    {"id": "pay", "kind": "remote.call", "type": "bank.v1", "class": "pivot", "timeout_ms": 5000,
     "retry": {"initial_ms": 1000, "max": 2, "on_exhausted": "stuck"}},
    {"id": "take", "kind": "ledger.capture", "hold": "hold", "class": "retriable"}]})";

const SagaInputs money{{"user", saga_account(1)}, {"amount", saga_money(600)}};

std::vector<WorkValue> parcel() {
  WorkValue id;
  id.name = "parcel";
  id.type = WorkValueType::id;
  id.id = Uint128{77, 0};
  WorkValue weight;
  weight.name = "weight";
  weight.number = 3;
  return {weight, id};
}

// ---- Registration. ----

TEST_F(EngineWorkTest, RegistrationsAreChecked) {
  EXPECT_EQ(put(R"({"name": "nobody"})"), "saga_payload_malformed");
  EXPECT_EQ(put(R"({"name": "x", "types": [{"type": "a", "retry": "often"}]})"),
            "saga_payload_malformed");
  EXPECT_EQ(put(bank_json), "created") << "again";
  EXPECT_EQ(engine_.state().participants.count(), 2U);
  EXPECT_EQ(pause("nobody"), "participant_not_found");
  EXPECT_EQ(resume("bank"), "saga_unchanged");
  EXPECT_EQ(pause("bank"), "created");
  EXPECT_EQ(pause("bank"), "saga_unchanged");
  EXPECT_EQ(participant("bank").is_paused, 1U);
  EXPECT_EQ(ask("nobody", {{"bank.v1", 1}}), "participant_unknown");
  EXPECT_EQ(ask("bank", {}), "malformed");
}

TEST_F(EngineWorkTest, ThereAreNoMoreThanTheEngineKeeps) {
  const auto named = [](std::size_t number) {
    return R"({"name": "p)" + std::to_string(number) + R"(", "types": [{"type": "t.v1"}]})";
  };
  for (std::size_t count = 2; count < limits::participants_max; ++count) {
    ASSERT_EQ(put(named(count)), "created");
  }
  EXPECT_EQ(put(named(999)), "too_many_participants");
  EXPECT_EQ(put(named(5)), "created") << "that one is there";
  EXPECT_EQ(engine_.participants().size(), limits::participants_max);
}

TEST_F(EngineWorkTest, ATypeThatIsRegisteredLaterIsSentThen) {
  ASSERT_EQ(put(R"({"name": "late", "types": [{"type": "late.v1"}]})"), "created");
  ASSERT_EQ(define(R"({"name": "late", "version": 1, "deadline_ms": 600000, "input": {},
      "steps": [{"id": "a", "kind": "remote.call", "type": "late.v1", "undo": "late.undo.v1",
                 "timeout_ms": 5000},
                {"id": "b", "kind": "signal.wait", "signal": "ok"}]})"),
            "created");
  ASSERT_EQ(ask("late", {{"late.v1", 1}}), "ok");
  ASSERT_EQ(start(7, "late", {}), "created");
  ASSERT_EQ(answer("late", got().at(0), WorkOutcome::succeeded), "created");
  ASSERT_EQ(cancel(7), "created");
  ASSERT_EQ(ask("late", {{"late.undo.v1", 1}}), "ok");
  EXPECT_EQ(got_texts(), Texts{}) << "nobody has said that it undoes that";
  ASSERT_EQ(put(R"({"name": "late", "types": [{"type": "late.v1"}, {"type": "late.undo.v1"}]})"),
            "created");
  ASSERT_EQ(ask("late", {{"late.undo.v1", 1}}), "ok");
  EXPECT_EQ(got_texts(), Texts{"undo a 1"});
}

TEST_F(EngineWorkTest, MoreQuestionsThanMayBeOpenAreRefused) {
  for (std::uint32_t count = 0; count < limits::work_questions_max; ++count) {
    ASSERT_EQ(ask("shop", {{"shop.v1", 1}}), "ok");
  }
  EXPECT_EQ(ask("shop", {{"shop.v1", 1}}), "too_much_work_asked");
  EXPECT_EQ(recall(), limits::work_questions_max);
  EXPECT_EQ(ask("shop", {{"shop.v1", 1}}), "ok");
}

// ---- Sending and answering. ----

TEST_F(EngineWorkTest, AStepIsSentWithWhatItNeedsAndItsAnswerBringsTheNextOne) {
  ASSERT_EQ(define(chain_json), "created");
  ASSERT_EQ(ask("shop", {{"shop.v1", 10}}), "ok");
  ASSERT_EQ(ask("bank", {{"bank.v1", 10}}), "ok");
  ASSERT_EQ(start(7, "chain", money), "created");
  const auto first = got();
  ASSERT_EQ(first.size(), 1U);
  const WorkPayload payload = first[0].read();
  EXPECT_EQ(first[0].shown(), "do shop 1");
  EXPECT_EQ(payload.type, "shop.v1");
  EXPECT_EQ(payload.definition, "chain");
  ASSERT_EQ(payload.arguments.size(), 3U);
  EXPECT_EQ(payload.arguments[0].name, "amount");
  EXPECT_EQ(payload.arguments[0].id.lo, 600U);
  EXPECT_EQ(payload.arguments[1].text, "for you");
  EXPECT_EQ(first[0].command.business_id.value().hi, 0xbU);
  const std::size_t entries = engine_.journal().count();
  EXPECT_EQ(answer("shop", first[0], WorkOutcome::succeeded, parcel()), "created");
  // The answer, and what it leads to, are one entry.
  EXPECT_EQ(engine_.journal().count(), entries + 1);
  const auto second = got();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].shown(), "do bank 1");
  EXPECT_EQ(second[0].read().arguments.at(0).id.lo, 77U);
  EXPECT_EQ(answer("bank", second[0], WorkOutcome::succeeded), "created");
  EXPECT_EQ(shown(7), "COMPLETED shop:SUCCEEDED bank:SUCCEEDED");
  EXPECT_EQ(answer("bank", second[0], WorkOutcome::succeeded), "saga_unchanged") << "a repeat";
  EXPECT_EQ(participant("bank").in_flight, 0U);
}

TEST_F(EngineWorkTest, NothingIsSentToWhoHasNotAsked) {
  ASSERT_EQ(define(chain_json), "created");
  ASSERT_EQ(start(7, "chain", money), "created");
  EXPECT_EQ(shown(7), "RUNNING shop:NOT_STARTED bank:NOT_STARTED");
  ASSERT_EQ(ask("bank", {{"bank.v1", 1}}), "ok");
  EXPECT_EQ(got_texts(), Texts{});
  ASSERT_EQ(ask("shop", {{"shop.v1", 1}}), "ok");
  EXPECT_EQ(got_texts(), Texts{"do shop 1"});
  EXPECT_EQ(recall(), 1U) << "the bank's question comes back without anything";
}

TEST_F(EngineWorkTest, AFailureUndoesWhatWasDoneAtWhoeverDidIt) {
  ASSERT_EQ(define(chain_json), "created");
  ASSERT_EQ(ask("shop", {{"shop.v1", 1}, {"shop.undo.v1", 1}}), "ok");
  ASSERT_EQ(start(7, "chain", money), "created");
  const auto done = got();
  ASSERT_EQ(answer("shop", done.at(0), WorkOutcome::succeeded, parcel()), "created");
  ASSERT_EQ(ask("shop", {{"shop.undo.v1", 1}}), "ok");
  ASSERT_EQ(ask("bank", {{"bank.v1", 1}}), "ok");
  const auto refused = got();
  ASSERT_EQ(answer("bank", refused.at(0), WorkOutcome::failed, {}, 51, "no cover"), "created");
  const auto undo = got();
  ASSERT_EQ(undo.size(), 1U);
  EXPECT_EQ(undo[0].shown(), "undo shop 1");
  EXPECT_EQ(undo[0].command.target, done[0].command.key);
  EXPECT_EQ(undo[0].command.flags, 0U) << "it was done";
  ASSERT_EQ(undo[0].read().outputs.size(), 4U);
  EXPECT_EQ(undo[0].read().outputs[2].id.lo, 77U);
  EXPECT_EQ(answer("shop", undo[0], WorkOutcome::succeeded), "created");
  EXPECT_EQ(shown(7), "COMPENSATED shop:SUCCEEDED/C_SUCCEEDED bank:FAILED");
}

TEST_F(EngineWorkTest, OutputsThatDoNotFitAreLeftOut) {
  ASSERT_EQ(define(chain_json), "created");
  ASSERT_EQ(ask("shop", {{"shop.v1", 1}}), "ok");
  ASSERT_EQ(ask("bank", {{"bank.v1", 1}}), "ok");
  ASSERT_EQ(start(7, "chain", money), "created");
  ASSERT_EQ(answer("shop", got().at(0), WorkOutcome::succeeded), "created");
  const auto second = got();
  ASSERT_EQ(second.size(), 1U) << "it was done, whatever it brought";
  EXPECT_TRUE(second[0].read().arguments.empty());
}

TEST_F(EngineWorkTest, RequestsOfAnswersKeepToTheirLimits) {
  std::string steps;
  for (int step = 0; step < 40; ++step) {
    steps += R"(, {"id": "s)" + std::to_string(step) +
             R"(", "kind": "ledger.post", "args": {"from": "$.user", "to": "@clearing", )"
             R"("amount": "$.amount"}})";
  }
  ASSERT_EQ(define(R"({"name": "long", "version": 1, "deadline_ms": 600000,
      "input": {"user": "account", "amount": "money"},
      "steps": [{"id": "call", "kind": "remote.call", "type": "shop.v1", "undo": "shop.undo.v1",
                 "timeout_ms": 5000})" +
                   steps + "]}"),
            "created");
  ASSERT_EQ(ask("shop", {{"shop.v1", 1}}), "ok");
  ASSERT_EQ(start(7, "long", money), "created");
  const auto command = got().at(0);
  WriteRequest request;
  request.kind = RequestKind::answer_steps;
  request.participant = id_of("shop");
  request.answers.assign(200, answer_to(command, WorkOutcome::unknown));
  EXPECT_EQ(submit(request).status, RequestStatus::too_large) << "of what 200 could lead to";
  request.answers.resize(1);
  request.answers[0].payload_bytes = 3;
  EXPECT_EQ(submit(request).status, RequestStatus::malformed) << "there are no 3 bytes";
  request.answers[0].payload_bytes = 0;
  EXPECT_EQ(submit(request).status, RequestStatus::ok);
  request.answers.assign(limits::answers_max + 1, answer_to(command, WorkOutcome::unknown));
  EXPECT_EQ(submit(request).status, RequestStatus::too_large);
}

TEST_F(EngineWorkTest, ForgedAnswersAreRefused) {
  ASSERT_EQ(define(chain_json), "created");
  ASSERT_EQ(ask("shop", {{"shop.v1", 1}}), "ok");
  ASSERT_EQ(start(7, "chain", money), "created");
  const auto command = got().at(0);
  const auto with = [&](auto change) {
    StepAnswer given = answer_to(command, WorkOutcome::succeeded);
    change(given);
    return answer("shop", given);
  };
  EXPECT_EQ(answer("bank", command, WorkOutcome::succeeded), "step_not_of_participant");
  EXPECT_EQ(answer("nobody", command, WorkOutcome::succeeded), "participant_not_found");
  EXPECT_EQ(with([](StepAnswer& it) { it.saga = Uint128{8, 0}; }), "saga_not_found");
  EXPECT_EQ(with([](StepAnswer& it) { it.key.lo ^= 1U; }), "step_key_differs");
  EXPECT_EQ(with([](StepAnswer& it) { it.step = 1; }), "step_not_of_participant");
  EXPECT_EQ(with([](StepAnswer& it) { it.step = 9; }), "step_not_of_participant");
  EXPECT_EQ(with([](StepAnswer& it) { it.attempt = 2; }), "saga_illegal_transition");
  EXPECT_EQ(with([](StepAnswer& it) { it.outcome = WorkOutcome::never_seen; }),
            "saga_payload_malformed");
  EXPECT_EQ(with([](StepAnswer& it) { it.operation = static_cast<WorkOperation>(9); }),
            "saga_payload_malformed");
  EXPECT_EQ(with([](StepAnswer& it) { it.outcome = static_cast<WorkOutcome>(200); }),
            "saga_payload_malformed");
  EXPECT_EQ(with([](StepAnswer& it) { it.reserved[1] = 1; }), "saga_payload_malformed");
  EXPECT_EQ(answer("shop", answer_to(command, WorkOutcome::succeeded), {std::byte{9}}),
            "saga_payload_malformed");
  EXPECT_EQ(shown(7), "RUNNING shop:DISPATCHED bank:NOT_STARTED");
}

// ---- No answer. ----

TEST_F(EngineWorkTest, WhatIsIdempotentIsSentAgainUnderTheSameKeyToTheSameParticipant) {
  ASSERT_EQ(define(chain_json), "created");
  ASSERT_EQ(put(R"({"name": "shop2", "types": [{"type": "shop.v1"}]})"), "created");
  ASSERT_EQ(ask("shop", {{"shop.v1", 1}}), "ok");
  ASSERT_EQ(start(7, "chain", money), "created");
  const auto first = got().at(0);
  ASSERT_EQ(ask("shop2", {{"shop.v1", 5}}), "ok");
  const std::uint64_t over = engine_.state().sagas.next_due_at();
  EXPECT_EQ(over, first.command.due_at.value());
  pass_to(over - 1);
  EXPECT_EQ(shown(7), "RUNNING shop:DISPATCHED bank:NOT_STARTED");
  pass_to(over);
  EXPECT_EQ(shown(7), "RUNNING shop:RETRY_WAIT bank:NOT_STARTED");
  pass_to(over + 60 * saga_second);
  EXPECT_EQ(got_texts(), Texts{}) << "nobody else may do it";
  EXPECT_EQ(participant("shop").waiting, 1U);
  ASSERT_EQ(ask("shop", {{"shop.v1", 1}}), "ok");
  const auto second = got().at(0);
  EXPECT_EQ(second.shown(), "do shop 2");
  EXPECT_EQ(second.command.key, first.command.key);
  // The first attempt's answer comes late, and counts.
  EXPECT_EQ(answer("shop", first, WorkOutcome::succeeded, parcel()), "created");
  EXPECT_EQ(answer("shop", second, WorkOutcome::succeeded, parcel()), "saga_unchanged");
}

TEST_F(EngineWorkTest, WhatMustBeAskedIsAskedAndSentAgainOnlyIfNeverSeen) {
  ASSERT_EQ(define(asked), "created");
  ASSERT_EQ(ask("bank", {{"bank.ask.v1", 9}}), "ok");
  ASSERT_EQ(start(7, "asked", {}), "created");
  const auto first = got().at(0);
  pass_to(first.command.due_at.value());
  EXPECT_EQ(shown(7), "RUNNING pay:RETRY_WAIT");
  ASSERT_EQ(ask("bank", {{"bank.ask.v1", 9}}), "ok");
  pass_to(first.command.due_at.value() + saga_second);
  const auto question = got().at(0);
  EXPECT_EQ(question.shown(), "query pay 1");
  EXPECT_EQ(question.command.target, first.command.key);
  EXPECT_EQ(answer("bank", question, WorkOutcome::in_progress), "created");
  ASSERT_EQ(ask("bank", {{"bank.ask.v1", 9}}), "ok");
  pass_to(question.command.due_at.value() + saga_second);
  const auto again = got().at(0);
  EXPECT_EQ(again.shown(), "query pay 1");
  EXPECT_EQ(answer("bank", again, WorkOutcome::never_seen), "created");
  ASSERT_EQ(ask("bank", {{"bank.ask.v1", 9}}), "ok");
  const auto resent = got().at(0);
  EXPECT_EQ(resent.shown(), "do pay 2");
  EXPECT_EQ(resent.command.key, first.command.key);
  EXPECT_EQ(answer("bank", resent, WorkOutcome::succeeded), "created");
  EXPECT_EQ(shown(7), "COMPLETED pay:SUCCEEDED");
}

TEST_F(EngineWorkTest, WhatMayHappenOnceIsNeverSentAgain) {
  ASSERT_EQ(define(once), "created");
  ASSERT_EQ(ask("bank", {{"bank.once.v1", 9}}), "ok");
  ASSERT_EQ(start(7, "once", {}), "created");
  const auto first = got().at(0);
  pass_to(first.command.due_at.value());
  EXPECT_EQ(shown(7), "STUCK(pivot_in_doubt) pay:UNKNOWN");
  ASSERT_EQ(ask("bank", {{"bank.once.v1", 9}}), "ok");
  pass_to(first.command.due_at.value() + 500 * saga_second);
  EXPECT_EQ(got_texts(), Texts{});
  EXPECT_EQ(operate(7, SagaEventKind::operator_resolve, 0, StepOutcome::succeeded), "created");
  EXPECT_EQ(shown(7), "COMPLETED pay:SUCCEEDED");
}

TEST_F(EngineWorkTest, PastTheLifeOfItsKeyNothingIsSentAgain) {
  ASSERT_EQ(define(asked), "created");
  ASSERT_EQ(ask("bank", {{"bank.ask.v1", 1}}), "ok");
  ASSERT_EQ(start(7, "asked", {}), "created");
  const auto first = got().at(0);
  pass_to(first.command.due_at.value());
  pass_to(saga_begin + 61 * saga_second);
  EXPECT_EQ(shown(7), "STUCK(pivot_in_doubt) pay:UNKNOWN");
  ASSERT_EQ(ask("bank", {{"bank.ask.v1", 9}}), "ok");
  EXPECT_EQ(got_texts(), Texts{});
}

TEST_F(EngineWorkTest, AHeartbeatGivesMoreTimeAndAReleaseGivesItBack) {
  ASSERT_EQ(define(chain_json), "created");
  ASSERT_EQ(ask("shop", {{"shop.v1", 1}}), "ok");
  ASSERT_EQ(start(7, "chain", money), "created");
  const auto first = got().at(0);
  set_clock(saga_begin + 4 * saga_second);
  EXPECT_EQ(answer("shop", first, WorkOutcome::heartbeat), "created");
  pass_to(first.command.due_at.value() + saga_second);
  EXPECT_EQ(shown(7), "RUNNING shop:DISPATCHED bank:NOT_STARTED") << "it has more time";
  EXPECT_EQ(answer("shop", first, WorkOutcome::released), "created");
  EXPECT_EQ(shown(7), "RUNNING shop:RETRY_WAIT bank:NOT_STARTED");
  ASSERT_EQ(ask("shop", {{"shop.v1", 1}}), "ok");
  EXPECT_EQ(got_texts(), Texts{"do shop 2"});
}

TEST_F(EngineWorkTest, AnUndoMayFindNothingOfWhatIsInDoubt) {
  ASSERT_EQ(define(chain_json), "created");
  ASSERT_EQ(ask("shop", {{"shop.v1", 1}}), "ok");
  ASSERT_EQ(start(7, "chain", money), "created");
  const auto first = got().at(0);
  ASSERT_EQ(cancel(7), "created");
  ASSERT_EQ(ask("shop", {{"shop.undo.v1", 1}}), "ok");
  const auto undo = got().at(0);
  EXPECT_EQ(undo.shown(), "undo shop 1");
  EXPECT_EQ(undo.command.flags, work_flag::allow_empty);
  EXPECT_EQ(answer("shop", undo, WorkOutcome::ok_empty), "created");
  EXPECT_EQ(shown(7), "COMPENSATED shop:DISPATCHED/C_SUCCEEDED bank:NOT_STARTED");
  EXPECT_EQ(participant("shop").in_flight, 0U) << "nobody waits for that answer any more";
  restart();
  EXPECT_EQ(participant("shop").in_flight, 0U);
  EXPECT_EQ(answer("shop", first, WorkOutcome::failed, {}, 0, "undone before"), "saga_unchanged");
  EXPECT_EQ(answer("shop", first, WorkOutcome::succeeded, parcel()), "created")
      << "the only way out of an end";
  EXPECT_EQ(shown(7).substr(0, 20), "STUCK(contradiction)");
}

// ---- Money. ----

TEST_F(EngineWorkTest, AHoldStaysWhileThePivotIsInDoubtAndIsTakenWhenItIsKnown) {
  ASSERT_EQ(define(held), "created");
  ASSERT_EQ(ask("bank", {{"bank.v1", 5}}), "ok");
  ASSERT_EQ(start(7, "held", money), "created");
  EXPECT_EQ(balances(1), "600/0 0/1000");
  const auto first = got().at(0);
  pass_to(first.command.due_at.value());
  ASSERT_EQ(ask("bank", {{"bank.v1", 5}}), "ok");
  pass_to(first.command.due_at.value() + saga_second);
  const auto second = got().at(0);
  pass_to(second.command.due_at.value());
  EXPECT_EQ(shown(7), "STUCK(pivot_in_doubt) hold:SUCCEEDED pay:UNKNOWN take:NOT_STARTED");
  EXPECT_EQ(balances(1), "600/0 0/1000") << "the payout may have gone out";
  EXPECT_EQ(operate(7, SagaEventKind::operator_resolve, 1, StepOutcome::succeeded), "created");
  EXPECT_EQ(shown(7), "COMPLETED hold:SUCCEEDED pay:SUCCEEDED take:SUCCEEDED");
  EXPECT_EQ(balances(1), "0/600 0/1000");
}

TEST_F(EngineWorkTest, ARefusedPivotReleasesTheHoldInTheEntryOfTheAnswer) {
  ASSERT_EQ(define(held), "created");
  ASSERT_EQ(ask("bank", {{"bank.v1", 5}}), "ok");
  ASSERT_EQ(start(7, "held", money), "created");
  const std::size_t entries = engine_.journal().count();
  EXPECT_EQ(answer("bank", got().at(0), WorkOutcome::failed), "created");
  EXPECT_EQ(engine_.journal().count(), entries + 1);
  EXPECT_EQ(shown(7), "COMPENSATED hold:SUCCEEDED/C_SUCCEEDED pay:FAILED take:NOT_STARTED");
  EXPECT_EQ(balances(1), "0/0 0/1000");
}

// ---- Who gets how much. ----

TEST_F(EngineWorkTest, NobodyHasMoreThanHeMayHaveAndTheRestComesInOrder) {
  ASSERT_EQ(define(held), "created");
  ASSERT_EQ(ask("bank", {{"bank.v1", 100}}), "ok");
  for (std::uint64_t saga = 1; saga <= 7; ++saga) {
    ASSERT_EQ(start(saga, "held", {{"user", saga_account(1)}, {"amount", saga_money(10)}}),
              "created");
    if (saga == 3) {
      ASSERT_EQ(ask("bank", {{"bank.v1", 100}}), "ok");
    }
  }
  std::vector<GotCommand> all = got();
  ASSERT_EQ(all.size(), 3U) << "a question leaves with the first entry that has something for it";
  ASSERT_EQ(ask("bank", {{"bank.v1", 100}}), "ok");
  const auto more = got();
  all.insert(all.end(), more.begin(), more.end());
  ASSERT_EQ(ask("bank", {{"bank.v1", 100}}), "ok");
  const auto rest = got();
  all.insert(all.end(), rest.begin(), rest.end());
  ASSERT_EQ(all.size(), 4U) << "so many it may have";
  for (std::size_t at = 0; at < all.size(); ++at) EXPECT_EQ(all[at].command.saga.lo, at + 1);
  EXPECT_EQ(participant("bank").in_flight, 4U);
  EXPECT_EQ(answer("bank", all[2], WorkOutcome::succeeded), "created");
  const auto next = got();
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next[0].command.saga.lo, 5U);
}

TEST_F(EngineWorkTest, APausedParticipantGetsNothingUntilItGoesOn) {
  ASSERT_EQ(define(chain_json), "created");
  ASSERT_EQ(pause("shop"), "created");
  ASSERT_EQ(ask("shop", {{"shop.v1", 1}}), "ok");
  ASSERT_EQ(start(7, "chain", money), "created");
  EXPECT_EQ(got_texts(), Texts{});
  ASSERT_EQ(resume("shop"), "created");
  EXPECT_EQ(got_texts(), Texts{"do shop 1"});
}

TEST_F(EngineWorkTest, AParticipantThatNeverAnswersRestsAndIsProbed) {
  ASSERT_EQ(define(chain_json), "created");
  const auto ask_shop = [&] { ASSERT_EQ(ask("shop", {{"shop.v1", 100}}), "ok"); };
  ask_shop();
  std::uint64_t last = 0;
  for (std::uint64_t saga = 1; saga <= 16; ++saga) {
    ASSERT_EQ(start(saga, "chain", money), "created");
    ask_shop();
  }
  for (const GotCommand& each : got()) last = each.command.due_at.value();
  pass_to(last);
  EXPECT_EQ(participant("shop").unanswered, 16U);
  ask_shop();
  EXPECT_EQ(got_texts().size(), 0U) << "its circuit is open";
  const std::uint64_t rests_until = participant("shop").rests_until;
  EXPECT_GE(rests_until, last + saga_second);
  EXPECT_LT(rests_until, last + 2 * saga_second);
  pass_to(rests_until + 2 * saga_second);
  const auto probe = got();
  ASSERT_EQ(probe.size(), 1U) << "one is sent to see";
  ask_shop();
  EXPECT_EQ(answer("shop", probe[0], WorkOutcome::succeeded, parcel()), "created");
  EXPECT_EQ(participant("shop").unanswered, 0U);
  EXPECT_EQ(got_texts().size(), 15U) << "all that waited";
}

TEST_F(EngineWorkTest, OneThatTakesNothingHoldsUpNobodyElse) {
  ASSERT_EQ(define(chain_json), "created");
  ASSERT_EQ(define(held), "created");
  for (std::uint64_t saga = 1; saga <= 300; ++saga) {
    ASSERT_EQ(start(saga, "chain", money), "created");
  }
  ASSERT_EQ(ask("bank", {{"bank.v1", 1}}), "ok");
  ASSERT_EQ(start(900, "held", money), "created");
  EXPECT_EQ(got_texts(), Texts{"do pay 1"});
}

// ---- Restarts. ----

TEST_F(EngineWorkTest, AfterARestartWhatWaitedWaitsAndWhatIsOutIsAwaited) {
  ASSERT_EQ(define(chain_json), "created");
  ASSERT_EQ(ask("shop", {{"shop.v1", 1}}), "ok");
  ASSERT_EQ(start(1, "chain", money), "created");
  ASSERT_EQ(start(2, "chain", money), "created");
  const auto first = got();
  ASSERT_EQ(first.size(), 1U);
  const std::uint64_t digest = engine_.state().digest();
  restart();
  EXPECT_EQ(engine_.state().digest(), digest);
  EXPECT_EQ(participant("shop").in_flight, 1U);
  EXPECT_EQ(answer("shop", first[0], WorkOutcome::succeeded, parcel()), "created");
  ASSERT_EQ(ask("shop", {{"shop.v1", 9}}), "ok");
  EXPECT_EQ(got_texts(), Texts{"do shop 1"});
  ASSERT_EQ(ask("bank", {{"bank.v1", 9}}), "ok");
  EXPECT_EQ(got_texts(), Texts{"do bank 1"});
}

TEST_F(EngineWorkTest, AKickEndsTheWaitForTheNextTry) {
  ASSERT_EQ(define(chain_json), "created");
  ASSERT_EQ(ask("shop", {{"shop.v1", 1}}), "ok");
  ASSERT_EQ(start(7, "chain", money), "created");
  const auto first = got().at(0);
  EXPECT_EQ(answer("shop", first, WorkOutcome::retry_later, {}, 0, "come back"), "created");
  ASSERT_EQ(ask("shop", {{"shop.v1", 1}}), "ok");
  EXPECT_EQ(got_texts(), Texts{}) << "it waits";
  EXPECT_EQ(operate(7, SagaEventKind::operator_kick), "created");
  const auto second = got().at(0);
  EXPECT_EQ(second.shown(), "do shop 2");
  EXPECT_NE(second.command.key, first.command.key) << "it was refused: a new round";
  EXPECT_EQ(operate(7, SagaEventKind::operator_kick), "saga_unchanged");
}

TEST_F(EngineWorkTest, TheDeadlineComesAlthoughNobodyTakesTheStep) {
  ASSERT_EQ(define(held), "created");
  ASSERT_EQ(start(7, "held", money), "created");
  pass_to(saga_begin + 601 * saga_second);
  EXPECT_EQ(shown(7), "COMPENSATED hold:SUCCEEDED/C_SUCCEEDED pay:NOT_STARTED take:NOT_STARTED");
  EXPECT_EQ(balances(1), "0/0 0/1000");
}

TEST_F(EngineWorkTest, TheDeadlineComesAlthoughTheNextTryWaitsForSomebody) {
  ASSERT_EQ(define(chain_json), "created");
  ASSERT_EQ(ask("shop", {{"shop.v1", 1}}), "ok");
  ASSERT_EQ(start(7, "chain", money), "created");
  pass_to(got().at(0).command.due_at.value());
  pass_to(saga_begin + 60 * saga_second);
  EXPECT_EQ(shown(7), "RUNNING shop:RETRY_WAIT bank:NOT_STARTED") << "nobody has asked for it";
  pass_to(saga_begin + 601 * saga_second);
  EXPECT_EQ(shown(7), "COMPENSATING shop:RETRY_WAIT/C_READY bank:NOT_STARTED");
}

// ---- Many. ----

TEST_F(EngineWorkTest, AThousandLeasesThatEndAtOnceAreSentAgain) {
  constexpr std::uint64_t count = 1'000;
  ASSERT_EQ(define(chain_json), "created");
  for (std::uint64_t saga = 1; saga <= count; ++saga) {
    ASSERT_EQ(start(saga, "chain", money), "created");
  }
  ASSERT_EQ(ask("shop", {{"shop.v1", 1'000}}), "ok");
  ASSERT_EQ(ask("shop", {{"shop.v1", 1'000}}), "ok");
  std::vector<GotCommand> sent = got();
  for (int more = 0; sent.size() < count && more < 20; ++more) {
    ASSERT_EQ(ask("shop", {{"shop.v1", 1'000}}), "ok");
    for (GotCommand& each : got()) sent.push_back(std::move(each));
  }
  ASSERT_EQ(sent.size(), count);
  EXPECT_EQ(participant("shop").in_flight, count);
  pass_to(sent.back().command.due_at.value());
  EXPECT_EQ(participant("shop").in_flight, 0U);
  EXPECT_EQ(participant("shop").unanswered, count);
  pass_to(sent.back().command.due_at.value() + 10 * saga_second);
  ASSERT_EQ(ask("shop", {{"shop.v1", 1'000}}), "ok");
  const auto probe = got();
  ASSERT_EQ(probe.size(), 1U);
  ASSERT_EQ(answer("shop", probe[0], WorkOutcome::succeeded, parcel()), "created");
  std::size_t again = probe.size();
  for (int more = 0; again < count && more < 20; ++more) {
    ASSERT_EQ(ask("shop", {{"shop.v1", 1'000}}), "ok");
    again += got().size();
  }
  EXPECT_EQ(again, count);
}

}  // namespace
}  // namespace daybook::test
