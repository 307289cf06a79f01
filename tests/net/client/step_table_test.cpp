// A participant's memory of keys, in memory and in a file: what is put is found, what is owed is
// owed until it is paid, and what is old enough is forgotten. Of a file: that it is there after the
// process was killed, that one process has it at a time, and that no other file is taken for it.

#include "net/client/step_table.hpp"

#include <csignal>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/scratch_directory.hpp"

namespace daybook {
namespace {

StepRecord record(std::uint64_t key, bool owed = false) {
  return {.key = Uint128{key, 7},
          .saga = Uint128{key, 1},
          .type = Uint128{2, 3},
          .attempt = 4,
          .code = 5,
          .step = 6,
          .operation = WorkOperation::undo,
          .state = StepState::answered,
          .outcome = WorkOutcome::ok_empty,
          .owed = owed,
          .changed_ms = 1'000 + key,
          .payload = {std::byte{9}, std::byte{0}, std::byte{1}}};
}

void expect_same(const StepRecord& a, const StepRecord& b) {
  EXPECT_EQ(a.key, b.key);
  EXPECT_EQ(a.saga, b.saga);
  EXPECT_EQ(a.type, b.type);
  EXPECT_EQ(a.attempt, b.attempt);
  EXPECT_EQ(a.code, b.code);
  EXPECT_EQ(a.step, b.step);
  EXPECT_EQ(a.operation, b.operation);
  EXPECT_EQ(a.state, b.state);
  EXPECT_EQ(a.outcome, b.outcome);
  EXPECT_EQ(a.owed, b.owed);
  EXPECT_EQ(a.changed_ms, b.changed_ms);
  EXPECT_EQ(a.payload, b.payload);
}

/// Both kinds of table; that of a file can be opened again.
class StepTableTest : public ::testing::TestWithParam<bool> {
 protected:
  StepTableTest() { open(); }

  void open() {
    table_.reset();
    if (!GetParam()) {
      table_ = std::make_unique<MemoryStepTable>();
      return;
    }
    auto opened = open_step_file((directory_ / "store").string(), "bank");
    ASSERT_TRUE(opened.ok()) << opened.error().what;
    table_ = std::move(opened).value();
  }
  void put(const StepRecord& each) { ASSERT_TRUE(table_->put({&each, 1}).ok()); }
  [[nodiscard]] std::optional<StepRecord> find(std::uint64_t key) {
    auto found = table_->find(Uint128{key, 7});
    EXPECT_TRUE(found.ok());
    return std::move(found).value();
  }

