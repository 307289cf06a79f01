#pragma once

#include <cstdint>
#include <string>

/// Counts, sizes, rates and durations for people: short, and rounded where it does not matter.

namespace daybook {

/// "1,234,567".
[[nodiscard]] std::string format_count(std::uint64_t count);

/// "512 B", "1.5 KiB", "3.2 GiB".
[[nodiscard]] std::string format_bytes(std::uint64_t bytes);

/// Things a second: "850/s", "12.3 k/s", "2.84 M/s". "-" when it is not a number.
[[nodiscard]] std::string format_rate(double per_second);

/// "250 ms", "1.25 s", "2 min 05 s", "3 h 07 min". "-" when negative or not a number.
[[nodiscard]] std::string format_seconds(double seconds);

}  // namespace daybook
