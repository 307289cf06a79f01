// Client: lost connections, error frames, damaged replies and time-outs.
//
// Method: as client_test.cpp. "Sent again" means the same bytes, so whole frames are compared.

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "net/client/client.hpp"
#include "tests/net/client/client_fixture.hpp"

namespace daybook {
namespace {

using ClientReconnectTest = ClientFixture;

bool says(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

TEST_F(ClientReconnectTest, SendsEverythingUnansweredAgainUnchangedAndInOrder) {
  ClientSettings settings = server_settings();
  settings.client_id = ClientId{Uint128{5, 5}};
  Client client{loop_, settings};
  for (std::uint64_t i = 0; i < 4; ++i) submit(client, i, 3);
  server_.greet(10);
  const std::vector<ReceivedFrame> before = server_.next_frames(4);
  server_.reply_ok(before[1]);
  run_until([&] { return answered_order_.size() == 1; });
  server_.hang_up();

  const ReceivedFrame hello = server_.greet(14);
  EXPECT_EQ(read_hello(hello.body()).value().client, *settings.client_id);
  const std::vector<ReceivedFrame> again = server_.next_frames(3);
  EXPECT_EQ(again, (std::vector<ReceivedFrame>{before[0], before[2], before[3]}));
  for (const ReceivedFrame& frame : again) server_.reply_ok(frame);
  run_until([&] { return client.unanswered() == 0; });
  EXPECT_EQ(answered_order_, (std::vector<std::uint64_t>{1, 0, 2, 3}));

  submit(client, 4);
  EXPECT_EQ(server_.next_frame().number(), 15U) << "numbers go on above the highest";
}

TEST_F(ClientReconnectTest, AFrameCutInTheMiddleIsSentAgainWhole) {
  Client client{loop_, server_settings()};
  submit(client, 0, limits::batch_events_max);
  server_.greet();
  server_.skip_bytes(100'000);
  server_.hang_up();
  server_.greet();
  const ReceivedFrame frame = server_.next_frame();
  const auto request = read_request(FakeServer::kind_of(frame), frame.body());
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request.value().event_count, limits::batch_events_max);
  server_.reply_ok(frame);
  run_until([&] { return client.unanswered() == 0; });
  EXPECT_TRUE(answer(0).ok());
}

TEST_F(ClientReconnectTest, ADamagedReplyIsNotBelieved) {
  Client client{loop_, server_settings()};
  submit(client, 0);
  server_.greet();
  const ReceivedFrame first = server_.next_frame();
  BatchReplyMessage message;
  message.first_sequence = Sequence{3};
  const auto good = server_.sealed(reply_frame_bytes(0, 0), [&](std::span<std::byte> room) {
    return write_batch_reply(room, RequestKind::create_transfers, first.number(), message);
  });
  std::vector<std::byte> damaged{good.begin(), good.end()};
  damaged.back() ^= std::byte{1};
  server_.send(damaged);

  server_.greet(1);
  EXPECT_EQ(server_.next_frame(), first);
  server_.reply_ok(first, 4);
  run_until([&] { return client.unanswered() == 0; });
  EXPECT_EQ(answer(0).value().first_sequence, Sequence{4});
}

TEST_F(ClientReconnectTest, AnAnswerToNothingEndsTheConnection) {
  Client client{loop_, server_settings()};
  submit(client, 0);
  server_.greet();
  ReceivedFrame frame = server_.next_frame();
  const BatchReplyMessage message;
  server_.send(server_.sealed(reply_frame_bytes(0, 0), [&](std::span<std::byte> room) {
    return write_batch_reply(room, RequestKind::create_transfers, frame.number() + 1, message);
  }));
  server_.greet();
  EXPECT_EQ(server_.next_frame(), frame);
}

TEST_F(ClientReconnectTest, AnAnswerOfAnotherKindEndsTheConnection) {
  Client client{loop_, server_settings()};
  submit(client, 0);
  server_.greet();
  const ReceivedFrame frame = server_.next_frame();
  server_.reply(frame, DigestReplyMessage{});
  server_.greet();
  EXPECT_EQ(server_.next_frame(), frame);
}

TEST_F(ClientReconnectTest, WithoutReconnectALostConnectionEndsEverythingInWords) {
  ClientSettings settings = server_settings();
  settings.reconnect = false;
  settings.in_flight_max = 1;
  Client client{loop_, settings};
  submit(client, 0);
  submit(client, 1);
  server_.greet();
  static_cast<void>(server_.next_frame());
  server_.hang_up();
  run_until([&] { return answered_order_.size() == 2; });
  EXPECT_EQ(answer(0).error().kind, FailureKind::closed);
  EXPECT_TRUE(says(answer(0).error().what, "may or may not have been executed"));
  EXPECT_EQ(answer(1).error().kind, FailureKind::closed);
  EXPECT_TRUE(says(answer(1).error().what, "never sent"));

  submit(client, 2);  // A later request connects again.
  server_.greet();
  EXPECT_EQ(server_.next_frame().number(), 2U);
}

TEST_F(ClientReconnectTest, DisconnectEndsEverything) {
  Client client{loop_, server_settings()};
  submit(client, 0);
  server_.greet();
  static_cast<void>(server_.next_frame());
  client.disconnect();
  EXPECT_EQ(answer(0).error().kind, FailureKind::closed);
  EXPECT_FALSE(client.connected());
  EXPECT_EQ(client.unanswered(), 0U);
}

TEST_F(ClientReconnectTest, ABadTokenIsSaidAtOnceAndNotTriedAgain) {
  Client client{loop_, server_settings()};
  submit(client, 0);
  std::optional<Result<void>> connected;
  client.async_connect([&](Result<void> result) { connected.emplace(std::move(result)); });
  server_.accept();
  static_cast<void>(server_.next_frame());
  server_.error(0, {.code = static_cast<std::uint16_t>(ErrorCode::not_authenticated),
                    .closes = true,
                    .words = "no such token"});
  run_until([&] { return connected && answered_order_.size() == 1; });
  EXPECT_EQ(connected->error().kind, FailureKind::invalid);
  EXPECT_TRUE(says(connected->error().what, "no such token"));
  EXPECT_TRUE(says(answer(0).error().what, "no such token"));
  EXPECT_EQ(client.unanswered(), 0U);
}

TEST_F(ClientReconnectTest, AnEngineThatStopsIsTriedAgain) {
  Client client{loop_, server_settings()};
  submit(client, 0);
  server_.greet();
  const ReceivedFrame frame = server_.next_frame();
  server_.error(0, {.code = static_cast<std::uint16_t>(ErrorCode::stopping),
                    .closes = true,
                    .words = "restarting"});
  server_.greet();
  EXPECT_EQ(server_.next_frame(), frame);
}

TEST_F(ClientReconnectTest, AnIdentityThatWasRemovedIsToldOnceItIsTriedAgain) {
  Client client{loop_, server_settings()};
  submit(client, 0);
  server_.greet();
  static_cast<void>(server_.next_frame());
  server_.error(0, {.code = static_cast<std::uint16_t>(ErrorCode::identity_changed),
                    .closes = true,
                    .words = "removed or changed"});
  server_.accept();
  static_cast<void>(server_.next_frame());
  server_.error(0, {.code = static_cast<std::uint16_t>(ErrorCode::not_authenticated),
                    .closes = true,
                    .words = "no such token"});
  run_until([&] { return client.unanswered() == 0; });
  EXPECT_TRUE(says(answer(0).error().what, "no such token"));
}

TEST_F(ClientReconnectTest, AnErrorAboutOneRequestLeavesTheOthers) {
  Client client{loop_, server_settings()};
  submit(client, 0);
  submit(client, 1);
  server_.greet();
  const std::vector<ReceivedFrame> frames = server_.next_frames(2);
  server_.error(frames[0].number(), {.code = static_cast<std::uint16_t>(ErrorCode::unknown_message),
                                     .closes = false,
                                     .words = "a newer client?"});
  server_.reply_ok(frames[1]);
  run_until([&] { return client.unanswered() == 0; });
  EXPECT_EQ(answer(0).error().kind, FailureKind::unsupported);
  EXPECT_TRUE(says(answer(0).error().what, "a newer client?"));
  EXPECT_TRUE(answer(1).ok());
}

TEST_F(ClientReconnectTest, ATimeOutSaysThatTheRequestMayHaveBeenExecuted) {
  ClientSettings settings = server_settings();
  settings.request_timeout = std::chrono::milliseconds{50};
  settings.in_flight_max = 1;
  Client client{loop_, settings};
  submit(client, 0);
  submit(client, 1);
  server_.greet();
  static_cast<void>(server_.next_frame());
  run_until([&] { return answered_order_.size() == 2; });
  EXPECT_EQ(answer(0).error().kind, FailureKind::timed_out);
  EXPECT_TRUE(says(answer(0).error().what, "no answer"));
  EXPECT_TRUE(says(answer(0).error().what, "may or may not have been executed"));
  EXPECT_EQ(answer(1).error().kind, FailureKind::timed_out);
  EXPECT_TRUE(says(answer(1).error().what, "it was not executed"));
  EXPECT_TRUE(server_.is_closed_by_client()) << "nothing came in all that time";
}

TEST_F(ClientReconnectTest, ALateAnswerIsDroppedAndTheConnectionStays) {
  ClientSettings settings = server_settings();
  settings.request_timeout = std::chrono::milliseconds{200};
  Client client{loop_, settings};
  submit(client, 0);
  submit(client, 1);
  server_.greet();
  const std::vector<ReceivedFrame> frames = server_.next_frames(2);
  server_.reply_ok(frames[1]);  // A sign of life after the first was submitted.
  run_until([&] { return answered_order_.size() == 2; });
  EXPECT_EQ(answer(0).error().kind, FailureKind::timed_out);

  server_.reply_ok(frames[0]);
  submit(client, 2);
  const ReceivedFrame third = server_.next_frame();
  EXPECT_EQ(third.number(), 3U);
  server_.reply_ok(third);
  run_until([&] { return answered_order_.size() == 3; });
  EXPECT_TRUE(answer(2).ok());
}

TEST_F(ClientReconnectTest, RequestsOutOfTimeAreNotSentAgain) {
  ClientSettings settings = server_settings();
  settings.request_timeout = std::chrono::milliseconds{50};
  Client client{loop_, settings};
  submit(client, 0);
  server_.greet();
  static_cast<void>(server_.next_frame());
  server_.hang_up();
  server_.accept();  // But no answer to Hello, until the time is up.
  run_until([&] { return answered_order_.size() == 1; });
  EXPECT_EQ(answer(0).error().kind, FailureKind::timed_out);
  EXPECT_EQ(client.unanswered(), 0U);
}

TEST_F(ClientReconnectTest, AConnectionThatIsRefusedSaysWhere) {
  Client client{loop_, server_settings()};
  server_.stop_listening();
  const Result<void> connected = client.connect();
  ASSERT_FALSE(connected.ok());
  EXPECT_TRUE(says(connected.error().what, "127.0.0.1:"));
}

TEST_F(ClientReconnectTest, AServerThatDoesNotAnswerHelloIsGivenUp) {
  ClientSettings settings = server_settings();
  settings.connect_timeout = std::chrono::milliseconds{50};
  Client client{loop_, settings};
  const Result<void> connected = client.connect();  // The kernel accepts for the server.
  ASSERT_FALSE(connected.ok());
  EXPECT_EQ(connected.error().kind, FailureKind::timed_out);
}

TEST_F(ClientReconnectTest, ClientsOfOneLoopDoNotDisturbEachOther) {
  FakeServer other{&loop_};
  Client a{loop_, server_settings()};
  ClientSettings settings = server_settings();
  settings.port = other.port();
  Client b{loop_, settings};
  submit(a, 0);
  submit(b, 1);
  server_.greet();
  other.greet();
  const ReceivedFrame frame = server_.next_frame();
  server_.hang_up();
  other.reply_ok(other.next_frame());
  run_until([&] { return b.unanswered() == 0; });
  EXPECT_TRUE(answer(1).ok());
  server_.greet();
  EXPECT_EQ(server_.next_frame(), frame);
}

}  // namespace
}  // namespace daybook
