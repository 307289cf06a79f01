// Filters of the operation log as text: each option sets its own field, and a wrong one is named.

#include "tools/daybook/text/operation_filter_text.hpp"

#include <cstring>

#include <gtest/gtest.h>

namespace daybook {
namespace {

bool same_bytes(const OperationFilter& a, const OperationFilter& b) {
  return std::memcmp(&a, &b, sizeof(a)) == 0;
}

TEST(OperationFilterTextTest, NothingGivenLetsEverythingPass) {
  const auto filter = parse_operation_filter({});
  ASSERT_TRUE(filter.ok());
  EXPECT_TRUE(same_bytes(filter.value(), OperationFilter{}));
}

TEST(OperationFilterTextTest, EachOptionSetsItsField) {
  OperationFilterTexts texts;
  texts.business = "name:order 7";
  texts.trace = "00-00000000000000000000000000000010-00f067aa0ba902b7-01";
  texts.user = "5";
  texts.client = "6";
  texts.kind = "create_transfers";
  texts.status = "not_authorised";
  texts.follows = "8";
  texts.from = "1970-01-01T00:00:01Z";
  texts.to = "2000000000";
  texts.from_sequence = "9";
  texts.to_sequence = "10";
  texts.refused = texts.newest_first = texts.facts = true;
  const auto filter = parse_operation_filter(texts);
  ASSERT_TRUE(filter.ok()) << filter.error().what;
  OperationFilter expected;
  expected.business_id = BusinessId{id_of("order 7")};
  expected.trace_id = TraceId{Uint128{16, 0}};
  expected.user_id = UserId{5};
  expected.client = ClientId{Uint128{6, 0}};
  expected.kind = RequestKind::create_transfers;
  expected.status = RequestStatus::not_authorised;
  expected.follows = TransferId{Uint128{8, 0}};
  expected.time_min = Timestamp{1'000'000'000};
  expected.time_max = Timestamp{2'000'000'000};
  expected.sequence_min = 9;
  expected.sequence_max = 10;
  expected.flags = operation_flag::by_status | operation_flag::has_refusals |
                   operation_flag::newest_first | operation_flag::with_facts;
  EXPECT_TRUE(same_bytes(filter.value(), expected));
}

TEST(OperationFilterTextTest, KindsAndStatusesMayBeNumbers) {
  OperationFilterTexts texts;
  texts.kind = "80";
  texts.status = "ok";
  const auto filter = parse_operation_filter(texts);
  ASSERT_TRUE(filter.ok());
  EXPECT_EQ(filter.value().kind, RequestKind::release_holds);
  EXPECT_EQ(filter.value().status, RequestStatus::ok);
  EXPECT_EQ(filter.value().flags, operation_flag::by_status);
  texts.status = "unknown_kind";
  EXPECT_EQ(parse_operation_filter(texts).value().status, RequestStatus::unknown_kind);
}

TEST(OperationFilterTextTest, NamesTheOptionThatIsWrong) {
  struct Row {
    std::string OperationFilterTexts::*field;
    const char* text;
    const char* words;
  };
  const Row rows[] = {
      {&OperationFilterTexts::business, "x y", "--business-id: "},
      {&OperationFilterTexts::trace, "0", "--trace: 0 means that there is none"},
      {&OperationFilterTexts::user, "-1", "--user: "},
      {&OperationFilterTexts::client, "0", "--client: 0 means"},
      {&OperationFilterTexts::kind, "nonsense", "--kind: 'nonsense' is no kind of request"},
      {&OperationFilterTexts::kind, "unknown_kind", "--kind: 'unknown_kind' is no kind"},
      {&OperationFilterTexts::status, "unknown_status", "--status: 'unknown_status' is no status"},
      {&OperationFilterTexts::follows, "", nullptr},
      {&OperationFilterTexts::from, "yesterday", "--from: "},
      {&OperationFilterTexts::to, "0", "--to: 0 means"},
      {&OperationFilterTexts::to_sequence, "0", "--to-sequence: 0 means"},
  };
  for (const Row& row : rows) {
    OperationFilterTexts texts;
    texts.*row.field = row.text;
    const auto filter = parse_operation_filter(texts);
    ASSERT_EQ(filter.ok(), row.words == nullptr) << row.text;
    if (row.words == nullptr) continue;
    EXPECT_EQ(filter.error().what.rfind(row.words, 0), 0U) << filter.error().what;
  }
}

}  // namespace
}  // namespace daybook
