#pragma once

#include "engine/decide/batch_rules.hpp"
#include "engine/ledger/fact_reader.hpp"
#include "engine/model/account.hpp"
#include "engine/model/account_change.hpp"
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
[[nodiscard]] AccountDecision decide_account(const State& state, FactReader& facts,
                                             const BatchRules& rules, const Account& event);

/// What changing one account answers: `changed` or `outside_limits` where it is to be done.
[[nodiscard]] ChangeAccountStatus decide_change(const State& state, const AccountChange& event);

}  // namespace daybook
