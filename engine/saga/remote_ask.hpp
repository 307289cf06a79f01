#pragma once

#include <cstdint>
#include <string_view>

#include "engine/model/participant_work.hpp"
#include "engine/saga/definition.hpp"
#include "engine/saga/progress.hpp"
#include "engine/saga/saga_event.hpp"

/// What is asked of a participant for an action of a remote step.

namespace daybook {

struct RemoteAsk {
  SagaEventKind event = SagaEventKind::dispatched;  ///< That says that it is sent.
  WorkOperation operation = WorkOperation::do_;
  Uint128 type;
  std::string_view type_text;
  std::uint16_t participant = 0;  ///< Only this one can do it; 0 = whoever does the type.
  std::uint64_t timeout_ms = 0;
  std::uint8_t arguments_of = no_step;  ///< The step whose arguments, and outputs, it brings.
};

/// Requires: an action of a remote step.
[[nodiscard]] RemoteAsk ask_of(const SagaDefinition& definition, const SagaProgress& progress,
                               const SagaAction& action);

/// The idempotency key of a step's operation, and what it is about; see WorkCommand.
struct RemoteKeys {
  Uint128 key;
  Uint128 target;
};
[[nodiscard]] RemoteKeys keys_of(const SagaDefinition& definition, const SagaProgress& progress,
                                 const Uint128& saga, std::uint8_t step, WorkOperation operation);

/// Is it a key that the step's operation has, or had in one of its last rounds?
[[nodiscard]] bool is_key_of(const SagaProgress& progress, const Uint128& saga, std::uint8_t step,
                             WorkOperation operation, const Uint128& key);

/// What an answer is to the machine; `at` and, of what has more time, `due_at` are the caller's.
/// Requires: may_answer().
[[nodiscard]] SagaEvent answer_event(const StepAnswer& answer);

}  // namespace daybook
