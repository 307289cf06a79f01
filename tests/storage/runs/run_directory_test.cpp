// RunDirectory: what is written comes back, byte by byte and wherever buffers end; files go when
// nobody needs them, when they are given up and when an earlier process has left them.

#include "storage/runs/run_directory.hpp"

#include <algorithm>
#include <fstream>
#include <vector>

#include <gtest/gtest.h>

#include "tests/storage/support/scribe.hpp"

namespace daybook::testing {
namespace {

constexpr std::size_t page_bytes = 4'096;

class RunDirectoryTest : public ::testing::Test {
 protected:
  static std::vector<std::byte> bytes_of(std::size_t count, unsigned seed) {
    std::vector<std::byte> bytes(count);
    for (std::size_t at = 0; at < count; ++at) {
      bytes[at] = static_cast<std::byte>(seed + at * 7 + at / 251);
    }
    return bytes;
  }

  std::unique_ptr<RunDirectory> open(const std::vector<std::string>& kept = {}) {
    auto opened = RunDirectory::open(path_, kept);
    EXPECT_TRUE(opened.ok());
    return std::move(opened).value();
  }

  static RunBytes write(RunStore& store, const std::vector<std::byte>& body, std::size_t piece) {
    auto run = store.create("things");
    EXPECT_TRUE(run.ok());
    for (std::size_t at = 0; at < body.size(); at += piece) {
      const std::size_t count = std::min(piece, body.size() - at);
      EXPECT_TRUE(run.value()->append({body.data() + at, count}).ok());
    }
    EXPECT_TRUE(run.value()->put_header(bytes_of(page_bytes, 99)).ok());
    auto finished = run.value()->finish();
    EXPECT_TRUE(finished.ok());
    return finished.value();
  }

  static void expect_holds(const RunBytes& run, const std::vector<std::byte>& body) {
    ASSERT_EQ(run.bytes.size(), page_bytes + body.size());
    const auto header = bytes_of(page_bytes, 99);
    EXPECT_TRUE(std::equal(header.begin(), header.end(), run.bytes.begin()));
    EXPECT_TRUE(std::equal(body.begin(), body.end(), run.bytes.begin() + page_bytes));
  }

  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator{path_}, {}));
  }

  ScratchDirectory scratch_;
  std::filesystem::path path_ = scratch_.path() / "index";
};

TEST_F(RunDirectoryTest, GivesBackWhatWasWrittenWhereverPiecesEnd) {
  const auto store = open();
  constexpr std::size_t buffer = std::size_t{1} << 20;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, page_bytes, page_bytes + 1,
                                 buffer - 1, buffer, buffer + 1, 2 * buffer + 12'345}) {
    for (const std::size_t piece : {std::size_t{1'000}, page_bytes, 3 * buffer}) {
      const auto body = bytes_of(size, static_cast<unsigned>(size));
      expect_holds(write(*store, body, piece), body);
    }
  }
}

TEST_F(RunDirectoryTest, ARunLivesAsLongAsItsKeeper) {
  const auto store = open();
  const auto body = bytes_of(10'000, 1);
  auto first = write(*store, body, 777);
  const auto second = write(*store, body, 777);
  EXPECT_EQ(files(), 2U);
  EXPECT_TRUE(std::filesystem::exists(path_ / "things-00000001.run"));
  first = {};
  EXPECT_EQ(files(), 1U);
  expect_holds(second, body);
}

TEST_F(RunDirectoryTest, ARunThatIsGivenUpLeavesNothing) {
  const auto store = open();
  {
    auto run = store->create("things");
    ASSERT_TRUE(run.ok());
    EXPECT_TRUE(run.value()->append(bytes_of(10, 1)).ok());
    EXPECT_EQ(files(), 1U);
  }
  EXPECT_EQ(files(), 0U);
}

TEST_F(RunDirectoryTest, RemovesTheRunsOfAnEarlierProcessAndNothingElse) {
  std::filesystem::create_directory(path_);
  std::ofstream{path_ / "transfer-ids-00000007.run"} << "half";
  std::ofstream{path_ / "notes.txt"} << "somebody's";
  static_cast<void>(open());
  EXPECT_FALSE(std::filesystem::exists(path_ / "transfer-ids-00000007.run"));
  EXPECT_TRUE(std::filesystem::exists(path_ / "notes.txt"));
}

TEST_F(RunDirectoryTest, WhatIsKeptIsThereForTheNextProcess) {
  const auto body = bytes_of(10'000, 1);
  std::string kept;
  {
    const auto store = open();
    const auto run = write(*store, body, 777);
    const auto other = write(*store, body, 777);
    kept = run.name;
    ASSERT_TRUE(store->keep(std::vector{kept}).ok());
  }
  EXPECT_EQ(files(), 1U);
  const auto store = open({kept, "things-00000009.run"});
  const auto run = store->open_kept(kept);
  ASSERT_TRUE(run.ok());
  expect_holds(run.value(), body);
  // A new run takes no name that is in use.
  EXPECT_NE(write(*store, body, 777).name, kept);
  EXPECT_EQ(files(), 1U);
}

TEST_F(RunDirectoryTest, WhatIsLetGoLivesAsLongAsItsKeeper) {
  const auto store = open();
  const auto body = bytes_of(10'000, 1);
  auto held = write(*store, body, 777);
  const std::vector<std::string> names{held.name};
  ASSERT_TRUE(store->keep(names).ok());
  store->let_go(names);
  expect_holds(held, body);
  held = {};
  EXPECT_EQ(files(), 0U);
  auto again = write(*store, body, 777);
  const std::vector<std::string> others{again.name};
  ASSERT_TRUE(store->keep(others).ok());
  again = {};
  EXPECT_EQ(files(), 1U);
  store->let_go(others);
  EXPECT_EQ(files(), 0U);
}

TEST_F(RunDirectoryTest, OpensNothingThatIsNotThere) {
  const auto store = open();
  for (const std::string name : {"things-00000001.run", "../things.run", "", "notes.txt"}) {
    const auto opened = store->open_kept(name);
    ASSERT_FALSE(opened.ok()) << name;
    EXPECT_EQ(opened.error().kind, FailureKind::not_found) << name;
  }
}

TEST_F(RunDirectoryTest, SaysInWordsWhereItCannotBe) {
  std::ofstream{path_} << "a file";
  const auto opened = RunDirectory::open(path_);
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().what.find("index"), std::string::npos) << opened.error().what;
}

}  // namespace
}  // namespace daybook::testing
