#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/command.hpp"
#include "tools/daybook/saga/secret_command.hpp"

namespace daybook {
namespace {

void register_seal(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<SealOptions>();
  CLI::App* command = group.add_subcommand(
      "seal", "Seal a text from standard input: what it prints may stand in a saga's inputs");
  add_client_options(*command, options->client);
  command->footer(
      "Each sealed text has a key of its own, in DIR/secrets of the engine and not in its "
      "journal.\n"
      "Only participants that do a step with it get the text. The same text is sealed to another\n"
      "one each time: keep what was printed, and send that. Never send card numbers.\n"
      "Example:\n"
      "  echo DE89370400440532013000 | daybook admin seal");
  command->callback([&context, options] { context.exit_code = run_seal(*options); });
}

void register_forget(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<ForgetOptions>();
  CLI::App* command = group.add_subcommand(
      "forget", "As an operator: destroy the keys of sealed texts, which nobody can then open");
  auto* keys = command->add_option("keys", options->keys,
                                   "Keys, of 32 hexadecimal digits, or texts that they seal");
  command->add_option("--saga", options->saga, "The keys of all secret inputs of this saga instead")
      ->excludes(keys);
  command->add_option("--reason", options->reason, "Why; told in the engine's log")->required();
  add_client_options(*command, options->client);
  command->footer(
      "The journal stays as it is, and can be replayed as before. A step that needs the secret "
      "later\n"
      "is answered as failed, with secret_forgotten; let sagas that still need it end first. "
      "Copies\n"
      "of DIR/secrets still have the key.\n"
      "Exit codes: 0 forgotten, now or before; 1 there is no such key, or it was refused.\n"
      "Example:\n"
      "  daybook admin forget --saga 7001 --reason \"the customer asked for it\"");
  command->callback([&context, options] { context.exit_code = run_forget(*options); });
}

}  // namespace

void register_secrets(CLI::App& app, CommandContext& context) {
  CLI::App* group = app.get_subcommand("admin");
  register_seal(*group, context);
  register_forget(*group, context);
}

}  // namespace daybook
