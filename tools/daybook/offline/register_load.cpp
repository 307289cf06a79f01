#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/command.hpp"
#include "tools/daybook/offline/offline_load.hpp"
#include "tools/daybook/offline/register_offline.hpp"

namespace daybook {

void register_load(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<LoadOptions>();
  CLI::App* command =
      app.add_subcommand("load", "Make a data directory of what 'daybook dump --portable' wrote");
  command->add_option("file", options->file, "The dump; - is standard input")->required();
  command->add_option("to", options->to, "A directory that does not exist yet")->required();
  add_room_options(*command, options->room);
  command->add_flag("--json", options->json, "One JSON object instead of text");
  command->footer(
      "For another machine, another LMDB, or a long time. The same after loading: every entry\n"
      "with its hash, every sequence, time and digest. Not the same: the files, so heads of the\n"
      "dumped journal cannot be proven here; and the journal goes on under an id of its own that\n"
      "names the one dumped, with empty reply windows, as after 'daybook restore'.\n"
      "Exit codes: 0 done and verified; 1 the dump is damaged; 2 could not be done.\n"
      "Example:\n"
      "  daybook dump ./ledger-data --portable > ledger.jsonl\n"
      "  daybook load ledger.jsonl ./ledger-data-loaded");
  command->callback([&context, options] { context.exit_code = run_load(*options); });
}

}  // namespace daybook
