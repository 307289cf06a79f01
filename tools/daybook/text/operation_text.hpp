#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/name.hpp"
#include "engine/model/operation_log.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/ledger_book.hpp"
#include "tools/daybook/text/name_book.hpp"
#include "tools/daybook/text/table.hpp"

/// Operations of the log for people and scripts: the same from a running engine and from a journal.

namespace daybook {

/// The name of an event's status in a request of `kind`.
[[nodiscard]] std::string_view event_status_name(RequestKind kind, std::uint16_t status);

/// What to do about it; empty where nothing is to be done.
[[nodiscard]] std::string_view event_status_advice(RequestKind kind, std::uint16_t status);

/// Who asked: "7", "Ada 7"; "engine: expiry" for what the engine does by itself; empty where nobody
/// was named.
[[nodiscard]] std::string who_text(const Operation& operation, const NameBook& names);

/// One row an operation, for lists.
[[nodiscard]] Table table_of(std::span<const LoggedOperation> operations, const NameBook& names);

/// Everything about an operation, its refusals and facts in lines of their own, each ended by a
/// newline and indented by `indent` and two spaces more.
[[nodiscard]] std::string describe(const LoggedOperation& operation, const LedgerBook& ledgers,
                                   const NameBook& names, std::string_view indent = "");

/// "21 transfer 7: 1 -> 2, 12.50, pending": a fact on one line, without a newline.
[[nodiscard]] std::string describe(const LoggedFact& fact, const LedgerBook& ledgers,
                                   const NameBook& names);

[[nodiscard]] JsonObject to_json(const LoggedOperation& operation, const LedgerBook& ledgers,
                                 const NameBook& names, bool with_facts);
[[nodiscard]] JsonObject to_json(const LoggedFact& fact, const LedgerBook& ledgers,
                                 const NameBook& names);

/// The ids in the operations that may have names, each once.
[[nodiscard]] std::vector<NameKey> name_keys_of(std::span<const LoggedOperation> operations);

}  // namespace daybook
