#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/command.hpp"
#include "tools/daybook/offline_replay.hpp"

namespace daybook {

void register_replay(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<ReplayOptions>();
  CLI::App* command =
      app.add_subcommand("replay", "Rebuild the state from the journal. Needs no engine");
  command->add_option("directory", options->directory, "The data directory, or a copy")->required();
  auto* sequence = command->add_option("--until-sequence", options->until_sequence,
                                       "Stop with the operation that this sequence is part of");
  command
      ->add_option("--until-time", options->until_time,
                   "Stop with the last entry committed by then: 2026-01-31T12:00:00Z, or "
                   "nanoseconds since 1970")
      ->excludes(sequence);
  command->add_flag("--digest", options->digest,
                    "Only sequence and digest, as 'daybook admin digest' prints them");
  command->add_flag("--rate", options->rate, "Also seconds and transfers a second");
  command
      ->add_option("--accounts-max", options->room.accounts_max,
                   "Room for accounts; as large as the engine's")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 31))
      ->capture_default_str();
  command
      ->add_option("--transfer-ids-max", options->room.transfer_ids_max,
                   "Room for transfer ids; as large as the engine's")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 36))
      ->capture_default_str();
  command
      ->add_option("--holds-max", options->room.holds_max,
                   "Room for open holds; as large as the engine's")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 31))
      ->capture_default_str();
  command
      ->add_option("--names-max", options->room.names_max,
                   "Room for names; as large as the engine's")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 33))
      ->capture_default_str();
  command->add_flag("--json", options->json, "One JSON object instead of text");
  command->footer(
      "The digest that each entry carries is compared with the rebuilt state's.\n"
      "Exit codes: 0 rebuilt, and every digest agrees; 1 damaged, or a digest differs: the\n"
      "sequences are named; 2 could not be done.\n"
      "Examples:\n"
      "  daybook replay ./ledger-data --rate\n"
      "  daybook replay ./ledger-data --until-time 2026-01-31T12:00:00Z --digest --json");
  command->callback([&context, options] { context.exit_code = run_replay(*options); });
}

}  // namespace daybook
