#include "tools/daybook/saga/saga_table.hpp"

#include <fmt/format.h>

#include "engine/model/sealed_text.hpp"
#include "tools/daybook/saga/saga_values.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

constexpr auto right = Table::Align::right;

std::string time_or_nothing(Timestamp time) {
  return time == Timestamp{} ? std::string{} : format_time(time);
}

std::string step_name(const SagaDefinition& definition, std::uint8_t step) {
  return step < definition.steps.size() ? definition.steps[step].id : std::string{};
}

std::string until_text(const SagaUntil& until) {
  return until.at == Timestamp{} ? ""
                                 : fmt::format("; {} at {}", until.what, format_time(until.at));
}

std::string who_text(const SagaView& view) {
  std::string text;
  const auto add = [&text](std::string_view what, const std::string& value) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", what, value);
  };
  if (view.business_id != BusinessId{}) add("business", format_id(view.business_id.value()));
  if (view.user_id != UserId{}) add("user", fmt::format("{}", view.user_id.value()));
  if (view.trace_id != TraceId{}) add("trace", format_trace_id(view.trace_id));
  return text;
}

std::string head_text(const ToldSaga& saga, const LedgerBook& ledgers) {
  const SagaView& view = saga.view;
  const SagaHead& head = saga.history.progress().head;
  std::string text = fmt::format("saga {}: {}", format_id(view.id), saga_status_text(head));
  if (head.stuck != StuckReason::none) text += fmt::format(", {}", in_words(head.stuck));
  if (head.abort != AbortReason::none) text += fmt::format("; goes back: {}", in_words(head.abort));
  text += fmt::format("\ndefinition {}, version {}, hash {}\nstarted {}", saga.definition.name,
                      saga.definition.version, to_hex(saga.definition.hash),
                      format_time(view.started_at));
  if (view.ended_at != Timestamp{}) text += fmt::format(", ended {}", format_time(view.ended_at));
  const bool may_be_late = view.deadline_at != 0 && view.ended_at == Timestamp{};
  if (may_be_late) text += fmt::format(", deadline {}", format_time(Timestamp{view.deadline_at}));
  text += "\n";
  if (const std::string who = who_text(view); !who.empty()) text += who + "\n";
  const std::string inputs =
      saga_values_text(saga.definition.inputs, saga.history.inputs(), ledgers);
  if (!inputs.empty()) text += fmt::format("input: {}\n", inputs);
  return text;
}

Table step_table(const ToldSaga& saga, const LedgerBook& ledgers) {
  Table table{{{"step"}, {"kind"}, {"state"}, {"undo"}, {"tried", right}, {"output"}}};
  for (const std::uint8_t at : saga.definition.order) {
    const SagaStep& step = saga.definition.steps[at];
    const StepProgress& now = saga.history.progress().steps[at];
    const bool needs_no_undo = now.compensation == CompensationState::not_needed;
    table.add({step.id, std::string{step.kind_text}, std::string{to_string(now.state)},
               needs_no_undo ? "" : std::string{to_string(now.compensation)},
               fmt::format("{}", now.forward.attempts),
               saga_values_text(step.outputs, saga.history.outputs(at), ledgers)});
  }
  return table;
}

std::string waits_text(const ToldSaga& saga) {
  std::string text;
  for (const SagaWait& wait : waits_of(saga.definition, saga.history.progress())) {
    text += fmt::format("  {}: {}{}\n", step_name(saga.definition, wait.step), wait.why,
                        until_text(wait.until));
  }
  return text.empty() ? text : "\nwaits for\n" + text;
}

/// Of the act itself, not of what came of it.
std::string reason_of(const ToldSaga& saga, std::size_t at) {
  const auto moments = saga.history.moments();
  const bool is_act = moments[at].news == SagaNews::operated &&
                      (at == 0 || moments[at - 1].version != moments[at].version);
  const auto found = saga.reasons.find(moments[at].version);
  return is_act && found != saga.reasons.end() ? found->second : std::string{};
}

Table timeline(const ToldSaga& saga) {
  Table table{{{"time"}, {"version", right}, {"user", right}, {"step"}, {"what"}}};
  for (std::size_t at = 0; at < saga.history.moments().size(); ++at) {
    const SagaMoment& moment = saga.history.moments()[at];
    const bool by_somebody = moment.news != SagaNews::advanced && moment.user_id != UserId{};
    const std::string reason = reason_of(saga, at);
    table.add({format_time(moment.at), fmt::format("{}", moment.version),
               by_somebody ? fmt::format("{}", moment.user_id.value()) : "",
               step_name(saga.definition, moment.step),
               mask_secrets(moment.what) + (reason.empty() ? "" : ": " + reason) +
                   until_text(moment.until)});
  }
  return table;
}

void add_until(JsonObject& object, const SagaUntil& until) {
  if (until.at == Timestamp{}) return;
  object.time("until", until.at).text("then", until.what);
}

