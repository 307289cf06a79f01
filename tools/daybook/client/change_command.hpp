#pragma once

#include <string>
#include <vector>

#include "engine/model/account_change.hpp"
#include "tools/daybook/client/client_options.hpp"

namespace daybook {

/// Options of `account limits`, `freeze`, `unfreeze`, `close` and `reopen`: one change, of one or
/// more accounts, in one request.
struct ChangeOptions {
  ClientOptions client;
  WriteOptions write;
  std::vector<std::string> ids;
  std::string reason;
  std::string minimum;   ///< Of limits, by the ledger's scale; empty: none.
  std::string maximum;   ///< Of limits, by the ledger's scale; empty: none.
  bool clear = false;    ///< Of limits: take them away.
  bool debits = false;   ///< Of freeze and unfreeze. Neither: both.
  bool credits = false;  ///< Of freeze and unfreeze.
};

/// exit_code::no when any account was not changed.
int run_account_limits(const ChangeOptions& options);
/// Of all kinds but limits.
int run_account_change(const ChangeOptions& options, AccountChangeKind kind);

}  // namespace daybook
