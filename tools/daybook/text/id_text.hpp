#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/model/ids.hpp"

/// Ids as people and scripts write them.
///
/// An id is written as a decimal number, as "0x" and hexadecimal digits, or as "name:" and a text,
/// which means id_of(text). It is shown as a decimal number. A trace id may also be written as the
/// 32 hexadecimal digits of a W3C trace context, or as its whole traceparent, and is shown as the
/// digits.

namespace daybook {

/// Longest text after "name:".
inline constexpr std::size_t id_name_bytes_max = 64;

[[nodiscard]] Result<Uint128> parse_id(std::string_view text);

/// The text of "name:TEXT"; empty where `id` is written in another way.
[[nodiscard]] std::string_view text_behind_id(std::string_view id);

/// May `text` be the name of an id?
[[nodiscard]] bool text_may_be_name(std::string_view text);

/// As parse_id, and 32 hexadecimal digits without "0x" are taken as such, even if all are decimal;
/// of a traceparent ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01") its trace id.
[[nodiscard]] Result<TraceId> parse_trace_id(std::string_view text);

[[nodiscard]] std::string format_id(const Uint128& id);

/// 32 hexadecimal digits; "0" for no trace.
[[nodiscard]] std::string format_trace_id(TraceId id);

/// An id that grows with time: the low 48 bits of `unix_ms` in front of 80 random bits, so that ids
/// made one after another are neighbours in every table and index.
[[nodiscard]] constexpr Uint128 time_ordered_id(std::uint64_t unix_ms, std::uint16_t random_high,
                                                std::uint64_t random_low) {
  return Uint128{random_low, (unix_ms << 16) | random_high};
}

/// time_ordered_id() of now and of the system's random source.
[[nodiscard]] Uint128 make_time_ordered_id();

/// 128 random bits, never 0.
[[nodiscard]] Uint128 make_random_id();

}  // namespace daybook
