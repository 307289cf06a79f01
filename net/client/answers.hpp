#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/hash.hpp"
#include "engine/base/result.hpp"
#include "engine/model/account.hpp"
#include "engine/model/aggregate_views.hpp"
#include "engine/model/domain_event.hpp"
#include "engine/model/event_checkpoint.hpp"
#include "engine/model/ids.hpp"
#include "engine/model/ledger.hpp"
#include "engine/model/name.hpp"
#include "engine/model/operation.hpp"
#include "engine/model/operation_log.hpp"
#include "engine/model/participant_work.hpp"
#include "engine/model/rebuild.hpp"
#include "engine/model/saga_view.hpp"
#include "engine/model/sealed_text.hpp"
#include "engine/model/sequence.hpp"
#include "engine/model/status.hpp"
#include "engine/model/tcc.hpp"
#include "engine/model/transfer.hpp"
#include "net/protocol/messages.hpp"

/// What an engine answers, as a client sees it.
///
/// Three kinds of no: a Failure (no answer: the connection, the time-out, a damaged reply), a
/// `status` other than RequestStatus::ok (the request as a whole was not done; `words` says why and
/// what to do next; every other field is then empty), and a Refusal (one event of a batch was not
/// done).

namespace daybook {

/// Who, why and within what: written into the operation record. Zero = not said; where no trace id
/// is said, the client makes one, 16 random bytes a request.
using OperationAttributes = OperationOrigin;

/// The outcome of a batch, or of another request that changes state.
struct BatchResult {
  RequestStatus status = RequestStatus::ok;
  std::string words;  ///< The engine's, where status is not ok.
  /// Of the operation's record. The k-th event that was created (k from 0, refused ones not
  /// counted) has first_sequence + 1 + k.
  Sequence first_sequence;
  Timestamp first_timestamp;  ///< Of event 0's slot; event i has first_timestamp + i.
  /// The events that were not created, by growing index. Empty: all were.
  std::vector<Refusal> refusals;
  /// Under which the operation stands in the log: the one that was given, or the client's own.
  TraceId trace_id;
};

/// Which state a query must see.
struct QueryOptions {
  /// The answer is of this sequence or a later one; index_behind when the engine's indexes do not
  /// get there within a second. Not set: the highest sequence that this client has been told of,
  /// so it reads what it wrote. Sequence{1}: whatever the indexes hold now.
  std::optional<Sequence> min_sequence;
};

/// The answer to lookup_accounts.
struct AccountsResult {
  RequestStatus status = RequestStatus::ok;
  std::string words;               ///< The engine's, where status is not ok.
  Sequence sequence;               ///< The answer is true of the state after this.
  std::vector<Account> accounts;   ///< Those found, in the order asked.
  std::vector<AccountId> missing;  ///< Those not found, in the order asked.
};

/// As of when: the operation that `sequence` is part of, or the last entry committed by `time`. One
/// of the two is set.
using AsOf = Moment;

/// The answer to lookup_accounts_at.
struct AccountsAtResult {
  RequestStatus status = RequestStatus::ok;
  std::string words;                  ///< The engine's, where status is not ok.
  Sequence sequence;                  ///< Of the last fact that is in it; 0 = before everything.
  Timestamp commit_time;              ///< Of that fact's entry.
  std::vector<AccountAsOf> accounts;  ///< Those that were there, in the order asked.
  std::vector<AccountId> missing;     ///< Those that were not, in the order asked.
};

/// The answer to lookup_transfers.
struct TransfersResult {
  RequestStatus status = RequestStatus::ok;
  std::string words;                ///< The engine's, where status is not ok.
  Sequence sequence;                ///< The answer is true of the state after this.
  std::vector<Transfer> transfers;  ///< Those found, in the order asked.
  std::vector<TransferId> missing;  ///< Those not found, in the order asked.
};

/// The answer to lookup_holds.
struct HoldsResult {
  RequestStatus status = RequestStatus::ok;
  std::string words;                ///< The engine's, where status is not ok.
  Sequence sequence;                ///< The answer is true of the state after this.
  std::vector<HoldView> holds;      ///< Those found, in the order asked.
  std::vector<TransferId> missing;  ///< Those that are no pending transfer, in the order asked.
};

/// The answer to lookup_names.
struct NamesResult {
  RequestStatus status = RequestStatus::ok;
  std::string words;             ///< The engine's, where status is not ok.
  Sequence sequence;             ///< The answer is true of the state after this.
  std::vector<Name> names;       ///< Those found, in the order asked.
  std::vector<NameKey> missing;  ///< Those that have no name, in the order asked.
};

/// The answer to lookup_orders.
struct OrdersResult {
  RequestStatus status = RequestStatus::ok;
  std::string words;              ///< The engine's, where status is not ok.
  Sequence sequence;              ///< The answer is true of the state after this.
  std::vector<OrderView> orders;  ///< Those found, in the order asked.
  std::vector<Uint128> missing;   ///< Those not found, in the order asked.
};

/// A payment with its refunds and disputes, in the order in which they began.
struct FoundPayment {
  PaymentView payment;
  std::vector<ClaimView> claims;
};

/// The answer to lookup_payments.
struct PaymentsResult {
  RequestStatus status = RequestStatus::ok;
  std::string words;                   ///< The engine's, where status is not ok.
  Sequence sequence;                   ///< The answer is true of the state after this.
  std::vector<FoundPayment> payments;  ///< Those found, in the order asked.
  std::vector<Uint128> missing;        ///< Those not found, in the order asked.
};

/// The answer to lookup_checkpoints.
struct CheckpointsResult {
  RequestStatus status = RequestStatus::ok;
  std::string words;  ///< The engine's, where status is not ok.
  Sequence sequence;  ///< The answer is true of the state after this.
  std::vector<EventCheckpoint> checkpoints;
};

/// A TCC transaction with its branches, in the order in which they came.
struct FoundTcc {
  TccView tcc;
  std::vector<TccBranch> branches;
};

/// The answer to lookup_tccs and list_tccs.
struct TccsResult {
  RequestStatus status = RequestStatus::ok;
  std::string words;           ///< The engine's, where status is not ok.
  Sequence sequence;           ///< The answer is true of the state after this.
  std::vector<FoundTcc> tccs;  ///< Of a lookup: those found, in the order asked. Of a list: without
                               ///< their branches, and there may be none although there are more.
  std::vector<Uint128> missing;  ///< Of a lookup: those not found, in the order asked.
  bool more = false;             ///< Of a list.
  std::uint64_t cursor = 0;      ///< Of a list: where the next page goes on.
};

/// A command as take_work answers with it. read_work_payload() reads its payload.
struct TakenCommand {
  WorkCommand command;
  std::vector<std::byte> payload;
};

/// The answer to take_work.
struct WorkResult {
  RequestStatus status = RequestStatus::ok;
  std::string words;                   ///< The engine's, where status is not ok.
  Sequence sequence;                   ///< Everything up to here is on disk.
  Timestamp now;                       ///< The engine's time as it answered; 0 = it did not say.
  std::vector<TakenCommand> commands;  ///< None: there was no work. Ask again.
};

/// The answer to list_participants.
struct ParticipantsResult {
  RequestStatus status = RequestStatus::ok;
  std::string words;  ///< The engine's, where status is not ok.
  Sequence sequence;  ///< The answer is true of the state after this.
  std::vector<ParticipantView> participants;
};

/// A page of the answer to list_waiting_work.
struct WaitingWorkPage {
  RequestStatus status = RequestStatus::ok;
  std::string words;  ///< The engine's, where status is not ok.
  Sequence sequence;  ///< The answer is true of the state after this.
  bool more = false;  ///< Ask again with `cursor`; this page may be empty.
  std::uint64_t cursor = 0;
  std::vector<WaitingWork> waiting;
};

/// The answer to seal_secrets.
struct SealResult {
  RequestStatus status = RequestStatus::ok;
  std::string words;                ///< The engine's, where status is not ok.
  std::vector<std::string> sealed;  ///< One for each text, in order.
};

/// The answer to forget_secrets.
struct ForgetResult {
  RequestStatus status = RequestStatus::ok;
  std::string words;  ///< The engine's, where status is not ok.
  std::vector<ForgottenKey> keys;
};

/// One page of a list.
template <typename Item, typename Cursor>
struct Page {
  RequestStatus status = RequestStatus::ok;
  std::string words;  ///< The engine's, where status is not ok.
  Sequence sequence;  ///< The answer is true of the state after this.
  std::vector<Item> items;
  bool more = false;  ///< There is at least one more after the last item.
  Cursor cursor{};    ///< Where `more`: what to pass as `after` to get the next page.
};
using AccountPage = Page<Account, AccountId>;
using LedgerPage = Page<Ledger, LedgerId>;
using BalancePage = Page<LedgerBalance, std::uint64_t>;  ///< In the order of registration.
using TransferPage = Page<Transfer, Sequence>;           ///< In the order of the journal.

/// Pages of queries: `cursor` goes into the next filter.
using SagaPage = Page<SagaView, std::uint64_t>;  ///< May be empty although there are more.
using FoundAccounts = Page<Account, std::uint64_t>;
using FoundTransfers = Page<Transfer, std::uint64_t>;
using FoundBalances = Page<AccountBalance, std::uint64_t>;

/// A domain event as read_events answers with it.
struct FoundEvent {
  DomainEvent event;
  Sequence sequence;
  std::vector<std::byte> payload;
};
using FoundEvents = Page<FoundEvent, std::uint64_t>;  ///< `cursor` goes into the next filter.

/// The answer to query_operations. Its last operation may be cut; the next page then begins with
/// the rest of it, and join_pages() puts the two together.
struct FoundOperations : Page<LoggedOperation, std::uint64_t> {
  /// Where `more`: goes into the next filter beside the cursor.
  std::uint32_t skip = 0;
};

/// A page of a rebuild; see Client::rebuild().
struct RebuildPage : Page<RebuildDifference, std::uint64_t> {
  std::uint64_t compared = 0;     ///< Aggregates.
  std::uint64_t mismatching = 0;  ///< Of them; more than have items where there are very many.
  std::uint64_t done = 0;         ///< Thousandths of the pass under way.
};

/// The answer to state_digest and take_snapshot.
struct DigestResult {
  RequestStatus status = RequestStatus::ok;
  std::string words;  ///< The engine's, where status is not ok.
  Sequence sequence;  ///< Of the last fact that the digest contains.
  std::uint64_t digest = 0;
  std::uint64_t head_segment = 0;  ///< The newest segment that was sealed and hashed; 0: none yet.
  Sha256Digest head{};             ///< Its hash, chained with those of all segments before it.
};

/// Who the engine is, and who it takes us for: what its answer to Hello says.
struct EngineInfo {
  std::string version;
  std::string principal;
  Role role = Role::reader;
};

/// Called once, with the answer or with why there is none, by the thread that drives the loop.
/// Must not throw or block, nor call a blocking function of any client of the same loop; may
/// submit.
template <typename Answer>
using Callback = std::function<void(Result<Answer>)>;
using BatchCallback = Callback<BatchResult>;

}  // namespace daybook
