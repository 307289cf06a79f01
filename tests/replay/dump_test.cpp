// The dump is the whole journal: every fact of every kind as one line of JSON, each sequence once
// and in order, and what the filter asks for and nothing else.

#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/engine_under_test.hpp"
#include "tools/daybook/offline/offline_dump.hpp"

namespace daybook::test {
namespace {

using Json = nlohmann::json;

// A journal with every kind of fact.
class Dump : public testing::Test {
 protected:
  Dump()
      : engine_{{.auto_ledgers = false,
                 .manual_clock = true,
                 .accounts_max = 100,
                 .transfer_ids_max = 100,
                 .window_operations = 4,
                 .window_clients = 1,
                 .window_numbers = 1}} {
    engine_.set_requests_per_entry(2);
    const Ledger ledgers[] = {make_ledger(1, "EUR \"quoted\"", 2)};
    engine_.put_ledgers(ledgers);
    const Account accounts[] = {make_account(1), make_account(2),
                                make_account(3, 1, account_flag::debits_must_not_exceed_credits),
                                make_account(0)};
    engine_.create_accounts(accounts);
    Transfer large = make_transfer(7, 1, 2, 0);
    large.amount = Amount{Uint128{5, 1}};
    const Transfer transfers[] = {make_transfer(5, 1, 2, 100), make_transfer(6, 3, 2, 100), large,
                                  make_transfer(5, 1, 2, 100)};
    engine_.create_transfers(transfers);
    // Other clients push the first ones out of windows that hold one.
    for (std::uint64_t client = 1; client <= 4; ++client) {
      WriteRequest request;
      request.kind = RequestKind::advance_clock;
      request.client = ClientId{Uint128{client, 0}};
      request.number = 1;
      request.argument = 1'000;
      engine_.submit(request);
    }
    engine_.rotate_segment();
    engine_.close_entry();
  }

  [[nodiscard]] std::vector<Json> dump(const DumpFilter& filter = {}) const {
    std::vector<Json> lines;
    for (std::size_t at = 0; at < engine_.journal().count(); ++at) {
      const auto facts = read_facts(engine_.journal().at(at));
      EXPECT_TRUE(facts.ok());
      dump_entry(facts.value(), filter, [&](std::string_view line) {
        lines.push_back(Json::parse(line));
        EXPECT_EQ(line.find('\n'), std::string_view::npos);
      });
    }
    return lines;
  }

  EngineUnderTest engine_;
};

std::uint64_t number(const Json& value) { return std::stoull(value.get<std::string>()); }

TEST_F(Dump, ShowsEverySequenceOnceAndInOrder) {
  ASSERT_EQ(engine_.first_failure(), std::nullopt);
  const auto lines = dump();
  ASSERT_EQ(lines.size(), engine_.state().last_sequence().value());
  for (std::size_t at = 0; at < lines.size(); ++at) {
    EXPECT_EQ(number(lines[at].at("sequence")), at + 1);
  }
}

TEST_F(Dump, CoversEveryKindOfFact) {
  std::set<std::string> kinds;
  for (const Json& line : dump()) kinds.insert(line.at("kind").get<std::string>());
  EXPECT_EQ(kinds, (std::set<std::string>{"account", "client_evicted", "clock_change", "ledger",
                                          "operation", "segment_hashed", "segment_opened",
                                          "segment_sealed", "transfer"}));
}

TEST_F(Dump, NamesTheOperationThatMadeAFact) {
  std::string operation;
  for (const Json& line : dump()) {
    const std::string kind = line.at("kind");
    if (kind == "operation") {
      operation = line.at("sequence");
    } else if (kind == "account" || kind == "transfer" || kind == "ledger") {
      EXPECT_EQ(line.at("operation"), operation);
    } else if (kind.rfind("segment", 0) == 0 || kind == "client_evicted") {
      EXPECT_TRUE(line.at("operation").is_null());
    }
  }
}

TEST_F(Dump, ShowsRefusalsWithTheirRequest) {
  DumpFilter filter;
  filter.kinds = {"operation"};
  for (const Json& line : dump(filter)) {
    if (line.at("request") != "create_transfers") continue;
    EXPECT_EQ(line.at("event_count"), 4);
    EXPECT_EQ(line.at("created_count"), 2);
    const Json& refusals = line.at("refusals");
    ASSERT_EQ(refusals.size(), 2U);
    EXPECT_EQ(refusals[0].at("index"), 1);
    EXPECT_EQ(refusals[0].at("status"), "exceeds_credits");
    EXPECT_EQ(refusals[0].at("status_number"), 54);
    EXPECT_EQ(refusals[0].at("request").at("id"), "6");
    EXPECT_EQ(refusals[0].at("request").at("amount_minor"), "100");
    EXPECT_EQ(refusals[1].at("status"), "exists");
    EXPECT_FALSE(refusals[1].contains("request")) << "the journal does not keep it";
    return;
  }
  FAIL() << "there is an operation that creates transfers";
}

TEST_F(Dump, WritesNumbersBeyond64BitsWhole) {
  DumpFilter filter;
  filter.kinds = {"transfer"};
  const auto lines = dump(filter);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[1].at("amount_minor"), "18446744073709551621");
}

TEST_F(Dump, EscapesText) {
  DumpFilter filter;
  filter.kinds = {"ledger"};
  const auto lines = dump(filter);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].at("name"), "EUR \"quoted\"");
}

TEST_F(Dump, KeepsToTheRangeAskedFor) {
  DumpFilter filter;
  filter.from = Sequence{3};
  filter.to = Sequence{9};
  const auto lines = dump(filter);
  ASSERT_EQ(lines.size(), 7U);
  EXPECT_EQ(lines.front().at("sequence"), "3");
  EXPECT_EQ(lines.back().at("sequence"), "9");
}

TEST_F(Dump, ShowsEntriesWhenAsked) {
  DumpFilter filter;
  filter.entries = true;
  filter.kinds = {"segment_sealed"};
  std::size_t entries = 0;
  for (const Json& line : dump(filter)) {
    if (line.at("kind") != "entry") continue;
    const EntryHeader& header = engine_.journal().at(entries++).header;
    EXPECT_EQ(number(line.at("first_sequence")), header.first().value());
    EXPECT_EQ(number(line.at("last_sequence")), header.last().value());
    EXPECT_EQ(line.at("hash"), to_hex(header.hash));
  }
  EXPECT_EQ(entries, engine_.journal().count());
}

TEST(DumpKinds, RefusesOneThatDoesNotExist) {
  EXPECT_TRUE(check_kinds({"operation", "transfer", "client_evicted"}).ok());
  const auto checked = check_kinds({"transfer", "transfers"});
  ASSERT_FALSE(checked.ok());
  EXPECT_NE(checked.error().what.find("'transfers'"), std::string::npos);
}

}  // namespace
}  // namespace daybook::test
