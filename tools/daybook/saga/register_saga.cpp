#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/command.hpp"
#include "tools/daybook/saga/saga_check.hpp"

namespace daybook {

void register_saga(CLI::App& app, CommandContext& context) {
  CLI::App* saga = app.add_subcommand("saga", "Definitions of sagas");
  saga->require_subcommand(1);
  auto options = std::make_shared<SagaCheckOptions>();
  CLI::App* check = saga->add_subcommand(
      "check", "What is wrong with a definition, or what its saga would do. Needs no engine");
  check->add_option("file", options->file, "The definition, as JSON; - is standard input")
      ->required();
  check->add_flag("--json", options->json, "One JSON object instead of text");
  check->footer(
      "Tells every fault with its place, such as\n"
      "  steps[2].timeout_ms: a remote step needs a time-out\n"
      "and of a definition without any its steps in their order, what undoes each, and the pivot.\n"
      "The hash is of what it says, not of its spaces or the order of its keys.\n"
      "Exit codes: 0 it may be stored; 1 it has faults; 2 it could not be read.\n"
      "Example:\n"
      "  daybook saga check tools/demo/sagas/payOrder.json");
  check->callback([&context, options] { context.exit_code = run_saga_check(*options); });
}

}  // namespace daybook
