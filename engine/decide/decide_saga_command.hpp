#pragma once

#include <cstddef>
#include <span>

#include "engine/model/domain_event.hpp"
#include "engine/model/operation.hpp"
#include "engine/saga/saga_event.hpp"
#include "engine/state/state.hpp"

namespace daybook {

/// What is decided on an event that asks something of sagas.
struct SagaDecision {
  AppendEventStatus status = AppendEventStatus::created;
  SagaNews news = SagaNews::started;
};

/// Decides on one event of a saga, as an event of its own: nothing is changed. `event` has the
/// timestamp that it gets. Where it is created, `after` is the progress that it leads to.
///
/// Checks in the order: whose event it is, its payload, whether there is such a definition or saga,
/// of start_corrections whether that was approved, the saga's state, room. Requires: the
/// event itself is fit to be appended. Cost: O(steps); of a definition that is stored, its reading,
/// which allocates.
[[nodiscard]] SagaDecision decide_saga_command(const State& state, RequestKind kind,
                                               const DomainEvent& event,
                                               std::span<const std::byte> payload,
                                               SagaProgress& after);

/// What the machine's refusal is to who asked.
[[nodiscard]] AppendEventStatus status_of(SagaRefusalKind kind);

/// Is there room in the state for what the engine makes when it goes on with a saga?
[[nodiscard]] bool has_room_for(const State& state, const StoredDefinition& stored);

/// What a request of sagas makes at most: facts, and their bytes in an entry.
struct SagaBound {
  std::uint64_t facts = 0;
  std::uint64_t bytes = 0;
};
/// Requires: payloads_fill(). What is asked of a saga that the same request starts counts as what
/// the largest of those makes; definitions that it stores are not there yet.
[[nodiscard]] SagaBound bound_of(const SagaTable& sagas, std::span<const DomainEvent> events,
                                 std::span<const std::byte> payloads);

}  // namespace daybook
