// Engine: all its threads on a journal in memory and a clock whose hands the test moves. What is
// proven: a clock that parts from the wall clock is held, told, journaled and only moves on by an
// operator's word, also over restarts; a failure ends everything without another acknowledgement.

#include "engine/assembly/engine.hpp"

#include <chrono>
#include <cstdio>
#include <future>
#include <mutex>
#include <optional>

#include <gtest/gtest.h>

#include "engine/codec/entry_facts.hpp"
#include "tests/support/running_engine.hpp"

namespace daybook {
namespace {

using test::Hands;
using test::RunningEngine;
using test::SharedJournal;

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::uint64_t hour = 3'600 * second;
constexpr std::uint64_t noon = 1'700'000'000 * second;

[[noreturn]] void fail_loudly(const Failure& failure) {
  std::fprintf(stderr, "the engine stopped: %s\n", failure.what.c_str());
  std::abort();
}

class EngineTest : public ::testing::Test {
 protected:
  std::unique_ptr<RunningEngine> start() {
    return std::make_unique<RunningEngine>(journal_, hands_, RunningEngine::small_settings(),
                                           fail_loudly, [this](const Alarm& alarm) {
                                             const std::lock_guard lock{mutex_};
                                             alarms_.push_back(alarm);
                                           });
  }

  std::vector<Alarm> alarms() {
    const std::lock_guard lock{mutex_};
    return alarms_;
  }

  /// Creates the account `id` and says with what timestamp.
  static std::uint64_t create(RunningEngine& engine, std::uint64_t id) {
    Account account;
    account.id = AccountId{Uint128{id, 0}};
    account.ledger = LedgerId{1};
    account.code = Code{1};
    const auto answer =
        engine.ask({.kind = RequestKind::create_accounts}, std::vector<Account>{account});
    EXPECT_EQ(answer.status, RequestStatus::ok);
    return answer.timestamp;
  }

  static RequestStatus accept(RunningEngine& engine, std::string_view reason,
                              std::uint64_t number = 0) {
    return engine.ask({.kind = RequestKind::accept_clock, .number = number, .reason = reason})
        .status;
  }

  /// Everything the journal says about the clock.
  std::vector<ClockChange> clock_changes() const {
    std::vector<ClockChange> changes;
    for (std::size_t index = 0;; ++index) {
      const auto entry = journal_.at(index);
      if (!entry.ok() || !entry.value()) return changes;
      const auto facts = read_facts(*entry.value());
      EXPECT_TRUE(facts.ok());
      changes.insert(changes.end(), facts.value().clock_changes.begin(),
                     facts.value().clock_changes.end());
    }
  }

  SharedJournal journal_;
  Hands hands_{noon};

 private:
  std::mutex mutex_;
  std::vector<Alarm> alarms_;
};

TEST_F(EngineTest, HoldsItsClockAfterAGapOfMoreThanADayUntilAnOperatorAcceptsIt) {
  EXPECT_EQ(create(*start(), 1), noon);
  hands_.pass(24 * hour + 1);
  const auto engine = start();
  // Engine time goes on from the last entry at the monotonic clock's rate.
  EXPECT_EQ(create(*engine, 2), noon + 1);  // Timestamps grow, whatever the clock does.
  hands_.pass(3 * second);
  EXPECT_EQ(create(*engine, 3), noon + 3 * second);
  auto told = alarms();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].kind, Alarm::Kind::clock_held);
  EXPECT_EQ(told[0].engine_ns, noon);
  EXPECT_EQ(told[0].wall_ns, noon + 24 * hour + 1);

