#pragma once

#include <cstdint>
#include <optional>

#include "engine/base/limits.hpp"
#include "engine/base/mapped_array.hpp"
#include "engine/ledger/deadline_heap.hpp"
#include "engine/ledger/id_index.hpp"
#include "engine/model/tcc.hpp"

namespace daybook {

/// Where a transaction stands in its table. Used again once the transaction is pruned.
using TccSlot = std::uint32_t;
inline constexpr TccSlot no_tcc = ~TccSlot{0};

/// All TCC transactions with their branches, found by gid and by deadline, and their part of the
/// state digest.
///
/// Those that have ended are kept, in the order in which they ended, so that a late command gets
/// its answer; they are pruned from the oldest on. What was pruned is older than the watermark: a
/// gid made no later than that, and not here, may have been a transaction.
///
/// Threads.  One, but for tend_memory().
/// Limits.   At construction; room() and branch_room() say what is left.
/// Cost.     No allocation. A branch is found by a walk over those of its transaction.
class TccTable {
 public:
  struct Settings {
    std::uint64_t transactions_max = limits::tccs_default;
    std::uint64_t hash_seed = 0;
  };
  explicit TccTable(const Settings& settings);

  /// no_tcc when there is none.
  [[nodiscard]] TccSlot find(const Uint128& gid) const;
  /// Asks for the memory that finding a transaction reads first, and for that of what is found.
  void prefetch_index(const Uint128& gid) const { index_.prefetch(tag_of(gid)); }
  void prefetch_candidate(const Uint128& gid) const;
  [[nodiscard]] const TccView& at(TccSlot slot) const { return rows_[slot].view; }
  /// Null when there is none. Valid until the next apply().
  [[nodiscard]] const TccBranch* find_branch(TccSlot slot, std::uint64_t branch) const;
  /// Are all branches that there are holds? Then no transaction is a branch.
  [[nodiscard]] bool has_only_holds() const { return other_branches_ == 0; }
  /// Which branch a transaction is. Follows from those, so it is no part of the state.
  [[nodiscard]] const TccOwner& owner(TccSlot slot) const { return rows_[slot].owner; }
  void give_to(TccSlot slot, const TccOwner& owner) { rows_[slot].owner = owner; }
  /// How many transactions are above it; more than limits::tcc_nesting_max where they go round.
  [[nodiscard]] std::uint32_t depth_of(TccSlot slot) const;
  /// The one above all others of its tree.
  [[nodiscard]] TccSlot root_of(TccSlot slot) const;
  /// Its open branches, with those of the transactions among them.
  [[nodiscard]] std::uint32_t open_under(TccSlot slot) const;
  /// With one branch more, is what one decision may have to settle not too much? `below`: the
  /// transaction that is the branch; no_tcc of any other one.
  [[nodiscard]] bool settles_at_once(TccSlot slot, TccSlot below) const;
  /// Can the transaction `child` be a branch of the one in `slot`? `done` if so.
  [[nodiscard]] TccStatus fault_of_nesting(TccSlot slot, const Uint128& child) const;
  /// In the order in which they came.
  template <typename Use>
  void for_each_branch(TccSlot slot, Use use) const {
    for (std::uint32_t at = rows_[slot].first_branch; at != 0; at = branches_[at - 1].next) {
      use(branches_[at - 1].branch);
    }
  }

  [[nodiscard]] std::uint64_t count() const { return index_.size(); }
  [[nodiscard]] std::uint64_t ended_count() const { return ended_count_; }
  [[nodiscard]] std::uint64_t room() const { return rows_.size() - index_.size(); }
  [[nodiscard]] std::uint64_t branch_room() const { return branches_.size() - branch_count_; }
  [[nodiscard]] std::uint64_t branches_max() const { return branches_.size(); }
  /// The slots in use are below this; of those, the free ones have the gid 0.
  [[nodiscard]] TccSlot slot_end() const { return used_; }

  /// 0 = nothing was ever pruned. Else when the gid was made that was made last of those pruned.
  [[nodiscard]] Timestamp watermark() const { return watermark_; }
  /// What pruning the `count` that ended first would make of it. Requires: as many have ended.
  [[nodiscard]] Timestamp watermark_after(std::uint64_t count) const;

