#include "engine/decide/decide_account.hpp"

#include "engine/base/limits.hpp"

namespace daybook {
namespace {

using Status = CreateAccountStatus;

Status check_form(const BatchRules& rules, const Account& event) {
  const bool imported = (event.flags & account_flag::imported) != 0;
  if (imported != rules.imported) {
    return rules.imported ? Status::imported_event_expected : Status::imported_event_not_expected;
  }
  if (!imported && event.timestamp.value() != 0) return Status::timestamp_must_be_zero;
  if (imported) {
    if (event.timestamp.value() < 1 || event.timestamp.value() > limits::timestamp_max) {
      return Status::imported_event_timestamp_out_of_range;
    }
    if (event.timestamp >= rules.time) return Status::imported_event_timestamp_must_not_advance;
  }
  if (event.reserved != 0) return Status::reserved_field;
  if ((event.flags & ~account_flag::known) != 0) return Status::reserved_flag;
  if (imported) return Status::not_supported_yet;
  if (event.id.value().is_zero()) return Status::id_must_not_be_zero;
  if (event.id.value().is_max()) return Status::id_must_not_be_int_max;
  return Status::created;
}

Status compare(const Account& existing, const Account& event) {
  if (existing.flags != event.flags) return Status::exists_with_different_flags;
  if (existing.business_id != event.business_id) return Status::exists_with_different_business_id;
  if (existing.user_id != event.user_id) return Status::exists_with_different_user_id;
  if (existing.tag != event.tag) return Status::exists_with_different_tag;
  if (existing.ledger != event.ledger) return Status::exists_with_different_ledger;
  if (existing.code != event.code) return Status::exists_with_different_code;
  return Status::exists;
}

bool may_use_ledger(const State& state, const BatchRules& rules, LedgerId ledger) {
  return state.ledgers.contains(ledger) || (rules.auto_ledgers && !state.ledgers.full());
}

Status check_new(const State& state, const BatchRules& rules, const Account& event) {
  constexpr std::uint16_t both =
      account_flag::debits_must_not_exceed_credits | account_flag::credits_must_not_exceed_debits;
  if ((event.flags & both) == both) return Status::flags_are_mutually_exclusive;
  if (!event.debits_pending.value().is_zero()) return Status::debits_pending_must_be_zero;
  if (!event.debits_posted.value().is_zero()) return Status::debits_posted_must_be_zero;
  if (!event.credits_pending.value().is_zero()) return Status::credits_pending_must_be_zero;
  if (!event.credits_posted.value().is_zero()) return Status::credits_posted_must_be_zero;
  if (event.ledger.value() == 0) return Status::ledger_must_not_be_zero;
  if (!may_use_ledger(state, rules, event.ledger)) return Status::ledger_not_registered;
  if (event.code.value() == 0) return Status::code_must_not_be_zero;
  return Status::created;
}

}  // namespace

AccountDecision decide_account(const State& state, const BatchRules& rules, const Account& event) {
  if (const Status status = check_form(rules, event); status != Status::created)
    return {status, {}};
  const AccountSlot slot = state.accounts.find(event.id);
  if (slot != no_account) {
    const Account& existing = state.accounts.at(slot);
    return {compare(existing, event), existing.timestamp};
  }
  return {check_new(state, rules, event), {}};
}

}  // namespace daybook
