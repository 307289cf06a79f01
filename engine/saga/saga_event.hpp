#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/saga/progress.hpp"

/// What can happen to a saga, and what comes of it.

namespace daybook {

enum class SagaEventKind : std::uint8_t {
  started,  ///< `deadline_at`, `definition`, `content`.
  /// `step`, `safety`, `can_query`, `participant`, `due_at`: it is about to be sent, or done here.
  dispatched,
  released,         ///< `step`, `attempt`: given back by its participant, not begun.
  result,           ///< `step`, `attempt`, `outcome`.
  asked,            ///< `step`, `due_at`: its participant is about to be asked what became of it.
  answered,         ///< `step`, `attempt`, `outcome`: what it said, or that it said nothing.
  undo_dispatched,  ///< `step`, `participant`, `due_at`.
  undo_released,    ///< `step`, `attempt`.
  undo_result,      ///< `step`, `attempt`, `outcome`.
  deadline,
  cancel,
  operator_retry,    ///< `step`.
  operator_resolve,  ///< `step`, `outcome`: succeeded or failed.
  operator_skip,     ///< `step`.
  operator_force,    ///< Go back, although it is stuck.
  operator_close,    ///< Settled by hand.
  extended,          ///< `step`, `attempt`, `due_at`: its participant is at it and needs more time.
  undo_extended,     ///< The same of an undo.
  operator_kick,     ///< `step`, or all of them: what waits to be tried again need not wait.
};
[[nodiscard]] std::string_view to_string(SagaEventKind kind) noexcept;

enum class StepOutcome : std::uint8_t {
  succeeded,
  failed,       ///< Definitive: no effect, and there never will be one. Of an UNDO: refused.
  retry_later,  ///< No effect, and it may be tried again: the interval stays as it is.
  unknown,      ///< No answer in time, or the lease is over.
  lost,         ///< Unknown, and it must not be sent again: the participant has forgotten its key.
  ok_empty,     ///< Of an UNDO: there was nothing to undo, and there never will be.
  never_seen,   ///< Of a question.
  in_progress,  ///< Of a question.
  cancelled,    ///< Of a question: it was undone before it was done.
};
[[nodiscard]] std::string_view to_string(StepOutcome outcome) noexcept;

/// One thing that happened. What its kind does not use is left as it is here.
struct SagaEvent {
  SagaEventKind kind = SagaEventKind::started;
  StepOutcome outcome = StepOutcome::succeeded;
  RetrySafety safety = RetrySafety::idempotent;
  bool can_query = false;
  std::uint16_t participant = 0;  ///< Its number; 0 = done here.
  std::uint8_t step = no_step;
  std::uint32_t attempt = 0;      ///< Which sending it is about, from 1.
  std::uint32_t jitter = 0;       ///< Random bits, recorded: shorten a wait by up to a quarter.
  std::uint64_t at = 0;           ///< Engine time, nanoseconds since 1970.
  std::uint64_t deadline_at = 0;  ///< As `at`; 0 = none.
  std::uint64_t due_at = 0;  ///< When no answer counts as unknown, or a timer is over; 0 = never.
  Uint128 definition{};
  Uint128 content{};
};

enum class SagaActionKind : std::uint8_t {
  start,  ///< Send or do it for the first time.
  send,   ///< Send it again.
  ask,    ///< Ask what became of it.
  undo,   ///< Undo it, again perhaps.
};

/// Something that is to be done, and is nothing but an event away: dispatched, asked or
/// undo_dispatched.
struct SagaAction {
  SagaActionKind kind = SagaActionKind::start;
  std::uint8_t step = 0;
  bool allow_empty = false;      ///< Of an undo: the participant may never have seen the step.
  std::uint64_t not_before = 0;  ///< Nanoseconds since 1970; 0 = now.

  friend bool operator==(const SagaAction&, const SagaAction&) = default;
};

/// At most one action a step.
class SagaActions {
 public:
  void add(const SagaAction& action) { actions_[count_++] = action; }
  /// Of a value that lasts: the span is into it.
  [[nodiscard]] std::span<const SagaAction> all() const& { return {actions_.data(), count_}; }
  std::span<const SagaAction> all() const&& = delete;

 private:
  std::array<SagaAction, limits::saga_steps_max> actions_{};
  std::size_t count_ = 0;
};

/// What an event changes: the head and some steps, as they are afterwards. Applying it twice is
/// applying it once.
struct SagaTransition {
  enum class Effect : std::uint8_t {
    changed,
    duplicate,  ///< It says what is known already. Nothing is changed.
    stale,      ///< It is about an attempt that no longer matters. Nothing is changed.
  };

  Effect effect = Effect::changed;
  bool raises_alarm = false;  ///< Somebody should look: stuck, or late where nothing can be undone.
  SagaHead head;
  StepSet changed = 0;
  std::array<StepProgress, limits::saga_steps_max> steps{};  ///< Those in `changed`.
  SagaActions actions;  ///< What is to be done now and was not before.
};

enum class SagaRefusalKind : std::uint8_t {
  illegal_transition,
  conflict,              ///< There is a saga of this id that was started with something else.
  past_pivot,            ///< It can no longer be cancelled.
  skip_refused,          ///< A pivot in doubt cannot be skipped.
  failed_refused,        ///< A step that must be done cannot be resolved as failed.
  evidence_contradicts,  ///< The participant has said otherwise.
  no_way_back,           ///< The pivot has no undo.
};
[[nodiscard]] std::string_view to_string(SagaRefusalKind kind) noexcept;

/// Why an event was not taken: what it met, and what it was.
struct SagaRefusal {
  SagaRefusalKind kind = SagaRefusalKind::illegal_transition;
  SagaEventKind event = SagaEventKind::started;
  SagaStatus status = SagaStatus::none;
  StuckReason stuck = StuckReason::none;
  std::uint8_t step = no_step;  ///< The following are of it.
  StepState state = StepState::not_started;
  CompensationState compensation = CompensationState::not_needed;
};

/// "illegal_transition: a saga that is COMPLETED does not take cancel".
[[nodiscard]] std::string to_text(const SagaRefusal& refusal);

}  // namespace daybook
