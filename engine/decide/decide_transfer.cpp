#include "engine/decide/decide_transfer.hpp"

#include "engine/base/limits.hpp"

namespace daybook {
namespace {

using Status = CreateTransferStatus;

// Built later; until then refused where the order of checks would first look at them.
constexpr std::uint16_t unsupported_flags =
    transfer_flag::pending | transfer_flag::post_pending_transfer |
    transfer_flag::void_pending_transfer | transfer_flag::balancing_debit |
    transfer_flag::balancing_credit | transfer_flag::closing_debit | transfer_flag::closing_credit |
    transfer_flag::imported | transfer_flag::keep_remainder | transfer_flag::reversal;

Status check_imported(const BatchRules& rules, const Transfer& event) {
  if (event.timestamp.value() < 1 || event.timestamp.value() > limits::timestamp_max) {
    return Status::imported_event_timestamp_out_of_range;
  }
  if (event.timestamp >= rules.time) return Status::imported_event_timestamp_must_not_advance;
  return Status::created;
}

Status check_form(const BatchRules& rules, const Transfer& event) {
  const bool imported = (event.flags & transfer_flag::imported) != 0;
  if (imported != rules.imported) {
    return rules.imported ? Status::imported_event_expected : Status::imported_event_not_expected;
  }
  if (imported) {
    if (const Status status = check_imported(rules, event); status != Status::created) {
      return status;
    }
  } else if (event.timestamp.value() != 0) {
    return Status::timestamp_must_be_zero;
  }
  if ((event.flags & ~transfer_flag::known) != 0) return Status::reserved_flag;
  if ((event.flags & unsupported_flags) != 0) return Status::not_supported_yet;
  if (event.id.value().is_zero()) return Status::id_must_not_be_zero;
  if (event.id.value().is_max()) return Status::id_must_not_be_int_max;
  return Status::created;
}

Status compare(const Transfer& existing, const Transfer& event) {
  if (existing.flags != event.flags) return Status::exists_with_different_flags;
  if (existing.pending_id != event.pending_id) return Status::exists_with_different_pending_id;
  if (existing.timeout != event.timeout) return Status::exists_with_different_timeout;
  if (existing.debit_account_id != event.debit_account_id) {
    return Status::exists_with_different_debit_account_id;
  }
  if (existing.credit_account_id != event.credit_account_id) {
    return Status::exists_with_different_credit_account_id;
  }
  if (existing.amount != event.amount) return Status::exists_with_different_amount;
  if (existing.business_id != event.business_id) return Status::exists_with_different_business_id;
  if (existing.user_id != event.user_id) return Status::exists_with_different_user_id;
  if (existing.tag != event.tag) return Status::exists_with_different_tag;
  if (existing.ledger != event.ledger) return Status::exists_with_different_ledger;
  if (existing.code != event.code) return Status::exists_with_different_code;
  return Status::exists;
}

Status check_fields(const Transfer& event) {
  if (event.debit_account_id.value().is_zero()) return Status::debit_account_id_must_not_be_zero;
  if (event.debit_account_id.value().is_max()) return Status::debit_account_id_must_not_be_int_max;
  if (event.credit_account_id.value().is_zero()) return Status::credit_account_id_must_not_be_zero;
  if (event.credit_account_id.value().is_max()) {
    return Status::credit_account_id_must_not_be_int_max;
  }
  if (event.debit_account_id == event.credit_account_id) return Status::accounts_must_be_different;
  if (!event.pending_id.value().is_zero()) return Status::pending_id_must_be_zero;
  if (event.timeout != 0) return Status::timeout_reserved_for_pending_transfer;
  if (event.ledger.value() == 0) return Status::ledger_must_not_be_zero;
  if (event.code.value() == 0) return Status::code_must_not_be_zero;
  return Status::created;
}

bool overflows(u128 sum, u128 amount) { return amount > u128_max - sum; }

Status check_balances(const Account& debit, const Account& credit, const Transfer& event) {
  if ((debit.flags & account_flag::closed) != 0) return Status::debit_account_already_closed;
  if ((credit.flags & account_flag::closed) != 0) return Status::credit_account_already_closed;

  const u128 amount = event.amount.value().wide();
  const u128 debits = debit.debits_posted.value().wide();
  const u128 debits_held = debit.debits_pending.value().wide();
  const u128 credits = credit.credits_posted.value().wide();
  const u128 credits_held = credit.credits_pending.value().wide();
  if (overflows(debits, amount)) return Status::overflows_debits_posted;
  if (overflows(credits, amount)) return Status::overflows_credits_posted;
  // A sum of posted and pending never overflows: each transfer made sure of it.
  if (overflows(debits + debits_held, amount)) return Status::overflows_debits;
  if (overflows(credits + credits_held, amount)) return Status::overflows_credits;

  if ((debit.flags & account_flag::debits_must_not_exceed_credits) != 0 &&
      debits_held + debits + amount > debit.credits_posted.value().wide()) {
    return Status::exceeds_credits;
  }
  if ((credit.flags & account_flag::credits_must_not_exceed_debits) != 0 &&
      credits_held + credits + amount > credit.debits_posted.value().wide()) {
    return Status::exceeds_debits;
  }
  return Status::created;
}

Status check_accounts(const State& state, const Transfer& event, const TransferDecision& decision) {
  if (decision.debit == no_account) return Status::debit_account_not_found;
  if (decision.credit == no_account) return Status::credit_account_not_found;
  const Account& debit = state.accounts.at(decision.debit);
  const Account& credit = state.accounts.at(decision.credit);
  if (debit.ledger != credit.ledger) return Status::accounts_must_have_the_same_ledger;
  if (event.ledger != debit.ledger) {
    return Status::transfer_must_have_the_same_ledger_as_accounts;
  }
  return check_balances(debit, credit, event);
}

// True when the id was used before: `decision` says what that answers. Out of line: new ids, the
// common case, spend nothing on it.
[[gnu::noinline]] bool decide_repeat(const State& state, FactReader& facts, const Transfer& event,
                                     const TransferTags& tags, TransferDecision& decision) {
  Transfer existing;
  const auto use = state.transfer_ids.find(event.id, tags.id, facts, &existing);
  if (!use) return false;
  decision.status = use->burnt ? Status::id_already_failed : compare(existing, event);
  if (!use->burnt) decision.original = existing.timestamp;
  return true;
}

}  // namespace

void prefetch_transfers(const State& state, std::span<const Transfer> transfers,
                        std::span<TransferTags> tags) {
  for (std::size_t at = 0; at < transfers.size(); ++at) {
    const Transfer& transfer = transfers[at];
    tags[at].id = state.transfer_ids.tag_of(transfer.id);
    tags[at].debit = state.accounts.tag_of(transfer.debit_account_id);
    tags[at].credit = state.accounts.tag_of(transfer.credit_account_id);
    state.transfer_ids.prefetch(tags[at].id);
    state.accounts.prefetch_index(tags[at].debit);
    state.accounts.prefetch_index(tags[at].credit);
  }
  for (std::size_t at = 0; at < transfers.size(); ++at) {
    tags[at].debit_slot = state.accounts.prefetch_candidate(tags[at].debit);
    tags[at].credit_slot = state.accounts.prefetch_candidate(tags[at].credit);
  }
}

TransferDecision decide_transfer(const State& state, FactReader& facts, const BatchRules& rules,
                                 const Transfer& event, const TransferTags& tags) {
  TransferDecision decision;
  decision.status = check_form(rules, event);
  if (decision.status != Status::created) return decision;

  if (state.transfer_ids.may_hold(tags.id)) [[unlikely]] {
    if (decide_repeat(state, facts, event, tags, decision)) return decision;
  }
  decision.status = check_fields(event);
  if (decision.status != Status::created) return decision;

  decision.debit = state.accounts.confirm(event.debit_account_id, tags.debit, tags.debit_slot);
  decision.credit = state.accounts.confirm(event.credit_account_id, tags.credit, tags.credit_slot);
  decision.status = check_accounts(state, event, decision);
  return decision;
}

}  // namespace daybook
