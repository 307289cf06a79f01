// verify_journal: sound journals are sound, each kind of damage is found under its name, and what
// is readable after it is still shown.

#include "storage/journal/verify.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>

#include <gtest/gtest.h>

#include "storage/journal/data_directory.hpp"
#include "storage/lmdb/environment.hpp"
#include "storage/witness/witness.hpp"
#include "tests/storage/support/scribe.hpp"

namespace daybook {
namespace {

using testing::RememberingObserver;
using testing::ScratchDirectory;
using testing::Scribe;

class VerifyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Scribe scribe{root_, observer_};
    scribe.write(60);
    scribe.settle();
    values_ = scribe.values();
    sequences_ = scribe.sequences();
    last_ = scribe.last();
    ASSERT_GE(scribe.segment(), 3U);
    // Truncated, so that what tests do is all that is odd.
    static_cast<void>(observer_.wait_for_hashes(scribe.segment() - 1));
  }

  [[nodiscard]] std::filesystem::path segment(std::uint64_t ordinal) const {
    return JournalLayout{root_}.segment(ordinal);
  }

  VerifyReport verify() {
    shown_.clear();
    VerifyOptions options;
    options.on_entry = [&](const EntryView& view, std::uint64_t) {
      shown_.emplace_back(view.value.begin(), view.value.end());
    };
    auto report = verify_journal(root_, options);
    EXPECT_TRUE(report.ok());
    return std::move(report).value();
  }

  static bool found(const VerifyReport& report, FindingKind kind,
                    FindingSeverity severity = FindingSeverity::damage) {
    return std::any_of(report.findings.begin(), report.findings.end(), [&](const Finding& one) {
      return one.kind == kind && one.severity == severity;
    });
  }

