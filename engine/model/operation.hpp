#pragma once

#include <cstdint>
#include <type_traits>

#include "engine/model/ids.hpp"
#include "engine/model/status.hpp"

namespace daybook {

/// What a request asks for. Frozen: message types on the wire, kinds in the journal.
/// 16-39 change state and are journaled as operations; 40-63 and from 100 on read; 64-79
/// administer; 80-99 are the engine's own, which nobody can ask for.
enum class RequestKind : std::uint16_t {
  create_accounts = 16,
  create_transfers = 17,
  put_ledgers = 18,
  change_accounts = 19,  ///< By an operator: limits, freezing, closing.
  put_names = 20,
  append_events = 21,     ///< To streams of domain events: all of them or none.
  order_commands = 22,    ///< Events of orders, which the engine's rules allow or refuse.
  payment_commands = 23,  ///< The same of payments.
  bundle = 24,            ///< A chain of transfers and domain events: all of them or none.
  put_checkpoints = 25,   ///< How far consumers of events have come.
  tcc_commands = 26,      ///< Begin, try, confirm and cancel, of any transactions.
  saga_commands = 27,     ///< Definitions are stored; sagas are started, cancelled, signalled.
  operate_sagas = 28,     ///< By an operator: retry, resolve, skip, force back, close.
  answer_steps = 29,      ///< By a participant: what has become of steps.
  /// Runs of reconciliations, corrections proposed: by an operator.
  reconciliation_commands = 30,
  review_corrections = 31,  ///< By a checker: a bundle of an approval and what it posts; limits.
  post_automatically = 32,  ///< The same by an operator, within the limits set for that.
  start_corrections = 33,   ///< By a checker or an operator: sagas of approved corrections.
  lookup_accounts = 40,     ///< Answered by the sequencer, in order with the writes.
  lookup_transfers = 41,    ///< This and the following: answered by query threads.
  list_accounts = 42,
  list_ledgers = 43,
  list_transfers = 44,
  lookup_holds = 45,
  get_account_transfers = 46,
  get_account_balances = 47,
  query_accounts = 48,
  query_transfers = 49,
  trial_balance = 50,
  lookup_names = 51,
  query_operations = 52,  ///< The operation log.
  read_events = 53,
  lookup_accounts_at = 54,  ///< As of a sequence or a time, as trial_balance_at.
  trial_balance_at = 55,
  subscribe = 56,      ///< Answered again and again, by the subscription thread.
  lookup_orders = 57,  ///< As they are, or as of a sequence or a time, as lookup_payments.
  lookup_payments = 58,
  lookup_checkpoints = 59,  ///< By query threads.
  rebuild = 60,             ///< Aggregates folded from facts again, compared with the state.
  acknowledge_events = 61,  ///< This and the next never leave the io thread.
  unsubscribe = 62,
  advance_clock = 64,  ///< Manual clock only. Journaled.
  accept_clock = 65,   ///< Ends a held clock. Journaled.
  state_digest = 66,   ///< Answered by the sequencer.
  take_snapshot = 68,  ///< Answered once the follower's snapshot is on disk.
  open_session = 67,   ///< Inside Hello: which request numbers has this client used?
  release_holds = 80,  ///< By the engine itself: holds whose time is over. Journaled.
  expire_tccs = 81,    ///< The same of TCC transactions.
  prune_tccs = 82,     ///< By the engine itself: ended transactions are forgotten. Journaled.
  drive_sagas = 83,    ///< By the engine itself: waits of sagas are over. Journaled.
  forget_sagas = 84,   ///< By the engine itself: ended sagas leave memory. Journaled.
  lookup_tccs = 100,   ///< By query threads, as the next.
  list_tccs = 101,
  list_sagas = 102,         ///< Those in memory.
  take_work = 103,          ///< By a participant: answered when there is work, by the sequencer.
  list_participants = 104,  ///< How they are doing. Answered by the sequencer.
  seal_secrets = 105,       ///< Texts that a saga may carry. Answered by the keeper, as the next.
  forget_secrets = 106,     ///< Their keys are destroyed.
  list_waiting_work = 107,  ///< Commands that wait, by type. Answered by the sequencer.
};

[[nodiscard]] std::string_view to_string(RequestKind kind) noexcept;

/// True for kinds whose events are domain events, all of them appended or none.
[[nodiscard]] constexpr bool appends_events(RequestKind kind) {
  return kind == RequestKind::append_events || kind == RequestKind::order_commands ||
         kind == RequestKind::payment_commands || kind == RequestKind::reconciliation_commands;
}

/// True for kinds that are a chain of transfers and domain events, all of them or none.
[[nodiscard]] constexpr bool is_bundle(RequestKind kind) {
  return kind == RequestKind::bundle || kind == RequestKind::review_corrections ||
         kind == RequestKind::post_automatically;
}

/// True for kinds whose events are those of sagas: each is decided by itself.
[[nodiscard]] constexpr bool commands_sagas(RequestKind kind) {
  return kind == RequestKind::saga_commands || kind == RequestKind::operate_sagas ||
         kind == RequestKind::start_corrections;
}

/// True for kinds that sagas go on by: what is asked of them, and what participants answer.
[[nodiscard]] constexpr bool drives_sagas(RequestKind kind) {
  return commands_sagas(kind) || kind == RequestKind::answer_steps;
}

/// True for kinds that the keeper of secrets answers: neither the engine nor its journal sees them.
[[nodiscard]] constexpr bool asks_keeper(RequestKind kind) {
  return kind == RequestKind::seal_secrets || kind == RequestKind::forget_secrets;
}

/// True for kinds that become an operation record in the journal, and so have a reply window.
[[nodiscard]] constexpr bool is_journaled(RequestKind kind) {
  return kind == RequestKind::create_accounts || kind == RequestKind::create_transfers ||
         kind == RequestKind::put_ledgers || kind == RequestKind::change_accounts ||
         kind == RequestKind::put_names || appends_events(kind) || is_bundle(kind) ||
         kind == RequestKind::put_checkpoints || kind == RequestKind::tcc_commands ||
         drives_sagas(kind) || kind == RequestKind::advance_clock ||
         kind == RequestKind::accept_clock;
}

/// True for kinds whose events take a timestamp each: the last one's is the request's time.
[[nodiscard]] constexpr bool takes_slots(RequestKind kind) {
  return kind == RequestKind::create_accounts || kind == RequestKind::create_transfers ||
         kind == RequestKind::put_ledgers || kind == RequestKind::put_names ||
         appends_events(kind) || is_bundle(kind) || kind == RequestKind::put_checkpoints ||
         kind == RequestKind::tcc_commands || drives_sagas(kind);
}

/// True for kinds that may bring names beside their events.
[[nodiscard]] constexpr bool may_bring_names(RequestKind kind) {
  return kind == RequestKind::create_accounts || kind == RequestKind::create_transfers ||
         appends_events(kind) || is_bundle(kind);
}

/// True for kinds whose request is a QueryFilter.
[[nodiscard]] constexpr bool is_filtered(RequestKind kind) {
  return kind == RequestKind::get_account_transfers || kind == RequestKind::get_account_balances ||
         kind == RequestKind::query_accounts || kind == RequestKind::query_transfers;
}

/// True for kinds that query threads answer from what the follower has published.
[[nodiscard]] constexpr bool is_query(RequestKind kind) {
  return kind == RequestKind::lookup_transfers || kind == RequestKind::list_accounts ||
         kind == RequestKind::list_ledgers || kind == RequestKind::list_transfers ||
         kind == RequestKind::lookup_holds || kind == RequestKind::trial_balance ||
         kind == RequestKind::lookup_names || kind == RequestKind::read_events ||
         kind == RequestKind::query_operations || kind == RequestKind::lookup_accounts_at ||
         kind == RequestKind::trial_balance_at || kind == RequestKind::lookup_orders ||
         kind == RequestKind::lookup_payments || kind == RequestKind::lookup_checkpoints ||
         kind == RequestKind::rebuild || kind == RequestKind::lookup_tccs ||
         kind == RequestKind::list_tccs || kind == RequestKind::list_sagas ||
         kind == RequestKind::take_snapshot || is_filtered(kind);
}

/// One request as the journal remembers it, accepted or refused. 112 bytes.
struct Operation {
  ClientId client;
  PrincipalId principal;
  TraceId trace_id;
  BusinessId business_id;
  UserId user_id;
  std::uint64_t request_number = 0;
  std::uint64_t frame_checksum =
      0;           ///< XXH3-64 of the request's frame: tells a repeat from a reuse.
  Timestamp time;  ///< T: the timestamp of the request's last event slot.
  RequestKind kind{};
  RequestStatus status{};
  std::uint32_t event_count = 0;  ///< Events asked for.
  /// Facts that follow this record, without the names that came with its events.
  std::uint32_t created_count = 0;
  std::uint32_t refusal_count = 0;  ///< Refusals that belong to this record.
};
static_assert(sizeof(Operation) == 112 && alignof(Operation) == 8);
static_assert(std::is_trivially_copyable_v<Operation>);

/// Which of a bundle's two lists a refusal is of. Frozen: on the wire and in the journal.
namespace bundle_part {
inline constexpr std::uint16_t transfers = 0;
inline constexpr std::uint16_t events = 1;
}  // namespace bundle_part

/// One event of a request that was not created. 16 bytes; also the item of a sparse reply.
struct Refusal {
  std::uint32_t index = 0;   ///< Of the event in its request (in its part of a bundle), from 0.
  std::uint16_t status = 0;  ///< Of the enum that the request's kind implies.
  /// Of a bundle: of bundle_part. Of a TCC command that the ledger's rules refused: the
  /// CreateTransferStatus. Else 0.
  std::uint16_t part = 0;
  Timestamp timestamp;  ///< The original's where the status is `exists`, else the slot's.
};
static_assert(sizeof(Refusal) == 16 && alignof(Refusal) == 8);

/// The kind of request whose statuses and data a refusal of a request of `kind` has.
[[nodiscard]] constexpr RequestKind kind_of_refusal(RequestKind kind, const Refusal& refusal) {
  if (appends_events(kind) || drives_sagas(kind)) return RequestKind::append_events;
  if (!is_bundle(kind)) return kind;
  return refusal.part == bundle_part::events ? RequestKind::append_events
                                             : RequestKind::create_transfers;
}

}  // namespace daybook
