#pragma once

#include "tools/daybook/client/query_command.hpp"

namespace CLI {
class App;
}

namespace daybook {

/// What a query is about, and so which filters it has.
enum class Queried : std::uint8_t { account_history, accounts, transfers };

/// Adds the filters, --limit, --all, --names and the options of clients. `options` must live as
/// long as `command`.
void add_filter_options(CLI::App& command, Queried queried, QueryCommandOptions& options);

}  // namespace daybook
