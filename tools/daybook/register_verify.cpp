#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/command.hpp"
#include "tools/daybook/offline_verify.hpp"
#include "tools/daybook/register_offline.hpp"

namespace daybook {

void register_verify(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<VerifyCommandOptions>();
  CLI::App* command = app.add_subcommand(
      "verify", "Check every byte of a journal and what it means. Needs no engine");
  add_replay_options(*command, options->directory, options->room);
  command->add_flag("--json", options->json, "One JSON object instead of text");
  command->footer(
      "Checks pages, checksums, the chain of hashes, sequences, times, the payload of each entry,\n"
      "the state's digest after each entry, that no id was used twice and nothing reversed beyond\n"
      "what it moved, and the recorded hashes of sealed segments. Goes on after damage: what can\n"
      "be read is read. Keep the head that it prints elsewhere.\n"
      "Exit codes: 0 good; 1 damaged; 2 cannot tell.\n"
      "Example:\n"
      "  daybook verify ./ledger-data");
  command->callback([&context, options] { context.exit_code = run_verify(*options); });
}

}  // namespace daybook
