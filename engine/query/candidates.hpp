#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/model/query.hpp"
#include "engine/query/fact_index.hpp"

namespace daybook {

/// The places (sequences of transfers, or accounts' places in their order) at which a filter may
/// find something, in order: those that the rarest of its fields leads to. Each is to be looked at.
///
/// Threads.  One.
class Candidates {
 public:
  /// Of transfers, from `first` to `last`. Nothing when no indexed field is set.
  [[nodiscard]] static std::optional<Candidates> of_transfers(const FactIndex& index,
                                                              const QueryFilter& filter,
                                                              std::uint64_t first,
                                                              std::uint64_t last);
  /// The same of accounts.
  [[nodiscard]] static std::optional<Candidates> of_accounts(const FactIndex& index,
                                                             const QueryFilter& filter,
                                                             std::uint64_t first,
                                                             std::uint64_t last);

  /// The next one; nothing when there are no more. `damaged` ends it.
  [[nodiscard]] Result<std::optional<std::uint64_t>> next();

  /// How many there are at most, roughly.
  [[nodiscard]] std::uint64_t estimate() const { return estimate_; }

 private:
  struct Source {
    IndexedValues values;
    std::optional<std::uint64_t> head;
  };

  explicit Candidates(SetOrder order) : order_{order} {}
  void add_source(const IndexView& view, std::uint64_t key, std::uint64_t first,
                  std::uint64_t last);
  void offer(std::optional<Candidates>& best) &&;
  [[nodiscard]] Result<void> refill(Source& source);

  SetOrder order_;
  std::vector<Source> sources_;  // One, or an account's two sides, which never share a value.
  std::uint64_t estimate_ = 0;
  bool opened_ = false;
};

}  // namespace daybook
