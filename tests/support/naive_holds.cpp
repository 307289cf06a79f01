#include <algorithm>

#include "tests/support/naive_ledger.hpp"

namespace daybook::test {
namespace {

using Status = CreateTransferStatus;

bool posts(const Transfer& transfer) { return has(transfer, transfer_flag::post_pending_transfer); }

bool voids(const Transfer& transfer) { return has(transfer, transfer_flag::void_pending_transfer); }

/// What depends on a post's or void's own fields only.
Status judge_fields(const Transfer& transfer) {
  constexpr unsigned of_others = transfer_flag::pending | transfer_flag::balancing_debit |
                                 transfer_flag::balancing_credit | transfer_flag::closing_debit |
                                 transfer_flag::closing_credit;
  const Uint128 pending_id = transfer.pending_id.value();
  if (posts(transfer) && voids(transfer)) return Status::flags_are_mutually_exclusive;
  if (has(transfer, of_others)) return Status::flags_are_mutually_exclusive;
  if (voids(transfer) && has(transfer, transfer_flag::keep_remainder)) {
    return Status::flags_are_mutually_exclusive;
  }
  if (pending_id.is_zero()) return Status::pending_id_must_not_be_zero;
  if (pending_id.is_max()) return Status::pending_id_must_not_be_int_max;
  if (transfer.pending_id == transfer.id) return Status::pending_id_must_be_different;
  if (transfer.timeout != 0) return Status::timeout_reserved_for_pending_transfer;
  return Status::created;
}

/// The amount asked for, against what the hold holds or, once it is resolved, what it held first.
Status judge_amount(const Transfer& transfer, Amount held) {
  const u128 amount = wide(transfer.amount);
  if (has(transfer, transfer_flag::keep_remainder) && amount == 0) {
    return Status::amount_must_not_be_zero;
  }
  if (posts(transfer) && amount == u128_max) return Status::created;
  if (amount > wide(held)) return Status::exceeds_pending_transfer_amount;
  if (voids(transfer) && amount != 0 && amount < wide(held)) {
    return Status::pending_transfer_has_different_amount;
  }
  return Status::created;
}

}  // namespace

CreateTransferStatus judge_named_fields(const Transfer& asked, const Transfer& named) {
  if (asked.debit_account_id != AccountId{} && asked.debit_account_id != named.debit_account_id) {
    return Status::pending_transfer_has_different_debit_account_id;
  }
  if (asked.credit_account_id != AccountId{} &&
      asked.credit_account_id != named.credit_account_id) {
    return Status::pending_transfer_has_different_credit_account_id;
  }
  if (asked.ledger != LedgerId{} && asked.ledger != named.ledger) {
    return Status::pending_transfer_has_different_ledger;
  }
  if (asked.code != Code{} && asked.code != named.code) {
    return Status::pending_transfer_has_different_code;
  }
  return Status::created;
}

Transfer with_inherited(const Transfer& asked, const Transfer& named) {
  Transfer made = asked;
  made.debit_account_id = named.debit_account_id;
  made.credit_account_id = named.credit_account_id;
  made.ledger = named.ledger;
  made.code = named.code;
  if (made.business_id == BusinessId{}) made.business_id = named.business_id;
  if (made.trace_id == TraceId{}) made.trace_id = named.trace_id;
  if (made.user_id == UserId{}) made.user_id = named.user_id;
  if (made.tag == Tag{}) made.tag = named.tag;
  return made;
}

// ---- Posting and voiding. ----

CreateTransferStatus NaiveLedger::judge_hold(const Transfer& transfer, const NaiveTransfer& hold,
                                             const Slot& slot) const {
  const bool is_owned = hold.owner != Uint128{};
  const bool owns = slot.authority == Authority::coordinator && slot.owner == hold.owner;
  if (is_owned && !owns) return Status::hold_is_owned;
  Status status = judge_named_fields(transfer, hold.transfer);
  if (status != Status::created) return status;
  status = judge_amount(transfer, hold.is_open_hold() ? hold.held() : hold.transfer.amount);
  if (status != Status::created) return status;
  if (hold.state == HoldState::posted) return Status::pending_transfer_already_posted;
  if (hold.state == HoldState::voided) return Status::pending_transfer_already_voided;
  if (hold.state == HoldState::expired) return Status::pending_transfer_expired;
  const std::uint64_t now = slot.batch_is_imported ? transfer.timestamp.value() : slot.timestamp;
  if (hold.expires_at() != 0 && hold.expires_at() <= now) return Status::pending_transfer_expired;
  if (slot.batch_is_imported && transfer_must_not_regress(transfer.timestamp)) {
    return Status::imported_event_timestamp_must_not_regress;
  }
  return Status::created;
}

NaiveLedger::Verdict NaiveLedger::judge_resolution(const Transfer& transfer,
                                                   const Slot& slot) const {
  Verdict verdict;
  verdict.status = judge_fields(transfer);
  if (verdict.status != Status::created) return verdict;
  const auto found = transfers_.find(transfer.pending_id);
  if (found == transfers_.end()) return {Status::pending_transfer_not_found, {}};
  const NaiveTransfer& hold = found->second;
  if (!hold.is_pending()) return {Status::pending_transfer_not_pending, {}};
  verdict.status = judge_hold(transfer, hold, slot);
  if (verdict.status != Status::created) return verdict;

  if (posts(transfer)) {
    const NaiveAccount& debit = books_.accounts.at(hold.transfer.debit_account_id);
    const NaiveAccount& credit = books_.accounts.at(hold.transfer.credit_account_id);
    if (slot.authority != Authority::coordinator) {
      if (debit.is_closed()) return {Status::debit_account_already_closed, {}};
      if (credit.is_closed()) return {Status::credit_account_already_closed, {}};
    } else {
      if (debit.is_closed()) verdict.overrode |= overrode::closed_debit;
      if (credit.is_closed()) verdict.overrode |= overrode::closed_credit;
      if (debit.debits_frozen) verdict.overrode |= overrode::frozen_debit;
      if (credit.credits_frozen) verdict.overrode |= overrode::frozen_credit;
    }
  }
  verdict.record = with_inherited(transfer, hold.transfer);
  if (!slot.batch_is_imported) verdict.record.timestamp = Timestamp{slot.timestamp};
  if (voids(transfer) || transfer.amount.value().is_max()) verdict.record.amount = hold.held();
  verdict.took_the_rest = posts(transfer) && verdict.record.amount == hold.held();
  return verdict;
}

// ---- What becomes of a hold. ----

void NaiveLedger::open_hold(const NaiveTransfer& pending) {
  const Transfer& transfer = pending.transfer;
  NaiveAccount& debit = books_.accounts.at(transfer.debit_account_id);
  NaiveAccount& credit = books_.accounts.at(transfer.credit_account_id);
  debit.account.debits_pending = plus(debit.account.debits_pending, transfer.amount);
  credit.account.credits_pending = plus(credit.account.credits_pending, transfer.amount);
  if (has(transfer, transfer_flag::closing_debit)) debit.closed_by.insert(transfer.id);
  if (has(transfer, transfer_flag::closing_credit)) credit.closed_by.insert(transfer.id);
  open_holds_.insert(transfer.id);
}

/// Releases all that is held, whatever the reason.
void NaiveLedger::close_hold(NaiveTransfer& hold, HoldState state) {
  NaiveAccount& debit = books_.accounts.at(hold.transfer.debit_account_id);
  NaiveAccount& credit = books_.accounts.at(hold.transfer.credit_account_id);
  debit.account.debits_pending = minus(debit.account.debits_pending, hold.held());
  credit.account.credits_pending = minus(credit.account.credits_pending, hold.held());
  debit.closed_by.erase(hold.transfer.id);
  credit.closed_by.erase(hold.transfer.id);
  hold.state = state;
  open_holds_.erase(hold.transfer.id);
}

void NaiveLedger::resolve(const NaiveTransfer& resolution) {
  const Transfer& transfer = resolution.transfer;
  NaiveTransfer& hold = transfers_.at(transfer.pending_id);
  if (voids(transfer)) {
    close_hold(hold, HoldState::voided);
    hold.resolved_by = transfer.id;
    return;
  }
  Account& debit = books_.accounts.at(transfer.debit_account_id).account;
  Account& credit = books_.accounts.at(transfer.credit_account_id).account;
  debit.debits_posted = plus(debit.debits_posted, transfer.amount);
  credit.credits_posted = plus(credit.credits_posted, transfer.amount);
  if (has(transfer, transfer_flag::keep_remainder) && !resolution.took_the_rest) {
    debit.debits_pending = minus(debit.debits_pending, transfer.amount);
    credit.credits_pending = minus(credit.credits_pending, transfer.amount);
    hold.posted = plus(hold.posted, transfer.amount);
    return;
  }
  close_hold(hold, HoldState::posted);
  hold.posted = plus(hold.posted, transfer.amount);
  hold.resolved_by = transfer.id;
}

/// In the order of (expires_at, creation), as one operation whose record takes a sequence too.
std::vector<TransferId> NaiveLedger::release_due(std::uint32_t limit) {
  const std::uint64_t now = std::max(clock_now(), last_timestamp_);
  std::vector<TransferId> due;
  for (const TransferId id : open_holds_) {
    const std::uint64_t expires_at = transfers_.at(id).expires_at();
    if (expires_at != 0 && expires_at <= now) due.push_back(id);
  }
  if (due.empty()) return due;
  std::sort(due.begin(), due.end(), [this](TransferId a, TransferId b) {
    const NaiveTransfer& left = transfers_.at(a);
    const NaiveTransfer& right = transfers_.at(b);
    if (left.expires_at() != right.expires_at()) return left.expires_at() < right.expires_at();
    return left.sequence < right.sequence;
  });
  if (due.size() > limit) due.resize(limit);
  last_timestamp_ = now;
  last_sequence_ += 1 + due.size();
  for (const TransferId id : due) close_hold(transfers_.at(id), HoldState::expired);
  return due;
}

std::optional<HoldView> NaiveLedger::hold(TransferId id) const {
  const auto found = transfers_.find(id);
  if (found == transfers_.end() || !found->second.is_pending()) return std::nullopt;
  const NaiveTransfer& hold = found->second;
  HoldView view;
  view.id = id;
  view.debit_account_id = hold.transfer.debit_account_id;
  view.credit_account_id = hold.transfer.credit_account_id;
  view.amount = hold.transfer.amount;
  view.posted = hold.posted;
  if (hold.is_open_hold()) view.held = hold.held();
  view.owner = hold.owner;
  view.resolved_by = hold.resolved_by;
  view.sequence = Sequence{hold.sequence};
  view.expires_at = Timestamp{hold.expires_at()};
  view.ledger = hold.transfer.ledger;
  view.code = hold.transfer.code;
  view.state = hold.state;
  return view;
}

}  // namespace daybook::test
