#include "net/client/client.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <random>

#include <fmt/format.h>

#include "net/client/session.hpp"
#include "net/protocol/event_messages.hpp"
#include "net/protocol/requests.hpp"

namespace daybook {
namespace {

Failure wrong_count(std::string_view what, std::size_t count) {
  return {
      FailureKind::invalid,
      fmt::format("a request has 1 to {} {}, this one has {}; nothing was sent: {}",
                  limits::batch_events_max, what, count, count == 0 ? "leave it out" : "split it")};
}

std::optional<Failure> fault_of_reason(std::string_view reason) {
  if (!reason.empty() && reason.size() <= limits::reason_bytes_max) return std::nullopt;
  return Failure{FailureKind::invalid,
                 fmt::format("a reason has 1 to {} bytes, this one has {}; nothing was sent",
                             limits::reason_bytes_max, reason.size())};
}

std::optional<Failure> fault_of_names(std::size_t count) {
  if (count <= limits::request_names_max) return std::nullopt;
  return Failure{FailureKind::invalid,
                 fmt::format("a request brings at most {} names, this one has {}; nothing was "
                             "sent: split it, or send them with put_names",
                             limits::request_names_max, count)};
}

bool count_is_allowed(std::size_t count) { return count >= 1 && count <= limits::batch_events_max; }

/// Of a frame whose size depends on what is in it.
std::optional<Failure> fault_of_frame(std::size_t events, std::size_t names, std::size_t bytes) {
  if (!count_is_allowed(events)) return wrong_count("events", events);
  if (auto fault = fault_of_names(names)) return fault;
  if (bytes <= limits::frame_bytes_max) return std::nullopt;
  return Failure{FailureKind::invalid,
                 fmt::format("the events take {} bytes together, a request has at most {}; nothing "
                             "was sent: split it",
                             bytes, limits::frame_bytes_max)};
}

SentRequest request_of(RequestKind kind, std::uint32_t event_count, FrameBuffer buffer,
                       const OperationAttributes& attributes, AnyCallback callback) {
  SentRequest request;
  request.kind = kind;
  request.event_count = event_count;
  request.buffer = std::move(buffer);
  request.origin = attributes;
  request.callback = std::move(callback);
  return request;
}

/// The attributes with a trace id, which is a new one where none is given. From the system's source
/// once a thread, then SplitMix64 (Steele, Lea, Flood 2014): a trace id is no secret.
OperationAttributes with_trace(OperationAttributes attributes) {
  static thread_local std::uint64_t state = [] {
    std::random_device source;
    return (std::uint64_t{source()} << 32) | source();
  }();
  const auto next_word = [] {
    std::uint64_t word = state += 0x9e3779b97f4a7c15;
    word = (word ^ (word >> 30U)) * 0xbf58476d1ce4e5b9;
    word = (word ^ (word >> 27U)) * 0x94d049bb133111eb;
    return word ^ (word >> 31U);
  };
  while (attributes.trace_id == TraceId{}) {
    const std::uint64_t low = next_word();
    attributes.trace_id = TraceId{Uint128{low, next_word()}};
  }
  return attributes;
}

/// Starts something and drives the loop until its callback has been called.
template <typename Answer, typename Start>
Result<Answer> wait_for(ClientLoop& loop, const Start& start) {
  std::optional<Result<Answer>> outcome;
  start([&outcome](Result<Answer> result) { outcome.emplace(std::move(result)); });
  const Result<void> ran = loop.run_until([&outcome] { return outcome.has_value(); });
  ENSURE(ran.ok(), "every request ends in an answer or a time-out");
  return std::move(*outcome);
}

}  // namespace

Client::Client(ClientSettings settings)
    : own_loop_{std::make_unique<ClientLoop>()},
      session_{std::make_shared<Session>(*own_loop_, std::move(settings))} {}

Client::Client(ClientLoop& loop, ClientSettings settings)
    : session_{std::make_shared<Session>(loop, std::move(settings))} {}

Client::~Client() {
  session_->abandon();
  session_.reset();  // Before the loop that its timers live in.
}

Result<void> Client::connect() {
  std::optional<Result<void>> outcome;
  async_connect([&outcome](Result<void> result) { outcome.emplace(std::move(result)); });
  const Result<void> ran = loop().run_until([&outcome] { return outcome.has_value(); });
  ENSURE(ran.ok(), "every attempt to connect ends");
  return std::move(*outcome);
}

void Client::async_connect(std::function<void(Result<void>)> callback) {
  session_->connect(std::move(callback));
}

void Client::disconnect() { session_->disconnect(); }
bool Client::connected() const { return session_->is_open(); }
ClientId Client::client_id() const { return session_->client_id(); }
const EngineInfo& Client::engine() const { return session_->engine(); }
std::uint64_t Client::last_request_number() const { return session_->last_number(); }
Sequence Client::highest_sequence() const { return session_->highest_sequence(); }
std::size_t Client::unanswered() const { return session_->unanswered(); }
ClientLoop& Client::loop() { return session_->loop(); }

// ---- Changes. ----

template <typename Event>
Result<Batch<Event>> Client::new_batch(std::size_t count, const OperationAttributes& attributes,
                                       std::span<const Name> names) {
  if (!count_is_allowed(count)) return wrong_count("events", count);
  if (auto fault = fault_of_names(names.size())) return *fault;
  const bool is_named = !names.empty();
  FrameBuffer buffer = session_->frames().take(
      is_named ? named_frame_bytes<Event>(count, names.size()) : create_frame_bytes<Event>(count));
  const std::size_t offset = is_named ? named_events_offset : create_events_offset;
  auto* const events = reinterpret_cast<Event*>(buffer.bytes.get() + offset);
  if (is_named) {
    std::memcpy(buffer.bytes.get() + names_offset<Event>(count), names.data(), names.size_bytes());
  }
  return Batch<Event>{std::move(buffer), with_trace(attributes), events,
                      static_cast<std::uint32_t>(count), static_cast<std::uint32_t>(names.size())};
}

template <typename Event>
void Client::submit_batch(RequestKind kind, Batch<Event> batch, BatchCallback callback) {
  ENSURE(batch.buffer_.bytes != nullptr, "a batch is submitted once");
  SentRequest request = request_of(kind, batch.count_, std::move(batch.buffer_), batch.attributes_,
                                   std::move(callback));
  request.name_count = batch.name_count_;
  session_->submit(std::move(request));
}

template <typename Event>
Result<BatchResult> Client::create(std::span<const Event> events,
                                   const OperationAttributes& attributes,
                                   std::span<const Name> names) {
  Result<Batch<Event>> batch = new_batch<Event>(events.size(), attributes, names);
  if (!batch) return batch.error();
  std::copy(events.begin(), events.end(), batch.value().events().begin());
  return wait_for<BatchResult>(loop(), [&](BatchCallback callback) {
    submit(std::move(batch).value(), std::move(callback));
  });
}

Result<BatchResult> Client::create_accounts(std::span<const Account> accounts,
                                            const OperationAttributes& attributes,
                                            std::span<const Name> names) {
  return create(accounts, attributes, names);
}
Result<BatchResult> Client::create_transfers(std::span<const Transfer> transfers,
                                             const OperationAttributes& attributes,
                                             std::span<const Name> names) {
  return create(transfers, attributes, names);
}
Result<BatchResult> Client::put_names(std::span<const Name> names,
                                      const OperationAttributes& attributes) {
  return create(names, attributes);
}
Result<BatchResult> Client::put_ledgers(std::span<const Ledger> ledgers,
                                        const OperationAttributes& attributes) {
  return create(ledgers, attributes);
}

template <typename Event, typename Write>
Result<BatchResult> Client::send_reasoned(RequestKind kind, std::span<const Event> events,
                                          std::string_view reason, const OperationAttributes& given,
                                          const Write& write) {
  const OperationAttributes attributes = with_trace(given);
  if (!count_is_allowed(events.size())) return wrong_count("events", events.size());
  if (auto fault = fault_of_reason(reason)) return *fault;
  FrameBuffer buffer =
      session_->frames().take(reasoned_frame_bytes<Event>(events.size(), reason.size()));
  buffer.size = write(buffer.frame(), 0, attributes, events, reason);
  return wait_for<BatchResult>(loop(), [&](BatchCallback callback) {
    SentRequest sent = request_of(kind, static_cast<std::uint32_t>(events.size()),
                                  std::move(buffer), attributes, std::move(callback));
    sent.is_whole = true;
    session_->submit(std::move(sent));
  });
}

Result<BatchResult> Client::change_accounts(std::span<const AccountChange> changes,
                                            std::string_view reason,
                                            const OperationAttributes& attributes) {
  return send_reasoned(RequestKind::change_accounts, changes, reason, attributes,
                       write_change_accounts);
}
Result<BatchResult> Client::create_reasoned_transfers(std::span<const Transfer> transfers,
                                                      std::string_view reason,
                                                      const OperationAttributes& attributes) {
  return send_reasoned(RequestKind::create_transfers, transfers, reason, attributes,
                       write_reasoned_transfers);
}

Result<AccountBatch> Client::new_account_batch(std::size_t count,
                                               const OperationAttributes& attributes,
                                               std::span<const Name> names) {
  return new_batch<Account>(count, attributes, names);
}
Result<TransferBatch> Client::new_transfer_batch(std::size_t count,
                                                 const OperationAttributes& attributes,
                                                 std::span<const Name> names) {
  return new_batch<Transfer>(count, attributes, names);
}
Result<LedgerBatch> Client::new_ledger_batch(std::size_t count,
                                             const OperationAttributes& attributes) {
  return new_batch<Ledger>(count, attributes);
}
Result<NameBatch> Client::new_name_batch(std::size_t count, const OperationAttributes& attributes) {
  return new_batch<Name>(count, attributes);
}

void Client::submit(AccountBatch batch, BatchCallback callback) {
  submit_batch(RequestKind::create_accounts, std::move(batch), std::move(callback));
}
void Client::submit(TransferBatch batch, BatchCallback callback) {
  submit_batch(RequestKind::create_transfers, std::move(batch), std::move(callback));
}
void Client::submit(LedgerBatch batch, BatchCallback callback) {
  submit_batch(RequestKind::put_ledgers, std::move(batch), std::move(callback));
}
void Client::submit(NameBatch batch, BatchCallback callback) {
  submit_batch(RequestKind::put_names, std::move(batch), std::move(callback));
}

Result<BatchResult> Client::append_events(const EventList& events,
                                          const OperationAttributes& attributes,
                                          std::span<const Name> names) {
  return wait_for<BatchResult>(loop(), [&](BatchCallback callback) {
    async_append_events(events, attributes, names, std::move(callback));
  });
}

void Client::async_append_events(const EventList& events, const OperationAttributes& attributes,
                                 std::span<const Name> names, BatchCallback callback) {
  const std::size_t count = events.events().size();
  const std::size_t bytes =
      append_events_frame_bytes(count, events.payloads().size(), names.size());
  if (auto fault = fault_of_frame(count, names.size(), bytes)) {
    return session_->refuse(std::move(callback), *fault);
  }
  FrameBuffer buffer = session_->frames().take(bytes);
  buffer.size =
      write_append_events(buffer.frame(), 0, attributes, events.events(), events.payloads(), names);
  SentRequest sent = request_of(RequestKind::append_events, static_cast<std::uint32_t>(count),
                                std::move(buffer), attributes, std::move(callback));
  sent.is_whole = true;
  session_->submit(std::move(sent));
}

Result<BatchResult> Client::send_bundle(std::span<const Transfer> transfers,
                                        const EventList& events,
                                        const OperationAttributes& attributes,
                                        std::span<const Name> names) {
  return wait_for<BatchResult>(loop(), [&](BatchCallback callback) {
    async_send_bundle(transfers, events, attributes, names, std::move(callback));
  });
}

void Client::async_send_bundle(std::span<const Transfer> transfers, const EventList& events,
                               const OperationAttributes& attributes, std::span<const Name> names,
                               BatchCallback callback) {
  const std::size_t count = transfers.size() + events.events().size();
  const std::size_t bytes = bundle_frame_bytes(transfers.size(), events.events().size(),
                                               events.payloads().size(), names.size());
  if (auto fault = fault_of_frame(count, names.size(), bytes)) {
    return session_->refuse(std::move(callback), *fault);
  }
  FrameBuffer buffer = session_->frames().take(bytes);
  buffer.size = write_bundle(buffer.frame(), 0, attributes, transfers, events.events(),
                             events.payloads(), names);
  SentRequest sent = request_of(RequestKind::bundle, static_cast<std::uint32_t>(count),
                                std::move(buffer), attributes, std::move(callback));
  sent.is_whole = true;
  session_->submit(std::move(sent));
}

// ---- Reads. ----

std::uint64_t Client::min_sequence_of(const QueryOptions& options) const {
  // Zero would ask the engine for the highest of the connection, which may be younger than we are.
  if (options.min_sequence) return std::max<std::uint64_t>(options.min_sequence->value(), 1);
  return session_->highest_sequence().value();
}

template <typename Id, typename Answer>
void Client::lookup(RequestKind kind, std::span<const Id> ids, std::uint64_t min_sequence,
                    Callback<Answer> callback) {
  static_assert(sizeof(Id) == sizeof(Uint128) && alignof(Id) == alignof(Uint128));
  if (!count_is_allowed(ids.size())) {
    return session_->refuse(std::move(callback), wrong_count("ids", ids.size()));
  }
  FrameBuffer buffer = session_->frames().take(lookup_frame_bytes(ids.size()));
  const std::span<const Uint128> bare{reinterpret_cast<const Uint128*>(ids.data()), ids.size()};
  buffer.size = write_lookup(buffer.frame(), kind, 0, bare, min_sequence);
  session_->submit(request_of(kind, static_cast<std::uint32_t>(ids.size()), std::move(buffer), {},
                              std::move(callback)));
}

Result<AccountsResult> Client::lookup_accounts(std::span<const AccountId> ids) {
  return wait_for<AccountsResult>(loop(), [&](Callback<AccountsResult> callback) {
    async_lookup_accounts(ids, std::move(callback));
  });
}

void Client::async_lookup_accounts(std::span<const AccountId> ids,
                                   Callback<AccountsResult> callback) {
  lookup(RequestKind::lookup_accounts, ids, 0, std::move(callback));
}

Result<AccountsAtResult> Client::lookup_accounts_at(std::span<const AccountId> ids,
                                                    const AsOf& moment,
                                                    const QueryOptions& options) {
  return wait_for<AccountsAtResult>(loop(), [&](Callback<AccountsAtResult> callback) {
    async_lookup_accounts_at(ids, moment, options, std::move(callback));
  });
}

template <typename Id, typename Answer, typename Write>
void Client::lookup_at(RequestKind kind, std::span<const Id> ids, Callback<Answer> callback,
                       const Write& write) {
  if (ids.empty() || ids.size() > limits::accounts_at_max) {
    return session_->refuse(
        std::move(callback),
        Failure{
            FailureKind::invalid,
            fmt::format("a request has 1 to {} ids, this one has {}; nothing was sent: split it",
                        limits::accounts_at_max, ids.size())});
  }
  FrameBuffer buffer = session_->frames().take(lookup_accounts_at_frame_bytes(ids.size()));
  buffer.size = write(buffer.frame());
  session_->submit(request_of(kind, static_cast<std::uint32_t>(ids.size()), std::move(buffer), {},
                              std::move(callback)));
}

void Client::async_lookup_accounts_at(std::span<const AccountId> ids, const AsOf& moment,
                                      const QueryOptions& options,
                                      Callback<AccountsAtResult> callback) {
  lookup_at(RequestKind::lookup_accounts_at, ids, std::move(callback),
            [&](std::span<std::byte> room) {
              return write_lookup_accounts_at(room, 0, ids, moment, min_sequence_of(options));
            });
}

Result<HoldsResult> Client::lookup_holds_at(std::span<const TransferId> ids, const AsOf& moment,
                                            const QueryOptions& options) {
  return wait_for<HoldsResult>(loop(), [&](Callback<HoldsResult> callback) {
    async_lookup_holds_at(ids, moment, options, std::move(callback));
  });
}

void Client::async_lookup_holds_at(std::span<const TransferId> ids, const AsOf& moment,
                                   const QueryOptions& options, Callback<HoldsResult> callback) {
  lookup_at(RequestKind::lookup_holds, ids, std::move(callback), [&](std::span<std::byte> room) {
    return write_lookup_holds_at(room, 0, ids, moment, min_sequence_of(options));
  });
}

Result<TransfersResult> Client::lookup_transfers(std::span<const TransferId> ids,
                                                 const QueryOptions& options) {
  return wait_for<TransfersResult>(loop(), [&](Callback<TransfersResult> callback) {
    async_lookup_transfers(ids, options, std::move(callback));
  });
}

void Client::async_lookup_transfers(std::span<const TransferId> ids, const QueryOptions& options,
                                    Callback<TransfersResult> callback) {
  lookup(RequestKind::lookup_transfers, ids, min_sequence_of(options), std::move(callback));
}

Result<HoldsResult> Client::lookup_holds(std::span<const TransferId> ids,
                                         const QueryOptions& options) {
  return wait_for<HoldsResult>(loop(), [&](Callback<HoldsResult> callback) {
    async_lookup_holds(ids, options, std::move(callback));
  });
}

void Client::async_lookup_holds(std::span<const TransferId> ids, const QueryOptions& options,
                                Callback<HoldsResult> callback) {
  lookup(RequestKind::lookup_holds, ids, min_sequence_of(options), std::move(callback));
}

Result<NamesResult> Client::lookup_names(std::span<const NameKey> keys,
                                         const QueryOptions& options) {
  return wait_for<NamesResult>(loop(), [&](Callback<NamesResult> callback) {
    async_lookup_names(keys, options, std::move(callback));
  });
}

void Client::async_lookup_names(std::span<const NameKey> keys, const QueryOptions& options,
                                Callback<NamesResult> callback) {
  if (!count_is_allowed(keys.size())) {
    return session_->refuse(std::move(callback), wrong_count("keys", keys.size()));
  }
  FrameBuffer buffer = session_->frames().take(lookup_names_frame_bytes(keys.size()));
  buffer.size = write_lookup_names(buffer.frame(), 0, keys, min_sequence_of(options));
  session_->submit(request_of(RequestKind::lookup_names, static_cast<std::uint32_t>(keys.size()),
                              std::move(buffer), {}, std::move(callback)));
}

template <typename Answer, typename Write>
void Client::list(RequestKind kind, std::uint32_t limit, Callback<Answer> callback,
                  const Write& write) {
  if (!count_is_allowed(limit)) {
    return session_->refuse(std::move(callback), wrong_count("items asked for", limit));
  }
  FrameBuffer buffer = session_->frames().take(small_frame_bytes);
  buffer.size = write(buffer.frame());
  session_->submit(request_of(kind, 0, std::move(buffer), {}, std::move(callback)));
}

Result<AccountPage> Client::list_accounts(AccountId after, std::uint32_t limit,
                                          const QueryOptions& options) {
  return wait_for<AccountPage>(loop(), [&](Callback<AccountPage> callback) {
    async_list_accounts(after, limit, options, std::move(callback));
  });
}

void Client::async_list_accounts(AccountId after, std::uint32_t limit, const QueryOptions& options,
                                 Callback<AccountPage> callback) {
  list(RequestKind::list_accounts, limit, std::move(callback), [&](std::span<std::byte> room) {
    return write_list_accounts(room, 0, after, limit, min_sequence_of(options));
  });
}

Result<LedgerPage> Client::list_ledgers(LedgerId after, std::uint32_t limit,
                                        const QueryOptions& options) {
  return wait_for<LedgerPage>(loop(), [&](Callback<LedgerPage> callback) {
    async_list_ledgers(after, limit, options, std::move(callback));
  });
}

void Client::async_list_ledgers(LedgerId after, std::uint32_t limit, const QueryOptions& options,
                                Callback<LedgerPage> callback) {
  list(RequestKind::list_ledgers, limit, std::move(callback), [&](std::span<std::byte> room) {
    return write_list_ledgers(room, 0, after, limit, min_sequence_of(options));
  });
}

Result<TransferPage> Client::list_transfers(Sequence after, std::uint32_t limit,
                                            const QueryOptions& options) {
  return wait_for<TransferPage>(loop(), [&](Callback<TransferPage> callback) {
    async_list_transfers(after, limit, options, std::move(callback));
  });
}

void Client::async_list_transfers(Sequence after, std::uint32_t limit, const QueryOptions& options,
                                  Callback<TransferPage> callback) {
  list(RequestKind::list_transfers, limit, std::move(callback), [&](std::span<std::byte> room) {
    return write_list_transfers(room, 0, after.value(), limit, min_sequence_of(options));
  });
}

Result<BalancePage> Client::trial_balance(std::uint64_t after, std::uint32_t limit,
                                          const QueryOptions& options) {
  return wait_for<BalancePage>(loop(), [&](Callback<BalancePage> callback) {
    async_trial_balance(after, limit, options, std::move(callback));
  });
}

void Client::async_trial_balance(std::uint64_t after, std::uint32_t limit,
                                 const QueryOptions& options, Callback<BalancePage> callback) {
  list(RequestKind::trial_balance, limit, std::move(callback), [&](std::span<std::byte> room) {
    return write_numbered_list(room, RequestKind::trial_balance, 0, after, limit,
                               min_sequence_of(options));
  });
}

Result<BalancePage> Client::trial_balance_at(std::uint64_t after, std::uint32_t limit,
                                             const AsOf& moment, const QueryOptions& options) {
  return wait_for<BalancePage>(loop(), [&](Callback<BalancePage> callback) {
    async_trial_balance_at(after, limit, moment, options, std::move(callback));
  });
}

void Client::async_trial_balance_at(std::uint64_t after, std::uint32_t limit, const AsOf& moment,
                                    const QueryOptions& options, Callback<BalancePage> callback) {
  list(RequestKind::trial_balance_at, limit, std::move(callback), [&](std::span<std::byte> room) {
    return write_trial_balance_at(room, 0, after, limit, moment, min_sequence_of(options));
  });
}

template <typename Answer>
void Client::query(RequestKind kind, const QueryFilter& filter, const QueryOptions& options,
                   Callback<Answer> callback) {
  FrameBuffer buffer = session_->frames().take(query_frame_bytes);
  buffer.size = write_query(buffer.frame(), kind, 0, filter, min_sequence_of(options));
  session_->submit(request_of(kind, 0, std::move(buffer), {}, std::move(callback)));
}

Result<FoundTransfers> Client::get_account_transfers(const QueryFilter& filter,
                                                     const QueryOptions& options) {
  return wait_for<FoundTransfers>(loop(), [&](Callback<FoundTransfers> callback) {
    async_get_account_transfers(filter, options, std::move(callback));
  });
}

void Client::async_get_account_transfers(const QueryFilter& filter, const QueryOptions& options,
                                         Callback<FoundTransfers> callback) {
  query(RequestKind::get_account_transfers, filter, options, std::move(callback));
}

Result<FoundBalances> Client::get_account_balances(const QueryFilter& filter,
                                                   const QueryOptions& options) {
  return wait_for<FoundBalances>(loop(), [&](Callback<FoundBalances> callback) {
    async_get_account_balances(filter, options, std::move(callback));
  });
}

void Client::async_get_account_balances(const QueryFilter& filter, const QueryOptions& options,
                                        Callback<FoundBalances> callback) {
  query(RequestKind::get_account_balances, filter, options, std::move(callback));
}

Result<FoundTransfers> Client::query_transfers(const QueryFilter& filter,
                                               const QueryOptions& options) {
  return wait_for<FoundTransfers>(loop(), [&](Callback<FoundTransfers> callback) {
    async_query_transfers(filter, options, std::move(callback));
  });
}

void Client::async_query_transfers(const QueryFilter& filter, const QueryOptions& options,
                                   Callback<FoundTransfers> callback) {
  query(RequestKind::query_transfers, filter, options, std::move(callback));
}

Result<FoundEvents> Client::read_events(const EventFilter& filter, const QueryOptions& options) {
  return wait_for<FoundEvents>(loop(), [&](Callback<FoundEvents> callback) {
    async_read_events(filter, options, std::move(callback));
  });
}

void Client::async_read_events(const EventFilter& filter, const QueryOptions& options,
                               Callback<FoundEvents> callback) {
  FrameBuffer buffer = session_->frames().take(read_events_frame_bytes);
  buffer.size = write_read_events(buffer.frame(), 0, filter, min_sequence_of(options));
  session_->submit(
      request_of(RequestKind::read_events, 0, std::move(buffer), {}, std::move(callback)));
}

Result<FoundAccounts> Client::query_accounts(const QueryFilter& filter,
                                             const QueryOptions& options) {
  return wait_for<FoundAccounts>(loop(), [&](Callback<FoundAccounts> callback) {
    async_query_accounts(filter, options, std::move(callback));
  });
}

void Client::async_query_accounts(const QueryFilter& filter, const QueryOptions& options,
                                  Callback<FoundAccounts> callback) {
  query(RequestKind::query_accounts, filter, options, std::move(callback));
}

Result<FoundOperations> Client::query_operations(const OperationFilter& filter,
                                                 const QueryOptions& options) {
  return wait_for<FoundOperations>(loop(), [&](Callback<FoundOperations> callback) {
    async_query_operations(filter, options, std::move(callback));
  });
}

void Client::async_query_operations(const OperationFilter& filter, const QueryOptions& options,
                                    Callback<FoundOperations> callback) {
  FrameBuffer buffer = session_->frames().take(query_operations_frame_bytes);
  buffer.size = write_query_operations(buffer.frame(), 0, filter, min_sequence_of(options));
  session_->submit(
      request_of(RequestKind::query_operations, 0, std::move(buffer), {}, std::move(callback)));
}

// ---- Administration. ----

Result<BatchResult> Client::advance_clock(std::chrono::nanoseconds step,
                                          const OperationAttributes& given) {
  const OperationAttributes attributes = with_trace(given);
  if (step.count() < 0) {
    return Failure{FailureKind::invalid,
                   "the clock moves forward only; nothing was sent: give a step of 0 ns or more"};
  }
  FrameBuffer buffer = session_->frames().take(small_frame_bytes);
  buffer.size =
      write_advance_clock(buffer.frame(), 0, attributes, static_cast<std::uint64_t>(step.count()));
  return wait_for<BatchResult>(loop(), [&](BatchCallback callback) {
    session_->submit(request_of(RequestKind::advance_clock, 0, std::move(buffer), attributes,
                                std::move(callback)));
  });
}

Result<BatchResult> Client::accept_clock(std::string_view reason,
                                         const OperationAttributes& given) {
  const OperationAttributes attributes = with_trace(given);
  if (auto fault = fault_of_reason(reason)) return *fault;
  FrameBuffer buffer = session_->frames().take(accept_clock_frame_bytes(reason.size()));
  buffer.size = write_accept_clock(buffer.frame(), 0, attributes, reason);
  return wait_for<BatchResult>(loop(), [&](BatchCallback callback) {
    session_->submit(request_of(RequestKind::accept_clock, 0, std::move(buffer), attributes,
                                std::move(callback)));
  });
}

Result<DigestResult> Client::state_digest() {
  return wait_for<DigestResult>(
      loop(), [&](Callback<DigestResult> callback) { async_state_digest(std::move(callback)); });
}

void Client::async_state_digest(Callback<DigestResult> callback) {
  FrameBuffer buffer = session_->frames().take(small_frame_bytes);
  buffer.size = write_state_digest(buffer.frame(), 0);
  session_->submit(
      request_of(RequestKind::state_digest, 0, std::move(buffer), {}, std::move(callback)));
}

}  // namespace daybook
