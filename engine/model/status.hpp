#pragma once

#include <cstdint>
#include <string_view>

/// Why the business says no. The numbers are on the wire and in the journal: append, never
/// renumber. Each enum lists its statuses in the order in which they are checked, so an event that
/// is wrong in two ways always gets the same answer.

namespace daybook {

/// The outcome of one account of a create_accounts request.
enum class CreateAccountStatus : std::uint16_t {
  created = 0,
  linked_event_failed = 1,
  linked_event_chain_open = 2,
  imported_event_expected = 22,
  imported_event_not_expected = 23,
  timestamp_must_be_zero = 3,
  imported_event_timestamp_out_of_range = 24,
  imported_event_timestamp_must_not_advance = 25,
  reserved_field = 4,
  reserved_flag = 5,
  not_supported_yet = 1010,
  id_must_not_be_zero = 6,
  id_must_not_be_int_max = 7,
  exists_with_different_flags = 15,
  exists_with_different_business_id = 16,
  exists_with_different_user_id = 17,
  exists_with_different_tag = 18,
  exists_with_different_ledger = 19,
  exists_with_different_code = 20,
  exists = 21,
  flags_are_mutually_exclusive = 8,
  debits_pending_must_be_zero = 9,
  debits_posted_must_be_zero = 10,
  credits_pending_must_be_zero = 11,
  credits_posted_must_be_zero = 12,
  ledger_must_not_be_zero = 13,
  ledger_not_registered = 1008,
  code_must_not_be_zero = 14,
  imported_event_timestamp_must_not_regress = 26,
};

/// The enumerator's own name; "unknown_status" for a number that has none.
[[nodiscard]] std::string_view to_string(CreateAccountStatus status) noexcept;

/// The outcome of one transfer of a create_transfers request. Number 18 stays unused.
enum class CreateTransferStatus : std::uint16_t {
  created = 0,
  linked_event_failed = 1,
  linked_event_chain_open = 2,
  imported_event_expected = 56,
  imported_event_not_expected = 57,
  timestamp_must_be_zero = 3,
  imported_event_timestamp_out_of_range = 58,
  imported_event_timestamp_must_not_advance = 59,
  reserved_flag = 4,
  not_supported_yet = 1010,
  id_must_not_be_zero = 5,
  id_must_not_be_int_max = 6,
  exists_with_different_flags = 36,
  exists_with_different_pending_id = 40,
  exists_with_different_timeout = 44,
  exists_with_different_debit_account_id = 37,
  exists_with_different_credit_account_id = 38,
  exists_with_different_amount = 39,
  exists_with_different_business_id = 41,
  exists_with_different_user_id = 42,
  exists_with_different_tag = 43,
  exists_with_different_ledger = 67,
  exists_with_different_code = 45,
  exists = 46,
  id_already_failed = 68,
  flags_are_mutually_exclusive = 7,
  debit_account_id_must_not_be_zero = 8,
  debit_account_id_must_not_be_int_max = 9,
  credit_account_id_must_not_be_zero = 10,
  credit_account_id_must_not_be_int_max = 11,
  accounts_must_be_different = 12,
  pending_id_must_be_zero = 13,
  pending_id_must_not_be_zero = 14,
  pending_id_must_not_be_int_max = 15,
  pending_id_must_be_different = 16,
  timeout_reserved_for_pending_transfer = 17,
  closing_transfer_must_be_pending = 64,
  ledger_must_not_be_zero = 19,
  code_must_not_be_zero = 20,
  debit_account_not_found = 21,
  credit_account_not_found = 22,
  accounts_must_have_the_same_ledger = 23,
  transfer_must_have_the_same_ledger_as_accounts = 24,
  pending_transfer_not_found = 25,
  reversal_target_not_found = 1001,
  reversal_target_not_posted = 1002,
  pending_transfer_not_pending = 26,
  hold_is_owned = 1007,
  pending_transfer_has_different_debit_account_id = 27,
  pending_transfer_has_different_credit_account_id = 28,
  pending_transfer_has_different_ledger = 29,
  pending_transfer_has_different_code = 30,
  amount_must_not_be_zero = 1009,
  reversal_exceeds_original = 1000,
  exceeds_pending_transfer_amount = 31,
  pending_transfer_has_different_amount = 32,
  pending_transfer_already_posted = 33,
  pending_transfer_already_voided = 34,
  pending_transfer_expired = 35,
  imported_event_timestamp_must_not_regress = 60,
  imported_event_timestamp_must_postdate_debit_account = 61,
  imported_event_timestamp_must_postdate_credit_account = 62,
  imported_event_timeout_must_be_zero = 63,
  debit_account_already_closed = 65,
  credit_account_already_closed = 66,
  debit_account_frozen = 1005,
  credit_account_frozen = 1006,
  overflows_debits_pending = 47,
  overflows_credits_pending = 48,
  overflows_debits_posted = 49,
  overflows_credits_posted = 50,
  overflows_debits = 51,
  overflows_credits = 52,
  overflows_timeout = 53,
  exceeds_credits = 54,
  exceeds_debits = 55,
  below_minimum = 1003,
  above_maximum = 1004,
};

/// The enumerator's own name; "unknown_status" for a number that has none.
[[nodiscard]] std::string_view to_string(CreateTransferStatus status) noexcept;

/// True for a refusal that depends on the state of other things and might pass later. Its transfer
/// id is burnt: a later try answers id_already_failed, so a retry never changes what was told.
[[nodiscard]] bool is_transient(CreateTransferStatus status) noexcept;

/// Does it say that the id was used before, for the same transfer or another one?
[[nodiscard]] bool is_of_used_id(CreateTransferStatus status) noexcept;

/// The outcome of one ledger of a put_ledgers request; `created` also when an unused one was
/// changed.
enum class PutLedgerStatus : std::uint16_t {
  created = 0,
  ledger_must_not_be_zero = 1,
  name_must_not_be_empty = 2,
  name_too_long = 3,
  name_must_be_utf8 = 4,
  scale_out_of_range = 5,
  kind_unknown = 6,
  exists = 7,
  name_taken = 8,
  ledger_in_use = 9,
  too_many_ledgers = 10,
};

/// The enumerator's own name; "unknown_status" for a number that has none.
[[nodiscard]] std::string_view to_string(PutLedgerStatus status) noexcept;

/// The outcome of one change of a change_accounts request.
enum class ChangeAccountStatus : std::uint16_t {
  changed = 0,
  timestamp_must_be_zero = 1,
  reserved_field = 2,
  kind_unknown = 3,
  account_not_found = 4,
  minimum_must_not_exceed_maximum = 5,
  sides_unknown = 6,
  outside_limits = 7,  ///< Changed all the same: the balance is outside the limits now set.
};

/// The enumerator's own name; "unknown_status" for a number that has none.
[[nodiscard]] std::string_view to_string(ChangeAccountStatus status) noexcept;

/// The outcome of one name of a put_names request.
enum class PutNameStatus : std::uint16_t {
  created = 0,
  reserved_field = 1,
  kind_unknown = 2,
  id_must_not_be_zero = 3,
  text_must_not_be_empty = 4,
  text_too_long = 5,
  text_must_be_utf8 = 6,
  exists = 7,
  name_conflict = 8,
  too_many_names = 9,
};

/// The enumerator's own name; "unknown_status" for a number that has none.
[[nodiscard]] std::string_view to_string(PutNameStatus status) noexcept;

/// The outcome of one checkpoint of a put_checkpoints request.
enum class PutCheckpointStatus : std::uint16_t {
  created = 0,  ///< Put, moved or removed.
  timestamp_must_be_zero = 1,
  reserved_field = 2,  ///< An unknown flag, two that exclude each other, or bytes that are not 0.
  name_must_not_be_empty = 3,
  name_too_long = 4,
  name_must_be_utf8 = 5,
  sequence_must_be_zero = 6,  ///< Of one that is removed.
  exists = 7,                 ///< It stands there already.
  checkpoint_not_found = 8,   ///< There is none to remove.
  ahead_of_journal = 9,
  must_not_go_back = 10,  ///< Without checkpoint_flag::may_go_back.
  too_many_checkpoints = 11,
};

/// The enumerator's own name; "unknown_status" for a number that has none.
[[nodiscard]] std::string_view to_string(PutCheckpointStatus status) noexcept;

/// The outcome of one event of an append_events request: all of them are created, or none is.
enum class AppendEventStatus : std::uint16_t {
  created = 0,
  linked_event_failed = 1,  ///< Another event of the request failed; all or none are appended.
  timestamp_must_be_zero = 2,
  reserved_flag = 3,
  id_must_not_be_zero = 4,
  aggregate_type_must_not_be_zero = 5,
  aggregate_type_reserved = 24,  ///< Orders and payments have requests of their own.
  aggregate_type_not_of_request = 25,
  aggregate_id_must_not_be_zero = 6,
  event_type_must_not_be_zero = 7,
  event_type_unknown = 26,  ///< No command of the aggregate is called so.
  content_type_reserved =
      8,  ///< A code that this version gives no meaning and no user may give one.
  payload_too_large = 9,
  version_must_be_zero = 10,
  details_malformed = 27,  ///< From here on of commands to orders and payments.
  text_too_long = 28,
  detail_not_expected = 29,
  subject_id_must_not_be_zero = 30,
  quantity_must_not_be_zero = 31,
  amount_must_not_be_zero = 32,
  ledger_must_not_be_zero = 33,
  text_must_not_be_empty = 34,
  id_repeated_in_request = 11,
  exists_with_different_aggregate_type = 12,
  exists_with_different_aggregate_id = 13,
  exists_with_different_event_type = 14,
  exists_with_different_content_type = 15,
  exists_with_different_business_id = 16,
  exists_with_different_user_id = 17,
  exists_with_different_payload = 18,
  exists = 19,
  exists_in_part = 20,    ///< Some events of the request exist already, and others do not.
  version_mismatch = 21,  ///< The stream's version is not the one expected.
  order_already_exists = 35,
  order_not_found = 36,
  order_not_pending = 37,
  order_not_paid = 38,
  order_not_shipped = 39,
  order_not_cancellable = 40,
  payment_already_exists = 41,
  payment_not_found = 42,
  payment_not_initiated = 43,
  payment_not_authorised = 44,
  payment_not_voidable = 45,
  payment_not_failable = 46,
  payment_not_captured = 47,
  payment_not_refundable = 48,
  payment_not_disputable = 49,
  refund_already_exists = 50,
  refund_not_found = 51,
  refund_not_pending = 52,
  dispute_already_exists = 53,
  dispute_not_found = 54,
  dispute_not_open = 55,
  ledger_not_registered = 56,
  payment_is_of_another_order = 57,
  payment_has_different_ledger = 58,
  payment_captured_too_little = 59,
  capture_exceeds_amount = 60,
  refund_exceeds_captured = 61,
  dispute_exceeds_captured = 62,
  too_many_captures = 63,
  too_many_refunds = 64,
  too_many_disputes = 65,
  transfer_not_in_bundle = 66,
  transfer_has_different_ledger = 67,
  transfer_has_different_amount = 68,
  too_many_orders = 69,
  too_many_payments = 70,
  saga_payload_malformed = 71,  ///< From here on of sagas.
  saga_definition_invalid = 72,
  saga_version_not_newer = 73,  ///< There is such a version already, or a later one.
  saga_secrets_not_kept = 74,   ///< It has an output that would have to be sealed.
  saga_definition_not_found = 75,
  saga_inputs_differ = 76,       ///< They are not those that the definition asks for.
  saga_secret_not_sealed = 110,  ///< An input of type secret is no sealed text.
  saga_already_exists = 77,
  saga_not_found = 78,
  saga_has_ended = 79,
  saga_illegal_transition = 80,
  saga_past_pivot = 81,  ///< It can no longer be cancelled.
  saga_skip_refused = 82,
  saga_failed_refused = 83,
  saga_evidence_contradicts = 84,
  saga_no_way_back = 85,
  saga_signal_not_awaited = 86,
  saga_unchanged = 87,  ///< It is so already.
  too_many_saga_definitions = 88,
  too_many_sagas = 89,
  participant_not_found = 90,    ///< None of this name is registered.
  step_not_of_participant = 91,  ///< Somebody else was asked, or nobody.
  step_key_differs = 92,         ///< What is answered was never asked.
  too_many_participants = 93,
  event_type_not_of_request = 94,  ///< From here on of reconciliations. Another request may.
  reconciliation_not_found = 95,
  period_out_of_order = 96,  ///< There is a later one, and none of this day.
  next_period_closed = 97,   ///< What it carried on would change.
  run_already_exists = 98,
  run_not_found = 99,
  run_illegal_transition = 100,
  carry_in_differs = 101,  ///< It is not what the period before carries on.
  run_has_open_differences = 102,
  difference_not_found = 103,
  difference_illegal_transition = 104,
  correction_stale = 105,  ///< Its run is no longer the one that counts.
  maker_is_checker = 106,
  legs_differ = 107,         ///< They are not those that were proposed.
  limit_exceeded = 108,      ///< Or none is set.
  cannot_be_accepted = 109,  ///< A line that cannot be read is never merely accepted.
  too_many_reconciliations = 111,
  too_many_runs = 112,
  too_many_differences = 113,
  saga_is_owned = 114,  ///< It is a branch of a TCC transaction, which alone decides on it.
  too_many_streams = 22,
  too_many_events = 23,
};

/// The enumerator's own name; "unknown_status" for a number that has none.
[[nodiscard]] std::string_view to_string(AppendEventStatus status) noexcept;

/// The outcome of one command of a tcc_commands request.
enum class TccStatus : std::uint16_t {
  done = 0,
  duplicate = 1,            ///< As before; nothing was done again.
  duplicate_confirmed = 2,  ///< A try that was confirmed since.
  ok_empty = 3,             ///< Cancelled, and there was nothing to take back.
  unknown_command = 4,
  reserved_field = 5,
  gid_must_not_be_zero = 6,
  gid_must_not_be_int_max = 7,
  branch_must_not_be_zero = 8,
  amounts_malformed = 9,  ///< A branch twice, or more amounts than a transaction has branches.
  timeout_out_of_range = 10,
  /// Of a transaction that is not there, as the next three: the gid is no UUIDv7, and nothing else
  /// says when it was made.
  created_at_missing = 11,
  rejected_too_old = 12,  ///< Transactions made so long ago are forgotten.
  tcc_not_found = 13,
  created_in_future = 14,
  conflict = 15,          ///< It was asked for before, with another content.
  rejected_decided = 16,  ///< The transaction is confirmed: nothing more may be tried.
  rejected_cancelled = 17,
  rejected_expired = 18,
  try_refused = 19,  ///< By the ledger's rules; the refusal's `part` is the CreateTransferStatus.
  already_confirmed = 20,
  already_cancelled = 21,
  already_expired = 22,
  not_tried = 23,        ///< A branch that is to be confirmed was not tried.
  branches_differ = 24,  ///< Not all that was tried is named.
  exceeds_tried = 25,
  too_many_branches = 26,
  too_many_transactions = 27,
  too_many_settlements =
      28,  ///< The request settles too many branches: send the rest in another one.
  // Of branches that are sagas or transactions.
  subject_missing = 29,
  subject_not_found = 30,    ///< It never started, or has ended and left.
  saga_without_wait = 31,    ///< It has no step of the kind tcc.wait.
  subject_is_taken = 32,     ///< It is another branch.
  subject_not_forward = 33,  ///< It is decided, stuck, goes back or is past its tcc.wait.
  saga_not_ready = 34,    ///< It has not come to its tcc.wait yet: try again. Nothing is written.
  branch_withdrawn = 35,  ///< It was tried, and undone before the transaction was decided.
  awaits_parent = 36,     ///< Good: confirmed as soon as the transaction is that it is a branch of.
  nested_in_itself = 37,  ///< It is the transaction, or one that that is a branch of.
  nested_too_deep = 38,   ///< More than limits::tcc_nesting_max levels.
};

/// The enumerator's own name; "unknown_status" for a number that has none.
[[nodiscard]] std::string_view to_string(TccStatus status) noexcept;

/// The outcome of a request as a whole; its events were looked at only if it is `ok`.
enum class RequestStatus : std::uint16_t {
  ok = 0,
  busy = 2001,
  request_number_reused = 2002,
  request_too_old = 2003,
  index_behind = 2004,
  name_conflict = 2005,
  malformed = 2006,
  not_authorised = 2007,
  too_large = 2008,
  unknown_kind = 2009,
  clock_not_manual = 2010,
  clock_not_held = 2011,
  clock_out_of_range = 2012,
  disk_low = 2013,
  stopping = 2014,
  too_many_accounts = 2015,
  too_many_transfers = 2016,
  cursor_unknown = 2017,
  too_many_holds = 2018,
  filter_invalid = 2019,
  too_many_names = 2020,
  consumer_too_slow = 2030,
  too_many_subscriptions = 2031,
  subscription_unknown = 2032,
  checkpoint_unknown = 2033,
  events_not_here = 2034,
  participant_unknown = 2040,  ///< None of this name is registered.
  too_much_work_asked = 2041,  ///< More questions for work are open than may be.
  secrets_not_kept = 2050,     ///< There is no keeper of secrets, or its store has failed.
  too_many_secrets = 2051,
};

/// The enumerator's own name; "unknown_status" for a number that has none.
[[nodiscard]] std::string_view to_string(RequestStatus status) noexcept;

/// What happened and what to do next, in a sentence for people.
[[nodiscard]] std::string_view in_words(RequestStatus status) noexcept;

}  // namespace daybook
