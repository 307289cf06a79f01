#include "tools/daybook/recon/definition/decimal_limit.hpp"

#include <fmt/format.h>

#include "engine/base/assert.hpp"
#include "engine/model/amount_text.hpp"

namespace daybook::recon {
namespace {

u128 power_of_ten(unsigned exponent) {
  u128 power = 1;
  for (unsigned i = 0; i < exponent; ++i) power *= 10;
  return power;
}

}  // namespace

Result<DecimalLimit> DecimalLimit::parse(std::string_view text) {
  const Result<Amount> amount = parse_amount(text, decimals);
  if (!amount) return amount.error();
  DecimalLimit limit;
  limit.value_ = amount.value().value().wide();
  if (limit.value_ > power_of_ten(2 * decimals)) {
    return Failure{FailureKind::invalid, fmt::format("{} is more than 10^18", text)};
  }
  return limit;
}

u128 DecimalLimit::floor_at(unsigned scale) const {
  ENSURE(scale <= decimals, "no currency of a comparison has more decimals");
  return value_ / power_of_ten(decimals - scale);
}

std::optional<u128> DecimalLimit::exact_at(unsigned scale) const {
  const u128 floor = floor_at(scale);
  if (floor * power_of_ten(decimals - scale) != value_) return std::nullopt;
  return floor;
}

std::string DecimalLimit::text() const {
  std::string text = format_amount(Amount{Uint128{value_}}, decimals);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace daybook::recon
