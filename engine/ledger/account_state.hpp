#pragma once

#include <cstdint>

#include "engine/model/account.hpp"

namespace daybook {

/// Bits of Account::flags inside the account table, above those that anyone else sees. An account
/// is closed because it was created so, because an operator closed it, or because a pending
/// transfer that closes it is open; `account_flag::closed` is set while any of that holds.
namespace account_state {
inline constexpr std::uint16_t created_closed = 1U << 8;   ///< As the request said: never changes.
inline constexpr std::uint16_t closed_by_owner = 1U << 9;  ///< At creation or by an operator.
inline constexpr std::uint16_t closed_by_hold = 1U << 10;  ///< By an open pending transfer.
inline constexpr std::uint16_t limited = 1U << 11;         ///< It has limits.
}  // namespace account_state

/// As answers show an account of the table.
[[nodiscard]] inline Account shown(const Account& account) {
  Account copy = account;
  copy.flags &= account_flag::shown;
  return copy;
}

/// The flags that the account was created with.
[[nodiscard]] inline std::uint16_t flags_as_created(const Account& account) {
  const bool closed = (account.flags & account_state::created_closed) != 0;
  const unsigned rest = account.flags & account_flag::known & ~unsigned{account_flag::closed};
  return static_cast<std::uint16_t>(rest | (closed ? account_flag::closed : 0U));
}

/// As the table keeps an account that is being created.
[[nodiscard]] inline Account as_kept(const Account& created) {
  Account kept = created;
  if ((kept.flags & account_flag::closed) != 0) {
    kept.flags |= account_state::created_closed | account_state::closed_by_owner;
  }
  return kept;
}

/// Sets or clears a reason for being closed, and with the reasons the flag that shows.
inline void set_closed(Account& account, std::uint16_t reason, bool closed) {
  unsigned flags = account.flags & ~unsigned{account_flag::closed};
  flags = closed ? flags | reason : flags & ~unsigned{reason};
  constexpr unsigned reasons = account_state::closed_by_owner | account_state::closed_by_hold;
  if ((flags & reasons) != 0) flags |= account_flag::closed;
  account.flags = static_cast<std::uint16_t>(flags);
}

}  // namespace daybook
