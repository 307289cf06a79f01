// saga_commands, operate_sagas and list_sagas, written and read back; who gives a reason, and
// counts at the limit and past it.

#include "net/protocol/saga_messages.hpp"

#include <cstring>
#include <string>
#include <vector>

#include "net/protocol/event_messages.hpp"
#include "net/protocol/requests.hpp"
#include "tests/net/protocol/round_trip.hpp"

namespace daybook {
namespace {

TEST(SagaMessages, CommandsAreEventsUnderAnotherType) {
  const auto events = many<DomainEvent>(3);
  const auto payloads = many<std::byte>(7);
  Frame frame{append_events_frame_bytes(3, 7, 0)};
  frame.expect_request(write_append_events(frame.room(), sample_number, origin, events, payloads,
                                           {}, RequestKind::saga_commands),
                       RequestKind::saga_commands);
  const auto read = read_request(RequestKind::saga_commands, frame.body());
  ASSERT_TRUE(read.ok()) << read.error().words;
  ASSERT_EQ(read.value().event_count, 3U);
  EXPECT_TRUE(same_bytes(read.value().events, events));
  EXPECT_TRUE(same_bytes(read.value().payloads.data(), payloads));
  EXPECT_EQ(read.value().reason, "");
}

TEST(SagaMessages, AnOperatorSaysWhy) {
  for (const std::size_t bytes : {0U, 1U, 8U, 4'097U}) {
    for (const std::string& reason : {std::string{"w"}, std::string(256, 'w')}) {
      const auto events = many<DomainEvent>(2);
      const auto payloads = many<std::byte>(bytes);
      Frame frame{operate_sagas_frame_bytes(2, bytes, reason.size())};
      frame.expect_request(
          write_operate_sagas(frame.room(), sample_number, origin, events, payloads, reason),
          RequestKind::operate_sagas);
      const auto read = read_request(RequestKind::operate_sagas, frame.body());
      ASSERT_TRUE(read.ok()) << read.error().words;
      const RequestBody& body = read.value();
      EXPECT_EQ(body.origin.trace_id, origin.trace_id);
      EXPECT_EQ(body.origin.business_id, origin.business_id);
      EXPECT_EQ(body.origin.user_id, origin.user_id);
      ASSERT_EQ(body.event_count, 2U);
      EXPECT_TRUE(same_bytes(body.events, events));
      ASSERT_EQ(body.payloads.size(), bytes);
      EXPECT_TRUE(same_bytes(body.payloads.data(), payloads));
      EXPECT_EQ(body.reason, reason);
    }
  }
}

RequestStatus status_of(RequestKind kind, std::size_t count, std::size_t reason_bytes) {
  const std::vector<DomainEvent> events(count);
  Frame frame{operate_sagas_frame_bytes(count, 0, reason_bytes)};
  write_operate_sagas(frame.room(), sample_number, {}, events, {}, std::string(reason_bytes, 'w'));
  const auto read = read_request(kind, frame.body());
  if (read.ok()) return RequestStatus::ok;
  EXPECT_FALSE(read.error().not_readable);
  EXPECT_FALSE(read.error().words.empty());
  return read.error().status;
}

TEST(SagaMessages, OnlyAnOperatorHasAReasonAndEveryOneDoes) {
  constexpr auto operate = RequestKind::operate_sagas;
  EXPECT_EQ(status_of(operate, 1, 0), RequestStatus::malformed);
  EXPECT_EQ(status_of(operate, 1, limits::reason_bytes_max), RequestStatus::ok);
  EXPECT_EQ(status_of(operate, 1, limits::reason_bytes_max + 1), RequestStatus::too_large);
  for (const auto kind :
       {RequestKind::saga_commands, RequestKind::start_corrections, RequestKind::append_events,
        RequestKind::order_commands, RequestKind::payment_commands}) {
    EXPECT_EQ(status_of(kind, 1, 0), RequestStatus::ok) << to_string(kind);
    EXPECT_EQ(status_of(kind, 1, 1), RequestStatus::malformed) << to_string(kind);
  }
}

TEST(SagaMessages, CountsAtTheLimitAndPastIt) {
  for (const auto kind :
       {RequestKind::saga_commands, RequestKind::start_corrections, RequestKind::operate_sagas}) {
    const std::size_t reason = kind == RequestKind::operate_sagas ? 1 : 0;
    EXPECT_EQ(status_of(kind, 0, reason), RequestStatus::malformed);
    EXPECT_EQ(status_of(kind, limits::saga_commands_max, reason), RequestStatus::ok);
    EXPECT_EQ(status_of(kind, limits::saga_commands_max + 1, reason), RequestStatus::too_large);
  }
}

TEST(SagaMessages, ListSagas) {
  auto filter = patterned<SagaFilter>(3);
  filter.limit = 7;
  Frame frame{list_sagas_frame_bytes};
  frame.expect_request(write_list_sagas(frame.room(), sample_number, filter, 77),
                       RequestKind::list_sagas);
  const auto read = read_request(RequestKind::list_sagas, frame.body());
  ASSERT_TRUE(read.ok()) << read.error().words;
  EXPECT_EQ(std::memcmp(read.value().events, &filter, sizeof(filter)), 0);
  EXPECT_EQ(read.value().event_count, 1U);
  EXPECT_EQ(read.value().limit, 7U);
  EXPECT_EQ(read.value().min_sequence, 77U);
}

TEST(SagaMessages, APageIsLimited) {
  const auto status = [](std::uint32_t limit) {
    Frame frame{list_sagas_frame_bytes};
    SagaFilter filter;
    filter.limit = limit;
    write_list_sagas(frame.room(), sample_number, filter, 0);
    const auto read = read_request(RequestKind::list_sagas, frame.body());
    return read.ok() ? RequestStatus::ok : read.error().status;
  };
  EXPECT_EQ(status(0), RequestStatus::malformed);
  EXPECT_EQ(status(limits::sagas_page_max), RequestStatus::ok);
  EXPECT_EQ(status(limits::sagas_page_max + 1), RequestStatus::too_large);
}

}  // namespace
}  // namespace daybook
