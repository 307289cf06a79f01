#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/client/as_of_command.hpp"
#include "tools/daybook/client/as_of_options.hpp"
#include "tools/daybook/client/create_options.hpp"
#include "tools/daybook/client/filter_options.hpp"
#include "tools/daybook/client/get_command.hpp"
#include "tools/daybook/client/query_command.hpp"
#include "tools/daybook/command.hpp"

namespace daybook {
namespace {

void register_create_account(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<CreateOptions>();
  CLI::App* command = group.add_subcommand("create", "Create one account, or those of a file");
  add_create_options<Account>(*command, *options);
  command->footer(
      "--business and --user also become the account's own where --business-id and --user-id are\n"
      "not given. The texts of name:TEXT in its id and business id are kept as their names, and "
      "so\n"
      "is --name; see daybook name. With --json, one line an account: index, id, status, "
      "timestamp, sequence.\n"
      "Examples:\n"
      "  daybook account create --id 1 --ledger 978 --code 10\n"
      "  daybook account create --id 7 --name till-7 --ledger 978 --code 20 \\\n"
      "      --debits-must-not-exceed-credits\n"
      "  echo '{\"id\": \"3\", \"ledger\": 978, \"code\": 10}' | daybook account create --file -");
  command->callback([&context, options] { context.exit_code = run_create<Account>(*options); });
}

void register_get_account(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<GetOptions>();
  auto as_of = std::make_shared<AsOfTexts>();
  CLI::App* command =
      group.add_subcommand("get", "Show accounts and their balances, now or as of any time");
  command->add_option("id", options->ids, "Ids: decimal, 0xHEX or name:TEXT")->required();
  add_as_of_options(*command, *as_of);
  add_names_option(*command, options->names);
  add_client_options(*command, options->client);
  command->footer(
      "As of a moment, limits are shown too. Without an engine: daybook state DIR --account ID.\n"
      "Exit code 1 when an account was not found.\n"
      "Examples:\n"
      "  daybook account get 1 2 name:till-7\n"
      "  daybook account get 1 --at-time 2026-01-31T12:00:00Z");
  command->callback([&context, options, as_of] {
    context.exit_code =
        as_of->given() ? run_account_get_at(*options, *as_of) : run_account_get(*options);
  });
}

void register_list_account(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* command = group.add_subcommand("list", "List accounts in the order of their creation");
  command->add_option("--after", options->after, "Begin after this account");
  command->add_option("--limit", options->limit, "At most so many")
      ->capture_default_str()
      ->check(CLI::Range(1U, limits::batch_events_max));
  command->add_flag("--all", options->all, "All of them, page after page");
  add_names_option(*command, options->names);
  add_client_options(*command, options->client);
  command->footer(
      "Example:\n"
      "  daybook account list --limit 20 --names");
  command->callback([&context, options] { context.exit_code = run_account_list(*options); });
}

void register_history(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<QueryCommandOptions>();
  CLI::App* command =
      group.add_subcommand("history", "The transfers that debited or credited an account");
  command->add_option("id", options->account, "The account: decimal, 0xHEX or name:TEXT")
      ->required();
  add_filter_options(*command, Queried::account_history, *options);
  command->footer(
      "Example:\n"
      "  daybook account history name:till-7 --credits --from 2026-01-31T00:00:00Z --newest-first");
  command->callback([&context, options] { context.exit_code = run_account_history(*options); });
}

void register_balances(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<QueryCommandOptions>();
  CLI::App* command =
      group.add_subcommand("balances", "An account's balances after each of its transfers");
  command->add_option("id", options->account, "The account: decimal, 0xHEX or name:TEXT")
      ->required();
  add_filter_options(*command, Queried::account_history, *options);
  command->footer(
      "A row for each transfer that 'account history' shows. What an expired hold gave back is in\n"
      "the rows that follow.\n"
      "Example:\n"
      "  daybook account balances name:till-7 --newest-first --limit 1");
  command->callback([&context, options] { context.exit_code = run_account_balances(*options); });
}

}  // namespace

void register_account(CLI::App& app, CommandContext& context) {
  CLI::App* group = app.add_subcommand("account", "Create, show and change accounts");
  group->require_subcommand(1);
  group->footer("Example:\n  daybook account get 1");
  register_create_account(*group, context);
  register_get_account(*group, context);
  register_list_account(*group, context);
  register_history(*group, context);
  register_balances(*group, context);
  register_account_changes(*group, context);
}

}  // namespace daybook
