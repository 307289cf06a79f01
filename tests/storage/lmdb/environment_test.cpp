// Environment and its transactions: values come back, the traps of LMDB are closed, and a file is
// mapped once a process.

#include "storage/lmdb/environment.hpp"

#include <algorithm>
#include <thread>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/storage/support/scribe.hpp"

namespace daybook::lmdb {
namespace {

constexpr std::uint64_t map_bytes = std::uint64_t{16} << 20;

class EnvironmentTest : public ::testing::Test {
 protected:
  EnvironmentTest() { EXPECT_TRUE(Environment::create(path_).ok()); }

  static Result<void> put(Environment& environment, std::uint64_t key, std::byte fill) {
    auto transaction = WriteTransaction::begin(environment);
    if (!transaction) return transaction.error();
    const auto room = transaction.value().append(key, 4'080);
    if (!room) return room.error();
    std::fill(room.value().begin(), room.value().end(), fill);
    return transaction.value().commit();
  }

  testing::ScratchDirectory scratch_;
  std::filesystem::path path_ = scratch_ / "one.mdb";
};

TEST_F(EnvironmentTest, FindsKeysInNumericOrder) {
  auto environment = Environment::open(path_, Access::write, map_bytes);
  ASSERT_TRUE(environment.ok()) << environment.error().what;
  // Past 255 and 65,535 native byte order would fail.
  for (const std::uint64_t key : {5ULL, 255ULL, 256ULL, 70'000ULL, 1ULL << 40}) {
    ASSERT_TRUE(put(*environment.value(), key, std::byte{1}).ok());
  }
  auto pages = ReadTransaction::open(environment.value());
  ASSERT_TRUE(pages.value().begin().ok());
  EXPECT_EQ(pages.value().first().value()->key, 5U);
  EXPECT_EQ(pages.value().last().value()->key, 1ULL << 40);
  EXPECT_EQ(pages.value().at_or_after(6).value()->key, 255U);
  EXPECT_EQ(pages.value().at_or_after(256).value()->key, 256U);
  EXPECT_FALSE(pages.value().at_or_after((1ULL << 40) + 1).value());
  EXPECT_EQ(pages.value().at_or_before(69'999).value()->key, 256U);
  EXPECT_EQ(pages.value().at_or_before(~0ULL).value()->key, 1ULL << 40);
  EXPECT_FALSE(pages.value().at_or_before(4).value());
  EXPECT_EQ(pages.value().count().value(), 5U);
}

TEST_F(EnvironmentTest, RefusesAKeyThatIsNotLarger) {
  auto environment = Environment::open(path_, Access::write, map_bytes);
  ASSERT_TRUE(put(*environment.value(), 10, std::byte{1}).ok());
  EXPECT_EQ(put(*environment.value(), 10, std::byte{2}).error().kind, FailureKind::invalid);
  EXPECT_EQ(put(*environment.value(), 9, std::byte{2}).error().kind, FailureKind::invalid);
}

TEST_F(EnvironmentTest, AFullMapIsNoSpace) {
  auto environment = Environment::open(path_, Access::write, 64 * 4'096);
  std::optional<Failure> failure;
  for (std::uint64_t key = 1; key < 100 && !failure; ++key) {
    if (const auto done = put(*environment.value(), key, std::byte{1}); !done)
      failure = done.error();
  }
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->kind, FailureKind::no_space);
  EXPECT_NE(failure->what.find("one.mdb"), std::string::npos);
}

// Found on a disk that was full: a lock file with holes, mapped, was a SIGBUS at its first touch.
TEST_F(EnvironmentTest, ItsLockFileHasItsBlocks) {
  const auto environment = Environment::open(path_, Access::write, map_bytes);
  ASSERT_TRUE(environment.ok()) << environment.error().what;
  struct ::stat status {};
  ASSERT_EQ(::stat((path_.string() + "-lock").c_str(), &status), 0);
  EXPECT_EQ(status.st_size, 8'192);
  EXPECT_GE(status.st_blocks * 512, status.st_size);
}

TEST_F(EnvironmentTest, AnUncommittedTransactionLeavesNothing) {
  auto environment = Environment::open(path_, Access::write, map_bytes);
  {
    auto transaction = WriteTransaction::begin(*environment.value());
    ASSERT_TRUE(transaction.value().append(1, 4'080).ok());
  }
  auto pages = ReadTransaction::open(environment.value());
  ASSERT_TRUE(pages.value().begin().ok());
  EXPECT_EQ(pages.value().count().value(), 0U);
}

TEST_F(EnvironmentTest, AReaderSeesOneStateBetweenBeginAndEnd) {
  auto environment = Environment::open(path_, Access::write, map_bytes);
  ASSERT_TRUE(put(*environment.value(), 1, std::byte{1}).ok());
  auto pages = ReadTransaction::open(environment.value());
  ASSERT_TRUE(pages.value().begin().ok());
  ASSERT_TRUE(put(*environment.value(), 2, std::byte{2}).ok());
  EXPECT_EQ(pages.value().last().value()->key, 1U);
  pages.value().end();
  ASSERT_TRUE(pages.value().begin().ok());
  EXPECT_EQ(pages.value().last().value()->key, 2U);
}

TEST_F(EnvironmentTest, ASecondOpenIsSharedByReadersAndRefusedToWriters) {
  auto writer = Environment::open(path_, Access::write, map_bytes);
  auto reader = Environment::open(path_, Access::read);
  EXPECT_EQ(reader.value(), writer.value());
  EXPECT_EQ(Environment::open(path_, Access::write, map_bytes).error().kind, FailureKind::locked);
  // Another name of the same file is the same file.
  std::filesystem::create_hard_link(path_, scratch_ / "two.mdb");
  EXPECT_EQ(Environment::shared(scratch_ / "two.mdb"), writer.value());
}

TEST_F(EnvironmentTest, OpensAgainOnceClosedFromAnyThread) {
  for (int round = 0; round < 50; ++round) {
    auto environment = Environment::open(path_, Access::write, map_bytes);
    ASSERT_TRUE(environment.ok()) << environment.error().what;
    std::shared_ptr<Environment> held = std::move(environment).value();
    std::thread closer{[mine = std::move(held)]() mutable { mine.reset(); }};
    // Either it is still open, and a writer is refused, or closed, and one is let in; never both.
    auto second = Environment::open(path_, Access::write, map_bytes);
    if (!second) {
      EXPECT_EQ(second.error().kind, FailureKind::locked);
    }
    closer.join();
  }
  EXPECT_EQ(Environment::shared(path_), nullptr);
}

TEST(LmdbFailureTest, EveryCodeHasItsKind) {
  const std::vector<std::pair<int, FailureKind>> rows = {
      {ENOSPC, FailureKind::no_space},
      {/*MDB_MAP_FULL*/ -30792, FailureKind::no_space},
      {/*MDB_CORRUPTED*/ -30796, FailureKind::damaged},
      {/*MDB_INVALID*/ -30793, FailureKind::damaged},
      {/*MDB_PANIC*/ -30795, FailureKind::damaged},
      {/*MDB_VERSION_MISMATCH*/ -30794, FailureKind::unsupported},
      {ENOENT, FailureKind::not_found},
      {EIO, FailureKind::io},
      {/*MDB_READERS_FULL*/ -30790, FailureKind::io},
      {/*MDB_KEYEXIST*/ -30799, FailureKind::invalid}};
  for (const auto& [code, kind] : rows) {
    EXPECT_EQ(failure_of(code, "tried", "a/file").kind, kind) << code;
  }
}

}  // namespace
}  // namespace daybook::lmdb
