// A journal that continues another one. Backup, restore and fork of a real journal on disk: the
// same digest at the same sequence, an id of its own that names the parent, reply windows empty; it
// verifies, recovers and serves; and everything that is almost such a journal is refused.

#include <cstring>
#include <fstream>

#include <gtest/gtest.h>

#include "engine/replay/journal_parent.hpp"
#include "tests/replay/disk_journal.hpp"
#include "tools/daybook/exit_code.hpp"
#include "tools/daybook/offline/backup_command.hpp"
#include "tools/daybook/offline/offline_replay.hpp"
#include "tools/daybook/offline/offline_verify.hpp"
#include "tools/daybook/serve/recovery.hpp"

namespace daybook::test {
namespace {

// Segment 1: an entry that opens it and creates accounts 1 to 3 (sequences 1 to 5), four entries
// of one request with two transfers each (6 to 8, ... 15 to 17), the seal (18). Segment 2: its
// opening (19), the hash fact and two requests in one entry (20; 21 to 22; 23 to 25), one more
// entry (26 to 27).
class Backup : public testing::Test {
 protected:
  void SetUp() override {
    DiskJournal journal{data()};
    journal.create_accounts({make_account(1), make_account(2), make_account(3)});
    journal.commit();
    for (std::uint64_t entry = 0; entry < 4; ++entry) {
      journal.create_transfers(
          {make_transfer(2 * entry + 1, 1, 2, 10), make_transfer(2 * entry + 2, 2, 3, 5)});
      journal.commit();
    }
    journal.rotate();
    journal.create_transfers({make_transfer(100, 3, 1, 7)});
    journal.create_transfers({make_transfer(101, 3, 1, 7), make_transfer(102, 1, 3, 2)});
    journal.commit();
    journal.create_transfers({make_transfer(103, 1, 2, 1)});
    journal.finish();
    last_ = journal.state().last_sequence();
    ASSERT_EQ(last_, Sequence{27});
  }

  [[nodiscard]] std::filesystem::path in(const char* name) const {
    return directory_.path() / name;
  }
  [[nodiscard]] std::filesystem::path data() const { return in("data"); }

  Result<BackupManifest> back_up() {
    return make_backup({.data = data().string(),
                        .to = in("backup").string(),
                        .copy = false,
                        .room = room_,
                        .json = false});
  }
  Result<Continued> restore() {
    return restore_backup({.backup = in("backup").string(),
                           .to = in("restored").string(),
                           .room = room_,
                           .json = false});
  }
  Result<Continued> fork(std::uint64_t until, const char* place = "forked") {
    return continue_directory({.from = data().string(),
                               .place = in(place).string(),
                               .goal = {.until_sequence = Sequence{until}, .until_time = {}},
                               .room = room_,
                               .kind = ParentKind::forked});
  }

  // The digest of the state at `until`; 0 where it cannot be told.
  std::uint64_t digest_at(const std::filesystem::path& directory, Sequence until) {
    State state{settings_for(room_)};
    const auto counts =
        replay_directory(directory.string(), state, {.until_sequence = until, .until_time = {}});
    EXPECT_TRUE(counts.ok()) << counts.error().what;
    return counts.ok() ? state.digest() : 0;
  }

