// repair: what can be put right without losing an entry is, and nothing else is touched; what
// cannot is named with what would be lost, and everything whole before it is copied into another
// journal.

#include "tools/daybook/repair/repair.hpp"

#include <cstring>
#include <functional>
#include <map>

#include <gtest/gtest.h>

#include "storage/journal/data_directory.hpp"
#include "storage/journal/journal_reader.hpp"
#include "storage/witness/witness.hpp"
#include "tests/replay/disk_journal.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/tools/daybook/serve/running_process.hpp"
#include "tools/daybook/exit_code.hpp"

namespace daybook::test {
namespace {

constexpr std::size_t page_bytes = 4'096;

class RepairTest : public testing::Test {
 protected:
  void SetUp() override {
    DiskJournal journal{layout_.root};
    journal.create_accounts({make_account(1), make_account(2)});
    journal.commit();
    for (std::uint64_t id = 1; id <= 9; ++id) {
      journal.create_transfers({make_transfer(id, 1, 2, 10)});
      journal.commit();
      if (id == 3 || id == 6) journal.rotate();
    }
    journal.finish();
    last_ = journal.state().last_sequence();
  }

  std::filesystem::path segment(std::uint64_t ordinal) const { return layout_.segment(ordinal); }

  /// Changes the bytes of a file.
  static void change(const std::filesystem::path& path,
                     const std::function<void(std::string&)>& how) {
    std::string bytes = read_file(path);
    how(bytes);
    write_file(path, bytes);
  }

  /// The meta page of the newest transaction; `older`: the other one.
  static std::size_t meta_page(const std::string& bytes, bool older) {
    std::uint64_t transactions[2];
    for (std::size_t page = 0; page < 2; ++page) {
      std::memcpy(&transactions[page], bytes.data() + page * page_bytes + 16 + 128, 8);
    }
    const std::size_t newest = transactions[0] > transactions[1] ? 0 : 1;
    return older ? 1 - newest : newest;
  }
  static void zero_meta_page(const std::filesystem::path& path, bool older) {
    change(path, [&](std::string& bytes) {
      const std::size_t page = meta_page(bytes, older);
      std::memset(bytes.data() + page * page_bytes, 0, page_bytes);
    });
  }

  RepairPlan plan() const {
    auto planned = plan_repair(layout_, room_);
    EXPECT_TRUE(planned.ok()) << planned.error().what;
    return planned.ok() ? std::move(planned).value() : RepairPlan{};
  }

  int repair(bool yes = true, const std::string& accept_loss = {}) const {
    return run_repair({.directory = layout_.root.string(),
                       .accept_loss = accept_loss,
                       .room = room_,
                       .yes = yes,
                       .json = false});
  }

  void expect_sound(const std::filesystem::path& directory) const {
    const auto verdict = verify_directory(directory.string(), room_);
    ASSERT_TRUE(verdict.ok());
    EXPECT_EQ(verdict.value().exit_code(), exit_code::good) << verdict_text(verdict.value());
  }

  std::vector<std::string> entries(const std::filesystem::path& directory) const {
    std::vector<std::string> values;
    const auto reader = JournalReader::open(directory, reading_of(directory.string())).value();
    for (;;) {
      const auto entry = reader->next();
      EXPECT_TRUE(entry.ok()) << entry.error().what;
      if (!entry.ok() || !entry.value()) return values;
      const auto value = entry.value()->value;
      values.emplace_back(reinterpret_cast<const char*>(value.data()), value.size());
    }
  }

  std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> all;
    for (const auto& each : std::filesystem::recursive_directory_iterator{layout_.root}) {
      const std::string name = each.path().filename().string();
      if (!each.is_regular_file() || name == "LOCK" || name.ends_with("-lock")) continue;
      all[each.path().string()] = read_file(each.path());
    }
    return all;
  }

