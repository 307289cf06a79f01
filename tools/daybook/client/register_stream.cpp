#include <limits>
#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tools/daybook/client/stream_command.hpp"
#include "tools/daybook/command.hpp"

namespace daybook {
namespace {

void register_append(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<StreamAppendOptions>();
  CLI::App* command =
      group.add_subcommand("append", "Append events to streams: all of them, or none");
  auto* file = command->add_option("--file", options->file,
                                   "Events as JSON lines, one request; - is standard input");
  const auto add = [&](const char* name, std::string& text, const char* help) {
    return command->add_option(name, text, help)->excludes(file);
  };
  add("--aggregate-type", options->aggregate_type,
      "What kind of thing the stream is about: a text, or an id");
  add("--aggregate", options->aggregate, "Which one: decimal, 0xHEX or name:TEXT");
  add("--type", options->type, "What happened: a text, or an id");
  auto* data = add("--data", options->data, "The payload: at most 64 KiB");
  add("--data-file", options->data_file, "The payload is this file's content")->excludes(data);
  add("--content-type", options->content_type,
      "application/json, text/plain, ..., or a code of yours from 1024 on (default: "
      "application/octet-stream)");
  add("--expect-version", options->expect_version,
      "Only if the stream has this version; none: if it is new; any (default)");
  add("--id", options->id, "The event's id, for repeating safely (default: a new one)");
  add_write_options(*command, options->write);
  add_client_options(*command, options->client);
  command->footer(
      "An event's id is good for one event, for ever: the same request again answers `exists`.\n"
      "Fields of a line of --file: id, aggregate_type, aggregate, type, content_type,\n"
      "expect_version, business_id, user_id, trace_id, data (a text, or any JSON value), "
      "data_hex.\n"
      "Exit code 1 when the events were refused.\n"
      "Examples:\n"
      "  daybook stream append --aggregate-type order-note --aggregate name:4711 \\\n"
      "    --type note_added --data 'call back on Monday' --expect-version none\n"
      "  daybook stream append --file events.jsonl");
  command->callback([&context, options] { context.exit_code = run_stream_append(*options); });
}

void add_paging(CLI::App& command, StreamReadOptions& options) {
  command.add_flag("--newest-first", options.newest_first, "The latest first");
  auto* limit =
      command.add_option("--limit", options.limit, "At most so many")
          ->capture_default_str()
          ->check(CLI::Range(std::uint64_t{1}, std::numeric_limits<std::uint64_t>::max()));
  command.add_flag("--all", options.all, "All of them")->excludes(limit);
  add_client_options(command, options.client);
}

void register_read(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<StreamReadOptions>();
  CLI::App* command = group.add_subcommand("read", "Show events, in the order of sequences");
  const char* which = "Only those that match all of these";
  const auto add = [&](const char* name, std::string& text, const char* help) {
    command->add_option(name, text, help)->group(which);
  };
  add("--aggregate-type", options->aggregate_type, "A text, or an id");
  add("--aggregate", options->aggregate, "One aggregate of that type: decimal, 0xHEX or name:TEXT");
  add("--version-from", options->version_from, "Of that aggregate: from this version on");
  add("--version-to", options->version_to, "Of that aggregate: up to this version, included");
  add("--type", options->type, "The events' type: a text, or an id");
  add("--from", options->from,
      "From this time on: 2026-01-31T12:00:00Z, or nanoseconds since 1970");
  add("--to", options->to, "Up to this time, included");
  add("--sequence-from", options->sequence_from, "From this sequence on");
  add("--sequence-to", options->sequence_to, "Up to this sequence, included");
  add_paging(*command, *options);
  command->footer(
      "Example:\n"
      "  daybook stream read --aggregate-type order-note --aggregate name:4711 --version-from 2");
  command->callback([&context, options] { context.exit_code = run_stream_read(*options); });
}

void register_list(CLI::App& group, CommandContext& context) {
  auto options = std::make_shared<StreamReadOptions>();
  CLI::App* command =
      group.add_subcommand("list", "Show streams and their versions, in the order they began");
  command->add_option("--aggregate-type", options->aggregate_type,
                      "Only of this type: a text, or an id");
  command->add_option("--aggregate", options->aggregate, "Only this aggregate of that type");
  add_paging(*command, *options);
  command->footer("Example:\n  daybook stream list --aggregate-type order-note");
  command->callback([&context, options] { context.exit_code = run_stream_list(*options); });
}

}  // namespace

void register_stream(CLI::App& app, CommandContext& context) {
  CLI::App* group =
      app.add_subcommand("stream", "Append and read events of aggregates of your own");
  group->require_subcommand(1);
  group->footer("Example:\n  daybook stream list");
  register_append(*group, context);
  register_read(*group, context);
  register_list(*group, context);
}

}  // namespace daybook
