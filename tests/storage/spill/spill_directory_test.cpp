// Spilled blocks come back as they were or not at all, and leave nothing in the directory.
#include "storage/spill/spill_directory.hpp"

#include <cstring>
#include <fstream>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/scratch_directory.hpp"

namespace daybook {
namespace {

constexpr std::size_t block_bytes = 4'096;

std::vector<std::byte> block_of(std::uint8_t value) {
  return std::vector<std::byte>(block_bytes, std::byte{value});
}

bool has_value(const std::vector<std::byte>& block, std::uint8_t value) {
  return std::all_of(block.begin() + SpillStore::header_bytes, block.end(),
                     [&](std::byte each) { return each == std::byte{value}; });
}

TEST(SpillDirectory, GivesBlocksBackByLaneAndNumber) {
  const test::ScratchDirectory directory;
  auto store = SpillDirectory::open(directory.path(), block_bytes, 3);
  ASSERT_TRUE(store.ok());
  for (std::uint8_t i = 0; i < 10; ++i) {
    for (const unsigned lane : {0U, 2U}) {
      std::vector<std::byte> block = block_of(static_cast<std::uint8_t>(10 * lane + i));
      const auto number = store.value()->write(lane, block);
      ASSERT_TRUE(number.ok());
      EXPECT_EQ(number.value(), i);
    }
  }
  std::vector<std::byte> back(block_bytes);
  ASSERT_TRUE(store.value()->read(2, 7, back).ok());
  EXPECT_TRUE(has_value(back, 27));
  ASSERT_TRUE(store.value()->read(0, 0, back).ok());
  EXPECT_TRUE(has_value(back, 0));
  EXPECT_EQ(store.value()->written_bytes(), 20 * block_bytes);
}

TEST(SpillDirectory, LeavesNoNameBehindEvenWhileItIsUsed) {
  const test::ScratchDirectory directory;
  auto store = SpillDirectory::open(directory.path(), block_bytes, 1);
  ASSERT_TRUE(store.ok());
  std::vector<std::byte> block = block_of(1);
  ASSERT_TRUE(store.value()->write(0, block).ok());
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

/// Writes over the spilled file of this process, which has no name any more.
void overwrite(std::uint64_t offset, std::span<const std::byte> bytes) {
  bool found = false;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd"}) {
    std::error_code error;
    const std::string target = std::filesystem::read_symlink(entry.path(), error).string();
    if (target.find(".daybook-spill-") == std::string::npos) continue;
    const int descriptor = ::open(entry.path().c_str(), O_RDWR);
    ASSERT_GE(descriptor, 0);
    ASSERT_EQ(::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<::off_t>(offset)),
              static_cast<::ssize_t>(bytes.size()));
    ::close(descriptor);
    found = true;
  }
  ASSERT_TRUE(found);
}

TEST(SpillDirectory, TellsWhenABlockIsNotWhatWasWritten) {
  const test::ScratchDirectory directory;
  auto store = SpillDirectory::open(directory.path(), block_bytes, 1);
  ASSERT_TRUE(store.ok());
  std::vector<std::byte> first = block_of(1);
  std::vector<std::byte> second = block_of(2);
  ASSERT_TRUE(store.value()->write(0, first).ok());
  ASSERT_TRUE(store.value()->write(0, second).ok());
  std::vector<std::byte> back(block_bytes);
  for (const std::uint64_t place : {0U, 9U, 16U, 4'095U}) {
    const std::byte good = first[place];
    const std::array bad{good ^ std::byte{4}};
    overwrite(place, bad);
    const auto read = store.value()->read(0, 0, back);
    ASSERT_FALSE(read.ok()) << place;
    EXPECT_EQ(read.error().kind, FailureKind::damaged);
    overwrite(place, std::array{good});
    EXPECT_TRUE(store.value()->read(0, 0, back).ok()) << place;
  }
  // A whole block in another one's place is damage too.
  overwrite(0, second);
  EXPECT_FALSE(store.value()->read(0, 0, back).ok());
}

TEST(SpillDirectory, RefusesADirectoryThatIsNotThere) {
  const auto store = SpillDirectory::open("/no/such/directory", block_bytes, 1);
  ASSERT_FALSE(store.ok());
  EXPECT_EQ(store.error().kind, FailureKind::not_found);
}

}  // namespace
}  // namespace daybook
