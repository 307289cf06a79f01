// A follower that applies wrongly stops the engine. The replayer of this binary is built with a
// fault: it moves one unit too many for the third transfer. The live state decides rightly, so the
// digests part, and the engine must say where, through on_fatal, before it is heard of again.

#include <cstdio>
#include <cstdlib>

#include <gtest/gtest.h>
#include <sched.h>

#include "engine/assembly/engine.hpp"
#include "tests/support/ledger_under_test.hpp"
#include "tests/support/shared_journal.hpp"

#if !defined(DAYBOOK_PLANT_WRONG_APPLY)
#error "this test proves nothing without the planted fault"
#endif

namespace daybook::test {
namespace {

constexpr int stopped = 71;
constexpr int not_noticed = 72;

class StandingClock final : public TimeSource {
 public:
  std::uint64_t wall_ns() override { return 1'000'000'000; }
  std::uint64_t monotonic_ns() override { return 1'000'000'000; }
};

EngineSettings settings() {
  EngineSettings settings;
  settings.state.accounts_max = 1'000;
  settings.state.transfer_ids_max = 10'000;
  settings.sequencer.auto_ledgers = true;
  settings.sequencer.manual_clock = true;
  settings.loop.journal = JournalId{Uint128{7, 7}};
  settings.loop.segment_pages = 1'000'000;
  settings.slots_per_io_thread = 64;
  return settings;
}

// An engine on a journal in memory.
struct Running {
  SharedJournal journal;
  SharedSource source{journal};
  SharedLookup sequencer_lookup{journal};
  SharedLookup query_lookup{journal};
  StandingClock clock;
  Engine engine;
  std::uint64_t number = 0;

  explicit Running(std::function<void(const Failure&)> on_fatal)
      : engine{settings(), clock, std::move(on_fatal)} {
    engine.start({.journal = &journal,
                  .follower_source = &source,
                  .sequencer_lookup = &sequencer_lookup,
                  .query_lookups = {&query_lookup},
                  .segment = {},
                  .last_commit_time = 0});
  }

  // Returns once the reply may leave: it is durable.
  template <typename Event>
  RequestStatus request(RequestKind kind, const std::vector<Event>& events) {
    RequestSlot slot;
    slot.kind = kind;
    slot.role = Role::admin;
    slot.client = ClientId{Uint128{1, 0}};
    slot.request_number = ++number;
    slot.events = reinterpret_cast<const std::byte*>(events.data());
    slot.event_count = static_cast<std::uint32_t>(events.size());
    std::vector<std::byte> room(reply_room_bytes(kind, slot.event_count));
    slot.reply_room = room.data();
    IoChannel& channel = engine.channel(0);
    EXPECT_TRUE(channel.requests.try_push(&slot));
    engine.wake_sequencer();
    RequestSlot** reply = nullptr;
    while ((reply = channel.replies.front()) == nullptr) ::sched_yield();
    channel.replies.pop();
    while (engine.durable_sequence() < slot.wait_for) ::sched_yield();
    return slot.status;
  }
};

[[noreturn]] void die_saying_why(const Failure& failure) {
  std::fputs(failure.what.c_str(), stderr);
  std::_Exit(stopped);
}

// Sequences: 1 opens the segment, 2 to 4 the accounts, 5 to 8 the first request's three transfers.
[[noreturn]] void run_into_the_fault() {
  Running running{die_saying_why};
  running.request<Account>(RequestKind::create_accounts, {make_account(1), make_account(2)});
  running.request<Transfer>(
      RequestKind::create_transfers,
      {make_transfer(1, 1, 2, 5), make_transfer(2, 1, 2, 5), make_transfer(3, 2, 1, 5)});
  // stop() lets the follower read what is durable; it meets the fault at the latest then.
  running.engine.stop();
  std::_Exit(not_noticed);
}

TEST(PlantedApply, StopsTheEngineAndNamesTheSequences) {
  EXPECT_EXIT(run_into_the_fault(), testing::ExitedWithCode(stopped),
              "follower disagrees.*digest.*sequences 5 to 8");
}

TEST(PlantedApply, IsNotNoticedBeforeTheThirdTransfer) {
  bool failed = false;
  Running running{[&](const Failure&) { failed = true; }};
  EXPECT_EQ(
      running.request<Account>(RequestKind::create_accounts, {make_account(1), make_account(2)}),
      RequestStatus::ok);
  EXPECT_EQ(running.request<Transfer>(RequestKind::create_transfers,
                                      {make_transfer(1, 1, 2, 5), make_transfer(2, 1, 2, 5)}),
            RequestStatus::ok);
  running.engine.stop();
  EXPECT_FALSE(failed);
  EXPECT_EQ(running.engine.followed_sequence(), running.engine.durable_sequence());
}

}  // namespace
}  // namespace daybook::test
