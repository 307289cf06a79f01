#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/command.hpp"
#include "tools/daybook/offline_verify.hpp"

namespace daybook {

void register_verify(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<VerifyCommandOptions>();
  CLI::App* command = app.add_subcommand(
      "verify", "Check every byte of a journal and what it means. Needs no engine");
  command->add_option("directory", options->directory, "The data directory, or a copy")->required();
  command
      ->add_option("--accounts-max", options->room.accounts_max,
                   "Room for accounts; as large as the engine's")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 31))
      ->capture_default_str();
  command
      ->add_option("--transfer-ids-max", options->room.transfer_ids_max,
                   "Room for transfer ids; as large as the engine's")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 36))
      ->capture_default_str();
  command
      ->add_option("--holds-max", options->room.holds_max,
                   "Room for open holds; as large as the engine's")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 31))
      ->capture_default_str();
  command
      ->add_option("--names-max", options->room.names_max,
                   "Room for names; as large as the engine's")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 33))
      ->capture_default_str();
  command->add_flag("--json", options->json, "One JSON object instead of text");
  command->footer(
      "Checks pages, checksums, the chain of hashes, sequences, times, the payload of each entry,\n"
      "the state's digest after each entry, and the recorded hashes of sealed segments. Goes on\n"
      "after damage: what can be read is read. Keep the head that it prints elsewhere.\n"
      "Exit codes: 0 good; 1 damaged; 2 cannot tell.\n"
      "Example:\n"
      "  daybook verify ./ledger-data");
  command->callback([&context, options] { context.exit_code = run_verify(*options); });
}

}  // namespace daybook
