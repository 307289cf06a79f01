#pragma once

#include <cstdint>

#include "engine/saga/definition.hpp"
#include "engine/saga/progress.hpp"
#include "engine/saga/saga_event.hpp"

/// The machine of one step: what is sent, asked and answered, and when it is tried again. Knows
/// nothing of other steps or of the saga, so it can tell that an answer contradicts an earlier one,
/// but not what follows from that.
///
/// Forward: NOT_STARTED -> DISPATCHED -> SUCCEEDED | FAILED | RETRY_WAIT -> DISPATCHED, with
/// UNKNOWN while a question is out and where nothing more may be tried. Compensation: C_READY ->
/// C_DISPATCHED -> C_SUCCEEDED | C_REFUSED | C_RETRY_WAIT -> C_DISPATCHED, with C_UNKNOWN where
/// nothing more may be tried.

namespace daybook {

enum class StepEffect : std::uint8_t {
  changed,
  duplicate,      ///< Says what is known.
  stale,          ///< Of an attempt that no longer matters.
  contradiction,  ///< Says the opposite of what was said first. Only a flag is changed, if
                  ///< anything.
  illegal,        ///< Nothing of the kind can have happened.
};

/// Has the step an effect, as far as anybody knows, or could it have one?
[[nodiscard]] bool may_have_effect(const StepProgress& step);
/// Could it have one, without anybody knowing?
[[nodiscard]] bool is_in_doubt(const StepProgress& step);
/// Nothing more may be tried, and the outcome is not known.
[[nodiscard]] bool is_exhausted(const StepProgress& step);

/// How long to wait, in nanoseconds: the interval, less up to a quarter of it. So a cap holds
/// whatever the jitter is. Requires: interval_ms <= limits::saga_retry_interval_ms_max.
[[nodiscard]] std::uint64_t wait_ns(std::uint64_t interval_ms, std::uint32_t jitter);

// Of the forward operation. Each takes the event of its name.
[[nodiscard]] StepEffect take_dispatched(StepProgress& step, const RetryPolicy& policy,
                                         const SagaEvent& event);
[[nodiscard]] StepEffect take_released(StepProgress& step, const SagaEvent& event);
/// More time for what is out: never less than it had.
[[nodiscard]] StepEffect take_extended(StepProgress& step, const SagaEvent& event);
[[nodiscard]] StepEffect take_asked(StepProgress& step, const SagaEvent& event);
/// Also `answered`. `may_go_on` is false where the saga goes back: then nothing is tried again.
[[nodiscard]] StepEffect take_result(StepProgress& step, const RetryPolicy& policy,
                                     const SagaEvent& event, bool may_go_on);

// Of the compensation.
[[nodiscard]] StepEffect take_undo_dispatched(StepProgress& step, const RetryPolicy& policy,
                                              const SagaEvent& event);
[[nodiscard]] StepEffect take_undo_released(StepProgress& step, const SagaEvent& event);
[[nodiscard]] StepEffect take_undo_extended(StepProgress& step, const SagaEvent& event);
[[nodiscard]] StepEffect take_undo_result(StepProgress& step, const RetryPolicy& policy,
                                          const SagaEvent& event);

// By an operator. Requires: the state allows it, as the saga's machine checks.
/// Tries again, with as many tries as at the beginning. A new round only after a refusal: what may
/// have happened is asked for under the same name.
void retry_forward(StepProgress& step, const RetryPolicy& policy, std::uint64_t now);
void retry_undo(StepProgress& step);
/// Ends its waits for the next try; false where it has none. `goes_forward`: the saga still does.
[[nodiscard]] bool kick(StepProgress& step, bool goes_forward, std::uint64_t now);

}  // namespace daybook
