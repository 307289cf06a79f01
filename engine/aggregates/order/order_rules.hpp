#pragma once

#include "engine/aggregates/aggregate_rules.hpp"

namespace daybook {

/// May the command be done to the order? The first reason why not, in the order of
/// AppendEventStatus: what there is, its state, then the payment, the transfer and the room.
[[nodiscard]] AppendEventStatus decide_order(const AggregateRows& rows, const RuleContext& context,
                                             const AskedCommand& asked);

/// Requires: decide_order() is created.
void apply_order(AggregateRows& rows, const AskedCommand& asked);

}  // namespace daybook
