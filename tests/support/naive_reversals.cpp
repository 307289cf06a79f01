#include <utility>

#include "tests/support/naive_ledger.hpp"

namespace daybook::test {

using Status = CreateTransferStatus;

/// The opposite of a posted transfer, or of a part of it.
NaiveLedger::Verdict NaiveLedger::judge_reversal(const Transfer& transfer, const Slot& slot) const {
  constexpr unsigned allowed = transfer_flag::reversal | transfer_flag::linked;
  if (has(transfer, ~allowed)) return {Status::flags_are_mutually_exclusive, {}};
  if (transfer.pending_id.value().is_zero()) return {Status::pending_id_must_not_be_zero, {}};
  if (transfer.pending_id.value().is_max()) return {Status::pending_id_must_not_be_int_max, {}};
  if (transfer.pending_id == transfer.id) return {Status::pending_id_must_be_different, {}};
  if (transfer.timeout != 0) return {Status::timeout_reserved_for_pending_transfer, {}};
  const auto found = transfers_.find(transfer.pending_id);
  if (found == transfers_.end()) return {Status::reversal_target_not_found, {}};
  const Transfer& target = found->second.transfer;
  if (has(target, transfer_flag::pending | transfer_flag::void_pending_transfer |
                      transfer_flag::reversal)) {
    return {Status::reversal_target_not_posted, {}};
  }

  Verdict verdict;
  Transfer& made = verdict.record;
  made = target;
  std::swap(made.debit_account_id, made.credit_account_id);
  verdict.status = judge_named_fields(transfer, made);
  if (verdict.status != Status::created) return verdict;
  const Amount left = minus(target.amount, found->second.reversed);
  if (wide(left) == 0 || transfer.amount > left) return {Status::reversal_exceeds_original, {}};
  made = with_inherited(transfer, made);
  made.amount = wide(transfer.amount) == 0 ? left : transfer.amount;
  made.timestamp = Timestamp{slot.timestamp};
  verdict.took_the_rest = made.amount == left;

  const NaiveAccount& debit = books_.accounts.at(made.debit_account_id);
  const NaiveAccount& credit = books_.accounts.at(made.credit_account_id);
  const bool operates = slot.authority == Authority::operator_;
  const bool coordinates = slot.authority == Authority::coordinator;
  if (debit.is_closed()) return {Status::debit_account_already_closed, {}};
  if (credit.is_closed()) return {Status::credit_account_already_closed, {}};
  if (debit.debits_frozen) verdict.overrode |= overrode::frozen_debit;
  if (credit.credits_frozen) verdict.overrode |= overrode::frozen_credit;
  if (verdict.overrode != 0 && !operates && !coordinates) {
    return {debit.debits_frozen ? Status::debit_account_frozen : Status::credit_account_frozen, {}};
  }
  verdict.status = judge_overflow(debit.account, credit.account, wide(made.amount), false);
  if (verdict.status != Status::created) return verdict;
  verdict.status = judge_limits(debit, credit, made.amount);
  if (verdict.status != Status::created && operates) {
    verdict.status = Status::created;
    verdict.overrode |= overrode::limits;
  }
  return verdict;
}

}  // namespace daybook::test
