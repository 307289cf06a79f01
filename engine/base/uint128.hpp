#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace daybook {

/// The compiler's own 128-bit integers: for arithmetic. `Uint128` is for storage.
__extension__ typedef unsigned __int128 u128;
__extension__ typedef __int128 i128;

/// 128 bits as two little-endian words, aligned to 8: the form of ids and amounts on the wire, in
/// the journal and in the tables. Do arithmetic on `wide()`.
struct Uint128 {
  std::uint64_t lo = 0;
  std::uint64_t hi = 0;

  constexpr Uint128() = default;
  constexpr Uint128(std::uint64_t low, std::uint64_t high) : lo{low}, hi{high} {}
  constexpr explicit Uint128(u128 wide)
      : lo{static_cast<std::uint64_t>(wide)}, hi{static_cast<std::uint64_t>(wide >> 64)} {}

  [[nodiscard]] constexpr u128 wide() const { return (static_cast<u128>(hi) << 64) | lo; }
  [[nodiscard]] constexpr bool is_zero() const { return (lo | hi) == 0; }
  [[nodiscard]] constexpr bool is_max() const { return (lo & hi) == ~std::uint64_t{0}; }

  friend constexpr bool operator==(const Uint128&, const Uint128&) = default;
  friend constexpr std::strong_ordering operator<=>(const Uint128& a, const Uint128& b) {
    return a.hi != b.hi ? a.hi <=> b.hi : a.lo <=> b.lo;
  }
};
static_assert(sizeof(Uint128) == 16 && alignof(Uint128) == 8);

inline constexpr u128 u128_max = ~static_cast<u128>(0);

/// Decimal digits without sign, separators or leading zeros; "0" for zero.
[[nodiscard]] std::string to_decimal(u128 value);

/// The number in `text`: decimal digits only, or "0x" and hexadecimal digits. Nothing for empty
/// text, any other character, or a number of more than 128 bits.
[[nodiscard]] std::optional<u128> parse_u128(std::string_view text);

/// 32 lower-case hexadecimal digits, the most significant first.
[[nodiscard]] std::string to_hex(const Uint128& value);

/// Exactly 32 hexadecimal digits, as to_hex() writes them.
[[nodiscard]] std::optional<Uint128> parse_hex128(std::string_view text);

}  // namespace daybook
