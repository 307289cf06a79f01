#pragma once

#include <span>
#include <string>

namespace daybook::demo {

/// `words` as one types them for a shell: a='b c', with quotes where they are needed only.
[[nodiscard]] std::string as_typed(std::span<const std::string> words);

}  // namespace daybook::demo
