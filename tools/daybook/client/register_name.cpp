#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/client/name_command.hpp"
#include "tools/daybook/command.hpp"

namespace daybook {
namespace {

constexpr const char* kind_help =
    "What the id is of: account, transfer, user, business, aggregate_type, event_type, aggregate";

void register_put_name(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<NamePutOptions>();
  CLI::App* command = group.add_subcommand("put", "Keep the text behind an id, for ever");
  command->add_option("kind", options->kind, kind_help)->required();
  command->add_option("text", options->text, "1 to 64 bytes of UTF-8")->required();
  command->add_option("--id", options->id,
                      "The id: decimal, 0xHEX or name:TEXT (default: name: and the text)");
  add_write_options(*command, options->write);
  add_client_options(*command, options->client);
  command->footer(
      "An id has one name in each kind. 'account create' and 'transfer create' keep names beside\n"
      "their events: that of --name, and the texts of an --id or --business-id name:TEXT.\n"
      "Examples:\n"
      "  daybook name put business order-7\n"
      "  daybook name put user 'Ada Lovelace' --id 1815");
  command->callback([&context, options] { context.exit_code = run_name_put(*options); });
}

void register_get_name(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<NameGetOptions>();
  CLI::App* command = group.add_subcommand("get", "Show the texts behind ids");
  command->add_option("kind", options->kind, kind_help)->required();
  command->add_option("id", options->ids, "Ids: decimal, 0xHEX or name:TEXT")->required();
  add_client_options(*command, options->client);
  command->footer(
      "Exit code 1 when an id has no name. Other commands show names beside ids with --names.\n"
      "Example:\n"
      "  daybook name get account 1 2");
  command->callback([&context, options] { context.exit_code = run_name_get(*options); });
}

}  // namespace

void register_name(CLI::App& app, CommandContext& context) {
  CLI::App* group = app.add_subcommand("name", "Keep and show the texts behind ids");
  group->require_subcommand(1);
  group->footer("Example:\n  daybook name get account 1");
  register_put_name(*group, context);
  register_get_name(*group, context);
}

}  // namespace daybook
