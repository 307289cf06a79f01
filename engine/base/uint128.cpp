#include "engine/base/uint128.hpp"

#include <array>

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

/// Nineteen digits at a time: a division of 128 bits for each digit would be a call for each.
std::string to_decimal(u128 value) {
  constexpr std::uint64_t part = 10'000'000'000'000'000'000U;
  constexpr std::size_t part_digits = 19;
  constexpr std::size_t digits_max = 39;
  std::array<char, digits_max> digits;
  std::size_t begin = digits.size();
  const auto put = [&](std::uint64_t number, std::size_t digits_min) {
    const std::size_t end = begin;
    for (; number != 0 || end - begin < digits_min; number /= 10) {
      digits[--begin] = static_cast<char>('0' + number % 10);
    }
  };
  for (; value >= part; value /= part) put(static_cast<std::uint64_t>(value % part), part_digits);
  put(static_cast<std::uint64_t>(value), begin == digits.size() ? 1 : 0);
  return {digits.data() + begin, digits.size() - begin};
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
