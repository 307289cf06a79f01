#pragma once

#include <cstddef>
#include <span>

#include "engine/model/domain_event.hpp"
#include "engine/saga/definition.hpp"
#include "engine/saga/progress.hpp"
#include "engine/saga/saga_event.hpp"

namespace daybook {

/// The steps of a running saga that wait for this signal.
[[nodiscard]] StepSet steps_awaiting(const SagaDefinition& definition, const SagaProgress& progress,
                                     std::string_view signal);

/// What a signal is to a step that waits for it.
[[nodiscard]] SagaEvent signal_event(const SagaProgress& progress, std::uint8_t step, Timestamp at);

/// May an operator's act bring these outputs? None: always. Else they are all of those that a step
/// declares which somebody else does, resolved on the way forward.
[[nodiscard]] bool may_bring(const SagaDefinition& definition, const SagaProgress& progress,
                             const SagaEvent& act, std::span<const std::byte> outputs);

/// What an event of a saga's stream makes of its progress: replay, and whoever reads a stream, go
/// by it. Any bytes are safe. Returns null, or why the event cannot have followed on what there is;
/// then the progress is of no use.
/// Requires: before SagaStarted the progress is none, then it is one of this definition.
[[nodiscard]] const char* fold_saga(const SagaDefinition& definition, const DomainEvent& event,
                                    std::span<const std::byte> payload, SagaProgress& progress);

}  // namespace daybook
