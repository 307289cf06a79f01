#include "engine/decide/decide_resolution.hpp"

#include "engine/ledger/invariants.hpp"

namespace daybook {
namespace {

using transfer_rules::Question;
using transfer_rules::Status;

constexpr unsigned opening_flags = transfer_flag::pending | transfer_flag::balancing_debit |
                                   transfer_flag::balancing_credit | transfer_flag::closing_debit |
                                   transfer_flag::closing_credit;

bool posts(const Transfer& event) {
  return (event.flags & transfer_flag::post_pending_transfer) != 0;
}

Status check_form(const Transfer& event) {
  const bool voids = (event.flags & transfer_flag::void_pending_transfer) != 0;
  const bool keeps = (event.flags & transfer_flag::keep_remainder) != 0;
  if ((posts(event) && voids) || (event.flags & opening_flags) != 0 || (keeps && !posts(event))) {
    return Status::flags_are_mutually_exclusive;
  }
  return transfer_rules::check_target_id(event);
}

// The amount asked for, against what is held (or, once resolved, what was).
Status check_amount(const Transfer& event, u128 held) {
  const u128 amount = event.amount.value().wide();
  if ((event.flags & transfer_flag::keep_remainder) != 0 && amount == 0) {
    return Status::amount_must_not_be_zero;
  }
  const bool all = posts(event) ? event.amount.value().is_max() : amount == 0;
  if (!all && amount > held) return Status::exceeds_pending_transfer_amount;
  if (!all && !posts(event) && amount < held) return Status::pending_transfer_has_different_amount;
  return Status::created;
}

// The pending transfer is not open: never was, or not any more.
Status decide_resolved(const Question& question) {
  const Transfer& event = question.event;
  const TransferIdTable& ids = question.state.transfer_ids;
  RecordedTransfer target;
  const auto use =
      ids.find(event.pending_id, ids.tag_of(event.pending_id), question.facts, &target);
  if (!use || use->burnt) return Status::pending_transfer_not_found;
  const Transfer& pending = target.transfer;
  if ((pending.flags & transfer_flag::pending) == 0) return Status::pending_transfer_not_pending;
  if (!target.note.owner.is_zero() && target.note.owner != question.rules.owner) {
    return Status::hold_is_owned;
  }
  const Status fields = transfer_rules::check_target_fields(
      event, {pending.debit_account_id, pending.credit_account_id, pending.ledger, pending.code});
  if (fields != Status::created) return fields;
  const Status amount = check_amount(event, pending.amount.value().wide());
  if (amount != Status::created) return amount;
  const auto follow_up = ids.find_follow_up(event.pending_id, question.facts);
  ENSURE(follow_up.has_value(), "a hold that is not open any more was resolved");
  if (follow_up->released) return Status::pending_transfer_expired;
  return posts(follow_up->recorded.transfer) ? Status::pending_transfer_already_posted
                                             : Status::pending_transfer_already_voided;
}

// Its owner; and an operator what a saga has left behind that ended by his hand.
bool may_resolve(const Question& question, const Hold& hold) {
  if (hold.owner.is_zero() || hold.owner == question.rules.owner) return true;
  const State& state = question.state;
  if (question.rules.authority != Authority::operator_ ||
      state.streams.version_of({saga_type(), hold.owner}) == 0) {
    return false;
  }
  const SagaSlot saga = state.sagas.find(hold.owner);
  return saga == no_saga || is_end(static_cast<SagaStatus>(state.sagas.at(saga).status));
}

Status check_open(const Question& question, const Hold& hold, TransferDecision& decision) {
  const Transfer& event = question.event;
  const State& state = question.state;
  if (!may_resolve(question, hold)) return Status::hold_is_owned;
  const Account& debit = state.accounts.at(hold.debit);
  const Account& credit = state.accounts.at(hold.credit);
  const Status fields =
      transfer_rules::check_target_fields(event, {debit.id, credit.id, debit.ledger, hold.code});
  if (fields != Status::created) return fields;
  const Status amount = check_amount(event, hold.held().value().wide());
  if (amount != Status::created) return amount;
  // By engine time, not by what an imported event says of itself: the answer must not depend on
  // whether the amount is released yet.
  if (hold.expires_at.value() != 0 && question.slot >= hold.expires_at) {
    return Status::pending_transfer_expired;
  }
  if (question.rules.imported) {
    const Status order = transfer_rules::check_imported_order(question);
    if (order != Status::created) return order;
  }
  if (!posts(event)) return Status::created;
  const bool coordinates = question.rules.authority == Authority::coordinator;
  const transfer_rules::Licence licence{.closed = coordinates, .frozen = true, .limits = true};
  const Status closed =
      transfer_rules::check_closed(debit, credit, licence, decision.note.overrode);
  if (closed != Status::created || !coordinates) return closed;
  return transfer_rules::check_frozen(debit, credit, licence, decision.note.overrode);
}

}  // namespace

void decide_resolution(const Question& question, TransferDecision& decision, Transfer& record) {
  const Transfer& event = question.event;
  const State& state = question.state;
  decision.status = check_form(event);
  if (decision.status != Status::created) return;
  const HoldSlot slot = state.holds.find(event.pending_id);
  if (slot == no_hold) {
    decision.status = decide_resolved(question);
    return;
  }
  const Hold& hold = state.holds.at(slot);
  decision.status = check_open(question, hold, decision);
  if (decision.status != Status::created) return;

  const u128 held = hold.held().value().wide();
  const u128 asked = event.amount.value().wide();
  const bool all = posts(event) ? event.amount.value().is_max() || asked == held : true;
  const Account& debit = state.accounts.at(hold.debit);
  record = event;
  record.amount = Amount{Uint128{all ? held : asked}};
  record.debit_account_id = debit.id;
  record.credit_account_id = state.accounts.at(hold.credit).id;
  record.ledger = debit.ledger;
  record.code = hold.code;
  transfer_rules::inherit(record, hold.business_id, hold.trace_id, hold.user_id, hold.tag);
  NoMoreThanTheOriginal::check_post(hold, record);
  decision.rewritten = true;
  decision.places.debit = hold.debit;
  decision.places.credit = hold.credit;
  decision.places.hold = slot;
  // The first post that takes all of a hold shows in its amount; a later one needs the bit.
  if (posts(event) && !hold.posted.value().is_zero()) {
    decision.note.bits = all ? note_bit::took_the_rest : std::uint16_t{0};
    decision.note.total =
        Amount{Uint128{hold.posted.value().wide() + record.amount.value().wide()}};
    decision.has_note = true;
  }
}

}  // namespace daybook
