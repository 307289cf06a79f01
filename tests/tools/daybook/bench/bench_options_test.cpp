// What `daybook bench` makes of its options, and what it says of those that do not go together.

#include "tools/daybook/bench/bench_options.hpp"

#include <gtest/gtest.h>

namespace daybook {
namespace {

BenchOptions with_kind(const char* kind) {
  BenchOptions options;
  options.kind = kind;
  return options;
}

void expect_refused(const BenchOptions& options, const char* words) {
  const Result<LoadSettings> load = load_of(options);
  ASSERT_FALSE(load.ok()) << words;
  EXPECT_EQ(load.error().kind, FailureKind::invalid);
  EXPECT_NE(load.error().what.find(words), std::string::npos) << load.error().what;
}

TEST(BenchOptionsTest, DefaultsArePlainInOrder) {
  const Result<LoadSettings> load = load_of({});
  ASSERT_TRUE(load.ok());
  EXPECT_EQ(load.value().kind, LoadKind::plain);
  EXPECT_EQ(load.value().ids, IdOrder::sequential);
  EXPECT_EQ(load.value().batch, 8'192U);
}

TEST(BenchOptionsTest, AnUnknownKindIsToldTheKnownOnes) {
  expect_refused(with_kind("chain-3"), "plain holds pending-30 hot chain-2 chain-10");
}

TEST(BenchOptionsTest, RequestsAreCutToWholeChains) {
  EXPECT_EQ(load_of(with_kind("chain-10")).value().batch, 8'190U);
  EXPECT_EQ(load_of(with_kind("chain-2")).value().batch, 8'192U);
  BenchOptions options = with_kind("chain-10");
  options.load.batch = 9;
  expect_refused(options, "--batch 10 or more");
}

TEST(BenchOptionsTest, TransfersThatDoNotFitTheKindAreToldANumberThatDoes) {
  BenchOptions options = with_kind("holds");
  options.load.transfers = 1'001;
  expect_refused(options, "--transfers 1002");
  options.kind = "pending-30";
  expect_refused(options, "--transfers 1002");
  options.kind = "chain-10";
  expect_refused(options, "--transfers 1010");
  options.kind = "plain";
  EXPECT_TRUE(load_of(options).ok());
}

TEST(BenchOptionsTest, ExpiringHoldsGoWithKindsThatLeaveNothingPending) {
  BenchOptions options;
  options.load.expire_after = 5;
  expect_refused(options, "--expiring");
  options.load.expiring = 100;
  for (const std::string& kind : load_kind_names()) {
    options.kind = kind;
    if (resolves_holds(*load_kind_of(kind))) {
      expect_refused(options, "has holds of its own");
    } else {
      EXPECT_TRUE(load_of(options).ok()) << kind;
    }
  }
}

TEST(BenchOptionsTest, AnAddressMustBeOneAndExcludesAnOwnEngine) {
  BenchOptions options;
  options.connect = "[::1]:7420";
  ASSERT_TRUE(load_of(options).ok());
  EXPECT_EQ(load_of(options).value().host, "::1");
  EXPECT_EQ(load_of(options).value().port, 7'420);
  options.data_directory = "somewhere";
  expect_refused(options, "leave them out with --connect");
  options.data_directory.clear();
  for (const char* wrong : {"7420", ":7420", "host:", "host:0", "host:65536", "host:1x"}) {
    options.connect = wrong;
    expect_refused(options, "is no HOST:PORT");
  }
}

TEST(BenchOptionsTest, AnAckLogIsOfOneRun) {
  BenchOptions options;
  options.load.ack_log = "acks";
  EXPECT_TRUE(load_of(options).ok());
  options.runs = 2;
  expect_refused(options, "leave --runs out");
}

}  // namespace
}  // namespace daybook
