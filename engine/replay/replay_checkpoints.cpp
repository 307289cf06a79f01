// Replayer: checkpoints of consumers of events.

#include "engine/replay/replay_failure.hpp"
#include "engine/replay/replayer.hpp"

namespace daybook {

Result<void> Replayer::apply_checkpoints(const EntryFacts& facts, const PlacedRun& placed) {
  for (const EventCheckpoint& fact :
       facts.checkpoints.subspan(placed.run.first, placed.run.count)) {
    EventCheckpoint asked = fact;
    asked.timestamp = {};
    const auto status = state_.checkpoints.decide_put(asked, state_.last_sequence());
    const Sequence sequence = state_.take_sequence();
    if (status != PutCheckpointStatus::created) {
      return damaged(sequence, "a checkpoint could not have been put");
    }
    if (!is_in_time(fact.timestamp, false)) {
      return damaged(sequence, "a checkpoint's timestamp is not of its operation's time");
    }
    state_.put_checkpoint(fact);
  }
  return {};
}

}  // namespace daybook
