#include "tools/daybook/text/status_advice.hpp"

#include <span>

namespace daybook {
namespace {

using A = CreateAccountStatus;
using T = CreateTransferStatus;
using L = PutLedgerStatus;
using C = ChangeAccountStatus;
using N = PutNameStatus;
using E = AppendEventStatus;

template <typename Status>
struct Advice {
  Status status;
  std::string_view words;
};

// ---- What several kinds of event share. ----

constexpr std::string_view chain_failed =
    "Another event of its chain was refused, so nothing of the chain happened; see that one. The "
    "id is still free.";
constexpr std::string_view chain_open =
    "The last event of a request has the flag linked: the chain's last event goes without it.";
constexpr std::string_view imported_expected =
    "The request's first event is imported, so all must be: send the others in another request.";
constexpr std::string_view imported_not_expected =
    "The request's first event is not imported, so none may be: send these in another request.";
constexpr std::string_view timestamp_zero =
    "Only an imported event has a timestamp of its own: leave it out.";
constexpr std::string_view timestamp_range =
    "An imported event needs a timestamp from 1 to 2^63-1 ns since 1970.";
constexpr std::string_view timestamp_advance =
    "An imported event lies in the past: its timestamp is at or after the engine's time.";
constexpr std::string_view reserved =
    "A flag is set that no event may have: it is unknown, or the engine's own.";
constexpr std::string_view not_supported = "This version cannot do it yet.";
constexpr std::string_view id_zero = "The id is 0: give it one.";
constexpr std::string_view id_max = "The id is 2^128-1, which means something else: take another.";
constexpr std::string_view exists_differently =
    "There is one with this id already, and this field is another: look at it with get. For a new "
    "one take a new id.";
constexpr std::string_view event_differs =
    "There is an event with this id already, and this field is another: a new event takes a new "
    "id.";
constexpr std::string_view ledger_zero = "Name the ledger.";
constexpr std::string_view code_zero = "Give a code from 1 to 65535.";

constexpr Advice<A> account_advice[] = {
    {A::linked_event_failed, chain_failed},
    {A::linked_event_chain_open, chain_open},
    {A::imported_event_expected, imported_expected},
    {A::imported_event_not_expected, imported_not_expected},
    {A::timestamp_must_be_zero, timestamp_zero},
    {A::imported_event_timestamp_out_of_range, timestamp_range},
    {A::imported_event_timestamp_must_not_advance, timestamp_advance},
    {A::reserved_field, "A reserved field is not 0."},
    {A::reserved_flag, reserved},
    {A::not_supported_yet, not_supported},
    {A::id_must_not_be_zero, id_zero},
    {A::id_must_not_be_int_max, id_max},
    {A::exists_with_different_flags, exists_differently},
    {A::exists_with_different_business_id, exists_differently},
    {A::exists_with_different_user_id, exists_differently},
    {A::exists_with_different_tag, exists_differently},
    {A::exists_with_different_ledger, exists_differently},
    {A::exists_with_different_code, exists_differently},
    {A::flags_are_mutually_exclusive,
     "debits_must_not_exceed_credits and credits_must_not_exceed_debits: choose one."},
    {A::debits_pending_must_be_zero, "An account begins empty; transfers fill it."},
    {A::debits_posted_must_be_zero, "An account begins empty; transfers fill it."},
    {A::credits_pending_must_be_zero, "An account begins empty; transfers fill it."},
    {A::credits_posted_must_be_zero, "An account begins empty; transfers fill it."},
    {A::ledger_must_not_be_zero, ledger_zero},
    {A::ledger_not_registered, "Register the ledger first: daybook ledger put."},
    {A::code_must_not_be_zero, code_zero},
    {A::imported_event_timestamp_must_not_regress,
     "Imported accounts come in the order of their timestamps, which no other event may have."},
};

constexpr Advice<T> transfer_advice[] = {
    {T::linked_event_failed, chain_failed},
    {T::linked_event_chain_open, chain_open},
    {T::imported_event_expected, imported_expected},
    {T::imported_event_not_expected, imported_not_expected},
    {T::timestamp_must_be_zero, timestamp_zero},
    {T::imported_event_timestamp_out_of_range, timestamp_range},
    {T::imported_event_timestamp_must_not_advance, timestamp_advance},
    {T::reserved_flag, reserved},
    {T::not_supported_yet, not_supported},
    {T::id_must_not_be_zero, id_zero},
    {T::id_must_not_be_int_max, id_max},
    {T::exists_with_different_flags, exists_differently},
    {T::exists_with_different_pending_id, exists_differently},
    {T::exists_with_different_timeout, exists_differently},
    {T::exists_with_different_debit_account_id, exists_differently},
    {T::exists_with_different_credit_account_id, exists_differently},
    {T::exists_with_different_amount, exists_differently},
    {T::exists_with_different_business_id, exists_differently},
    {T::exists_with_different_user_id, exists_differently},
    {T::exists_with_different_tag, exists_differently},
    {T::exists_with_different_ledger, exists_differently},
    {T::exists_with_different_code, exists_differently},
    {T::id_already_failed,
     "A transfer with this id was refused once, so that a late repeat cannot succeed: take a new "
     "id."},
    {T::flags_are_mutually_exclusive,
     "These flags do not go together: post, void and reversal each stand alone, without pending, "
     "balancing or closing; keep_remainder goes with post only."},
    {T::debit_account_id_must_not_be_zero, "Name the account that is debited."},
    {T::debit_account_id_must_not_be_int_max, id_max},
    {T::credit_account_id_must_not_be_zero, "Name the account that is credited."},
    {T::credit_account_id_must_not_be_int_max, id_max},
    {T::accounts_must_be_different, "A transfer goes from one account to another."},
    {T::pending_id_must_be_zero,
     "Only a post, a void or a reversal has a pending_id: leave it out, or set its flag."},
    {T::pending_id_must_not_be_zero,
     "Name the transfer that is posted, voided or reversed: pending_id."},
    {T::pending_id_must_not_be_int_max, id_max},
    {T::pending_id_must_be_different, "A transfer cannot post, void or reverse itself."},
    {T::timeout_reserved_for_pending_transfer, "Only a pending transfer has a timeout."},
    {T::closing_transfer_must_be_pending,
     "A transfer that closes an account is pending: set that flag too, or use account close."},
    {T::ledger_must_not_be_zero, ledger_zero},
    {T::code_must_not_be_zero, code_zero},
    {T::debit_account_not_found, "Create the account first."},
    {T::credit_account_not_found, "Create the account first."},
    {T::accounts_must_have_the_same_ledger,
     "Nothing moves between ledgers: an exchange is two transfers, linked."},
    {T::transfer_must_have_the_same_ledger_as_accounts, "Name the ledger of the accounts."},
    {T::pending_transfer_not_found, "There is no transfer with that pending_id."},
    {T::reversal_target_not_found, "There is no transfer with that pending_id."},
    {T::reversal_target_not_posted,
     "Only what was posted can be reversed: void a pending transfer, and move back a reversal by "
     "a new transfer. A captured hold is reversed by the id of its post."},
    {T::pending_transfer_not_pending,
     "It is no pending transfer: there is nothing to post or void. A posted one can be reversed."},
    {T::hold_is_owned, "A coordinator owns the hold and alone may post or void it."},
    {T::pending_transfer_has_different_debit_account_id,
     "The pending transfer debits another account: leave the account out."},
    {T::pending_transfer_has_different_credit_account_id,
     "The pending transfer credits another account: leave the account out."},
    {T::pending_transfer_has_different_ledger,
     "The pending transfer is in another ledger: leave it out."},
    {T::pending_transfer_has_different_code,
     "The pending transfer has another code: leave it out."},
    {T::amount_must_not_be_zero, "keep_remainder needs an amount above 0."},
    {T::reversal_exceeds_original,
     "More than what is not reversed yet: look with transfer get, and reverse at most the rest."},
    {T::exceeds_pending_transfer_amount,
     "More than is held: look with hold get, and post at most that."},
    {T::pending_transfer_has_different_amount,
     "A void releases all that is held: leave the amount out."},
    {T::pending_transfer_already_posted,
     "It is done: see hold get. What was posted can be reversed."},
    {T::pending_transfer_already_voided, "It is over: see hold get. Make a new pending transfer."},
    {T::pending_transfer_expired, "Its time was over and the amount was released: hold it anew."},
    {T::imported_event_timestamp_must_not_regress,
     "Imported transfers come in the order of their timestamps, which no other event may have."},
    {T::imported_event_timestamp_must_postdate_debit_account,
     "The account that is debited is younger than the transfer."},
    {T::imported_event_timestamp_must_postdate_credit_account,
     "The account that is credited is younger than the transfer."},
    {T::imported_event_timeout_must_be_zero, "An imported transfer has no timeout."},
    {T::debit_account_already_closed, "The account that is debited is closed: see account reopen."},
    {T::credit_account_already_closed,
     "The account that is credited is closed: see account reopen."},
    {T::debit_account_frozen, "An operator froze the account's debits: see account unfreeze."},
    {T::credit_account_frozen, "An operator froze the account's credits: see account unfreeze."},
    {T::overflows_debits_pending, "The account's sum would pass 2^128-1."},
    {T::overflows_credits_pending, "The account's sum would pass 2^128-1."},
    {T::overflows_debits_posted, "The account's sum would pass 2^128-1."},
    {T::overflows_credits_posted, "The account's sum would pass 2^128-1."},
    {T::overflows_debits, "The account's sum would pass 2^128-1."},
    {T::overflows_credits, "The account's sum would pass 2^128-1."},
    {T::overflows_timeout,
     "The timeout ends after the end of time, 2^63-1 ns: take a shorter one."},
    {T::exceeds_credits,
     "The account that is debited has too little: debits, pending ones too, must not exceed its "
     "posted credits."},
    {T::exceeds_debits,
     "The account that is credited would get too much: credits, pending ones too, must not exceed "
     "its posted debits."},
    {T::below_minimum, "The account that is debited would fall below its minimum: account limits."},
    {T::above_maximum, "The account that is credited would pass its maximum: account limits."},
};

constexpr Advice<L> ledger_advice[] = {
    {L::ledger_must_not_be_zero, "Give the ledger a number above 0."},
    {L::name_must_not_be_empty, "Give the ledger a name, such as EUR."},
    {L::name_too_long, "A name has at most 64 bytes."},
    {L::name_must_be_utf8, "The name is not UTF-8."},
    {L::scale_out_of_range, "A scale is 0 to 30."},
    {L::kind_unknown, "The kind is currency, stock or asset."},
    {L::name_taken, "Another ledger has this name: see ledger list."},
    {L::ledger_in_use, "It has accounts, so it cannot be changed any more."},
    {L::too_many_ledgers, "There are 65,536 ledgers already."},
};

constexpr Advice<C> change_advice[] = {
    {C::timestamp_must_be_zero, "The engine sets the timestamp: leave it out."},
    {C::reserved_field, "A reserved field is not 0."},
    {C::kind_unknown, "This engine does not know such a change."},
    {C::account_not_found, "There is no such account."},
    {C::minimum_must_not_exceed_maximum, "The minimum is above the maximum."},
    {C::sides_unknown, "Freeze debits, credits or both."},
    {C::outside_limits,
     "Done, but the balance is outside these limits now: only moves that bring it back pass."},
};

constexpr Advice<N> name_advice[] = {
    {N::reserved_field, "A reserved field is not 0."},
    {N::kind_unknown,
     "The kind is account, transfer, user, business, aggregate_type, event_type or aggregate."},
    {N::id_must_not_be_zero, id_zero},
    {N::text_must_not_be_empty, "Give a text of 1 to 64 bytes."},
    {N::text_too_long, "A name has at most 64 bytes."},
    {N::text_must_be_utf8, "The text is not UTF-8, or has control characters."},
    {N::name_conflict, "The id has another name, which it keeps: see name get."},
    {N::too_many_names,
     "There is no room for more names: restart the engine with a larger --names-max."},
};

constexpr Advice<E> event_advice[] = {
    {E::linked_event_failed, "Another event of the request failed: all are appended, or none."},
    {E::timestamp_must_be_zero, "The engine sets the timestamp: leave it out."},
    {E::reserved_flag, "A flag is set that this engine does not know."},
    {E::id_must_not_be_zero, id_zero},
    {E::aggregate_type_must_not_be_zero, "Say what kind of thing the stream is about."},
    {E::aggregate_id_must_not_be_zero, "Say which one the stream is about."},
    {E::event_type_must_not_be_zero, "Say what happened: give the event a type."},
    {E::content_type_reserved, "Codes of your own for payloads begin at 1024."},
    {E::payload_too_large,
     "A payload has at most 65,536 bytes: keep the rest elsewhere, and its hash here."},
    {E::version_must_be_zero,
     "A version is given only as the expected one, with the flag expects_version."},
    {E::id_repeated_in_request, "Two events of the request have this id: each needs its own."},
    {E::exists_with_different_aggregate_type, event_differs},
    {E::exists_with_different_aggregate_id, event_differs},
    {E::exists_with_different_event_type, event_differs},
    {E::exists_with_different_content_type, event_differs},
    {E::exists_with_different_business_id, event_differs},
    {E::exists_with_different_user_id, event_differs},
    {E::exists_with_different_payload, event_differs},
    {E::exists_in_part,
     "Some events of the request were appended before, and others were not: send only the new "
     "ones."},
    {E::version_mismatch,
     "The stream is at another version than expected: read what came, decide anew, and try again."},
    {E::aggregate_type_reserved,
     "Orders and payments are the engine's: use order, payment or a bundle's commands."},
    {E::aggregate_type_not_of_request,
     "Commands to orders and to payments are requests of their own; together they go into a "
     "bundle."},
    {E::event_type_unknown, "Nothing of that name can be done to an order or payment."},
    {E::details_malformed,
     "The payload is not a command's: see net/README.md. A text has no control characters."},
    {E::text_too_long, "A text has at most 160 bytes."},
    {E::detail_not_expected, "This command has no such detail: leave it out."},
    {E::subject_id_must_not_be_zero, "Say which payment, refund or dispute."},
    {E::quantity_must_not_be_zero, "Say how many pieces."},
    {E::amount_must_not_be_zero, "Say how much."},
    {E::ledger_must_not_be_zero, "Say in which ledger the amount is."},
    {E::text_must_not_be_empty,
     "A text is missing: the SKU, tracking number, channel, external reference or reason."},
    {E::order_already_exists, "There is an order with this id; this command did not create it."},
    {E::order_not_found, "There is no such order."},
    {E::order_not_pending, "Only a pending order is paid: see order get."},
    {E::order_not_paid, "Only a paid order is shipped: see order get."},
    {E::order_not_shipped, "Only a shipped order is completed: see order get."},
    {E::order_not_cancellable,
     "Only an order that is pending or paid is cancelled: see order get."},
    {E::payment_already_exists,
     "There is a payment with this id; this command did not initiate it."},
    {E::payment_not_found, "There is no such payment."},
    {E::payment_not_initiated, "It was authorised, voided or failed before: see payment get."},
    {E::payment_not_authorised,
     "Only an authorised payment that has something left is captured: see payment get."},
    {E::payment_not_voidable, "Something was captured, or it has ended: refund it instead."},
    {E::payment_not_failable, "Something was captured, or it has ended: see payment get."},
    {E::payment_not_captured, "The payment is not captured: see payment get."},
    {E::payment_not_refundable, "Nothing was captured that could go back: see payment get."},
    {E::payment_not_disputable, "Nothing was captured that could be disputed: see payment get."},
    {E::refund_already_exists,
     "The payment has a refund with this id; this command did not request it."},
    {E::refund_not_found, "The payment has no such refund."},
    {E::refund_not_pending, "The refund has ended: see payment get."},
    {E::dispute_already_exists,
     "The payment has a dispute with this id; this command did not open it."},
    {E::dispute_not_found, "The payment has no such dispute."},
    {E::dispute_not_open, "The dispute has ended: see payment get."},
    {E::ledger_not_registered, "Register the ledger first: ledger put."},
    {E::payment_is_of_another_order, "The payment was initiated for another order."},
    {E::payment_has_different_ledger, "The payment is in another ledger than the order."},
    {E::payment_captured_too_little, "The payment captured less than the order's amount."},
    {E::capture_exceeds_amount, "More than is left of the payment's amount."},
    {E::refund_exceeds_captured, "Refunds, pending ones too, can be as much as was captured."},
    {E::dispute_exceeds_captured, "Disputes, open or lost, can be about as much as was captured."},
    {E::too_many_captures, "A payment has at most 256 captures."},
    {E::too_many_refunds,
     "A payment has at most 64 refunds, and the engine so many as --payments-max."},
    {E::too_many_disputes,
     "A payment has at most 64 disputes, and the engine so many as --payments-max."},
    {E::transfer_not_in_bundle, "The transfer it names must be one that the same bundle creates."},
    {E::transfer_has_different_ledger,
     "The transfer is not in the ledger that the command is about; pieces are of a stock ledger."},
    {E::transfer_has_different_amount,
     "The transfer moves another amount than the command is about."},
    {E::too_many_orders,
     "There is no room for more orders: restart the engine with a larger --orders-max."},
    {E::too_many_payments,
     "There is no room for more payments: restart the engine with a larger --payments-max."},
    {E::saga_payload_malformed,
     "The bytes are not what this event of a saga is made of; use a client of this version."},
    {E::saga_definition_invalid,
     "The definition has faults, or is not written in the one canonical way: 'daybook saga check' "
     "names each fault, and 'daybook saga put' stores what it prints none for."},
    {E::saga_version_not_newer,
     "There is this version of the definition already, saying something else, or a later one: give "
     "what you changed a higher version."},
    {E::saga_secrets_not_kept,
     "It has an output of type secret, and what comes back from participants is not sealed: only "
     "inputs can be secret."},
    {E::saga_secret_not_sealed,
     "An input of type secret is no sealed text: 'daybook saga start' seals it, or have "
     "'daybook admin seal' do it and send what that prints."},
    {E::saga_definition_not_found,
     "No such definition is stored: 'daybook saga put' stores one, 'daybook saga definitions' "
     "lists "
     "those that are."},
    {E::saga_inputs_differ,
     "The values are not those that the definition names, in number, order or type; see 'daybook "
     "saga definitions NAME'."},
    {E::saga_already_exists,
     "A saga of this id was started with something else: use a new id, or show that one."},
    {E::saga_not_found, "There is no saga of this id: start it first, or check the id."},
    {E::saga_has_ended, "The saga has ended, so nothing of it can be changed any more: show it."},
    {E::saga_illegal_transition,
     "The saga, or the step, is not in a state in which that can be done: show the saga to see "
     "what "
     "it waits for."},
    {E::saga_past_pivot,
     "The pivot has happened, so the saga only goes forward and cannot be cancelled; undo what it "
     "did by another saga, or by hand."},
    {E::saga_skip_refused,
     "It is not known whether the pivot has happened, so it cannot be skipped: find out, and "
     "resolve it as succeeded or as failed."},
    {E::saga_failed_refused,
     "The step must be done, so it cannot be resolved as failed: retry it, resolve it as "
     "succeeded, "
     "or skip it."},
    {E::saga_evidence_contradicts,
     "The participant has said the opposite meanwhile: show the saga, and look at its answer."},
    {E::saga_no_way_back,
     "The pivot may have happened and has no undo, so the saga cannot be undone as a whole: retry "
     "or resolve the step, or close the saga by hand."},
    {E::saga_signal_not_awaited,
     "No step of the saga waits for this signal now: too early, too late, or another name; show "
     "the "
     "saga, and send it again, under a new id, when a step waits."},
    {E::saga_is_owned,
     "It is a branch of a TCC transaction: confirm or cancel that, `daybook tcc`."},
    {E::saga_unchanged, "It is so already: nothing had to be done."},
    {E::too_many_saga_definitions,
     "The engine keeps 4096 definitions, all versions counted, and has no room for another."},
    {E::too_many_sagas,
     "There is no room for more sagas that go on: wait until some have ended, or restart the "
     "engine "
     "with a larger --sagas-max."},
    {E::participant_not_found,
     "No participant of this name is registered: 'daybook participant put' registers one."},
    {E::step_not_of_participant,
     "Somebody else was asked to do this step, or nobody was: an answer comes from whoever was "
     "asked."},
    {E::step_key_differs,
     "The key is not that of what was asked: answer with the fields of the command."},
    {E::too_many_participants, "The engine keeps 256 participants, and has no room for another."},
    {E::event_type_not_of_request,
     "Corrections are approved and rejected by a checker, with daybook recon approve and reject; "
     "everything else of reconciliations is an operator's."},
    {E::reconciliation_not_found,
     "No reconciliation of this name is defined: 'daybook recon define' does."},
    {E::period_out_of_order,
     "There is a run of a later day, and none of this one: days are reconciled in their order."},
    {E::next_period_closed,
     "The day behind it is closed, and carried on what this day left open: it cannot change any "
     "more."},
    {E::run_already_exists,
     "This very run exists: the same statement, cut and what is carried on."},
    {E::run_not_found, "There is no such run: 'daybook recon runs' lists them."},
    {E::run_illegal_transition, "The run is not in a state in which this could be done: show it."},
    {E::carry_in_differs, "Meanwhile another run of the day before counts: start this run again."},
    {E::run_has_open_differences,
     "Some of its differences are not dealt with, or wait for a checker: list them."},
    {E::difference_not_found,
     "Nobody has dealt with a difference of this id: propose something first."},
    {E::difference_illegal_transition,
     "The difference is not in a state in which this could be done: show it."},
    {E::correction_stale,
     "Another run of this day has taken its place: propose the correction again in that one."},
    {E::maker_is_checker,
     "Whoever proposes a correction does not approve it: somebody else has to."},
    {E::legs_differ,
     "The transfers, or the saga, are not those that were proposed: nothing was posted."},
    {E::limit_exceeded,
     "The amount is above what the reconciliation allows for this kind of difference and ledger, "
     "or it allows nothing there."},
    {E::cannot_be_accepted,
     "A line that could not be read is never merely accepted: mend the file, or close it by "
     "force."},
    {E::too_many_reconciliations,
     "The engine keeps 1024 reconciliations and 16384 limits, and has no room for another."},
    {E::too_many_runs,
     "The engine keeps 1048576 runs of reconciliations, and has no room for another."},
    {E::too_many_differences,
     "The engine keeps 4194304 differences that somebody dealt with, and has no room for another."},
    {E::too_many_streams,
     "There is no room for more streams: restart the engine with a larger --streams-max."},
    {E::too_many_events,
     "There is no room for more events: restart the engine with a larger --event-ids-max."},
};

using K = PutCheckpointStatus;
constexpr Advice<K> checkpoint_advice[] = {
    {K::timestamp_must_be_zero, "The engine sets the timestamp: leave it out."},
    {K::reserved_field,
     "A field or flag is set that this engine does not know, or two exclude each "
     "other."},
    {K::name_must_not_be_empty, "Give the checkpoint a name."},
    {K::name_too_long, "A checkpoint's name has at most 64 bytes."},
    {K::name_must_be_utf8, "A checkpoint's name is printable UTF-8."},
    {K::sequence_must_be_zero, "A checkpoint that is removed has no sequence: leave it out."},
    {K::checkpoint_not_found, "There is no checkpoint of this name."},
    {K::ahead_of_journal, "The journal has not come so far: give a sequence that it has."},
    {K::must_not_go_back,
     "The checkpoint is further on already: leave it, or say that it may go back."},
    {K::too_many_checkpoints, "There are 1,024 checkpoints: delete one that nobody needs."},
};

using X = TccStatus;
constexpr Advice<X> tcc_advice[] = {
    {X::unknown_command, "A command is begin, try, confirm or cancel."},
    {X::reserved_field, "A field is set that this command does not use."},
    {X::gid_must_not_be_zero, "Give the transaction an id; a UUIDv7 is best."},
    {X::gid_must_not_be_int_max, "No transaction may have the id 2^128-1."},
    {X::branch_must_not_be_zero, "Branches are numbered from 1."},
    {X::amounts_malformed, "Name each branch once, and at most 256 of them."},
    {X::created_at_missing, "The gid is no UUIDv7: say when it was made."},
    {X::created_in_future, "The gid was made in the future: check the clocks."},
    {X::timeout_out_of_range, "A transaction may take 30 days at most."},
    {X::rejected_too_old,
     "The gid is older than all transactions that are remembered: begin a new one, once you know "
     "how that one ended."},
    {X::tcc_not_found, "There is no such transaction: begin it first."},
    {X::conflict, "This was asked for before, with another content: use another gid or branch."},
    {X::rejected_decided, "The transaction is confirmed: nothing more can be tried."},
    {X::rejected_cancelled, "The transaction is cancelled: nothing can be tried any more."},
    {X::rejected_expired, "The transaction's time was over: begin a new one."},
    {X::try_refused,
     "The ledger's rules refused the branch, see the status of its transfer: try another branch, "
     "or cancel."},
    {X::already_confirmed, "The transaction is confirmed: reverse its transfers."},
    {X::already_cancelled, "The transaction is cancelled, and its branches are released."},
    {X::already_expired, "The transaction's time was over, and its branches are released."},
    {X::not_tried, "A branch that you confirm was not tried, or was refused."},
    {X::branches_differ, "Name every branch that was tried."},
    {X::exceeds_tried, "A branch can be confirmed with as much as was tried."},
    {X::too_many_branches, "A transaction has at most 256 branches."},
    {X::too_many_transactions,
     "There is no room for more transactions or branches: restart the engine with a larger "
     "--tccs-max."},
    {X::too_many_settlements,
     "The request settles more than 1,024 branches: send this command in another request."},
    {X::subject_missing, "Say which saga or transaction is the branch."},
    {X::subject_not_found, "Nothing of this id goes on: start or begin it first, or it has ended."},
    {X::saga_without_wait,
     "The saga's definition has no step of the kind tcc.wait, so it would not wait for the "
     "transaction."},
    {X::subject_is_taken, "It is another branch already."},
    {X::subject_not_forward,
     "It is decided, stuck, being undone or past its tcc.wait: `daybook tcc get` or `daybook saga "
     "show` says why."},
    {X::saga_not_ready,
     "The saga has not come to its tcc.wait yet: not all of it is tried. Send the try again."},
    {X::branch_withdrawn,
     "The branch was tried, and was undone before the transaction was decided: cancel the "
     "transaction, or try another branch."},
    {X::awaits_parent, "It is confirmed as soon as the transaction is that it is a branch of."},
    {X::nested_in_itself,
     "A transaction cannot be a branch of itself, nor of one that is a branch of it."},
    {X::nested_too_deep, "Transactions can be nested in 8 levels."},
};

template <typename Status>
std::string_view find(std::span<const Advice<Status>> table, Status status) noexcept {
  for (const Advice<Status>& each : table) {
    if (each.status == status) return each.words;
  }
  return {};
}

}  // namespace

std::string_view advice(CreateAccountStatus status) noexcept {
  return find<A>(account_advice, status);
}
std::string_view advice(CreateTransferStatus status) noexcept {
  return find<T>(transfer_advice, status);
}
std::string_view advice(PutLedgerStatus status) noexcept { return find<L>(ledger_advice, status); }
std::string_view advice(ChangeAccountStatus status) noexcept {
  return find<C>(change_advice, status);
}
std::string_view advice(PutNameStatus status) noexcept { return find<N>(name_advice, status); }
std::string_view advice(AppendEventStatus status) noexcept { return find<E>(event_advice, status); }
std::string_view advice(TccStatus status) noexcept { return find<X>(tcc_advice, status); }
std::string_view advice(PutCheckpointStatus status) noexcept {
  return find<K>(checkpoint_advice, status);
}

}  // namespace daybook
