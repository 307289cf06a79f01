#include "tools/daybook/recon/self_command.hpp"

#include <gtest/gtest.h>

/// How differences of a ledger with itself are told. That they are found is tested with `rebuild`.

namespace daybook::recon {
namespace {

RebuildReport report_with(std::string_view field, std::uint64_t expected, std::uint64_t found) {
  Mismatch mismatch;
  mismatch.kind = AggregateKind::account;
  mismatch.key.id = Uint128{2, 0};
  mismatch.expected.name = field;
  mismatch.found.name = field;
  mismatch.expected.value = Uint128{expected, 0};
  mismatch.found.value = Uint128{found, 0};
  mismatch.first = Sequence{7};
  RebuiltStore store;
  store.place = "the snapshot at sequence 12";
  store.as_of = Sequence{12};
  store.aggregates.mismatching = 1;
  store.aggregates.mismatches.push_back(mismatch);
  RebuildReport report;
  report.last = Sequence{20};
  report.stores.push_back(store);
  return report;
}

AccountLedgers euros() {
  Ledger ledger;
  ledger.id = LedgerId{978};
  ledger.scale = 2;
  AccountLedgers ledgers;
  ledgers.book.put(ledger);
  ledgers.ledger_of[Uint128{2, 0}] = LedgerId{978};
  return ledgers;
}

TEST(SelfCommandTest, SaysOfAnAccountWhatDiffersAndByHowMuch) {
  const std::vector<std::string> lines =
      self_lines(report_with("debits_posted", 1'000, 1'150), euros());
  EXPECT_EQ(lines[0],
            "account 2: posted debits are 10.00 by the journal and 11.50 in the snapshot at "
            "sequence 12: 1.50 too much, since sequence 7");
  EXPECT_NE(lines.back().find("the journal is the truth"), std::string::npos);
  EXPECT_NE(self_lines(report_with("credits_pending", 5, 3), euros())[0].find("0.02 too little"),
            std::string::npos);
}

TEST(SelfCommandTest, SaysBothValuesOfOtherFields) {
  const std::string line = self_lines(report_with("code", 1, 2), euros())[0];
  EXPECT_NE(line.find("code"), std::string::npos);
  EXPECT_NE(line.find("account 2"), std::string::npos);
}

TEST(SelfCommandTest, JsonHasTheSameWords) {
  const std::string json = self_json(report_with("debits_posted", 1'000, 1'150), euros());
  EXPECT_NE(json.find("\"by\":\"1.50\",\"is_more\":true"), std::string::npos);
  EXPECT_NE(json.find("\"agrees\":false"), std::string::npos);
}

}  // namespace
}  // namespace daybook::recon
