#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/saga/definition.hpp"
#include "engine/saga/saga_payload.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/ledger_book.hpp"

/// Values of sagas, inputs and outputs, as people and scripts write them.
///
/// account, id: as ids everywhere, a number, 0xHEX or name:TEXT. money: "12.50 978", an amount by
/// the scale of the ledger behind it. u64: a number. timestamp: RFC 3339 or nanoseconds. text: as
/// it stands.

namespace daybook {

/// A name and what is written behind it.
using WrittenValues = std::vector<std::pair<std::string, std::string>>;

/// Of "key=value" each.
[[nodiscard]] Result<WrittenValues> read_pairs(std::span<const std::string> pairs);
/// Of a JSON object whose values are strings and whole numbers.
[[nodiscard]] Result<WrittenValues> read_pairs_of_json(std::string_view json);

/// The value that `text` writes. A text of it is `text` itself.
[[nodiscard]] Result<SagaValue> parse_saga_value(ValueType type, std::string_view text,
                                                 const LedgerBook& ledgers);

/// Exactly the values that `fields` name, in their order. Errors: says which is missing, or
/// unknown, or wrong, and what was asked for. `written` must outlive the values.
[[nodiscard]] Result<std::vector<SagaValue>> parse_saga_values(std::span<const SagaField> fields,
                                                               const WrittenValues& written,
                                                               const LedgerBook& ledgers);

/// As parse_saga_value() reads it; a secret is masked, as is a sealed text that stands elsewhere.
[[nodiscard]] std::string format_saga_value(const SagaValue& value, const LedgerBook& ledgers);

/// "order = 7, price = 12.50 978" for bytes of these fields; empty where they are not.
[[nodiscard]] std::string saga_values_text(std::span<const SagaField> fields,
                                           std::span<const std::byte> bytes,
                                           const LedgerBook& ledgers);
/// The same as an object; its values are strings.
[[nodiscard]] JsonObject saga_values_json(std::span<const SagaField> fields,
                                          std::span<const std::byte> bytes,
                                          const LedgerBook& ledgers);

}  // namespace daybook
