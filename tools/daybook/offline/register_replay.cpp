#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/command.hpp"
#include "tools/daybook/offline/offline_replay.hpp"
#include "tools/daybook/offline/register_offline.hpp"

namespace daybook {

void register_replay(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<ReplayOptions>();
  CLI::App* command =
      app.add_subcommand("replay", "Rebuild the state from the journal. Needs no engine");
  add_replay_options(*command, options->directory, options->room);
  auto* sequence = command->add_option("--until-sequence", options->until_sequence,
                                       "Stop with the operation that this sequence is part of");
  command
      ->add_option("--until-time", options->until_time,
                   "Stop with the last entry committed by then: 2026-01-31T12:00:00Z, or "
                   "nanoseconds since 1970")
      ->excludes(sequence);
  command->add_option("--fork", options->fork,
                      "Also make this new data directory, which goes on from there");
  command->add_flag("--digest", options->digest,
                    "Only sequence and digest, as 'daybook admin digest' prints them");
  command->add_flag("--rate", options->rate, "Also seconds and transfers a second");
  command->add_flag("--json", options->json, "One JSON object instead of text");
  command->footer(
      "The digest that each entry carries is compared with the rebuilt state's.\n"
      "A fork has a journal id of its own and names the journal that it continues; its reply\n"
      "windows are empty. An engine can serve from it, and the original is not touched.\n"
      "Exit codes: 0 rebuilt, and every digest agrees; 1 damaged, or a digest differs: the\n"
      "sequences are named; 2 could not be done.\n"
      "Examples:\n"
      "  daybook replay ./ledger-data --rate\n"
      "  daybook replay ./ledger-data --until-time 2026-01-31T12:00:00Z --digest --json\n"
      "  daybook replay ./ledger-data --until-sequence 5000 --fork ./what-if");
  command->callback([&context, options] { context.exit_code = run_replay(*options); });
}

}  // namespace daybook
