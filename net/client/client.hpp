#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/model/operation_query.hpp"
#include "engine/model/query.hpp"
#include "net/client/answers.hpp"
#include "net/client/batch.hpp"
#include "net/client/client_loop.hpp"
#include "net/client/settings.hpp"
#include "net/client/subscriptions.hpp"

namespace daybook {

/// One client of a Daybook engine: one connection, many requests in flight, each executed once.
///
/// Two ways to use it. Blocking: `client.create_transfers(...)` returns when the answer is there.
/// Asynchronous: `client.submit(...)` and the async_ functions return at once, and the callback
/// runs later inside the loop; thousands may be under way, and answers come in any order.
///
/// Every request gets a number from the client's growing count and is kept, as the bytes that were
/// sent, until its answer comes. When the connection breaks, the client connects again, says Hello
/// under the same id, and sends everything unanswered again, in order, unchanged; the engine knows
/// (client id, number) and answers what it did the first time. So nothing is executed twice.
///
/// Errors.   No exception leaves. A time-out says that it is one: the request may or may not have
///           been executed; ask again under the same transfer ids. RequestStatus::busy and every
///           other status is passed up and never retried here. A reply that does not match its
///           checksum ends the connection, as if it had been lost. An error frame that another try
///           cannot cure (a bad token, a session replaced by another client of the same id, bytes
///           the engine calls malformed) also ends every unanswered request, with its words.
/// Threads.  One at a time, together with its loop.
/// Limits.   settings.in_flight_max and waiting_max; a batch of 1 to limits::batch_events_max.
class Client {
 public:
  /// A client with a loop of its own: for the blocking calls.
  explicit Client(ClientSettings settings);
  /// One of several clients on `loop`, which must outlive it.
  Client(ClientLoop& loop, ClientSettings settings);
  /// Closes the connection. Callbacks that were not called yet never will be.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Connects and says Hello; at once if that was done before. One attempt: no back-off, so a wrong
  /// address or token is told at once. Optional: the first request connects by itself.
  Result<void> connect();
  void async_connect(std::function<void(Result<void>)> callback);

  /// Ends every unanswered request with FailureKind::closed and closes the connection. A later
  /// request connects again.
  void disconnect();

  [[nodiscard]] bool connected() const;
  [[nodiscard]] ClientId client_id() const;
  /// As of the last Hello; empty before the first.
  [[nodiscard]] const EngineInfo& engine() const;
  /// The request number given out last; 0 before the first Hello. Numbers start above the highest
  /// that the engine has seen from this client id.
  [[nodiscard]] std::uint64_t last_request_number() const;
  /// The highest sequence that an answer to this client has named.
  [[nodiscard]] Sequence highest_sequence() const;
  /// Requests submitted and not answered yet, on the wire or waiting.
  [[nodiscard]] std::size_t unanswered() const;
  [[nodiscard]] ClientLoop& loop();

  // ---- Changes. All or some of the events are created; the result says which were not. ----

