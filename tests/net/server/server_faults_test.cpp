// Server: who may come in, what is wrong with a frame, and how a connection ends.
//
// Method: every fault once on a connection of its own, with the exact code and the words of its
// error frame; a second connection that goes on shows that nobody else notices.

#include <cstring>
#include <functional>

#include "tests/net/server/server_fixture.hpp"

namespace daybook {
namespace {

class ServerFaultsTest : public ServerFixture {
 protected:
  void expect_fatal(const TestConnection& connection, ErrorCode code, std::string_view words,
                    std::uint64_t number = 0) const {
    const auto error = connection.receive_error();
    EXPECT_EQ(error.code, static_cast<std::uint16_t>(code)) << error.words;
    EXPECT_TRUE(error.closes);
    EXPECT_EQ(error.number, number);
    EXPECT_EQ(error.words.substr(0, words.size()), words);
    connection.expect_end();
  }

  void expect_served(const TestConnection& connection, std::uint64_t number) {
    connection.send(transfers_frame(number, 1).bytes());
    accept(engine_->take(), number);
    EXPECT_EQ(connection.receive()->header.request_number, number);
  }
};

void put(std::span<std::byte> frame, std::size_t offset, std::uint32_t value) {
  std::memcpy(frame.data() + offset, &value, sizeof(value));
}

TEST_F(ServerFaultsTest, AMalformedFrameClosesItsConnectionAndNoOther) {
  serve();
  struct Row {
    const char* name;
    std::function<void(std::span<std::byte>)> damage;
    const char* words;
  };
  const Row rows[] = {
      {"magic", [](auto frame) { put(frame, 0, 0x20544547); },
       "the frame starts with 0x20544547 and not with 'DBF'"},
      {"version", [](auto frame) { put(frame, 0, 0x02464244); },
       "the frame has protocol version 2, this end speaks 1"},
      {"no body", [](auto frame) { put(frame, 4, 0); },
       "the frame claims a body of 0 bytes, the smallest has 16"},
      {"100 MB", [](auto frame) { put(frame, 4, 100'000'000); },
       "the frame claims a body of 100000000 bytes, at most 1572832 are allowed"},
      {"misaligned", [](auto frame) { put(frame, 4, 20); },
       "the frame claims a body of 20 bytes, which is no multiple of 8"},
      {"flags", [](auto frame) { frame[10] = std::byte{4}; },
       "the frame has the flags 0x0004, only 0x0003 are known"},
      {"spare", [](auto frame) { put(frame, 12, 9); },
       "the frame's spare bytes hold 0x00000009, they must be zero"},
      {"checksum", [](auto frame) { frame[16] ^= std::byte{1}; }, "the frame's checksum 0x"},
      {"body", [](auto frame) { frame[frame.size() - 1] ^= std::byte{1}; },
       "the frame's checksum 0x"},
  };
  const auto bystander = open(1'000);
  std::uint64_t client = 1;
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const auto connection = open(client++);
    FrameBytes frame = transfers_frame(7, 1);
    row.damage(frame.room());
    // All but the checksum is told by the header alone: no byte of the body is sent.
    const bool whole = std::string_view{row.words} == "the frame's checksum 0x";
    connection->send(whole ? frame.bytes() : frame.bytes().first(frame_header_bytes));
    expect_fatal(*connection, ErrorCode::malformed_frame, row.words);
    expect_served(*bystander, client);
  }
  EXPECT_EQ(server_->stats().frames_malformed, std::size(rows));
}

TEST_F(ServerFaultsTest, AFrameFromAClientHasNoReplyFlag) {
  serve();
  const auto connection = open(1);
  FrameBytes frame = transfers_frame(7, 1);
  seal_frame(frame.room(), 17, frame_flag::reply, 7);
  connection->send(frame.bytes());
  expect_fatal(*connection, ErrorCode::malformed_frame,
               "the frame has the flags 0x0001, which only a server's frames have", 7);
}

TEST_F(ServerFaultsTest, AnUnreadableWriteIsJournaledAsMalformedAndThenCloses) {
  serve();
  const auto connection = open(1);
  connection->send(transfers_frame(6, 1).bytes());
  RequestSlot& before = engine_->take();
  FrameBytes frame = transfers_frame(7, 1);
  std::memset(frame.room().data() + frame_header_bytes, 0xff, 16);
  seal_frame(frame.room(), 17, 0, 7);
  frame.append(transfers_frame(8, 1));  // Never looked at.
  connection->send(frame.bytes());
  RequestSlot& slot = engine_->take();
  EXPECT_EQ(slot.kind, RequestKind::create_transfers);
  EXPECT_EQ(slot.request_number, 7U);
  EXPECT_EQ(slot.refuse_with, RequestStatus::malformed);
  EXPECT_EQ(slot.event_count, 0U);
  accept(slot, 5);
  accept(before, 3);  // What was under way is answered first.
  EXPECT_EQ(connection->receive()->header.request_number, 6U);
  expect_fatal(*connection, ErrorCode::malformed_body,
               "the body is no sound FlatBuffer of the table CreateTransfers", 7);
  EXPECT_FALSE(engine_->has_request());
}

TEST_F(ServerFaultsTest, AnUnreadableReadClosesAtOnce) {
  serve();
  const auto connection = open(1);
  FrameBytes frame = list_frame(7, 1);
  std::memset(frame.room().data() + frame_header_bytes, 0xff, 16);
  seal_frame(frame.room(), 44, 0, 7);
  connection->send(frame.bytes());
  expect_fatal(*connection, ErrorCode::malformed_body,
               "the body is no sound FlatBuffer of the table ListTransfers", 7);
}

TEST_F(ServerFaultsTest, ABatchThatIsTooLargeIsRefusedAndTheConnectionGoesOn) {
  serve();
  const auto connection = open(1);
  connection->send(transfers_frame(7, limits::batch_events_max + 1).bytes());
  RequestSlot& slot = engine_->take();
  EXPECT_EQ(slot.refuse_with, RequestStatus::too_large);
  accept(slot, 5);
  const auto frame = connection->receive();
  const auto reply = read_batch_reply(frame->bytes());
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply.value().status, RequestStatus::too_large);
  EXPECT_EQ(reply.value().words, "the request has 8193 transfers, it must have 1 to 8192");

