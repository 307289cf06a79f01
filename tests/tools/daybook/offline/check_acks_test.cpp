// check_acks: what the comparison says of logs and journals made here, and the exit codes.
//
// Method: the journal is a function that streams ids; the log is a file of raw ids. The expected
// answer follows from how the two were made.

#include "tools/daybook/offline/check_acks.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tools/daybook/exit_code.hpp"

namespace daybook {
namespace {

class CheckAcksTest : public ::testing::Test {
 protected:
  CheckAcksTest() {
    path_ = ::testing::TempDir() + "acks-" +
            ::testing::UnitTest::GetInstance()->current_test_info()->name();
  }
  ~CheckAcksTest() override { std::filesystem::remove(path_); }

  static Uint128 id(std::uint64_t i) { return {i * 0x9e3779b97f4a7c15, i % 3}; }

  void write_log(const std::vector<Uint128>& ids, const std::string& tail = "") const {
    std::ofstream file{path_, std::ios::binary};
    file.write(reinterpret_cast<const char*>(ids.data()),
               static_cast<std::streamsize>(ids.size() * sizeof(Uint128)));
    file << tail;
  }

  static TransferIdStream stream_of(std::vector<Uint128> ids) {
    return [ids = std::move(ids)](const std::function<void(TransferId)>& use) -> Result<void> {
      for (const Uint128& each : ids) use(TransferId{each});
      return {};
    };
  }

  std::string path_;
};

TEST_F(CheckAcksTest, TheFileHasTheDocumentedBytes) {
  std::ofstream{path_, std::ios::binary} << std::string("\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0", 16);
  const auto outcome = compare_acks(path_, stream_of({}), 10);
  ASSERT_TRUE(outcome.ok());
  ASSERT_EQ(outcome.value().missing_ids.size(), 1U);
  EXPECT_EQ(to_hex(outcome.value().missing_ids[0].value()), "00000000000000020000000000000001");
}

TEST_F(CheckAcksTest, FindsExactlyTheMissingOnes) {
  std::vector<Uint128> acknowledged;
  std::vector<Uint128> journaled;
  std::vector<Uint128> missing;
  for (std::uint64_t i = 1; i <= 10'000; ++i) {
    acknowledged.push_back(id(i));
    // The journal also holds what was never acknowledged, and in another order.
    if (i % 97 == 0) {
      missing.push_back(id(i));
    } else {
      journaled.insert(journaled.begin(), id(i));
    }
    if (i % 5 == 0) journaled.push_back(id(i + 20'000));
  }
  write_log(acknowledged);
  const auto outcome = compare_acks(path_, stream_of(journaled), missing.size());
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome.value().acknowledged, acknowledged.size());
  EXPECT_EQ(outcome.value().journaled, journaled.size());
  EXPECT_EQ(outcome.value().missing, missing.size());
  std::sort(missing.begin(), missing.end());
  ASSERT_EQ(outcome.value().missing_ids.size(), missing.size());
  for (std::size_t i = 0; i < missing.size(); ++i) {
    EXPECT_EQ(outcome.value().missing_ids[i].value(), missing[i]);
  }
}

TEST_F(CheckAcksTest, AJournalManyTimesTheLogIsWalkedInPieces) {
  write_log({id(3), id(49'999), id(60'000)});
  std::vector<Uint128> journaled;
  for (std::uint64_t i = 1; i <= 50'000; ++i) journaled.push_back(id(i));
  const auto outcome = compare_acks(path_, stream_of(journaled), 10);
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome.value().journaled, 50'000U);
  ASSERT_EQ(outcome.value().missing_ids.size(), 1U);
  EXPECT_EQ(outcome.value().missing_ids[0].value(), id(60'000));
}

TEST_F(CheckAcksTest, ListsNoMoreThanAskedButCountsAll) {
  write_log({id(1), id(2), id(3)});
  const auto outcome = compare_acks(path_, stream_of({}), 2);
  EXPECT_EQ(outcome.value().missing, 3U);
  EXPECT_EQ(outcome.value().missing_ids.size(), 2U);
}

TEST_F(CheckAcksTest, AnIdAcknowledgedTwiceCountsOnce) {
  write_log({id(1), id(2), id(1)});
  const auto outcome = compare_acks(path_, stream_of({id(2), id(1)}), 10);
  EXPECT_EQ(outcome.value().acknowledged, 2U);
  EXPECT_EQ(outcome.value().missing, 0U);
}

TEST_F(CheckAcksTest, ACutRecordIsLeftOutAndTold) {
  write_log({id(1)}, "cut");
  const auto outcome = compare_acks(path_, stream_of({id(1)}), 10);
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome.value().acknowledged, 1U);
  EXPECT_EQ(outcome.value().cut_bytes, 3U);
  EXPECT_EQ(outcome.value().missing, 0U);
}

TEST_F(CheckAcksTest, ExitCodesTellNoneSomeAndCannotTell) {
  write_log({id(1), id(2)});
  CheckAcksOptions options;
  options.ack_file = path_;
  for (const bool json : {false, true}) {
    options.json = json;
    EXPECT_EQ(run_check_acks(options, stream_of({id(1), id(2)})), exit_code::good);
    EXPECT_EQ(run_check_acks(options, stream_of({id(1)})), exit_code::no);
    const TransferIdStream broken = [](const std::function<void(TransferId)>& use) -> Result<void> {
      use(TransferId{id(1)});
      return Failure{FailureKind::damaged, "the journal ends in the middle"};
    };
    EXPECT_EQ(run_check_acks(options, broken), exit_code::failed);
  }
  options.ack_file += ".not-there";
  EXPECT_EQ(run_check_acks(options, stream_of({})), exit_code::failed);
}

TEST_F(CheckAcksTest, AnEmptyLogLacksNothing) {
  write_log({});
  const auto outcome = compare_acks(path_, stream_of({id(1)}), 10);
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome.value().acknowledged, 0U);
  EXPECT_EQ(outcome.value().missing, 0U);
}

}  // namespace
}  // namespace daybook
