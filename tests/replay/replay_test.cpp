// Replay makes the live state again: after every entry, after every operation, up to any sequence
// and time, as often as one likes. The live side is the engine's sequencer in process; what is
// compared is the state's digest, noted live after each request.

#include <map>

#include <gtest/gtest.h>

#include "tests/support/engine_under_test.hpp"
#include "tests/support/random.hpp"
#include "tools/daybook/offline/offline_replay.hpp"
#include "tools/daybook/offline/offline_state.hpp"

namespace daybook::test {
namespace {

class MemorySource final : public EntrySource {
 public:
  explicit MemorySource(const MemoryJournal& journal) : journal_{journal} {}
  Result<std::optional<EntryView>> next() override {
    if (next_ == journal_.count()) return std::optional<EntryView>{};
    return std::optional{journal_.at(next_++)};
  }
  void release() override {}

 private:
  const MemoryJournal& journal_;
  std::size_t next_ = 0;
};

constexpr LedgerSettings ledger_settings{.auto_ledgers = true,
                                         .manual_clock = true,
                                         .accounts_max = 1'000,
                                         .transfer_ids_max = 100'000,
                                         .window_operations = 8,
                                         .window_clients = 3,
                                         .window_numbers = 4};

StateSettings state_settings(std::uint64_t seed = 0) {
  StateSettings settings;
  settings.accounts_max = ledger_settings.accounts_max;
  settings.transfer_ids_max = ledger_settings.transfer_ids_max;
  settings.windows.operations_per_client = ledger_settings.window_operations;
  settings.windows.clients = ledger_settings.window_clients;
  settings.windows.numbers = ledger_settings.window_numbers;
  settings.hash_seed = seed;
  return settings;
}

// A journal of 400 requests of six clients with good and refused events, chains, ids that are
// burnt, clock changes, evictions and segments, and what the live state was after each of them.
class Replay : public testing::Test {
 protected:
  static constexpr std::uint64_t accounts = 20;

  Replay() {
    engine_.set_requests_per_entry(7);
    note();
    submit(account_request());
    for (int round = 0; round < 400; ++round) {
      if (round % 90 == 89) {
        engine_.rotate_segment();
        note();
      }
      submit(random_.chance(10) ? clock_request() : transfer_request());
    }
    engine_.close_entry();
  }

  WriteRequest request(RequestKind kind) {
    const std::uint64_t client = random_.between(1, 6);
    WriteRequest request;
    request.kind = kind;
    request.client = ClientId{Uint128{client, 0}};
    request.number = ++numbers_;
    request.frame_checksum = request.number;
    return request;
  }

  WriteRequest account_request() {
    WriteRequest made = request(RequestKind::create_accounts);
    for (std::uint64_t id = 1; id <= accounts; ++id) {
      made.accounts.push_back(
          make_account(id, 1, id % 5 == 0 ? account_flag::debits_must_not_exceed_credits : 0));
    }
    return made;
  }

  WriteRequest clock_request() {
    WriteRequest made = request(RequestKind::advance_clock);
    made.argument = random_.between(1, 1'000'000);
    return made;
  }

  WriteRequest transfer_request() {
    WriteRequest made = request(RequestKind::create_transfers);
    const std::uint64_t count = random_.below(6);
    for (std::uint64_t each = 0; each < count; ++each) {
      const bool linked = each + 1 < count && random_.chance(30);
      made.transfers.push_back(make_transfer(
          random_.between(1, 800), random_.between(1, accounts + 1), random_.between(1, accounts),
          random_.below(50), 1, linked ? transfer_flag::linked : 0));
    }
    return made;
  }

  void submit(const WriteRequest& made) {
    const BatchReply reply = engine_.submit(made);
    if (reply.first_sequence.value() != 0) note();
  }

  void note() { live_[engine_.state().last_sequence()] = engine_.state().digest(); }

