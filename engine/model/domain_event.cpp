#include "engine/model/domain_event.hpp"

#include <array>
#include <charconv>

#include <fmt/format.h>

#include "engine/base/hash.hpp"
#include "engine/base/limits.hpp"

namespace daybook {
namespace {

constexpr std::array<std::string_view, 7> media_types = {
    "application/octet-stream", "application/json", "text/plain",         "application/flatbuffers",
    "application/x-protobuf",   "application/cbor", "application/msgpack"};

bool is_reserved(std::uint16_t code) {
  return code >= media_types.size() && code < own_content_type_min;
}

}  // namespace

std::string to_text(ContentType type) {
  const auto code = static_cast<std::uint16_t>(type);
  if (code < media_types.size()) return std::string{media_types[code]};
  return fmt::format("{}-{}", is_reserved(code) ? "reserved" : "own", code);
}

std::optional<ContentType> parse_content_type(std::string_view text) {
  for (std::uint16_t code = 0; code < media_types.size(); ++code) {
    if (media_types[code] == text) return ContentType{code};
  }
  constexpr std::string_view own = "own-";
  if (text.starts_with(own)) text.remove_prefix(own.size());
  std::uint16_t code = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), code);
  if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size() ||
      is_reserved(code)) {
    return std::nullopt;
  }
  return ContentType{code};
}

EventHashes hashes_of(const DomainEvent& event, std::span<const std::byte> payload) {
  struct Content {
    Uint128 id;
    Uint128 aggregate_type;
    Uint128 aggregate_id;
    Uint128 event_type;
    BusinessId business_id;
    UserId user_id;
    std::uint64_t payload;
    std::uint32_t payload_bytes;
    std::uint32_t content_type;
  };
  static_assert(sizeof(Content) == 104);
  const std::uint64_t hash = xxh3_64(payload);
  const Content content{event.id,
                        event.aggregate_type,
                        event.aggregate_id,
                        event.event_type,
                        event.business_id,
                        event.user_id,
                        hash,
                        event.payload_bytes,
                        static_cast<std::uint32_t>(event.content_type)};
  return {.payload = hash, .content = xxh3_64(std::as_bytes(std::span{&content, 1}))};
}

AppendEventStatus fault_of(const DomainEvent& event) {
  using Status = AppendEventStatus;
  if (event.timestamp.value() != 0) return Status::timestamp_must_be_zero;
  if ((event.flags & ~unsigned{event_flag::known}) != 0) return Status::reserved_flag;
  if (event.id.is_zero()) return Status::id_must_not_be_zero;
  if (event.aggregate_type.is_zero()) return Status::aggregate_type_must_not_be_zero;
  if (event.aggregate_id.is_zero()) return Status::aggregate_id_must_not_be_zero;
  if (event.event_type.is_zero()) return Status::event_type_must_not_be_zero;
  if (is_reserved(static_cast<std::uint16_t>(event.content_type))) {
    return Status::content_type_reserved;
  }
  if (event.payload_bytes > limits::event_payload_bytes_max) return Status::payload_too_large;
  const bool expects = (event.flags & event_flag::expects_version) != 0;
  if (!expects && event.version != 0) return Status::version_must_be_zero;
  return Status::created;
}

AppendEventStatus difference_from(const DomainEvent& original, const DomainEvent& event) {
  using Status = AppendEventStatus;
  if (event.aggregate_type != original.aggregate_type) {
    return Status::exists_with_different_aggregate_type;
  }
  if (event.aggregate_id != original.aggregate_id) {
    return Status::exists_with_different_aggregate_id;
  }
  if (event.event_type != original.event_type) return Status::exists_with_different_event_type;
  if (event.content_type != original.content_type) {
    return Status::exists_with_different_content_type;
  }
  if (event.business_id != original.business_id) return Status::exists_with_different_business_id;
  if (event.user_id != original.user_id) return Status::exists_with_different_user_id;
  return Status::exists_with_different_payload;
}

}  // namespace daybook
