#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/client/ledger_command.hpp"
#include "tools/daybook/command.hpp"

namespace daybook {

void register_ledger(CLI::App& app, CommandContext& context) {
  CLI::App* group = app.add_subcommand("ledger", "Register and list ledgers (currencies, stocks)");
  group->require_subcommand(1);
  group->footer("Example:\n  daybook ledger list");

  auto put = std::make_shared<LedgerPutOptions>();
  CLI::App* put_command =
      group->add_subcommand("put", "Register a ledger, or change one that no account uses");
  put_command->add_option("id", put->id, "The ledger's number, 32 bits; not 0")->required();
  put_command->add_option("--name", put->name, "1 to 64 bytes of UTF-8, unique")->required();
  put_command->add_option("--scale", put->scale, "Decimal places of an amount")
      ->required()
      ->check(CLI::Range(0U, limits::ledger_scale_max));
  put_command->add_option("--kind", put->kind, "currency, stock or asset")->required();
  add_write_options(*put_command, put->write);
  add_client_options(*put_command, put->client);
  put_command->footer(
      "Example:\n"
      "  daybook ledger put 978 --name EUR --scale 2 --kind currency");
  put_command->callback([&context, put] { context.exit_code = run_ledger_put(*put); });

  auto list = std::make_shared<ClientOptions>();
  CLI::App* list_command = group->add_subcommand("list", "List the registered ledgers");
  add_client_options(*list_command, *list);
  list_command->footer("Example:\n  daybook ledger list --json");
  list_command->callback([&context, list] { context.exit_code = run_ledger_list(*list); });
}

}  // namespace daybook
