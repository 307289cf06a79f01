#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/model/operation_query.hpp"
#include "engine/model/query.hpp"
#include "engine/query/fact_index.hpp"
#include "engine/query/operation_index.hpp"

namespace daybook {

/// Neighbouring sequences, or places of accounts: `first` to `last`, both included.
struct Stretch {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

/// Where a filter may find something, in the order that it asks for: what the rarest of its fields
/// leads to, or everything if none of them is indexed. All of it is to be looked at.
///
/// Threads.  One.
class Candidates {
 public:
  /// Sequences of transfers from `first` to `last`.
  [[nodiscard]] static Candidates of_transfers(const FactIndex& index, const QueryFilter& filter,
                                               std::uint64_t first, std::uint64_t last);
  /// Places of accounts from `first` to `last`.
  [[nodiscard]] static Candidates of_accounts(const FactIndex& index, const QueryFilter& filter,
                                              std::uint64_t first, std::uint64_t last);

  /// Sequences from `first` to `last` of what may have changed an account's balances, one by one,
  /// oldest first: transfers and releases of holds.
  [[nodiscard]] static Candidates of_balances(const FactIndex& index, AccountId account,
                                              std::uint64_t first, std::uint64_t last);

  /// Sequences from `first` to `last` that may be an operation's or those of its facts.
  [[nodiscard]] static Candidates of_operations(const FactIndex& facts,
                                                const OperationIndex& operations,
                                                const OperationFilter& filter, std::uint64_t first,
                                                std::uint64_t last);

  /// Sequences from `first` to `last` of what may have posted, voided, released or reversed a
  /// transfer, oldest first.
  [[nodiscard]] static Candidates of_followers(const FactIndex& index, TransferId followed,
                                               std::uint64_t first, std::uint64_t last);

  /// The next ones; nothing when there are no more. They never overlap.
  [[nodiscard]] std::optional<Stretch> next();

 private:
  struct Source {
    IndexedValues values;
    std::optional<std::uint64_t> head;
  };

  Candidates(IndexOrder order, Stretch range) : range_{range}, order_{order} {}
  Candidates(const QueryFilter& filter, Stretch range);
  void add_source(const IndexView& view, std::uint64_t key, std::uint64_t facts_a_value);
  void offer(std::optional<Candidates>& best) &&;

  Stretch range_;
  IndexOrder order_;
  std::uint64_t facts_a_value_ = 1;
  std::vector<Source> sources_;  // None: everything. Several: the keys of an account.
  std::uint64_t count_ = 0;
  bool everything_is_taken_ = false;
};

}  // namespace daybook
