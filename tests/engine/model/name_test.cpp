// Name: its text's bytes, the names of its kinds, and what is wrong with one by itself.

#include "engine/model/name.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "engine/model/ids.hpp"

namespace daybook {
namespace {

const Uint128 some_id{7, 0};

TEST(NameTest, KeepsATextOfOneToSixtyFourBytes) {
  EXPECT_EQ(Name{}.text(), "");
  EXPECT_EQ(make_name(NameKind::account, some_id, "till-7").text(), "till-7");
  const std::string longest(64, 'x');
  EXPECT_EQ(make_name(NameKind::account, some_id, longest).text(), longest);
}

TEST(NameTest, LeavesNoTraceOfALongerTextBehindAShorterOne) {
  Name name = make_name(NameKind::account, some_id, "a long text");
  name.set_text("b");
  EXPECT_EQ(name, make_name(NameKind::account, some_id, "b"));
  EXPECT_TRUE(std::all_of(name.text_data.begin() + 1, name.text_data.end(),
                          [](char c) { return c == '\0'; }));
}

TEST(NameTest, NeverReadsPastItsTextWhateverTheLengthClaims) {
  Name name;
  name.text_data.fill('y');
  name.text_bytes = 0xffff;
  EXPECT_EQ(name.text().size(), 64U);
}

TEST(NameDeathTest, ATextThatDoesNotFitStopsTheProcess) {
  Name name;
  EXPECT_DEATH(name.set_text(std::string(65, 'x')), "checked to fit");
}

TEST(NameTest, ItsKeyIsIdAndKind) {
  const Name name = make_name(NameKind::business, some_id, "order 7");
  EXPECT_EQ(name.key(), (NameKey{.id = some_id, .kind = NameKind::business}));
  EXPECT_NE(name.key(), (NameKey{.id = some_id, .kind = NameKind::transfer}));
}

TEST(NameKindTest, HasNumbersAndNamesThatAreReadBack) {
  EXPECT_EQ(static_cast<int>(NameKind::account), 1);
  EXPECT_EQ(static_cast<int>(NameKind::transfer), 2);
  EXPECT_EQ(static_cast<int>(NameKind::user), 3);
  EXPECT_EQ(static_cast<int>(NameKind::business), 4);
  EXPECT_EQ(static_cast<int>(NameKind::aggregate_type), 5);
  EXPECT_EQ(static_cast<int>(NameKind::event_type), 6);
  EXPECT_EQ(static_cast<int>(NameKind::aggregate), 7);
  for (const auto kind : {NameKind::account, NameKind::transfer, NameKind::user, NameKind::business,
                          NameKind::aggregate_type, NameKind::event_type, NameKind::aggregate}) {
    EXPECT_EQ(parse_name_kind(to_string(kind)), kind);
  }
  EXPECT_EQ(to_string(NameKind{8}), "unknown");
  for (const char* text : {"", "Account", "account ", "unknown"}) {
    EXPECT_EQ(parse_name_kind(text), std::nullopt) << text;
  }
}

TEST(NameTest, AnyTextOfPrintableUtf8IsGood) {
  for (const char* text : {"a", " ", "caf\xc3\xa9", "\xf0\x9f\x92\xb6", "name:x"}) {
    EXPECT_EQ(fault_of(make_name(NameKind::account, id_of(text), text)), PutNameStatus::created);
  }
  // Nor need the id be made from it.
  EXPECT_EQ(fault_of(make_name(NameKind::transfer, Uint128{u128_max}, "x")),
            PutNameStatus::created);
}

}  // namespace
}  // namespace daybook
