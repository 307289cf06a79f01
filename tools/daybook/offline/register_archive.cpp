#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/command.hpp"
#include "tools/daybook/offline/archive_command.hpp"
#include "tools/daybook/offline/register_offline.hpp"

namespace daybook {

void register_archive(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<ArchiveOptions>();
  CLI::App* command = app.add_subcommand(
      "archive", "Move sealed segments that no start needs any more to another place");
  command->add_option("directory", options->directory, "The data directory")->required();
  command->add_option("--to", options->to, "The archive; made if it is missing")->required();
  auto* before = command->add_option("--before-sequence", options->before_sequence,
                                     "Only segments that end before this sequence");
  command->add_option("--keep", options->keep, "Not the newest so many segments")->excludes(before);
  command->add_flag("--copy", options->copy, "Copy, and remove nothing");
  add_room_options(*command, options->room);
  command->add_flag("--json", options->json, "One JSON object a segment, a line each");
  command->footer(
      "The whole journal is verified first. A segment is removed only when its copy was read "
      "again\n"
      "and has the SHA-256 that the journal recorded, and when two good snapshots lie behind it.\n"
      "The file ARCHIVE in the directory then names the archive, and everything reads both\n"
      "places: offline commands, backups, and an engine, which reads old facts back from there\n"
      "and does not start without it. Stop the engine first; with --copy it may go on."
      "\n"
      "Exit codes: 0 done; 1 refused, or damaged: nothing was removed; 2 could not be done.\n"
      "Example:\n"
      "  daybook archive ./ledger-data --to /mnt/archive\n"
      "  daybook archive ./ledger-data --to /mnt/archive --keep 4 --copy\n"
      "  daybook verify ./ledger-data");
  command->callback([&context, options] { context.exit_code = run_archive(*options); });
}

}  // namespace daybook
