#pragma once

#include <cstdint>
#include <type_traits>

#include "engine/model/ids.hpp"

namespace daybook {

/// Bits of Transfer::flags. Frozen: they are on the wire and in the journal.
namespace transfer_flag {
inline constexpr std::uint16_t linked = 1U << 0;
inline constexpr std::uint16_t pending = 1U << 1;
inline constexpr std::uint16_t post_pending_transfer = 1U << 2;
inline constexpr std::uint16_t void_pending_transfer = 1U << 3;
inline constexpr std::uint16_t balancing_debit = 1U << 4;
inline constexpr std::uint16_t balancing_credit = 1U << 5;
inline constexpr std::uint16_t closing_debit = 1U << 6;
inline constexpr std::uint16_t closing_credit = 1U << 7;
inline constexpr std::uint16_t imported = 1U << 8;
inline constexpr std::uint16_t keep_remainder = 1U << 14;
inline constexpr std::uint16_t reversal = 1U << 15;
inline constexpr std::uint16_t known = ((1U << 9) - 1) | keep_remainder | reversal;
}  // namespace transfer_flag

/// A transfer, 144 bytes: the same on the wire and in the journal.
///
/// Units.  `amount` in the ledger's minor unit; `timeout` in seconds.
struct Transfer {
  TransferId id;
  AccountId debit_account_id;
  AccountId credit_account_id;
  Amount amount;
  TransferId pending_id;
  BusinessId business_id;
  TraceId trace_id;
  UserId user_id;
  Timestamp timestamp;
  std::uint32_t timeout = 0;
  LedgerId ledger;
  Tag tag;
  Code code;
  std::uint16_t flags = 0;
};
/// When a hold falls due. Requires: a timeout; it does not pass the end of time.
[[nodiscard]] constexpr Timestamp deadline_of(const Transfer& pending) {
  constexpr std::uint64_t second = 1'000'000'000;
  return Timestamp{pending.timestamp.value() + pending.timeout * second};
}

static_assert(sizeof(Transfer) == 144 && alignof(Transfer) == 8);
static_assert(std::is_standard_layout_v<Transfer> && std::is_trivially_copyable_v<Transfer>);

}  // namespace daybook
