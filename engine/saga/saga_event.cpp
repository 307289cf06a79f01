#include "engine/saga/saga_event.hpp"

#include <fmt/format.h>

namespace daybook {

std::string_view to_string(SagaEventKind kind) noexcept {
  constexpr std::string_view names[] = {
      "started",        "dispatched",      "released",         "result",        "asked",
      "answered",       "undo_dispatched", "undo_released",    "undo_result",   "deadline",
      "cancel",         "operator_retry",  "operator_resolve", "operator_skip", "operator_force",
      "operator_close", "extended",        "undo_extended",    "operator_kick"};
  return names[static_cast<std::size_t>(kind)];
}

std::string_view to_string(StepOutcome outcome) noexcept {
  constexpr std::string_view names[] = {"succeeded",  "failed",      "retry_later",
                                        "unknown",    "lost",        "ok_empty",
                                        "never_seen", "in_progress", "cancelled"};
  return names[static_cast<std::size_t>(outcome)];
}

std::string_view to_string(SagaRefusalKind kind) noexcept {
  constexpr std::string_view names[] = {
      "illegal_transition",   "conflict",   "past_pivot", "skip_refused", "failed_refused",
      "evidence_contradicts", "no_way_back"};
  return names[static_cast<std::size_t>(kind)];
}

std::string to_text(const SagaRefusal& refusal) {
  std::string state{to_string(refusal.status)};
  if (refusal.stuck != StuckReason::none) state += fmt::format("({})", to_string(refusal.stuck));
  if (refusal.step != no_step) {
    state += fmt::format(", with step {} {} and {},", refusal.step, to_string(refusal.state),
                         to_string(refusal.compensation));
  }
  return fmt::format("{}: a saga that is {} does not take {}", to_string(refusal.kind), state,
                     to_string(refusal.event));
}

}  // namespace daybook
