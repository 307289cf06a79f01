// Names in what people and scripts read: beside ids where a name is known, and taken from events.

#include "tools/daybook/text/name_book.hpp"

#include <sstream>

#include <gtest/gtest.h>

#include "engine/model/aggregate.hpp"
#include "engine/model/ids.hpp"
#include "tools/daybook/text/event_csv.hpp"
#include "tools/daybook/text/event_json.hpp"
#include "tools/daybook/text/record_names.hpp"

namespace daybook {
namespace {

Name name_of(NameKind kind, std::uint64_t id, std::string_view text) {
  return make_name(kind, Uint128{id, 0}, text);
}

NameBook book() {
  NameBook names;
  names.put(name_of(NameKind::account, 1, "till-7"));
  names.put(name_of(NameKind::account, 2, "shop"));
  names.put(name_of(NameKind::transfer, 1, "sale"));
  names.put(name_of(NameKind::user, 5, "Ada"));
  return names;
}

Transfer transfer_of(std::uint64_t id, std::uint64_t debit, std::uint64_t credit) {
  Transfer transfer;
  transfer.id = TransferId{Uint128{id, 0}};
  transfer.debit_account_id = AccountId{Uint128{debit, 0}};
  transfer.credit_account_id = AccountId{Uint128{credit, 0}};
  return transfer;
}

template <typename Event>
std::vector<Name> names_of_json(std::string_view text) {
  const auto draft = parse_event_json<Event>(text);
  EXPECT_TRUE(draft.ok()) << draft.error().what;
  std::vector<Name> names;
  append_names(draft.value(), names);
  return names;
}

TEST(NameBookTest, ShowsAnIdWithItsNameWhereItHasOne) {
  const NameBook names = book();
  EXPECT_EQ(names.show(NameKind::account, Uint128{1, 0}), "till-7 1");
  EXPECT_EQ(names.show(NameKind::transfer, Uint128{1, 0}), "sale 1");
  EXPECT_EQ(names.show(NameKind::business, Uint128{1, 0}), "1");
  EXPECT_EQ(names.find(NameKind::user, Uint128{5, 0}), "Ada");
  EXPECT_EQ(names.find(NameKind::user, Uint128{6, 0}), "");
}

TEST(NameBookTest, LeavesEachNameAndKeyOnce) {
  const Name a = name_of(NameKind::account, 1, "a");
  const Name other = name_of(NameKind::account, 1, "b");
  const Name b = name_of(NameKind::business, 1, "a");
  std::vector<Name> names = {b, a, other, a, b};
  leave_each_once(names);
  EXPECT_EQ(names, (std::vector<Name>{a, other, b}));
  std::vector<NameKey> keys = {b.key(), a.key(), b.key()};
  leave_each_once(keys);
  EXPECT_EQ(keys, (std::vector<NameKey>{a.key(), b.key()}));
}

TEST(RecordNamesTest, AsksOnceForEachIdThatIsThere) {
  const Transfer both[] = {transfer_of(1, 1, 2), transfer_of(3, 2, 1)};
  EXPECT_EQ(keys_of(std::span<const Transfer>{both}),
            (std::vector<NameKey>{{.id = Uint128{1, 0}, .kind = NameKind::account},
                                  {.id = Uint128{2, 0}, .kind = NameKind::account},
                                  {.id = Uint128{1, 0}, .kind = NameKind::transfer},
                                  {.id = Uint128{3, 0}, .kind = NameKind::transfer}}));
}

TEST(RecordNamesTest, NamesStandUnderTheirFields) {
  Transfer transfer = transfer_of(1, 2, 3);
  transfer.user_id = UserId{5};
  transfer.pending_id = TransferId{Uint128{1, 0}};
  EXPECT_EQ(names_json(transfer, book()).str(),
            R"({"id":"sale","debit_account_id":"shop","pending_id":"sale","user_id":"Ada"})");
  EXPECT_EQ(names_json(transfer, NameBook{}).str(), "{}");
}

TEST(RecordNamesTest, TablesShowThemBesideIds) {
  const Transfer transfer = transfer_of(1, 1, 9);
  const std::string text = table_of(std::span{&transfer, 1}, LedgerBook{}, book()).text();
  for (const char* part : {"sale 1", "till-7 1", " 9 "}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
  }
}

TEST(EventNamesTest, AnIdThatIsATextKeepsIt) {
  const auto names = names_of_json<Account>(R"({"id":"name:till-7","business_id":"name:order 7"})");
  EXPECT_EQ(names, (std::vector<Name>{make_name(NameKind::account, id_of("till-7"), "till-7"),
                                      make_name(NameKind::business, id_of("order 7"), "order 7")}));
  EXPECT_TRUE(names_of_json<Account>(R"({"id":"7","business_id":"0x8"})").empty());
  // It belongs to whoever opened the account.
  EXPECT_TRUE(names_of_json<Transfer>(R"({"id":"7","debit_account_id":"name:typo"})").empty());
  EXPECT_TRUE(names_of_json<Transfer>("{\"id\":\"name:a\\nb\"}").empty());
}

TEST(EventNamesTest, ANameOfItsOwnGoesBeforeTheIdsText) {
  for (const char* text : {R"({"id":"7","name":"till-7"})", R"({"name":"till-7","id":"7"})"}) {
    EXPECT_EQ(names_of_json<Account>(text),
              std::vector<Name>{name_of(NameKind::account, 7, "till-7")});
  }
  EXPECT_EQ(names_of_json<Transfer>(R"({"id":"name:x","name":"sale"})"),
            std::vector<Name>{make_name(NameKind::transfer, id_of("x"), "sale")});
}

TEST(EventNamesTest, ANameMakesTheIdWhereThereIsNone) {
  const auto draft = parse_event_json<Account>(R"({"name":"till-7"})");
  ASSERT_TRUE(draft.ok());
  EXPECT_TRUE(draft.value().has_id);
  EXPECT_EQ(draft.value().event.id, AccountId{id_of("till-7")});
}

TEST(EventNamesTest, WhatCannotBeANameIsRefused) {
  for (const std::string& text : {std::string{}, std::string(65, 'x'), std::string{"a\\tb"}}) {
    const auto draft = parse_event_json<Account>("{\"id\":\"7\",\"name\":\"" + text + "\"}");
    ASSERT_FALSE(draft.ok()) << text;
    EXPECT_EQ(draft.error().what.find("field 'name': a name has 1 to 64 bytes"), 0U);
  }
}

TEST(EventNamesTest, CsvHasThemToo) {
  const LedgerBook ledgers;
  std::istringstream in{"id,ledger,code,name\n7,1,1,till-7\nname:shop,1,1,\n8,1,1,\n"};
  auto reader = EventCsvReader<Account>::open(in, ledgers);
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ(reader.value().next().value()->names,
            std::vector<Name>{name_of(NameKind::account, 7, "till-7")});
  EXPECT_EQ(reader.value().next().value()->names,
            std::vector<Name>{make_name(NameKind::account, id_of("shop"), "shop")});
  EXPECT_TRUE(reader.value().next().value()->names.empty());
}

TEST(NameBookTest, KnowsTheEnginesOwnTypes) {
  const NameBook names;
  EXPECT_EQ(names.find(NameKind::aggregate_type, order_type()), "order");
  EXPECT_EQ(names.find(NameKind::aggregate_type, payment_type()), "payment");
  EXPECT_EQ(names.find(NameKind::event_type, event_type_of(Command::order_pay)), "OrderPaid");
  EXPECT_EQ(names.find(NameKind::event_type, order_type()), "");
  EXPECT_EQ(names.find(NameKind::aggregate, order_type()), "");
}

}  // namespace
}  // namespace daybook
