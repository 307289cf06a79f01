#pragma once

#include <cstdint>

#include "engine/base/hash.hpp"
#include "engine/model/account.hpp"
#include "engine/model/transfer.hpp"
#include "tools/daybook/bench/bench_accounts.hpp"
#include "tools/daybook/bench/bench_plan.hpp"
#include "tools/daybook/bench/bench_settings.hpp"

namespace daybook {

/// The load as a function of the settings and an index: nothing is remembered, so any client may
/// make any part of it, and the ack log can be written without keeping the ids.
///
/// Threads.  Any: it is constant.
class BenchGenerator {
 public:
  explicit BenchGenerator(const LoadSettings& settings)
      : plan_{settings},
        expiring_{settings.expiring},
        accounts_{settings.accounts},
        seed_{settings.seed},
        batch_{settings.batch},
        kind_{settings.kind},
        ids_{settings.ids} {}

  [[nodiscard]] AccountId account_id(std::uint64_t index) const {
    return AccountId{Uint128{index + 1, seed_}};
  }
  [[nodiscard]] Account account(std::uint64_t index) const;

  /// The `index`-th transfer of the load, of whatever its kind asks for. Every field is set that
  /// such a transfer may have; a hold's timeout is a day. A post or void carries the accounts, the
  /// business id and the whole amount of its hold.
  [[nodiscard]] Transfer transfer(std::uint64_t index) const;
  [[nodiscard]] TransferId transfer_id(std::uint64_t index) const {
    return id_of(expiring_ + index);
  }

  /// The `index`-th of the holds that are created before the load. Requires: index <
  /// settings.expiring.
  [[nodiscard]] Transfer expiring_hold(std::uint64_t index, std::uint32_t timeout_s) const;

  /// A pseudo-random number below `count`, the `number`-th. Requires: count > 0.
  [[nodiscard]] std::uint64_t pick(std::uint64_t number, std::uint64_t count) const {
    return random(number * stride + 1) % count;
  }

 private:
  static constexpr std::uint64_t stride = 0x9e3779b97f4a7c15;

  // Numbers count the expiring holds first, then the transfers of the load.
  [[nodiscard]] TransferId id_of(std::uint64_t number) const;
  [[nodiscard]] Transfer plain(std::uint64_t number) const;
  /// The same of a load that resolves holds.
  [[nodiscard]] Transfer hold_or_resolution(std::uint64_t index) const;

  [[nodiscard]] std::uint64_t random(std::uint64_t index) const {
    return fold_multiply(index ^ 0xa0761d6478bd642f, (seed_ * stride) ^ 0xe7037ed1a0b428db ^ index);
  }

  LoadPlan plan_;
  std::uint64_t expiring_;
  std::uint64_t accounts_;
  std::uint64_t seed_;
  std::uint32_t batch_;
  LoadKind kind_;
  IdOrder ids_;
};

}  // namespace daybook
