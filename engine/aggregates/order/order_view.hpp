#pragma once

#include <cstddef>
#include <span>

#include "engine/model/aggregate_views.hpp"
#include "engine/model/domain_event.hpp"

namespace daybook {

/// Makes of an order what its next event makes of it, the first one included: whoever gives a view
/// all events of a stream in their order has the order. Events that no order has change nothing.
void fold(OrderView& order, const DomainEvent& event, std::span<const std::byte> payload);

}  // namespace daybook