std::string steps_json(const ToldSaga& saga, const LedgerBook& ledgers) {
  std::vector<std::string> rows;
  for (const std::uint8_t at : saga.definition.order) {
    const SagaStep& step = saga.definition.steps[at];
    const StepProgress& now = saga.history.progress().steps[at];
    rows.push_back(
        JsonObject{}
            .text("id", step.id)
            .text("kind", step.kind_text)
            .text("state", to_string(now.state))
            .text("undo", to_string(now.compensation))
            .count("attempts", now.forward.attempts)
            .count("undo_attempts", now.undo.attempts)
            .raw("output", saga_values_json(step.outputs, saga.history.outputs(at), ledgers).str())
            .str());
  }
  return json_array(rows);
}

std::string waits_json(const ToldSaga& saga) {
  std::vector<std::string> rows;
  for (const SagaWait& wait : waits_of(saga.definition, saga.history.progress())) {
    JsonObject row;
    row.text("step", step_name(saga.definition, wait.step)).text("why", wait.why);
    add_until(row, wait.until);
    rows.push_back(row.str());
  }
  return json_array(rows);
}

std::string timeline_json(const ToldSaga& saga) {
  std::vector<std::string> rows;
  for (std::size_t at = 0; at < saga.history.moments().size(); ++at) {
    const SagaMoment& moment = saga.history.moments()[at];
    JsonObject row;
    row.time("timestamp", moment.at)
        .text("version", fmt::format("{}", moment.version))
        .text("event", to_string(moment.news));
    if (moment.step != no_step) row.text("step", step_name(saga.definition, moment.step));
    row.text("what", mask_secrets(moment.what));
    if (const std::string reason = reason_of(saga, at); !reason.empty()) {
      row.text("reason", reason);
    }
    add_until(row, moment.until);
    if (moment.user_id != UserId{}) row.text("user_id", fmt::format("{}", moment.user_id.value()));
    if (moment.trace_id != TraceId{}) row.text("trace_id", format_trace_id(moment.trace_id));
    rows.push_back(row.str());
  }
  return json_array(rows);
}

SagaHead head_of(const SagaView& view) {
  SagaHead head;
  head.status = static_cast<SagaStatus>(view.status);
  head.stuck = static_cast<StuckReason>(view.stuck);
  head.abort = static_cast<AbortReason>(view.abort);
  return head;
}

JsonObject view_json(const SagaView& view, const SagaDefinition* definition) {
  const SagaHead head = head_of(view);
  JsonObject object;
  object.id("id", view.id).text("status", to_string(head.status));
  object.text("stuck", to_string(head.stuck)).text("goes_back", to_string(head.abort));
  if (definition != nullptr) {
    object.text("definition", definition->name).count("definition_version", definition->version);
    const std::string waiting = step_name(*definition, view.waiting_step);
    if (!waiting.empty()) object.text("waiting_step", waiting);
  }
  object.text("definition_hash", to_hex(view.definition))
      .count("step_count", view.step_count)
      .count("succeeded_count", view.succeeded_count)
      .text("version", fmt::format("{}", view.version))
      .id("business_id", view.business_id.value())
      .text("trace_id", format_trace_id(view.trace_id))
      .text("user_id", fmt::format("{}", view.user_id.value()))
      .time("started_at", view.started_at)
      .time("changed_at", view.changed_at)
      .time("ended_at", view.ended_at)
      .time("deadline_at", Timestamp{view.deadline_at})
      .time("next_at", Timestamp{view.next_at});
  return object;
}

}  // namespace

std::string saga_status_text(const SagaHead& head) {
  if (head.stuck == StuckReason::none) return std::string{to_string(head.status)};
  return fmt::format("{}({})", to_string(head.status), to_string(head.stuck));
}

std::string saga_text(const ToldSaga& saga, const LedgerBook& ledgers) {
  return head_text(saga, ledgers) + "\n" + step_table(saga, ledgers).text() + waits_text(saga) +
         "\n" + timeline(saga).text();
}

JsonObject saga_json(const ToldSaga& saga, const LedgerBook& ledgers) {
  JsonObject object = view_json(saga.view, &saga.definition);
  object.raw("input",
             saga_values_json(saga.definition.inputs, saga.history.inputs(), ledgers).str());
  object.raw("steps", steps_json(saga, ledgers));
  object.raw("waits", waits_json(saga)).raw("timeline", timeline_json(saga));
  return object;
}

Table saga_table(std::span<const ListedSaga> sagas) {
  Table table{{{"saga", right},
               {"definition"},
               {"status"},
               {"done", right},
               {"waits at"},
               {"started"},
               {"due next"},
               {"ended"}}};
  for (const ListedSaga& each : sagas) {
    const SagaView& view = each.view;
    const std::string definition =
        each.definition == nullptr
            ? to_hex(view.definition)
            : fmt::format("{}@{}", each.definition->name, each.definition->version);
    table.add({format_id(view.id), definition, saga_status_text(head_of(view)),
               fmt::format("{}/{}", unsigned{view.succeeded_count}, unsigned{view.step_count}),
               each.definition == nullptr ? "" : step_name(*each.definition, view.waiting_step),
               format_time(view.started_at), time_or_nothing(Timestamp{view.next_at}),
               time_or_nothing(view.ended_at)});
  }
  return table;
}

JsonObject saga_list_json(const ListedSaga& saga) { return view_json(saga.view, saga.definition); }

}  // namespace daybook