  /// `names` (at most limits::request_names_max) are the texts behind ids in the request, kept with
  /// it. All of them are put, whatever becomes of the events, or none and the request is refused:
  /// with name_conflict where an id has another name already, malformed where one is no name.
  /// A name that is known already is not kept again, so it may come with every request.
  Result<BatchResult> create_accounts(std::span<const Account> accounts,
                                      const OperationAttributes& attributes = {},
                                      std::span<const Name> names = {});
  Result<BatchResult> create_transfers(std::span<const Transfer> transfers,
                                       const OperationAttributes& attributes = {},
                                       std::span<const Name> names = {});
  /// Names by themselves, of whatever ids. The result says which were not put (PutNameStatus);
  /// `exists` is the same name again.
  Result<BatchResult> put_names(std::span<const Name> names,
                                const OperationAttributes& attributes = {});
  /// Appends the events to their streams: all of them, or none. The result's refusals name the
  /// event that failed, and the others with linked_event_failed (AppendEventStatus). Where the
  /// whole request was done before, each event is answered with `exists`. `invalid` when it does
  /// not fit a frame; an event has at most limits::event_payload_bytes_max of payload. `names`: as
  /// create_accounts().
  Result<BatchResult> append_events(const EventList& events,
                                    const OperationAttributes& attributes = {},
                                    std::span<const Name> names = {});
  void async_append_events(const EventList& events, const OperationAttributes& attributes,
                           std::span<const Name> names, BatchCallback callback);
  /// Commands to orders (add_command() of net/client/commands.hpp makes them): all of them are
  /// done, or none is, each as those before it have left its order. Answered as append_events(),
  /// whose statuses say which rule refused. Commands beside transfers, or to orders and payments
  /// together, go into send_bundle().
  Result<BatchResult> order_commands(const EventList& commands,
                                     const OperationAttributes& attributes = {},
                                     std::span<const Name> names = {});
  /// The same to payments, their refunds and disputes.
  Result<BatchResult> payment_commands(const EventList& commands,
                                       const OperationAttributes& attributes = {},
                                       std::span<const Name> names = {});
  /// `kind` is append_events, order_commands, payment_commands or reconciliation_commands.
  void async_append(RequestKind kind, const EventList& events,
                    const OperationAttributes& attributes, std::span<const Name> names,
                    BatchCallback callback);
  /// Transfers, as one chain, and domain events: all of them are done, or none is. Refusals say by
  /// `part` and `index` which failed; sequences and timestamps count the transfers first. `names`:
  /// as create_accounts().
  Result<BatchResult> send_bundle(std::span<const Transfer> transfers, const EventList& events,
                                  const OperationAttributes& attributes = {},
                                  std::span<const Name> names = {});
  void async_send_bundle(std::span<const Transfer> transfers, const EventList& events,
                         const OperationAttributes& attributes, std::span<const Name> names,
                         BatchCallback callback);
  /// Commands to reconciliations, their runs and differences, by an operator: all of them are done,
  /// or none is. Answered as append_events().
  Result<BatchResult> reconciliation_commands(const EventList& commands,
                                              const OperationAttributes& attributes = {});
  /// An approval with what it posts, or what refuses corrections: as send_bundle(). `kind` is
  /// review_corrections, by a checker, or post_automatically, by an operator.
  Result<BatchResult> review_corrections(RequestKind kind, std::span<const Transfer> legs,
                                         const EventList& reviews,
                                         const OperationAttributes& attributes = {});
  void async_bundle(RequestKind kind, std::span<const Transfer> transfers, const EventList& events,
                    const OperationAttributes& attributes, std::span<const Name> names,
                    BatchCallback callback);
  Result<BatchResult> put_ledgers(std::span<const Ledger> ledgers,
                                  const OperationAttributes& attributes = {});

  /// Limits, freezing and closing of accounts, for `reason` (1 to limits::reason_bytes_max bytes of
  /// UTF-8). For operators. The result says which changes were not made, and with outside_limits
  /// which were made although the balance is outside the limits now set.
  Result<BatchResult> change_accounts(std::span<const AccountChange> changes,
                                      std::string_view reason,
                                      const OperationAttributes& attributes = {});
  /// create_transfers() with an operator's reason: reversals in it pass over frozen accounts and
  /// limits. From anyone else the reason is recorded and changes nothing.
  Result<BatchResult> create_reasoned_transfers(std::span<const Transfer> transfers,
                                                std::string_view reason,
                                                const OperationAttributes& attributes = {});

  /// A batch of `count` events to fill in place. `invalid` when count is 0 or above
  /// limits::batch_events_max. Cost: no pass over the events; memory of answered requests is used
  /// again. `names`: as create_accounts().
  Result<AccountBatch> new_account_batch(std::size_t count,
                                         const OperationAttributes& attributes = {},
                                         std::span<const Name> names = {});
  Result<TransferBatch> new_transfer_batch(std::size_t count,
                                           const OperationAttributes& attributes = {},
                                           std::span<const Name> names = {});
  Result<LedgerBatch> new_ledger_batch(std::size_t count,
                                       const OperationAttributes& attributes = {});
  Result<NameBatch> new_name_batch(std::size_t count, const OperationAttributes& attributes = {});

  /// Sends a filled batch. What was submitted before the loop's next turn leaves in one write.
  void submit(AccountBatch batch, BatchCallback callback);
  void submit(TransferBatch batch, BatchCallback callback);
  void submit(LedgerBatch batch, BatchCallback callback);
  void submit(NameBatch batch, BatchCallback callback);

  // ---- Reads. ----

