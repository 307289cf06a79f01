#pragma once

#include "engine/base/result.hpp"
#include "engine/saga/definition.hpp"
#include "engine/saga/progress.hpp"
#include "engine/saga/saga_event.hpp"

/// The machine of one saga. Decide and apply are apart: decide_saga() says what an event changes,
/// and changes nothing; apply_transition() does as it was told and asks nothing, so whoever keeps
/// the transitions need not decide again. README.md has the table.
///
/// Threads. Pure functions: no state, no clock, no memory of their own.

namespace daybook {

/// What the event does to the saga. Order of the checks: what is known already, the saga's state,
/// then time, then the rules.
/// Requires: the progress is none, or one of this definition.
[[nodiscard]] Result<SagaTransition, SagaRefusal> decide_saga(const SagaDefinition& definition,
                                                              const SagaProgress& progress,
                                                              const SagaEvent& event);

/// Total: any transition that decide_saga() made of this progress. Applied once more it changes
/// nothing.
void apply_transition(SagaProgress& progress, const SagaTransition& transition);

/// Everything that is to be done for the saga, of its durable state alone: what a restart goes by.
/// Undos come in the reverse order in which their steps were completed, those in doubt first.
[[nodiscard]] SagaActions list_actions(const SagaDefinition& definition,
                                       const SagaProgress& progress);

}  // namespace daybook
