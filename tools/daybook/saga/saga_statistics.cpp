#include "tools/daybook/saga/saga_statistics.hpp"

#include <algorithm>
#include <utility>

#include "engine/saga/saga_fold.hpp"

namespace daybook {
namespace {

bool is_undo(SagaEventKind kind) {
  return kind == SagaEventKind::undo_dispatched || kind == SagaEventKind::undo_result;
}

bool has_remote_steps(const SagaDefinition& definition) {
  return std::any_of(definition.steps.begin(), definition.steps.end(),
                     [](const SagaStep& step) { return is_remote(step.kind); });
}

std::uint64_t& attempts_of(StepStatistics& step, SagaEventKind kind) {
  if (kind == SagaEventKind::asked) return step.questions;
  return is_undo(kind) ? step.undo_attempts : step.attempts;
}

auto& outcomes_of(StepStatistics& step, SagaEventKind kind) {
  return is_undo(kind) ? step.undo_outcomes : step.outcomes;
}

bool is_result(SagaEventKind kind) {
  return kind == SagaEventKind::result || kind == SagaEventKind::answered ||
         kind == SagaEventKind::undo_result;
}

bool is_sending(SagaEventKind kind) {
  return kind == SagaEventKind::dispatched || kind == SagaEventKind::asked ||
         kind == SagaEventKind::undo_dispatched;
}

}  // namespace

void SagaStatistics::define(std::shared_ptr<const SagaDefinition> definition) {
  if (!places_.emplace(definition->hash, definitions_.size()).second) return;
  DefinitionStatistics& added = definitions_.emplace_back();
  added.steps.resize(definition->steps.size());
  added.definition = std::move(definition);
}

void SagaStatistics::count_record(Saga& saga, const SagaEvent& event, bool is_counted) {
  DefinitionStatistics& of = definitions_[saga.definition];
  if (event.step >= saga.steps.size()) return;
  StepStatistics& counts = of.steps[event.step];
  Step& step = saga.steps[event.step];
  if (is_sending(event.kind)) {
    step.sent_at = event.at;
    step.due_at = event.due_at;
    if (is_counted) ++attempts_of(counts, event.kind);
  } else if (event.kind == SagaEventKind::extended || event.kind == SagaEventKind::undo_extended) {
    step.due_at = event.due_at;
  } else if (is_result(event.kind)) {
    const std::uint64_t sent_at = std::exchange(step.sent_at, 0);
    if (!is_counted) return;
    ++outcomes_of(counts, event.kind)[static_cast<std::size_t>(event.outcome)];
    if (sent_at == 0 || !is_remote(of.definition->steps[event.step].kind)) return;
    const bool is_over = event.outcome == StepOutcome::unknown && event.at >= step.due_at;
    if (is_over) {
      ++counts.leases_over;
    } else {
      counts.latency.record(event.at - sent_at);
    }
  }
}

// Records say everything but when: all of an event happened at its time.
void SagaStatistics::count_records(Saga& saga, Timestamp at, std::span<const std::byte> payload) {
  SagaRecordReader reader{payload};
  while (const auto read = reader.next()) {
    if (const auto event = event_of(read->record, at)) count_record(saga, *event, counts(at));
  }
}

const char* SagaStatistics::start(const DomainEvent& event, std::span<const std::byte> payload) {
  const auto started = read_started(payload);
  if (!started || !is_defined(started->definition)) return "its definition is not there";
  Saga& saga = sagas_[event.aggregate_id];
  saga = Saga{};
  saga.definition = places_.at(started->definition);
  saga.started_at = event.timestamp;
  saga.steps.resize(definitions_[saga.definition].steps.size());
  if (counts(event.timestamp)) ++definitions_[saga.definition].started;
  return nullptr;
}

const char* SagaStatistics::fold(Saga& saga, const DomainEvent& event,
                                 std::span<const std::byte> payload) {
  progress_.head = saga.head;
  for (std::size_t at = 0; at < saga.steps.size(); ++at) {
    progress_.steps[at] = saga.steps[at].progress;
  }
  const SagaDefinition& definition = *definitions_[saga.definition].definition;
  if (const char* const fault = fold_saga(definition, event, payload, progress_)) return fault;
  saga.head = progress_.head;
  for (std::size_t at = 0; at < saga.steps.size(); ++at) {
    saga.steps[at].progress = progress_.steps[at];
  }
  return nullptr;
}

const char* SagaStatistics::take(const DomainEvent& event, std::span<const std::byte> payload) {
  const auto news = saga_news_of(event.aggregate_type, event.event_type);
  if (!news || event.aggregate_type != saga_type()) return "it is no event of a saga";
  if (event.timestamp > until_) return nullptr;
  if (*news == SagaNews::forgotten) {
    retire(event.aggregate_id);
    return nullptr;
  }
  if (*news == SagaNews::started) {
    if (const char* const fault = start(event, payload)) return fault;
  }
  const auto found = sagas_.find(event.aggregate_id);
  if (found == sagas_.end()) return "it belongs to no saga";
  Saga& saga = found->second;
  DefinitionStatistics& of = definitions_[saga.definition];
  const SagaStatus before = saga.head.status;
  if (*news == SagaNews::advanced) count_records(saga, event.timestamp, payload);
  if (const char* const fault = fold(saga, event, payload)) return fault;
  if (*news == SagaNews::operated && counts(event.timestamp)) ++of.operator_acts;
  const SagaStatus status = saga.head.status;
  if (status == before) return nullptr;
  saga.changed_at = event.timestamp;
  if (!is_end(status)) return nullptr;
  if (counts(event.timestamp)) {
    of.duration.record(event.timestamp.value() - saga.started_at.value());
  }
  // Where somebody may still say something, it is forgotten later.
  if (!has_remote_steps(*of.definition)) retire(event.aggregate_id);
  return nullptr;
}

void SagaStatistics::retire(const Uint128& id) {
  const auto found = sagas_.find(id);
  if (found == sagas_.end()) return;
  const Saga& saga = found->second;
  ++definitions_[saga.definition].sagas[static_cast<std::size_t>(saga.head.status)];
  sagas_.erase(found);
}

std::vector<DefinitionStatistics> SagaStatistics::finish() && {
  for (const auto& [id, saga] : sagas_) {
    DefinitionStatistics& of = definitions_[saga.definition];
    ++of.sagas[static_cast<std::size_t>(saga.head.status)];
    const bool is_older = of.stuck_since == Timestamp{} || saga.changed_at < of.stuck_since;
    if (saga.head.status == SagaStatus::stuck && is_older) of.stuck_since = saga.changed_at;
  }
  return std::move(definitions_);
}

}  // namespace daybook
