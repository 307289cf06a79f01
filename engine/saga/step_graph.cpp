#include <algorithm>

#include <fmt/format.h>

#include "engine/saga/definition_draft.hpp"

namespace daybook {
namespace {

using Kind = DocumentValue::Kind;

std::string member_path(const DefinitionDraft& draft, std::size_t step, std::string_view key) {
  return draft.drafts[step].path + "." + std::string{key};
}

/// The step that a text names; no_step, and a fault, where there is none.
std::uint8_t named_step(DefinitionDraft& draft, const DocumentValue& value,
                        const std::string& path) {
  if (value.kind != Kind::text) {
    draft.faults.push_back(
        {path, fmt::format("this must be the id of a step, and is {}", to_string(value.kind))});
    return no_step;
  }
  const std::uint8_t found = find_step(draft.definition, value.text);
  if (found == no_step) {
    draft.faults.push_back({path, fmt::format("there is no step '{}'", value.text)});
  }
  return found;
}

void link_after(DefinitionDraft& draft, std::size_t at) {
  SagaStep& step = draft.definition.steps[at];
  const DocumentValue* const after = draft.drafts[at].source->find("after");
  if (after == nullptr) {
    if (at != 0) step.after = set_of(at - 1);
    return;
  }
  const std::string path = member_path(draft, at, "after");
  if (after->kind != Kind::list) {
    draft.faults.push_back({path, fmt::format("this must be a list of steps' ids, and is {}",
                                              to_string(after->kind))});
    return;
  }
  for (std::size_t item = 0; item < after->items.size(); ++item) {
    const std::string item_path = fmt::format("{}[{}]", path, item);
    const std::uint8_t other = named_step(draft, after->items[item], item_path);
    if (other == no_step) continue;
    if (has(step.after, other)) {
      draft.faults.push_back(
          {item_path, fmt::format("'{}' stands there twice", draft.definition.steps[other].id)});
    }
    step.after |= set_of(other);
  }
}

void link_subject(DefinitionDraft& draft, std::size_t at) {
  SagaStep& step = draft.definition.steps[at];
  const bool settles_hold =
      step.kind == StepKind::ledger_capture || step.kind == StepKind::ledger_release;
  if (!settles_hold && step.kind != StepKind::remote_confirm) return;
  const std::string_view key = settles_hold ? "hold" : "confirms";
  const DocumentValue* const value = draft.drafts[at].source->find(key);
  if (value == nullptr) {
    return draft.fault(at, key,
                       fmt::format("{} needs the id of the hold that it settles", step.kind_text));
  }
  const std::uint8_t subject = named_step(draft, *value, member_path(draft, at, key));
  if (subject == no_step) return;
  SagaStep& other = draft.definition.steps[subject];
  const StepKind wanted = settles_hold ? StepKind::ledger_hold : StepKind::remote_try;
  if (other.kind != wanted || draft.drafts[subject].shape == nullptr) {
    return draft.fault(
        at, key,
        fmt::format("'{}' is no {}", other.id, settles_hold ? "hold" : "try of a remote branch"));
  }
  if (other.resolved_by != no_step) {
    return draft.fault(at, key,
                       fmt::format("'{}' is settled by '{}' already", other.id,
                                   draft.definition.steps[other.resolved_by].id));
  }
  step.subject = subject;
  other.resolved_by = static_cast<std::uint8_t>(at);
}

/// Puts steps into the order in which they can be done, the first of the list first, until none is
/// left or those that are wait for each other. Returns those.
StepSet sort_steps(SagaDefinition& definition) {
  const std::size_t count = definition.steps.size();
  StepSet left = count == 64 ? ~StepSet{0} : set_of(count) - 1;
  for (bool found = true; found && left != 0;) {
    found = false;
    for (std::size_t at = 0; at < count && !found; ++at) {
      SagaStep& step = definition.steps[at];
      if (!has(left, at) || (step.after & left) != 0) continue;
      found = true;
      left &= ~set_of(at);
      definition.order.push_back(static_cast<std::uint8_t>(at));
      for (std::size_t other = 0; other < count; ++other) {
        if (has(step.after, other)) {
          step.ancestors |= set_of(other) | definition.steps[other].ancestors;
        }
      }
    }
  }
  for (std::size_t at = 0; at < count; ++at) {
    for (std::size_t other = 0; other < count; ++other) {
      if (has(definition.steps[other].ancestors, at)) {
        definition.steps[at].descendants |= set_of(other);
      }
    }
  }
  return left;
}

std::size_t first_of(StepSet set) { return static_cast<std::size_t>(__builtin_ctzll(set)); }

// Every step that is left waits for one that is left, so whoever goes from one to the next comes
// back to where they were.
void tell_circle(DefinitionDraft& draft, StepSet left) {
  const std::vector<SagaStep>& steps = draft.definition.steps;
  std::vector<std::size_t> way;
  std::size_t at = first_of(left);
  while (std::find(way.begin(), way.end(), at) == way.end()) {
    way.push_back(at);
    at = first_of(steps[at].after & left);
  }
  way.erase(way.begin(), std::find(way.begin(), way.end(), at));
  std::string text = steps[at].id;
  for (auto step = way.rbegin(); step != way.rend(); ++step) text += " -> " + steps[*step].id;
  draft.has_circle = true;
  draft.fault(at, "after", fmt::format("the steps wait for each other in a circle: {}", text));
}

}  // namespace

std::uint8_t find_step(const SagaDefinition& definition, std::string_view id) {
  for (std::size_t at = 0; at < definition.steps.size(); ++at) {
    if (!id.empty() && definition.steps[at].id == id) return static_cast<std::uint8_t>(at);
  }
  return no_step;
}

void link_steps(DefinitionDraft& draft) {
  for (std::size_t at = 0; at < draft.drafts.size(); ++at) {
    if (draft.drafts[at].shape == nullptr) {
      // Its neighbours are still in their order.
      if (at != 0) draft.definition.steps[at].after = set_of(at - 1);
      continue;
    }
    link_after(draft, at);
    link_subject(draft, at);
  }
  const StepSet left = sort_steps(draft.definition);
  if (left != 0) tell_circle(draft, left);
}

}  // namespace daybook
