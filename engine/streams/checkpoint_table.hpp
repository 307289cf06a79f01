#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/model/event_checkpoint.hpp"
#include "engine/model/sequence.hpp"

namespace daybook {

/// The checkpoints of consumers of events, by name.
///
/// Threads.  One.
/// Limits.   limits::checkpoints_max; all memory is taken at construction.
class CheckpointTable {
 public:
  CheckpointTable() { all_.reserve(limits::checkpoints_max); }

  /// Null when there is none of this name. Valid until the next change.
  [[nodiscard]] const EventCheckpoint* find(std::string_view name) const;

  /// What putting `asked` would answer, in the order of PutCheckpointStatus. `last`: the newest
  /// sequence that there is.
  [[nodiscard]] PutCheckpointStatus decide_put(const EventCheckpoint& asked, Sequence last) const;

  /// Puts, moves or removes. Requires: decide_put() said created, of what `fact` was made of.
  void put(const EventCheckpoint& fact);

  [[nodiscard]] bool full() const { return all_.size() == limits::checkpoints_max; }
  /// In the order of their names' bytes.
  [[nodiscard]] std::span<const EventCheckpoint> all() const { return all_; }

 private:
  [[nodiscard]] std::vector<EventCheckpoint>::const_iterator place_of(std::string_view name) const;

  std::vector<EventCheckpoint> all_;
};

}  // namespace daybook
