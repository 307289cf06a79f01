// Sequencer: transactions that are tried, then confirmed or cancelled.

#include <algorithm>

#include "engine/base/assert.hpp"
#include "engine/codec/entry_facts.hpp"
#include "engine/decide/decide_tcc.hpp"
#include "engine/decide/tcc_lookahead.hpp"
#include "engine/sequencer/sequencer.hpp"

namespace daybook {
namespace {

std::span<const TccCommand> commands_of(const RequestSlot& request) {
  return {reinterpret_cast<const TccCommand*>(request.events), request.event_count};
}

// A payload in the form of the amounts: fault_of_tcc_request() made sure that it is one.
std::span<const TccAmount> amounts_of(const RequestSlot& request) {
  return {reinterpret_cast<const TccAmount*>(request.payloads.data()),
          request.payloads.size() / sizeof(TccAmount)};
}

Transfer hold_of(const TccCommand& command, const TccView& view) {
  Transfer hold;
  hold.debit_account_id = command.debit_account_id;
  hold.credit_account_id = command.credit_account_id;
  hold.amount = command.amount;
  hold.business_id = view.business_id;
  hold.trace_id = view.trace_id;
  hold.user_id = view.user_id;
  hold.ledger = command.ledger;
  hold.tag = command.tag;
  hold.code = command.code;
  hold.flags = transfer_flag::pending;
  return hold;
}

}  // namespace

RequestStatus Sequencer::refusal_of_tcc(RequestSlot& request) const {
  if (request.event_count > limits::tcc_commands_max) return RequestStatus::too_large;
  std::uint64_t amounts = 0;
  for (const TccCommand& command : commands_of(request)) amounts += command.amounts;
  if (amounts * sizeof(TccAmount) != request.payloads.size()) {
    request.detail = "the amounts are not those of the request's confirms";
    return RequestStatus::malformed;
  }
  if (amounts > limits::tcc_settlements_max) return RequestStatus::too_large;
  const std::uint64_t transfers = request.event_count + limits::tcc_settlements_max;
  if (state_.transfer_ids.room() < transfers) return RequestStatus::too_many_transfers;
  // Only tries: what confirms and cancels must never wait for room that they would make.
  const auto commands = commands_of(request);
  const auto tries = std::count_if(commands.begin(), commands.end(), [](const TccCommand& each) {
    return each.kind == TccCommandKind::try_;
  });
  if (state_.holds.room() < static_cast<std::uint64_t>(tries)) return RequestStatus::too_many_holds;
  return RequestStatus::ok;
}

// How many timestamps the request needs: one a command, and one for each further transfer that it
// makes. What the request itself tries is not there yet, and a later command of it may settle all
// of that: each has its own slot, so a deadline can even pass between two of them.
std::uint64_t Sequencer::tcc_slots(const RequestSlot& request) const {
  std::uint64_t tries = 0;
  std::uint64_t settlements = 0;
  for (const TccCommand& each : commands_of(request)) state_.tccs.prefetch_index(each.gid);
  for (const TccCommand& each : commands_of(request)) state_.tccs.prefetch_candidate(each.gid);
  for (const TccCommand& command : commands_of(request)) {
    if (command.kind == TccCommandKind::begin) continue;
    const TccSlot slot = state_.tccs.find(command.gid);
    settlements += slot == no_tcc ? 0 : state_.tccs.open_under(slot);
    if (command.kind == TccCommandKind::try_) ++tries;
    if (command.what != TccBranchKind::transaction) continue;
    const TccSlot below = state_.tccs.find(command.subject());
    settlements += below == no_tcc ? 0 : state_.tccs.open_under(below);
  }
  if (request.event_count > 1) settlements += tries;
  return std::max<std::uint64_t>(
      request.event_count,
      tries + std::min<std::uint64_t>(settlements, limits::tcc_settlements_max));
}

void Sequencer::execute_tcc(Batch& batch) {
  const RequestSlot& request = *batch.request;
  state_.transfer_ids.prepare(request.event_count + limits::tcc_settlements_max);
  state_.holds.prepare(std::min<std::uint64_t>(request.event_count, state_.holds.room()));
  state_.tccs.prepare(std::min<std::uint64_t>(request.event_count, state_.tccs.room()));
  TccWork work{.first_transfer = slab_->transfer_count(),
               .first_fact = slab_->tcc_count(),
               .next_time = Timestamp{batch.rules.time.value() - batch.slots + 1},
               .last_time = batch.rules.time,
               .settled = 0};
  auto amounts = amounts_of(request);
  TccLookahead lookahead{state_, commands_of(request)};
  in_tcc_work_ = true;
  for (std::uint32_t index = 0; index < request.event_count; ++index) {
    lookahead.reach(index);
    const TccCommand& command = commands_of(request)[index];
    execute_tcc_command(batch, work, index, amounts.first(command.amounts));
    amounts = amounts.subspan(command.amounts);
  }
  in_tcc_work_ = false;
  finish_tcc(work);
}

// The transfers took their sequences as they were made; the facts of transactions stand behind
// them.
void Sequencer::finish_tcc(const TccWork& work) {
  slab_->last_run().count = slab_->transfer_count() - work.first_transfer;
  const std::uint32_t facts = slab_->tcc_count() - work.first_fact;
  if (facts == 0) return;
  slab_->add_run({.kind = FactKind::tcc,
                  .reserved = 0,
                  .operation = slab_->operation_count(),
                  .first = work.first_fact,
                  .count = facts},
                 next(state_.last_sequence()));
  for (std::uint32_t fact = 0; fact < facts; ++fact) state_.take_sequence();
}

void Sequencer::execute_tcc_command(Batch& batch, TccWork& work, std::uint32_t index,
                                    std::span<const TccAmount> amounts) {
  const TccCommand& command = commands_of(*batch.request)[index];
  const Timestamp now = batch.slot(index);
  TccDecision decision = decide_tcc(state_, command, amounts, now);
  const bool settles = decision.act == TccAct::confirm || decision.act == TccAct::prepare ||
                       decision.act == TccAct::cancel || decision.act == TccAct::expire;
  if (settles &&
      work.settled + state_.tccs.open_under(decision.slot) > limits::tcc_settlements_max) {
    decision = TccDecision{};
    decision.status = TccStatus::too_many_settlements;
  }
  if (settles && decision.slot != no_tcc) {
    work.settled += state_.tccs.open_under(decision.slot);
  }
  switch (decision.act) {
    case TccAct::none:
      break;
    case TccAct::begin:
      begin_tcc(command, now);
      break;
    case TccAct::try_branch:
      try_tcc_branch(batch, work, command, now, decision);
      break;
    case TccAct::confirm:
      decide_tcc_for(work, decision.slot, TccFactKind::decided_confirm, TccReason::client, now,
                     amounts);
      break;
    case TccAct::prepare:
      prepare_tcc(decision.slot, now, amounts);
      break;
    case TccAct::cancel:
    case TccAct::cancel_unseen:
      cancel_tcc(work, command, now, decision);
      break;
    case TccAct::expire:
      decide_tcc_for(work, decision.slot, TccFactKind::decided_cancel, TccReason::expired, now, {});
      break;
  }
  if (decision.status == TccStatus::done) return;
  refuse_tcc(batch, index, command, decision);
}

void Sequencer::refuse_tcc(Batch& batch, std::uint32_t index, const TccCommand& command,
                           const TccDecision& decision) {
  const Timestamp time = decision.original.value() == 0 ? batch.slot(index) : decision.original;
  const Refusal refusal{.index = index,
                        .status = static_cast<std::uint16_t>(decision.status),
                        .part = decision.detail,
                        .timestamp = time};
  batch.refusals[batch.refusal_count++] = slab_->add_refusal(refusal);
  if (keeps_request_data(batch.request->kind, refusal.status)) slab_->add_refused(command);
}

void Sequencer::add_tcc_fact(const TccFact& fact) {
  if (!in_tcc_work_) extend_run(FactKind::tcc);
  slab_->add_fact(fact);
  state_.apply_tcc(fact);
  if (!in_tcc_work_) state_.take_sequence();
  if (!state_.tccs.has_only_holds()) tell_parent(fact.gid, fact.timestamp);
}

// What a transaction that is a branch has come to is a fact of the one above it.
void Sequencer::tell_parent(const Uint128& gid, Timestamp at) {
  const TccSlot slot = state_.tccs.find(gid);
  if (slot == no_tcc || state_.tccs.owner(slot).is_none()) return;
  const TccOwner owner = state_.tccs.owner(slot);
  const TccSlot parent = state_.tccs.find(owner.gid);
  const TccBranch* const branch =
      parent == no_tcc ? nullptr : state_.tccs.find_branch(parent, owner.branch);
  if (branch == nullptr || !branch->is_open()) return;
  const auto kind =
      branch_fact_of(state_.tccs.at(slot).state, *branch, state_.tccs.at(parent).decision);
  if (kind) add_branch_fact(owner, *kind, at);
}

void Sequencer::add_branch_fact(const TccOwner& owner, TccFactKind kind, Timestamp at) {
  TccFact fact;
  fact.gid = owner.gid;
  fact.branch = owner.branch;
  fact.timestamp = at;
  fact.kind = kind;
  add_tcc_fact(fact);
}

void Sequencer::begin_tcc(const TccCommand& command, Timestamp now) {
  const std::uint64_t timeout =
      command.timeout_ns == 0 ? limits::tcc_timeout_default_ns : command.timeout_ns;
  TccFact fact;
  fact.gid = command.gid;
  fact.business_type = command.business_type;
  fact.business_id = command.business_id;
  fact.trace_id = command.trace_id;
  fact.user_id = command.user_id;
  fact.deadline = Timestamp{now.value() + timeout};
  fact.timestamp = now;
  fact.word = creation_time_of(command.gid, command.created_at);
  fact.kind = TccFactKind::begun;
  add_tcc_fact(fact);
}

void Sequencer::try_tcc_branch(Batch& batch, TccWork& work, const TccCommand& command,
                               Timestamp now, TccDecision& decision) {
  TccFact fact;
  fact.gid = command.gid;
  fact.amount = command.amount;
  fact.branch = command.branch;
  fact.timestamp = now;
  fact.word = content_of(command);
  fact.kind = TccFactKind::tried;
  if (command.what != TccBranchKind::hold) {
    fact.business_type = command.subject();
    fact.detail = static_cast<std::uint16_t>(command.what);
    return add_tcc_fact(fact);
  }
  Transfer hold = hold_of(command, state_.tccs.at(decision.slot));
  const auto made = create_tcc_transfer(work, command.gid, command.branch, TccOperation::try_, hold,
                                        batch.rules.auto_ledgers);
  fact.round = made.round;
  if (made.status != CreateTransferStatus::created) {
    fact.kind = TccFactKind::refused;
    fact.detail = decision.detail = static_cast<std::uint16_t>(made.status);
    fact.round = 0;
    decision.status = TccStatus::try_refused;
  }
  add_tcc_fact(fact);
}

// The first round whose id nobody has used: who guesses an id ahead of us cannot stop us.
Sequencer::TccTransfer Sequencer::create_tcc_transfer(TccWork& work, const Uint128& gid,
                                                      std::uint64_t branch, TccOperation operation,
                                                      Transfer& transfer, bool auto_ledgers) {
  const BatchRules rules{.time = work.last_time,
                         .imported = false,
                         .auto_ledgers = auto_ledgers,
                         .authority = Authority::coordinator,
                         .owner = gid};
  TccTransfer made;
  for (;; ++made.round) {
    transfer.id = transfer_id_of(gid, branch, operation, made.round);
    const TransferTags tags = look_up_tags(state_, transfer);
    const TransferDecision decision =
        decide_transfer(state_, facts_, rules, transfer, work.next_time, tags, record_);
    made.status = decision.status;
    if (decision.status != CreateTransferStatus::created) {
      if (is_of_used_id(decision.status)) continue;
      return made;
    }
    Transfer& fact = slab_->add_fact(decision.rewritten ? record_ : transfer);
    fact.timestamp = work.next_time;
    ENSURE(work.next_time <= work.last_time, "each transfer has a timestamp of its request's");
    work.next_time = Timestamp{work.next_time.value() + 1};
    if (decision.has_note) slab_->add_note(decision.note);
    apply_transfer(fact, decision);
    return made;
  }
}

// What is to be posted of each hold, once the transaction is confirmed that it is a branch of.
void Sequencer::prepare_tcc(TccSlot slot, Timestamp now, std::span<const TccAmount> amounts) {
  TccFact fact;
  fact.gid = state_.tccs.at(slot).gid;
  fact.timestamp = now;
  fact.kind = TccFactKind::branch_prepared;
  for (const TccAmount& asked : amounts) {
    const TccBranch& branch = *state_.tccs.find_branch(slot, asked.branch);
    if (branch.kind != TccBranchKind::hold) continue;
    fact.branch = asked.branch;
    fact.amount = amount_taken(asked, branch.tried);
    add_tcc_fact(fact);
  }
  fact.branch = 0;
  fact.amount = {};
  fact.kind = TccFactKind::prepared;
  add_tcc_fact(fact);
}

// Decides a transaction, settles its holds and decides the transactions among its branches. Sagas
// are due now, each in an operation of its own: they tell when they have ended. `amounts`: of a
// confirm.
void Sequencer::decide_tcc_for(TccWork& work, TccSlot slot, TccFactKind kind, TccReason reason,
                               Timestamp now, std::span<const TccAmount> amounts) {
  const Uint128 gid = state_.tccs.at(slot).gid;
  const bool confirms = kind == TccFactKind::decided_confirm;
  const bool is_prepared = state_.tccs.at(slot).state == TccState::prepared;
  TccFact fact;
  fact.gid = gid;
  fact.timestamp = now;
  fact.kind = kind;
  fact.detail = static_cast<std::uint16_t>(reason);
  add_tcc_fact(fact);
  marks_.set(FaultMark::decision);
  fact.kind = confirms ? TccFactKind::branch_confirmed : TccFactKind::branch_cancelled;
  fact.detail = 0;
  state_.tccs.for_each_branch(slot, [&](const TccBranch& branch) {
    if (!branch.is_open() || branch.kind == TccBranchKind::saga) return;
    if (branch.kind == TccBranchKind::transaction) {
      const TccSlot below = state_.tccs.find(branch.subject());
      const bool is_decided = state_.tccs.at(below).decision != tcc_decision::none;
      if (!is_decided) decide_tcc_for(work, below, kind, reason, now, {});
      return;
    }
    Transfer settlement;
    settlement.pending_id = transfer_id_of(gid, branch.branch, TccOperation::try_, branch.round);
    settlement.flags = transfer_flag::void_pending_transfer;
    if (confirms) {
      const auto asked = std::find_if(amounts.begin(), amounts.end(), [&](const TccAmount& each) {
        return each.branch == branch.branch;
      });
      ENSURE(is_prepared || asked != amounts.end(), "a confirm names every branch");
      settlement.flags = transfer_flag::post_pending_transfer;
      fact.amount = is_prepared ? branch.confirmed : amount_taken(*asked, branch.tried);
      settlement.amount = fact.amount;
    }
    fact.branch = branch.branch;
    const auto made = create_tcc_transfer(work, gid, branch.branch,
                                          confirms ? TccOperation::confirm : TccOperation::cancel,
                                          settlement, false);
    ENSURE(made.status == CreateTransferStatus::created, "only its owner resolves a hold");
    add_tcc_fact(fact);
  });
}

void Sequencer::cancel_tcc(TccWork& work, const TccCommand& command, Timestamp now,
                           const TccDecision& decision) {
  TccFact fact;
  fact.gid = command.gid;
  fact.timestamp = now;
  TccSlot slot = decision.slot;
  if (slot == no_tcc) {
    fact.word = creation_time_of(command.gid, command.created_at);
    fact.kind = TccFactKind::cancelled_unseen;
    add_tcc_fact(fact);
    fact.word = 0;
    slot = state_.tccs.find(command.gid);
  } else {
    decide_tcc_for(work, slot, TccFactKind::decided_cancel, TccReason::client, now, {});
  }
  const bool empties = command.branch != 0 &&
                       state_.tccs.find_branch(slot, command.branch) == nullptr &&
                       state_.tccs.at(slot).branch_count < limits::tcc_branches_max;
  if (!empties) return;
  fact.branch = command.branch;
  fact.kind = TccFactKind::branch_empty;
  add_tcc_fact(fact);
}

bool Sequencer::fits_tcc_work() const {
  return slab_->fits(limits::tcc_settlements_max *
                         (sizeof(Transfer) + sizeof(TransferNote) + 2 * sizeof(TccFact)) +
                     sizeof(Operation) + 3 * sizeof(Run));
}

std::uint32_t Sequencer::expire_tccs(std::uint64_t now_ns) {
  if (!tccs_are_due(now_ns)) return 0;
  std::uint64_t slots = 0;
  const Timestamp due{engine_time(now_ns)};
  const Sequence operation_sequence = state_.take_sequence();
  slab_->add_run({.kind = FactKind::transfer,
                  .reserved = 0,
                  .operation = slab_->operation_count(),
                  .first = slab_->transfer_count(),
                  .count = 0},
                 next(operation_sequence));
  state_.transfer_ids.prepare(limits::tcc_settlements_max);
  // Later than the last timestamp by as much as there may be transfers.
  const Timestamp time{
      std::max(due.value(), state_.last_timestamp().value() + limits::tcc_settlements_max)};
  TccWork work{.first_transfer = slab_->transfer_count(),
               .first_fact = slab_->tcc_count(),
               .next_time = Timestamp{time.value() - limits::tcc_settlements_max + 1},
               .last_time = time,
               .settled = 0};
  std::uint32_t count = 0;
  in_tcc_work_ = true;
  for (; state_.tccs.next_deadline() <= due.value(); ++count) {
    const TccSlot slot = state_.tccs.next_due();
    slots += state_.tccs.open_under(slot) + 1;
    if (slots > limits::tcc_settlements_max && count > 0) break;
    decide_tcc_for(work, slot, TccFactKind::decided_cancel, TccReason::expired, due, {});
  }
  in_tcc_work_ = false;
  finish_tcc(work);
  record_own_operation(RequestKind::expire_tccs, time, count, operation_sequence);
  return count;
}

// More than are kept; or an eighth, where wide ones leave too little room for branches.
std::uint64_t Sequencer::tccs_to_prune() const {
  const std::uint64_t ended = state_.tccs.ended_count();
  const std::uint64_t too_many = ended - std::min(ended, settings_.tccs_kept);
  const bool low = state_.tccs.branch_room() < state_.tccs.branches_max() / 4;
  return std::min<std::uint64_t>(std::max(too_many, low ? (ended + 7) / 8 : 0),
                                 limits::tccs_pruned_at_once_max);
}

std::uint32_t Sequencer::prune_tccs(std::uint64_t now_ns) {
  const auto count = static_cast<std::uint32_t>(tccs_to_prune());
  if (count == 0) return 0;
  const Timestamp time{engine_time(now_ns)};
  const Sequence operation_sequence = state_.take_sequence();
  slab_->add_run({.kind = FactKind::tcc,
                  .reserved = 0,
                  .operation = slab_->operation_count(),
                  .first = slab_->tcc_count(),
                  .count = 0},
                 next(operation_sequence));
  TccFact fact;
  fact.word = count;
  fact.deadline = state_.tccs.watermark_after(count);
  fact.timestamp = time;
  fact.kind = TccFactKind::pruned;
  add_tcc_fact(fact);
  record_own_operation(RequestKind::prune_tccs, time, count, operation_sequence);
  return count;
}

}  // namespace daybook
