#include "net/client/request.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <set>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "net/protocol/aggregate_messages.hpp"
#include "net/protocol/event_messages.hpp"
#include "net/protocol/participant_messages.hpp"
#include "net/protocol/rebuild_messages.hpp"
#include "net/protocol/replies.hpp"
#include "net/protocol/requests.hpp"
#include "net/protocol/saga_messages.hpp"
#include "net/protocol/secret_messages.hpp"
#include "net/protocol/subscription_messages.hpp"
#include "net/protocol/tcc_messages.hpp"

namespace daybook {
namespace {

Failure unreadable(const SentRequest& request, const BodyFault& fault) {
  return {FailureKind::damaged,
          fmt::format("the engine's answer to {} number {} cannot be read: {}; the request was "
                      "executed or refused, read its effect back to learn which",
                      to_string(request.kind), request.number, fault.words)};
}

/// The ids that a lookup asked for, as they stand in its frame.
std::span<const Uint128> asked_ids(const SentRequest& request) {
  // Behind the fixed front, which is longer where a moment is named; the vector ends the frame.
  const std::byte* const ids =
      request.buffer.bytes.get() + request.buffer.size - request.event_count * sizeof(Uint128);
  return {reinterpret_cast<const Uint128*>(ids), request.event_count};
}

template <typename Id, typename Item>
std::vector<Id> missing_ids(std::span<const Uint128> asked, const std::vector<Item>& found) {
  std::vector<Uint128> have;
  have.reserve(found.size());
  for (const Item& item : found) have.push_back(item.id.value());
  std::sort(have.begin(), have.end());
  std::vector<Id> missing;
  for (const Uint128& id : asked) {
    if (!std::binary_search(have.begin(), have.end(), id)) missing.emplace_back(id);
  }
  return missing;
}

/// The whole ones.
template <typename Record>
std::vector<Record> records_of(const ItemsReplyMessage<std::uint64_t>& message) {
  const auto bytes = std::as_bytes(message.items);
  std::vector<Record> records(bytes.size() / sizeof(Record));
  if (!records.empty()) std::memcpy(records.data(), bytes.data(), records.size() * sizeof(Record));
  return records;
}

// ---- One read() for each type of answer, chosen by the type of the callback. ----

Result<BatchResult> read(const SentRequest& request, std::span<const std::byte> body,
                         BatchResult*) {
  const auto reply = read_batch_reply(body);
  if (!reply) return unreadable(request, reply.error());
  const BatchReplyMessage& message = reply.value();
  return BatchResult{message.status,
                     std::string{message.words},
                     message.first_sequence,
                     message.first_timestamp,
                     {message.refusals.begin(), message.refusals.end()},
                     request.origin.trace_id};
}

Result<AccountsResult> read(const SentRequest& request, std::span<const std::byte> body,
                            AccountsResult*) {
  const auto reply = read_accounts_reply(body);
  if (!reply) return unreadable(request, reply.error());
  const ItemsReplyMessage<Account>& message = reply.value();
  AccountsResult result{message.status,
                        std::string{message.words},
                        message.sequence,
                        {message.items.begin(), message.items.end()},
                        {}};
  if (result.status == RequestStatus::ok) {
    result.missing = missing_ids<AccountId>(asked_ids(request), result.accounts);
  }
  return result;
}

Result<AccountsAtResult> read(const SentRequest& request, std::span<const std::byte> body,
                              AccountsAtResult*) {
  const auto reply = read_accounts_at_reply(body);
  if (!reply) return unreadable(request, reply.error());
  const ItemsReplyMessage<AccountAsOf>& message = reply.value();
  AccountsAtResult result{message.status,
                          std::string{message.words},
                          message.sequence,
                          Timestamp{message.cursor},
                          {message.items.begin(), message.items.end()},
                          {}};
  if (result.status != RequestStatus::ok) return result;
  std::vector<Account> found;
  for (const AccountAsOf& each : result.accounts) found.push_back(each.account);
  result.missing = missing_ids<AccountId>(asked_ids(request), found);
  return result;
}

Result<TransfersResult> read(const SentRequest& request, std::span<const std::byte> body,
                             TransfersResult*) {
  const auto reply = read_transfers_reply(body);
  if (!reply) return unreadable(request, reply.error());
  const ItemsReplyMessage<Transfer>& message = reply.value();
  TransfersResult result{message.status,
                         std::string{message.words},
                         message.sequence,
                         {message.items.begin(), message.items.end()},
                         {}};
  if (result.status == RequestStatus::ok) {
    result.missing = missing_ids<TransferId>(asked_ids(request), result.transfers);
  }
  return result;
}

Result<HoldsResult> read(const SentRequest& request, std::span<const std::byte> body,
                         HoldsResult*) {
  const auto reply = read_holds_reply(body);
  if (!reply) return unreadable(request, reply.error());
  const ItemsReplyMessage<HoldView>& message = reply.value();
  HoldsResult result{message.status,
                     std::string{message.words},
                     message.sequence,
                     {message.items.begin(), message.items.end()},
                     {}};
  if (result.status == RequestStatus::ok) {
    result.missing = missing_ids<TransferId>(asked_ids(request), result.holds);
  }
  return result;
}

Result<CheckpointsResult> read(const SentRequest& request, std::span<const std::byte> body,
                               CheckpointsResult*) {
  const auto reply = read_checkpoints_reply(body);
  if (!reply) return unreadable(request, reply.error());
  const ItemsReplyMessage<EventCheckpoint>& message = reply.value();
  return CheckpointsResult{message.status,
                           std::string{message.words},
                           message.sequence,
                           {message.items.begin(), message.items.end()}};
}

Result<TccsResult> read(const SentRequest& request, std::span<const std::byte> body, TccsResult*) {
  const auto reply = read_tccs_reply(body);
  if (!reply) return unreadable(request, reply.error());
  const TccsReplyMessage& message = reply.value();
  TccsResult result{
      message.status, std::string{message.words}, message.sequence, {}, {}, message.more,
      message.cursor};
  std::vector<TccView> found{message.tccs.begin(), message.tccs.end()};
  std::span<const TccBranch> branches = message.branches;
  for (const TccView& each : found) {
    const auto own = branches.empty() ? branches : branches.first(each.branch_count);
    branches = branches.subspan(own.size());
    result.tccs.push_back({each, {own.begin(), own.end()}});
  }
  if (result.status == RequestStatus::ok && request.kind == RequestKind::lookup_tccs) {
    for (const Uint128& gid : asked_ids(request)) {
      const bool has = std::any_of(found.begin(), found.end(),
                                   [&](const TccView& each) { return each.gid == gid; });
      if (!has) result.missing.push_back(gid);
    }
  }
  return result;
}

/// The keys that lookup_names asked for and `found` does not have.
std::vector<NameKey> missing_keys(const SentRequest& request, const std::vector<Name>& found) {
  const auto* const asked = reinterpret_cast<const NameKey*>(
      request.buffer.bytes.get() + frame_header_bytes + layout::items_offset<layout::Lookup>);
  std::set<std::pair<NameKind, Uint128>> have;
  for (const Name& name : found) have.emplace(name.kind, name.id);
  std::vector<NameKey> missing;
  for (const NameKey& key : std::span{asked, request.event_count}) {
    if (!have.contains({key.kind, key.id})) missing.push_back(key);
  }
  return missing;
}

Result<NamesResult> read(const SentRequest& request, std::span<const std::byte> body,
                         NamesResult*) {
  const auto reply = read_names_reply(body);
  if (!reply) return unreadable(request, reply.error());
  const ItemsReplyMessage<Name>& message = reply.value();
  NamesResult result{message.status,
                     std::string{message.words},
                     message.sequence,
                     {message.items.begin(), message.items.end()},
                     {}};
  if (result.status == RequestStatus::ok) result.missing = missing_keys(request, result.names);
  return result;
}

template <typename Item, typename Cursor>
Page<Item, Cursor> page_of(const ItemsReplyMessage<Item>& message) {
  return {message.status,   std::string{message.words},
          message.sequence, {message.items.begin(), message.items.end()},
          message.more,     Cursor{}};
}

Result<AccountPage> read(const SentRequest& request, std::span<const std::byte> body,
                         AccountPage*) {
  const auto reply = read_accounts_reply(body);
  if (!reply) return unreadable(request, reply.error());
  auto page = page_of<Account, AccountId>(reply.value());
  if (!page.items.empty()) page.cursor = page.items.back().id;
  return page;
}

Result<BalancePage> read(const SentRequest& request, std::span<const std::byte> body,
                         BalancePage*) {
  const auto reply = read_trial_balance_reply(body);
  if (!reply) return unreadable(request, reply.error());
  auto page = page_of<LedgerBalance, std::uint64_t>(reply.value());
  page.cursor = reply.value().cursor;
  return page;
}

Result<FoundAccounts> read(const SentRequest& request, std::span<const std::byte> body,
                           FoundAccounts*) {
  const auto reply = read_accounts_reply(body);
  if (!reply) return unreadable(request, reply.error());
  auto page = page_of<Account, std::uint64_t>(reply.value());
  page.cursor = reply.value().cursor;
  return page;
}

Result<FoundTransfers> read(const SentRequest& request, std::span<const std::byte> body,
                            FoundTransfers*) {
  const auto reply = read_transfers_reply(body);
  if (!reply) return unreadable(request, reply.error());
  auto page = page_of<Transfer, std::uint64_t>(reply.value());
  page.cursor = reply.value().cursor;
  return page;
}

Result<FoundBalances> read(const SentRequest& request, std::span<const std::byte> body,
                           FoundBalances*) {
  const auto reply = read_account_balances_reply(body);
  if (!reply) return unreadable(request, reply.error());
  auto page = page_of<AccountBalance, std::uint64_t>(reply.value());
  page.cursor = reply.value().cursor;
  return page;
}

Result<FoundEvents> read(const SentRequest& request, std::span<const std::byte> body,
                         FoundEvents*) {
  const auto reply = read_events_reply(body);
  if (!reply) return unreadable(request, reply.error());
  const EventsReplyMessage& message = reply.value();
  FoundEvents page;
  page.status = message.status;
  page.words = message.words;
  page.sequence = message.sequence;
  page.more = message.more;
  page.cursor = message.cursor;
  page.items.reserve(message.events.size());
  std::span<const std::byte> payloads = message.payloads;
  for (const RecordedEvent& each : message.events) {
    const auto payload = payloads.first(each.event.payload_bytes);
    payloads = payloads.subspan(payload.size());
    page.items.push_back({each.event, each.sequence, {payload.begin(), payload.end()}});
  }
  return page;
}

/// The ids that a lookup asked for and `have` does not.
std::vector<Uint128> asked_without(const SentRequest& request, std::vector<Uint128> have) {
  std::sort(have.begin(), have.end());
  std::vector<Uint128> missing;
  for (const Uint128& id : asked_ids(request)) {
    if (!std::binary_search(have.begin(), have.end(), id)) missing.push_back(id);
  }
  return missing;
}

Result<OrdersResult> read(const SentRequest& request, std::span<const std::byte> body,
                          OrdersResult*) {
  const auto reply = read_orders_reply(body);
  if (!reply) return unreadable(request, reply.error());
  const ItemsReplyMessage<OrderView>& message = reply.value();
  OrdersResult result{message.status,
                      std::string{message.words},
                      message.sequence,
                      {message.items.begin(), message.items.end()},
                      {}};
  if (result.status != RequestStatus::ok) return result;
  std::vector<Uint128> have;
  for (const OrderView& each : result.orders) have.push_back(each.id);
  result.missing = asked_without(request, std::move(have));
  return result;
}

Result<PaymentsResult> read(const SentRequest& request, std::span<const std::byte> body,
                            PaymentsResult*) {
  const auto reply = read_payments_reply(body);
  if (!reply) return unreadable(request, reply.error());
  const PaymentsReplyMessage& message = reply.value();
  PaymentsResult result{message.status, std::string{message.words}, message.sequence, {}, {}};
  std::span<const ClaimView> claims = message.claims;
  std::vector<Uint128> have;
  for (const PaymentView& each : message.payments) {
    const auto own = claims.first(each.claims);
    claims = claims.subspan(own.size());
    result.payments.push_back({each, {own.begin(), own.end()}});
    have.push_back(each.id);
  }
  if (result.status == RequestStatus::ok) result.missing = asked_without(request, std::move(have));
  return result;
}

Result<RebuildPage> read(const SentRequest& request, std::span<const std::byte> body,
                         RebuildPage*) {
  const auto reply = read_rebuild_reply(body);
  if (!reply) return unreadable(request, reply.error());
  const RebuildReplyMessage& message = reply.value();
  RebuildPage page;
  page.status = message.status;
  page.words = message.words;
  page.sequence = message.sequence;
  page.items.assign(message.differences.begin(), message.differences.end());
  page.more = message.more;
  page.cursor = message.cursor;
  page.compared = message.compared;
  page.mismatching = message.mismatching;
  page.done = message.done;
  return page;
}

/// How far the first operation of the page had come before: as the filter in the frame says.
std::uint32_t asked_skip(const SentRequest& request) {
  OperationFilter filter;
  std::memcpy(
      &filter,
      request.buffer.bytes.get() + frame_header_bytes + offsetof(layout::QueryOperations, filter),
      sizeof(filter));
  return filter.skip;
}

Result<FoundOperations> read(const SentRequest& request, std::span<const std::byte> body,
                             FoundOperations*) {
  const auto reply = read_operations_reply(body);
  if (!reply) return unreadable(request, reply.error());
  const ItemsReplyMessage<std::uint64_t>& message = reply.value();
  auto operations = read_operation_log(std::as_bytes(message.items));
  if (!operations) {
    return unreadable(request, {.words = operations.error().what});
  }
  FoundOperations page;
  page.status = message.status;
  page.words = message.words;
  page.sequence = message.sequence;
  page.items = std::move(operations).value();
  page.more = message.more;
  page.cursor = message.cursor;
  if (page.items.empty()) {
    page.skip = page.more ? asked_skip(request) : 0;
    return page;
  }
  page.items.front().records_before = asked_skip(request);
  const LoggedOperation& last = page.items.back();
  if (!last.whole()) page.skip = last.records_before + last.records;
  return page;
}

Result<LedgerPage> read(const SentRequest& request, std::span<const std::byte> body, LedgerPage*) {
  const auto reply = read_ledgers_reply(body);
  if (!reply) return unreadable(request, reply.error());
  auto page = page_of<Ledger, LedgerId>(reply.value());
  if (!page.items.empty()) page.cursor = page.items.back().id;
  return page;
}

Result<SagaPage> read(const SentRequest& request, std::span<const std::byte> body, SagaPage*) {
  const auto reply = read_sagas_reply(body);
  if (!reply) return unreadable(request, reply.error());
  auto page = page_of<SagaView, std::uint64_t>(reply.value());
  page.cursor = reply.value().cursor;
  return page;
}

Result<WorkResult> read(const SentRequest& request, std::span<const std::byte> body, WorkResult*) {
  const auto reply = read_work_reply(body);
  if (!reply) return unreadable(request, reply.error());
  const ItemsReplyMessage<std::uint64_t>& message = reply.value();
  WorkResult result{
      message.status, std::string{message.words}, message.sequence, Timestamp{message.cursor}, {}};
  const auto records = read_work_records(std::as_bytes(message.items));
  if (!records) return unreadable(request, {.words = "its commands are not whole"});
  for (const WorkRecord& each : *records) {
    result.commands.push_back({each.command, {each.payload.begin(), each.payload.end()}});
  }
  return result;
}

Result<ParticipantsResult> read(const SentRequest& request, std::span<const std::byte> body,
                                ParticipantsResult*) {
  const auto reply = read_participants_reply(body);
  if (!reply) return unreadable(request, reply.error());
  const ItemsReplyMessage<ParticipantView>& message = reply.value();
  return ParticipantsResult{message.status,
                            std::string{message.words},
                            message.sequence,
                            {message.items.begin(), message.items.end()}};
}

Result<WaitingWorkPage> read(const SentRequest& request, std::span<const std::byte> body,
                             WaitingWorkPage*) {
  const auto reply = read_waiting_work_reply(body);
  if (!reply) return unreadable(request, reply.error());
  const ItemsReplyMessage<WaitingWork>& message = reply.value();
  return WaitingWorkPage{.status = message.status,
                         .words = std::string{message.words},
                         .sequence = message.sequence,
                         .more = message.more,
                         .cursor = message.cursor,
                         .waiting = {message.items.begin(), message.items.end()}};
}

/// What was asked, as the frame still has it. Requires: a request that was sent.
RequestBody asked_by(const SentRequest& request) {
  const auto body = read_request(request.kind, request.buffer.frame().subspan(frame_header_bytes));
  ENSURE(body.ok(), "it was checked before it was sent");
  return body.value();
}

/// One record for each thing asked, or none where the answer is not ok.
template <typename Record>
bool answers_all(const ItemsReplyMessage<std::uint64_t>& reply, std::uint32_t asked) {
  const std::size_t count = reply.status == RequestStatus::ok ? asked : 0;
  return reply.items.size_bytes() == count * sizeof(Record);
}

Result<SealResult> read(const SentRequest& request, std::span<const std::byte> body, SealResult*) {
  const auto reply = read_secrets_reply(body);
  if (!reply) return unreadable(request, reply.error());
  if (!answers_all<SealedTextView>(reply.value(), asked_by(request).event_count)) {
    return unreadable(request, {.words = "it does not have one sealed text for each text"});
  }
  SealResult result{reply.value().status, std::string{reply.value().words}, {}};
  for (const SealedTextView& each : records_of<SealedTextView>(reply.value())) {
    const std::string_view text{each.text.data(), std::min(each.bytes, each.text.size())};
    if (!is_sealed_text(text)) return unreadable(request, {.words = "a text in it is not sealed"});
    result.sealed.emplace_back(text);
  }
  return result;
}

Result<ForgetResult> read(const SentRequest& request, std::span<const std::byte> body,
                          ForgetResult*) {
  const auto reply = read_secrets_reply(body);
  if (!reply) return unreadable(request, reply.error());
  const RequestBody asked = asked_by(request);
  const bool is_whole = answers_all<ForgottenKey>(reply.value(), asked.event_count);
  ForgetResult result{reply.value().status, std::string{reply.value().words},
                      records_of<ForgottenKey>(reply.value())};
  for (std::size_t at = 0; is_whole && at < result.keys.size(); ++at) {
    Uint128 id;
    std::memcpy(&id, asked.events + at * sizeof(id), sizeof(id));
    if (result.keys[at].key_id == id) continue;
    return unreadable(request, {.words = "it is about other keys than those that were asked"});
  }
  if (!is_whole) return unreadable(request, {.words = "it does not say of each key what became"});
  return result;
}

Result<TransferPage> read(const SentRequest& request, std::span<const std::byte> body,
                          TransferPage*) {
  const auto reply = read_transfers_reply(body);
  if (!reply) return unreadable(request, reply.error());
  auto page = page_of<Transfer, Sequence>(reply.value());
  page.cursor = Sequence{reply.value().cursor};
  return page;
}

Result<DigestResult> read(const SentRequest& request, std::span<const std::byte> body,
                          DigestResult*) {
  const auto reply = read_digest_reply(body);
  if (!reply) return unreadable(request, reply.error());
  const DigestReplyMessage& message = reply.value();
  return DigestResult{message.status,       std::string{message.words}, message.sequence,
                      message.state_digest, message.head_segment,       message.head};
}

// ---- The highest sequence that an answer names. ----

Sequence named_by(const SentRequest& request, const BatchResult& result) {
  if (result.status != RequestStatus::ok) return {};
  const bool changes = request.kind == RequestKind::change_accounts;
  const auto refused = static_cast<std::size_t>(std::count_if(
      result.refusals.begin(), result.refusals.end(), [changes](const Refusal& refusal) {
        return !changes || static_cast<ChangeAccountStatus>(refusal.status) !=
                               ChangeAccountStatus::outside_limits;
      }));
  const std::size_t created =
      request.event_count - std::min<std::size_t>(refused, request.event_count);
  return Sequence{result.first_sequence.value() + created};
}

template <typename Answer>
Sequence named_by(const SentRequest&, const Answer& result) {
  if constexpr (requires { result.sequence; }) return result.sequence;
  return {};
}

template <typename Function>
struct AnswerOf;
template <typename Answer>
struct AnswerOf<Callback<Answer>> {
  using Type = Answer;
};

/// Of orders and payments as of a moment, "behind" may mean that the moment is still to come.
bool may_be_of_the_future(const SentRequest& request) {
  if (request.kind != RequestKind::lookup_orders && request.kind != RequestKind::lookup_payments) {
    return false;
  }
  layout::LookupAt fixed;
  std::memcpy(&fixed, request.buffer.bytes.get() + frame_header_bytes, sizeof(fixed));
  return fixed.at_sequence != 0 || fixed.at_time != 0;
}

bool holds_events(RequestKind kind) {
  return kind == RequestKind::create_accounts || kind == RequestKind::create_transfers ||
         kind == RequestKind::put_ledgers || kind == RequestKind::put_names;
}

}  // namespace

void seal(SentRequest& request, std::uint64_t number) {
  request.number = number;
  if (request.name_count > 0) {
    finish_named_create(request.buffer.frame(), request.kind, number, request.origin,
                        request.event_count, request.name_count);
  } else if (holds_events(request.kind) && !request.is_whole) {
    finish_create(request.buffer.frame(), request.kind, number, request.origin,
                  request.event_count);
  } else {
    seal_frame(request.buffer.frame(), static_cast<std::uint16_t>(request.kind), 0, number);
  }
}

bool answer(SentRequest& request, std::span<const std::byte> body, bool asks_again,
            Sequence& highest) {
  return std::visit(
      [&](auto& callback) {
        using Answer = typename AnswerOf<std::remove_cvref_t<decltype(callback)>>::Type;
        Result<Answer> result = read(request, body, static_cast<Answer*>(nullptr));
        if (asks_again && !may_be_of_the_future(request) && result &&
            result.value().status == RequestStatus::index_behind) {
          return false;
        }
        if (result) highest = std::max(highest, named_by(request, result.value()));
        callback(std::move(result));
        return true;
      },
      request.callback);
}

void fail(AnyCallback& callback, const Failure& failure) {
  std::visit([&](auto& call) { call(failure); }, callback);
}

}  // namespace daybook
