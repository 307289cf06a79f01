// TransferTimes: which timestamps transfers have, from few notes and a bounded reading of the
// journal, against a set of all of them.

#include "engine/ledger/transfer_times.hpp"

#include <map>
#include <set>

#include <gtest/gtest.h>

#include "tests/support/random.hpp"

namespace daybook {
namespace {

/// Transfers by sequence; other sequences are other facts.
class FakeJournal final : public FactReader {
 public:
  bool transfer_at(Sequence sequence, RecordedTransfer& transfer) override {
    ++reads;
    const auto found = times.find(sequence.value());
    if (found == times.end()) return false;
    transfer.transfer = Transfer{};
    transfer.transfer.timestamp = Timestamp{found->second};
    return true;
  }
  bool released_at(Sequence, TransferId) override { return false; }
  bool burnt_at(Sequence, TransferId) override { return false; }
  bool name_at(Sequence, Name&) override { return false; }
  bool event_at(Sequence, DomainEvent&) override { return false; }

  std::map<std::uint64_t, std::uint64_t> times;
  std::uint64_t reads = 0;
};

class TransferTimesTest : public ::testing::Test {
 protected:
  void add(std::uint64_t timestamp, std::uint64_t sequence) {
    times_.add(Timestamp{timestamp}, Sequence{sequence});
    journal_.times[sequence] = timestamp;
  }
  bool has(std::uint64_t timestamp) { return times_.has(Timestamp{timestamp}, journal_); }

  FakeJournal journal_;
  TransferTimes times_{100'000};
};

TEST_F(TransferTimesTest, OfNoTransfersHasNone) {
  EXPECT_EQ(times_.last(), Timestamp{});
  EXPECT_FALSE(has(0));
  EXPECT_FALSE(has(1));
  EXPECT_EQ(journal_.reads, 0U);
}

TEST_F(TransferTimesTest, HasExactlyThoseThatWereAdded) {
  add(10, 3);
  add(12, 4);
  add(20, 9);
  for (std::uint64_t at = 0; at < 30; ++at) EXPECT_EQ(has(at), at == 10 || at == 12 || at == 20);
  EXPECT_EQ(times_.last(), Timestamp{20});
}

TEST_F(TransferTimesTest, ReadsNothingForWhatIsLaterThanTheLast) {
  add(10, 3);
  EXPECT_FALSE(has(11));
  EXPECT_EQ(journal_.reads, 0U);
}

TEST_F(TransferTimesTest, AgreesWithASetOverManyNotesAndGaps) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    SCOPED_TRACE(seed);
    test::Random random{seed};
    FakeJournal journal;
    TransferTimes times{100'000};
    std::set<std::uint64_t> all;
    std::uint64_t timestamp = 0;
    std::uint64_t sequence = 0;
    while (all.size() < 20'000) {
      // Now and then a long stretch without transfers: longer than a note stands for.
      sequence += 1 + (random.next() % 1'000 == 0 ? random.next() % 20'000 : random.next() % 3);
      timestamp += 1 + random.next() % 4;
      times.add(Timestamp{timestamp}, Sequence{sequence});
      journal.times[sequence] = timestamp;
      all.insert(timestamp);
    }
    for (std::uint64_t round = 0; round < 2'000; ++round) {
      const std::uint64_t at = random.next() % (timestamp + 10);
      journal.reads = 0;
      ASSERT_EQ(times.has(Timestamp{at}, journal), all.contains(at)) << at;
      ASSERT_LE(journal.reads, 4'096U);
    }
  }
}

TEST_F(TransferTimesTest, GoBackToWhatTheyWere) {
  add(10, 3);
  const TransferTimes::Mark mark = times_.mark();
  add(20, 4);
  add(30, 100'000);  // Far enough for a note of its own.
  add(40, 200'000);
  times_.go_back(mark);
  EXPECT_EQ(times_.last(), Timestamp{10});
  journal_.times = {{3, 10}};
  add(15, 4);
  add(25, 100'000);
  for (const std::uint64_t at : {10U, 15U, 25U}) EXPECT_TRUE(has(at)) << at;
  for (const std::uint64_t at : {9U, 11U, 20U, 24U, 30U, 40U}) EXPECT_FALSE(has(at)) << at;
}

TEST_F(TransferTimesTest, GoBackToNothing) {
  const TransferTimes::Mark mark = times_.mark();
  add(20, 4);
  times_.go_back(mark);
  journal_.times.clear();
  EXPECT_FALSE(has(20));
  add(5, 7);
  EXPECT_TRUE(has(5));
}

}  // namespace
}  // namespace daybook
