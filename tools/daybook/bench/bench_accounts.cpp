#include "tools/daybook/bench/bench_accounts.hpp"

#include <vector>

#include "net/client/client.hpp"

namespace daybook {

Result<void> open_bench_accounts(Client& client, std::uint64_t count) {
  Ledger ledger;
  ledger.id = bench_ledger;
  ledger.set_name("bench");
  if (auto put = client.put_ledgers({&ledger, 1}); !put) return put.error();
  std::vector<Account> accounts;
  for (std::uint64_t id = 1; id <= count; ++id) {
    Account account;
    account.id = AccountId{Uint128{id, 0}};
    account.ledger = bench_ledger;
    account.code = Code{1};
    accounts.push_back(account);
    if (accounts.size() < limits::batch_events_max && id < count) continue;
    const auto created = client.create_accounts(accounts);
    if (!created) return created.error();
    if (!created.value().refusals.empty()) {
      return Failure{FailureKind::invalid, "an account was refused"};
    }
    accounts.clear();
  }
  return {};
}

Result<BenchBalances> sum_balances(Client& client, std::uint64_t count) {
  BenchBalances sums;
  std::vector<AccountId> ids;
  for (std::uint64_t id = 1; id <= count; ++id) {
    ids.push_back(AccountId{Uint128{id, 0}});
    if (ids.size() < limits::batch_events_max && id < count) continue;
    const auto found = client.lookup_accounts(ids);
    if (!found) return found.error();
    for (const Account& each : found.value().accounts) {
      sums.debits += each.debits_posted.value().wide();
      sums.credits += each.credits_posted.value().wide();
      sums.pending += each.debits_pending.value().wide() + each.credits_pending.value().wide();
    }
    ids.clear();
  }
  return sums;
}

}  // namespace daybook
