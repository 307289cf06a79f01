// Damage at rest, as verify, replay and a start see it: nothing of it passes for another state.
//
// Method: a journal of three segments on disk, damaged on purpose; then everything that reads it.

#include <algorithm>
#include <cstring>
#include <random>

#include <gtest/gtest.h>

#include "storage/journal/page_walker.hpp"
#include "tests/replay/disk_journal.hpp"
#include "tests/support/rounds.hpp"
#include "tools/daybook/exit_code.hpp"
#include "tools/daybook/offline/offline_replay.hpp"
#include "tools/daybook/offline/offline_verify.hpp"
#include "tools/daybook/serve/recovery.hpp"

namespace daybook::test {
namespace {

constexpr std::size_t page = 4'096;

class DamageAtRest : public testing::Test {
 protected:
  void SetUp() override {
    DiskJournal journal{data()};
    journal.create_accounts({make_account(1), make_account(2), make_account(3)});
    journal.commit();
    for (std::uint64_t ordinal = 1; ordinal <= segments; ++ordinal) {
      for (std::uint64_t entry = 0; entry < 3; ++entry) {
        const std::uint64_t id = 10 * ordinal + entry;
        journal.create_transfers({make_transfer(id, 1, 2, id), make_transfer(id + 100, 2, 3, 1)});
        journal.commit();
      }
      if (ordinal < segments) journal.rotate();
      if (ordinal + 1 == segments) older_ = read_file(segment(segments));
    }
    journal.finish();
    digest_ = journal.state().digest();
    last_ = journal.state().last_sequence();
  }

  [[nodiscard]] std::filesystem::path data() const { return directory_.path() / "data"; }
  [[nodiscard]] std::filesystem::path segment(std::uint64_t ordinal) const {
    return JournalLayout{data()}.segment(ordinal);
  }

  [[nodiscard]] JournalVerdict verify() const {
    auto verdict = verify_directory(data().string(), room_);
    EXPECT_TRUE(verdict.ok());
    return std::move(verdict).value();
  }

  struct Ending {
    std::string words;  ///< Of the failure; empty where there was none.
    Sequence last;
    std::uint64_t digest = 0;
  };
  [[nodiscard]] Ending replay() const {
    State state{settings_for(room_)};
    const auto replayed = replay_directory(JournalPlace{data().string(), ""}, state, {});
    return {replayed.ok() ? "" : replayed.error().what, state.last_sequence(), state.digest()};
  }
  /// A start: replay, and the witness.
  [[nodiscard]] std::string start() const {
    State state{settings_for(room_)};
    const auto recovered = recover(data(), state, nullptr, nullptr, [](std::uint64_t) {});
    if (!recovered.ok()) return recovered.error().what;
    const auto witnessed = check_witness(JournalLayout{data()}, recovered.value().tail);
    return witnessed.ok() ? "" : witnessed.error().what;
  }

  /// Where the newest of a segment's two meta pages stands.
  static std::size_t newest_meta(const std::string& file) {
    std::uint64_t transactions[2];
    std::memcpy(&transactions[0], file.data() + 16 + 128, 8);
    std::memcpy(&transactions[1], file.data() + page + 16 + 128, 8);
    return transactions[0] > transactions[1] ? 0 : page;
  }

