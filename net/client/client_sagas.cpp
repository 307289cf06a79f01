// Client: sagas.

#include "net/client/client.hpp"
#include "net/client/submission.hpp"
#include "net/protocol/event_messages.hpp"
#include "net/protocol/saga_messages.hpp"

namespace daybook {
namespace {

std::optional<Failure> fault_of_events(const EventList& events, std::size_t bytes) {
  const std::size_t count = events.events().size();
  if (count <= limits::saga_commands_max) return fault_of_frame(count, 0, bytes);
  return Failure{FailureKind::invalid,
                 fmt::format("a request has 1 to {} events of sagas, this one has {}; nothing was "
                             "sent: split it",
                             limits::saga_commands_max, count)};
}

SentRequest whole_request(RequestKind kind, const EventList& events, FrameBuffer buffer,
                          const OperationAttributes& attributes, BatchCallback callback) {
  SentRequest sent = request_of(kind, static_cast<std::uint32_t>(events.events().size()),
                                std::move(buffer), attributes, std::move(callback));
  sent.is_whole = true;
  return sent;
}

}  // namespace

Result<BatchResult> Client::saga_commands(const EventList& events,
                                          const OperationAttributes& attributes) {
  return wait_for<BatchResult>(loop(), [&](BatchCallback callback) {
    async_saga_commands(events, attributes, std::move(callback));
  });
}

Result<BatchResult> Client::start_corrections(const EventList& events,
                                              const OperationAttributes& attributes) {
  return wait_for<BatchResult>(loop(), [&](BatchCallback callback) {
    submit_saga_events(RequestKind::start_corrections, events, attributes, std::move(callback));
  });
}

void Client::async_saga_commands(const EventList& events, const OperationAttributes& attributes,
                                 BatchCallback callback) {
  submit_saga_events(RequestKind::saga_commands, events, attributes, std::move(callback));
}

void Client::submit_saga_events(RequestKind kind, const EventList& events,
                                const OperationAttributes& given, BatchCallback callback) {
  const std::size_t bytes =
      append_events_frame_bytes(events.events().size(), events.payloads().size(), 0);
  if (auto fault = fault_of_events(events, bytes)) {
    return session_->refuse(std::move(callback), *fault);
  }
  const OperationAttributes attributes = with_trace(given);
  FrameBuffer buffer = session_->frames().take(bytes);
  buffer.size = write_append_events(buffer.frame(), 0, attributes, events.events(),
                                    events.payloads(), {}, kind);
  session_->submit(whole_request(kind, events, std::move(buffer), attributes, std::move(callback)));
}

Result<BatchResult> Client::operate_sagas(const EventList& events, std::string_view reason,
                                          const OperationAttributes& attributes) {
  return wait_for<BatchResult>(loop(), [&](BatchCallback callback) {
    async_operate_sagas(events, reason, attributes, std::move(callback));
  });
}

void Client::async_operate_sagas(const EventList& events, std::string_view reason,
                                 const OperationAttributes& given, BatchCallback callback) {
  if (auto fault = fault_of_reason(reason)) return session_->refuse(std::move(callback), *fault);
  const std::size_t bytes =
      operate_sagas_frame_bytes(events.events().size(), events.payloads().size(), reason.size());
  if (auto fault = fault_of_events(events, bytes)) {
    return session_->refuse(std::move(callback), *fault);
  }
  const OperationAttributes attributes = with_trace(given);
  FrameBuffer buffer = session_->frames().take(bytes);
  buffer.size = write_operate_sagas(buffer.frame(), 0, attributes, events.events(),
                                    events.payloads(), reason);
  session_->submit(whole_request(RequestKind::operate_sagas, events, std::move(buffer), attributes,
                                 std::move(callback)));
}

Result<SagaPage> Client::list_sagas(const SagaFilter& filter, const QueryOptions& options) {
  return wait_for<SagaPage>(loop(), [&](Callback<SagaPage> callback) {
    async_list_sagas(filter, options, std::move(callback));
  });
}

void Client::async_list_sagas(const SagaFilter& filter, const QueryOptions& options,
                              Callback<SagaPage> callback) {
  FrameBuffer buffer = session_->frames().take(list_sagas_frame_bytes);
  buffer.size = write_list_sagas(buffer.frame(), 0, filter, min_sequence_of(options));
  session_->submit(
      request_of(RequestKind::list_sagas, 0, std::move(buffer), {}, std::move(callback)));
}

}  // namespace daybook
