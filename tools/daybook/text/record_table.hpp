#pragma once

#include <span>
#include <string>

#include "engine/model/account.hpp"
#include "engine/model/transfer.hpp"
#include "engine/model/views.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/ledger_book.hpp"
#include "tools/daybook/text/name_book.hpp"
#include "tools/daybook/text/table.hpp"

/// Accounts, transfers, holds and balances as tables for people; amounts by the ledger's scale.

namespace daybook {

/// An account's balances after one of its transfers, and the ledger that gives them their scale.
struct BalanceRow {
  AccountBalance balance;
  LedgerId ledger;
};

/// "978 EUR"; only the number of a ledger that is not registered.
[[nodiscard]] std::string ledger_text(const LedgerBook& ledgers, LedgerId id);

/// Ids stand beside their names where `names` has them.
[[nodiscard]] Table table_of(std::span<const Account> accounts, const LedgerBook& ledgers,
                             const NameBook& names = {});
/// With a column for what is posted, voided or reversed where any transfer does that.
[[nodiscard]] Table table_of(std::span<const Transfer> transfers, const LedgerBook& ledgers,
                             const NameBook& names = {});
[[nodiscard]] Table table_of(std::span<const HoldView> holds, const LedgerBook& ledgers,
                             const NameBook& names = {});
[[nodiscard]] Table table_of(std::span<const BalanceRow> rows, const LedgerBook& ledgers,
                             const NameBook& names = {});

[[nodiscard]] JsonObject to_json(const BalanceRow& row, const LedgerBook& ledgers);

}  // namespace daybook
