#pragma once

#include <algorithm>
#include <cstdint>

#include "tools/daybook/bench/bench_settings.hpp"

namespace daybook {

/// The transfers `first` to `first + count - 1` of a load: one request.
struct LoadSpan {
  std::uint64_t first = 0;
  std::uint32_t count = 0;
};

/// What is sent one after the other: `second` only when `first` is answered. They are of the same
/// length, and the k-th of the second resolves the k-th of the first, where that one is a hold.
/// `second` is empty in a load that resolves no holds.
struct LoadRound {
  LoadSpan first;
  LoadSpan second;
};

/// How a load is cut into requests. Rounds follow one another and cover all transfers.
///
/// Threads. Any: it is constant.
class LoadPlan {
 public:
  explicit LoadPlan(const LoadSettings& settings)
      : transfers_{settings.transfers},
        batch_{settings.batch},
        paired_{resolves_holds(settings.kind)} {}

  [[nodiscard]] std::uint64_t rounds() const { return (transfers_ + length() - 1) / length(); }

  /// Requires: number < rounds().
  [[nodiscard]] LoadRound round(std::uint64_t number) const {
    const std::uint64_t first = number * length();
    const std::uint64_t left = transfers_ - first;
    const auto count =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(batch_, paired_ ? left / 2 : left));
    return {{first, count}, {first + count, paired_ ? count : 0}};
  }

  /// The round that the transfer `index` is in.
  [[nodiscard]] std::uint64_t round_of(std::uint64_t index) const { return index / length(); }

 private:
  /// Transfers in every round but the last.
  [[nodiscard]] std::uint64_t length() const { return std::uint64_t{batch_} * (paired_ ? 2 : 1); }

  std::uint64_t transfers_;
  std::uint32_t batch_;
  bool paired_;
};

}  // namespace daybook
