#pragma once

#include "tools/daybook/client/get_command.hpp"
#include "tools/daybook/text/as_of_text.hpp"

namespace daybook {

/// Prints accounts as they were; exit_code::no when any was not there then.
int run_account_get_at(const GetOptions& options, const AsOfTexts& as_of);

}  // namespace daybook
