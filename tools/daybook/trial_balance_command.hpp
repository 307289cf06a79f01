#pragma once

#include "tools/daybook/client_options.hpp"

namespace daybook {

/// Prints the sums of each ledger. exit_code::no when debits and credits of any differ.
int run_trial_balance(const ClientOptions& options);

}  // namespace daybook
