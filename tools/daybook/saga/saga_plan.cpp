#include "tools/daybook/saga/saga_plan.hpp"

#include <fmt/format.h>

#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/table.hpp"

namespace daybook {
namespace {

std::string joined(const std::vector<std::string>& texts) {
  std::string text;
  for (const std::string& each : texts) text += (text.empty() ? "" : ", ") + each;
  return text.empty() ? "-" : text;
}

std::vector<std::string> ids_of(const SagaDefinition& definition, StepSet set) {
  std::vector<std::string> ids;
  for (const std::uint8_t at : definition.order) {
    if (has(set, at)) ids.push_back(definition.steps[at].id);
  }
  return ids;
}

// Only what a saga that is undone does: a pivot's own undo is an operator's affair.
bool is_undone(const SagaStep& step) { return step.step_class == StepClass::compensatable; }

std::string undo_text(const SagaStep& step) {
  if (step.undo == UndoAct::remote_undo) return step.undo_type;
  return std::string{to_string(step.undo)};
}

std::string retry_text(const SagaStep& step) {
  const RetryPolicy& retry = step.retry;
  if (is_wait(step.kind)) return "";
  if (retry.max == 1) return "once";
  const std::string tries = retry.max == 0 ? "without end" : fmt::format("{} times", retry.max);
  return fmt::format("{}, after {} ms, x{}, at most {} ms, then {}", tries, retry.initial_ms,
                     retry.factor, retry.cap_ms,
                     retry.on_exhausted == OnExhausted::stuck ? "stuck" : "undo");
}

std::string undo_order(const SagaDefinition& definition) {
  std::string text;
  for (auto at = definition.order.rbegin(); at != definition.order.rend(); ++at) {
    const SagaStep& step = definition.steps[*at];
    if (!is_undone(step)) continue;
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", step.id, undo_text(step));
  }
  return text.empty() ? "nothing" : text;
}

std::vector<std::string> secret_inputs(const SagaDefinition& definition) {
  std::vector<std::string> names;
  for (const SagaField& input : definition.inputs) {
    if (input.type == ValueType::secret) names.push_back(input.name);
  }
  return names;
}

std::string pivot_text(const SagaDefinition& definition) {
  if (definition.pivot == no_step) {
    return "There is no pivot: until the last step is done, all of it can be undone.\n";
  }
  return fmt::format("The pivot is '{}': once it has succeeded the saga only goes forward.\n",
                     definition.steps[definition.pivot].id);
}

}  // namespace

std::string plan_text(const SagaDefinition& definition) {
  std::string text = fmt::format("saga {}, version {}, hash {}\n", definition.name,
                                 definition.version, to_hex(definition.hash));
  if (definition.deadline_ms != 0) {
    text += fmt::format("deadline {} ms after its start\n", definition.deadline_ms);
  }
  if (const auto secrets = secret_inputs(definition); !secrets.empty()) {
    text += fmt::format("secret: {}; sealed before it is sent, opened for participants only\n",
                        joined(secrets));
  }
  if (definition.is_all_local) text += "local steps only: done in one entry, or not at all\n";
  Table table{{{"#", Table::Align::right},
               {"step", Table::Align::left},
               {"kind", Table::Align::left},
               {"class", Table::Align::left},
               {"after", Table::Align::left},
               {"undone by", Table::Align::left},
               {"tried", Table::Align::left}}};
  std::size_t row = 0;
  for (const std::uint8_t at : definition.order) {
    const SagaStep& step = definition.steps[at];
    table.add({std::to_string(++row), step.id, std::string{step.kind_text},
               std::string{to_string(step.step_class)}, joined(ids_of(definition, step.after)),
               is_undone(step) ? undo_text(step) : "-", retry_text(step)});
  }
  text += table.text() + pivot_text(definition);
  text += fmt::format("Undone, of what was done, in this order: {}.\n", undo_order(definition));
  if (!definition.completed_event.empty()) {
    text += fmt::format("When it is complete: the event {}.\n", definition.completed_event);
  }
  return text;
}

std::string plan_json(const SagaDefinition& definition) {
  std::vector<std::string> steps;
  for (const std::uint8_t at : definition.order) {
    const SagaStep& step = definition.steps[at];
    JsonObject object;
    object.text("id", step.id)
        .text("kind", step.kind_text)
        .text("class", to_string(step.step_class));
    object.texts("after", ids_of(definition, step.after));
    if (is_undone(step)) object.text("undone_by", undo_text(step));
    if (is_remote(step.kind)) object.count("timeout_ms", step.timeout_ms);
    if (!is_wait(step.kind)) {
      object.count("tries_max", step.retry.max);
      object.text("on_exhausted",
                  step.retry.on_exhausted == OnExhausted::stuck ? "stuck" : "compensate");
    }
    steps.push_back(object.str());
  }
  JsonObject report;
  report.truth("good", true)
      .text("name", definition.name)
      .count("version", definition.version)
      .text("hash", to_hex(definition.hash))
      .count("deadline_ms", definition.deadline_ms)
      .truth("all_local", definition.is_all_local);
  const auto secrets = secret_inputs(definition);
  if (!secrets.empty()) report.texts("secrets", secrets);
  if (definition.pivot != no_step) report.text("pivot", definition.steps[definition.pivot].id);
  if (!definition.completed_event.empty()) {
    report.text("completed_event", definition.completed_event);
  }
  return report.raw("steps", json_array(steps)).str();
}

}  // namespace daybook
