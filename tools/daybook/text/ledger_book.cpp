#include "tools/daybook/text/ledger_book.hpp"

#include <fmt/format.h>

#include "engine/model/amount_text.hpp"

namespace daybook {

void LedgerBook::put(const Ledger& ledger) { ledgers_.insert_or_assign(ledger.id, ledger); }

const Ledger* LedgerBook::find(LedgerId id) const {
  const auto found = ledgers_.find(id);
  return found == ledgers_.end() ? nullptr : &found->second;
}

std::string LedgerBook::format(LedgerId id, Amount amount) const {
  const Ledger* ledger = find(id);
  return format_amount(amount, ledger == nullptr ? 0 : ledger->scale);
}

Result<Amount> LedgerBook::parse(LedgerId id, std::string_view text) const {
  if (text == "max") return Amount{Uint128{u128_max}};
  if (text == "0") return Amount{};
  if (const Ledger* ledger = find(id)) return parse_amount(text, ledger->scale);
  if (id == LedgerId{}) {
    return Failure{FailureKind::invalid,
                   fmt::format("'{}' needs a ledger to be read by its scale: name the ledger, or "
                               "give amount_minor",
                               text)};
  }
  return Failure{FailureKind::invalid,
                 fmt::format("'{}' cannot be read: ledger {} is not registered; register it with "
                             "'daybook ledger put', or give amount_minor",
                             text, id.value())};
}

}  // namespace daybook
