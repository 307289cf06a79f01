#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "engine/base/mapped_array.hpp"
#include "engine/ledger/id_index.hpp"
#include "engine/model/account.hpp"
#include "engine/model/account_change.hpp"

namespace daybook {

/// Where an account stands in its table, from 0 in order of creation. Never changes.
using AccountSlot = std::uint32_t;
inline constexpr AccountSlot no_account = ~AccountSlot{0};

/// What an account's net balance must stay within, in the ledger's minor unit.
struct AccountLimits {
  Int128 minimum;
  Int128 maximum;
};

/// All accounts, in memory, in order of creation, found by id.
///
/// Threads.  One.
/// Limits.   accounts_max at construction; room() says what is left.
class AccountTable {
 public:
  AccountTable(std::uint64_t accounts_max, std::uint64_t hash_seed)
      : accounts_{accounts_max}, limits_{accounts_max}, index_{accounts_max, hash_seed} {}

  [[nodiscard]] std::uint64_t tag_of(AccountId id) const { return index_.tag_of(id.value()); }
  void prefetch_index(std::uint64_t tag) const { index_.prefetch(tag); }
  void prefetch(AccountSlot slot) const {
    const auto* line = reinterpret_cast<const std::byte*>(&accounts_[slot]);
    __builtin_prefetch(line, 1);
    __builtin_prefetch(line + 64, 1);
  }

  /// The account that `tag` most likely leads to, asked for from memory; no_account if none.
  [[nodiscard]] AccountSlot prefetch_candidate(std::uint64_t tag) const {
    const std::uint64_t slot = index_.candidate(tag);
    if (slot == IdIndex::none) return no_account;
    prefetch(static_cast<AccountSlot>(slot));
    return static_cast<AccountSlot>(slot);
  }

  /// find(), when `candidate` came from prefetch_candidate(): one comparison, nearly always.
  [[nodiscard]] AccountSlot confirm(AccountId id, std::uint64_t tag, AccountSlot candidate) const {
    if (candidate != no_account && accounts_[candidate].id == id) [[likely]]
      return candidate;
    return find(id, tag);
  }

  [[nodiscard]] AccountSlot find(AccountId id) const { return find(id, tag_of(id)); }
  /// `tag` is tag_of(id). no_account when there is none.
  [[nodiscard]] AccountSlot find(AccountId id, std::uint64_t tag) const {
    const std::uint64_t found =
        index_.find(tag, [&](std::uint64_t slot) { return accounts_[slot].id == id; });
    return found == IdIndex::none ? no_account : static_cast<AccountSlot>(found);
  }

  [[nodiscard]] Account& at(AccountSlot slot) { return accounts_[slot]; }
  [[nodiscard]] const Account& at(AccountSlot slot) const { return accounts_[slot]; }

  /// In order of creation.
  [[nodiscard]] std::span<const Account> all() const { return {accounts_.items(), count_}; }

  /// Of an account with account_state::limited.
  [[nodiscard]] AccountLimits& limits(AccountSlot slot) { return limits_[slot]; }
  [[nodiscard]] const AccountLimits& limits(AccountSlot slot) const { return limits_[slot]; }

  /// Has an account this timestamp? They grow with the slots. Cost: O(log accounts).
  [[nodiscard]] bool has_timestamp(Timestamp timestamp) const {
    const std::uint64_t slot = first_not_before(timestamp);
    return slot < count_ && accounts_[slot].timestamp == timestamp;
  }
  /// The first slot whose timestamp is not before this; count() if there is none.
  [[nodiscard]] std::uint64_t first_not_before(Timestamp timestamp) const;
  /// Of the newest account; 0 = there is none.
  [[nodiscard]] Timestamp last_timestamp() const {
    return count_ == 0 ? Timestamp{} : accounts_[count_ - 1].timestamp;
  }

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t room() const { return accounts_.size() - count_; }

  /// As IdIndex::prepare().
  void prepare(std::uint64_t count) { index_.prepare(count); }

  /// Requires: no account has this id; prepared; room() > 0.
  AccountSlot insert(const Account& account) {
    ENSURE(room() > 0, "callers check the room for accounts");
    const auto slot = static_cast<AccountSlot>(count_++);
    accounts_[slot] = account;
    index_.insert(tag_of(account.id), slot);
    return slot;
  }

  /// Undoes the latest insert().
  void take_back_last() {
    ENSURE(count_ > 0, "there is an account to take back");
    --count_;
    index_.take_back(tag_of(accounts_[count_].id), count_);
  }

  void tend_memory() { index_.tend_memory(); }

 private:
  MappedArray<Account> accounts_;
  MappedArray<AccountLimits> limits_;
  IdIndex index_;
  std::uint64_t count_ = 0;
};

inline std::uint64_t AccountTable::first_not_before(Timestamp timestamp) const {
  const Account* const begin = accounts_.items();
  const Account* const found = std::lower_bound(
      begin, begin + count_, timestamp,
      [](const Account& account, Timestamp wanted) { return account.timestamp < wanted; });
  return static_cast<std::uint64_t>(found - begin);
}

}  // namespace daybook
