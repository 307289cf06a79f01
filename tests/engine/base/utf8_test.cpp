#include "engine/base/utf8.hpp"

#include <string>

#include <gtest/gtest.h>

namespace daybook {
namespace {

TEST(Utf8Test, EveryByteIsLookedAtWhereverItStands) {
  // Texts are read eight bytes at a time: whatever the others are, one byte decides.
  for (std::size_t size = 1; size <= 19; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (unsigned byte = 0; byte < 256; ++byte) {
        std::string text(size, '~');
        text[at] = static_cast<char>(byte);
        EXPECT_EQ(is_printable_utf8(text), byte >= 0x20 && byte < 0x7f)
            << "byte " << byte << " at " << at << " of " << size;
      }
    }
  }
}

TEST(Utf8Test, CharactersOfSeveralBytesStandAnywhere) {
  for (const std::string character : {"\xc3\xa9", "\xe4\xb8\xad", "\xf0\x9f\x92\xb6"}) {
    for (std::size_t before = 0; before < 10; ++before) {
      const std::string text = std::string(before, 'x') + character + std::string(9, ' ');
      EXPECT_TRUE(is_printable_utf8(text));
      EXPECT_FALSE(is_printable_utf8(text.substr(0, before + character.size() - 1)));
    }
  }
  EXPECT_TRUE(is_printable_utf8(""));
  EXPECT_FALSE(is_printable_utf8("\xc2\x80"));
  EXPECT_FALSE(is_printable_utf8("\xed\xa0\x80"));
  EXPECT_FALSE(is_printable_utf8("\xc0\xaf"));
}

}  // namespace
}  // namespace daybook
