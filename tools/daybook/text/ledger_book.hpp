#pragma once

#include <map>
#include <string>

#include "engine/base/result.hpp"
#include "engine/model/account_change.hpp"
#include "engine/model/ids.hpp"
#include "engine/model/ledger.hpp"

namespace daybook {

/// The registered ledgers by id: what is needed to write and read amounts.
class LedgerBook {
 public:
  void put(const Ledger& ledger);

  /// Null when it is not registered.
  [[nodiscard]] const Ledger* find(LedgerId id) const;

  [[nodiscard]] const std::map<LedgerId, Ledger>& all() const { return ledgers_; }

  /// `amount` by the ledger's scale; in the minor unit where the ledger is not registered.
  [[nodiscard]] std::string format(LedgerId id, Amount amount) const;

  /// The amount that `text` writes by the ledger's scale. "0", and "max" for 2^128-1 (which posts
  /// the whole of a pending transfer), mean the same at every scale, so they need no ledger; any
  /// other text is refused where the ledger is not registered, because "12" could mean anything.
  [[nodiscard]] Result<Amount> parse(LedgerId id, std::string_view text) const;

  /// Of a balance that may be below zero, such as an account's limits: with a minus sign.
  [[nodiscard]] std::string format_signed(LedgerId id, const Int128& amount) const;
  /// As parse(), with a minus sign or without; -2^127 to 2^127-1 of the minor unit. No "max".
  [[nodiscard]] Result<Int128> parse_signed(LedgerId id, std::string_view text) const;

 private:
  std::map<LedgerId, Ledger> ledgers_;
};

}  // namespace daybook
