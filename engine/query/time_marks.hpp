#pragma once

#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/ids.hpp"
#include "engine/snapshot/snapshot_blocks.hpp"

namespace daybook {

/// Which sequences a stretch of time may have: now and then the timestamp of a fact is noted with
/// its sequence, for both grow together.
///
/// Threads.  One adds; sequences_between() is for any.
class TimeMarks {
 public:
  /// Requires: neither is smaller than those of the mark before.
  void add(Timestamp timestamp, std::uint64_t sequence) {
    const std::lock_guard lock{mutex_};
    marks_.push_back({timestamp, sequence});
  }

  /// [first, last] holds every fact with a timestamp from `min` to `max` (0 = for ever), and those
  /// up to the neighbouring marks. Cost: O(log marks).
  [[nodiscard]] std::pair<std::uint64_t, std::uint64_t> sequences_between(Timestamp min,
                                                                          Timestamp max) const;

  /// As one block, with two numbers of whoever adds. `number`: whose marks they are.
  struct Words {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
  };
  void save(SnapshotWriter& into, std::uint32_t number, const Words& words) const;
  /// `damaged`.
  [[nodiscard]] Result<Words> restore(const SnapshotBlock& block, const SnapshotReader& from);

 private:
  struct Mark {
    Timestamp timestamp;
    std::uint64_t sequence = 0;
  };

  mutable std::mutex mutex_;
  std::vector<Mark> marks_;
};

}  // namespace daybook
