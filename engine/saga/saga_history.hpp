#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/domain_event.hpp"
#include "engine/model/saga_types.hpp"
#include "engine/saga/definition.hpp"
#include "engine/saga/progress.hpp"

/// What has become of a saga, as its stream of events tells it: for people.

namespace daybook {

/// Something that lasts until a time, and what is then.
struct SagaUntil {
  Timestamp at;           ///< 0 = no time is known.
  std::string_view what;  ///< "tried again", "over", "counts as unknown". Empty where `at` is 0.
};

/// One line of a saga's timeline.
struct SagaMoment {
  Timestamp at;
  std::uint64_t version = 0;  ///< Of the event in its stream; one event may be several moments.
  SagaNews news = SagaNews::started;
  std::uint8_t step = no_step;
  std::string what;  ///< "succeeded", "failed: exceeds_credits", of `step` where there is one.
  SagaUntil until;
  UserId user_id;  ///< On whose behalf, of what the engine did not do by itself.
  TraceId trace_id;
  bool went_wrong = false;  ///< `step`, or its undo, was tried, and is not done by that.
};

/// Why a saga does not go on this instant.
struct SagaWait {
  std::uint8_t step = no_step;
  std::string why;
  SagaUntil until;
};

/// Everything that a saga's stream says, read event by event.
///
/// Threads. One.
class SagaHistory {
 public:
  /// `definition` must outlive it.
  explicit SagaHistory(const SagaDefinition& definition);

  /// Takes the next event of the stream. Any bytes are safe. Returns null, or why the event cannot
  /// have followed on those before it; then no more may be taken, and what was taken stands.
  [[nodiscard]] const char* take(const DomainEvent& event, std::span<const std::byte> payload);

  [[nodiscard]] const SagaProgress& progress() const { return progress_; }
  [[nodiscard]] std::span<const SagaMoment> moments() const { return moments_; }
  /// Values of the definition's inputs.
  [[nodiscard]] std::span<const std::byte> inputs() const { return inputs_; }
  /// Values of the step's outputs; empty where it has not succeeded.
  [[nodiscard]] std::span<const std::byte> outputs(std::size_t step) const {
    return outputs_[step];
  }

 private:
  void tell(const DomainEvent& event, SagaNews news, std::uint8_t step, std::string what,
            SagaUntil until = {});
  void tell_advance(const DomainEvent& event, std::span<const std::byte> payload);
  void tell_signal(const DomainEvent& event, std::span<const std::byte> payload,
                   const SagaProgress& before);
  void tell_act(const DomainEvent& event, std::span<const std::byte> payload);
  void tell_change(const DomainEvent& event, SagaNews news, const SagaHead& before);

  const SagaDefinition& definition_;
  SagaProgress progress_;
  std::vector<SagaMoment> moments_;
  std::vector<std::byte> inputs_;
  std::vector<std::vector<std::byte>> outputs_;
};

/// Step by step in the definition's order; empty for a saga that has ended.
[[nodiscard]] std::vector<SagaWait> waits_of(const SagaDefinition& definition,
                                             const SagaProgress& progress);

/// "a step that must be done is not": what a stuck saga needs an operator for.
[[nodiscard]] std::string_view in_words(StuckReason reason) noexcept;

/// "a step failed": why a saga goes back.
[[nodiscard]] std::string_view in_words(AbortReason reason) noexcept;

/// The status of a local step's refusal by its own name: a CreateTransferStatus of ledger steps, an
/// AppendEventStatus of others.
[[nodiscard]] std::string_view refusal_text(StepKind kind, std::uint16_t code) noexcept;

}  // namespace daybook
