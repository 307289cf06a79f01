#pragma once

#include <string>
#include <vector>

#include "tools/daybook/client/client_options.hpp"

namespace daybook {

/// Options of `tcc begin`, `tcc try` and `tcc cancel`; each uses its own.
struct TccOptions {
  ClientOptions client;
  WriteOptions write;
  std::string gid;
  std::string created;        ///< Empty: the gid is a UUIDv7.
  std::string business_type;  ///< Of begin.
  std::string timeout;        ///< Of begin; empty: 30 minutes.
  std::uint64_t branch = 0;   ///< Of try and cancel.
  std::string nested;         ///< Of try of a transaction.
  std::string saga;           ///< Of try of a saga, as the next.
  std::string patience = "30s";
  std::string debit;  ///< Of try of a hold, as the following.
  std::string credit;
  std::string amount;
  std::string ledger;
  std::uint16_t code = 0;
  std::uint32_t tag = 0;
};

/// Options of `tcc confirm`.
struct TccConfirmOptions {
  ClientOptions client;
  WriteOptions write;
  std::string gid;
  std::vector<std::string> branches;  ///< "BRANCH" for all of it, or "BRANCH=AMOUNT".
  std::string created;                ///< As in TccOptions.
  std::string ledger;                 ///< By whose scale amounts are.
};

struct TccGetOptions {
  ClientOptions client;
  std::vector<std::string> gids;
};

struct TccListOptions {
  ClientOptions client;
  std::vector<std::string> states;  ///< Empty: all.
  std::uint32_t limit = 100;
};

/// exit_code::no when it was refused; one that was done before, just so, is good.
int run_tcc_begin(const TccOptions& options);
int run_tcc_try(const TccOptions& options);
int run_tcc_confirm(const TccConfirmOptions& options);
int run_tcc_cancel(const TccOptions& options);
/// exit_code::no where one is not there.
int run_tcc_get(const TccGetOptions& options);
int run_tcc_list(const TccListOptions& options);

}  // namespace daybook
