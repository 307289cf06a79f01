// Server: the way of a request to the engine and of its reply back.
//
// Method: real sockets on loopback, an engine that the test plays by hand. What must not happen
// ("the reply must not leave yet") is shown by order: something that was caused later arrives
// first.

#include <algorithm>
#include <cstring>
#include <random>

#include "tests/net/server/server_fixture.hpp"

namespace daybook {
namespace {

class ServerRequestsTest : public ServerFixture {};

TEST_F(ServerRequestsTest, HelloTellsTheHighestNumberAndTheLimits) {
  settings_.in_flight_requests_max = 7;
  serve();
  engine_->make_durable(41);
  auto connection = connect();
  connection->send(hello_frame(5, {}, protocol_version, 99).bytes());
  RequestSlot& slot = engine_->take();
  EXPECT_EQ(slot.kind, RequestKind::open_session);
  EXPECT_EQ(slot.client, (ClientId{Uint128{5, 0}}));
  EXPECT_EQ(slot.principal, local_principal().id);
  EXPECT_EQ(slot.role, Role::admin);
  slot.highest_number = 1'234;
  engine_->reply(slot);
  const auto frame = connection->receive();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->header.type, message_type::hello);
  EXPECT_EQ(frame->header.request_number, 99U);
  const auto reply = read_hello_reply(frame->bytes());
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply.value().highest_number, 1'234U);
  EXPECT_EQ(reply.value().durable_sequence, Sequence{41});
  EXPECT_EQ(reply.value().in_flight_requests_max, 7U);
  EXPECT_EQ(reply.value().batch_events_max, limits::batch_events_max);
  EXPECT_EQ(reply.value().principal, "local");
  EXPECT_EQ(reply.value().role, Role::admin);
  EXPECT_EQ(reply.value().engine_version, "test");
}

TEST_F(ServerRequestsTest, ABatchArrivesWithEverythingAndItsRefusalsComeBack) {
  serve();
  auto connection = open(5);
  const FrameBytes sent = transfers_frame(77, 3, 100);
  connection->send(sent.bytes());
  RequestSlot& slot = engine_->take();
  EXPECT_EQ(slot.kind, RequestKind::create_transfers);
  EXPECT_EQ(slot.client, (ClientId{Uint128{5, 0}}));
  EXPECT_EQ(slot.request_number, 77U);
  EXPECT_EQ(slot.frame_checksum, read_header(sent.bytes()).checksum);
  EXPECT_EQ(slot.business_id, (BusinessId{Uint128{77, 1}}));
  EXPECT_EQ(slot.refuse_with, RequestStatus::ok);
  ASSERT_EQ(slot.event_count, 3U);
  EXPECT_EQ(
      std::memcmp(slot.events, sent.bytes().data() + create_events_offset, 3 * sizeof(Transfer)),
      0);
  const Refusal refusals[] = {{.index = 0, .status = 46, .timestamp = Timestamp{5}},
                              {.index = 1, .status = 54, .timestamp = Timestamp{6}},
                              {.index = 2, .status = 1, .timestamp = Timestamp{7}}};
  std::memcpy(slot.reply_room, refusals, sizeof(refusals));
  slot.item_count = 3;
  accept(slot, 20);
  const auto frame = connection->receive();
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->header.type, 17);
  EXPECT_EQ(frame->header.flags, frame_flag::reply);
  EXPECT_EQ(frame->header.request_number, 77U);
  const auto reply = read_batch_reply(frame->bytes());
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply.value().status, RequestStatus::ok);
  EXPECT_EQ(reply.value().words, "");
  EXPECT_EQ(reply.value().first_sequence, Sequence{20});
  EXPECT_EQ(reply.value().first_timestamp, Timestamp{200});
  ASSERT_EQ(reply.value().refusals.size(), 3U);
  EXPECT_EQ(std::memcmp(reply.value().refusals.data(), refusals, sizeof(refusals)), 0);
}

