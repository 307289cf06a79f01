#include <limits>
#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/command.hpp"
#include "tools/daybook/offline/offline_diff.hpp"
#include "tools/daybook/offline/register_offline.hpp"

namespace daybook {

void register_diff(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<DiffOptions>();
  CLI::App* command = app.add_subcommand(
      "diff", "What changed between two sequences or times of a journal. Needs no engine");
  add_replay_options(*command, options->directory, options->room);
  command
      ->add_option("--from", options->from,
                   "A sequence in digits, or a time: 2026-01-31T12:00:00Z; 0 = the beginning")
      ->capture_default_str();
  command->add_option("--to", options->to, "The same; without it the end of the journal");
  command->add_option("--limit", options->limit, "At most so many rows of each table")
      ->check(CLI::Range(std::uint64_t{1}, std::numeric_limits<std::uint64_t>::max()))
      ->capture_default_str();
  command->add_flag("--json", options->json, "One JSON object a change, a line each, all of them");
  command->footer(
      "Shows each ledger's sums, accounts that were created or changed, field by field, what\n"
      "happened to holds, new ledgers and names, and counts what the journal holds in between.\n"
      "Exit codes: 0 shown; 1 the journal is damaged; 2 could not be done.\n"
      "Examples:\n"
      "  daybook diff ./ledger-data --from 1000 --to 2000\n"
      "  daybook diff ./ledger-data --from 2026-01-30T00:00:00Z --to 2026-01-31T00:00:00Z --json");
  command->callback([&context, options] { context.exit_code = run_diff(*options); });
}

}  // namespace daybook
