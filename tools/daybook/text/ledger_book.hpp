#pragma once

#include <map>
#include <string>

#include "engine/base/result.hpp"
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

 private:
  std::map<LedgerId, Ledger> ledgers_;
};

}  // namespace daybook