  Random random_{20'240'607};
  EngineUnderTest engine_{ledger_settings};
  std::uint64_t numbers_ = 0;
  std::map<Sequence, std::uint64_t> live_;  // Digest after each request, by last sequence.
};

TEST_F(Replay, GivesEveryEntryItsDigest) {
  ASSERT_EQ(engine_.first_failure(), std::nullopt);
  State state{state_settings()};
  MemorySource source{engine_.journal()};
  std::size_t entries = 0;
  const auto counts = replay_entries(source, state, {}, [&](Sequence reached, std::uint64_t) {
    const EntryHeader& header = engine_.journal().at(entries++).header;
    EXPECT_EQ(reached, header.last());
    EXPECT_EQ(state.digest(), header.state_digest);
  });
  ASSERT_TRUE(counts.ok()) << counts.error().what;
  EXPECT_EQ(counts.value().entries, engine_.journal().count());
  EXPECT_GT(entries, 40U);
  EXPECT_GT(counts.value().transfers, 100U);
  EXPECT_EQ(EngineUnderTest::difference(state, engine_.state()), std::nullopt);
}

TEST_F(Replay, StopsAtEveryOperationWithTheLiveDigest) {
  for (const auto& [sequence, digest] : live_) {
    State state{state_settings()};
    MemorySource source{engine_.journal()};
    const auto counts =
        replay_entries(source, state, {.until_sequence = sequence, .until_time = {}});
    ASSERT_TRUE(counts.ok()) << counts.error().what;
    EXPECT_EQ(state.last_sequence(), sequence);
    EXPECT_EQ(state.digest(), digest) << "at sequence " << sequence.value();
  }
}

TEST_F(Replay, NeverCutsAnOperation) {
  for (std::uint64_t until = 1; until <= engine_.state().last_sequence().value(); until += 13) {
    State state{state_settings()};
    MemorySource source{engine_.journal()};
    ASSERT_TRUE(
        replay_entries(source, state, {.until_sequence = Sequence{until}, .until_time = {}}).ok());
    EXPECT_GE(state.last_sequence().value(), until);
    const auto end = live_.lower_bound(Sequence{until});
    ASSERT_NE(end, live_.end());
    // An eviction or segment fact in front of the operation is a boundary of its own.
    EXPECT_LE(state.last_sequence(), end->first);
  }
}

TEST_F(Replay, IsTheSameWithEveryTableLayout) {
  std::map<std::uint64_t, int> digests;
  for (const std::uint64_t seed : {0ULL, 1ULL, 0xfeedULL}) {
    State state{state_settings(seed)};
    MemorySource source{engine_.journal()};
    ASSERT_TRUE(replay_entries(source, state, {}).ok());
    ++digests[state.digest()];
  }
  EXPECT_EQ(digests.size(), 1U);
}

TEST_F(Replay, UntilATimeIsUntilTheLastEntryCommittedByThen) {
  const auto& journal = engine_.journal();
  const std::uint64_t time = journal.at(journal.count() / 2).header.commit_time;
  std::size_t last = 0;
  while (last + 1 < journal.count() && journal.at(last + 1).header.commit_time <= time) ++last;
  State state{state_settings()};
  MemorySource source{journal};
  const auto counts =
      replay_entries(source, state, {.until_sequence = {}, .until_time = Timestamp{time}});
  ASSERT_TRUE(counts.ok());
  EXPECT_EQ(state.last_sequence(), journal.at(last).header.last());
  EXPECT_EQ(state.digest(), journal.at(last).header.state_digest);
  EXPECT_EQ(counts.value().commit_time.value(), journal.at(last).header.commit_time);
  EXPECT_LT(last + 1, journal.count()) << "the time is in the middle of the journal";
}

TEST_F(Replay, PastTheEndSaysWhereTheEndIs) {
  State state{state_settings()};
  MemorySource source{engine_.journal()};
  const std::uint64_t last = engine_.state().last_sequence().value();
  const auto counts =
      replay_entries(source, state, {.until_sequence = Sequence{last + 1}, .until_time = {}});
  ASSERT_FALSE(counts.ok());
  EXPECT_EQ(counts.error().kind, FailureKind::not_found);
  EXPECT_NE(counts.error().what.find(std::to_string(last)), std::string::npos);
}

TEST_F(Replay, MakesATrialBalanceThatBalances) {
  State state{state_settings()};
  MemorySource source{engine_.journal()};
  ASSERT_TRUE(replay_entries(source, state, {}).ok());
  const auto balances = trial_balance(state);
  ASSERT_EQ(balances.size(), 1U);
  EXPECT_TRUE(balances[0].balanced());
  EXPECT_EQ(balances[0].accounts, accounts);
  EXPECT_GT(balances[0].debits.low, u128{0});
}

TEST(AmountSum, CountsWhatDoesNotFit) {
  AmountSum sum;
  sum.add(Amount{Uint128{u128_max}});
  EXPECT_EQ(sum.carries, 0U);
  sum.add(Amount{Uint128{3, 0}});
  EXPECT_EQ(sum.carries, 1U);
  EXPECT_TRUE(sum.low == 2);
}

}  // namespace
}  // namespace daybook::test
