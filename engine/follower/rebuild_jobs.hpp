#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/follower/follower.hpp"
#include "engine/follower/with_facts.hpp"
#include "engine/model/rebuild.hpp"
#include "engine/ports/request_slot.hpp"
#include "engine/rebuild/rebuild.hpp"

namespace daybook {

/// Answers `rebuild`, page by page: folds the journal from its first entry on, compares what that
/// gives with the follower's state, and folds once more to find the facts after which they differ.
///
/// The fold runs after the follower. When it is near, the last few entries are folded and the
/// comparison is made while nothing is followed, so both are as of one sequence. Of one account it
/// also compares the checkpoints of its balances, and a lookup's answer that came with the request.
///
/// Threads.  A query thread's. It does one rebuild at a time: a new one takes the place of the old.
/// Errors.   A journal that cannot be read.
/// Limits.   limits::rebuild_page_facts folded in a page; limits::rebuild_locked_facts_max of them
///           and the comparison while nothing is followed: about 0.2 s for a million aggregates.
///           More than limits::rebuild_online_aggregates_max are refused, unless one is asked for.
class RebuildJobs {
 public:
  /// `with_facts` outlives it.
  explicit RebuildJobs(const WithFacts& with_facts) : with_facts_{with_facts} {}

  [[nodiscard]] Result<void> run(const Follower& follower, Sequence followed, RequestSlot& slot);

 private:
  struct Job;

  [[nodiscard]] bool begin(const Follower& follower, Sequence followed, const RebuildFilter& filter,
                           RequestSlot& slot);
  [[nodiscard]] Result<void> compare(const Follower& follower, Sequence followed);
  [[nodiscard]] Result<void> fold(const Follower& follower, Sequence until, std::uint64_t& facts);
  void check_balances(const Follower& follower, const EntryFacts& facts);
  void add(const EntryFacts& facts);
  void start_locating(Rebuild::Comparison comparison, Sequence as_of);
  void differ(const std::vector<Mismatch>& mismatches, ComparedWith with, Sequence as_of);
  void answer(RequestSlot& slot, Sequence followed);

  const WithFacts& with_facts_;
  std::uint64_t last_number_ = 0;
  std::shared_ptr<Job> job_;  // Shared, so that its type may be known in the source only.
};

}  // namespace daybook
