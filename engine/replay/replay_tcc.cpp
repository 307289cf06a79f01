// Replayer: TCC transactions. Their transfers are facts of their own, in front of these.

#include <algorithm>

#include "engine/decide/decide_tcc.hpp"
#include "engine/replay/replay_failure.hpp"
#include "engine/replay/replayer.hpp"

namespace daybook {
namespace {

bool is_settling(TccFactKind kind) {
  return is_never_of_holds(kind) || kind == TccFactKind::branch_confirmed ||
         kind == TccFactKind::branch_cancelled;
}

// Transactions settle their own holds; sagas say themselves what became of them, and what became of
// a transaction is said by whatever made it so.
bool is_made_by(RequestKind kind, const TccFact& fact, const TccBranch* branch) {
  if (kind == RequestKind::prune_tccs || fact.kind == TccFactKind::pruned) {
    return (kind == RequestKind::prune_tccs) == (fact.kind == TccFactKind::pruned);
  }
  const bool by_saga = drives_sagas(kind) || kind == RequestKind::drive_sagas;
  if (branch == nullptr || !is_settling(fact.kind)) return !by_saga;
  if (branch->kind == TccBranchKind::transaction) return true;
  return by_saga == (branch->kind == TccBranchKind::saga);
}

// The memory that the facts from `begin` on touch is asked for, and what finds that of the next.
constexpr std::size_t facts_ahead = 32;
void ask_for_transactions(const TccTable& tccs, std::span<const TccFact> facts, std::size_t begin) {
  const std::size_t next = std::min(begin + facts_ahead, facts.size());
  const std::size_t end = std::min(next + facts_ahead, facts.size());
  for (std::size_t at = begin == 0 ? 0 : next; at < end; ++at) tccs.prefetch_index(facts[at].gid);
  for (std::size_t at = begin; at < next; ++at) tccs.prefetch_candidate(facts[at].gid);
}

}  // namespace

// A saga that was tried waits for the decision.
const char* Replayer::fault_of_tried(const TccFact& fact) const {
  const auto kind = static_cast<TccBranchKind>(fact.detail);
  const TccSlot tried = state_.tccs.find(fact.gid);
  TccSlot below = no_tcc;
  if (kind == TccBranchKind::transaction) {
    if (state_.tccs.fault_of_nesting(tried, fact.business_type) != TccStatus::done) {
      return "a transaction is a branch that it cannot be";
    }
    below = state_.tccs.find(fact.business_type);
  }
  if (!state_.tccs.settles_at_once(tried, below)) {
    return "a transaction has more open branches than a decision settles";
  }
  if (kind != TccBranchKind::saga) return nullptr;
  const SagaSlot slot = state_.sagas.find(fact.business_type);
  const bool can_be =
      slot != no_saga && state_.sagas.awaits_decision(slot) && state_.sagas.owner(slot).is_none();
  return can_be ? nullptr : "a saga is a branch that does not wait for a transaction";
}

// What a saga or a transaction says of itself is so.
const char* Replayer::fault_of_settling(const TccFact& fact, const TccBranch& branch) const {
  const char* const untrue = "a branch has not come to what it says";
  const std::uint8_t decision = state_.tccs.at(state_.tccs.find(fact.gid)).decision;
  if (branch.kind == TccBranchKind::transaction) {
    const TccSlot below = state_.tccs.find(branch.subject());
    const bool is_so = below != no_tcc &&
                       fact.kind == branch_fact_of(state_.tccs.at(below).state, branch, decision);
    return is_so ? nullptr : untrue;
  }
  const SagaSlot slot = state_.sagas.find(branch.subject());
  if (slot != no_saga) {
    const auto status = static_cast<SagaStatus>(state_.sagas.at(slot).status);
    return fact.kind == branch_fact_of(status, branch, decision) ? nullptr : untrue;
  }
  // One that has ended may have left.
  const bool goes_on =
      fact.kind == TccFactKind::branch_stuck || fact.kind == TccFactKind::branch_resumed;
  return goes_on ? untrue : nullptr;
}

// What was tried and is not settled is held: whoever decides later relies on it. A branch that the
// same operation tried and settled has no hold any more.
Result<void> Replayer::check_holds(const EntryFacts& facts, const PlacedRun& placed) const {
  for (std::uint32_t at = 0; at < placed.run.count; ++at) {
    const TccFact& fact = facts.tcc_facts[placed.run.first + at];
    if (fact.kind != TccFactKind::tried) continue;
    const TccSlot slot = state_.tccs.find(fact.gid);
    const TccBranch* const branch = state_.tccs.find_branch(slot, fact.branch);
    if (branch->kind != TccBranchKind::hold) continue;
    if (branch->state != TccBranchState::tried || state_.holds_branch(fact.gid, *branch)) continue;
    return damaged(Sequence{placed.first_sequence.value() + at},
                   "a branch was tried that nothing is held for");
  }
  return {};
}

// What ended is no open branch: what it has come to was said above it in the same operation.
Result<void> Replayer::check_ends(const EntryFacts& facts, const PlacedRun& placed) const {
  if (state_.tccs.has_only_holds()) return {};
  for (std::uint32_t at = 0; at < placed.run.count; ++at) {
    const TccSlot slot = state_.tccs.find(facts.tcc_facts[placed.run.first + at].gid);
    if (slot == no_tcc || !state_.tccs.at(slot).has_ended()) continue;
    if (state_.tccs.owner(slot).is_none()) continue;
    return damaged(Sequence{placed.first_sequence.value() + at},
                   "a transaction has ended that is an open branch");
  }
  return {};
}

Result<void> Replayer::apply_tcc(const EntryFacts& facts, const PlacedRun& placed) {
  const RequestKind kind = facts.operations[placed.run.operation].kind;
  state_.tccs.prepare(std::min<std::uint64_t>(placed.run.count, state_.tccs.room()));
  const auto tcc_facts = facts.tcc_facts.subspan(placed.run.first, placed.run.count);
  for (std::size_t at = 0; at < tcc_facts.size(); ++at) {
    if (at % facts_ahead == 0) ask_for_transactions(state_.tccs, tcc_facts, at);
    const TccFact& fact = tcc_facts[at];
    const Sequence sequence = state_.take_sequence();
    const TccSlot slot = state_.tccs.find(fact.gid);
    const TccBranch* const branch =
        slot == no_tcc ? nullptr : state_.tccs.find_branch(slot, fact.branch);
    if (!is_made_by(kind, fact, branch)) {
      return damaged(sequence, "no operation of this kind makes such facts");
    }
    if (const char* const fault = state_.tccs.fault_of(fact)) return damaged(sequence, fault);
    const char* fault = nullptr;
    if (fact.kind == TccFactKind::tried) fault = fault_of_tried(fact);
    if (branch != nullptr && branch->kind != TccBranchKind::hold && is_settling(fact.kind)) {
      fault = fault_of_settling(fact, *branch);
    }
    if (fault != nullptr) return damaged(sequence, fault);
    if (fact.timestamp > slots_end_) {
      return damaged(sequence, "a transaction's timestamp is not of its operation's time");
    }
    if (!state_.tccs.fits(fact)) {
      return no_room(sequence, "there are more transactions than --tccs-max");
    }
    state_.apply_tcc(fact);
  }
  if (auto held = check_holds(facts, placed); !held.ok()) return held;
  return check_ends(facts, placed);
}

}  // namespace daybook
