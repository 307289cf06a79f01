#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <flatbuffers/flatbuffers.h>

#include "net/protocol/frame.hpp"
#include "net/protocol/generated/daybook_generated.h"
#include "net/protocol/messages.hpp"

/// What the readers of requests and replies share. Internal to net/protocol.

namespace daybook {

/// The body as `Table`, or null where the verifier finds it unsound. Every message is one table
/// with flat vectors, so the limits are tight.
template <typename Table>
[[nodiscard]] const Table* verified(std::span<const std::byte> body) {
  if (body.size() < body_bytes_min || body.size() > body_bytes_max) return nullptr;
  flatbuffers::Verifier::Options limits;
  limits.max_depth = 8;
  limits.max_tables = 2;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(body.data());
  flatbuffers::Verifier verifier{bytes, body.size(), limits};
  if (!verifier.VerifyBuffer<Table>(nullptr)) return nullptr;
  return flatbuffers::GetRoot<Table>(bytes);
}

template <typename Structs>
[[nodiscard]] std::uint32_t count_of(const Structs* vector) {
  return vector == nullptr ? 0 : vector->size();
}

/// The verifier checks a vector's bounds but not that its structs are aligned.
template <typename Structs>
[[nodiscard]] bool is_aligned(const Structs* vector) {
  return vector == nullptr || reinterpret_cast<std::uintptr_t>(vector->Data()) % 8 == 0;
}

[[nodiscard]] inline std::string_view text_of(const flatbuffers::String* text) {
  return text == nullptr ? std::string_view{} : std::string_view{text->c_str(), text->size()};
}

[[nodiscard]] inline Uint128 number_of(const wire::U128* number) {
  return number == nullptr ? Uint128{} : Uint128{number->lo(), number->hi()};
}

/// The bytes are no message of the type their frame names.
[[nodiscard]] BodyFault unreadable(std::string_view message);

/// The message's vector of structs does not start at a multiple of 8.
[[nodiscard]] BodyFault misaligned(std::string_view message);

}  // namespace daybook
