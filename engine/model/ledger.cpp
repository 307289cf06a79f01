#include "engine/model/ledger.hpp"

#include <algorithm>

#include "engine/base/assert.hpp"

namespace daybook {

std::string_view to_string(LedgerKind kind) noexcept {
  switch (kind) {
    case LedgerKind::currency:
      return "currency";
    case LedgerKind::stock:
      return "stock";
    case LedgerKind::asset:
      return "asset";
  }
  return "unknown";
}

std::optional<LedgerKind> parse_ledger_kind(std::string_view text) noexcept {
  for (const auto kind : {LedgerKind::currency, LedgerKind::stock, LedgerKind::asset}) {
    if (to_string(kind) == text) return kind;
  }
  return std::nullopt;
}

void Ledger::set_name(std::string_view text) {
  ENSURE(text.size() <= name_text.size(), "a ledger's name was checked to fit");
  name_text.fill('\0');
  std::copy(text.begin(), text.end(), name_text.begin());
  name_bytes = static_cast<std::uint16_t>(text.size());
}

}  // namespace daybook