  // It is sound, can be recovered, and an engine can write on.
  void expect_serves(const std::filesystem::path& directory, const Continued& made) {
    auto verdict = verify_directory(directory.string(), room_);
    ASSERT_TRUE(verdict.ok());
    EXPECT_EQ(verdict.value().exit_code(), exit_code::good) << verdict_text(verdict.value());
    EXPECT_EQ(verdict.value().journal_id, made.journal_id);
    EXPECT_NE(made.journal_id, made.parent.journal_id);
    auto locked = DataDirectory::open_or_create(directory);
    ASSERT_TRUE(locked.ok());
    State state{settings_for(room_)};
    const auto recovered = recover(directory, state, nullptr, nullptr, [](std::uint64_t) {});
    ASSERT_TRUE(recovered.ok()) << recovered.error().what;
    EXPECT_EQ(state.digest(), made.digest);
    EXPECT_EQ(state.last_sequence(), made.last);
    EXPECT_EQ(state.windows.clients_with_operations(), 0U);
    EXPECT_EQ(state.windows.clients_with_number_only(), 0U);
    EXPECT_FALSE(recovered.value().tail.sealed);
    struct Nobody final : JournalObserver {
      void segment_hashed(const SegmentHash&) override {}
      void disk_low(bool) override {}
    } nobody;
    JournalSettings settings;
    settings.segment_bytes = settings.first_segment_bytes = std::uint64_t{1} << 20;
    settings.preallocation = Preallocation::none;
    const auto journal = Journal::open(locked.value(), settings, recovered.value().tail, nobody);
    EXPECT_TRUE(journal.ok()) << journal.error().what;
  }

  ScratchDirectory directory_;
  StateRoom room_{.accounts_max = 1'000, .transfer_ids_max = 100'000};
  Sequence last_;
};

// Fault 48: from a backup.
TEST_F(Backup, IsRestoredToTheSameState) {
  const auto manifest = back_up();
  ASSERT_TRUE(manifest.ok()) << manifest.error().what;
  EXPECT_EQ(manifest.value().last_sequence, last_);
  EXPECT_EQ(manifest.value().state_digest, digest_at(data(), last_));
  EXPECT_EQ(manifest.value().files.size(), 2U);
  const auto made = restore();
  ASSERT_TRUE(made.ok()) << made.error().what;
  EXPECT_EQ(made.value().cut, last_);
  EXPECT_EQ(made.value().digest_at_cut, manifest.value().state_digest);
  EXPECT_EQ(digest_at(in("restored"), last_), manifest.value().state_digest);
  expect_serves(in("restored"), made.value());
}

TEST_F(Backup, OfARestoredBackupIsRestoredAgain) {
  ASSERT_TRUE(back_up().ok());
  ASSERT_TRUE(restore().ok());
  const auto again = make_backup({.data = in("restored").string(),
                                  .to = in("backup-2").string(),
                                  .copy = true,
                                  .room = room_,
                                  .json = false});
  ASSERT_TRUE(again.ok()) << again.error().what;
  const auto made = restore_backup({.backup = in("backup-2").string(),
                                    .to = in("restored-2").string(),
                                    .room = room_,
                                    .json = false});
  ASSERT_TRUE(made.ok()) << made.error().what;
  expect_serves(in("restored-2"), made.value());
}

TEST_F(Backup, KeepsTheHeads) {
  const auto before =
      verify_directory(data().string(), room_, {}, {.newest = true, .expected = {}});
  ASSERT_TRUE(before.ok() && before.value().newest_head && before.value().sealed_head);
  ASSERT_TRUE(back_up().ok());
  ASSERT_TRUE(restore().ok());
  for (const char* name : {"backup", "restored"}) {
    for (const JournalHead& head : {*before.value().newest_head, *before.value().sealed_head}) {
      const auto verdict =
          verify_directory(in(name).string(), room_, {}, {.newest = false, .expected = head});
      ASSERT_TRUE(verdict.ok());
      EXPECT_EQ(verdict.value().expected_head->answer, HeadAnswer::proven) << name;
    }
  }
}

TEST_F(Backup, WritesOverNothing) {
  std::filesystem::create_directory(in("backup"));
  ASSERT_TRUE(back_up().ok()) << "an empty directory is fine";
  EXPECT_FALSE(back_up().ok());
  ASSERT_TRUE(restore().ok());
  EXPECT_FALSE(restore().ok());
  EXPECT_FALSE(fork(5, "data").ok());
  std::filesystem::create_directory(in("forked.partial"));
  const auto left = fork(5);
  ASSERT_FALSE(left.ok());
  EXPECT_NE(left.error().what.find("interrupted"), std::string::npos) << left.error().what;
}

TEST_F(Backup, IsNotServedFrom) {
  ASSERT_TRUE(back_up().ok());
  const auto opened = DataDirectory::open_or_create(in("backup"));
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().what.find("daybook restore"), std::string::npos) << opened.error().what;
  EXPECT_TRUE(restore().ok()) << "and trying left nothing in it";
}

// Every bit of the manifest counts, and every byte of the files.
TEST_F(Backup, ThatWasAlteredIsNotRestored) {
  ASSERT_TRUE(back_up().ok());
  const auto manifest = JournalLayout{in("backup")}.backup();
  const std::string good = read_file(manifest);
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ (1 << at % 8));
    write_file(manifest, bad);
    ASSERT_FALSE(restore().ok()) << "byte " << at;
  }
  write_file(manifest, good);
  for (const std::uint64_t ordinal : {1U, 2U}) {
    const auto segment = JournalLayout{in("backup")}.segment(ordinal);
    const std::string bytes = read_file(segment);
    std::filesystem::remove(segment);  // The live directory may have the same file.
    EXPECT_FALSE(restore().ok());
    for (std::size_t at = 0; at < bytes.size(); at += 4'099) {
      std::string bad = bytes;
      bad[at] = static_cast<char>(bad[at] ^ 1);
      write_file(segment, bad);
      EXPECT_FALSE(restore().ok()) << "byte " << at << " of segment " << ordinal;
    }
    write_file(segment, bytes.substr(0, bytes.size() - 4'096));
    EXPECT_FALSE(restore().ok());
    write_file(segment, bytes);
  }
  write_file(JournalLayout{in("backup")}.segment(3), "more");
  EXPECT_FALSE(restore().ok());
  std::filesystem::remove(JournalLayout{in("backup")}.segment(3));
  EXPECT_FALSE(std::filesystem::exists(in("restored")));
  EXPECT_TRUE(restore().ok());
}

TEST_F(Backup, OfADamagedJournalIsNotMade) {
  const auto segment = JournalLayout{data()}.segment(1);
  std::string bytes = read_file(segment);
  bytes[entry_offset(bytes, Sequence{9}) + 200] ^= 1;
  write_file(segment, bytes);
  const auto made = back_up();
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().kind, FailureKind::damaged) << made.error().what;
  EXPECT_FALSE(std::filesystem::exists(in("backup")));
}

