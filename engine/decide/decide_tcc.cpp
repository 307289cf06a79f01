#include "engine/decide/decide_tcc.hpp"

#include <algorithm>

namespace daybook {
namespace {

using enum TccStatus;

struct Question {
  const TccTable& table;
  const SagaTable& sagas;
  const TccCommand& command;
  std::span<const TccAmount> amounts;
  Timestamp now;
  TccSlot slot;

  [[nodiscard]] std::uint64_t created_at() const {
    return creation_time_of(command.gid, command.created_at);
  }
  [[nodiscard]] const TccView& view() const { return table.at(slot); }
};

TccDecision answer(const Question& question, TccStatus status, Timestamp original = {}) {
  return {.status = status,
          .act = TccAct::none,
          .slot = question.slot,
          .detail = 0,
          .original = original};
}

// One that is prepared goes by the deadline of the transaction that it is a branch of.
bool has_expired(const Question& question) {
  return question.view().state != TccState::prepared && question.now >= question.view().deadline;
}

TccStatus cancelled_status(const TccView& view, TccStatus cancelled, TccStatus expired) {
  return view.reason == TccReason::expired ? expired : cancelled;
}

// There is no such transaction: it may have been forgotten, or never was.
TccDecision decide_unknown(const Question& question) {
  const std::uint64_t created = question.created_at();
  const TccCommandKind kind = question.command.kind;
  const bool creates = kind == TccCommandKind::begin || kind == TccCommandKind::cancel;
  if (creates && created == 0) return answer(question, created_at_missing);
  const bool old = created != 0 && Timestamp{created} <= question.table.watermark();
  if (old) return answer(question, rejected_too_old);
  if (!creates) return answer(question, tcc_not_found);
  if (created > question.now.value() + limits::tcc_created_ahead_max_ns) {
    return answer(question, created_in_future);
  }
  const bool needs_branch = kind == TccCommandKind::cancel && question.command.branch != 0;
  if (question.table.room() == 0 || (needs_branch && question.table.branch_room() == 0)) {
    return answer(question, too_many_transactions);
  }
  const bool begins = kind == TccCommandKind::begin;
  return {.status = begins ? done : ok_empty,
          .act = begins ? TccAct::begin : TccAct::cancel_unseen,
          .slot = no_tcc,
          .detail = 0,
          .original = {}};
}

TccDecision decide_begin(const Question& question) {
  const TccView& view = question.view();
  const TccCommand& command = question.command;
  if (view.timeout_ns == 0) return answer(question, rejected_cancelled, view.begun_at);
  const std::uint64_t timeout =
      command.timeout_ns == 0 ? limits::tcc_timeout_default_ns : command.timeout_ns;
  const bool same = view.business_type == command.business_type &&
                    view.business_id == command.business_id && view.user_id == command.user_id &&
                    view.created_at == question.created_at() && view.timeout_ns == timeout;
  return answer(question, same ? duplicate : conflict, view.begun_at);
}

// A branch that is there already, of a transaction that is not cancelled.
TccDecision decide_known_branch(const Question& question, const TccBranch& branch) {
  if (branch.content != content_of(question.command)) return answer(question, conflict);
  if (branch.state == TccBranchState::refused) {
    TccDecision decision = answer(question, try_refused);
    decision.detail = branch.refused_with;
    return decision;
  }
  if (branch.state == TccBranchState::withdrawn) return answer(question, branch_withdrawn);
  return branch.state == TccBranchState::confirmed
             ? answer(question, duplicate_confirmed, question.view().decided_at)
             : answer(question, duplicate, question.view().begun_at);
}

// Can the saga be a branch?
TccStatus fault_of_saga(const Question& question) {
  const SagaSlot slot = question.sagas.find(question.command.subject());
  if (slot == no_saga) return subject_not_found;
  if (question.sagas.definition_of(slot).tcc_wait == no_step) return saga_without_wait;
  if (!question.sagas.owner(slot).is_none()) return subject_is_taken;
  if (question.sagas.awaits_decision(slot)) return done;
  return question.sagas.comes_to_decision(slot) ? saga_not_ready : subject_not_forward;
}

TccStatus fault_of_subject(const Question& question) {
  if (question.command.what == TccBranchKind::saga) return fault_of_saga(question);
  if (question.command.what == TccBranchKind::hold) return done;
  return question.table.fault_of_nesting(question.slot, question.command.subject());
}

TccDecision decide_try(const Question& question) {
  const TccView& view = question.view();
  if (view.decision == tcc_decision::cancel) {
    return answer(question, cancelled_status(view, rejected_cancelled, rejected_expired),
                  view.decided_at);
  }
  if (const TccBranch* const branch =
          question.table.find_branch(question.slot, question.command.branch)) {
    const TccDecision known = decide_known_branch(question, *branch);
    const bool undecided = view.decision == tcc_decision::none;
    if (known.status != conflict || !undecided || !has_expired(question)) return known;
  }
  if (view.decision == tcc_decision::confirm || view.state == TccState::prepared) {
    return answer(question, rejected_decided, view.decided_at);
  }
  TccDecision decision = answer(question, done);
  if (has_expired(question)) {
    decision.status = rejected_expired;
    decision.act = TccAct::expire;
  } else if (view.branch_count == limits::tcc_branches_max) {
    decision.status = too_many_branches;
  } else if (question.table.branch_room() == 0) {
    decision.status = too_many_transactions;
  } else {
    decision.status = fault_of_subject(question);
    const bool nests = question.command.what == TccBranchKind::transaction;
    const TccSlot below = nests ? question.table.find(question.command.subject()) : no_tcc;
    if (decision.status == done && !question.table.settles_at_once(question.slot, below)) {
      decision.status = too_many_branches;
    }
    if (decision.status == done) decision.act = TccAct::try_branch;
  }
  return decision;
}

const TccAmount* amount_of(std::span<const TccAmount> amounts, std::uint64_t branch) {
  const auto found = std::find_if(amounts.begin(), amounts.end(),
                                  [&](const TccAmount& each) { return each.branch == branch; });
  return found == amounts.end() ? nullptr : &*found;
}

// Does the confirm say what was confirmed?
bool is_same_confirm(const Question& question) {
  std::size_t confirmed = 0;
  bool same = true;
  question.table.for_each_branch(question.slot, [&](const TccBranch& branch) {
    if (branch.state == TccBranchState::refused || branch.state == TccBranchState::withdrawn) {
      return;
    }
    const TccAmount* const asked = amount_of(question.amounts, branch.branch);
    // What an operator closed before the confirm was not named by it.
    if (branch.state == TccBranchState::closed && asked == nullptr) return;
    ++confirmed;
    const bool is_hold = branch.kind == TccBranchKind::hold;
    same = same && asked != nullptr &&
           (is_hold ? amount_taken(*asked, branch.tried) == branch.confirmed
                    : asked->amount.value().is_max());
  });
  return same && confirmed == question.amounts.size();
}

// A saga that goes back is no longer tried, a transaction that its client has not confirmed not
// yet; nor is one of which a branch is not ready. No deeper than limits::tcc_nesting_max.
bool is_ready(const Question& question, const TccBranch& branch) {
  if (branch.kind == TccBranchKind::hold) return true;
  if (branch.kind == TccBranchKind::transaction) {
    const TccSlot below = question.table.find(branch.subject());
    bool ready = question.table.at(below).state == TccState::prepared;
    question.table.for_each_branch(below, [&](const TccBranch& each) {
      if (each.is_open()) ready = ready && is_ready(question, each);
    });
    return ready;
  }
  const SagaSlot saga = question.sagas.find(branch.subject());
  return saga != no_saga && question.sagas.awaits_decision(saga);
}

TccStatus check_amounts(const Question& question) {
  for (const TccAmount& asked : question.amounts) {
    const TccBranch* const branch = question.table.find_branch(question.slot, asked.branch);
    if (branch == nullptr || branch->state != TccBranchState::tried) return not_tried;
    if (!is_ready(question, *branch)) return not_tried;
  }
  if (question.amounts.size() != question.view().open_count) return branches_differ;
  for (const TccAmount& asked : question.amounts) {
    const TccBranch* const branch = question.table.find_branch(question.slot, asked.branch);
    const bool is_hold = branch->kind == TccBranchKind::hold;
    if (is_hold ? amount_taken(asked, branch->tried) > branch->tried
                : !asked.amount.value().is_max()) {
      return exceeds_tried;
    }
  }
  return done;
}

TccDecision decide_confirm(const Question& question) {
  const TccView& view = question.view();
  if (view.decision == tcc_decision::confirm) {
    return answer(question, is_same_confirm(question) ? duplicate : conflict, view.decided_at);
  }
  if (view.decision == tcc_decision::cancel) {
    return answer(question, cancelled_status(view, already_cancelled, already_expired),
                  view.decided_at);
  }
  if (view.state == TccState::prepared) {
    return answer(question, is_same_confirm(question) ? awaits_parent : conflict);
  }
  TccDecision decision = answer(question, done);
  if (has_expired(question)) {
    decision.status = already_expired;
    decision.act = TccAct::expire;
    return decision;
  }
  decision.status = check_amounts(question);
  if (decision.status != done) return decision;
  const bool is_branch = !question.table.owner(question.slot).is_none();
  decision.act = is_branch ? TccAct::prepare : TccAct::confirm;
  if (is_branch) decision.status = awaits_parent;
  return decision;
}

TccDecision decide_cancel(const Question& question) {
  const TccView& view = question.view();
  if (view.decision == tcc_decision::confirm) {
    return answer(question, already_confirmed, view.decided_at);
  }
  if (view.decision == tcc_decision::cancel) return answer(question, duplicate, view.decided_at);
  const bool names_new =
      question.command.branch != 0 &&
      question.table.find_branch(question.slot, question.command.branch) == nullptr;
  if (names_new && question.table.branch_room() == 0) {
    return answer(question, too_many_transactions);
  }
  TccDecision decision = answer(question, view.open_count == 0 ? ok_empty : done);
  decision.act = TccAct::cancel;
  return decision;
}

}  // namespace

std::optional<TccFactKind> branch_fact_of(TccState state, const TccBranch& branch,
                                          std::uint8_t decision) {
  switch (state) {
    case TccState::confirmed:
      return branch_fact_of(SagaStatus::completed, branch, decision);
    case TccState::cancelled:
      return branch_fact_of(SagaStatus::compensated, branch, decision);
    case TccState::closed_manual:
      return branch_fact_of(SagaStatus::closed_manual, branch, decision);
    case TccState::stuck:
      return branch_fact_of(SagaStatus::stuck, branch, decision);
    case TccState::trying:
    case TccState::prepared:
    case TccState::confirming:
    case TccState::cancelling:
      break;
  }
  return branch_fact_of(SagaStatus::running, branch, decision);
}

std::optional<TccFactKind> branch_fact_of(SagaStatus status, const TccBranch& branch,
                                          std::uint8_t decision) {
  const bool was_stuck = branch.state == TccBranchState::stuck;
  switch (status) {
    case SagaStatus::completed:
      // Only what is confirmed goes past its tcc.wait.
      return decision == tcc_decision::confirm ? TccFactKind::branch_confirmed
                                               : TccFactKind::branch_closed;
    case SagaStatus::compensated:
      if (decision == tcc_decision::none) return TccFactKind::branch_withdrawn;
      return decision == tcc_decision::cancel ? TccFactKind::branch_cancelled
                                              : TccFactKind::branch_closed;
    case SagaStatus::closed_manual:
      return TccFactKind::branch_closed;
    case SagaStatus::stuck:
      return was_stuck ? std::nullopt : std::optional{TccFactKind::branch_stuck};
    case SagaStatus::none:
    case SagaStatus::running:
    case SagaStatus::compensating:
      return was_stuck ? std::optional{TccFactKind::branch_resumed} : std::nullopt;
  }
  return std::nullopt;
}

Amount amount_taken(const TccAmount& asked, Amount tried) {
  return asked.amount.value().is_max() ? tried : asked.amount;
}

TccDecision decide_tcc(const State& state, const TccCommand& command,
                       std::span<const TccAmount> amounts, Timestamp now) {
  Question question{.table = state.tccs,
                    .sagas = state.sagas,
                    .command = command,
                    .amounts = amounts,
                    .now = now,
                    .slot = no_tcc};
  const TccStatus fault = fault_of(command, amounts);
  if (fault != done) return answer(question, fault);
  question.slot = state.tccs.find(command.gid);
  if (question.slot == no_tcc) return decide_unknown(question);
  switch (command.kind) {
    case TccCommandKind::begin:
      return decide_begin(question);
    case TccCommandKind::try_:
      return decide_try(question);
    case TccCommandKind::confirm:
      return decide_confirm(question);
    case TccCommandKind::cancel:
      return decide_cancel(question);
  }
  return answer(question, unknown_command);
}

}  // namespace daybook
