// Ids: a name becomes the same id everywhere, and ids of different meanings do not mix.

#include "engine/model/ids.hpp"

#include <string>
#include <type_traits>

#include <gtest/gtest.h>

namespace daybook {
namespace {

static_assert(!std::is_convertible_v<AccountId, TransferId>);
static_assert(!std::is_constructible_v<AccountId, TransferId>);
static_assert(!std::is_convertible_v<Uint128, AccountId>);
static_assert(!std::is_convertible_v<AccountId, Uint128>);
static_assert(sizeof(AccountId) == 16 && sizeof(LedgerId) == 4 && sizeof(Code) == 2);

// The first 16 bytes of the published SHA-256 of these texts.
TEST(IdOfTest, IsTheFirstHalfOfSha256MostSignificantByteFirst) {
  EXPECT_EQ(to_hex(id_of("")), "e3b0c44298fc1c149afbf4c8996fb924");
  EXPECT_EQ(to_hex(id_of("abc")), "ba7816bf8f01cfea414140de5dae2223");
  EXPECT_EQ(to_hex(id_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039");
}

TEST(IdOfTest, SeesEveryByteOfTheText) {
  EXPECT_NE(id_of("order-1"), id_of("order-2"));
  EXPECT_NE(id_of("order"), id_of("Order"));
  EXPECT_NE(id_of(std::string_view{"a\0b", 3}), id_of("a"));
}

TEST(NamedTest, ComparesByItsNumber) {
  EXPECT_LT((AccountId{Uint128{~0ULL, 0}}), (AccountId{Uint128{0, 1}}));
  EXPECT_EQ(LedgerId{}, LedgerId{0});
  EXPECT_NE(Code{1}, Code{2});
}

}  // namespace
}  // namespace daybook
