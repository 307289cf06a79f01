// append_events and read_events, written and read back; their counts at the limit and past it.

#include "net/protocol/event_messages.hpp"

#include <cstring>
#include <vector>

#include "net/protocol/requests.hpp"
#include "tests/net/protocol/round_trip.hpp"

namespace daybook {
namespace {

TEST(EventMessages, AppendEvents) {
  for (const std::size_t count : {1U, 2U, 7U}) {
    for (const std::size_t bytes : {0U, 1U, 7U, 8U, 4'097U}) {
      for (const std::size_t name_count : {0U, 3U}) {
        const auto events = many<DomainEvent>(count);
        const auto payloads = many<std::byte>(bytes);
        const auto names = many<Name>(name_count);
        Frame frame{append_events_frame_bytes(count, bytes, name_count)};
        frame.expect_request(
            write_append_events(frame.room(), sample_number, origin, events, payloads, names),
            RequestKind::append_events);
        const auto read = read_request(RequestKind::append_events, frame.body());
        ASSERT_TRUE(read.ok()) << read.error().words;
        const RequestBody& body = read.value();
        EXPECT_EQ(body.origin.trace_id, origin.trace_id);
        EXPECT_EQ(body.origin.business_id, origin.business_id);
        EXPECT_EQ(body.origin.user_id, origin.user_id);
        ASSERT_EQ(body.event_count, count);
        EXPECT_TRUE(same_bytes(body.events, events));
        ASSERT_EQ(body.payloads.size(), bytes);
        EXPECT_TRUE(same_bytes(body.payloads.data(), payloads));
        ASSERT_EQ(body.names.size(), name_count);
        EXPECT_TRUE(same_bytes(reinterpret_cast<const std::byte*>(body.names.data()), names));
      }
    }
  }
}

RequestStatus status_of_append(std::size_t count, std::size_t name_count) {
  const std::vector<DomainEvent> events(count);
  const std::vector<Name> names(name_count);
  Frame frame{append_events_frame_bytes(count, 0, name_count)};
  write_append_events(frame.room(), sample_number, {}, events, {}, names);
  const auto read = read_request(RequestKind::append_events, frame.body());
  if (read.ok()) return RequestStatus::ok;
  EXPECT_FALSE(read.error().not_readable);
  return read.error().status;
}

TEST(EventMessages, CountsAtTheLimitAndPastIt) {
  EXPECT_EQ(status_of_append(0, 0), RequestStatus::malformed);
  EXPECT_EQ(status_of_append(limits::batch_events_max, 0), RequestStatus::ok);
  EXPECT_EQ(status_of_append(limits::batch_events_max + 1, 0), RequestStatus::too_large);
  EXPECT_EQ(status_of_append(1, limits::request_names_max), RequestStatus::ok);
  EXPECT_EQ(status_of_append(1, limits::request_names_max + 1), RequestStatus::too_large);
}

TEST(EventMessages, Bundle) {
  for (const std::size_t bytes : {0U, 5U}) {
    const auto transfers = many<Transfer>(2);
    const auto events = many<DomainEvent>(3);
    const auto payloads = many<std::byte>(bytes);
    const auto names = many<Name>(bytes);
    Frame frame{bundle_frame_bytes(2, 3, bytes, bytes)};
    frame.expect_request(
        write_bundle(frame.room(), sample_number, origin, transfers, events, payloads, names),
        RequestKind::bundle);
    const auto read = read_request(RequestKind::bundle, frame.body());
    ASSERT_TRUE(read.ok()) << read.error().words;
    const RequestBody& body = read.value();
    EXPECT_EQ(body.origin.business_id, origin.business_id);
    EXPECT_EQ(body.event_count, 5U);
    EXPECT_TRUE(same_bytes(body.events, transfers));
    ASSERT_EQ(body.bundled.size(), 3U);
    EXPECT_TRUE(same_bytes(reinterpret_cast<const std::byte*>(body.bundled.data()), events));
    ASSERT_EQ(body.payloads.size(), bytes);
    EXPECT_TRUE(same_bytes(body.payloads.data(), payloads));
    ASSERT_EQ(body.names.size(), bytes);
  }
}

RequestStatus status_of_bundle(std::size_t transfers, std::size_t events) {
  Frame frame{bundle_frame_bytes(transfers, events, 0, 0)};
  write_bundle(frame.room(), sample_number, {}, std::vector<Transfer>(transfers),
               std::vector<DomainEvent>(events), {}, {});
  const auto read = read_request(RequestKind::bundle, frame.body());
  return read.ok() ? RequestStatus::ok : read.error().status;
}

TEST(EventMessages, ABundleHasBothAndBothTogetherAreLimited) {
  EXPECT_EQ(status_of_bundle(1, 1), RequestStatus::ok);
  EXPECT_EQ(status_of_bundle(0, 1), RequestStatus::malformed);
  EXPECT_EQ(status_of_bundle(1, 0), RequestStatus::malformed);
  EXPECT_EQ(status_of_bundle(limits::batch_events_max - 1, 1), RequestStatus::ok);
  EXPECT_EQ(status_of_bundle(limits::batch_events_max, 1), RequestStatus::too_large);
  EXPECT_EQ(status_of_bundle(1, limits::batch_events_max), RequestStatus::too_large);
}

TEST(EventMessages, ReadEvents) {
  const auto filter = patterned<EventFilter>(3);
  Frame frame{read_events_frame_bytes};
  frame.expect_request(write_read_events(frame.room(), sample_number, filter, 77),
                       RequestKind::read_events);
  const auto read = read_request(RequestKind::read_events, frame.body());
  ASSERT_TRUE(read.ok()) << read.error().words;
  EXPECT_EQ(std::memcmp(read.value().events, &filter, sizeof(filter)), 0);
  EXPECT_EQ(read.value().min_sequence, 77U);
  EXPECT_EQ(read.value().limit, std::min<std::uint32_t>(filter.limit, limits::batch_events_max));
}

TEST(EventMessages, EventsReply) {
  for (const std::size_t count : {0U, 1U, 5U}) {
    auto events = many<RecordedEvent>(count);
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < count; ++i) {
      events[i].event.payload_bytes = static_cast<std::uint32_t>(i * 3);
      bytes += i * 3;
    }
    const auto payloads = many<std::byte>(bytes);
    Frame frame{events_reply_frame_bytes(count * sizeof(RecordedEvent), bytes)};
    frame.expect_reply(write_events_reply(frame.room(), sample_number,
                                          {.sequence = Sequence{41},
                                           .more = true,
                                           .cursor = 42,
                                           .events = events,
                                           .payloads = payloads}),
                       RequestKind::read_events);
    const auto read = read_events_reply(frame.body());
    ASSERT_TRUE(read.ok()) << read.error().words;
    EXPECT_EQ(read.value().status, RequestStatus::ok);
    EXPECT_EQ(read.value().sequence, Sequence{41});
    EXPECT_TRUE(read.value().more);
    EXPECT_EQ(read.value().cursor, 42U);
    ASSERT_EQ(read.value().events.size(), count);
    EXPECT_TRUE(same_bytes(reinterpret_cast<const std::byte*>(read.value().events.data()), events));
    EXPECT_TRUE(same_bytes(read.value().payloads.data(), payloads));
    ASSERT_EQ(read.value().payloads.size(), bytes);
  }
}

TEST(EventMessages, AReplyWhosePayloadsAreNotItsEventsIsUnreadable) {
  std::vector<RecordedEvent> events(2);
  events[1].event.payload_bytes = 4;
  const std::vector<std::byte> payloads(3);
  Frame frame{events_reply_frame_bytes(2 * sizeof(RecordedEvent), 3)};
  write_events_reply(frame.room(), sample_number, {.events = events, .payloads = payloads});
  const auto read = read_events_reply(frame.body());
  ASSERT_FALSE(read.ok());
  EXPECT_TRUE(read.error().not_readable);
}

}  // namespace
}  // namespace daybook
