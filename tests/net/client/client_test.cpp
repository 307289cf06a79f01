// Client: what goes over the wire and what comes back to the caller, against a server in the test.
//
// Method: client and server share the test's thread; whenever the server waits for bytes it turns
// the client's loop, so each test is one sequence of events. The server checks every frame's
// header and checksum as it reads it. Time-outs are real but nothing is asserted about their
// length. What concerns lost connections is in client_reconnect_test.cpp.

#include "net/client/client.hpp"

#include <algorithm>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/net/client/client_fixture.hpp"

namespace daybook {
namespace {

using ClientTest = ClientFixture;

TEST_F(ClientTest, SaysHelloAndCountsOnFromTheEnginesHighestNumber) {
  ClientSettings settings = server_settings();
  settings.client_id = ClientId{Uint128{77, 1}};
  settings.token = "secret";
  Client client{loop_, settings};
  std::optional<Result<void>> connected;
  client.async_connect([&](Result<void> result) { connected.emplace(std::move(result)); });

  const ReceivedFrame frame = server_.greet(41);
  const auto hello = read_hello(frame.body());
  ASSERT_TRUE(hello.ok());
  EXPECT_EQ(hello.value().client, *settings.client_id);
  EXPECT_EQ(hello.value().token, "secret");
  EXPECT_EQ(hello.value().protocol_version, protocol_version);
  run_until([&] { return connected.has_value(); });
  EXPECT_TRUE(connected->ok());
  EXPECT_EQ(client.engine().version, "test");
  EXPECT_EQ(client.engine().role, Role::admin);

  submit(client, 1);
  EXPECT_EQ(server_.next_frame().number(), 42U);
}

TEST_F(ClientTest, ClientsWithoutASettingGetIdsOfTheirOwn) {
  Client a{loop_, server_settings()};
  Client b{loop_, server_settings()};
  EXPECT_NE(a.client_id(), b.client_id());
  EXPECT_FALSE(a.client_id().value().is_zero());
}

TEST_F(ClientTest, EventsAndAttributesArriveAsTheyWereFilledIn) {
  Client client{loop_, server_settings()};
  const OperationAttributes attributes{TraceId{Uint128{1, 2}}, BusinessId{Uint128{3, 4}},
                                       UserId{5}};
  Result<TransferBatch> batch = client.new_transfer_batch(2, attributes);
  ASSERT_TRUE(batch.ok());
  batch.value().events()[0] = transfer(10);
  batch.value().events()[1] = transfer(11);
  client.submit(std::move(batch).value(), [](const Result<BatchResult>&) {});
  server_.greet();

  const ReceivedFrame frame = server_.next_frame();
  const auto request = read_request(FakeServer::kind_of(frame), frame.body());
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(FakeServer::kind_of(frame), RequestKind::create_transfers);
  EXPECT_EQ(request.value().origin.trace_id, attributes.trace_id);
  EXPECT_EQ(request.value().origin.business_id, attributes.business_id);
  EXPECT_EQ(request.value().origin.user_id, attributes.user_id);
  ASSERT_EQ(request.value().event_count, 2U);
  const auto* const events = reinterpret_cast<const Transfer*>(request.value().events);
  EXPECT_EQ(events[0].id, transfer(10).id);
  EXPECT_EQ(events[1].amount, transfer(11).amount);
}

TEST_F(ClientTest, ARequestWithoutATraceGetsOneOfItsOwnAndSaysWhich) {
  Client client{loop_, server_settings()};
  std::vector<TraceId> made;
  std::vector<TraceId> told;
  for (std::uint64_t i = 0; i < 3; ++i) {
    Result<TransferBatch> batch = client.new_transfer_batch(1);
    ASSERT_TRUE(batch.ok());
    batch.value().events()[0] = transfer(10 + i);
    made.push_back(batch.value().trace_id());
    client.submit(std::move(batch).value(), [&](const Result<BatchResult>& result) {
      if (result.ok()) told.push_back(result.value().trace_id);
    });
  }
  server_.greet();
  const std::vector<ReceivedFrame> frames = server_.next_frames(3);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto request = read_request(FakeServer::kind_of(frames[i]), frames[i].body());
    ASSERT_TRUE(request.ok());
    EXPECT_EQ(request.value().origin.trace_id, made[i]);
    EXPECT_NE(made[i], TraceId{});
    server_.reply_ok(frames[i], 100 + i);
  }
  EXPECT_NE(made[0], made[1]);
  EXPECT_NE(made[1], made[2]);
  run_until([&] { return client.unanswered() == 0; });
  EXPECT_EQ(told, made);
}

TEST_F(ClientTest, AnswersOutOfOrderReachTheirOwnCallbacks) {
  Client client{loop_, server_settings()};
  for (std::uint64_t i = 0; i < 5; ++i) submit(client, i);
  server_.greet();
  const std::vector<ReceivedFrame> frames = server_.next_frames(5);
  for (const std::size_t i : {3U, 0U, 4U, 2U, 1U}) server_.reply_ok(frames[i], 100 + i);
  run_until([&] { return client.unanswered() == 0; });

  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(frames[i].number(), i + 1);
    ASSERT_TRUE(answer(i).ok());
    EXPECT_EQ(answer(i).value().first_sequence, Sequence{100 + i});
  }
  EXPECT_EQ(answered_order_, (std::vector<std::uint64_t>{3, 0, 4, 2, 1}));
}

