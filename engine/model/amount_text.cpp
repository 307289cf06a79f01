#include "engine/model/amount_text.hpp"

#include <optional>

#include <fmt/format.h>

namespace daybook {

std::string format_amount(Amount amount, unsigned scale) {
  std::string digits = to_decimal(amount.value().wide());
  if (scale == 0) return digits;
  if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
  digits.insert(digits.size() - scale, 1, '.');
  return digits;
}

Result<Amount> parse_amount(std::string_view text, unsigned scale) {
  const auto point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view decimals =
      point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
  if (whole.empty() || (point != std::string_view::npos && decimals.empty())) {
    return Failure{FailureKind::invalid,
                   fmt::format("'{}' is not an amount: write digits, such as 12 or 12.50", text)};
  }
  if (decimals.size() > scale) {
    return Failure{FailureKind::invalid,
                   fmt::format("'{}' has {} decimals, but the ledger's scale is {}; amounts are "
                               "never rounded",
                               text, decimals.size(), scale)};
  }
  std::string digits{whole};
  digits += decimals;
  digits.append(scale - decimals.size(), '0');
  const bool only_digits = digits.find_first_not_of("0123456789") == std::string::npos;
  const std::optional<u128> value = only_digits ? parse_u128(digits) : std::nullopt;
  if (!value) {
    return Failure{
        FailureKind::invalid,
        fmt::format("'{}' is not an amount of at most 128 bits at scale {}", text, scale)};
  }
  return Amount{Uint128{*value}};
}

}  // namespace daybook