  /// Flips a byte of the value that begins at `sequence`, in whichever segment holds it.
  void damage_entry(std::uint64_t sequence) {
    for (std::uint64_t ordinal = 1; std::filesystem::exists(segment(ordinal)); ++ordinal) {
      auto bytes = testing::file_bytes(segment(ordinal));
      for (std::size_t page = 2; page < bytes.size() / 4'096; ++page) {
        EntryHeader header;
        std::memcpy(&header, bytes.data() + page * 4'096 + 16, sizeof(header));
        // LMDB's tree pages may hold remains of a value in their unused middle.
        const bool is_value = bytes[page * 4'096 + 10] == std::byte{4};
        if (!is_value || header.magic != entry_magic) continue;
        if (header.first_sequence != sequence) continue;
        bytes[page * 4'096 + 16 + sizeof(header) + 5] ^= std::byte{4};
        testing::write_file(segment(ordinal), bytes);
        return;
      }
    }
    FAIL() << "no entry at " << sequence;
  }

  ScratchDirectory scratch_;
  RememberingObserver observer_;
  std::filesystem::path root_ = scratch_ / "data";
  std::vector<std::vector<std::byte>> values_;
  std::vector<std::uint64_t> sequences_;
  Sequence last_;
  std::vector<std::vector<std::byte>> shown_;
};

TEST_F(VerifyTest, ASoundJournalHasNoFindingsAndShowsEverything) {
  const auto report = verify();
  for (const Finding& finding : report.findings) ADD_FAILURE() << failure_of(finding).what;
  EXPECT_TRUE(report.sound());
  EXPECT_EQ(report.last_sequence, last_);
  EXPECT_EQ(report.entries, values_.size());
  EXPECT_EQ(shown_, values_);
  EXPECT_FALSE(report.live);
}

TEST_F(VerifyTest, ProgressEndsAtTheTotal) {
  std::uint64_t done = 0;
  std::uint64_t total = 1;
  VerifyOptions options;
  options.on_progress = [&](std::uint64_t so_far, std::uint64_t all) {
    EXPECT_GE(so_far, done);
    done = so_far;
    total = all;
  };
  ASSERT_TRUE(verify_journal(root_, options).ok());
  EXPECT_EQ(done, total);
}

TEST_F(VerifyTest, ADamagedEntryIsNamedAndTheOthersAreShown) {
  damage_entry(sequences_[7]);
  const auto report = verify();
  EXPECT_EQ(report.damage_count, 2U);  // The entry, and the gap it leaves.
  ASSERT_FALSE(report.findings.empty());
  EXPECT_EQ(report.findings[0].kind, FindingKind::entry);
  EXPECT_EQ(report.findings[0].sequence, Sequence{sequences_[7]});
  EXPECT_TRUE(found(report, FindingKind::sequence));
  EXPECT_EQ(shown_.size(), values_.size() - 1);
}

TEST_F(VerifyTest, MissingSegment) {
  std::filesystem::remove(segment(2));
  const auto report = verify();
  EXPECT_TRUE(found(report, FindingKind::missing));
  EXPECT_TRUE(found(report, FindingKind::sequence));
  EXPECT_FALSE(shown_.empty());
}

TEST_F(VerifyTest, MissingLastSegmentIsSeenByTheWitness) {
  std::uint64_t newest = 1;
  while (std::filesystem::exists(segment(newest + 1))) ++newest;
  for (; newest > 1; --newest) std::filesystem::remove(segment(newest));
  EXPECT_TRUE(found(verify(), FindingKind::witness));
}

TEST_F(VerifyTest, SwappedAndDoubledSegments) {
  std::filesystem::rename(segment(1), scratch_ / "aside");
  std::filesystem::rename(segment(2), segment(1));
  std::filesystem::rename(scratch_ / "aside", segment(2));
  EXPECT_TRUE(found(verify(), FindingKind::sequence));
  std::filesystem::copy_file(segment(2), segment(1),
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_TRUE(found(verify(), FindingKind::sequence));
}

TEST_F(VerifyTest, SegmentOfAnotherJournal) {
  {
    Scribe other{scratch_ / "other", observer_};
    other.write(60);
  }
  std::filesystem::copy_file(JournalLayout{scratch_ / "other"}.segment(2), segment(2),
                             std::filesystem::copy_options::overwrite_existing);
  const auto report = verify();
  EXPECT_TRUE(found(report, FindingKind::journal_id));
  EXPECT_TRUE(found(report, FindingKind::chain));
}

TEST_F(VerifyTest, ASegmentLongerThanSealingLeftIt) {
  std::ofstream{segment(1), std::ios::app} << std::string(5'000, '\0');
  auto report = verify();
  EXPECT_TRUE(report.sound());
  EXPECT_TRUE(found(report, FindingKind::size, FindingSeverity::note));
  std::ofstream{segment(1), std::ios::app} << "x";
  report = verify();
  EXPECT_TRUE(found(report, FindingKind::size));
}

TEST_F(VerifyTest, ZeroedMetaPageLeavesTheRestReadable) {
  auto bytes = testing::file_bytes(segment(1));
  std::uint64_t transactions[2];
  std::memcpy(&transactions[0], bytes.data() + 16 + 128, 8);
  std::memcpy(&transactions[1], bytes.data() + 4'096 + 16 + 128, 8);
  const std::size_t newest = transactions[0] > transactions[1] ? 0 : 4'096;
  std::memset(bytes.data() + newest, 0, 4'096);
  testing::write_file(segment(1), bytes);
  const auto report = verify();
  EXPECT_TRUE(found(report, FindingKind::meta_page));
  EXPECT_EQ(shown_.size(), values_.size() - 1);  // One transaction back.
}

TEST_F(VerifyTest, WitnessOfAnotherHistory) {
  auto witness = Witness::open(root_ / "HEAD");
  ASSERT_TRUE(witness.value()
                  .write({.journal_id = witness.value().statement().journal_id,
                          .durable = Sequence{sequences_[4] - 1},
                          .entry_hash = {1, 2}})
                  .ok());
  EXPECT_TRUE(found(verify(), FindingKind::witness));
}

TEST_F(VerifyTest, MissingIdAndWitness) {
  std::filesystem::remove(root_ / "HEAD");
  EXPECT_TRUE(found(verify(), FindingKind::missing));
  std::filesystem::remove(root_ / "journal.id");
  EXPECT_TRUE(found(verify(), FindingKind::missing));
  // With nothing around them they are an archive's segments, and may stand alone.
  std::filesystem::remove(root_ / "LOCK");
  EXPECT_TRUE(verify().sound());
}

TEST_F(VerifyTest, OddNamesAreNotes) {
  std::ofstream{root_ / "journal" / "notes.txt"} << "x";
  std::ofstream{segment(9).string() + ".new"} << "x";
  const auto report = verify();
  EXPECT_TRUE(report.sound());
  EXPECT_EQ(report.findings.size(), 2U);
}

TEST_F(VerifyTest, AnEmptySegmentInTheMiddle) {
  std::filesystem::remove(segment(2));
  ASSERT_TRUE(lmdb::Environment::create(segment(2)).ok());
  const auto report = verify();
  EXPECT_TRUE(std::any_of(report.findings.begin(), report.findings.end(), [](const Finding& one) {
    return one.words.find("no entries, yet another one follows") != std::string::npos;
  }));
}

TEST_F(VerifyTest, ADirectoryThatIsNotThereCannotBeTold) {
  const auto report = verify_journal(scratch_ / "nowhere");
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().kind, FailureKind::not_found);
}

TEST_F(VerifyTest, ALiveJournalIsSoundWhileItIsWritten) {
  Scribe scribe{scratch_ / "live", observer_};
  for (int round = 0; round < 40; ++round) {
    scribe.write(2);
    const auto report = verify_journal(scratch_ / "live");
    ASSERT_TRUE(report.ok());
    EXPECT_TRUE(report.value().live);
    for (const Finding& finding : report.value().findings) {
      if (finding.severity == FindingSeverity::damage) ADD_FAILURE() << failure_of(finding).what;
    }
    EXPECT_EQ(report.value().entries, scribe.values().size());
  }
}

}  // namespace
}  // namespace daybook
