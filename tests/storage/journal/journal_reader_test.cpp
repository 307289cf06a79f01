// JournalReader: begins anywhere, never passes what is durable, follows rotation, and stops with
// the place at anything that does not follow.

#include "storage/journal/journal_reader.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

#include "storage/lmdb/environment.hpp"
#include "tests/storage/support/scribe.hpp"

namespace daybook {
namespace {

using testing::RememberingObserver;
using testing::ScratchDirectory;
using testing::Scribe;

class JournalReaderTest : public ::testing::Test {
 protected:
  /// A closed journal of several segments.
  void write_journal(int entries = 60) {
    Scribe scribe{root_, observer_};
    scribe.write(entries);
    values_ = scribe.values();
    sequences_ = scribe.sequences();
    last_ = scribe.last();
    segments_ = scribe.segment();
    ASSERT_GE(segments_, 3U);
  }

  [[nodiscard]] std::filesystem::path segment(std::uint64_t ordinal) const {
    return JournalLayout{root_}.segment(ordinal);
  }

  /// Rewrites a segment with `change` applied to each of its entries, hashes made new on request.
  void rewrite(std::uint64_t ordinal,
               const std::function<void(std::uint64_t key, std::vector<std::byte>&)>& change) {
    std::vector<std::pair<std::uint64_t, std::vector<std::byte>>> entries;
    {
      auto environment = lmdb::Environment::open(segment(ordinal), lmdb::Access::read_unlocked);
      auto pages = lmdb::ReadTransaction::open(environment.value());
      ASSERT_TRUE(pages.value().begin().ok());
      for (auto item = pages.value().first(); item.value();
           item = pages.value().at_or_after(item.value()->key + 1)) {
        entries.emplace_back(item.value()->key,
                             std::vector(item.value()->value.begin(), item.value()->value.end()));
      }
    }
    std::filesystem::remove(segment(ordinal));
    ASSERT_TRUE(lmdb::Environment::create(segment(ordinal)).ok());
    auto environment = lmdb::Environment::open(segment(ordinal), lmdb::Access::write, 1 << 24);
    for (auto& [key, value] : entries) {
      change(key, value);
      if (value.empty()) continue;
      auto transaction = lmdb::WriteTransaction::begin(*environment.value());
      const auto room = transaction.value().append(key, value.size());
      std::copy(value.begin(), value.end(), room.value().begin());
      ASSERT_TRUE(transaction.value().commit().ok());
    }
  }

  Failure failure_of_reading() {
    auto reading = testing::read_all(root_);
    EXPECT_TRUE(reading.failure.has_value());
    return reading.failure.value_or(Failure{});
  }

