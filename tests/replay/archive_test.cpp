// Segments move to an archive only when the copy is what the journal says and no start needs them;
// offline tools read both places together; an engine says clearly what is missing.

#include <gtest/gtest.h>

#include "tests/replay/disk_journal.hpp"
#include "tools/daybook/exit_code.hpp"
#include "tools/daybook/offline/archive_command.hpp"
#include "tools/daybook/offline/backup_command.hpp"
#include "tools/daybook/offline/offline_replay.hpp"
#include "tools/daybook/offline/offline_verify.hpp"
#include "tools/daybook/offline/recovery_needs.hpp"
#include "tools/daybook/serve/recovery.hpp"

namespace daybook::test {
namespace {

// Four segments; the hash of each sealed one is in the next.
class Archive : public testing::Test {
 protected:
  void SetUp() override {
    DiskJournal journal{data()};
    journal.create_accounts({make_account(1), make_account(2)});
    journal.commit();
    for (std::uint64_t segment = 1; segment <= 4; ++segment) {
      journal.create_transfers({make_transfer(segment, 1, 2, 10)});
      journal.commit();
      if (segment < 4) journal.rotate();
    }
    journal.finish();
    digest_ = journal.state().digest();
    last_ = journal.state().last_sequence();
  }

  [[nodiscard]] std::filesystem::path data() const { return directory_.path() / "data"; }
  [[nodiscard]] std::filesystem::path archive() const { return directory_.path() / "archive"; }
  [[nodiscard]] JournalPlace both() const { return {data().string(), archive().string()}; }
  [[nodiscard]] ArchiveOptions options() const {
    ArchiveOptions options;
    options.directory = data().string();
    options.to = archive().string();
    options.room = room_;
    return options;
  }
  [[nodiscard]] bool is_live(std::uint64_t ordinal) const {
    return std::filesystem::exists(JournalLayout{data()}.segment(ordinal));
  }
  [[nodiscard]] bool is_archived(std::uint64_t ordinal) const {
    return std::filesystem::exists(JournalLayout{archive()}.segment(ordinal));
  }
  [[nodiscard]] int verify_both() const {
    const auto verdict = verify_directory(both(), room_);
    return verdict.ok() ? verdict.value().exit_code() : exit_code::failed;
  }

