#pragma once

#include "engine/decide/batch_rules.hpp"
#include "engine/model/account.hpp"
#include "engine/model/status.hpp"
#include "engine/state/state.hpp"

namespace daybook {

/// What creating one account answers; nothing is changed.
struct AccountDecision {
  CreateAccountStatus status = CreateAccountStatus::created;
  Timestamp original;  ///< The existing account's, where status is `exists`.
};

/// Checks in the order of CreateAccountStatus, but for the two statuses of chains, which are the
/// executor's. Requires: room for an account (and, with auto_ledgers, its ledger is checked here).
[[nodiscard]] AccountDecision decide_account(const State& state, const BatchRules& rules,
                                             const Account& event);

}  // namespace daybook
