#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/model/ids.hpp"

namespace daybook {

/// `amount` with `scale` decimal places: 1250 at scale 2 is "12.50"; at scale 0 there is no point.
[[nodiscard]] std::string format_amount(Amount amount, unsigned scale);

/// The amount that `text` ("12.5", "12.50", "12") writes at `scale`. A value with more decimals
/// than the scale is refused, never rounded; so are signs, separators, exponents and empty text.
/// Trailing zeros beyond the scale are refused too: what cannot be stored is not to be written.
[[nodiscard]] Result<Amount> parse_amount(std::string_view text, unsigned scale);

}  // namespace daybook
