#pragma once

#include <string_view>

#include "tools/daybook/exit_code.hpp"

/// How subcommands join the one binary.
///
/// A subcommand's file has one register_...() function, the only place where it and the
/// command-line parser meet. It adds its options to `app` and a callback that runs the command and
/// leaves the exit code in the context:
///
///     auto options = std::make_shared<Options>();
///     CLI::App* command = app.add_subcommand("verify", "Check a journal offline");
///     command->add_flag("--json", options->json, "One JSON object instead of text");
///     command->callback([&context, options] { context.exit_code = run_verify(*options); });
///
/// The parser's headers are slow to compile: include them in the register files only.

namespace CLI {
class App;
}

namespace daybook {

/// What the chosen command hands back to main().
struct CommandContext {
  int exit_code = exit_code::good;
};

/// Prints "daybook: " and `what` on stderr; returns exit_code::failed. `what` says what went wrong,
/// where, and what to do next.
int complain(std::string_view what);

/// Writes `line` and a newline on stdout. main() looks for write errors at the end.
void say(std::string_view line);

/// Writes `text` on stdout as it is.
void print_text(std::string_view text);

void register_account(CLI::App& app, CommandContext& context);
/// Of register_account(): what operators do to accounts.
void register_account_changes(CLI::App& account, CommandContext& context);
void register_admin(CLI::App& app, CommandContext& context);
void register_archive(CLI::App& app, CommandContext& context);
void register_backup(CLI::App& app, CommandContext& context);
void register_bench(CLI::App& app, CommandContext& context);
void register_order(CLI::App& app, CommandContext& context);
void register_payment(CLI::App& app, CommandContext& context);
void register_bundle(CLI::App& app, CommandContext& context);
void register_checkpoint(CLI::App& app, CommandContext& context);
void register_tcc(CLI::App& app, CommandContext& context);
void register_check_acks(CLI::App& app, CommandContext& context);
void register_demo(CLI::App& app, CommandContext& context);
void register_diff(CLI::App& app, CommandContext& context);
void register_dump(CLI::App& app, CommandContext& context);
void register_export(CLI::App& app, CommandContext& context);
void register_hold(CLI::App& app, CommandContext& context);
void register_identity(CLI::App& app, CommandContext& context);
void register_import(CLI::App& app, CommandContext& context);
void register_ledger(CLI::App& app, CommandContext& context);
void register_load(CLI::App& app, CommandContext& context);
void register_name(CLI::App& app, CommandContext& context);
void register_oplog(CLI::App& app, CommandContext& context);
void register_participant(CLI::App& app, CommandContext& context);
void register_query(CLI::App& app, CommandContext& context);
void register_rebuild(CLI::App& app, CommandContext& context);
void register_recon(CLI::App& app, CommandContext& context);
void register_repair(CLI::App& app, CommandContext& context);
void register_replay(CLI::App& app, CommandContext& context);
void register_restore(CLI::App& app, CommandContext& context);
void register_saga(CLI::App& app, CommandContext& context);
/// After register_admin(), whose group it adds to.
void register_secrets(CLI::App& app, CommandContext& context);
void register_serve(CLI::App& app, CommandContext& context);
void register_state(CLI::App& app, CommandContext& context);
void register_stream(CLI::App& app, CommandContext& context);
void register_tail(CLI::App& app, CommandContext& context);
void register_trace(CLI::App& app, CommandContext& context);
void register_transfer(CLI::App& app, CommandContext& context);
void register_trial_balance(CLI::App& app, CommandContext& context);
void register_verify(CLI::App& app, CommandContext& context);

}  // namespace daybook
