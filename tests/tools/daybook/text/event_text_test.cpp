// Accounts and transfers as text: JSON lines and CSV give the same events, wrong ones are refused
// with field and line, amounts follow the ledger's scale, and what is written reads back.

#include <bit>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/base/limits.hpp"
#include "tools/daybook/text/event_csv.hpp"
#include "tools/daybook/text/event_json.hpp"
#include "tools/daybook/text/json_text.hpp"

namespace daybook {
namespace {

Ledger ledger_of(std::uint32_t id, std::uint8_t scale, std::string_view name) {
  Ledger ledger;
  ledger.id = LedgerId{id};
  ledger.scale = scale;
  ledger.set_name(name);
  return ledger;
}

LedgerBook book() {
  LedgerBook ledgers;
  ledgers.put(ledger_of(978, 2, "EUR"));
  ledgers.put(ledger_of(392, 0, "JPY"));
  return ledgers;
}

template <typename Event>
bool same_bytes(const Event& a, const Event& b) {
  using Bytes = std::array<std::byte, sizeof(Event)>;
  return std::bit_cast<Bytes>(a) == std::bit_cast<Bytes>(b);
}

Result<Transfer> transfer_from_json(std::string_view text) {
  const auto draft = parse_event_json<Transfer>(text);
  if (!draft) return draft.error();
  return finish(draft.value(), book());
}

template <typename Event>
Result<Event> event_from_csv(const std::string& text) {
  const LedgerBook ledgers = book();
  std::istringstream in{text};
  auto reader = EventCsvReader<Event>::open(in, ledgers);
  if (!reader) return reader.error();
  auto event = reader.value().next();
  if (!event) return event.error();
  if (!event.value()) return Failure{FailureKind::not_found, "no record"};
  return event.value()->event;
}

/// Every field set, and set to something else.
Transfer full_transfer() {
  Transfer transfer;
  transfer.id = TransferId{Uint128{1, 0}};
  transfer.debit_account_id = AccountId{Uint128{2, 0}};
  transfer.credit_account_id = AccountId{Uint128{3, 9}};
  transfer.amount = Amount{Uint128{1'250, 0}};
  transfer.pending_id = TransferId{Uint128{4, 0}};
  transfer.business_id = BusinessId{id_of("order 7")};
  transfer.trace_id = TraceId{Uint128{16, 0}};
  transfer.user_id = UserId{5};
  transfer.timestamp = Timestamp{6};
  transfer.timeout = 7;
  transfer.ledger = LedgerId{978};
  transfer.tag = Tag{8};
  transfer.code = Code{10};
  transfer.flags = transfer_flag::linked | transfer_flag::imported;
  return transfer;
}

Account full_account() {
  Account account;
  account.id = AccountId{Uint128{1, 0}};
  account.business_id = BusinessId{Uint128{2, 0}};
  account.user_id = UserId{3};
  account.tag = Tag{4};
  account.ledger = LedgerId{978};
  account.code = Code{5};
  account.flags = account_flag::imported | account_flag::history;
  account.timestamp = Timestamp{7};
  return account;
}

TEST(EventJsonTest, ReadsEveryFieldOfATransfer) {
  const auto transfer = transfer_from_json(
      R"({"id":"1","debit_account_id":2,"credit_account_id":"166020696663385964547","amount":"12.50",
      "pending_id":"0x4","business_id":"name:order 7","trace_id":"00000000000000000000000000000010",
      "user_id":5,"timestamp":"1970-01-01T00:00:00.000000006Z","timeout":7,"ledger":"978","tag":8,
      "code":10,"flags":["linked","imported"]})");
  ASSERT_TRUE(transfer.ok()) << transfer.error().what;
  EXPECT_TRUE(same_bytes(transfer.value(), full_transfer()));
}

TEST(EventJsonTest, FieldsLeftOutAreZero) {
  const auto transfer = transfer_from_json("{}");
  ASSERT_TRUE(transfer.ok());
  EXPECT_TRUE(same_bytes(transfer.value(), Transfer{}));
  EXPECT_FALSE(parse_event_json<Transfer>("{}").value().has_id);
  EXPECT_TRUE(parse_event_json<Transfer>(R"({"id":"0"})").value().has_id);
}

TEST(EventJsonTest, WhatIsShownReadsBack) {
  nlohmann::json shown = nlohmann::json::parse(to_json(full_transfer(), book()).str());
  const auto transfer = transfer_from_json(shown.dump());
  ASSERT_TRUE(transfer.ok()) << transfer.error().what;
  EXPECT_TRUE(same_bytes(transfer.value(), full_transfer()));
}

struct Fault {
  const char* text;
  const char* words;
};

constexpr Fault json_faults[] = {
    {"", "this is not JSON"},
    {"[]", "a list is not a value here; an event is one"},
    {"7", "a value stands outside an object"},
    {"{} {}", "this is not JSON"},
    {R"({"id":"1",})", "this is not JSON"},
    {R"({"idd":"1"})", "there is no field 'idd'; fields are id,"},
    {R"({"id":"1","id":"1"})", "field 'id': the field is given twice"},
    {R"({"id":""})", "field 'id': '' is not an id"},
    {R"({"id":-1})", "field 'id': the number has a sign"},
    {R"({"id":1.5})", "field 'id': 1.5 is not a whole number"},
    {R"({"id":null})", "field 'id': null"},
    {R"({"id":true})", "field 'id': true"},
    {R"({"id":{}})", "field 'id': an object"},
    {R"({"id":["1"]})", "field 'id': a list"},
    {R"({"code":65536})", "field 'code': '65536' is not a whole number from 0 to 65535"},
    {R"({"ledger":4294967296})", "field 'ledger': "},
    {R"({"timeout":4294967296})", "field 'timeout': "},
    {R"({"timeout":"2 h"})", "field 'timeout': '2 h' is not a time to hold"},
    {R"({"tag":"x"})", "field 'tag': "},
    {R"({"user_id":"18446744073709551616"})", "field 'user_id': "},
    {R"({"flags":1})", "field 'flags': flags are names"},
    {R"({"flags":["linked|pending"]})", "field 'flags': a flag has no name"},
    {R"({"flags":[["linked"]]})", "field 'flags': a list"},
    {R"({"flags":["frozen"]})", "field 'flags': 'frozen' is not a flag"},
    {R"({"amount":12,"ledger":978})", "field 'amount': write the amount in quotes"},
    {R"({"amount":"12.505","ledger":978})", "field 'amount': '12.505' has 3 decimals"},
    {R"({"amount":"1.0","ledger":392})", "field 'amount': '1.0' has 1 decimals"},
    {R"({"amount":"1"})", "field 'amount': '1' needs a ledger"},
    {R"({"amount":"1","ledger":7})", "field 'amount': '1' cannot be read: ledger 7 is not"},
    {R"({"amount":"1","amount_minor":"1"})", "field 'amount_minor': an amount is given twice"},
    {R"({"amount_minor":"0x10"})", "field 'amount_minor': '0x10' is not"},
    {R"({"amount_minor":"1.0"})", "field 'amount_minor': '1.0' is not"},
};

TEST(EventJsonTest, AFaultIsRefusedWithItsField) {
  for (const Fault& fault : json_faults) {
    const auto transfer = transfer_from_json(fault.text);
    ASSERT_FALSE(transfer.ok()) << fault.text;
    EXPECT_EQ(transfer.error().what.find(fault.words), 0U) << transfer.error().what;
  }
}

TEST(EventJsonTest, AmountsFollowTheLedgerWhereverItStands) {
  const auto amount = [](const char* text) {
    const auto transfer = transfer_from_json(text);
    EXPECT_TRUE(transfer.ok()) << text;
    return transfer.ok() ? transfer.value().amount.value() : Uint128{};
  };
  EXPECT_EQ(amount(R"({"amount":"3","ledger":978})"), (Uint128{300, 0}));
  EXPECT_EQ(amount(R"({"ledger":978,"amount":"3.1"})"), (Uint128{310, 0}));
  EXPECT_EQ(amount(R"({"amount":"3","ledger":392})"), (Uint128{3, 0}));
  EXPECT_EQ(amount(R"({"amount_minor":"3"})"), (Uint128{3, 0}));
  EXPECT_EQ(amount(R"({"amount":"0"})"), Uint128{});
  EXPECT_EQ(amount(R"({"amount":"max"})"), Uint128{u128_max});
}

TEST(EventJsonTest, AFaultNamesItsLineAndRefusesTheWholeFile) {
  std::istringstream in{"{\"id\":\"1\"}\n\n{\"id\":\"x\"}\n"};
  const auto events = read_json_lines<Account>(in);
  ASSERT_FALSE(events.ok());
  EXPECT_EQ(events.error().what.find("line 3: field 'id': 'x'"), 0U) << events.error().what;
}

TEST(EventJsonTest, AFileHoldsOneTo8192Events) {
  const auto read = [](std::size_t count) {
    std::string text;
    for (std::size_t index = 0; index < count; ++index) text += "{}\r\n";
    std::istringstream in{text};
    return read_json_lines<Account>(in);
  };
  EXPECT_FALSE(read(0).ok());
  EXPECT_EQ(read(limits::batch_events_max).value().size(), limits::batch_events_max);
  EXPECT_EQ(read(limits::batch_events_max + 1).error().what.find("line 8193: "), 0U);
}

TEST(EventJsonTest, ALineMayBeAsLongAsTheLimitAndNotLonger) {
  const auto read = [](std::size_t bytes) {
    std::istringstream in{fmt::format("{{}}{}\n", std::string(bytes - 2, ' '))};
    return read_json_lines<Account>(in).ok();
  };
  EXPECT_TRUE(read(json_line_bytes_max));
  EXPECT_FALSE(read(json_line_bytes_max + 1));
}

TEST(JsonTextTest, IdsAndAmountsAreStringsAndCountsAreNumbers) {
  Account account = full_account();
  account.debits_posted = Amount{Uint128{1'205, 0}};
  const auto json = nlohmann::json::parse(to_json(account, book()).str());
  EXPECT_EQ(json.at("id"), "1");
  EXPECT_EQ(json.at("ledger"), "978");
  EXPECT_EQ(json.at("debits_posted"), "12.05");
  EXPECT_EQ(json.at("credits_posted"), "0.00");
  EXPECT_EQ(json.at("timestamp"), "7");
  EXPECT_EQ(json.at("code"), 5);
  EXPECT_EQ(json.at("flags"), (nlohmann::json{"history", "imported"}));
}

TEST(JsonTextTest, AnObjectEscapesAndKeepsItsOrder) {
  EXPECT_EQ(JsonObject{}.str(), "{}");
  EXPECT_EQ(JsonObject{}
                .text("b", "say \"hi\"\n\xff")
                .count("a", 18'446'744'073'709'551'615U)
                .real("r", 1.5)
                .real("n", std::numeric_limits<double>::infinity())
                .truth("t", true)
                .texts("x", std::vector<std::string>{"p", "q"})
                .digest("d", 0xabcU)
                .sequence("s", Sequence{9})
                .str(),
            "{\"b\":\"say \\\"hi\\\"\\n\xef\xbf\xbd\",\"a\":18446744073709551615,\"r\":1.5,"
            "\"n\":null,\"t\":true,\"x\":[\"p\",\"q\"],\"d\":\"0000000000000abc\",\"s\":\"9\"}");
}

TEST(EventCsvTest, ReadsColumnsInAnyOrder) {
  const auto transfer = event_from_csv<Transfer>(
      "flags,code,tag,ledger,timeout,timestamp,user_id,trace_id,business_id,pending_id,amount,"
      "credit_account_id,debit_account_id,id\r\n"
      "linked|imported,10,8,978,7,6,5,00000000000000000000000000000010,name:order 7,4,12.50,"
      "166020696663385964547,2,1\r\n");
  ASSERT_TRUE(transfer.ok()) << transfer.error().what;
  EXPECT_TRUE(same_bytes(transfer.value(), full_transfer()));
}

template <typename Event>
void expect_round_trip(const Event& event, CsvColumns columns) {
  std::string text;
  append_csv_header<Event>(text, columns);
  append_csv_event(text, event, book(), columns);
  const auto read = event_from_csv<Event>(text);
  ASSERT_TRUE(read.ok()) << read.error().what << "\n" << text;
  EXPECT_TRUE(same_bytes(read.value(), event)) << text;
}

TEST(EventCsvTest, WhatIsWrittenForImportReadsBack) {
  expect_round_trip(full_transfer(), CsvColumns::importable);
  expect_round_trip(full_account(), CsvColumns::importable);
  expect_round_trip(full_transfer(), CsvColumns::all);
}

TEST(EventCsvTest, OnlyAnImportedEventKeepsItsTimestampForImport) {
  Transfer transfer = full_transfer();
  transfer.flags = 0;
  std::string text;
  append_csv_header<Transfer>(text, CsvColumns::importable);
  append_csv_event(text, transfer, book(), CsvColumns::importable);
  EXPECT_EQ(event_from_csv<Transfer>(text).value().timestamp, Timestamp{});
}

TEST(EventCsvTest, AnAccountIsOpenForTheImportOfItsTransfers) {
  Account account = full_account();
  account.flags = account_flag::history | account_flag::closed | account_flag::debits_frozen;
  std::string text;
  append_csv_header<Account>(text, CsvColumns::importable);
  append_csv_event(text, account, book(), CsvColumns::importable);
  EXPECT_EQ(event_from_csv<Account>(text).value().flags, account_flag::history);
}

TEST(EventCsvTest, HoldsAndWhatFollowsThemReadBack) {
  Transfer transfer = full_transfer();
  constexpr unsigned kinds[] = {
      transfer_flag::pending,
      transfer_flag::void_pending_transfer,
      transfer_flag::post_pending_transfer | transfer_flag::keep_remainder,
      transfer_flag::reversal,
      transfer_flag::pending | transfer_flag::closing_credit,
      transfer_flag::balancing_debit | transfer_flag::balancing_credit};
  for (const unsigned flags : kinds) {
    transfer.flags = static_cast<std::uint16_t>(flags | transfer_flag::imported);
    expect_round_trip(transfer, CsvColumns::importable);
  }
}

TEST(EventCsvTest, ATimeoutMayHaveAUnit) {
  const auto transfer = event_from_csv<Transfer>("id,flags,timeout\n1,pending,2h\n");
  ASSERT_TRUE(transfer.ok()) << transfer.error().what;
  EXPECT_EQ(transfer.value().timeout, 7'200U);
}

TEST(EventCsvTest, AnExportShowsBalancesByScaleAndTheCallersColumns) {
  Account account = full_account();
  account.credits_posted = Amount{Uint128{5, 0}};
  std::string text;
  const std::vector<std::string> title = {"note"};
  const std::vector<std::string> note = {"a,b"};
  append_csv_header<Account>(text, CsvColumns::all, title);
  append_csv_event(text, account, book(), CsvColumns::all, note);
  EXPECT_EQ(text,
            "id,ledger,code,flags,business_id,user_id,tag,timestamp,debits_pending,debits_posted,"
            "credits_pending,credits_posted,note\n"
            "1,978,5,history|imported,2,3,4,1970-01-01T00:00:00.000000007Z,0.00,0.00,0.00,0.05,"
            "\"a,b\"\n");
}

TEST(EventCsvTest, AFaultIsRefusedWithLineAndField) {
  const Fault faults[] = {{"", "the file is empty; its first line names the columns: id,"},
                          {"id,nonsense\n", "line 1: there is no column 'nonsense'"},
                          {"id,debits_posted\n", "line 1: there is no column 'debits_posted'"},
                          {"id,code,id\n", "line 1: the column 'id' stands twice"},
                          {"code,ledger\n", "line 1: there is no column 'id'"},
                          {"id,code\n1\n", "line 2: the record has 1 fields, the header 2"},
                          {"id,code\n1,2,3\n", "line 2: the record has 3 fields"},
                          {"id,code\n\n,2\n", "line 3: field 'id': it is empty"},
                          {"id,code\n1,x\n", "line 2: field 'code': 'x'"}};
  for (const Fault& fault : faults) {
    const auto account = event_from_csv<Account>(fault.text);
    ASSERT_FALSE(account.ok()) << fault.text;
    EXPECT_EQ(account.error().what.find(fault.words), 0U) << account.error().what;
  }
}

TEST(EventCsvTest, AnIgnoredColumnIsNotLookedAt) {
  const LedgerBook ledgers = book();
  const std::vector<std::string> ignored = {"note"};
  std::istringstream in{"id,note\n7,anything\n"};
  auto reader = EventCsvReader<Account>::open(in, ledgers, ignored);
  ASSERT_TRUE(reader.ok());
  const auto event = reader.value().next();
  ASSERT_TRUE(event.ok());
  EXPECT_EQ(event.value()->event.id, AccountId{(Uint128{7, 0})});
  EXPECT_EQ(event.value()->line, 2U);
  EXPECT_FALSE(reader.value().next().value().has_value());
}

}  // namespace
}  // namespace daybook
