#include "tools/daybook/text/duration_text.hpp"

#include <limits>

#include <fmt/format.h>

#include "tools/daybook/text/number_text.hpp"

namespace daybook {
namespace {

constexpr std::uint64_t timeout_s_max = std::numeric_limits<std::uint32_t>::max();

std::uint64_t seconds_of(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3'600;
    case 'd':
      return 86'400;
    default:
      return 0;
  }
}

}  // namespace

Result<std::uint32_t> parse_timeout_s(std::string_view text) {
  // A hexadecimal number has no unit: its last digit may be a d.
  const bool has_unit = !text.empty() && seconds_of(text.back()) != 0 && !text.starts_with("0x");
  const std::uint64_t unit_s = has_unit ? seconds_of(text.back()) : 1;
  const std::string_view digits = has_unit ? text.substr(0, text.size() - 1) : text;
  const auto count = parse_unsigned(digits, timeout_s_max / unit_s);
  if (count) return static_cast<std::uint32_t>(count.value() * unit_s);
  return Failure{FailureKind::invalid,
                 fmt::format("'{}' is not a time to hold: write whole seconds, or a whole number "
                             "with s, m, h or d, such as 30s or 2h; at most {} seconds",
                             text, timeout_s_max)};
}

}  // namespace daybook
