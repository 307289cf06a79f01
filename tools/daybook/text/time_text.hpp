#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/model/ids.hpp"

/// Times as RFC 3339 writes them, in UTC and to the nanosecond.
///
/// Example. 1 ns after the epoch is 1970-01-01T00:00:00.000000001Z.
/// Limits.  1970-01-01T00:00:00Z to 2262-04-11T23:47:16.854775807Z: [0, 2^63-1] nanoseconds.

namespace daybook {

/// Always with nine decimals and "Z". A time beyond the limits is shown as its nanoseconds.
[[nodiscard]] std::string format_time(Timestamp time);

/// Reads RFC 3339 with up to nine decimals and any offset ("Z", "+02:00"), or a whole number of
/// nanoseconds. A leap second (:60) is refused, as it has no nanosecond of its own.
[[nodiscard]] Result<Timestamp> parse_time(std::string_view text);

}  // namespace daybook
