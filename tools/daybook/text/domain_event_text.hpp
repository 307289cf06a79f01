#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/domain_event.hpp"
#include "engine/model/name.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/name_book.hpp"

/// Domain events as people and scripts write and read them.
///
/// Types of aggregates and of events are written as a text, which means id_of(text), or as an id
/// (a decimal number, 0xHEX, name:TEXT). Aggregates are written as ids.

namespace daybook {

/// An event on its way to a request.
struct EventDraft {
  DomainEvent event;
  std::vector<std::byte> payload;
  std::vector<Name> names;  ///< The texts behind its ids.
};

/// An id as parse_id() reads it; where it is written as a text, its name is added to `names`.
[[nodiscard]] Result<Uint128> parse_named(NameKind kind, std::string_view text,
                                          std::vector<Name>& names);

/// The id of a type, and its text appended to `names` where it was written as one.
[[nodiscard]] Result<Uint128> parse_type(NameKind kind, std::string_view text,
                                         std::vector<Name>& names);

/// Sets the field `name`: id, aggregate_type, aggregate, type, content_type, expect_version (a
/// number, `none` = 0, `any`), business_id, user_id, trace_id, data, data_hex.
[[nodiscard]] Result<void> set_event_field(EventDraft& draft, std::string_view name,
                                           std::string_view text);

/// What is missing of a draft in which everything given is set; an id is made where there is none.
[[nodiscard]] Result<void> finish(EventDraft& draft);

/// One event from a JSON object with these fields. `data` that is no string stands for its JSON
/// text, and then the content type is application/json unless another one is given.
[[nodiscard]] Result<EventDraft> parse_event_line(std::string_view json);

/// Every field, with "data" where the payload is UTF-8 and "data_hex" where it is not. Sealed texts
/// in it are masked, here and in the following.
[[nodiscard]] JsonObject to_json(const RecordedEvent& recorded, std::span<const std::byte> payload);

/// `,"data":"..."` or `,"data_hex":"..."`.
void append_payload(std::string& text, std::span<const std::byte> payload);

/// The payload for a table: its text on one line, cut; or how many bytes it has.
[[nodiscard]] std::string payload_preview(std::span<const std::byte> payload);

/// The names that an event's fields may have.
void append_keys(const DomainEvent& event, std::vector<NameKey>& keys);

}  // namespace daybook
