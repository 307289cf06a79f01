// The participant library against an engine that the test plays: repeats, undo before do, queries,
// answers over lost connections and restarts, heartbeats, time, stopping, and refusals.
//
// Method: the participant runs in a thread of its own; the test reads its frames and answers them.
// Handlers wait for the test, so nothing depends on time.

#include "net/client/participant.hpp"

#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "engine/base/hash.hpp"
#include "engine/model/ids.hpp"
#include "net/client/step_workers.hpp"
#include "net/protocol/participant_messages.hpp"
#include "tests/net/client/fake_server.hpp"
#include "tests/support/scratch_directory.hpp"

namespace daybook {
namespace {

constexpr const char* payout = "bank.payout.v1";
constexpr std::uint64_t second = 1'000'000'000;

struct Said {
  StepAnswer answer;
  std::string reference;
  std::string message;
};

class ParticipantTest : public ::testing::Test {
 protected:
  ~ParticipantTest() override {
    if (participant_) static_cast<void>(finish());
  }

  /// Handlers are called with what they are asked; the test says what they answer.
  StepReply handle(const StepCommand& command) {
    std::unique_lock lock{mutex_};
    called_.push_back(command);
    changed_.notify_all();
    if (throws_) throw std::runtime_error{"the bank is on fire"};
    if (!blocks_) return reply_;
    changed_.wait(lock, [this] { return !blocks_ || replies_ > 0; });
    if (replies_ > 0) --replies_;
    return reply_;
  }

  void start(bool with_query = false) {
    ParticipantSettings settings;
    settings.name = "bank";
    settings.client.port = server_.port();
    settings.client.backoff_first = std::chrono::milliseconds{1};
    settings.client.backoff_max = std::chrono::milliseconds{4};
    HandledType type{.type = payout,
                     .handler = [this](const StepCommand& each) { return handle(each); }};
    if (with_query) {
      type.query = [](const StepCommand&) {
        return StepReply{.outcome = WorkOutcome::succeeded, .reference = "asked"};
      };
    }
    settings.types.push_back(std::move(type));
    settings.in_flight = in_flight_;
    settings.threads = 2;
    settings.store = store_;
    settings.on_notice = [this](const std::string& words) {
      const std::lock_guard lock{mutex_};
      notices_.push_back(words);
    };
    auto made = Participant::make(std::move(settings));
    ASSERT_TRUE(made.ok()) << made.error().what;
    participant_ = std::move(made).value();
    running_ = std::async(std::launch::async, [this] { return participant_->run(); });
    server_.greet();
  }

  /// Stops it, answering what it still says.
  Result<void> finish() {
    participant_->stop();
    while (running_.wait_for(std::chrono::milliseconds{1}) != std::future_status::ready) {
      while (server_.has_frame()) take_frame();
    }
    Result<void> result = running_.get();
    participant_.reset();
    server_.hang_up();
    questions_.clear();
    said_.clear();
    return result;
  }

  void take_frame() {
    const ReceivedFrame frame = server_.next_frame();
    const RequestKind kind = FakeServer::kind_of(frame);
    const auto read = read_request(kind, frame.body());
    ASSERT_TRUE(read.ok()) << read.error().words;
    EXPECT_EQ(read.value().argument_id, id_of("bank"));
    if (kind == RequestKind::take_work) {
      WorkCredit credit;
      std::memcpy(&credit, read.value().events, sizeof(credit));
      EXPECT_EQ(credit.type, id_of(payout));
      questions_.push_back({frame, credit.count});
      return;
    }
    ASSERT_EQ(kind, RequestKind::answer_steps);
    std::span<const std::byte> payloads = read.value().payloads;
    for (std::uint32_t at = 0; at < read.value().event_count; ++at) {
      Said said;
      std::memcpy(&said.answer, read.value().events + at * sizeof(StepAnswer), sizeof(StepAnswer));
      const auto payload = read_answer_payload(payloads.first(said.answer.payload_bytes));
      payloads = payloads.subspan(said.answer.payload_bytes);
      ASSERT_TRUE(payload.has_value());
      said.reference = payload->reference;
      said.message = payload->message;
      said_.push_back(said);
    }
    if (takes_answers_) server_.reply_ok(frame);
    last_answers_ = frame;
  }

