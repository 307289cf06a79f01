#pragma once

#include <cstdint>

#include "engine/base/hash.hpp"
#include "engine/model/account.hpp"
#include "engine/model/transfer.hpp"
#include "tools/daybook/bench_settings.hpp"

namespace daybook {

/// The ledger that the load is on.
inline constexpr LedgerId bench_ledger{1};

/// The load as a function of the seed and an index: nothing is remembered, so any client may make
/// any part of it, and the ack log can be written without keeping the ids.
///
/// Threads.  Any: it is constant.
class BenchGenerator {
 public:
  explicit BenchGenerator(const LoadSettings& settings)
      : accounts_{settings.accounts}, seed_{settings.seed}, ids_{settings.ids} {}

  [[nodiscard]] AccountId account_id(std::uint64_t index) const {
    return AccountId{Uint128{index + 1, seed_}};
  }
  [[nodiscard]] Account account(std::uint64_t index) const;

  [[nodiscard]] TransferId transfer_id(std::uint64_t index) const;
  [[nodiscard]] Transfer transfer(std::uint64_t index) const;

 private:
  static constexpr std::uint64_t stride = 0x9e3779b97f4a7c15;

  [[nodiscard]] std::uint64_t random(std::uint64_t index) const {
    return fold_multiply(index ^ 0xa0761d6478bd642f, (seed_ * stride) ^ 0xe7037ed1a0b428db ^ index);
  }

  std::uint64_t accounts_;
  std::uint64_t seed_;
  IdOrder ids_;
};

}  // namespace daybook
