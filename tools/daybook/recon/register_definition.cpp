#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/recon/definition/check_command.hpp"
#include "tools/daybook/recon/register_recon.hpp"

namespace daybook::recon {

void register_check(CLI::App& recon, CommandContext& context) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command = recon.add_subcommand(
      "check", "Say what a definition of a reconciliation means, or all that is wrong with it");
  command->add_option("file", options->file, "The definition: one JSON object")->required();
  command
      ->add_option("--saga", options->sagas,
                   "A file with a saga that it starts: can it be? May be given several times")
      ->take_all();
  command->add_flag("--json", options->json, "The text that is stored of it, instead");
  command->footer(
      "A definition names the account, the statements, the rules by which they are compared, when\n"
      "that is done, and what is posted about which difference, up to which amount.\n"
      "Faults are told with their places in the JSON: \"/limits/b_only/EUR: ...\".\n"
      "Exit codes: 0 it is good; 2 it is not, or cannot be read.\n"
      "Example, in bank.json:\n"
      "  {\"name\": \"bank\", \"account\": \"name:bank\", \"ledger\": 978, \"statement\": "
      "{\"map\": "
      "\"camt\"},\n"
      "   \"accounts\": {\"suspense\": \"name:suspense\"}, \"time_zone\": \"Europe/Berlin\",\n"
      "   \"limits\": {\"b_only\": {\"EUR\": \"1000.00\"}, \"amount_short\": {\"EUR\": "
      "\"50.00\"}}}\n"
      "  daybook recon check bank.json\n"
      "and with \"posting\": {\"b_only\": {\"saga\": \"returnMoney\", \"delta\": "
      "\"positive\"}} in it:\n"
      "  daybook recon check bank.json --saga tools/demo/sagas/returnMoney.json");
  command->callback([&context, options] { context.exit_code = run_check(*options); });
}

}  // namespace daybook::recon