  static constexpr std::uint64_t segments = 3;
  ScratchDirectory directory_;
  StateRoom room_{.accounts_max = 1'000, .transfer_ids_max = 1'000};
  std::string older_;  ///< The newest segment as it was with its first entry only.
  std::uint64_t digest_ = 0;
  Sequence last_;
};

// Fault 11: page_walker_test.cpp flips every bit under the walker; here whole commands look.
// Fault 12: most flips are in LMDB's own pages and in headers.
TEST_F(DamageAtRest, AnyFlippedBitIsReportedOrChangesNothing) {
  const std::string good = read_file(segment(1));
  constexpr std::uint64_t seed = 20'261'126;
  std::mt19937_64 random{seed};
  const std::uint64_t tries = rounds(1'500, good.size());
  std::uint64_t reported = 0;
  for (std::uint64_t round = 0; round < tries; ++round) {
    const std::size_t at = random() % 4 == 0
                               ? random() % good.size()
                               : random() % (good.size() / page) * page + random() % 160;
    const auto bit = static_cast<char>(1U << random() % 8);
    SCOPED_TRACE("seed " + std::to_string(seed) + ", byte " + std::to_string(at));
    std::string bytes = good;
    bytes[at] = static_cast<char>(bytes[at] ^ bit);
    write_file(segment(1), bytes);
    // Its SHA-256 is a fact of the next segment, so verify tells every one of them.
    ASSERT_EQ(verify().exit_code(), exit_code::no);
    const Ending ending = replay();
    if (ending.words.empty()) {
      ASSERT_EQ(ending.last, last_);
      ASSERT_EQ(ending.digest, digest_);
    } else {
      ++reported;
    }
    ASSERT_EQ(start().empty(), ending.words.empty());
  }
  EXPECT_GT(reported, tries / 20);
}

// Fault 13: the newest meta page is what it was one transaction ago.
TEST_F(DamageAtRest, AStaleMetaPageIsFoundByTheWitness) {
  std::string bytes = read_file(segment(segments));
  const std::size_t newest = newest_meta(bytes);
  const std::size_t older = page - newest;
  // As if the last commit's had never been written: its place still holds the one before the other.
  std::string stale = bytes.substr(older, page);
  std::uint64_t transaction = 0;
  std::memcpy(&transaction, stale.data() + 16 + 128, 8);
  ASSERT_GT(transaction, 1U);
  bytes.replace(newest, page, older_.substr(newest, page));
  write_file(segment(segments), bytes);
  EXPECT_EQ(verify().exit_code(), exit_code::no);
  EXPECT_FALSE(start().empty());
}

TEST_F(DamageAtRest, TwoZeroedMetaPagesAreNoEmptySegment) {
  std::string bytes = read_file(segment(2));
  std::fill_n(bytes.begin(), 2 * page, '\0');
  write_file(segment(2), bytes);
  const JournalVerdict verdict = verify();
  EXPECT_EQ(verdict.exit_code(), exit_code::no);
  EXPECT_NE(verdict_text(verdict).find("it is zeroed"), std::string::npos);
  EXPECT_NE(replay().words.find(segment(2).string()), std::string::npos);
  EXPECT_NE(start().find(segment(2).string()), std::string::npos);
}

// Fault 15: longer than sealing left it, and the newest longer than it was prepared.
TEST_F(DamageAtRest, WhatStandsBehindTheEndIsNotRead) {
  for (const std::uint64_t ordinal : {1U, 3U}) {
    const std::string good = read_file(segment(ordinal));
    write_file(segment(ordinal), good + std::string(3 * page + 5, 'x'));
    const Ending ending = replay();
    EXPECT_EQ(ending.words, "");
    EXPECT_EQ(ending.digest, digest_);
    EXPECT_EQ(verify().exit_code(), ordinal == 1 ? exit_code::no : exit_code::good) << ordinal;
    write_file(segment(ordinal), good);
  }
  EXPECT_EQ(verify().exit_code(), exit_code::good);
}

// Fault 17: the newest segment is a whole and valid one, of an earlier day.
TEST_F(DamageAtRest, AnOlderCopyOfTheNewestSegmentIsFoundByTheWitness) {
  write_file(segment(segments), older_);
  const Ending ending = replay();
  EXPECT_EQ(ending.words, "") << "it is a journal, only shorter";
  EXPECT_LT(ending.last, last_);
  EXPECT_NE(start().find("was on disk"), std::string::npos) << start();
  EXPECT_EQ(verify().exit_code(), exit_code::no);
}

// Fault 19: in the second-to-last segment, with a sound one behind it.
TEST_F(DamageAtRest, InTheSecondToLastSegmentIsNamedAndWhatIsBeforeItReadable) {
  std::string bytes = read_file(segment(2));
  std::vector<std::uint64_t> firsts;
  {
    const auto walker = PageWalker::open(segment(2));
    for (const EntryPosition& each : walker.value().walk().entries) firsts.push_back(each.key);
  }
  ASSERT_GE(firsts.size(), 4U);
  const std::size_t at = entry_offset(bytes, Sequence{firsts[2]});
  bytes[at + sizeof(EntryHeader) + 40] ^= 1;
  write_file(segment(2), bytes);
  for (const std::string& words : {start(), replay().words}) {
    EXPECT_NE(words.find(segment(2).string()), std::string::npos) << words;
    EXPECT_NE(words.find(std::to_string(firsts[2])), std::string::npos) << words;
  }
  State state{settings_for(room_)};
  const auto before =
      replay_directory(JournalPlace{data().string(), ""}, state,
                       {.until_sequence = Sequence{firsts[2] - 1}, .until_time = {}});
  EXPECT_TRUE(before.ok()) << before.error().what;
  const JournalVerdict verdict = verify();
  EXPECT_EQ(verdict.exit_code(), exit_code::no);
  EXPECT_EQ(verdict.last_sequence, last_) << "what follows stays readable";
  ASSERT_EQ(verdict.gaps.size(), 1U);
  EXPECT_EQ(verdict.gaps[0].first, Sequence{firsts[2]});
}

}  // namespace
}  // namespace daybook::test
