#pragma once

#include "engine/aggregates/aggregate_rules.hpp"

namespace daybook {

/// May the command be done to the payment? The first reason why not, in the order of
/// AppendEventStatus: what there is, its state, that of the refund or dispute, then the amounts,
/// the transfer and the room.
[[nodiscard]] AppendEventStatus decide_payment(const AggregateRows& rows,
                                               const RuleContext& context,
                                               const AskedCommand& asked);

/// Requires: decide_payment() is created.
void apply_payment(AggregateRows& rows, const AskedCommand& asked);

}  // namespace daybook
