// PageWalker: reads what LMDB wrote, and no bytes crash it, hang it, or pass unnoticed.
//
// Method: a segment of three entries, some pages of every kind, and every one of its bits flipped
// in turn. A flip is reported, or every entry stays byte-identical, through the walker and through
// LMDB. Then files of random bytes and random damage, with a fixed seed that a failure prints.

#include "storage/journal/page_walker.hpp"

#include <cstring>
#include <random>

#include <gtest/gtest.h>

#include "storage/journal/page_format.hpp"
#include "storage/journal/verify.hpp"
#include "storage/lmdb/environment.hpp"
#include "tests/storage/support/scribe.hpp"

namespace daybook {
namespace {

using testing::RememberingObserver;
using testing::ScratchDirectory;
using testing::Scribe;

using Values = std::vector<std::vector<std::byte>>;

/// All values that the walker finds, or nothing when it reports damage.
std::optional<Values> walk_values(const PageWalker& walker, std::vector<std::byte>& room) {
  const SegmentStructure structure = walker.walk();
  if (!structure.sound()) return std::nullopt;
  Values values;
  for (const EntryPosition& position : structure.entries) {
    const auto value = walker.read_value(position, room);
    if (!value) return std::nullopt;
    const auto view = check_entry(value.value());
    if (!view || view.value().header.first_sequence != position.key) return std::nullopt;
    values.emplace_back(value.value().begin(), value.value().end());
  }
  return values;
}

class PageWalkerTest : public ::testing::Test {
 protected:
  void write_journal(int entries, std::uint32_t payload_bytes = 16) {
    Scribe scribe{root_, observer_};
    for (int count = 0; count < entries; ++count) scribe.write_one(payload_bytes);
    scribe.settle();
    values_ = scribe.values();
  }

