#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/model/account.hpp"
#include "engine/model/account_change.hpp"
#include "engine/model/domain_event.hpp"
#include "engine/model/ids.hpp"
#include "engine/model/ledger.hpp"
#include "engine/model/name.hpp"
#include "engine/model/operation.hpp"
#include "engine/model/operation_log.hpp"
#include "engine/model/operation_query.hpp"
#include "engine/model/principal.hpp"
#include "engine/model/query.hpp"
#include "engine/model/sequence.hpp"
#include "engine/model/status.hpp"
#include "engine/model/transfer.hpp"
#include "engine/model/views.hpp"

/// What the frames of daybook.fbs say, as values. Spans and views point into the frame's body and
/// live as long as it does.

namespace daybook {

inline constexpr std::size_t token_bytes_max = 256;
inline constexpr std::size_t words_bytes_max = 1'024;  ///< Of a reply or an error; longer are cut.

/// What is wrong with a frame or a connection. Frozen: on the wire, in Error. Codes below 3000 are
/// RequestStatus numbers.
enum class ErrorCode : std::uint16_t {
  malformed_frame = 3001,       ///< A header or a checksum. Closes.
  malformed_body = 3002,        ///< A body that is not the FlatBuffer its type says. Closes.
  hello_expected = 3003,        ///< The first frame was no Hello, or a second Hello came. Closes.
  hello_too_late = 3004,        ///< No Hello within the time limit. Closes.
  not_authenticated = 3005,     ///< No such token, or none where one is needed. Closes.
  other_version = 3006,         ///< Hello names another protocol version. Closes.
  too_many_connections = 3007,  ///< Closes.
  session_replaced = 3008,      ///< The same client id said Hello on another connection. Closes.
  unknown_message = 3009,       ///< A message type that this server does not know. Stays open.
  stopping = 3010,              ///< The server stops. Closes.
  frame_stalled = 3011,         ///< A frame was begun and not finished in time. Closes.
  identity_changed = 3012,      ///< The session's identity was removed or changed. Closes.
};

/// The enumerator's own name; "unknown_error" for a number that has none.
[[nodiscard]] std::string_view to_string(ErrorCode code) noexcept;

/// Who and why, of an operation; goes into its record. 0 = not said.
struct OperationOrigin {
  TraceId trace_id{};
  BusinessId business_id{};
  UserId user_id{};
};

/// Why a body cannot be read as what its type says.
struct BodyFault {
  /// malformed or too_large.
  RequestStatus status = RequestStatus::malformed;
  /// The bytes are no such FlatBuffer: the sender's encoder is broken and the connection ends.
  /// Otherwise the message is sound and asks for what is not allowed (a count, a limit).
  bool not_readable = true;
  std::string words{};
};

struct HelloMessage {
  ClientId client{};
  std::uint32_t protocol_version = 0;
  std::string_view token{};
};

struct HelloReplyMessage {
  std::uint32_t protocol_version = 0;
  std::uint64_t highest_number = 0;
  Sequence durable_sequence{};
  std::uint64_t in_flight_bytes_max = 0;
  std::uint32_t batch_events_max = 0;
  std::uint32_t in_flight_requests_max = 0;
  std::uint32_t frame_bytes_max = 0;
  std::string_view principal{};
  Role role = Role::reader;
  std::string_view engine_version{};
};

struct ErrorMessage {
  std::uint16_t code = 0;  ///< An ErrorCode, or a RequestStatus below 3000.
  bool closes = false;
  std::string_view words{};
};

/// A request of any kind; the names and meanings are RequestSlot's.
struct RequestBody {
  OperationOrigin origin{};
  const std::byte* events = nullptr;  ///< 8-byte aligned.
  std::uint32_t event_count = 0;
  std::span<const Name> names{};           ///< Beside the events.
  std::span<const DomainEvent> bundled{};  ///< Of bundle: beside the events, which are transfers.
  std::span<const std::byte> payloads{};   ///< Of append_events and bundle.
  std::uint32_t limit = 0;
  std::uint64_t argument = 0;
  Uint128 argument_id{};
  std::uint64_t min_sequence = 0;
  std::uint64_t at_sequence = 0;
  Timestamp at_time{};
  std::string_view reason{};
};

/// As of when: a sequence or a time, one of the two.
struct Moment {
  Sequence sequence{};
  Timestamp time{};
};

/// Of every request that is journaled.
struct BatchReplyMessage {
  RequestStatus status = RequestStatus::ok;
  std::string_view words{};  ///< Where status is not ok.
  Sequence first_sequence{};
  Timestamp first_timestamp{};
  std::span<const Refusal> refusals{};
};

/// Of lookups, lists and queries. Item is what they are about: Account, Name and so on.
template <typename Item>
struct ItemsReplyMessage {
  RequestStatus status = RequestStatus::ok;
  std::string_view words{};
  Sequence sequence{};
  bool more = false;
  std::uint64_t cursor = 0;
  std::span<const Item> items{};
};

struct DigestReplyMessage {
  RequestStatus status = RequestStatus::ok;
  std::string_view words{};
  Sequence sequence{};
  std::uint64_t state_digest = 0;
  std::uint64_t head_segment = 0;    ///< Newest segment whose hash is in the journal; 0: none yet.
  std::array<std::byte, 32> head{};  ///< `chain` of that segment's SegmentHashed.
};

}  // namespace daybook