TEST_F(ClientTest, RefusalsAndTimestampsArePassedUp) {
  Client client{loop_, server_settings()};
  submit(client, 0);
  server_.greet();
  const std::vector<Refusal> refusals = {
      {.index = 0, .status = 46, .part = 0, .timestamp = Timestamp{9}}};
  BatchReplyMessage message;
  message.first_sequence = Sequence{7};
  message.first_timestamp = Timestamp{8};
  message.refusals = refusals;
  server_.reply(server_.next_frame(), message);
  run_until([&] { return client.unanswered() == 0; });

  const BatchResult& result = answer(0).value();
  EXPECT_EQ(result.first_timestamp, Timestamp{8});
  ASSERT_EQ(result.refusals.size(), 1U);
  EXPECT_EQ(result.refusals[0].status, 46);
  EXPECT_EQ(result.refusals[0].timestamp, Timestamp{9});
  EXPECT_EQ(client.highest_sequence(), Sequence{7}) << "nothing was created after the operation";
}

TEST_F(ClientTest, BusyIsPassedUpWithTheEnginesWords) {
  Client client{loop_, server_settings()};
  submit(client, 0);
  server_.greet();
  BatchReplyMessage message;
  message.status = RequestStatus::busy;
  message.words = "try again under a new number";
  server_.reply(server_.next_frame(), message);
  run_until([&] { return client.unanswered() == 0; });

  ASSERT_TRUE(answer(0).ok());
  EXPECT_EQ(answer(0).value().status, RequestStatus::busy);
  EXPECT_EQ(answer(0).value().words, "try again under a new number");
  EXPECT_FALSE(server_.has_frame()) << "the client does not try again by itself";
}

TEST_F(ClientTest, NeverHasMoreInFlightThanSet) {
  ClientSettings settings = server_settings();
  settings.in_flight_max = 2;
  Client client{loop_, settings};
  for (std::uint64_t i = 0; i < 3; ++i) submit(client, i);
  server_.greet();
  const std::vector<ReceivedFrame> frames = server_.next_frames(2);
  EXPECT_FALSE(server_.has_frame());
  EXPECT_EQ(client.unanswered(), 3U);
  server_.reply_ok(frames[1]);
  EXPECT_EQ(server_.next_frame().number(), 3U);
}

TEST_F(ClientTest, NeverHasMoreBytesInFlightThanTheProtocolAllows) {
  Client client{loop_, server_settings()};
  constexpr std::size_t frame = create_frame_bytes<Transfer>(limits::batch_events_max);
  constexpr std::size_t fitting = limits::in_flight_bytes_max / frame;
  for (std::uint64_t i = 0; i < fitting + 1; ++i) submit(client, i, limits::batch_events_max);
  server_.greet();
  const std::vector<ReceivedFrame> frames = server_.next_frames(fitting);
  EXPECT_FALSE(server_.has_frame());
  server_.reply_ok(frames[0]);
  EXPECT_EQ(server_.next_frame().bytes().size(), frame);
}

