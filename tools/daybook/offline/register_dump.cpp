#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/command.hpp"
#include "tools/daybook/offline/offline_dump.hpp"
#include "tools/daybook/offline/register_offline.hpp"

namespace daybook {

void register_dump(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<DumpOptions>();
  CLI::App* command =
      app.add_subcommand("dump", "The journal as JSON lines, one a fact. Needs no engine");
  add_place_options(*command, options->directory);
  command->add_option("--from", options->from, "The first sequence wanted");
  command->add_option("--to", options->to, "The last sequence wanted");
  command->add_option("--kind", options->kinds,
                      "Only facts of this kind: operation, account, transfer, ledger, "
                      "segment_opened, segment_sealed, segment_hashed, clock_change, "
                      "client_evicted; may be repeated");
  command->add_flag("--entries", options->entries,
                    "Also a line of each entry's header, before its facts");
  command->add_flag("--portable", options->portable,
                    "One line an entry, with all its bytes: what 'daybook load' reads");
  command->add_flag("--tolerant", options->tolerant,
                    "Of facts of kinds that this build does not know a line that counts them, "
                    "instead of stopping there");
  // There is no other form; taken so that every offline command can be called alike.
  command->add_flag(
      "--json", [](std::int64_t) {}, "JSON lines are the only form");
  command->footer(
      "Ids, amounts, timestamps, sequences and digests are strings; amounts are in the ledger's\n"
      "minor unit. 'operation' is the sequence of the operation that made a fact.\n"
      "Exit codes: 0 written; 1 the journal is damaged: what stands before the damage is written;\n"
      "2 could not be done.\n"
      "Examples:\n"
      "  daybook dump ./ledger-data --from 100 --to 200\n"
      "  daybook dump ./ledger-data --portable | zstd > ledger.jsonl.zst\n"
      "  daybook dump ./ledger-data --kind operation | jq 'select(.refusals != [])'");
  command->callback([&context, options] { context.exit_code = run_dump(*options); });
}

}  // namespace daybook
