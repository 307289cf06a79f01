#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "engine/saga/definition_draft.hpp"
#include "engine/saga/object_reader.hpp"

namespace daybook {
namespace {

using Kind = DocumentValue::Kind;

std::optional<std::size_t> find_field(const std::vector<SagaField>& fields, std::string_view name) {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [name](const SagaField& field) { return field.name == name; });
  if (found == fields.end()) return std::nullopt;
  return static_cast<std::size_t>(found - fields.begin());
}

/// Reads the arguments of one step.
class ArgumentReader {
 public:
  ArgumentReader(DefinitionDraft& draft, std::size_t at)
      : draft_{draft}, at_{at}, step_{draft.definition.steps[at]} {}

  void read();

 private:
  void fault(const std::string& path, std::string what) {
    draft_.faults.push_back({path, std::move(what)});
  }
  void read_given(const DocumentMember& member, const std::string& path);
  bool read_value(const DocumentValue& value, const std::string& path, SagaArgument& into);
  bool read_text(const std::string& text, const std::string& path, SagaArgument& into);
  bool read_reference(std::string_view text, const std::string& path, SagaArgument& into);
  bool read_input(std::string_view name, const std::string& path, SagaArgument& into);
  bool read_output(std::string_view step, std::string_view name, const std::string& path,
                   SagaArgument& into);
  void check_missing(const std::string& path);
  void check_amount(const std::string& path);
  [[nodiscard]] const SagaArgument* find(std::string_view name) const;

