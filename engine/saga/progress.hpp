#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "engine/base/limits.hpp"
#include "engine/base/result.hpp"
#include "engine/base/uint128.hpp"
#include "engine/model/ids.hpp"
#include "engine/saga/definition.hpp"

/// How far a saga has come: everything that decides what happens to it next. Plain bytes without
/// gaps, so that they are their own canonical form. README.md has the tables of what leads where.
/// Numbers of all enumerations here are frozen: they are in those bytes.

namespace daybook {

enum class SagaStatus : std::uint8_t {
  none,  ///< Not started: there is no such saga.
  running,
  compensating,
  stuck,  ///< Only an operator moves it.
  completed,
  compensated,
  closed_manual,
};
[[nodiscard]] std::string_view to_string(SagaStatus status) noexcept;
/// COMPLETED, COMPENSATED, CLOSED_MANUAL.
[[nodiscard]] constexpr bool is_end(SagaStatus status) { return status >= SagaStatus::completed; }

enum class StuckReason : std::uint8_t {
  none,
  pivot_in_doubt,  ///< Nobody knows whether the pivot has happened.
  forward,         ///< A step that must be done is not.
  backward,        ///< Something that must be undone is not.
  contradiction,   ///< A participant has said both.
};
[[nodiscard]] std::string_view to_string(StuckReason reason) noexcept;

/// Why a saga goes back, or wants to.
enum class AbortReason : std::uint8_t { none, step_failed, exhausted, deadline, cancelled, forced };
[[nodiscard]] std::string_view to_string(AbortReason reason) noexcept;

enum class StepState : std::uint8_t {
  not_started,
  dispatched,  ///< Sent, or about to be.
  succeeded,
  failed,      ///< Has had no effect, and never will.
  unknown,     ///< Being asked about, or nothing more may be tried.
  retry_wait,  ///< To be sent or asked about from `next_at` on.
  skipped,     ///< By an operator.
};
[[nodiscard]] std::string_view to_string(StepState state) noexcept;

enum class CompensationState : std::uint8_t {
  not_needed,
  ready,
  dispatched,
  succeeded,
  retry_wait,
  refused,
  unknown,  ///< Nothing more may be tried, and nobody knows.
  skipped,  ///< By an operator: the saga can only be closed.
};
[[nodiscard]] std::string_view to_string(CompensationState state) noexcept;

/// What a participant has promised about a type: decides what an unknown outcome leads to.
enum class RetrySafety : std::uint8_t {
  idempotent,        ///< Send it again.
  query_then_retry,  ///< Ask; send it again only where it was never seen.
  at_most_once,      ///< Ask; never send it again.
};

/// Bits of StepProgress::flags.
namespace step_flag {
inline constexpr std::uint16_t in_doubt = 1U << 0;   ///< The outcome of some attempt is not known.
inline constexpr std::uint16_t ask_first = 1U << 1;  ///< What is waited for is a question.
inline constexpr std::uint16_t asking = 1U << 2;     ///< A question is out.
inline constexpr std::uint16_t exhausted = 1U << 3;  ///< Nothing more may be tried.
inline constexpr std::uint16_t never_again = 1U << 4;  ///< And that is no matter of how often.
inline constexpr std::uint16_t overridden = 1U << 5;   ///< SUCCEEDED is an operator's word.
inline constexpr std::uint16_t undo_overridden = 1U << 6;
inline constexpr std::uint16_t empty_undo = 1U << 7;    ///< The UNDO found nothing to undo.
inline constexpr std::uint16_t contradicted = 1U << 8;  ///< It succeeded, against what was known.
inline constexpr std::uint16_t can_query = 1U << 9;     ///< The participant can be asked.
inline constexpr std::uint16_t undo_in_doubt = 1U
                                               << 10;  ///< The outcome of some UNDO is not known.
inline constexpr std::uint16_t known = (1U << 11) - 1;
}  // namespace step_flag

/// How often one operation of a step, DO or UNDO, was tried. 32 bytes.
struct TryProgress {
  /// Nanoseconds since 1970: when a wait is over, or when what is out counts as unknown; 0 = never.
  std::uint64_t next_at = 0;
  std::uint32_t interval_ms = 0;  ///< How long the next wait is.
  /// Seconds since 1970: when its key of this round was sent first, to a participant; 0 = never.
  std::uint32_t first_sent_s = 0;
  std::uint32_t attempts = 0;  ///< Sent, ever: the number of the last one.
  std::uint32_t tries = 0;     ///< Sent or asked about, as the policy counts: anew after a retry.
  std::uint32_t round = 0;     ///< Grows where something that was refused is tried again.
  std::uint32_t attempts_before = 0;  ///< Of them, those before an operator's retry of a refusal.

