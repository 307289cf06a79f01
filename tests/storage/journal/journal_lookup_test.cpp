// JournalLookup: every sequence and every time finds its entry, live over rotation and offline.
//
// Method: compared with a linear search over the copies that the scribe kept.

#include "storage/journal/journal_lookup.hpp"

#include <cstring>

#include <gtest/gtest.h>

#include "tests/storage/support/scribe.hpp"

namespace daybook {
namespace {

using testing::RememberingObserver;
using testing::ScratchDirectory;
using testing::Scribe;

EntryHeader header_of(const std::vector<std::byte>& value) {
  EntryHeader header;
  std::memcpy(&header, value.data(), sizeof(header));
  return header;
}

/// The first sequence of the entry found; 0 when none is.
std::uint64_t by_sequence(JournalLookup& lookup, std::uint64_t sequence) {
  std::uint64_t found = 0;
  const auto looked = lookup.with_entry(
      Sequence{sequence}, [&](const EntryView& view) { found = view.header.first_sequence; });
  if (!looked) {
    EXPECT_EQ(looked.error().kind, FailureKind::not_found) << looked.error().what;
  }
  return found;
}

std::uint64_t by_time(JournalLookup& lookup, std::uint64_t time) {
  std::uint64_t found = 0;
  const auto looked = lookup.with_entry_at_time(
      time, [&](const EntryView& view) { found = view.header.first_sequence; });
  if (!looked) {
    EXPECT_EQ(looked.error().kind, FailureKind::not_found) << looked.error().what;
  }
  return found;
}

void expect_all_found(JournalLookup& lookup, const std::vector<std::vector<std::byte>>& values,
                      std::uint64_t durable) {
  std::uint64_t newest_time = 0;
  for (const auto& value : values) {
    const EntryHeader header = header_of(value);
    if (header.last().value() > durable) break;
    for (std::uint64_t one = header.first_sequence; one <= header.last().value(); ++one) {
      ASSERT_EQ(by_sequence(lookup, one), header.first_sequence);
    }
    ASSERT_EQ(by_time(lookup, header.commit_time), header.first_sequence);
    ASSERT_EQ(by_time(lookup, header.commit_time + 9), header.first_sequence);
    newest_time = header.commit_time;
  }
  EXPECT_EQ(by_sequence(lookup, 0), 0U);
  EXPECT_EQ(by_sequence(lookup, durable + 1), 0U);
  EXPECT_EQ(by_time(lookup, header_of(values.front()).commit_time - 1), 0U);
  EXPECT_NE(by_time(lookup, newest_time + 1'000'000), 0U);
}

class JournalLookupTest : public ::testing::Test {
 protected:
  ScratchDirectory scratch_;
  RememberingObserver observer_;
  std::filesystem::path root_ = scratch_ / "data";
};

TEST_F(JournalLookupTest, FindsEveryEntryOffline) {
  std::vector<std::vector<std::byte>> values;
  std::uint64_t last = 0;
  {
    Scribe scribe{root_, observer_};
    scribe.write(400);
    values = scribe.values();
    last = scribe.last().value();
    // More segments than a lookup keeps open.
    ASSERT_GT(scribe.segment(), journal_limits::lookup_open_segments_max + 1);
  }
  auto lookup = JournalLookup::open(root_);
  ASSERT_TRUE(lookup.ok()) << lookup.error().what;
  expect_all_found(*lookup.value(), values, last);
}

TEST_F(JournalLookupTest, FindsWhatIsDurableAndNothingElseLive) {
  Scribe scribe{root_, observer_};
  std::uint64_t durable = 0;
  auto lookup = JournalLookup::open(root_, [&] { return Sequence{durable}; });
  ASSERT_TRUE(lookup.ok()) << lookup.error().what;
  EXPECT_EQ(by_sequence(*lookup.value(), 1), 0U);
  EXPECT_EQ(by_time(*lookup.value(), 1'000'000), 0U);
  for (int round = 0; round < 12; ++round) {
    scribe.write(8);
    // The newest entry is committed, and not durable yet.
    durable = scribe.sequences().back() - 1;
    expect_all_found(*lookup.value(), scribe.values(), durable);
  }
  ASSERT_GE(scribe.segment(), 3U);
}

TEST_F(JournalLookupTest, AnEntryDamagedOnDiskIsNotShown) {
  std::vector<std::uint64_t> sequences;
  {
    Scribe scribe{root_, observer_};
    scribe.write(5);
    sequences = scribe.sequences();
  }
  const auto path = JournalLayout{root_}.segment(1);
  auto bytes = testing::file_bytes(path);
  std::size_t page = 2;
  while (true) {
    EntryHeader header;
    ASSERT_LT(page, bytes.size() / 4'096);
    std::memcpy(&header, bytes.data() + page * 4'096 + 16, sizeof(header));
    // LMDB's tree pages may hold remains of a value in their unused middle.
    const bool is_value = bytes[page * 4'096 + 10] == std::byte{4};
    if (is_value && header.magic == entry_magic) break;
    ++page;
  }
  bytes[page * 4'096 + 300] ^= std::byte{1};
  testing::write_file(path, bytes);
  auto lookup = JournalLookup::open(root_);
  int damaged = 0;
  for (const std::uint64_t sequence : sequences) {
    const auto looked = lookup.value()->with_entry(Sequence{sequence}, [](const EntryView&) {});
    if (!looked) {
      ++damaged;
      EXPECT_EQ(looked.error().kind, FailureKind::damaged);
    }
  }
  EXPECT_EQ(damaged, 1);
}

}  // namespace
}  // namespace daybook
