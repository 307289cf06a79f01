#include "tools/daybook/serve/serve_command.hpp"

#include <algorithm>
#include <bit>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <pthread.h>

#include "engine/model/engine_version.hpp"
#include "net/server/identity.hpp"
#include "net/server/server.hpp"
#include "storage/secrets/file_keeper.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/fault_setting.hpp"
#include "tools/daybook/serve/engine_process.hpp"
#include "tools/daybook/text/core_text.hpp"
#include "tools/daybook/text/endpoint_text.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/operation_text.hpp"
#include "tools/daybook/text/progress.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

// Writes at once: whoever started the engine waits for the line.
void announce(const std::string& line) {
  say(line);
  std::fflush(stdout);
}

Result<Preallocation> parse_preallocation(const std::string& text) {
  if (text == "automatic") return Preallocation::automatic;
  if (text == "zero-fill") return Preallocation::zero_fill;
  if (text == "reserve") return Preallocation::reserve;
  if (text == "none") return Preallocation::none;
  return Failure{
      FailureKind::invalid,
      fmt::format("--preallocation {}: say automatic, zero-fill, reserve or none", text)};
}

void override_with(std::uint64_t& setting, std::uint64_t given) {
  if (given != 0) setting = given;
}

// How much the engine can hold.
void set_room(const ServeOptions& options, EngineSettings& engine) {
  override_with(engine.state.accounts_max, options.accounts_max);
  override_with(engine.state.transfer_ids_max, options.transfer_ids_max);
  override_with(engine.state.ids_a_generation, options.ids_in_memory);
  override_with(engine.state.holds_max, options.holds_max);
  override_with(engine.state.names_max, options.names_max);
  override_with(engine.state.streams_max, options.streams_max);
  override_with(engine.state.orders_max, options.orders_max);
  override_with(engine.state.payments_max, options.payments_max);
  override_with(engine.state.tccs_max, options.tccs_max);
  override_with(engine.sequencer.tccs_kept, options.tccs_kept);
  override_with(engine.state.sagas_max, options.sagas_max);
  override_with(engine.sequencer.sagas_kept, options.sagas_kept);
  override_with(engine.state.event_ids_max, options.event_ids_max);
  // There must be room for those that have not ended.
  engine.sequencer.tccs_kept = std::min(engine.sequencer.tccs_kept, engine.state.tccs_max / 2);
  engine.sequencer.sagas_kept = std::min(engine.sequencer.sagas_kept, engine.state.sagas_max / 2);
}

Result<EngineProcessSettings> engine_settings(const ServeOptions& options) {
  EngineProcessSettings settings;
  settings.data = options.data;
  settings.engine.io_threads = options.io_threads;
  settings.engine.query_threads = options.query_threads;
  settings.engine.sequencer = {.auto_ledgers = options.auto_ledgers,
                               .manual_clock = options.clock == "manual",
                               .tccs_kept = limits::tccs_kept_default,
                               .sagas_kept = limits::sagas_kept_default};
  settings.engine.loop.idle_spins = static_cast<std::uint32_t>(options.idle_spins);
  set_room(options, settings.engine);
  override_with(settings.engine.loop.follower_lag_max, options.follower_lag_max);
  settings.snapshots.facts = options.snapshot_events;
  settings.snapshots.ns = options.snapshot_seconds * 1'000'000'000;
  override_with(settings.journal.segment_bytes, options.segment_bytes);
  override_with(settings.journal.low_water_bytes, options.low_water_bytes);
  settings.journal.first_segment_bytes =
      std::min(settings.journal.first_segment_bytes, settings.journal.segment_bytes);
  // A ring holds every request that one io thread's connections may have under way.
  const std::uint64_t connections =
      options.connections_max != 0 ? options.connections_max : limits::connections_default;
  constexpr std::uint64_t slots_max = std::uint64_t{1} << 20;
  settings.engine.slots_per_io_thread = std::min(
      slots_max, std::bit_ceil(connections * std::uint64_t{limits::in_flight_requests_max}));
  const auto preallocation = parse_preallocation(options.preallocation);
  if (!preallocation.ok()) return preallocation.error();
  settings.journal.preallocation = preallocation.value();
  if (options.query_threads > options.io_threads) {
    return Failure{
        FailureKind::invalid,
        fmt::format("--query-threads {}: each serves io threads of its own, so there may "
                    "be no more than --io-threads, {}",
                    options.query_threads, options.io_threads)};
  }
  const auto cores = parse_core_plan(
      options.pin, {.io = options.io_threads, .query = options.query_threads}, usable_cores());
  if (!cores.ok()) return cores.error();
  settings.engine.cores = settings.journal.cores = cores.value();
  return settings;
}

