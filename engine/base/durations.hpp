#pragma once

#include <cstdint>

/// Nanoseconds of what people count time in. Days are those of UTC, without leap seconds.

namespace daybook {

inline constexpr std::int64_t second_ns = 1'000'000'000;
inline constexpr std::int64_t day_ns = 86'400 * second_ns;

}  // namespace daybook
