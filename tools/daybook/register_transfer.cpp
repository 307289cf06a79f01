#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/command.hpp"
#include "tools/daybook/create_options.hpp"
#include "tools/daybook/get_command.hpp"

namespace daybook {
namespace {

void register_create(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<CreateOptions>();
  CLI::App* command = group.add_subcommand("create", "Post one transfer, or those of a file");
  add_create_options<Transfer>(*command, *options);
  command->footer(
      "The id makes a repeat harmless: the same transfer again answers 'exists'. Left out, a new\n"
      "one is made and printed, so running the command again posts again.\n"
      "--business, --user and --trace also become the transfer's own where --business-id, "
      "--user-id\n"
      "and --trace-id are not given. In a file, amount is a string by the ledger's scale, or\n"
      "amount_minor a whole number of the minor unit; one bad line and nothing is sent. With\n"
      "--json, one line a transfer: index, id, status, timestamp, sequence.\n"
      "Examples:\n"
      "  daybook transfer create --id 7001 --debit 1 --credit 2 --amount 12.50 --ledger 978 --code "
      "1\n"
      "  daybook transfer create --file transfers.jsonl --json\n"
      "A line of the file:\n"
      "  {\"id\": \"7002\", \"debit_account_id\": \"1\", \"credit_account_id\": \"2\",\n"
      "   \"amount\": \"3.00\", \"ledger\": 978, \"code\": 1, \"flags\": [\"linked\"]}");
  command->callback([&context, options] { context.exit_code = run_create<Transfer>(*options); });
}

void register_get(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<GetOptions>();
  CLI::App* command = group.add_subcommand("get", "Show transfers");
  command->add_option("id", options->ids, "Ids: decimal, 0xHEX or name:TEXT")->required();
  add_client_options(*command, options->client);
  command->footer(
      "Exit code 1 when a transfer was not found.\n"
      "Example:\n"
      "  daybook transfer get 7001");
  command->callback([&context, options] { context.exit_code = run_transfer_get(*options); });
}

}  // namespace

void register_transfer(CLI::App& app, CommandContext& context) {
  CLI::App* group = app.add_subcommand("transfer", "Post and get transfers");
  group->require_subcommand(1);
  group->footer("Example:\n  daybook transfer get 7001");
  register_create(*group, context);
  register_get(*group, context);
}

}  // namespace daybook
