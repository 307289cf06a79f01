// The keys of sealed texts on disk: what is found again, what is gone for good, and what a crash or
// damage at any byte of the file leaves.
//
// Method: the file is cut at every byte, and every bit of it is flipped; the bytes of the raw file
// are searched for what was forgotten.

#include "storage/secrets/key_file.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/storage/support/scribe.hpp"

namespace daybook {
namespace {

NewKey key(std::uint64_t number) {
  NewKey made{.id = Uint128{number, 77}};
  for (std::size_t at = 0; at < made.key.size(); ++at) {
    made.key[at] = static_cast<std::byte>(number * 53 + at * 7 + 1);
  }
  return made;
}

class KeyFileTest : public ::testing::Test {
 protected:
  std::unique_ptr<KeyFile> open(std::uint64_t keys_max = 1'000) {
    auto opened = KeyFile::open(directory_, keys_max);
    EXPECT_TRUE(opened.ok()) << opened.error().what;
    return opened.ok() ? std::move(opened).value() : nullptr;
  }
  void add(std::uint64_t first, std::uint64_t count) {
    std::vector<NewKey> keys;
    for (std::uint64_t at = 0; at < count; ++at) keys.push_back(key(first + at));
    ASSERT_TRUE(open(30'000)->add(keys).ok());
  }

  [[nodiscard]] std::vector<std::byte> raw() const {
    auto file = File::open(directory_ / "keys", File::Mode::read);
    std::vector<std::byte> bytes(file.value().size().value());
    EXPECT_EQ(file.value().read_at(bytes, 0).value(), bytes.size());
    return bytes;
  }
  void put_raw(std::span<const std::byte> bytes) const {
    auto file = File::open(directory_ / "keys", File::Mode::create_afresh);
    ASSERT_TRUE(file.value().write_at(bytes, 0).ok());
  }
  [[nodiscard]] bool is_in_file(std::span<const std::byte> wanted) const {
    const auto bytes = raw();
    return std::search(bytes.begin(), bytes.end(), wanted.begin(), wanted.end()) != bytes.end();
  }

  using Outcomes = std::vector<ForgetOutcome>;
  static Outcomes forget(KeyFile& keys, const std::vector<std::uint64_t>& numbers) {
    std::vector<Uint128> ids;
    for (const std::uint64_t number : numbers) ids.push_back(key(number).id);
    const auto outcomes = keys.forget(ids);
    EXPECT_TRUE(outcomes.ok());
    return outcomes.ok() ? outcomes.value() : Outcomes{};
  }

  static void expect_has(const KeyFile& keys, std::uint64_t number) {
    const auto found = keys.find(key(number).id);
    ASSERT_TRUE(found.has_value()) << number;
    EXPECT_EQ(*found, key(number).key);
  }

  testing::ScratchDirectory scratch_;
  std::filesystem::path directory_ = scratch_ / "secrets";
};

TEST_F(KeyFileTest, IsMadeForTheFirstKeyAndForItsOwnerOnly) {
  { EXPECT_EQ(open()->count(), 0U); }
  EXPECT_FALSE(std::filesystem::exists(directory_));
  add(1, 1);
  struct stat status {};
  ASSERT_EQ(::stat(directory_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
  ASSERT_EQ(::stat((directory_ / "keys").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(KeyFileTest, FindsItsKeysAgainAfterARestart) {
  add(1, 3);
  add(4, 20'000);  // More than are read at once.
  const auto keys = open(30'000);
  EXPECT_EQ(keys->count(), 20'003U);
  EXPECT_EQ(keys->findings().damaged, 0U);
  for (const std::uint64_t number : {1U, 3U, 4U, 16'384U, 16'385U, 20'003U}) {
    expect_has(*keys, number);
  }
  EXPECT_FALSE(keys->find(Uint128{1, 78}).has_value());
}

TEST_F(KeyFileTest, StandsInTheBytesDocumented) {
  add(1, 2);
  ASSERT_EQ(forget(*open(), {1}), Outcomes{ForgetOutcome::forgotten});
  const auto bytes = raw();
  ASSERT_EQ(bytes.size(), 3 * 64U);
  EXPECT_EQ(std::memcmp(bytes.data(), "DBKK\x01\0\0\0", 8), 0);
  const NewKey first = key(1);
  EXPECT_EQ(std::memcmp(bytes.data() + 64, &first.id, 16), 0);
  EXPECT_TRUE(std::all_of(bytes.begin() + 64 + 24, bytes.begin() + 128,
                          [](std::byte each) { return each == std::byte{0}; }));
  EXPECT_EQ(std::memcmp(bytes.data() + 128 + 24, key(2).key.data(), 32), 0);
}

TEST_F(KeyFileTest, WhatIsForgottenIsGoneFromTheFile) {
  add(1, 5);
  EXPECT_TRUE(is_in_file(key(3).key));
  {
    const auto keys = open();
    EXPECT_EQ(forget(*keys, {3}), Outcomes{ForgetOutcome::forgotten});
    EXPECT_FALSE(keys->find(key(3).id).has_value());
    // Not even a part of it is left.
    const NewKey gone = key(3);
    for (std::size_t at = 0; at + 4 <= 32; ++at) {
      EXPECT_FALSE(is_in_file(std::span{gone.key}.subspan(at, 4))) << at;
    }
    EXPECT_EQ(forget(*keys, {3}), Outcomes{ForgetOutcome::was_forgotten});
    EXPECT_EQ(forget(*keys, {9}), Outcomes{ForgetOutcome::unknown});
    for (const std::uint64_t number : {1U, 2U, 4U, 5U}) expect_has(*keys, number);
  }
  const auto keys = open();
  EXPECT_FALSE(keys->find(key(3).id).has_value());
  EXPECT_EQ(forget(*keys, {3}), Outcomes{ForgetOutcome::was_forgotten});
  EXPECT_EQ(keys->findings().damaged, 0U);
  for (const std::uint64_t number : {1U, 2U, 4U, 5U}) expect_has(*keys, number);
}

TEST_F(KeyFileTest, ForgetsSeveralAtOnceAndSaysWhatHasBecomeOfEach) {
  add(1, 4);
  const auto keys = open();
  EXPECT_EQ(forget(*keys, {2}), Outcomes{ForgetOutcome::forgotten});
  EXPECT_EQ(
      forget(*keys, {1, 2, 9, 3, 1}),
      (Outcomes{ForgetOutcome::forgotten, ForgetOutcome::was_forgotten, ForgetOutcome::unknown,
                ForgetOutcome::forgotten, ForgetOutcome::was_forgotten}));
  for (const std::uint64_t number : {1U, 2U, 3U}) {
    EXPECT_FALSE(keys->find(key(number).id).has_value());
    EXPECT_FALSE(is_in_file(key(number).key));
  }
  expect_has(*keys, 4);
}

TEST_F(KeyFileTest, AfterACrashAtAnyByteWhatWasWholeIsThereAndTheRestCanBeAdded) {
  add(1, 3);
  const auto whole = raw();
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    SCOPED_TRACE(size);
    put_raw(std::span{whole}.first(size));
    const std::uint64_t there = size < 64 ? 0 : size / 64 - 1;
    const auto keys = open();
    ASSERT_NE(keys, nullptr);
    ASSERT_EQ(keys->count(), there);
    EXPECT_EQ(keys->findings().damaged, 0U);
    EXPECT_EQ(keys->findings().cut_bytes, size < 64 ? size : size % 64);
    for (std::uint64_t number = 1; number <= 3; ++number) {
      EXPECT_EQ(keys->find(key(number).id).has_value(), number <= there);
    }
    const std::vector<NewKey> more{key(50), key(51)};
    ASSERT_TRUE(keys->add(more).ok());
    const auto again = open();
    ASSERT_EQ(again->count(), there + 2);
    for (std::uint64_t number = 1; number <= there; ++number) expect_has(*again, number);
    expect_has(*again, 50);
    expect_has(*again, 51);
  }
}

TEST_F(KeyFileTest, ZerosThatACrashLeftAtTheEndAreCutOff) {
  add(1, 2);
  auto bytes = raw();
  bytes.resize(bytes.size() + 3 * 64);
  put_raw(bytes);
  const auto keys = open();
  EXPECT_EQ(keys->count(), 2U);
  EXPECT_EQ(keys->findings().cut_bytes, 3 * 64U);
  EXPECT_EQ(raw().size(), 3 * 64U);
  EXPECT_EQ(open()->findings().cut_bytes, 0U);
}

TEST_F(KeyFileTest, IdsThatCannotBeReadAreCounted) {
  add(1, 5);
  auto bytes = raw();
  for (const std::size_t block : {1U, 3U, 5U}) bytes[block * 64] ^= std::byte{1};
  put_raw(bytes);
  const auto keys = open();
  EXPECT_EQ(keys->findings().without_id, 2U);
  EXPECT_EQ(keys->findings().cut_bytes, 64U);  // The last one.
  EXPECT_EQ(keys->findings().damaged, 0U);
  for (const std::uint64_t number : {2U, 4U}) expect_has(*keys, number);
}

TEST_F(KeyFileTest, AForgettingThatWasCutAtAnyByteNeverGivesAWrongKeyAndCanBeRepeated) {
  add(1, 2);
  const auto whole = raw();
  for (std::size_t zeros = 1; zeros <= 40; ++zeros) {
    SCOPED_TRACE(zeros);
    auto torn = whole;
    std::fill_n(torn.begin() + 64 + 24, zeros, std::byte{0});
    put_raw(torn);
    const auto keys = open();
    ASSERT_NE(keys, nullptr);
    EXPECT_FALSE(keys->find(key(1).id).has_value());
    expect_has(*keys, 2);
    const bool is_done = zeros == 40;
    EXPECT_EQ(keys->findings().damaged, is_done ? 0U : 1U);
    EXPECT_EQ(forget(*keys, {1}).front(),
              is_done ? ForgetOutcome::was_forgotten : ForgetOutcome::forgotten);
    EXPECT_EQ(forget(*keys, {1}), Outcomes{ForgetOutcome::was_forgotten});
    const auto after = raw();
    EXPECT_TRUE(std::all_of(after.begin() + 64 + 24, after.begin() + 128,
                            [](std::byte each) { return each == std::byte{0}; }));
  }
}

TEST_F(KeyFileTest, AFlippedBitNeverGivesAWrongKey) {
  add(1, 3);
  const auto whole = raw();
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    SCOPED_TRACE(bit);
    auto bytes = whole;
    bytes[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
    put_raw(bytes);
    auto opened = KeyFile::open(directory_);
    if (bit < 64 * 8) {
      ASSERT_FALSE(opened.ok());
      EXPECT_EQ(opened.error().kind, FailureKind::damaged);
      continue;
    }
    ASSERT_TRUE(opened.ok());
    const std::uint64_t hit = bit / 8 / 64;  // The block is that of the key of this number.
    for (std::uint64_t number = 1; number <= 3; ++number) {
      if (number == hit) {
        EXPECT_FALSE(opened.value()->find(key(number).id).has_value());
      } else {
        expect_has(*opened.value(), number);
      }
    }
  }
}

// Placed in memory of the test's own, which it can look at afterwards.
TEST(SecretKeyTest, LeavesZerosWhereItWas) {
  alignas(NewKey) std::array<std::byte, sizeof(NewKey)> room{};
  auto* const made = new (room.data()) NewKey{key(1)};
  const std::span<const std::byte> place{made->key.data(), SecretKey::size()};
  const auto is_zero = [](std::byte each) { return each == std::byte{0}; };
  EXPECT_FALSE(std::all_of(place.begin(), place.end(), is_zero));
  made->~NewKey();
  EXPECT_TRUE(std::all_of(place.begin(), place.end(), is_zero));
}

TEST_F(KeyFileTest, HoldsAsManyAsItMayAndNotOneMore) {
  const auto keys = open(3);
  EXPECT_TRUE(keys->has_room_for(3));
  EXPECT_FALSE(keys->has_room_for(4));
  ASSERT_TRUE(keys->add(std::vector<NewKey>{key(1), key(2)}).ok());
  EXPECT_EQ(forget(*keys, {1}), Outcomes{ForgetOutcome::forgotten});
  EXPECT_TRUE(keys->has_room_for(1));
  EXPECT_FALSE(keys->has_room_for(2));  // A forgotten one keeps its place.
}

TEST_F(KeyFileTest, AfterAFailureNothingIsAddedOrForgottenAndTheRestIsFound) {
  const auto keys = open();
  // A file where the directory should be: nothing can be made in it.
  ASSERT_TRUE(File::open(directory_, File::Mode::create).ok());
  EXPECT_FALSE(keys->add(std::vector<NewKey>{key(1)}).ok());
  std::filesystem::remove(directory_);
  EXPECT_FALSE(keys->add(std::vector<NewKey>{key(1)}).ok());
  EXPECT_FALSE(keys->find(key(1).id).has_value());
  // Nor does it say anything of keys that it does not have.
  EXPECT_FALSE(keys->forget(std::vector<Uint128>{key(1).id}).ok());
}

}  // namespace
}  // namespace daybook
