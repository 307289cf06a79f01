#pragma once

#include <string>

#include "engine/base/result.hpp"

namespace daybook {

/// The text of a file, "-" is standard input, up to one byte more than a definition may have: that
/// is enough to be told that it is too long.
[[nodiscard]] Result<std::string> read_saga_file(const std::string& path);

}  // namespace daybook
