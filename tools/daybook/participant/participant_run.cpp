// A participant whose steps are done by programs.

#include <csignal>
#include <mutex>

#include <fmt/format.h>

#include "engine/model/sealed_text.hpp"
#include "net/client/participant.hpp"
#include "tools/daybook/client/connection.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/fault_setting.hpp"
#include "tools/daybook/participant/participant_command.hpp"
#include "tools/daybook/participant/step_json.hpp"
#include "tools/daybook/participant/step_program.hpp"
#include "tools/daybook/participant/step_world.hpp"
#include "tools/daybook/text/duration_text.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/json_text.hpp"

namespace daybook {
namespace {

volatile std::sig_atomic_t interrupted = 0;

void note_signal(int) { interrupted = 1; }

void watch_signals() {
  struct sigaction action {};
  action.sa_handler = note_signal;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

std::string why(const ProgramEnd& end, std::string_view what) {
  return end.error_line.empty() ? std::string{what} : fmt::format("{}: {}", what, end.error_line);
}

/// Programs that do steps, and what they say of it on standard output.
///
/// Threads. Any.
class Programs {
 public:
  Programs(const ParticipantRunOptions& options)
      : world_{options.client}, json_{options.client.json} {}

  StepReply run(const std::string& program, const StepCommand& command) {
    StepReply reply = without_secrets(command, ask(program, command));
    tell(command, reply);
    return reply;
  }

 private:
  StepReply ask(const std::string& program, const StepCommand& command) {
    const bool is_query = command.work.operation == WorkOperation::query;
    // Nothing has begun: so nothing is in doubt.
    const auto not_begun = is_query ? WorkOutcome::unknown : WorkOutcome::retry_later;
    const auto meaning = world_.meaning_of(command);
    if (!meaning) return {.outcome = not_begun, .message = meaning.error().what};
    const LedgerBook& ledgers = *meaning.value().ledgers;
    const auto ended =
        run_program(program, step_command_json(command, ledgers) + "\n", command.deadline);
    if (!ended) return {.outcome = not_begun, .message = ended.error().what};
    const ProgramEnd& end = ended.value();
    if (end.was_late) return {.message = why(end, "it was killed, its time was over")};
    if (end.said_too_much) {
      return {.message = fmt::format("it was killed, it printed more than {} bytes",
                                     program_output_bytes_max)};
    }
    if (end.signal != 0) return {.message = why(end, fmt::format("signal {}", end.signal))};
    if (end.exit_code != 0) {
      return {.code = static_cast<std::uint16_t>(end.exit_code),
              .message = why(end, fmt::format("exit code {}", end.exit_code))};
    }
    auto reply = read_step_reply(end.output, command.work.operation,
                                 meaning.value().definition->steps[command.work.step], ledgers);
    if (!reply) return {.message = reply.error().what};
    return std::move(reply).value();
  }

  // No argument and no output: one may be a secret.
  void tell(const StepCommand& command, const StepReply& reply) {
    const std::string reference = mask_secrets(reply.reference);
    const std::string message = mask_secrets(reply.message);
    const std::lock_guard lock{mutex_};
    if (json_) {
      say(JsonObject{}
              .text("operation", to_string(command.work.operation))
              .id("saga", command.work.saga)
              .text("step", command.step)
              .text("type", command.type)
              .count("attempt", command.work.attempt)
              .text("outcome", to_string(reply.outcome))
              .text("reference", reference)
              .text("message", message)
              .str());
    } else {
      say(fmt::format("{} {} of saga {}: {}{}{}", to_string(command.work.operation), command.step,
                      format_id(command.work.saga), to_string(reply.outcome),
                      reference.empty() ? "" : ", reference ", reference) +
          (message.empty() ? "" : ": " + message));
    }
    std::fflush(stdout);
  }

  StepWorld world_;
  bool json_;
  std::mutex mutex_;
};

Result<ParticipantSettings> settings_of(const ParticipantRunOptions& options, Programs& programs) {
  const auto invalid = [](std::string what) { return Failure{FailureKind::invalid, what}; };
  if (options.types.size() != options.programs.size()) {
    return invalid(fmt::format("each --type has an --exec behind it; there are {} and {}",
                               options.types.size(), options.programs.size()));
  }
  const auto client = settings_from(options.client);
  if (!client) return client.error();
  const auto keeps = parse_timeout_s(options.keeps_keys);
  if (!keeps) return invalid(fmt::format("--keeps-keys: {}", keeps.error().what));
  ParticipantSettings settings;
  settings.name = options.name;
  settings.client = client.value();
  settings.in_flight = options.in_flight;
  settings.threads = options.threads;
  settings.store = options.store;
  settings.stops = [] { return interrupted != 0; };
  settings.on_notice = [](const std::string& words) { complain(words); };
  for (std::size_t at = 0; at < options.types.size(); ++at) {
    const StepHandler handler = [&programs,
                                 program = options.programs[at]](const StepCommand& command) {
      return programs.run(program, command);
    };
    settings.types.push_back({.type = options.types[at],
                              .handler = handler,
                              .query = options.asks_program ? handler : StepHandler{},
                              .keeps_keys_ms = std::uint64_t{keeps.value()} * 1'000});
  }
  return settings;
}

}  // namespace

int run_participant_run(const ParticipantRunOptions& options) {
  if (auto armed = arm_as_set(); !armed) return complain(armed.error().what);
  Programs programs{options};
  auto settings = settings_of(options, programs);
  if (!settings) return complain(settings.error().what);
  watch_signals();
  auto made = Participant::make(std::move(settings).value());
  if (!made) return complain(made.error().what);
  if (!options.client.json) {
    say(fmt::format("participant {} asks {} for work", options.name, options.client.connect));
    std::fflush(stdout);
  }
  const Result<void> ran = made.value()->run();
  const ParticipantCounts counts = made.value()->counts();
  if (options.client.json) {
    say(JsonObject{}
            .count("commands", counts.commands)
            .count("calls", counts.calls)
            .count("repeats", counts.repeats)
            .count("released", counts.released)
            .count("answered", counts.answered)
            .count("dropped", counts.dropped)
            .str());
  } else {
    say(
        fmt::format("{} commands, {} programs run, {} repeats, {} given back, {} answered, {} "
                    "answers refused",
                    counts.commands, counts.calls, counts.repeats, counts.released, counts.answered,
                    counts.dropped));
  }
  if (!ran) return complain(ran.error().what);
  return exit_code::good;
}

}  // namespace daybook
