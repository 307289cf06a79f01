#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/saga/definition.hpp"
#include "engine/saga/step_shapes.hpp"

/// A definition on its way from a document: the parts of its reader share this, in the order
/// read_steps(), link_steps(), read_arguments(), check_rules(). Each adds what it finds wrong and
/// lets the next go on with the rest, so that one reading tells everything.

namespace daybook {

struct StepDraft {
  std::string path;  ///< "steps[2]".
  const DocumentValue* source = nullptr;
  const StepShape* shape = nullptr;  ///< Null where its kind is not known: no rule looks at it.
  bool has_class = false;            ///< It says of which class it is.
  bool has_on_exhausted = false;
};

struct DefinitionDraft {
  SagaDefinition definition;
  std::vector<StepDraft> drafts;  ///< One a step.
  SagaFaults faults;
  bool has_circle = false;

  void fault(std::size_t step, std::string_view key, std::string what) {
    faults.push_back({drafts[step].path + "." + std::string{key}, std::move(what)});
  }
};

/// Reads each step by itself: its kind, its class, its times; not its references to others.
void read_steps(const DocumentValue& list, DefinitionDraft& draft);

/// Finds what `after`, `hold` and `confirms` name, and the order of the steps.
void link_steps(DefinitionDraft& draft);

/// Reads the arguments. Requires: link_steps().
void read_arguments(DefinitionDraft& draft);

/// The rules about several steps at once: pivots, what may fail, holds, credits. Requires: all of
/// the above.
void check_rules(DefinitionDraft& draft);

/// The step of this id; no_step where there is none.
[[nodiscard]] std::uint8_t find_step(const SagaDefinition& definition, std::string_view id);

/// Reads `{"name": "type"}`: inputs and outputs.
void read_fields(const DocumentValue& object, const std::string& path, std::uint32_t most,
                 SagaFaults& faults, std::vector<SagaField>& into);

}  // namespace daybook
