#pragma once

#include <string_view>

#include "engine/recon/difference.hpp"

namespace daybook::recon {

/// What a code means and what somebody would do about it, in a sentence or two.
[[nodiscard]] std::string_view advice_of(Code code);

}  // namespace daybook::recon