  /// Up to limits::batch_events_max ids. Answered in order with the writes of all clients.
  Result<AccountsResult> lookup_accounts(std::span<const AccountId> ids);
  void async_lookup_accounts(std::span<const AccountId> ids, Callback<AccountsResult> callback);

  /// Accounts as they were: balances, flags and limits. Up to limits::accounts_at_max ids.
  Result<AccountsAtResult> lookup_accounts_at(std::span<const AccountId> ids, const AsOf& moment,
                                              const QueryOptions& options = {});
  void async_lookup_accounts_at(std::span<const AccountId> ids, const AsOf& moment,
                                const QueryOptions& options, Callback<AccountsAtResult> callback);

  Result<TransfersResult> lookup_transfers(std::span<const TransferId> ids,
                                           const QueryOptions& options = {});
  void async_lookup_transfers(std::span<const TransferId> ids, const QueryOptions& options,
                              Callback<TransfersResult> callback);

  /// What became of pending transfers so far: how much is posted and still held, and how they were
  /// resolved. Up to limits::batch_events_max ids.
  Result<HoldsResult> lookup_holds(std::span<const TransferId> ids,
                                   const QueryOptions& options = {});
  void async_lookup_holds(std::span<const TransferId> ids, const QueryOptions& options,
                          Callback<HoldsResult> callback);

  /// Holds as they were. Up to limits::accounts_at_max ids.
  Result<HoldsResult> lookup_holds_at(std::span<const TransferId> ids, const AsOf& moment,
                                      const QueryOptions& options = {});
  void async_lookup_holds_at(std::span<const TransferId> ids, const AsOf& moment,
                             const QueryOptions& options, Callback<HoldsResult> callback);

  /// The texts behind ids: up to limits::batch_events_max keys, each an id and what it is an id of.
  Result<NamesResult> lookup_names(std::span<const NameKey> keys, const QueryOptions& options = {});
  void async_lookup_names(std::span<const NameKey> keys, const QueryOptions& options,
                          Callback<NamesResult> callback);

  /// The events that the filter lets pass, with their payloads, by sequence; with
  /// event_filter_flag::heads the streams. filter_invalid, with the reason in words, where the
  /// filter cannot be asked. A page may hold fewer than filter.limit and still have `more`: go on
  /// with its cursor in the filter.
  Result<FoundEvents> read_events(const EventFilter& filter, const QueryOptions& options = {});
  void async_read_events(const EventFilter& filter, const QueryOptions& options,
                         Callback<FoundEvents> callback);

  /// Orders, as they are or, where `moment` names one, as they were. 1 to
  /// limits::aggregates_lookup_max ids.
  Result<OrdersResult> lookup_orders(std::span<const Uint128> ids, const AsOf& moment = {},
                                     const QueryOptions& options = {});
  void async_lookup_orders(std::span<const Uint128> ids, const AsOf& moment,
                           const QueryOptions& options, Callback<OrdersResult> callback);
  /// The same of payments, with their refunds and disputes.
  Result<PaymentsResult> lookup_payments(std::span<const Uint128> ids, const AsOf& moment = {},
                                         const QueryOptions& options = {});
  void async_lookup_payments(std::span<const Uint128> ids, const AsOf& moment,
                             const QueryOptions& options, Callback<PaymentsResult> callback);

  /// The sums of all accounts, ledger by ledger: at most `limit` ledgers after the cursor `after`
  /// (0 = from the first), in order of registration. Sums are taken mod 2^128.
  Result<BalancePage> trial_balance(std::uint64_t after, std::uint32_t limit,
                                    const QueryOptions& options = {});
  void async_trial_balance(std::uint64_t after, std::uint32_t limit, const QueryOptions& options,
                           Callback<BalancePage> callback);

  /// The same as it was; the answer's sequence is that of the last fact in it.
  Result<BalancePage> trial_balance_at(std::uint64_t after, std::uint32_t limit, const AsOf& moment,
                                       const QueryOptions& options = {});
  void async_trial_balance_at(std::uint64_t after, std::uint32_t limit, const AsOf& moment,
                              const QueryOptions& options, Callback<BalancePage> callback);

