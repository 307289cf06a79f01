// Records survive being packed, whatever is in them; keys keep their texts and their order.
#include "engine/recon/packed_record.hpp"

#include <cstring>

#include <gtest/gtest.h>

#include "tests/support/random.hpp"

namespace daybook::recon {
namespace {

Record random_record(daybook::test::Random& random) {
  const std::string text = "reference-number-" + std::to_string(random.next());
  Record record;
  record.key = key_of_text(std::string_view{text}.substr(0, random.below(25)));
  const auto bits = static_cast<unsigned>(random.below(93));
  const i128 amount = static_cast<i128>(
      ((static_cast<u128>(random.next()) << 64) | random.next()) >> (128 - bits - 1) >> 1);
  record.set_amount(random.chance(50) ? amount : -amount);
  if (random.chance(30)) record.set_fee(-static_cast<i128>(random.below(1'000)) - 1);
  if (random.chance(30)) record.party = random.next() | 1;
  if (random.chance(30)) record.settlement = random.next() | 1;
  if (random.chance(90)) record.time_ns = static_cast<std::int64_t>(random.next() >> 1);
  record.currency = currency_of_text(std::string_view{"ABCDEFGH"}.substr(0, 1 + random.below(8)));
  record.set_place(static_cast<Side>(random.below(2)), static_cast<RecordType>(random.below(9)),
                   static_cast<RecordStatus>(random.below(6)),
                   random.next() & limits::file_bytes_max);
  return record;
}

bool same(const Record& a, const Record& b) { return std::memcmp(&a, &b, sizeof a) == 0; }

TEST(PackedRecord, ComesBackAsItWas) {
  daybook::test::Random random{20'260'101};
  for (int i = 0; i < 20'000; ++i) {
    const Record record = random_record(random);
    std::array<std::byte, packed_bytes_max + packed_slack> bytes{};
    const std::size_t size = pack(record, bytes.data());
    // What follows a record is another one's.
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(size), bytes.end(), std::byte{0xa5});
    Record back;
    EXPECT_EQ(unpack(bytes.data(), back), size);
    EXPECT_EQ(packed_size(bytes.data()), size);
    EXPECT_EQ(packed_key(bytes.data()), record.key);
    ASSERT_TRUE(same(record, back)) << "record " << i;
  }
}

TEST(PackedRecord, HasTheBytesOfTheExample) {
  Record record;
  record.key = key_of_text("a1");
  record.set_amount(1'250);
  record.currency = currency_of_text("EUR");
  record.time_ns = 1;
  record.place = 2;
  std::array<std::byte, packed_bytes_max + packed_slack> bytes{};
  EXPECT_EQ(pack(record, bytes.data()), 25U);
  const std::array<unsigned, 25> expected{0x02, 0x42, 2,   0,   0,   0,    0,   0, 0,
                                          0,    1,    0,   0,   0,   0,    0,   0, 0,
                                          'a',  '1',  'E', 'U', 'R', 0xe2, 0x04};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(std::to_integer<unsigned>(bytes[i]), expected[i]) << i;
  }
}

TEST(Key, OrdersAndReadsLikeItsText) {
  EXPECT_LT(key_of_text("a"), key_of_text("aa"));
  EXPECT_LT(key_of_text("a\x7f"), key_of_text("b"));
  EXPECT_LT(key_of_text("12345678"), key_of_text("123456789"));
  EXPECT_EQ(reference_of(key_of_text("exactly-24-bytes-of-text")), "exactly-24-bytes-of-text");
  EXPECT_EQ(reference_of(key_of_text("")), "");
}

TEST(Key, IsADigestOfALongReference) {
  const KeyWords at_limit = key_of_reference(std::string(24, 'x'));
  const KeyWords beyond = key_of_reference(std::string(25, 'x'));
  EXPECT_EQ(reference_of(at_limit), std::string(24, 'x'));
  EXPECT_EQ(reference_of(beyond), std::nullopt);
  EXPECT_NE(beyond, key_of_reference(std::string(26, 'x')));
  EXPECT_EQ(beyond, key_of_reference(std::string(25, 'x')));
}

TEST(AmountText, PutsThePointWhereTheScaleSays) {
  EXPECT_EQ(amount_text(-1'250, 2), "-12.50");
  EXPECT_EQ(amount_text(5, 3), "0.005");
  EXPECT_EQ(amount_text(-5, 0), "-5");
  EXPECT_EQ(amount_text(0, 2), "0.00");
}

}  // namespace
}  // namespace daybook::recon
