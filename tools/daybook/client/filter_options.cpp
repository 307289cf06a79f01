#include "tools/daybook/client/filter_options.hpp"

#include <limits>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace daybook {

void add_filter_options(CLI::App& command, Queried queried, QueryCommandOptions& options) {
  const char* group = "Only those that match all of these";
  FilterTexts& filter = options.filter;
  if (queried == Queried::account_history) {
    command.add_flag("--debits", filter.debits, "What debited it (default: both)")->group(group);
    command.add_flag("--credits", filter.credits, "What credited it (default: both)")->group(group);
  } else {
    command.add_option("--ledger", filter.ledger, "The ledger's number")->group(group);
  }
  command
      .add_option("--from", filter.from,
                  "From this time on: 2026-01-31T12:00:00Z, or nanoseconds since 1970")
      ->group(group);
  command.add_option("--to", filter.to, "Up to this time, included")->group(group);
  command.add_option("--business,--business-id", filter.business, "Your reference; as an id")
      ->group(group);
  if (queried != Queried::accounts) {
    command
        .add_option("--trace,--trace-id", filter.trace,
                    "The trace id: 32 hexadecimal digits, a traceparent, or as an id")
        ->group(group);
  }
  command.add_option("--user,--user-id", filter.user, "A number of yours, 64 bits")->group(group);
  command.add_option("--tag", filter.tag, "A number of yours, 32 bits")->group(group);
  command.add_option("--code", filter.code, "Its code, 1 to 65535")->group(group);
  command.add_flag("--newest-first", filter.newest_first,
                   "The latest first (default: in order of creation)");
  auto* limit =
      command.add_option("--limit", options.limit, "At most so many")
          ->capture_default_str()
          ->check(CLI::Range(std::uint64_t{1}, std::numeric_limits<std::uint64_t>::max()));
  command.add_flag("--all", options.all, "All of them")->excludes(limit);
  add_names_option(command, options.names);
  add_client_options(command, options.client);
}

}  // namespace daybook