  /// The transfers that debited or credited filter.account_id, whichever of the two flags ask for,
  /// and that all other fields of the filter let pass; in order of creation, or newest first.
  /// filter_invalid, with the reason in words, where the filter cannot be asked. A page may hold
  /// fewer than filter.limit and still have `more`: go on with its cursor in the filter.
  Result<FoundTransfers> get_account_transfers(const QueryFilter& filter,
                                               const QueryOptions& options = {});
  void async_get_account_transfers(const QueryFilter& filter, const QueryOptions& options,
                                   Callback<FoundTransfers> callback);
  /// For each transfer that get_account_transfers() would answer with, in the same order and pages:
  /// the account's four balances right after it. Of any account, with or without
  /// account_flag::history. What expired holds gave back is in the balances of the rows that
  /// follow; it is no transfer, and so has no row of its own.
  Result<FoundBalances> get_account_balances(const QueryFilter& filter,
                                             const QueryOptions& options = {});
  void async_get_account_balances(const QueryFilter& filter, const QueryOptions& options,
                                  Callback<FoundBalances> callback);
  /// As get_account_transfers(), over all transfers, whatever their accounts.
  Result<FoundTransfers> query_transfers(const QueryFilter& filter,
                                         const QueryOptions& options = {});
  void async_query_transfers(const QueryFilter& filter, const QueryOptions& options,
                             Callback<FoundTransfers> callback);
  /// The accounts that the filter lets pass, with their balances as of the answer's sequence.
  Result<FoundAccounts> query_accounts(const QueryFilter& filter, const QueryOptions& options = {});
  void async_query_accounts(const QueryFilter& filter, const QueryOptions& options,
                            Callback<FoundAccounts> callback);

  /// The operations that the filter lets pass, accepted or refused, by the order of their
  /// sequences: with flag with_facts also what each of them made and the data of refused events.
  /// Pages go on with both cursor and skip.
  Result<FoundOperations> query_operations(const OperationFilter& filter,
                                           const QueryOptions& options = {});
  void async_query_operations(const OperationFilter& filter, const QueryOptions& options,
                              Callback<FoundOperations> callback);

  /// A page of at most `limit` (1 to limits::batch_events_max) items after `after`; a value of 0
  /// begins at the beginning.
  Result<AccountPage> list_accounts(AccountId after, std::uint32_t limit,
                                    const QueryOptions& options = {});
  void async_list_accounts(AccountId after, std::uint32_t limit, const QueryOptions& options,
                           Callback<AccountPage> callback);
  Result<LedgerPage> list_ledgers(LedgerId after, std::uint32_t limit,
                                  const QueryOptions& options = {});
  void async_list_ledgers(LedgerId after, std::uint32_t limit, const QueryOptions& options,
                          Callback<LedgerPage> callback);
  Result<TransferPage> list_transfers(Sequence after, std::uint32_t limit,
                                      const QueryOptions& options = {});
  void async_list_transfers(Sequence after, std::uint32_t limit, const QueryOptions& options,
                            Callback<TransferPage> callback);

  // ---- TCC transactions. ----

  /// Begins, tries, confirms and cancels, each by itself and in order. The result says which were
  /// not simply done (TccStatus; of try_refused, `part` is the CreateTransferStatus). `amounts`:
  /// those of the confirms, in their order. 1 to limits::tcc_commands_max; `invalid` otherwise, and
  /// where the amounts are not as many as the confirms say.
  Result<BatchResult> tcc_commands(std::span<const TccCommand> commands,
                                   std::span<const TccAmount> amounts = {},
                                   const OperationAttributes& attributes = {});
  void async_tcc_commands(std::span<const TccCommand> commands, std::span<const TccAmount> amounts,
                          const OperationAttributes& attributes, BatchCallback callback);
  /// With their branches. 1 to limits::tccs_lookup_max; `invalid` otherwise.
  Result<TccsResult> lookup_tccs(std::span<const Uint128> gids, const QueryOptions& options = {});
  void async_lookup_tccs(std::span<const Uint128> gids, const QueryOptions& options,
                         Callback<TccsResult> callback);
  /// Without their branches, in no particular order; states: bit n = those whose TccState is n,
  /// 0 = all. `limit`: 1 to limits::tccs_page_max.
  Result<TccsResult> list_tccs(std::uint64_t states, std::uint64_t cursor, std::uint32_t limit,
                               const QueryOptions& options = {});
  void async_list_tccs(std::uint64_t states, std::uint64_t cursor, std::uint32_t limit,
                       const QueryOptions& options, Callback<TccsResult> callback);