  EXPECT_EQ(accept(*engine, "the machine was away"), RequestStatus::ok);
  hands_.pass(second);
  EXPECT_EQ(create(*engine, 4), noon + 24 * hour + 1 + 4 * second);
  EXPECT_EQ(accept(*engine, "again"), RequestStatus::clock_not_held);
  told = alarms();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[1].kind, Alarm::Kind::clock_accepted);
  EXPECT_EQ(told[1].wall_ns, noon + 24 * hour + 1 + 3 * second);

  engine->engine().stop();
  const auto changes = clock_changes();
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].kind, ClockChangeKind::held);
  EXPECT_EQ(changes[1].kind, ClockChangeKind::accepted);
  EXPECT_EQ(changes[1].reason(), "the machine was away");
  EXPECT_EQ(changes[1].wall_time, noon + 24 * hour + 1 + 3 * second);
}

TEST_F(EngineTest, FollowsTheWallClockAfterAGapOfADay) {
  EXPECT_EQ(create(*start(), 1), noon);
  hands_.pass(24 * hour);
  EXPECT_EQ(create(*start(), 2), noon + 24 * hour);
  EXPECT_TRUE(alarms().empty());
}

TEST_F(EngineTest, DoesNotFollowAStepOfTheWallClockWhileItRuns) {
  for (const bool forward : {true, false}) {
    SCOPED_TRACE(forward);
    const std::uint64_t before = alarms().size();
    hands_.pass(second);  // So that the clock is past the last timestamp.
    const auto engine = start();
    const std::uint64_t id = forward ? 1 : 10;
    const std::uint64_t began = create(*engine, id);
    hands_.step(static_cast<std::int64_t>(hour) * (forward ? 1 : -1));
    hands_.pass(second);
    EXPECT_EQ(create(*engine, id + 1), began + second);
    EXPECT_EQ(accept(*engine, "seen"), RequestStatus::ok);
    hands_.pass(second);
    // Ahead it is followed at once; behind, time stands still until the wall clock has come up.
    const std::uint64_t after = create(*engine, id + 2);
    EXPECT_EQ(after, forward ? began + 2 * second + hour : began + second + 1);
    const auto told = alarms();
    ASSERT_EQ(told.size(), before + 2);
    EXPECT_EQ(told[before].kind, Alarm::Kind::clock_held);
    EXPECT_EQ(told[before].engine_ns, began + second);
    EXPECT_EQ(told[before + 1].kind, Alarm::Kind::clock_accepted);
  }
}

TEST_F(EngineTest, KeepsItsClockHeldOverARestartAndTellsOnce) {
  {
    const auto engine = start();
    create(*engine, 1);
    hands_.step(static_cast<std::int64_t>(hour));
    hands_.pass(second);
    EXPECT_EQ(create(*engine, 2), noon + second);
  }
  hands_.pass(second);
  const auto engine = start();
  EXPECT_TRUE(engine->engine().live_state().clock_is_held());
  EXPECT_EQ(create(*engine, 3), noon + second + 1);  // From the last entry on.
  EXPECT_EQ(alarms().size(), 1U);
  EXPECT_EQ(accept(*engine, "seen"), RequestStatus::ok);
  EXPECT_EQ(create(*engine, 4), noon + hour + 2 * second);
}

TEST_F(EngineTest, DoesNotAcceptALaterStepForARepeatedRequest) {
  const auto engine = start();
  create(*engine, 1);
  hands_.step(static_cast<std::int64_t>(hour));
  hands_.pass(second);
  create(*engine, 2);
  EXPECT_EQ(accept(*engine, "the first step", 100), RequestStatus::ok);
  hands_.step(static_cast<std::int64_t>(24 * 365 * hour));
  hands_.pass(second);
  EXPECT_EQ(accept(*engine, "the first step", 100), RequestStatus::ok);  // Its reply was lost.
  hands_.pass(second);
  Account account;
  account.id = AccountId{Uint128{3, 0}};
  account.ledger = LedgerId{1};
  account.code = Code{1};
  const auto answer = engine->ask({.kind = RequestKind::create_accounts, .number = 101},
                                  std::vector<Account>{account});
  EXPECT_EQ(answer.timestamp, noon + hour + 3 * second);
  EXPECT_EQ(accept(*engine, "the second step", 102), RequestStatus::ok);
}