  connection->send(list_frame(8, 0).bytes());
  const auto list = connection->receive();
  const auto listed = read_transfers_reply(list->bytes());
  ASSERT_TRUE(listed.ok());
  EXPECT_EQ(list->header.request_number, 8U);
  EXPECT_EQ(listed.value().status, RequestStatus::malformed);
  EXPECT_EQ(listed.value().words, "the list's limit is 0, it must be 1 to 8192");
  expect_served(*connection, 9);
}

TEST_F(ServerFaultsTest, AnUnknownMessageTypeIsToldInWordsAndTheConnectionGoesOn) {
  serve();
  const auto connection = open(1);
  for (const std::uint16_t type : {std::uint16_t{3}, std::uint16_t{67}, std::uint16_t{999}}) {
    FrameBytes frame = list_frame(7, 1);
    seal_frame(frame.room(), type, 0, 7);
    connection->send(frame.bytes());
    const auto error = connection->receive_error();
    EXPECT_EQ(error.code, static_cast<std::uint16_t>(ErrorCode::unknown_message));
    EXPECT_EQ(error.number, 7U);
    EXPECT_FALSE(error.closes);
    EXPECT_EQ(error.words.find("this server knows no message of type " + std::to_string(type)), 0U);
  }
  expect_served(*connection, 8);
}

TEST_F(ServerFaultsTest, HelloComesFirstAndOnce) {
  serve();
  const auto early = connect();
  early->send(transfers_frame(7, 1).bytes());
  expect_fatal(*early, ErrorCode::hello_expected,
               "the first frame of a connection must be Hello (type 1), this one has type 17", 7);
  const auto twice = open(1);
  twice->send(hello_frame(2).bytes());
  expect_fatal(*twice, ErrorCode::hello_expected, "Hello was said on this connection already");
}

TEST_F(ServerFaultsTest, HelloOfAnotherVersionOrWithoutClientIsRefused) {
  serve();
  const auto newer = connect();
  newer->send(hello_frame(1, {}, 2).bytes());
  expect_fatal(*newer, ErrorCode::other_version,
               "the client speaks protocol version 2, this server 1");
  const auto nobody = connect();
  nobody->send(hello_frame(0).bytes());
  expect_fatal(*nobody, ErrorCode::malformed_body, "the client id in Hello is zero");
}

TEST_F(ServerFaultsTest, AConnectionThatSaysNothingIsClosed) {
  settings_.hello_within_ns = 20'000'000;
  serve();
  const auto silent = connect();
  expect_fatal(*silent, ErrorCode::hello_too_late, "no Hello came within the time allowed");
}

TEST_F(ServerFaultsTest, AFrameThatIsBegunAndNotFinishedEndsTheConnection) {
  settings_.stalled_after_ns = 20'000'000;
  serve();
  const auto connection = open(1);
  connection->send(transfers_frame(1, 1).bytes().first(40));
  expect_fatal(*connection, ErrorCode::frame_stalled,
               "a frame was begun and its rest did not come");
}

TEST_F(ServerFaultsTest, WhereThereAreIdentitiesATokenIsNeeded) {
  directory_.principals = {{PrincipalId{Uint128{9, 9}}, "till", Role::gateway}};
  serve();
  const auto without = connect();
  without->send(hello_frame(1).bytes());
  expect_fatal(*without, ErrorCode::not_authenticated, "Hello carries no token");
  const auto wrong = connect();
  wrong->send(hello_frame(1, "tilt").bytes());
  expect_fatal(*wrong, ErrorCode::not_authenticated,
               "the token in Hello is not that of an active identity");
  const auto right = open(1, "till");
  right->send(transfers_frame(1, 1).bytes());
  RequestSlot& slot = engine_->take();
  EXPECT_EQ(slot.principal, (PrincipalId{Uint128{9, 9}}));
  EXPECT_EQ(slot.role, Role::gateway);
  accept(slot, 1);
  EXPECT_TRUE(right->receive().has_value());
}

TEST_F(ServerFaultsTest, SessionsOfAnIdentityThatWasRemovedEndInWords) {
  directory_.principals = {{PrincipalId{Uint128{1, 1}}, "one", Role::gateway},
                           {PrincipalId{Uint128{2, 2}}, "two", Role::gateway}};
  serve(2);
  const auto removed = open(1, "one");
  const auto busy = open(2, "one");
  const auto other = open(3, "two");
  busy->send(transfers_frame(1, 1).bytes());
  RequestSlot& under_way = engine_->take();
  server_->recheck_principals();  // Nothing has changed yet.
  expect_served(*removed, 1);

  directory_.principals.erase(directory_.principals.begin());
  server_->recheck_principals();
  constexpr const char* words = "the identity 'one' of this connection was removed or changed";
  expect_fatal(*removed, ErrorCode::identity_changed, words);
  accept(under_way, 1);  // What was taken is answered first.
  EXPECT_EQ(busy->receive()->header.request_number, 1U);
  expect_fatal(*busy, ErrorCode::identity_changed, words);
  expect_served(*other, 1);
  const auto again = connect();
  again->send(hello_frame(1, "one").bytes());
  expect_fatal(*again, ErrorCode::not_authenticated, "the token in Hello is not that of an active");
}

TEST_F(ServerFaultsTest, SessionsWithoutATokenEndOnceThereAreIdentities) {
  serve();
  const auto local = open(1);
  directory_.principals = {{PrincipalId{Uint128{1, 1}}, "one", Role::gateway}};
  server_->recheck_principals();
  expect_fatal(*local, ErrorCode::identity_changed,
               "the identity 'local' of this connection was removed or changed");
}

TEST_F(ServerFaultsTest, ASessionThatIsBeingOpenedEndsWithItsIdentity) {
  directory_.principals = {{PrincipalId{Uint128{1, 1}}, "one", Role::gateway},
                           {PrincipalId{Uint128{2, 2}}, "two", Role::gateway}};
  serve();
  const auto opening = connect();
  opening->send(hello_frame(1, "one").bytes());
  RequestSlot& slot = engine_->take();
  directory_.principals.erase(directory_.principals.begin());
  server_->recheck_principals();
  expect_fatal(*opening, ErrorCode::identity_changed, "the identity 'one' of this connection");
  engine_->reply(slot);
}

TEST_F(ServerFaultsTest, WhatARoleMayNotDoIsJournaledAsNotAuthorised) {
  directory_.principals = {{PrincipalId{Uint128{9, 9}}, "eyes", Role::reader}};
  serve();
  const auto connection = open(1, "eyes");
  connection->send(transfers_frame(1, 2).bytes());
  RequestSlot& slot = engine_->take();
  EXPECT_EQ(slot.refuse_with, RequestStatus::not_authorised);
  EXPECT_EQ(slot.event_count, 2U);
  accept(slot, 1);
  const auto frame = connection->receive();
  const auto reply = read_batch_reply(frame->bytes());
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply.value().status, RequestStatus::not_authorised);
  EXPECT_EQ(reply.value().words,
            "the principal 'eyes' has the role reader, which may not create_transfers");
  connection->send(list_frame(2, 1).bytes());
  engine_->reply_to_query(engine_->take_query());
  const auto listed = connection->receive();
  EXPECT_EQ(read_transfers_reply(listed->bytes()).value().status, RequestStatus::ok);
}

