#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "tools/daybook/client/export_command.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/text/event_csv.hpp"

namespace daybook {
namespace {

template <typename Event>
void register_one(CLI::App& group, CommandContext& context, const std::string& things,
                  const std::string& help, const std::string& note) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command = group.add_subcommand(things, help);
  command->add_option("file", options->file, "Where to; - is standard output")->default_str("-");
  options->file = "-";
  command->add_flag("--for-import", options->for_import,
                    "Only the columns that 'daybook import' reads");
  add_client_options(*command, options->client);
  std::string columns;
  append_csv_header<Event>(columns, CsvColumns::all);
  command->footer(fmt::format(
      "Columns:\n  {}{}"
      "The file gets its name once it is complete. --json is for the summary, which is left out\n"
      "when the data goes to standard output.\n"
      "Example:\n  daybook export {} {}.csv",
      columns, note, things, things));
  command->callback([&context, options] { context.exit_code = run_export<Event>(*options); });
}

}  // namespace

void register_export(CLI::App& app, CommandContext& context) {
  CLI::App* group = app.add_subcommand("export", "Write accounts or transfers as CSV");
  group->require_subcommand(1);
  group->footer("Example:\n  daybook export transfers transfers.csv");
  register_one<Account>(
      *group, context, "accounts", "All accounts with their balances",
      "Balances of 8,192 accounts at a time are of one moment; while transfers\n"
      "are being posted, those of the whole file are not. With --for-import every\n"
      "account is open, since its transfers are imported after it.\n");
  register_one<Transfer>(*group, context, "transfers", "All transfers, in the journal's order",
                         "A hold that expired has no transfer that says so: imported again, it is\n"
                         "open until its timeout has passed anew.\n");
}

}  // namespace daybook
