#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "engine/base/uint128.hpp"

namespace daybook::recon {

/// Decimals of currencies where a file has others than the usual ones.
using CurrencyScales = std::vector<std::pair<std::uint64_t, unsigned>>;

/// Decimals of a currency: of ISO 4217 where it is not 2, of a few others, else 2. More decimals
/// than these are refused where they occur, so a wrong guess is told and not rounded away.
[[nodiscard]] unsigned usual_scale(std::uint64_t currency);

/// The same, but `scales` come first.
[[nodiscard]] unsigned scale_in(const CurrencyScales& scales, std::uint64_t currency);

/// An amount in units of `from` decimals in units of `to` decimals; nothing where it would have to
/// be rounded or has more digits than `amount_digits_max`.
[[nodiscard]] std::optional<i128> rescaled(i128 amount, unsigned from, unsigned to);

}  // namespace daybook::recon
