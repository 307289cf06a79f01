#pragma once

#include "engine/ledger/account_table.hpp"
#include "engine/ledger/hold_table.hpp"
#include "engine/model/views.hpp"

namespace daybook {

/// An open hold as queries show it. Requires: `accounts` are those that it holds between.
[[nodiscard]] inline HoldView view_of_open(const Hold& hold, const AccountTable& accounts) {
  const Account& debit = accounts.at(hold.debit);
  return {.id = hold.id,
          .debit_account_id = debit.id,
          .credit_account_id = accounts.at(hold.credit).id,
          .amount = hold.amount,
          .posted = hold.posted,
          .held = hold.held(),
          .owner = hold.owner,
          .resolved_by = {},
          .sequence = hold.sequence,
          .expires_at = hold.expires_at,
          .ledger = debit.ledger,
          .code = hold.code,
          .state = HoldState::open};
}

}  // namespace daybook
