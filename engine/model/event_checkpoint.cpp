#include "engine/model/event_checkpoint.hpp"

#include <algorithm>

#include "engine/base/assert.hpp"
#include "engine/base/utf8.hpp"

namespace daybook {

void EventCheckpoint::set_name(std::string_view name) {
  ENSURE(name.size() <= name_text.size(), "a checkpoint's name was checked to fit");
  name_text.fill('\0');
  std::copy(name.begin(), name.end(), name_text.begin());
  name_bytes = static_cast<std::uint16_t>(name.size());
}

EventCheckpoint make_checkpoint(std::string_view name, std::uint64_t sequence,
                                std::uint16_t flags) {
  EventCheckpoint checkpoint;
  checkpoint.sequence = sequence;
  checkpoint.flags = flags;
  checkpoint.set_name(name);
  return checkpoint;
}

PutCheckpointStatus fault_of(const EventCheckpoint& checkpoint) {
  using Status = PutCheckpointStatus;
  if (checkpoint.timestamp != Timestamp{}) return Status::timestamp_must_be_zero;
  const bool known = (checkpoint.flags & ~unsigned{checkpoint_flag::known}) == 0;
  if (!known || checkpoint.reserved != 0 || (checkpoint.removes() && checkpoint.may_go_back())) {
    return Status::reserved_field;
  }
  if (checkpoint.name_bytes == 0) return Status::name_must_not_be_empty;
  if (checkpoint.name_bytes > checkpoint.name_text.size()) return Status::name_too_long;
  const bool tail_is_zero =
      std::all_of(checkpoint.name_text.begin() + checkpoint.name_bytes, checkpoint.name_text.end(),
                  [](char c) { return c == '\0'; });
  if (!tail_is_zero || !is_printable_utf8(checkpoint.name())) return Status::name_must_be_utf8;
  if (checkpoint.removes() && checkpoint.sequence != 0) return Status::sequence_must_be_zero;
  return Status::created;
}

}  // namespace daybook