TEST_F(ServerRequestsTest, NamesArriveBesideTheirEvents) {
  serve();
  auto connection = open(5);
  const std::vector<Account> accounts(3);
  const std::vector<Name> names = {make_name(NameKind::account, Uint128{7, 0}, "till-7"),
                                   make_name(NameKind::user, Uint128{9, 0}, "Ada")};
  FrameBytes frame{named_frame_bytes<Account>(3, 2)};
  write_named_accounts(frame.room(), 1, {}, accounts, names);
  connection->send(frame.bytes());
  RequestSlot& slot = engine_->take();
  EXPECT_EQ(slot.kind, RequestKind::create_accounts);
  EXPECT_EQ(slot.event_count, 3U);
  EXPECT_TRUE(std::equal(names.begin(), names.end(), slot.names.begin(), slot.names.end()));
  accept(slot, 20);
  EXPECT_TRUE(connection->receive().has_value());
  // The slot is used again, without them.
  connection->send(transfers_frame(2, 1).bytes());
  RequestSlot& next = engine_->take();
  EXPECT_TRUE(next.names.empty());
  accept(next, 21);
  EXPECT_TRUE(connection->receive().has_value());
}

TEST_F(ServerRequestsTest, NamesAreLookedUpByTheQueryThreads) {
  serve();
  auto connection = open(5);
  const std::vector<NameKey> keys = {{.id = Uint128{7, 0}, .kind = NameKind::account},
                                     {.id = Uint128{8, 0}, .kind = NameKind::business}};
  FrameBytes frame{lookup_names_frame_bytes(2)};
  write_lookup_names(frame.room(), 3, keys, 0);
  connection->send(frame.bytes());
  RequestSlot& slot = engine_->take_query();
  EXPECT_EQ(slot.kind, RequestKind::lookup_names);
  ASSERT_EQ(slot.event_count, 2U);
  const auto* const asked = reinterpret_cast<const NameKey*>(slot.events);
  EXPECT_TRUE(std::equal(keys.begin(), keys.end(), asked));
  const Name name = make_name(NameKind::account, Uint128{7, 0}, "till-7");
  const auto bytes = std::as_bytes(std::span{&name, 1});
  slot.query_items.assign(bytes.begin(), bytes.end());
  slot.item_count = 1;
  slot.first_sequence = Sequence{12};
  engine_->reply_to_query(slot);
  const auto answer = connection->receive();
  ASSERT_TRUE(answer.has_value());
  const auto reply = read_names_reply(answer->bytes());
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply.value().sequence, Sequence{12});
  ASSERT_EQ(reply.value().items.size(), 1U);
  EXPECT_EQ(reply.value().items[0], name);
}

TEST_F(ServerRequestsTest, ARefusedRequestSaysWhyInWords) {
  serve();
  auto connection = open(5);
  connection->send(transfers_frame(1, 1).bytes());
  RequestSlot& slot = engine_->take();
  slot.status = RequestStatus::request_too_old;
  engine_->reply(slot);
  const auto frame = connection->receive();
  ASSERT_TRUE(frame.has_value());
  const auto reply = read_batch_reply(frame->bytes());
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply.value().status, RequestStatus::request_too_old);
  EXPECT_EQ(reply.value().words, in_words(RequestStatus::request_too_old));
}

TEST_F(ServerRequestsTest, ManyFramesOfOneWriteAreAnsweredWithOneWriteOnceDurable) {
  serve();
  auto connection = open(5);
  constexpr std::size_t count = 200;
  FrameBytes all = transfers_frame(1, 1);
  for (std::size_t i = 2; i <= count; ++i) all.append(transfers_frame(i, 1));
  connection->send(all.bytes());
  std::vector<RequestSlot*> slots;
  for (std::size_t i = 0; i < count; ++i) slots.push_back(&engine_->take());
  const std::uint64_t writes_before = server_->stats().writes;
  for (std::size_t i = 0; i < count; ++i) {
    EXPECT_EQ(slots[i]->request_number, i + 1);
    accept(*slots[i], 2 * i + 1, 2 * i + 2);
  }
  engine_->make_durable(2 * count);
  for (std::size_t i = 1; i <= count; ++i) {
    const auto frame = connection->receive();
    ASSERT_TRUE(frame.has_value());
    EXPECT_EQ(frame->header.request_number, i);
  }
  wait_until([&](const ServerStats& stats) { return stats.writes > writes_before; });
  EXPECT_EQ(server_->stats().writes, writes_before + 1);
}