  DefinitionDraft& draft_;
  std::size_t at_;
  SagaStep& step_;
};

const SagaArgument* ArgumentReader::find(std::string_view name) const {
  const auto found =
      std::find_if(step_.arguments.begin(), step_.arguments.end(),
                   [name](const SagaArgument& argument) { return argument.name == name; });
  return found == step_.arguments.end() ? nullptr : &*found;
}

bool ArgumentReader::read_input(std::string_view name, const std::string& path,
                                SagaArgument& into) {
  const auto field = find_field(draft_.definition.inputs, name);
  if (!field) {
    fault(path, fmt::format("there is no input '{}'", name));
    return false;
  }
  into.source = ArgumentSource::input;
  into.field = static_cast<std::uint8_t>(*field);
  into.type = draft_.definition.inputs[*field].type;
  return true;
}

bool ArgumentReader::read_output(std::string_view step, std::string_view name,
                                 const std::string& path, SagaArgument& into) {
  const std::uint8_t other = find_step(draft_.definition, step);
  if (other == no_step) {
    fault(path, fmt::format("there is no step '{}'", step));
    return false;
  }
  const SagaStep& source = draft_.definition.steps[other];
  const auto field = find_field(source.outputs, name);
  if (!field) {
    fault(path, fmt::format("the step '{}' has no output '{}'", step, name));
    return false;
  }
  // In a circle nobody comes before anybody, and that has been said.
  if (!has(step_.ancestors, other) && !draft_.has_circle) {
    fault(path, fmt::format("the step '{}' need not be done before this one", step));
    return false;
  }
  into.source = ArgumentSource::output;
  into.step = other;
  into.field = static_cast<std::uint8_t>(*field);
  into.type = source.outputs[*field].type;
  return true;
}

bool ArgumentReader::read_reference(std::string_view text, const std::string& path,
                                    SagaArgument& into) {
  const std::string_view inner = text.substr(std::min<std::size_t>(2, text.size()));
  const std::size_t dot = inner.find('.');
  const std::string_view first = inner.substr(0, dot);
  const std::string_view second =
      dot == std::string_view::npos ? std::string_view{} : inner.substr(dot + 1);
  const bool is_well_formed = text.starts_with("$.") && is_reference_name(first) &&
                              (dot == std::string_view::npos || is_reference_name(second));
  if (!is_well_formed) {
    fault(path, fmt::format("'{}' is no reference: there are $.input and $.step.output", text));
    return false;
  }
  return dot == std::string_view::npos ? read_input(first, path, into)
                                       : read_output(first, second, path, into);
}

bool ArgumentReader::read_text(const std::string& text, const std::string& path,
                               SagaArgument& into) {
  if (text.starts_with('$')) return read_reference(text, path, into);
  into.text = text.starts_with('@') ? text.substr(1) : text;
  if (text.starts_with('@')) {
    into.source = ArgumentSource::name;
    into.type = ValueType::account;
    into.id = id_of(into.text);
    if (!into.text.empty() && into.text.size() <= limits::name_bytes_max) return true;
    fault(path, fmt::format("a name has 1 to {} bytes", limits::name_bytes_max));
    return false;
  }
  into.source = ArgumentSource::text;
  into.type = ValueType::text;
  if (!text.empty() && text.size() <= limits::saga_text_bytes_max) return true;
  fault(path, fmt::format("a text has 1 to {} bytes", limits::saga_text_bytes_max));
  return false;
}

bool ArgumentReader::read_value(const DocumentValue& value, const std::string& path,
                                SagaArgument& into) {
  if (value.kind == Kind::text) return read_text(value.text, path, into);
  if (value.kind != Kind::number && value.kind != Kind::truth) {
    fault(path, fmt::format("an argument is a text, a number, true or false, and not {}",
                            to_string(value.kind)));
    return false;
  }
  const bool is_number = value.kind == Kind::number;
  into.source = is_number ? ArgumentSource::number : ArgumentSource::truth;
  into.type = is_number ? ValueType::u64 : ValueType::truth;
  into.number = is_number ? value.number : (value.truth ? 1 : 0);
  return true;
}

void ArgumentReader::read_given(const DocumentMember& member, const std::string& path) {
  const StepShape& shape = *draft_.drafts[at_].shape;
  SagaArgument argument;
  argument.name = member.key;
  const auto wanted =
      std::find_if(shape.arguments.begin(), shape.arguments.end(),
                   [&member](const ArgumentShape& each) { return each.name == member.key; });
  if (shape.takes_any_arguments) {
    if (!is_reference_name(member.key)) {
      return fault(path, "the name of an argument is a letter, then letters, digits and '_'");
    }
  } else if (wanted == shape.arguments.end()) {
    const bool is_hold_timeout =
        step_.kind == StepKind::ledger_hold && member.key.starts_with("timeout");
    return fault(path, is_hold_timeout
                           ? "a hold of a saga has no time-out: only the saga settles it"
                           : fmt::format("{} has no such argument", step_.kind_text));
  }
  if (!read_value(member.value, path, argument)) return;
  if (!shape.takes_any_arguments) {
    if (!has(wanted->type_set, argument.type)) {
      return fault(path, fmt::format("this cannot be of type {}", to_string(argument.type)));
    }
    if (argument.source == ArgumentSource::number && argument.number > wanted->most) {
      return fault(path, fmt::format("{} is more than {}", argument.number, wanted->most));
    }
  }
  step_.arguments.push_back(std::move(argument));
}

void ArgumentReader::check_missing(const std::string& path) {
  const DocumentValue* const given = draft_.drafts[at_].source->find("args");
  for (const ArgumentShape& shape : draft_.drafts[at_].shape->arguments) {
    if (!shape.must || (given != nullptr && given->find(shape.name) != nullptr)) continue;
    fault(path + "." + std::string{shape.name}, fmt::format("{} needs it", step_.kind_text));
  }
}

// Money has its ledger with it; a bare number does not.
void ArgumentReader::check_amount(const std::string& path) {
  const StepShape& shape = *draft_.drafts[at_].shape;
  const bool may_name_ledger =
      std::any_of(shape.arguments.begin(), shape.arguments.end(),
                  [](const ArgumentShape& each) { return each.name == "ledger"; });
  const SagaArgument* const amount = find("amount");
  if (!may_name_ledger || amount == nullptr) return;
  const DocumentValue* const given = draft_.drafts[at_].source->find("args");
  const bool names_ledger = given->find("ledger") != nullptr;
  if (amount->type == ValueType::u64 && !names_ledger) {
    fault(path + ".ledger", "an amount that is a number needs a ledger");
  }
  if (amount->type == ValueType::money && names_ledger) {
    fault(path + ".ledger", "the amount has a ledger already");
  }
  if (amount->source == ArgumentSource::number && amount->number == 0) {
    fault(path + ".amount", "an amount of 0 moves nothing");
  }
}

void ArgumentReader::read() {
  const std::string path = draft_.drafts[at_].path + ".args";
  const DocumentValue* const given = draft_.drafts[at_].source->find("args");
  if (given != nullptr && given->kind != Kind::object) {
    return fault(path, fmt::format("this must be an object, and is {}", to_string(given->kind)));
  }
  if (given != nullptr && given->members.size() > limits::saga_arguments_max) {
    fault(path, fmt::format("{} arguments are more than {}", given->members.size(),
                            limits::saga_arguments_max));
  } else if (given != nullptr) {
    for (const DocumentMember& member : given->members) {
      read_given(member, path + "." + member.key);
    }
  }
  if (step_.kind == StepKind::remote_confirm && given != nullptr) {
    fault(path, "a confirmation has no arguments: the participant knows what it tried");
  }
  check_missing(path);
  check_amount(path);
  if (step_.kind == StepKind::timer_wait) {
    const DocumentValue* const source = draft_.drafts[at_].source;
    const bool has_until = given != nullptr && given->find("until") != nullptr;
    if ((source->find("delay_ms") != nullptr) == has_until) {
      draft_.fault(at_, "delay_ms", "a timer has either this or the argument 'until'");
    }
  }
}

}  // namespace

void read_arguments(DefinitionDraft& draft) {
  for (std::size_t at = 0; at < draft.drafts.size(); ++at) {
    if (draft.drafts[at].shape != nullptr) ArgumentReader{draft, at}.read();
  }
}

}  // namespace daybook
