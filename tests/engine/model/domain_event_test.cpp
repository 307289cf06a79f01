#include "engine/model/domain_event.hpp"

#include <gtest/gtest.h>

namespace daybook {
namespace {

TEST(ContentTypeTest, IsWrittenAndReadBack) {
  for (unsigned code = 0; code <= 0xffff; ++code) {
    const auto type = static_cast<ContentType>(code);
    const bool reserved = code > 6 && code < 1'024;
    const auto read = parse_content_type(to_text(type));
    ASSERT_EQ(read.has_value(), !reserved) << code;
    if (read) {
      ASSERT_EQ(*read, type);
    }
  }
  EXPECT_EQ(to_text(ContentType::json), "application/json");
  EXPECT_EQ(to_text(ContentType{1'024}), "own-1024");
  EXPECT_EQ(to_text(ContentType{7}), "reserved-7");
  EXPECT_EQ(parse_content_type("1024"), ContentType{1'024});
  for (const char* text : {"", "own-", "own-7", "7", "65536", "-1", "json", "1024 "}) {
    EXPECT_EQ(parse_content_type(text), std::nullopt) << text;
  }
}

TEST(DomainEventTest, ARepeatSharesTheContentHashAndNothingElseDoes) {
  DomainEvent event;
  event.id = Uint128{1, 2};
  event.aggregate_type = event.aggregate_id = event.event_type = Uint128{3, 4};
  const std::byte payload[2] = {std::byte{1}, std::byte{2}};
  event.payload_bytes = 2;
  const std::uint64_t hash = hashes_of(event, payload).content;
  DomainEvent repeat = event;
  repeat.version = 7;
  repeat.flags = event_flag::expects_version;
  repeat.timestamp = Timestamp{9};
  repeat.trace_id = TraceId{Uint128{9, 9}};
  EXPECT_EQ(hashes_of(repeat, payload).content, hash);
  const auto other = [&](auto change) {
    DomainEvent changed = event;
    change(changed);
    return hashes_of(changed, payload).content;
  };
  EXPECT_NE(other([](auto& e) { e.id.hi += 1; }), hash);
  EXPECT_NE(other([](auto& e) { e.aggregate_type.lo += 1; }), hash);
  EXPECT_NE(other([](auto& e) { e.aggregate_id.lo += 1; }), hash);
  EXPECT_NE(other([](auto& e) { e.event_type.lo += 1; }), hash);
  EXPECT_NE(other([](auto& e) { e.business_id = BusinessId{Uint128{1, 0}}; }), hash);
  EXPECT_NE(other([](auto& e) { e.user_id = UserId{1}; }), hash);
  EXPECT_NE(other([](auto& e) { e.content_type = ContentType::json; }), hash);
  const std::byte swapped[2] = {std::byte{2}, std::byte{1}};
  EXPECT_NE(hashes_of(event, swapped).content, hash);
  EXPECT_NE(hashes_of(event, swapped).payload, hashes_of(event, payload).payload);
}

}  // namespace
}  // namespace daybook
