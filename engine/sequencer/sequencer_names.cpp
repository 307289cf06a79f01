// Sequencer: names, as a request's events and as what comes with events of another kind.

#include "engine/sequencer/sequencer.hpp"

namespace daybook {

// What a request refused for its names is told; the names themselves are not touched yet.
RequestStatus Sequencer::refusal_of_names(RequestSlot& request) {
  if (request.names.empty()) return RequestStatus::ok;
  if (!may_bring_names(request.kind)) return RequestStatus::malformed;
  const RequestNames::Verdict verdict = request_names_.decide(state_, facts_, request.names);
  request.detail = verdict.words;
  return verdict.status;
}

// After the events, so that what those created follows the operation without a gap.
void Sequencer::record_names(const RequestSlot& request) {
  const std::span<const std::uint32_t> fresh = request_names_.fresh();
  if (request.names.empty() || fresh.empty()) return;
  slab_->add_run({.kind = FactKind::name,
                  .reserved = 0,
                  .operation = slab_->operation_count(),
                  .first = slab_->name_count(),
                  .count = static_cast<std::uint32_t>(fresh.size())},
                 next(state_.last_sequence()));
  state_.names.prepare(fresh.size());
  for (const std::uint32_t index : fresh) {
    const Sequence sequence = state_.take_sequence();
    state_.put_name(slab_->add_fact(request.names[index]), sequence);
  }
}

void Sequencer::refuse_name(Batch& batch, std::uint32_t index, const Name& event,
                            PutNameStatus status) {
  refuse(batch, index, event, static_cast<std::uint16_t>(status), batch.slot(index));
}

void Sequencer::put_names(Batch& batch) {
  const RequestSlot& request = *batch.request;
  state_.names.prepare(request.event_count);
  for (std::uint32_t index = 0; index < request.event_count; ++index) {
    const Name& event = reinterpret_cast<const Name*>(request.events)[index];
    const PutNameStatus status = state_.names.decide_put(event, facts_);
    if (status != PutNameStatus::created) {
      refuse_name(batch, index, event, status);
      continue;
    }
    const Sequence sequence = state_.take_sequence();
    state_.put_name(slab_->add_fact(event), sequence);
  }
}

}  // namespace daybook
