#include "net/protocol/requests.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <optional>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "net/protocol/aggregate_messages.hpp"
#include "net/protocol/body_reader.hpp"
#include "net/protocol/body_writer.hpp"
#include "net/protocol/event_messages.hpp"
#include "net/protocol/participant_messages.hpp"
#include "net/protocol/rebuild_messages.hpp"
#include "net/protocol/saga_messages.hpp"
#include "net/protocol/secret_messages.hpp"
#include "net/protocol/subscription_messages.hpp"
#include "net/protocol/tcc_messages.hpp"

namespace daybook {
namespace {

constexpr std::uint16_t no_flags = 0;

std::uint16_t type_of(RequestKind kind) { return static_cast<std::uint16_t>(kind); }

std::size_t event_bytes(RequestKind kind) {
  if (kind == RequestKind::create_accounts) return sizeof(Account);
  if (kind == RequestKind::create_transfers) return sizeof(Transfer);
  if (kind == RequestKind::put_names) return sizeof(Name);
  ENSURE(kind == RequestKind::put_ledgers, "this kind of request has events");
  return sizeof(Ledger);
}

template <typename Fixed>
void put_origin(Fixed& fixed, const OperationOrigin& origin) {
  fixed.trace_id = origin.trace_id.value();
  fixed.business_id = origin.business_id.value();
  fixed.user_id = origin.user_id.value();
}

std::size_t write_create(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                         const OperationOrigin& origin, std::uint32_t count, const void* events) {
  BodyWriter<layout::Operation> writer{room};
  put_origin(writer.fixed, origin);
  writer.vector(writer.fixed.tail, count, event_bytes(kind), events);
  return writer.finish(type_of(kind), no_flags, number);
}

template <typename Event>
std::size_t write_create(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                         const OperationOrigin& origin, std::span<const Event> events) {
  return write_create(room, kind, number, origin, static_cast<std::uint32_t>(events.size()),
                      events.data());
}

template <typename Event>
std::size_t write_reasoned(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                           const OperationOrigin& origin, std::span<const Event> events,
                           std::string_view reason) {
  BodyWriter<layout::ReasonedOperation> writer{room};
  put_origin(writer.fixed, origin);
  writer.vector(writer.fixed.tail, static_cast<std::uint32_t>(events.size()), sizeof(Event),
                events.data());
  writer.string(writer.fixed.reason, reason);
  return writer.finish(type_of(kind), no_flags, number);
}

/// What stands beside a create frame's events. Null data: it already stands in its place.
struct Beside {
  std::string_view reason{};
  std::uint32_t name_count = 0;
  const Name* names = nullptr;
};

std::size_t write_named(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                        const OperationOrigin& origin, std::uint32_t count, const void* events,
                        const Beside& beside) {
  using Layout = layout::NamedOperation;
  BodyWriter<Layout> writer{room};
  put_origin(writer.fixed, origin);
  writer.vector(writer.fixed.tail, count, event_bytes(kind), events);
  auto& place_of_reason = writer.fixed.vtable[6];
  if (kind == RequestKind::create_accounts) {
    place_of_reason = Layout::names_place;
    writer.fixed.vtable[7] = 0;
  } else if (!beside.reason.empty()) {
    place_of_reason = Layout::reason_place;
    writer.string(writer.fixed.reason, beside.reason);
  }
  writer.vector(writer.fixed.names, beside.name_count, sizeof(Name), beside.names);
  return writer.finish(type_of(kind), no_flags, number);
}

template <typename Id>
std::size_t finish_lookup_at(BodyWriter<layout::LookupAt>& writer, RequestKind kind,
                             std::uint64_t number, std::span<const Id> ids, const Moment& moment,
                             std::uint64_t min_sequence) {
  writer.fixed.at_sequence = moment.sequence.value();
  writer.fixed.at_time = moment.time.value();
  writer.fixed.min_sequence = min_sequence;
  writer.vector(writer.fixed.tail, static_cast<std::uint32_t>(ids.size()), sizeof(Id), ids.data());
  return writer.finish(type_of(kind), no_flags, number);
}

BodyFault wrong_count(std::string_view what, std::uint32_t count) {
  return {.status = count == 0 ? RequestStatus::malformed : RequestStatus::too_large,
          .not_readable = false,
          .words = fmt::format("the request has {} {}, it must have 1 to {}", count, what,
                               limits::batch_events_max)};
}

template <typename Table>
OperationOrigin origin_of(const Table& table) {
  return {TraceId{number_of(table.trace_id())}, BusinessId{number_of(table.business_id())},
          UserId{table.user_id()}};
}

std::optional<BodyFault> fault_of_reason(std::string_view reason) {
  if (reason.size() <= limits::reason_bytes_max) return std::nullopt;
  return BodyFault{.status = RequestStatus::too_large,
                   .not_readable = false,
                   .words = fmt::format("the reason has {} bytes, at most {} are kept",
                                        reason.size(), limits::reason_bytes_max)};
}

/// Fills in `body.events` from `vector`.
template <typename Structs>
Result<RequestBody, BodyFault> with_events(RequestBody body, const Structs* vector,
                                           std::string_view message, std::string_view what) {
  if (!is_aligned(vector)) return misaligned(message);
  body.event_count = count_of(vector);
  if (body.event_count == 0 || body.event_count > limits::batch_events_max) {
    return wrong_count(what, body.event_count);
  }
  body.events = reinterpret_cast<const std::byte*>(vector->Data());
  return body;
}

/// with_events(), and `body.names` from `names`, of which there may be none.
template <typename Structs, typename Names>
Result<RequestBody, BodyFault> with_names(RequestBody body, const Names* names,
                                          const Structs* vector, std::string_view message,
                                          std::string_view what) {
  if (!is_aligned(names)) return misaligned(message);
  const std::uint32_t count = count_of(names);
  if (count > limits::request_names_max) {
    return BodyFault{.status = RequestStatus::too_large,
                     .not_readable = false,
                     .words = fmt::format("the request brings {} names, at most {} are allowed",
                                          count, limits::request_names_max)};
  }
  if (count > 0) body.names = {reinterpret_cast<const Name*>(names->Data()), count};
  return with_events(body, vector, message, what);
}

Result<RequestBody, BodyFault> with_limit(RequestBody body) {
  if (body.limit >= 1 && body.limit <= limits::batch_events_max) return body;
  return BodyFault{.status = body.limit == 0 ? RequestStatus::malformed : RequestStatus::too_large,
                   .not_readable = false,
                   .words = fmt::format("the list's limit is {}, it must be 1 to {}", body.limit,
                                        limits::batch_events_max)};
}

Result<RequestBody, BodyFault> read_accounts(std::span<const std::byte> bytes) {
  const auto* table = verified<wire::CreateAccounts>(bytes);
  if (table == nullptr) return unreadable("CreateAccounts");
  return with_names({.origin = origin_of(*table)}, table->names(), table->accounts(),
                    "CreateAccounts", "accounts");
}

Result<RequestBody, BodyFault> read_transfers(std::span<const std::byte> bytes) {
  const auto* table = verified<wire::CreateTransfers>(bytes);
  if (table == nullptr) return unreadable("CreateTransfers");
  const std::string_view reason = text_of(table->reason());
  if (auto fault = fault_of_reason(reason)) return *fault;
  return with_names({.origin = origin_of(*table), .reason = reason}, table->names(),
                    table->transfers(), "CreateTransfers", "transfers");
}

Result<RequestBody, BodyFault> read_changes(std::span<const std::byte> bytes) {
  const auto* table = verified<wire::ChangeAccounts>(bytes);
  if (table == nullptr) return unreadable("ChangeAccounts");
  const std::string_view reason = text_of(table->reason());
  if (auto fault = fault_of_reason(reason)) return *fault;
  if (reason.empty()) {
    return BodyFault{.status = RequestStatus::malformed,
                     .not_readable = false,
                     .words = "ChangeAccounts has no reason; an operator says why"};
  }
  return with_events({.origin = origin_of(*table), .reason = reason}, table->changes(),
                     "ChangeAccounts", "changes");
}

Result<RequestBody, BodyFault> read_ledgers(std::span<const std::byte> bytes) {
  const auto* table = verified<wire::PutLedgers>(bytes);
  if (table == nullptr) return unreadable("PutLedgers");
  return with_events({.origin = origin_of(*table)}, table->ledgers(), "PutLedgers", "ledgers");
}

Result<RequestBody, BodyFault> read_names(std::span<const std::byte> bytes) {
  const auto* table = verified<wire::PutNames>(bytes);
  if (table == nullptr) return unreadable("PutNames");
  return with_events({.origin = origin_of(*table)}, table->names(), "PutNames", "names");
}

Result<RequestBody, BodyFault> read_lookup_names(std::span<const std::byte> bytes) {
  const auto* table = verified<wire::LookupNames>(bytes);
  if (table == nullptr) return unreadable("LookupNames");
  return with_events({.min_sequence = table->min_sequence()}, table->keys(), "LookupNames", "keys");
}

template <typename Table>
Result<RequestBody, BodyFault> read_lookup(std::span<const std::byte> bytes,
                                           std::string_view message) {
  const auto* table = verified<Table>(bytes);
  if (table == nullptr) return unreadable(message);
  return with_events({.min_sequence = table->min_sequence()}, table->ids(), message, "ids");
}

Result<RequestBody, BodyFault> read_list_accounts(std::span<const std::byte> bytes) {
  const auto* table = verified<wire::ListAccounts>(bytes);
  if (table == nullptr) return unreadable("ListAccounts");
  return with_limit({.limit = table->limit(),
                     .argument_id = number_of(table->after()),
                     .min_sequence = table->min_sequence()});
}

/// Of ListLedgers and ListTransfers.
template <typename Table>
Result<RequestBody, BodyFault> read_list(std::span<const std::byte> bytes,
                                         std::string_view message) {
  const auto* table = verified<Table>(bytes);
  if (table == nullptr) return unreadable(message);
  return with_limit(
      {.limit = table->limit(), .argument = table->after(), .min_sequence = table->min_sequence()});
}

Result<RequestBody, BodyFault> read_advance_clock(std::span<const std::byte> bytes) {
  const auto* table = verified<wire::AdvanceClock>(bytes);
  if (table == nullptr) return unreadable("AdvanceClock");
  return RequestBody{.origin = origin_of(*table), .argument = table->nanoseconds()};
}

Result<RequestBody, BodyFault> read_accept_clock(std::span<const std::byte> bytes) {
  const auto* table = verified<wire::AcceptClock>(bytes);
  if (table == nullptr) return unreadable("AcceptClock");
  const std::string_view reason = text_of(table->reason());
  if (auto fault = fault_of_reason(reason)) return *fault;
  return RequestBody{.origin = origin_of(*table), .reason = reason};
}

/// A limit that is out of bounds is answered with what else may be wrong with the filter, but the
/// room for the reply is measured by it.
Result<RequestBody, BodyFault> read_query(std::span<const std::byte> bytes) {
  const auto* table = verified<wire::Query>(bytes);
  if (table == nullptr) return unreadable("Query");
  const auto* filter = reinterpret_cast<const std::byte*>(table->filter());
  if (reinterpret_cast<std::uintptr_t>(filter) % alignof(QueryFilter) != 0) {
    return misaligned("Query");
  }
  return RequestBody{
      .events = filter,
      .limit = std::min<std::uint32_t>(table->filter()->limit(), limits::batch_events_max),
      .min_sequence = table->min_sequence()};
}

Result<RequestBody, BodyFault> read_query_operations(std::span<const std::byte> bytes) {
  const auto* table = verified<wire::QueryOperations>(bytes);
  if (table == nullptr) return unreadable("QueryOperations");
  const auto* filter = reinterpret_cast<const std::byte*>(table->filter());
  if (reinterpret_cast<std::uintptr_t>(filter) % alignof(OperationFilter) != 0) {
    return misaligned("QueryOperations");
  }
  return RequestBody{.events = filter, .min_sequence = table->min_sequence()};
}

/// LookupAccountsAt, and LookupHolds, which may name a moment.
template <typename Table>
Result<RequestBody, BodyFault> read_lookup_at(std::span<const std::byte> bytes,
                                              std::string_view message) {
  const auto* table = verified<Table>(bytes);
  if (table == nullptr) return unreadable(message);
  auto body = with_events({.min_sequence = table->min_sequence(),
                           .at_sequence = table->at_sequence(),
                           .at_time = Timestamp{table->at_time()}},
                          table->ids(), message, "ids");
  const bool is_of_now = table->at_sequence() == 0 && table->at_time() == 0;
  const bool may_be_many = std::is_same_v<Table, wire::LookupHolds> && is_of_now;
  if (!body.ok() || may_be_many || body.value().event_count <= limits::accounts_at_max) return body;
  return BodyFault{.status = RequestStatus::too_large,
                   .not_readable = false,
                   .words = fmt::format("the request has {} ids, it must have 1 to {}",
                                        body.value().event_count, limits::accounts_at_max)};
}

Result<RequestBody, BodyFault> read_trial_balance_at(std::span<const std::byte> bytes) {
  const auto* table = verified<wire::TrialBalanceAt>(bytes);
  if (table == nullptr) return unreadable("TrialBalanceAt");
  return with_limit({.limit = table->limit(),
                     .argument = table->after(),
                     .min_sequence = table->min_sequence(),
                     .at_sequence = table->at_sequence(),
                     .at_time = Timestamp{table->at_time()}});
}

Result<RequestBody, BodyFault> read_state_digest(std::span<const std::byte> bytes) {
  if (verified<wire::StateDigest>(bytes) == nullptr) return unreadable("StateDigest");
  return RequestBody{};
}

}  // namespace

std::size_t write_create_accounts(std::span<std::byte> room, std::uint64_t number,
                                  const OperationOrigin& origin,
                                  std::span<const Account> accounts) {
  return write_create(room, RequestKind::create_accounts, number, origin, accounts);
}

std::size_t write_create_transfers(std::span<std::byte> room, std::uint64_t number,
                                   const OperationOrigin& origin,
                                   std::span<const Transfer> transfers) {
  return write_create(room, RequestKind::create_transfers, number, origin, transfers);
}

std::size_t write_put_ledgers(std::span<std::byte> room, std::uint64_t number,
                              const OperationOrigin& origin, std::span<const Ledger> ledgers) {
  return write_create(room, RequestKind::put_ledgers, number, origin, ledgers);
}

std::size_t write_put_names(std::span<std::byte> room, std::uint64_t number,
                            const OperationOrigin& origin, std::span<const Name> names) {
  return write_create(room, RequestKind::put_names, number, origin, names);
}

std::size_t write_named_accounts(std::span<std::byte> room, std::uint64_t number,
                                 const OperationOrigin& origin, std::span<const Account> accounts,
                                 std::span<const Name> names) {
  return write_named(
      room, RequestKind::create_accounts, number, origin,
      static_cast<std::uint32_t>(accounts.size()), accounts.data(),
      {.name_count = static_cast<std::uint32_t>(names.size()), .names = names.data()});
}

std::size_t write_named_transfers(std::span<std::byte> room, std::uint64_t number,
                                  const OperationOrigin& origin,
                                  std::span<const Transfer> transfers, std::string_view reason,
                                  std::span<const Name> names) {
  return write_named(room, RequestKind::create_transfers, number, origin,
                     static_cast<std::uint32_t>(transfers.size()), transfers.data(),
                     {.reason = reason,
                      .name_count = static_cast<std::uint32_t>(names.size()),
                      .names = names.data()});
}

std::size_t write_change_accounts(std::span<std::byte> room, std::uint64_t number,
                                  const OperationOrigin& origin,
                                  std::span<const AccountChange> changes, std::string_view reason) {
  return write_reasoned(room, RequestKind::change_accounts, number, origin, changes, reason);
}

std::size_t write_reasoned_transfers(std::span<std::byte> room, std::uint64_t number,
                                     const OperationOrigin& origin,
                                     std::span<const Transfer> transfers, std::string_view reason) {
  return write_reasoned(room, RequestKind::create_transfers, number, origin, transfers, reason);
}

std::size_t finish_create(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                          const OperationOrigin& origin, std::uint32_t count) {
  return write_create(room, kind, number, origin, count, nullptr);
}

std::size_t finish_named_create(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                                const OperationOrigin& origin, std::uint32_t count,
                                std::uint32_t name_count) {
  return write_named(room, kind, number, origin, count, nullptr, {.name_count = name_count});
}

std::size_t write_lookup(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                         std::span<const Uint128> ids, std::uint64_t min_sequence) {
  ENSURE(kind == RequestKind::lookup_accounts || kind == RequestKind::lookup_transfers ||
             kind == RequestKind::lookup_holds || kind == RequestKind::lookup_tccs,
         "only lookups have ids");
  BodyWriter<layout::Lookup> writer{room};
  writer.fixed.min_sequence = min_sequence;
  writer.vector(writer.fixed.tail, static_cast<std::uint32_t>(ids.size()), sizeof(Uint128),
                ids.data());
  return writer.finish(type_of(kind), no_flags, number);
}

std::size_t write_lookup_names(std::span<std::byte> room, std::uint64_t number,
                               std::span<const NameKey> keys, std::uint64_t min_sequence) {
  BodyWriter<layout::Lookup> writer{room};
  writer.fixed.min_sequence = min_sequence;
  writer.vector(writer.fixed.tail, static_cast<std::uint32_t>(keys.size()), sizeof(NameKey),
                keys.data());
  return writer.finish(type_of(RequestKind::lookup_names), no_flags, number);
}

std::size_t write_list_accounts(std::span<std::byte> room, std::uint64_t number,
                                const AccountId& after, std::uint32_t limit,
                                std::uint64_t min_sequence) {
  BodyWriter<layout::ListAccounts> writer{room};
  writer.fixed.after = after.value();
  writer.fixed.limit = limit;
  writer.fixed.min_sequence = min_sequence;
  return writer.finish(type_of(RequestKind::list_accounts), no_flags, number);
}

std::size_t write_list_ledgers(std::span<std::byte> room, std::uint64_t number, LedgerId after,
                               std::uint32_t limit, std::uint64_t min_sequence) {
  BodyWriter<layout::ListLedgers> writer{room};
  writer.fixed.after = after.value();
  writer.fixed.limit = limit;
  writer.fixed.min_sequence = min_sequence;
  return writer.finish(type_of(RequestKind::list_ledgers), no_flags, number);
}

std::size_t write_list_transfers(std::span<std::byte> room, std::uint64_t number,
                                 std::uint64_t after, std::uint32_t limit,
                                 std::uint64_t min_sequence) {
  return write_numbered_list(room, RequestKind::list_transfers, number, after, limit, min_sequence);
}

std::size_t write_numbered_list(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                                std::uint64_t after, std::uint32_t limit,
                                std::uint64_t min_sequence) {
  BodyWriter<layout::ListTransfers> writer{room};
  writer.fixed.after = after;
  writer.fixed.limit = limit;
  writer.fixed.min_sequence = min_sequence;
  return writer.finish(type_of(kind), no_flags, number);
}

std::size_t write_query(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                        const QueryFilter& filter, std::uint64_t min_sequence) {
  ENSURE(is_filtered(kind), "only these queries have a filter");
  BodyWriter<layout::Query> writer{room};
  std::memcpy(writer.fixed.filter.data(), &filter, sizeof(filter));
  writer.fixed.min_sequence = min_sequence;
  return writer.finish(type_of(kind), no_flags, number);
}

std::size_t write_query_operations(std::span<std::byte> room, std::uint64_t number,
                                   const OperationFilter& filter, std::uint64_t min_sequence) {
  BodyWriter<layout::QueryOperations> writer{room};
  std::memcpy(writer.fixed.filter.data(), &filter, sizeof(filter));
  writer.fixed.min_sequence = min_sequence;
  return writer.finish(type_of(RequestKind::query_operations), no_flags, number);
}

std::size_t write_lookup_accounts_at(std::span<std::byte> room, std::uint64_t number,
                                     std::span<const AccountId> ids, const Moment& moment,
                                     std::uint64_t min_sequence) {
  BodyWriter<layout::LookupAt> writer{room};
  return finish_lookup_at(writer, RequestKind::lookup_accounts_at, number, ids, moment,
                          min_sequence);
}

std::size_t write_lookup_holds_at(std::span<std::byte> room, std::uint64_t number,
                                  std::span<const TransferId> ids, const Moment& moment,
                                  std::uint64_t min_sequence) {
  BodyWriter<layout::LookupAt> writer{room};
  std::ranges::copy(layout::LookupAt::holds_vtable, writer.fixed.vtable);
  return finish_lookup_at(writer, RequestKind::lookup_holds, number, ids, moment, min_sequence);
}

std::size_t write_trial_balance_at(std::span<std::byte> room, std::uint64_t number,
                                   std::uint64_t after, std::uint32_t limit, const Moment& moment,
                                   std::uint64_t min_sequence) {
  BodyWriter<layout::TrialBalanceAt> writer{room};
  writer.fixed.after = after;
  writer.fixed.limit = limit;
  writer.fixed.at_sequence = moment.sequence.value();
  writer.fixed.at_time = moment.time.value();
  writer.fixed.min_sequence = min_sequence;
  return writer.finish(type_of(RequestKind::trial_balance_at), no_flags, number);
}

std::size_t write_advance_clock(std::span<std::byte> room, std::uint64_t number,
                                const OperationOrigin& origin, std::uint64_t nanoseconds) {
  BodyWriter<layout::AdvanceClock> writer{room};
  put_origin(writer.fixed, origin);
  writer.fixed.nanoseconds = nanoseconds;
  return writer.finish(type_of(RequestKind::advance_clock), no_flags, number);
}

std::size_t write_state_digest(std::span<std::byte> room, std::uint64_t number) {
  BodyWriter<layout::StateDigest> writer{room};
  return writer.finish(type_of(RequestKind::state_digest), no_flags, number);
}

std::size_t write_accept_clock(std::span<std::byte> room, std::uint64_t number,
                               const OperationOrigin& origin, std::string_view reason) {
  BodyWriter<layout::Operation> writer{room};
  put_origin(writer.fixed, origin);
  writer.string(writer.fixed.tail, reason);
  return writer.finish(type_of(RequestKind::accept_clock), no_flags, number);
}

namespace {

using Read = Result<RequestBody, BodyFault> (*)(std::span<const std::byte> body);
using enum RequestKind;

/// The commonest first.
constexpr std::pair<RequestKind, Read> readers[] = {
    {create_transfers, read_transfers},
    {create_accounts, read_accounts},
    {put_ledgers, read_ledgers},
    {change_accounts, read_changes},
    {put_names, read_names},
    {append_events, [](auto body) { return read_append_events(body, append_events); }},
    {order_commands, [](auto body) { return read_append_events(body, order_commands); }},
    {payment_commands, [](auto body) { return read_append_events(body, payment_commands); }},
    {saga_commands, [](auto body) { return read_append_events(body, saga_commands); }},
    {operate_sagas, [](auto body) { return read_append_events(body, operate_sagas); }},
    {start_corrections, [](auto body) { return read_append_events(body, start_corrections); }},
    {answer_steps, read_answer_steps},
    {take_work, read_take_work},
    {list_participants, read_list_participants},
    {list_waiting_work, read_list_waiting_work},
    {seal_secrets, read_seal_secrets},
    {forget_secrets, read_forget_secrets},
    {bundle, read_bundle},
    {reconciliation_commands,
     [](auto body) { return read_append_events(body, reconciliation_commands); }},
    {review_corrections, read_bundle},
    {post_automatically, read_bundle},
    {put_checkpoints, read_put_checkpoints},
    {tcc_commands, read_tcc_commands},
    {lookup_accounts,
     [](auto body) { return read_lookup<wire::LookupAccounts>(body, "LookupAccounts"); }},
    {lookup_transfers,
     [](auto body) { return read_lookup<wire::LookupTransfers>(body, "LookupTransfers"); }},
    {lookup_holds,
     [](auto body) { return read_lookup_at<wire::LookupHolds>(body, "LookupHolds"); }},
    {get_account_transfers, read_query},
    {get_account_balances, read_query},
    {query_accounts, read_query},
    {query_transfers, read_query},
    {trial_balance, [](auto body) { return read_list<wire::TrialBalance>(body, "TrialBalance"); }},
    {list_accounts, read_list_accounts},
    {list_ledgers, [](auto body) { return read_list<wire::ListLedgers>(body, "ListLedgers"); }},
    {list_transfers,
     [](auto body) { return read_list<wire::ListTransfers>(body, "ListTransfers"); }},
    {lookup_names, read_lookup_names},
    {query_operations, read_query_operations},
    {read_events, read_read_events},
    {lookup_accounts_at,
     [](auto body) { return read_lookup_at<wire::LookupAccountsAt>(body, "LookupAccountsAt"); }},
    {trial_balance_at, read_trial_balance_at},
    {lookup_orders, [](auto body) { return read_lookup_aggregates(lookup_orders, body); }},
    {lookup_payments, [](auto body) { return read_lookup_aggregates(lookup_payments, body); }},
    {lookup_checkpoints, read_lookup_checkpoints},
    {lookup_tccs, read_lookup_tccs},
    {list_tccs, read_list_tccs},
    {list_sagas, read_list_sagas},
    {subscribe, read_subscribe},
    {acknowledge_events, read_acknowledge_events},
    {unsubscribe, read_unsubscribe},
    {rebuild, read_rebuild},
    {take_snapshot, read_take_snapshot},
    {advance_clock, read_advance_clock},
    {accept_clock, read_accept_clock},
    {state_digest, read_state_digest},
};

}  // namespace

Result<RequestBody, BodyFault> read_request(RequestKind kind, std::span<const std::byte> body) {
  for (const auto& [known, reader] : readers) {
    if (known == kind) return reader(body);
  }
  return BodyFault{.status = RequestStatus::unknown_kind,
                   .not_readable = false,
                   .words = "no client sends this kind of request by itself"};
}

}  // namespace daybook
