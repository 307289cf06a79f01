// Power failure and keys of secrets: a key that was told is there on every disk that a crash could
// have left, also where whoever made the file was killed before its name was certain; and one that
// was told to be forgotten is on none.
//
// Method: as crash_states_test.cpp, also that it is built a second time against storage that never
// syncs.

#include <algorithm>
#include <array>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "storage/file/file.hpp"
#include "storage/secrets/key_file.hpp"
#include "tests/crash/states/disk_trace.hpp"
#include "tests/storage/support/scribe.hpp"

namespace daybook::testing {
namespace {

constexpr std::uint64_t seed = 20'261'127;
constexpr std::uint64_t keys_told = 8;
constexpr std::uint64_t forgotten_key = 3;
constexpr std::size_t states = 300;

NewKey key(std::uint64_t number) {
  NewKey made{.id = Uint128{number, 77}};
  for (std::size_t at = 0; at < made.key.size(); ++at) {
    made.key[at] = static_cast<std::byte>(number * 53 + at * 7 + 1);
  }
  return made;
}

/// What is left where the maker of the file was killed before it had synced the directory.
void make_what_a_killed_one_left(const std::filesystem::path& directory) {
  { ASSERT_TRUE(KeyFile::open(directory).value()->add({}).ok()); }
  auto made = File::open(directory / "keys", File::Mode::read);
  std::array<std::byte, 64> header{};
  ASSERT_EQ(made.value().read_at(header, 0).value(), header.size());
  std::filesystem::remove(directory / "keys");
  start_trace(directory.parent_path());
  auto file = File::open(directory / "keys", File::Mode::create);
  ASSERT_TRUE(file.value().write_at(header, 0).ok());
  ASSERT_TRUE(file.value().sync().ok());
}

/// Adds keys one by one, and forgets one when all are there: what was told is noted.
void keep_keys(const std::filesystem::path& directory) {
  const auto keys = KeyFile::open(directory);
  ASSERT_TRUE(keys.ok());
  for (std::uint64_t number = 1; number <= keys_told; ++number) {
    ASSERT_TRUE(keys.value()->add(std::vector<NewKey>{key(number)}).ok());
    note_acknowledged(number);
  }
  ASSERT_TRUE(keys.value()->forget(std::vector<Uint128>{key(forgotten_key).id}).ok());
  note_acknowledged(keys_told + 1);
}

bool is_lost(const CrashedDisk& disk, const std::filesystem::path& root) {
  std::filesystem::remove_all(root);
  std::filesystem::create_directories(root / "secrets");
  for (const auto& [name, content] : disk.files) write_file(root / name, content);
  const auto keys = KeyFile::open(root / "secrets");
  if (!keys.ok()) return true;
  const bool all_told = disk.acknowledged > keys_told;
  for (std::uint64_t number = 1; number <= std::min(disk.acknowledged, keys_told); ++number) {
    const bool is_there = keys.value()->find(key(number).id).has_value();
    if (number != forgotten_key && !is_there) return true;
    if (number == forgotten_key && all_told && is_there) return true;
  }
  return false;
}

std::size_t disks_that_lost_something(const ScratchDirectory& scratch) {
  std::mt19937_64 random{seed};
  std::size_t lost = 0;
  const std::size_t begin = first_acknowledged_position();
  for (std::size_t state = 0; state < states; ++state) {
    const std::size_t position = begin + random() % (trace_size() - begin + 1);
    lost += is_lost(crash_at(position, random), scratch / "crashed") ? 1 : 0;
  }
  return lost;
}

std::size_t lost_of_a_new_file() {
  ScratchDirectory scratch;
  std::filesystem::create_directories(scratch / "live");
  start_trace(scratch / "live");
  keep_keys(scratch / "live" / "secrets");
  stop_trace();
  return disks_that_lost_something(scratch);
}

std::size_t lost_behind_a_killed_maker() {
  ScratchDirectory scratch;
  std::filesystem::create_directories(scratch / "live");
  make_what_a_killed_one_left(scratch / "live" / "secrets");
  keep_keys(scratch / "live" / "secrets");
  stop_trace();
  return disks_that_lost_something(scratch);
}

#if defined(DAYBOOK_TEST_NO_SYNC)
TEST(KeyStatesWithoutSync, AreFoundToLoseWhatWasTold) {
  EXPECT_GT(lost_of_a_new_file(), states / 4);
  EXPECT_GT(lost_behind_a_killed_maker(), states / 4);
}
#else
TEST(KeyStates, HoldEveryKeyThatWasToldAndNoneThatWasForgotten) {
  EXPECT_EQ(lost_of_a_new_file(), 0U);
}

TEST(KeyStates, HoldThemAlsoWhereTheMakerOfTheFileWasKilled) {
  EXPECT_EQ(lost_behind_a_killed_maker(), 0U);
}
#endif

}  // namespace
}  // namespace daybook::testing
