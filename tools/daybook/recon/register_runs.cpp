#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/recon/register_recon.hpp"
#include "tools/daybook/recon/runs/runs_command.hpp"

namespace daybook::recon {
namespace {

constexpr const char* run_help =
    "A run: its id, NAME for the newest one of a reconciliation, or NAME/2026-01-31";

void register_define(CLI::App& recon, CommandContext& context) {
  auto options = std::make_shared<DefineOptions>();
  CLI::App* command = recon.add_subcommand(
      "define", "As a checker: store a definition, with what may be approved by it");
  command->add_option("file", options->file, "The definition: one JSON object")->required();
  add_write_options(*command, options->write);
  add_client_options(*command, options->client);
  command->footer(
      "The same again changes nothing. 'daybook recon check' says what a definition means.\n"
      "Example:\n  daybook recon define bank.json");
  command->callback([&context, options] { context.exit_code = run_define(*options); });
}

void register_run(CLI::App& recon, CommandContext& context) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = recon.add_subcommand(
      "run", "As an operator: reconcile a day with a statement, and propose corrections");
  command->add_option("name", options->name, "The reconciliation")->required();
  command->add_option("statement", options->statement, "The other system's file")->required();
  command->add_option("--data", options->data, "The engine's data directory; it is only read")
      ->required();
  command->add_option("--day", options->day,
                      "The business day, as 2026-01-31 (default: yesterday, in its time zone)");
  command->add_option("--runs", options->runs,
                      "Where results are kept (default: DATA.reconciliations)");
  command->add_option("--until-sequence", options->until_sequence,
                      "Cut the journal behind the operation that this sequence is part of");
  command
      ->add_option("--memory", options->memory_bytes,
                   "How much memory it may take, at least 16M (default 512M)")
      ->transform(CLI::AsSizeValue{false});
  command->add_option("--threads", options->threads, "As many as there are cores by default");
  command->add_flag("!--no-proposals", options->proposes, "Only compare and prove");
  add_write_options(*command, options->write);
  add_client_options(*command, options->client);
  command->footer(
      "A process of its own, beside the engine: it reads the journal, and tells the engine each\n"
      "phase, what it found and what it proposes. Nothing is posted, but what the definition lets\n"
      "pass without approval. Killed, it goes on when it is started again.\n"
      "First it does what 'daybook recon settle' does.\n"
      "Exit codes: 0 nothing has to be dealt with; 1 something has; 2 it could not be done.\n"
      "Example:\n"
      "  daybook recon run bank statement.xml --data ./ledger-data --day 2026-01-31");
  command->callback([&context, options] { context.exit_code = run_reconciliation(*options); });
}

void register_watch(CLI::App& recon, CommandContext& context) {
  auto options = std::make_shared<WatchOptions>();
  CLI::App* command = recon.add_subcommand(
      "watch",
      "As an operator: run reconciliations when they are due, with statements from a "
      "directory");
  command->add_option("inbox", options->inbox, "Where statements are put")->required();
  command->add_option("--data", options->data, "The engine's data directory; it is only read")
      ->required();
  command->add_option("--runs", options->runs,
                      "Where results are kept (default: DATA.reconciliations)");
  command
      ->add_option("--memory", options->memory_bytes,
                   "How much memory a run may take, at least 16M (default 512M)")
      ->transform(CLI::AsSizeValue{false});
  command->add_option("--threads", options->threads, "As many as there are cores by default");
  command->add_option("--every", options->every_seconds, "Seconds between two looks (default 30)")
      ->check(CLI::Range(0.1, 3'600.0));
  auto* once = command->add_flag("--once", options->is_once, "Do what is due now, and end");
  command->add_option("--at", options->at, "Take this for the time: 2026-02-01T02:00:00Z")
      ->needs(once);
  add_write_options(*command, options->write);
  add_client_options(*command, options->client);
  command->footer(
      "Definitions say when (\"schedule\", a cron expression in their time zone), with which "
      "files\n"
      "(\"files\", such as acme-%Y-%m-%d-*.xml) and by when one is expected (\"expected_by\"). "
      "Days\n"
      "that were missed are made up for, oldest first, where the pattern says of which day a file "
      "is;\n"
      "else only the newest day is, with a file that was not used. Put a file in by renaming it:\n"
      "names that begin with a dot or end in .tmp or .part are left alone. A run that was killed "
      "goes\n"
      "on; one that failed waits for another file, or for somebody.\n"
      "Example:\n  daybook recon watch ./inbox --data ./ledger-data");
  command->callback([&context, options] { context.exit_code = run_watch(*options); });
}

void register_shows(CLI::App& recon, CommandContext& context) {
  auto listed = std::make_shared<RunListOptions>();
  CLI::App* runs = recon.add_subcommand("runs", "List runs, oldest first");
  runs->add_option("name", listed->name, "Of this reconciliation only");
  add_client_options(*runs, listed->client);
  runs->footer("Example:\n  daybook recon runs bank");
  runs->callback([&context, listed] { context.exit_code = run_list_runs(*listed); });

  auto shown = std::make_shared<RunShowOptions>();
  CLI::App* show = recon.add_subcommand("show", "Show a run");
  show->add_option("run", shown->run, run_help)->required();
  add_client_options(*show, shown->client);
  show->footer("Example:\n  daybook recon show bank/2026-01-31");
  show->callback([&context, shown] { context.exit_code = run_show_run(*shown); });
}

void register_report(CLI::App& recon, CommandContext& context) {
  auto options = std::make_shared<RunReportOptions>();
  CLI::App* command = recon.add_subcommand(
      "report", "Write the reports of a run anew, with what was posted since, and by whom");
  command->add_option("run", options->run, run_help)->required();
  command
      ->add_option(
          "--report", options->reports,
          "Write it here, too: a page for FILE.html, JSON for FILE.json; may be given twice")
      ->take_all();
  add_client_options(*command, options->client);
  command->footer(
      "The page and the JSON that the run keeps list the corrections that were posted for its\n"
      "business day: the difference, what was done, the amount, who proposed and who approved it,\n"
      "when and why, and the transfers. An approval on the same machine does this by itself.\n"
      "Principals have names where the engine's data directory can be read, else numbers.\n"
      "Example:\n  daybook recon report bank/2026-01-31 --report bank.html");
  command->callback([&context, options] { context.exit_code = run_renew_report(*options); });
}

void add_choice(CLI::App& command, DifferenceChoice& choice) {
  command.add_option("run", choice.run, run_help)->required();
  command.add_option("--difference", choice.differences, "Only these; may be given several times")
      ->take_all();
  command.add_option("--code", choice.codes, "Only those of this kind, such as b_only; likewise")
      ->take_all();
}

void register_differences(CLI::App& recon, CommandContext& context) {
  auto options = std::make_shared<DifferenceListOptions>();
  CLI::App* command =
      recon.add_subcommand("differences", "List what a run found, and what has become of it");
  add_choice(*command, options->choice);
  command->add_option("--state", options->choice.state,
                      "Only those in this state: open, proposed, approved, posted, ...");
  add_client_options(*command, options->client);
  command->footer("Example:\n  daybook recon differences bank --state open");
  command->callback([&context, options] { context.exit_code = run_list_differences(*options); });
}

void register_suspense(CLI::App& recon, CommandContext& context) {
  auto options = std::make_shared<SuspenseOptions>();
  CLI::App* command = recon.add_subcommand(
      "suspense", "What stands on the suspense account, by age: what nobody has explained yet");
  command->add_option("name", options->name, "Of a reconciliation")->required();
  command->add_flag("--items", options->lists_items, "Each correction, too, the oldest first");
  command->add_option("--at", options->at, "Ages as of then (default: now)");
  add_client_options(*command, options->client);
  command->footer(
      "Ages are of the records, in whole days. What was moved otherwise is what people have\n"
      "posted to explain it: transfers on the account that are no corrections.\n"
      "Example:\n  daybook recon suspense bank --items");
  command->callback([&context, options] { context.exit_code = run_suspense(*options); });
}

void register_review(CLI::App& recon, CommandContext& context, bool rejects) {
  auto options = std::make_shared<ReviewOptions>();
  options->rejects = rejects;
  CLI::App* command = recon.add_subcommand(
      rejects ? "reject" : "approve",
      rejects ? "As a checker: refuse corrections that somebody else proposed"
              : "As a checker: approve corrections that somebody else proposed; they are posted");
  add_choice(*command, options->choice);
  command->add_flag("--yes", options->is_sure, "Do it: without, it is only shown what would be");
  auto* reason = command->add_option("--reason", options->reason, "Why; kept in the journal");
  if (rejects) reason->required();
  add_write_options(*command, options->write);
  add_client_options(*command, options->client);
  command->footer(
      rejects
          ? "Example:\n  daybook recon reject bank --difference 0x... --yes --reason \"paid in "
            "cash\""
          : "Counts and sums are shown first. An approval and what it posts are one entry of "
            "the\n"
            "journal; a saga that posts it is started at once. Whoever proposed a correction "
            "cannot\n"
            "approve it.\n"
            "Example:\n  daybook recon approve bank --code b_only --yes --reason \"as agreed\"");
  command->callback([&context, options] { context.exit_code = run_review(*options); });
}

void register_settle(CLI::App& recon, CommandContext& context) {
  auto options = std::make_shared<SettleOptions>();
  CLI::App* command = recon.add_subcommand(
      "settle", "As an operator: take up the sagas of approved corrections, and what they came to");
  command->add_option("name", options->name, "Of this reconciliation only");
  add_write_options(*command, options->write);
  add_client_options(*command, options->client);
  command->footer(
      "An approval starts its saga, and 'run', 'watch' and the next approval look at it again. "
      "This\n"
      "does only that: what was approved and not started is started; of a saga that has completed\n"
      "the correction is posted; one that did not leaves the difference open to another proposal.\n"
      "Again, or several at a time, nothing is done twice. What is stuck needs 'daybook saga'.\n"
      "Exit codes: 0 nothing is left; 1 something is under way, stuck, or did not complete.\n"
      "Example:\n  daybook recon settle bank");
  command->callback([&context, options] { context.exit_code = run_settle(*options); });
}

struct Act {
  const char* name;
  const char* what;
  Command act;
  std::uint16_t flags;
};

void register_difference_act(CLI::App& recon, CommandContext& context, const Act& act) {
  auto options = std::make_shared<DifferenceActOptions>();
  options->act = act.act;
  options->flags = act.flags;
  CLI::App* command = recon.add_subcommand(act.name, act.what);
  add_choice(*command, options->choice);
  command->add_option("--state", options->choice.state, "Only those in this state");
  command
      ->add_option(
          act.act == Command::difference_assign ? "--to" : "--reason", options->reason,
          act.act == Command::difference_assign ? "Whose they are" : "Why; kept in the journal")
      ->required();
  add_write_options(*command, options->write);
  add_client_options(*command, options->client);
  command->callback([&context, options] { context.exit_code = run_difference_act(*options); });
}

void register_run_act(CLI::App& recon, CommandContext& context, const Act& act) {
  auto options = std::make_shared<RunActOptions>();
  options->act = act.act;
  CLI::App* command = recon.add_subcommand(act.name, act.what);
  command->add_option("run", options->run, run_help)->required();
  auto* reason = command->add_option("--reason", options->reason, "Why; kept in the journal");
  if (act.act == Command::run_cancel) reason->required();
  add_write_options(*command, options->write);
  add_client_options(*command, options->client);
  command->callback([&context, options] { context.exit_code = run_run_act(*options); });
}

}  // namespace

void register_runs(CLI::App& recon, CommandContext& context) {
  register_define(recon, context);
  register_run(recon, context);
  register_watch(recon, context);
  register_shows(recon, context);
  register_report(recon, context);
  register_differences(recon, context);
  register_suspense(recon, context);
  register_review(recon, context, false);
  register_review(recon, context, true);
  register_settle(recon, context);
  register_difference_act(
      recon, context,
      {"accept", "As an operator: propose that differences are explained and nothing is posted",
       Command::correction_propose, command_flag::accepts});
  register_difference_act(
      recon, context,
      {"force-close", "As an operator: propose that differences are closed and nothing is posted",
       Command::correction_propose, command_flag::force_closes});
  register_difference_act(
      recon, context,
      {"assign", "As an operator: say whose differences are", Command::difference_assign, 0});
  register_difference_act(
      recon, context,
      {"reopen", "As an operator: take up differences again, or take back what you proposed",
       Command::difference_reopen, 0});
  register_run_act(recon, context,
                   {"close", "As an operator: close a run of which every difference is dealt with",
                    Command::run_close, 0});
  register_run_act(
      recon, context,
      {"cancel", "As an operator: give up a run that is not proved yet", Command::run_cancel, 0});
}

}  // namespace daybook::recon
