#pragma once

#include <string_view>

namespace daybook {

/// True for text that is UTF-8 throughout (RFC 3629) and has no control characters.
[[nodiscard]] bool is_printable_utf8(std::string_view text);

}  // namespace daybook
