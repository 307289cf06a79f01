#pragma once

#include <cstdint>
#include <string>

#include "tools/daybook/client/client_options.hpp"
#include "tools/daybook/text/filter_text.hpp"

namespace daybook {

/// Options of `account history`, `account balances`, `query accounts` and `query transfers`.
struct QueryCommandOptions {
  ClientOptions client;
  std::string account;  ///< Of a history: whose.
  FilterTexts filter;
  std::uint64_t limit = 100;
  bool all = false;    ///< Without a limit.
  bool names = false;  ///< Beside ids.
};

/// Prints what the filter lets pass, page after page up to the limit, and says when there is more.
int run_account_history(const QueryCommandOptions& options);
int run_account_balances(const QueryCommandOptions& options);
int run_query_accounts(const QueryCommandOptions& options);
int run_query_transfers(const QueryCommandOptions& options);

}  // namespace daybook
