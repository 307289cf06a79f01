// Lines to records by a mapping: each reason why a line is none, signs, words, encodings, trailers,
// and mappings that are refused.
#include "tools/daybook/recon/record_builder.hpp"

#include <gtest/gtest.h>

#include "tools/daybook/recon/mapping_file.hpp"

namespace daybook::recon {
namespace {

/// A line whose fields have readable bytes behind them, as the scanner's have.
class Line {
 public:
  explicit Line(std::initializer_list<std::string_view> fields) {
    text_.reserve(8'192);
    for (const std::string_view field : fields) {
      const std::size_t begin = text_.size();
      text_ += field;
      fields_.emplace_back(text_.data() + begin, field.size());
      text_.append(64, '\0');
    }
  }
  [[nodiscard]] std::span<const std::string_view> fields() const { return fields_; }

 private:
  std::string text_;
  std::vector<std::string_view> fields_;
};

struct Built {
  LineOutcome outcome = LineOutcome::invalid;
  InvalidReason reason = InvalidReason::fields;
  Record record;
};

Built build(const SourceMapping& mapping, std::initializer_list<std::string_view> header,
            std::initializer_list<std::string_view> fields) {
  const Line names{header};
  const Line line{fields};
  auto builder = RecordBuilder::make(mapping, Side::b, names.fields());
  EXPECT_TRUE(builder.ok()) << (builder.ok() ? "" : builder.error().what);
  Built built;
  built.outcome = builder.value().build(line.fields(), 77, built.record, built.reason);
  return built;
}

SourceMapping mapping_of(std::string_view json) {
  auto mapping = parse_mapping(json);
  EXPECT_TRUE(mapping.ok()) << (mapping.ok() ? "" : mapping.error().what);
  return mapping.value();
}

TEST(RecordBuilder, ReadsTheStandardColumnsInAnyOrder) {
  const Built built =
      build(SourceMapping::standard(), {"Time", "status", "currency", "fee", "amount", "reference"},
            {"2026-01-02", " Settled ", "eur", "0.30", "-12.50", "r1"});
  ASSERT_EQ(built.outcome, LineOutcome::record);
  EXPECT_EQ(reference_of(built.record.key), "r1");
  EXPECT_EQ(built.record.amount(), -1'250);
  EXPECT_EQ(built.record.fee(), 30);
  EXPECT_EQ(built.record.status(), RecordStatus::ok);
  EXPECT_EQ(built.record.side(), Side::b);
  EXPECT_EQ(built.record.offset(), 77U);
  EXPECT_EQ(currency_text(built.record.currency), "EUR");
}

TEST(RecordBuilder, SaysWhyALineIsNoRecord) {
  struct Case {
    std::initializer_list<std::string_view> fields;
    InvalidReason reason;
  };
  const std::string long_reference(limits::reference_bytes_max + 1, 'x');
  for (const Case& each : {
           Case{{"r", "1", "EUR", "ok"}, InvalidReason::fields},
           {{"r", "1", "EUR", "ok", "2026-01-02", "", "charge", "", ""}, InvalidReason::fields},
           {{"r\xff", "1", "EUR", "ok", "2026-01-02", "", "charge"}, InvalidReason::reference},
           {{"r\x01", "1", "EUR", "ok", "2026-01-02", "", "charge"}, InvalidReason::reference},
           {{long_reference, "1", "EUR", "ok", "", "", "charge"}, InvalidReason::reference},
           {{"r", "", "EUR", "ok", "2026-01-02", "", "charge"}, InvalidReason::amount},
           {{"r", "1.001", "EUR", "ok", "2026-01-02", "", "charge"}, InvalidReason::amount},
           {{"r", "1.5", "JPY", "ok", "2026-01-02", "", "charge"}, InvalidReason::amount},
           {{"r", "1", "EUR", "ok", "2026-01-02", "x", "charge"}, InvalidReason::fee},
           {{"r", "1", "", "ok", "2026-01-02", "", "charge"}, InvalidReason::currency},
           {{"r", "1", "NINELETTE", "ok", "2026-01-02", "", "charge"}, InvalidReason::currency},
           {{"r", "1", "E R", "ok", "2026-01-02", "", "charge"}, InvalidReason::currency},
           {{"r", "1", "EUR", "maybe", "2026-01-02", "", "charge"}, InvalidReason::status},
           {{"r", "1", "EUR", "ok", "2026-02-30", "", "charge"}, InvalidReason::time},
           {{"r", "1", "EUR", "ok", "2026-01-02", "", "gift"}, InvalidReason::type},
       }) {
    const Built built =
        build(SourceMapping::standard(),
              {"reference", "amount", "currency", "status", "time", "fee", "type"}, each.fields);
    EXPECT_EQ(built.outcome, LineOutcome::invalid);
    EXPECT_EQ(built.reason, each.reason);
  }
}

TEST(RecordBuilder, KnowsThatThereIsNoReference) {
  for (const std::string_view none : {"", "NOTPROVIDED", "  "}) {
    const Built built =
        build(SourceMapping::standard(), {"reference", "amount", "currency"}, {none, "1", "EUR"});
    ASSERT_EQ(built.outcome, LineOutcome::record);
    EXPECT_FALSE(built.record.has_reference()) << none;
  }
}

TEST(RecordBuilder, TakesTheSignFromAnotherColumn) {
  const SourceMapping words = mapping_of(
      R"({"columns": {"reference": "id", "amount": "sum", "sign": "way"}, "currency": "EUR",
          "minus_words": ["Out"]})");
  EXPECT_EQ(build(words, {"id", "sum", "way"}, {"r", "5", "OUT"}).record.amount(), -500);
  EXPECT_EQ(build(words, {"id", "sum", "way"}, {"r", "5", "in"}).record.amount(), 500);
  const SourceMapping columns = mapping_of(
      R"({"columns": {"reference": "id", "debit": "D", "credit": "C"}, "currency": "EUR"})");
  EXPECT_EQ(build(columns, {"id", "D", "C"}, {"r", "5", ""}).record.amount(), -500);
  EXPECT_EQ(build(columns, {"id", "D", "C"}, {"r", "", "7"}).record.amount(), 700);
  EXPECT_EQ(build(columns, {"id", "D", "C"}, {"r", "", ""}).reason, InvalidReason::amount);
}

TEST(RecordBuilder, ReadsGb18030) {
  const SourceMapping alipay = load_mapping("alipay").value();
  // "商户订单号", "收入金额（+元）", "支出金额（-元）", "发生时间", "业务类型", "对方账号".
  const std::initializer_list<std::string_view> header{
      "\xc9\xcc\xbb\xa7\xb6\xa9\xb5\xa5\xba\xc5",
      "\xca\xd5\xc8\xeb\xbd\xf0\xb6\xee\xa3\xa8+\xd4\xaa\xa3\xa9",
      "\xd6\xa7\xb3\xf6\xbd\xf0\xb6\xee\xa3\xa8-\xd4\xaa\xa3\xa9",
      "\xb7\xa2\xc9\xfa\xca\xb1\xbc\xe4",
      "\xd2\xb5\xce\xf1\xc0\xe0\xd0\xcd",
      "\xb6\xd4\xb7\xbd\xd5\xcb\xba\xc5"};
  const Built built = build(alipay, header,
                            {"T200P1\t", "88.00\t", "", "2026-01-02 08:00:00\t",
                             "\xd4\xda\xcf\xdf\xd6\xa7\xb8\xb6", "a@b.cn"});
  ASSERT_EQ(built.outcome, LineOutcome::record);
  EXPECT_EQ(reference_of(built.record.key), "T200P1");
  EXPECT_EQ(built.record.amount(), 8'800);
  EXPECT_EQ(built.record.type(), RecordType::charge);
  EXPECT_EQ(built.record.time_ns, *parse_moment("2026-01-02T00:00:00Z"));
  EXPECT_EQ(build(alipay, header, {"\xff\xff", "1", "", "", "x", ""}).reason,
            InvalidReason::reference);
}

TEST(RecordBuilder, StripsCharactersAndLeavesLinesOut) {
  const SourceMapping mapping = mapping_of(
      R"({"columns": {"reference": "id", "amount": "sum", "type": "kind"}, "currency": "CNY",
          "strip": "`", "types": {"payout": "skip", "SUCCESS": "charge"}})");
  const Built built = build(mapping, {"id", "sum", "kind"}, {"`r1", "`12.50", "`SUCCESS"});
  ASSERT_EQ(built.outcome, LineOutcome::record);
  EXPECT_EQ(reference_of(built.record.key), "r1");
  EXPECT_EQ(build(mapping, {"id", "sum", "kind"}, {"`r1", "`1", "`Payout"}).outcome,
            LineOutcome::left_out);
}

TEST(RecordBuilder, NamesAColumnThatIsMissing) {
  const Line header{"reference", "currency"};
  const auto builder = RecordBuilder::make(SourceMapping::standard(), Side::a, header.fields());
  ASSERT_FALSE(builder.ok());
  EXPECT_NE(builder.error().what.find("'amount'"), std::string::npos);
  const Line twice{"reference", "amount", "currency", "Amount"};
  EXPECT_FALSE(RecordBuilder::make(SourceMapping::standard(), Side::a, twice.fields()).ok());
}

TEST(Mapping, RefusesWhatItDoesNotUnderstand) {
  for (const std::string_view json : {"",
                                      "[]",
                                      "{",
                                      R"({"colums": {}})",
                                      R"({"columns": {"sum": "x"}})",
                                      R"({"columns": {"amount": 5}})",
                                      R"({"delimiter": ";;"})",
                                      R"({"delimiter": "\""})",
                                      R"({"encoding": "latin-1"})",
                                      R"({"skip_lines": -1})",
                                      R"({"skip_lines": 1.5})",
                                      R"({"scales": {"EUR": 19}})",
                                      R"({"statuses": {"x": "fine"}})",
                                      R"({"types": ["x"]})",
                                      R"({"encoding": "gb18030", "delimiter": "|"})",
                                      R"({"trailer": {"first_field": "T"}})",
                                      R"({"trailer": {"first_field": "T", "sum": 1}})",
                                      R"({"amounts": {"negated": true}})",
                                      R"({"currency": "E R"})",
                                      R"({"time_offset_minutes": 1441})"}) {
    EXPECT_FALSE(parse_mapping(json).ok()) << json;
  }
}

TEST(Mapping, ReadyOnesAreAllUnderstood) {
  std::vector<std::string_view> names;
  for (const ReadyMapping& ready : ready_mappings()) {
    const auto mapping = parse_mapping(ready.json);
    ASSERT_TRUE(mapping.ok()) << ready.name << ": " << mapping.error().what;
    EXPECT_EQ(mapping.value().name, ready.name);
    names.push_back(ready.name);
  }
  EXPECT_EQ(names, (std::vector<std::string_view>{"adyen", "alipay", "exchange-fills", "paypal",
                                                  "stripe", "wechat-pay"}));
  EXPECT_EQ(load_mapping("no-such-mapping").error().kind, FailureKind::not_found);
}

}  // namespace
}  // namespace daybook::recon
