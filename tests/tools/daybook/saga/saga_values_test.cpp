// Values of sagas as people write them: each type, right and wrong, read and shown; and that all
// that a definition asks for is given, once, and nothing else.

#include "tools/daybook/saga/saga_values.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "engine/model/sealed_text.hpp"
#include "tools/daybook/text/id_text.hpp"

namespace daybook {
namespace {

LedgerBook book() {
  Ledger euro;
  euro.id = LedgerId{978};
  euro.scale = 2;
  euro.set_name("EUR");
  LedgerBook ledgers;
  ledgers.put(euro);
  return ledgers;
}

/// What is read of `text`, shown; or what is wrong.
std::string shown(ValueType type, std::string_view text) {
  const LedgerBook ledgers = book();
  const auto value = parse_saga_value(type, text, ledgers);
  if (!value) return "wrong: " + value.error().what;
  std::vector<std::byte> bytes;
  put_value(bytes, value.value());
  SagaValueReader reader{bytes};
  EXPECT_TRUE(reader.next(type)) << "what is read can be sent: " << text;
  return format_saga_value(value.value(), ledgers);
}

TEST(SagaValuesTest, ReadsAndShowsEachType) {
  EXPECT_EQ(shown(ValueType::account, "7"), "7");
  EXPECT_EQ(shown(ValueType::id, "0x10"), "16");
  EXPECT_EQ(shown(ValueType::account, "name:shop"), format_id(id_of("shop")));
  EXPECT_EQ(shown(ValueType::money, "12.50 978"), "12.50 978");
  EXPECT_EQ(shown(ValueType::u64, "9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(shown(ValueType::text, "tea, green"), "tea, green");
  EXPECT_EQ(shown(ValueType::text, ""), "");
  EXPECT_EQ(shown(ValueType::timestamp, "1970-01-01T00:00:01Z"), "1970-01-01T00:00:01.000000000Z");
  EXPECT_EQ(shown(ValueType::secret, "DE12"), "***");
}

TEST(SagaValuesTest, MasksWhatIsSealedWhateverItsType) {
  SealedText sealed;
  sealed.size = sealed_beside_bytes + 70;
  const auto head = sealed_head(Uint128{1, 0xabcd'ef01'0000'0000});
  std::copy(head.begin(), head.end(), sealed.bytes.begin());
  const std::string text = to_text(sealed);
  EXPECT_GT(text.size(), limits::saga_text_bytes_max);
  EXPECT_EQ(shown(ValueType::secret, text), "secret:abcdef01");
  sealed.size = sealed_beside_bytes + 22;
  EXPECT_EQ(shown(ValueType::text, "see " + to_text(sealed)), "see secret:abcdef01");
}

TEST(SagaValuesTest, SaysWhatIsWrong) {
  const std::pair<ValueType, std::string> wrong[] = {
      {ValueType::account, "0"},
      {ValueType::account, "shop"},
      {ValueType::id, ""},
      {ValueType::money, "12.50"},
      {ValueType::money, "12.505 978"},
      {ValueType::money, "12.50 979"},
      {ValueType::money, "0 978"},
      {ValueType::money, "-1 978"},
      {ValueType::money, "1 4294967296"},
      {ValueType::u64, "9223372036854775808"},
      {ValueType::u64, "-1"},
      {ValueType::u64, "1.5"},
      {ValueType::text, "\x01"},
      {ValueType::text, std::string(161, 'x')},
      {ValueType::timestamp, "today"},
      {ValueType::truth, "1"},
  };
  for (const auto& [type, text] : wrong) {
    EXPECT_TRUE(shown(type, text).starts_with("wrong: ")) << to_string(type) << " " << text;
  }
  EXPECT_EQ(shown(ValueType::text, std::string(160, 'x')), std::string(160, 'x'));
}

const std::vector<SagaField> fields = {
    {"order", ValueType::id}, {"price", ValueType::money}, {"sku", ValueType::text}};

std::string all_shown(const std::vector<std::string>& pairs) {
  const LedgerBook ledgers = book();
  const auto written = read_pairs(pairs);
  if (!written) return written.error().what;
  const auto values = parse_saga_values(fields, written.value(), ledgers);
  if (!values) return values.error().what;
  std::vector<std::byte> bytes;
  for (const SagaValue& each : values.value()) put_value(bytes, each);
  return saga_values_text(fields, bytes, ledgers);
}

TEST(SagaValuesTest, AllThatIsAskedForIsGivenOnceInAnyOrder) {
  EXPECT_EQ(all_shown({"sku=a=b", "price=1 978", "order=5"}),
            "order = 5, price = 1.00 978, sku = a=b");
  EXPECT_EQ(all_shown({"sku=a", "price=1 978"}),
            "order: it is missing; asked for are order (id), price (money), sku (text)");
  EXPECT_EQ(all_shown({"sku=a", "price=1 978", "order=5", "colour=red"}),
            "colour: it is not asked for; asked for are order (id), price (money), sku (text)");
  EXPECT_EQ(all_shown({"sku=a", "sku=a", "price=1 978", "order=5"}), "sku: it is given twice");
  EXPECT_EQ(all_shown({"order"}), "'order' is no value: write name=value");
  EXPECT_EQ(all_shown({"=5"}), "'=5' is no value: write name=value");
}

TEST(SagaValuesTest, ReadsAJsonObject) {
  const auto written = read_pairs_of_json(R"({"order": 5, "price": "1.00 978", "sku": "tea"})");
  ASSERT_TRUE(written.ok()) << written.error().what;
  const WrittenValues expected{{"order", "5"}, {"price", "1.00 978"}, {"sku", "tea"}};
  EXPECT_EQ(written.value(), expected);
  for (const char* json : {"", "[]", "5", R"({"a": -1})", R"({"a": 1.5})", R"({"a": null})",
                           R"({"a": {"b": 1}})", R"({"a": true})", R"({"a")"}) {
    EXPECT_FALSE(read_pairs_of_json(json).ok()) << json;
  }
}

TEST(SagaValuesTest, BytesThatAreNoValuesAreShownAsNothing) {
  const std::vector<std::byte> bytes(7);
  EXPECT_EQ(saga_values_text(fields, bytes, book()), "");
  EXPECT_EQ(saga_values_json(fields, bytes, book()).str(), "{}");
}

}  // namespace
}  // namespace daybook