  // ---- Sagas. ----

  /// Stores definitions, starts, cancels and signals sagas (net/client/sagas.hpp makes the events):
  /// each is done or refused by itself, in order. Answered as append_events(), whose statuses from
  /// saga_payload_malformed on are of sagas; `exists`: the same again. 1 to
  /// limits::saga_commands_max; `invalid` otherwise.
  Result<BatchResult> saga_commands(const EventList& events,
                                    const OperationAttributes& attributes = {});
  void async_saga_commands(const EventList& events, const OperationAttributes& attributes,
                           BatchCallback callback);
  /// Starts sagas of corrections that were approved, and nothing else; by a checker or an operator.
  Result<BatchResult> start_corrections(const EventList& events,
                                        const OperationAttributes& attributes = {});
  /// The same of what operators do to sagas (SagaNews::operated), for `reason` (1 to
  /// limits::reason_bytes_max bytes of UTF-8).
  Result<BatchResult> operate_sagas(const EventList& events, std::string_view reason,
                                    const OperationAttributes& attributes = {});
  void async_operate_sagas(const EventList& events, std::string_view reason,
                           const OperationAttributes& attributes, BatchCallback callback);
  /// Those in memory that the filter lets pass, in no particular order. filter.limit: 1 to
  /// limits::sagas_page_max. Every saga, one that is forgotten as well, can be read by
  /// read_events(), of saga_type() and its id.
  Result<SagaPage> list_sagas(const SagaFilter& filter, const QueryOptions& options = {});
  void async_list_sagas(const SagaFilter& filter, const QueryOptions& options,
                        Callback<SagaPage> callback);

  // ---- Participants; net/client/participant.hpp does all of it. ----

  /// What has become of steps, in the name of the participant (id_of() its name): each is taken or
  /// refused by itself. The result's refusals are AppendEventStatus; saga_unchanged: it was known.
  /// 1 to limits::answers_max, and no more than fit a frame; `invalid` otherwise.
  Result<BatchResult> answer_steps(const Uint128& participant, const AnswerList& answers,
                                   const OperationAttributes& attributes = {});
  void async_answer_steps(const Uint128& participant, const AnswerList& answers,
                          const OperationAttributes& attributes, BatchCallback callback);
  /// Asks for commands, as many of each type as `credits` say at most; 1 to
  /// limits::participant_types_max types, 1 to limits::work_credit_max commands. Answered when
  /// there are any, and without any after limits::work_question_ns: so
  /// settings.request_timeout must be longer than that.
  void async_take_work(const Uint128& participant, std::span<const WorkCredit> credits,
                       Callback<WorkResult> callback);
  /// How all of them are doing.
  Result<ParticipantsResult> list_participants();
  void async_list_participants(Callback<ParticipantsResult> callback);
  /// Which commands wait, by type, and for whom. `after`: 0, or the cursor of the page before.
  Result<WaitingWorkPage> list_waiting_work(std::uint64_t after = 0);
  void async_list_waiting_work(std::uint64_t after, Callback<WaitingWorkPage> callback);

  // ---- Secrets of sagas. ----

  /// Seals texts, each with a key of its own: what it answers with may stand in the inputs of a
  /// saga, and is to be kept, for the same text is sealed otherwise each time. 1 to
  /// limits::secrets_max texts of 1 to limits::secret_bytes_max bytes of printable UTF-8, none of
  /// which begins with "sealed:"; `invalid` otherwise.
  Result<SealResult> seal_secrets(std::span<const std::string> texts);
  void async_seal_secrets(std::span<const std::string> texts, Callback<SealResult> callback);
  /// As an operator: destroys the keys of sealed texts (sealed_text.hpp says which), for `reason`
  /// (1 to limits::reason_bytes_max bytes of UTF-8). 1 to limits::secrets_max keys; `invalid`
  /// otherwise.
  Result<ForgetResult> forget_secrets(std::span<const Uint128> keys, std::string_view reason);
  void async_forget_secrets(std::span<const Uint128> keys, std::string_view reason,
                            Callback<ForgetResult> callback);

  // ---- Events, as they come. ----

