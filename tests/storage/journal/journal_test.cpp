// Journal: what is appended is read back byte for byte, over rotation and reopening; what must be
// refused is; what the helper thread says is true.
//
// Method: a scribe writes entries of varying size into the smallest segments, so that some dozens
// of entries cross several segments; readers compare with the copies that the scribe kept.

#include "storage/journal/journal.hpp"

#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "storage/journal/segment_file.hpp"
#include "storage/journal/verify.hpp"
#include "storage/witness/witness.hpp"
#include "tests/storage/support/scribe.hpp"

namespace daybook {
namespace {

using testing::RememberingObserver;
using testing::ScratchDirectory;
using testing::Scribe;
using testing::small_settings;

class JournalTest : public ::testing::Test {
 protected:
  ScratchDirectory scratch_;
  RememberingObserver observer_;
  std::filesystem::path root_ = scratch_ / "data";
};

TEST_F(JournalTest, ReadsBackWhatWasAppendedOverSegments) {
  Scribe scribe{root_, observer_};
  scribe.write(120);
  scribe.settle();
  ASSERT_GE(scribe.segment(), 3U);

  const auto durable = scribe.last();
  const auto reading = testing::read_all(root_, {.from = Sequence{1},
                                                 .previous_hash = {},
                                                 .durable = [&] { return durable; },
                                                 .accepts_fork = {}});
  ASSERT_FALSE(reading.failure) << reading.failure->what;
  EXPECT_EQ(reading.values, scribe.values());
}

TEST_F(JournalTest, ContinuesAfterReopeningAtEveryPlaceInASegment) {
  std::vector<std::vector<std::byte>> all;
  for (int round = 0; round < 40; ++round) {
    Scribe scribe{root_, observer_};
    scribe.write(1 + round % 4);
    if (round % 7 == 6) scribe.seal();
    if (round % 2 == 0) scribe.settle();  // Else: as a killed process leaves it.
    all.insert(all.end(), scribe.values().begin(), scribe.values().end());
  }
  const auto reading = testing::read_all(root_);
  ASSERT_FALSE(reading.failure) << reading.failure->what;
  EXPECT_EQ(reading.values, all);
  const auto report = verify_journal(root_);
  ASSERT_TRUE(report.ok());
  for (const Finding& finding : report.value().findings) {
    // The helper thread was stopped before it truncated: a note.
    if (finding.severity == FindingSeverity::damage) ADD_FAILURE() << failure_of(finding).what;
  }
  EXPECT_EQ(report.value().entries, all.size());
}

TEST_F(JournalTest, TakesTheLargestEntryAtTheEndOfASmallSegment) {
  Scribe scribe{root_, observer_};
  constexpr auto largest =
      static_cast<std::uint32_t>(limits::entry_bytes_max - 16 - sizeof(EntryHeader));
  static_assert(padded_entry_bytes(largest) == limits::entry_bytes_max - 16);
  scribe.write(10);
  // The sequencer had begun this one before it learnt that the segment is full.
  testing::EntryBytes entry = testing::make_entry(scribe.directory().journal_id(),
                                                  scribe.last().value() + 1, 1, largest, 1'000'000);
  const auto space = scribe.journal().append(entry.bytes(), EntryPlace::within);
  ASSERT_TRUE(space.ok()) << space.error().what;
  EXPECT_EQ(space.value().pages_left, 0U);
  testing::EntryBytes seal = testing::make_entry(scribe.directory().journal_id(),
                                                 scribe.last().value() + 2, 1, 16, 1'000'000);
  EXPECT_TRUE(scribe.journal().append(seal.bytes(), EntryPlace::seals_segment).ok());
}

// Fault 27: the map is full.
TEST_F(JournalTest, RefusesTheEntryThatNoLongerFitsTheMapBeforeLmdbDoes) {
  Scribe scribe{root_, observer_};
  scribe.write(1);
  std::uint64_t sequence = scribe.last().value() + 1;
  std::optional<Failure> failure;
  for (int count = 0; count < 100 && !failure; ++count) {
    testing::EntryBytes entry =
        testing::make_entry(scribe.directory().journal_id(), sequence++, 1, 1'000'000, 1'000'000);
    const auto appended = scribe.journal().append(entry.bytes(), EntryPlace::within);
    if (!appended) failure = appended.error();
  }
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->kind, FailureKind::no_space);
  EXPECT_NE(failure->what.find("should have been sealed"), std::string::npos) << failure->what;
}

TEST_F(JournalTest, CountsPagesDownToTheSegmentsLimit) {
  Scribe scribe{root_, observer_};
  scribe.write(1);
  std::uint64_t before = scribe.journal().space()->pages_left;
  EXPECT_LT(before, small_settings().segment_bytes / 4'096);
  for (int count = 0; count < 5; ++count) {
    scribe.write_one(3'000);
    const std::uint64_t after = scribe.journal().space()->pages_left;
    EXPECT_LT(after, before);
    EXPECT_LE(before - after, journal_limits::entry_pages_max(padded_entry_bytes(3'000)));
    before = after;
  }
}

struct Misplaced {
  const char* name;
  std::uint64_t sequence_offset;
  std::uint32_t facts;
  bool foreign;
  EntryPlace place;
};

TEST_F(JournalTest, RefusesEntriesThatDoNotFollowAndStaysRefused) {
  const std::vector<Misplaced> rows = {
      {"gap", 1, 1, false, EntryPlace::within},
      {"no facts", 0, 0, false, EntryPlace::within},
      {"of another journal", 0, 1, true, EntryPlace::within},
      {"opens a segment while one is open", 0, 1, false, EntryPlace::opens_segment},
  };
  for (const Misplaced& row : rows) {
    SCOPED_TRACE(row.name);
    Scribe scribe{scratch_ / row.name, observer_};
    scribe.write(2);
    Uint128 id = scribe.directory().journal_id();
    if (row.foreign) id.lo ^= 1;
    testing::EntryBytes bad = testing::make_entry(
        id, scribe.last().value() + 1 + row.sequence_offset, row.facts, 100, 1'000'000);
    const auto refused = scribe.journal().append(bad.bytes(), row.place);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().kind, FailureKind::invalid);

    testing::EntryBytes good = testing::make_entry(scribe.directory().journal_id(),
                                                   scribe.last().value() + 1, 1, 100, 1'000'000);
    EXPECT_FALSE(scribe.journal().append(good.bytes(), EntryPlace::within).ok());
    EXPECT_FALSE(scribe.journal().sync().ok());
  }
}

TEST_F(JournalTest, NeedsAnOpenSegment) {
  Scribe scribe{root_, observer_};
  scribe.write(2);
  scribe.seal();
  testing::EntryBytes entry = testing::make_entry(scribe.directory().journal_id(),
                                                  scribe.last().value() + 1, 1, 100, 1'000'000);
  EXPECT_FALSE(scribe.journal().append(entry.bytes(), EntryPlace::within).ok());
}

// Fault 5: a sync that lied.
TEST_F(JournalTest, RefusesToServeBehindItsWitness) {
  Uint128 id;
  {
    Scribe scribe{root_, observer_};
    scribe.write(5);
    scribe.settle();
    id = scribe.directory().journal_id();
  }
  auto witness = Witness::open(root_ / "HEAD");
  ASSERT_TRUE(witness.ok());
  ASSERT_TRUE(witness.value()
                  .write({.journal_id = id, .durable = Sequence{1'000}, .entry_hash = {1, 1}})
                  .ok());
  const auto directory = DataDirectory::open_or_create(root_);
  ASSERT_TRUE(directory.ok());
  const auto journal =
      Journal::open(directory.value(), small_settings(), testing::recover(root_), observer_);
  ASSERT_FALSE(journal.ok());
  EXPECT_EQ(journal.error().kind, FailureKind::damaged);
  EXPECT_NE(journal.error().what.find("1000 was on disk"), std::string::npos)
      << journal.error().what;
}

TEST_F(JournalTest, RefusesToServeAnotherHistoryThanWitnessed) {
  Uint128 id;
  std::vector<std::uint64_t> sequences;
  {
    Scribe scribe{root_, observer_};
    scribe.write(5);
    scribe.settle();
    id = scribe.directory().journal_id();
    sequences = scribe.sequences();
  }
  const auto tail = testing::recover(root_);
  for (const Sequence durable : {tail.last_sequence, Sequence{sequences[3] - 1}}) {
    auto witness = Witness::open(root_ / "HEAD");
    ASSERT_TRUE(
        witness.value().write({.journal_id = id, .durable = durable, .entry_hash = {1, 1}}).ok());
    const auto directory = DataDirectory::open_or_create(root_);
    const auto journal = Journal::open(directory.value(), small_settings(), tail, observer_);
    ASSERT_FALSE(journal.ok());
    EXPECT_NE(journal.error().what.find("another history"), std::string::npos)
        << journal.error().what;
  }
}

TEST_F(JournalTest, RefusesToServeWithoutItsWitness) {
  {
    Scribe scribe{root_, observer_};
    scribe.write(5);
  }
  std::filesystem::remove(root_ / "HEAD");
  const auto directory = DataDirectory::open_or_create(root_);
  ASSERT_TRUE(directory.ok());
  const auto journal =
      Journal::open(directory.value(), small_settings(), testing::recover(root_), observer_);
  ASSERT_FALSE(journal.ok());
  EXPECT_NE(journal.error().what.find("HEAD: missing"), std::string::npos);
}

TEST_F(JournalTest, WitnessNamesTheNewestDurableEntry) {
  Scribe scribe{root_, observer_};
  scribe.write(3);
  ASSERT_TRUE(scribe.journal().witness(Sequence{1}).ok());
  // Late acknowledgement: the third entry's flush made the second durable, nothing the third.
  const auto second_ends = scribe.sequences()[2] - 1;
  EXPECT_EQ(read_witness(root_ / "HEAD").value().statement.durable.value(), second_ends);
  scribe.settle();
  EXPECT_EQ(read_witness(root_ / "HEAD").value().statement.durable, scribe.last());
}

TEST_F(JournalTest, HashesSealedSegmentsAsAChainThatVerifyConfirms) {
  std::vector<SegmentHash> hashes;
  {
    Scribe scribe{root_, observer_};
    for (int round = 0; round < 3; ++round) {
      scribe.write(4);
      scribe.seal();
    }
    scribe.write(1);
    hashes = observer_.wait_for_hashes(3);
    scribe.settle();
  }
  Sha256Digest chain{};
  for (std::size_t index = 0; index < hashes.size(); ++index) {
    EXPECT_EQ(hashes[index].ordinal, index + 1);
    const auto bytes = testing::file_bytes(JournalLayout{root_}.segment(index + 1));
    EXPECT_EQ(hashes[index].file_bytes, bytes.size());
    EXPECT_EQ(hashes[index].file, sha256(bytes));
    chain = chain_hash(chain, hashes[index].file);
    EXPECT_EQ(hashes[index].chain, chain);
  }
  const auto report = verify_journal(
      root_, {.hash_files = true, .on_entry = {}, .on_progress = {}, .accepts_fork = {}});
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report.value().sound());
  for (std::size_t index = 0; index < hashes.size(); ++index) {
    EXPECT_EQ(report.value().segments[index].file_hash, hashes[index].file);
  }
}

TEST_F(JournalTest, HashesAtStartWhatWasSealedButNotHashed) {
  SegmentHash second;
  {
    Scribe scribe{root_, observer_};
    for (int round = 0; round < 3; ++round) {
      scribe.write(4);
      scribe.seal();
    }
    second = observer_.wait_for_hashes(3)[1];
  }
  RememberingObserver again;
  const auto directory = DataDirectory::open_or_create(root_);
  JournalTail tail = testing::recover(root_);
  tail.hashed = 2;
  tail.hashed_chain = second.chain;
  const auto journal = Journal::open(directory.value(), small_settings(), tail, again);
  ASSERT_TRUE(journal.ok());
  const auto hashes = again.wait_for_hashes(1);
  EXPECT_EQ(hashes[0].ordinal, 3U);
  EXPECT_EQ(hashes[0].chain, chain_hash(second.chain, hashes[0].file));
}

TEST_F(JournalTest, TellsWhenTheDiskIsLowAndWhenItIsNotAnyMore) {
  std::atomic<std::uint64_t> free{1'000};
  JournalSettings settings = small_settings();
  settings.low_water_bytes = 500;
  settings.disk_check_interval = std::chrono::milliseconds{1};
  settings.free_bytes = [&](const std::filesystem::path&) {
    return Result<std::uint64_t>{free.load()};
  };
  Scribe scribe{root_, observer_, settings};
  free = 499;
  observer_.wait_for_disk(true);
  free = 500;
  observer_.wait_for_disk(false);
}

TEST_F(JournalTest, TellsThatTheDiskIsLowBeforeItIsOpen) {
  JournalSettings settings = small_settings();
  settings.low_water_bytes = 500;
  settings.disk_check_interval = std::chrono::hours{1};
  settings.free_bytes = [](const std::filesystem::path&) { return Result<std::uint64_t>{499}; };
  const Scribe scribe{root_, observer_, settings};
  EXPECT_TRUE(observer_.disk_is_low());
}

TEST_F(JournalTest, GrowsTheFirstSegmentAheadOfNeedUpToItsFullSize) {
  JournalSettings settings = small_settings();
  settings.segment_bytes = 8 * settings.first_segment_bytes;
  const std::uint64_t limit = settings.segment_bytes / 4'096;
  const auto path = JournalLayout{root_}.segment(1);
  Scribe scribe{root_, observer_, settings};
  scribe.write(1);
  std::uint64_t size = settings.first_segment_bytes;
  EXPECT_EQ(std::filesystem::file_size(path), size);
  for (; size < settings.segment_bytes; size *= 2) {
    // Half of what there is must be used before there is more.
    while (limit - scribe.pages_left() < size / 4'096 / 2) {
      EXPECT_EQ(std::filesystem::file_size(path), size);
      scribe.write_one(3'000);
      ASSERT_EQ(scribe.segment(), 1U);
    }
    while (std::filesystem::file_size(path) == size) std::this_thread::yield();
    EXPECT_EQ(std::filesystem::file_size(path), 2 * size);
  }
  // Full size: the next segment comes, and this one grows no more.
  while (scribe.segment() == 1) scribe.write_one(3'000);
  EXPECT_LE(std::filesystem::file_size(path), settings.segment_bytes);
  EXPECT_EQ(std::filesystem::file_size(JournalLayout{root_}.segment(2)), settings.segment_bytes);
}

TEST_F(JournalTest, DeletesHalfPreparedSegmentsAtStart) {
  {
    Scribe scribe{root_, observer_};
    scribe.write(3);
    scribe.settle();
  }
  const auto leftover = JournalLayout{root_}.segment(2).string() + ".new";
  std::ofstream{leftover} << "half";
  Scribe scribe{root_, observer_};
  EXPECT_FALSE(std::filesystem::exists(leftover));
  scribe.write(100);
}

TEST_F(JournalTest, EveryWayOfPreparingSpaceHoldsTheSameEntries) {
  for (const auto preallocation : {Preallocation::automatic, Preallocation::zero_fill,
                                   Preallocation::reserve, Preallocation::none}) {
    const auto root = scratch_ / std::to_string(static_cast<int>(preallocation));
    JournalSettings settings = small_settings();
    settings.segment_bytes *= 4;
    settings.preallocation = preallocation;
    std::vector<std::vector<std::byte>> values;
    {
      Scribe scribe{root, observer_, settings};
      scribe.write(300);
      scribe.settle();
      values = scribe.values();
      ASSERT_GE(scribe.segment(), 2U);
    }
    const auto reading = testing::read_all(root);
    ASSERT_FALSE(reading.failure) << reading.failure->what;
    EXPECT_EQ(reading.values, values);
    const auto report = verify_journal(root);
    for (const Finding& finding : report.value().findings) {
      if (finding.severity == FindingSeverity::damage) ADD_FAILURE() << failure_of(finding).what;
    }
  }
}

TEST_F(JournalTest, RefusesATailThatIsNotTheFilesEnd) {
  {
    Scribe scribe{root_, observer_};
    scribe.write(5);
  }
  const auto directory = DataDirectory::open_or_create(root_);
  JournalTail tail = testing::recover(root_);
  tail.last_sequence = Sequence{tail.last_sequence.value() - 1};
  const auto journal = Journal::open(directory.value(), small_settings(), tail, observer_);
  ASSERT_FALSE(journal.ok());
  EXPECT_EQ(journal.error().kind, FailureKind::invalid);
}

TEST_F(JournalTest, RefusesAReaderThatIsStillOpenInThisProcess) {
  {
    Scribe scribe{root_, observer_};
    scribe.write(5);
  }
  const auto directory = DataDirectory::open_or_create(root_);
  auto reader = JournalReader::open(root_);
  ASSERT_TRUE(reader.value()->next().ok());
  const JournalTail tail = testing::recover(root_);
  EXPECT_EQ(Journal::open(directory.value(), small_settings(), tail, observer_).error().kind,
            FailureKind::locked);
  std::move(reader).value().reset();
  EXPECT_TRUE(Journal::open(directory.value(), small_settings(), tail, observer_).ok());
}

TEST(JournalSettingsTest, RefusesSettingsOutOfBounds) {
  const auto refuses = [](auto change) {
    JournalSettings settings = small_settings();
    change(settings);
    const auto checked = check_settings(settings);
    return !checked.ok() && checked.error().kind == FailureKind::invalid;
  };
  EXPECT_TRUE(check_settings(small_settings()).ok());
  EXPECT_TRUE(check_settings(JournalSettings{}).ok());
  EXPECT_TRUE(refuses([](auto& one) { one.segment_bytes -= 4'096; }));
  EXPECT_TRUE(refuses([](auto& one) { one.segment_bytes += 1; }));
  EXPECT_TRUE(
      refuses([](auto& one) { one.segment_bytes = journal_limits::segment_bytes_max + 4'096; }));
  EXPECT_FALSE(refuses([](auto& one) { one.segment_bytes = journal_limits::segment_bytes_max; }));
  EXPECT_TRUE(refuses([](auto& one) { one.first_segment_bytes = 4'096; }));
  EXPECT_TRUE(refuses([](auto& one) { one.disk_check_interval = std::chrono::milliseconds{0}; }));
}

}  // namespace
}  // namespace daybook
