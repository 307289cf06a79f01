// State: whose each saga and each nested transaction is, as the branches of a snapshot say.

#include "engine/state/state.hpp"

namespace daybook {
namespace {

const char* const not_there = "has a branch that is a saga or a transaction that is not there";
const char* const taken = "has a saga or a transaction that is two branches";
const char* const untrue = "has a branch that is not what its saga or transaction has come to";

bool is_stuck(const TccBranch& branch) { return branch.state == TccBranchState::stuck; }

// What is decided above is decided below in the same entry. What was cancelled by itself may wait
// for its sagas.
bool agree(const TccView& above, const TccView& below) {
  const bool by_itself =
      above.decision == tcc_decision::none && below.decision == tcc_decision::cancel;
  return above.decision == below.decision || by_itself;
}

}  // namespace

const char* State::link_saga(const TccView& view, const TccBranch& branch) {
  const SagaSlot saga = sagas.find(branch.subject());
  if (saga == no_saga) return not_there;
  if (sagas.definition_of(saga).tcc_wait == no_step) {
    return "has a branch that is a saga without a wait for a decision";
  }
  if (!sagas.owner(saga).is_none()) return taken;
  const auto status = static_cast<SagaStatus>(sagas.at(saga).status);
  if (is_end(status) || is_stuck(branch) != (status == SagaStatus::stuck)) return untrue;
  sagas.give_to(saga, {view.gid, branch.branch});
  const bool is_decided = view.decision != tcc_decision::none;
  if (is_decided && sagas.awaits_decision(saga)) sagas.wake(saga, view.decided_at.value());
  return nullptr;
}

const char* State::link_transaction(const TccView& view, const TccBranch& branch) {
  const TccSlot slot = tccs.find(branch.subject());
  if (slot == no_tcc) return not_there;
  if (!tccs.owner(slot).is_none()) return taken;
  const TccView& below = tccs.at(slot);
  if (below.has_ended() || !agree(view, below) ||
      is_stuck(branch) != (below.state == TccState::stuck)) {
    return untrue;
  }
  tccs.give_to(slot, {view.gid, branch.branch});
  return nullptr;
}

const char* State::link_branch(const TccView& view, const TccBranch& branch) {
  if (branch.kind == TccBranchKind::saga) return link_saga(view, branch);
  if (branch.kind == TccBranchKind::transaction) return link_transaction(view, branch);
  return holds_branch(view.gid, branch) ? nullptr : "has a branch that nothing is held for";
}

const char* State::link_branches() {
  const char* fault = nullptr;
  tccs.for_each([&](TccSlot slot) {
    const TccView& view = tccs.at(slot);
    tccs.for_each_branch(slot, [&](const TccBranch& branch) {
      if (fault == nullptr && branch.is_open()) fault = link_branch(view, branch);
    });
  });
  return fault == nullptr ? fault_of_trees() : fault;
}

// Whoever walks up or down a tree comes to an end, and one decision settles all of it.
const char* State::fault_of_trees() const {
  const char* fault = nullptr;
  tccs.for_each([&](TccSlot slot) {
    if (tccs.depth_of(slot) >= limits::tcc_nesting_max) {
      fault = "has transactions that are nested too deep, or in a circle";
    }
    if (tccs.at(slot).state == TccState::prepared && tccs.owner(slot).is_none()) {
      fault = "has a transaction that waits for one above it, and is no branch";
    }
  });
  if (fault != nullptr) return fault;
  tccs.for_each([&](TccSlot slot) {
    if (tccs.owner(slot).is_none() && tccs.open_under(slot) > limits::tcc_settlements_max) {
      fault = "has more open branches of one transaction than a decision settles";
    }
  });
  return fault;
}

}  // namespace daybook
