#include "engine/ledger/invariants.hpp"

#include <map>
#include <vector>

#include "engine/base/assert.hpp"
#include "engine/ledger/account_state.hpp"

namespace daybook {
namespace {

// More than 128 bits are needed for credits - debits + limit: sums of three such numbers as a high
// and a low word.
struct Wide {
  __extension__ typedef __int128 High;
  High high = 0;
  u128 low = 0;

  void add(u128 value) {
    low += value;
    if (low < value) ++high;
  }
  void subtract(u128 value) {
    if (low < value) --high;
    low -= value;
  }
  void subtract(const Int128& value) {
    const u128 bits = Uint128{value.lo, value.hi}.wide();
    if (value.negative()) {
      add(~bits + 1);
    } else {
      subtract(bits);
    }
  }
  [[nodiscard]] bool negative() const { return high < 0; }
};

// What is left until the minimum, after the transfer.
Wide above_minimum(const Account& account, const Int128& minimum) {
  Wide left;
  left.add(account.credits_posted.value().wide());
  left.subtract(account.debits_posted.value().wide());
  left.subtract(account.debits_pending.value().wide());
  left.subtract(minimum);
  return left;
}

// By how much the maximum is passed, less one, so that keeping to it is negative.
Wide above_maximum(const Account& account, const Int128& maximum) {
  Wide over;
  over.add(account.credits_posted.value().wide());
  over.add(account.credits_pending.value().wide());
  over.subtract(account.debits_posted.value().wide());
  over.subtract(maximum);
  over.subtract(u128{1});
  return over;
}

}  // namespace

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

void PendingIsHeld::scan(const AccountTable& accounts, const HoldTable& holds) {
  struct Held {
    u128 debits = 0;
    u128 credits = 0;
  };
  std::vector<Held> held(accounts.count());
  for (HoldSlot slot = 0; slot < holds.slot_end(); ++slot) {
    const Hold& hold = holds.at(slot);
    if (hold.id.value().is_zero()) continue;
    held[hold.debit].debits += hold.held().value().wide();
    held[hold.credit].credits += hold.held().value().wide();
  }
  for (AccountSlot slot = 0; slot < accounts.count(); ++slot) {
    const Account& account = accounts.at(slot);
    ENSURE(account.debits_pending.value().wide() == held[slot].debits &&
               account.credits_pending.value().wide() == held[slot].credits,
           "what an account has pending is what its open holds hold");
  }
}

void LimitsAreKept::check_sides(const Account& debit, const Account& credit,
                                const AccountLimits& debit_limits,
                                const AccountLimits& credit_limits, const Transfer& transfer,
                                const TransferNote& note) {
  static_assert(limited == account_state::limited);
  constexpr unsigned resolving =
      transfer_flag::post_pending_transfer | transfer_flag::void_pending_transfer;
  if ((transfer.flags & resolving) != 0) return;
  if ((note.overrode & overrode::limits) != 0 || transfer.amount.value().is_zero()) return;
  if ((debit.flags & account_flag::debits_must_not_exceed_credits) != 0) {
    ENSURE(!above_minimum(debit, Int128{}).negative(), "debits do not exceed credits where told");
  }
  if ((credit.flags & account_flag::credits_must_not_exceed_debits) != 0) {
    ENSURE(above_maximum(credit, Int128{}).negative(), "credits do not exceed debits where told");
  }
  if ((debit.flags & account_state::limited) != 0) {
    ENSURE(!above_minimum(debit, debit_limits.minimum).negative(),
           "a debit leaves no balance below its minimum");
  }
  if ((credit.flags & account_state::limited) != 0) {
    ENSURE(above_maximum(credit, credit_limits.maximum).negative(),
           "a credit leaves no balance above its maximum");
  }
}

void ClosedAndFrozenStandStill::check_sides(const Account& debit, const Account& credit,
                                            const Transfer& transfer, const TransferNote& note) {
  if ((transfer.flags & transfer_flag::void_pending_transfer) != 0) return;
  const auto excused = [&note](std::uint8_t bit) { return (note.overrode & bit) != 0; };
  ENSURE((debit.flags & account_flag::closed) == 0 || excused(overrode::closed_debit),
         "a closed account is not debited");
  ENSURE((credit.flags & account_flag::closed) == 0 || excused(overrode::closed_credit),
         "a closed account is not credited");
  if ((transfer.flags & transfer_flag::post_pending_transfer) != 0) return;
  ENSURE((debit.flags & account_flag::debits_frozen) == 0 || excused(overrode::frozen_debit),
         "an account whose debits are frozen is not debited");
  ENSURE((credit.flags & account_flag::credits_frozen) == 0 || excused(overrode::frozen_credit),
         "an account whose credits are frozen is not credited");
}

}  // namespace daybook
