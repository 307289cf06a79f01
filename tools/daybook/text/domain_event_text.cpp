#include "tools/daybook/text/domain_event_text.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/base/utf8.hpp"
#include "engine/model/sealed_text.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/number_text.hpp"

namespace daybook {
namespace {

using Json = nlohmann::json;

constexpr std::string_view fields =
    "id, aggregate_type, aggregate, type, content_type, expect_version, business_id, user_id, "
    "trace_id, data, data_hex";

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Lines and tabs are part of a text.
bool is_text(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return is_printable_utf8(text);
}

// A payload as people may see it.
std::string shown(std::span<const std::byte> payload) { return mask_secrets(as_text(payload)); }

std::string hex_of(std::string_view content) {
  std::string text;
  for (const std::byte byte : std::as_bytes(std::span{content}))
    text += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
  return text;
}

std::optional<unsigned> digit_of(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return std::nullopt;
}

Result<void> set_hex(EventDraft& draft, std::string_view text) {
  draft.payload.clear();
  for (std::size_t at = 0; at < text.size(); at += 2) {
    const auto high = digit_of(text[at]);
    const auto low = at + 1 < text.size() ? digit_of(text[at + 1]) : std::nullopt;
    if (!high || !low) {
      return Failure{FailureKind::invalid, "data_hex has two hexadecimal digits a byte"};
    }
    draft.payload.push_back(static_cast<std::byte>(*high << 4U | *low));
  }
  return {};
}

Result<void> set_expected(DomainEvent& event, std::string_view text) {
  event.flags = 0;
  event.version = 0;
  if (text == "any") return {};
  event.flags = event_flag::expects_version;
  if (text == "none") return {};
  const auto version = parse_unsigned(text, std::numeric_limits<std::uint64_t>::max());
  if (!version) {
    return Failure{FailureKind::invalid,
                   fmt::format("'{}' is no version: write a number, none, or any", text)};
  }
  event.version = version.value();
  return {};
}

}  // namespace

Result<Uint128> parse_named(NameKind kind, std::string_view text, std::vector<Name>& names) {
  const auto id = parse_id(text);
  if (!id) return id;
  const std::string_view name = text_behind_id(text);
  if (text_may_be_name(name)) names.push_back(make_name(kind, id.value(), name));
  return id;
}

Result<Uint128> parse_type(NameKind kind, std::string_view text, std::vector<Name>& names) {
  const bool written_as_id = text.starts_with("name:") || parse_u128(text).has_value();
  if (written_as_id) return parse_named(kind, text, names);
  if (!text_may_be_name(text)) {
    return Failure{FailureKind::invalid,
                   fmt::format("'{}' is no type: write 1 to {} bytes of text, or an id", text,
                               limits::name_bytes_max)};
  }
  const Uint128 id = id_of(text);
  names.push_back(make_name(kind, id, text));
  return id;
}

Result<void> set_event_field(EventDraft& draft, std::string_view name, std::string_view text) {
  DomainEvent& event = draft.event;
  const auto set = [](auto& field, const auto& parsed) -> Result<void> {
    if (!parsed) return parsed.error();
    field = std::remove_cvref_t<decltype(field)>{parsed.value()};
    return {};
  };
  if (name == "id") return set(event.id, parse_id(text));
  if (name == "aggregate_type") {
    return set(event.aggregate_type, parse_type(NameKind::aggregate_type, text, draft.names));
  }
  if (name == "aggregate") {
    return set(event.aggregate_id, parse_named(NameKind::aggregate, text, draft.names));
  }
  if (name == "type") {
    return set(event.event_type, parse_type(NameKind::event_type, text, draft.names));
  }
  if (name == "business_id") {
    return set(event.business_id, parse_named(NameKind::business, text, draft.names));
  }
  if (name == "user_id") {
    return set(event.user_id, parse_unsigned(text, std::numeric_limits<std::uint64_t>::max()));
  }
  if (name == "trace_id") return set(event.trace_id, parse_trace_id(text));
  if (name == "expect_version") return set_expected(event, text);
  if (name == "data_hex") return set_hex(draft, text);
  if (name == "data") {
    const auto bytes = std::as_bytes(std::span{text});
    draft.payload.assign(bytes.begin(), bytes.end());
    return {};
  }
  if (name == "content_type") {
    const auto type = parse_content_type(text);
    if (type) event.content_type = *type;
    if (type) return {};
    return Failure{FailureKind::invalid,
                   fmt::format("'{}' is no content type: write application/json, text/plain, "
                               "application/octet-stream, ..., or a code of yours from {} on",
                               text, own_content_type_min)};
  }
  return Failure{FailureKind::invalid,
                 fmt::format("there is no field '{}'; fields are {}", name, fields)};
}

Result<void> finish(EventDraft& draft) {
  DomainEvent& event = draft.event;
  const char* missing = event.aggregate_type.is_zero() ? "an aggregate type"
                        : event.aggregate_id.is_zero() ? "an aggregate"
                        : event.event_type.is_zero()   ? "a type"
                                                       : nullptr;
  if (missing != nullptr) {
    return Failure{FailureKind::invalid, fmt::format("the event needs {}", missing)};
  }
  if (draft.payload.size() > limits::event_payload_bytes_max) {
    return Failure{FailureKind::invalid,
                   fmt::format("the payload has {} bytes, at most {} are allowed",
                               draft.payload.size(), limits::event_payload_bytes_max)};
  }
  if (event.id.is_zero()) event.id = make_time_ordered_id();
  return {};
}

Result<EventDraft> parse_event_line(std::string_view json) {
  const Json object = Json::parse(json, nullptr, false);
  if (!object.is_object()) return Failure{FailureKind::invalid, "it is no JSON object"};
  EventDraft draft;
  bool is_json = false;
  for (const auto& [name, value] : object.items()) {
    const bool whole = value.is_number_unsigned() && name != "data";
    const bool bare = name == "data" && !value.is_string();
    if (!value.is_string() && !whole && !bare) {
      return Failure{
          FailureKind::invalid,
          fmt::format("{}: a value is a string, or a whole number without a sign", name)};
    }
    is_json = is_json || bare;
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    const auto set = set_event_field(draft, name, text);
    if (!set) {
      return Failure{set.error().kind, fmt::format("{}: {}", name, set.error().what)};
    }
  }
  if (is_json && !object.contains("content_type")) draft.event.content_type = ContentType::json;
  if (object.contains("data") && object.contains("data_hex")) {
    return Failure{FailureKind::invalid, "data and data_hex are the same: give one of them"};
  }
  if (auto finished = finish(draft); !finished) return finished.error();
  return draft;
}

JsonObject to_json(const RecordedEvent& recorded, std::span<const std::byte> payload) {
  const DomainEvent& event = recorded.event;
  JsonObject object;
  object.sequence("sequence", recorded.sequence)
      .id("id", event.id)
      .id("aggregate_type", event.aggregate_type)
      .id("aggregate", event.aggregate_id)
      .count("version", event.version)
      .id("type", event.event_type)
      .text("content_type", to_text(event.content_type))
      .id("business_id", event.business_id.value())
      .text("user_id", fmt::format("{}", event.user_id.value()))
      .text("trace_id", format_trace_id(event.trace_id))
      .time("timestamp", event.timestamp)
      .count("bytes", payload.size());
  const std::string content = shown(payload);
  if (is_text(content)) return object.text("data", content);
  return object.text("data_hex", hex_of(content));
}

void append_payload(std::string& text, std::span<const std::byte> payload) {
  const std::string content = shown(payload);
  text += is_text(content) ? fmt::format(R"(,"data":{})", json_quoted(content))
                           : fmt::format(R"(,"data_hex":"{}")", hex_of(content));
}

std::string payload_preview(std::span<const std::byte> payload) {
  constexpr std::size_t shown_max = 48;
  std::string text = shown(payload);
  if (!is_text(text)) return fmt::format("({} bytes)", payload.size());
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  if (text.size() <= shown_max) return text;
  std::size_t end = shown_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return fmt::format("{}... ({} bytes)", text.substr(0, end), payload.size());
}

void append_keys(const DomainEvent& event, std::vector<NameKey>& keys) {
  const auto add = [&keys](NameKind kind, const Uint128& id) {
    if (!id.is_zero()) keys.push_back({.id = id, .kind = kind});
  };
  add(NameKind::aggregate_type, event.aggregate_type);
  add(NameKind::aggregate, event.aggregate_id);
  add(NameKind::event_type, event.event_type);
  add(NameKind::business, event.business_id.value());
}

}  // namespace daybook
