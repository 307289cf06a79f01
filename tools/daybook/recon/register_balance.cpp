#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/offline/register_offline.hpp"
#include "tools/daybook/recon/balance_command.hpp"
#include "tools/daybook/recon/register_recon.hpp"
#include "tools/daybook/recon/self_command.hpp"

namespace daybook::recon {

void register_balance(CLI::App& recon, CommandContext& context) {
  auto options = std::make_shared<BalanceOptions>();
  CompareOptions& compare = options->compare;
  CLI::App* command = recon.add_subcommand(
      "balance", "Hold an account's balance against a statement's closing balance");
  command->add_option("journal", compare.file_a, "journal:DIR")->required();
  command->add_option("statement", compare.file_b, "The statement: MT940, camt, BAI2, CSV")
      ->required();
  command
      ->add_option("--account", compare.account,
                   "The account, whose debits are money that came: decimal, 0x..., or name:TEXT")
      ->required();
  auto* sequence =
      command->add_option("--until-sequence", compare.until_sequence,
                          "The journal up to the operation that this sequence is part of");
  command
      ->add_option("--until-time", compare.until_time,
                   "The journal up to the last entry committed by then")
      ->excludes(sequence);
  command->add_option("--since-time", compare.since_time,
                      "Where the statement begins (default: the day of its first entry)");
  command->add_option("--closing", options->closing,
                      "The closing balance of a file that does not say it, such as CSV: 1234.50");
  command->add_option("--map", compare.map_b, "How the statement says it, as for compare");
  command->add_option("--currency", compare.currency, "Of files that have no column for it");
  command->add_option("--scale", compare.scales, "Decimals of a currency: BTC=8")->take_all();
  command
      ->add_option("--fee-code", compare.fee_codes,
                   "Transfers with this code are fees of payments. May be given several times")
      ->take_all();
  command->add_option("--group", compare.group, "sum, as for compare");
  command->add_option("--out", compare.out, "Write all differences of entries here, as compare");
  command
      ->add_option("--report", compare.reports,
                   "Write a report here: FILE.html or FILE.json; may be given twice")
      ->take_all();
  command->add_flag("--json", compare.json, "One JSON object instead of text");
  command->footer(
      "Says by how much the statement's closing balance differs from the ledger's, and where that\n"
      "comes from: what was there at the statement's opening, the entries since that differ, and\n"
      "what the statement's own entries leave open. A balance is debits less credits that were\n"
      "posted; holds are no part of it. Needs no engine.\n"
      "Exit codes: 0 the balances are the same; 1 they differ; 2 it could not be told.\n"
      "Examples:\n"
      "  daybook recon balance journal:./ledger-data statement.sta --account name:bank \\\n"
      "    --until-time 2026-02-01T00:00:00Z\n"
      "  daybook recon balance journal:./ledger-data statement.csv --account 2 --closing 1234.50");
  command->callback([&context, options] { context.exit_code = run_balance(*options); });
}

void register_self(CLI::App& recon, CommandContext& context) {
  auto options = std::make_shared<SelfOptions>();
  CLI::App* command = recon.add_subcommand(
      "self", "Hold the ledger against its own journal, account by account. Needs no engine");
  add_replay_options(*command, options->place, options->room);
  command->add_flag("--json", options->json, "One JSON object instead of text");
  command->footer(
      "Folds the whole journal by code that shares nothing with the engine's, and compares with\n"
      "every snapshot and with the state that replay makes, whose digest the live engine wrote\n"
      "into each entry. Of each account that differs it says what, by how much and since when.\n"
      "`daybook rebuild DIR` also compares indexes, and repairs.\n"
      "Exit codes: 0 all agree; 1 something differs or is damaged; 2 it could not be told.\n"
      "Example:\n  daybook recon self ./ledger-data");
  command->callback([&context, options] { context.exit_code = run_self(*options); });
}

}  // namespace daybook::recon
