#include "tools/daybook/participant/step_json.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tools/daybook/saga/saga_values.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/json_text.hpp"

namespace daybook {
namespace {

using Json = nlohmann::json;

Failure invalid(std::string what) { return {FailureKind::invalid, std::move(what)}; }

// The numbers of both are the same.
ValueType type_of(WorkValueType type) { return static_cast<ValueType>(type); }
static_assert(static_cast<int>(WorkValueType::truth) == static_cast<int>(ValueType::truth));
static_assert(static_cast<int>(WorkValueType::secret) == static_cast<int>(ValueType::secret));

std::string values_json(std::span<const StepValue> values, const LedgerBook& ledgers) {
  JsonObject object;
  for (const StepValue& each : values) {
    if (each.type == WorkValueType::secret) {
      object.text(each.name, each.text);
    } else if (each.type == WorkValueType::timestamp) {
      object.time(each.name, Timestamp{each.number});
    } else if (each.type == WorkValueType::truth) {
      object.truth(each.name, each.number != 0);
    } else {
      SagaValue value;
      value.type = type_of(each.type);
      value.id = each.id;
      value.ledger = LedgerId{each.ledger};
      value.number = each.number;
      value.text = each.text;
      object.text(each.name, format_saga_value(value, ledgers));
    }
  }
  return object.str();
}

/// The fields that a participant brings: not those that the engine itself knows.
std::vector<SagaField> declared(const SagaStep& step) {
  std::vector<SagaField> fields;
  for (const SagaField& each : step.outputs) {
    if (each.name != "at" && each.name != "external_reference") fields.push_back(each);
  }
  return fields;
}

Result<std::string> text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return std::string{};
  if (!found->is_string()) return invalid(fmt::format("{}: it must be a string", key));
  return found->get<std::string>();
}

Result<std::vector<StepValue>> outputs_of(const Json& object, const SagaStep& step,
                                          const LedgerBook& ledgers) {
  const auto found = object.find("outputs");
  const auto written = read_pairs_of_json(found == object.end() ? "{}" : found->dump());
  if (!written) return invalid(fmt::format("outputs: {}", written.error().what));
  const std::vector<SagaField> fields = declared(step);
  const auto values = parse_saga_values(fields, written.value(), ledgers);
  if (!values) return invalid(fmt::format("outputs: {}", values.error().what));
  std::vector<StepValue> outputs;
  for (std::size_t at = 0; at < fields.size(); ++at) {
    const SagaValue& value = values.value()[at];
    outputs.push_back({fields[at].name, static_cast<WorkValueType>(value.type), value.id,
                       value.ledger.value(), value.number, std::string{value.text}});
  }
  return outputs;
}

}  // namespace

std::string step_command_json(const StepCommand& command, const LedgerBook& ledgers) {
  const WorkCommand& work = command.work;
  return JsonObject{}
      .text("operation", to_string(work.operation))
      .id("key", work.key)
      .id("target", work.target)
      .id("saga", work.saga)
      .text("step", command.step)
      .text("type", command.type)
      .text("definition", command.definition)
      .count("version", command.version)
      .count("attempt", work.attempt)
      .truth("allow_empty", (work.flags & work_flag::allow_empty) != 0)
      .time("due_at", work.due_at)
      .text("trace_id", format_trace_id(work.trace_id))
      .id("business_id", work.business_id.value())
      .text("user_id", fmt::format("{}", work.user_id.value()))
      .raw("arguments", values_json(command.arguments, ledgers))
      .raw("outputs", values_json(command.outputs, ledgers))
      .str();
}

Result<StepReply> read_step_reply(std::string_view json, WorkOperation operation,
                                  const SagaStep& step, const LedgerBook& ledgers) {
  const Json object = Json::parse(json, nullptr, false);
  if (!object.is_object()) return invalid("it printed no JSON object");
  const auto outcome = text_of(object, "outcome");
  if (!outcome) return outcome.error();
  const auto parsed = parse_work_outcome(outcome.value());
  if (!parsed || !may_answer(operation, *parsed)) {
    return invalid(
        fmt::format("outcome: '{}' does not answer {}", outcome.value(), to_string(operation)));
  }
  StepReply reply{.outcome = *parsed};
  auto reference = text_of(object, "reference");
  auto message = text_of(object, "message");
  if (!reference) return reference.error();
  if (!message) return message.error();
  reply.reference = std::move(reference).value();
  reply.message = std::move(message).value();
  if (const auto code = object.find("code"); code != object.end()) {
    if (!code->is_number_unsigned() || code->get<std::uint64_t>() > 0xffff) {
      return invalid("code: it must be a number from 0 to 65535");
    }
    reply.code = code->get<std::uint16_t>();
  }
  const bool brings_outputs =
      reply.outcome == WorkOutcome::succeeded &&
      (operation == WorkOperation::do_ || operation == WorkOperation::query);
  if (!brings_outputs) return reply;
  auto outputs = outputs_of(object, step, ledgers);
  if (!outputs) return outputs.error();
  reply.outputs = std::move(outputs).value();
  return reply;
}

}  // namespace daybook
