#include "engine/base/uint128.hpp"

#include <algorithm>

namespace daybook {
namespace {

std::optional<unsigned> digit_of(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

std::optional<u128> parse_digits(std::string_view digits, unsigned base) {
  if (digits.empty()) return std::nullopt;
  u128 value = 0;
  for (const char c : digits) {
    const auto digit = digit_of(c);
    if (!digit || *digit >= base) return std::nullopt;
    if (__builtin_mul_overflow(value, static_cast<u128>(base), &value)) return std::nullopt;
    if (__builtin_add_overflow(value, static_cast<u128>(*digit), &value)) return std::nullopt;
  }
  return value;
}

}  // namespace

std::string to_decimal(u128 value) {
  std::string digits;
  do {
    digits.push_back(static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value != 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
}

std::optional<u128> parse_u128(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0X")) return parse_digits(text.substr(2), 16);
  return parse_digits(text, 10);
}

std::string to_hex(const Uint128& value) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text(32, '0');
  u128 rest = value.wide();
  for (std::size_t place = 32; place-- > 0; rest >>= 4) text[place] = digits[rest & 15U];
  return text;
}

std::optional<Uint128> parse_hex128(std::string_view text) {
  if (text.size() != 32) return std::nullopt;
  const auto value = parse_digits(text, 16);
  if (!value) return std::nullopt;
  return Uint128{*value};
}

}  // namespace daybook
