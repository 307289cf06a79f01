// Replayer: TCC transactions. Their transfers are facts of their own, in front of these.

#include <algorithm>

#include "engine/replay/replay_failure.hpp"
#include "engine/replay/replayer.hpp"

namespace daybook {

// What was tried and is not settled is held: whoever decides later relies on it. A branch that the
// same operation tried and settled has no hold any more.
Result<void> Replayer::check_holds(const EntryFacts& facts, const PlacedRun& placed) const {
  for (std::uint32_t at = 0; at < placed.run.count; ++at) {
    const TccFact& fact = facts.tcc_facts[placed.run.first + at];
    if (fact.kind != TccFactKind::tried) continue;
    const TccSlot slot = state_.tccs.find(fact.gid);
    const TccBranch* const branch = state_.tccs.find_branch(slot, fact.branch);
    if (branch->state != TccBranchState::tried || state_.holds_branch(fact.gid, *branch)) continue;
    return damaged(Sequence{placed.first_sequence.value() + at},
                   "a branch was tried that nothing is held for");
  }
  return {};
}

Result<void> Replayer::apply_tcc(const EntryFacts& facts, const PlacedRun& placed) {
  const bool prunes = facts.operations[placed.run.operation].kind == RequestKind::prune_tccs;
  state_.tccs.prepare(std::min<std::uint64_t>(placed.run.count, state_.tccs.room()));
  for (const TccFact& fact : facts.tcc_facts.subspan(placed.run.first, placed.run.count)) {
    const Sequence sequence = state_.take_sequence();
    if (prunes != (fact.kind == TccFactKind::pruned)) {
      return damaged(sequence, "no operation of this kind makes such facts");
    }
    if (const char* const fault = state_.tccs.fault_of(fact)) return damaged(sequence, fault);
    if (fact.timestamp > slots_end_) {
      return damaged(sequence, "a transaction's timestamp is not of its operation's time");
    }
    if (!state_.tccs.fits(fact)) {
      return no_room(sequence, "there are more transactions than --tccs-max");
    }
    state_.apply_tcc(fact);
  }
  return check_holds(facts, placed);
}

}  // namespace daybook
