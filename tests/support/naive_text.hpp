#pragma once

#include <string_view>

namespace daybook::test {

/// `text` is well-formed UTF-8 (no overlong forms, no surrogates, nothing past U+10FFFF) without
/// control characters (U+0000-001F, U+007F-009F).
[[nodiscard]] bool is_printable_utf8(std::string_view text);

}  // namespace daybook::test
