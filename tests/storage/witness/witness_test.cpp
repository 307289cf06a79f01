// Witness: the newest good statement is read, whatever bit of the other slot is wrong.

#include "storage/witness/witness.hpp"

#include <gtest/gtest.h>

#include "tests/storage/support/scribe.hpp"

namespace daybook {
namespace {

constexpr Uint128 journal{7, 9};

WitnessStatement statement(std::uint64_t sequence) {
  return {.journal_id = journal, .durable = Sequence{sequence}, .entry_hash = {sequence, 1}};
}

class WitnessTest : public ::testing::Test {
 protected:
  WitnessTest() { EXPECT_TRUE(Witness::create(path_, journal).ok()); }

  void write(std::uint64_t sequence) {
    auto witness = Witness::open(path_);
    ASSERT_TRUE(witness.ok());
    ASSERT_TRUE(witness.value().write(statement(sequence)).ok());
  }

  testing::ScratchDirectory scratch_;
  std::filesystem::path path_ = scratch_ / "HEAD";
};

TEST_F(WitnessTest, BeginsWithNothingDurable) {
  const auto reading = read_witness(path_);
  ASSERT_TRUE(reading.ok());
  EXPECT_EQ(reading.value().statement.durable.value(), 0U);
  EXPECT_EQ(reading.value().statement.journal_id, journal);
  EXPECT_FALSE(reading.value().slot_damaged);
}

TEST_F(WitnessTest, TheNewestStatementStands) {
  for (const std::uint64_t sequence : {5U, 9U, 10U, 400U}) {
    write(sequence);
    const auto reading = read_witness(path_);
    EXPECT_EQ(reading.value().statement.durable.value(), sequence);
    EXPECT_EQ(reading.value().statement.entry_hash, (Uint128{sequence, 1}));
  }
}

TEST_F(WitnessTest, StandsInTheBytesDocumented) {
  write(5);
  const auto bytes = testing::file_bytes(path_);
  ASSERT_EQ(bytes.size(), 8'192U);
  EXPECT_EQ(bytes[0], std::byte{'D'});
  EXPECT_EQ(bytes[3], std::byte{'H'});
  EXPECT_EQ(bytes[8], std::byte{2});  // Generation 2, in slot 0.
  EXPECT_EQ(bytes[16], std::byte{7});
  EXPECT_EQ(bytes[32], std::byte{5});
  EXPECT_EQ(bytes[4'096 + 8], std::byte{1});
}

TEST_F(WitnessTest, EveryBitFlippedIsNoticedAndTheOtherSlotStands) {
  write(5);
  write(9);
  const auto good = testing::file_bytes(path_);
  for (std::size_t offset = 0; offset < 64; ++offset) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      for (const std::size_t slot : {std::size_t{0}, std::size_t{4'096}}) {
        auto bytes = good;
        bytes[slot + offset] ^= static_cast<std::byte>(1U << bit);
        testing::write_file(path_, bytes);
        const auto reading = read_witness(path_);
        ASSERT_TRUE(reading.ok());
        EXPECT_TRUE(reading.value().slot_damaged);
        // Generation 3, with sequence 9, stands in slot 1.
        EXPECT_EQ(reading.value().statement.durable.value(), slot == 0 ? 9U : 5U);
      }
    }
  }
}

TEST_F(WitnessTest, BothSlotsDamagedIsDamaged) {
  auto bytes = testing::file_bytes(path_);
  bytes[20] ^= std::byte{1};
  bytes[4'096 + 20] ^= std::byte{1};
  testing::write_file(path_, bytes);
  EXPECT_EQ(read_witness(path_).error().kind, FailureKind::damaged);
  testing::write_file(path_, {});
  EXPECT_EQ(read_witness(path_).error().kind, FailureKind::damaged);
  std::filesystem::remove(path_);
  EXPECT_EQ(read_witness(path_).error().kind, FailureKind::not_found);
}

}  // namespace
}  // namespace daybook
