#include <cstdio>
#include <exception>
#include <new>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "engine/base/stop.hpp"
#include "engine/model/engine_version.hpp"
#include "tools/daybook/command.hpp"

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
    "Each command has a --help of its own.";

void register_all(CLI::App& app, CommandContext& context) {
  register_serve(app, context);
  register_ledger(app, context);
  register_account(app, context);
  register_transfer(app, context);
  register_hold(app, context);
  register_name(app, context);
  register_stream(app, context);
  register_order(app, context);
  register_payment(app, context);
  register_bundle(app, context);
  register_tail(app, context);
  register_checkpoint(app, context);
  register_tcc(app, context);
  register_query(app, context);
  register_oplog(app, context);
  register_trace(app, context);
  register_trial_balance(app, context);
  register_import(app, context);
  register_export(app, context);
  register_identity(app, context);
  register_admin(app, context);
  register_verify(app, context);
  register_repair(app, context);
  register_replay(app, context);
  register_rebuild(app, context);
  register_state(app, context);
  register_diff(app, context);
  register_dump(app, context);
  register_backup(app, context);
  register_archive(app, context);
  register_load(app, context);
  register_restore(app, context);
  register_check_acks(app, context);
  register_saga(app, context);
  register_secrets(app, context);
  register_participant(app, context);
  register_recon(app, context);
  register_bench(app, context);
}

int run(int argc, char** argv) {
  CLI::App app{about, "daybook"};
  app.set_version_flag("--version", fmt::format("daybook {}", engine_version));
  app.footer(examples);
  app.require_subcommand(1);
  CommandContext context;
  register_all(app, context);
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