  ScratchDirectory directory_;
  StateRoom room_{.accounts_max = 1'000, .transfer_ids_max = 100'000};
  std::uint64_t digest_ = 0;
  Sequence last_;
};

TEST_F(Archive, RemovesNothingThatAStartNeeds) {
  const auto needed = first_sequence_needed(data());
  ASSERT_TRUE(needed.ok());
  EXPECT_EQ(needed.value(), Sequence{1}) << "there are no snapshots";
  const auto refused = archive_segments(options(), needed.value());
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().what.find("--copy"), std::string::npos) << refused.error().what;
  EXPECT_EQ(run_archive(options()), exit_code::no);
  EXPECT_FALSE(std::filesystem::exists(archive()));
  ArchiveOptions copying = options();
  copying.copy = true;
  EXPECT_EQ(run_archive(copying), exit_code::good);
  for (std::uint64_t ordinal = 1; ordinal <= 3; ++ordinal) {
    EXPECT_TRUE(is_live(ordinal) && is_archived(ordinal)) << ordinal;
  }
  EXPECT_FALSE(is_archived(4)) << "it is still written";
}

TEST_F(Archive, IsReadTogetherWithTheDirectory) {
  const auto done = archive_segments(options(), last_);
  ASSERT_TRUE(done.ok()) << done.error().what;
  ASSERT_EQ(done.value().size(), 3U);
  for (const ArchivedSegment& segment : done.value()) EXPECT_TRUE(segment.removed);
  for (std::uint64_t ordinal = 1; ordinal <= 4; ++ordinal) {
    EXPECT_NE(is_live(ordinal), is_archived(ordinal)) << ordinal;
  }
  EXPECT_EQ(verify_both(), exit_code::good);
  State state{settings_for(room_)};
  const auto counts = replay_directory(both(), state, {});
  ASSERT_TRUE(counts.ok()) << counts.error().what;
  EXPECT_EQ(state.digest(), digest_);
  EXPECT_EQ(state.last_sequence(), last_);
}

TEST_F(Archive, IsInABackup) {
  ASSERT_TRUE(archive_segments(options(), last_).ok());
  const auto backup = directory_.path() / "backup";
  const auto made = make_backup({.data = data().string(),
                                 .to = backup.string(),
                                 .copy = false,
                                 .room = room_,
                                 .json = false});
  ASSERT_TRUE(made.ok()) << made.error().what;
  EXPECT_EQ(made.value().last_sequence, last_);
  // By itself, without the archive.
  EXPECT_FALSE(std::filesystem::exists(JournalLayout{backup}.archive_note()));
  const auto verdict = verify_directory(backup.string(), room_);
  ASSERT_TRUE(verdict.ok());
  EXPECT_EQ(verdict.value().exit_code(), exit_code::good);
  EXPECT_EQ(verdict.value().segments.size(), 4U);
}

TEST_F(Archive, LeavesADirectoryThatSaysWhatIsMissing) {
  ASSERT_TRUE(archive_segments(options(), last_).ok());
  ASSERT_TRUE(std::filesystem::remove(JournalLayout{data()}.archive_note()));
  State state{settings_for(room_)};
  const auto recovered = recover(data(), state, nullptr, nullptr, [](std::uint64_t) {});
  ASSERT_FALSE(recovered.ok());
  EXPECT_NE(recovered.error().what.find("segments 1 to 3 are elsewhere"), std::string::npos)
      << recovered.error().what;
}

TEST_F(Archive, TakesWhatWasAskedFor) {
  ArchiveOptions some = options();
  some.keep = "3";
  ASSERT_TRUE(archive_segments(some, last_).ok());
  EXPECT_TRUE(is_archived(1) && is_live(2));
  some.keep = "";
  some.before_sequence = "9";
  const auto verdict = verify_directory(both(), room_);
  ASSERT_TRUE(verdict.ok());
  const auto done = archive_segments(some, last_);
  ASSERT_TRUE(done.ok()) << done.error().what;
  for (const SegmentReport& segment : verdict.value().segments) {
    EXPECT_EQ(is_archived(segment.ordinal), segment.last < Sequence{9}) << segment.ordinal;
  }
  EXPECT_EQ(verify_both(), exit_code::good);
}

TEST_F(Archive, IsFinishedByDoingItAgain) {
  ArchiveOptions copying = options();
  copying.copy = true;
  ASSERT_TRUE(archive_segments(copying, last_).ok());
  // As a crash leaves it: half a copy, and one segment gone already.
  write_file(JournalLayout{archive()}.segment(2).string() + ".new", "half");
  std::filesystem::remove(JournalLayout{data()}.segment(1));
  std::filesystem::remove(JournalLayout{archive()}.segment(2));
  const auto done = archive_segments(options(), last_);
  ASSERT_TRUE(done.ok()) << done.error().what;
  EXPECT_EQ(verify_both(), exit_code::good);
  EXPECT_FALSE(is_live(2) || is_live(3));
}

TEST_F(Archive, RemovesNothingWhereTheCopyIsNotTheSame) {
  ArchiveOptions copying = options();
  copying.copy = true;
  ASSERT_TRUE(archive_segments(copying, last_).ok());
  const auto copy = JournalLayout{archive()}.segment(2);
  std::string bytes = read_file(copy);
  bytes[5'000] ^= 1;
  write_file(copy, bytes);
  const auto done = archive_segments(options(), last_);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().kind, FailureKind::damaged);
  for (std::uint64_t ordinal = 1; ordinal <= 4; ++ordinal) EXPECT_TRUE(is_live(ordinal));
}

TEST_F(Archive, OfADamagedJournalIsNotMade) {
  const auto segment = JournalLayout{data()}.segment(2);
  std::string bytes = read_file(segment);
  bytes[bytes.size() - 5'000] ^= 1;
  write_file(segment, bytes);
  EXPECT_FALSE(archive_segments(options(), last_).ok());
  EXPECT_FALSE(std::filesystem::exists(archive()));
}

TEST_F(Archive, WaitsForTheEngineToBeStopped) {
  const auto locked = DataDirectory::open_or_create(data());
  ASSERT_TRUE(locked.ok());
  EXPECT_FALSE(archive_segments(options(), last_).ok());
  ArchiveOptions copying = options();
  copying.copy = true;
  EXPECT_TRUE(archive_segments(copying, last_).ok());
}

TEST_F(Archive, OfAnotherJournalIsNotMixedIn) {
  ArchiveOptions copying = options();
  copying.copy = true;
  ASSERT_TRUE(archive_segments(copying, last_).ok());
  std::filesystem::remove_all(data());
  SetUp();  // Another journal in its place.
  ASSERT_FALSE(archive_segments(options(), last_).ok());
  for (std::uint64_t ordinal = 1; ordinal <= 4; ++ordinal) EXPECT_TRUE(is_live(ordinal));
}

}  // namespace
}  // namespace daybook::test
