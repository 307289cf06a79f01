#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "engine/base/hash.hpp"
#include "engine/model/domain_event.hpp"
#include "engine/model/saga_types.hpp"
#include "engine/saga/definition.hpp"
#include "engine/saga/progress.hpp"
#include "engine/saga/saga_event.hpp"
#include "engine/saga/saga_payload.hpp"
#include "tools/daybook/bench/histogram.hpp"

namespace daybook {

inline constexpr std::size_t saga_status_count = 7;
inline constexpr std::size_t step_outcome_count = 9;

/// Durations in nanoseconds. The histogram is made with the first one: it is large.
class Durations {
 public:
  void record(std::uint64_t ns) {
    if (histogram_ == nullptr) histogram_ = std::make_unique<Histogram>();
    histogram_->record(ns);
    sum_ns_ += ns;
  }
  [[nodiscard]] std::uint64_t count() const { return histogram_ ? histogram_->count() : 0; }
  [[nodiscard]] std::uint64_t sum_ns() const { return sum_ns_; }
  /// As Histogram::percentile().
  [[nodiscard]] std::uint64_t percentile(std::uint32_t per_100_000) const {
    return histogram_ ? histogram_->percentile(per_100_000) : 0;
  }

 private:
  std::unique_ptr<Histogram> histogram_;
  std::uint64_t sum_ns_ = 0;
};

/// What has become of a step of all sagas of a definition.
struct StepStatistics {
  std::uint64_t attempts = 0;  ///< Sent to a participant or done here, also again.
  std::uint64_t questions = 0;
  std::uint64_t undo_attempts = 0;
  std::uint64_t leases_over = 0;  ///< Of steps, questions and undos that nobody answered in time.
  std::array<std::uint64_t, step_outcome_count> outcomes{};  ///< By StepOutcome.
  std::array<std::uint64_t, step_outcome_count> undo_outcomes{};
  Durations latency;  ///< From being sent to the answer, of those that others do.
};

struct DefinitionStatistics {
  std::shared_ptr<const SagaDefinition> definition;
  std::uint64_t started = 0;
  std::uint64_t operator_acts = 0;
  std::array<std::uint64_t, saga_status_count> sagas{};  ///< By SagaStatus: as they are at the end.
  Timestamp stuck_since;                                 ///< Of the one stuck longest; 0 = none is.
  Durations duration;                                    ///< From the start to an end.
  std::vector<StepStatistics> steps;                     ///< In the definition's order.
};

/// Counts what happened to sagas, from their events in the order of the journal.
///
/// Memory.   Of each saga that the engine has not forgotten either, some 100 bytes and as many a
///           step.
/// Threads.  One.
class SagaStatistics {
 public:
  /// What is counted happened in this range, both ends included. What a saga is at the end counts
  /// whenever that came about.
  SagaStatistics(Timestamp from, Timestamp until) : from_{from}, until_{until} {}

  void define(std::shared_ptr<const SagaDefinition> definition);
  [[nodiscard]] bool is_defined(const Uint128& hash) const { return places_.contains(hash); }

  /// The next event of a saga's stream. Events behind `until` are passed over. Null, or why it
  /// cannot have followed on those before it. Requires: of a SagaStarted that is_defined().
  [[nodiscard]] const char* take(const DomainEvent& event, std::span<const std::byte> payload);

  /// In the order in which they were defined. Once, when all events were taken.
  [[nodiscard]] std::vector<DefinitionStatistics> finish() &&;

 private:
  struct Step {
    StepProgress progress;
    std::uint64_t sent_at = 0;  // 0 = nothing is out.
    std::uint64_t due_at = 0;
  };
  struct Saga {
    std::size_t definition = 0;
    Timestamp started_at;
    Timestamp changed_at;
    SagaHead head;
    std::vector<Step> steps;
  };
  struct HashOfId {
    std::size_t operator()(const Uint128& id) const { return static_cast<std::size_t>(mix(id, 0)); }
  };

  [[nodiscard]] bool counts(Timestamp at) const { return at >= from_ && at <= until_; }
  [[nodiscard]] const char* start(const DomainEvent& event, std::span<const std::byte> payload);
  [[nodiscard]] const char* fold(Saga& saga, const DomainEvent& event,
                                 std::span<const std::byte> payload);
  void count_records(Saga& saga, Timestamp at, std::span<const std::byte> payload);
  void count_record(Saga& saga, const SagaEvent& event, bool is_counted);
  void retire(const Uint128& id);

  Timestamp from_;
  Timestamp until_;
  std::vector<DefinitionStatistics> definitions_;
  std::unordered_map<Uint128, std::size_t, HashOfId> places_;
  std::unordered_map<Uint128, Saga, HashOfId> sagas_;
  SagaProgress progress_;  // Of the saga at hand.
};

}  // namespace daybook