  test::ScratchDirectory directory_;
  std::unique_ptr<StepTable> table_;
};

TEST_P(StepTableTest, WhatIsPutIsFoundAsItWas) {
  EXPECT_FALSE(find(1).has_value());
  put(record(1));
  ASSERT_TRUE(find(1).has_value());
  expect_same(*find(1), record(1));
  StepRecord changed = record(1);
  changed.state = StepState::cancelled;
  changed.payload.clear();
  put(changed);
  expect_same(*find(1), changed);
  EXPECT_FALSE(find(2).has_value());
  EXPECT_EQ(table_->remembers_all(), GetParam());
}

TEST_P(StepTableTest, AnAnswerIsOwedUntilThatAttemptIsPaid) {
  put(record(1, true));
  const StepPaid earlier{Uint128{1, 7}, 3};
  table_->paid({&earlier, 1});
  put(record(2));  // What is paid is written with the next records.
  EXPECT_TRUE(find(1)->owed);
  const StepPaid same{Uint128{1, 7}, 4};
  table_->paid({&same, 1});
  put(record(3));
  EXPECT_FALSE(find(1)->owed);
}

TEST_P(StepTableTest, WhatIsOldEnoughIsForgottenByItsType) {
  for (const std::uint64_t key : {1U, 2U, 3U}) put(record(key));
  StepRecord other = record(4);
  other.type = Uint128{9, 9};
  put(other);
  const StepKeeping keeping{Uint128{2, 3}, 500};
  EXPECT_EQ(table_->forget(1'502, {&keeping, 1}).value(), 1U);  // Up to 1,001.
  EXPECT_FALSE(find(1).has_value());
  EXPECT_TRUE(find(2).has_value());
  EXPECT_EQ(table_->forget(9'000, {&keeping, 1}).value(), 2U);
  EXPECT_TRUE(find(4).has_value());
  EXPECT_EQ(table_->forget(100, {&keeping, 1}).value(), 0U);  // A clock that says nothing yet.
}

TEST_P(StepTableTest, ManyThreadsPutAtOnce) {
  std::vector<std::thread> threads;
  for (std::uint64_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([this, thread] {
      for (std::uint64_t at = 0; at < 25; ++at) {
        const StepRecord each = record(thread * 100 + at, true);
        EXPECT_TRUE(table_->put({&each, 1}).ok());
        EXPECT_TRUE(table_->find(each.key).value().has_value());
      }
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(table_->owed().value().size(), GetParam() ? 100U : 0U);
}

INSTANTIATE_TEST_SUITE_P(Both, StepTableTest, ::testing::Bool(), [](const auto& each) {
  return each.param ? std::string{"File"} : std::string{"Memory"};
});

TEST(MemoryStepTable, TheOldestMakesRoom) {
  MemoryStepTable table{2};
  for (const std::uint64_t key : {1U, 2U, 1U, 3U}) {
    const StepRecord each = record(key);
    ASSERT_TRUE(table.put({&each, 1}).ok());
  }
  EXPECT_FALSE(table.find(Uint128{1, 7}).value().has_value());
  EXPECT_TRUE(table.find(Uint128{2, 7}).value().has_value());
  EXPECT_TRUE(table.find(Uint128{3, 7}).value().has_value());
}

class StepFileTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return (directory_ / "store").string(); }
  [[nodiscard]] FailureKind kind_of_opening(const std::string& participant = "bank") const {
    const auto opened = open_step_file(path(), participant);
    if (opened.ok()) return FailureKind::not_found;
    EXPECT_NE(opened.error().what.find(path()), std::string::npos) << opened.error().what;
    return opened.error().kind;
  }
  test::ScratchDirectory directory_;
};

TEST_F(StepFileTest, WhatWasPutIsThereAfterAKill) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto table = std::move(open_step_file(path(), "bank")).value();
    for (const std::uint64_t key : {1U, 2U, 3U}) {
      const StepRecord each = record(key, key != 2);
      if (!table->put({&each, 1}).ok()) ::_exit(1);
    }
    static_cast<void>(!::write(ready[1], "x", 1));
    ::pause();
    ::_exit(1);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_EQ(kind_of_opening(), FailureKind::locked);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]);
  ::close(ready[1]);
  const auto opened = open_step_file(path(), "bank");
  ASSERT_TRUE(opened.ok()) << opened.error().what;
  expect_same(*opened.value()->find(Uint128{1, 7}).value(), record(1, true));
  EXPECT_EQ(opened.value()->owed().value().size(), 2U);
}

TEST_F(StepFileTest, WhatIsPaidAtTheEndIsPaid) {
  {
    const auto table = std::move(open_step_file(path(), "bank")).value();
    const StepRecord each = record(1, true);
    ASSERT_TRUE(table->put({&each, 1}).ok());
    const StepPaid paid{each.key, each.attempt};
    table->paid({&paid, 1});
  }
  EXPECT_TRUE(open_step_file(path(), "bank").value()->owed().value().empty());
}

TEST_F(StepFileTest, OneProcessHasItAtATime) {
  const auto table = open_step_file(path(), "bank");
  ASSERT_TRUE(table.ok());
  EXPECT_EQ(kind_of_opening(), FailureKind::locked);
}

TEST_F(StepFileTest, ItIsOfOneParticipant) {
  EXPECT_TRUE(open_step_file(path(), "bank").ok());
  EXPECT_EQ(kind_of_opening("courier"), FailureKind::invalid);
  EXPECT_TRUE(open_step_file(path(), "bank").ok());
}

TEST_F(StepFileTest, NoOtherFileIsTakenForOne) {
  std::ofstream{path()} << std::string(10'000, 'x');
  EXPECT_EQ(kind_of_opening(), FailureKind::damaged);
  std::filesystem::remove(path());
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path().c_str(), &database), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(database, "CREATE TABLE steps(x)", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(database);
  EXPECT_EQ(kind_of_opening(), FailureKind::unsupported);
}

TEST_F(StepFileTest, ADirectoryThatIsNotThereIsSaidSo) {
  const auto opened = open_step_file((directory_ / "none" / "store").string(), "bank");
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().kind, FailureKind::io);
}

}  // namespace
}  // namespace daybook
