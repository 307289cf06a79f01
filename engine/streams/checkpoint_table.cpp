#include "engine/streams/checkpoint_table.hpp"

#include <algorithm>

namespace daybook {

std::vector<EventCheckpoint>::const_iterator CheckpointTable::place_of(
    std::string_view name) const {
  return std::lower_bound(
      all_.begin(), all_.end(), name,
      [](const EventCheckpoint& each, std::string_view wanted) { return each.name() < wanted; });
}

const EventCheckpoint* CheckpointTable::find(std::string_view name) const {
  const auto place = place_of(name);
  return place != all_.end() && place->name() == name ? &*place : nullptr;
}

PutCheckpointStatus CheckpointTable::decide_put(const EventCheckpoint& asked, Sequence last) const {
  using Status = PutCheckpointStatus;
  if (const Status fault = fault_of(asked); fault != Status::created) return fault;
  const EventCheckpoint* const found = find(asked.name());
  if (asked.removes()) return found != nullptr ? Status::created : Status::checkpoint_not_found;
  if (found != nullptr && found->sequence == asked.sequence) return Status::exists;
  if (asked.sequence > last.value()) return Status::ahead_of_journal;
  if (found != nullptr) {
    const bool moves_on = asked.sequence > found->sequence || asked.may_go_back();
    return moves_on ? Status::created : Status::must_not_go_back;
  }
  return full() ? Status::too_many_checkpoints : Status::created;
}

void CheckpointTable::put(const EventCheckpoint& fact) {
  const auto place = all_.begin() + (place_of(fact.name()) - all_.cbegin());
  const bool is_there = place != all_.end() && place->name() == fact.name();
  if (fact.removes()) {
    all_.erase(place);
    return;
  }
  EventCheckpoint kept = fact;
  kept.flags = 0;
  if (is_there) {
    *place = kept;
  } else {
    all_.insert(place, kept);
  }
}

}  // namespace daybook
