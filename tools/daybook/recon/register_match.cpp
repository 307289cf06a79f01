#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/recon/match/match_command.hpp"
#include "tools/daybook/recon/register_recon.hpp"

namespace daybook::recon {

void register_match(CLI::App& recon, CommandContext& context) {
  auto options = std::make_shared<MatchOptions>();
  CLI::App* command = recon.add_subcommand(
      "match", "Hold a few records at once against what a running engine has; nothing is written");
  command->add_option("name", options->name, "The reconciliation")->required();
  command
      ->add_option("file", options->file,
                   "Records as in its statements, at most 10000; - for stdin")
      ->required();
  add_client_options(*command, options->client);
  command->footer(
      "For what comes in between two statements, as from a webhook. Each record is looked up in\n"
      "the engine's indexes by its reference, as a name or a number: business references on the\n"
      "definition's account first, then transfers. It is classed by the rules of a run, with the\n"
      "corrections that were posted, whatever day it is of. It is a preview: nothing is stored,\n"
      "proposed or carried on. What the ledger has beside these records is not missed; fallback\n"
      "rules are not tried; a name that was put on another id than the one it makes is not found.\n"
      "All that was acknowledged before is seen; what comes meanwhile may be.\n"
      "Exit codes: 0 every record is matched; 1 something differs; 2 it could not be done.\n"
      "Examples:\n"
      "  daybook recon match bank event.csv\n"
      "  curl -s https://psp.example/events | daybook recon match psp - --json");
  command->callback([&context, options] { context.exit_code = run_match(*options); });
}

}  // namespace daybook::recon
