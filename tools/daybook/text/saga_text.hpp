#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "engine/model/domain_event.hpp"

/// Events of sagas in words, by themselves: without the definition, which knows what the steps are
/// called.

namespace daybook {

/// "saga 7: step 1 succeeded, step 2 failed (status 34)"; steps are numbered from 1, as they stand
/// in the definition. Empty where the event is none of a saga's. Any bytes are safe.
[[nodiscard]] std::string saga_event_text(const DomainEvent& event,
                                          std::span<const std::byte> payload);

/// "saga 7: SagaAdvanced": of an event whose payload is not there.
[[nodiscard]] std::string saga_event_text(const DomainEvent& event);

}  // namespace daybook
