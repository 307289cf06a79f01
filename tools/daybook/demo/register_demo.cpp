#include <cstdint>
#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/command.hpp"
#include "tools/daybook/demo/demo_command.hpp"

namespace daybook {
namespace {

/// Fewer could be through between two looks at the load, and leave nothing to be killed in.
constexpr std::uint64_t transfers_min = 100'000;

}  // namespace

void register_demo(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<DemoOptions>();
  CLI::App* command = app.add_subcommand(
      "demo", "Show a payment gateway's day against an engine of its own, which is killed amid it");
  command->add_option("--directory", options->directory,
                      "Where to work, absent or empty; it is kept (default: a temporary one)");
  command->add_flag("--keep", options->keeps, "Keep the temporary directory, and say where it is");
  command
      ->add_option(
          "--transfers", options->transfers,
          "Transfers of the load that the engine is killed in; it does not come to them all")
      ->capture_default_str()
      ->check(CLI::Range(transfers_min, std::uint64_t{1} << 40));
  command->footer(
      "Transfers are posted, held, captured and refunded; orders are placed by a saga, or undone "
      "in\n"
      "reverse from each of its steps; they are paid with the help of a channel outside, or their\n"
      "card is declined, or an operator decides what nobody knows; the engine is killed while a\n"
      "payment is under way, and amid a load; a bank's statement is reconciled, and the journal\n"
      "replayed. Commands are shown as one types them. Needs nothing but this program and "
      "/bin/sh.\n"
      "Whatever it starts ends with it.\n"
      "Exit codes: 0 everything held; 1 something did not; 2 it could not be shown, or was\n"
      "interrupted.\n"
      "Example:\n"
      "  daybook demo\n"
      "  daybook demo --directory ./day && daybook verify ./day/data");
  command->callback([&context, options] { context.exit_code = run_demo(*options); });
}

}  // namespace daybook
