#include "engine/streams/event_id_table.hpp"

namespace daybook {

EventIdTable::Found EventIdTable::find(const DomainEvent& event, std::uint64_t content,
                                       FactReader& facts) const {
  bool same = false;
  DomainEvent original;
  const std::uint64_t found = index_.find(tag_of(event.id), [&](std::uint64_t place) {
    const Kept& kept = kept_[place];
    same = kept.content == content;
    return same || (facts.event_at(kept.sequence, original) && original.id == event.id);
  });
  if (found == IdIndex::none) return {};
  return {.status = same ? AppendEventStatus::exists : difference_from(original, event),
          .original = kept_[found].timestamp};
}

void EventIdTable::insert(const DomainEvent& event, std::uint64_t content, Sequence sequence) {
  const std::uint64_t place = index_.size();
  kept_[place] = {.sequence = sequence, .timestamp = event.timestamp, .content = content};
  index_.insert(tag_of(event.id), place);
}

}  // namespace daybook
