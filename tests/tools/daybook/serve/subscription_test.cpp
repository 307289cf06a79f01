// Subscriptions over real sockets, while others write: from the past to the present with every
// sequence exactly once, over lost connections and a restarted engine too; filters that let nothing
// pass; consumers that are too slow; limits. ThreadSanitizer runs this.
//
// Method: a consumer demands that each sequence is the one before it and 1.

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sched.h>

#include "tests/support/rounds.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/tools/daybook/serve/running_process.hpp"

namespace daybook {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t account_count = 50;
constexpr std::uint64_t batch_size = 250;

void create_accounts(Client& client) {
  std::vector<Account> accounts(account_count);
  for (std::uint64_t at = 0; at < account_count; ++at) {
    accounts[at].id = AccountId{Uint128{at + 1, 0}};
    accounts[at].ledger = LedgerId{1};
    accounts[at].code = Code{1};
  }
  const auto result = client.create_accounts(accounts);
  ASSERT_TRUE(result.ok() && result.value().refusals.empty());
}

// Returns the last sequence of what it wrote.
std::uint64_t write_transfers(Client& client, std::uint64_t writer, std::uint64_t batches) {
  std::uint64_t last = 0;
  for (std::uint64_t batch = 0; batch < batches; ++batch) {
    std::vector<Transfer> transfers(batch_size);
    for (std::uint64_t at = 0; at < batch_size; ++at) {
      Transfer& made = transfers[at];
      made.id = TransferId{Uint128{batch * batch_size + at + 1, writer}};
      made.debit_account_id = AccountId{Uint128{at % account_count + 1, 0}};
      made.credit_account_id = AccountId{Uint128{(at + 3) % account_count + 1, 0}};
      made.amount = Amount{Uint128{1, 0}};
      made.ledger = LedgerId{1};
      made.code = Code{1};
    }
    const auto result = client.create_transfers(transfers);
    EXPECT_TRUE(result.ok()) << result.error().what;
    if (!result.ok()) return last;
    EXPECT_TRUE(result.value().refusals.empty());
    last = result.value().first_sequence.value() + batch_size;
  }
  return last;
}

/// Takes everything from `next` on, and nothing twice.
class Consumer {
 public:
  explicit Consumer(std::uint64_t next) : next_{next} {}

  void subscribe(Client& client, const Subscription& wanted = {}) {
    Subscription from = wanted;
    if (from.start == SubscriptionStart::sequence) from.from = next_;
    client.subscribe(
        from, [this](const EventBatch& batch) { take(batch); },
        [this](const SubscriptionEnd& end) { end_ = end; });
  }

  void take(const EventBatch& batch) {
    ++batches_;
    durable_ = batch.durable.value();
    for (const EventView& event : batch.events) {
      if (event.record.sequence.value() != next_) ++wrong_;
      next_ = event.record.sequence.value() + 1;
    }
    if (!batch.events.empty() && batch.through.value() + 1 != next_) ++wrong_;
    through_ = batch.through.value();
  }

  /// Drives the client until everything up to `sequence` has come.
  void wait_for(Client& client, const std::function<bool()>& done) {
    while (!end_ && !done()) client.loop().turn(milliseconds{20});
    ASSERT_FALSE(end_) << end_->words;
  }
  void wait_for(Client& client, std::uint64_t sequence) {
    wait_for(client, [&] { return through_ >= sequence; });
  }

