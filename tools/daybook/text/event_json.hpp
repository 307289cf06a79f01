#pragma once

#include <cstdint>
#include <iosfwd>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "tools/daybook/text/event_fields.hpp"

namespace daybook {

/// One event from one JSON object, such as
///
///     {"id": "7", "ledger": 978, "code": 1, "flags": ["linked"], "business_id": "name:order 7"}
///
/// Values are strings, or whole numbers without a sign; `amount` is always a string ("12.50"), and
/// `flags` an array of names or one string joined by '|'. An unknown field, a field given twice, a
/// value of another type or out of range is refused; the words name the field.
/// Defined for Account and Transfer.
template <typename Event>
[[nodiscard]] Result<Draft<Event>> parse_event_json(std::string_view text);

/// An event and the line of the file that it was read from.
template <typename Event>
struct NumberedDraft {
  std::uint64_t line = 0;
  Draft<Event> draft;
};

/// Longest line of a file of JSON lines.
inline constexpr std::size_t json_line_bytes_max = 64 * 1'024;

/// One event a line; empty lines are skipped. Refused as a whole, with the line's number, when any
/// line is wrong, and when there is no event or more than limits::batch_events_max.
template <typename Event>
[[nodiscard]] Result<std::vector<NumberedDraft<Event>>> read_json_lines(std::istream& in);

}  // namespace daybook
