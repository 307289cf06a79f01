#pragma once

#include <cstdint>
#include <span>

#include "engine/base/mapped_array.hpp"
#include "engine/ledger/account_table.hpp"
#include "engine/ledger/deadline_heap.hpp"
#include "engine/ledger/id_index.hpp"
#include "engine/model/ids.hpp"
#include "engine/model/sequence.hpp"

namespace daybook {

/// Where an open hold stands in its table. Used again once the hold is resolved.
using HoldSlot = std::uint32_t;
inline constexpr HoldSlot no_hold = ~HoldSlot{0};

/// An open hold: a pending transfer that is neither posted whole, nor voided, nor released. It has
/// what resolving it needs, so that no journal is read for it.
struct Hold {
  TransferId id;
  Amount amount;  ///< Of the pending transfer.
  Amount posted;  ///< Of it, by posts that kept the remainder. Less than `amount`, or both are 0.
  BusinessId business_id;
  TraceId trace_id;
  Uint128 owner;  ///< The coordinator that alone may resolve it; 0 = none.
  Sequence sequence;
  Timestamp expires_at;  ///< 0 = never.
  UserId user_id;
  AccountSlot debit = no_account;
  AccountSlot credit = no_account;
  Tag tag;
  Code code;
  std::uint16_t flags = 0;        ///< Of the pending transfer.
  std::uint32_t deadline_at = 0;  ///< The table's own: place among the deadlines; 0 = none.
  std::uint32_t next_free = 0;    ///< The table's own: of a free slot, the next one and 1.

  [[nodiscard]] Amount held() const {
    return Amount{Uint128{amount.value().wide() - posted.value().wide()}};
  }
};
static_assert(sizeof(Hold) == 144);

/// All open holds, found by id and by deadline.
///
/// Holds that are due are released in the order of (expires_at, sequence), which is one order
/// whatever was inserted and erased when.
///
/// Threads.  One, but for tend_memory().
/// Limits.   holds_max at construction; room() says what is left.
/// Cost.     insert and erase O(log n) with a deadline, O(1) without; no allocation.
class HoldTable {
 public:
  HoldTable(std::uint64_t holds_max, std::uint64_t hash_seed);

  void prefetch_index(TransferId id) const { index_.prefetch(tag_of(id)); }
  /// Asks memory for what is most likely the hold `id`.
  void prefetch_candidate(TransferId id) const;

  /// no_hold when there is none.
  [[nodiscard]] HoldSlot find(TransferId id) const;
  [[nodiscard]] const Hold& at(HoldSlot slot) const { return holds_[slot]; }

  [[nodiscard]] std::uint64_t count() const { return index_.size(); }
  [[nodiscard]] std::uint64_t room() const { return holds_.size() - index_.size(); }
  /// The slots in use are below this; of those, the free ones have the id 0.
  [[nodiscard]] std::uint64_t slot_end() const { return used_; }

  /// As IdIndex::prepare().
  void prepare(std::uint64_t count) { index_.prepare(count); }

  /// Requires: no open hold has this id; prepared; room() > 0.
  HoldSlot insert(const Hold& hold);
  void erase(HoldSlot slot);
  /// Requires: less than `amount` then.
  void set_posted(HoldSlot slot, Amount posted) { holds_[slot].posted = posted; }

  /// The next hold to fall due; no_hold when none has a deadline.
  [[nodiscard]] HoldSlot next_due() const {
    return deadlines_.empty() ? no_hold : deadlines_.next_slot();
  }
  /// When next_due() falls due; the end of time when none has a deadline.
  [[nodiscard]] std::uint64_t next_deadline() const { return deadlines_.next_time(); }

  void tend_memory() { index_.tend_memory(); }

 private:
  [[nodiscard]] std::uint64_t tag_of(TransferId id) const { return index_.tag_of(id.value()); }

  MappedArray<Hold> holds_;
  DeadlineHeap deadlines_;
  IdIndex index_;
  std::uint64_t used_ = 0;        // Slots ever used.
  std::uint32_t first_free_ = 0;  // A slot and 1; 0 = none.
};

}  // namespace daybook
