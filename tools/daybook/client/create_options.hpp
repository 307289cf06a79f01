#pragma once

#include <string_view>

#include "tools/daybook/client/create_command.hpp"

namespace CLI {
class App;
}

namespace daybook {

/// Adds an option for each field that may be read (--business-id for business_id, --flag for one
/// of flags) and for each flag (--pending for --flag pending), --file, and the options of clients
/// and writes. `options` must live as long as `command`. Defined for Account and Transfer.
template <typename Event>
void add_create_options(CLI::App& command, CreateOptions& options);

}  // namespace daybook
