#include "tools/daybook/recon/register_recon.hpp"

#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/command.hpp"
#include "tools/daybook/recon/inspect_command.hpp"
#include "tools/daybook/recon/recon_bench.hpp"

namespace daybook {
namespace {

void register_inspect(CLI::App& recon, CommandContext& context) {
  auto options = std::make_shared<recon::InspectOptions>();
  CLI::App* command = recon.add_subcommand(
      "inspect",
      "Say what a file looks like, its format or which mappings fit, and what they make of it");
  command->add_option("file", options->file, "A CSV file, or one in a bank's format")->required();
  command->add_option("--map", options->map, "Try this mapping: a name, a format or a JSON file");
  command->add_flag("--json", options->json, "One JSON object instead of text");
  command->footer(
      "Of a file in a bank's format it shows the statements, the first entries, control totals, "
      "and\n"
      "what cannot be read.\n"
      "Exit codes: 0 every line can be read and all totals agree; 1 some cannot or do not, or no\n"
      "mapping fits; 2 it could not be done.\n"
      "Example:\n  daybook recon inspect payouts.csv --map stripe");
  command->callback([&context, options] { context.exit_code = recon::run_inspect(*options); });
}

void register_recon_bench(CLI::App& recon, CommandContext& context) {
  auto options = std::make_shared<recon::ReconBenchOptions>();
  CLI::App* command = recon.add_subcommand(
      "bench", "Make two files with planted differences, compare them, and time it");
  command->add_option("--records", options->records, "A side (default 10000000)")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000}));
  command->add_option("--per-million", options->per_million,
                      "Planted differences in a million (default 1000)");
  command->add_option("--runs", options->runs, "How often to compare (default 5)")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000}));
  command->add_option("--memory", options->memory_bytes, "As for compare (default 512M)")
      ->transform(CLI::AsSizeValue{false});
  command->add_option("--threads", options->threads, "As for compare");
  command->add_option("--seed", options->seed, "Another one makes other files");
  command->add_option("--data", options->directory, "Keep the files here, in a directory that is");
  command->add_flag("--json", options->json, "One JSON object instead of text");
  command->footer("Example:\n  daybook recon bench --records 1000000 --runs 3");
  command->callback([&context, options] { context.exit_code = recon::run_recon_bench(*options); });
}

}  // namespace

void register_recon(CLI::App& app, CommandContext& context) {
  CLI::App* recon =
      app.add_subcommand("recon", "Reconcile files of records, and the journal, with each other");
  recon->require_subcommand(1);
  recon->footer(
      "Examples:\n"
      "  daybook recon compare ledger.csv bank.csv\n"
      "  daybook recon run bank statement.csv --data ./ledger-data --day 2026-01-31");
  recon::register_compare(*recon, context);
  recon::register_balance(*recon, context);
  recon::register_self(*recon, context);
  recon::register_check(*recon, context);
  recon::register_runs(*recon, context);
  recon::register_match(*recon, context);
  recon::register_schedule(*recon, context);
  register_inspect(*recon, context);
  register_recon_bench(*recon, context);
}

}  // namespace daybook
