// ReplyWindows: repeats, reuse and age of request numbers; every limit met and passed; the digest
// is a function of what is kept, not of how it came to be.
//
// Method: small limits, so that each is reached; a naive map beside it for random traffic.

#include "engine/windows/reply_windows.hpp"

#include <deque>
#include <map>
#include <random>

#include <gtest/gtest.h>

namespace daybook {
namespace {

constexpr WindowLimits small{
    .operations_per_client = 4, .clients = 3, .numbers = 2, .bytes = 8 * 1'024};

ClientId client(std::uint64_t number) { return ClientId{Uint128{number, 99}}; }

Operation operation(std::uint64_t client_number, std::uint64_t number) {
  Operation made;
  made.client = client(client_number);
  made.request_number = number;
  made.frame_checksum = number * 31;
  made.kind = RequestKind::create_transfers;
  made.event_count = 1;
  return made;
}

class Windows {
 public:
  explicit Windows(const WindowLimits& limits) : windows{limits} {}

  void remember(std::uint64_t client_number, std::uint64_t number) {
    while (const auto eviction = windows.must_evict(client(client_number))) {
      ++evictions;
      digest -= windows.evict(*eviction);
    }
    digest += windows.remember(operation(client_number, number), Sequence{++sequence});
  }
  ReplyWindows::Seen seen(std::uint64_t client_number, std::uint64_t number) const {
    return windows.find(client(client_number), number, number * 31).seen;
  }

  ReplyWindows windows;
  std::uint64_t digest = 0;
  std::uint64_t sequence = 0;
  int evictions = 0;
};

using Seen = ReplyWindows::Seen;

TEST(ReplyWindowsTest, TellsFreshRepeatReusedAndTooOldApart) {
  Windows w{small};
  EXPECT_EQ(w.seen(1, 1), Seen::fresh);
  w.remember(1, 5);  // Gaps are allowed.
  EXPECT_EQ(w.seen(1, 5), Seen::repeat);
  EXPECT_EQ(w.windows.find(client(1), 5, 0).seen, Seen::reused);
  EXPECT_EQ(w.seen(1, 4), Seen::too_old);  // Never seen, but below the highest.
  EXPECT_EQ(w.seen(1, 6), Seen::fresh);
  EXPECT_EQ(w.seen(2, 5), Seen::fresh);  // Numbers are a client's own.
  EXPECT_EQ(w.windows.highest_number(client(1)), 5U);
  EXPECT_EQ(w.windows.highest_number(client(2)), 0U);
}

TEST(ReplyWindowsTest, ForgetsAllAndStartsAnew) {
  Windows w{small};
  w.digest -= w.windows.forget_all();
  EXPECT_EQ(w.digest, 0U) << "nothing was known";
  for (int round = 0; round < 20; ++round) {
    // More clients than keep operations, and more operations than one keeps.
    for (std::uint64_t number = 1; number <= 6; ++number) {
      for (std::uint64_t who = 1; who <= 5; ++who) w.remember(who, number);
    }
    w.digest -= w.windows.forget_all();
    EXPECT_EQ(w.digest, 0U);
    EXPECT_EQ(w.windows.clients_with_operations(), 0U);
    EXPECT_EQ(w.windows.clients_with_number_only(), 0U);
    EXPECT_EQ(w.seen(1, 1), Seen::fresh);
  }
}

TEST(ReplyWindowsTest, KeepsExactlyTheLastOperationsOfAClient) {
  Windows w{small};
  for (std::uint64_t number = 1; number <= 5; ++number) w.remember(1, number);
  EXPECT_EQ(w.seen(1, 1), Seen::too_old);
  for (std::uint64_t number = 2; number <= 5; ++number) EXPECT_EQ(w.seen(1, number), Seen::repeat);
  EXPECT_EQ(w.evictions, 0);
}

TEST(ReplyWindowsTest, AnswersTheKeptOperation) {
  Windows w{small};
  w.remember(1, 7);
  const auto found = w.windows.find(client(1), 7, 7 * 31);
  ASSERT_NE(found.kept, nullptr);
  EXPECT_EQ(found.kept->sequence, 1U);
  EXPECT_EQ(found.kept->kind, RequestKind::create_transfers);
}

TEST(ReplyWindowsTest, OneClientMoreThanTheLimitCostsTheLeastRecentItsOperations) {
  Windows w{small};
  w.remember(1, 1);
  w.remember(2, 1);
  w.remember(3, 1);
  w.remember(1, 2);  // Now 2 is the least recent.
  EXPECT_EQ(w.evictions, 0);
  w.remember(4, 1);
  EXPECT_EQ(w.evictions, 1);
  EXPECT_EQ(w.seen(2, 1), Seen::too_old);  // Its number is still known: never executed twice.
  EXPECT_EQ(w.seen(1, 1), Seen::repeat);
  EXPECT_EQ(w.windows.clients_with_operations(), 3U);
  EXPECT_EQ(w.windows.clients_with_number_only(), 1U);
}

TEST(ReplyWindowsTest, OneNumberMoreThanTheLimitForgetsTheLeastRecentClient) {
  Windows w{small};
  for (std::uint64_t each = 1; each <= 5; ++each) w.remember(each, 1);
  EXPECT_EQ(w.windows.clients_with_number_only(), 2U);
  EXPECT_EQ(w.seen(1, 1), Seen::too_old);
  w.remember(6, 1);
  EXPECT_EQ(w.windows.clients_with_number_only(), 2U);
  EXPECT_EQ(w.seen(1, 1), Seen::fresh);  // Forgotten altogether.
  EXPECT_EQ(w.seen(2, 1), Seen::too_old);
}

TEST(ReplyWindowsTest, FullMemoryEvictsAlthoughClientsAreFew) {
  Windows w{{.operations_per_client = 64, .clients = 100, .numbers = 100, .bytes = 6 * 1'024}};
  for (std::uint64_t number = 1; number <= 64; ++number) w.remember(1, number);  // 4 blocks of 6.
  for (std::uint64_t number = 1; number <= 32; ++number) w.remember(2, number);  // The other two.
  EXPECT_EQ(w.evictions, 0);
  w.remember(2, 33);
  EXPECT_EQ(w.evictions, 1);
  EXPECT_EQ(w.seen(1, 64), Seen::too_old);
  EXPECT_EQ(w.seen(2, 1), Seen::repeat);
}

TEST(ReplyWindowsTest, AClientWithANumberOnlyComesBack) {
  Windows w{small};
  for (std::uint64_t each = 1; each <= 4; ++each) w.remember(each, 1);
  EXPECT_EQ(w.seen(1, 1), Seen::too_old);
  w.remember(1, 2);
  EXPECT_EQ(w.seen(1, 2), Seen::repeat);
  EXPECT_EQ(w.seen(1, 1), Seen::too_old);
}

TEST(ReplyWindowsTest, RandomTrafficMatchesANaiveWindowAndItsDigest) {
  constexpr std::uint64_t seed = 20'251;
  SCOPED_TRACE(seed);
  std::mt19937_64 random{seed};
  const WindowLimits limits{
      .operations_per_client = 20, .clients = 5, .numbers = 4, .bytes = 9 * 1'024};
  Windows w{limits};
  std::map<std::uint64_t, std::uint64_t> highest;
  for (int step = 0; step < 50'000; ++step) {
    const std::uint64_t who = random() % 12;
    const std::uint64_t known = w.windows.highest_number(client(who));
    const std::uint64_t number = known + 1 + random() % 3;
    w.remember(who, number);
    highest[who] = number;
    ASSERT_EQ(w.seen(who, number), Seen::repeat);
    ASSERT_EQ(w.windows.highest_number(client(who)), number);
    ASSERT_LE(w.windows.clients_with_operations(), limits.clients);
    ASSERT_LE(w.windows.clients_with_number_only(), limits.numbers);
    for (const auto& [other, its_highest] : highest) {
      const std::uint64_t now = w.windows.highest_number(client(other));
      ASSERT_TRUE(now == its_highest || now == 0);  // Forgotten or right, never another.
    }
  }
  // Everything evicted: what was added to the digest has been subtracted again.
  for (std::uint64_t who = 0; who < 12; ++who) {
    for (const bool number_too : {false, true}) {
      const ReplyWindows::Eviction eviction{client(who), number_too};
      if (w.windows.can_evict(eviction)) w.digest -= w.windows.evict(eviction);
    }
  }
  EXPECT_EQ(w.digest, 0U);
}

}  // namespace
}  // namespace daybook
