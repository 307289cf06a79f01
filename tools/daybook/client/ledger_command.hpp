#pragma once

#include <cstdint>
#include <string>

#include "tools/daybook/client/client_options.hpp"

namespace daybook {

struct LedgerPutOptions {
  ClientOptions client;
  WriteOptions write;
  std::uint32_t id = 0;
  std::string name;
  std::uint32_t scale = 0;
  std::string kind;
};

/// exit_code::no when the ledger was refused.
int run_ledger_put(const LedgerPutOptions& options);

int run_ledger_list(const ClientOptions& options);

}  // namespace daybook