// Nothing was lost that was acknowledged, and nothing will be acknowledged any more: the journal
// alone says what happened, and the next start reads it.
[[noreturn]] void end_at_once(const Failure& failure) {
  std::fprintf(stderr,
               "daybook: the engine stopped: %s. What was acknowledged is in the journal; start "
               "again to recover.\n",
               failure.what.c_str());
  std::_Exit(exit_code::failed);
}

constexpr std::string_view how_to_accept =
    "look at the machine's clock, then: daybook admin accept-clock --reason TEXT";

std::string words_of(const Alarm& alarm) {
  const std::string engine = format_time(Timestamp{alarm.engine_ns});
  const std::string wall = format_time(Timestamp{alarm.wall_ns});
  switch (alarm.kind) {
    case Alarm::Kind::clock_held:
      return fmt::format(
          "the clock is held: it is {} by the wall clock, {} by the engine's, which goes on by "
          "itself; {}",
          wall, engine, how_to_accept);
    case Alarm::Kind::clock_accepted:
      return fmt::format("the wall clock was accepted at {}: engine time is {}", wall, engine);
    case Alarm::Kind::disk_low:
      return "the disk is low: new work is refused until there is more space than --low-water; "
             "reads go on";
    case Alarm::Kind::disk_low_over:
      return "there is disk space again: work is taken";
    case Alarm::Kind::derived_trouble:
      return alarm.words;
  }
  return "an alarm that this build has no words for";
}

/// "refused: create_transfers number 7 of client 5 (trace 4bf9...): 2 of 100 events, the first is
/// 3: exceeds_credits; sequence 812".
std::string words_of(const RefusedOperation& refused) {
  std::string text = fmt::format(
      "refused: {} number {} of client {} (trace {}): ", to_string(refused.kind),
      refused.request_number, format_id(refused.client.value()), format_trace_id(refused.trace_id));
  if (refused.status != RequestStatus::ok) {
    text += fmt::format("{}: {}", to_string(refused.status), refused.words);
  } else {
    text += fmt::format(
        "{} of {} events, the first is {}: {}", refused.refused_count, refused.event_count,
        refused.first.index,
        event_status_name(kind_of_refusal(refused.kind, refused.first), refused.first.status));
  }
  if (refused.sequence != Sequence{}) {
    text += fmt::format("; sequence {}", refused.sequence.value());
  }
  return text;
}

/// "secrets forgotten by ops, for: asked by letter; key 0123… forgotten".
std::string words_of(const ForgottenSecrets& forgotten) {
  std::string text =
      fmt::format("{} by {}, for: {}",
                  forgotten.failed.empty() ? "secrets forgotten" : "no secret could be forgotten",
                  forgotten.principal, forgotten.reason);
  for (const Uint128& each : forgotten.failed) text += fmt::format("; key {} failed", to_hex(each));
  for (const ForgottenKey& each : forgotten.keys) {
    text += fmt::format("; key {} {}", to_hex(each.key_id), to_string(each.outcome));
  }
  return text;
}

void raise_alarm(const Alarm& alarm) { complain(words_of(alarm)); }

void tell_recovered(const ServeOptions& options, EngineProcess& process) {
  const Recovered& found = process.recovered();
  State& state = process.engine().live_state();
  if (state.clock_is_held()) {
    complain(fmt::format("the clock is still held, as it was when the engine stopped; {}",
                         how_to_accept));
  }
  if (options.json) {
    announce(JsonObject{}
                 .text("event", "recovered")
                 .sequence("sequence", state.last_sequence())
                 .digest("digest", state.digest())
                 .count("accounts", state.accounts.count())
                 .count("transfers", found.transfers)
                 .count("entries", found.entries)
                 .sequence("snapshot", found.snapshot)
                 .real("seconds", found.seconds)
                 .str());
    return;
  }
  if (found.entries == 0) {
    announce(fmt::format("started an empty journal in {}", options.data));
    return;
  }
  const std::string from =
      found.snapshot.value() == 0
          ? fmt::format("{} entries", found.entries)
          : fmt::format("the snapshot at sequence {} and what came after", found.snapshot.value());
  announce(fmt::format(
      "recovered {} accounts and {} transfers from {} in {:.2f} s: sequence {}, digest {:016x}, "
      "every entry's digest as it was written",
      state.accounts.count(), found.transfers, from, found.seconds, state.last_sequence().value(),
      state.digest()));
}

// So that nobody takes such a build for what he should run.
void tell_fault_points(const ServeOptions& options) {
  if constexpr (!has_fault_points) return;
  const std::string setting = fault_setting();
  if (options.json) {
    announce(JsonObject{}.text("event", "fault_points").text("armed", setting).str());
  } else {
    announce(fmt::format("fault points are compiled in, for tests only; {}",
                         setting.empty() ? "none is armed" : "armed: " + setting));
  }
}

