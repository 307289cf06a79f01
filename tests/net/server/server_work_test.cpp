// Server: questions for work. Held and answered later, given back at every end, limits, who may
// speak for whom, and that nothing of it stands in the way of other requests.
//
// Method: the test plays the sequencer, and answers when it likes.

#include <cstring>

#include "engine/base/hash.hpp"
#include "net/protocol/participant_messages.hpp"
#include "tests/net/server/server_fixture.hpp"

namespace daybook {
namespace {

const Uint128 bank = id_of("bank");
const Uint128 payout = id_of("bank.payout.v1");

FrameBytes work_frame(std::uint64_t number, const Uint128& participant = bank) {
  const std::vector<WorkCredit> credits{{payout, 3, 0}, {id_of("bank.refund.v1"), 1, 0}};
  FrameBytes frame{take_work_frame_bytes(2)};
  write_take_work(frame.room(), number, participant, credits);
  return frame;
}

FrameBytes answers_frame(std::uint64_t number, const Uint128& participant = bank) {
  std::vector<StepAnswer> answers(2);
  answers[1].payload_bytes = 5;
  const std::vector<std::byte> payload(5, std::byte{7});
  FrameBytes frame{answer_steps_frame_bytes(2, 5)};
  write_answer_steps(frame.room(), number, {}, participant, answers, payload);
  return frame;
}

class ServerWorkTest : public ServerFixture {
 protected:
  /// As the sequencer: `count` commands, of which each has its place as its payload.
  void give_work(RequestSlot& slot, std::uint32_t count, std::uint64_t wait_for = 0) {
    slot.query_items.clear();
    for (std::uint32_t at = 0; at < count; ++at) {
      WorkCommand command;
      command.step = static_cast<std::uint8_t>(at);
      command.payload_bytes = at;
      const auto bytes = std::as_bytes(std::span{&command, 1});
      slot.query_items.insert(slot.query_items.end(), bytes.begin(), bytes.end());
      slot.query_items.resize(layout::padded(slot.query_items.size() + at));
    }
    slot.item_count = count;
    engine_->reply(slot, wait_for);
  }

  struct Heard {
    RequestStatus status{};
    std::size_t commands = 0;
    std::string words;
  };
  static Heard hear_work(const TestConnection& connection, std::uint64_t number) {
    const auto frame = connection.receive();
    if (!frame) {
      ADD_FAILURE() << "the connection ended";
      return {};
    }
    EXPECT_EQ(frame->header.type, static_cast<std::uint16_t>(RequestKind::take_work));
    EXPECT_EQ(frame->header.request_number, number);
    const auto read = read_work_reply(frame->bytes());
    EXPECT_TRUE(read.ok());
    const auto records = read_work_records(std::as_bytes(read.value().items));
    EXPECT_TRUE(records.has_value());
    return {read.value().status, records->size(), std::string{read.value().words}};
  }

  static void wait_until_recalled(const RequestSlot& slot) {
    while (!slot.cancelled->load(std::memory_order_acquire)) std::this_thread::yield();
  }

