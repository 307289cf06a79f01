// Writers who race for the same streams over real sockets, each with the version that it has read:
// of those who have read the same, one wins; in the end every event is there once, in the order in
// which it won, and after a restart too. ThreadSanitizer runs this.

#include <atomic>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/scratch_directory.hpp"
#include "tests/tools/daybook/serve/running_process.hpp"

namespace daybook {
namespace {

constexpr std::uint64_t writers = 3;
constexpr std::uint64_t events_a_writer = 60;

const Uint128 type = id_of("race");

EventFilter everything_of(std::uint64_t aggregate) {
  EventFilter filter;
  filter.aggregate_type = type;
  filter.aggregate_id = Uint128{aggregate, 0};
  filter.limit = 50;
  return filter;
}

std::uint64_t version_of(Client& client, std::uint64_t aggregate) {
  EventFilter filter = everything_of(aggregate);
  filter.flags = event_filter_flag::newest_first;
  filter.limit = 1;
  const auto page = client.read_events(filter);
  EXPECT_TRUE(page.ok() && page.value().status == RequestStatus::ok);
  return page.value().items.empty() ? 0 : page.value().items[0].event.version;
}

std::string payload_of(std::uint64_t writer, std::uint64_t number) {
  return std::string(number * 7, static_cast<char>('a' + writer));
}

DomainEvent event_of(std::uint64_t writer, std::uint64_t number, std::uint64_t aggregate) {
  DomainEvent event;
  event.id = Uint128{number, aggregate << 8 | writer};
  event.aggregate_type = type;
  event.aggregate_id = Uint128{aggregate, 0};
  event.event_type = id_of("won");
  event.user_id = UserId{writer};
  return event;
}

// Each request appends to both streams: expecting the version read of the first, and of whatever
// version the second is.
void race(const ClientSettings& settings, std::uint64_t writer) {
  Client client{settings};
  for (std::uint64_t number = 1; number <= events_a_writer;) {
    EventList list;
    DomainEvent first = event_of(writer, number, 1);
    first.flags = event_flag::expects_version;
    first.version = version_of(client, 1);
    const std::string payload = payload_of(writer, number);
    list.add(first, std::as_bytes(std::span{payload}));
    list.add(event_of(writer, number, 2), {});
    const auto result = client.append_events(list);
    ASSERT_TRUE(result.ok()) << result.error().what;
    ASSERT_EQ(result.value().status, RequestStatus::ok);
    if (result.value().refusals.empty()) {
      ++number;
      const auto again = client.append_events(list);
      ASSERT_TRUE(again.ok());
      ASSERT_EQ(again.value().refusals.size(), 2U);
      ASSERT_EQ(AppendEventStatus{again.value().refusals[0].status}, AppendEventStatus::exists);
      continue;
    }
    ASSERT_EQ(result.value().refusals.size(), 2U);
    ASSERT_EQ(AppendEventStatus{result.value().refusals[0].status},
              AppendEventStatus::version_mismatch);
    ASSERT_EQ(AppendEventStatus{result.value().refusals[1].status},
              AppendEventStatus::linked_event_failed);
  }
}

void expect_all_there(Client& client) {
  for (const std::uint64_t aggregate : {1U, 2U}) {
    EventFilter filter = everything_of(aggregate);
    std::map<std::uint64_t, std::uint64_t> numbers;
    std::uint64_t version = 0;
    for (bool more = true; more;) {
      const auto page = client.read_events(filter);
      ASSERT_TRUE(page.ok() && page.value().status == RequestStatus::ok);
      for (const FoundEvent& each : page.value().items) {
        const std::uint64_t writer = each.event.user_id.value();
        EXPECT_EQ(each.event.version, ++version);
        EXPECT_EQ(each.event.id.lo, ++numbers[writer]);  // Its own order.
        const std::string wanted = aggregate == 1 ? payload_of(writer, numbers[writer]) : "";
        const std::string payload{reinterpret_cast<const char*>(each.payload.data()),
                                  each.payload.size()};
        EXPECT_EQ(payload, wanted);
      }
      more = page.value().more;
      filter.cursor = page.value().cursor;
    }
    EXPECT_EQ(version, writers * events_a_writer);
  }
}

// Each of the racers sends the same transfers, and counts those that it created.
void race_for_ids(const ClientSettings& settings, std::atomic<std::uint64_t>& created) {
  Client client{settings};
  for (std::uint64_t batch = 0; batch < 40; ++batch) {
    std::vector<Transfer> transfers(25);
    for (std::uint64_t at = 0; at < transfers.size(); ++at) {
      transfers[at].id = TransferId{Uint128{batch * transfers.size() + at + 1, 0}};
      transfers[at].debit_account_id = AccountId{Uint128{1, 0}};
      transfers[at].credit_account_id = AccountId{Uint128{2, 0}};
      transfers[at].amount = Amount{Uint128{1, 0}};
      transfers[at].ledger = LedgerId{1};
      transfers[at].code = Code{1};
    }
    const auto result = client.create_transfers(transfers);
    ASSERT_TRUE(result.ok()) << result.error().what;
    ASSERT_EQ(result.value().status, RequestStatus::ok);
    created += transfers.size() - result.value().refusals.size();
    for (const Refusal& refusal : result.value().refusals) {
      ASSERT_EQ(CreateTransferStatus{refusal.status}, CreateTransferStatus::exists);
    }
  }
}

// Fault 37: the same idempotency keys at the same time.
TEST(RacingWritersTest, ATransferOfManySendersIsMadeOnce) {
  const test::ScratchDirectory scratch;
  RunningProcess engine{scratch.path(),
                        [](EngineProcessSettings& settings) { settings.engine.io_threads = 2; }};
  Client client{engine.client_settings()};
  std::vector<Account> accounts(2);
  for (std::uint64_t at = 0; at < accounts.size(); ++at) {
    accounts[at].id = AccountId{Uint128{at + 1, 0}};
    accounts[at].ledger = LedgerId{1};
    accounts[at].code = Code{1};
  }
  ASSERT_TRUE(client.create_accounts(accounts).ok());
  std::atomic<std::uint64_t> created{0};
  std::vector<std::thread> threads;
  for (std::uint64_t racer = 0; racer < writers; ++racer) {
    threads.emplace_back([&] { race_for_ids(engine.client_settings(), created); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(created.load(), 1'000U);
  const auto found = client.lookup_accounts(std::vector{accounts[0].id});
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found.value().accounts.at(0).debits_posted, (Amount{Uint128{1'000, 0}}));
}

// Fault 38: expected versions, and writers who race.
TEST(RacingWritersTest, OneWinsAndNothingIsLostOrDoubled) {
  const test::ScratchDirectory scratch;
  const std::filesystem::path& directory = scratch.path();
  std::uint64_t digest = 0;
  {
    RunningProcess engine{directory, [](EngineProcessSettings& settings) {
                            settings.engine.io_threads = 2;
                            settings.engine.query_threads = 2;
                          }};
    std::vector<std::thread> threads;
    for (std::uint64_t writer = 0; writer < writers; ++writer) {
      threads.emplace_back([&, writer] { race(engine.client_settings(), writer); });
    }
    for (std::thread& thread : threads) thread.join();
    Client client{engine.client_settings()};
    digest = client.state_digest().value().digest;
    expect_all_there(client);
  }
  {
    RunningProcess again{directory, [](EngineProcessSettings&) {}};
    Client client{again.client_settings()};
    EXPECT_EQ(client.state_digest().value().digest, digest);
    expect_all_there(client);
  }
}

}  // namespace
}  // namespace daybook
