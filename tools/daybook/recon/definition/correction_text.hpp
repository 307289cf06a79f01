#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "tools/daybook/recon/definition/correction.hpp"

namespace daybook::recon {

/// All of it as one JSON object without spaces, of at most `correction_text_bytes_max` bytes if
/// propose() made it. Ids have 32 hexadecimal digits.
[[nodiscard]] std::string correction_text(const Correction& correction);

/// Back from correction_text(). Any bytes are safe to pass; `invalid` says what is wrong, place by
/// place.
[[nodiscard]] Result<Correction> read_correction_text(std::string_view text);

}  // namespace daybook::recon
