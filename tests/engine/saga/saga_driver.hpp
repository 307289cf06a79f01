#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/saga/instance_machine.hpp"

namespace daybook::test {

inline constexpr std::uint64_t ms = 1'000'000;  ///< Nanoseconds.

/// One saga, told what happens to it in words. Whatever happens, it is also read back from its
/// bytes, its transition is applied twice, and all of them are applied once more from the start.
class SagaDriver {
 public:
  /// Its deadline is the definition's, counted from 0.
  explicit SagaDriver(const SagaDefinition& definition) : definition_{definition} {}

  /// "changed", "duplicate", "stale" or the name of the refusal.
  std::string tell(SagaEvent event);

  std::string start();
  std::string send(std::string_view step, RetrySafety safety = RetrySafety::idempotent,
                   bool can_query = false);
  /// Of the last attempt, unless it says which.
  std::string result(std::string_view step, StepOutcome outcome, std::uint32_t attempt = 0);
  std::string ask(std::string_view step);
  std::string answer(std::string_view step, StepOutcome outcome);
  std::string undo(std::string_view step);
  std::string undone(std::string_view step, StepOutcome outcome = StepOutcome::succeeded,
                     std::uint32_t attempt = 0);
  std::string deadline();
  std::string cancel() { return tell({.kind = SagaEventKind::cancel}); }
  std::string by_operator(SagaEventKind kind, std::string_view step = "",
                          StepOutcome outcome = StepOutcome::succeeded);

  /// Sends the step and has it succeed at once; what any of both was told, if not "changed".
  std::string done(std::string_view step);

  void pass(std::uint64_t milliseconds) { now_ += milliseconds * ms; }

  /// "STUCK(forward)".
  [[nodiscard]] std::string status() const;
  [[nodiscard]] const StepProgress& step(std::string_view id) const;
  /// "SUCCEEDED/NOT_NEEDED".
  [[nodiscard]] std::string state(std::string_view id) const;
  /// What is to be done by now, in its order: "undo b, undo a?" where ? allows an empty one.
  [[nodiscard]] std::string to_do() const;
  /// When the step is tried again, milliseconds from now.
  [[nodiscard]] std::uint64_t waits_ms(std::string_view id) const;
  [[nodiscard]] const SagaProgress& progress() const { return progress_; }
  [[nodiscard]] const SagaRefusal& last_refusal() const { return last_refusal_; }
  [[nodiscard]] bool raised_alarm() const { return raised_alarm_; }
  [[nodiscard]] std::uint64_t now() const { return now_; }

 private:
  [[nodiscard]] std::uint8_t index_of(std::string_view id) const;
  void check(const SagaTransition& transition, const SagaProgress& before);

  const SagaDefinition& definition_;
  SagaProgress progress_;
  SagaProgress replayed_;
  SagaRefusal last_refusal_;
  bool raised_alarm_ = false;
  std::uint64_t now_ = ms;
};

}  // namespace daybook::test