TEST_F(Backup, ForksAtEverySequence) {
  for (std::uint64_t until = 1; until <= last_.value(); ++until) {
    SCOPED_TRACE(until);
    const std::string place = "fork-" + std::to_string(until);
    const auto made = fork(until, place.c_str());
    ASSERT_TRUE(made.ok()) << made.error().what;
    EXPECT_GE(made.value().cut, Sequence{until});
    const std::uint64_t digest = digest_at(data(), Sequence{until});
    EXPECT_EQ(made.value().digest_at_cut, digest);
    EXPECT_EQ(digest_at(in(place.c_str()), Sequence{until}), digest);
    expect_serves(in(place.c_str()), made.value());
  }
  EXPECT_FALSE(fork(last_.value() + 1, "past").ok());
  EXPECT_FALSE(fork(0, "nothing").ok());
}

TEST_F(Backup, ForksAtATime) {
  State state{settings_for(room_)};
  const auto counts =
      replay_directory(data().string(), state, {.until_sequence = Sequence{8}, .until_time = {}});
  ASSERT_TRUE(counts.ok());
  const auto made =
      continue_directory({.from = data().string(),
                          .place = in("forked").string(),
                          .goal = {.until_sequence = {}, .until_time = counts.value().commit_time},
                          .room = room_,
                          .kind = ParentKind::forked});
  ASSERT_TRUE(made.ok()) << made.error().what;
  EXPECT_EQ(made.value().cut, Sequence{8});
  EXPECT_EQ(made.value().digest_at_cut, state.digest());
  expect_serves(in("forked"), made.value());
}

