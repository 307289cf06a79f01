#pragma once

#include <cstdint>

#include "engine/base/result.hpp"
#include "engine/base/uint128.hpp"
#include "engine/model/ids.hpp"

namespace daybook {

class Client;

/// The ledger that benchmarks are on.
inline constexpr LedgerId bench_ledger{1};

/// Registers the ledger and opens accounts 1 to `count` in it. Errors: also where any is refused.
[[nodiscard]] Result<void> open_bench_accounts(Client& client, std::uint64_t count);

/// Sums over accounts 1 to `count`.
struct BenchBalances {
  u128 debits = 0;  ///< Posted, as the next.
  u128 credits = 0;
  u128 pending = 0;  ///< Of both sides.
};
[[nodiscard]] Result<BenchBalances> sum_balances(Client& client, std::uint64_t count);

}  // namespace daybook
