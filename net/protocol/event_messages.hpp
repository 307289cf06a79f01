#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/model/domain_event.hpp"
#include "net/protocol/frame.hpp"
#include "net/protocol/layout.hpp"
#include "net/protocol/messages.hpp"

/// append_events and read_events: what both ends write and read. As requests.hpp and replies.hpp:
/// writers put one whole frame at the start of `room`, which is 8-byte aligned and large enough;
/// readers trust nothing in `body`.

namespace daybook {

// ---- append_events. ----

[[nodiscard]] constexpr std::size_t append_events_frame_bytes(std::size_t event_count,
                                                              std::size_t payload_bytes,
                                                              std::size_t name_count) {
  return frame_header_bytes + sizeof(layout::AppendEvents) + 8 + event_count * sizeof(DomainEvent) +
         8 + layout::padded(payload_bytes) + 8 + name_count * sizeof(Name);
}

/// `kind`: or order_commands, payment_commands, reconciliation_commands, saga_commands or
/// start_corrections, which are the same but for their type.
/// `payloads`: of the events, one behind the other. Requires: a frame of at most
/// limits::frame_bytes_max.
std::size_t write_append_events(std::span<std::byte> room, std::uint64_t number,
                                const OperationOrigin& origin, std::span<const DomainEvent> events,
                                std::span<const std::byte> payloads, std::span<const Name> names,
                                RequestKind kind = RequestKind::append_events);

/// Of a request of `kind`: of operate_sagas there must be a reason, of others there must not.
/// Whether the payloads are those of the events is not looked at. Cost: O(1).
[[nodiscard]] Result<RequestBody, BodyFault> read_append_events(
    std::span<const std::byte> body, RequestKind kind = RequestKind::append_events);

[[nodiscard]] constexpr std::size_t operate_sagas_frame_bytes(std::size_t event_count,
                                                              std::size_t payload_bytes,
                                                              std::size_t reason_bytes) {
  return append_events_frame_bytes(event_count, payload_bytes, 0) - sizeof(layout::AppendEvents) +
         sizeof(layout::OperateSagas) + layout::string_bytes(reason_bytes);
}
/// As write_append_events(), with an operator's reason.
std::size_t write_operate_sagas(std::span<std::byte> room, std::uint64_t number,
                                const OperationOrigin& origin, std::span<const DomainEvent> events,
                                std::span<const std::byte> payloads, std::string_view reason);

// ---- bundle. ----

[[nodiscard]] constexpr std::size_t bundle_frame_bytes(std::size_t transfer_count,
                                                       std::size_t event_count,
                                                       std::size_t payload_bytes,
                                                       std::size_t name_count) {
  return frame_header_bytes + sizeof(layout::Bundle) + 8 + transfer_count * sizeof(Transfer) + 8 +
         event_count * sizeof(DomainEvent) + 8 + layout::padded(payload_bytes) + 8 +
         name_count * sizeof(Name);
}

/// As write_append_events(), with transfers. `kind`: is_bundle().
std::size_t write_bundle(std::span<std::byte> room, std::uint64_t number,
                         const OperationOrigin& origin, std::span<const Transfer> transfers,
                         std::span<const DomainEvent> events, std::span<const std::byte> payloads,
                         std::span<const Name> names, RequestKind kind = RequestKind::bundle);

/// As read_append_events(), but O(events). The body's events are the transfers; its event_count
/// counts both.
[[nodiscard]] Result<RequestBody, BodyFault> read_bundle(std::span<const std::byte> body);

// ---- read_events. ----

inline constexpr std::size_t read_events_frame_bytes =
    frame_header_bytes + sizeof(layout::ReadEvents);
std::size_t write_read_events(std::span<std::byte> room, std::uint64_t number,
                              const EventFilter& filter, std::uint64_t min_sequence);
[[nodiscard]] Result<RequestBody, BodyFault> read_read_events(std::span<const std::byte> body);

struct EventsReplyMessage {
  RequestStatus status = RequestStatus::ok;
  std::string_view words{};
  Sequence sequence{};
  bool more = false;
  std::uint64_t cursor = 0;
  std::span<const RecordedEvent> events{};
  std::span<const std::byte> payloads{};  ///< Of the events, one behind the other.
};

/// Of a reply without words.
[[nodiscard]] constexpr std::size_t events_reply_frame_bytes(std::size_t items_bytes,
                                                             std::size_t payload_bytes) {
  return frame_header_bytes + sizeof(layout::EventsReply) + 8 + items_bytes + 8 +
         layout::padded(payload_bytes);
}
static_assert(events_reply_frame_bytes(limits::event_page_bytes_max, 0) + 8 + words_bytes_max <=
              limits::frame_bytes_max);
/// Requires: no words; a refused request is answered with write_refused_reply().
std::size_t write_events_reply(std::span<std::byte> room, std::uint64_t number,
                               const EventsReplyMessage& reply);
/// Of heads, whose payloads are not sent, payload_bytes are 0. Cost: O(events).
[[nodiscard]] Result<EventsReplyMessage, BodyFault> read_events_reply(
    std::span<const std::byte> body);

}  // namespace daybook
