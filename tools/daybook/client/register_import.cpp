#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "tools/daybook/client/import_command.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/text/event_fields.hpp"

namespace daybook {
namespace {

template <typename Event>
std::string columns_text() {
  std::string text =
      "Columns, in any order, named in the first line; an empty field is not given:\n";
  for (const EventField<Event>& field : event_fields<Event>()) {
    if (field.use == FieldUse::written) continue;
    text += fmt::format("  {:<20}{}\n", field.name, field.help);
  }
  return text;
}

constexpr const char* rules =
    "A bad line is named by its number, and nothing of its batch is posted; the batches before it\n"
    "are. Running the same import again is safe: what exists already, the same, counts as fine.\n"
    "Chains of linked lines are never cut. Exit code 1 when lines were refused, 2 when the import\n"
    "did not reach the file's end.\n"
    "Example:\n";

template <typename Event>
void register_one(CLI::App& group, CommandContext& context, const std::string& things,
                  const std::string& help) {
  auto options = std::make_shared<ImportOptions>();
  CLI::App* command = group.add_subcommand(things, help);
  command->add_option("file", options->file, "CSV (RFC 4180, UTF-8); - is standard input")
      ->required();
  command->add_option("--rejects", options->rejects,
                      "Write the refused lines here, with their status and line number");
  command->add_option("--ignore", options->ignored, "A column to skip; may be given several times")
      ->allow_extra_args(false);
  command->add_option("--batch", options->batch_events, "Lines a request")
      ->capture_default_str()
      ->check(CLI::Range(1U, limits::batch_events_max));
  command->add_option("--in-flight", options->in_flight, "Requests under way at a time")
      ->capture_default_str()
      ->check(CLI::Range(1U, 16U));
  add_write_options(*command, options->write);
  add_client_options(*command, options->client);
  command->footer(fmt::format("{}{}  daybook import {} {}.csv --rejects refused.csv",
                              columns_text<Event>(), rules, things, things));
  command->callback([&context, options] { context.exit_code = run_import<Event>(*options); });
}

}  // namespace

void register_import(CLI::App& app, CommandContext& context) {
  CLI::App* group = app.add_subcommand("import", "Create accounts or post transfers from CSV");
  group->require_subcommand(1);
  group->footer("Example:\n  daybook import transfers transfers.csv");
  register_one<Account>(*group, context, "accounts", "Create the accounts of a CSV file");
  register_one<Transfer>(*group, context, "transfers", "Post the transfers of a CSV file");
}

}  // namespace daybook
