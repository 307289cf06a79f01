#include <memory>
#include <string>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/command.hpp"
#include "tools/daybook/offline/check_acks.hpp"
#include "tools/daybook/offline/offline.hpp"

namespace daybook {

void register_check_acks(CLI::App& app, CommandContext& context) {
  struct Options {
    std::string directory;
    CheckAcksOptions check;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "check-acks", "Is every transfer that was acknowledged in the journal? Needs no engine");
  command->add_option("directory", options->directory, "The data directory, or a copy")->required();
  command->add_option("file", options->check.ack_file, "What 'daybook bench --ack-log' wrote")
      ->required();
  command->add_option("--list-max", options->check.list_max, "Missing ids to list at most")
      ->capture_default_str();
  command->add_flag("--json", options->check.json, "One JSON object instead of text");
  command->footer(
      "Exit codes: 0 nothing is missing; 1 acknowledged transfers are missing; 2 the file or the\n"
      "journal could not be read to its end.\n"
      "Example:\n"
      "  daybook check-acks ./ledger-data acks.bin");
  command->callback([&context, options] {
    context.exit_code =
        run_check_acks(options->check, [&](const std::function<void(TransferId)>& use) {
          return for_each_transfer_id(options->directory, use);
        });
  });
}

}  // namespace daybook
