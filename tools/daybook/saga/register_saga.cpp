#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/command.hpp"
#include "tools/daybook/saga/register_saga_acts.hpp"
#include "tools/daybook/saga/saga_check.hpp"
#include "tools/daybook/saga/saga_command.hpp"

namespace daybook {
namespace {

void register_check(CLI::App& saga, CommandContext& context) {
  auto options = std::make_shared<SagaCheckOptions>();
  CLI::App* check = saga.add_subcommand(
      "check", "What is wrong with a definition, or what its saga would do. Needs no engine");
  check->add_option("file", options->file, "The definition, as JSON; - is standard input")
      ->required();
  check->add_flag("--json", options->json, "One JSON object instead of text");
  check->footer(
      "Tells every fault with its place, such as\n"
      "  steps[2].timeout_ms: a remote step needs a time-out\n"
      "and of a definition without any its steps in their order, what undoes each, and the pivot.\n"
      "The hash is of what it says, not of its spaces or the order of its keys.\n"
      "Exit codes: 0 it may be stored; 1 it has faults; 2 it could not be read.\n"
      "Example:\n"
      "  daybook saga check tools/demo/sagas/payOrder.json");
  check->callback([&context, options] { context.exit_code = run_saga_check(*options); });
}

void register_put(CLI::App& saga, CommandContext& context) {
  auto options = std::make_shared<SagaPutOptions>();
  CLI::App* command = saga.add_subcommand(
      "put",
      "Store definitions. They are checked first, and nothing is sent where one has a fault");
  command->add_option("files", options->files, "Definitions, as JSON; - is standard input")
      ->required()
      ->expected(1, 1'000);
  add_write_options(*command, options->write);
  add_client_options(*command, options->client);
  command->footer(
      "A stored version stays as it is for ever, and sagas that began with it end with it: give\n"
      "what you changed a higher version. The same again is answered with exists.\n"
      "Example:\n  daybook saga put tools/demo/sagas/createOrder.json");
  command->callback([&context, options] { context.exit_code = run_saga_put(*options); });
}

void register_definitions(CLI::App& saga, CommandContext& context) {
  auto options = std::make_shared<SagaDefinitionsOptions>();
  CLI::App* command =
      saga.add_subcommand("definitions", "List definitions, or show the JSON of one");
  command->add_option("name", options->name, "NAME, its newest version, or NAME@VERSION");
  add_client_options(*command, options->client);
  command->footer("Example:\n  daybook saga definitions createOrder@1");
  command->callback([&context, options] { context.exit_code = run_saga_definitions(*options); });
}

void register_start(CLI::App& saga, CommandContext& context) {
  auto options = std::make_shared<SagaStartOptions>();
  CLI::App* command =
      saga.add_subcommand("start", "Start a saga, and say what has become of it by then");
  command
      ->add_option("definition", options->definition, "NAME, its newest version, or NAME@VERSION")
      ->required();
  auto* values = command->add_option("values", options->values,
                                     "What the definition asks for: name=value each");
  command
      ->add_option("--input", options->input,
                   "A file with a JSON object of the values instead; - is standard input")
      ->excludes(values);
  command->add_option("--id", options->id,
                      "The saga's id; left out: a new UUIDv7, which is printed");
  add_write_options(*command, options->write);
  add_client_options(*command, options->client);
  command->footer(
      "Values: accounts and ids as ids everywhere (7, 0x7, name:shop); money with its ledger, by\n"
      "its scale (price=\"12.50 978\"); u64 a whole number; text as it is; timestamps as RFC "
      "3339.\n"
      "A secret is sealed before it is sent, and what it was sealed to is told on standard error:\n"
      "give that instead to send the same start again.\n"
      "The same start again, with the same id and values, is answered with exists.\n"
      "Exit codes: 0 it was started, now or before, whatever comes of it: see the status that is\n"
      "printed; 1 it was refused; 2 it was not sent, or nobody answered.\n"
      "Example:\n"
      "  daybook saga start createOrder --id 7001 order=501 user=2 sku=tea quantity=3 \\\n"
      "    stock_ledger=1 stock=11 reserved_stock=12 price=\"12.50 978\"");
  command->callback([&context, options] { context.exit_code = run_saga_start(*options); });
}

void register_show(CLI::App& saga, CommandContext& context) {
  auto options = std::make_shared<SagaShowOptions>();
  CLI::App* command = saga.add_subcommand(
      "show", "Show a saga: each step, why it waits, and everything that happened to it");
  command->add_option("id", options->id, "The saga")->required();
  add_client_options(*command, options->client);
  command->footer("Example:\n  daybook saga show 7001");
  command->callback([&context, options] { context.exit_code = run_saga_show(*options); });
}

void register_list(CLI::App& saga, CommandContext& context) {
  auto options = std::make_shared<SagaListOptions>();
  CLI::App* command =
      saga.add_subcommand("list", "List the sagas that go on, or all there ever were");
  command->add_option("--status", options->statuses, "Only those: running, stuck, …")
      ->check(CLI::IsMember(
          {"running", "compensating", "stuck", "completed", "compensated", "closed_manual"}));
  command->add_option("--definition", options->definition, "Only those of NAME, or NAME@VERSION");
  command->add_option("--business", options->business, "Only those of this business id");
  command->add_flag("--all", options->all,
                    "Also those that ended and left the engine's memory; reads each one's events");
  command->add_option("--limit", options->limit, "At most so many")->capture_default_str();
  add_client_options(*command, options->client);
  command->footer(
      "Sagas that have ended leave the engine's memory, at once where none of their steps is\n"
      "remote; 'saga show' shows them for ever.\n"
      "Example:\n  daybook saga list --status stuck");
  command->callback([&context, options] { context.exit_code = run_saga_list(*options); });
}

void register_stats(CLI::App& saga, CommandContext& context) {
  auto options = std::make_shared<SagaStatsOptions>();
  CLI::App* command = saga.add_subcommand(
      "stats", "Count sagas by definition and status, and what becomes of their steps");
  command->add_option("--definition", options->definition, "Only those of NAME, all versions");
  command->add_option("--from", options->from,
                      "Count what happened from this time on: 2026-01-31T12:00:00Z, or nanoseconds "
                      "since 1970");
  command->add_option("--until", options->until, "And up to this time; sagas are shown as of then");
  command->add_flag("--prometheus", options->prometheus,
                    "As metrics in Prometheus' text format, for its textfile collector");
  add_client_options(*command, options->client);
  command->footer(
      "All events of sagas are read, so it takes as long as there are many. A latency is from\n"
      "sending a step to a participant to its answer. What was refused is told by status: late\n"
      "tries, illegal transitions.\n"
      "Examples:\n"
      "  daybook saga stats --from 2026-01-31T00:00:00Z\n"
      "  daybook saga stats --prometheus > /var/lib/node_exporter/daybook.prom");
  command->callback([&context, options] { context.exit_code = run_saga_stats(*options); });
}

}  // namespace

void register_saga(CLI::App& app, CommandContext& context) {
  CLI::App* saga =
      app.add_subcommand("saga", "Sagas: steps that are all done, or undone as far as they were");
  saga->require_subcommand(1);
  saga->footer("Example:\n  daybook saga check tools/demo/sagas/createOrder.json");
  register_check(*saga, context);
  register_put(*saga, context);
  register_definitions(*saga, context);
  register_start(*saga, context);
  register_show(*saga, context);
  register_list(*saga, context);
  register_stats(*saga, context);
  register_saga_acts(*saga, context);
}

}  // namespace daybook
