// Commands to orders and payments, and their lookups, written and read back; their counts at the
// limit and past it; bytes that do not fit.

#include "net/protocol/aggregate_messages.hpp"

#include <cstring>
#include <vector>

#include "engine/model/aggregate.hpp"
#include "net/protocol/event_messages.hpp"
#include "net/protocol/replies.hpp"
#include "net/protocol/requests.hpp"
#include "tests/net/protocol/round_trip.hpp"

namespace daybook {
namespace {

constexpr RequestKind lookups[] = {RequestKind::lookup_orders, RequestKind::lookup_payments};

TEST(AggregateMessages, CommandsAreWrittenAsEventsOfTheirOwnType) {
  for (const RequestKind kind : {RequestKind::order_commands, RequestKind::payment_commands}) {
    const auto events = many<DomainEvent>(3);
    const auto payloads = many<std::byte>(67);
    Frame frame{append_events_frame_bytes(3, 67, 0)};
    frame.expect_request(
        write_append_events(frame.room(), sample_number, origin, events, payloads, {}, kind), kind);
    const auto read = read_request(kind, frame.body());
    ASSERT_TRUE(read.ok()) << read.error().words;
    ASSERT_EQ(read.value().event_count, 3U);
    EXPECT_TRUE(same_bytes(read.value().events, events));
    EXPECT_TRUE(same_bytes(read.value().payloads.data(), payloads));
  }
}

TEST(AggregateMessages, LookupsNameAMomentOrNone) {
  for (const RequestKind kind : lookups) {
    for (const std::size_t count : {std::size_t{1}, std::size_t{3}}) {
      const auto ids = many<Uint128>(count);
      Frame frame{lookup_aggregates_frame_bytes(count)};
      frame.expect_request(write_lookup_aggregates(frame.room(), kind, sample_number, ids,
                                                   {.sequence = Sequence{7}, .time = {}}, 9),
                           kind);
      const auto read = read_request(kind, frame.body());
      ASSERT_TRUE(read.ok()) << read.error().words;
      EXPECT_EQ(read.value().at_sequence, 7U);
      EXPECT_EQ(read.value().at_time, Timestamp{});
      EXPECT_EQ(read.value().min_sequence, 9U);
      ASSERT_EQ(read.value().event_count, count);
      EXPECT_TRUE(same_bytes(read.value().events, ids));
    }
  }
}

RequestStatus status_of(RequestKind kind, std::size_t count) {
  Frame frame{lookup_aggregates_frame_bytes(count)};
  write_lookup_aggregates(frame.room(), kind, sample_number, std::vector<Uint128>(count), {}, 0);
  const auto read = read_request(kind, frame.body());
  if (read.ok()) return RequestStatus::ok;
  EXPECT_FALSE(read.error().not_readable);
  return read.error().status;
}

TEST(AggregateMessages, CountsAtTheLimitAndPastIt) {
  for (const RequestKind kind : lookups) {
    EXPECT_EQ(status_of(kind, 0), RequestStatus::malformed);
    EXPECT_EQ(status_of(kind, limits::aggregates_lookup_max), RequestStatus::ok);
    EXPECT_EQ(status_of(kind, limits::aggregates_lookup_max + 1), RequestStatus::too_large);
  }
}

RequestStatus status_of_bundle(std::size_t transfers, const Uint128& type) {
  std::vector<DomainEvent> events(1);
  events.front().aggregate_type = type;
  Frame frame{bundle_frame_bytes(transfers, 1, 0, 0)};
  write_bundle(frame.room(), sample_number, {}, std::vector<Transfer>(transfers), events, {}, {});
  const auto read = read_request(RequestKind::bundle, frame.body());
  return read.ok() ? RequestStatus::ok : read.error().status;
}

TEST(AggregateMessages, ABundleOfCommandsNeedsNoTransfers) {
  EXPECT_EQ(status_of_bundle(0, order_type()), RequestStatus::ok);
  EXPECT_EQ(status_of_bundle(0, payment_type()), RequestStatus::ok);
  EXPECT_EQ(status_of_bundle(0, Uint128{7, 0}), RequestStatus::malformed);
  EXPECT_EQ(status_of_bundle(1, Uint128{7, 0}), RequestStatus::ok);
}

TEST(AggregateMessages, OrdersAreAnswered) {
  const auto orders = many<OrderView>(2);
  Frame frame{reply_frame_bytes(2 * sizeof(OrderView), 0)};
  const ItemsReplyMessage<OrderView> message{.sequence = Sequence{5}, .items = orders};
  write_items_reply(frame.room(), RequestKind::lookup_orders, sample_number, message);
  const auto read = read_orders_reply(frame.body());
  ASSERT_TRUE(read.ok()) << read.error().words;
  EXPECT_EQ(read.value().sequence, Sequence{5});
  ASSERT_EQ(read.value().items.size(), 2U);
  EXPECT_TRUE(same_bytes(reinterpret_cast<const std::byte*>(read.value().items.data()), orders));
}

TEST(AggregateMessages, PaymentsAreAnsweredWithTheirClaims) {
  auto payments = many<PaymentView>(3);
  payments[0].claims = 2;
  payments[1].claims = 0;
  payments[2].claims = 3;
  const auto claims = many<ClaimView>(5);
  Frame frame{payments_reply_frame_bytes(3, 5)};
  write_payments_reply(frame.room(), sample_number,
                       {.sequence = Sequence{5}, .payments = payments, .claims = claims});
  const auto read = read_payments_reply(frame.body());
  ASSERT_TRUE(read.ok()) << read.error().words;
  EXPECT_EQ(read.value().sequence, Sequence{5});
  EXPECT_TRUE(
      same_bytes(reinterpret_cast<const std::byte*>(read.value().payments.data()), payments));
  EXPECT_TRUE(same_bytes(reinterpret_cast<const std::byte*>(read.value().claims.data()), claims));
}

TEST(AggregateMessages, ClaimsThatAreNotThePaymentsAreUnreadable) {
  auto payments = many<PaymentView>(1);
  payments[0].claims = 3;
  const auto claims = many<ClaimView>(2);
  Frame frame{payments_reply_frame_bytes(1, 2)};
  write_payments_reply(frame.room(), sample_number, {.payments = payments, .claims = claims});
  EXPECT_FALSE(read_payments_reply(frame.body()).ok());
}

}  // namespace
}  // namespace daybook
