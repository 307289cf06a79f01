#pragma once

#include <cstdint>

#include "engine/decide/batch_rules.hpp"
#include "engine/model/facts.hpp"
#include "engine/model/status.hpp"
#include "engine/model/transfer.hpp"
#include "engine/state/state.hpp"

/// The checks that the kinds of transfers share. Each returns `created` when all is well.

namespace daybook::transfer_rules {

using Status = CreateTransferStatus;

/// What a decision looks at.
struct Question {
  const State& state;
  FactReader& facts;
  const BatchRules& rules;
  const Transfer& event;
  Timestamp slot;  ///< Of the event: engine time, whatever an imported event says of itself.
};

/// An imported event's timestamp against those of other transfers and accounts.
[[nodiscard]] Status check_imported_order(const Question& question);

/// What of a post, void or reversal may differ from what it names: nothing, but 0 is anything.
struct TargetFields {
  AccountId debit;
  AccountId credit;
  LedgerId ledger;
  Code code;
};
[[nodiscard]] Status check_target_fields(const Transfer& event, const TargetFields& target);

/// pending_id of a post, void or reversal, and that it has no timeout.
[[nodiscard]] Status check_target_id(const Transfer& event);

/// May `authority` pass over a closed, frozen or limited account? What it passes over is added to
/// `overrode`.
struct Licence {
  bool closed = false;
  bool frozen = false;
  bool limits = false;
};
[[nodiscard]] Status check_closed(const Account& debit, const Account& credit, Licence licence,
                                  std::uint8_t& overrode);
[[nodiscard]] Status check_frozen(const Account& debit, const Account& credit, Licence licence,
                                  std::uint8_t& overrode);

/// Posting `amount` on top of what is posted and pending. `pends`: as a hold.
[[nodiscard]] Status check_overflow(const Account& debit, const Account& credit, u128 amount,
                                    bool pends);

/// The limits of the accounts' flags, then those set at run time.
[[nodiscard]] Status check_limits(const State& state, AccountSlot debit, AccountSlot credit,
                                  u128 amount, Licence licence, std::uint8_t& overrode);

/// credits_posted - debits_posted - debits_pending - amount < minimum?
[[nodiscard]] bool falls_below(const Account& account, u128 amount, const Int128& minimum);
/// credits_posted + credits_pending + amount - debits_posted > maximum?
[[nodiscard]] bool rises_above(const Account& account, u128 amount, const Int128& maximum);

/// Where the event says 0: what the target has.
void inherit(Transfer& record, BusinessId business_id, TraceId trace_id, UserId user_id, Tag tag);

}  // namespace daybook::transfer_rules