void tell_listening(const ServeOptions& options, const Server& server) {
  const std::string host = options.listen.substr(0, options.listen.rfind(':'));
  const std::string address = fmt::format("{}:{}", host, server.port());
  if (options.json) {
    announce(JsonObject{}.text("event", "listening").text("address", address).str());
  } else {
    announce("listening on " + address);
  }
}

// Waits for the signal that ends the engine; SIGHUP reads the identities again, and who is not
// among them any more is shown out.
void wait_for_end(const sigset_t& signals, IdentityFile& identities, Server& server) {
  for (;;) {
    int signal = 0;
    if (::sigwait(&signals, &signal) != 0) continue;
    if (signal != SIGHUP) return;
    const auto reloaded = identities.reload();
    if (reloaded.ok()) {
      server.recheck_principals();
      std::fprintf(stderr, "daybook: identities read again\n");
    } else {
      complain(reloaded.error().what);
    }
  }
}

// A second signal while the engine drains ends it at once; the journal stays sound.
void allow_second_signal() {
  std::signal(SIGTERM, SIG_DFL);
  std::signal(SIGINT, SIG_DFL);
  sigset_t both;
  sigemptyset(&both);
  sigaddset(&both, SIGTERM);
  sigaddset(&both, SIGINT);
  ::pthread_sigmask(SIG_UNBLOCK, &both, nullptr);
}

sigset_t block_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// Names are not looked up: only what is loopback by its text counts, and 127.0.0.1.example.com is
// a name.
bool is_loopback(const std::string& listen) {
  const auto address = parse_host_port(listen);
  if (!address.ok()) return false;
  const std::string& host = address.value().host;
  in_addr parsed{};
  const bool is_v4 = ::inet_pton(AF_INET, host.c_str(), &parsed) == 1;
  return host == "localhost" || host == "::1" || (is_v4 && host.starts_with("127."));
}

Result<void> check_address(const ServeOptions& options, const IdentityFile& identities) {
  if (!identities.empty() || is_loopback(options.listen)) return {};
  return Failure{FailureKind::invalid,
                 fmt::format("--listen {}: only a loopback address may be served without "
                             "identities; add one first: daybook identity add NAME --role gateway "
                             "--data {}",
                             options.listen, options.data)};
}

ServerSettings settings_of_server(const ServeOptions& options) {
  ServerSettings settings;
  settings.listen = options.listen;
  settings.io_threads = options.io_threads;
  settings.engine_version = engine_version;
  if (options.log_refusals) {
    settings.on_refused = [](const RefusedOperation& refused) { complain(words_of(refused)); };
  }
  settings.on_forgotten = [](const ForgottenSecrets& forgotten) { complain(words_of(forgotten)); };
  settings.consumer_slow_after_ns = options.consumer_slow_seconds * 1'000'000'000;
  if (options.connections_max != 0) {
    settings.connections_max = static_cast<std::uint32_t>(options.connections_max);
  }
  return settings;
}

Result<void> serve(const ServeOptions& options) {
  const sigset_t signals = block_signals();
  if (auto armed = arm_as_set(); !armed.ok()) return armed;
  tell_fault_points(options);
  const auto settings = engine_settings(options);
  if (!settings.ok()) return settings.error();
  ProgressLine progress{terminal_or_nothing(), "transfers replayed"};
  auto process = EngineProcess::open(
      settings.value(), end_at_once, [&](std::uint64_t transfers) { progress.show(transfers); },
      raise_alarm);
  progress.clear();
  if (!process.ok()) return process.error();
  auto identities = IdentityFile::open(options.data);
  if (!identities.ok()) return identities.error();
  if (auto checked = check_address(options, *identities.value()); !checked.ok()) return checked;
  tell_recovered(options, *process.value());

  auto keeper = FileKeeper::start(std::filesystem::path{options.data} / "secrets",
                                  [](const std::string& words) { complain(words); });
  if (!keeper.ok()) return keeper.error();
  ServerSettings server_settings = settings_of_server(options);
  server_settings.cores = settings.value().engine.cores;
  server_settings.keeper = keeper.value().get();
  auto server = Server::make(server_settings, process.value()->engine(), *identities.value());
  if (!server.ok()) return server.error();
  if (auto running = process.value()->run(); !running.ok()) return running;
  if (auto started = server.value()->start(); !started.ok()) {
    process.value()->stop();
    return started;
  }
  tell_listening(options, *server.value());

  wait_for_end(signals, *identities.value(), *server.value());
  allow_second_signal();
  server.value()->stop();
  process.value()->stop();
  if (!options.json) {
    announce(fmt::format("stopped at sequence {}: everything taken is on disk",
                         process.value()->engine().durable_sequence().value()));
  }
  return {};
}

}  // namespace

int run_serve(const ServeOptions& options) {
  const auto served = serve(options);
  return served.ok() ? exit_code::good : complain(served.error().what);
}

}  // namespace daybook