  friend bool operator==(const TryProgress&, const TryProgress&) = default;
};
static_assert(sizeof(TryProgress) == 32 && std::has_unique_object_representations_v<TryProgress>);

/// One step. 72 bytes.
struct StepProgress {
  StepState state = StepState::not_started;
  CompensationState compensation = CompensationState::not_needed;
  RetrySafety safety = RetrySafety::idempotent;
  std::uint8_t rank = 0;  ///< The how manieth to succeed; 0 = has not.
  std::uint16_t flags = 0;
  std::uint16_t participant = 0;  ///< The number of whom it was sent to; 0 = nobody yet.
  TryProgress forward;
  TryProgress undo;

  [[nodiscard]] bool is(std::uint16_t flag) const { return (flags & flag) != 0; }
  void set(std::uint16_t flag) { flags = static_cast<std::uint16_t>(flags | flag); }
  void clear(std::uint16_t flag) { flags = static_cast<std::uint16_t>(flags & ~unsigned{flag}); }

  friend bool operator==(const StepProgress&, const StepProgress&) = default;
};
static_assert(sizeof(StepProgress) == 72 && std::has_unique_object_representations_v<StepProgress>);

/// Bits of SagaHead::flags.
namespace saga_flag {
inline constexpr std::uint8_t undoing = 1U << 0;  ///< It was decided to go back.
inline constexpr std::uint8_t deadline_passed = 1U << 1;
inline constexpr std::uint8_t known = undoing | deadline_passed;
}  // namespace saga_flag

/// What is not of one step. 48 bytes.
struct SagaHead {
  SagaStatus status = SagaStatus::none;
  StuckReason stuck = StuckReason::none;
  AbortReason abort = AbortReason::none;  ///< While it runs: wanted, and the pivot is in doubt.
  std::uint8_t flags = 0;
  std::uint8_t step_count = 0;
  std::uint8_t succeeded_count = 0;  ///< Steps that were given a rank.
  std::uint16_t reserved = 0;
  std::uint64_t deadline_at = 0;  ///< Nanoseconds since 1970; 0 = none.
  Uint128 definition{};           ///< Its hash.
  Uint128 content{};              ///< Of what it was started with: hash of its input and its facts.

  [[nodiscard]] bool is(std::uint8_t flag) const { return (flags & flag) != 0; }
  void set(std::uint8_t flag) { flags = static_cast<std::uint8_t>(flags | flag); }

  friend bool operator==(const SagaHead&, const SagaHead&) = default;
};
static_assert(sizeof(SagaHead) == 48 && std::has_unique_object_representations_v<SagaHead>);

/// A saga's whole progress: a value. Only the first `step_count` steps count.
struct SagaProgress {
  SagaHead head;
  std::array<StepProgress, limits::saga_steps_max> steps{};

  friend bool operator==(const SagaProgress&, const SagaProgress&) = default;
};
static_assert(std::is_trivially_copyable_v<SagaProgress>);

/// The bytes of a progress, 48 and 72 a step: for the digest, snapshots and comparisons. All
/// numbers are little-endian, in the order of the members above.
[[nodiscard]] std::vector<std::byte> to_bytes(const SagaProgress& progress);

/// The other way. Any bytes are safe.
/// Errors: FailureKind::damaged for what to_bytes() never writes.
[[nodiscard]] Result<SagaProgress> progress_of(std::span<const std::byte> bytes);

/// When something is due for the saga by itself, nanoseconds since 1970: the end of a wait, the
/// time when what is out counts as unknown, its deadline. 0 = never. It may be past.
[[nodiscard]] std::uint64_t next_wake(const SagaProgress& progress);
/// The same of what is due later than `after` only.
[[nodiscard]] std::uint64_t next_wake(const SagaProgress& progress, std::uint64_t after);

/// XXH3-128 of to_bytes().
[[nodiscard]] Uint128 digest_of(const SagaProgress& progress);

}  // namespace daybook
