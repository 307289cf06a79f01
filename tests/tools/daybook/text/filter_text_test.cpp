// Filters of queries as text: each option sets its own field, and a wrong one is named.

#include "tools/daybook/text/filter_text.hpp"

#include <bit>

#include <gtest/gtest.h>

namespace daybook {
namespace {

bool same_bytes(const QueryFilter& a, const QueryFilter& b) {
  using Bytes = std::array<std::byte, sizeof(QueryFilter)>;
  return std::bit_cast<Bytes>(a) == std::bit_cast<Bytes>(b);
}

TEST(FilterTextTest, NothingGivenLetsEverythingPass) {
  const auto filter = parse_filter({});
  ASSERT_TRUE(filter.ok());
  EXPECT_TRUE(same_bytes(filter.value(), QueryFilter{}));
}

TEST(FilterTextTest, EachOptionSetsItsField) {
  FilterTexts texts;
  texts.from = "1970-01-01T00:00:01Z";
  texts.to = "2000000000";
  texts.business = "name:order 7";
  texts.trace = "00000000000000000000000000000010";
  texts.user = "5";
  texts.tag = "6";
  texts.ledger = "978";
  texts.code = "7";
  texts.credits = true;
  texts.newest_first = true;
  const auto filter = parse_filter(texts);
  ASSERT_TRUE(filter.ok()) << filter.error().what;
  QueryFilter expected;
  expected.timestamp_min = Timestamp{1'000'000'000};
  expected.timestamp_max = Timestamp{2'000'000'000};
  expected.business_id = BusinessId{id_of("order 7")};
  expected.trace_id = TraceId{Uint128{16, 0}};
  expected.user_id = UserId{5};
  expected.tag = Tag{6};
  expected.ledger = LedgerId{978};
  expected.code = Code{7};
  expected.flags = query_flag::credits | query_flag::newest_first;
  EXPECT_TRUE(same_bytes(filter.value(), expected));
  texts.credits = texts.newest_first = false;
  texts.debits = true;
  EXPECT_EQ(parse_filter(texts).value().flags, query_flag::debits);
}

TEST(FilterTextTest, AFaultIsRefusedWithItsOption) {
  struct Fault {
    std::string FilterTexts::*field;
    const char* text;
    const char* words;
  };
  const Fault faults[] = {{&FilterTexts::from, "yesterday", "--from: 'yesterday' is not a time"},
                          {&FilterTexts::to, "x", "--to: 'x' is not a time"},
                          {&FilterTexts::to, "0", "--to: nothing has happened"},
                          {&FilterTexts::business, "order", "--business: 'order' is not an id"},
                          {&FilterTexts::trace, "x", "--trace: 'x' is not an id"},
                          {&FilterTexts::user, "18446744073709551616", "--user: "},
                          {&FilterTexts::tag, "4294967296", "--tag: "},
                          {&FilterTexts::ledger, "EUR", "--ledger: 'EUR' is not a whole number"},
                          {&FilterTexts::code, "65536", "--code: '65536' is not a whole number"}};
  for (const Fault& fault : faults) {
    FilterTexts texts;
    texts.*fault.field = fault.text;
    const auto filter = parse_filter(texts);
    ASSERT_FALSE(filter.ok()) << fault.words;
    EXPECT_EQ(filter.error().what.find(fault.words), 0U) << filter.error().what;
  }
}

TEST(FilterTextTest, AZeroThatWouldLetEverythingPassIsRefused) {
  for (const auto field : {&FilterTexts::business, &FilterTexts::trace, &FilterTexts::user,
                           &FilterTexts::tag, &FilterTexts::ledger, &FilterTexts::code}) {
    FilterTexts texts;
    texts.*field = "0";
    const auto filter = parse_filter(texts);
    ASSERT_FALSE(filter.ok());
    EXPECT_NE(filter.error().what.find("cannot be asked for"), std::string::npos);
  }
}

TEST(FilterTextTest, AnEndBeforeTheBeginningIsRefused) {
  FilterTexts texts;
  texts.from = "2";
  texts.to = "1";
  ASSERT_FALSE(parse_filter(texts).ok());
  texts.to = "2";
  EXPECT_TRUE(parse_filter(texts).ok()) << "both ends are included";
}

}  // namespace
}  // namespace daybook
