#include "engine/ledger/invariants.hpp"

#include <map>

#include "engine/base/assert.hpp"

namespace daybook {

void LedgersBalance::scan(const AccountTable& accounts) {
  struct Sums {
    u128 posted = 0;  // Debits less credits, mod 2^128.
    u128 pending = 0;
  };
  std::map<LedgerId, Sums> ledgers;
  for (AccountSlot slot = 0; slot < accounts.count(); ++slot) {
    const Account& account = accounts.at(slot);
    Sums& sums = ledgers[account.ledger];
    sums.posted += account.debits_posted.value().wide() - account.credits_posted.value().wide();
    sums.pending += account.debits_pending.value().wide() - account.credits_pending.value().wide();
  }
  for (const auto& [ledger, sums] : ledgers) {
    ENSURE(sums.posted == 0, "posted debits equal posted credits in every ledger");
    ENSURE(sums.pending == 0, "pending debits equal pending credits in every ledger");
  }
}

}  // namespace daybook