TEST_F(ClientTest, BatchesHaveOneToTheMaximumOfEvents) {
  Client client{loop_, server_settings()};
  EXPECT_TRUE(client.new_transfer_batch(1).ok());
  const auto largest = client.new_transfer_batch(limits::batch_events_max);
  ASSERT_TRUE(largest.ok());
  EXPECT_EQ(largest.value().events().size(), limits::batch_events_max);
  for (const std::size_t count : {std::size_t{0}, std::size_t{limits::batch_events_max} + 1}) {
    const auto refused = client.new_transfer_batch(count);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().kind, FailureKind::invalid);
    EXPECT_FALSE(client.new_account_batch(count).ok());
    EXPECT_FALSE(client.new_ledger_batch(count).ok());
  }
}

TEST_F(ClientTest, RefusesOneMoreThanMayWait) {
  ClientSettings settings = server_settings();
  settings.waiting_max = 3;
  Client client{loop_, settings};
  for (std::uint64_t i = 0; i < 4; ++i) submit(client, i);
  EXPECT_TRUE(answered_order_.empty()) << "callbacks run inside the loop only";
  run_until([&] { return !answered_order_.empty(); });
  EXPECT_EQ(answered_order_, std::vector<std::uint64_t>{3});
  EXPECT_EQ(answer(3).error().kind, FailureKind::invalid);
  EXPECT_EQ(client.unanswered(), 3U);
}

TEST_F(ClientTest, LookupsSayWhichIdsWereNotFound) {
  Client client{loop_, server_settings()};
  const std::vector<AccountId> ids = {AccountId{Uint128{9, 0}}, AccountId{Uint128{3, 0}},
                                      AccountId{Uint128{7, 0}}};
  std::optional<Result<AccountsResult>> result;
  client.async_lookup_accounts(ids,
                               [&](Result<AccountsResult> r) { result.emplace(std::move(r)); });
  server_.greet();
  const ReceivedFrame frame = server_.next_frame();
  EXPECT_EQ(read_request(FakeServer::kind_of(frame), frame.body()).value().event_count, 3U);
  std::vector<Account> found(1);
  found[0].id = ids[1];
  ItemsReplyMessage<Account> message;
  message.sequence = Sequence{12};
  message.items = found;
  server_.reply(frame, message);
  run_until([&] { return result.has_value(); });

  ASSERT_TRUE(result->ok());
  EXPECT_EQ(result->value().sequence, Sequence{12});
  ASSERT_EQ(result->value().accounts.size(), 1U);
  EXPECT_EQ(result->value().missing, (std::vector<AccountId>{ids[0], ids[2]}));
}

TEST_F(ClientTest, NamesGoBesideTheirEvents) {
  Client client{loop_, server_settings()};
  const std::vector<Name> names = {make_name(NameKind::transfer, Uint128{10, 0}, "sale"),
                                   make_name(NameKind::business, Uint128{7, 0}, "order 7")};
  const OperationAttributes attributes{TraceId{Uint128{1, 2}}, BusinessId{Uint128{3, 4}},
                                       UserId{5}};
  Result<TransferBatch> batch = client.new_transfer_batch(2, attributes, names);
  ASSERT_TRUE(batch.ok());
  batch.value().events()[0] = transfer(10);
  batch.value().events()[1] = transfer(11);
  client.submit(std::move(batch).value(), [](const Result<BatchResult>&) {});
  server_.greet();

  const ReceivedFrame frame = server_.next_frame();
  EXPECT_EQ(FakeServer::kind_of(frame), RequestKind::create_transfers);
  const auto request = read_request(FakeServer::kind_of(frame), frame.body());
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request.value().origin.user_id, attributes.user_id);
  ASSERT_EQ(request.value().event_count, 2U);
  EXPECT_EQ(reinterpret_cast<const Transfer*>(request.value().events)[1].id, transfer(11).id);
  EXPECT_TRUE(std::equal(names.begin(), names.end(), request.value().names.begin(),
                         request.value().names.end()));
}

