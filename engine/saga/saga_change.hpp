#pragma once

#include <variant>

#include "engine/saga/definition.hpp"
#include "engine/saga/progress.hpp"
#include "engine/saga/saga_event.hpp"
#include "engine/saga/step_machine.hpp"

namespace daybook {

/// What came of an event: something was changed, or need not be, or why not.
using SagaVerdict = std::variant<SagaTransition::Effect, SagaRefusalKind>;

/// All that the step waits for is done, or skipped.
[[nodiscard]] bool is_step_ready(const SagaDefinition& definition, const SagaProgress& progress,
                                 std::size_t step);
/// The step is to be undone, and all that came after it is.
[[nodiscard]] bool is_undo_ready(const SagaDefinition& definition, const SagaProgress& progress,
                                 std::size_t step);

/// A saga's progress while an event is worked out: a copy, thrown away where the event is refused.
/// Each function takes the event of its name; what it does before it refuses does not count.
class SagaChange {
 public:
  SagaChange(const SagaDefinition& definition, const SagaProgress& before)
      : definition_{definition}, progress_{before} {}

  SagaVerdict start(const SagaEvent& event);
  SagaVerdict dispatch(const SagaEvent& event);
  SagaVerdict release(const SagaEvent& event);
  SagaVerdict ask(const SagaEvent& event);
  SagaVerdict take_forward_answer(const SagaEvent& event);
  SagaVerdict dispatch_undo(const SagaEvent& event);
  SagaVerdict release_undo(const SagaEvent& event);
  SagaVerdict take_undo_answer(const SagaEvent& event);
  SagaVerdict pass_deadline(const SagaEvent& event);
  SagaVerdict cancel();
  SagaVerdict retry(const SagaEvent& event);
  SagaVerdict resolve(const SagaEvent& event);
  SagaVerdict skip(const SagaEvent& event);
  SagaVerdict force();
  SagaVerdict close();
  SagaVerdict extend(const SagaEvent& event);
  SagaVerdict extend_undo(const SagaEvent& event);
  SagaVerdict kick_waits(const SagaEvent& event);

  [[nodiscard]] const SagaProgress& after() const { return progress_; }

 private:
  [[nodiscard]] SagaHead& head() { return progress_.head; }
  [[nodiscard]] const SagaHead& head() const { return progress_.head; }
  [[nodiscard]] StepProgress& step(const SagaEvent& event) { return progress_.steps[event.step]; }
  [[nodiscard]] const SagaStep& defined(const SagaEvent& event) const {
    return definition_.steps[event.step];
  }
  [[nodiscard]] bool is_stuck(StuckReason reason) const { return head().stuck == reason; }
  [[nodiscard]] bool is_undoing() const { return head().is(saga_flag::undoing); }

  /// Nobody but the transaction says how such a wait ends.
  [[nodiscard]] bool is_for_transaction(const SagaEvent& event) const {
    return defined(event).kind == StepKind::tcc_wait;
  }
  [[nodiscard]] bool is_past_pivot() const;
  [[nodiscard]] bool is_pivot_in_doubt() const;
  [[nodiscard]] bool needs_undo(std::size_t at, bool is_forced) const;

  void become(SagaStatus status, StuckReason reason = StuckReason::none);
  void rank(StepProgress& of);
  void begin_undoing(AbortReason reason);
  void want_abort(AbortReason reason);
  void settle_forward();
  void settle_backward(bool by_operator);
  void note_late_answer(std::size_t at, StepState before);
  SagaVerdict take_answer_at_an_end(const SagaEvent& event);
  SagaVerdict contradict();
  SagaVerdict retry_compensation(const SagaEvent& event);
  SagaVerdict resolve_pivot(const SagaEvent& event);
  void force_step(std::size_t at);

  const SagaDefinition& definition_;
  SagaProgress progress_;
};

}  // namespace daybook