  ScratchDirectory directory_;
  JournalLayout layout_{directory_.path() / "data"};
  StateRoom room_{.accounts_max = 1'000, .transfer_ids_max = 100'000};
  Sequence last_;
};

TEST_F(RepairTest, ASoundJournalIsLeftAlone) {
  const auto before = files();
  EXPECT_TRUE(plan().steps.empty());
  EXPECT_FALSE(plan().loss.has_value());
  EXPECT_EQ(repair(), exit_code::good);
  EXPECT_TRUE(files() == before);
}

TEST_F(RepairTest, AZeroedMetaPageIsRestoredAndNothingIsLost) {
  const auto before = entries(layout_.root);
  for (const bool older : {false, true}) {
    SCOPED_TRACE(older);
    zero_meta_page(segment(3), older);
    const std::string damaged = read_file(segment(3));
    const RepairPlan planned = plan();
    ASSERT_FALSE(planned.loss.has_value()) << planned.loss->words;
    ASSERT_EQ(planned.steps.size(), 1U);
    EXPECT_NE(planned.steps[0].words.find("meta page is zeroed"), std::string::npos);
    EXPECT_EQ(
        planned.steps[0].words.find("the zeroed page led to the last one") == std::string::npos,
        older);
    EXPECT_EQ(repair(), exit_code::good);
    expect_sound(layout_.root);
    EXPECT_TRUE(entries(layout_.root) == before);
    const auto aside = layout_.root / "damaged" / segment(3).filename();
    EXPECT_TRUE(read_file(aside) == damaged);
    std::filesystem::remove_all(layout_.root / "damaged");
  }
  // An engine goes on in the segment.
  {
    RunningProcess engine{layout_.root};
    EXPECT_EQ(engine.process().recovered().tail.last_sequence, last_);
    Client client{engine.client_settings()};
    const auto created = client.create_transfers(std::vector{make_transfer(77, 1, 2, 5)});
    ASSERT_TRUE(created.ok());
    EXPECT_TRUE(created.value().refusals.empty());
  }
  expect_sound(layout_.root);
}

TEST_F(RepairTest, AZeroedMetaPageOfAHashedSegmentIsNotGuessed) {
  zero_meta_page(segment(1), true);
  const auto before = files();
  const RepairPlan planned = plan();
  EXPECT_TRUE(planned.steps.empty());
  ASSERT_TRUE(planned.loss.has_value());
  EXPECT_NE(planned.loss->words.find(segment(1).string()), std::string::npos);
  EXPECT_EQ(repair(), exit_code::no);
  EXPECT_TRUE(files() == before);
}

TEST_F(RepairTest, NothingIsDoneWithoutAWord) {
  zero_meta_page(segment(3), true);
  const auto before = files();
  EXPECT_EQ(repair(false), exit_code::failed);  // The test has no terminal.
  EXPECT_TRUE(files() == before);
}

TEST_F(RepairTest, HeadJournalIdAndLeftoversArePutRight) {
  change(layout_.head(), [](std::string& bytes) { bytes[20] ^= 1; });
  EXPECT_EQ(plan().steps.size(), 1U);
  EXPECT_EQ(repair(), exit_code::good);
  EXPECT_FALSE(read_witness(layout_.head()).value().slot_damaged);
  EXPECT_EQ(read_witness(layout_.head()).value().statement.durable, last_);

  const Uint128 id = read_journal_id(layout_).value();
  std::filesystem::remove(layout_.id());
  EXPECT_EQ(plan().steps.size(), 1U);
  EXPECT_EQ(repair(), exit_code::good);
  EXPECT_EQ(read_journal_id(layout_).value(), id);
  change(layout_.id(), [](std::string& bytes) { bytes[10] ^= 1; });
  EXPECT_EQ(repair(), exit_code::good);
  EXPECT_EQ(read_journal_id(layout_).value(), id);

  write_file(layout_.journal() / "00000000000000000009.mdb.new", "half");
  write_file(layout_.root / "HEAD.new", "half");
  EXPECT_EQ(plan().steps.size(), 2U);
  EXPECT_EQ(repair(), exit_code::good);
  EXPECT_TRUE(plan().steps.empty());
  expect_sound(layout_.root);
}

TEST_F(RepairTest, ADamagedEntryIsALossAndWhatIsWholeBeforeItIsCopied) {
  const auto before = entries(layout_.root);
  // The second of the last segment's entries.
  Sequence first;
  {
    const auto reader = JournalReader::open(layout_.root).value();
    int seen = 0;
    while (seen < 2) {
      const auto entry = reader->next().value();
      ASSERT_TRUE(entry.has_value());
      if (reader->segment() != 3) continue;
      ++seen;
      first = entry->header.first();
    }
  }
  change(segment(3), [&](std::string& bytes) { bytes[entry_offset(bytes, first) + 200] ^= 4; });
  const auto damaged = files();
  const RepairPlan planned = plan();
  EXPECT_TRUE(planned.steps.empty());
  ASSERT_TRUE(planned.loss.has_value());
  EXPECT_EQ(planned.loss->kept.value(), first.value() - 1);
  EXPECT_NE(planned.loss->words.find("sequence " + std::to_string(first.value())),
            std::string::npos)
      << planned.loss->words;
  EXPECT_NE(planned.loss->why.find("sequences " + std::to_string(first.value()) + " to " +
                                   std::to_string(last_.value())),
            std::string::npos)
      << planned.loss->why;
  EXPECT_EQ(repair(), exit_code::no);

  const auto copy = directory_.path() / "copy";
  EXPECT_EQ(repair(false, copy.string()), exit_code::failed);
  EXPECT_FALSE(std::filesystem::exists(copy));
  EXPECT_EQ(repair(true, copy.string()), exit_code::good);
  EXPECT_TRUE(files() == damaged);
  expect_sound(copy);
  const auto after = entries(copy);
  ASSERT_LT(after.size(), before.size());
  for (std::size_t at = 0; at + 1 < after.size(); ++at) EXPECT_TRUE(after[at] == before[at]) << at;
  RunningProcess engine{copy};
  Client client{engine.client_settings()};
  EXPECT_EQ(client.lookup_accounts(std::vector{AccountId{Uint128{1, 0}}}).value().accounts.size(),
            1U);
}

TEST_F(RepairTest, AJournalBehindItsWitnessSaysWhatIsMissing) {
  std::filesystem::remove(segment(3));
  const RepairPlan planned = plan();
  ASSERT_TRUE(planned.loss.has_value());
  EXPECT_NE(planned.loss->why.find(" to " + std::to_string(last_.value())), std::string::npos)
      << planned.loss->why;
  const auto copy = directory_.path() / "copy";
  EXPECT_EQ(repair(true, copy.string()), exit_code::good);
  expect_sound(copy);
}

TEST_F(RepairTest, WithoutAWitnessNobodyCanTell) {
  std::filesystem::remove(layout_.head());
  const RepairPlan planned = plan();
  ASSERT_TRUE(planned.loss.has_value());
  EXPECT_EQ(planned.loss->kept, last_);
  EXPECT_NE(planned.loss->why.find("nobody can tell"), std::string::npos) << planned.loss->why;
  const auto copy = directory_.path() / "copy";
  EXPECT_EQ(repair(true, copy.string()), exit_code::good);
  expect_sound(copy);
}

TEST_F(RepairTest, AcceptLossIsForALoss) {
  EXPECT_EQ(repair(true, (directory_.path() / "copy").string()), exit_code::failed);
  EXPECT_FALSE(std::filesystem::exists(directory_.path() / "copy"));
}

TEST_F(RepairTest, AnEngineOnTheDirectoryKeepsItAway) {
  RunningProcess engine{layout_.root};
  EXPECT_EQ(repair(), exit_code::failed);
}

}  // namespace
}  // namespace daybook::test
