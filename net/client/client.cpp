#include "net/client/client.hpp"

#include "net/client/submission.hpp"
#include "net/protocol/event_messages.hpp"
#include "net/protocol/rebuild_messages.hpp"

namespace daybook {

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
  async_append(RequestKind::append_events, events, attributes, names, std::move(callback));
}

Result<BatchResult> Client::order_commands(const EventList& commands,
                                           const OperationAttributes& attributes,
                                           std::span<const Name> names) {
  return wait_for<BatchResult>(loop(), [&](BatchCallback callback) {
    async_append(RequestKind::order_commands, commands, attributes, names, std::move(callback));
  });
}

Result<BatchResult> Client::payment_commands(const EventList& commands,
                                             const OperationAttributes& attributes,
                                             std::span<const Name> names) {
  return wait_for<BatchResult>(loop(), [&](BatchCallback callback) {
    async_append(RequestKind::payment_commands, commands, attributes, names, std::move(callback));
  });
}

void Client::async_append(RequestKind kind, const EventList& events,
                          const OperationAttributes& attributes, std::span<const Name> names,
                          BatchCallback callback) {
  const std::size_t count = events.events().size();
  const std::size_t bytes =
      append_events_frame_bytes(count, events.payloads().size(), names.size());
  if (auto fault = fault_of_frame(count, names.size(), bytes)) {
    return session_->refuse(std::move(callback), *fault);
  }
  FrameBuffer buffer = session_->frames().take(bytes);
  buffer.size = write_append_events(buffer.frame(), 0, attributes, events.events(),
                                    events.payloads(), names, kind);
  SentRequest sent = request_of(kind, static_cast<std::uint32_t>(count), std::move(buffer),
                                attributes, std::move(callback));
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
  async_bundle(RequestKind::bundle, transfers, events, attributes, names, std::move(callback));
}

Result<BatchResult> Client::reconciliation_commands(const EventList& commands,
                                                    const OperationAttributes& attributes) {
  return wait_for<BatchResult>(loop(), [&](BatchCallback callback) {
    async_append(RequestKind::reconciliation_commands, commands, attributes, {},
                 std::move(callback));
  });
}

Result<BatchResult> Client::review_corrections(RequestKind kind, std::span<const Transfer> legs,
                                               const EventList& reviews,
                                               const OperationAttributes& attributes) {
  return wait_for<BatchResult>(loop(), [&](BatchCallback callback) {
    async_bundle(kind, legs, reviews, attributes, {}, std::move(callback));
  });
}

void Client::async_bundle(RequestKind kind, std::span<const Transfer> transfers,
                          const EventList& events, const OperationAttributes& attributes,
                          std::span<const Name> names, BatchCallback callback) {
  const std::size_t count = transfers.size() + events.events().size();
  const std::size_t bytes = bundle_frame_bytes(transfers.size(), events.events().size(),
                                               events.payloads().size(), names.size());
  if (auto fault = fault_of_frame(count, names.size(), bytes)) {
    return session_->refuse(std::move(callback), *fault);
  }
  FrameBuffer buffer = session_->frames().take(bytes);
  buffer.size = write_bundle(buffer.frame(), 0, attributes, transfers, events.events(),
                             events.payloads(), names, kind);
  SentRequest sent = request_of(kind, static_cast<std::uint32_t>(count), std::move(buffer),
                                attributes, std::move(callback));
  sent.is_whole = true;
  session_->submit(std::move(sent));
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

Result<DigestResult> Client::take_snapshot() {
  return wait_for<DigestResult>(
      loop(), [&](Callback<DigestResult> callback) { async_take_snapshot(std::move(callback)); });
}

void Client::async_take_snapshot(Callback<DigestResult> callback) {
  FrameBuffer buffer = session_->frames().take(small_frame_bytes);
  buffer.size = write_take_snapshot(buffer.frame(), 0);
  session_->submit(
      request_of(RequestKind::take_snapshot, 0, std::move(buffer), {}, std::move(callback)));
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
