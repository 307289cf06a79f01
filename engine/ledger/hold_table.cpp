#include "engine/ledger/hold_table.hpp"

#include "engine/base/assert.hpp"

namespace daybook {

HoldTable::HoldTable(std::uint64_t holds_max, std::uint64_t hash_seed)
    : holds_{holds_max}, deadlines_{holds_max}, index_{holds_max, hash_seed} {}

void HoldTable::prefetch_candidate(TransferId id) const {
  const std::uint64_t slot = index_.candidate(tag_of(id));
  if (slot == IdIndex::none) return;
  const auto* line = reinterpret_cast<const std::byte*>(&holds_[slot]);
  __builtin_prefetch(line, 1);
  __builtin_prefetch(line + 64, 1);
  __builtin_prefetch(line + 128, 1);
}

HoldSlot HoldTable::find(TransferId id) const {
  const std::uint64_t found =
      index_.find(tag_of(id), [&](std::uint64_t slot) { return holds_[slot].id == id; });
  return found == IdIndex::none ? no_hold : static_cast<HoldSlot>(found);
}

HoldSlot HoldTable::insert(const Hold& hold) {
  ENSURE(room() > 0, "callers check the room for holds");
  HoldSlot slot = 0;
  if (first_free_ != 0) {
    slot = first_free_ - 1;
    first_free_ = holds_[slot].next_free;
  } else {
    slot = static_cast<HoldSlot>(used_++);
  }
  Hold& place = holds_[slot];
  place = hold;
  place.deadline_at = place.next_free = 0;
  index_.insert(tag_of(hold.id), slot);
  if (hold.expires_at.value() != 0) {
    deadlines_.add(holds_, slot, hold.expires_at.value(), hold.sequence.value());
  }
  return slot;
}

void HoldTable::erase(HoldSlot slot) {
  Hold& hold = holds_[slot];
  if (hold.deadline_at != 0) deadlines_.drop(holds_, hold.deadline_at);
  index_.erase(tag_of(hold.id), slot);
  hold = Hold{};
  hold.next_free = first_free_;
  first_free_ = slot + 1;
}

}  // namespace daybook
