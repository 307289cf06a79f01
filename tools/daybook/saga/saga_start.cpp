// What is asked of sagas: started, cancelled, signalled, operated on.

#include <algorithm>
#include <chrono>
#include <optional>

#include <fmt/format.h>

#include "engine/saga/saga_fold.hpp"
#include "engine/saga/saga_payload.hpp"
#include "net/client/sagas.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/saga/saga_command.hpp"
#include "tools/daybook/saga/saga_file.hpp"
#include "tools/daybook/saga/saga_source.hpp"
#include "tools/daybook/saga/saga_table.hpp"
#include "tools/daybook/saga/saga_values.hpp"
#include "tools/daybook/saga/secret_command.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/status_advice.hpp"
#include "tools/daybook/text/tcc_text.hpp"

namespace daybook {
namespace {

Trouble wrong(std::string_view what, const Failure& failure) {
  return {exit_code::failed, fmt::format("{}: {}; nothing was sent", what, failure.what)};
}

/// What was asked, and what the saga has come to by then.
int report(Client& client, const Uint128& saga, std::string_view asked, const BatchResult& result,
           bool json) {
  const bool created = result.refusals.empty();
  const auto status =
      created ? AppendEventStatus::created : AppendEventStatus{result.refusals.front().status};
  const bool good = created || status == AppendEventStatus::exists;
  std::string now;
  if (good) {
    const auto everything = see_everything(client);
    if (!everything) return complain(everything.error());
    const auto found = fetch_saga(client, everything.value(), saga);
    if (!found) return complain(found.error());
    now = saga_status_text(found.value().history->progress().head);
  }
  if (json) {
    JsonObject line;
    line.id("id", saga).text("command", asked).text("status", to_string(status));
    if (good) {
      line.text("saga_status", now)
          .time("timestamp", created ? result.first_timestamp : result.refusals.front().timestamp);
    }
    if (created) line.sequence("sequence", next(result.first_sequence));
    say(line.str());
  } else {
    say(fmt::format("saga {}: {}: {}{}{}", format_id(saga), asked, to_string(status),
                    now.empty() ? "" : "; it is ", now));
  }
  if (good) return exit_code::good;
  complain(fmt::format("{}: {}{}", to_string(status), advice(status), in_trace(result.trace_id)));
  return exit_code::no;
}

Result<WrittenValues> written_values(const SagaStartOptions& options) {
  if (options.input.empty()) return read_pairs(options.values);
  const auto text = read_saga_file(options.input);
  if (!text) return text.error();
  auto written = read_pairs_of_json(text.value());
  if (!written) {
    return Failure{FailureKind::invalid,
                   fmt::format("{}: {}", options.input, written.error().what)};
  }
  return written;
}

Result<Uint128, Trouble> id_or(const char* option, const std::string& text, Uint128 (*make)()) {
  if (text.empty()) return make();
  const auto id = parse_id(text);
  if (!id) return wrong(option, id.error());
  return id.value();
}

/// A connection, and all that was acknowledged before.
struct Engine {
  std::unique_ptr<Client> client;
  QueryOptions everything;
};
Result<Engine, Trouble> reach(const ClientOptions& options) {
  auto client = connect_to(options);
  if (!client) return client.error();
  const auto everything = see_everything(*client.value());
  if (!everything) return everything.error();
  return Engine{std::move(client).value(), everything.value()};
}

int send(Client& client, const Uint128& id, SagaNews news, const Uint128& saga,
         std::span<const std::byte> payload, const OperationAttributes& attributes,
         std::string_view asked, bool json) {
  EventList events;
  add_saga_news(events, id, news, saga, payload, attributes);
  const auto answer = settled(client.saga_commands(events, attributes));
  if (!answer) return complain(answer.error());
  return report(client, saga, asked, answer.value(), json);
}

/// A signal has the outputs of the step that waits for it; where none does, the engine says so.
const SagaStep* step_of_signal(const FoundSaga& saga, std::string_view signal) {
  const SagaDefinition& definition = *saga.definition.definition;
  const StepSet awaiting = steps_awaiting(definition, saga.history->progress(), signal);
  const SagaStep* found = nullptr;
  for (std::size_t at = 0; at < definition.steps.size(); ++at) {
    const SagaStep& step = definition.steps[at];
    if (has(awaiting, at)) return &step;
    if (step.kind == StepKind::signal_wait && step.signal == signal) found = &step;
  }
  return found;
}

Result<std::vector<std::byte>, Trouble> signal_payload(Client& client, const FoundSaga& saga,
                                                       const SagaTellOptions& options) {
  const SagaStep* const step = step_of_signal(saga, options.signal);
  if (step == nullptr) {
    return Trouble{exit_code::no, fmt::format("no step of {} waits for signal {}; nothing was sent",
                                              saga.definition.definition->name, options.signal)};
  }
  const auto written = read_pairs(options.values);
  if (!written) return wrong("signal", written.error());
  const auto ledgers = fetch_ledgers(client);
  if (!ledgers) return ledgers.error();
  const auto values = parse_saga_values(outputs_of_signal(*step), written.value(), ledgers.value());
  if (!values) return wrong("signal", values.error());
  return signalled_payload(options.signal, values.value());
}

Result<std::uint8_t, Trouble> step_of(const FoundSaga& saga, const std::string& name) {
  const SagaDefinition& definition = *saga.definition.definition;
  std::string known;
  for (std::size_t at = 0; at < definition.steps.size(); ++at) {
    if (definition.steps[at].id == name) return static_cast<std::uint8_t>(at);
    known += (known.empty() ? "" : ", ") + definition.steps[at].id;
  }
  return Trouble{exit_code::failed, fmt::format("{} has no step '{}', but {}; nothing was sent",
                                                definition.name, name, known)};
}

Result<StepOutcome> outcome_of(const SagaOperateOptions& options) {
  if (options.act != SagaEventKind::operator_resolve) return StepOutcome::succeeded;
  if (options.succeeded != options.failed) {
    return options.succeeded ? StepOutcome::succeeded : StepOutcome::failed;
  }
  return Failure{FailureKind::invalid, "say --succeeded or --failed; nothing was sent"};
}

/// What the engine knows of a step that a participant answers, an operator need not know.
void add_own_outputs(WrittenValues& written) {
  const auto lacks = [&](std::string_view name) {
    return std::none_of(written.begin(), written.end(),
                        [name](const auto& each) { return each.first == name; });
  };
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  if (lacks("at"))
    written.emplace_back("at", fmt::format("{}", std::chrono::nanoseconds{now}.count()));
  if (lacks("external_reference")) written.emplace_back("external_reference", "");
}

Result<std::vector<std::byte>, Trouble> act_payload(Client& client, const FoundSaga* saga,
                                                    std::uint8_t step, StepOutcome outcome,
                                                    const SagaOperateOptions& options) {
  if (options.outputs.empty()) return operated_payload(options.act, step, outcome);
  const std::vector<SagaField>& fields = saga->definition.definition->steps[step].outputs;
  auto written = read_pairs(options.outputs);
  if (!written) return wrong("--output", written.error());
  add_own_outputs(written.value());
  std::erase_if(written.value(), [&](const auto& each) {
    return each.second.empty() &&
           std::none_of(fields.begin(), fields.end(),
                        [&](const auto& field) { return field.name == each.first; });
  });
  const auto ledgers = fetch_ledgers(client);
  if (!ledgers) return ledgers.error();
  const auto values = parse_saga_values(fields, written.value(), ledgers.value());
  if (!values) return wrong("--output", values.error());
  return operated_payload(options.act, step, outcome, values.value());
}

std::string_view word_of(SagaEventKind act) {
  if (act == SagaEventKind::operator_retry) return "retry";
  if (act == SagaEventKind::operator_resolve) return "resolve";
  if (act == SagaEventKind::operator_skip) return "skip";
  return act == SagaEventKind::operator_force ? "compensate" : "close";
}

}  // namespace

int run_saga_start(const SagaStartOptions& options) {
  auto attributes = attributes_from(options.write);
  if (!attributes) return complain(attributes.error().what);
  // All that the saga ever does stands under its trace, so it should have one.
  if (attributes.value().trace_id == TraceId{}) {
    attributes.value().trace_id = TraceId{make_random_id()};
  }
  const auto id = id_or("--id", options.id, make_gid);
  if (!id) return complain(id.error());
  auto written = written_values(options);
  if (!written) return complain(fmt::format("{}; nothing was sent", written.error().what));
  const auto engine = reach(options.client);
  if (!engine) return complain(engine.error());
  Client& client = *engine.value().client;
  const auto found = fetch_definition(client, engine.value().everything, options.definition);
  if (!found) return complain(found.error());
  const auto ledgers = fetch_ledgers(client);
  if (!ledgers) return complain(ledgers.error());
  const SagaDefinition& definition = *found.value().definition;
  const auto sealed = seal_inputs(client, definition, ledgers.value(), written.value());
  if (!sealed) return complain(sealed.error());
  const auto values = parse_saga_values(definition.inputs, written.value(), ledgers.value());
  if (!values) return complain(wrong(definition.name, values.error()));
  EventList events;
  add_saga_start(events, id.value(), started_payload(definition.hash, values.value()),
                 attributes.value());
  const auto answer = settled(client.saga_commands(events, attributes.value()));
  if (!answer) return complain(answer.error());
  return report(client, id.value(), "start", answer.value(), options.client.json);
}

int run_saga_cancel(const SagaTellOptions& options) {
  const auto attributes = attributes_from(options.write);
  if (!attributes) return complain(attributes.error().what);
  const auto saga = parse_id(options.id);
  if (!saga) return complain(wrong("id", saga.error()));
  const auto id = id_or("--event-id", options.event_id, make_random_id);
  if (!id) return complain(id.error());
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  return send(*client.value(), id.value(), SagaNews::cancel_requested, saga.value(), {},
              attributes.value(), "cancel", options.client.json);
}

int run_saga_signal(const SagaTellOptions& options) {
  const auto attributes = attributes_from(options.write);
  if (!attributes) return complain(attributes.error().what);
  const auto saga = parse_id(options.id);
  if (!saga) return complain(wrong("id", saga.error()));
  const auto id = id_or("--event-id", options.event_id, make_random_id);
  if (!id) return complain(id.error());
  const auto engine = reach(options.client);
  if (!engine) return complain(engine.error());
  Client& client = *engine.value().client;
  const auto found = fetch_saga(client, engine.value().everything, saga.value());
  if (!found) return complain(found.error());
  const auto payload = signal_payload(client, found.value(), options);
  if (!payload) return complain(payload.error());
  return send(client, id.value(), SagaNews::signalled, saga.value(), payload.value(),
              attributes.value(), "signal", options.client.json);
}

int run_saga_operate(const SagaOperateOptions& options) {
  const auto attributes = attributes_from(options.write);
  if (!attributes) return complain(attributes.error().what);
  const auto saga = parse_id(options.id);
  if (!saga) return complain(wrong("id", saga.error()));
  const auto id = id_or("--event-id", options.event_id, make_random_id);
  if (!id) return complain(id.error());
  const auto outcome = outcome_of(options);
  if (!outcome) return complain(outcome.error().what);
  const auto engine = reach(options.client);
  if (!engine) return complain(engine.error());
  Client& client = *engine.value().client;
  std::uint8_t step = no_step;
  std::optional<FoundSaga> acted_on;
  if (!options.step.empty()) {
    auto found = fetch_saga(client, engine.value().everything, saga.value());
    if (!found) return complain(found.error());
    acted_on.emplace(std::move(found).value());
    const auto at = step_of(*acted_on, options.step);
    if (!at) return complain(at.error());
    step = at.value();
  }
  const auto payload =
      act_payload(client, acted_on ? &*acted_on : nullptr, step, outcome.value(), options);
  if (!payload) return complain(payload.error());
  EventList events;
  add_saga_news(events, id.value(), SagaNews::operated, saga.value(), payload.value(),
                attributes.value());
  const auto answer = settled(client.operate_sagas(events, options.reason, attributes.value()));
  if (!answer) return complain(answer.error());
  return report(client, saga.value(), word_of(options.act), answer.value(), options.client.json);
}

}  // namespace daybook
