// Operations and facts as people and scripts read them.

#include "tools/daybook/text/operation_text.hpp"

#include <cstring>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/model/account.hpp"
#include "engine/model/transfer.hpp"
#include "tools/daybook/text/as_of_text.hpp"
#include "tools/daybook/text/fact_text.hpp"

namespace daybook {
namespace {

using Json = nlohmann::json;

template <typename Fact>
LoggedFact fact_of(std::uint64_t sequence, FactKind kind, const Fact& fact) {
  LoggedFact logged;
  logged.sequence = Sequence{sequence};
  logged.kind = kind;
  logged.bytes.resize(sizeof(fact));
  std::memcpy(logged.bytes.data(), &fact, sizeof(fact));
  return logged;
}

LedgerBook euros() {
  Ledger ledger;
  ledger.id = LedgerId{978};
  ledger.scale = 2;
  ledger.kind = LedgerKind::currency;
  ledger.set_name("EUR");
  LedgerBook book;
  book.put(ledger);
  return book;
}

Transfer some_transfer(std::uint16_t flags) {
  Transfer transfer;
  transfer.id = TransferId{Uint128{7, 0}};
  transfer.debit_account_id = AccountId{Uint128{1, 0}};
  transfer.credit_account_id = AccountId{Uint128{2, 0}};
  transfer.amount = Amount{Uint128{1'250, 0}};
  transfer.ledger = LedgerId{978};
  transfer.flags = flags;
  return transfer;
}

LoggedOperation some_operation() {
  LoggedOperation logged;
  logged.sequence = Sequence{20};
  Operation& operation = logged.view.operation;
  operation.client = ClientId{Uint128{5, 0}};
  operation.principal = PrincipalId{id_of("local")};
  operation.kind = RequestKind::create_transfers;
  operation.user_id = UserId{9};
  operation.business_id = BusinessId{Uint128{11, 0}};
  operation.trace_id = TraceId{Uint128{16, 0}};
  operation.request_number = 3;
  operation.time = Timestamp{1};
  operation.event_count = 2;
  operation.created_count = 1;
  operation.refusal_count = 1;
  logged.reason = "because";
  LoggedRefusal& refusal = logged.refusals.emplace_back();
  refusal.refusal.index = 1;
  refusal.refusal.status = static_cast<std::uint16_t>(CreateTransferStatus::exceeds_credits);
  logged.facts.push_back(fact_of(21, FactKind::transfer, some_transfer(0)));
  return logged;
}

NameBook some_names() {
  NameBook names;
  names.put(make_name(NameKind::user, Uint128{9, 0}, "Ada"));
  names.put(make_name(NameKind::business, Uint128{11, 0}, "order-7"));
  names.put(make_name(NameKind::account, Uint128{2, 0}, "till-2"));
  return names;
}

TEST(OperationTextTest, SaysWhoAskedAndWhatTheEngineDoesByItself) {
  Operation operation = some_operation().view.operation;
  EXPECT_EQ(who_text(operation, some_names()), "Ada 9");
  EXPECT_EQ(who_text(operation, {}), "9");
  operation.user_id = UserId{};
  EXPECT_EQ(who_text(operation, {}), "");
  operation.client = ClientId{};
  operation.kind = RequestKind::release_holds;
  EXPECT_EQ(who_text(operation, {}), "engine: expiry");
}

TEST(OperationTextTest, DescribesAnOperationWithAllThatBelongsToIt) {
  EXPECT_EQ(
      describe(some_operation(), euros(), some_names(), "  "),
      "  20 1970-01-01T00:00:00.000000001Z create_transfers ok: 2 events, 1 made, 1 refused\n"
      "    user Ada 9, business order-7 11, trace 00000000000000000000000000000010, client 5, "
      "number 3, principal local\n"
      "    reason: because\n"
      "    refused 1 exceeds_credits\n"
      "    21 transfer 7: 12.50 from 1 to till-2 2, ledger 978 EUR\n");
  LoggedOperation refused;
  refused.view.operation.client = ClientId{Uint128{5, 0}};
  refused.view.operation.status = RequestStatus::malformed;
  EXPECT_NE(describe(refused, {}, {}).find("refused as a whole: "), std::string::npos);
}

TEST(OperationTextTest, ListsOneRowAnOperation) {
  const std::vector<LoggedOperation> operations = {some_operation()};
  const std::string text = table_of(operations, some_names()).text();
  for (const char* part : {"create_transfers", "Ada 9", "order-7 11", "local",
                           "1: exceeds_credits; reason: because"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in " << text;
  }
}

TEST(OperationTextTest, WritesJsonWithNamesRefusalsAndFacts) {
  const Json json = Json::parse(to_json(some_operation(), euros(), some_names(), true).str());
  EXPECT_EQ(json["sequence"], "20");
  EXPECT_EQ(json["request_number"], "3");
  EXPECT_EQ(json["who"], "Ada 9");
  EXPECT_EQ(json["trace_id"], "00000000000000000000000000000010");
  EXPECT_EQ(json["event_count"], 2);
  EXPECT_EQ(json["reason"], "because");
  EXPECT_EQ(json["names"]["business_id"], "order-7");
  EXPECT_EQ(json["refusals"][0]["status"], "exceeds_credits");
  EXPECT_FALSE(json["refusals"][0].contains("request"));
  EXPECT_EQ(json["facts"][0]["transfer"]["amount"], "12.50");
  EXPECT_EQ(json["facts"][0]["names"]["credit_account_id"], "till-2");
  EXPECT_FALSE(Json::parse(to_json(some_operation(), {}, {}, false).str()).contains("facts"));
}

TEST(OperationTextTest, NamesWhatATransferDoes) {
  Transfer post = some_transfer(transfer_flag::post_pending_transfer);
  post.pending_id = TransferId{Uint128{6, 0}};
  EXPECT_EQ(fact_line(post, euros(), {}),
            "post 7 of 6: 12.50 from 1 to 2, ledger 978 EUR, post_pending_transfer");
  EXPECT_EQ(fact_line(some_transfer(transfer_flag::pending), euros(), {}).rfind("hold 7: ", 0), 0U);
  LoggedFact reversal = fact_of(30, FactKind::transfer, some_transfer(transfer_flag::reversal));
  reversal.note.emplace();
  reversal.note->authority = Authority::operator_;
  reversal.note->overrode = overrode::frozen_debit;
  reversal.note->total = Amount{Uint128{1'250, 0}};
  const std::string text = describe(reversal, euros(), {});
  EXPECT_NE(text.find("by authority of operator, passed over frozen_debit, 12.50 in all"),
            std::string::npos)
      << text;
}

TEST(OperationTextTest, HasALineForEveryKindOfFact) {
  HoldReleased release;
  release.id = TransferId{Uint128{6, 0}};
  release.ledger = LedgerId{978};
  release.amount = Amount{Uint128{100, 0}};
  AccountChange change;
  change.account_id = AccountId{Uint128{2, 0}};
  change.kind = AccountChangeKind::freeze;
  change.sides = account_side::debits;
  ClockChange clock;
  clock.kind = ClockChangeKind::accepted;
  const std::pair<LoggedFact, const char*> rows[] = {
      {fact_of(1, FactKind::hold_released, release), "release of 6: expired "},
      {fact_of(1, FactKind::account_change, change), "account till-2 2: freeze debits"},
      {fact_of(1, FactKind::clock_change, clock), "clock accepted: "},
      {fact_of(1, FactKind::name, make_name(NameKind::user, Uint128{9, 0}, "Ada")),
       "name of user 9: Ada"},
      {fact_of(1, FactKind::segment_sealed, SegmentSealed{}), "segment_sealed"},
  };
  for (const auto& [fact, words] : rows) {
    EXPECT_NE(describe(fact, euros(), some_names()).find(words), std::string::npos)
        << describe(fact, euros(), some_names());
    EXPECT_TRUE(Json::accept(to_json(fact, euros(), some_names()).str()));
  }
}

TEST(AsOfTextTest, ReadsOneMoment) {
  EXPECT_EQ(parse_as_of({.sequence = "12", .time = ""}).value().sequence, Sequence{12});
  EXPECT_EQ(parse_as_of({.sequence = "", .time = "1970-01-01T00:00:01Z"}).value().time,
            Timestamp{1'000'000'000});
  for (const AsOfTexts& wrong : {AsOfTexts{"1", "2"}, AsOfTexts{"0", ""}, AsOfTexts{"", "0"},
                                 AsOfTexts{"x", ""}, AsOfTexts{"", "x"}}) {
    EXPECT_FALSE(parse_as_of(wrong).ok()) << wrong.sequence << ", " << wrong.time;
  }
}

TEST(AsOfTextTest, ShowsLimitsOnlyWhereThereAreAny) {
  AccountAsOf account{
      .account = {}, .minimum = AccountAsOf::no_minimum, .maximum = AccountAsOf::no_maximum};
  account.account.ledger = LedgerId{978};
  EXPECT_FALSE(Json::parse(to_json(account, euros()).str()).contains("minimum"));
  account.minimum = Int128{.lo = ~std::uint64_t{0} - 499, .hi = ~std::uint64_t{0}};
  EXPECT_EQ(Json::parse(to_json(account, euros()).str())["minimum"], "-5.00");
  EXPECT_NE(table_of(std::span{&account, 1}, euros()).text().find("-5.00"), std::string::npos);
}

}  // namespace
}  // namespace daybook
