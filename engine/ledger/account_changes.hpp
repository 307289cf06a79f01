#pragma once

#include "engine/ledger/account_state.hpp"
#include "engine/ledger/account_table.hpp"
#include "engine/model/account_change.hpp"

namespace daybook {

/// What an operator's change does to an account and its limits.
inline void change_attributes(Account& account, AccountLimits& limits,
                              const AccountChange& change) {
  const auto frozen = static_cast<std::uint16_t>(
      ((change.sides & account_side::debits) != 0 ? account_flag::debits_frozen : 0U) |
      ((change.sides & account_side::credits) != 0 ? account_flag::credits_frozen : 0U));
  switch (change.kind) {
    case AccountChangeKind::set_limits:
      limits = {change.minimum, change.maximum};
      account.flags |= account_state::limited;
      break;
    case AccountChangeKind::clear_limits:
      limits = {};
      account.flags = static_cast<std::uint16_t>(account.flags & ~account_state::limited);
      break;
    case AccountChangeKind::freeze:
      account.flags |= frozen;
      break;
    case AccountChangeKind::unfreeze:
      account.flags = static_cast<std::uint16_t>(account.flags & ~frozen);
      break;
    case AccountChangeKind::close:
      set_closed(account, account_state::closed_by_owner, true);
      break;
    case AccountChangeKind::reopen:
      set_closed(account, account_state::closed_by_owner, false);
      break;
  }
}

}  // namespace daybook
