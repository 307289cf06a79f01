#include <algorithm>

#include <fmt/format.h>

#include "tools/daybook/recon/compare_command.hpp"
#include "tools/daybook/text/number_text.hpp"

namespace daybook::recon {
namespace {

constexpr std::uint64_t tolerance_max = 1'000'000'000'000'000'000;

Failure wrong(std::string_view option, std::string_view text, std::string_view example) {
  return {FailureKind::invalid, fmt::format("{} '{}': write it like {}", option, text, example)};
}

}  // namespace

Result<Tolerance> parse_tolerance(std::string_view text) {
  const auto bad = [&] { return wrong("--tolerance", text, "EUR=5 or EUR=5,cap=1000"); };
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return bad();
  Tolerance tolerance;
  tolerance.currency = currency_of_text(text.substr(0, equals));
  std::string_view amount = text.substr(equals + 1);
  const std::size_t comma = amount.find(',');
  if (comma != std::string_view::npos) {
    constexpr std::string_view cap_is = "cap=";
    const std::string_view rest = amount.substr(comma + 1);
    amount = amount.substr(0, comma);
    if (!rest.starts_with(cap_is)) return bad();
    const auto cap = parse_unsigned(rest.substr(cap_is.size()), tolerance_max);
    if (!cap) return bad();
    tolerance.cap = static_cast<i128>(cap.value());
  }
  const auto value = parse_unsigned(amount, tolerance_max);
  if (!value || tolerance.currency == 0) return bad();
  tolerance.amount = static_cast<i128>(value.value());
  return tolerance;
}

Result<OrderRule> parse_fallback(std::string_view text) {
  OrderRule rule;
  std::string_view rest = text;
  while (true) {
    const std::size_t plus = rest.find('+');
    const std::string_view word = rest.substr(0, plus);
    bool* const part = word == "amount"  ? &rule.by_amount
                       : word == "day"   ? &rule.by_day
                       : word == "party" ? &rule.by_party
                                         : nullptr;
    if (part == nullptr || *part) break;
    *part = true;
    if (plus == std::string_view::npos) {
      // Two records of a day have nothing to do with each other.
      if (rule.by_amount) return rule;
      break;
    }
    rest.remove_prefix(plus + 1);
  }
  return wrong("--fallback", text, "amount+day, amount+party or amount+day+party");
}

}  // namespace daybook::recon
