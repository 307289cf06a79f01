#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "engine/model/ids.hpp"

namespace daybook {

/// What an operator does to an account. Frozen: on the wire and in the journal.
enum class AccountChangeKind : std::uint16_t {
  set_limits = 1,    ///< From now on minimum <= net balance <= maximum.
  clear_limits = 2,  ///< No limits of this kind any more.
  freeze = 3,        ///< No new debits, no new credits, or neither: see `sides`.
  unfreeze = 4,
  close = 5,
  reopen = 6,  ///< Lifts a close by an operator or at creation, not one by a pending transfer.
};

[[nodiscard]] std::string_view to_string(AccountChangeKind kind) noexcept;

/// Bits of AccountChange::sides. Frozen.
namespace account_side {
inline constexpr std::uint16_t debits = 1U << 0;
inline constexpr std::uint16_t credits = 1U << 1;
inline constexpr std::uint16_t both = debits | credits;
}  // namespace account_side

/// A signed 128-bit number as its two's complement: the same bytes on the wire and in the journal.
struct Int128 {
  std::uint64_t lo = 0;
  std::uint64_t hi = 0;

  [[nodiscard]] constexpr bool negative() const { return hi >> 63 != 0; }
  friend constexpr bool operator==(const Int128&, const Int128&) = default;
  friend constexpr bool operator<(const Int128& a, const Int128& b) {
    const auto top_a = static_cast<std::int64_t>(a.hi);
    const auto top_b = static_cast<std::int64_t>(b.hi);
    return top_a != top_b ? top_a < top_b : a.lo < b.lo;
  }
};

/// Decimal digits, with a minus sign where it is negative.
[[nodiscard]] std::string to_decimal(const Int128& number);

/// One change of one account, 64 bytes: the same on the wire and in the journal.
///
/// Units.  Limits in the ledger's minor unit, of net = credits_posted - debits_posted.
struct AccountChange {
  AccountId account_id;
  Int128 minimum;  ///< Of set_limits.
  Int128 maximum;  ///< Of set_limits.
  AccountChangeKind kind{};
  std::uint16_t sides = 0;     ///< Of freeze and unfreeze.
  std::uint32_t reserved = 0;  ///< Must be 0.
  Timestamp timestamp;         ///< 0 in a request; the engine's in the journal.
};
static_assert(sizeof(AccountChange) == 64 && alignof(AccountChange) == 8);
static_assert(std::is_standard_layout_v<AccountChange> &&
              std::is_trivially_copyable_v<AccountChange>);

}  // namespace daybook
