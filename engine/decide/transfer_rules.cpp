#include "engine/decide/transfer_rules.hpp"

#include "engine/ledger/account_state.hpp"

namespace daybook::transfer_rules {
namespace {

bool overflows(u128 sum, u128 amount) { return amount > u128_max - sum; }

// value + offset >= other, where the offset is signed and nothing overflows.
bool reaches(u128 value, const Int128& offset, u128 other) {
  const u128 bits = Uint128{offset.lo, offset.hi}.wide();
  if (!offset.negative()) return value > u128_max - bits || value + bits >= other;
  const u128 down = ~bits + 1;
  return value >= down && value - down >= other;
}

}  // namespace

Status check_imported_order(const Question& question) {
  const State& state = question.state;
  const Timestamp timestamp = question.event.timestamp;
  if (timestamp <= state.transfer_times.last() || state.accounts.has_timestamp(timestamp)) {
    return Status::imported_event_timestamp_must_not_regress;
  }
  return Status::created;
}

Status check_target_fields(const Transfer& event, const TargetFields& target) {
  if (!event.debit_account_id.value().is_zero() && event.debit_account_id != target.debit) {
    return Status::pending_transfer_has_different_debit_account_id;
  }
  if (!event.credit_account_id.value().is_zero() && event.credit_account_id != target.credit) {
    return Status::pending_transfer_has_different_credit_account_id;
  }
  if (event.ledger.value() != 0 && event.ledger != target.ledger) {
    return Status::pending_transfer_has_different_ledger;
  }
  if (event.code.value() != 0 && event.code != target.code) {
    return Status::pending_transfer_has_different_code;
  }
  return Status::created;
}

Status check_target_id(const Transfer& event) {
  if (event.pending_id.value().is_zero()) return Status::pending_id_must_not_be_zero;
  if (event.pending_id.value().is_max()) return Status::pending_id_must_not_be_int_max;
  if (event.pending_id == event.id) return Status::pending_id_must_be_different;
  if (event.timeout != 0) return Status::timeout_reserved_for_pending_transfer;
  return Status::created;
}

Status check_closed(const Account& debit, const Account& credit, Licence licence,
                    std::uint8_t& overrode) {
  const bool debit_is_closed = (debit.flags & account_flag::closed) != 0;
  const bool credit_is_closed = (credit.flags & account_flag::closed) != 0;
  if (!debit_is_closed && !credit_is_closed) return Status::created;
  if (!licence.closed) {
    return debit_is_closed ? Status::debit_account_already_closed
                           : Status::credit_account_already_closed;
  }
  if (debit_is_closed) overrode |= overrode::closed_debit;
  if (credit_is_closed) overrode |= overrode::closed_credit;
  return Status::created;
}

Status check_frozen(const Account& debit, const Account& credit, Licence licence,
                    std::uint8_t& overrode) {
  const bool debit_is_frozen = (debit.flags & account_flag::debits_frozen) != 0;
  const bool credit_is_frozen = (credit.flags & account_flag::credits_frozen) != 0;
  if (!debit_is_frozen && !credit_is_frozen) return Status::created;
  if (!licence.frozen) {
    return debit_is_frozen ? Status::debit_account_frozen : Status::credit_account_frozen;
  }
  if (debit_is_frozen) overrode |= overrode::frozen_debit;
  if (credit_is_frozen) overrode |= overrode::frozen_credit;
  return Status::created;
}

Status check_overflow(const Account& debit, const Account& credit, u128 amount, bool pends) {
  const u128 debits = debit.debits_posted.value().wide();
  const u128 debits_held = debit.debits_pending.value().wide();
  const u128 credits = credit.credits_posted.value().wide();
  const u128 credits_held = credit.credits_pending.value().wide();
  if (pends && overflows(debits_held, amount)) return Status::overflows_debits_pending;
  if (pends && overflows(credits_held, amount)) return Status::overflows_credits_pending;
  if (overflows(debits, amount)) return Status::overflows_debits_posted;
  if (overflows(credits, amount)) return Status::overflows_credits_posted;
  // A sum of posted and pending never overflows: each transfer made sure of it.
  if (overflows(debits + debits_held, amount)) return Status::overflows_debits;
  if (overflows(credits + credits_held, amount)) return Status::overflows_credits;
  return Status::created;
}

bool falls_below(const Account& account, u128 amount, const Int128& minimum) {
  // No overflow: check_overflow() came before, or the amount is 0.
  const u128 debits =
      account.debits_posted.value().wide() + account.debits_pending.value().wide() + amount;
  // credits >= debits + minimum, with the minimum brought to the side where it is not negative.
  const u128 credits = account.credits_posted.value().wide();
  if (minimum.negative()) {
    const u128 down = ~Uint128{minimum.lo, minimum.hi}.wide() + 1;
    return credits <= u128_max - down && credits + down < debits;
  }
  const u128 up = Uint128{minimum.lo, minimum.hi}.wide();
  return debits > u128_max - up || credits < debits + up;
}

bool rises_above(const Account& account, u128 amount, const Int128& maximum) {
  const u128 credits =
      account.credits_posted.value().wide() + account.credits_pending.value().wide() + amount;
  return !reaches(account.debits_posted.value().wide(), maximum, credits);
}

Status check_limits(const State& state, AccountSlot debit_slot, AccountSlot credit_slot,
                    u128 amount, Licence licence, std::uint8_t& overrode) {
  const Account& debit = state.accounts.at(debit_slot);
  const Account& credit = state.accounts.at(credit_slot);
  constexpr unsigned watched = account_flag::debits_must_not_exceed_credits |
                               account_flag::credits_must_not_exceed_debits |
                               account_state::limited;
  if (((debit.flags | credit.flags) & watched) == 0) [[likely]]
    return Status::created;
  Status status = Status::created;
  if ((credit.flags & account_state::limited) != 0 &&
      rises_above(credit, amount, state.accounts.limits(credit_slot).maximum)) {
    status = Status::above_maximum;
  }
  if ((debit.flags & account_state::limited) != 0 &&
      falls_below(debit, amount, state.accounts.limits(debit_slot).minimum)) {
    status = Status::below_minimum;
  }
  const u128 credits = credit.credits_pending.value().wide() + credit.credits_posted.value().wide();
  if ((credit.flags & account_flag::credits_must_not_exceed_debits) != 0 &&
      credits + amount > credit.debits_posted.value().wide()) {
    status = Status::exceeds_debits;
  }
  const u128 debits = debit.debits_pending.value().wide() + debit.debits_posted.value().wide();
  if ((debit.flags & account_flag::debits_must_not_exceed_credits) != 0 &&
      debits + amount > debit.credits_posted.value().wide()) {
    status = Status::exceeds_credits;
  }
  if (status == Status::created || !licence.limits) return status;
  overrode |= overrode::limits;
  return Status::created;
}

void inherit(Transfer& record, BusinessId business_id, TraceId trace_id, UserId user_id, Tag tag) {
  if (record.business_id.value().is_zero()) record.business_id = business_id;
  if (record.trace_id.value().is_zero()) record.trace_id = trace_id;
  if (record.user_id.value() == 0) record.user_id = user_id;
  if (record.tag.value() == 0) record.tag = tag;
}

}  // namespace daybook::transfer_rules
