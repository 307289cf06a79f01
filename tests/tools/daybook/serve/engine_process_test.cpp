// EngineProcess: what only shows with every part in place. A full disk refuses new work, from the
// first request on, while reads go on; a clock that is far from the last entry is held until an
// administrator accepts it; the first segment grows and is sealed at its last page; every thread
// has its name and its core.

#include "tools/daybook/serve/engine_process.hpp"

#include <atomic>
#include <fstream>
#include <map>

#include <gtest/gtest.h>
#include <sched.h>

#include "storage/journal/data_directory.hpp"
#include "storage/journal/page_walker.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/tools/daybook/serve/running_process.hpp"

namespace daybook {
namespace {

class EngineProcessTest : public ::testing::Test {
 protected:
  static std::vector<Account> account(std::uint64_t id) {
    Account made;
    made.id = AccountId{Uint128{id, 0}};
    made.ledger = LedgerId{1};
    made.code = Code{1};
    return {made};
  }

  static RequestStatus status_of(const Result<BatchResult>& result) {
    EXPECT_TRUE(result.ok()) << result.error().what;
    return result.ok() ? result.value().status : RequestStatus::malformed;
  }

  test::ScratchDirectory scratch_;
  std::filesystem::path directory_ = scratch_.path();
};

TEST_F(EngineProcessTest, RefusesNewWorkOnAFullDiskAndTakesItAgainLater) {
  std::atomic<std::uint64_t> free{499};
  RunningProcess engine{directory_, [&](EngineProcessSettings& settings) {
                          settings.journal.low_water_bytes = 500;
                          settings.journal.disk_check_interval = std::chrono::milliseconds{1};
                          settings.journal.free_bytes = [&](const std::filesystem::path&) {
                            return Result<std::uint64_t>{free.load()};
                          };
                        }};
  EXPECT_EQ(engine.wait_for_alarms(1)[0].kind, Alarm::Kind::disk_low);
  Client client{engine.client_settings()};
  EXPECT_EQ(status_of(client.create_accounts(account(1))), RequestStatus::disk_low);
  const std::vector<AccountId> ids{account(1)[0].id};
  const auto read = client.lookup_accounts(ids);
  ASSERT_TRUE(read.ok()) << read.error().what;
  EXPECT_TRUE(read.value().accounts.empty());
  EXPECT_TRUE(client.state_digest().ok());

  free = 500;
  EXPECT_EQ(engine.wait_for_alarms(2)[1].kind, Alarm::Kind::disk_low_over);
  EXPECT_EQ(status_of(client.create_accounts(account(1))), RequestStatus::ok);
  EXPECT_EQ(client.lookup_accounts(ids).value().accounts.size(), 1U);

  free = 0;
  engine.wait_for_alarms(3);
  EXPECT_EQ(status_of(client.create_accounts(account(2))), RequestStatus::disk_low);
  EXPECT_EQ(client.lookup_accounts(ids).value().accounts.size(), 1U);
}

TEST_F(EngineProcessTest, HoldsItsClockFarFromTheLastEntryUntilItIsAccepted) {
  {
    // A manual clock begins in 1970.
    RunningProcess engine{directory_, [](EngineProcessSettings& settings) {
                            settings.engine.sequencer.manual_clock = true;
                          }};
    Client client{engine.client_settings()};
    ASSERT_TRUE(client.create_accounts(account(1)).ok());
  }
  constexpr std::uint64_t hour = 3'600ULL * 1'000'000'000;
  RunningProcess engine{directory_};
  const auto alarm = engine.wait_for_alarms(1)[0];
  EXPECT_EQ(alarm.kind, Alarm::Kind::clock_held);
  EXPECT_GT(alarm.wall_ns, alarm.engine_ns + 24 * hour);
  Client client{engine.client_settings()};
  const auto held = client.create_accounts(account(2));
  ASSERT_TRUE(held.ok());
  EXPECT_LT(held.value().first_timestamp.value(), hour);
  EXPECT_EQ(status_of(client.accept_clock("a test that began in 1970")), RequestStatus::ok);
  EXPECT_EQ(engine.wait_for_alarms(2)[1].kind, Alarm::Kind::clock_accepted);
  const auto accepted = client.create_accounts(account(3));
  ASSERT_TRUE(accepted.ok());
  EXPECT_GE(accepted.value().first_timestamp.value(), alarm.wall_ns);
  EXPECT_EQ(status_of(client.accept_clock("once more")), RequestStatus::clock_not_held);
}

TEST_F(EngineProcessTest, SealsTheFirstSegmentAtItsLastPageWhateverItStartedWith) {
  constexpr std::uint64_t segment_bytes = std::uint64_t{8} << 20;
  const JournalLayout layout{directory_};
  {
    RunningProcess engine{directory_, [](EngineProcessSettings& settings) {
                            settings.journal.segment_bytes = segment_bytes;
                            settings.journal.first_segment_bytes = std::uint64_t{1} << 20;
                          }};
    Client client{engine.client_settings()};
    // Accounts that are there already: small entries, so that it is pages that fill the segment.
    ASSERT_TRUE(client.create_accounts(account(1)).ok());
    std::vector<Account> many;
    for (std::uint64_t id = 2; id < 1'000; ++id) many.push_back(account(id)[0]);
    ASSERT_TRUE(client.create_accounts(many).ok());
    while (!std::filesystem::exists(layout.segment(3))) {
      for (std::uint64_t request = 0; request < 20; ++request) {
        ASSERT_TRUE(client.create_accounts(many).ok());
      }
    }
  }
  const auto walker = PageWalker::open(layout.segment(1));
  ASSERT_TRUE(walker.ok());
  const SegmentStructure structure = walker.value().walk();
  ASSERT_TRUE(structure.sound());
  const std::uint64_t used = (structure.last_page + 1) * journal_limits::page_bytes;
  EXPECT_EQ(std::filesystem::file_size(layout.segment(1)), used);  // Cut to its last page.
  // Not past its limit, and no earlier than when the largest entry might no longer have fitted.
  constexpr std::uint64_t largest = journal_limits::entry_pages_max(limits::entry_bytes_max);
  constexpr std::uint64_t small = 3 * journal_limits::entry_pages_max(128 * 1'024);
  EXPECT_LE(used, segment_bytes);
  EXPECT_GE(used, segment_bytes - (largest + small) * journal_limits::page_bytes);
}

// The cores that each thread of this process may use, by the thread's name.
std::map<std::string, std::vector<unsigned>> threads_of_this_process() {
  std::map<std::string, std::vector<unsigned>> threads;
  for (const auto& task : std::filesystem::directory_iterator{"/proc/self/task"}) {
    std::string name;
    std::getline(std::ifstream{task.path() / "comm"}, name);
    cpu_set_t set;
    CPU_ZERO(&set);
    const int id = std::stoi(task.path().filename().string());
    if (::sched_getaffinity(id, sizeof(set), &set) != 0) continue;  // It has ended.
    std::vector<unsigned> cores;
    for (unsigned core = 0; core < CPU_SETSIZE; ++core) {
      if (CPU_ISSET(core, &set)) cores.push_back(core);
    }
    threads.emplace(name, std::move(cores));
  }
  return threads;
}

TEST_F(EngineProcessTest, GivesEveryThreadItsNameAndItsCore) {
  const std::vector<unsigned> usable = usable_cores();
  const unsigned last = usable.back();
  const RunningProcess engine{
      directory_, [&](EngineProcessSettings& settings) {
        settings.engine.io_threads = 2;
        settings.engine.query_threads = 2;
        settings.engine.cores = settings.journal.cores =
            CorePlan{{{"sequencer", last}, {"preparer", last}, {"io", last}, {"query-1", last}}};
      }};
  auto threads = threads_of_this_process();
  for (const char* const name : {"sequencer", "preparer", "io-0", "io-1", "query-1"}) {
    EXPECT_EQ(threads[name], std::vector<unsigned>{last}) << name;
  }
  for (const char* const name : {"journaler", "follower", "query-0"}) {
    EXPECT_EQ(threads[name], usable) << name;
  }
}

}  // namespace
}  // namespace daybook