// An entry that was opened for nothing is neither waited for nor in the way of the last sync.
TEST_F(EngineTest, EndsBehindARepeatOfWhatIsDone) {
  auto engine = start();
  Account account;
  account.id = AccountId{Uint128{1, 0}};
  account.ledger = LedgerId{1};
  account.code = Code{1};
  for (int times = 0; times < 2; ++times) {
    const auto answer = engine->ask({.kind = RequestKind::create_accounts, .number = 100},
                                    std::vector<Account>{account});
    EXPECT_EQ(answer.status, RequestStatus::ok);
  }
  auto ended = std::async(std::launch::async, [&] { engine.reset(); });
  if (ended.wait_for(std::chrono::seconds{60}) == std::future_status::ready) return;
  std::fprintf(stderr, "the engine does not end\n");
  std::abort();
}

TEST_F(EngineTest, JournalsAStepThatWasSeenWhileEverySlabWasFull) {
  const auto engine = start();
  create(*engine, 1);
  create(*engine, 2);
  journal_.hold(true);
  // Each of these fills an entry by itself.
  constexpr std::uint64_t requests = 9;
  for (std::uint64_t request = 0; request < requests; ++request) {
    std::vector<Transfer> transfers(limits::batch_events_max);
    for (std::uint64_t at = 0; at < transfers.size(); ++at) {
      transfers[at].id = TransferId{Uint128{request * transfers.size() + at + 1, 0}};
      transfers[at].debit_account_id = AccountId{Uint128{1, 0}};
      transfers[at].credit_account_id = AccountId{Uint128{2, 0}};
      transfers[at].ledger = LedgerId{1};
      transfers[at].code = Code{1};
    }
    engine->post({}, transfers);
  }
  for (std::uint64_t request = 0; request + 1 < requests; ++request) engine->decided();
  hands_.step(static_cast<std::int64_t>(hour));
  const std::uint64_t looks = hands_.looks();
  hands_.pass(second);
  while (hands_.looks() == looks) ::sched_yield();
  journal_.hold(false);
  engine->decided();
  EXPECT_EQ(accept(*engine, "seen"), RequestStatus::ok);
  EXPECT_EQ(clock_changes().size(), 2U);
}

TEST_F(EngineTest, EndsWithoutAnotherAcknowledgementWhenTheJournalFails) {
  std::atomic<int> told{0};
  RunningEngine engine{journal_, hands_, RunningEngine::small_settings(),
                       [&](const Failure& failure) {
                         EXPECT_EQ(failure.what, "the test's disk is broken");
                         ++told;
                       }};
  create(engine, 1);
  const Sequence durable = engine.engine().durable_sequence();
  journal_.break_down();
  engine.post({.kind = RequestKind::put_ledgers}, std::vector<Ledger>{});
  engine.decided();
  while (told == 0) ::sched_yield();
  engine.post({.kind = RequestKind::put_ledgers}, std::vector<Ledger>{});
  engine.engine().stop();  // And it does end.
  EXPECT_EQ(engine.engine().durable_sequence(), durable);
  EXPECT_EQ(told, 1);
}

TEST_F(EngineTest, TellsWhenTheDiskIsLowAndRefusesNewWorkMeanwhile) {
  const auto engine = start();
  create(*engine, 1);
  engine->engine().disk_low(true);
  const auto refused =
      engine->ask({.kind = RequestKind::create_transfers}, std::vector<Transfer>(1));
  EXPECT_EQ(refused.status, RequestStatus::disk_low);
  engine->engine().disk_low(false);
  EXPECT_EQ(engine->ask({.kind = RequestKind::create_transfers}, std::vector<Transfer>(1)).status,
            RequestStatus::ok);
  const auto told = alarms();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].kind, Alarm::Kind::disk_low);
  EXPECT_EQ(told[1].kind, Alarm::Kind::disk_low_over);
}

}  // namespace
}  // namespace daybook
