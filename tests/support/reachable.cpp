#include "tests/support/reachable.hpp"

namespace daybook::test {

template <>
std::set<CreateAccountStatus> statuses_not_supported_yet() {
  return {CreateAccountStatus::imported_event_timestamp_must_not_regress};
}

template <>
std::set<CreateTransferStatus> statuses_not_supported_yet() {
  using Status = CreateTransferStatus;
  return {
      Status::flags_are_mutually_exclusive,
      Status::pending_id_must_not_be_zero,
      Status::pending_id_must_not_be_int_max,
      Status::pending_id_must_be_different,
      Status::closing_transfer_must_be_pending,
      Status::pending_transfer_not_found,
      Status::reversal_target_not_found,
      Status::reversal_target_not_posted,
      Status::pending_transfer_not_pending,
      Status::hold_is_owned,
      Status::pending_transfer_has_different_debit_account_id,
      Status::pending_transfer_has_different_credit_account_id,
      Status::pending_transfer_has_different_ledger,
      Status::pending_transfer_has_different_code,
      Status::amount_must_not_be_zero,
      Status::reversal_exceeds_original,
      Status::exceeds_pending_transfer_amount,
      Status::pending_transfer_has_different_amount,
      Status::pending_transfer_already_posted,
      Status::pending_transfer_already_voided,
      Status::pending_transfer_expired,
      Status::imported_event_timestamp_must_not_regress,
      Status::imported_event_timestamp_must_postdate_debit_account,
      Status::imported_event_timestamp_must_postdate_credit_account,
      Status::imported_event_timeout_must_be_zero,
      Status::debit_account_frozen,
      Status::credit_account_frozen,
      Status::overflows_debits_pending,
      Status::overflows_credits_pending,
      Status::overflows_debits,
      Status::overflows_credits,
      Status::overflows_timeout,
      Status::below_minimum,
      Status::above_maximum,
  };
}

}  // namespace daybook::test