TEST_F(ServerRequestsTest, AReplyWaitsForDurabilityAndOthersDoNotWaitForIt) {
  serve();
  auto connection = open(5);
  connection->send(transfers_frame(1, 1).bytes());
  accept(engine_->take(), 9, 10);  // Not durable.
  engine_->make_durable(9);
  connection->send(transfers_frame(2, 1).bytes());
  accept(engine_->take(), 3, 4);  // A repeat of something long durable.
  EXPECT_EQ(connection->receive()->header.request_number, 2U);
  engine_->make_durable(10);
  EXPECT_EQ(connection->receive()->header.request_number, 1U);
}

TEST_F(ServerRequestsTest, QueriesGoToTheQueryThreadsAndWaitForWhatWasAcknowledged) {
  serve();
  engine_->make_durable(50);
  auto connection = open(5);
  const auto min_sequence_of = [&](std::uint64_t number, std::uint64_t asked) {
    connection->send(list_frame(number, 10, asked).bytes());
    RequestSlot& slot = engine_->take_query();
    const std::uint64_t got = slot.min_sequence;
    engine_->reply_to_query(slot);
    EXPECT_EQ(connection->receive()->header.request_number, number);
    return got;
  };
  EXPECT_EQ(min_sequence_of(1, 0), 50U);  // What was durable at Hello.
  connection->send(transfers_frame(2, 1).bytes());
  engine_->make_durable(61);
  accept(engine_->take(), 60, 61);
  EXPECT_EQ(connection->receive()->header.request_number, 2U);
  EXPECT_EQ(min_sequence_of(3, 0), 61U);
  EXPECT_EQ(min_sequence_of(4, 7), 7U);
}

TEST_F(ServerRequestsTest, ItemsOfEveryKindComeBack) {
  serve();
  auto connection = open(5);
  connection->send(list_frame(1, 2).bytes());
  RequestSlot& list = engine_->take_query();
  EXPECT_EQ(list.limit, 2U);
  std::vector<Transfer> transfers(2);
  transfers[1].id = TransferId{Uint128{8, 9}};
  const auto bytes = std::as_bytes(std::span{transfers});
  list.query_items.assign(bytes.begin(), bytes.end());
  list.item_count = 2;
  list.more = true;
  list.cursor = 33;
  list.first_sequence = Sequence{34};
  engine_->reply_to_query(list);
  const auto listed = connection->receive();
  const auto reply = read_transfers_reply(listed->bytes());
  ASSERT_TRUE(reply.ok());
  EXPECT_TRUE(reply.value().more);
  EXPECT_EQ(reply.value().cursor, 33U);
  EXPECT_EQ(reply.value().sequence, Sequence{34});
  ASSERT_EQ(reply.value().items.size(), 2U);
  EXPECT_EQ(reply.value().items[1].id, transfers[1].id);

  for (const std::size_t count : {std::size_t{1}, std::size_t{8'192}}) {
    connection->send(lookup_frame(count + 1, count).bytes());
    RequestSlot& lookup = engine_->take();
    ASSERT_EQ(lookup.event_count, count);
    for (std::size_t i = 0; i < count; ++i) {
      Account account;
      account.id = AccountId{Uint128{i, count}};
      std::memcpy(lookup.reply_room + i * sizeof(Account), &account, sizeof(account));
    }
    lookup.item_count = static_cast<std::uint32_t>(count);
    engine_->reply(lookup);
    const auto looked_up = connection->receive();
    const auto accounts = read_accounts_reply(looked_up->bytes());
    ASSERT_TRUE(accounts.ok());
    ASSERT_EQ(accounts.value().items.size(), count);
    EXPECT_EQ(accounts.value().items[count - 1].id, (AccountId{Uint128{count - 1, count}}));
  }
}

TEST_F(ServerRequestsTest, AReplyTooLargeToKeepIsReadAgainByAQueryThreadOnceDurable) {
  serve();
  auto connection = open(5);
  connection->send(transfers_frame(1, 3).bytes());
  RequestSlot& slot = engine_->take();
  slot.rebuild_reply = true;
  accept(slot, 70, 73);
  engine_->make_durable(73);
  RequestSlot& again = engine_->take_query();
  ASSERT_EQ(&again, &slot);
  const Refusal refusal{.index = 2, .status = 54, .timestamp = Timestamp{4}};
  const auto bytes = std::as_bytes(std::span{&refusal, 1});
  again.query_items.assign(bytes.begin(), bytes.end());
  again.item_count = 1;
  engine_->reply_to_query(again);
  const auto frame = connection->receive();
  const auto reply = read_batch_reply(frame->bytes());
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply.value().first_sequence, Sequence{70});
  ASSERT_EQ(reply.value().refusals.size(), 1U);
  EXPECT_EQ(reply.value().refusals[0].index, 2U);
}

TEST_F(ServerRequestsTest, FramesOfAllSizesInPiecesOfAllSizesArriveWhole) {
  serve();
  auto connection = open(5);
  std::mt19937_64 random{20'261'122};
  const std::size_t counts[] = {1, 8'192, 8'192, 1, 2, 220, 228, 300, 8'192, 450, 1, 3'000, 1};
  FrameBytes all{0};
  std::uint64_t number = 0;
  for (const std::size_t count : counts) {
    ++number;
    all.append(transfers_frame(number, count, number << 32));
  }
  std::thread sender{[&] {
    std::span<const std::byte> rest = all.bytes();
    while (!rest.empty()) {
      const std::size_t most = random() % 2 == 0 ? 100 : 300'000;
      const std::size_t piece = std::min(rest.size(), std::size_t{1} + random() % most);
      connection->send(rest.first(piece));
      rest = rest.subspan(piece);
    }
  }};
  // All are held until the end, so that none may have been overwritten by a later one.
  std::vector<RequestSlot*> slots;
  for (number = 1; number <= std::size(counts); ++number) slots.push_back(&engine_->take());
  sender.join();
  for (number = 1; number <= std::size(counts); ++number) {
    RequestSlot& slot = *slots[number - 1];
    ASSERT_EQ(slot.request_number, number);
    ASSERT_EQ(slot.event_count, counts[number - 1]);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(slot.events) % 8, 0U);
    const auto* transfers = reinterpret_cast<const Transfer*>(slot.events);
    for (std::size_t i = 0; i < slot.event_count; ++i) {
      ASSERT_EQ(transfers[i].id, (TransferId{Uint128{(number << 32) + i, 0}}));
    }
    accept(slot, number);
    EXPECT_EQ(connection->receive()->header.request_number, number);
  }
}

