#pragma once

#include "engine/ledger/account_table.hpp"
#include "engine/ledger/hold_table.hpp"
#include "engine/model/account.hpp"
#include "engine/model/facts.hpp"
#include "engine/model/transfer.hpp"

/// What must be true of the books whatever the code around them does. Each class looks at what was
/// before and what is after, knows nothing of how it came about, and stops the process where it is
/// not true: wrong books are worse than none. The steps are cheap and always on; the scans add
/// everything up, after every entry where DAYBOOK_AUDIT is set, and when asked.

namespace daybook {

/// Per ledger, debits equal credits, posted and pending. If every move adds the same amount to one
/// debit side and one credit side of one ledger, the sums stay equal.
class LedgersBalance {
 public:
  /// The two sides changed by the same amount within one ledger.
  static void check_move(const Account& debit, u128 debits_before, const Account& credit,
                         u128 credits_before) {
    ENSURE(debit.debits_posted.value().wide() - debits_before ==
               credit.credits_posted.value().wide() - credits_before,
           "a move debits as much as it credits");
    ENSURE(debit.ledger == credit.ledger, "a move stays within one ledger");
  }
  /// The same of what is held.
  static void check_hold(const Account& debit, u128 debits_before, const Account& credit,
                         u128 credits_before) {
    ENSURE(debit.debits_pending.value().wide() - debits_before ==
               credit.credits_pending.value().wide() - credits_before,
           "a hold debits as much as it credits");
    ENSURE(debit.ledger == credit.ledger, "a hold stays within one ledger");
  }

  /// Cost: O(accounts); allocates.
  static void scan(const AccountTable& accounts);
};

/// What an account has pending is what its open holds hold.
class PendingIsHeld {
 public:
  /// Cost: O(accounts + holds); allocates.
  static void scan(const AccountTable& accounts, const HoldTable& holds);
};

/// A transfer that the note does not excuse leaves no account further outside its limits than it
/// was. Posts and voids are not looked at: their holds were.
class LimitsAreKept {
 public:
  static void check(const Account& debit, const Account& credit, const AccountLimits& debit_limits,
                    const AccountLimits& credit_limits, const Transfer& transfer,
                    const TransferNote& note) {
    constexpr unsigned watched = account_flag::debits_must_not_exceed_credits |
                                 account_flag::credits_must_not_exceed_debits | limited;
    if (((debit.flags | credit.flags) & watched) == 0) [[likely]]
      return;
    check_sides(debit, credit, debit_limits, credit_limits, transfer, note);
  }

 private:
  static constexpr unsigned limited = 1U << 11;  // As account_state::limited; checked in the .cpp.
  static void check_sides(const Account& debit, const Account& credit,
                          const AccountLimits& debit_limits, const AccountLimits& credit_limits,
                          const Transfer& transfer, const TransferNote& note);
};

/// Nothing but a void moves an account that is closed, and nothing but a void or a post one that is
/// frozen on that side, unless the note says that it was passed over. `debit` and `credit` as they
/// were before.
class ClosedAndFrozenStandStill {
 public:
  static void check(const Account& debit, const Account& credit, const Transfer& transfer,
                    const TransferNote& note) {
    constexpr unsigned watched =
        account_flag::closed | account_flag::debits_frozen | account_flag::credits_frozen;
    if (((debit.flags | credit.flags) & watched) == 0) [[likely]]
      return;
    check_sides(debit, credit, transfer, note);
  }

 private:
  static void check_sides(const Account& debit, const Account& credit, const Transfer& transfer,
                          const TransferNote& note);
};

/// A transfer is never reversed by more than it moved, nor a hold posted by more than it held.
class NoMoreThanTheOriginal {
 public:
  static void check_reversal(const Transfer& original, const Transfer& reversal,
                             const TransferNote& note) {
    ENSURE(note.total <= original.amount && reversal.amount <= note.total,
           "a transfer is reversed by no more than it moved");
  }
  static void check_post(const Hold& hold, const Transfer& post) {
    ENSURE(post.amount <= hold.held(), "a hold is posted by no more than it holds");
  }
};

}  // namespace daybook