TEST_F(ServerFaultsTest, ASecondHelloOfAClientClosesTheOlderSessionFirst) {
  for (const std::size_t io_threads : {std::size_t{1}, std::size_t{2}}) {
    SCOPED_TRACE(io_threads);
    serve(io_threads);
    const auto older = open(1);
    older->send(transfers_frame(5, 1).bytes());
    RequestSlot& under_way = engine_->take();
    const auto newer = connect();
    newer->send(hello_frame(1).bytes());
    const auto error = older->receive_error();
    EXPECT_EQ(error.code, static_cast<std::uint16_t>(ErrorCode::session_replaced));
    EXPECT_EQ(error.words.find("another connection said Hello under the same client id"), 0U);
    older->expect_end();
    // The engine is asked for the highest number only after it has given back number 5.
    EXPECT_FALSE(engine_->has_request());
    accept(under_way, 1);
    engine_->open_session(5);
    const auto frame = newer->receive();
    EXPECT_EQ(read_hello_reply(frame->bytes()).value().highest_number, 5U);
    expect_served(*newer, 6);
    EXPECT_EQ(server_->stats().sessions_replaced, 1U);
    server_.reset();
  }
}

TEST_F(ServerFaultsTest, AClientIdBelongsToThePrincipalWhoHoldsIt) {
  directory_.principals = {{PrincipalId{Uint128{1, 1}}, "one", Role::gateway},
                           {PrincipalId{Uint128{2, 2}}, "two", Role::gateway}};
  serve();
  const auto holder = open(1, "one");
  const auto other = connect();
  other->send(hello_frame(1, "two").bytes());
  expect_fatal(*other, ErrorCode::not_authenticated,
               "the client id 0x00000000000000000000000000000001 is in use by the principal 'one'");
  expect_served(*holder, 1);
}

