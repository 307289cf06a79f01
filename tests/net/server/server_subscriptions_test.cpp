// Server: subscriptions. How much is sent before it is acknowledged, that nothing is asked of the
// engine for a consumer that cannot take it, that a slot always comes back, and what hostile
// messages get.
//
// Method: the test plays the subscription thread, and fills batches as it likes.

#include <cstring>

#include "net/protocol/subscription_messages.hpp"
#include "tests/net/server/server_fixture.hpp"

namespace daybook {
namespace {

FrameBytes subscribe_frame(std::uint64_t number, const Subscription& wanted = {}) {
  FrameBytes frame{subscribe_frame_bytes};
  write_subscribe(frame.room(), number, wanted, 0);
  return frame;
}

FrameBytes acknowledge_frame(std::uint64_t subscription, std::uint64_t sequence) {
  FrameBytes frame{acknowledge_frame_bytes};
  write_acknowledge_events(frame.room(), 0, subscription, Sequence{sequence});
  return frame;
}

FrameBytes unsubscribe_frame(std::uint64_t number, std::uint64_t subscription) {
  FrameBytes frame{acknowledge_frame_bytes};
  write_unsubscribe(frame.room(), number, subscription);
  return frame;
}

class ServerSubscriptionsTest : public ServerFixture {
 protected:
  static Subscription small_window() {
    Subscription wanted;
    wanted.window_bytes = limits::subscription_window_bytes_min;
    return wanted;
  }

  /// As the subscription thread: a batch of `bytes` up to `cursor`.
  void fill(RequestSlot& slot, std::uint64_t cursor, std::size_t bytes) {
    slot.status = RequestStatus::ok;
    slot.query_items.assign(bytes, std::byte{1});
    slot.cursor = cursor;
    slot.subscription_began = true;
    engine_->reply_to_subscription(slot);
  }

  static std::uint64_t expect_batch(const TestConnection& connection, std::uint64_t number) {
    const auto frame = connection.receive();
    EXPECT_TRUE(frame.has_value());
    EXPECT_EQ(frame->header.type, static_cast<std::uint16_t>(RequestKind::subscribe));
    EXPECT_EQ(frame->header.request_number, number);
    const auto read = read_event_batch(frame->bytes());
    EXPECT_TRUE(read.ok() && read.value().status == RequestStatus::ok);
    return read.value().cursor;
  }

