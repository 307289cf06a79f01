// Errors from the disk of the keys: whichever write or sync of a forgetting fails, nobody is told
// that anything is forgotten, then or later, until the file was opened again; and then all of it
// can be forgotten.
//
// Method: the same forgetting of several keys, once for each of its calls, with that one broken.

#include <cerrno>
#include <vector>

#include <gtest/gtest.h>

#include "storage/secrets/key_file.hpp"
#include "tests/crash/errors/broken_system.hpp"
#include "tests/storage/support/scribe.hpp"

namespace daybook::testing {
namespace {

constexpr std::uint64_t keys_there = 4;

NewKey key(std::uint64_t number) {
  NewKey made{.id = Uint128{number, 77}};
  for (std::size_t at = 0; at < made.key.size(); ++at) {
    made.key[at] = static_cast<std::byte>(number * 53 + at * 7 + 1);
  }
  return made;
}

class KeyErrors : public ::testing::Test {
 protected:
  KeyErrors() { begin_anew(); }
  ~KeyErrors() override { mend_system(); }

  void begin_anew() {
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_);
    std::vector<NewKey> keys;
    for (std::uint64_t number = 1; number <= keys_there; ++number) keys.push_back(key(number));
    EXPECT_TRUE(open()->add(keys).ok());
  }

  std::unique_ptr<KeyFile> open() {
    auto opened = KeyFile::open(root_ / "secrets");
    EXPECT_TRUE(opened.ok());
    return std::move(opened).value();
  }

  ScratchDirectory scratch_;
  std::filesystem::path root_ = scratch_ / "disk";
  const std::vector<Uint128> wanted_{key(1).id, key(2).id, key(3).id};
};

TEST_F(KeyErrors, NothingCountsAsForgottenBehindACallThatFailed) {
  std::vector<Breakage> all;
  for (std::uint64_t number = 1; number <= wanted_.size(); ++number) {
    all.push_back({.call = Call::write, .number = number, .error = EIO});
    all.push_back({.call = Call::write, .number = number, .error = ENOSPC, .is_short_write = true});
  }
  all.push_back({.call = Call::sync, .number = 1, .error = EIO});
  for (const Breakage& breakage : all) {
    SCOPED_TRACE(std::string{name_of(breakage.call)} + " " + std::to_string(breakage.number));
    begin_anew();
    auto keys = open();
    break_system(root_, breakage);
    EXPECT_FALSE(keys->forget(wanted_).ok());
    EXPECT_TRUE(what_broke().happened);
    mend_system();
    for (std::uint64_t number = 1; number <= keys_there; ++number) {
      EXPECT_TRUE(keys->find(key(number).id).has_value()) << number;
    }
    // The disk works again, and yet nobody knows what is on it.
    EXPECT_FALSE(keys->forget(wanted_).ok());
    EXPECT_FALSE(keys->forget(std::vector<Uint128>{key(9).id}).ok());
    EXPECT_FALSE(keys->add(std::vector<NewKey>{key(5)}).ok());
    keys = open();
    EXPECT_TRUE(keys->forget(wanted_).ok());
    for (const Uint128& each : wanted_) EXPECT_FALSE(keys->find(each).has_value());
    EXPECT_TRUE(keys->find(key(4).id).has_value());
  }
}

TEST_F(KeyErrors, SeveralKeysAreForgottenByOneSync) {
  const auto keys = open();
  break_system(root_, {});
  ASSERT_TRUE(keys->forget(wanted_).ok());
  EXPECT_EQ(calls_counted()[static_cast<std::size_t>(Call::sync)], 1U);
}

}  // namespace
}  // namespace daybook::testing
