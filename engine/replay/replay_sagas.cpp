// Replayer: events of sagas. What came of each is worked out anew, and nothing is done.

#include "engine/aggregates/reconciliation/reconciliation_rules.hpp"
#include "engine/base/hash.hpp"
#include "engine/replay/replay_failure.hpp"
#include "engine/replay/replayer.hpp"
#include "engine/saga/saga_fold.hpp"
#include "engine/saga/saga_payload.hpp"

namespace daybook {
namespace {

// Which operations append what.
bool may_append(RequestKind kind, SagaNews news) {
  switch (news) {
    case SagaNews::started:
      return kind == RequestKind::saga_commands || kind == RequestKind::start_corrections;
    case SagaNews::defined:
    case SagaNews::cancel_requested:
    case SagaNews::signalled:
      return kind == RequestKind::saga_commands;
    case SagaNews::operated:
    case SagaNews::participant_put:
    case SagaNews::participant_paused:
    case SagaNews::participant_resumed:
      return kind == RequestKind::operate_sagas;
    case SagaNews::advanced:
      return kind != RequestKind::forget_sagas;
    case SagaNews::forgotten:
      return kind == RequestKind::forget_sagas;
  }
  return false;
}

const char* fault_of_definition(const SagaTable& sagas, const DomainEvent& event,
                                std::span<const std::byte> payload) {
  const auto read =
      read_definition({reinterpret_cast<const char*>(payload.data()), payload.size()});
  if (!read.ok()) return "a saga's definition could not have been stored";
  const SagaDefinition& definition = read.value();
  const bool fits = event.aggregate_id == id_of(definition.name) &&
                    event.content_type == ContentType::json &&
                    definition.canonical.size() == payload.size() &&
                    definition.version > sagas.newest_version(event.aggregate_id);
  return fits ? nullptr : "a saga's definition could not have been stored so";
}

}  // namespace

// A transfer that a step says it made is there, and so is whom it was sent to.
const char* Replayer::fault_of_outputs(const StoredDefinition& stored, const DomainEvent& event,
                                       std::span<const std::byte> payload) const {
  if (event.event_type != event_type_of(SagaNews::advanced)) return nullptr;
  SagaRecordReader reader{payload};
  while (const auto read = reader.next()) {
    if (read->record.step >= stored.definition.steps.size()) continue;
    const SagaStep& step = stored.definition.steps[read->record.step];
    const auto happened = event_of(read->record, event.timestamp);
    if (happened && sends(happened->kind)) {
      const bool is_sent = happened->participant != 0;
      if (is_sent != is_remote(step.kind) || happened->participant > state_.participants.count()) {
        return "a step of a saga is sent to nobody that there is";
      }
    }
    if (read->outputs.empty()) continue;
    if (step.kind > StepKind::ledger_release) continue;
    const TransferId made{value_at(step.outputs, read->outputs, 0).id};
    bool is_there = false;
    state_.transfer_ids.for_each_in_memory(
        made, [&](const TransferIdTable::Candidate&) { is_there = true; });
    if (!is_there) return "a step of a saga says that it made a transfer that is not there";
  }
  return nullptr;
}

Result<void> Replayer::check_saga(RequestKind kind, const DomainEvent& event,
                                  std::span<const std::byte> payload, Sequence sequence) {
  SagaProgress& after = saga_after_;
  const auto news = saga_news_of(event.aggregate_type, event.event_type);
  if (!news || !may_append(kind, *news)) {
    return damaged(sequence, "no operation of this kind appends such an event of a saga");
  }
  if (is_of_participants(*news)) {
    if (const auto fault = state_.participants.fault_of(*news, event, payload)) {
      return damaged(sequence, fault);
    }
    const bool fits =
        state_.participants.fits() || state_.participants.find(event.aggregate_id) != 0;
    return fits ? Result<void>{} : no_room(sequence, "there are too many participants");
  }
  const SagaTable& sagas = state_.sagas;
  if (*news == SagaNews::defined) {
    if (const auto fault = fault_of_definition(sagas, event, payload)) {
      return damaged(sequence, fault);
    }
    if (!sagas.definition_fits()) return no_room(sequence, "there are too many definitions");
    return {};
  }
  const SagaSlot slot = sagas.find(event.aggregate_id);
  const StoredDefinition* stored = slot == no_saga ? nullptr : &sagas.definition_of(slot);
  if (*news == SagaNews::started) {
    after = SagaProgress{};
    const auto started = read_started(payload);
    if (started) stored = sagas.find_definition(started->definition);
    if (stored != nullptr && kind == RequestKind::start_corrections &&
        fault_of_correction_saga(state_.aggregates, stored->definition, event, payload) !=
            AppendEventStatus::created) {
      return damaged(sequence, "the saga of a correction is not what was approved");
    }
    if (stored != nullptr && !sagas.fits(*stored, started->inputs.size())) {
      return no_room(sequence, "there are more sagas than --sagas-max");
    }
  } else if (slot != no_saga) {
    sagas.load(slot, after);
  }
  if (stored == nullptr) return damaged(sequence, "something happens to a saga that is not there");
  if (is_engine_made(*news) && event.id != engine_event_id(event.aggregate_id, event.version)) {
    return damaged(sequence, "an event of a saga has an id that the engine does not give");
  }
  if (event.content_type != ContentType::bytes) {
    return damaged(sequence, "an event of a saga has a payload of a wrong type");
  }
  if (const auto fault = fold_saga(stored->definition, event, payload, after)) {
    return damaged(sequence, fault);
  }
  if (const auto fault = fault_of_outputs(*stored, event, payload)) {
    return damaged(sequence, fault);
  }
  return {};
}

}  // namespace daybook
