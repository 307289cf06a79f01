#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace daybook {

/// Reads `text`, two hexadecimal digits of either case a byte. False, and `into` is anything, when
/// it is not just as many.
[[nodiscard]] bool parse_hex(std::string_view text, std::span<std::byte> into);

}  // namespace daybook
