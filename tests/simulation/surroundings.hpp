#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "tests/support/naive_ledger.hpp"
#include "tests/support/random.hpp"

namespace daybook::test {

inline constexpr std::uint64_t time_max = (1ULL << 63) - 1;
inline constexpr Uint128 max_id{~0ULL, ~0ULL};

/// What those who write an episode share: chance, how ids are spread, and all that has happened.
struct Surroundings {
  explicit Surroundings(std::uint64_t seed) : random{seed} {}

  Random random;
  /// A ledger that has taken all steps so far: what is written next can meet what is there. The
  /// steps themselves do not depend on it any more once they are written.
  std::unique_ptr<NaiveLedger> guide;
  std::uint64_t id_high = 0;  ///< Small numbers for small spaces, in half of the episodes wide.
  std::uint64_t accounts_known = 0;
  std::uint64_t last_transfer = 0;
  bool huge_amounts = false;

  [[nodiscard]] Uint128 wide_id(std::uint64_t small) const { return Uint128{small, id_high}; }

  /// Mostly one that exists or will.
  AccountId account_id_to_use() {
    if (random.chance(1)) return AccountId{random.chance(50) ? Uint128{} : max_id};
    const AccountId id{wide_id(random.between(1, accounts_known))};
    const auto next = guide->accounts().lower_bound(id);
    return next != guide->accounts().end() && random.chance(80) ? next->first : id;
  }

  TransferId next_transfer_id() { return TransferId{wide_id(++last_transfer)}; }

  /// Any transfer id of the episode, more likely a late one.
  TransferId transfer_id_to_use() {
    const std::uint64_t window = random.chance(75) ? 60 : last_transfer;
    const std::uint64_t back = random.below(std::min(window, last_transfer) + 1);
    return TransferId{wide_id(last_transfer - back)};
  }

  std::size_t batch_size() {
    if (random.chance(2)) return random.between(20, 150);
    return random.below(8);
  }

  /// Chains that end well, mostly.
  template <typename Event>
  void link_some(std::vector<Event>& events) {
    if (!random.chance(30)) return;
    for (Event& event : events) {
      if (random.chance(50)) event.flags |= 1U;
    }
    if (!events.empty() && random.chance(85)) {
      events.back().flags = static_cast<std::uint16_t>(events.back().flags & ~1U);
    }
  }
};

/// `amount`, or next to it.
[[nodiscard]] inline Amount about(Random& random, u128 amount) {
  return Amount{Uint128{amount + random.below(3) - 1}};
}

template <typename T>
const T& pick(Random& random, const std::vector<T>& from) {
  return from[random.below(from.size())];
}

/// One of the newest `window`, so that what is repeated is likely to be remembered.
template <typename T>
const T& pick_recent(Random& random, const std::vector<T>& from, std::size_t window) {
  return from[from.size() - 1 - random.below(std::min(window, from.size()))];
}

}  // namespace daybook::test
