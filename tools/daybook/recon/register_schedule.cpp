#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/recon/register_recon.hpp"
#include "tools/daybook/recon/runs/runs_command.hpp"

namespace daybook::recon {
namespace {

void register_list(CLI::App& schedule, CommandContext& context) {
  auto options = std::make_shared<ScheduleListOptions>();
  CLI::App* command = schedule.add_subcommand(
      "list", "When each reconciliation is due next, its last run, and what is late");
  command->add_option("--at", options->at, "Take this for the time: 2026-02-01T02:00:00Z");
  add_client_options(*command, options->client);
  command->footer(
      "A business day is waited for from when it is due until there is a run of it, and late from\n"
      "the definition's \"expected_by\" on, if it says one; of days before the newest only where\n"
      "the names of files say of which day they are. --json: one object a line.\n"
      "Exit codes: 0 nothing is late; 1 something is; 2 it could not be done.\n"
      "Example:\n  daybook recon schedule list");
  command->callback([&context, options] { context.exit_code = run_schedule_list(*options); });
}

void register_add(CLI::App& schedule, CommandContext& context) {
  auto options = std::make_shared<ScheduleChangeOptions>();
  CLI::App* command = schedule.add_subcommand(
      "add", "As a checker: store a definition anew, with another schedule");
  command->add_option("name", options->name, "The reconciliation; it is defined")->required();
  command->add_option(
      "--cron", options->cron,
      "When, as in crontab(5) (default: \"0 2 * * *\", 02:00 for the day before, if "
      "it has none yet)");
  command->add_option(
      "--zone", options->zone,
      "The clock's time zone, such as Europe/Berlin; it is that of the business day, "
      "too");
  command->add_option("--inbox", options->inbox,
                      "The pattern of names of its statements: acme-%Y-%m-%d*.csv");
  command->add_option("--expected-by", options->expected_by,
                      "When a statement is late, on the day behind its own: 06:30");
  add_write_options(*command, options->write);
  add_client_options(*command, options->client);
  command->footer(
      "What is not given stays as it is. It is one more version of the definition, as by 'daybook\n"
      "recon define'; runs from now on are by that. 'daybook recon watch' runs what has a "
      "pattern.\n"
      "Example:\n"
      "  daybook recon schedule add bank --cron \"30 6 * * mon-fri\" --zone Europe/Berlin \\\n"
      "    --inbox 'bank-%Y-%m-%d*.xml' --expected-by 09:00");
  command->callback([&context, options] { context.exit_code = run_schedule_change(*options); });
}

void register_remove(CLI::App& schedule, CommandContext& context) {
  auto options = std::make_shared<ScheduleChangeOptions>();
  options->removes = true;
  CLI::App* command = schedule.add_subcommand(
      "remove", "As a checker: store a definition anew, without a schedule and an inbox");
  command->add_option("name", options->name, "The reconciliation")->required();
  add_write_options(*command, options->write);
  add_client_options(*command, options->client);
  command->footer(
      "It is run by hand from then on. Its time zone stays, as its business day is by that.\n"
      "Example:\n  daybook recon schedule remove bank");
  command->callback([&context, options] { context.exit_code = run_schedule_change(*options); });
}

}  // namespace

void register_schedule(CLI::App& recon, CommandContext& context) {
  CLI::App* schedule =
      recon.add_subcommand("schedule", "When reconciliations are due: their definitions say it");
  schedule->require_subcommand(1);
  register_list(*schedule, context);
  register_add(*schedule, context);
  register_remove(*schedule, context);
}

}  // namespace daybook::recon