// A segment of another journal is a fork only if it names this one, where it ends.
TEST_F(Backup, RefusesForksOfOtherPlaces) {
  const auto early = fork(8, "early");
  const auto late = fork(27, "late");
  ASSERT_TRUE(early.ok() && late.ok());
  const JournalLayout late_layout{in("late")};
  ASSERT_EQ(late.value().parent.segment, 2U);
  // The fork at 8 opens segment 2; put where the parent's own segment 2 should be.
  std::filesystem::copy_file(JournalLayout{in("early")}.segment(2), late_layout.segment(2),
                             std::filesystem::copy_options::overwrite_existing);
  const auto verdict = verify_directory(in("late").string(), room_);
  ASSERT_TRUE(verdict.ok());
  EXPECT_EQ(verdict.value().exit_code(), exit_code::no);
  State state{settings_for(room_)};
  EXPECT_FALSE(recover(in("late"), state, nullptr, nullptr, [](std::uint64_t) {}).ok());
}

TEST_F(Backup, RefusesAForkUnderTheParentsId) {
  const auto made = fork(17);
  ASSERT_TRUE(made.ok());
  // The parent's identity in the fork: it would pass for the original.
  const JournalLayout forked{in("forked")};
  const JournalLayout original{data()};
  for (const auto& [from, to] :
       {std::pair{original.id(), forked.id()}, std::pair{original.head(), forked.head()}}) {
    std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing);
  }
  const auto verdict = verify_directory(in("forked").string(), room_);
  ASSERT_TRUE(verdict.ok());
  EXPECT_EQ(verdict.value().exit_code(), exit_code::no);
  State state{settings_for(room_)};
  EXPECT_FALSE(recover(in("forked"), state, nullptr, nullptr, [](std::uint64_t) {}).ok());
}

// The names that a parent's entry gives, changed one by one with all hashes made new.
TEST_F(Backup, RefusesAParentThatIsNotTheOneBefore) {
  const auto made = fork(17);
  ASSERT_TRUE(made.ok());
  const auto segment = JournalLayout{in("forked")}.segment(2);
  const std::string good = read_file(segment);
  const std::size_t at = entry_offset(good, Sequence{18});
  EntryHeader header;
  std::memcpy(&header, good.data() + at, sizeof(header));
  const std::size_t size = padded_entry_bytes(header.payload_bytes);
  std::vector<Uint128> room(size / sizeof(Uint128) + 1);
  const auto value = std::as_writable_bytes(std::span{room}).first(size);
  std::memcpy(value.data(), good.data() + at, size);
  JournalParent parent{.journal_id = made.value().parent.journal_id,
                       .entry_hash = made.value().parent.entry_hash,
                       .last_sequence = 17,
                       .cut_sequence = 17,
                       .kind = ParentKind::forked};
  const std::string bytes{reinterpret_cast<const char*>(&parent), sizeof(parent)};
  const std::string whole{reinterpret_cast<const char*>(value.data()), size};
  const std::size_t place = whole.find(bytes);
  ASSERT_NE(place, std::string::npos);
  for (std::size_t byte = 0; byte < sizeof(parent); ++byte) {
    if (byte >= offsetof(JournalParent, kind)) break;
    std::memcpy(value.data(), whole.data(), size);
    value[place + byte] ^= std::byte{1};
    seal_entry(value, header.previous_hash);
    std::string bad = good;
    std::memcpy(bad.data() + at, value.data(), size);
    write_file(segment, bad);
    State state{settings_for(room_)};
    EXPECT_FALSE(recover(in("forked"), state, nullptr, nullptr, [](std::uint64_t) {}).ok()) << byte;
    const auto verdict = verify_directory(in("forked").string(), room_);
    ASSERT_TRUE(verdict.ok());
    EXPECT_EQ(verdict.value().exit_code(), exit_code::no) << byte;
  }
}

}  // namespace
}  // namespace daybook::test