TEST_F(ClientTest, ARequestBringsNoMoreNamesThanMayBe) {
  Client client{loop_, server_settings()};
  std::vector<Name> names(limits::request_names_max);
  EXPECT_TRUE(client.new_account_batch(limits::batch_events_max, {}, names).ok());
  names.emplace_back();
  const auto refused = client.new_account_batch(1, {}, names);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind, FailureKind::invalid);
  EXPECT_FALSE(client.new_transfer_batch(1, {}, names).ok());
}

TEST_F(ClientTest, LookupsOfNamesSayWhichKeysHaveNone) {
  Client client{loop_, server_settings()};
  const auto key = [](NameKind kind, std::uint64_t id) {
    return NameKey{.id = Uint128{id, 0}, .kind = kind};
  };
  const std::vector<NameKey> keys = {key(NameKind::account, 9), key(NameKind::transfer, 3),
                                     key(NameKind::account, 3), key(NameKind::business, 9)};
  std::optional<Result<NamesResult>> result;
  client.async_lookup_names(keys, {}, [&](Result<NamesResult> r) { result.emplace(std::move(r)); });
  server_.greet();
  const ReceivedFrame frame = server_.next_frame();
  EXPECT_EQ(FakeServer::kind_of(frame), RequestKind::lookup_names);
  const auto request = read_request(FakeServer::kind_of(frame), frame.body());
  ASSERT_EQ(request.value().event_count, 4U);
  const auto* const asked = reinterpret_cast<const NameKey*>(request.value().events);
  EXPECT_TRUE(std::equal(keys.begin(), keys.end(), asked));
  const std::vector<Name> found = {make_name(NameKind::transfer, Uint128{3, 0}, "sale")};
  ItemsReplyMessage<Name> message;
  message.sequence = Sequence{12};
  message.items = found;
  server_.reply(frame, message);
  run_until([&] { return result.has_value(); });

  ASSERT_TRUE(result->ok());
  EXPECT_EQ(result->value().sequence, Sequence{12});
  EXPECT_EQ(result->value().names, found);
  EXPECT_EQ(result->value().missing, (std::vector<NameKey>{keys[0], keys[2], keys[3]}));

  result.reset();
  client.async_lookup_names({}, {}, [&](Result<NamesResult> r) { result.emplace(std::move(r)); });
  run_until([&] { return result.has_value(); });
  EXPECT_FALSE(result->ok());
}

TEST_F(ClientTest, ARefusedLookupNamesNothingMissing) {
  Client client{loop_, server_settings()};
  const std::vector<TransferId> ids = {TransferId{Uint128{9, 0}}};
  std::optional<Result<TransfersResult>> result;
  client.async_lookup_transfers(ids, {},
                                [&](Result<TransfersResult> r) { result.emplace(std::move(r)); });
  server_.greet();
  ItemsReplyMessage<Transfer> message;
  message.status = RequestStatus::index_behind;
  message.words = "ask again";
  server_.reply(server_.next_frame(), message);
  run_until([&] { return result.has_value(); });
  EXPECT_EQ(result->value().status, RequestStatus::index_behind);
  EXPECT_EQ(result->value().words, "ask again");
  EXPECT_TRUE(result->value().missing.empty());
}

TEST_F(ClientTest, AReadThatIndexesAreBehindOfIsAskedAgainWhereThatIsWanted) {
  ClientSettings settings = server_settings();
  settings.waits_for_indexes = true;
  Client client{loop_, settings};
  const std::vector<TransferId> ids = {TransferId{Uint128{9, 0}}};
  std::optional<Result<TransfersResult>> result;
  client.async_lookup_transfers(ids, {},
                                [&](Result<TransfersResult> r) { result.emplace(std::move(r)); });
  server_.greet();
  std::uint64_t before = 0;
  for (const RequestStatus status :
       {RequestStatus::index_behind, RequestStatus::index_behind, RequestStatus::ok}) {
    const ReceivedFrame frame = server_.next_frame();
    EXPECT_EQ(FakeServer::kind_of(frame), RequestKind::lookup_transfers);
    EXPECT_GT(frame.number(), before);
    before = frame.number();
    EXPECT_FALSE(result.has_value());
    ItemsReplyMessage<Transfer> message;
    message.status = status;
    server_.reply(frame, message);
  }
  run_until([&] { return result.has_value(); });
  EXPECT_EQ(result->value().status, RequestStatus::ok);
  EXPECT_EQ(result->value().missing, ids);
}

