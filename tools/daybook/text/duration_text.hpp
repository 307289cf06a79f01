#pragma once

#include <cstdint>
#include <string_view>

#include "engine/base/result.hpp"

namespace daybook {

/// The time that a pending transfer holds, in seconds: a whole number, alone or with s, m, h or d
/// behind it for seconds, minutes, hours, days. "90", "90s", "5m", "2h", "7d". Below 2^32 seconds.
[[nodiscard]] Result<std::uint32_t> parse_timeout_s(std::string_view text);

}  // namespace daybook
