#include "engine/decide/decide_resolution.hpp"
#include "engine/ledger/account_state.hpp"
#include "engine/ledger/invariants.hpp"

namespace daybook {
namespace {

using transfer_rules::Question;
using transfer_rules::Status;

constexpr unsigned companions = transfer_flag::linked | transfer_flag::reversal;

Status check_form(const Transfer& event) {
  if ((event.flags & ~companions) != 0) return Status::flags_are_mutually_exclusive;
  return transfer_rules::check_target_id(event);
}

bool is_posted(const Transfer& transfer) {
  return (transfer.flags & (transfer_flag::pending | transfer_flag::void_pending_transfer |
                            transfer_flag::reversal)) == 0;
}

transfer_rules::Licence licence_of(Authority authority) {
  const bool operates = authority == Authority::operator_;
  return {.closed = false,
          .frozen = operates || authority == Authority::coordinator,
          .limits = operates};
}

Status check_accounts(const Question& question, u128 amount, TransferDecision& decision) {
  const State& state = question.state;
  const TransferPlaces& places = decision.places;
  const Account& debit = state.accounts.at(places.debit);
  const Account& credit = state.accounts.at(places.credit);
  const transfer_rules::Licence licence = licence_of(question.rules.authority);
  std::uint8_t& overrode = decision.note.overrode;
  Status status = transfer_rules::check_closed(debit, credit, licence, overrode);
  if (status == Status::created) {
    status = transfer_rules::check_frozen(debit, credit, licence, overrode);
  }
  if (status == Status::created) {
    status = transfer_rules::check_overflow(debit, credit, amount, false);
  }
  if (status == Status::created) {
    status =
        transfer_rules::check_limits(state, places.debit, places.credit, amount, licence, overrode);
  }
  return status;
}

}  // namespace

void decide_reversal(const Question& question, TransferDecision& decision, Transfer& record) {
  const Transfer& event = question.event;
  const State& state = question.state;
  decision.status = check_form(event);
  if (decision.status != Status::created) return;

  const TransferIdTable& ids = state.transfer_ids;
  RecordedTransfer target;
  const auto use =
      ids.find(event.pending_id, ids.tag_of(event.pending_id), question.facts, &target);
  if (!use || use->burnt) {
    decision.status = Status::reversal_target_not_found;
    return;
  }
  const Transfer& original = target.transfer;
  if (!is_posted(original)) {
    decision.status = Status::reversal_target_not_posted;
    return;
  }
  decision.status = transfer_rules::check_target_fields(
      event,
      {original.credit_account_id, original.debit_account_id, original.ledger, original.code});
  if (decision.status != Status::created) return;

  u128 reversed = 0;
  if (const auto follow_up = ids.find_follow_up(event.pending_id, question.facts)) {
    reversed = follow_up->recorded.note.total.value().wide();
    decision.note.before = follow_up->sequence;
  }
  const u128 left = original.amount.value().wide() - reversed;
  const u128 asked = event.amount.value().wide();
  if (asked > left || left == 0) {
    decision.status = Status::reversal_exceeds_original;
    return;
  }
  const u128 amount = asked == 0 ? left : asked;
  decision.places.debit = state.accounts.find(original.credit_account_id);
  decision.places.credit = state.accounts.find(original.debit_account_id);
  decision.status = check_accounts(question, amount, decision);
  if (decision.status != Status::created) return;

  record = event;
  record.amount = Amount{Uint128{amount}};
  record.debit_account_id = original.credit_account_id;
  record.credit_account_id = original.debit_account_id;
  record.ledger = original.ledger;
  record.code = original.code;
  transfer_rules::inherit(record, original.business_id, original.trace_id, original.user_id,
                          original.tag);
  decision.rewritten = true;
  decision.note.bits = amount == left ? note_bit::took_the_rest : std::uint16_t{0};
  decision.note.total = Amount{Uint128{reversed + amount}};
  decision.has_note = true;
  NoMoreThanTheOriginal::check_reversal(original, record, decision.note);
}

}  // namespace daybook
