// Entries: what seal_entry writes check_entry accepts, and every fault of every header field, of
// the payload, the padding and the size is named as damage (or as a newer version).
//
// Method: most faults are made with a checksum that fits, because the checksum alone would find
// them; one test proves that the checksum finds every single bit.

#include "engine/ports/entry.hpp"

#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/base/hash.hpp"
#include "engine/base/limits.hpp"

namespace daybook {
namespace {

constexpr Uint128 previous{0x1111, 0x2222};

EntryHeader good_header(std::uint32_t payload_bytes) {
  EntryHeader header;
  header.magic = entry_magic;
  header.format_version = entry_format_version;
  header.header_bytes = sizeof(EntryHeader);
  header.journal_id = Uint128{7, 8};
  header.first_sequence = 100;
  header.fact_count = 5;
  header.payload_bytes = payload_bytes;
  header.commit_time = 1'000;
  header.state_digest = 0xd1935;
  header.operation_count = 2;
  return header;
}

/// A value with `header` and a payload of counting bytes; not sealed.
std::vector<std::byte> unsealed(const EntryHeader& header, std::size_t payload_bytes) {
  std::vector<std::byte> value(padded_entry_bytes(payload_bytes));
  std::memcpy(value.data(), &header, sizeof(header));
  for (std::size_t i = 0; i < payload_bytes; ++i) {
    value[sizeof(header) + i] = static_cast<std::byte>(i % 251 + 1);
  }
  return value;
}

std::vector<std::byte> sealed(const EntryHeader& header, std::size_t payload_bytes) {
  std::vector<std::byte> value = unsealed(header, payload_bytes);
  seal_entry(value, previous);
  return value;
}

void expect_refused(const std::vector<std::byte>& value, FailureKind kind, const char* words) {
  const auto checked = check_entry(value);
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().kind, kind);
  EXPECT_NE(checked.error().what.find(words), std::string::npos) << checked.error().what;
}

TEST(EntryPaddingTest, GivesWholePagesLessSixteenBytes) {
  struct Row {
    std::size_t payload_bytes;
    std::size_t value_bytes;
  };
  constexpr Row rows[] = {
      {0, 4'080},
      {1, 4'080},
      {3'983, 4'080},
      {3'984, 4'080},  // 96 + 3,984 fill the first page exactly.
      {3'985, 8'176},
      {8'080, 8'176},
      {8'081, 12'272},
      {1'048'576, 1'052'656},
      {2'097'040, 2'097'136},  // The largest entry.
  };
  for (const Row& row : rows) {
    EXPECT_EQ(padded_entry_bytes(row.payload_bytes), row.value_bytes) << row.payload_bytes;
    EXPECT_EQ((padded_entry_bytes(row.payload_bytes) + 16) % 4'096, 0U);
    EXPECT_EQ(padded_entry_bytes(row.payload_bytes) % 16, 0U);
  }
}

TEST(EntryTest, IsAcceptedAsItWasSealed) {
  for (const std::uint32_t payload_bytes : {0U, 1U, 500U, 3'984U, 3'985U, 100'000U, 2'097'040U}) {
    SCOPED_TRACE(payload_bytes);
    const std::vector<std::byte> value = sealed(good_header(payload_bytes), payload_bytes);
    const auto checked = check_entry(value);
    ASSERT_TRUE(checked.ok()) << checked.error().what;
    const EntryView& view = checked.value();
    EXPECT_EQ(view.header.previous_hash, previous);
    EXPECT_EQ(view.header.journal_id, (Uint128{7, 8}));
    EXPECT_EQ(view.header.first(), Sequence{100});
    EXPECT_EQ(view.header.last(), Sequence{104});
    EXPECT_EQ(view.header.state_digest, 0xd1935U);
    EXPECT_EQ(view.payload().size(), payload_bytes);
    EXPECT_EQ(view.payload().data(), value.data() + sizeof(EntryHeader));
  }
}

TEST(EntryTest, SealReturnsTheHashOfEverythingAfterIt) {
  std::vector<std::byte> value = unsealed(good_header(64), 64);
  const Uint128 hash = seal_entry(value, previous);
  EXPECT_EQ(hash, xxh3_128(std::span<const std::byte>{value}.subspan(16)));
  EXPECT_EQ(check_entry(value).value().header.hash, hash);

  std::vector<std::byte> after_another = unsealed(good_header(64), 64);
  EXPECT_NE(seal_entry(after_another, Uint128{0x1112, 0x2222}), hash);
}

TEST(EntryTest, PutsEachFieldWhereTheFormatSaysItStands) {
  const std::vector<std::byte> value = sealed(good_header(10), 10);
  const auto word = [&](std::size_t offset, std::size_t bytes) {
    std::uint64_t number = 0;
    std::memcpy(&number, value.data() + offset, bytes);
    return number;
  };
  EXPECT_EQ(std::memcmp(value.data() + 16, "DBK1", 4), 0);
  EXPECT_EQ(word(20, 2), 1U);
  EXPECT_EQ(word(22, 2), 96U);
  EXPECT_EQ(word(24, 8), 7U);
  EXPECT_EQ(word(32, 8), 8U);
  EXPECT_EQ(word(40, 8), 100U);
  EXPECT_EQ(word(48, 4), 5U);
  EXPECT_EQ(word(52, 4), 10U);
  EXPECT_EQ(word(56, 8), 0x1111U);
  EXPECT_EQ(word(64, 8), 0x2222U);
  EXPECT_EQ(word(72, 8), 1'000U);
  EXPECT_EQ(word(80, 8), 0xd1935U);
  EXPECT_EQ(word(88, 4), 2U);
  EXPECT_EQ(word(92, 4), 0U);
}

TEST(EntryTest, NamesTheFaultOfEachHeaderFieldBehindAFittingChecksum) {
  struct Row {
    const char* name;
    std::function<void(EntryHeader&)> spoil;
    FailureKind kind;
    const char* words;
  };
  const auto damaged = FailureKind::damaged;
  const Row rows[] = {
      {"magic", [](EntryHeader& h) { h.magic ^= 1; }, damaged, "magic"},
      {"version 0", [](EntryHeader& h) { h.format_version = 0; }, FailureKind::unsupported,
       "format version 0"},
      {"version 2", [](EntryHeader& h) { h.format_version = 2; }, FailureKind::unsupported,
       "format version 2, this build reads 1"},
      {"header_bytes", [](EntryHeader& h) { h.header_bytes = 97; }, damaged, "contradicts"},
      {"first_sequence", [](EntryHeader& h) { h.first_sequence = 0; }, damaged, "contradicts"},
      {"fact_count", [](EntryHeader& h) { h.fact_count = 0; }, damaged, "contradicts"},
      {"payload_bytes past the page", [](EntryHeader& h) { h.payload_bytes = 3'985; }, damaged,
       "contradicts"},
      {"payload_bytes past the value", [](EntryHeader& h) { h.payload_bytes = 0xffffffff; },
       damaged, "contradicts"},
      {"payload_bytes too short", [](EntryHeader& h) { h.payload_bytes = 63; }, damaged,
       "padding is not zero"},
      {"reserved", [](EntryHeader& h) { h.reserved = 1; }, damaged, "contradicts"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    EntryHeader header = good_header(64);
    row.spoil(header);
    expect_refused(sealed(header, 64), row.kind, row.words);
  }
}

TEST(EntryTest, RefusesPaddingThatIsNotZeroAnywhere) {
  for (const std::size_t place : {std::size_t{96 + 64}, std::size_t{1'000}, std::size_t{4'079}}) {
    std::vector<std::byte> value = unsealed(good_header(64), 64);
    value[place] = std::byte{1};
    seal_entry(value, previous);
    expect_refused(value, FailureKind::damaged, "padding is not zero");
  }
}

TEST(EntryTest, RefusesEverySizeThatIsNotWholePagesLessSixteen) {
  const std::vector<std::byte> value = sealed(good_header(64), 64);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{95}, std::size_t{96},
                                 std::size_t{4'079}, std::size_t{4'081}, std::size_t{4'096}}) {
    SCOPED_TRACE(size);
    std::vector<std::byte> cut = value;
    cut.resize(size);
    expect_refused(cut, FailureKind::damaged, "cannot be");
  }
  // A page too many is a possible size, but not this entry's: first the checksum sees it.
  std::vector<std::byte> longer = value;
  longer.resize(8'176);
  expect_refused(longer, FailureKind::damaged, "checksum");
  seal_entry(longer, previous);
  expect_refused(longer, FailureKind::damaged, "contradicts");
}

TEST(EntryTest, RefusesOnePageMoreThanTheLargestEntry) {
  constexpr std::uint32_t payload_bytes = 2'097'040;
  static_assert(padded_entry_bytes(payload_bytes) + 16 == limits::entry_bytes_max);
  EXPECT_TRUE(check_entry(sealed(good_header(payload_bytes), payload_bytes)).ok());
  expect_refused(sealed(good_header(payload_bytes + 1), payload_bytes + 1), FailureKind::damaged,
                 "cannot be 2101232 bytes long");
}

TEST(EntryTest, RefusesEverySingleFlippedBit) {
  const std::vector<std::byte> value = sealed(good_header(600), 600);
  std::vector<std::byte> spoilt = value;
  unsigned accepted = 0;
  for (std::size_t bit = 0; bit < value.size() * 8; ++bit) {
    const auto mask = static_cast<std::byte>(1U << (bit % 8));
    spoilt[bit / 8] ^= mask;
    accepted += check_entry(spoilt).ok() ? 1 : 0;
    spoilt[bit / 8] ^= mask;
  }
  EXPECT_EQ(accepted, 0U);
  EXPECT_TRUE(check_entry(spoilt).ok());
}

TEST(EntryDeathTest, SealingLessThanAHeaderStopsTheProcess) {
  std::vector<std::byte> value(95);
  EXPECT_DEATH(seal_entry(value, previous), "starts with its header");
}

}  // namespace
}  // namespace daybook
