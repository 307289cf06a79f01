#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/client/identity_command.hpp"
#include "tools/daybook/command.hpp"

namespace daybook {
namespace {

using Run = int (*)(const IdentityOptions& options);

/// A subcommand with what all of them share.
CLI::App* add_command(CLI::App& group, CommandContext& context, const char* name, const char* help,
                      const std::shared_ptr<IdentityOptions>& options, Run run) {
  CLI::App* command = group.add_subcommand(name, help);
  command->add_option("--data", options->data, "The engine's data directory")->required();
  command->add_flag("--json", options->json, "JSON lines instead of text");
  command->callback([&context, options, run] { context.exit_code = run(*options); });
  return command;
}

}  // namespace

void register_identity(CLI::App& app, CommandContext& context) {
  CLI::App* group = app.add_subcommand("identity", "Who may connect to the engine of a directory");
  group->require_subcommand(1);
  group->footer(
      "An engine without identities listens on this machine only and takes everybody.\n"
      "Example:\n"
      "  daybook identity add till-12 --role gateway --data ./ledger-data > till-12.token");

  auto add = std::make_shared<IdentityOptions>();
  CLI::App* add_app =
      add_command(*group, context, "add", "Add an identity, or give a removed one a new token", add,
                  run_identity_add);
  add_app->add_option("name", add->name, "1 to 64 of a-z 0-9 . _ -")->required();
  add_app
      ->add_option("--role", add->role, "gateway, reader, participant, operator, checker or admin")
      ->required();
  add_app->footer(
      "The token is the only line on standard output.\n"
      "Example:\n"
      "  daybook identity add till-12 --role gateway --data ./ledger-data > till-12.token");

  auto list = std::make_shared<IdentityOptions>();
  add_command(*group, context, "list", "List identities, removed ones too", list, run_identity_list)
      ->footer("Example:\n  daybook identity list --data ./ledger-data");

  auto remove = std::make_shared<IdentityOptions>();
  CLI::App* remove_app =
      add_command(*group, context, "remove", "Make a token useless", remove, run_identity_remove);
  remove_app->add_option("name", remove->name, "Whose")->required();
  remove_app->footer("Example:\n  daybook identity remove till-12 --data ./ledger-data");
}

}  // namespace daybook
