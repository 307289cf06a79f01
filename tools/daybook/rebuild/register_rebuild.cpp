#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/command.hpp"
#include "tools/daybook/offline/register_offline.hpp"
#include "tools/daybook/rebuild/offline_rebuild.hpp"
#include "tools/daybook/rebuild/running_rebuild.hpp"

namespace daybook {
namespace {

struct Options {
  RunningRebuildOptions running;
  OfflineRebuildOptions offline;
  RebuildTexts what;
};

void add_selection(CLI::App& command, RebuildTexts& what) {
  const char* group = "What to compare (default: everything)";
  command.add_option("--account", what.account, "One account, by id")->group(group);
  command.add_option("--hold", what.hold, "One open hold, by its pending transfer's id")
      ->group(group);
  command.add_option("--stream", what.stream, "One stream: its aggregate type and aggregate's id")
      ->expected(2)
      ->group(group);
  command.add_option("--ledger", what.ledger, "One ledger, by number")->group(group);
  command.add_option("--name", what.name, "One name: what it is of (account, ...), and the id")
      ->expected(2)
      ->group(group);
  command.add_option("--order", what.order, "One order, by id")->group(group);
  command.add_option("--payment", what.payment, "One payment, by id")->group(group);
  command.add_option("--reconciliation", what.reconciliation, "One reconciliation, by name")
      ->group(group);
  command.add_option("--run", what.run, "One run of a reconciliation, by id")->group(group);
  command.add_option("--difference", what.difference, "One difference that was dealt with, by id")
      ->group(group);
  command
      .add_option("--from", what.from,
                  "Those that were changed from this time on: 2026-01-31T12:00:00Z, or nanoseconds "
                  "since 1970")
      ->group(group);
  command.add_option("--until", what.until, "And up to this time")->group(group);
}

int run(Options& options) {
  if (options.offline.directory.directory.empty()) {
    if (options.offline.repair || options.offline.no_indexes) {
      return complain("--repair and --no-indexes are about a directory: daybook rebuild DIR ...");
    }
    options.running.what = options.what;
    return run_running_rebuild(options.running);
  }
  options.offline.what = options.what;
  options.offline.json = options.running.client.json;
  return run_offline_rebuild(options.offline);
}

}  // namespace

void register_rebuild(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "rebuild",
      "Fold accounts, holds, streams, orders, payments, reconciliations, ledgers and names from "
      "the journal, and compare");
  command->add_option("directory", options->offline.directory.directory,
                      "A data directory, or a copy: needs no engine. Without it a running engine "
                      "is asked");
  command->add_option("--archive", options->offline.directory.archive,
                      "Also read older segments from here");
  add_selection(*command, options->what);
  command->add_flag("--no-indexes", options->offline.no_indexes,
                    "Of a directory: do not compare the query indexes");
  command->add_flag("--repair", options->offline.repair,
                    "Of a directory that no engine is on: write snapshots and indexes anew from "
                    "the journal");
  add_room_options(*command, options->offline.room);
  add_client_options(*command, options->running.client);
  command->footer(
      "The fold shares no code with what applies facts. Of each field that differs both values\n"
      "are shown, and the first fact after which they do. A running engine compares the state\n"
      "that answers queries, of one account also its checkpoints and the sequencer's answer; of a\n"
      "directory each snapshot is compared, with its indexes, and the state that replay makes.\n"
      "--repair never changes the journal.\n"
      "Exit codes: 0 all agree, or do after --repair; 1 something differs, there is no such\n"
      "aggregate, or the journal is damaged; 2 could not be done.\n"
      "Examples:\n"
      "  daybook rebuild --account 2\n"
      "  daybook rebuild --from 2026-01-31T12:00:00Z --until 2026-01-31T13:00:00Z\n"
      "  daybook rebuild ./ledger-data\n"
      "  daybook rebuild ./ledger-data --repair");
  command->callback([&context, options] { context.exit_code = run(*options); });
}

}  // namespace daybook