TEST_F(ServerFaultsTest, ConnectionsAboveTheLimitAreToldSo) {
  settings_.connections_max = 2;
  serve();
  auto first = open(1);
  const auto second = open(2);
  const auto third = connect();
  expect_fatal(*third, ErrorCode::too_many_connections, "the server has as many connections");
  first.reset();
  wait_until([](const ServerStats& stats) { return stats.connections_now == 1; });
  const auto fourth = open(4);
  expect_served(*fourth, 1);
  EXPECT_EQ(server_->stats().connections_refused, 1U);
}

TEST_F(ServerFaultsTest, StopAnswersWhatIsUnderWayAndSaysGoodbye) {
  serve(2);
  const auto busy = open(1);
  const auto idle = open(2);
  const auto silent = connect();
  busy->send(transfers_frame(1, 1).bytes());
  RequestSlot& slot = engine_->take();
  std::thread stopper{[&] { server_->stop(); }};
  expect_fatal(*idle, ErrorCode::stopping, "the server stops");
  expect_fatal(*silent, ErrorCode::stopping, "the server stops");
  accept(slot, 1, 2);
  engine_->make_durable(2);
  EXPECT_EQ(busy->receive()->header.request_number, 1U);
  expect_fatal(*busy, ErrorCode::stopping, "the server stops");
  stopper.join();
  EXPECT_EQ(server_->stats().connections_now, 0U);
  EXPECT_EQ(server_->stats().requests_now, 0U);
}

TEST_F(ServerFaultsTest, StopGivesUpOnAnEngineThatDoesNotAnswer) {
  settings_.stop_within_ns = 20'000'000;
  serve();
  const auto connection = open(1);
  connection->send(transfers_frame(1, 1).bytes());
  static_cast<void>(engine_->take());
  server_->stop();
  EXPECT_FALSE(connection->receive().has_value());
}

}  // namespace
}  // namespace daybook
