#pragma once

#include <string>
#include <string_view>

#include "engine/model/account_change.hpp"
#include "engine/model/domain_event.hpp"
#include "engine/model/event_checkpoint.hpp"
#include "engine/model/facts.hpp"
#include "engine/model/operation_log.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/ledger_book.hpp"
#include "tools/daybook/text/name_book.hpp"
#include "tools/daybook/text/record_names.hpp"

/// Facts of the operation log, each on one line, and as JSON.

namespace daybook {

[[nodiscard]] std::string_view to_string(Authority authority) noexcept;

[[nodiscard]] std::string fact_line(const Account& account, const LedgerBook& ledgers,
                                    const NameBook& names);
[[nodiscard]] std::string fact_line(const Transfer& transfer, const LedgerBook& ledgers,
                                    const NameBook& names);
[[nodiscard]] std::string fact_line(const Ledger& ledger);
[[nodiscard]] std::string fact_line(const AccountChange& change, const NameBook& names);
[[nodiscard]] std::string fact_line(const Name& name);
/// Without its payload, as event_json().
[[nodiscard]] std::string fact_line(const DomainEvent& event, const NameBook& names);
[[nodiscard]] std::string fact_line(const EventCheckpoint& checkpoint);
/// Of any kind: its kind and what it says.
[[nodiscard]] std::string fact_line(const LoggedFact& fact, const LedgerBook& ledgers,
                                    const NameBook& names);

/// Limits in the minor unit: a change does not say its account's ledger.
[[nodiscard]] JsonObject change_json(const AccountChange& change);
[[nodiscard]] JsonObject event_json(const DomainEvent& event);
[[nodiscard]] JsonObject checkpoint_json(const EventCheckpoint& checkpoint);
/// Begins with the fact's sequence and kind.
[[nodiscard]] JsonObject fact_json(const LoggedFact& fact, const LedgerBook& ledgers);

/// As for_each_named(), for a fact of any kind.
template <typename Use>
void for_each_name_of(const LoggedFact& fact, Use use) {
  if (fact.kind == FactKind::account) {
    for_each_named(fact.as<Account>(), use);
  } else if (fact.kind == FactKind::transfer) {
    for_each_named(fact.as<Transfer>(), use);
  } else if (fact.kind == FactKind::hold_released) {
    const auto release = fact.as<HoldReleased>();
    use("id", NameKind::transfer, release.id.value());
    use("debit_account_id", NameKind::account, release.debit_account_id.value());
    use("credit_account_id", NameKind::account, release.credit_account_id.value());
  } else if (fact.kind == FactKind::account_change) {
    use("account_id", NameKind::account, fact.as<AccountChange>().account_id.value());
  }
}

}  // namespace daybook
