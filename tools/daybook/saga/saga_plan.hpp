#pragma once

#include <string>

#include "engine/saga/definition.hpp"

namespace daybook {

/// What a saga does, for people: its steps in their order, what undoes each, and the pivot. Lines,
/// each ended by a newline.
[[nodiscard]] std::string plan_text(const SagaDefinition& definition);

/// The same as one JSON object.
[[nodiscard]] std::string plan_json(const SagaDefinition& definition);

}  // namespace daybook
