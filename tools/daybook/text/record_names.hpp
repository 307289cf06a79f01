#pragma once

#include <span>
#include <vector>

#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/name_book.hpp"
#include "tools/daybook/text/record_table.hpp"

/// Which ids a record shows that may have names: for_each_named() calls `use(field, kind, id)` for
/// each of them.

namespace daybook {

template <typename Use>
void for_each_named(const Account& account, Use use) {
  use("id", NameKind::account, account.id.value());
  use("business_id", NameKind::business, account.business_id.value());
  use("user_id", NameKind::user, Uint128{account.user_id.value(), 0});
}

template <typename Use>
void for_each_named(const Transfer& transfer, Use use) {
  use("id", NameKind::transfer, transfer.id.value());
  use("debit_account_id", NameKind::account, transfer.debit_account_id.value());
  use("credit_account_id", NameKind::account, transfer.credit_account_id.value());
  use("pending_id", NameKind::transfer, transfer.pending_id.value());
  use("business_id", NameKind::business, transfer.business_id.value());
  use("user_id", NameKind::user, Uint128{transfer.user_id.value(), 0});
}

template <typename Use>
void for_each_named(const HoldView& hold, Use use) {
  use("id", NameKind::transfer, hold.id.value());
  use("debit_account_id", NameKind::account, hold.debit_account_id.value());
  use("credit_account_id", NameKind::account, hold.credit_account_id.value());
  use("resolved_by", NameKind::transfer, hold.resolved_by.value());
}

template <typename Use>
void for_each_named(const BalanceRow& row, Use use) {
  use("transfer_id", NameKind::transfer, row.balance.transfer_id.value());
}

/// Each once; ids that are 0 are none.
template <typename Record>
[[nodiscard]] std::vector<NameKey> keys_of(std::span<const Record> records) {
  std::vector<NameKey> keys;
  for (const Record& record : records) {
    for_each_named(record, [&](const char*, NameKind kind, const Uint128& id) {
      if (!id.is_zero()) keys.push_back({.id = id, .kind = kind});
    });
  }
  leave_each_once(keys);
  return keys;
}

/// The names of the record's fields, of those that have one: {"id":"till-7"}.
template <typename Record>
[[nodiscard]] JsonObject names_json(const Record& record, const NameBook& names) {
  JsonObject object;
  for_each_named(record, [&](const char* field, NameKind kind, const Uint128& id) {
    const std::string_view text = names.find(kind, id);
    if (!text.empty()) object.text(field, text);
  });
  return object;
}

}  // namespace daybook
