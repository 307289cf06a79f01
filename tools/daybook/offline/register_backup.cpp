#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/command.hpp"
#include "tools/daybook/offline/backup_command.hpp"
#include "tools/daybook/offline/register_offline.hpp"

namespace daybook {

void register_backup(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<BackupOptions>();
  CLI::App* command = app.add_subcommand(
      "backup", "Copy the journal of a data directory, also while an engine works on it");
  command->add_option("--data", options->data, "The data directory")->required();
  command->add_option("to", options->to, "A directory that does not exist yet")->required();
  command->add_flag("--copy", options->copy,
                    "Copy sealed segments too, instead of giving their files a second name");
  add_room_options(*command, options->room);
  command->add_flag("--json", options->json, "One JSON object instead of text");
  command->footer(
      "Takes everything up to the newest entry that is on disk, without disturbing the engine, "
      "and\n"
      "verifies the copy before it gets its name. Sealed segments never change: on the same file\n"
      "system the backup shares their files, so copy it to another disk, or use --copy.\n"
      "'verify', 'replay', 'state' and 'dump' read a backup as it is; 'restore' makes a data\n"
      "directory of it.\n"
      "Exit codes: 0 done and verified; 1 the journal is damaged; 2 could not be done.\n"
      "Example:\n"
      "  daybook backup --data ./ledger-data ./backups/2026-01-31");
  command->callback([&context, options] { context.exit_code = run_backup(*options); });
}

void register_restore(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<RestoreOptions>();
  CLI::App* command =
      app.add_subcommand("restore", "Make a data directory of a backup, after checking all of it");
  command->add_option("backup", options->backup, "The backup")->required();
  command->add_option("to", options->to, "A directory that does not exist yet")->required();
  add_room_options(*command, options->room);
  command->add_flag("--json", options->json, "One JSON object instead of text");
  command->footer(
      "The new directory has a journal id of its own, and its journal names the one that it\n"
      "continues: it is never taken for the original, whose engine may have gone on. All "
      "accounts,\n"
      "transfers and ids are there; the answers to repeated requests are not, so a client finds\n"
      "out by its transfer ids what was done.\n"
      "Exit codes: 0 done and verified; 1 the backup is damaged; 2 could not be done.\n"
      "Example:\n"
      "  daybook restore ./backups/2026-01-31 ./ledger-data-restored");
  command->callback([&context, options] { context.exit_code = run_restore(*options); });
}

}  // namespace daybook