TEST_F(ClientTest, PagesCarryTheCursorOfTheNext) {
  Client client{loop_, server_settings()};
  std::optional<Result<TransferPage>> transfers;
  std::optional<Result<LedgerPage>> ledgers;
  client.async_list_transfers(Sequence{5}, 2, {},
                              [&](Result<TransferPage> r) { transfers.emplace(std::move(r)); });
  client.async_list_ledgers(LedgerId{6}, 3, {},
                            [&](Result<LedgerPage> r) { ledgers.emplace(std::move(r)); });
  server_.greet();
  const ReceivedFrame first = server_.next_frame();
  const auto asked = read_request(FakeServer::kind_of(first), first.body());
  EXPECT_EQ(asked.value().argument, 5U);
  EXPECT_EQ(asked.value().limit, 2U);
  ItemsReplyMessage<Transfer> page;
  page.more = true;
  page.cursor = 44;
  server_.reply(first, page);
  std::vector<Ledger> items(2);
  items[1].id = LedgerId{978};
  ItemsReplyMessage<Ledger> last;
  last.items = items;
  server_.reply(server_.next_frame(), last);
  run_until([&] { return transfers && ledgers; });

  EXPECT_TRUE(transfers->value().more);
  EXPECT_EQ(transfers->value().cursor, Sequence{44});
  EXPECT_FALSE(ledgers->value().more);
  EXPECT_EQ(ledgers->value().cursor, LedgerId{978});
}

TEST_F(ClientTest, QueriesSeeWhatThisClientWroteUnlessToldOtherwise) {
  Client client{loop_, server_settings()};
  submit(client, 0, 4);
  server_.greet();
  server_.reply_ok(server_.next_frame(), 20);
  run_until([&] { return client.unanswered() == 0; });
  EXPECT_EQ(client.highest_sequence(), Sequence{24}) << "the operation and its four transfers";

  const auto ignore = [](const Result<AccountPage>&) {};
  client.async_list_accounts(AccountId{}, 1, {}, ignore);
  client.async_list_accounts(AccountId{}, 1, {.min_sequence = Sequence{3}}, ignore);
  client.async_list_accounts(AccountId{}, 1, {.min_sequence = Sequence{0}}, ignore);
  std::vector<std::uint64_t> asked;
  for (const ReceivedFrame& frame : server_.next_frames(3)) {
    asked.push_back(read_request(FakeServer::kind_of(frame), frame.body()).value().min_sequence);
  }
  EXPECT_EQ(asked, (std::vector<std::uint64_t>{24, 3, 1}));
}

TEST_F(ClientTest, WrongCountsAreRefusedWithoutSending) {
  Client client{loop_, server_settings()};
  std::vector<FailureKind> kinds;
  const auto keep = [&](const auto& result) { kinds.push_back(result.error().kind); };
  const std::vector<AccountId> many(limits::batch_events_max + 1);
  client.async_lookup_accounts({}, keep);
  client.async_lookup_accounts(many, keep);
  client.async_list_accounts(AccountId{}, 0, {}, keep);
  client.async_list_accounts(AccountId{}, limits::batch_events_max + 1, {}, keep);
  run_until([&] { return kinds.size() == 4; });
  EXPECT_EQ(std::count(kinds.begin(), kinds.end(), FailureKind::invalid), 4);
  EXPECT_EQ(client.create_transfers({}).error().kind, FailureKind::invalid);
  EXPECT_EQ(client.accept_clock("").error().kind, FailureKind::invalid);
  EXPECT_EQ(client.accept_clock(std::string(limits::reason_bytes_max + 1, 'x')).error().kind,
            FailureKind::invalid);
  EXPECT_EQ(client.unanswered(), 0U);
}

TEST_F(ClientTest, RepliesOfTheLargestSizeAreRead) {
  Client client{loop_, server_settings()};
  std::optional<Result<TransferPage>> page;
  client.async_list_transfers(Sequence{}, limits::batch_events_max, {},
                              [&](Result<TransferPage> r) { page.emplace(std::move(r)); });
  server_.greet();
  std::vector<Transfer> items(limits::batch_events_max);
  items.back() = transfer(99);
  ItemsReplyMessage<Transfer> message;
  message.items = items;
  server_.reply(server_.next_frame(), message);
  run_until([&] { return page.has_value(); });
  ASSERT_EQ(page->value().items.size(), limits::batch_events_max);
  EXPECT_EQ(page->value().items.back().id, transfer(99).id);
}

