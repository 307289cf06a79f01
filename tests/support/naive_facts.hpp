#pragma once

#include <cstdint>
#include <optional>
#include <set>

#include "engine/model/account.hpp"
#include "engine/model/account_change.hpp"
#include "engine/model/facts.hpp"
#include "engine/model/status.hpp"
#include "engine/model/transfer.hpp"
#include "engine/model/views.hpp"

/// What the naive ledger remembers of accounts and transfers, and the arithmetic it does with them.

namespace daybook::test {

inline constexpr std::uint64_t naive_time_max = 0x7fff'ffff'ffff'ffff;

template <typename Event>
[[nodiscard]] bool has(const Event& event, unsigned flag) {
  return (event.flags & flag) != 0;
}

[[nodiscard]] inline u128 wide(Amount amount) { return amount.value().wide(); }
[[nodiscard]] inline Amount plus(Amount a, Amount b) { return Amount{Uint128{wide(a) + wide(b)}}; }
[[nodiscard]] inline Amount minus(Amount a, Amount b) { return Amount{Uint128{wide(a) - wide(b)}}; }

/// True when a + b does not fit 128 bits.
[[nodiscard]] inline bool overflows(u128 a, u128 b) { return a > u128_max - b; }

/// What both kinds of events are asked about importing and timestamps, in terms of each kind's own
/// status numbers; nothing where all is well.
template <typename Status, typename Event>
[[nodiscard]] std::optional<Status> judge_time(const Event& event, bool is_imported,
                                               bool batch_is_imported, std::uint64_t batch_time) {
  if (batch_is_imported && !is_imported) return Status::imported_event_expected;
  if (!batch_is_imported && is_imported) return Status::imported_event_not_expected;
  const std::uint64_t timestamp = event.timestamp.value();
  if (!is_imported) {
    if (timestamp != 0) return Status::timestamp_must_be_zero;
    return std::nullopt;
  }
  if (timestamp == 0 || timestamp > naive_time_max) {
    return Status::imported_event_timestamp_out_of_range;
  }
  if (timestamp >= batch_time) return Status::imported_event_timestamp_must_not_advance;
  return std::nullopt;
}

/// A signed number of 256 bits: sums of balances and limits never overflow it.
class BigNumber {
 public:
  explicit BigNumber(Amount amount) : low_{wide(amount)} {}
  explicit BigNumber(const Int128& number)
      : high_{number.negative() ? u128_max : 0}, low_{Uint128{number.lo, number.hi}.wide()} {}

  friend BigNumber operator+(BigNumber a, const BigNumber& b) {
    const u128 carry = overflows(a.low_, b.low_) ? 1 : 0;
    a.low_ += b.low_;
    a.high_ += b.high_ + carry;
    return a;
  }
  friend BigNumber operator-(const BigNumber& a, BigNumber b) {
    b.low_ = ~b.low_;
    b.high_ = ~b.high_;
    return a + b + BigNumber{Amount{Uint128{1, 0}}};
  }
  [[nodiscard]] bool negative() const { return high_ >> 127 != 0; }
  friend bool operator<(const BigNumber& a, const BigNumber& b) { return (a - b).negative(); }

 private:
  u128 high_ = 0;
  u128 low_ = 0;
};

/// An account with all that was done to it.
struct NaiveAccount {
  Account account;  ///< Its flags are those that it was created with.
  bool closed_by_creation = false;
  bool closed_by_operator = false;
  std::set<TransferId> closed_by;  ///< Open holds.
  bool debits_frozen = false;
  bool credits_frozen = false;
  bool limited = false;
  Int128 minimum;
  Int128 maximum;

  [[nodiscard]] bool is_closed() const {
    return closed_by_creation || closed_by_operator || !closed_by.empty();
  }

  /// As answers show it.
  [[nodiscard]] Account shown() const {
    Account answer = account;
    unsigned flags = answer.flags & ~unsigned{account_flag::closed};
    if (is_closed()) flags |= account_flag::closed;
    if (debits_frozen) flags |= account_flag::debits_frozen;
    if (credits_frozen) flags |= account_flag::credits_frozen;
    answer.flags = static_cast<std::uint16_t>(flags);
    return answer;
  }

  /// net - debits_pending - amount, where net = credits_posted - debits_posted.
  [[nodiscard]] BigNumber after_debit(Amount amount) const {
    return BigNumber{account.credits_posted} - BigNumber{account.debits_posted} -
           BigNumber{account.debits_pending} - BigNumber{amount};
  }
  /// net + credits_pending + amount.
  [[nodiscard]] BigNumber after_credit(Amount amount) const {
    return BigNumber{account.credits_posted} - BigNumber{account.debits_posted} +
           BigNumber{account.credits_pending} + BigNumber{amount};
  }
};

/// A transfer with all that came after it.
struct NaiveTransfer {
  Transfer transfer;  ///< As recorded: with what it inherited, and the amount that moved.
  std::uint64_t sequence = 0;
  Authority authority = Authority::client;
  std::uint8_t overrode = 0;
  bool took_the_rest = false;  ///< A post of all that was held, a reversal of all that was left.
  Amount reversed;             ///< Of it, by reversals.

  // Of a pending transfer.
  HoldState state = HoldState::open;
  Uint128 owner;
  Amount posted;
  TransferId resolved_by;

  [[nodiscard]] bool is_pending() const { return has(transfer, transfer_flag::pending); }
  [[nodiscard]] bool is_open_hold() const { return is_pending() && state == HoldState::open; }
  /// Of an open hold.
  [[nodiscard]] Amount held() const { return minus(transfer.amount, posted); }
  /// 0 = never.
  [[nodiscard]] std::uint64_t expires_at() const {
    constexpr std::uint64_t second = 1'000'000'000;
    return transfer.timeout == 0 ? 0 : transfer.timestamp.value() + transfer.timeout * second;
  }
};

/// A post, void or reversal names only what is there, where it names anything; `named` has the
/// sides that it would move.
[[nodiscard]] CreateTransferStatus judge_named_fields(const Transfer& asked, const Transfer& named);

/// `asked`, with the accounts, ledger and code of `named`, and where it is 0 with the rest of them.
[[nodiscard]] Transfer with_inherited(const Transfer& asked, const Transfer& named);

/// What moving `amount` on top of what is posted and pending would overflow.
[[nodiscard]] CreateTransferStatus judge_overflow(const Account& debit, const Account& credit,
                                                  u128 amount, bool pends);

/// What limit of the accounts' flags, or set at run time, moving `amount` would break.
[[nodiscard]] CreateTransferStatus judge_limits(const NaiveAccount& debit,
                                                const NaiveAccount& credit, Amount amount);

}  // namespace daybook::test
