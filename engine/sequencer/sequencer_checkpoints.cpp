// Sequencer: checkpoints of consumers of events.

#include "engine/sequencer/sequencer.hpp"

namespace daybook {

void Sequencer::put_checkpoints(Batch& batch) {
  const RequestSlot& request = *batch.request;
  for (std::uint32_t index = 0; index < request.event_count; ++index) {
    const auto& event = reinterpret_cast<const EventCheckpoint*>(request.events)[index];
    const PutCheckpointStatus status = state_.checkpoints.decide_put(event, state_.last_sequence());
    if (status != PutCheckpointStatus::created) {
      const bool exists = status == PutCheckpointStatus::exists;
      refuse(batch, index, event, static_cast<std::uint16_t>(status),
             exists ? state_.checkpoints.find(event.name())->timestamp : batch.slot(index));
      continue;
    }
    EventCheckpoint& fact = slab_->add_fact(event);
    fact.timestamp = batch.slot(index);
    state_.take_sequence();
    state_.put_checkpoint(fact);
  }
}

}  // namespace daybook
