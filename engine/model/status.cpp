#include "engine/model/status.hpp"

#include <span>

namespace daybook {
namespace {

template <typename Status>
struct NameOf {
  Status status;
  std::string_view name;
};

constexpr NameOf<CreateAccountStatus> account_names[] = {
    {CreateAccountStatus::created, "created"},
    {CreateAccountStatus::linked_event_failed, "linked_event_failed"},
    {CreateAccountStatus::linked_event_chain_open, "linked_event_chain_open"},
    {CreateAccountStatus::imported_event_expected, "imported_event_expected"},
    {CreateAccountStatus::imported_event_not_expected, "imported_event_not_expected"},
    {CreateAccountStatus::timestamp_must_be_zero, "timestamp_must_be_zero"},
    {CreateAccountStatus::imported_event_timestamp_out_of_range,
     "imported_event_timestamp_out_of_range"},
    {CreateAccountStatus::imported_event_timestamp_must_not_advance,
     "imported_event_timestamp_must_not_advance"},
    {CreateAccountStatus::reserved_field, "reserved_field"},
    {CreateAccountStatus::reserved_flag, "reserved_flag"},
    {CreateAccountStatus::not_supported_yet, "not_supported_yet"},
    {CreateAccountStatus::id_must_not_be_zero, "id_must_not_be_zero"},
    {CreateAccountStatus::id_must_not_be_int_max, "id_must_not_be_int_max"},
    {CreateAccountStatus::exists_with_different_flags, "exists_with_different_flags"},
    {CreateAccountStatus::exists_with_different_business_id, "exists_with_different_business_id"},
    {CreateAccountStatus::exists_with_different_user_id, "exists_with_different_user_id"},
    {CreateAccountStatus::exists_with_different_tag, "exists_with_different_tag"},
    {CreateAccountStatus::exists_with_different_ledger, "exists_with_different_ledger"},
    {CreateAccountStatus::exists_with_different_code, "exists_with_different_code"},
    {CreateAccountStatus::exists, "exists"},
    {CreateAccountStatus::flags_are_mutually_exclusive, "flags_are_mutually_exclusive"},
    {CreateAccountStatus::debits_pending_must_be_zero, "debits_pending_must_be_zero"},
    {CreateAccountStatus::debits_posted_must_be_zero, "debits_posted_must_be_zero"},
    {CreateAccountStatus::credits_pending_must_be_zero, "credits_pending_must_be_zero"},
    {CreateAccountStatus::credits_posted_must_be_zero, "credits_posted_must_be_zero"},
    {CreateAccountStatus::ledger_must_not_be_zero, "ledger_must_not_be_zero"},
    {CreateAccountStatus::ledger_not_registered, "ledger_not_registered"},
    {CreateAccountStatus::code_must_not_be_zero, "code_must_not_be_zero"},
    {CreateAccountStatus::imported_event_timestamp_must_not_regress,
     "imported_event_timestamp_must_not_regress"},
};

constexpr NameOf<CreateTransferStatus> transfer_names[] = {
    {CreateTransferStatus::created, "created"},
    {CreateTransferStatus::linked_event_failed, "linked_event_failed"},
    {CreateTransferStatus::linked_event_chain_open, "linked_event_chain_open"},
    {CreateTransferStatus::imported_event_expected, "imported_event_expected"},
    {CreateTransferStatus::imported_event_not_expected, "imported_event_not_expected"},
    {CreateTransferStatus::timestamp_must_be_zero, "timestamp_must_be_zero"},
    {CreateTransferStatus::imported_event_timestamp_out_of_range,
     "imported_event_timestamp_out_of_range"},
    {CreateTransferStatus::imported_event_timestamp_must_not_advance,
     "imported_event_timestamp_must_not_advance"},
    {CreateTransferStatus::reserved_flag, "reserved_flag"},
    {CreateTransferStatus::not_supported_yet, "not_supported_yet"},
    {CreateTransferStatus::id_must_not_be_zero, "id_must_not_be_zero"},
    {CreateTransferStatus::id_must_not_be_int_max, "id_must_not_be_int_max"},
    {CreateTransferStatus::exists_with_different_flags, "exists_with_different_flags"},
    {CreateTransferStatus::exists_with_different_pending_id, "exists_with_different_pending_id"},
    {CreateTransferStatus::exists_with_different_timeout, "exists_with_different_timeout"},
    {CreateTransferStatus::exists_with_different_debit_account_id,
     "exists_with_different_debit_account_id"},
    {CreateTransferStatus::exists_with_different_credit_account_id,
     "exists_with_different_credit_account_id"},
    {CreateTransferStatus::exists_with_different_amount, "exists_with_different_amount"},
    {CreateTransferStatus::exists_with_different_business_id, "exists_with_different_business_id"},
    {CreateTransferStatus::exists_with_different_user_id, "exists_with_different_user_id"},
    {CreateTransferStatus::exists_with_different_tag, "exists_with_different_tag"},
    {CreateTransferStatus::exists_with_different_ledger, "exists_with_different_ledger"},
    {CreateTransferStatus::exists_with_different_code, "exists_with_different_code"},
    {CreateTransferStatus::exists, "exists"},
    {CreateTransferStatus::id_already_failed, "id_already_failed"},
    {CreateTransferStatus::flags_are_mutually_exclusive, "flags_are_mutually_exclusive"},
    {CreateTransferStatus::debit_account_id_must_not_be_zero, "debit_account_id_must_not_be_zero"},
    {CreateTransferStatus::debit_account_id_must_not_be_int_max,
     "debit_account_id_must_not_be_int_max"},
    {CreateTransferStatus::credit_account_id_must_not_be_zero,
     "credit_account_id_must_not_be_zero"},
    {CreateTransferStatus::credit_account_id_must_not_be_int_max,
     "credit_account_id_must_not_be_int_max"},
    {CreateTransferStatus::accounts_must_be_different, "accounts_must_be_different"},
    {CreateTransferStatus::pending_id_must_be_zero, "pending_id_must_be_zero"},
    {CreateTransferStatus::pending_id_must_not_be_zero, "pending_id_must_not_be_zero"},
    {CreateTransferStatus::pending_id_must_not_be_int_max, "pending_id_must_not_be_int_max"},
    {CreateTransferStatus::pending_id_must_be_different, "pending_id_must_be_different"},
    {CreateTransferStatus::timeout_reserved_for_pending_transfer,
     "timeout_reserved_for_pending_transfer"},
    {CreateTransferStatus::closing_transfer_must_be_pending, "closing_transfer_must_be_pending"},
    {CreateTransferStatus::ledger_must_not_be_zero, "ledger_must_not_be_zero"},
    {CreateTransferStatus::code_must_not_be_zero, "code_must_not_be_zero"},
    {CreateTransferStatus::debit_account_not_found, "debit_account_not_found"},
    {CreateTransferStatus::credit_account_not_found, "credit_account_not_found"},
    {CreateTransferStatus::accounts_must_have_the_same_ledger,
     "accounts_must_have_the_same_ledger"},
    {CreateTransferStatus::transfer_must_have_the_same_ledger_as_accounts,
     "transfer_must_have_the_same_ledger_as_accounts"},
    {CreateTransferStatus::pending_transfer_not_found, "pending_transfer_not_found"},
    {CreateTransferStatus::reversal_target_not_found, "reversal_target_not_found"},
    {CreateTransferStatus::reversal_target_not_posted, "reversal_target_not_posted"},
    {CreateTransferStatus::pending_transfer_not_pending, "pending_transfer_not_pending"},
    {CreateTransferStatus::hold_is_owned, "hold_is_owned"},
    {CreateTransferStatus::pending_transfer_has_different_debit_account_id,
     "pending_transfer_has_different_debit_account_id"},
    {CreateTransferStatus::pending_transfer_has_different_credit_account_id,
     "pending_transfer_has_different_credit_account_id"},
    {CreateTransferStatus::pending_transfer_has_different_ledger,
     "pending_transfer_has_different_ledger"},
    {CreateTransferStatus::pending_transfer_has_different_code,
     "pending_transfer_has_different_code"},
    {CreateTransferStatus::amount_must_not_be_zero, "amount_must_not_be_zero"},
    {CreateTransferStatus::reversal_exceeds_original, "reversal_exceeds_original"},
    {CreateTransferStatus::exceeds_pending_transfer_amount, "exceeds_pending_transfer_amount"},
    {CreateTransferStatus::pending_transfer_has_different_amount,
     "pending_transfer_has_different_amount"},
    {CreateTransferStatus::pending_transfer_already_posted, "pending_transfer_already_posted"},
    {CreateTransferStatus::pending_transfer_already_voided, "pending_transfer_already_voided"},
    {CreateTransferStatus::pending_transfer_expired, "pending_transfer_expired"},
    {CreateTransferStatus::imported_event_timestamp_must_not_regress,
     "imported_event_timestamp_must_not_regress"},
    {CreateTransferStatus::imported_event_timestamp_must_postdate_debit_account,
     "imported_event_timestamp_must_postdate_debit_account"},
    {CreateTransferStatus::imported_event_timestamp_must_postdate_credit_account,
     "imported_event_timestamp_must_postdate_credit_account"},
    {CreateTransferStatus::imported_event_timeout_must_be_zero,
     "imported_event_timeout_must_be_zero"},
    {CreateTransferStatus::debit_account_already_closed, "debit_account_already_closed"},
    {CreateTransferStatus::credit_account_already_closed, "credit_account_already_closed"},
    {CreateTransferStatus::debit_account_frozen, "debit_account_frozen"},
    {CreateTransferStatus::credit_account_frozen, "credit_account_frozen"},
    {CreateTransferStatus::overflows_debits_pending, "overflows_debits_pending"},
    {CreateTransferStatus::overflows_credits_pending, "overflows_credits_pending"},
    {CreateTransferStatus::overflows_debits_posted, "overflows_debits_posted"},
    {CreateTransferStatus::overflows_credits_posted, "overflows_credits_posted"},
    {CreateTransferStatus::overflows_debits, "overflows_debits"},
    {CreateTransferStatus::overflows_credits, "overflows_credits"},
    {CreateTransferStatus::overflows_timeout, "overflows_timeout"},
    {CreateTransferStatus::exceeds_credits, "exceeds_credits"},
    {CreateTransferStatus::exceeds_debits, "exceeds_debits"},
    {CreateTransferStatus::below_minimum, "below_minimum"},
    {CreateTransferStatus::above_maximum, "above_maximum"},
};

constexpr NameOf<PutLedgerStatus> ledger_names[] = {
    {PutLedgerStatus::created, "created"},
    {PutLedgerStatus::ledger_must_not_be_zero, "ledger_must_not_be_zero"},
    {PutLedgerStatus::name_must_not_be_empty, "name_must_not_be_empty"},
    {PutLedgerStatus::name_too_long, "name_too_long"},
    {PutLedgerStatus::name_must_be_utf8, "name_must_be_utf8"},
    {PutLedgerStatus::scale_out_of_range, "scale_out_of_range"},
    {PutLedgerStatus::kind_unknown, "kind_unknown"},
    {PutLedgerStatus::exists, "exists"},
    {PutLedgerStatus::name_taken, "name_taken"},
    {PutLedgerStatus::ledger_in_use, "ledger_in_use"},
    {PutLedgerStatus::too_many_ledgers, "too_many_ledgers"},
};

constexpr NameOf<ChangeAccountStatus> change_names[] = {
    {ChangeAccountStatus::changed, "changed"},
    {ChangeAccountStatus::timestamp_must_be_zero, "timestamp_must_be_zero"},
    {ChangeAccountStatus::reserved_field, "reserved_field"},
    {ChangeAccountStatus::kind_unknown, "kind_unknown"},
    {ChangeAccountStatus::account_not_found, "account_not_found"},
    {ChangeAccountStatus::minimum_must_not_exceed_maximum, "minimum_must_not_exceed_maximum"},
    {ChangeAccountStatus::sides_unknown, "sides_unknown"},
    {ChangeAccountStatus::outside_limits, "outside_limits"},
};

constexpr NameOf<PutNameStatus> name_names[] = {
    {PutNameStatus::created, "created"},
    {PutNameStatus::reserved_field, "reserved_field"},
    {PutNameStatus::kind_unknown, "kind_unknown"},
    {PutNameStatus::id_must_not_be_zero, "id_must_not_be_zero"},
    {PutNameStatus::text_must_not_be_empty, "text_must_not_be_empty"},
    {PutNameStatus::text_too_long, "text_too_long"},
    {PutNameStatus::text_must_be_utf8, "text_must_be_utf8"},
    {PutNameStatus::exists, "exists"},
    {PutNameStatus::name_conflict, "name_conflict"},
    {PutNameStatus::too_many_names, "too_many_names"},
};

constexpr NameOf<AppendEventStatus> event_names[] = {
    {AppendEventStatus::created, "created"},
    {AppendEventStatus::linked_event_failed, "linked_event_failed"},
    {AppendEventStatus::timestamp_must_be_zero, "timestamp_must_be_zero"},
    {AppendEventStatus::reserved_flag, "reserved_flag"},
    {AppendEventStatus::id_must_not_be_zero, "id_must_not_be_zero"},
    {AppendEventStatus::aggregate_type_must_not_be_zero, "aggregate_type_must_not_be_zero"},
    {AppendEventStatus::aggregate_type_reserved, "aggregate_type_reserved"},
    {AppendEventStatus::aggregate_type_not_of_request, "aggregate_type_not_of_request"},
    {AppendEventStatus::aggregate_id_must_not_be_zero, "aggregate_id_must_not_be_zero"},
    {AppendEventStatus::event_type_must_not_be_zero, "event_type_must_not_be_zero"},
    {AppendEventStatus::event_type_unknown, "event_type_unknown"},
    {AppendEventStatus::content_type_reserved, "content_type_reserved"},
    {AppendEventStatus::payload_too_large, "payload_too_large"},
    {AppendEventStatus::version_must_be_zero, "version_must_be_zero"},
    {AppendEventStatus::details_malformed, "details_malformed"},
    {AppendEventStatus::text_too_long, "text_too_long"},
    {AppendEventStatus::detail_not_expected, "detail_not_expected"},
    {AppendEventStatus::subject_id_must_not_be_zero, "subject_id_must_not_be_zero"},
    {AppendEventStatus::quantity_must_not_be_zero, "quantity_must_not_be_zero"},
    {AppendEventStatus::amount_must_not_be_zero, "amount_must_not_be_zero"},
    {AppendEventStatus::ledger_must_not_be_zero, "ledger_must_not_be_zero"},
    {AppendEventStatus::text_must_not_be_empty, "text_must_not_be_empty"},
    {AppendEventStatus::id_repeated_in_request, "id_repeated_in_request"},
    {AppendEventStatus::exists_with_different_aggregate_type,
     "exists_with_different_aggregate_type"},
    {AppendEventStatus::exists_with_different_aggregate_id, "exists_with_different_aggregate_id"},
    {AppendEventStatus::exists_with_different_event_type, "exists_with_different_event_type"},
    {AppendEventStatus::exists_with_different_content_type, "exists_with_different_content_type"},
    {AppendEventStatus::exists_with_different_business_id, "exists_with_different_business_id"},
    {AppendEventStatus::exists_with_different_user_id, "exists_with_different_user_id"},
    {AppendEventStatus::exists_with_different_payload, "exists_with_different_payload"},
    {AppendEventStatus::exists, "exists"},
    {AppendEventStatus::exists_in_part, "exists_in_part"},
    {AppendEventStatus::version_mismatch, "version_mismatch"},
    {AppendEventStatus::order_already_exists, "order_already_exists"},
    {AppendEventStatus::order_not_found, "order_not_found"},
    {AppendEventStatus::order_not_pending, "order_not_pending"},
    {AppendEventStatus::order_not_paid, "order_not_paid"},
    {AppendEventStatus::order_not_shipped, "order_not_shipped"},
    {AppendEventStatus::order_not_cancellable, "order_not_cancellable"},
    {AppendEventStatus::payment_already_exists, "payment_already_exists"},
    {AppendEventStatus::payment_not_found, "payment_not_found"},
    {AppendEventStatus::payment_not_initiated, "payment_not_initiated"},
    {AppendEventStatus::payment_not_authorised, "payment_not_authorised"},
    {AppendEventStatus::payment_not_voidable, "payment_not_voidable"},
    {AppendEventStatus::payment_not_failable, "payment_not_failable"},
    {AppendEventStatus::payment_not_captured, "payment_not_captured"},
    {AppendEventStatus::payment_not_refundable, "payment_not_refundable"},
    {AppendEventStatus::payment_not_disputable, "payment_not_disputable"},
    {AppendEventStatus::refund_already_exists, "refund_already_exists"},
    {AppendEventStatus::refund_not_found, "refund_not_found"},
    {AppendEventStatus::refund_not_pending, "refund_not_pending"},
    {AppendEventStatus::dispute_already_exists, "dispute_already_exists"},
    {AppendEventStatus::dispute_not_found, "dispute_not_found"},
    {AppendEventStatus::dispute_not_open, "dispute_not_open"},
    {AppendEventStatus::ledger_not_registered, "ledger_not_registered"},
    {AppendEventStatus::payment_is_of_another_order, "payment_is_of_another_order"},
    {AppendEventStatus::payment_has_different_ledger, "payment_has_different_ledger"},
    {AppendEventStatus::payment_captured_too_little, "payment_captured_too_little"},
    {AppendEventStatus::capture_exceeds_amount, "capture_exceeds_amount"},
    {AppendEventStatus::refund_exceeds_captured, "refund_exceeds_captured"},
    {AppendEventStatus::dispute_exceeds_captured, "dispute_exceeds_captured"},
    {AppendEventStatus::too_many_captures, "too_many_captures"},
    {AppendEventStatus::too_many_refunds, "too_many_refunds"},
    {AppendEventStatus::too_many_disputes, "too_many_disputes"},
    {AppendEventStatus::transfer_not_in_bundle, "transfer_not_in_bundle"},
    {AppendEventStatus::transfer_has_different_ledger, "transfer_has_different_ledger"},
    {AppendEventStatus::transfer_has_different_amount, "transfer_has_different_amount"},
    {AppendEventStatus::too_many_orders, "too_many_orders"},
    {AppendEventStatus::too_many_payments, "too_many_payments"},
    {AppendEventStatus::saga_payload_malformed, "saga_payload_malformed"},
    {AppendEventStatus::saga_definition_invalid, "saga_definition_invalid"},
    {AppendEventStatus::saga_version_not_newer, "saga_version_not_newer"},
    {AppendEventStatus::saga_secrets_not_kept, "saga_secrets_not_kept"},
    {AppendEventStatus::saga_definition_not_found, "saga_definition_not_found"},
    {AppendEventStatus::saga_inputs_differ, "saga_inputs_differ"},
    {AppendEventStatus::saga_already_exists, "saga_already_exists"},
    {AppendEventStatus::saga_not_found, "saga_not_found"},
    {AppendEventStatus::saga_has_ended, "saga_has_ended"},
    {AppendEventStatus::saga_illegal_transition, "saga_illegal_transition"},
    {AppendEventStatus::saga_past_pivot, "saga_past_pivot"},
    {AppendEventStatus::saga_skip_refused, "saga_skip_refused"},
    {AppendEventStatus::saga_failed_refused, "saga_failed_refused"},
    {AppendEventStatus::saga_evidence_contradicts, "saga_evidence_contradicts"},
    {AppendEventStatus::saga_no_way_back, "saga_no_way_back"},
    {AppendEventStatus::saga_signal_not_awaited, "saga_signal_not_awaited"},
    {AppendEventStatus::saga_unchanged, "saga_unchanged"},
    {AppendEventStatus::too_many_saga_definitions, "too_many_saga_definitions"},
    {AppendEventStatus::too_many_sagas, "too_many_sagas"},
    {AppendEventStatus::participant_not_found, "participant_not_found"},
    {AppendEventStatus::step_not_of_participant, "step_not_of_participant"},
    {AppendEventStatus::step_key_differs, "step_key_differs"},
    {AppendEventStatus::too_many_participants, "too_many_participants"},
    {AppendEventStatus::saga_secret_not_sealed, "saga_secret_not_sealed"},
    {AppendEventStatus::event_type_not_of_request, "event_type_not_of_request"},
    {AppendEventStatus::reconciliation_not_found, "reconciliation_not_found"},
    {AppendEventStatus::period_out_of_order, "period_out_of_order"},
    {AppendEventStatus::next_period_closed, "next_period_closed"},
    {AppendEventStatus::run_already_exists, "run_already_exists"},
    {AppendEventStatus::run_not_found, "run_not_found"},
    {AppendEventStatus::run_illegal_transition, "run_illegal_transition"},
    {AppendEventStatus::carry_in_differs, "carry_in_differs"},
    {AppendEventStatus::run_has_open_differences, "run_has_open_differences"},
    {AppendEventStatus::difference_not_found, "difference_not_found"},
    {AppendEventStatus::difference_illegal_transition, "difference_illegal_transition"},
    {AppendEventStatus::correction_stale, "correction_stale"},
    {AppendEventStatus::maker_is_checker, "maker_is_checker"},
    {AppendEventStatus::legs_differ, "legs_differ"},
    {AppendEventStatus::limit_exceeded, "limit_exceeded"},
    {AppendEventStatus::cannot_be_accepted, "cannot_be_accepted"},
    {AppendEventStatus::too_many_reconciliations, "too_many_reconciliations"},
    {AppendEventStatus::too_many_runs, "too_many_runs"},
    {AppendEventStatus::too_many_differences, "too_many_differences"},
    {AppendEventStatus::saga_is_owned, "saga_is_owned"},
    {AppendEventStatus::too_many_streams, "too_many_streams"},
    {AppendEventStatus::too_many_events, "too_many_events"},
};

constexpr NameOf<PutCheckpointStatus> checkpoint_names[] = {
    {PutCheckpointStatus::created, "created"},
    {PutCheckpointStatus::timestamp_must_be_zero, "timestamp_must_be_zero"},
    {PutCheckpointStatus::reserved_field, "reserved_field"},
    {PutCheckpointStatus::name_must_not_be_empty, "name_must_not_be_empty"},
    {PutCheckpointStatus::name_too_long, "name_too_long"},
    {PutCheckpointStatus::name_must_be_utf8, "name_must_be_utf8"},
    {PutCheckpointStatus::sequence_must_be_zero, "sequence_must_be_zero"},
    {PutCheckpointStatus::exists, "exists"},
    {PutCheckpointStatus::checkpoint_not_found, "checkpoint_not_found"},
    {PutCheckpointStatus::ahead_of_journal, "ahead_of_journal"},
    {PutCheckpointStatus::must_not_go_back, "must_not_go_back"},
    {PutCheckpointStatus::too_many_checkpoints, "too_many_checkpoints"},
};

constexpr NameOf<TccStatus> tcc_names[] = {
    {TccStatus::done, "done"},
    {TccStatus::duplicate, "duplicate"},
    {TccStatus::duplicate_confirmed, "duplicate_confirmed"},
    {TccStatus::ok_empty, "ok_empty"},
    {TccStatus::unknown_command, "unknown_command"},
    {TccStatus::reserved_field, "reserved_field"},
    {TccStatus::gid_must_not_be_zero, "gid_must_not_be_zero"},
    {TccStatus::gid_must_not_be_int_max, "gid_must_not_be_int_max"},
    {TccStatus::branch_must_not_be_zero, "branch_must_not_be_zero"},
    {TccStatus::amounts_malformed, "amounts_malformed"},
    {TccStatus::timeout_out_of_range, "timeout_out_of_range"},
    {TccStatus::created_at_missing, "created_at_missing"},
    {TccStatus::rejected_too_old, "rejected_too_old"},
    {TccStatus::tcc_not_found, "tcc_not_found"},
    {TccStatus::created_in_future, "created_in_future"},
    {TccStatus::conflict, "conflict"},
    {TccStatus::rejected_decided, "rejected_decided"},
    {TccStatus::rejected_cancelled, "rejected_cancelled"},
    {TccStatus::rejected_expired, "rejected_expired"},
    {TccStatus::try_refused, "try_refused"},
    {TccStatus::already_confirmed, "already_confirmed"},
    {TccStatus::already_cancelled, "already_cancelled"},
    {TccStatus::already_expired, "already_expired"},
    {TccStatus::not_tried, "not_tried"},
    {TccStatus::branches_differ, "branches_differ"},
    {TccStatus::exceeds_tried, "exceeds_tried"},
    {TccStatus::too_many_branches, "too_many_branches"},
    {TccStatus::too_many_transactions, "too_many_transactions"},
    {TccStatus::too_many_settlements, "too_many_settlements"},
    {TccStatus::subject_missing, "subject_missing"},
    {TccStatus::subject_not_found, "subject_not_found"},
    {TccStatus::saga_without_wait, "saga_without_wait"},
    {TccStatus::subject_is_taken, "subject_is_taken"},
    {TccStatus::subject_not_forward, "subject_not_forward"},
    {TccStatus::saga_not_ready, "saga_not_ready"},
    {TccStatus::branch_withdrawn, "branch_withdrawn"},
    {TccStatus::awaits_parent, "awaits_parent"},
    {TccStatus::nested_in_itself, "nested_in_itself"},
    {TccStatus::nested_too_deep, "nested_too_deep"},
};

constexpr NameOf<RequestStatus> request_names[] = {
    {RequestStatus::ok, "ok"},
    {RequestStatus::busy, "busy"},
    {RequestStatus::request_number_reused, "request_number_reused"},
    {RequestStatus::request_too_old, "request_too_old"},
    {RequestStatus::index_behind, "index_behind"},
    {RequestStatus::name_conflict, "name_conflict"},
    {RequestStatus::malformed, "malformed"},
    {RequestStatus::not_authorised, "not_authorised"},
    {RequestStatus::too_large, "too_large"},
    {RequestStatus::unknown_kind, "unknown_kind"},
    {RequestStatus::clock_not_manual, "clock_not_manual"},
    {RequestStatus::clock_not_held, "clock_not_held"},
    {RequestStatus::clock_out_of_range, "clock_out_of_range"},
    {RequestStatus::disk_low, "disk_low"},
    {RequestStatus::stopping, "stopping"},
    {RequestStatus::too_many_accounts, "too_many_accounts"},
    {RequestStatus::too_many_transfers, "too_many_transfers"},
    {RequestStatus::cursor_unknown, "cursor_unknown"},
    {RequestStatus::too_many_holds, "too_many_holds"},
    {RequestStatus::filter_invalid, "filter_invalid"},
    {RequestStatus::too_many_names, "too_many_names"},
    {RequestStatus::consumer_too_slow, "consumer_too_slow"},
    {RequestStatus::too_many_subscriptions, "too_many_subscriptions"},
    {RequestStatus::subscription_unknown, "subscription_unknown"},
    {RequestStatus::checkpoint_unknown, "checkpoint_unknown"},
    {RequestStatus::events_not_here, "events_not_here"},
    {RequestStatus::participant_unknown, "participant_unknown"},
    {RequestStatus::too_much_work_asked, "too_much_work_asked"},
    {RequestStatus::secrets_not_kept, "secrets_not_kept"},
    {RequestStatus::too_many_secrets, "too_many_secrets"},
};

template <typename Status>
std::string_view name_in(std::span<const NameOf<Status>> names, Status status) noexcept {
  for (const auto& entry : names) {
    if (entry.status == status) return entry.name;
  }
  return "unknown_status";
}

}  // namespace

std::string_view to_string(CreateAccountStatus status) noexcept {
  return name_in<CreateAccountStatus>(account_names, status);
}

std::string_view to_string(CreateTransferStatus status) noexcept {
  return name_in<CreateTransferStatus>(transfer_names, status);
}

std::string_view to_string(PutLedgerStatus status) noexcept {
  return name_in<PutLedgerStatus>(ledger_names, status);
}

std::string_view to_string(ChangeAccountStatus status) noexcept {
  return name_in<ChangeAccountStatus>(change_names, status);
}

std::string_view to_string(PutNameStatus status) noexcept {
  return name_in<PutNameStatus>(name_names, status);
}

std::string_view to_string(AppendEventStatus status) noexcept {
  return name_in<AppendEventStatus>(event_names, status);
}

std::string_view to_string(TccStatus status) noexcept {
  return name_in<TccStatus>(tcc_names, status);
}

std::string_view to_string(PutCheckpointStatus status) noexcept {
  return name_in<PutCheckpointStatus>(checkpoint_names, status);
}

std::string_view to_string(RequestStatus status) noexcept {
  return name_in<RequestStatus>(request_names, status);
}

bool is_of_used_id(CreateTransferStatus status) noexcept {
  const std::string_view name = to_string(status);
  return name.starts_with("exists") || status == CreateTransferStatus::id_already_failed;
}

bool is_transient(CreateTransferStatus status) noexcept {
  constexpr CreateTransferStatus transient[] = {
      CreateTransferStatus::debit_account_not_found,
      CreateTransferStatus::credit_account_not_found,
      CreateTransferStatus::pending_transfer_not_found,
      CreateTransferStatus::reversal_target_not_found,
      CreateTransferStatus::debit_account_already_closed,
      CreateTransferStatus::credit_account_already_closed,
      CreateTransferStatus::debit_account_frozen,
      CreateTransferStatus::credit_account_frozen,
      CreateTransferStatus::exceeds_credits,
      CreateTransferStatus::exceeds_debits,
      CreateTransferStatus::below_minimum,
      CreateTransferStatus::above_maximum,
  };
  for (const CreateTransferStatus each : transient) {
    if (each == status) return true;
  }
  return false;
}

namespace {

// Of what participants ask, and of what only they may see.
std::string_view words_about_participants(RequestStatus status) {
  if (status == RequestStatus::participant_unknown) {
    return "No participant of this name is registered: an operator registers it first, with "
           "'daybook participant put'.";
  }
  if (status == RequestStatus::too_much_work_asked) {
    return "The connection, or the engine, has as many open questions for work as it may: wait "
           "for an answer first.";
  }
  if (status == RequestStatus::secrets_not_kept) {
    return "The engine keeps no secrets now: its log says why.";
  }
  return "The engine keeps as many keys of secrets as it can, those of forgotten ones counted.";
}

}  // namespace

std::string_view in_words(RequestStatus status) noexcept {
  switch (status) {
    case RequestStatus::ok:
      return "The request was executed.";
    case RequestStatus::busy:
      return "The engine took longer than a second to take the request; nothing was done. Send it "
             "again under a new request number.";
    case RequestStatus::request_number_reused:
      return "This request number was used before with another content; nothing was done.";
    case RequestStatus::request_too_old:
      return "This request number is older than the client's kept operations; it was not executed "
             "now. Look its events up by id.";
    case RequestStatus::index_behind:
      return "The query indexes have not reached the sequence asked for; ask again.";
    case RequestStatus::name_conflict:
      return "An id already has another name, which it keeps; nothing was done. Look it up, or "
             "leave the name out.";
    case RequestStatus::malformed:
      return "The body of the request could not be read.";
    case RequestStatus::not_authorised:
      return "The principal's role does not allow this request.";
    case RequestStatus::too_large:
      return "The request is larger than its limit.";
    case RequestStatus::unknown_kind:
      return "The engine does not know this kind of request.";
    case RequestStatus::clock_not_manual:
      return "The clock can be advanced only in an engine started with --clock manual.";
    case RequestStatus::clock_not_held:
      return "The clock is not held: there is no step to accept.";
    case RequestStatus::clock_out_of_range:
      return "The clock would pass 2^63-1 ns; nothing was changed.";
    case RequestStatus::disk_low:
      return "The disk is nearly full; new work is refused until there is space. Reads go on.";
    case RequestStatus::stopping:
      return "The engine is stopping; send the request again later.";
    case RequestStatus::too_many_accounts:
      return "The request could exceed the engine's --accounts-max; nothing was done.";
    case RequestStatus::too_many_transfers:
      return "The request could exceed the engine's --transfer-ids-max; nothing was done.";
    case RequestStatus::cursor_unknown:
      return "There is no such item to continue after; begin without a cursor.";
    case RequestStatus::too_many_holds:
      return "There is no room for so many open holds: post or void some, or restart the engine "
             "with a larger --holds-max. Nothing was executed.";
    case RequestStatus::filter_invalid:
      return "The query's filter cannot be asked.";
    case RequestStatus::too_many_names:
      return "There is no room for so many names: leave them out, or restart the engine with a "
             "larger --names-max. Nothing was executed.";
    case RequestStatus::consumer_too_slow:
      return "The consumer acknowledged too late, and the subscription was ended: handle events "
             "faster, or go on from the last one handled.";
    case RequestStatus::too_many_subscriptions:
      return "The connection, or the engine, has as many subscriptions as it may: end one first.";
    case RequestStatus::subscription_unknown:
      return "There is no such subscription on this connection.";
    case RequestStatus::checkpoint_unknown:
      return "There is no checkpoint of this name: put one, or begin from a sequence.";
    case RequestStatus::events_not_here:
      return "The journal's files of these events are neither in the engine's directory nor in its "
             "archive: begin later, or bring them back.";
    case RequestStatus::participant_unknown:
    case RequestStatus::too_much_work_asked:
    case RequestStatus::secrets_not_kept:
    case RequestStatus::too_many_secrets:
      return words_about_participants(status);
  }
  return "The status is not known to this version.";
}

}  // namespace daybook
