#pragma once

#include "tools/daybook/client/client_options.hpp"
#include "tools/daybook/text/as_of_text.hpp"

namespace daybook {

/// Prints the sums of each ledger, now or as of `as_of` where that is given. exit_code::no when
/// debits and credits of any differ.
int run_trial_balance(const ClientOptions& options, const AsOfTexts& as_of);

}  // namespace daybook
