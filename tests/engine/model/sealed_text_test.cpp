// Sealed texts: their one form, whatever else is none, how they are masked wherever they stand, and
// the texts of a request.

#include "engine/model/sealed_text.hpp"

#include <cstring>

#include <gtest/gtest.h>

namespace daybook {
namespace {

constexpr Uint128 key{0x8899aabbccddeeff, 0x0123456789abcdef};

SealedText sealed_of(std::size_t text_bytes) {
  SealedText sealed;
  sealed.size = sealed_beside_bytes + text_bytes;
  const auto head = sealed_head(key);
  for (std::size_t at = 0; at < sealed.size; ++at) {
    sealed.bytes[at] = at < head.size() ? head[at] : static_cast<std::byte>(at * 37 + 200);
  }
  return sealed;
}

TEST(SealedText, ReadsBackWhatItWrote) {
  for (std::size_t bytes = 1; bytes <= limits::secret_bytes_max; ++bytes) {
    const SealedText sealed = sealed_of(bytes);
    const std::string text = to_text(sealed);
    EXPECT_LE(text.size(), limits::sealed_text_bytes_max);
    const auto read = read_sealed_text(text);
    ASSERT_TRUE(read.has_value()) << bytes;
    EXPECT_EQ(read->size, sealed.size);
    EXPECT_EQ(read->bytes, sealed.bytes);
    EXPECT_EQ(read->key_id(), key);
    EXPECT_EQ(read->encrypted().size(), bytes);
  }
}

TEST(SealedText, BeginsWithItsVersionAndItsKey) {
  // 01 01 23 45 67 89 ab cd ef 88 99 aa bb cc dd ee ff, as base64url.
  EXPECT_TRUE(to_text(sealed_of(5)).starts_with("sealed:AQEjRWeJq83viJmqu8zd7v"));
}

TEST(SealedText, NothingElseIsOne) {
  const std::string good = to_text(sealed_of(22));
  ASSERT_TRUE(is_sealed_text(good));
  for (std::size_t size = 0; size < good.size(); ++size) {
    const auto read = read_sealed_text(std::string_view{good}.substr(0, size));
    // Cut at a whole byte it has the form still, and no key opens it.
    EXPECT_TRUE(!read || read->size < sealed_of(22).size) << size;
  }
  EXPECT_FALSE(is_sealed_text("DE89370400440532013000"));
  EXPECT_FALSE(is_sealed_text(good.substr(7)));
  EXPECT_FALSE(is_sealed_text("Sealed:" + good.substr(7)));
  for (const char wrong : {'+', '/', '=', ' ', '\n', '\0', '\x80'}) {
    EXPECT_FALSE(is_sealed_text(good + wrong));
    std::string inside = good;
    inside[40] = wrong;
    EXPECT_FALSE(is_sealed_text(inside));
  }
  std::string other_version = good;
  other_version[8] = 'g';  // 02 instead of 01.
  EXPECT_FALSE(is_sealed_text(other_version));
}

TEST(SealedText, OfTheSameBytesThereIsOneText) {
  // 46 bytes are 62 digits, of which the last has four bits that say nothing.
  std::string text = to_text(sealed_of(1));
  ASSERT_TRUE(is_sealed_text(text));
  const char last = text.back();
  int forms = 0;
  for (const char digit : std::string{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"}) {
    text.back() = digit;
    if (const auto read = read_sealed_text(text); read && read->bytes == sealed_of(1).bytes) {
      ++forms;
      EXPECT_EQ(digit, last);
    }
  }
  EXPECT_EQ(forms, 1);
}

TEST(SealedText, SizesAtTheLimitAndPastIt) {
  EXPECT_TRUE(is_sealed_text(to_text(sealed_of(limits::secret_bytes_max))));
  EXPECT_FALSE(is_sealed_text(to_text(sealed_of(limits::secret_bytes_max)) + "AAAA"));
  // Nothing in it: 45 bytes are 60 digits.
  EXPECT_FALSE(is_sealed_text(to_text(sealed_of(1)).substr(0, 7 + 60)));
}

TEST(SecretMask, ShowsEightDigitsOfTheKey) { EXPECT_EQ(secret_mask(key), "secret:01234567"); }

TEST(SecretMask, MasksEverySealedTextWhereverItStands) {
  const std::string sealed = to_text(sealed_of(30));
  EXPECT_EQ(mask_secrets(""), "");
  EXPECT_EQ(mask_secrets("nothing in it"), "nothing in it");
  EXPECT_EQ(mask_secrets(sealed), "secret:01234567");
  EXPECT_EQ(mask_secrets("{\"a\":\"" + sealed + "\",\"b\":\"" + sealed + "\"}"),
            R"({"a":"secret:01234567","b":"secret:01234567"})");
  // Amid bytes that could be more of it, more is masked and never less.
  const std::string bytes = std::string{"\x80\x00\x7b", 3} + sealed + std::string{"A\0after", 7};
  EXPECT_EQ(mask_secrets(bytes),
            (std::string{"\x80\x00\x7b", 3} + "secret:01234567" + std::string{"\0after", 6}));
}

TEST(SecretMask, MasksWhatStandsRightBehindAnotherOneOrWhatLooksLikeOne) {
  const std::string sealed = to_text(sealed_of(30));
  const std::string mask = "secret:01234567";
  EXPECT_EQ(mask_secrets(sealed + sealed), mask + mask);
  EXPECT_EQ(mask_secrets(sealed + "sealed:x"), mask + "sealed:x");
  for (const char* text : {"sealed:", "sealed:AQEj", "sealed:sealed:", "sealed:AQEj-"}) {
    EXPECT_EQ(mask_secrets(text + sealed), text + mask);
  }
  const std::string other_version = "sealed:g" + sealed.substr(8);
  EXPECT_EQ(mask_secrets(other_version + sealed), other_version + mask);
}

TEST(SecretMask, LeavesWhatOnlyLooksLikeOne) {
  for (const char* text : {"sealed:", "sealed:AQEj", "sealed: an envelope", "sealed:sealed:x"}) {
    EXPECT_EQ(mask_secrets(text), text);
  }
}

TEST(SecretTexts, ReadBackAsTheyWereWritten) {
  const std::vector<std::string> texts{"DE89", std::string(limits::secret_bytes_max, 'x'), "ü"};
  const auto bytes = secret_texts(texts);
  const auto read = read_secret_texts(bytes);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(std::vector<std::string>(read->begin(), read->end()), texts);
}

TEST(SecretTexts, WhatMayNotBeSealedIsNone) {
  const auto takes = [](std::vector<std::string> texts) {
    return read_secret_texts(secret_texts(texts)).has_value();
  };
  EXPECT_FALSE(takes({}));
  EXPECT_FALSE(takes({""}));
  EXPECT_FALSE(takes({"good", ""}));
  EXPECT_FALSE(takes({std::string(limits::secret_bytes_max + 1, 'x')}));
  EXPECT_FALSE(takes({"a\nb"}));
  EXPECT_FALSE(takes({"\xff"}));
  EXPECT_FALSE(takes({to_text(sealed_of(3))}));
  EXPECT_FALSE(takes({"sealed:"}));
  EXPECT_FALSE(takes({"good", "sealed:looks like one"}));
  EXPECT_TRUE(takes({"sealed", "Sealed:", "is sealed:"}));
  EXPECT_TRUE(takes(std::vector<std::string>(limits::secrets_max, "x")));
  EXPECT_FALSE(takes(std::vector<std::string>(limits::secrets_max + 1, "x")));
}

TEST(SecretTexts, CutBytesAreNone) {
  const auto bytes = secret_texts(std::vector<std::string>{"one", "two"});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::vector<std::byte> cut{bytes.begin(),
                                     bytes.begin() + static_cast<std::ptrdiff_t>(size)};
    EXPECT_EQ(read_secret_texts(cut).has_value(), size == 5) << size;
  }
}

TEST(ForgetOutcomeTest, KeepsItsNumbersAndNames) {
  EXPECT_EQ(to_string(ForgetOutcome{0}), "forgotten");
  EXPECT_EQ(to_string(ForgetOutcome{1}), "was_forgotten");
  EXPECT_EQ(to_string(ForgetOutcome{2}), "unknown");
  EXPECT_EQ(to_string(ForgetOutcome{3}), "unknown_outcome");
}

}  // namespace
}  // namespace daybook
