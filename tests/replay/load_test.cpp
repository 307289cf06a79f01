// A journal that was dumped and loaded: every entry byte for byte, every digest; and no byte of the
// dump can be changed without being told.

#include <sstream>

#include <gtest/gtest.h>

#include "storage/journal/journal_reader.hpp"
#include "tests/replay/disk_journal.hpp"
#include "tools/daybook/exit_code.hpp"
#include "tools/daybook/offline/offline_dump.hpp"
#include "tools/daybook/offline/offline_load.hpp"
#include "tools/daybook/offline/offline_verify.hpp"

namespace daybook::test {
namespace {

class Load : public testing::Test {
 protected:
  void SetUp() override {
    DiskJournal journal{data()};
    journal.create_accounts({make_account(1), make_account(2)});
    journal.commit();
    for (std::uint64_t id = 1; id <= 3; ++id) {
      journal.create_transfers({make_transfer(id, 1, 2, 10), make_transfer(100 + id, 1, 9, 1)});
      journal.commit();
      if (id < 3) journal.rotate();
    }
    journal.finish();
  }

  [[nodiscard]] std::filesystem::path data() const { return directory_.path() / "data"; }
  [[nodiscard]] std::filesystem::path loaded() const { return directory_.path() / "loaded"; }

  struct Entries {
    std::vector<std::string> values;
    std::string dump;
  };
  static Entries entries_of(const std::filesystem::path& directory) {
    Entries entries;
    const auto reader = JournalReader::open(directory, reading_of(directory.string()));
    EXPECT_TRUE(reader.ok());
    for (;;) {
      const auto entry = reader.value()->next();
      EXPECT_TRUE(entry.ok());
      if (!entry.ok() || !entry.value()) return entries;
      const auto value = entry.value()->value;
      entries.values.emplace_back(reinterpret_cast<const char*>(value.data()), value.size());
      entries.dump += portable_line(*entry.value()) + "\n";
    }
  }

  Result<Continued> load(const std::string& dump) {
    std::istringstream lines{dump};
    return load_journal(lines,
                        {.file = "test", .to = loaded().string(), .room = room_, .json = false});
  }

  ScratchDirectory directory_;
  StateRoom room_{.accounts_max = 1'000, .transfer_ids_max = 100'000};
};

// Fault 47: a portable dump, loaded.
TEST_F(Load, MakesTheSameEntries) {
  const Entries before = entries_of(data());
  const auto made = load("{\"kind\":\"account\"}\n" + before.dump);
  ASSERT_TRUE(made.ok()) << made.error().what;
  Entries after = entries_of(loaded());
  ASSERT_EQ(after.values.size(), before.values.size() + 1);
  after.values.pop_back();  // Names the parent.
  EXPECT_EQ(after.values, before.values);
  const auto original = verify_directory(data().string(), room_);
  const auto verdict = verify_directory(loaded().string(), room_);
  ASSERT_TRUE(original.ok() && verdict.ok());
  EXPECT_EQ(verdict.value().exit_code(), exit_code::good) << verdict_text(verdict.value());
  EXPECT_EQ(made.value().digest_at_cut, original.value().state_digest);
  EXPECT_NE(verdict.value().journal_id, original.value().journal_id);
}

TEST_F(Load, CanBeDumpedAndLoadedAgain) {
  ASSERT_TRUE(load(entries_of(data()).dump).ok());
  const Entries once = entries_of(loaded());
  std::filesystem::remove_all(loaded());
  ASSERT_TRUE(load(once.dump).ok());
  EXPECT_EQ(entries_of(loaded()).values.size(), once.values.size() + 1);
}

TEST_F(Load, CannotProveHeadsOfTheJournalThatWasDumped) {
  const auto original =
      verify_directory(data().string(), room_, {}, {.newest = true, .expected = {}});
  ASSERT_TRUE(original.ok() && original.value().sealed_head);
  ASSERT_TRUE(load(entries_of(data()).dump).ok());
  JournalHead head = *original.value().sealed_head;
  head.ordinal = 1;
  const auto verdict =
      verify_directory(loaded().string(), room_, {}, {.newest = false, .expected = head});
  ASSERT_TRUE(verdict.ok());
  EXPECT_EQ(verdict.value().expected_head->answer, HeadAnswer::unknown);
  EXPECT_EQ(verdict.value().exit_code(), exit_code::failed);
}

// Of each line some bytes, among them all kinds of members; and lines lost, twice, out of order.
TEST_F(Load, RefusesADumpThatWasAltered) {
  const std::string good = entries_of(data()).dump;
  std::vector<std::string> lines;
  std::istringstream all{good};
  for (std::string line; std::getline(all, line);) lines.push_back(line);
  ASSERT_GT(lines.size(), 6U);
  // All of the first line's members, then a byte here and there.
  const std::size_t members = lines[0].find("\"payload\"");
  for (std::size_t at = 0; at < good.size(); at += at < members ? 3 : 997) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    const auto made = load(bad);
    if (!made.ok()) continue;
    // Counts of bytes, which follow from the payload, and a name that is read by nobody.
    EXPECT_EQ(entries_of(loaded()).values.size(), lines.size() + 1) << "byte " << at;
    std::filesystem::remove_all(loaded());
  }
  const auto joined = [](const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts) text += part + "\n";
    return text;
  };
  for (std::size_t at = 0; at + 1 < lines.size(); ++at) {
    auto lost = lines;
    lost.erase(lost.begin() + static_cast<std::ptrdiff_t>(at));
    EXPECT_FALSE(load(joined(lost)).ok()) << at;
    auto twice = lines;
    twice.insert(twice.begin() + static_cast<std::ptrdiff_t>(at), lines[at]);
    EXPECT_FALSE(load(joined(twice)).ok()) << at;
    auto swapped = lines;
    std::swap(swapped[at], swapped[at + 1]);
    EXPECT_FALSE(load(joined(swapped)).ok()) << at;
  }
  EXPECT_FALSE(load("").ok());
  EXPECT_FALSE(load("not JSON\n").ok());
  EXPECT_FALSE(load("{\"kind\":\"entry\"}\n").ok());
  EXPECT_FALSE(std::filesystem::exists(loaded()));
}

TEST_F(Load, RefusesALineThatIsTooLong) {
  std::string endless = "{\"kind\":\"entry\",\"payload\":\"";
  endless.resize(2 * limits::entry_bytes_max + 8'192, '0');
  const auto made = load(endless);
  ASSERT_FALSE(made.ok());
  EXPECT_NE(made.error().what.find("longer"), std::string::npos) << made.error().what;
}

}  // namespace
}  // namespace daybook::test
