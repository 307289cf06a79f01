#include "engine/saga/definition.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/hash.hpp"
#include "engine/base/utf8.hpp"
#include "engine/model/aggregate.hpp"
#include "engine/model/ids.hpp"
#include "engine/model/saga_types.hpp"
#include "engine/saga/definition_draft.hpp"
#include "engine/saga/object_reader.hpp"

namespace daybook {
namespace {

using Kind = DocumentValue::Kind;

constexpr ValueType field_types[] = {ValueType::account,  ValueType::money, ValueType::secret,
                                     ValueType::text,     ValueType::u64,   ValueType::id,
                                     ValueType::timestamp};

void read_head(ObjectReader& reader, SagaDefinition& definition) {
  if (!reader.name("name", definition.name) && reader.find_any("name") == nullptr) {
    reader.fault("name", "a saga needs a name");
  }
  const Uint128 name_id = id_of(definition.name);
  if (is_engine_aggregate(name_id) || is_saga_aggregate(name_id)) {
    reader.fault("name", "the engine's own streams are called so");
  }
  if (!reader.number("version", 1, 0xffff'ffff, definition.version) &&
      reader.find_any("version") == nullptr) {
    reader.fault("version", "a definition needs a version, from 1 on");
  }
  reader.number("deadline_ms", 1, limits::saga_deadline_ms_max, definition.deadline_ms);
  reader.name("completed_event", definition.completed_event);
}

void read_internal_accounts(ObjectReader& reader, DefinitionDraft& draft) {
  const DocumentValue* const list = reader.find("internal_accounts", Kind::list);
  if (list == nullptr) return;
  if (list->items.size() > limits::saga_internal_accounts_max) {
    return reader.fault("internal_accounts",
                        fmt::format("{} accounts are more than {}", list->items.size(),
                                    limits::saga_internal_accounts_max));
  }
  std::vector<std::string>& names = draft.definition.internal_accounts;
  for (std::size_t at = 0; at < list->items.size(); ++at) {
    const DocumentValue& item = list->items[at];
    const std::string path = fmt::format("internal_accounts[{}]", at);
    if (item.kind != Kind::text || item.text.empty() || item.text.size() > limits::name_bytes_max ||
        item.text.starts_with('@') || item.text.starts_with('$')) {
      draft.faults.push_back({path, fmt::format("this must be an account's name of at most {} "
                                                "bytes, without '@'",
                                                limits::name_bytes_max)});
      continue;
    }
    if (std::find(names.begin(), names.end(), item.text) != names.end()) {
      draft.faults.push_back({path, "this account stands there twice"});
    }
    names.push_back(item.text);
  }
}

void read_body(const DocumentValue& document, DefinitionDraft& draft) {
  ObjectReader reader{&document, "", draft.faults};
  if (document.kind != Kind::object) return;
  read_head(reader, draft.definition);
  if (const DocumentValue* const inputs = reader.find("input", Kind::object)) {
    read_fields(*inputs, "input", limits::saga_inputs_max, draft.faults, draft.definition.inputs);
  }
  read_internal_accounts(reader, draft);
  const DocumentValue* const steps = reader.find("steps", Kind::list);
  if (steps == nullptr) {
    if (reader.find_any("steps") == nullptr) reader.fault("steps", "a saga needs steps");
    return reader.refuse_the_rest("a saga");
  }
  reader.refuse_the_rest("a saga");
  read_steps(*steps, draft);
  link_steps(draft);
  read_arguments(draft);
  SagaDefinition& definition = draft.definition;
  definition.is_all_local = std::all_of(definition.steps.begin(), definition.steps.end(),
                                        [](const SagaStep& step) { return is_local(step.kind); });
  if (!definition.is_all_local && document.find("deadline_ms") == nullptr) {
    reader.fault("deadline_ms", "a saga that waits for others needs a deadline");
  }
  check_rules(draft);
}

}  // namespace

std::string_view to_string(StepClass step_class) noexcept {
  constexpr std::string_view names[] = {"compensatable", "readonly", "pivot", "retriable"};
  return names[static_cast<std::size_t>(step_class)];
}

std::string_view to_string(UndoAct act) noexcept {
  constexpr std::string_view names[] = {"none",
                                        "release the hold",
                                        "reverse the transfer",
                                        "cancel the order",
                                        "refund the order",
                                        "end the payment",
                                        "refund the payment",
                                        "fail the refund",
                                        "undo",
                                        "cancel"};
  return names[static_cast<std::size_t>(act)];
}

std::string_view to_string(ValueType type) noexcept {
  constexpr std::string_view names[] = {"account", "money", "secret",    "text",
                                        "u64",     "id",    "timestamp", "truth"};
  return names[static_cast<std::size_t>(type)];
}

std::vector<SagaField> own_outputs(StepKind kind) {
  switch (kind) {
    case StepKind::ledger_post:
    case StepKind::ledger_hold:
    case StepKind::ledger_capture:
    case StepKind::ledger_release:
      return {{"transfer", ValueType::id}, {"at", ValueType::timestamp}};
    case StepKind::order_command:
    case StepKind::payment_command:
    case StepKind::timer_wait:
    case StepKind::signal_wait:
    case StepKind::tcc_wait:
      return {{"at", ValueType::timestamp}};
    case StepKind::remote_call:
    case StepKind::remote_try:
    case StepKind::remote_confirm:
      return {{"external_reference", ValueType::text}, {"at", ValueType::timestamp}};
  }
  return {};
}

void read_fields(const DocumentValue& object, const std::string& path, std::uint32_t most,
                 SagaFaults& faults, std::vector<SagaField>& into) {
  if (object.members.size() > most) {
    faults.push_back({path, fmt::format("{} are more than {}", object.members.size(), most)});
    return;
  }
  const auto own = static_cast<std::ptrdiff_t>(into.size());
  for (const DocumentMember& member : object.members) {
    const std::string here = path + "." + member.key;
    const auto is_named = [&member](const SagaField& field) { return field.name == member.key; };
    if (!is_reference_name(member.key)) {
      faults.push_back({here, "this name must be a letter, then letters, digits and '_'"});
      continue;
    }
    if (std::any_of(into.begin(), into.end(), is_named)) {
      faults.push_back({here, "every step of this kind has this output"});
      continue;
    }
    const auto* const type =
        std::find_if(std::begin(field_types), std::end(field_types), [&member](ValueType each) {
          return member.value.kind == Kind::text && to_string(each) == member.value.text;
        });
    if (type == std::end(field_types)) {
      faults.push_back(
          {here, "there are the types account, money, secret, text, u64, id and timestamp"});
      continue;
    }
    into.push_back({member.key, *type});
  }
  // Their places are in payloads, and the canonical text has them in this order.
  std::sort(into.begin() + own, into.end(),
            [](const SagaField& a, const SagaField& b) { return a.name < b.name; });
}

Result<SagaDefinition, SagaFaults> compile_definition(const DocumentValue& document) {
  DefinitionDraft draft;
  read_body(document, draft);
  if (!draft.faults.empty()) return std::move(draft.faults);
  SagaDefinition& definition = draft.definition;
  for (SagaStep& step : definition.steps) {
    const bool confirms = step.kind == StepKind::remote_confirm;
    step.type_id = id_of(confirms ? definition.steps[step.subject].type : step.type);
    step.undo_type_id = id_of(step.undo_type);
  }
  definition.canonical = canonical_text(document);
  definition.hash =
      xxh3_128(std::as_bytes(std::span{definition.canonical.data(), definition.canonical.size()}));
  return std::move(draft.definition);
}

Result<SagaDefinition, SagaFaults> read_definition(std::string_view json) {
  const Result<DocumentValue, SagaFaults> document = read_document(json);
  if (!document) return document.error();
  return compile_definition(document.value());
}

SagaFaults faults_of_secrets(const SagaDefinition& definition) {
  SagaFaults faults;
  for (std::size_t at = 0; at < definition.steps.size(); ++at) {
    for (const SagaField& field : definition.steps[at].outputs) {
      if (field.type != ValueType::secret) continue;
      faults.push_back(
          {fmt::format("steps[{}].output.{}", at, field.name),
           "an output cannot be secret, only an input: what comes back is not sealed"});
    }
  }
  return faults;
}

}  // namespace daybook
