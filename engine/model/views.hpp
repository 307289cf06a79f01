#pragma once

#include <cstdint>
#include <string_view>
#include <type_traits>

#include "engine/model/account.hpp"
#include "engine/model/account_change.hpp"
#include "engine/model/ids.hpp"
#include "engine/model/sequence.hpp"

/// What answers show that is neither an event nor a fact. The same bytes on the wire. Frozen.

namespace daybook {

enum class HoldState : std::uint16_t {
  open = 1,
  posted = 2,
  voided = 3,
  expired = 4,  ///< Its time was over, and what it held was released.
};

[[nodiscard]] std::string_view to_string(HoldState state) noexcept;

/// A hold: what became of a pending transfer so far. 152 bytes.
struct HoldView {
  TransferId id;  ///< Of the pending transfer, as the following fields.
  AccountId debit_account_id;
  AccountId credit_account_id;
  Amount amount;
  Amount posted;           ///< By all posts so far.
  Amount held;             ///< 0 once it is resolved.
  Uint128 owner;           ///< The coordinator that alone may resolve it; 0 = none.
  TransferId resolved_by;  ///< The post or void; 0 while open and where it expired.
  Sequence sequence;
  Timestamp expires_at;  ///< 0 = never.
  LedgerId ledger;
  Code code;
  HoldState state{};
};
static_assert(sizeof(HoldView) == 152 && alignof(HoldView) == 8);
static_assert(std::is_trivially_copyable_v<HoldView>);

/// An account's balances right after one of its transfers. 96 bytes.
struct AccountBalance {
  Amount debits_pending;
  Amount debits_posted;
  Amount credits_pending;
  Amount credits_posted;
  TransferId transfer_id;
  Timestamp timestamp;  ///< Of the transfer, as `sequence`.
  Sequence sequence;
};
static_assert(sizeof(AccountBalance) == 96 && alignof(AccountBalance) == 8);
static_assert(std::is_trivially_copyable_v<AccountBalance>);

/// An account as it was: balances, flags and limits. 160 bytes.
struct AccountAsOf {
  Account account;
  Int128 minimum;  ///< The lowest number there is = none.
  Int128 maximum;  ///< The highest number there is = none.

  static constexpr Int128 no_minimum{.lo = 0, .hi = std::uint64_t{1} << 63};
  static constexpr Int128 no_maximum{.lo = ~std::uint64_t{0}, .hi = ~std::uint64_t{0} >> 1};
};
static_assert(sizeof(AccountAsOf) == 160 && alignof(AccountAsOf) == 8);
static_assert(std::is_trivially_copyable_v<AccountAsOf>);

/// The sums of all accounts of a ledger. Posted debits equal posted credits, and pending pending.
/// 80 bytes.
struct LedgerBalance {
  Amount debits_pending;
  Amount debits_posted;
  Amount credits_pending;
  Amount credits_posted;
  std::uint64_t accounts = 0;
  LedgerId ledger;
  std::uint32_t reserved = 0;
};
static_assert(sizeof(LedgerBalance) == 80 && alignof(LedgerBalance) == 8);
static_assert(std::is_trivially_copyable_v<LedgerBalance>);

}  // namespace daybook
