// The bytes of a progress: what they are, and that no others are read.

#include "engine/saga/progress.hpp"

#include <cstring>

#include <gtest/gtest.h>

#include "tests/engine/saga/saga_fixtures.hpp"

namespace daybook::test {
namespace {

TEST_F(ChainSagaTest, BytesAreTheHeadAndEachStep) {
  const std::vector<std::byte> bytes = to_bytes(saga.progress());
  ASSERT_EQ(bytes.size(), 48U + 3 * 72U);
  EXPECT_EQ(bytes[0], std::byte{1}) << "RUNNING";
  EXPECT_EQ(bytes[4], std::byte{3}) << "three steps";
  ASSERT_EQ(saga.send("b"), illegal);
  EXPECT_EQ(to_bytes(saga.progress()), bytes);
  ASSERT_EQ(saga.send("a"), changed);
  const std::vector<std::byte> sent = to_bytes(saga.progress());
  EXPECT_EQ(sent[48], std::byte{1}) << "DISPATCHED";
  EXPECT_NE(sent, bytes);
}

struct Damage {
  const char* what;
  std::size_t at;
  unsigned value;
};

TEST_F(ChainSagaTest, RefusesWhatIsNeverWritten) {
  const Damage damages[] = {
      {"status", 0, 7},
      {"stuck without being stuck", 1, 1},
      {"reason of abort", 2, 6},
      {"flags of the head", 3, 4},
      {"more steps than bytes", 4, 4},
      {"too many steps", 4, 65},
      {"more succeeded than steps", 5, 4},
      {"gap", 6, 1},
      {"state", 48, 7},
      {"compensation", 49, 8},
      {"safety", 50, 3},
      {"rank", 51, 1},
      {"flags of a step", 53, 8},
      {"a number that no participant has", 55, 2},
      {"more attempts before than ever", 56 + 28, 1},
  };
  for (const Damage& damage : damages) {
    std::vector<std::byte> bytes = to_bytes(saga.progress());
    ASSERT_TRUE(progress_of(bytes).ok());
    bytes[damage.at] = static_cast<std::byte>(damage.value);
    const auto read = progress_of(bytes);
    ASSERT_FALSE(read.ok()) << damage.what;
    EXPECT_EQ(read.error().kind, FailureKind::damaged);
  }
}

TEST_F(ChainSagaTest, RefusesEveryOtherLength) {
  const std::vector<std::byte> bytes = to_bytes(saga.progress());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(progress_of(std::span{bytes}.first(size)).ok()) << size;
  }
  std::vector<std::byte> longer = bytes;
  longer.push_back(std::byte{0});
  EXPECT_FALSE(progress_of(longer).ok());
}

TEST(SagaProgressTest, DigestsDifferWhereAnythingDoes) {
  const SagaDefinition definition = definition_of(chain_json);
  SagaDriver one{definition};
  SagaDriver other{definition};
  ASSERT_EQ(one.start(), changed);
  ASSERT_EQ(other.start(), changed);
  EXPECT_EQ(digest_of(one.progress()), digest_of(other.progress()));
  ASSERT_EQ(one.send("a", RetrySafety::at_most_once), changed);
  ASSERT_EQ(other.send("a", RetrySafety::idempotent), changed);
  EXPECT_NE(digest_of(one.progress()), digest_of(other.progress()));
}

}  // namespace
}  // namespace daybook::test
