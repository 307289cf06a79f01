#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/client/create_options.hpp"
#include "tools/daybook/client/get_command.hpp"
#include "tools/daybook/client/resolve_command.hpp"
#include "tools/daybook/command.hpp"

namespace daybook {
namespace {

void register_create_transfer(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<CreateOptions>();
  CLI::App* command = group.add_subcommand(
      "create", "Make one transfer, or those of a file: posted, or pending with --pending");
  add_create_options<Transfer>(*command, *options);
  command->footer(
      "The id makes a repeat harmless: the same transfer again answers 'exists'. Left out, a new\n"
      "one is made and printed, so running the command again posts again.\n"
      "--business, --user and --trace also become the transfer's own where --business-id, "
      "--user-id\n"
      "and --trace-id are not given. The texts of name:TEXT in its id and business id are kept as\n"
      "their names, and so is --name; see daybook name. In a file, amount is a string by the "
      "ledger's scale, or\n"
      "amount_minor a whole number of the minor unit; one bad line and nothing is sent. With\n"
      "--json, one line a transfer: index, id, status, timestamp, sequence.\n"
      "Examples:\n"
      "  daybook transfer create --id 7001 --debit 1 --credit 2 --amount 12.50 --ledger 978 --code "
      "1\n"
      "  daybook transfer create --file transfers.jsonl --json\n"
      "  daybook transfer create --debit 1 --credit 2 --amount 80 --ledger 978 --code 1 \\\n"
      "      --pending --timeout 2h\n"
      "A line of the file:\n"
      "  {\"id\": \"7002\", \"debit_account_id\": \"1\", \"credit_account_id\": \"2\",\n"
      "   \"amount\": \"3.00\", \"ledger\": 978, \"code\": 1, \"flags\": [\"linked\"]}");
  command->callback([&context, options] { context.exit_code = run_create<Transfer>(*options); });
}

void register_get_transfer(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<GetOptions>();
  CLI::App* command = group.add_subcommand("get", "Show transfers");
  command->add_option("id", options->ids, "Ids: decimal, 0xHEX or name:TEXT")->required();
  add_names_option(*command, options->names);
  add_client_options(*command, options->client);
  command->footer(
      "Exit code 1 when a transfer was not found.\n"
      "Example:\n"
      "  daybook transfer get 7001");
  command->callback([&context, options] { context.exit_code = run_transfer_get(*options); });
}

CLI::App* add_resolve(CLI::App& group, const char* name, const char* help, const char* target_help,
                      ResolveOptions& options) {
  CLI::App* command = group.add_subcommand(name, help);
  command->add_option("id", options.target, target_help)->required();
  command->add_option("--id", options.id,
                      "Of the new transfer, so that a repeat is harmless (default: a random one)");
  add_write_options(*command, options.write);
  add_client_options(*command, options.client);
  return command;
}

void register_post(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<ResolveOptions>();
  CLI::App* command =
      add_resolve(group, "post", "Post a pending transfer, wholly or in part (capture it)",
                  "The pending transfer: decimal, 0xHEX or name:TEXT", *options);
  command->add_option("--amount", options->amount,
                      "By the ledger's scale (default: all that is held)");
  command->add_flag("--keep-remainder", options->keep_remainder,
                    "Go on holding the rest, for further posts (default: it is released)");
  command->footer(
      "A post is a transfer of its own: its new id is printed, and by that it can be reversed.\n"
      "Example:\n"
      "  daybook transfer post 7001 --amount 30.00 --keep-remainder");
  command->callback([&context, options] { context.exit_code = run_transfer_post(*options); });
}

void register_void(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<ResolveOptions>();
  CLI::App* command =
      add_resolve(group, "void", "Void a pending transfer: release all that it still holds",
                  "The pending transfer: decimal, 0xHEX or name:TEXT", *options);
  command->add_option("--amount", options->amount,
                      "To be sure: refused if another amount is held (default: whatever is held)");
  command->footer(
      "Example:\n"
      "  daybook transfer void 7001");
  command->callback([&context, options] { context.exit_code = run_transfer_void(*options); });
}

void register_reverse(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<ResolveOptions>();
  CLI::App* command =
      add_resolve(group, "reverse", "Move a posted transfer's amount back, wholly or in part",
                  "The posted transfer, or a hold's post: decimal, 0xHEX or name:TEXT", *options);
  command->add_option("--amount", options->amount,
                      "By the ledger's scale (default: all that is not reversed yet)");
  command->add_option("--reason", options->reason,
                      "An operator's: passes over frozen accounts and limits; in the journal");
  command->footer(
      "Several reversals of one transfer never move back more than it moved.\n"
      "Example (a refund in part):\n"
      "  daybook transfer reverse 7001 --amount 12.00");
  command->callback([&context, options] { context.exit_code = run_transfer_reverse(*options); });
}

}  // namespace

void register_transfer(CLI::App& app, CommandContext& context) {
  CLI::App* group =
      app.add_subcommand("transfer", "Create, post, void, reverse and show transfers");
  group->require_subcommand(1);
  group->footer("Example:\n  daybook transfer get 7001");
  register_create_transfer(*group, context);
  register_post(*group, context);
  register_void(*group, context);
  register_reverse(*group, context);
  register_get_transfer(*group, context);
}

}  // namespace daybook
