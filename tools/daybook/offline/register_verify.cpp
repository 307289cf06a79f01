#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/command.hpp"
#include "tools/daybook/offline/offline_verify.hpp"
#include "tools/daybook/offline/register_offline.hpp"

namespace daybook {

void register_verify(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<VerifyCommandOptions>();
  CLI::App* command = app.add_subcommand(
      "verify", "Check every byte of a journal and what it means. Needs no engine");
  add_replay_options(*command, options->directory, options->room);
  command->add_flag("--head", options->head, "Print the newest head, to be kept elsewhere");
  command->add_option("--expect-head", options->expect_head,
                      "A head that was kept: was anything up to it changed?");
  command->add_flag("--json", options->json, "One JSON object instead of text");
  command->footer(
      "Checks pages, checksums, the chain of hashes, sequences, times, the payload of each entry,\n"
      "the state's digest after each entry, that no id was used twice and nothing reversed beyond\n"
      "what it moved, and the recorded hashes of sealed segments. Goes on after damage: what can\n"
      "be read is read. \n"
      "A head is a SHA-256 over all bytes up to a point, ORDINAL@SEQUENCE:HEX inside a segment or\n"
      "ORDINAL:HEX up to the end of a sealed one. Kept where nobody who can write here can, it\n"
      "proves later that nothing up to there was changed, however far the journal has grown.\n"
      "Exit codes: 0 good; 1 damaged, or the expected head does not hold; 2 cannot tell.\n"
      "Example:\n"
      "  daybook verify ./ledger-data --head\n"
      "  daybook verify ./ledger-data --expect-head 3:1f0c...");
  command->callback([&context, options] { context.exit_code = run_verify(*options); });
}

}  // namespace daybook
