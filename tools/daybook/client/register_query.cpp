#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/client/filter_options.hpp"
#include "tools/daybook/client/query_command.hpp"
#include "tools/daybook/command.hpp"

namespace daybook {
namespace {

void register_accounts(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<QueryCommandOptions>();
  CLI::App* command =
      group.add_subcommand("accounts", "Accounts by reference, user, tag, ledger, code or time");
  add_filter_options(*command, Queried::accounts, *options);
  command->footer(
      "Balances are those of now. --from and --to are about when the account was created.\n"
      "Example:\n"
      "  daybook query accounts --user 7 --ledger 978");
  command->callback([&context, options] { context.exit_code = run_query_accounts(*options); });
}

void register_transfers(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<QueryCommandOptions>();
  CLI::App* command =
      group.add_subcommand("transfers", "Transfers by reference, trace, user, tag, code or time");
  add_filter_options(*command, Queried::transfers, *options);
  command->footer(
      "Those of one account: daybook account history.\n"
      "Example:\n"
      "  daybook query transfers --business name:order-7 --newest-first --limit 10");
  command->callback([&context, options] { context.exit_code = run_query_transfers(*options); });
}

}  // namespace

void register_query(CLI::App& app, CommandContext& context) {
  CLI::App* group = app.add_subcommand("query", "Find accounts and transfers by their fields");
  group->require_subcommand(1);
  group->footer("Example:\n  daybook query transfers --business name:order-7");
  register_accounts(*group, context);
  register_transfers(*group, context);
}

}  // namespace daybook
