#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "engine/base/limits.hpp"
#include "storage/journal/settings.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/serve/serve_command.hpp"

namespace daybook {
namespace {

void add_room_options(CLI::App& command, ServeOptions& options) {
  command.add_option("--accounts-max", options.accounts_max, "Accounts the engine can hold")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 31));
  command
      .add_option("--transfer-ids-max", options.transfer_ids_max,
                  "Transfer ids the engine can hold")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 33));
  command
      .add_option("--ids-in-memory", options.ids_in_memory,
                  "Transfer ids that gather in memory before they go to an index file; a multiple "
                  "of it, never all, is in memory")
      ->check(CLI::Range(limits::ids_a_generation_min, std::uint64_t{1} << 33));
  command.add_option("--holds-max", options.holds_max, "Holds that may be open at a time")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 31));
  command.add_option("--names-max", options.names_max, "Names of ids the engine can hold")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 33));
  command.add_option("--streams-max", options.streams_max, "Streams of events the engine can hold")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 31));
  command.add_option("--orders-max", options.orders_max, "Orders the engine can hold")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 31));
  command
      .add_option("--payments-max", options.payments_max,
                  "Payments the engine can hold, and as many refunds and disputes")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 31));
  command
      .add_option("--tccs-max", options.tccs_max,
                  "TCC transactions the engine can hold, with four branches each on average")
      ->check(CLI::Range(std::uint64_t{2}, std::uint64_t{1} << 29));
  command
      .add_option("--tccs-kept", options.tccs_kept,
                  "Of those, so many that have ended are remembered; older ones are forgotten")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 29));
  command.add_option("--sagas-max", options.sagas_max, "Sagas under way that the engine can hold")
      ->check(CLI::Range(std::uint64_t{2}, limits::sagas_most));
  command
      .add_option("--sagas-kept", options.sagas_kept,
                  "So many that have ended, with remote steps, stay in memory for late answers")
      ->check(CLI::Range(std::uint64_t{1}, limits::sagas_most));
  command.add_option("--event-ids-max", options.event_ids_max, "Domain events the engine can hold")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 33));
}

void add_snapshot_options(CLI::App& command, ServeOptions& options) {
  command
      .add_option("--snapshot-events", options.snapshot_events,
                  "Take a snapshot after so many events, so that a start need replay no more; 0: "
                  "never")
      ->capture_default_str();
  command
      .add_option("--snapshot-seconds", options.snapshot_seconds,
                  "Or after so many seconds, when there are fewer; 0: not for that reason")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1} << 32))
      ->capture_default_str();
}

}  // namespace

void register_serve(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<ServeOptions>();
  CLI::App* command = app.add_subcommand("serve", "Run an engine on a data directory");
  command->add_option("--data", options->data, "The data directory; made if it is missing")
      ->required();
  command->add_option("--listen", options->listen, "HOST:PORT; port 0 takes a free one")
      ->capture_default_str();
  command
      ->add_option("--clock", options->clock,
                   "system, or manual: starts at 0 and moves only by `daybook admin advance-clock`")
      ->check(CLI::IsMember({"system", "manual"}))
      ->capture_default_str();
  command->add_flag("--auto-ledgers", options->auto_ledgers,
                    "Register unknown ledgers by themselves, with scale 0");
  command->add_option("--io-threads", options->io_threads, "Threads that serve connections")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command
      ->add_option(
          "--query-threads", options->query_threads,
          "Threads that answer queries; no more than --io-threads, whose queries they share")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->add_option("--connections-max", options->connections_max, "Connections at a time")
      ->check(CLI::Range(1, 65'536));
  command
      ->add_option("--consumer-slow-seconds", options->consumer_slow_seconds,
                   "A consumer of events that takes nothing for so long loses its subscription")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{86'400}))
      ->capture_default_str();
  add_room_options(*command, *options);
  command
      ->add_option("--segment-size", options->segment_bytes,
                   "Size of a journal segment: bytes, or with KiB, MiB, GiB")
      ->transform(CLI::AsSizeValue{false})
      ->check(CLI::Range(journal_limits::segment_bytes_min, journal_limits::segment_bytes_max));
  command
      ->add_option("--low-water", options->low_water_bytes,
                   "Refuse new work when less disk space than this is free")
      ->transform(CLI::AsSizeValue{false});
  command
      ->add_option("--preallocation", options->preallocation,
                   "How segments get their space: automatic, zero-fill, reserve or none")
      ->capture_default_str();
  command->add_option("--follower-lag-max", options->follower_lag_max,
                      "Sequences that the follower may be behind before intake slows");
  command
      ->add_option("--idle-spins", options->idle_spins,
                   "Times the sequencer looks for work before it yields; for spare cores")
      ->capture_default_str();
  add_snapshot_options(*command, *options);
  command->add_option(
      "--pin", options->pin,
      "Cores of threads, such as sequencer=0,journaler=1,io=1: sequencer, "
      "journaler, follower, subscriptions, preparer, io, query; one of several is io-0");
  command->add_flag("--log-refusals", options->log_refusals,
                    "A line on stderr for each request that is refused, or has refused events");
  command->add_flag("--json", options->json, "Events as JSON lines on stdout");
  command->footer(
      "Prints `listening on HOST:PORT` when it is ready. SIGTERM drains and stops; SIGHUP reads "
      "the\n"
      "identities again and ends the sessions of those that were removed. Alarms (the clock is "
      "held,\n"
      "the disk is low) go to stderr. `top -H` shows the threads by the names that --pin takes.\n"
      "Examples:\n"
      "  daybook serve --data ./ledger --listen 127.0.0.1:7420\n"
      "  daybook serve --data ./ledger --pin sequencer=0,journaler=1,io=1,query=1,follower=1");
  command->callback([&context, options] { context.exit_code = run_serve(*options); });
}

}  // namespace daybook
