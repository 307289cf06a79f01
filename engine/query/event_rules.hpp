#pragma once

#include <optional>
#include <string_view>

#include "engine/model/domain_event.hpp"

namespace daybook {

/// What is wrong with a filter of events, in words; nothing if it may be asked.
[[nodiscard]] std::optional<std::string_view> fault_of(const EventFilter& filter);

/// Does the filter let it pass, limit and cursor aside?
[[nodiscard]] bool passes(const EventFilter& filter, const DomainEvent& event, Sequence sequence);

}  // namespace daybook