  /// Of those that are not decided.
  [[nodiscard]] std::uint64_t next_deadline() const { return deadlines_.next_time(); }
  /// Requires: next_deadline() is not the end of time.
  [[nodiscard]] TccSlot next_due() const { return deadlines_.next_slot(); }

  /// As IdIndex::prepare().
  void prepare(std::uint64_t count) { index_.prepare(count); }

  /// Is there room for what `fact` puts into the table?
  [[nodiscard]] bool fits(const TccFact& fact) const;
  /// Why `fact` cannot follow on what there is; null if it can. Room is not looked at.
  [[nodiscard]] const char* fault_of(const TccFact& fact) const;
  /// Requires: fault_of() none, prepared, fits().
  void apply(const TccFact& fact);

  /// Of rows that came from a snapshot: what is wrong with them by themselves; null if nothing.
  /// Cost: O(transactions + branches).
  [[nodiscard]] const char* fault_of_rows() const;

  /// The sum over all rows of the digest of their bytes: a part of the state digest.
  [[nodiscard]] std::uint64_t digest() const { return digest_; }
  /// The same, added up anew. Cost: O(transactions + branches).
  [[nodiscard]] std::uint64_t digest_of_rows() const;

  void tend_memory() { index_.tend_memory(); }

  // ---- For snapshots. ----

  /// Of a branch, in a snapshot. 72 bytes.
  struct SavedBranch {
    Uint128 gid;
    TccBranch branch;
  };

  /// Those that have ended, in the order in which they did; then the others.
  template <typename Use>
  void for_each(Use use) const {
    for (std::uint32_t at = first_ended_; at != 0; at = rows_[at - 1].next) use(at - 1);
    for (TccSlot slot = 0; slot < used_; ++slot) {
      const TccView& view = rows_[slot].view;
      if (!view.gid.is_zero() && !view.has_ended()) use(slot);
    }
  }
  /// Requires: prepared, room, no such gid; those that have ended come first, in their order.
  void restore(const TccView& view);
  /// Requires: room, its transaction is here, which has no such branch.
  void restore(const SavedBranch& saved);
  void restore_watermark(Timestamp watermark);

 private:
  struct Row {
    TccView view;
    TccOwner owner;
    std::uint32_t first_branch = 0;  // A place and 1, as the following; 0 = none.
    std::uint32_t last_branch = 0;
    std::uint32_t next = 0;         // Of one that has ended: the next one. Of a free one as well.
    std::uint32_t deadline_at = 0;  // The heap's.
  };
  struct BranchPlace {
    TccBranch branch;
    std::uint32_t next = 0;
    std::uint32_t reserved = 0;
  };

  [[nodiscard]] std::uint64_t tag_of(const Uint128& gid) const { return index_.tag_of(gid); }
  [[nodiscard]] TccBranch* branch_of(TccSlot slot, std::uint64_t branch);
  [[nodiscard]] TccSlot insert(const TccView& view);
  TccBranch& add_branch(TccSlot slot, const TccBranch& branch);
  void begin(const TccFact& fact);
  void decide(TccSlot slot, const TccFact& fact);
  void settle(TccSlot slot, const TccFact& fact);
  void prepare_branch(TccSlot slot, const TccFact& fact);
  void take_back_prepared(TccSlot slot);
  void arm(TccSlot slot);
  void disarm(TccSlot slot);
  [[nodiscard]] std::uint32_t height_of(TccSlot slot) const;
  void append_ended(TccSlot slot);
  void prune(const TccFact& fact);
  void erase(TccSlot slot);
  template <typename Change>
  void change(TccSlot slot, Change change);

  MappedArray<Row> rows_;
  MappedArray<BranchPlace> branches_;
  DeadlineHeap deadlines_;
  IdIndex index_;
  std::uint64_t digest_ = 0;
  std::uint64_t ended_count_ = 0;
  std::uint64_t branch_count_ = 0;
  std::uint64_t other_branches_ = 0;  // Of no holds.
  Timestamp watermark_;
  TccSlot used_ = 0;
  std::uint32_t free_ = 0;
  std::uint32_t branches_used_ = 0;
  std::uint32_t free_branches_ = 0;
  std::uint32_t first_ended_ = 0;
  std::uint32_t last_ended_ = 0;
};
static_assert(sizeof(TccTable::SavedBranch) == 72);

}  // namespace daybook
