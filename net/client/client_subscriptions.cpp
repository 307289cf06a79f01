// Client: subscriptions, and the checkpoints of consumers.

#include "net/client/client.hpp"
#include "net/client/submission.hpp"
#include "net/protocol/subscription_messages.hpp"

namespace daybook {

SubscriptionId Client::subscribe(const Subscription& wanted, EventsHandler on_events,
                                 SubscriptionEnded on_end) {
  return session_->subscribe(wanted, std::move(on_events), std::move(on_end));
}

void Client::unsubscribe(SubscriptionId id) { session_->unsubscribe(id); }

Result<BatchResult> Client::put_checkpoints(std::span<const EventCheckpoint> checkpoints,
                                            const OperationAttributes& attributes) {
  return wait_for<BatchResult>(loop(), [&](BatchCallback callback) {
    async_put_checkpoints(checkpoints, attributes, std::move(callback));
  });
}

void Client::async_put_checkpoints(std::span<const EventCheckpoint> checkpoints,
                                   const OperationAttributes& given, BatchCallback callback) {
  const std::size_t count = checkpoints.size();
  if (count == 0 || count > limits::checkpoints_max) {
    return session_->refuse(
        std::move(callback),
        Failure{FailureKind::invalid,
                fmt::format("a request has 1 to {} checkpoints, this one has {}; nothing was sent",
                            limits::checkpoints_max, count)});
  }
  const OperationAttributes attributes = with_trace(given);
  FrameBuffer buffer = session_->frames().take(put_checkpoints_frame_bytes(count));
  buffer.size = write_put_checkpoints(buffer.frame(), 0, attributes, checkpoints);
  SentRequest sent = request_of(RequestKind::put_checkpoints, static_cast<std::uint32_t>(count),
                                std::move(buffer), attributes, std::move(callback));
  sent.is_whole = true;
  session_->submit(std::move(sent));
}

Result<CheckpointsResult> Client::lookup_checkpoints(const QueryOptions& options) {
  return wait_for<CheckpointsResult>(loop(), [&](Callback<CheckpointsResult> callback) {
    async_lookup_checkpoints(options, std::move(callback));
  });
}

void Client::async_lookup_checkpoints(const QueryOptions& options,
                                      Callback<CheckpointsResult> callback) {
  FrameBuffer buffer = session_->frames().take(small_frame_bytes);
  buffer.size = write_lookup_checkpoints(buffer.frame(), 0, min_sequence_of(options));
  session_->submit(
      request_of(RequestKind::lookup_checkpoints, 0, std::move(buffer), {}, std::move(callback)));
}

}  // namespace daybook
