#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/command.hpp"
#include "tools/daybook/offline/register_offline.hpp"
#include "tools/daybook/repair/repair.hpp"

namespace daybook {

void register_repair(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<RepairOptions>();
  CLI::App* command = app.add_subcommand(
      "repair", "Put right what 'verify' finds, where nothing is lost by it. Needs no engine");
  command->add_option("directory", options->directory, "The data directory")->required();
  command->add_flag("--yes", options->yes, "Do it without asking");
  command->add_option("--accept-loss", options->accept_loss,
                      "Where something is lost: copy everything whole before the damage into this "
                      "new directory");
  add_room_options(*command, options->room);
  command->add_flag("--json", options->json, "One JSON object instead of text");
  command->footer(
      "Says what is wrong, with file, page and sequence, and what it would do, and asks. It puts\n"
      "right: a zeroed meta page of a segment that is still written, where the other one is good\n"
      "(the damaged file stays in DIR/damaged); a damaged slot of HEAD; a missing or damaged\n"
      "journal.id, where HEAD and the journal agree on it; files that killed processes left.\n"
      "Where entries would be lost it changes nothing, and says which. --accept-loss then makes\n"
      "another journal of what is whole, which names this one as its parent.\n"
      "Exit codes: 0 sound, put right, or copied; 1 it cannot be put right, or was not agreed to;\n"
      "2 could not be done.\n"
      "Examples:\n"
      "  daybook repair ./ledger-data\n"
      "  daybook repair ./ledger-data --accept-loss ./ledger-data-2 --yes");
  command->callback([&context, options] { context.exit_code = run_repair(*options); });
}

}  // namespace daybook
