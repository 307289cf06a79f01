#include <algorithm>
#include <cstdio>
#include <exception>
#include <new>
#include <string_view>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "engine/base/stop.hpp"
#include "engine/model/engine_version.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/process/inherited_state.hpp"

namespace daybook {
namespace {

constexpr const char* about =
    "Daybook: a double-entry ledger engine whose every operation can be replayed.\n"
    "\n"
    "Exit codes: 0 good; 1 the answer is no, refused, damaged or different; 2 could not be done.";

constexpr const char* examples =
    "Examples:\n"
    "  daybook serve --data ./ledger-data\n"
    "  daybook ledger put 978 --name EUR --scale 2 --kind currency\n"
    "  daybook account create --id 1 --ledger 978 --code 10\n"
    "  daybook account create --id 2 --ledger 978 --code 10\n"
    "  daybook transfer create --debit 1 --credit 2 --amount 12.50 --ledger 978 --code 1\n"
    "  daybook account get 1 2\n"
    "  daybook demo\n"
    "Each command has a --help of its own.";

struct Subcommand {
  std::string_view name;  // The first word of its command line; several may share one.
  void (*add)(CLI::App&, CommandContext&);
};

/// In the order of the help text.
constexpr Subcommand subcommands[]{
    {"serve", register_serve},
    {"ledger", register_ledger},
    {"account", register_account},
    {"transfer", register_transfer},
    {"hold", register_hold},
    {"name", register_name},
    {"stream", register_stream},
    {"order", register_order},
    {"payment", register_payment},
    {"bundle", register_bundle},
    {"tail", register_tail},
    {"checkpoint", register_checkpoint},
    {"tcc", register_tcc},
    {"query", register_query},
    {"oplog", register_oplog},
    {"trace", register_trace},
    {"trial-balance", register_trial_balance},
    {"import", register_import},
    {"export", register_export},
    {"identity", register_identity},
    {"admin", register_admin},
    {"verify", register_verify},
    {"repair", register_repair},
    {"replay", register_replay},
    {"rebuild", register_rebuild},
    {"state", register_state},
    {"diff", register_diff},
    {"dump", register_dump},
    {"backup", register_backup},
    {"archive", register_archive},
    {"load", register_load},
    {"restore", register_restore},
    {"check-acks", register_check_acks},
    {"saga", register_saga},
    {"admin", register_secrets},
    {"participant", register_participant},
    {"recon", register_recon},
    {"bench", register_bench},
    {"demo", register_demo},
};

bool is_known(std::string_view word) {
  return std::ranges::any_of(subcommands,
                             [&](const Subcommand& each) { return each.name == word; });
}

/// Only what the first word names: to register an option takes the parser longer than most commands
/// take to run. All of them where it is an option, for the help text.
void register_subcommands(CLI::App& app, CommandContext& context, std::string_view first_word) {
  const bool all = !is_known(first_word);
  for (const Subcommand& each : subcommands) {
    if (all || each.name == first_word) each.add(app, context);
  }
}

int run(int argc, char** argv) {
  CLI::App app{about, "daybook"};
  app.set_version_flag("--version", fmt::format("daybook {}", engine_version));
  app.footer(examples);
  app.require_subcommand(1);
  CommandContext context;
  const std::string_view first_word = argc > 1 ? argv[1] : "--help";
  if (!first_word.starts_with('-') && !is_known(first_word)) {
    return complain(
        fmt::format("there is no command \"{}\"; daybook --help lists them", first_word));
  }
  register_subcommands(app, context, first_word);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Success is what --help and --version throw. The library's own numbers are not ours.
    const bool is_help = app.exit(error) == 0;
    return is_help ? exit_code::good : exit_code::failed;
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    return complain("the answer could not be written to standard output; is its disk full?");
  }
  return context.exit_code;
}

}  // namespace
}  // namespace daybook

int main(int argc, char** argv) {
  daybook::mend_inherited_state();
  std::set_new_handler([] { daybook::stop_on_failure("the system has no memory left"); });
  try {
    return daybook::run(argc, argv);
  } catch (const std::exception& error) {
    return daybook::complain(
        fmt::format("stopped on an unexpected error: {}; nothing is known about the command's "
                    "outcome, so look before you repeat it",
                    error.what()));
  }
}
