#include "engine/decide/decide_account.hpp"

#include "engine/base/limits.hpp"
#include "engine/decide/transfer_rules.hpp"
#include "engine/ledger/account_state.hpp"

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
  if (event.id.value().is_zero()) return Status::id_must_not_be_zero;
  if (event.id.value().is_max()) return Status::id_must_not_be_int_max;
  return Status::created;
}

Status compare(const Account& existing, const Account& event) {
  if (flags_as_created(existing) != event.flags) return Status::exists_with_different_flags;
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

Status check_new(const State& state, FactReader& facts, const BatchRules& rules,
                 const Account& event) {
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
  if (rules.imported && (event.timestamp <= state.accounts.last_timestamp() ||
                         state.transfer_times.has(event.timestamp, facts))) {
    return Status::imported_event_timestamp_must_not_regress;
  }
  return Status::created;
}

}  // namespace

AccountDecision decide_account(const State& state, FactReader& facts, const BatchRules& rules,
                               const Account& event) {
  if (const Status status = check_form(rules, event); status != Status::created)
    return {status, {}};
  const AccountSlot slot = state.accounts.find(event.id);
  if (slot != no_account) {
    const Account& existing = state.accounts.at(slot);
    return {compare(existing, event), existing.timestamp};
  }
  return {check_new(state, facts, rules, event), {}};
}

ChangeAccountStatus decide_change(const State& state, const AccountChange& event) {
  using Change = ChangeAccountStatus;
  if (event.timestamp.value() != 0) return Change::timestamp_must_be_zero;
  if (event.reserved != 0) return Change::reserved_field;
  if (to_string(event.kind) == "unknown_change") return Change::kind_unknown;
  const AccountSlot slot = state.accounts.find(event.account_id);
  if (slot == no_account) return Change::account_not_found;
  const bool freezes =
      event.kind == AccountChangeKind::freeze || event.kind == AccountChangeKind::unfreeze;
  const bool limits = event.kind == AccountChangeKind::set_limits;
  if (limits && event.maximum < event.minimum) return Change::minimum_must_not_exceed_maximum;
  if (freezes && (event.sides == 0 || event.sides > account_side::both)) {
    return Change::sides_unknown;
  }
  if (!limits) return Change::changed;
  const Account& account = state.accounts.at(slot);
  const bool outside = transfer_rules::falls_below(account, 0, event.minimum) ||
                       transfer_rules::rises_above(account, 0, event.maximum);
  return outside ? Change::outside_limits : Change::changed;
}

}  // namespace daybook
