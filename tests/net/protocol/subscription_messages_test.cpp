// Subscriptions and checkpoints on the wire: what one end writes the other reads, whatever its
// values; counts at their limit and one past it; bodies that are none.

#include "net/protocol/subscription_messages.hpp"

#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/net/protocol/round_trip.hpp"

namespace daybook {
namespace {

/// A frame's memory.
class Room {
 public:
  explicit Room(std::size_t bytes) : words_((bytes + 7) / 8) {}
  [[nodiscard]] std::span<std::byte> all() { return std::as_writable_bytes(std::span{words_}); }
  [[nodiscard]] std::span<const std::byte> body(std::size_t size) {
    const FrameHeader header = read_header(all());
    EXPECT_EQ(check_header(header), FrameFault::none);
    EXPECT_EQ(header.checksum, frame_checksum(all().first(size)));
    return all().first(size).subspan(frame_header_bytes);
  }

 private:
  std::vector<std::uint64_t> words_;
};

TEST(SubscriptionMessagesTest, ASubscriptionArrivesAsItWasSent) {
  Subscription wanted;
  wanted.from = 7;
  wanted.kinds = kind_bit(FactKind::transfer) | operation_bit;
  wanted.aggregate_type = Uint128{1, 2};
  wanted.aggregate_id = Uint128{3, 4};
  wanted.ledger = LedgerId{978};
  wanted.window_bytes = 65'536;
  wanted.event_type_count = 1;
  wanted.event_types[0] = Uint128{5, 6};
  wanted.event_types[7] = Uint128{7, 8};
  wanted.account_count = 2;
  wanted.accounts[1] = AccountId{Uint128{9, 0}};
  wanted.set_checkpoint_name("mailer");
  Room room{subscribe_frame_bytes};
  const auto body = room.body(write_subscribe(room.all(), 11, wanted, 99));
  const auto read = read_request(RequestKind::subscribe, body);
  ASSERT_TRUE(read.ok()) << read.error().words;
  EXPECT_EQ(std::memcmp(read.value().events, &wanted, sizeof(wanted)), 0);
  EXPECT_EQ(read.value().min_sequence, 99U);
}

TEST(SubscriptionMessagesTest, AcknowledgementsAndEndsArriveAsTheyWereSent) {
  Room room{acknowledge_frame_bytes};
  const auto acknowledged = read_request(
      RequestKind::acknowledge_events,
      room.body(write_acknowledge_events(room.all(), 0, 5, Sequence{~std::uint64_t{0}})));
  ASSERT_TRUE(acknowledged.ok());
  EXPECT_EQ(acknowledged.value().argument, 5U);
  EXPECT_EQ(acknowledged.value().at_sequence, ~std::uint64_t{0});
  const auto ended =
      read_request(RequestKind::unsubscribe, room.body(write_unsubscribe(room.all(), 3, 6)));
  ASSERT_TRUE(ended.ok());
  EXPECT_EQ(ended.value().argument, 6U);
}

TEST(SubscriptionMessagesTest, ABatchArrivesAsItWasSent) {
  const std::vector<std::uint64_t> words = {1, 2, 3};
  Room room{reply_frame_bytes(24, 0)};
  const std::size_t size = write_items_reply<std::uint64_t>(
      room.all(), RequestKind::subscribe, 4,
      {.sequence = Sequence{50}, .more = true, .cursor = 40, .items = words});
  const auto read = read_event_batch(room.body(size));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value().sequence, Sequence{50});
  EXPECT_TRUE(read.value().more);
  EXPECT_EQ(read.value().cursor, 40U);
  EXPECT_EQ((std::vector<std::uint64_t>{read.value().items.begin(), read.value().items.end()}),
            words);
}

TEST(SubscriptionMessagesTest, CheckpointsArriveUpToTheirLimit) {
  for (const std::uint32_t count : {1U, limits::checkpoints_max, limits::checkpoints_max + 1}) {
    std::vector<EventCheckpoint> checkpoints(count, make_checkpoint("mailer", 4));
    checkpoints.back().sequence = 5;
    Room room{put_checkpoints_frame_bytes(count)};
    const OperationOrigin origin{.trace_id = TraceId{Uint128{1, 1}}, .user_id = UserId{2}};
    const auto body = room.body(write_put_checkpoints(room.all(), 1, origin, checkpoints));
    const auto read = read_request(RequestKind::put_checkpoints, body);
    ASSERT_EQ(read.ok(), count <= limits::checkpoints_max) << count;
    if (!read.ok()) {
      EXPECT_EQ(read.error().status, RequestStatus::too_large);
      EXPECT_EQ(read.error().words, "the request has 1025 checkpoints, it must have 1 to 1024");
      continue;
    }
    EXPECT_EQ(read.value().event_count, count);
    EXPECT_EQ(read.value().origin.user_id, UserId{2});
    EXPECT_EQ(std::memcmp(read.value().events, checkpoints.data(), count * sizeof(EventCheckpoint)),
              0);
  }
  Room room{put_checkpoints_frame_bytes(0)};
  const auto none = read_request(RequestKind::put_checkpoints,
                                 room.body(write_put_checkpoints(room.all(), 1, {}, {})));
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().status, RequestStatus::malformed);
}

TEST(SubscriptionMessagesTest, AListOfCheckpointsArrivesAsItWasSent) {
  Room asked{small_frame_bytes};
  const auto read = read_request(RequestKind::lookup_checkpoints,
                                 asked.body(write_lookup_checkpoints(asked.all(), 1, 77)));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value().min_sequence, 77U);
  const std::vector<EventCheckpoint> checkpoints(3, make_checkpoint("mailer", 4));
  Room room{reply_frame_bytes(3 * sizeof(EventCheckpoint), 0)};
  const std::size_t size =
      write_checkpoints_reply(room.all(), 1, {.sequence = Sequence{9}, .items = checkpoints});
  const auto reply = read_checkpoints_reply(room.body(size));
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ((std::vector<EventCheckpoint>{reply.value().items.begin(), reply.value().items.end()}),
            checkpoints);
}

TEST(SubscriptionMessagesTest, BytesThatAreNoMessageAreRefused) {
  const std::vector<std::uint64_t> zeros(64);
  const auto body = std::as_bytes(std::span{zeros});
  for (const auto kind :
       {RequestKind::subscribe, RequestKind::acknowledge_events, RequestKind::unsubscribe,
        RequestKind::put_checkpoints, RequestKind::lookup_checkpoints}) {
    const auto read = read_request(kind, body);
    ASSERT_FALSE(read.ok()) << to_string(kind);
    EXPECT_TRUE(read.error().not_readable);
  }
  EXPECT_FALSE(read_event_batch(body).ok());
  EXPECT_FALSE(read_checkpoints_reply(body).ok());
}

}  // namespace
}  // namespace daybook
