#include <limits>
#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/command.hpp"
#include "tools/daybook/oplog/oplog_command.hpp"

namespace daybook {
namespace {

void add_filter(CLI::App& command, OperationFilterTexts& filter) {
  const char* group = "Only those that match all of these";
  const auto add = [&](const char* name, std::string& text, const char* help) {
    command.add_option(name, text, help)->group(group);
  };
  add("--business,--business-id", filter.business, "Your reference; as an id");
  add("--trace,--trace-id", filter.trace,
      "The trace id: 32 hexadecimal digits, a traceparent, or as an id");
  add("--user,--user-id", filter.user, "A number of yours, 64 bits");
  add("--client", filter.client, "The client's id");
  add("--kind", filter.kind, "What was asked for: create_transfers, ..., release_holds");
  add("--status", filter.status, "What became of the request: ok, malformed, not_authorised, ...");
  add("--follows", filter.follows, "It posted, voided, released or reversed this transfer");
  command.add_flag("--refused", filter.refused, "At least one of its events was refused")
      ->group(group);
  add("--from", filter.from, "From this time on: 2026-01-31T12:00:00Z, or nanoseconds since 1970");
  add("--to", filter.to, "Up to this time, included");
  add("--from-sequence", filter.from_sequence, "From this sequence on");
  add("--to-sequence", filter.to_sequence, "Up to this sequence, included");
}

}  // namespace

void register_oplog(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<OplogOptions>();
  CLI::App* command = app.add_subcommand(
      "oplog", "The operation log: who asked for what, why, when, and what became of it");
  add_filter(*command, options->filter);
  command->add_flag("--facts", options->filter.facts,
                    "Also what each made, and the events that it refused");
  command->add_flag("--newest-first", options->filter.newest_first,
                    "The latest first (default: in order of sequence)");
  auto* limit =
      command->add_option("--limit", options->limit, "At most so many")
          ->capture_default_str()
          ->check(CLI::Range(std::uint64_t{1}, std::numeric_limits<std::uint64_t>::max()));
  command->add_flag("--all", options->all, "All of them")->excludes(limit);
  command->add_option("--data", options->directory,
                      "Read the journal in this directory; needs no engine");
  add_client_options(*command, options->client);
  command->footer(
      "Every request that was accepted or refused is there, and what the engine did by itself\n"
      "('engine: expiry'). --business, --trace and --user also find an operation by any account "
      "or\n"
      "transfer that it made or refused.\n"
      "Examples:\n"
      "  daybook oplog --business name:order-7 --facts\n"
      "  daybook oplog --refused --newest-first --limit 10\n"
      "  daybook oplog --data ./ledger-data --user 7 --from 2026-01-31T00:00:00Z");
  command->callback([&context, options] { context.exit_code = run_oplog(*options); });
}

void register_trace(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<TraceOptions>();
  CLI::App* command = app.add_subcommand(
      "trace", "All that was done under a trace id, and what became of it, in order");
  command
      ->add_option("trace", options->trace,
                   "The trace id: 32 hexadecimal digits, a traceparent, or as an id")
      ->required();
  command->add_option("--data", options->directory,
                      "Read the journal in this directory; needs no engine");
  add_client_options(*command, options->client);
  command->footer(
      "Posts, voids, expiries and reversals of the trace's transfers are shown too, even where "
      "they\n"
      "were done under other traces. Exit code 1 when there is nothing.\n"
      "Examples:\n"
      "  daybook trace 4bf92f3577b34da6a3ce929d0e0e4736\n"
      "  daybook trace 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 --data "
      "./ledger-data");
  command->callback([&context, options] { context.exit_code = run_trace(*options); });
}

}  // namespace daybook