  std::uint64_t next_;
  std::uint64_t through_ = 0;
  std::uint64_t durable_ = 0;
  std::uint64_t batches_ = 0;
  std::uint64_t wrong_ = 0;
  std::optional<SubscriptionEnd> end_;
};

// Fault 40: a consumer that catches up under load.
TEST(SubscriptionTest, FromThePastToThePresentEverySequenceIsThereOnce) {
  const test::ScratchDirectory directory;
  RunningProcess engine{directory.path(), [](EngineProcessSettings& settings) {
                          settings.engine.io_threads = 2;
                          settings.engine.state.transfer_ids_max = 4'000'000;
                        }};
  Client first{engine.client_settings()};
  create_accounts(first);
  // Each consumer begins in the past and goes over into the present while the writers go on.
  const std::uint64_t batches = test::rounds(120, 1'400);
  write_transfers(first, 100, batches / 4);
  std::atomic<std::uint64_t> last{0};
  std::atomic<int> writing{2};
  std::vector<std::thread> threads;
  for (std::uint64_t writer = 1; writer <= 2; ++writer) {
    threads.emplace_back([&, writer] {
      Client client{engine.client_settings()};
      const std::uint64_t mine = write_transfers(client, writer, batches);
      for (std::uint64_t seen = last.load();
           seen < mine && !last.compare_exchange_weak(seen, mine);) {
      }
      --writing;
    });
  }
  std::atomic<std::uint64_t> events{0};
  for (std::uint64_t consumer = 0; consumer < 3; ++consumer) {
    threads.emplace_back([&, consumer] {
      Client client{engine.client_settings()};
      Consumer consumes{1 + consumer * 777};
      Subscription wanted;
      wanted.window_bytes = consumer == 0 ? 16 * 1'024 : 0;
      consumes.subscribe(client, wanted);
      consumes.wait_for(client, [&] { return writing == 0 && consumes.through_ >= last.load(); });
      EXPECT_EQ(consumes.wrong_, 0U);
      EXPECT_GE(consumes.next_, last.load());
      events += consumes.next_ - 1 - consumer * 777;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GE(events + (1 + 2) * 777, 3 * 2 * batches * batch_size);
}

TEST(SubscriptionTest, GoesOnWhereItWasWhenTheEngineIsStartedAgain) {
  const test::ScratchDirectory directory;
  std::uint16_t port = 0;
  ClientSettings settings;
  std::optional<RunningProcess> engine;
  engine.emplace(directory.path());
  settings = engine->client_settings();
  port = settings.port;
  Client writer{settings};
  create_accounts(writer);
  Client client{settings};
  Consumer consumes{1};
  consumes.subscribe(client);
  for (std::uint64_t round = 1; round <= 3; ++round) {
    consumes.wait_for(client, write_transfers(writer, round, 4));
    if (round == 3) break;
    engine.reset();
    engine.emplace(directory.path(), RunningProcess::Change{}, [port](ServerSettings& server) {
      server.listen = "127.0.0.1:" + std::to_string(port);
    });
  }
  EXPECT_EQ(consumes.wrong_, 0U);
  EXPECT_GT(consumes.next_, 3 * 4 * batch_size);
}

// Fault 41: how far a filtered one has come.
TEST(SubscriptionTest, OneThatLetsNothingPassIsToldHowFarItHasCome) {
  const test::ScratchDirectory directory;
  RunningProcess engine{directory.path()};
  Client writer{engine.client_settings()};
  create_accounts(writer);
  const std::uint64_t last = write_transfers(writer, 1, 4);
  Client client{engine.client_settings()};
  Consumer consumes{1};
  Subscription wanted;
  wanted.event_types[0] = id_of("never.happens");
  wanted.event_type_count = 1;
  consumes.subscribe(client, wanted);
  consumes.wait_for(client, last);
  EXPECT_EQ(consumes.next_, 1U);
  // As far as that a checkpoint may go, and the next one begins there.
  const EventCheckpoint checkpoint = make_checkpoint("nothing", consumes.through_);
  const auto put = client.put_checkpoints({&checkpoint, 1});
  ASSERT_TRUE(put.ok() && put.value().refusals.empty());
  Consumer from_there{consumes.through_ + 1};
  Subscription behind;
  behind.start = SubscriptionStart::checkpoint;
  behind.set_checkpoint_name("nothing");
  from_there.subscribe(client, behind);
  from_there.wait_for(client, write_transfers(writer, 2, 1));
  EXPECT_EQ(from_there.wrong_, 0U);
  const auto found = client.lookup_checkpoints();
  ASSERT_TRUE(found.ok());
  ASSERT_EQ(found.value().checkpoints.size(), 1U);
  EXPECT_EQ(found.value().checkpoints[0].sequence, consumes.through_);
}

TEST(SubscriptionTest, BeginsWithWhatIsNewOrAtATime) {
  const test::ScratchDirectory directory;
  RunningProcess engine{directory.path()};
  Client writer{engine.client_settings()};
  create_accounts(writer);
  const std::uint64_t before = write_transfers(writer, 1, 2);
  Client client{engine.client_settings()};
  Consumer fresh{before + 1};
  Subscription now;
  now.start = SubscriptionStart::now;
  fresh.subscribe(client, now);
  fresh.wait_for(client, before);  // Accepted: what comes from here on is new.
  const std::uint64_t last = write_transfers(writer, 2, 2);
  fresh.wait_for(client, last);
  EXPECT_EQ(fresh.wrong_, 0U);

  std::vector<EventRecord> all;
  Consumer everything{1};
  client.subscribe({},
                   [&](const EventBatch& batch) {
                     everything.take(batch);
                     for (const EventView& each : batch.events) all.push_back(each.record);
                   },
                   {});
  everything.wait_for(client, last);
  ASSERT_GE(all.size(), last);
  const EventRecord& middle = all[before];  // The first of an entry.
  Subscription at_time;
  at_time.start = SubscriptionStart::time;
  at_time.from = middle.commit_time.value();
  std::uint64_t first = 1;
  for (const EventRecord& each : all) {
    if (each.commit_time.value() < at_time.from) first = each.sequence.value() + 1;
  }
  Consumer later{first};
  later.subscribe(client, at_time);
  later.wait_for(client, last);
  EXPECT_EQ(later.wrong_, 0U);
  EXPECT_GT(first, 1U);
}

// Fault 42: a consumer slower than the journal.
TEST(SubscriptionTest, AConsumerThatIsTooSlowIsToldSoAndCostsNoMoreThanItsWindow) {
  const test::ScratchDirectory directory;
  RunningProcess engine{directory.path(), RunningProcess::Change{},
                        [](ServerSettings& server) { server.consumer_slow_after_ns = 20'000'000; }};
  Client writer{engine.client_settings()};
  create_accounts(writer);
  Subscription wanted;
  wanted.window_bytes = 16 * 1'024;
  std::size_t bytes = 0;
  std::optional<SubscriptionEnd> end;
  Client client{engine.client_settings()};
  write_transfers(writer, 1, 40);
  client.subscribe(
      wanted,
      [&](const EventBatch& batch) {
        for (const EventView& each : batch.events) {
          bytes += sizeof(EventRecord) + each.fact.size() + each.payload.size();
        }
        // As good as stuck: it acknowledges nothing until it is too late.
        while (bytes > 0 && engine.stats().consumers_too_slow == 0) ::sched_yield();
      },
      [&](const SubscriptionEnd& why) { end = why; });
  ASSERT_TRUE(client.loop().run_until([&] { return end.has_value(); }).ok());
  EXPECT_EQ(end->status, RequestStatus::consumer_too_slow);
  EXPECT_EQ(end->words, in_words(RequestStatus::consumer_too_slow));
  EXPECT_FALSE(end->failure);
  EXPECT_LE(bytes, 16 * 1'024 + limits::subscription_batch_bytes_max + 512);
  // The connection goes on, and so may a new subscription.
  Consumer consumes{1};
  consumes.subscribe(client);
  consumes.wait_for(client, write_transfers(writer, 2, 1));
  EXPECT_EQ(consumes.wrong_, 0U);
}

TEST(SubscriptionTest, IsRefusedInWords) {
  const test::ScratchDirectory directory;
  RunningProcess engine{directory.path()};
  Client client{engine.client_settings()};
  create_accounts(client);
  const auto refused = [&](const Subscription& wanted) {
    std::optional<SubscriptionEnd> end;
    client.subscribe(
        wanted, [](const EventBatch&) {}, [&](const SubscriptionEnd& why) { end = why; });
    EXPECT_TRUE(client.loop().run_until([&] { return end.has_value(); }).ok());
    return *end;
  };
  Subscription unknown;
  unknown.start = SubscriptionStart::checkpoint;
  unknown.set_checkpoint_name("nobody");
  EXPECT_EQ(refused(unknown).status, RequestStatus::checkpoint_unknown);
  Subscription wrong;
  wrong.account_count = 9;
  EXPECT_EQ(refused(wrong).status, RequestStatus::filter_invalid);
  EXPECT_EQ(refused(wrong).words, "more than 8 accounts are given");

  std::vector<SubscriptionId> ids;
  std::uint32_t begun = 0;
  for (std::uint32_t at = 0; at < limits::subscriptions_per_connection_max; ++at) {
    ids.push_back(client.subscribe(
        {}, [&](const EventBatch& batch) { begun += batch.events.empty() ? 1 : 0; }, {}));
  }
  ASSERT_TRUE(client.loop().run_until([&] { return begun >= ids.size(); }).ok());
  EXPECT_EQ(refused({}).status, RequestStatus::too_many_subscriptions);
  client.unsubscribe(ids[3]);
  // Its place is free once the engine has let go of it.
  std::optional<SubscriptionEnd> end;
  bool accepted = false;
  while (!accepted) {
    end.reset();
    client.subscribe(
        {}, [&](const EventBatch&) { accepted = true; },
        [&](const SubscriptionEnd& why) { end = why; });
    ASSERT_TRUE(client.loop().run_until([&] { return accepted || end; }).ok());
  }
}

TEST(SubscriptionTest, AnEngineHasALimitOfThem) {
  const test::ScratchDirectory directory;
  RunningProcess engine{directory.path()};
  std::uint32_t accepted = 0;
  std::optional<SubscriptionEnd> end;
  ClientLoop loop;
  std::vector<std::unique_ptr<Client>> clients;
  constexpr std::uint32_t each_has = limits::subscriptions_per_connection_max;
  for (std::uint32_t at = 0; at < limits::subscriptions_max / each_has; ++at) {
    clients.push_back(std::make_unique<Client>(loop, engine.client_settings()));
    for (std::uint32_t each = 0; each < each_has; ++each) {
      auto counted = std::make_shared<bool>(false);
      clients.back()->subscribe(
          {},
          [&accepted, counted](const EventBatch&) {
            if (!std::exchange(*counted, true)) ++accepted;
          },
          [&](const SubscriptionEnd& why) { end = why; });
    }
  }
  ASSERT_TRUE(loop.run_until([&] { return accepted == limits::subscriptions_max || end; }).ok());
  ASSERT_FALSE(end) << end->words;
  Client one_more{loop, engine.client_settings()};
  one_more.subscribe(
      {}, [](const EventBatch&) {}, [&](const SubscriptionEnd& why) { end = why; });
  ASSERT_TRUE(loop.run_until([&] { return end.has_value(); }).ok());
  EXPECT_EQ(end->status, RequestStatus::too_many_subscriptions);
  EXPECT_EQ(end->words, "the engine has 256 subscriptions, the limit; try again later");
}

}  // namespace
}  // namespace daybook