  static RequestStatus expect_refusal(const TestConnection& connection, std::uint64_t number) {
    const auto frame = connection.receive();
    EXPECT_TRUE(frame.has_value());
    EXPECT_EQ(frame->header.request_number, number);
    const auto read = read_event_batch(frame->bytes());
    EXPECT_TRUE(read.ok() && !read.value().words.empty());
    return read.value().status;
  }
};

TEST_F(ServerSubscriptionsTest, NothingMoreIsAskedForWhileTheWindowIsFull) {
  serve();
  const auto connection = open(1);
  connection->send(subscribe_frame(9, small_window()).bytes());
  RequestSlot& slot = engine_->take_subscription();
  fill(slot, 10, 8'000);
  EXPECT_EQ(expect_batch(*connection, 9), 10U);
  EXPECT_EQ(&engine_->take_subscription(), &slot);
  fill(slot, 20, 8'400);
  EXPECT_EQ(expect_batch(*connection, 9), 20U);
  // An acknowledgement of nothing new makes no room, nor does one of another subscription.
  connection->send(acknowledge_frame(9, 9).bytes());
  connection->send(acknowledge_frame(8, 20).bytes());
  connection->send(list_frame(77, 1).bytes());
  RequestSlot& list = engine_->take_query();  // What came before it was looked at.
  EXPECT_FALSE(engine_->has_subscription());
  engine_->reply_to_query(list);
  EXPECT_EQ(connection->receive()->header.request_number, 77U);
  connection->send(acknowledge_frame(9, 10).bytes());
  EXPECT_EQ(&engine_->take_subscription(), &slot);
  fill(slot, 20, 0);
  EXPECT_EQ(expect_batch(*connection, 9), 20U);
  engine_->take_subscription();
  connection->send(unsubscribe_frame(10, 9).bytes());
  EXPECT_EQ(connection->receive()->header.request_number, 10U);
  while (!slot.cancelled->load()) std::this_thread::yield();
  engine_->reply_to_subscription(slot);
}

TEST_F(ServerSubscriptionsTest, ASlotIsWantedBackWhereItsConsumerIsGone) {
  serve();
  auto connection = open(1);
  connection->send(subscribe_frame(9).bytes());
  RequestSlot& slot = engine_->take_subscription();
  EXPECT_FALSE(slot.cancelled->load());
  connection.reset();
  while (!slot.cancelled->load()) std::this_thread::yield();
  EXPECT_EQ(server_->stats().connections_now, 1U);  // It stays for as long as the engine has it.
  fill(slot, 5, 100);
  wait_until([](const ServerStats& stats) { return stats.connections_now == 0; });
}

TEST_F(ServerSubscriptionsTest, AfterUnsubscribeNothingFollows) {
  serve();
  const auto connection = open(1);
  connection->send(subscribe_frame(9).bytes());
  RequestSlot& slot = engine_->take_subscription();
  fill(slot, 5, 80);
  EXPECT_EQ(expect_batch(*connection, 9), 5U);
  EXPECT_EQ(&engine_->take_subscription(), &slot);
  connection->send(unsubscribe_frame(10, 9).bytes());
  const auto ended = connection->receive();
  EXPECT_EQ(ended->header.type, static_cast<std::uint16_t>(RequestKind::unsubscribe));
  EXPECT_EQ(read_event_batch(ended->bytes()).value().cursor, 5U);
  fill(slot, 9, 80);  // Too late.
  connection->send(unsubscribe_frame(11, 9).bytes());
  EXPECT_EQ(expect_refusal(*connection, 11), RequestStatus::subscription_unknown);
}

TEST_F(ServerSubscriptionsTest, TheEnginesRefusalEndsASubscriptionAndNotTheConnection) {
  serve();
  const auto connection = open(1);
  connection->send(subscribe_frame(9).bytes());
  RequestSlot& slot = engine_->take_subscription();
  slot.status = RequestStatus::checkpoint_unknown;
  engine_->reply_to_subscription(slot);
  EXPECT_EQ(expect_refusal(*connection, 9), RequestStatus::checkpoint_unknown);
  connection->send(subscribe_frame(9).bytes());  // The number is free again.
  RequestSlot& again = engine_->take_subscription();
  fill(again, 1, 0);
  EXPECT_EQ(expect_batch(*connection, 9), 1U);
  RequestSlot& waiting = engine_->take_subscription();
  connection->send(unsubscribe_frame(10, 9).bytes());
  EXPECT_EQ(connection->receive()->header.request_number, 10U);
  engine_->reply_to_subscription(waiting);
}

TEST_F(ServerSubscriptionsTest, HostileMessagesAreRefusedInWords) {
  serve();
  const auto connection = open(1);
  Subscription wrong;
  wrong.event_type_count = 0xffff;
  connection->send(subscribe_frame(1, wrong).bytes());
  EXPECT_EQ(expect_refusal(*connection, 1), RequestStatus::filter_invalid);
  connection->send(subscribe_frame(2).bytes());
  RequestSlot& slot = engine_->take_subscription();
  connection->send(subscribe_frame(2).bytes());
  EXPECT_EQ(expect_refusal(*connection, 2), RequestStatus::request_number_reused);
  // Acknowledged long before anything was sent.
  connection->send(acknowledge_frame(2, ~std::uint64_t{0}).bytes());
  fill(slot, 3, 16);
  EXPECT_EQ(expect_batch(*connection, 2), 3U);
  RequestSlot& waiting = engine_->take_subscription();
  // A body that is none ends the connection, and the slot is wanted back.
  FrameBytes broken{frame_header_bytes + 16};
  seal_frame(broken.room(), static_cast<std::uint16_t>(RequestKind::subscribe), 0, 5);
  connection->send(broken.bytes());
  const auto error = connection->receive_error();
  EXPECT_EQ(error.code, static_cast<std::uint16_t>(ErrorCode::malformed_body));
  EXPECT_TRUE(error.closes);
  while (!waiting.cancelled->load()) std::this_thread::yield();
  engine_->reply_to_subscription(waiting);
}

TEST_F(ServerSubscriptionsTest, AConsumerThatAcknowledgesNothingIsToldSo) {
  settings_.consumer_slow_after_ns = 5'000'000;
  serve();
  const auto connection = open(1);
  connection->send(subscribe_frame(9, small_window()).bytes());
  fill(engine_->take_subscription(), 10, 20'000);
  EXPECT_EQ(expect_batch(*connection, 9), 10U);
  EXPECT_EQ(expect_refusal(*connection, 9), RequestStatus::consumer_too_slow);
  EXPECT_EQ(server_->stats().consumers_too_slow, 1U);
  connection->send(acknowledge_frame(9, 10).bytes());  // Let pass.
  connection->send(unsubscribe_frame(10, 9).bytes());
  EXPECT_EQ(expect_refusal(*connection, 10), RequestStatus::subscription_unknown);
  EXPECT_FALSE(engine_->has_subscription());
}

}  // namespace
}  // namespace daybook
