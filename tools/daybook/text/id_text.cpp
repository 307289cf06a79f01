#include "tools/daybook/text/id_text.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <random>

#include <fmt/format.h>

#include "engine/model/name.hpp"

namespace daybook {
namespace {

constexpr std::string_view name_prefix = "name:";

// The trace id of a W3C traceparent: "00-" 32 hexadecimal digits "-" 16 "-" 2. Later versions may
// have more behind it.
std::optional<TraceId> trace_of_traceparent(std::string_view text) {
  constexpr std::size_t size = 55;
  if (text.size() < size || text[2] != '-' || text[35] != '-' || text[52] != '-') {
    return std::nullopt;
  }
  if (text.size() > size && text[size] != '-') return std::nullopt;
  const auto is_digit = [](char each) {
    return (each >= '0' && each <= '9') || (each >= 'a' && each <= 'f');
  };
  for (const std::string_view digits :
       {text.substr(0, 2), text.substr(3, 32), text.substr(36, 16), text.substr(53, 2)}) {
    if (!std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
  }
  const bool first_version = text.substr(0, 2) == "00";
  if (text.substr(0, 2) == "ff" || (first_version && text.size() > size)) return std::nullopt;
  const auto trace = parse_hex128(text.substr(3, 32));
  if (!trace || trace->is_zero()) return std::nullopt;
  return TraceId{*trace};
}

std::uint64_t random_word() {
  // std::random_device reads the system's source, so two processes started together differ.
  static thread_local std::random_device source;
  return (std::uint64_t{source()} << 32) | source();
}

}  // namespace

std::string_view text_behind_id(std::string_view id) {
  return id.starts_with(name_prefix) ? id.substr(name_prefix.size()) : std::string_view{};
}

bool text_may_be_name(std::string_view text) {
  if (text.size() > limits::name_bytes_max) return false;
  return fault_of(make_name(NameKind::account, Uint128{1, 0}, text)) == PutNameStatus::created;
}

Result<Uint128> parse_id(std::string_view text) {
  if (text.starts_with(name_prefix)) {
    const std::string_view name = text.substr(name_prefix.size());
    if (!name.empty() && name.size() <= id_name_bytes_max) return id_of(name);
    return Failure{FailureKind::invalid,
                   fmt::format("'{}' is not an id: the text after name: has 1 to {} bytes", text,
                               id_name_bytes_max)};
  }
  if (const auto value = parse_u128(text)) return Uint128{*value};
  return Failure{FailureKind::invalid,
                 fmt::format("'{}' is not an id: write a decimal number below 2^128, 0x and "
                             "hexadecimal digits, or name:TEXT",
                             text)};
}

Result<TraceId> parse_trace_id(std::string_view text) {
  if (const auto trace = trace_of_traceparent(text)) return *trace;
  if (const auto value = parse_hex128(text)) return TraceId{*value};
  const auto id = parse_id(text);
  if (!id) return id.error();
  return TraceId{id.value()};
}

std::string format_id(const Uint128& id) { return to_decimal(id.wide()); }

std::string format_trace_id(TraceId id) {
  return id.value().is_zero() ? std::string{"0"} : to_hex(id.value());
}

Uint128 make_time_ordered_id() {
  using std::chrono::milliseconds;
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  const auto unix_ms = std::chrono::duration_cast<milliseconds>(since_epoch).count();
  return time_ordered_id(static_cast<std::uint64_t>(unix_ms),
                         static_cast<std::uint16_t>(random_word()), random_word());
}

Uint128 make_random_id() {
  const Uint128 id{random_word(), random_word()};
  return id.is_zero() ? Uint128{1, 0} : id;
}

}  // namespace daybook
