#include "tools/daybook/text/domain_event_text.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "engine/model/ids.hpp"
#include "engine/model/sealed_text.hpp"

namespace daybook {
namespace {

std::string payload_of(const EventDraft& draft) {
  return {reinterpret_cast<const char*>(draft.payload.data()), draft.payload.size()};
}

TEST(DomainEventText, ReadsALineWithEveryField) {
  const auto draft = parse_event_line(
      R"({"id":"7","aggregate_type":"order","aggregate":"name:4711","type":"paid",)"
      R"("content_type":"text/plain","expect_version":3,"business_id":"name:b","user_id":5,)"
      R"("trace_id":"0af7651916cd43dd8448eb211c80319c","data":"hello"})");
  ASSERT_TRUE(draft.ok()) << draft.error().what;
  const DomainEvent& event = draft.value().event;
  EXPECT_EQ(event.id, (Uint128{7, 0}));
  EXPECT_EQ(event.aggregate_type, id_of("order"));
  EXPECT_EQ(event.aggregate_id, id_of("4711"));
  EXPECT_EQ(event.event_type, id_of("paid"));
  EXPECT_EQ(event.content_type, ContentType::text);
  EXPECT_EQ(event.flags, event_flag::expects_version);
  EXPECT_EQ(event.version, 3U);
  EXPECT_EQ(event.business_id, BusinessId{id_of("b")});
  EXPECT_EQ(event.user_id, UserId{5});
  EXPECT_FALSE(event.trace_id.value().is_zero());
  EXPECT_EQ(payload_of(draft.value()), "hello");
  EXPECT_EQ(draft.value().names.size(), 4U);
}

TEST(DomainEventText, DataThatIsNoTextStandsForItsJson) {
  const auto draft =
      parse_event_line(R"({"aggregate_type":"1","aggregate":"2","type":"3","data":{"a":[1,"b"]}})");
  ASSERT_TRUE(draft.ok()) << draft.error().what;
  EXPECT_EQ(payload_of(draft.value()), R"({"a":[1,"b"]})");
  EXPECT_EQ(draft.value().event.content_type, ContentType::json);
  EXPECT_EQ(draft.value().event.aggregate_type, (Uint128{1, 0}));
  EXPECT_TRUE(draft.value().names.empty());
  EXPECT_FALSE(draft.value().event.id.is_zero());  // Made.
}

TEST(DomainEventText, ExpectedVersionsAreNumbersNoneOrAny) {
  EventDraft draft;
  ASSERT_TRUE(set_event_field(draft, "expect_version", "4").ok());
  EXPECT_EQ(draft.event.version, 4U);
  ASSERT_TRUE(set_event_field(draft, "expect_version", "any").ok());
  EXPECT_EQ(draft.event.flags, 0);
  EXPECT_EQ(draft.event.version, 0U);
  ASSERT_TRUE(set_event_field(draft, "expect_version", "none").ok());
  EXPECT_EQ(draft.event.flags, event_flag::expects_version);
  EXPECT_EQ(draft.event.version, 0U);
  EXPECT_FALSE(set_event_field(draft, "expect_version", "some").ok());
}

TEST(DomainEventText, RefusesWhatIsWrongInWords) {
  const std::pair<const char*, const char*> rows[] = {
      {"[]", "it is no JSON object"},
      {"{", "it is no JSON object"},
      {R"({"colour":"red"})", "there is no field 'colour'"},
      {R"({"id":[1]})", "id: a value is a string"},
      {R"({"id":-1})", "id: a value is a string"},
      {R"({"aggregate":"2","type":"3"})", "the event needs an aggregate type"},
      {R"({"aggregate_type":"1","type":"3"})", "the event needs an aggregate"},
      {R"({"aggregate_type":"1","aggregate":"2"})", "the event needs a type"},
      {R"({"aggregate_type":"1","aggregate":"order","type":"3"})",
       "aggregate: 'order' is not an id"},
      {R"({"aggregate_type":"1","aggregate":"2","type":"3","data":"a","data_hex":"61"})",
       "data and data_hex"},
      {R"({"aggregate_type":"1","aggregate":"2","type":"3","data_hex":"6"})", "hexadecimal"},
      {R"({"aggregate_type":"1","aggregate":"2","type":"3","content_type":"nonsense"})",
       "is no content type"},
  };
  for (const auto& [line, words] : rows) {
    const auto draft = parse_event_line(line);
    ASSERT_FALSE(draft.ok()) << line;
    EXPECT_NE(draft.error().what.find(words), std::string::npos) << draft.error().what;
  }
}

TEST(DomainEventText, APayloadIsShownAsTextWhereItIsOne) {
  const auto bytes = [](std::string_view text) { return std::as_bytes(std::span{text}); };
  std::string text;
  append_payload(text, bytes("a\n\"b\""));
  EXPECT_EQ(text, R"(,"data":"a\n\"b\"")");
  text.clear();
  append_payload(text, bytes(std::string_view{"\x00\xff", 2}));
  EXPECT_EQ(text, R"(,"data_hex":"00ff")");
  EXPECT_EQ(payload_preview(bytes("one\ntwo")), "one two");
  EXPECT_EQ(payload_preview(bytes(std::string_view{"\x00", 1})), "(1 bytes)");
  EXPECT_EQ(payload_preview(bytes(std::string(60, 'a'))), std::string(48, 'a') + "... (60 bytes)");
}

TEST(DomainEventText, ASealedTextIsMaskedWhereverAPayloadIsShown) {
  SealedText sealed;
  sealed.size = sealed_beside_bytes + 22;
  const auto head = sealed_head(Uint128{1, 0xabcd'ef01'0000'0000});
  std::copy(head.begin(), head.end(), sealed.bytes.begin());
  const auto bytes = [](std::string_view text) { return std::as_bytes(std::span{text}); };
  const std::string inside = "{\"iban\":\"" + to_text(sealed) + "\"}";
  std::string text;
  append_payload(text, bytes(inside));
  EXPECT_EQ(text, R"(,"data":"{\"iban\":\"secret:abcdef01\"}")");
  text.clear();
  append_payload(text, bytes(std::string(1, '\0') + to_text(sealed)));
  EXPECT_EQ(text, R"(,"data_hex":"007365637265743a6162636465663031")");
  EXPECT_EQ(payload_preview(bytes(inside)), R"({"iban":"secret:abcdef01"})");
  const std::string json = to_json(RecordedEvent{}, bytes(inside)).str();
  EXPECT_NE(json.find("secret:abcdef01"), std::string::npos);
  EXPECT_EQ(json.find("sealed:"), std::string::npos);
}

}  // namespace
}  // namespace daybook
