#pragma once

#include <vector>

#include "tests/simulation/surroundings.hpp"

namespace daybook::test {

/// Makes up requests about accounts and ledgers.
class AccountWriter {
 public:
  /// `around` outlives the writer.
  explicit AccountWriter(Surroundings& around) : around_{around}, random_{around.random} {}

  void fill_accounts(WriteRequest& request, bool imports);
  void fill_changes(WriteRequest& request);
  void fill_ledgers(WriteRequest& request);

 private:
  AccountId account_id_to_create();
  Account some_account();
  Account repeated_account();
  void spoil(Account& account);
  AccountChange some_change();
  void choose_limits(AccountChange& change);
  void spoil(AccountChange& change);
  Ledger some_ledger();

  Surroundings& around_;
  Random& random_;
  std::vector<Account> asked_;
};

}  // namespace daybook::test
