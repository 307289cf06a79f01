#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/command.hpp"
#include "tools/daybook/trial_balance_command.hpp"

namespace daybook {

void register_trial_balance(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<ClientOptions>();
  CLI::App* command = app.add_subcommand(
      "trial-balance", "The sums of each ledger's accounts: debits must equal credits");
  add_client_options(*command, *options);
  command->footer(
      "Exit code 1 when the debits and credits of any ledger differ. Without an engine, and as of\n"
      "any sequence or time: daybook state DIR --trial-balance.\n"
      "Example:\n"
      "  daybook trial-balance");
  command->callback([&context, options] { context.exit_code = run_trial_balance(*options); });
}

}  // namespace daybook
