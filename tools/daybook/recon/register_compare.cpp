#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/recon/compare_command.hpp"
#include "tools/daybook/recon/mapping_file.hpp"
#include "tools/daybook/recon/register_recon.hpp"

namespace daybook::recon {
namespace {

/// What is asked of a journal.
void add_journal_options(CLI::App& command, CompareOptions& options) {
  command.add_option("--account", options.account,
                     "Of a journal: the account whose debits are money that came: decimal, 0x..., "
                     "or name:TEXT");
  command.add_option("--ledger", options.ledger,
                     "Of a journal: all that moves in this ledger, without an account");
  command
      .add_option("--fee-code", options.fee_codes,
                  "Of a journal: transfers with this code are fees: on --account, those with a "
                  "payment's reference are its fee. May be given several times")
      ->take_all();
  command.add_option("--since-time", options.since_time,
                     "Of a journal: without what was before: 2026-01-31T12:00:00Z");
  command.add_option("--before-time", options.before_time,
                     "Of a journal: without what was then or later");
  auto* sequence =
      command.add_option("--until-sequence", options.until_sequence,
                         "Of a journal: up to the operation that this sequence is part of");
  command
      .add_option("--until-time", options.until_time,
                  "Of a journal: up to the last entry committed by then")
      ->excludes(sequence);
}

/// How the files say it.
void add_mapping_options(CLI::App& command, CompareOptions& options) {
  command.add_option("--map", options.map,
                     "How both files say it: a JSON file, or stripe, adyen, paypal, alipay, "
                     "wechat-pay, exchange-fills; or a format: " +
                         names_of_formats() + ", which are guessed where there is no --map");
  command.add_option("--map-a", options.map_a, "The same for A alone");
  command.add_option("--map-b", options.map_b, "The same for B alone");
  command.add_option("--currency", options.currency, "Of files that have no column for it");
  command.add_option("--scale", options.scales, "Decimals of a currency: BTC=8")->take_all();
}

/// Where things go, and what the work may take.
void add_work_options(CLI::App& command, CompareOptions& options) {
  command
      .add_option("--memory", options.memory_bytes,
                  "How much memory it may take, at least 16M (default 512M)")
      ->transform(CLI::AsSizeValue{false});
  command.add_option("--threads", options.threads, "As many as there are cores by default");
  command.add_option("--out", options.out,
                     "Write the differences here: NDJSON for .ndjson and .jsonl, else CSV");
  command
      .add_option("--report", options.reports,
                  "Write a report here: one page for FILE.html, what --json prints and more for "
                  "FILE.json; may be given twice")
      ->take_all();
  command.add_option(
      "--work", options.work,
      "Keep sorted records in this directory while at work: killed and started again "
      "with the same files and options, the comparison goes on behind them");
  command.add_option("--spill", options.spill,
                     "Directory for what does not fit in memory (default: that of --out, or "
                     "TMPDIR)");
}

/// What counts as equal.
void add_rule_options(CLI::App& command, CompareOptions& options) {
  command
      .add_option("--tolerance", options.tolerances,
                  "Let amounts differ by so many minor units: EUR=5, or EUR=5,cap=1000 for all of "
                  "them together")
      ->take_all();
  command
      .add_option("--fallback", options.fallbacks,
                  "Match what has no partner by amount+day, amount+party or amount+day+party")
      ->take_all();
  command.add_option("--group", options.group,
                     "sum: records of a reference are parts of one movement, such as partial "
                     "captures or split payouts; those equal on both sides are paired, and of the "
                     "rest the sums are held against each other");
  command
      .add_option("--window", options.window_days,
                  "Days by which dates may differ, and for which a record of A may be pending")
      ->each([&options](const std::string&) { options.has_window = true; });
}

}  // namespace

void register_compare(CLI::App& recon, CommandContext& context) {
  auto options = std::make_shared<CompareOptions>();
  CLI::App* command = recon.add_subcommand(
      "compare", "Compare two files record by record, with a proof. Needs no engine");
  command->add_option("A", options->file_a, "The ledger's file, or journal:DIR")->required();
  command->add_option("B", options->file_b, "The other system's file")->required();
  add_journal_options(*command, *options);
  add_mapping_options(*command, *options);
  add_work_options(*command, *options);
  add_rule_options(*command, *options);
  command->add_flag("--json", options->json, "One JSON object instead of text");
  command->footer(
      "A CSV file begins with a line of column names: reference,amount,currency,status,time, in "
      "any\n"
      "order, perhaps with fee, type, party, settlement_amount, settlement_currency. Records are\n"
      "matched by reference, currency and type. Files in banks' formats need no mapping; what "
      "they\n"
      "say of themselves, balances, sums and counts, is held against their entries. Lines that "
      "cannot be read are told and cost no\n"
      "other line. For every currency it is proved that the difference of both sums is the sum of\n"
      "all differences. The result depends neither on memory nor on threads nor on the order of\n"
      "lines.\n"
      "Of a journal, read beside an engine or without one, the reference is the name of a "
      "transfer's\n"
      "business reference, else its number, else the transfer's name or number; holds that are "
      "open\n"
      "at the cut are 'open', reversals refunds.\n"
      "Exit codes: 0 nothing differs; 1 something does; 2 it could not be done.\n"
      "Examples:\n"
      "  daybook recon compare journal:./ledger-data statement.xml --account name:bank --window 2\n"
      "  daybook recon compare ledger.csv statement.csv --out differences.csv\n"
      "  daybook recon compare ledger.csv statement.sta --window 2 --report report.html\n"
      "  daybook recon compare ledger.csv payouts.csv --map-b stripe --window 2 \\\n"
      "    --tolerance EUR=1,cap=500 --fallback amount+day --json\n"
      "  daybook recon compare captures.csv payouts.csv --group sum");
  command->callback([&context, options] { context.exit_code = run_compare(*options); });
}

}  // namespace daybook::recon