  ScratchDirectory scratch_;
  RememberingObserver observer_;
  std::filesystem::path root_ = scratch_ / "data";
  std::vector<std::vector<std::byte>> values_;
  std::vector<std::uint64_t> sequences_;
  Sequence last_;
  std::uint64_t segments_ = 0;
};

TEST_F(JournalReaderTest, AnEmptyDirectoryHasNothingAndAnEmptyTail) {
  { ASSERT_TRUE(DataDirectory::open_or_create(root_).ok()); }
  auto reader = JournalReader::open(root_);
  ASSERT_TRUE(reader.ok()) << reader.error().what;
  EXPECT_FALSE(reader.value()->next().value());
  EXPECT_EQ(reader.value()->tail().last_sequence.value(), 0U);
  EXPECT_EQ(reader.value()->tail().segment, 0U);
  EXPECT_EQ(reader.value()->segment(), 0U);
}

TEST_F(JournalReaderTest, BeginsWithTheEntryThatContainsTheSequence) {
  write_journal();
  for (std::uint64_t from = 1; from <= last_.value(); ++from) {
    const auto reading = testing::read_all(
        root_, {.from = Sequence{from}, .previous_hash = {}, .durable = {}, .accepts_fork = {}});
    ASSERT_FALSE(reading.failure) << reading.failure->what;
    const auto after = std::upper_bound(sequences_.begin(), sequences_.end(), from);
    const auto index = static_cast<std::size_t>(after - sequences_.begin()) - 1;
    ASSERT_EQ(reading.values.size(), values_.size() - index) << from;
    ASSERT_EQ(reading.values.front(), values_[index]);
  }
}

TEST_F(JournalReaderTest, OnePastTheEndIsTheEndAndFurtherIsNotFound) {
  write_journal();
  auto reader = JournalReader::open(
      root_, {.from = next(last_), .previous_hash = {}, .durable = {}, .accepts_fork = {}});
  ASSERT_TRUE(reader.ok()) << reader.error().what;
  EXPECT_FALSE(reader.value()->next().value());
  EXPECT_EQ(reader.value()->tail().last_sequence, last_);
  EXPECT_EQ(reader.value()->tail().segment, segments_);
  const auto past = JournalReader::open(
      root_, {.from = next(next(last_)), .previous_hash = {}, .durable = {}, .accepts_fork = {}});
  ASSERT_FALSE(past.ok());
  EXPECT_EQ(past.error().kind, FailureKind::not_found);
}

TEST_F(JournalReaderTest, TellsSegmentsAndTail) {
  write_journal();
  auto reader = JournalReader::open(root_);
  std::uint64_t segment = 0;
  while (const auto view = reader.value()->next().value()) {
    if (reader.value()->at_segment_start()) ++segment;
    EXPECT_EQ(reader.value()->segment(), segment);
    EXPECT_EQ(reader.value()->tail().last_hash, view->header.hash);
    EXPECT_EQ(reader.value()->tail().last_time, view->header.commit_time);
  }
  EXPECT_EQ(segment, segments_);
}

TEST_F(JournalReaderTest, ChecksTheHashThatASnapshotKnows) {
  write_journal();
  const Sequence from{sequences_[7]};
  Uint128 right;
  std::memcpy(&right, values_[6].data(), sizeof(right));
  const auto read = [&](const Uint128& hash) {
    return testing::read_all(
        root_, {.from = from, .previous_hash = hash, .durable = {}, .accepts_fork = {}});
  };
  EXPECT_FALSE(read(right).failure);
  const auto wrong = read(Uint128{right.lo ^ 1, right.hi});
  ASSERT_TRUE(wrong.failure);
  EXPECT_NE(wrong.failure->what.find("chain"), std::string::npos) << wrong.failure->what;
}

TEST_F(JournalReaderTest, NeverPassesWhatIsDurableAndFollowsRotation) {
  Scribe scribe{root_, observer_};
  std::uint64_t durable = 0;
  auto reader = JournalReader::open(root_, {.from = Sequence{1},
                                            .previous_hash = {},
                                            .durable = [&] { return Sequence{durable}; },
                                            .accepts_fork = {}});
  ASSERT_TRUE(reader.ok()) << reader.error().what;
  std::size_t shown = 0;
  for (int round = 0; round < 80; ++round) {
    scribe.write(1 + round % 3);
    EXPECT_FALSE(reader.value()->next().value());
    reader.value()->release();
    durable = scribe.last().value();
    while (const auto view = reader.value()->next().value()) {
      ASSERT_LT(shown, scribe.values().size());
      ASSERT_TRUE(std::equal(view->value.begin(), view->value.end(), scribe.values()[shown].begin(),
                             scribe.values()[shown].end()));
      ASSERT_LE(view->header.last().value(), durable);
      ++shown;
    }
    EXPECT_EQ(shown, scribe.values().size());
  }
  EXPECT_GE(scribe.segment(), 3U);
}

TEST_F(JournalReaderTest, FollowsAWriterOfAnotherThread) {
  Scribe scribe{root_, observer_};
  std::atomic<std::uint64_t> durable{0};
  std::atomic<bool> done{false};
  std::size_t shown = 0;
  std::optional<Failure> failure;
  std::thread follower{[&] {
    auto reader = JournalReader::open(
        root_, {.from = Sequence{1},
                .previous_hash = {},
                .durable = [&] { return Sequence{durable.load(std::memory_order_acquire)}; },
                .accepts_fork = {}});
    for (;;) {
      const bool last_look = done.load(std::memory_order_acquire);
      const auto view = reader.value()->next();
      if (!view) {
        failure = view.error();
        return;
      }
      if (view.value()) {
        ++shown;
      } else {
        reader.value()->release();
        if (last_look) return;
        std::this_thread::yield();
      }
    }
  }};
  for (int round = 0; round < 150; ++round) {
    scribe.write(1);
    durable.store(scribe.last().value(), std::memory_order_release);
  }
  done.store(true, std::memory_order_release);
  follower.join();
  ASSERT_FALSE(failure) << failure->what;
  EXPECT_EQ(shown, scribe.values().size());
}

TEST_F(JournalReaderTest, LiveReadersDoNotMakeSegmentsGrow) {
  const auto pages_used = [&](const std::filesystem::path& root, bool with_reader) {
    Scribe scribe{root, observer_};
    auto reader = JournalReader::open(root, {.from = Sequence{1},
                                             .previous_hash = {},
                                             .durable = [&] { return scribe.last(); },
                                             .accepts_fork = {}});
    for (int round = 0; round < 25; ++round) {
      scribe.write_one(100);
      if (!with_reader) continue;
      EXPECT_TRUE(reader.value()->next().value());
      reader.value()->release();
    }
    return scribe.journal().space()->pages_left;
  };
  EXPECT_EQ(pages_used(scratch_ / "with", true), pages_used(scratch_ / "without", false));
}

// Fault 16: this segment and the next three tests: missing, swapped, twice, of another journal.
TEST_F(JournalReaderTest, AMissingSegmentIsNamed) {
  write_journal();
  std::filesystem::remove(segment(2));
  const Failure failure = failure_of_reading();
  EXPECT_EQ(failure.kind, FailureKind::damaged);
  EXPECT_NE(failure.what.find("00000000000000000002.mdb"), std::string::npos) << failure.what;
}

TEST_F(JournalReaderTest, SwappedSegmentsAreNoticed) {
  write_journal();
  std::filesystem::rename(segment(1), scratch_ / "aside");
  std::filesystem::rename(segment(2), segment(1));
  std::filesystem::rename(scratch_ / "aside", segment(2));
  EXPECT_EQ(failure_of_reading().kind, FailureKind::damaged);
}

TEST_F(JournalReaderTest, TheSameSegmentTwiceIsNoticed) {
  write_journal();
  std::filesystem::copy_file(segment(1), segment(2),
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(failure_of_reading().kind, FailureKind::damaged);
}

TEST_F(JournalReaderTest, ASegmentOfAnotherJournalIsNoticed) {
  write_journal();
  {
    Scribe other{scratch_ / "other", observer_};
    other.write(60);
  }
  std::filesystem::copy_file(JournalLayout{scratch_ / "other"}.segment(2), segment(2),
                             std::filesystem::copy_options::overwrite_existing);
  const Failure failure = failure_of_reading();
  EXPECT_NE(failure.what.find("journal_id"), std::string::npos) << failure.what;
}

TEST_F(JournalReaderTest, AnAcceptedForkIsRead) {
  write_journal();
  {
    Scribe other{scratch_ / "other", observer_};
    other.write(60);
  }
  std::filesystem::copy_file(JournalLayout{scratch_ / "other"}.segment(2), segment(2),
                             std::filesystem::copy_options::overwrite_existing);
  bool asked = false;
  const auto reading = testing::read_all(
      root_,
      {.from = Sequence{1}, .previous_hash = {}, .durable = {}, .accepts_fork = [&](auto&, auto&) {
         asked = true;
         return true;
       }});
  EXPECT_TRUE(asked);
  // The id is granted; the chain still is not.
  ASSERT_TRUE(reading.failure);
  EXPECT_NE(reading.failure->what.find("chain"), std::string::npos) << reading.failure->what;
}

// Fault 17: an older copy.
TEST_F(JournalReaderTest, AnOlderCopyOfASegmentLeavesAGap) {
  {
    Scribe scribe{root_, observer_};
    scribe.write(5);
  }
  std::filesystem::copy_file(segment(1), scratch_ / "older");
  {
    Scribe scribe{root_, observer_};
    scribe.write(60);
    ASSERT_GE(scribe.segment(), 2U);
  }
  std::filesystem::copy_file(scratch_ / "older", segment(1),
                             std::filesystem::copy_options::overwrite_existing);
  const Failure failure = failure_of_reading();
  EXPECT_NE(failure.what.find("sequence: missing"), std::string::npos) << failure.what;
}

// Fault 18: an entry altered, its checksum made new.
TEST_F(JournalReaderTest, AnAlteredEntryWithANewChecksumBreaksTheChainRightAfterIt) {
  write_journal();
  const std::uint64_t altered = sequences_[10];
  for (std::uint64_t ordinal = 1; ordinal <= segments_; ++ordinal) {
    rewrite(ordinal, [&](std::uint64_t key, std::vector<std::byte>& value) {
      if (key != altered) return;
      value[sizeof(EntryHeader) + 3] ^= std::byte{1};
      Uint128 previous;
      std::memcpy(&previous, value.data() + offsetof(EntryHeader, previous_hash), sizeof(previous));
      seal_entry(value, previous);
    });
  }
  const auto reading = testing::read_all(root_);
  ASSERT_TRUE(reading.failure);
  EXPECT_EQ(reading.values.size(), 11U);
  EXPECT_NE(reading.failure->what.find("chain"), std::string::npos) << reading.failure->what;
  EXPECT_NE(reading.failure->what.find("sequence " + std::to_string(sequences_[11])),
            std::string::npos)
      << reading.failure->what;
}

// Fault 39: a gap.
TEST_F(JournalReaderTest, ARemovedEntryIsAGap) {
  write_journal();
  rewrite(1, [&](std::uint64_t key, std::vector<std::byte>& value) {
    if (key == sequences_[3]) value.clear();
  });
  const Failure failure = failure_of_reading();
  EXPECT_NE(
      failure.what.find("missing: the next entry is at sequence " + std::to_string(sequences_[4])),
      std::string::npos)
      << failure.what;
}

// Fault 14: a file that was cut.
TEST_F(JournalReaderTest, TruncationAnywhereIsDamageAndNeverASignal) {
  {
    Scribe scribe{root_, observer_};
    scribe.write(6);
  }
  const auto whole = testing::file_bytes(segment(1));
  const auto expected = testing::read_all(root_).values;
  std::size_t refused = 0;
  for (std::size_t size = 0; size < whole.size(); size += 2'048) {
    testing::write_file(segment(1), std::span{whole}.first(size));
    const auto reading = testing::read_all(root_);
    if (reading.failure) {
      ++refused;
    } else {
      EXPECT_EQ(reading.values, expected) << size;  // Only preallocated space was cut off.
    }
  }
  EXPECT_GT(refused, 12U);
}

TEST_F(JournalReaderTest, ReadsACopyInAReadOnlyDirectory) {
  write_journal();
  std::filesystem::permissions(
      root_ / "journal", std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  const auto reading = testing::read_all(root_);
  std::filesystem::permissions(root_ / "journal", std::filesystem::perms::owner_all);
  ASSERT_FALSE(reading.failure) << reading.failure->what;
  EXPECT_EQ(reading.values, values_);
}

TEST_F(JournalReaderTest, ReadsArchivedSegmentsFromWhereTheyBegin) {
  write_journal();
  const auto archive = scratch_ / "archive";
  std::filesystem::create_directories(archive / "journal");
  std::filesystem::copy_file(segment(2), JournalLayout{archive}.segment(2));
  auto probe = JournalReader::open(root_);
  std::uint64_t first = 0;
  while (const auto view = probe.value()->next().value()) {
    if (probe.value()->segment() == 2 && first == 0) first = view->header.first_sequence;
  }
  const auto reading = testing::read_all(
      archive, {.from = Sequence{first}, .previous_hash = {}, .durable = {}, .accepts_fork = {}});
  ASSERT_FALSE(reading.failure) << reading.failure->what;
  EXPECT_GT(reading.values.size(), 3U);
  EXPECT_FALSE(JournalReader::open(archive).ok());  // From 1: not here.
}

}  // namespace
}  // namespace daybook
