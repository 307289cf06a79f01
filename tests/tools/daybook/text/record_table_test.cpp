// Transfers and holds as tables: amounts by scale, and what a hold's zeros mean.

#include "tools/daybook/text/record_table.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tools/daybook/text/json_text.hpp"

namespace daybook {
namespace {

LedgerBook book() {
  LedgerBook ledgers;
  Ledger ledger;
  ledger.id = LedgerId{978};
  ledger.scale = 2;
  ledger.set_name("EUR");
  ledgers.put(ledger);
  return ledgers;
}

HoldView open_hold() {
  HoldView hold;
  hold.id = TransferId{Uint128{7, 0}};
  hold.debit_account_id = AccountId{Uint128{1, 0}};
  hold.credit_account_id = AccountId{Uint128{2, 0}};
  hold.amount = Amount{Uint128{8'000, 0}};
  hold.posted = Amount{Uint128{3'000, 0}};
  hold.held = Amount{Uint128{5'000, 0}};
  hold.sequence = Sequence{13};
  hold.ledger = LedgerId{978};
  hold.code = Code{4};
  hold.state = HoldState::open;
  return hold;
}

TEST(RecordTableTest, AHoldWithoutAnEndOrAnOwnerSaysSo) {
  const HoldView hold = open_hold();
  const std::string text = table_of(std::span{&hold, 1}, book()).text();
  for (const char* part : {"open", "80.00", "30.00", "50.00", "978 EUR", "never", "anyone"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
  }
}

TEST(RecordTableTest, AHoldThatIsOverSaysWhenAndByWhat) {
  HoldView hold = open_hold();
  hold.state = HoldState::posted;
  hold.expires_at = Timestamp{1};
  hold.resolved_by = TransferId{Uint128{99, 0}};
  hold.owner = Uint128{55, 0};
  const std::string text = table_of(std::span{&hold, 1}, book()).text();
  for (const char* part : {"posted", "1970-01-01T00:00:00.000000001Z", "99", "55"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
  }
  EXPECT_EQ(text.find("anyone"), std::string::npos);
}

TEST(RecordTableTest, AColumnNamesTheTransferThatAnotherFollowsOnlyWhereOneDoes) {
  Transfer plain;
  plain.id = TransferId{Uint128{7, 0}};
  EXPECT_EQ(table_of(std::span{&plain, 1}, book()).text().find("of transfer"), std::string::npos);
  Transfer post;
  post.id = TransferId{Uint128{8, 0}};
  post.pending_id = TransferId{Uint128{4'711, 0}};
  const Transfer both[] = {plain, post};
  const std::string text = table_of(std::span<const Transfer>{both}, book()).text();
  EXPECT_NE(text.find("of transfer"), std::string::npos);
  EXPECT_NE(text.find("4711"), std::string::npos);
}

TEST(RecordTableTest, ABalanceStandsBesideItsTransferByScale) {
  BalanceRow row;
  row.ledger = LedgerId{978};
  row.balance.debits_pending = Amount{Uint128{1, 0}};
  row.balance.debits_posted = Amount{Uint128{20, 0}};
  row.balance.credits_pending = Amount{Uint128{300, 0}};
  row.balance.credits_posted = Amount{Uint128{4'000, 0}};
  row.balance.transfer_id = TransferId{Uint128{7, 0}};
  row.balance.timestamp = Timestamp{8};
  row.balance.sequence = Sequence{9};
  const std::string text = table_of(std::span<const BalanceRow>{&row, 1}, book()).text();
  EXPECT_NE(text.find("7  1970-01-01T00:00:00.000000008Z            0.01           0.20"
                      "             3.00           40.00         9\n"),
            std::string::npos)
      << text;
  EXPECT_EQ(to_json(row, book()).str(),
            R"({"transfer_id":"7","debits_pending":"0.01","debits_posted":"0.20",)"
            R"("credits_pending":"3.00","credits_posted":"40.00","timestamp":"8","sequence":"9"})");
}

TEST(JsonTextTest, AHoldShowsEveryFieldAndNumbersOnlyForCounts) {
  HoldView hold = open_hold();
  hold.expires_at = Timestamp{9};
  const auto json = nlohmann::json::parse(to_json(hold, book()).str());
  EXPECT_EQ(json, nlohmann::json::parse(
                      R"({"id":"7","state":"open","amount":"80.00","posted":"30.00",
                          "held":"50.00","ledger":"978","code":4,"debit_account_id":"1",
                          "credit_account_id":"2","expires_at":"9","owner":"0",
                          "resolved_by":"0","sequence":"13"})"));
}

}  // namespace
}  // namespace daybook