  /// Cuts the preallocated rest off, as sealing does.
  void trim(const std::filesystem::path& path) {
    const auto walker = PageWalker::open(path);
    std::filesystem::resize_file(path, (walker.value().walk().last_page + 1) * 4'096);
  }

  ScratchDirectory scratch_;
  RememberingObserver observer_;
  std::filesystem::path root_ = scratch_ / "data";
  std::filesystem::path first_ = JournalLayout{root_}.segment(1);
  Values values_;
};

TEST_F(PageWalkerTest, ReadsEverySizeOfTree) {
  for (const int entries : {1, 2, 3, 10, 200, 700}) {
    SCOPED_TRACE(entries);
    const auto root = scratch_ / std::to_string(entries);
    JournalSettings settings = testing::small_settings();
    settings.segment_bytes = settings.first_segment_bytes = std::uint64_t{16} << 20;
    Values values;
    {
      Scribe scribe{root, observer_, settings};
      for (int count = 0; count < entries; ++count) scribe.write_one(16);
      values = scribe.values();
    }
    const auto walker = PageWalker::open(JournalLayout{root}.segment(1));
    std::vector<std::byte> room;
    const auto walked = walk_values(walker.value(), room);
    ASSERT_TRUE(walked);
    EXPECT_EQ(*walked, values);
    EXPECT_TRUE(walker.value().walk().findings.empty());  // Every page has exactly one use.
  }
}

TEST_F(PageWalkerTest, AnEmptyEnvironmentIsSoundAndHasNothing) {
  const auto path = scratch_ / "empty.mdb";
  ASSERT_TRUE(lmdb::Environment::create(path).ok());
  const SegmentStructure structure = PageWalker::open(path).value().walk();
  EXPECT_TRUE(structure.sound());
  EXPECT_EQ(structure.transaction, 0U);
  EXPECT_TRUE(structure.entries.empty());
}

// Fault 11: every bit. Fault 12: LMDB's own pages among them.
TEST_F(PageWalkerTest, EveryBitFlippedIsReportedOrChangesNoEntry) {
  write_journal(3);
  trim(first_);
  auto bytes = testing::file_bytes(first_);
  const auto expected = testing::read_all(root_).values;
  ASSERT_EQ(expected, values_);

  auto file = File::open(first_, File::Mode::write);
  const auto walker = PageWalker::open(first_);
  std::vector<std::byte> room;
  std::size_t reported = 0;
  std::size_t harmless = 0;
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    const std::byte flipped = bytes[bit / 8] ^ static_cast<std::byte>(1U << (bit % 8));
    ASSERT_TRUE(file.value().write_at({&flipped, 1}, bit / 8).ok());
    const auto walked = walk_values(walker.value(), room);
    if (walked) {
      ++harmless;
      ASSERT_EQ(*walked, expected) << "bit " << bit;
      // What the walker lets pass, LMDB is let open. One bit a byte: the rest differ in nothing.
      if (bit % 8 == (bit / 8) % 8) {
        const auto reading = testing::read_all(root_);
        ASSERT_FALSE(reading.failure) << "bit " << bit << ": " << reading.failure->what;
        ASSERT_EQ(reading.values, expected) << "bit " << bit;
      }
    } else {
      ++reported;
      if (bit % 1'009 == 0) {
        EXPECT_GE(verify_journal(root_).value().damage_count, 1U) << "bit " << bit;
        EXPECT_TRUE(testing::read_all(root_).failure) << "bit " << bit;
      }
    }
    ASSERT_TRUE(file.value().write_at({&bytes[bit / 8], 1}, bit / 8).ok());
  }
  // All bits of the values are reported, and more.
  EXPECT_GT(reported, 3 * 4'080 * 8U);
  EXPECT_GT(harmless, 0U);
}

TEST_F(PageWalkerTest, AWriterContinuesCorrectlyAfterAnyFlipThatWasLetPass) {
  write_journal(3);
  const auto whole = testing::file_bytes(first_);
  const auto walker = PageWalker::open(first_);
  const std::size_t used = (walker.value().walk().last_page + 1) * 4'096;
  std::vector<std::byte> room;
  int continued = 0;
  for (std::size_t bit = 0; bit < used * 8; bit += 997) {
    auto bytes = whole;
    bytes[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    testing::write_file(first_, bytes);
    if (!walk_values(PageWalker::open(first_).value(), room)) continue;
    Values expected = values_;
    {
      Scribe scribe{root_, observer_};
      scribe.write(3);
      expected.insert(expected.end(), scribe.values().begin(), scribe.values().end());
    }
    const auto reading = testing::read_all(root_);
    ASSERT_FALSE(reading.failure) << "bit " << bit << ": " << reading.failure->what;
    ASSERT_EQ(reading.values, expected) << "bit " << bit;
    ++continued;
  }
  EXPECT_GT(continued, 10);
}

// Fault 14: a file that was cut.
TEST_F(PageWalkerTest, TruncatedAtEveryPageAndInsideThem) {
  write_journal(3);
  trim(first_);
  const auto bytes = testing::file_bytes(first_);
  std::vector<std::byte> room;
  for (std::size_t size = 0; size < bytes.size(); size += 512) {
    testing::write_file(first_, std::span{bytes}.first(size));
    const auto walked = walk_values(PageWalker::open(first_).value(), room);
    // A free page at the end may be missing; an entry's may not.
    if (walked) {
      EXPECT_EQ(*walked, values_) << size;
    }
    const auto report = verify_journal(root_);
    ASSERT_TRUE(report.ok());
    EXPECT_EQ(report.value().sound(), walked.has_value()) << size;
  }
}

TEST_F(PageWalkerTest, RandomDamageNeverCrashesOrInventsAnEntry) {
  write_journal(30);
  trim(first_);
  const auto good = testing::file_bytes(first_);
  constexpr unsigned seed = 20'240'607;
  SCOPED_TRACE(seed);
  std::mt19937 random{seed};
  std::vector<std::byte> room;
  for (int round = 0; round < 10'000; ++round) {
    auto bytes = good;
    const unsigned changes = 1 + random() % 8;
    for (unsigned change = 0; change < changes; ++change) {
      // Mostly in the pages that LMDB made, which are few: near the start of some page.
      const std::size_t page = random() % (bytes.size() / 4'096);
      const std::size_t offset = page * 4'096 + random() % (random() % 2 == 0 ? 160 : 4'096);
      const std::byte value{static_cast<std::uint8_t>(random())};
      bytes[offset] = value;
      if (random() % 4 == 0 && offset + 8 < bytes.size()) {
        std::memset(&bytes[offset], random() % 2 == 0 ? 0xff : 0, 8);
      }
    }
    testing::write_file(first_, bytes);
    const auto walker = PageWalker::open(first_);
    const SegmentStructure structure = walker.value().walk();
    for (const EntryPosition& position : structure.entries) {
      const auto value = walker.value().read_value(position, room);
      if (!value || !check_entry(value.value())) continue;
      const std::vector<std::byte> copy(value.value().begin(), value.value().end());
      ASSERT_NE(std::find(values_.begin(), values_.end(), copy), values_.end()) << round;
    }
  }
}

TEST_F(PageWalkerTest, FilesOfRandomBytesAreDamage) {
  std::mt19937 random{7};
  const auto path = scratch_ / "random.mdb";
  for (int round = 0; round < 300; ++round) {
    std::vector<std::byte> bytes(random() % 40'000);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
    testing::write_file(path, bytes);
    EXPECT_FALSE(PageWalker::open(path).value().walk().sound());
    EXPECT_EQ(check_segment_structure(path).error().kind, FailureKind::damaged);
  }
}

TEST_F(PageWalkerTest, NamesTheFilePageAndKind) {
  write_journal(3);
  auto bytes = testing::file_bytes(first_);
  std::memset(bytes.data() + 4'096, 0, 4'096);
  testing::write_file(first_, bytes);
  const auto checked = check_segment_structure(first_);
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().what, first_.string() + ", page 1: meta_page: meta page: it is zeroed");
}

// Found by injected errors: what LMDB leaves when writing a meta page fails is not damage.
TEST_F(PageWalkerTest, TakesAMetaPageThatWasTakenBackForWhatItIs) {
  write_journal(5);
  std::vector<std::byte> bytes = testing::file_bytes(first_);
  // Five transactions: page 1 holds the newest, page 0 the one before. As a failed sixth would
  // leave page 0: its tree, with the fourth's transaction and last page.
  std::uint64_t entries = 6;
  const std::size_t meta_at = sizeof(page_format::PageHeader);
  const std::size_t entries_at =
      meta_at + offsetof(page_format::Meta, entries) + offsetof(page_format::Tree, entries);
  std::memcpy(bytes.data() + entries_at, &entries, sizeof(entries));
  testing::write_file(first_, bytes);

  const auto walker = PageWalker::open(first_);
  const SegmentStructure structure = walker.value().walk();
  EXPECT_TRUE(structure.sound());
  ASSERT_EQ(structure.findings.size(), 1U);
  EXPECT_EQ(structure.findings[0].severity, FindingSeverity::note);
  EXPECT_EQ(structure.entries.size(), 5U);

  entries = 7;  // Nothing that a failed commit leaves.
  std::memcpy(bytes.data() + entries_at, &entries, sizeof(entries));
  testing::write_file(first_, bytes);
  EXPECT_FALSE(PageWalker::open(first_).value().walk().sound());
}

// Found by injected errors: the first two commits leave the transaction 0 in the page.
TEST_F(PageWalkerTest, TakesBackTheSecondCommitOfASegmentToo) {
  write_journal(1);
  std::vector<std::byte> bytes = testing::file_bytes(first_);
  const std::uint64_t entries = 2;
  const std::size_t entries_at = sizeof(page_format::PageHeader) +
                                 offsetof(page_format::Meta, entries) +
                                 offsetof(page_format::Tree, entries);
  std::memcpy(bytes.data() + entries_at, &entries, sizeof(entries));
  testing::write_file(first_, bytes);

  const SegmentStructure structure = PageWalker::open(first_).value().walk();
  EXPECT_TRUE(structure.sound());
  ASSERT_EQ(structure.findings.size(), 1U);
  EXPECT_EQ(structure.findings[0].severity, FindingSeverity::note);
  EXPECT_EQ(structure.entries.size(), 1U);
  {
    Scribe scribe{root_, observer_};
    scribe.write(3);
  }
  EXPECT_EQ(testing::read_all(root_).values.size(), 4U);
}

}  // namespace
}  // namespace daybook
