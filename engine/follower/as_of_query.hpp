#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "engine/follower/follower.hpp"
#include "engine/follower/with_facts.hpp"
#include "engine/model/views.hpp"
#include "engine/ports/journal.hpp"
#include "engine/ports/request_slot.hpp"
#include "engine/query/ledger_totals.hpp"

namespace daybook {

/// Answers lookup_accounts_at, trial_balance_at, and lookup_holds where it names a moment: what was
/// true after an operation or an entry of the past.
///
/// A sequence means the operation that it is part of, for operations are not cut; a time means the
/// last entry that was committed by then. `first_sequence` of the answer is the last fact that is
/// in it, `cursor` of lookup_accounts_at the commit time of that fact's entry.
///
/// Threads.  A query thread's.
/// Errors.   A journal that cannot be read, or that the indexes contradict.
/// Cost.     Of an account: about 128 facts of its own, wherever they lie. Of a trial balance:
/// about
///           8,192 facts side by side, and the holds of an earlier entry that they post in part.
class AsOfQuery {
 public:
  struct Links {
    const Follower& follower;
    const WithFacts& with_facts;
    EntryLookup& journal;
    Sequence as_of;  ///< The follower is there.
  };

  /// References outlive it.
  AsOfQuery(const Links& links, RequestSlot& slot) : links_{links}, slot_{slot} {}

  [[nodiscard]] Result<void> lookup_accounts();
  [[nodiscard]] Result<void> trial_balance();
  [[nodiscard]] Result<void> lookup_holds();

  /// Finds moment(), for whoever answers other questions. False where the request was refused.
  [[nodiscard]] Result<bool> find_moment();
  [[nodiscard]] Sequence moment() const { return moment_; }

 private:
  [[nodiscard]] Result<void> find_moment_by_time();
  [[nodiscard]] Result<void> find_moment_by_sequence();
  [[nodiscard]] Result<void> look_up(const Follower::FoundAccount& found);
  [[nodiscard]] Result<void> follow_hold(HoldView& hold);
  [[nodiscard]] Result<LedgerFold> fold_to_moment();
  [[nodiscard]] Result<void> give_back(LedgerFold& fold, std::vector<LedgerFold::Rest> rests);

  Links links_;
  RequestSlot& slot_;
  Sequence moment_;  // The last fact in the answer; 0 = before everything.
  Timestamp commit_time_;
};

}  // namespace daybook
