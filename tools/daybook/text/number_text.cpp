#include "tools/daybook/text/number_text.hpp"

#include <charconv>

#include <fmt/format.h>

namespace daybook {

Result<std::uint64_t> parse_unsigned(std::string_view text, std::uint64_t max) {
  const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  const std::string_view digits = hexadecimal ? text.substr(2) : text;
  std::uint64_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, value, hexadecimal ? 16 : 10);
  if (error == std::errc{} && stopped == end && value <= max) return value;
  return Failure{FailureKind::invalid,
                 fmt::format("'{}' is not a whole number from 0 to {}", text, max)};
}

}  // namespace daybook
