// Each code of a pair or a single record on its own, from the fewest fields that make it.
#include "engine/recon/pair_rules.hpp"

#include <gtest/gtest.h>

#include "tests/engine/recon/recon_records.hpp"

namespace daybook::recon {
namespace {

using test::record;

constexpr std::int64_t day_ns = 86'400'000'000'000;

Record with(Record base, const std::function<void(Record&)>& change) {
  change(base);
  return base;
}

Record with_status(Record base, RecordStatus status) {
  base.set_place(base.side(), base.type(), status, base.offset());
  return base;
}

Record with_type(Record base, RecordType type) {
  base.set_place(base.side(), type, base.status(), base.offset());
  return base;
}

TEST(PairRules, SayNothingOfEqualRecords) {
  EXPECT_EQ(codes_of_pair(record(Side::a), record(Side::b), {}), CodeSet{});
}

TEST(PairRules, NameWhatDiffersByItsGravestCode) {
  struct Case {
    const char* what;
    std::function<void(Record&)> change_a;
    std::function<void(Record&)> change_b;
    Code primary;
  };
  const auto nothing = [](Record&) {};
  const auto amount = [](i128 value) { return [value](Record& r) { r.set_amount(value); }; };
  const auto fee = [](i128 value) { return [value](Record& r) { r.set_fee(value); }; };
  const auto status = [](RecordStatus s) { return [s](Record& r) { r = with_status(r, s); }; };
  const std::vector<Case> cases{
      {"more in B", nothing, amount(1'250), Code::amount_short},
      {"less in B", nothing, amount(750), Code::amount_over},
      {"one minor unit", nothing, amount(1'001), Code::rounding},
      {"one minor unit less", nothing, amount(999), Code::rounding},
      {"fee in B only, same gross", nothing, fee(30), Code::fee_mismatch},
      {"A is B's net", amount(970), fee(30), Code::net_gross},
      {"B is A's net", fee(30), amount(970), Code::net_gross},
      {"other currency", nothing, [](Record& r) { r.currency = currency_of_text("USD"); },
       Code::currency_mismatch},
      {"failed in B", nothing, status(RecordStatus::failed), Code::status_a_ok_b_failed},
      {"open in A", status(RecordStatus::open), nothing, Code::status_a_open_b_ok},
      {"failed in A: not moved there", status(RecordStatus::failed), nothing, Code::amount_short},
      {"still open in B", nothing, status(RecordStatus::open), Code::amount_over},
      {"reversed in B", nothing, status(RecordStatus::reversed), Code::reversed},
      {"refunded in A", status(RecordStatus::refunded), nothing, Code::refunded},
      {"charged back in B", nothing, status(RecordStatus::charged_back), Code::chargeback},
      {"refund against charge", nothing, [](Record& r) { r = with_type(r, RecordType::refund); },
       Code::type_mismatch},
      {"other party", [](Record& r) { r.party = 5; }, [](Record& r) { r.party = 6; },
       Code::party_mismatch},
      {"settled otherwise", [](Record& r) { r.settlement = 5; },
       [](Record& r) { r.settlement = 6; }, Code::fx_difference},
      {"settlement and amount", [](Record& r) { r.settlement = 5; },
       [](Record& r) {
         r.settlement = 6;
         r.set_amount(2'000);
       },
       Code::amount_short},
      {"a party that only one side knows", [](Record& r) { r.party = 5; }, nothing, Code::matched},
      {"a settlement that only one side knows", nothing, [](Record& r) { r.settlement = 5; },
       Code::matched},
      {"neither moved anything", status(RecordStatus::open), status(RecordStatus::failed),
       Code::matched},
  };
  for (const Case& each : cases) {
    const Record a = with(record(Side::a), each.change_a);
    const Record b = with(record(Side::b), each.change_b);
    EXPECT_EQ(primary_of(codes_of_pair(a, b, {})), each.primary) << each.what;
  }
}

TEST(PairRules, GrantAToleranceUpToItsAmountAndNotOneMore) {
  const PairRules rules{.tolerances = {{.currency = currency_of_text("EUR"), .amount = 5}},
                        .window_ns = {}};
  Record b = record(Side::b);
  b.set_amount(1'005);
  EXPECT_EQ(primary_of(codes_of_pair(record(Side::a), b, rules)), Code::matched_tolerance);
  b.set_amount(1'006);
  EXPECT_EQ(primary_of(codes_of_pair(record(Side::a), b, rules)), Code::amount_short);
  b.set_amount(995);
  EXPECT_EQ(primary_of(codes_of_pair(record(Side::a), b, rules)), Code::matched_tolerance);
  b.set_amount(994);
  EXPECT_EQ(primary_of(codes_of_pair(record(Side::a), b, rules)), Code::amount_over);
}

TEST(PairRules, NoteADateOutsideOfTheWindow) {
  const PairRules rules{.tolerances = {}, .window_ns = day_ns};
  Record a = record(Side::a);
  Record b = record(Side::b);
  b.time_ns = a.time_ns + day_ns;
  EXPECT_EQ(codes_of_pair(a, b, rules), CodeSet{});
  b.time_ns += 1;
  EXPECT_EQ(codes_of_pair(a, b, rules), CodeSet{Code::date_mismatch});
  EXPECT_EQ(primary_of(codes_of_pair(a, b, rules)), Code::matched);
  b.time_ns = no_time;
  EXPECT_EQ(codes_of_pair(a, b, rules), CodeSet{});
}

TEST(PairRules, CallASingleRecordPendingOnlyWhileItsPartnerMayStillCome) {
  Record a = record(Side::a);
  Record b = record(Side::b);
  PairRules rules;
  EXPECT_EQ(code_of_single(a, rules), Code::a_only);
  EXPECT_EQ(code_of_single(b, rules), Code::b_only);
  rules.window_ns = 2 * day_ns;
  rules.newest_b = a.time_ns + 2 * day_ns;
  EXPECT_EQ(code_of_single(a, rules), Code::a_only);
  rules.newest_b -= 1;
  EXPECT_EQ(code_of_single(a, rules), Code::a_pending);
  rules.newest_a = b.time_ns;
  EXPECT_EQ(code_of_single(b, rules), Code::b_only);
  rules.newest_a = b.time_ns - 1;
  EXPECT_EQ(code_of_single(b, rules), Code::b_pending);
}

TEST(Codes, HaveFrozenNumbersAndNames) {
  const std::vector<std::pair<unsigned, std::string_view>> frozen{{0, "matched"},
                                                                  {1, "matched_tolerance"},
                                                                  {10, "a_only"},
                                                                  {11, "a_pending"},
                                                                  {12, "b_only"},
                                                                  {13, "b_pending"},
                                                                  {20, "amount_short"},
                                                                  {21, "amount_over"},
                                                                  {22, "fee_mismatch"},
                                                                  {23, "net_gross"},
                                                                  {24, "fx_difference"},
                                                                  {25, "rounding"},
                                                                  {30, "currency_mismatch"},
                                                                  {31, "status_a_ok_b_failed"},
                                                                  {32, "status_a_open_b_ok"},
                                                                  {33, "type_mismatch"},
                                                                  {34, "party_mismatch"},
                                                                  {35, "date_mismatch"},
                                                                  {36, "reference_mismatch"},
                                                                  {40, "duplicate_a"},
                                                                  {41, "duplicate_b"},
                                                                  {42, "duplicate_both"},
                                                                  {50, "reversed"},
                                                                  {51, "refunded"},
                                                                  {52, "chargeback"},
                                                                  {60, "split_incomplete"},
                                                                  {61, "split_matched"},
                                                                  {70, "invalid_record"},
                                                                  {71, "control_total"},
                                                                  {72, "ambiguous"}};
  ASSERT_EQ(frozen.size(), all_codes.size());
  for (std::size_t i = 0; i < frozen.size(); ++i) {
    EXPECT_EQ(static_cast<unsigned>(all_codes[i]), frozen[i].first);
    EXPECT_EQ(to_string(all_codes[i]), frozen[i].second);
  }
}

}  // namespace
}  // namespace daybook::recon
