#include <algorithm>

#include "tests/support/naive_ledger.hpp"

namespace daybook::test {
namespace {

using Status = CreateTransferStatus;

constexpr unsigned resolving =
    transfer_flag::post_pending_transfer | transfer_flag::void_pending_transfer;
constexpr unsigned naming_another = resolving | transfer_flag::reversal;
constexpr unsigned balancing = transfer_flag::balancing_debit | transfer_flag::balancing_credit;
constexpr unsigned closing = transfer_flag::closing_debit | transfer_flag::closing_credit;

/// What depends on a plain or pending transfer's own fields only, once its id is new.
Status judge_fields(const Transfer& transfer) {
  const Uint128 debit = transfer.debit_account_id.value();
  const Uint128 credit = transfer.credit_account_id.value();
  const bool pends = has(transfer, transfer_flag::pending);
  if (has(transfer, transfer_flag::keep_remainder)) return Status::flags_are_mutually_exclusive;
  if (debit.is_zero()) return Status::debit_account_id_must_not_be_zero;
  if (debit.is_max()) return Status::debit_account_id_must_not_be_int_max;
  if (credit.is_zero()) return Status::credit_account_id_must_not_be_zero;
  if (credit.is_max()) return Status::credit_account_id_must_not_be_int_max;
  if (debit == credit) return Status::accounts_must_be_different;
  if (!transfer.pending_id.value().is_zero()) return Status::pending_id_must_be_zero;
  if (!pends && transfer.timeout != 0) return Status::timeout_reserved_for_pending_transfer;
  if (!pends && has(transfer, closing)) return Status::closing_transfer_must_be_pending;
  if (transfer.ledger.value() == 0) return Status::ledger_must_not_be_zero;
  if (transfer.code.value() == 0) return Status::code_must_not_be_zero;
  return Status::created;
}

/// At most what the accounts have.
Amount balanced(const Transfer& transfer, const Account& debit, const Account& credit) {
  Amount amount = transfer.amount;
  const auto at_most = [&amount](Amount given, Amount used, Amount held) {
    const BigNumber left = BigNumber{given} - BigNumber{used} - BigNumber{held};
    if (left.negative()) {
      amount = Amount{};
    } else if (left < BigNumber{amount}) {
      amount = minus(minus(given, used), held);
    }
  };
  if (has(transfer, transfer_flag::balancing_debit)) {
    at_most(debit.credits_posted, debit.debits_posted, debit.debits_pending);
  }
  if (has(transfer, transfer_flag::balancing_credit)) {
    at_most(credit.debits_posted, credit.credits_posted, credit.credits_pending);
  }
  return amount;
}

/// May a repeat ask for this amount?
bool amount_matches(const Transfer& now, const NaiveTransfer& then) {
  const Amount recorded = then.transfer.amount;
  if (has(now, balancing)) return now.amount >= recorded;
  if (has(now, transfer_flag::post_pending_transfer) && now.amount.value().is_max()) {
    return then.took_the_rest;
  }
  if (has(now, transfer_flag::void_pending_transfer) && wide(now.amount) == 0) return true;
  if (has(now, transfer_flag::reversal) && wide(now.amount) == 0) return then.took_the_rest;
  return now.amount == recorded;
}

}  // namespace

CreateTransferStatus judge_overflow(const Account& debit, const Account& credit, u128 amount,
                                    bool pends) {
  const u128 debits_pending = wide(debit.debits_pending);
  const u128 debits_posted = wide(debit.debits_posted);
  const u128 credits_pending = wide(credit.credits_pending);
  const u128 credits_posted = wide(credit.credits_posted);
  if (pends && overflows(debits_pending, amount)) return Status::overflows_debits_pending;
  if (pends && overflows(credits_pending, amount)) return Status::overflows_credits_pending;
  if (overflows(debits_posted, amount)) return Status::overflows_debits_posted;
  if (overflows(credits_posted, amount)) return Status::overflows_credits_posted;
  if (overflows(debits_pending + debits_posted, amount)) return Status::overflows_debits;
  if (overflows(credits_pending + credits_posted, amount)) return Status::overflows_credits;
  return Status::created;
}

CreateTransferStatus judge_limits(const NaiveAccount& debit, const NaiveAccount& credit,
                                  Amount amount) {
  const BigNumber zero{Amount{}};
  if (has(debit.account, account_flag::debits_must_not_exceed_credits) &&
      debit.after_debit(amount) < zero) {
    return Status::exceeds_credits;
  }
  if (has(credit.account, account_flag::credits_must_not_exceed_debits) &&
      zero < credit.after_credit(amount)) {
    return Status::exceeds_debits;
  }
  if (debit.limited && debit.after_debit(amount) < BigNumber{debit.minimum}) {
    return Status::below_minimum;
  }
  if (credit.limited && BigNumber{credit.maximum} < credit.after_credit(amount)) {
    return Status::above_maximum;
  }
  return Status::created;
}

// ---- Judging. ----

NaiveLedger::Verdict NaiveLedger::judge(const Transfer& transfer, const Slot& slot) const {
  const auto wrong_time = judge_time<Status>(transfer, has(transfer, transfer_flag::imported),
                                             slot.batch_is_imported, slot.batch_time);
  if (wrong_time) return {*wrong_time, {}};
  constexpr unsigned reserved_flags = 0b0011'1110'0000'0000;  // Bits 9 to 13.
  if (has(transfer, reserved_flags)) return {Status::reserved_flag, {}};
  if (transfer.id.value().is_zero()) return {Status::id_must_not_be_zero, {}};
  if (transfer.id.value().is_max()) return {Status::id_must_not_be_int_max, {}};
  const auto original = transfers_.find(transfer.id);
  if (original != transfers_.end()) return {compare(transfer, original->second), {}};
  if (burnt_.contains(transfer.id)) return {Status::id_already_failed, {}};
  if (has(transfer, transfer_flag::reversal)) return judge_reversal(transfer, slot);
  if (has(transfer, resolving)) return judge_resolution(transfer, slot);
  return judge_plain(transfer, slot);
}

/// Of what names another transfer, 0 is anything, or what it would inherit.
CreateTransferStatus NaiveLedger::compare(const Transfer& now, const NaiveTransfer& then) const {
  Transfer old = then.transfer;
  if (now.flags != old.flags) return Status::exists_with_different_flags;
  if (now.pending_id != old.pending_id) return Status::exists_with_different_pending_id;
  if (now.timeout != old.timeout) return Status::exists_with_different_timeout;
  Transfer asked = now;
  if (has(now, naming_another)) {
    const Transfer& named = transfers_.at(old.pending_id).transfer;
    if (asked.debit_account_id == AccountId{}) asked.debit_account_id = old.debit_account_id;
    if (asked.credit_account_id == AccountId{}) asked.credit_account_id = old.credit_account_id;
    if (asked.ledger == LedgerId{}) asked.ledger = old.ledger;
    if (asked.code == Code{}) asked.code = old.code;
    if (asked.business_id == BusinessId{}) asked.business_id = named.business_id;
    if (asked.user_id == UserId{}) asked.user_id = named.user_id;
    if (asked.tag == Tag{}) asked.tag = named.tag;
  }
  if (asked.debit_account_id != old.debit_account_id) {
    return Status::exists_with_different_debit_account_id;
  }
  if (asked.credit_account_id != old.credit_account_id) {
    return Status::exists_with_different_credit_account_id;
  }
  if (!amount_matches(now, then)) return Status::exists_with_different_amount;
  if (asked.business_id != old.business_id) return Status::exists_with_different_business_id;
  if (asked.user_id != old.user_id) return Status::exists_with_different_user_id;
  if (asked.tag != old.tag) return Status::exists_with_different_tag;
  if (asked.ledger != old.ledger) return Status::exists_with_different_ledger;
  if (asked.code != old.code) return Status::exists_with_different_code;
  return Status::exists;
}

bool NaiveLedger::transfer_must_not_regress(Timestamp timestamp) const {
  const std::uint64_t last = transfer_times_.empty() ? 0 : *transfer_times_.rbegin();
  return timestamp.value() <= last || an_account_has(timestamp);
}

CreateTransferStatus NaiveLedger::judge_import(const Transfer& transfer, const Account& debit,
                                               const Account& credit) const {
  if (transfer_must_not_regress(transfer.timestamp)) {
    return Status::imported_event_timestamp_must_not_regress;
  }
  if (transfer.timestamp <= debit.timestamp) {
    return Status::imported_event_timestamp_must_postdate_debit_account;
  }
  if (transfer.timestamp <= credit.timestamp) {
    return Status::imported_event_timestamp_must_postdate_credit_account;
  }
  if (transfer.timeout != 0) return Status::imported_event_timeout_must_be_zero;
  return Status::created;
}

NaiveLedger::Verdict NaiveLedger::judge_plain(const Transfer& transfer, const Slot& slot) const {
  Status status = judge_fields(transfer);
  if (status != Status::created) return {status, {}};
  const auto debit_found = books_.accounts.find(transfer.debit_account_id);
  const auto credit_found = books_.accounts.find(transfer.credit_account_id);
  if (debit_found == books_.accounts.end()) return {Status::debit_account_not_found, {}};
  if (credit_found == books_.accounts.end()) return {Status::credit_account_not_found, {}};
  const NaiveAccount& debit = debit_found->second;
  const NaiveAccount& credit = credit_found->second;
  if (debit.account.ledger != credit.account.ledger) {
    return {Status::accounts_must_have_the_same_ledger, {}};
  }
  if (transfer.ledger != debit.account.ledger) {
    return {Status::transfer_must_have_the_same_ledger_as_accounts, {}};
  }
  if (slot.batch_is_imported) status = judge_import(transfer, debit.account, credit.account);
  if (status != Status::created) return {status, {}};
  if (debit.is_closed()) return {Status::debit_account_already_closed, {}};
  if (credit.is_closed()) return {Status::credit_account_already_closed, {}};
  if (debit.debits_frozen) return {Status::debit_account_frozen, {}};
  if (credit.credits_frozen) return {Status::credit_account_frozen, {}};

  Transfer made = transfer;
  made.amount = balanced(transfer, debit.account, credit.account);
  if (!slot.batch_is_imported) made.timestamp = Timestamp{slot.timestamp};
  status = judge_overflow(debit.account, credit.account, wide(made.amount),
                          has(transfer, transfer_flag::pending));
  if (status != Status::created) return {status, {}};
  constexpr std::uint64_t second = 1'000'000'000;
  const u128 deadline = u128{made.timestamp.value()} + u128{made.timeout} * second;
  if (deadline > naive_time_max) return {Status::overflows_timeout, {}};
  return {judge_limits(debit, credit, made.amount), made};
}

// ---- Recording. ----

NaiveLedger::Decision NaiveLedger::create(const Transfer& transfer, const Slot& slot) {
  const Verdict verdict = judge(transfer, slot);
  if (verdict.status == Status::created) record(verdict, slot);
  Timestamp timestamp{slot.timestamp};
  if (verdict.status == Status::exists) {
    timestamp = transfers_.at(transfer.id).transfer.timestamp;
  }
  return {static_cast<std::uint16_t>(verdict.status), timestamp};
}

void NaiveLedger::record(const Verdict& verdict, const Slot& slot) {
  NaiveTransfer made;
  made.transfer = verdict.record;
  made.sequence = ++last_sequence_;
  made.authority = slot.authority;
  made.overrode = verdict.overrode;
  made.took_the_rest = verdict.took_the_rest;
  if (made.is_pending()) made.owner = slot.owner;

  const Transfer& transfer = made.transfer;
  Account& debit = books_.accounts.at(transfer.debit_account_id).account;
  Account& credit = books_.accounts.at(transfer.credit_account_id).account;
  if (made.is_pending()) {
    open_hold(made);
  } else if (has(transfer, resolving)) {
    resolve(made);
  } else {
    debit.debits_posted = plus(debit.debits_posted, transfer.amount);
    credit.credits_posted = plus(credit.credits_posted, transfer.amount);
  }
  if (has(transfer, transfer_flag::reversal)) {
    NaiveTransfer& target = transfers_.at(transfer.pending_id);
    target.reversed = plus(target.reversed, transfer.amount);
  }
  transfers_[transfer.id] = made;
  transfer_times_.insert(transfer.timestamp.value());
}

}  // namespace daybook::test
