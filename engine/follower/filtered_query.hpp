#pragma once

#include <functional>

#include "engine/codec/entry_facts.hpp"
#include "engine/follower/follower.hpp"
#include "engine/ports/request_slot.hpp"
#include "engine/query/candidates.hpp"

namespace daybook {

/// Answers get_account_transfers, query_transfers and query_accounts: the index names candidates,
/// the records decide.
///
/// A page ends when it is full, or when `looked_at_max` candidates were looked at: a filter whose
/// fields are common one by one and never together would keep a thread busy for ever. Such a page
/// has `more` set and may even be empty; the next one goes on behind its cursor.
///
/// Threads.  A query thread's.
/// Errors.   A journal or an index that cannot be read.
class FilteredQuery {
 public:
  using WithFacts = std::function<Result<void>(Sequence sequence,
                                               const std::function<void(const EntryFacts&)>& use)>;

  /// References outlive it. `as_of`: the sequence that the answer is to be true of; the follower
  /// is there.
  FilteredQuery(const Follower& follower, WithFacts with_facts, Sequence as_of, RequestSlot& slot);

  [[nodiscard]] Result<void> run();

  static constexpr std::uint32_t looked_at_max = 65'536;

 private:
  [[nodiscard]] bool newest_first() const {
    return (filter_.flags & query_flag::newest_first) != 0;
  }
  void refuse(std::string_view why);
  [[nodiscard]] Result<void> find_transfers();
  [[nodiscard]] Result<void> choose_accounts();
  void show_accounts();
  [[nodiscard]] Result<void> scan_transfers(std::uint64_t first, std::uint64_t last);
  void scan_accounts(std::uint64_t first, std::uint64_t last);
  [[nodiscard]] Result<void> look_at_transfers(std::uint64_t first, std::uint64_t last);
  void look_at_accounts(std::span<const AccountSlot> slots);
  [[nodiscard]] Result<std::optional<std::uint64_t>> first_candidate_at(std::uint64_t first,
                                                                        std::uint64_t last,
                                                                        Timestamp timestamp);
  [[nodiscard]] Result<std::optional<Transfer>> transfer_at(std::uint64_t sequence);
  void take(const Transfer& transfer);

  const Follower& follower_;
  WithFacts with_facts_;
  Sequence as_of_;
  RequestSlot& slot_;
  QueryFilter filter_;
  std::uint32_t looked_at_ = 0;
  std::vector<AccountSlot> chosen_;
};

}  // namespace daybook
