#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "engine/model/ids.hpp"
#include "engine/model/sequence.hpp"
#include "engine/model/status.hpp"

namespace daybook {

/// Bits of DomainEvent::flags. Frozen: on the wire and in the journal.
namespace event_flag {
/// `version` says at which version the stream must stand. Without it the event is appended to
/// whatever there is.
inline constexpr std::uint16_t expects_version = 1U << 0;
inline constexpr std::uint16_t known = expects_version;
}  // namespace event_flag

/// What a payload is, for whoever reads it: the engine never looks into one. Frozen. Codes from
/// `own_content_type_min` on are the users' own; those in between are reserved.
enum class ContentType : std::uint16_t {
  bytes = 0,  ///< application/octet-stream
  json = 1,   ///< application/json
  text = 2,   ///< text/plain; charset=utf-8
  flatbuffers = 3,
  protobuf = 4,
  cbor = 5,
  msgpack = 6,
};
inline constexpr std::uint16_t own_content_type_min = 1'024;

/// The media type; "own-1024" and so on for the users' own; "reserved-7" and so on for the others.
[[nodiscard]] std::string to_text(ContentType type);
/// Reads what to_text() writes, and a code as a number. Nothing for a reserved code.
[[nodiscard]] std::optional<ContentType> parse_content_type(std::string_view text);

/// Which stream: the events of one aggregate. 32 bytes.
struct StreamKey {
  Uint128 aggregate_type;
  Uint128 aggregate_id;

  friend bool operator==(const StreamKey&, const StreamKey&) = default;
  friend auto operator<=>(const StreamKey&, const StreamKey&) = default;
};
static_assert(sizeof(StreamKey) == 32);

/// One event of a user's own aggregate, 128 bytes: the same on the wire and in the journal. Its
/// payload stands beside it: the payloads of a request (of an entry, of an answer) are one vector
/// of bytes, one behind the other in the order of the events.
struct DomainEvent {
  Uint128 id;              ///< The client's; good for one event, for ever.
  Uint128 aggregate_type;  ///< As the next two, id_of() of a text, mostly.
  Uint128 aggregate_id;
  Uint128 event_type;
  BusinessId business_id;
  TraceId trace_id;
  UserId user_id;
  Timestamp timestamp;  ///< 0 in a request; the engine's in the journal.
  /// In a request, with event_flag::expects_version: the version that the stream must have, 0 = it
  /// must be new; else 0. In the journal: the event's own version, from 1, dense in its stream.
  std::uint64_t version = 0;
  std::uint32_t payload_bytes = 0;
  ContentType content_type = ContentType::bytes;
  std::uint16_t flags = 0;

  [[nodiscard]] StreamKey stream() const { return {aggregate_type, aggregate_id}; }
};
static_assert(sizeof(DomainEvent) == 128 && alignof(DomainEvent) == 8);
static_assert(std::is_standard_layout_v<DomainEvent> && std::is_trivially_copyable_v<DomainEvent>);

/// An event with its place in the journal, as answers show it. 136 bytes.
struct RecordedEvent {
  DomainEvent event;
  Sequence sequence;
};
static_assert(sizeof(RecordedEvent) == 136 && alignof(RecordedEvent) == 8);
static_assert(std::is_trivially_copyable_v<RecordedEvent>);

/// Hashes of an event with its payload. XXH3-64.
struct EventHashes {
  std::uint64_t payload = 0;
  /// Of all that a repeat must share: not the trace, nor what the engine gives, nor which version
  /// was expected.
  std::uint64_t content = 0;
};
[[nodiscard]] EventHashes hashes_of(const DomainEvent& event, std::span<const std::byte> payload);

/// What is wrong with a requested event by itself, in the order of AppendEventStatus; `created` if
/// nothing.
[[nodiscard]] AppendEventStatus fault_of(const DomainEvent& event);

/// How an event of the same id differs from `original`, in the order of AppendEventStatus. Their
/// content hashes differ, so where no field does, it is the payload.
[[nodiscard]] AppendEventStatus difference_from(const DomainEvent& original,
                                                const DomainEvent& event);

/// Bits of EventFilter::flags. Frozen: on the wire.
namespace event_filter_flag {
inline constexpr std::uint32_t newest_first = 1U << 2;  ///< As query_flag::newest_first.
/// The streams that the rest of the filter lets pass, instead of their events: of each one's newest
/// event the aggregate, the version and the sequence.
inline constexpr std::uint32_t heads = 1U << 3;
inline constexpr std::uint32_t known = newest_first | heads;
}  // namespace event_filter_flag

/// Which events a query asks for. A field that is 0 lets everything pass; all that are set must
/// match; ranges are included. 112 bytes, the same on the wire.
struct EventFilter {
  Uint128 aggregate_type;
  Uint128 aggregate_id;  ///< With aggregate_type only.
  Uint128 event_type;
  std::uint64_t version_min = 0;  ///< With aggregate_id only, as the next.
  std::uint64_t version_max = 0;
  Timestamp timestamp_min;
  Timestamp timestamp_max;
  Sequence sequence_min;
  Sequence sequence_max;
  std::uint64_t cursor = 0;  ///< Of the page before: begin behind it.
  std::uint32_t limit = 0;   ///< Events in a page at most: 1 to limits::batch_events_max.
  std::uint32_t flags = 0;   ///< Of event_filter_flag.
};
static_assert(sizeof(EventFilter) == 112 && alignof(EventFilter) == 8);
static_assert(std::is_trivially_copyable_v<EventFilter>);

}  // namespace daybook
