#pragma once

#include <cstddef>
#include <cstdint>

/// Every limit of Daybook that is not a setting. A setting's own bounds stand here too.
namespace daybook::limits {

inline constexpr std::size_t frame_bytes_max = 1'536 * 1'024;  ///< Header and body.
inline constexpr std::size_t entry_bytes_max = 2'048 * 1'024;  ///< One journal entry, padded.
inline constexpr std::uint32_t batch_events_max = 8'192;       ///< Events in one request.
inline constexpr std::uint32_t in_flight_requests_max = 512;   ///< Of one connection.
inline constexpr std::size_t in_flight_bytes_max = 8 * 1'024 * 1'024;  ///< Of one connection.
inline constexpr std::size_t receive_bytes_max = 256 * 1'024 * 1'024;  ///< Of all connections.
inline constexpr std::uint32_t connections_default = 1'024;
inline constexpr std::uint64_t accounts_default = 10'000'000;
inline constexpr std::uint64_t transfer_ids_default = std::uint64_t{1} << 28;
/// Ids that one generation of the id table gathers before they are written to a sorted run.
inline constexpr std::uint64_t ids_a_generation_default = 15'000'000;
inline constexpr std::uint64_t ids_a_generation_min = 100'000;
inline constexpr std::uint64_t holds_default = std::uint64_t{1} << 23;  ///< Open at a time.
inline constexpr std::uint32_t releases_per_operation_max = 1'024;  ///< Holds whose time is over.
inline constexpr std::uint32_t ledgers_max = 65'536;
inline constexpr std::size_t ledger_name_bytes_max = 64;
inline constexpr std::uint32_t ledger_scale_max = 30;
inline constexpr std::size_t name_bytes_max = 64;          ///< Of an id.
inline constexpr std::uint32_t request_names_max = 4'096;  ///< That come with events.
inline constexpr std::uint64_t names_default = std::uint64_t{1} << 26;
inline constexpr std::size_t event_payload_bytes_max = 64 * 1'024;  ///< Of one domain event.
/// Of a command to an order or a payment: its SKU, tracking number, reason and so on.
inline constexpr std::size_t command_text_bytes_max = 160;
inline constexpr std::uint64_t orders_default = std::uint64_t{1} << 22;
/// Also of the refunds and the disputes of all payments, each.
inline constexpr std::uint64_t payments_default = std::uint64_t{1} << 22;
inline constexpr std::uint32_t payment_captures_max = 256;  ///< Of one payment.
inline constexpr std::uint32_t payment_refunds_max = 64;
inline constexpr std::uint32_t payment_disputes_max = 64;
/// Of a command to a reconciliation, one of its runs or a difference: JSON, a reason.
inline constexpr std::size_t reconciliation_text_bytes_max = 4'096;
inline constexpr std::uint64_t reconciliations_max = 1'024;
inline constexpr std::uint64_t approval_limits_max = 16'384;         ///< Of all reconciliations.
inline constexpr std::uint64_t reconciliation_runs_max = 1'048'576;  ///< As periods of all.
inline constexpr std::uint64_t differences_max = 4'194'304;          ///< That somebody dealt with.
inline constexpr std::size_t correction_legs_max = 8;  ///< Transfers of one correction.
inline constexpr std::uint64_t tccs_default = std::uint64_t{1} << 21;       ///< Ended ones too.
inline constexpr std::uint64_t tccs_kept_default = std::uint64_t{1} << 20;  ///< Of the ended ones.
inline constexpr std::uint32_t tcc_branches_max = 256;                      ///< Of one transaction.
inline constexpr std::uint64_t tcc_branches_each = 4;     ///< On average: room for all.
inline constexpr std::uint32_t tcc_nesting_max = 8;       ///< Levels of nested transactions.
inline constexpr std::uint32_t tcc_commands_max = 2'048;  ///< In one request.
/// Branches that one request, or the engine by itself at once, confirms or cancels.
inline constexpr std::uint32_t tcc_settlements_max = 1'024;
inline constexpr std::uint64_t tcc_timeout_default_ns = 1'800'000'000'000;  ///< 30 minutes.
inline constexpr std::uint64_t tcc_timeout_max_ns = 2'592'000'000'000'000;  ///< 30 days.
inline constexpr std::uint64_t tcc_created_ahead_max_ns = 60'000'000'000;   ///< Clocks differ.
inline constexpr std::uint32_t tccs_pruned_at_once_max = 1'024;
inline constexpr std::uint32_t tccs_lookup_max = 64;   ///< Asked for at once.
inline constexpr std::uint32_t tccs_page_max = 1'024;  ///< In one page of a list.
inline constexpr std::uint32_t aggregates_lookup_max =
    64;  ///< Orders or payments asked for at once.
inline constexpr std::uint64_t event_ids_default = std::uint64_t{1} << 26;
inline constexpr std::uint64_t streams_default = std::uint64_t{1} << 24;
/// Events and payloads in one page of an answer. One event with the largest payload always fits.
inline constexpr std::size_t event_page_bytes_max = 1'024 * 1'024;
inline constexpr std::uint32_t checkpoints_max = 1'024;  ///< Of consumers of events.
inline constexpr std::size_t checkpoint_name_bytes_max = 64;

inline constexpr std::uint32_t subscriptions_max = 256;  ///< Of an engine.
inline constexpr std::uint32_t subscriptions_per_connection_max = 16;
inline constexpr std::size_t subscription_window_bytes_max =
    4 * 1'024 * 1'024;  ///< Not acknowledged.
inline constexpr std::size_t subscription_window_bytes_default = 1'024 * 1'024;
inline constexpr std::size_t subscription_window_bytes_min = 16 * 1'024;
inline constexpr std::size_t subscription_batch_bytes_max = 256 * 1'024;  ///< And one record above.
inline constexpr std::uint64_t consumer_slow_after_ns = 30'000'000'000;   ///< With a full window.

inline constexpr std::size_t principal_name_bytes_max = 64;
inline constexpr std::size_t reason_bytes_max = 256;  ///< An operator's words.
inline constexpr std::uint32_t operations_per_entry_max = 8'192;

inline constexpr std::uint32_t window_operations_max = 1'024;   ///< Kept operations of one client.
inline constexpr std::uint32_t window_clients_max = 65'536;     ///< Clients with kept operations.
inline constexpr std::uint32_t window_numbers_max = 1'048'576;  ///< Clients with a number only.
inline constexpr std::size_t manifest_bytes_max = 256 * 1'024 * 1'024;  ///< Of a backup.
inline constexpr std::size_t window_bytes_max = 256 * 1'024 * 1'024;    ///< Of all clients.

/// Facts that one operation makes, its record included, and some to spare.
inline constexpr std::uint64_t operation_facts_max = 16'384;
inline constexpr std::size_t operations_page_bytes_max = 256 * 1'024;  ///< Of an answer's records.
/// Aggregates that a rebuild names with their fields; more that differ are only counted.
inline constexpr std::size_t rebuild_aggregates_max = 1'000;
/// Of a rebuild beside a running engine, unless it is of one: what is folded takes memory.
inline constexpr std::uint64_t rebuild_online_aggregates_max = 1'000'000;
inline constexpr std::uint64_t rebuild_page_facts = 131'072;       ///< Folded for one answer.
inline constexpr std::uint64_t rebuild_locked_facts_max = 16'384;  ///< While nothing is followed.
inline constexpr std::size_t rebuild_differences_page_max = 256;   ///< In one answer.
inline constexpr std::uint32_t accounts_at_max =
    256;  ///< Or holds: asked for at once, as of a moment.

inline constexpr std::size_t saga_definition_bytes_max = 64 * 1'024;  ///< Of its JSON text.
inline constexpr std::uint32_t saga_document_depth_max = 8;           ///< Objects and lists in it.
inline constexpr std::uint32_t saga_document_values_max = 4'096;      ///< Of any kind, in it.
inline constexpr std::uint32_t saga_document_members_max = 256;       ///< Of one object or list.
inline constexpr std::uint32_t saga_steps_max = 64;
inline constexpr std::uint32_t saga_inputs_max = 64;
inline constexpr std::uint32_t saga_outputs_max = 16;    ///< Of one step.
inline constexpr std::uint32_t saga_arguments_max = 32;  ///< Of one step.
inline constexpr std::uint32_t saga_internal_accounts_max = 64;
inline constexpr std::size_t saga_name_bytes_max = 64;   ///< Of a saga, step, input, type, signal.
inline constexpr std::size_t saga_text_bytes_max = 160;  ///< Of a constant text.
inline constexpr std::size_t sealed_text_bytes_max = 256;  ///< Of a secret of a saga, sealed.
/// Of one in clear: what base64url of 256 bytes holds, less version, key id, nonce and tag.
inline constexpr std::size_t secret_bytes_max = 141;
inline constexpr std::uint32_t secrets_max = 256;  ///< Sealed, or forgotten, in one request.
inline constexpr std::uint32_t secret_requests_max = 256;  ///< That wait for the keeper.
inline constexpr std::uint64_t secret_keys_max = std::uint64_t{1} << 22;  ///< In a store, all.
inline constexpr std::uint32_t saga_definitions_max = 4'096;              ///< Stored, all versions.
inline constexpr std::uint64_t sagas_default = std::uint64_t{1} << 20;    ///< In memory at a time.
inline constexpr std::uint64_t sagas_most = std::uint64_t{1} << 25;       ///< A setting, at most.
/// Of the ended ones, those that a late answer may still be about.
inline constexpr std::uint64_t sagas_kept_default = std::uint64_t{1} << 18;
inline constexpr std::uint64_t saga_body_bytes_each = 1'024;  ///< On average: room for all.
inline constexpr std::uint32_t saga_commands_max = 2'048;     ///< In one request.
/// Facts that one request of sagas, or the engine by itself at once, makes at most.
inline constexpr std::uint32_t saga_facts_max = 12'288;
/// Of what one request of sagas may make, in an entry.
inline constexpr std::size_t saga_request_bytes_max = 1'536 * 1'024;
inline constexpr std::uint32_t saga_probes_max = 64;  ///< Ids tried for what a step makes.
inline constexpr std::uint32_t sagas_driven_at_once_max = 1'024;
inline constexpr std::uint32_t sagas_forgotten_at_once_max = 1'024;
inline constexpr std::uint32_t sagas_page_max = 1'024;                   ///< In one page of a list.
inline constexpr std::uint64_t saga_deadline_ms_max = 31'622'400'000;    ///< 366 days.
inline constexpr std::uint64_t saga_timeout_ms_max = 86'400'000;         ///< Of a remote step.
inline constexpr std::uint64_t saga_retry_interval_ms_max = 86'400'000;  ///< A day.
inline constexpr std::uint32_t saga_retry_factor_max = 10;
inline constexpr std::uint32_t saga_retry_tries_max = 1'000'000;

inline constexpr std::uint32_t participants_max = 256;
inline constexpr std::uint32_t waiting_page_max = 1'024;    ///< Queues looked at for one page.
inline constexpr std::uint32_t participant_types_max = 32;  ///< Of one participant.
inline constexpr std::size_t participant_bytes_max = 16 * 1'024;    ///< Of its registration's JSON.
inline constexpr std::uint32_t participant_in_flight_max = 65'536;  ///< Commands not answered.
inline constexpr std::uint64_t participant_keys_ms_max = 31'622'400'000;  ///< 366 days.
inline constexpr std::uint32_t participant_unanswered_max = 16;     ///< In a row: then it rests.
inline constexpr std::uint32_t answers_max = 2'048;                 ///< In one request.
inline constexpr std::size_t answer_payload_bytes_max = 4 * 1'024;  ///< Of one answer.
inline constexpr std::uint32_t work_credit_max = 1'024;             ///< Commands in one reply.
inline constexpr std::size_t work_reply_bytes_max = 256 * 1'024;    ///< With their payloads.
/// Of a command: what its arguments and prior outputs take at most, with their names.
inline constexpr std::size_t work_command_bytes_max = 24 * 1'024;
inline constexpr std::uint32_t work_questions_max = 1'024;  ///< Open, of an engine.
inline constexpr std::uint32_t work_questions_per_connection_max = 16;
inline constexpr std::uint64_t work_question_ns = 15'000'000'000;  ///< Then it is answered, empty.

inline constexpr std::uint64_t busy_after_ns = 1'000'000'000;  ///< Read but not taken: busy.
inline constexpr std::uint64_t index_wait_ns = 1'000'000'000;  ///< Query waiting for min_sequence.
inline constexpr std::uint64_t follower_lag_default = 4'000'000;  ///< Sequences.
inline constexpr std::uint64_t timestamp_max = (std::uint64_t{1} << 63) - 1;

}  // namespace daybook::limits
