#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/codec/entry_facts.hpp"
#include "engine/follower/snapshot_settings.hpp"
#include "engine/ledger/id_runs.hpp"
#include "engine/ports/run_store.hpp"
#include "engine/ports/snapshot_store.hpp"
#include "engine/query/indexes.hpp"
#include "engine/snapshot/state_snapshot.hpp"
#include "engine/state/state.hpp"

namespace daybook {

/// Takes snapshots of the follower's state and indexes, keeps the newest ones and the runs that
/// they need, and removes the others.
///
/// Threads.  The follower's.
/// Errors.   Of take(): `no_space`, `io`. Nothing is lost by them; what was there before stays.
class SnapshotKeeper {
 public:
  /// The stores outlive it. `hash_seed`: of the state.
  SnapshotKeeper(SnapshotStore& snapshots, RunStore& runs, std::uint64_t hash_seed,
                 const SnapshotSettings& settings);

  /// What an earlier process left is taken over; damaged ones are removed, those of other journals
  /// are left alone. Call once, first. Errors: as take().
  [[nodiscard]] Result<void> begin();

  /// The state was restored from this snapshot. Call once, before note().
  void continue_from(const SnapshotHeader& header, std::vector<RecentIds> recent);

  /// An entry was followed; its value has so many bytes.
  void note(const EntryFacts& facts, std::size_t bytes);

  [[nodiscard]] bool is_due() const;
  /// As the engine stops: so many facts that the next start would take notice.
  [[nodiscard]] bool is_worth_it() const {
    return is_of(last_.journal_id) && settings_.facts != 0 && facts_since_ > settings_.facts / 16;
  }

  /// Of the entry that was noted last: what a snapshot taken now is of.
  [[nodiscard]] const SnapshotHeader& newest() const { return last_; }
  /// False before the first entry, and in the part of a journal that is its parent's.
  [[nodiscard]] bool may_take() const { return last_.sequence != 0 && is_of(last_.journal_id); }
  /// There is a snapshot of it already.
  [[nodiscard]] bool has_newest() const { return needed_.contains(last_.sequence); }

  struct Parts {
    const State& state;
    const IdRunSet& id_runs;
    const Indexes& indexes;
  };
  /// Takes one. Requires: note() was told of the last entry that `parts` have. Cost: O(accounts +
  /// holds + names + ids in memory), some tens of milliseconds for few accounts.
  [[nodiscard]] Result<void> take(const Parts& parts);

  [[nodiscard]] std::uint64_t taken() const { return taken_; }

 private:
  [[nodiscard]] bool is_of(const Uint128& journal_id) const {
    return settings_.journal_id.is_zero() || settings_.journal_id == journal_id;
  }
  [[nodiscard]] Result<void> write(const Parts& parts);
  [[nodiscard]] Result<void> drop_older();

  SnapshotStore& snapshots_;
  RunStore& runs_;
  SnapshotSettings settings_;
  SnapshotHeader last_;  // Of the entry that was noted last.
  std::vector<RecentIds> recent_;
  std::map<std::uint64_t, std::vector<std::string>> needed_;  // Runs, by snapshot.
  std::uint64_t facts_since_ = 0;
  std::uint64_t bytes_since_ = 0;
  std::uint64_t last_bytes_ = 0;        // Of the last snapshot.
  std::uint64_t last_time_ = 0;         // Its entry's commit time.
  std::uint64_t not_before_facts_ = 0;  // After a failure.
  std::uint64_t taken_ = 0;
};

}  // namespace daybook
