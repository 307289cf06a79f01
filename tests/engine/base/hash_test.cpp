// Hashes: known answers, because their values are in files and on the wire for ever; pieces hash
// like the whole; mix() spreads every bit.

#include "engine/base/hash.hpp"

#include <algorithm>
#include <bit>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace daybook {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span{text.data(), text.size()});
}

/// 0, 1, 2, ... as bytes.
std::vector<std::byte> counting_bytes(std::size_t count) {
  std::vector<std::byte> bytes(count);
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::byte>(i & 255U);
  return bytes;
}

TEST(Xxh3Test, GivesThePublishedAnswers) {
  EXPECT_EQ(xxh3_64(bytes_of("")), 0x2d06800538d394c2U);
  EXPECT_EQ(xxh3_64(bytes_of("abc")), 0x78af5f94892f3950U);
  EXPECT_EQ(xxh3_128(bytes_of("")), (Uint128{0x6001c324468d497f, 0x99aa06d3014798d8}));
  EXPECT_EQ(xxh3_128(bytes_of("abc")), (Uint128{0x78af5f94892f3950, 0x06b05ab6733a6185}));
}

TEST(Xxh3Test, OfTwoPiecesIsTheHashOfBothSideBySide) {
  const std::vector<std::byte> bytes = counting_bytes(2'000);
  const std::span<const std::byte> all{bytes};
  for (const std::size_t size : {0U, 1U, 16U, 17U, 128U, 129U, 240U, 241U, 1'024U, 2'000U}) {
    const std::uint64_t whole = xxh3_64(all.first(size));
    for (const std::size_t cut : {std::size_t{0}, std::size_t{1}, size / 2, size}) {
      if (cut > size) continue;
      EXPECT_EQ(xxh3_64(all.first(cut), all.subspan(cut, size - cut)), whole)
          << size << " bytes cut at " << cut;
    }
  }
}

TEST(Sha256Test, GivesThePublishedAnswers) {
  EXPECT_EQ(to_hex(sha256(bytes_of(""))),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256(bytes_of("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256(bytes_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256Test, InPiecesIsTheDigestOfTheWhole) {
  const std::vector<std::byte> bytes = counting_bytes(1'000);
  Sha256 pieces;
  for (std::size_t start = 0; start < bytes.size(); start += 37) {
    pieces.update(std::span{bytes}.subspan(start, std::min<std::size_t>(37, 1'000 - start)));
  }
  EXPECT_EQ(pieces.finish(), sha256(bytes));
}

TEST(ConstantTimeTest, ComparesSizeAndEveryByte) {
  const std::vector<std::byte> secret = counting_bytes(32);
  EXPECT_TRUE(equal_in_constant_time(secret, counting_bytes(32)));
  EXPECT_TRUE(equal_in_constant_time({}, {}));
  EXPECT_FALSE(equal_in_constant_time(secret, counting_bytes(31)));
  for (std::size_t place = 0; place < secret.size(); ++place) {
    std::vector<std::byte> other = secret;
    other[place] ^= std::byte{0x80};
    EXPECT_FALSE(equal_in_constant_time(secret, other)) << "difference at byte " << place;
  }
}

// Worked out apart from this code, from the definition in hash.hpp: these values are in every
// state digest ever written.
TEST(MixTest, NeverChangesItsAnswers) {
  static_assert(fold_multiply(0xffffffffffffffff, 0xffffffffffffffff) == 0xffffffffffffffff);
  static_assert(fold_multiply(3, 5) == 15);
  EXPECT_EQ(mix(Uint128{0, 0}, 0), 0x167bb8bce5b8fecfU);
  EXPECT_EQ(mix(Uint128{1, 0}, 0), 0x9a45666e5d4128e1U);
  EXPECT_EQ(mix(Uint128{0x0123456789abcdef, 0xfedcba9876543210}, 42), 0xd1b5564c20290792U);
}

// Ideal: a flipped input bit flips 32 of 64 output bits. Averaged over a thousand ids, each input
// bit must reach between 28 and 36; a bit that is dropped or copied is far outside.
TEST(MixTest, SpreadsEveryBitOfIdAndSalt) {
  constexpr unsigned ids = 1'000;
  for (unsigned bit = 0; bit < 192; ++bit) {
    unsigned flipped = 0;
    for (std::uint64_t i = 0; i < ids; ++i) {
      const Uint128 id{i * 0x9e3779b97f4a7c15, i};
      Uint128 other = id;
      std::uint64_t salt = i;
      if (bit < 128) {
        other = Uint128{id.wide() ^ (static_cast<u128>(1) << bit)};
      } else {
        salt ^= std::uint64_t{1} << (bit - 128);
      }
      flipped += static_cast<unsigned>(std::popcount(mix(id, i) ^ mix(other, salt)));
    }
    EXPECT_GT(flipped, 28 * ids) << "input bit " << bit;
    EXPECT_LT(flipped, 36 * ids) << "input bit " << bit;
  }
}

TEST(MixTest, SpreadsConsecutiveIdsEvenly) {
  constexpr std::size_t buckets = 256;
  constexpr std::uint64_t ids = 256 * 1'000;
  std::vector<unsigned> low(buckets);
  std::vector<unsigned> high(buckets);
  for (std::uint64_t i = 0; i < ids; ++i) {
    const std::uint64_t hash = mix(Uint128{i, 0}, 0);
    ++low[hash % buckets];
    ++high[hash >> 56];
  }
  for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
    // 1,000 expected; the standard deviation is about 32.
    EXPECT_NEAR(low[bucket], 1'000, 200);
    EXPECT_NEAR(high[bucket], 1'000, 200);
  }
}

}  // namespace
}  // namespace daybook
