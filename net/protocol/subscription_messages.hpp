#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/model/event_checkpoint.hpp"
#include "engine/model/event_record.hpp"
#include "engine/model/subscription.hpp"
#include "net/protocol/frame.hpp"
#include "net/protocol/layout.hpp"
#include "net/protocol/messages.hpp"
#include "net/protocol/replies.hpp"
#include "net/protocol/requests.hpp"

/// Subscriptions and checkpoints: what both ends write and read. As requests.hpp and replies.hpp.
/// A batch of events is an ItemsReplyMessage<std::uint64_t>: its items are event records, as words;
/// its cursor says up to which sequence everything was looked at, its sequence what is durable.

namespace daybook {

inline constexpr std::size_t subscribe_frame_bytes = frame_header_bytes + sizeof(layout::Subscribe);
/// `min_sequence`: how far the engine must know checkpoints; 0 = as this connection was told.
std::size_t write_subscribe(std::span<std::byte> room, std::uint64_t number,
                            const Subscription& subscription, std::uint64_t min_sequence);
/// The body's event is the Subscription, which is not looked into.
[[nodiscard]] Result<RequestBody, BodyFault> read_subscribe(std::span<const std::byte> body);

inline constexpr std::size_t acknowledge_frame_bytes =
    frame_header_bytes + sizeof(layout::AcknowledgeEvents);
/// Everything up to `sequence` of the subscription with number `subscription` was handled.
std::size_t write_acknowledge_events(std::span<std::byte> room, std::uint64_t number,
                                     std::uint64_t subscription, Sequence sequence);
/// `argument` of the body is the subscription's number, `at_sequence` the sequence.
[[nodiscard]] Result<RequestBody, BodyFault> read_acknowledge_events(
    std::span<const std::byte> body);

std::size_t write_unsubscribe(std::span<std::byte> room, std::uint64_t number,
                              std::uint64_t subscription);
/// `argument` of the body is the subscription's number.
[[nodiscard]] Result<RequestBody, BodyFault> read_unsubscribe(std::span<const std::byte> body);

/// The largest batch: full, and one record above.
inline constexpr std::size_t event_record_bytes_max =
    sizeof(EventRecord) + sizeof(OperationReason) + sizeof(ClockChange) +
    limits::event_payload_bytes_max;
inline constexpr std::size_t event_batch_frame_bytes_max =
    reply_frame_bytes(limits::subscription_batch_bytes_max + event_record_bytes_max, 0);
static_assert(event_batch_frame_bytes_max <= limits::frame_bytes_max);

[[nodiscard]] Result<ItemsReplyMessage<std::uint64_t>, BodyFault> read_event_batch(
    std::span<const std::byte> body);

[[nodiscard]] constexpr std::size_t put_checkpoints_frame_bytes(std::size_t count) {
  return create_frame_bytes<EventCheckpoint>(count);
}
std::size_t write_put_checkpoints(std::span<std::byte> room, std::uint64_t number,
                                  const OperationOrigin& origin,
                                  std::span<const EventCheckpoint> checkpoints);
[[nodiscard]] Result<RequestBody, BodyFault> read_put_checkpoints(std::span<const std::byte> body);

/// Room: small_frame_bytes.
std::size_t write_lookup_checkpoints(std::span<std::byte> room, std::uint64_t number,
                                     std::uint64_t min_sequence);
[[nodiscard]] Result<RequestBody, BodyFault> read_lookup_checkpoints(
    std::span<const std::byte> body);
std::size_t write_checkpoints_reply(std::span<std::byte> room, std::uint64_t number,
                                    const ItemsReplyMessage<EventCheckpoint>& reply);
[[nodiscard]] Result<ItemsReplyMessage<EventCheckpoint>, BodyFault> read_checkpoints_reply(
    std::span<const std::byte> body);

}  // namespace daybook
