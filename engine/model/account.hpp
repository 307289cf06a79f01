#pragma once

#include <cstdint>
#include <type_traits>

#include "engine/model/ids.hpp"

namespace daybook {

/// Bits of Account::flags. Frozen: they are on the wire and in the journal.
namespace account_flag {
inline constexpr std::uint16_t linked = 1U << 0;
inline constexpr std::uint16_t debits_must_not_exceed_credits = 1U << 1;
inline constexpr std::uint16_t credits_must_not_exceed_debits = 1U << 2;
inline constexpr std::uint16_t history = 1U << 3;
inline constexpr std::uint16_t imported = 1U << 4;
inline constexpr std::uint16_t closed = 1U << 5;
inline constexpr std::uint16_t known = (1U << 6) - 1;  ///< What a request may set.
// Set by the engine, read-only for everybody else.
inline constexpr std::uint16_t debits_frozen = 1U << 6;
inline constexpr std::uint16_t credits_frozen = 1U << 7;
inline constexpr std::uint16_t shown = (1U << 8) - 1;  ///< What an answer may have.
}  // namespace account_flag

/// An account, 128 bytes: the same on the wire, in the journal and in the tables.
///
/// Units.  Balances are amounts in the ledger's minor unit; only transfers move them.
struct Account {
  AccountId id;
  Amount debits_pending;
  Amount debits_posted;
  Amount credits_pending;
  Amount credits_posted;
  BusinessId business_id;
  UserId user_id;
  Tag tag;
  std::uint32_t reserved = 0;
  LedgerId ledger;
  Code code;
  std::uint16_t flags = 0;
  Timestamp timestamp;
};
static_assert(sizeof(Account) == 128 && alignof(Account) == 8);
static_assert(std::is_standard_layout_v<Account> && std::is_trivially_copyable_v<Account>);

}  // namespace daybook
