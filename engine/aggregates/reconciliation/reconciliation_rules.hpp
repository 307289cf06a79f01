#pragma once

#include "engine/aggregates/aggregate_rules.hpp"
#include "engine/saga/definition.hpp"

namespace daybook {

/// Definitions and the limits of what a checker may approve.
[[nodiscard]] AppendEventStatus decide_reconciliation(const AggregateRows& rows,
                                                      const RuleContext& context,
                                                      const AskedCommand& asked);
void apply_reconciliation(AggregateRows& rows, const AskedCommand& asked);

/// Runs: one phase behind the other, one run of each day that counts, and what it carries on from
/// the day before.
[[nodiscard]] AppendEventStatus decide_run(const AggregateRows& rows, const RuleContext& context,
                                           const AskedCommand& asked);
void apply_run(AggregateRows& rows, const AskedCommand& asked);

/// Differences: what is proposed by one, approved by another, and posted in the same entry, or by a
/// saga that is started then.
[[nodiscard]] AppendEventStatus decide_difference(const AggregateRows& rows,
                                                  const RuleContext& context,
                                                  const AskedCommand& asked);
void apply_difference(AggregateRows& rows, const AskedCommand& asked);

/// Is this the saga of a correction that was approved, and given no more money than that?
/// `started`: its SagaStarted, whose business id is the difference's. `created` if it is. Cost: no
/// allocation.
[[nodiscard]] AppendEventStatus fault_of_correction_saga(const AggregateRows& rows,
                                                         const SagaDefinition& definition,
                                                         const DomainEvent& started,
                                                         std::span<const std::byte> payload);

}  // namespace daybook
