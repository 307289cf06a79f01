#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/command.hpp"
#include "tools/daybook/offline/offline_state.hpp"
#include "tools/daybook/offline/register_offline.hpp"

namespace daybook {

void register_state(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<StateOptions>();
  CLI::App* command = app.add_subcommand(
      "state",
      "Accounts, orders, payments, transactions, streams, holds, checkpoints and "
      "trial balance as of any sequence or time. Needs no engine");
  add_replay_options(*command, options->directory, options->room);
  command->add_option("--account", options->accounts,
                      "An account's id: decimal, 0x..., or name:TEXT; may be repeated");
  command->add_option(
      "--stream", options->streams,
      "A stream's version: its aggregate type (a text or an id) and its aggregate's "
      "id; may be repeated");
  command->add_option("--order", options->orders, "An order's id; may be repeated");
  command->add_option("--payment", options->payments, "A payment's id; may be repeated");
  command->add_option("--tcc", options->tccs, "A TCC transaction's gid; may be repeated");
  auto* sequence = command->add_option("--at-sequence", options->at_sequence,
                                       "As of the operation that this sequence is part of");
  command
      ->add_option("--at-time", options->at_time,
                   "As of the last entry committed by then: 2026-01-31T12:00:00Z, or nanoseconds "
                   "since 1970")
      ->excludes(sequence);
  command->add_flag("--holds", options->holds, "The holds that were open");
  command->add_flag("--checkpoints", options->checkpoints, "How far consumers of events had come");
  command->add_flag("--trial-balance", options->trial_balance,
                    "Each ledger's debits and credits, and whether they are equal");
  command->add_flag(
      "--json", options->json,
      "One JSON object an account, order, payment, transaction, stream, hold, checkpoint or "
      "ledger, a line each");
  command->footer(
      "Amounts are shown by their ledger's scale. The journal is replayed up to the moment asked\n"
      "for, and checked on the way.\n"
      "Exit codes: 0 shown; 1 something was not there, a ledger does not balance, or\n"
      "the journal is damaged; 2 could not be done.\n"
      "Examples:\n"
      "  daybook state ./ledger-data --account 1 --account 2 --at-time 2026-01-31T12:00:00Z\n"
      "  daybook state ./ledger-data --trial-balance --at-sequence 1000");
  command->callback([&context, options] { context.exit_code = run_state(*options); });
}

}  // namespace daybook
