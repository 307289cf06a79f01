#pragma once

#include <cstdint>

#include "engine/base/mapped_array.hpp"

namespace daybook {

/// Slots of a table in the order in which their time is over: a binary heap by (time, order), which
/// is one order whatever was added and dropped when, as long as no two have both the same.
///
/// The table's rows keep where in the heap they stand: `deadline_at`, 0 = they do not. Each call
/// gets the rows, as something with rows[slot].deadline_at.
///
/// Threads.  One.
/// Limits.   deadlines_max at construction; callers check.
/// Cost.     add and drop O(log n); no allocation.
class DeadlineHeap {
 public:
  explicit DeadlineHeap(std::uint64_t deadlines_max) : deadlines_{deadlines_max + 1} {}

  [[nodiscard]] bool empty() const { return count_ == 0; }
  /// Requires: !empty().
  [[nodiscard]] std::uint32_t next_slot() const { return deadlines_[1].slot; }
  /// The end of time when it is empty.
  [[nodiscard]] std::uint64_t next_time() const {
    return count_ == 0 ? ~std::uint64_t{0} : deadlines_[1].time;
  }

  template <typename Rows>
  void add(Rows& rows, std::uint32_t slot, std::uint64_t time, std::uint64_t order) {
    sift_up(rows, ++count_, {.time = time, .order = order, .slot = slot, .reserved = 0});
  }

  /// `at`: the row's deadline_at. Requires: not 0.
  template <typename Rows>
  void drop(Rows& rows, std::uint32_t at) {
    const Deadline last = deadlines_[count_--];
    if (at > count_) return;
    // What stood last takes the place and goes whichever way it must.
    if (at > 1 && last.before(deadlines_[at / 2])) {
      sift_up(rows, at, last);
    } else {
      sift_down(rows, at, last);
    }
  }

 private:
  struct Deadline {
    std::uint64_t time;
    std::uint64_t order;
    std::uint32_t slot;
    std::uint32_t reserved;

    [[nodiscard]] bool before(const Deadline& other) const {
      return time != other.time ? time < other.time : order < other.order;
    }
  };

  template <typename Rows>
  void put(Rows& rows, std::uint32_t at, const Deadline& deadline) {
    deadlines_[at] = deadline;
    rows[deadline.slot].deadline_at = at;
  }

  template <typename Rows>
  void sift_up(Rows& rows, std::uint32_t at, const Deadline& deadline) {
    for (; at > 1 && deadline.before(deadlines_[at / 2]); at /= 2) {
      put(rows, at, deadlines_[at / 2]);
    }
    put(rows, at, deadline);
  }

  template <typename Rows>
  void sift_down(Rows& rows, std::uint32_t at, const Deadline& deadline) {
    for (;;) {
      std::uint32_t child = at * 2;
      if (child > count_) break;
      if (child < count_ && deadlines_[child + 1].before(deadlines_[child])) ++child;
      if (!deadlines_[child].before(deadline)) break;
      put(rows, at, deadlines_[child]);
      at = child;
    }
    put(rows, at, deadline);
  }

  MappedArray<Deadline> deadlines_;  // From 1.
  std::uint32_t count_ = 0;
};

}  // namespace daybook