TEST_F(ClientTest, ACallbackMaySubmitAndTheAnswerOfThatComesToo) {
  Client client{loop_, server_settings()};
  bool done = false;
  Result<TransferBatch> first = client.new_transfer_batch(1);
  first.value().events()[0] = transfer(1);
  client.submit(std::move(first).value(), [&](const Result<BatchResult>&) {
    Result<TransferBatch> second = client.new_transfer_batch(1);
    second.value().events()[0] = transfer(2);
    client.submit(std::move(second).value(), [&](const Result<BatchResult>&) { done = true; });
  });
  server_.greet();
  server_.reply_ok(server_.next_frame());
  server_.reply_ok(server_.next_frame());
  run_until([&] { return done; });
}

TEST_F(ClientTest, ACallbackMayDestroyItsClient) {
  auto client = std::make_unique<Client>(loop_, server_settings());
  for (std::uint64_t i = 0; i < 3; ++i) {
    Result<TransferBatch> batch = client->new_transfer_batch(1);
    batch.value().events()[0] = transfer(i);
    client->submit(std::move(batch).value(), [&](const Result<BatchResult>&) {
      ++callbacks_;
      client.reset();
    });
  }
  server_.greet();
  const std::vector<ReceivedFrame> frames = server_.next_frames(3);
  for (const ReceivedFrame& frame : frames) server_.reply_ok(frame);
  run_until([&] { return callbacks_ == 1; });
  EXPECT_TRUE(server_.is_closed_by_client());
  EXPECT_EQ(callbacks_, 1) << "the other callbacks are never called";
}

TEST_F(ClientTest, WaitingForNothingIsRefusedInsteadOfHanging) {
  const Result<void> outcome = loop_.run_until([] { return false; });
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().kind, FailureKind::invalid);
}

TEST(ClientDeathTest, ABlockingCallInsideACallbackStopsTheProcess) {
  const auto nested = [] {
    ClientLoop loop;
    Client client{loop, {}};
    client.async_lookup_accounts(
        {}, [&](const Result<AccountsResult>&) { static_cast<void>(client.state_digest()); });
    loop.turn(std::chrono::seconds{1});
  };
  EXPECT_DEATH(nested(), "inside a callback");
}

TEST(BlockingClientTest, CallsReturnTheAnswer) {
  FakeServer server{nullptr};
  std::thread serving{[&server] {
    server.greet();
    server.reply_ok(server.next_frame(), 5);
    DigestReplyMessage digest;
    digest.sequence = Sequence{6};
    digest.state_digest = 0xabc;
    server.reply(server.next_frame(), digest);
    const ReceivedFrame clock = server.next_frame();
    EXPECT_EQ(read_request(FakeServer::kind_of(clock), clock.body()).value().argument, 1'000U);
    server.reply_ok(clock, 8);
    const ReceivedFrame accept = server.next_frame();
    EXPECT_EQ(read_request(FakeServer::kind_of(accept), accept.body()).value().reason, "checked");
    server.reply_ok(accept, 9);
  }};
  ClientSettings settings;
  settings.port = server.port();
  Client client{settings};
  ASSERT_TRUE(client.connect().ok());
  ASSERT_TRUE(client.connect().ok()) << "at once when connected";
  const std::vector<Transfer> transfers(2);
  const auto created = client.create_transfers(transfers);
  ASSERT_TRUE(created.ok());
  EXPECT_EQ(created.value().first_sequence, Sequence{5});
  const auto digest = client.state_digest();
  ASSERT_TRUE(digest.ok());
  EXPECT_EQ(digest.value().digest, 0xabcU);
  EXPECT_EQ(client.advance_clock(std::chrono::microseconds{1}).value().first_sequence, Sequence{8});
  EXPECT_EQ(client.accept_clock("checked").value().first_sequence, Sequence{9});
  serving.join();
}

}  // namespace
}  // namespace daybook
