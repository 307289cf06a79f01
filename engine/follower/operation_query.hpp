#pragma once

#include <cstdint>
#include <optional>

#include "engine/follower/follower.hpp"
#include "engine/follower/with_facts.hpp"
#include "engine/model/operation_query.hpp"
#include "engine/ports/request_slot.hpp"
#include "engine/query/candidates.hpp"
#include "engine/query/operation_records.hpp"

namespace daybook {

/// Answers query_operations: the indexes name candidates, the journal's records decide.
///
/// A page ends when it is full, in operations or in bytes, or when `looked_at_max` operations were
/// looked at, of which large ones count more. It may end within an operation, and it may be short
/// or empty; where `more` is set the next one goes on behind its cursor.
///
/// Threads.  A query thread's.
/// Errors.   A journal that cannot be read.
class OperationQuery {
 public:
  /// References outlive it. `as_of`: the sequence that the answer is to be true of; the follower
  /// is there.
  OperationQuery(const Follower& follower, const WithFacts& with_facts, Sequence as_of,
                 RequestSlot& slot);

  [[nodiscard]] Result<void> run();

  static constexpr std::uint32_t looked_at_max = 65'536;
  static constexpr std::uint32_t events_a_look = 16;  ///< That cost as much as an operation.

 private:
  [[nodiscard]] bool newest_first() const {
    return (filter_.flags & operation_flag::newest_first) != 0;
  }
  [[nodiscard]] bool page_ends() const {
    return full_ || found_ == filter_.limit || looked_at_ >= looked_at_max;
  }
  /// The cursor, or what stands for none.
  [[nodiscard]] std::uint64_t cursor_or(std::uint64_t none) const {
    return slot_.cursor == 0 ? none : slot_.cursor;
  }
  [[nodiscard]] bool choose_range();
  void look_at_entry(const EntryFacts& facts, Candidates& candidates,
                     std::optional<Stretch>& stretch);
  void look_at_stretch(const OperationsOfEntry& operations, Stretch here);
  void look_at(const OperationsOfEntry& operations, const OperationsOfEntry::Place& place);

  const Follower& follower_;
  const WithFacts& with_facts_;
  Sequence as_of_;
  RequestSlot& slot_;
  OperationFilter filter_;
  Stretch records_;  // Where the records of wanted operations may stand,
  Stretch facts_;    // and where their facts.
  std::uint32_t found_ = 0;
  std::uint32_t looked_at_ = 0;
  bool full_ = false;
};

}  // namespace daybook
