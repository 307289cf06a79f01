#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/uint128.hpp"
#include "engine/model/views.hpp"
#include "engine/state/state.hpp"
#include "tools/daybook/offline/offline.hpp"
#include "tools/daybook/text/ledger_book.hpp"

namespace daybook {

/// The sum of amounts, however many: 2^128 times `carries` more than `low`.
struct AmountSum {
  u128 low = 0;
  std::uint64_t carries = 0;

  void add(Amount amount) {
    const u128 before = low;
    low += amount.value().wide();
    if (low < before) ++carries;
  }
  friend bool operator==(const AmountSum&, const AmountSum&) = default;
};

/// One ledger of a trial balance, with sums that never wrap.
struct LedgerSums {
  Ledger ledger;
  std::uint64_t accounts = 0;
  AmountSum debits;   ///< Posted.
  AmountSum credits;  ///< Posted.
  AmountSum debits_pending;
  AmountSum credits_pending;

  [[nodiscard]] bool balanced() const {
    return debits == credits && debits_pending == credits_pending;
  }
};

/// The ledgers of a state, for showing amounts.
[[nodiscard]] LedgerBook book_of(const State& state);

/// Of an account, as people read them; empty where it has none.
struct LimitTexts {
  std::string minimum;
  std::string maximum;
};
[[nodiscard]] LimitTexts limits_of(const State& state, AccountSlot slot, const LedgerBook& ledgers);

[[nodiscard]] std::string format_sum(const AmountSum& sum, const LedgerBook& ledgers,
                                     LedgerId ledger);

/// Every ledger that has accounts or is registered, by id. Cost: O(accounts).
[[nodiscard]] std::vector<LedgerSums> trial_balance(const State& state);

/// Every open hold, in the order of creation. Cost: O(holds log holds).
[[nodiscard]] std::vector<HoldView> open_holds(const State& state);

struct StateOptions {
  JournalPlace directory;
  std::vector<std::string> accounts;
  /// An aggregate type (a text or an id) and an aggregate's id each.
  std::vector<std::pair<std::string, std::string>> streams;
  std::vector<std::string> orders;
  std::vector<std::string> payments;
  std::vector<std::string> tccs;
  std::string at_sequence;
  std::string at_time;
  StateRoom room;
  bool trial_balance = false;
  bool holds = false;
  bool checkpoints = false;
  bool json = false;
};

/// exit_code::no: damaged, something asked for was not there yet, or a ledger does not balance.
int run_state(const StateOptions& options);

}  // namespace daybook
