// append_events: every fault in order, alone and in pairs, all or nothing, versions and repeats; on
// the engine and the model alike.

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/engine/ledger/ledger_fixture.hpp"

namespace daybook::test {
namespace {

using Status = AppendEventStatus;

struct Row {
  Status status;
  std::function<void(AskedEvent&)> spoil;
};

void set_payload(AskedEvent& asked, std::size_t bytes) {
  asked.payload.assign(bytes, 'x');
  asked.event.payload_bytes = static_cast<std::uint32_t>(bytes);
}

/// Faults of the event itself, in the order of checking.
const std::vector<Row>& rows() {
  static const std::vector<Row> all = {
      {Status::timestamp_must_be_zero, [](auto& e) { e.event.timestamp = Timestamp{1}; }},
      {Status::reserved_flag, [](auto& e) { e.event.flags = 2; }},
      {Status::reserved_flag, [](auto& e) { e.event.flags = 0x8000; }},
      {Status::id_must_not_be_zero, [](auto& e) { e.event.id = {}; }},
      {Status::aggregate_type_must_not_be_zero, [](auto& e) { e.event.aggregate_type = {}; }},
      {Status::aggregate_id_must_not_be_zero, [](auto& e) { e.event.aggregate_id = {}; }},
      {Status::event_type_must_not_be_zero, [](auto& e) { e.event.event_type = {}; }},
      {Status::content_type_reserved, [](auto& e) { e.event.content_type = ContentType{7}; }},
      {Status::content_type_reserved, [](auto& e) { e.event.content_type = ContentType{1'023}; }},
      {Status::payload_too_large, [](auto& e) { set_payload(e, 65'537); }},
      {Status::version_must_be_zero, [](auto& e) { e.event.version = 1; }},
  };
  return all;
}

class EventStatusTest : public LedgerTest {
 protected:
  explicit EventStatusTest(LedgerSettings settings = {}) : LedgerTest{settings} {}

  /// Event `id` of the stream (type 7, `aggregate`).
  static AskedEvent event(std::uint64_t id, std::uint64_t aggregate = 1) {
    AskedEvent asked;
    asked.event.id = Uint128{id, 9};
    asked.event.aggregate_type = Uint128{7, 0};
    asked.event.aggregate_id = Uint128{aggregate, 0};
    asked.event.event_type = Uint128{3, 0};
    asked.payload = "payload " + std::to_string(id);
    asked.event.payload_bytes = static_cast<std::uint32_t>(asked.payload.size());
    return asked;
  }
  static AskedEvent expecting(std::uint64_t version, AskedEvent asked) {
    asked.event.flags = event_flag::expects_version;
    asked.event.version = version;
    return asked;
  }

  BatchReply append(const std::vector<AskedEvent>& events) {
    WriteRequest request;
    request.kind = RequestKind::append_events;
    request.events = events;
    return submit(request);
  }
  Statuses statuses(const std::vector<AskedEvent>& events) {
    const BatchReply reply = append(events);
    EXPECT_EQ(reply.status, RequestStatus::ok);
    Statuses all;
    for (std::uint32_t i = 0; i < events.size(); ++i) {
      all.push_back(status_name(RequestKind::append_events, reply.status_of(i)));
    }
    return all;
  }
  std::string status_of(const AskedEvent& asked) { return statuses({asked}).at(0); }
};

TEST_P(EventStatusTest, AnswersEachFaultAlone) {
  for (const Row& row : rows()) {
    AskedEvent asked = event(1);
    row.spoil(asked);
    EXPECT_EQ(status_of(asked), to_string(row.status));
  }
  EXPECT_EQ(status_of(event(1)), "created");
}

TEST_P(EventStatusTest, AnswersTheEarlierOfAnyTwoFaults) {
  for (std::size_t i = 0; i < rows().size(); ++i) {
    for (std::size_t k = i + 1; k < rows().size(); ++k) {
      if (rows()[i].status == rows()[k].status) continue;
      AskedEvent asked = event(1);
      rows()[k].spoil(asked);
      rows()[i].spoil(asked);
      ASSERT_EQ(status_of(asked), to_string(rows()[i].status)) << to_string(rows()[k].status);
    }
  }
}

TEST_P(EventStatusTest, AFaultOfItsOwnComesBeforeWhatIsKnown) {
  EXPECT_EQ(status_of(event(1)), "created");
  for (const Row& row : rows()) {
    AskedEvent asked = event(1);
    row.spoil(asked);
    ASSERT_EQ(status_of(asked), to_string(row.status));
  }
}

TEST_P(EventStatusTest, APayloadHasUpToItsLimitAndNotOneByteMore) {
  AskedEvent asked = event(1);
  set_payload(asked, limits::event_payload_bytes_max);
  EXPECT_EQ(status_of(asked), "created");
  EXPECT_EQ(status_of(asked), "exists");
  AskedEvent empty = event(2);
  set_payload(empty, 0);
  EXPECT_EQ(status_of(empty), "created");
}

TEST_P(EventStatusTest, PayloadsThatAreNotTheEventsAreMalformed) {
  for (const std::uint32_t bytes : {0U, 8U, 10U, ~0U}) {
    AskedEvent asked = event(1);
    asked.event.payload_bytes = bytes;
    EXPECT_EQ(append({asked}).status, RequestStatus::malformed) << bytes;
  }
  WriteRequest transfers;
  transfers.kind = RequestKind::create_transfers;
  EXPECT_EQ(submit(transfers).status, RequestStatus::ok);
}

TEST_P(EventStatusTest, AnIdIsGoodForOneEventForEver) {
  const std::vector<Row> differences = {
      {Status::exists_with_different_aggregate_type,
       [](auto& e) { e.event.aggregate_type.hi = 1; }},
      {Status::exists_with_different_aggregate_id, [](auto& e) { e.event.aggregate_id.hi = 1; }},
      {Status::exists_with_different_event_type, [](auto& e) { e.event.event_type.hi = 1; }},
      {Status::exists_with_different_content_type,
       [](auto& e) { e.event.content_type = ContentType::json; }},
      {Status::exists_with_different_business_id,
       [](auto& e) {
         e.event.business_id = BusinessId{Uint128{1, 0}};
       }},
      {Status::exists_with_different_user_id, [](auto& e) { e.event.user_id = UserId{1}; }},
      {Status::exists_with_different_payload, [](auto& e) { e.payload[0] = 'P'; }},
      {Status::exists_with_different_payload, [](auto& e) { set_payload(e, 3); }},
  };
  EXPECT_EQ(status_of(event(1)), "created");
  for (std::size_t i = 0; i < differences.size(); ++i) {
    for (std::size_t k = i; k < differences.size(); ++k) {
      AskedEvent asked = event(1);
      differences[k].spoil(asked);
      differences[i].spoil(asked);
      ASSERT_EQ(status_of(asked), to_string(differences[i].status)) << i << " " << k;
    }
  }
  // What the repeat of a request may say otherwise: who traces it, what was expected.
  AskedEvent again = expecting(77, event(1));
  again.event.trace_id = TraceId{Uint128{5, 5}};
  EXPECT_EQ(status_of(again), "exists");
}

TEST_P(EventStatusTest, ExistsTellsTheOriginalsTimestamp) {
  set_clock(1'000);
  const BatchReply first = append({event(1), event(2)});
  set_clock(9'000);
  const BatchReply again = append({event(1), event(2)});
  ASSERT_EQ(again.refused.size(), 2U);
  EXPECT_EQ(again.refused[0].timestamp, first.first_timestamp);
  EXPECT_EQ(again.refused[1].timestamp.value(), first.first_timestamp.value() + 1);
}

// Fault 38: expected versions.
TEST_P(EventStatusTest, ExpectedVersionsAreExact) {
  EXPECT_EQ(status_of(expecting(1, event(1))), "version_mismatch");
  EXPECT_EQ(status_of(expecting(0, event(1))), "created");
  EXPECT_EQ(status_of(expecting(0, event(2))), "version_mismatch");
  EXPECT_EQ(status_of(expecting(2, event(2))), "version_mismatch");
  EXPECT_EQ(status_of(expecting(1, event(2))), "created");
  EXPECT_EQ(status_of(event(3)), "created");  // Any.
  EXPECT_EQ(status_of(expecting(3, event(4))), "created");
  EXPECT_EQ(status_of(expecting(0, event(5, 2))), "created");  // Another stream.
  AskedEvent other_type = expecting(0, event(6));
  other_type.event.aggregate_type.lo += 1;
  EXPECT_EQ(status_of(other_type), "created");
}

TEST_P(EventStatusTest, LaterEventsOfARequestSeeTheEarlierOnesVersions) {
  EXPECT_EQ(statuses({expecting(0, event(1)), expecting(0, event(2, 2)), expecting(1, event(3)),
                      event(4), expecting(3, event(5)), expecting(1, event(6, 2))}),
            Statuses(6, "created"));
  EXPECT_EQ(statuses({expecting(4, event(7)), expecting(4, event(8))}),
            (Statuses{"linked_event_failed", "version_mismatch"}));
  EXPECT_EQ(status_of(expecting(4, event(7))), "created");
}

TEST_P(EventStatusTest, ARequestIsAppendedAsAWholeOrNotAtAll) {
  for (std::uint32_t bad = 0; bad < 3; ++bad) {
    std::vector<AskedEvent> events = {event(1), event(2, 2), event(3)};
    events[bad].event.event_type = {};
    Statuses expected(3, "linked_event_failed");
    expected[bad] = "event_type_must_not_be_zero";
    EXPECT_EQ(statuses(events), expected);
  }
  EXPECT_EQ(statuses({expecting(0, event(1)), expecting(0, event(2, 2)), expecting(1, event(3))}),
            Statuses(3, "created"));
}

TEST_P(EventStatusTest, TheWholeRequestAgainExistsAndAPartOfItIsRefused) {
  EXPECT_EQ(statuses({event(1), event(2)}), Statuses(2, "created"));
  EXPECT_EQ(statuses({event(1), event(2)}), Statuses(2, "exists"));
  EXPECT_EQ(statuses({event(2), event(1)}), Statuses(2, "exists"));
  EXPECT_EQ(statuses({event(2)}), Statuses(1, "exists"));
  EXPECT_EQ(statuses({event(1), event(2), event(3)}),
            (Statuses{"linked_event_failed", "linked_event_failed", "exists_in_part"}));
  EXPECT_EQ(statuses({event(3), event(1), event(2)}),
            (Statuses{"linked_event_failed", "exists_in_part", "linked_event_failed"}));
  EXPECT_EQ(status_of(expecting(2, event(3))), "created");
}

TEST_P(EventStatusTest, AnIdComesOnceInARequest) {
  EXPECT_EQ(statuses({event(1), event(2), event(1)}),
            (Statuses{"linked_event_failed", "linked_event_failed", "id_repeated_in_request"}));
  EXPECT_EQ(statuses({event(1), event(2)}), Statuses(2, "created"));
}

TEST_P(EventStatusTest, OfRacingWritersWhoExpectTheSameVersionOneWins) {
  constexpr std::uint64_t writers = 8;
  std::uint64_t id = 0;
  for (std::uint64_t version = 0; version < 50; ++version) {
    std::uint64_t won = 0;
    for (std::uint64_t writer = 0; writer < writers; ++writer) {
      const std::string status = status_of(expecting(version, event(++id)));
      if (status == "created") ++won;
      if (status != "created") {
        ASSERT_EQ(status, "version_mismatch");
      }
    }
    ASSERT_EQ(won, 1U);
  }
}

TEST_P(EventStatusTest, EventsBringNames) {
  WriteRequest request;
  request.kind = RequestKind::append_events;
  request.events = {event(1)};
  request.names = {make_name(NameKind::aggregate_type, Uint128{7, 0}, "order"),
                   make_name(NameKind::aggregate, Uint128{1, 0}, "4711")};
  const BatchReply reply = submit(request);
  EXPECT_EQ(reply.status, RequestStatus::ok);
  EXPECT_EQ(reply.status_of(0), 0U);
  request.events = {event(2)};
  request.names[0].set_text("another");
  EXPECT_EQ(submit(request).status, RequestStatus::name_conflict);
  EXPECT_EQ(status_of(expecting(1, event(2))), "created");
}

TEST_P(EventStatusTest, ALargeRequestIsAppendedAndFoundAgain) {
  std::vector<AskedEvent> events;
  for (std::uint64_t id = 1; id <= limits::batch_events_max; ++id) {
    events.push_back(event(id, id % 100 + 1));
  }
  EXPECT_EQ(append(events).refused.size(), 0U);
  const BatchReply again = append(events);
  EXPECT_EQ(again.refused.size(), events.size());
  EXPECT_EQ(status_name(RequestKind::append_events, again.status_of(77)), "exists");
}

DAYBOOK_ON_EVERY_LEDGER(EventStatusTest);

class EventRoomTest : public EventStatusTest {
 protected:
  EventRoomTest() : EventStatusTest{settings()} {}
  static LedgerSettings settings() {
    LedgerSettings settings;
    settings.streams_max = 2;
    settings.event_ids_max = 4;
    return settings;
  }
};

TEST_P(EventRoomTest, IsFullAtItsLimits) {
  EXPECT_EQ(statuses({event(1, 1), event(2, 2), event(3, 3)}),
            (Statuses{"linked_event_failed", "linked_event_failed", "too_many_streams"}));
  EXPECT_EQ(statuses({event(1, 1), event(2, 2)}), Statuses(2, "created"));
  EXPECT_EQ(status_of(event(3, 3)), "too_many_streams");
  EXPECT_EQ(statuses({event(3, 1), event(4, 2), event(5, 1)}),
            (Statuses{"linked_event_failed", "linked_event_failed", "too_many_events"}));
  EXPECT_EQ(statuses({event(3, 1), event(4, 2)}), Statuses(2, "created"));
  EXPECT_EQ(status_of(event(5, 1)), "too_many_events");
  EXPECT_EQ(status_of(expecting(1, event(5, 1))), "version_mismatch");
  EXPECT_EQ(status_of(event(4, 2)), "exists");
}

DAYBOOK_ON_EVERY_LEDGER(EventRoomTest);

}  // namespace
}  // namespace daybook::test
