#include "engine/saga/progress.hpp"

#include <bit>
#include <cstring>

#include "engine/base/hash.hpp"

namespace daybook {
namespace {

static_assert(std::endian::native == std::endian::little, "the bytes of the structs are canonical");

template <typename Enum>
bool is_at_most(Enum value, Enum last) {
  return static_cast<std::uint8_t>(value) <= static_cast<std::uint8_t>(last);
}

bool is_sound(const SagaHead& head) {
  return is_at_most(head.status, SagaStatus::closed_manual) &&
         is_at_most(head.stuck, StuckReason::contradiction) &&
         is_at_most(head.abort, AbortReason::forced) &&
         (head.flags & ~unsigned{saga_flag::known}) == 0 && head.reserved == 0 &&
         head.step_count <= limits::saga_steps_max && head.succeeded_count <= head.step_count &&
         (head.stuck != StuckReason::none) == (head.status == SagaStatus::stuck);
}

bool is_sound(const StepProgress& step, const SagaHead& head) {
  return is_at_most(step.state, StepState::skipped) &&
         is_at_most(step.compensation, CompensationState::skipped) &&
         is_at_most(step.safety, RetrySafety::at_most_once) &&
         (step.flags & ~unsigned{step_flag::known}) == 0 &&
         step.participant <= limits::participants_max && step.rank <= head.succeeded_count &&
         step.forward.attempts_before <= step.forward.attempts &&
         step.undo.attempts_before <= step.undo.attempts;
}

Failure damaged() {
  return {FailureKind::damaged,
          "these bytes are no saga's progress; verify the journal that they are of"};
}

}  // namespace

std::string_view to_string(SagaStatus status) noexcept {
  constexpr std::string_view names[] = {"NONE",      "RUNNING",     "COMPENSATING", "STUCK",
                                        "COMPLETED", "COMPENSATED", "CLOSED_MANUAL"};
  return names[static_cast<std::size_t>(status)];
}

std::string_view to_string(StuckReason reason) noexcept {
  constexpr std::string_view names[] = {"none", "pivot_in_doubt", "forward", "backward",
                                        "contradiction"};
  return names[static_cast<std::size_t>(reason)];
}

std::string_view to_string(AbortReason reason) noexcept {
  constexpr std::string_view names[] = {"none",     "step_failed", "exhausted",
                                        "deadline", "cancelled",   "forced"};
  return names[static_cast<std::size_t>(reason)];
}

std::string_view to_string(StepState state) noexcept {
  constexpr std::string_view names[] = {"NOT_STARTED", "DISPATCHED", "SUCCEEDED", "FAILED",
                                        "UNKNOWN",     "RETRY_WAIT", "SKIPPED"};
  return names[static_cast<std::size_t>(state)];
}

std::string_view to_string(CompensationState state) noexcept {
  constexpr std::string_view names[] = {"NOT_NEEDED",   "C_READY",   "C_DISPATCHED", "C_SUCCEEDED",
                                        "C_RETRY_WAIT", "C_REFUSED", "C_UNKNOWN",    "C_SKIPPED"};
  return names[static_cast<std::size_t>(state)];
}

std::vector<std::byte> to_bytes(const SagaProgress& progress) {
  const std::size_t steps_bytes = progress.head.step_count * sizeof(StepProgress);
  std::vector<std::byte> bytes(sizeof(SagaHead) + steps_bytes);
  std::memcpy(bytes.data(), &progress.head, sizeof(SagaHead));
  if (steps_bytes != 0) {
    std::memcpy(bytes.data() + sizeof(SagaHead), progress.steps.data(), steps_bytes);
  }
  return bytes;
}

Result<SagaProgress> progress_of(std::span<const std::byte> bytes) {
  SagaProgress progress;
  if (bytes.size() < sizeof(SagaHead)) return damaged();
  std::memcpy(&progress.head, bytes.data(), sizeof(SagaHead));
  if (!is_sound(progress.head)) return damaged();
  const std::size_t steps_bytes = progress.head.step_count * sizeof(StepProgress);
  if (bytes.size() != sizeof(SagaHead) + steps_bytes) return damaged();
  if (steps_bytes != 0) {
    std::memcpy(progress.steps.data(), bytes.data() + sizeof(SagaHead), steps_bytes);
  }
  for (std::size_t at = 0; at < progress.head.step_count; ++at) {
    if (!is_sound(progress.steps[at], progress.head)) return damaged();
  }
  return progress;
}

std::uint64_t next_wake(const SagaProgress& progress) { return next_wake(progress, 0); }

std::uint64_t next_wake(const SagaProgress& progress, std::uint64_t after) {
  const SagaHead& head = progress.head;
  if (is_end(head.status)) return 0;
  std::uint64_t earliest = 0;
  const auto consider = [&earliest, after](std::uint64_t at) {
    if (at > after && (earliest == 0 || at < earliest)) earliest = at;
  };
  const bool has_deadline =
      head.status == SagaStatus::running && !head.is(saga_flag::deadline_passed);
  if (has_deadline) consider(head.deadline_at);
  for (std::size_t at = 0; at < head.step_count; ++at) {
    const StepProgress& step = progress.steps[at];
    // Only a saga that runs sends or asks again; what is out is always waited for.
    const bool waits_in_vain =
        step.state == StepState::retry_wait && head.status != SagaStatus::running;
    if (!waits_in_vain) consider(step.forward.next_at);
    const bool goes_back =
        head.status == SagaStatus::compensating || head.stuck == StuckReason::backward;
    if (goes_back || step.compensation == CompensationState::dispatched) {
      consider(step.undo.next_at);
    }
  }
  return earliest;
}

Uint128 digest_of(const SagaProgress& progress) { return xxh3_128(to_bytes(progress)); }

}  // namespace daybook
