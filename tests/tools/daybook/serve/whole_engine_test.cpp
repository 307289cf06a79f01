// The whole engine on a real directory and real sockets: several clients write and read at once
// while segments rotate, then everything is stopped, recovered, and must be the same.
//
// Method: each client sends transfers of its own ids, some of them twice and some wrong, and checks
// every answer; the sums over all accounts must agree with what was acknowledged. This is the test
// that ThreadSanitizer runs: every thread of the engine takes part.

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/scratch_directory.hpp"
#include "tests/tools/daybook/serve/running_process.hpp"

namespace daybook {
namespace {

constexpr std::uint64_t account_count = 200;
constexpr std::uint64_t clients = 3;
constexpr std::uint64_t batches = 40;
constexpr std::uint64_t batch_size = 500;

// So few that nearly all ids leave memory within the test.
void few_ids_in_memory(EngineProcessSettings& settings) {
  settings.engine.state.ids_a_generation = 4'000;
}

Account account(std::uint64_t number) {
  Account made;
  made.id = AccountId{Uint128{number, 0}};
  made.ledger = LedgerId{1};
  made.code = Code{1};
  return made;
}

Transfer transfer(std::uint64_t client, std::uint64_t number) {
  Transfer made;
  made.id = TransferId{Uint128{number + 1, client + 1}};
  made.debit_account_id = AccountId{Uint128{number % account_count + 1, 0}};
  made.credit_account_id = AccountId{Uint128{(number + 7) % account_count + 1, 0}};
  made.amount = Amount{Uint128{number % 100 + 1, 0}};
  made.ledger = LedgerId{1};
  made.code = Code{1};
  return made;
}

// Sends the client's transfers; every tenth batch is repeated under a new request number, and each
// batch has one transfer to an account that is not there.
void work(const ClientSettings& settings, std::uint64_t who, std::atomic<std::uint64_t>& moved) {
  Client client{settings};
  for (std::uint64_t batch = 0; batch < batches; ++batch) {
    std::vector<Transfer> transfers;
    for (std::uint64_t at = 0; at < batch_size; ++at) {
      transfers.push_back(transfer(who, batch * batch_size + at));
    }
    transfers[3].credit_account_id = AccountId{Uint128{999'999, 0}};
    const auto result = client.create_transfers(transfers);
    ASSERT_TRUE(result.ok()) << result.error().what;
    ASSERT_EQ(result.value().refusals.size(), 1U);
    ASSERT_EQ(result.value().refusals[0].status,
              static_cast<std::uint16_t>(CreateTransferStatus::credit_account_not_found));
    for (std::uint64_t at = 0; at < batch_size; ++at) {
      if (at != 3) moved += transfers[at].amount.value().lo;
    }
    if (batch % 10 == 0) {
      const auto again = client.create_transfers(transfers);
      ASSERT_TRUE(again.ok());
      ASSERT_EQ(again.value().refusals.size(), batch_size);
      for (const Refusal& refusal : again.value().refusals) {
        const auto wanted = refusal.index == 3 ? CreateTransferStatus::id_already_failed
                                               : CreateTransferStatus::exists;
        ASSERT_EQ(refusal.status, static_cast<std::uint16_t>(wanted));
      }
    }
    const std::vector<TransferId> ids{transfers[0].id, transfers[3].id};
    const auto found = client.lookup_transfers(ids);
    ASSERT_TRUE(found.ok()) << found.error().what;
    ASSERT_EQ(found.value().transfers.size(), 1U);
    ASSERT_EQ(found.value().transfers[0].id, ids[0]);
    ASSERT_EQ(found.value().missing, std::vector<TransferId>{ids[1]});
  }
}

// Sends all that the client has ever sent, under new request numbers: every id is known, and found.
void expect_known(const ClientSettings& settings, std::uint64_t who) {
  Client client{settings};
  for (std::uint64_t batch = 0; batch < batches; ++batch) {
    std::vector<Transfer> transfers;
    std::vector<TransferId> ids;
    for (std::uint64_t at = 0; at < batch_size; ++at) {
      transfers.push_back(transfer(who, batch * batch_size + at));
      ids.push_back(transfers.back().id);
    }
    const auto again = client.create_transfers(transfers);
    ASSERT_TRUE(again.ok()) << again.error().what;
    ASSERT_EQ(again.value().refusals.size(), batch_size);
    for (const Refusal& refusal : again.value().refusals) {
      const auto wanted = refusal.index == 3 ? CreateTransferStatus::id_already_failed
                                             : CreateTransferStatus::exists;
      ASSERT_EQ(refusal.status, static_cast<std::uint16_t>(wanted));
    }
    const auto found = client.lookup_transfers(ids);
    ASSERT_TRUE(found.ok()) << found.error().what;
    ASSERT_EQ(found.value().missing, std::vector<TransferId>{ids[3]});
  }
}

std::uint64_t sum_of_debits(Client& client) {
  std::vector<AccountId> ids;
  for (std::uint64_t number = 1; number <= account_count; ++number) {
    ids.push_back(account(number).id);
  }
  const auto found = client.lookup_accounts(ids);
  EXPECT_TRUE(found.ok() && found.value().accounts.size() == account_count);
  std::uint64_t debits = 0;
  std::uint64_t credits = 0;
  for (const Account& each : found.value().accounts) {
    debits += each.debits_posted.value().lo;
    credits += each.credits_posted.value().lo;
  }
  EXPECT_EQ(debits, credits);
  return debits;
}

class WholeEngineTest : public ::testing::Test {
 protected:
  test::ScratchDirectory scratch_;
  std::filesystem::path directory_ = scratch_.path();
};

TEST_F(WholeEngineTest, ServesSeveralClientsAndRecoversTheSame) {
  std::atomic<std::uint64_t> moved{0};
  std::uint64_t digest = 0;
  Sequence sequence;
  {
    RunningProcess engine{directory_, [](EngineProcessSettings& settings) {
                            settings.engine.io_threads = 2;
                            settings.engine.query_threads = 2;
                            few_ids_in_memory(settings);
                          }};
    Client client{engine.client_settings()};
    std::vector<Account> accounts;
    for (std::uint64_t number = 1; number <= account_count; ++number) {
      accounts.push_back(account(number));
    }
    ASSERT_TRUE(client.create_accounts(accounts).ok());
    std::vector<std::thread> threads;
    for (std::uint64_t who = 0; who < clients; ++who) {
      threads.emplace_back([&, who] { work(engine.client_settings(), who, moved); });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(sum_of_debits(client), moved.load());
    const auto answer = client.state_digest();
    ASSERT_TRUE(answer.ok());
    digest = answer.value().digest;
    sequence = answer.value().sequence;
  }
  RunningProcess again{directory_, few_ids_in_memory};
  EXPECT_GT(again.process().engine().live_state().segment_opened(), 1U);  // It did rotate.
  Client client{again.client_settings()};
  const auto answer = client.state_digest();
  ASSERT_TRUE(answer.ok());
  // Hashes of sealed segments may have become facts since: at least what was there is there.
  EXPECT_GE(answer.value().sequence, sequence);
  if (answer.value().sequence == sequence) {
    EXPECT_EQ(answer.value().digest, digest);
  }
  EXPECT_EQ(sum_of_debits(client), moved.load());
  EXPECT_GE(again.process().engine().id_runs().share()->generations, 10U);
  for (std::uint64_t who = 0; who < clients; ++who) expect_known(again.client_settings(), who);
  EXPECT_EQ(sum_of_debits(client), moved.load());
}

}  // namespace
}  // namespace daybook