  /// The engine gives back what it is asked to.
  void give_back(RequestSlot& slot) {
    wait_until_recalled(slot);
    EXPECT_GT(engine_->channel(0).recalled.load(std::memory_order_acquire), 0U);
    give_work(slot, 0);
  }
};

TEST_F(ServerWorkTest, AQuestionIsHeldAndAnsweredWhenThereIsWork) {
  serve();
  const auto connection = open(1);
  connection->send(work_frame(9).bytes());
  RequestSlot& slot = engine_->take();
  EXPECT_EQ(slot.kind, RequestKind::take_work);
  EXPECT_EQ(slot.argument_id, bank);
  ASSERT_EQ(slot.event_count, 2U);
  WorkCredit credit;
  std::memcpy(&credit, slot.events, sizeof(credit));
  EXPECT_EQ(credit.type, payout);
  EXPECT_EQ(credit.count, 3U);
  EXPECT_GE(slot.query_items.capacity(), limits::work_reply_bytes_max);
  ASSERT_NE(slot.cancelled, nullptr);
  EXPECT_FALSE(slot.cancelled->load());
  // Others go on meanwhile.
  connection->send(transfers_frame(10, 1).bytes());
  accept(engine_->take(), 1);
  EXPECT_EQ(connection->receive()->header.request_number, 10U);
  give_work(slot, 3);
  const Heard heard = hear_work(*connection, 9);
  EXPECT_EQ(heard.status, RequestStatus::ok);
  EXPECT_EQ(heard.commands, 3U);
}

TEST_F(ServerWorkTest, WorkLeavesOnlyWhenItsDispatchIsDurable) {
  serve();
  const auto connection = open(1);
  connection->send(work_frame(9).bytes());
  give_work(engine_->take(), 2, 40);
  connection->send(list_frame(10, 1).bytes());
  engine_->reply_to_query(engine_->take_query());
  EXPECT_EQ(connection->receive()->header.request_number, 10U);  // And not the work.
  engine_->make_durable(40);
  EXPECT_EQ(hear_work(*connection, 9).commands, 2U);
}

TEST_F(ServerWorkTest, AnIdleQuestionIsAnsweredEmpty) {
  settings_.work_question_ns = 5'000'000;
  serve();
  const auto connection = open(1);
  connection->send(work_frame(9).bytes());
  give_back(engine_->take());
  const Heard heard = hear_work(*connection, 9);
  EXPECT_EQ(heard.status, RequestStatus::ok);
  EXPECT_EQ(heard.commands, 0U);
  connection->send(work_frame(10).bytes());  // The next one is asked as the first was.
  give_back(engine_->take());
  EXPECT_EQ(hear_work(*connection, 10).commands, 0U);
}

TEST_F(ServerWorkTest, WhatIsNotGivenBackIsRecalledAgain) {
  settings_.work_question_ns = 5'000'000;
  serve();
  const auto connection = open(1);
  connection->send(work_frame(9).bytes());
  RequestSlot& slot = engine_->take();
  wait_until_recalled(slot);
  const auto& recalled = engine_->channel(0).recalled;
  const std::uint64_t first = recalled.load();
  while (recalled.load() == first) std::this_thread::yield();
  give_work(slot, 0);
  EXPECT_EQ(hear_work(*connection, 9).commands, 0U);
}

TEST_F(ServerWorkTest, WorkThatCrossesARecallIsNotLost) {
  settings_.work_question_ns = 5'000'000;
  serve();
  const auto connection = open(1);
  connection->send(work_frame(9).bytes());
  RequestSlot& slot = engine_->take();
  wait_until_recalled(slot);
  give_work(slot, 2);
  EXPECT_EQ(hear_work(*connection, 9).commands, 2U);
}

TEST_F(ServerWorkTest, QuestionsAreTakenBackWhenTheirSessionEnds) {
  serve();
  auto connection = open(1);
  connection->send(work_frame(9).bytes());
  connection->send(work_frame(10).bytes());
  RequestSlot& first = engine_->take();
  RequestSlot& second = engine_->take();
  connection.reset();
  wait_until_recalled(first);
  wait_until_recalled(second);
  EXPECT_EQ(server_->stats().connections_now, 1U);  // It stays for as long as the engine has them.
  give_work(first, 2);                              // For nobody.
  give_work(second, 0);
  wait_until([](const ServerStats& stats) {
    return stats.connections_now == 0 && stats.requests_now == 0;
  });
}

TEST_F(ServerWorkTest, WhoHasSaidEverythingIsStillAnswered) {
  serve();
  const auto connection = open(1);
  connection->send(work_frame(9).bytes());
  RequestSlot& slot = engine_->take();
  connection->finish_sending();
  wait_until_recalled(slot);
  give_work(slot, 1);
  EXPECT_EQ(hear_work(*connection, 9).commands, 1U);
  connection->expect_end();
}

TEST_F(ServerWorkTest, ALaterSessionOfTheClientWaitsForTheQuestionsOfTheEarlierOne) {
  serve();
  const auto older = open(1);
  older->send(work_frame(9).bytes());
  RequestSlot& slot = engine_->take();
  const auto newer = connect();
  newer->send(hello_frame(1).bytes());
  wait_until_recalled(slot);
  EXPECT_FALSE(engine_->has_request());
  give_work(slot, 0);
  engine_->open_session();
  EXPECT_EQ(newer->receive()->header.type, message_type::hello);
}

TEST_F(ServerWorkTest, StoppingTakesQuestionsBackAndAnswersThem) {
  serve();
  const auto connection = open(1);
  connection->send(work_frame(9).bytes());
  RequestSlot& slot = engine_->take();
  std::thread stopping{[this] { server_->stop(); }};
  give_back(slot);
  EXPECT_EQ(hear_work(*connection, 9).commands, 0U);
  EXPECT_EQ(connection->receive_error().code, static_cast<std::uint16_t>(ErrorCode::stopping));
  stopping.join();
}

TEST_F(ServerWorkTest, OneConnectionHasOnlySoManyQuestions) {
  serve();
  const auto connection = open(1);
  std::vector<RequestSlot*> slots;
  for (std::uint32_t at = 0; at < limits::work_questions_per_connection_max; ++at) {
    connection->send(work_frame(100 + at).bytes());
    slots.push_back(&engine_->take());
  }
  connection->send(work_frame(200).bytes());
  const Heard heard = hear_work(*connection, 200);
  EXPECT_EQ(heard.status, RequestStatus::too_much_work_asked);
  EXPECT_FALSE(heard.words.empty());
  give_work(*slots.back(), 1);
  EXPECT_EQ(hear_work(*connection, 100 + limits::work_questions_per_connection_max - 1).commands,
            1U);
  slots.pop_back();
  connection->send(work_frame(201).bytes());  // There is a place again.
  slots.push_back(&engine_->take());
  for (RequestSlot* const slot : slots) give_work(*slot, 0);
}

TEST_F(ServerWorkTest, QuestionsLeaveRoomForRequests) {
  serve(1, 4);
  const auto connection = open(1);
  connection->send(work_frame(1).bytes());
  connection->send(work_frame(2).bytes());
  RequestSlot& first = engine_->take();
  RequestSlot& second = engine_->take();
  connection->send(work_frame(3).bytes());
  EXPECT_EQ(hear_work(*connection, 3).status, RequestStatus::too_much_work_asked);
  for (const std::uint64_t number : {10U, 11U}) {
    connection->send(transfers_frame(number, 1).bytes());
    accept(engine_->take(), number);
    EXPECT_EQ(connection->receive()->header.request_number, number);
  }
  give_work(first, 0);
  give_work(second, 0);
}

TEST_F(ServerWorkTest, AnEngineHasOnlySoManyQuestions) {
  serve(1, 4'096);
  std::vector<std::unique_ptr<TestConnection>> connections;
  std::vector<RequestSlot*> slots;
  constexpr std::uint32_t each = limits::work_questions_per_connection_max;
  for (std::uint32_t at = 0; at < limits::work_questions_max / each; ++at) {
    connections.push_back(open(at + 1));
    for (std::uint32_t question = 0; question < each; ++question) {
      connections.back()->send(work_frame(question + 1).bytes());
      slots.push_back(&engine_->take());
    }
  }
  const auto one_more = open(999);
  one_more->send(work_frame(1).bytes());
  EXPECT_EQ(hear_work(*one_more, 1).status, RequestStatus::too_much_work_asked);
  give_work(*slots.front(), 0);
  EXPECT_EQ(hear_work(*connections.front(), 1).commands, 0U);
  one_more->send(work_frame(2).bytes());
  slots.front() = &engine_->take();
  for (RequestSlot* const slot : slots) give_work(*slot, 0);
}

TEST_F(ServerWorkTest, TheEnginesRefusalComesInWords) {
  serve();
  const auto connection = open(1);
  connection->send(work_frame(9).bytes());
  RequestSlot& slot = engine_->take();
  slot.status = RequestStatus::participant_unknown;
  give_work(slot, 0);
  const Heard heard = hear_work(*connection, 9);
  EXPECT_EQ(heard.status, RequestStatus::participant_unknown);
  EXPECT_FALSE(heard.words.empty());
}

TEST_F(ServerWorkTest, OnlyTheParticipantItselfAndAnAdminSpeakForIt) {
  const auto principal = [](std::uint64_t id, const char* name, Role role) {
    Principal made;
    made.id = PrincipalId{Uint128{id, 0}};
    made.name = name;
    made.role = role;
    return made;
  };
  directory_.principals = {principal(1, "bank", Role::participant),
                           principal(2, "courier", Role::participant),
                           principal(3, "root", Role::admin), principal(4, "till", Role::gateway)};
  serve();
  std::uint64_t client = 1;
  for (const char* const name : {"bank", "root"}) {
    const auto connection = open(client++, name);
    connection->send(work_frame(1).bytes());
    give_work(engine_->take(), 1);
    EXPECT_EQ(hear_work(*connection, 1).commands, 1U) << name;
    connection->send(answers_frame(2).bytes());
    RequestSlot& slot = engine_->take();
    EXPECT_EQ(slot.refuse_with, RequestStatus::ok) << name;
    EXPECT_EQ(slot.argument_id, bank);
    EXPECT_EQ(slot.event_count, 2U);
    EXPECT_EQ(slot.payloads.size(), 5U);
    accept(slot, 5);
    EXPECT_EQ(connection->receive()->header.request_number, 2U);
  }
  for (const char* const name : {"courier", "till"}) {
    const auto connection = open(client++, name);
    connection->send(work_frame(1).bytes());
    const Heard heard = hear_work(*connection, 1);
    EXPECT_EQ(heard.status, RequestStatus::not_authorised) << name;
    EXPECT_NE(heard.words.find(name), std::string::npos) << heard.words;
    // Of what is journaled the refusal is on record.
    connection->send(answers_frame(2).bytes());
    RequestSlot& slot = engine_->take();
    EXPECT_EQ(slot.refuse_with, RequestStatus::not_authorised) << name;
    accept(slot, 6);
    const auto reply = connection->receive();
    const auto read = read_batch_reply(reply->bytes());
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read.value().status, RequestStatus::not_authorised);
  }
}

TEST_F(ServerWorkTest, ParticipantsAreListed) {
  serve();
  const auto connection = open(1);
  for (const std::uint32_t count : {0U, 1U, limits::participants_max}) {
    FrameBytes asked{small_frame_bytes};
    asked.shrink(write_list_participants(asked.room(), 5 + count));
    connection->send(asked.bytes());
    RequestSlot& slot = engine_->take();
    EXPECT_EQ(slot.kind, RequestKind::list_participants);
    for (std::uint32_t at = 0; at < count; ++at) {
      ParticipantView view;
      view.waiting = at;
      std::memcpy(slot.reply_room + at * sizeof(view), &view, sizeof(view));
    }
    slot.item_count = count;
    slot.first_sequence = Sequence{77};
    engine_->reply(slot);
    const auto frame = connection->receive();
    const auto read = read_participants_reply(frame->bytes());
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read.value().sequence, Sequence{77});
    ASSERT_EQ(read.value().items.size(), count);
    for (std::uint32_t at = 0; at < count; ++at) EXPECT_EQ(read.value().items[at].waiting, at);
  }
}

TEST_F(ServerWorkTest, HostileQuestionsAreRefusedInWords) {
  serve();
  const auto connection = open(1);
  FrameBytes none{take_work_frame_bytes(0)};
  write_take_work(none.room(), 1, bank, {});
  connection->send(none.bytes());
  EXPECT_EQ(hear_work(*connection, 1).status, RequestStatus::malformed);
  const std::vector<WorkCredit> much{{payout, limits::work_credit_max + 1, 0}};
  FrameBytes too_much{take_work_frame_bytes(1)};
  write_take_work(too_much.room(), 2, bank, much);
  connection->send(too_much.bytes());
  EXPECT_EQ(hear_work(*connection, 2).status, RequestStatus::too_large);
  connection->send(work_frame(3).bytes());
  RequestSlot& slot = engine_->take();
  FrameBytes broken{frame_header_bytes + 16};
  seal_frame(broken.room(), static_cast<std::uint16_t>(RequestKind::take_work), 0, 5);
  connection->send(broken.bytes());
  EXPECT_EQ(connection->receive_error().code,
            static_cast<std::uint16_t>(ErrorCode::malformed_body));
  wait_until_recalled(slot);
  give_work(slot, 0);
}

}  // namespace
}  // namespace daybook
