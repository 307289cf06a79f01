#pragma once

#include <cstdint>
#include <string_view>

#include "engine/base/result.hpp"

namespace daybook {

/// The number that `text` writes: decimal digits, or "0x" and hexadecimal digits. A sign, a space,
/// a point or a number above `max` is refused, with words that show the text.
[[nodiscard]] Result<std::uint64_t> parse_unsigned(std::string_view text, std::uint64_t max);

}  // namespace daybook
