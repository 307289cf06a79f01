// Flags as text: every value of both sets reads back as itself, and wrong names are refused.

#include "tools/daybook/text/flag_text.hpp"

#include <gtest/gtest.h>

#include "engine/model/account.hpp"
#include "engine/model/transfer.hpp"

namespace daybook {
namespace {

TEST(FlagTextTest, EveryValueReadsBackAsItself) {
  for (const FlagSet set : {FlagSet::account, FlagSet::transfer}) {
    for (unsigned flags = 0; flags < 65'536; ++flags) {
      const auto bits = static_cast<std::uint16_t>(flags);
      const auto read = parse_flags(set, format_flags(set, bits));
      ASSERT_TRUE(read.ok()) << flags;
      ASSERT_EQ(read.value(), bits);
    }
  }
}

TEST(FlagTextTest, EveryKnownBitHasAName) {
  EXPECT_EQ(format_flags(FlagSet::account, account_flag::known).find("bit_"), std::string::npos);
  EXPECT_EQ(format_flags(FlagSet::transfer, transfer_flag::known).find("bit_"), std::string::npos);
  EXPECT_EQ(format_flags(FlagSet::account, 1U << 8), "bit_8");
}

TEST(FlagTextTest, TheEnginesOwnFlagsAreShownAndNotOffered) {
  constexpr std::uint16_t frozen = account_flag::debits_frozen | account_flag::credits_frozen;
  EXPECT_EQ(format_flags(FlagSet::account, frozen), "debits_frozen|credits_frozen");
  EXPECT_EQ(known_flag_names(FlagSet::account).find("frozen"), std::string::npos);
  for (const FlagSet set : {FlagSet::account, FlagSet::transfer}) {
    unsigned settable = 0;
    for (const SettableFlag& flag : settable_flags(set)) {
      settable |= parse_flag(set, flag.name).value();
      EXPECT_FALSE(flag.help.empty()) << flag.name;
    }
    EXPECT_EQ(settable, set == FlagSet::account ? account_flag::known : transfer_flag::known);
  }
}

TEST(FlagTextTest, NamesAreJoinedByABar) {
  constexpr std::uint16_t bits = transfer_flag::linked | transfer_flag::pending;
  EXPECT_EQ(format_flags(FlagSet::transfer, bits), "linked|pending");
  EXPECT_EQ(parse_flags(FlagSet::transfer, "pending|linked").value(), bits);
  EXPECT_EQ(parse_flags(FlagSet::transfer, "").value(), 0U);
}

TEST(FlagTextTest, RefusesUnknownAndEmptyNames) {
  for (const char* text : {"Linked", "linked|", "|linked", "linked||pending", "linked,pending",
                           "history", "bit_16", "bit_", "1"}) {
    EXPECT_FALSE(parse_flags(FlagSet::transfer, text).ok()) << text;
  }
  const std::string words = parse_flags(FlagSet::account, "frozen").error().what;
  EXPECT_NE(words.find("'frozen'"), std::string::npos);
  EXPECT_NE(words.find("closed"), std::string::npos) << "the words say which flags there are";
}

}  // namespace
}  // namespace daybook
