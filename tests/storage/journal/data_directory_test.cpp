// DataDirectory: made whole or not at all, one process at a time, and the second one is told who.

#include "storage/journal/data_directory.hpp"

#include <array>
#include <csignal>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/witness/witness.hpp"
#include "tests/storage/support/scribe.hpp"

namespace daybook {
namespace {

class DataDirectoryTest : public ::testing::Test {
 protected:
  testing::ScratchDirectory scratch_;
  std::filesystem::path root_ = scratch_ / "data";
};

TEST_F(DataDirectoryTest, KeepsTheIdItWasMadeWith) {
  Uint128 id;
  {
    const auto made = DataDirectory::open_or_create(root_);
    ASSERT_TRUE(made.ok()) << made.error().what;
    id = made.value().journal_id();
  }
  EXPECT_FALSE(id.is_zero());
  EXPECT_EQ(DataDirectory::open_or_create(root_).value().journal_id(), id);
  EXPECT_NE(DataDirectory::open_or_create(scratch_ / "other").value().journal_id(), id);
}

TEST_F(DataDirectoryTest, ATrailingSlashIsTheSameDirectory) {
  const auto made = DataDirectory::open_or_create(root_ / "");
  ASSERT_TRUE(made.ok()) << made.error().what;
  EXPECT_TRUE(std::filesystem::exists(root_ / "journal.id"));
}

TEST_F(DataDirectoryTest, AMissingParentIsSaid) {
  const auto made = DataDirectory::open_or_create(scratch_ / "no/such");
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().kind, FailureKind::not_found);
}

TEST_F(DataDirectoryTest, ASecondOpenInThisProcessIsRefused) {
  const auto first = DataDirectory::open_or_create(root_);
  const auto second = DataDirectory::open_or_create(root_);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().kind, FailureKind::locked);
}

// Fault 31: two processes.
TEST_F(DataDirectoryTest, AnotherProcessIsNamedAndItsDeathFreesTheDirectory) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const ::pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto held = DataDirectory::open_or_create(root_);
    const char byte = held.ok() ? 'y' : 'n';
    if (::write(ready[1], &byte, 1) != 1) ::_exit(1);
    for (;;) ::pause();
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  ASSERT_EQ(byte, 'y');
  EXPECT_TRUE(is_locked(JournalLayout{root_}));
  const auto second = DataDirectory::open_or_create(root_);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().kind, FailureKind::locked);
  EXPECT_NE(second.error().what.find("process " + std::to_string(child) + " on host "),
            std::string::npos)
      << second.error().what;

  ASSERT_EQ(::kill(child, SIGKILL), 0);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_FALSE(is_locked(JournalLayout{root_}));
  EXPECT_TRUE(DataDirectory::open_or_create(root_).ok());
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_F(DataDirectoryTest, AnInspectorDoesNotKeepAServerOut) {
  { ASSERT_TRUE(DataDirectory::open_or_create(root_).ok()); }
  EXPECT_FALSE(is_locked(JournalLayout{root_}));
  EXPECT_TRUE(DataDirectory::open_or_create(root_).ok());
}

TEST_F(DataDirectoryTest, EveryBitOfTheIdFileMatters) {
  { ASSERT_TRUE(DataDirectory::open_or_create(root_).ok()); }
  const JournalLayout layout{root_};
  const auto good = testing::file_bytes(layout.id());
  ASSERT_EQ(good.size(), 40U);
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    auto bytes = good;
    bytes[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    testing::write_file(layout.id(), bytes);
    EXPECT_EQ(read_journal_id(layout).error().kind, FailureKind::damaged) << bit;
  }
}

TEST_F(DataDirectoryTest, ReadsTheIdFileOfTheDocumentedExample) {
  constexpr std::array<unsigned char, 40> example{
      0x44, 0x42, 0x4b, 0x4a, 0x01, 0x00, 0x00, 0x00, 0x0f, 0x0e, 0x0d, 0x0c, 0x0b, 0x0a,
      0x09, 0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00,
      0x00, 0x00, 0x00, 0x00, 0x0a, 0x1a, 0xbc, 0xdd, 0x2a, 0x73, 0xf0, 0x2c};
  const JournalLayout layout{scratch_.path()};
  testing::write_file(layout.id(), std::as_bytes(std::span{example}));
  const auto id = read_journal_id(layout);
  ASSERT_TRUE(id.ok()) << id.error().what;
  EXPECT_EQ(to_hex(id.value()), "000102030405060708090a0b0c0d0e0f");
}

TEST_F(DataDirectoryTest, SegmentsWithoutAnIdAreNeverGivenANewOne) {
  testing::RememberingObserver observer;
  {
    testing::Scribe scribe{root_, observer};
    scribe.write(3);
  }
  std::filesystem::remove(root_ / "journal.id");
  const auto opened = DataDirectory::open_or_create(root_);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().kind, FailureKind::damaged);
}

TEST_F(DataDirectoryTest, ACreationThatWasCutOffIsDoneAgain) {
  // Everything but the id, which is written last.
  std::filesystem::create_directories(root_ / "journal");
  std::ofstream{root_ / "HEAD"} << "half";
  std::ofstream{root_ / "journal.id.new"} << "half";
  const auto opened = DataDirectory::open_or_create(root_);
  ASSERT_TRUE(opened.ok()) << opened.error().what;
  EXPECT_TRUE(read_witness(root_ / "HEAD").ok());
}

TEST_F(DataDirectoryTest, SortsNamesIntoSegmentsLeftoversAndUnknown) {
  std::filesystem::create_directories(root_ / "journal");
  for (const char* name :
       {"00000000000000000002.mdb", "00000000000000000001.mdb", "00000000000000000001.mdb-lock",
        "00000000000000000003.mdb.new", "00000000000000000000.mdb", "1.mdb", "notes.txt",
        "99999999999999999999.mdb"}) {
    std::ofstream{root_ / "journal" / name} << "x";
  }
  const auto listing = list_segments(JournalLayout{root_});
  ASSERT_TRUE(listing.ok());
  EXPECT_EQ(listing.value().ordinals, (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(listing.value().leftover.size(), 1U);
  EXPECT_EQ(listing.value().unknown.size(), 4U);
}

}  // namespace
}  // namespace daybook
