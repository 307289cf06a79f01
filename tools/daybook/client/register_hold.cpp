#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/client/as_of_options.hpp"
#include "tools/daybook/client/get_command.hpp"
#include "tools/daybook/command.hpp"

namespace daybook {
namespace {

void register_get_hold(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<GetOptions>();
  auto as_of = std::make_shared<AsOfTexts>();
  CLI::App* command =
      group.add_subcommand("get", "What became of pending transfers: posted, held, state");
  command->add_option("id", options->ids, "Ids of pending transfers: decimal, 0xHEX or name:TEXT")
      ->required();
  add_as_of_options(*command, *as_of);
  add_names_option(*command, options->names);
  add_client_options(*command, options->client);
  command->footer(
      "state is open, posted, voided or expired; held is what can still be posted. Exit code 1\n"
      "when there is no pending transfer with one of the ids.\n"
      "Examples:\n"
      "  daybook hold get 7001\n"
      "  daybook hold get 7001 --at-time 2026-01-31T12:00:00Z");
  command->callback(
      [&context, options, as_of] { context.exit_code = run_hold_get(*options, *as_of); });
}

}  // namespace

void register_hold(CLI::App& app, CommandContext& context) {
  CLI::App* group = app.add_subcommand("hold", "Show holds: pending transfers and their state");
  group->require_subcommand(1);
  group->footer("Example:\n  daybook hold get 7001");
  register_get_hold(*group, context);
}

}  // namespace daybook
