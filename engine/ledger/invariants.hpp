#pragma once

#include "engine/ledger/account_table.hpp"
#include "engine/model/account.hpp"

namespace daybook {

/// Invariant: per ledger, debits equal credits.
///
/// It looks at accounts before and after a change and knows nothing of the code that makes it. The
/// step is cheap and always on: if every move adds the same amount to one debit side and one credit
/// side of one ledger, the sums stay equal. The scan adds everything up.
class LedgersBalance {
 public:
  /// Stops the process unless the two sides changed by the same amount within one ledger.
  static void check_move(const Account& debit, u128 debits_before, const Account& credit,
                         u128 credits_before) {
    ENSURE(debit.debits_posted.value().wide() - debits_before ==
               credit.credits_posted.value().wide() - credits_before,
           "a move debits as much as it credits");
    ENSURE(debit.ledger == credit.ledger, "a move stays within one ledger");
  }

  /// Stops the process if any ledger's debits differ from its credits, posted or pending.
  /// Cost: O(accounts); allocates.
  static void scan(const AccountTable& accounts);
};

}  // namespace daybook
