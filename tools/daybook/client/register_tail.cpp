#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/client/tail_command.hpp"
#include "tools/daybook/command.hpp"

namespace daybook {

void register_tail(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<TailOptions>();
  CLI::App* command = app.add_subcommand("tail", "Show events as they become durable, one a line");
  command->add_option("--from-sequence", options->from_sequence,
                      "Begin with the event of this sequence; 1 is the first");
  command->add_option("--from-time", options->from_time,
                      "Begin with what was committed at this time or later");
  command->add_option("--checkpoint", options->checkpoint,
                      "Begin behind the checkpoint of this name");
  command->add_flag("--new", options->only_new, "Only what comes from now on (the default)");
  command->add_flag("--advance", options->advance,
                    "Move the checkpoint to what was shown, once a second and at the end");
  command->add_option("--kind", options->kinds,
                      "Kinds of facts: operation, account, transfer, domain_event and so on");
  command->add_option("--type", options->types,
                      "Types of events: a text such as paid or daybook.transfer.posted, or an id");
  command->add_option("--account", options->accounts,
                      "What an account takes part in: decimal, 0xHEX or name:TEXT");
  command->add_option("--aggregate", options->aggregate,
                      "TYPE/ID, such as order/name:4711 or daybook.account/7; TYPE: all of a type");
  command->add_option("--ledger", options->ledger, "What is of this ledger");
  command->add_option("--until-sequence", options->until_sequence,
                      "End once everything up to here was shown");
  command->add_flag(
      "--no-follow,!--follow", options->no_follow,
      "End with what there is now; begins with the first event unless told otherwise");
  add_names_option(*command, options->names);
  add_client_options(*command, options->client);
  command->footer(
      "Fields that are given must all match; of several kinds, types or accounts any one. Every\n"
      "event is shown once, also when the engine is started again meanwhile. Ctrl-C ends it.\n"
      "Examples:\n"
      "  daybook tail --account 7 --kind transfer\n"
      "  daybook tail --from-sequence 1 --aggregate order/name:4711 --json\n"
      "  daybook tail --checkpoint mailer --advance --type paid");
  command->callback([&context, options] { context.exit_code = run_tail(*options); });
}

}  // namespace daybook
