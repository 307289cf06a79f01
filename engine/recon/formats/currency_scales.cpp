#include "engine/recon/formats/currency_scales.hpp"

#include <string>
#include <string_view>

#include "engine/recon/record.hpp"

namespace daybook::recon {
namespace {

struct Scale {
  std::string_view currency;
  unsigned decimals;
};
/// ISO 4217 where it is not 2, and what exchanges trade.
constexpr Scale scales[]{
    {"BIF", 0},  {"CLP", 0},  {"DJF", 0},  {"GNF", 0}, {"ISK", 0}, {"JPY", 0},
    {"KMF", 0},  {"KRW", 0},  {"PYG", 0},  {"RWF", 0}, {"UGX", 0}, {"VND", 0},
    {"VUV", 0},  {"XAF", 0},  {"XOF", 0},  {"XPF", 0}, {"BHD", 3}, {"IQD", 3},
    {"JOD", 3},  {"KWD", 3},  {"LYD", 3},  {"OMR", 3}, {"TND", 3}, {"CLF", 4},
    {"UYW", 4},  {"USDT", 6}, {"USDC", 6}, {"BTC", 8}, {"BCH", 8}, {"LTC", 8},
    {"DOGE", 8}, {"ETH", 18}, {"BNB", 18}, {"SOL", 9}, {"XRP", 6}, {"TRX", 6},
};

/// Digits beyond the limit of amounts would not fit in sums.
constexpr i128 amount_bound = [] {
  i128 bound = 1;
  for (unsigned i = 0; i < limits::amount_digits_max; ++i) bound *= 10;
  return bound;
}();

}  // namespace

unsigned usual_scale(std::uint64_t currency) {
  const std::string text = currency_text(currency);
  for (const Scale& scale : scales) {
    if (scale.currency == text) return scale.decimals;
  }
  return 2;
}

unsigned scale_in(const CurrencyScales& scales_of_file, std::uint64_t currency) {
  for (const auto& [known, scale] : scales_of_file) {
    if (known == currency) return scale;
  }
  return usual_scale(currency);
}

std::optional<i128> rescaled(i128 amount, unsigned from, unsigned to) {
  for (; from < to; ++from) {
    if (amount >= amount_bound || amount <= -amount_bound) return std::nullopt;
    amount *= 10;
  }
  for (; from > to; --from) {
    if (amount % 10 != 0) return std::nullopt;
    amount /= 10;
  }
  if (amount >= amount_bound || amount <= -amount_bound) return std::nullopt;
  return amount;
}

}  // namespace daybook::recon