TEST_F(ServerRequestsTest, ManyConnectionsOnSeveralIoThreadsAreServed) {
  serve(3);
  std::vector<std::unique_ptr<TestConnection>> connections;
  for (std::uint64_t client = 1; client <= 12; ++client) connections.push_back(open(client));
  for (std::uint64_t i = 0; i < connections.size(); ++i) {
    connections[i]->send(transfers_frame(i + 1, 1).bytes());
  }
  for (std::size_t i = 0; i < connections.size(); ++i) accept(engine_->take(), 1);
  for (std::uint64_t i = 0; i < connections.size(); ++i) {
    EXPECT_EQ(connections[i]->receive()->header.request_number, i + 1);
  }
  EXPECT_EQ(server_->stats().connections_now, 12U);
}

TEST_F(ServerRequestsTest, AClientThatSendsNoMoreStillGetsItsAnswers) {
  serve();
  auto connection = open(5);
  connection->send(transfers_frame(1, 1).bytes());
  connection->finish_sending();
  accept(engine_->take(), 1);
  EXPECT_EQ(connection->receive()->header.request_number, 1U);
  connection->expect_end();
}

TEST_F(ServerRequestsTest, AClientThatIsGoneTakesNothingWithIt) {
  serve();
  auto gone = open(5);
  gone->send(transfers_frame(1, 100).bytes());
  RequestSlot& slot = engine_->take();
  gone.reset();
  auto other = open(6);
  accept(slot, 1);  // Its answer has nowhere to go.
  other->send(transfers_frame(1, 1).bytes());
  accept(engine_->take(), 2);
  EXPECT_EQ(other->receive()->header.request_number, 1U);
  wait_until([](const ServerStats& stats) { return stats.connections_now == 1; });
}

}  // namespace
}  // namespace daybook
