// A follower that applies wrongly stops the engine. The replayer of this binary is built with a
// fault: it moves one unit too many for the third transfer. The live state decides rightly, so the
// digests part, and the engine must say where, through on_fatal, and never acknowledge again.

#include <atomic>
#include <cstdio>
#include <cstdlib>

#include <gtest/gtest.h>
#include <sched.h>

#include "tests/support/ledger_under_test.hpp"
#include "tests/support/running_engine.hpp"

#if !defined(DAYBOOK_PLANT_WRONG_APPLY)
#error "this test proves nothing without the planted fault"
#endif

namespace daybook::test {
namespace {

constexpr int stopped = 71;
constexpr int not_noticed = 72;

EngineSettings settings() {
  EngineSettings settings = RunningEngine::small_settings();
  settings.sequencer.manual_clock = true;
  return settings;
}

// An engine on a journal in memory, with two accounts.
struct Running {
  SharedJournal journal;
  Hands clock{1'000'000'000};
  RunningEngine running;

  explicit Running(std::function<void(const Failure&)> on_fatal)
      : running{journal, clock, settings(), std::move(on_fatal)} {
    EXPECT_EQ(create({.kind = RequestKind::create_accounts},
                     std::vector<Account>{make_account(1), make_account(2)}),
              RequestStatus::ok);
  }

  template <typename Event>
  RequestStatus create(const RunningEngine::Asked& asked, const std::vector<Event>& events) {
    return running.ask(asked, events).status;
  }
  RequestStatus transfer(const std::vector<Transfer>& transfers) { return create({}, transfers); }
};

[[noreturn]] void die_saying_why(const Failure& failure) {
  std::fputs(failure.what.c_str(), stderr);
  std::_Exit(stopped);
}

// Sequences: 1 opens the segment, 2 to 4 the accounts, 5 to 8 the first request's three transfers.
[[noreturn]] void run_into_the_fault() {
  Running engine{die_saying_why};
  engine.transfer(
      {make_transfer(1, 1, 2, 5), make_transfer(2, 1, 2, 5), make_transfer(3, 2, 1, 5)});
  // stop() lets the follower read what is durable; it meets the fault at the latest then.
  engine.running.engine().stop();
  std::_Exit(not_noticed);
}

TEST(PlantedApply, StopsTheEngineAndNamesTheSequences) {
  EXPECT_EXIT(run_into_the_fault(), testing::ExitedWithCode(stopped),
              "follower disagrees.*digest.*sequences 5 to 8");
}

TEST(PlantedApply, IsNotNoticedBeforeTheThirdTransfer) {
  std::atomic<bool> failed{false};
  Running engine{[&](const Failure&) { failed = true; }};
  EXPECT_EQ(engine.transfer({make_transfer(1, 1, 2, 5), make_transfer(2, 1, 2, 5)}),
            RequestStatus::ok);
  engine.running.engine().stop();
  EXPECT_FALSE(failed);
  EXPECT_EQ(engine.running.engine().followed_sequence(),
            engine.running.engine().durable_sequence());
}

// Who is told may take a moment to end the process; until then the engine itself holds its tongue.
TEST(PlantedApply, AcknowledgesNothingMoreOnceItIsNoticed) {
  std::atomic<std::uint64_t> durable_then{0};
  Engine* told_of = nullptr;
  Running engine{[&](const Failure&) { durable_then = told_of->durable_sequence().value(); }};
  told_of = &engine.running.engine();
  EXPECT_EQ(engine.transfer(
                {make_transfer(1, 1, 2, 5), make_transfer(2, 1, 2, 5), make_transfer(3, 2, 1, 5)}),
            RequestStatus::ok);
  while (durable_then == 0) ::sched_yield();
  EXPECT_EQ(durable_then, 8U);
  engine.running.post({}, std::vector<Transfer>{make_transfer(4, 1, 2, 5)});
  engine.running.engine().stop();  // What was taken would be durable when it returns.
  EXPECT_EQ(engine.running.engine().durable_sequence(), Sequence{8});
}

}  // namespace
}  // namespace daybook::test
