// The participant library against an engine that the test plays: repeats, undo before do, queries,
// answers over lost connections and restarts, heartbeats, time, stopping, and refusals.
//
// Method: the participant runs in a thread of its own; the test reads its frames and answers them.
// Handlers wait for the test, so nothing depends on time.

#include "tests/net/client/participant_fixture.hpp"

namespace daybook {
namespace {

TEST_F(ParticipantTest, DoesWhatItIsAskedAndAnswers) {
  start();
  give({command(1)});
  const Said said = answer();
  EXPECT_EQ(said.answer.outcome, WorkOutcome::succeeded);
  EXPECT_EQ(said.answer.key, (Uint128{1, 5}));
  EXPECT_EQ(said.answer.saga, (Uint128{77, 0}));
  EXPECT_EQ(said.answer.step, 3);
  EXPECT_EQ(said.answer.attempt, 1U);
  EXPECT_EQ(said.answer.code, 12);
  EXPECT_EQ(said.answer.operation, WorkOperation::do_);
  EXPECT_EQ(said.reference, "REF-1");
  const StepCommand& called = called_.front();
  EXPECT_EQ(called.step, "pay");
  EXPECT_EQ(called.type, payout);
  EXPECT_EQ(called.definition, "payout");
  EXPECT_EQ(called.version, 2U);
  ASSERT_NE(called.argument("order"), nullptr);
  EXPECT_EQ(called.argument("order")->number, 9U);
  EXPECT_EQ(called.output("order"), nullptr);
  EXPECT_TRUE(finish().ok());
}

TEST_F(ParticipantTest, AsksForAsManyAsItHasPlacesFor) {
  start();
  block(true);
  while (questions_.empty()) take_frame();
  EXPECT_EQ(questions_.front().second, 4U);
  give({command(1), command(2), command(3)});
  while (questions_.empty()) take_frame();
  EXPECT_EQ(questions_.front().second, 1U);
  block(false);
}

TEST_F(ParticipantTest, WhatWasAnsweredIsAnsweredAgainAndNotDone) {
  for (const bool with_file : {false, true}) {
    if (with_file) use_file();
    called_.clear();
    start();
    give({command(1)});
    EXPECT_EQ(answer().reference, "REF-1");
    give({command(1, WorkOperation::do_, 0, 2)});
    const Said again = answer();
    EXPECT_EQ(again.answer.outcome, WorkOutcome::succeeded);
    EXPECT_EQ(again.answer.attempt, 2U);
    EXPECT_EQ(again.reference, "REF-1");
    EXPECT_EQ(calls(), 1U);
    EXPECT_TRUE(finish().ok());
  }
}

TEST_F(ParticipantTest, AFileRemembersOverARestart) {
  use_file();
  start();
  give({command(1)});
  answer();
  EXPECT_TRUE(finish().ok());
  start();
  give({command(1, WorkOperation::do_, 0, 2)});
  EXPECT_EQ(answer().reference, "REF-1");
  EXPECT_EQ(calls(), 1U);
}

TEST_F(ParticipantTest, WhatIsBeingDoneIsNotBegunTwice) {
  start();
  block(true);
  give({command(1)});
  wait_for_calls(1);
  give({command(1, WorkOperation::do_, 0, 2), command(2)});
  wait_for_calls(2);  // The other one: so the repeat has been looked at.
  EXPECT_EQ(called_[1].work.key, (Uint128{2, 5}));
  block(false);
  std::uint32_t attempt_of_first = 0;
  for (int at = 0; at < 2; ++at) {
    const Said said = answer();
    if (said.answer.key == Uint128{1, 5}) attempt_of_first = said.answer.attempt;
  }
  EXPECT_EQ(attempt_of_first, 2U);  // The newest attempt is the one that is answered.
  EXPECT_EQ(calls(), 2U);
}

TEST_F(ParticipantTest, AnUndoOfWhatNeverCameIsEmptyAndTheLateDoIsRefused) {
  use_file();
  start();
  WorkCommand undo = command(2, WorkOperation::undo, 1);
  undo.flags = work_flag::allow_empty;
  give({undo});
  EXPECT_EQ(answer().answer.outcome, WorkOutcome::ok_empty);
  give({command(1)});
  const Said late = answer();
  EXPECT_EQ(late.answer.outcome, WorkOutcome::failed);
  EXPECT_FALSE(late.message.empty());
  WorkCommand asked = command(1, WorkOperation::query, 1);
  give({asked});
  EXPECT_EQ(answer().answer.outcome, WorkOutcome::cancelled);
  undo.attempt = 2;
  give({undo});
  EXPECT_EQ(answer().answer.outcome, WorkOutcome::ok_empty);
  EXPECT_EQ(calls(), 0U);
}

TEST_F(ParticipantTest, WithoutAFileTheUndoOfWhatNeverCameIsLeftToTheHandler) {
  start();
  reply_.outcome = WorkOutcome::ok_empty;
  WorkCommand undo = command(2, WorkOperation::undo, 1);
  undo.flags = work_flag::allow_empty;
  give({undo});
  EXPECT_EQ(answer().answer.outcome, WorkOutcome::ok_empty);
  EXPECT_EQ(calls(), 1U);
  give({command(1)});
  EXPECT_EQ(answer().answer.outcome, WorkOutcome::failed);
  EXPECT_EQ(calls(), 1U);
}

TEST_F(ParticipantTest, AnUndoWaitsForWhatItUndoes) {
  start();
  block(true);
  give({command(1)});
  wait_for_calls(1);
  give({command(2, WorkOperation::undo, 1), command(3)});
  wait_for_calls(2);
  EXPECT_EQ(called_[1].work.key, (Uint128{3, 5}));
  block(false);
  wait_for_calls(3);
  EXPECT_EQ(called_[2].work.operation, WorkOperation::undo);
  for (int at = 0; at < 3; ++at) EXPECT_EQ(answer().answer.outcome, WorkOutcome::succeeded);
}

TEST_F(ParticipantTest, QueriesAreAnsweredFromTheTable) {
  use_file();
  start();
  const auto ask = [&](std::uint64_t key, std::uint32_t attempt) {
    give({command(key, WorkOperation::query, key, attempt)});
    return answer();
  };
  EXPECT_EQ(ask(1, 1).answer.outcome, WorkOutcome::never_seen);
  block(true);
  give({command(1)});
  wait_for_calls(1);
  EXPECT_EQ(ask(1, 2).answer.outcome, WorkOutcome::in_progress);
  block(false);
  EXPECT_EQ(answer().answer.operation, WorkOperation::do_);
  const Said done = ask(1, 3);
  EXPECT_EQ(done.answer.outcome, WorkOutcome::succeeded);
  EXPECT_EQ(done.answer.operation, WorkOperation::query);
  EXPECT_EQ(done.reference, "REF-1");
  reply_ = {.outcome = WorkOutcome::failed, .message = "no such account"};
  give({command(4)});
  answer();
  EXPECT_EQ(ask(4, 1).answer.outcome, WorkOutcome::failed);
}

TEST_F(ParticipantTest, AQueryThatTheTableCannotAnswerIsForTheHandlers) {
  start();
  give({command(1, WorkOperation::query, 1)});
  EXPECT_EQ(answer().answer.outcome, WorkOutcome::unknown);
  EXPECT_TRUE(finish().ok());
  start(true);
  give({command(1, WorkOperation::query, 1)});
  const Said said = answer();
  EXPECT_EQ(said.answer.outcome, WorkOutcome::succeeded);
  EXPECT_EQ(said.reference, "asked");
}

TEST_F(ParticipantTest, AnAnswerIsSentAgainUntilTheEngineHasTakenIt) {
  start();
  takes_answers_ = false;
  give({command(1)});
  const Said first = answer();
  server_.hang_up();
  questions_.clear();
  server_.greet();
  takes_answers_ = true;
  const Said again = answer();
  EXPECT_EQ(again.answer.key, first.answer.key);
  EXPECT_EQ(again.reference, "REF-1");
  EXPECT_EQ(calls(), 1U);
  EXPECT_TRUE(finish().ok());
}

TEST_F(ParticipantTest, ABusyEngineIsToldAgain) {
  start();
  takes_answers_ = false;
  give({command(1)});
  answer();
  server_.reply(last_answers_, BatchReplyMessage{.status = RequestStatus::busy, .words = "later"});
  takes_answers_ = true;
  EXPECT_EQ(answer().reference, "REF-1");
}

TEST_F(ParticipantTest, AnAnswerThatThereIsNoRoomForIsSentAgain) {
  start();
  takes_answers_ = false;
  give({command(1)});
  answer();
  Refusal refusal;
  refusal.status = static_cast<std::uint16_t>(AppendEventStatus::too_many_sagas);
  server_.reply(last_answers_, BatchReplyMessage{.refusals = {&refusal, 1}});
  takes_answers_ = true;
  EXPECT_EQ(answer().reference, "REF-1");
  EXPECT_TRUE(finish().ok());
  EXPECT_TRUE(notices_.empty());
}

TEST_F(ParticipantTest, MoreAnswersThanAnEntryHoldsAreSentInParts) {
  owe_over_a_restart({command(1), command(2), command(3), command(4)});
  takes_answers_ = false;
  while (said_.empty()) take_frame();
  ASSERT_EQ(said_.size(), 4U) << "all at once";
  said_.clear();
  server_.reply(last_answers_,
                BatchReplyMessage{.status = RequestStatus::too_large, .words = "send fewer"});
  takes_answers_ = true;
  while (said_.empty()) take_frame();
  EXPECT_EQ(said_.size(), 2U);
  while (said_.size() < 4) take_frame();
  EXPECT_TRUE(finish().ok());
}

TEST_F(ParticipantTest, AFileOwesAnswersOverARestart) {
  owe_over_a_restart({command(1)});
  const Said again = answer();
  EXPECT_EQ(again.answer.key, (Uint128{1, 5}));
  EXPECT_EQ(again.reference, "REF-1");
  EXPECT_EQ(calls(), 1U);
}

TEST_F(ParticipantTest, HeartbeatsAreSentWhileAHandlerTakesLong) {
  lease_ns_ = second / 5;
  start();
  block(true);
  give({command(1)});
  int heartbeats = 0;
  while (heartbeats < 3) {
    while (said_.empty()) take_frame();
    EXPECT_EQ(said_.front().answer.outcome, WorkOutcome::heartbeat);
    EXPECT_EQ(said_.front().answer.key, (Uint128{1, 5}));
    said_.pop_front();
    ++heartbeats;
  }
  block(false);
  EXPECT_EQ(answer().answer.outcome, WorkOutcome::succeeded);
}

TEST_F(ParticipantTest, WhatComesTooLateIsNotBegun) {
  lease_ns_ = 0;
  use_file();
  start();
  WorkCommand late = command(1);
  late.due_at = Timestamp{wall_clock_ns() - second};
  give({late});
  EXPECT_EQ(answer().answer.outcome, WorkOutcome::released);
  EXPECT_EQ(calls(), 0U);
  EXPECT_FALSE(notices_.empty());
  // It is not remembered as begun: when it is sent again, it is done.
  lease_ns_ = 600 * second;
  give({command(1, WorkOperation::do_, 0, 2)});
  EXPECT_EQ(answer().answer.outcome, WorkOutcome::succeeded);
}

TEST_F(ParticipantTest, ClocksOfTwoMachinesMayDiffer) {
  use_file();
  start();
  engine_ahead_ns_ = 0 - 3'600 * second;
  give({command(1)});
  EXPECT_EQ(answer().answer.outcome, WorkOutcome::succeeded);
  // An hour ahead it would have all the time in the world by the clock of this machine.
  engine_ahead_ns_ = 3'600 * second;
  lease_ns_ = 0;
  give({command(2)});
  EXPECT_EQ(answer().answer.outcome, WorkOutcome::released);
  EXPECT_EQ(calls(), 1U);
}

TEST_F(ParticipantTest, WhatIsNotBegunWhenItStopsIsGivenBack) {
  start();
  block(true);
  give({command(1), command(2), command(3)});  // There are two threads.
  wait_for_calls(2);
  participant_->stop();
  const Said back = answer();
  EXPECT_EQ(back.answer.outcome, WorkOutcome::released);
  EXPECT_EQ(back.answer.key, (Uint128{3, 5}));
  block(false);
  EXPECT_EQ(answer().answer.outcome, WorkOutcome::succeeded);
  EXPECT_EQ(answer().answer.outcome, WorkOutcome::succeeded);
  EXPECT_TRUE(finish().ok());
  EXPECT_EQ(calls(), 2U);
}

TEST_F(ParticipantTest, WhatAHandlerThrowsIsUnknown) {
  throws_ = true;
  start();
  give({command(1)});
  const Said said = answer();
  EXPECT_EQ(said.answer.outcome, WorkOutcome::unknown);
  EXPECT_EQ(said.message, "the bank is on fire");
}

TEST_F(ParticipantTest, WhatAHandlerSaysIsMadeToFit) {
  start();
  reply_.outcome = WorkOutcome::never_seen;  // No answer to a do.
  give({command(1)});
  EXPECT_EQ(answer().answer.outcome, WorkOutcome::unknown);
  reply_ = {.outcome = WorkOutcome::succeeded, .reference = std::string(500, 'x') + "\n"};
  give({command(2)});
  const Said cut = answer();
  EXPECT_EQ(cut.answer.outcome, WorkOutcome::succeeded);
  EXPECT_EQ(cut.reference, std::string(limits::saga_text_bytes_max, 'x'));
}

TEST_F(ParticipantTest, AnAnswerThatIsNeverTakenIsDroppedAndSaid) {
  start();
  takes_answers_ = false;
  give({command(1)});
  answer();
  Refusal refusal;
  refusal.status = static_cast<std::uint16_t>(AppendEventStatus::saga_not_found);
  server_.reply(last_answers_, BatchReplyMessage{.refusals = {&refusal, 1}});
  takes_answers_ = true;
  EXPECT_TRUE(finish().ok());
  ASSERT_EQ(notices_.size(), 1U);
  EXPECT_NE(notices_[0].find("saga_not_found"), std::string::npos);
}

TEST_F(ParticipantTest, WhatItMayNotDoEndsIt) {
  for (const RequestStatus status :
       {RequestStatus::participant_unknown, RequestStatus::not_authorised}) {
    start();
    while (questions_.empty()) take_frame();
    server_.reply(questions_.front().first,
                  ItemsReplyMessage<std::uint64_t>{.status = status, .words = "no"});
    const Result<void> result = finish();
    ASSERT_FALSE(result.ok());
    EXPECT_NE(result.error().what.find(to_string(status)), std::string::npos);
  }
}

TEST(ParticipantSettingsTest, EachIsWithinItsLimits) {
  const auto fault = [](const std::function<void(ParticipantSettings&)>& change) {
    ParticipantSettings settings;
    settings.name = "bank";
    settings.types.push_back(
        {.type = payout, .handler = [](const StepCommand&) { return StepReply{}; }});
    change(settings);
    const auto made = Participant::make(std::move(settings));
    return made.ok() ? std::string{} : made.error().what;
  };
  EXPECT_EQ(fault([](ParticipantSettings&) {}), "");
  EXPECT_NE(fault([](ParticipantSettings& each) { each.name.clear(); }), "");
  EXPECT_NE(fault([](ParticipantSettings& each) { each.types.clear(); }), "");
  EXPECT_NE(fault([](ParticipantSettings& each) { each.types.push_back(each.types[0]); }), "");
  EXPECT_NE(fault([](ParticipantSettings& each) { each.types[0].handler = nullptr; }), "");
  EXPECT_NE(fault([](ParticipantSettings& each) { each.in_flight = 0; }), "");
  EXPECT_NE(fault([](ParticipantSettings& each) { each.in_flight = 1'024; }), "");
  EXPECT_NE(fault([](ParticipantSettings& each) { each.threads = 0; }), "");
  EXPECT_NE(fault([](ParticipantSettings& each) { each.threads = participant_threads_max + 1; }),
            "");
}

}  // namespace
}  // namespace daybook