  /// Calls `on_events` with every event that `wanted` lets pass, each exactly once and in order,
  /// those of the past first and then those that become durable; by the thread that drives the
  /// loop. A batch is acknowledged when the handler has returned. After a lost connection it goes
  /// on behind the last batch that was handled, for as long as settings.reconnect is on. `on_end`
  /// says why the engine ended it: what cannot be asked for, too many, or a consumer too slow.
  /// Limit: limits::subscriptions_per_connection_max.
  SubscriptionId subscribe(const Subscription& wanted, EventsHandler on_events,
                           SubscriptionEnded on_end);
  /// No handler of it is called any more. Nothing where it has ended.
  void unsubscribe(SubscriptionId id);

  /// How far consumers of events have come, under names. The result says which were not put
  /// (PutCheckpointStatus). 1 to limits::checkpoints_max; `invalid` otherwise.
  Result<BatchResult> put_checkpoints(std::span<const EventCheckpoint> checkpoints,
                                      const OperationAttributes& attributes = {});
  void async_put_checkpoints(std::span<const EventCheckpoint> checkpoints,
                             const OperationAttributes& attributes, BatchCallback callback);
  /// All of them, by name.
  Result<CheckpointsResult> lookup_checkpoints(const QueryOptions& options = {});
  void async_lookup_checkpoints(const QueryOptions& options, Callback<CheckpointsResult> callback);

  // ---- Administration. ----

  /// Moves a manual clock on by `step`; clock_not_manual on any other.
  Result<BatchResult> advance_clock(std::chrono::nanoseconds step,
                                    const OperationAttributes& attributes = {});
  /// Ends a held clock, for `reason` (1 to limits::reason_bytes_max bytes of UTF-8).
  Result<BatchResult> accept_clock(std::string_view reason,
                                   const OperationAttributes& attributes = {});
  /// Folds aggregates from the journal's facts anew and compares them with what the engine has. One
  /// answer does a part of the work: go on with its cursor in the filter, on this client, while it
  /// has `more`. cursor_unknown when somebody has begun another one since.
  Result<RebuildPage> rebuild(const RebuildFilter& filter, const QueryOptions& options = {});
  void async_rebuild(const RebuildFilter& filter, const QueryOptions& options,
                     Callback<RebuildPage> callback);
  /// Answered once a snapshot is on disk: its sequence and digest. Takes as long as writing it.
  Result<DigestResult> take_snapshot();
  void async_take_snapshot(Callback<DigestResult> callback);
  /// The digest of the whole state, and the sequence that it is of.
  Result<DigestResult> state_digest();
  void async_state_digest(Callback<DigestResult> callback);

 private:
  class Session;

  template <typename Event>
  Result<Batch<Event>> new_batch(std::size_t count, const OperationAttributes& attributes,
                                 std::span<const Name> names = {});
  template <typename Event>
  void submit_batch(RequestKind kind, Batch<Event> batch, BatchCallback callback);
  template <typename Event>
  Result<BatchResult> create(std::span<const Event> events, const OperationAttributes& attributes,
                             std::span<const Name> names = {});
  template <typename Event, typename Write>
  Result<BatchResult> send_reasoned(RequestKind kind, std::span<const Event> events,
                                    std::string_view reason, const OperationAttributes& attributes,
                                    const Write& write);
  template <typename Id, typename Answer>
  void lookup(RequestKind kind, std::span<const Id> ids, std::uint64_t min_sequence,
              Callback<Answer> callback);
  template <typename Id, typename Answer, typename Write>
  void lookup_at(RequestKind kind, std::span<const Id> ids, Callback<Answer> callback,
                 const Write& write);
  template <typename Answer>
  void lookup_aggregates(RequestKind kind, std::span<const Uint128> ids, const AsOf& moment,
                         const QueryOptions& options, Callback<Answer> callback);
  template <typename Answer, typename Write>
  void list(RequestKind kind, std::uint32_t limit, Callback<Answer> callback, const Write& write);
  template <typename Answer>
  void query(RequestKind kind, const QueryFilter& filter, const QueryOptions& options,
             Callback<Answer> callback);
  void submit_saga_events(RequestKind kind, const EventList& events,
                          const OperationAttributes& attributes, BatchCallback callback);
  [[nodiscard]] std::uint64_t min_sequence_of(const QueryOptions& options) const;

  std::unique_ptr<ClientLoop> own_loop_;  ///< Null when the loop is somebody else's.
  std::shared_ptr<Session> session_;
};

}  // namespace daybook
