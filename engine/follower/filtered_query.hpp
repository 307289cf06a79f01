#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/codec/entry_facts.hpp"
#include "engine/follower/follower.hpp"
#include "engine/follower/with_facts.hpp"
#include "engine/ports/request_slot.hpp"
#include "engine/query/candidates.hpp"

namespace daybook {

/// Answers get_account_transfers, get_account_balances, query_transfers and query_accounts: the
/// index names candidates, the records decide.
///
/// A page ends when it is full, or when `looked_at_max` candidates were looked at: a filter whose
/// fields are common one by one and never together would keep a thread busy for ever. Such a page
/// has `more` set and may even be empty; the next one goes on behind its cursor. A page of balances
/// also ends when so many facts were added up.
///
/// Threads.  A query thread's.
/// Errors.   A journal that cannot be read.
class FilteredQuery {
 public:
  /// References outlive it. `as_of`: the sequence that the answer is to be true of; the follower
  /// is there.
  FilteredQuery(const Follower& follower, WithFacts with_facts, Sequence as_of, RequestSlot& slot);

  [[nodiscard]] Result<void> run();

  static constexpr std::uint32_t looked_at_max = 65'536;
  /// Of accounts, which are looked at while the follower waits.
  static constexpr std::uint32_t accounts_looked_at_max = 16'384;

 private:
  [[nodiscard]] bool newest_first() const {
    return (filter_.flags & query_flag::newest_first) != 0;
  }
  [[nodiscard]] bool page_ends() const {
    const bool of_accounts = slot_.kind == RequestKind::query_accounts;
    return item_count_ == filter_.limit ||
           looked_at_ >= (of_accounts ? accounts_looked_at_max : looked_at_max);
  }
  void refuse(std::string_view why);

  [[nodiscard]] Result<void> find_transfers();
  [[nodiscard]] Result<void> look_at_transfers(Candidates& candidates);
  void look_at_entry(const EntryFacts& facts, Candidates& candidates,
                     std::optional<Stretch>& stretch);
  void look_at(const Transfer& transfer, std::uint64_t sequence);

  [[nodiscard]] Result<void> show_balances();

  void find_accounts(const AccountTable& accounts);
  void look_at(const Account& account, std::uint64_t place);

  const Follower& follower_;
  WithFacts with_facts_;
  Sequence as_of_;
  RequestSlot& slot_;
  QueryFilter filter_;
  std::uint32_t item_count_ = 0;
  std::uint32_t looked_at_ = 0;
  std::vector<AccountBalance> balances_;  // Of get_account_balances: the page, before adding up.
};

}  // namespace daybook
