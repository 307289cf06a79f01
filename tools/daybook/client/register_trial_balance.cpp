#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/client/as_of_options.hpp"
#include "tools/daybook/client/trial_balance_command.hpp"
#include "tools/daybook/command.hpp"

namespace daybook {

void register_trial_balance(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<ClientOptions>();
  auto as_of = std::make_shared<AsOfTexts>();
  CLI::App* command = app.add_subcommand(
      "trial-balance", "The sums of each ledger's accounts: debits must equal credits");
  add_as_of_options(*command, *as_of);
  add_client_options(*command, *options);
  command->footer(
      "Exit code 1 when the debits and credits of any ledger differ. Without an engine: daybook\n"
      "state DIR --trial-balance.\n"
      "Examples:\n"
      "  daybook trial-balance\n"
      "  daybook trial-balance --at-time 2026-01-31T23:59:59Z");
  command->callback(
      [&context, options, as_of] { context.exit_code = run_trial_balance(*options, *as_of); });
}

}  // namespace daybook
