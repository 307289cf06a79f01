#include "tests/support/naive_ledger.hpp"
#include "tests/support/naive_text.hpp"

namespace daybook::test {

PutCheckpointStatus NaiveLedger::judge(const EventCheckpoint& asked) const {
  using Status = PutCheckpointStatus;
  constexpr unsigned back = 1;
  constexpr unsigned removes = 2;
  if (asked.timestamp.value() != 0) return Status::timestamp_must_be_zero;
  if (asked.flags > 2 || asked.reserved != 0) return Status::reserved_field;
  if (asked.name_bytes == 0) return Status::name_must_not_be_empty;
  if (asked.name_bytes > 64) return Status::name_too_long;
  for (std::size_t i = asked.name_bytes; i < asked.name_text.size(); ++i) {
    if (asked.name_text[i] != '\0') return Status::name_must_be_utf8;
  }
  if (!is_printable_utf8(asked.name())) return Status::name_must_be_utf8;
  const auto known = checkpoints_.find(std::string{asked.name()});
  if (asked.flags == removes) {
    if (asked.sequence != 0) return Status::sequence_must_be_zero;
    return known == checkpoints_.end() ? Status::checkpoint_not_found : Status::created;
  }
  if (known != checkpoints_.end() && known->second.sequence == asked.sequence) {
    return Status::exists;
  }
  if (asked.sequence > last_sequence_) return Status::ahead_of_journal;
  if (known != checkpoints_.end() && asked.sequence < known->second.sequence &&
      asked.flags != back) {
    return Status::must_not_go_back;
  }
  if (known == checkpoints_.end() && checkpoints_.size() == 1'024) {
    return Status::too_many_checkpoints;
  }
  return Status::created;
}

NaiveLedger::Decision NaiveLedger::put(const EventCheckpoint& asked, const Slot& slot) {
  const PutCheckpointStatus status = judge(asked);
  const auto number = static_cast<std::uint16_t>(status);
  const std::string name{asked.name()};
  if (status == PutCheckpointStatus::exists) return {number, checkpoints_.at(name).timestamp};
  if (status != PutCheckpointStatus::created) return {number, Timestamp{slot.timestamp}};
  last_sequence_ += 1;
  if (asked.flags == 2) {
    checkpoints_.erase(name);
  } else {
    EventCheckpoint& kept = checkpoints_[name];
    kept = asked;
    kept.flags = 0;
    kept.timestamp = Timestamp{slot.timestamp};
  }
  return {number, Timestamp{slot.timestamp}};
}

}  // namespace daybook::test