  WorkCommand command(std::uint64_t key, WorkOperation operation = WorkOperation::do_,
                      std::uint64_t target = 0, std::uint32_t attempt = 1) const {
    WorkCommand made;
    made.key = Uint128{key, 5};
    if (target != 0) made.target = Uint128{target, 5};
    made.saga = Uint128{77, 0};
    made.type = id_of(payout);
    made.due_at = Timestamp{wall_clock_ns() + lease_ns_};
    made.attempt = attempt;
    made.step = 3;
    made.operation = operation;
    return made;
  }

  void give(const std::vector<WorkCommand>& commands) {
    while (questions_.empty()) take_frame();
    std::vector<std::byte> records;
    for (WorkCommand each : commands) {
      // step "pay", type, definition "payout", version 2, one argument: 9 as a u64; no outputs.
      std::vector<std::byte> payload;
      const auto text = [&](std::string_view value) {
        payload.push_back(static_cast<std::byte>(value.size()));
        for (const char letter : value) payload.push_back(static_cast<std::byte>(letter));
      };
      text("pay");
      text(payout);
      text("payout");
      for (const unsigned byte : {2U, 0U, 0U, 0U, 1U}) {
        payload.push_back(static_cast<std::byte>(byte));
      }
      put_work_value(payload, {"order", WorkValueType::u64, {}, 0, 9, {}});
      payload.push_back(std::byte{0});
      each.payload_bytes = static_cast<std::uint32_t>(payload.size());
      const auto bytes = std::as_bytes(std::span{&each, 1});
      records.insert(records.end(), bytes.begin(), bytes.end());
      records.insert(records.end(), payload.begin(), payload.end());
      records.resize(layout::padded(records.size()));
    }
    std::vector<std::uint64_t> words(records.size() / 8);
    if (!words.empty()) std::memcpy(words.data(), records.data(), records.size());
    const ReceivedFrame question = questions_.front().first;
    questions_.pop_front();
    server_.reply(question, ItemsReplyMessage<std::uint64_t>{.items = words});
  }

  /// The next answer that is no heartbeat.
  Said answer() {
    while (true) {
      while (said_.empty()) take_frame();
      const Said said = said_.front();
      said_.pop_front();
      if (said.answer.outcome != WorkOutcome::heartbeat) return said;
    }
  }

  /// Starts it on a file that owes the answers to these, as after a kill.
  void owe_over_a_restart(const std::vector<WorkCommand>& commands) {
    use_file();
    start();
    takes_answers_ = false;
    give(commands);
    std::vector<ReceivedFrame> unanswered;
    for (std::size_t heard = 0; heard < commands.size();) {
      take_frame();
      if (said_.empty()) continue;
      heard += said_.size();
      said_.clear();
      unanswered.push_back(last_answers_);
    }
    std::filesystem::copy(store_, store_ + ".copy");
    std::filesystem::copy(store_ + "-wal", store_ + ".copy-wal");
    takes_answers_ = true;
    for (const ReceivedFrame& each : unanswered) server_.reply_ok(each);
    EXPECT_TRUE(finish().ok());
    store_ += ".copy";
    start();
  }

  void wait_for_calls(std::size_t count) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return called_.size() >= count; });
  }
  [[nodiscard]] std::size_t calls() {
    const std::lock_guard lock{mutex_};
    return called_.size();
  }
  void let_one_return() {
    const std::lock_guard lock{mutex_};
    ++replies_;
    changed_.notify_all();
  }
  void block(bool blocks) {
    const std::lock_guard lock{mutex_};
    blocks_ = blocks;
    changed_.notify_all();
  }
  void use_file() { store_ = (directory_ / "store").string(); }

  test::ScratchDirectory directory_;
  FakeServer server_{nullptr};
  std::string store_;
  std::uint32_t in_flight_ = 4;
  std::uint64_t lease_ns_ = 600 * second;
  bool takes_answers_ = true;
  std::deque<std::pair<ReceivedFrame, std::uint32_t>> questions_;
  std::deque<Said> said_;
  ReceivedFrame last_answers_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<StepCommand> called_;
  std::vector<std::string> notices_;
  bool blocks_ = false;
  bool throws_ = false;
  int replies_ = 0;
  StepReply reply_{.outcome = WorkOutcome::succeeded, .code = 12, .reference = "REF-1"};

  std::unique_ptr<Participant> participant_;
  std::future<Result<void>> running_;
};

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
