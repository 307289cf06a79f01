#pragma once

/// Classes of ASCII characters, whatever the locale.

namespace daybook {

[[nodiscard]] constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }

}  // namespace daybook
