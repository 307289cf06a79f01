#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/daybook/client/client_options.hpp"
#include "tools/daybook/text/as_of_text.hpp"

namespace daybook {

/// Options of `account get`, `transfer get` and `hold get`.
struct GetOptions {
  ClientOptions client;
  std::vector<std::string> ids;
  bool names = false;  ///< Beside ids.
};

/// Prints those found and names those not; exit_code::no when any was not found.
int run_account_get(const GetOptions& options);
int run_transfer_get(const GetOptions& options);
/// As of a moment where `as_of` is given.
int run_hold_get(const GetOptions& options, const AsOfTexts& as_of);

/// Options of `account list`.
struct ListOptions {
  ClientOptions client;
  std::string after;  ///< The account to begin after; empty: the beginning.
  std::uint32_t limit = 100;
  bool all = false;    ///< Page after page to the end.
  bool names = false;  ///< Beside ids.
};

int run_account_list(const ListOptions& options);

}  // namespace daybook
