// Server: what happens at its limits. It stops reading, and goes on later; nobody else waits.
//
// Method: limits set small, an engine that does not answer, and the server's own count of pauses to
// know that it has come so far.

#include <cstring>

#include "tests/net/server/server_fixture.hpp"

namespace daybook {
namespace {

class ServerLimitsTest : public ServerFixture {
 protected:
  void wait_for_pauses(std::uint64_t pauses) const {
    wait_until([&](const ServerStats& stats) { return stats.reading_paused >= pauses; });
  }
};

TEST_F(ServerLimitsTest, NoMoreRequestsOfAConnectionAreTakenThanMayBeInFlight) {
  settings_.in_flight_requests_max = 2;
  serve();
  const auto connection = open(1);
  FrameBytes all = transfers_frame(1, 1);
  for (std::uint64_t number = 2; number <= 5; ++number) all.append(transfers_frame(number, 1));
  connection->send(all.bytes());
  RequestSlot* first = &engine_->take();
  RequestSlot* second = &engine_->take();
  for (std::uint64_t number = 1; number <= 5; ++number) {
    if (number <= 3) wait_for_pauses(number);
    EXPECT_FALSE(engine_->has_request());
    EXPECT_EQ(first->request_number, number);
    accept(*first, number);
    EXPECT_EQ(connection->receive()->header.request_number, number);
    first = second;
    if (number <= 3) second = &engine_->take();
  }
}

TEST_F(ServerLimitsTest, NoMoreBytesOfAConnectionAreTakenThanMayBeInFlight) {
  const std::size_t frame_bytes = create_frame_bytes<Transfer>(100);
  for (const bool fits : {true, false}) {
    SCOPED_TRACE(fits);
    settings_.in_flight_bytes_max = 2 * frame_bytes - (fits ? 0 : 1);
    serve();
    const auto connection = open(1);
    FrameBytes all = transfers_frame(1, 100);
    all.append(transfers_frame(2, 100));
    all.append(transfers_frame(3, 100));
    connection->send(all.bytes());
    std::vector<RequestSlot*> slots{&engine_->take()};
    if (fits) slots.push_back(&engine_->take());
    wait_for_pauses(1);
    EXPECT_FALSE(engine_->has_request());
    for (std::uint64_t number = 1; number <= 3; ++number) {
      if (slots.size() < number) slots.push_back(&engine_->take());
      accept(*slots[number - 1], number);
      EXPECT_EQ(connection->receive()->header.request_number, number);
    }
    server_.reset();
  }
}

TEST_F(ServerLimitsTest, ARequestThatTheEngineDoesNotTakeIsBusyAfterAWhile) {
  settings_.busy_after_ns = 5'000'000;
  serve(1, 4);
  const auto connection = open(1);
  const auto other = open(2);
  FrameBytes four = transfers_frame(1, 1);
  for (std::uint64_t number = 2; number <= 4; ++number) four.append(transfers_frame(number, 1));
  connection->send(four.bytes());
  std::vector<RequestSlot*> slots;
  for (int i = 0; i < 4; ++i) slots.push_back(&engine_->take());
  other->send(transfers_frame(9, 1).bytes());  // The engine has four, and room for four.
  const auto frame = other->receive();
  EXPECT_EQ(frame->header.request_number, 9U);
  const auto reply = read_batch_reply(frame->bytes());
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply.value().status, RequestStatus::busy);
  EXPECT_EQ(reply.value().words, in_words(RequestStatus::busy));
  EXPECT_FALSE(engine_->has_request());
  EXPECT_EQ(server_->stats().requests_busy, 1U);
  accept(*slots[0], 1);
  EXPECT_EQ(connection->receive()->header.request_number, 1U);
  other->send(transfers_frame(10, 1).bytes());
  accept(engine_->take(), 2);
  EXPECT_EQ(other->receive()->header.request_number, 10U);
  for (int i = 1; i < 4; ++i) accept(*slots[static_cast<std::size_t>(i)], 1);
  for (int i = 1; i < 4; ++i) EXPECT_TRUE(connection->receive().has_value());
}

TEST_F(ServerLimitsTest, ARequestThatWaitsForTheEngineIsTakenWhenThereIsRoom) {
  settings_.busy_after_ns = 60'000'000'000;
  serve(1, 2);
  const auto connection = open(1);
  FrameBytes all = transfers_frame(1, 1);
  for (std::uint64_t number = 2; number <= 9; ++number) all.append(transfers_frame(number, 1));
  connection->send(all.bytes());
  wait_for_pauses(1);
  for (std::uint64_t number = 1; number <= 9; ++number) {
    RequestSlot& slot = engine_->take();
    EXPECT_EQ(slot.request_number, number);
    accept(slot, number);
    EXPECT_EQ(connection->receive()->header.request_number, number);
  }
  EXPECT_EQ(server_->stats().requests_busy, 0U);
}

/// Answers a list with as many transfers as it may have.
void answer_in_full(FakeEngine& engine, RequestSlot& slot) {
  slot.query_items.assign(slot.limit * sizeof(Transfer), std::byte{7});
  slot.item_count = slot.limit;
  engine.reply_to_query(slot);
}

TEST_F(ServerLimitsTest, AClientThatDoesNotReadHoldsUpItselfOnly) {
  settings_.reply_queue_bytes_max = 256 * 1'024;
  serve();
  constexpr std::uint64_t count = 60;
  const auto slow = open(1, {}, 16 * 1'024);
  const auto quick = open(2);
  FrameBytes all = list_frame(1, 1'000);
  for (std::uint64_t number = 2; number <= count; ++number) all.append(list_frame(number, 1'000));
  slow->send(all.bytes());
  // Its socket takes some replies; then at most so many are asked for as the queue may hold.
  std::uint64_t answered = 0;
  std::uint64_t quick_number = 0;
  const auto serve_quick = [&] {
    quick->send(transfers_frame(++quick_number, 1).bytes());
    accept(engine_->take(), quick_number);
    EXPECT_EQ(quick->receive()->header.request_number, quick_number);
  };
  // Two turns of the io thread later, a query that could be taken has been.
  const auto query_waits = [&] {
    serve_quick();
    serve_quick();
    return engine_->channel(0).queries.size_approximate() > 0;
  };
  wait_for_pauses(1);
  while (answered < count && query_waits()) {
    answer_in_full(*engine_, engine_->take_query());
    ++answered;
  }
  EXPECT_LT(answered, count);
  for (std::uint64_t number = 1; number <= count; ++number) {
    while (answered < count && engine_->channel(0).queries.size_approximate() > 0) {
      answer_in_full(*engine_, engine_->take_query());
      ++answered;
    }
    if (answered < number) {
      answer_in_full(*engine_, engine_->take_query());
      ++answered;
    }
    const auto frame = slow->receive();
    ASSERT_TRUE(frame.has_value());
    EXPECT_EQ(frame->header.request_number, number);
    EXPECT_EQ(read_transfers_reply(frame->bytes()).value().items.size(), 1'000U);
  }
}

TEST_F(ServerLimitsTest, AClientThatNeverReadsIsClosed) {
  settings_.stalled_after_ns = 50'000'000;
  serve();
  const auto stuck = open(1, {}, 4'096);
  for (std::uint64_t number = 1; number <= 8; ++number) {
    stuck->send(list_frame(number, limits::batch_events_max).bytes());
  }
  wait_until([&](const ServerStats& stats) {
    if (engine_->channel(0).queries.size_approximate() > 0) {
      answer_in_full(*engine_, engine_->take_query());
    }
    return stats.connections_stalled == 1 && stats.connections_now == 0;
  });
}

TEST_F(ServerLimitsTest, PastTheReceiveBuffersReadingStopsUntilOneComesBack) {
  settings_.connections_max = 4;
  settings_.receive_bytes_max = 2 * limits::frame_bytes_max;  // One frame and the small buffers.
  serve();
  const auto first = open(1);
  const auto second = open(2);
  const FrameBytes big = transfers_frame(1, limits::batch_events_max);
  first->send(big.bytes());
  RequestSlot& slot = engine_->take();
  std::thread sender{[&] { second->send(big.bytes()); }};
  wait_for_pauses(1);
  EXPECT_FALSE(engine_->has_request());
  accept(slot, 1);
  EXPECT_TRUE(first->receive().has_value());
  RequestSlot& later = engine_->take();
  sender.join();
  EXPECT_EQ(later.event_count, limits::batch_events_max);
  accept(later, 2);
  EXPECT_TRUE(second->receive().has_value());
}

TEST(ServerSettingsTest, AreCheckedInWords) {
  FakeEngine engine{64};
  const FakeDirectory directory;
  const auto fault = [&](ServerSettings settings) {
    const auto made = Server::make(std::move(settings), engine, directory);
    return made.ok() ? std::string{} : made.error().what;
  };
  EXPECT_EQ(fault({}), "");
  EXPECT_EQ(fault({.io_threads = 64}), "");
  EXPECT_EQ(fault({.io_threads = 0}), "0 io threads were asked for; choose 1 to 64");
  EXPECT_EQ(fault({.io_threads = 65}), "65 io threads were asked for; choose 1 to 64");
  EXPECT_EQ(fault({.connections_max = 0}), "at least 1 connection must be allowed");
  EXPECT_EQ(fault({.connections_max = 2'048}), "");
  EXPECT_EQ(fault({.connections_max = 2'049}),
            "268435456 bytes of receive buffers are too few for 2049 connections on 1 io threads; "
            "allow at least 268566528, or fewer connections");
}

TEST(ServerSettingsTest, AnAddressThatCannotBeHadIsToldInWords) {
  FakeEngine engine{1};
  const FakeDirectory directory;
  auto first = Server::make({.listen = "127.0.0.1:0"}, engine, directory);
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE(first.value()->start().ok());
  const std::string taken = "127.0.0.1:" + std::to_string(first.value()->port());
  FakeEngine other{1};
  for (const auto& [listen, words] :
       {std::pair{taken, "cannot listen on " + taken + ": Address already in use"},
        std::pair{std::string{"nowhere"},
                  std::string{"'nowhere' is not an address; write HOST"}}}) {
    auto server = Server::make({.listen = listen}, other, directory);
    ASSERT_TRUE(server.ok());
    const auto started = server.value()->start();
    ASSERT_FALSE(started.ok());
    EXPECT_EQ(started.error().what.substr(0, words.size()), words);
  }
}

}  // namespace
}  // namespace daybook
