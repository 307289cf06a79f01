#include "tools/daybook/text/ledger_book.hpp"

#include <fmt/format.h>

#include "engine/model/amount_text.hpp"

namespace daybook {
namespace {

constexpr u128 sign_bit = u128{1} << 127;

Int128 signed_of(u128 magnitude, bool negative) {
  const Uint128 bits{negative ? ~magnitude + 1 : magnitude};
  return {bits.lo, bits.hi};
}

}  // namespace

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

std::string LedgerBook::format_signed(LedgerId id, const Int128& amount) const {
  const u128 bits = Uint128{amount.lo, amount.hi}.wide();
  if (!amount.negative()) return format(id, Amount{Uint128{bits}});
  return "-" + format(id, Amount{Uint128{~bits + 1}});
}

Result<Int128> LedgerBook::parse_signed(LedgerId id, std::string_view text) const {
  const bool negative = text.starts_with('-');
  const std::string_view digits = negative ? text.substr(1) : text;
  if (digits != "max") {
    const auto magnitude = parse(id, digits);
    if (!magnitude) return magnitude.error();
    const u128 value = magnitude.value().value().wide();
    if (value < sign_bit || (negative && value == sign_bit)) return signed_of(value, negative);
  }
  return Failure{FailureKind::invalid,
                 fmt::format("'{}' is not a balance from -2^127 to 2^127-1 minor units", text)};
}

}  // namespace daybook
